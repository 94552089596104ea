"""Code that switches the measurement off while tests run: the trace function taken away, coverage.py stopped, no_cover.

`--no-cov` in a configuration is no fault by itself: the data that is there was made without it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from planner.doctor.check import Check
from planner.doctor.evidence import first_few
from planner.doctor.exam import Exam
from planner.doctor.missed import SURE, missed_by, names_of_tests
from planner.doctor.rerun import uses_pytest_cov
from planner.model.calls import WatchedCall
from planner.model.facts import MODULE
from planner.model.findings import Doubt, Evidence, Finding, Mend
from planner.model.lines import lines_of
from planner.model.seams import UnitKey

RESTORE = """\
before = sys.gettrace()
try:
    ...
finally:
    sys.settrace(before)"""

NO_COVER = "no_cover"
"""pytest-cov's marker and fixture: it pauses the measurement for the test."""


@dataclass(frozen=True, slots=True)
class _Fault:
    """Calls of one kind, the tests that run unseen because of them, and what to do."""

    title: str
    why: str
    calls: tuple[WatchedCall, ...]
    unseen: tuple[UnitKey, ...]
    mend: Mend


def find_switched_off(exam: Exam) -> Iterator[Finding]:
    """One finding for each way in which tests switch the measurement off, where something is missing for it."""
    for fault in (_untraced(exam), _stopped(exam), _paused(exam)):
        if fault.calls and not _was_seen(exam, fault):
            missed = missed_by(exam, fault.unseen)
            if missed.idle:
                yield _finding(exam, fault, missed.doubt("tests that run unmeasured"))


def _was_seen(exam: Exam, fault: _Fault) -> bool:
    """Whether something did run, by the data, that only the tests run which should have been unseen."""
    ran = {row.path: row.lines for row in exam.trail.rows if row.path}
    ran |= {file.path: file.executed for file in exam.measurement.files}
    unseen = set(fault.unseen)
    others = {(path, name) for path, facts in exam.test_facts.items() for name in names_of_tests(facts)} - unseen
    alone = {body for body, chance in exam.reach(unseen).items() if chance >= SURE} - set(exam.reach(others))
    everything = {**exam.facts, **exam.test_facts}
    return any(
        ran.get(path, 0) & unit.lines
        for path, name in (*alone, *unseen)
        for unit in everything[path].units
        if unit.name == name
    )


def _finding(exam: Exam, fault: _Fault, doubt: Doubt) -> Finding:
    dark = _dark(exam, fault.unseen)
    shown = [Evidence(_text(call), call.path, call.line) for call in fault.calls]
    shown += [Evidence("later tests in this file left no trace either", path) for path in dark]
    return Finding(
        check=CHECK.name,
        title=fault.title,
        why=fault.why,
        evidence=first_few(shown),
        mend=fault.mend,
        doubt=doubt,
        confidence=0.95 if dark else 0.7,
    )


def _text(call: WatchedCall) -> str:
    arguments = ", ".join(call.arguments)
    return f"@{call.name}" if call.role == "decorator" else f"{call.name}({arguments[:80]})"


def _untraced(exam: Exam) -> _Fault:
    """`sys.settrace` in a file that never asks for the function that was set before (`sys.gettrace`)."""
    named = [each for each in exam.calls if each.name == "sys.settrace" and each.path in exam.test_facts]
    calls = tuple(each for each in named if not _restores(each.path, exam))
    if exam.settings.core == "sysmon":  # it needs no trace function
        calls = ()
    return _Fault(
        "a test takes coverage.py's trace function away",
        "There is one trace function at a time, and it is how coverage.py sees lines: from here on, nothing in this "
        "thread is measured. (core = sysmon, the default from Python 3.14 on, does without.)",
        calls,
        tuple(key for call in calls for key in _from(call, exam)),
        Mend("code", RESTORE, calls[0].path if calls else None, "put the function back that was there before"),
    )


def _stopped(exam: Exam) -> _Fault:
    """`coverage.Coverage.current().stop()` and the like, where nothing in the file starts it again."""
    named = [each for each in exam.calls if each.name.startswith("coverage.") and each.path in exam.test_facts]
    started = {each.path for each in named if each.name.endswith(".start")}
    calls = tuple(each for each in named if each.name.endswith("current().stop") and each.path not in started)
    return _Fault(
        "the tests stop coverage.py",
        "What runs after stop() is not measured.",
        calls,
        tuple(key for call in calls for key in _from(call, exam)),
        Mend("code", "take the call of stop() out, or call start() again", calls[0].path if calls else None),
    )


def _paused(exam: Exam) -> _Fault:
    """Tests marked `no_cover`, or that use the fixture; only pytest-cov knows it."""
    marked = (each for each in exam.calls if each.name == f"pytest.mark.{NO_COVER}" or _uses_fixture(each))
    calls = tuple(marked) if uses_pytest_cov(exam) else ()
    return _Fault(
        f"tests are marked {NO_COVER}, and nothing else runs what they are for",
        "pytest-cov pauses the measurement while such a test runs.",
        calls,
        tuple(key for call in calls for key in _marked(call, exam)),
        Mend("code", f"take the {NO_COVER} markers out", calls[0].path if calls else None),
    )


def _uses_fixture(call: WatchedCall) -> bool:
    return call.name == "pytest.mark.usefixtures" and NO_COVER in call.strings


def _restores(path: str, exam: Exam) -> bool:
    used = {name for unit in exam.test_facts[path].units for name in (*unit.uses, *(call.name for call in unit.calls))}
    return "sys.gettrace" in used


def _marked(call: WatchedCall, exam: Exam) -> Iterator[UnitKey]:
    for name in names_of_tests(exam.test_facts[call.path]) if call.path in exam.test_facts else ():
        if call.unit == MODULE or name == call.unit or name.startswith(f"{call.unit}."):
            yield call.path, name


def _from(call: WatchedCall, exam: Exam) -> Iterator[UnitKey]:
    """The tests that run after a call: later ones in its file, and all files behind it in pytest's order."""
    is_shared = call.path.endswith("conftest.py")
    for path, facts in sorted(exam.test_facts.items()):
        starts = {unit.name: unit.first_line for unit in facts.units}
        for name in names_of_tests(facts):
            is_later = starts[name] > call.line if path == call.path else path > call.path
            if is_shared or is_later:
                yield path, name


def _dark(exam: Exam, unseen: Iterable[UnitKey]) -> list[str]:
    """Test files that are measured, and of whose later tests not a line ran."""
    ran = {row.path: row.lines for row in exam.trail.rows if row.path}
    bodies: dict[str, int] = {}
    for path, name in unseen:
        of_test = next((unit.lines for unit in exam.test_facts[path].units if unit.name == name), lines_of(()))
        bodies[path] = bodies.get(path, 0) | of_test
    return [path for path, lines in bodies.items() if path in ran and not ran[path] & lines]


CHECK = Check(
    name="switched-off",
    question="Does anything switch the measurement off while tests run?",
    find=find_switched_off,
)
