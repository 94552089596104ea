"""Test files that count in the total: they are run nearly in full, and raise it above what the product has."""

from collections.abc import Iterator

from planner.doctor.check import Check
from planner.doctor.discovery import directory_of, sources_of
from planner.doctor.evidence import counts_of, first_few, largest_first
from planner.doctor.exam import Exam
from planner.doctor.mend import configure
from planner.model.findings import Doubt, Evidence, Finding, Mend, Severity
from planner.model.measurement import Counts, FileCoverage
from planner.model.percent import displayed_percent, passes_gate

LEAST_PERCENT = 0.5
"""Below this the printed number is the same, and nobody need hear of it."""

LARGE_PERCENT = 10
"""From here on it is more than a note. A choice of this house and no measured figure: half a step of a usual ladder of
targets (50, 70, 90), so that a target seems met that the product is far from."""


def find_tests_in_total(exam: Exam) -> Iterator[Finding]:
    """One finding when test files raise the total, and nobody named their directory as `source` on purpose."""
    tests = [file for file in exam.measurement.files if file.path in exam.test_facts and file.counts.points]
    if not tests or _is_settled(exam):
        return
    totals, of_tests = exam.measurement.totals, counts_of(tests)
    product = _without(totals, of_tests)
    raised = totals.percent - product.percent
    if not product.points or raised < LEAST_PERCENT:
        return
    shown = displayed_percent(product.covered_points, product.points, max(1, exam.measurement.precision))
    yield Finding(
        check=CHECK.name,
        title=f"{len(tests)} test file(s) count in the total; the product alone has {shown} %",
        why=f"{of_tests.statements} of {totals.statements} statements are tests, which run whenever tests run"
        + (_gate_words(exam) if _holds_gate(exam, product) else ""),
        evidence=_about(tests),
        mend=_mend(exam, tests),
        doubt=Doubt(
            "the counts of the test files, taken out of the total",
            covered=(-of_tests.covered_points, -of_tests.covered_points),
            entering=(-of_tests.points, -of_tests.points),
        ),
        severity=_severity(exam, product),
    )


def _is_settled(exam: Exam) -> bool:
    """Whether `source` names a directory of tests and no more: then somebody wants them counted.

    Where `[run] include` was to keep them out, `include-ignored` tells.
    """
    if exam.settings.run_include and sources_of(exam):
        return True
    places = {place for name in sources_of(exam) if (place := directory_of(name, exam.tree))}
    return any(
        all(
            path in exam.test_facts or path.endswith("__init__.py")
            for path in exam.tree
            if path.startswith(f"{place}/")
        )
        for place in places - {"."}
    )


def _without(totals: Counts, tests: Counts) -> Counts:
    return Counts(
        totals.statements - tests.statements,
        totals.covered_statements - tests.covered_statements,
        totals.branches - tests.branches,
        totals.covered_branches - tests.covered_branches,
    )


def _holds_gate(exam: Exam, product: Counts) -> bool:
    """Whether `fail_under` passes with the tests and would fail without them."""
    totals, measurement = exam.measurement.totals, exam.measurement
    gate = measurement.fail_under
    if gate is None:
        return False
    passes = passes_gate(totals.covered_points, totals.points, gate, measurement.precision)
    return passes and not passes_gate(product.covered_points, product.points, gate, measurement.precision)


def _gate_words(exam: Exam) -> str:
    return f"; fail_under = {float(exam.measurement.fail_under or 0):g} passes only because of them"


def _severity(exam: Exam, product: Counts) -> Severity:
    """A note, since many teams want tests counted, unless a gate or most of the number hangs on them."""
    is_large = exam.measurement.totals.percent - product.percent >= LARGE_PERCENT
    return "warning" if is_large or _holds_gate(exam, product) else "note"


def _about(tests: list[FileCoverage]) -> tuple[Evidence, ...]:
    return first_few(
        Evidence(f"{each.counts.covered_statements} of {each.counts.statements} statements covered", each.path)
        for each in largest_first(tests)
    )


def _mend(exam: Exam, tests: list[FileCoverage]) -> Mend:
    patterns = sorted({_pattern(file.path) for file in tests})
    return configure(
        exam.settings,
        "run",
        {"omit": (*exam.settings.run_omit, *patterns)},
        "if tests are not meant to count; [report] omit does it without a new run",
    )


def _pattern(path: str) -> str:
    """The folder of tests that a file lies in, as a pattern; a file elsewhere by its name."""
    parts = path.split("/")
    place = next((number for number, part in enumerate(parts[:-1], 1) if part in ("tests", "test")), 0)
    return "/".join((*parts[:place], "*")) if place else path


CHECK = Check(
    name="tests-in-total",
    question="What is the percent of the product alone, without its tests?",
    find=find_tests_in_total,
)
