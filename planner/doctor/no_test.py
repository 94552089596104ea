"""A suite of which no test ran: it ended before its first test, and the data holds imports at most, or nothing.

Of 28 surveyed projects 8 had such data (a module that is not installed, a conftest that cannot be imported, a warning
that counts as an error), and a percent that looks like any other.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from planner.doctor.evidence import first_few, largest_first, lines_of_code
from planner.doctor.exam import Exam
from planner.doctor.imports import body_lines
from planner.doctor.missed import SURE, names_of_tests
from planner.doctor.rerun import usual_command
from planner.model.facts import MODULE
from planner.model.findings import Doubt, Evidence, Finding, Mend
from planner.model.measurement import FileCoverage
from planner.model.outcomes import TestOutcome

LEAST_LINES = 10
"""Fewer lines in tests, or fewer functions that they call, prove nothing when none of them ran."""

HARDLY = 0.1
"""Of the functions that tests call for certain, fewer than this share runs by imports and conftest files alone: 4 % of
95 in nox 2026.10. It was 62 to 100 % in seven surveyed suites that ran, 19 and 27 % in two that ran in part."""


@dataclass(frozen=True, slots=True)
class NoTest:
    """What shows that no test ran: a title, its evidence, points that tests would cover for certain, how sure it is."""

    title: str
    evidence: tuple[Evidence, ...]
    least: int
    confidence: float


def find_no_test(exam: Exam) -> NoTest | None:
    """None where some test ran, by a JUnit report or by the lines of tests and of what they call."""
    suite = [path for path, facts in sorted(exam.test_facts.items()) if names_of_tests(facts)]
    if not suite or not exam.trail.files:
        return None
    if not any(row.lines for row in exam.trail.rows):
        return _nothing_recorded(exam)
    if exam.trail.contexts or any(each.ending in ("passed", "failed", "xfailed") for each in exam.outcomes or ()):
        return None
    return _stopped(exam.outcomes or ()) or _idle_tests(exam, suite) or _idle_product(exam, suite)


def _nothing_recorded(exam: Exam) -> NoTest:
    passed = sum(each.ending == "passed" for each in exam.outcomes or ())
    known = f", though {_passed(passed)} passed" if passed else ""
    return NoTest(
        f"coverage.py has recorded nothing at all{known}",
        first_few(Evidence("a data file without a line that ran", each.path) for each in exam.trail.files),
        0,
        0.9,
    )


def _passed(count: int) -> str:
    return "one test" if count == 1 else f"{count} tests"


def _stopped(outcomes: Iterable[TestOutcome]) -> NoTest | None:
    """Where the report has errors of the collection and no test that ended: pytest stops there unless told otherwise.

    Decorators of tests may have run much of the product by then (18 % of click 8.1).
    """
    broken = [each for each in outcomes if each.ending == "error" and each.phase == "collection"]
    if not broken:
        return None
    return NoTest(
        "no test ran: the run ended while the tests were collected",
        first_few(Evidence(f"broke: {told(each)}", each.path) for each in broken),
        0,
        0.95,
    )


def told(outcome: TestOutcome) -> str:
    """The first line of what a report says of a test, 160 characters at most."""
    said = (outcome.message or outcome.kind).split("\n")[0][:160]
    return "no reason given" if said in ("", "Skipped") else said


def _idle_tests(exam: Exam, suite: list[str]) -> NoTest | None:
    """Where tests are measured: none of the lines in their functions ran, nor hardly any of the product's.

    A file that is only named like a test (`stress_test.py`) holds none.
    """
    tests = [file for file in exam.measurement.files if file.path in suite]
    bodies = [(file, body_lines(exam.test_facts[file.path]) & file.statements) for file in tests]
    statements = sum(lines.bit_count() for _, lines in bodies)
    if statements < LEAST_LINES or any(lines & file.executed for file, lines in bodies) or _does_product_run(exam):
        return None
    idle = largest_first(file for file, lines in bodies if lines)
    return NoTest(
        "no test ran: the run ended before the first of them",
        first_few(Evidence("measured, and no line of its functions ran", file.path) for file in idle),
        0,
        0.95,
    )


def _does_product_run(exam: Exam) -> bool:
    bodies = [(file, body_lines(exam.facts[file.path]) & file.statements) for file in exam.product]
    ran = sum((lines & file.executed).bit_count() for file, lines in bodies)
    return ran > HARDLY * sum(lines.bit_count() for _, lines in bodies)


def _idle_product(exam: Exam, suite: list[str]) -> NoTest | None:
    """Where they are not: hardly any function ran of those that tests call for certain."""
    if not exam.product or _does_product_run(exam):
        return None
    measured = {file.path: file for file in exam.product}
    called = list(_called(exam, suite, measured))
    idle = [(file, name, line) for file, name, line, has_run in called if not has_run]
    if len(idle) < LEAST_LINES or len(called) - len(idle) > HARDLY * len(called):
        return None
    return NoTest(
        f"hardly a test ran: {len(idle)} of {len(called)} functions that tests call by name did not",
        first_few(Evidence(f"{name}: tests call it, and it never ran", file.path, line) for file, name, line in idle),
        len(idle),
        0.85,
    )


def _called(
    exam: Exam, suite: list[str], measured: dict[str, FileCoverage]
) -> Iterator[tuple[FileCoverage, str, int, bool]]:
    """Functions that tests call for certain: where they stand, and whether they ran."""
    reached = exam.reach([(path, MODULE) for path in suite])
    for path, file in sorted(measured.items()):
        for unit in exam.facts[path].units:
            lines = unit.lines & file.statements
            if unit.is_body and lines and reached.get((path, unit.name), 0) >= SURE:
                yield file, unit.name, unit.first_line, bool(lines & file.executed)


def about_no_test(exam: Exam, check: str, found: NoTest) -> Finding:
    """The finding: the percent is one of imports, and anything is possible."""
    return Finding(
        check=check,
        title=found.title,
        why="The percent tells nothing of the suite: it is that of imports, or of nothing.",
        evidence=found.evidence,
        mend=Mend("command", usual_command(exam), note="its first error, or coverage.py's first warning, tells why"),
        doubt=_doubt(exam, found),
        confidence=found.confidence,
    )


def _may_enter(exam: Exam, path: str) -> bool:
    """Files that the data does not know: tests where others of them count, the product where none of it does yet."""
    if path in exam.test_facts:
        return any(file.path in exam.test_facts for file in exam.measurement.files)
    return not exam.product


def _doubt(exam: Exam, found: NoTest) -> Doubt:
    """Anything up to all; files that the data does not know may enter the total, as lines of code at most."""
    measurement = exam.measurement
    known = {file.path for file in (*measurement.files, *measurement.unmeasured)}
    counted = sum(file.counts.points for file in measurement.unmeasured)
    absent = [path for path in exam.tree if path not in known]
    most = counted + sum(lines_of_code(exam.source(path)) for path in absent if _may_enter(exam, path))
    missing = measurement.totals.missing_points
    return Doubt(
        "at least the first statement of functions that tests call by name, at most all that is missing or absent",
        covered=(min(found.least, missing), missing + most),
        entering=(0, most),
        lines={file.path: file.missing for file in exam.product if file.missing},
    )
