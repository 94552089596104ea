"""Data recorded by a coverage.py that counts by other rules than the one here: its own report has another percent."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from planner.doctor.check import Check
from planner.doctor.exam import Exam
from planner.model.findings import Doubt, Evidence, Finding, Mend
from planner.model.measurement import Counts, FileCoverage
from planner.model.percent import displayed_percent
from planner.model.target import rule_band, version_numbers

BRANCH_CHANGE = (7, 6, 10)
"""The last change of the branch model among them: from here on only statements differ, and can be counted exactly."""

DEFAULTS_CHANGE = (7, 10)

NEWER_DEFAULTS = ("TYPE_CHECKING", r"\.\.\.")
"""By what the default exclusions are known that 7.10 brought: blocks for type checkers, and bodies that are `...`.
Source: DEFAULT_EXCLUDE in `coverage/config.py` of 6.5, 7.6.10 and 7.11."""


@dataclass(frozen=True, slots=True)
class _Older:
    """What the recording version would count; statements exactly, branches only where its model is today's."""

    version: str
    counts: Counts
    hidden: int


def find_other_version(exam: Exam) -> Iterator[Finding]:
    """One finding for each version in the data that counts by other rules than the one that counted here."""
    counting = exam.measurement.counted_by
    for version in (exam.measurement.version or "").split(", "):
        if exam.trail.rows and version and counting and rule_band(version) != rule_band(counting):
            yield _finding(exam, version, counting)


def _finding(exam: Exam, version: str, counting: str) -> Finding:
    older = _count_as(exam, version)
    return Finding(
        check=CHECK.name,
        title=f"coverage.py {version} recorded the data, and {counting} counts it here, by other rules",
        why=f"{_why(exam, older)} A gate or badge of the project shows that other number.",
        evidence=tuple(_evidence(exam, version)),
        mend=Mend(
            "command",
            f'python -m pip install "coverage>={counting}"',
            note="then make the data anew; pin the same version wherever coverage.py reports",
        ),
        doubt=Doubt("the same lines run under both; only what is counted differs, and that by the newer rules here"),
        confidence=0.9,
        severity="note",
    )


def _why(exam: Exam, older: _Older) -> str:
    totals, precision = exam.measurement.totals, max(2, exam.measurement.precision)
    here = displayed_percent(totals.covered_points, totals.points, precision)
    there = displayed_percent(older.counts.covered_points, older.counts.points, precision)
    if version_numbers(older.version) >= BRANCH_CHANGE or not exam.measurement.branch:
        return f"Its own report says {there} % where {here} % is counted here: {older.hidden} statements differ."
    return (
        f"By its exclusions it counts {older.hidden} more statements ({there} % instead of {here} %), and its model of "
        "branches has more exits still."
    )


def _evidence(exam: Exam, version: str) -> Iterator[Evidence]:
    for file in exam.trail.files:
        if file.version and version in file.version.split(", "):
            yield Evidence(f"recorded by coverage.py {file.version}", file.path)
            return
    yield Evidence(f"the data names coverage.py {version}")


def _count_as(exam: Exam, version: str) -> _Older:
    """All files anew, without the default exclusions that the version did not know."""
    settings = replace(exam.settings, exclude=_known_to(version, exam))
    totals = exam.measurement.totals
    if settings.exclude == exam.settings.exclude:
        return _Older(version, totals, 0)
    for file in exam.measurement.files:
        counted = exam.recount(file.path, settings)
        if isinstance(counted, FileCoverage):
            totals = _replaced(totals, file.counts, counted.counts)
    return _Older(version, totals, totals.statements - exam.measurement.totals.statements)


def _known_to(version: str, exam: Exam) -> tuple[str, ...]:
    """The exclusions in force, without defaults that came later than `version`."""
    settings = exam.settings
    if settings.exclude_lines is not None or version_numbers(version) >= DEFAULTS_CHANGE:
        return settings.exclude
    own = set(settings.exclude_also)
    return tuple(each for each in settings.exclude if each in own or not any(word in each for word in NEWER_DEFAULTS))


def _replaced(totals: Counts, old: Counts, new: Counts) -> Counts:
    return Counts(
        totals.statements - old.statements + new.statements,
        totals.covered_statements - old.covered_statements + new.covered_statements,
        totals.branches - old.branches + new.branches,
        totals.covered_branches - old.covered_branches + new.covered_branches,
    )


CHECK = Check(
    name="other-version",
    question="Did the coverage.py that counts here also record the data?",
    find=find_other_version,
)
