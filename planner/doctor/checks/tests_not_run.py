"""Tests that were skipped, or failed before they began: what only they reach counts as missing.

A JUnit report says which tests those are; without one, skips are read from the tests where they know no condition.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from planner.doctor.check import Check
from planner.doctor.evidence import first_few
from planner.doctor.exam import Exam
from planner.doctor.missed import Missed, missed_by, names_of_tests, own_points
from planner.doctor.no_test import find_no_test, told
from planner.doctor.severity import severity_of
from planner.model.calls import WatchedCall
from planner.model.facts import MODULE
from planner.model.findings import Doubt, Evidence, Finding, Mend, Severity
from planner.model.lines import numbers_in
from planner.model.outcomes import TestOutcome
from planner.model.seams import UnitKey

SKIPS = ("pytest.mark.skip", "unittest.skip")
"""Markers that skip whatever they stand at."""

SKIPS_IF = ("pytest.mark.skipif", "unittest.skipIf")

NOT_RUN = "[NOTRUN]"
"""How pytest marks an expected failure that it did not even try (`xfail(run=False)`)."""


EMPTY = re.compile(r"\s*(pass|\.\.\.|((pytest|self)\.)?skip(Test)?\(.*|raise (unittest\.)?SkipTest\b.*)\s*(#.*)?$")
"""The only line of a test that is not written."""

_ELSEWHERE = "what can only run on another system or Python, run there: `coverage combine` joins the data"


@dataclass(frozen=True, slots=True)
class _Group:
    """Tests that did not run for one kind of reason; `alike` began, and failed for the same."""

    what: str
    units: tuple[UnitKey, ...]
    evidence: tuple[Evidence, ...]
    mend: str
    confidence: float
    note: str = ""
    alike: tuple[UnitKey, ...] = ()


def find_tests_not_run(exam: Exam) -> Iterator[Finding]:
    """One finding for tests that are skipped and one for those that broke, where nothing else runs what they would."""
    if find_no_test(exam):  # then these are not the only ones
        return
    groups = _static(exam) if exam.outcomes is None else _reported(exam, exam.outcomes)
    for group in groups:
        missed = missed_by(exam, (*group.units, *group.alike))
        if missed.idle:
            yield _finding(exam, group, missed)


def _finding(exam: Exam, group: _Group, missed: Missed) -> Finding:
    own = own_points(exam, (*group.units, *group.alike))
    found = Finding(
        check=CHECK.name,
        title=f"{_tests(len(group.units))} {group.what}, and nothing else runs what {_they(len(group.units) == 1)} for",
        why=(
            f"{missed.idle} missing points lie in functions that these tests enter and that no other test "
            "runs. They are no gaps of the suite: the tests are written."
        ),
        evidence=first_few(group.evidence),
        mend=Mend("code", group.mend, note=group.note),
        doubt=_doubt(missed, own),
        confidence=group.confidence,
    )
    return replace(found, severity=_severity(exam, found, missed.idle + own))


def _doubt(missed: Missed, own: int) -> Doubt:
    doubt = missed.doubt("these tests")
    if not own:
        return doubt
    basis = f"{doubt.basis}; the tests count themselves, with {own} missing points of their own"
    return replace(doubt, basis=basis, covered=(missed.least, missed.most + own))


def _severity(exam: Exam, found: Finding, likely: int) -> Severity:
    """By what is likely to be gained: the range also holds all that the tests might enter."""
    covered = (0, min(likely, found.doubt.covered[1]))
    return severity_of(replace(found, doubt=replace(found.doubt, covered=covered)), exam.measurement.totals)


def _reported(exam: Exam, outcomes: Iterable[TestOutcome]) -> Iterator[_Group]:
    """By the JUnit report: skipped ones, and those that ended before their call."""
    found = [each for each in outcomes if each.path and each.unit]
    passed = {(each.path, each.unit) for each in found if each.ending in ("passed", "failed")}
    idle = [each for each in found if (each.path, each.unit) not in passed]
    skipped = [each for each in idle if _is_left_out(each) and not _is_empty(each, exam)]
    broken = [each for each in idle if each.ending == "error" and each.phase in ("collection", "setup")]
    if skipped:
        mend = f"let these tests run, or delete them: {_reasons(skipped)}"
        keys = _keys(skipped)
        yield _Group(
            "was skipped" if len(keys) == 1 else "were skipped", keys, _evidence(skipped), mend, 0.8, _ELSEWHERE
        )
    if broken:
        mend = f"mend what fails before these tests begin: {_reasons(broken)}"
        keys = _keys(broken)
        what = "broke before it began" if len(keys) == 1 else "broke before they began"
        yield _Group(what, keys, _evidence(broken), mend, 0.9, alike=_alike(broken, found))


def _alike(broken: Iterable[TestOutcome], outcomes: Iterable[TestOutcome]) -> tuple[UnitKey, ...]:
    """Tests that the same mend frees: they failed with the same message (7 beside 2 files of oauthlib 4.0)."""
    said = {told(each) for each in broken if each.message}
    return _keys(each for each in outcomes if each.ending == "failed" and any(text in each.message for text in said))


def _tests(count: int) -> str:
    return "one test" if count == 1 else f"{count} tests"


def _they(is_one: bool) -> str:
    return "it is" if is_one else "they are"


def _is_left_out(outcome: TestOutcome) -> bool:
    return outcome.ending == "skipped" or (outcome.ending == "xfailed" and NOT_RUN in outcome.message)


def _is_empty(outcome: TestOutcome, exam: Exam) -> bool:
    """Whether the test is not written yet: nothing but the skip stands in it (10 of 11 skipped ones of invoke 3.0)."""
    facts = exam.test_facts.get(outcome.path or "")
    unit = next((each for each in facts.units if each.name == outcome.unit and each.is_body), None) if facts else None
    lines = list(numbers_in(unit.lines & ~facts.hollow)) if facts and unit else []
    return len(lines) == 1 and bool(EMPTY.match(exam.source(outcome.path or "").split("\n")[lines[0] - 1]))


def _keys(outcomes: Iterable[TestOutcome]) -> tuple[UnitKey, ...]:
    return tuple(dict.fromkeys((each.path, each.unit) for each in outcomes if each.path and each.unit))


def _reasons(outcomes: Iterable[TestOutcome]) -> str:
    """The distinct messages, three at most."""
    said = list(dict.fromkeys(told(each) for each in outcomes))
    return "; ".join(said[:3]) + (f"; and {len(said) - 3} more reasons" if len(said) > 3 else "")


def _evidence(outcomes: Iterable[TestOutcome]) -> tuple[Evidence, ...]:
    """One line for each test and reason: a test with parameters has as many outcomes."""
    every = (Evidence(f"{each.unit}: {each.ending} ({told(each)})", each.path, each.line) for each in outcomes)
    return tuple(dict.fromkeys(every))


def _static(exam: Exam) -> Iterator[_Group]:
    """By the text of the tests: skips without a condition."""
    calls = [call for call in exam.calls if call.path in exam.test_facts]
    skips = [(call, units) for call in calls if (units := _skipped_by(call, exam))]
    keys = tuple(dict.fromkeys(key for _, units in skips for key in units))
    if not keys:
        return
    reasons = list(dict.fromkeys(text for call, _ in skips for text in call.strings[-1:]))
    told = "; ".join(reasons[:3]) or "no reason given"
    evidence = tuple(
        Evidence(f"{call.name} at {_unit(call.unit)}{_reason(call)}", call.path, call.line) for call, _ in skips
    )
    mend = f"take the skips out, or delete the tests ({told})"
    yield _Group("are always skipped" if len(keys) > 1 else "is always skipped", keys, evidence, mend, 0.6)


def _unit(name: str) -> str:
    return "the whole file" if name == MODULE else name


def _reason(call: WatchedCall) -> str:
    return f" ({call.strings[-1]})" if call.strings else ""


def _skipped_by(call: WatchedCall, exam: Exam) -> tuple[UnitKey, ...]:
    """The tests that a call always skips; none where it does so under a condition."""
    if not _is_unconditional(call, exam):
        return ()
    tests = names_of_tests(exam.test_facts[call.path])
    if call.unit == MODULE:
        return tuple((call.path, each) for each in tests)
    return tuple((call.path, each) for each in tests if each == call.unit or each.startswith(f"{call.unit}."))


def _is_unconditional(call: WatchedCall, exam: Exam) -> bool:
    if call.name == "pytest.skip":
        return _stops_at_once(call, exam)
    is_marker = call.name in SKIPS or (call.name in SKIPS_IF and call.arguments[:1] in (("True",), ("1",)))
    if is_marker and call.unit == MODULE:
        line = exam.source(call.path).split("\n")[call.line - 1 : call.line]
        return any(each.startswith("pytestmark") for each in line)
    return is_marker and call.role == "decorator"


def _stops_at_once(call: WatchedCall, exam: Exam) -> bool:
    """Whether `pytest.skip()` is the first line of its test, or stands at the top level under no condition."""
    unit = next((each for each in exam.test_facts[call.path].units if each.name == call.unit), None)
    if unit is None or unit.conditional >> call.line & 1:
        return False
    return unit.name == MODULE or not unit.lines & ((1 << call.line) - 1)


CHECK = Check(
    name="tests-not-run",
    question="Did all tests run that the suite has?",
    find=find_tests_not_run,
)
