"""How lists of files become evidence: the weightiest first, five at most, and how many more there are."""

from collections.abc import Iterable

from planner.doctor.exam import Exam
from planner.model.findings import Evidence
from planner.model.measurement import Counts, FileCoverage

MOST = 5
"""More lines of evidence than these nobody reads."""


def first_few(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The first five; the last of them says how many more there are."""
    every = list(evidence)
    if len(every) <= MOST:
        return tuple(every)
    last = every[MOST - 1]
    return (*every[: MOST - 1], Evidence(f"{last.text}; and {len(every) - MOST} more", last.path, last.line))


def largest_first(files: Iterable[FileCoverage]) -> list[FileCoverage]:
    """By statements, then by name."""
    return sorted(files, key=lambda file: (-file.counts.statements, file.path))


def counts_of(files: Iterable[FileCoverage]) -> Counts:
    """The counts of all files together."""
    return sum((file.counts for file in files), Counts())


def lines_of_code(text: str) -> int:
    """Lines that are neither empty nor a comment alone: never fewer than the statements of a file."""
    stripped = (line.strip() for line in text.split("\n"))
    return sum(1 for line in stripped if line and not line.startswith("#"))


def no_rows(exam: Exam, of_reports: str = "the data is a report, without coverage.py's own rows") -> str:
    """Why a check that looks at the rows of the data cannot be asked; "" where it can."""
    if exam.trail.rows:
        return ""
    return "the data has no rows: nothing was recorded" if exam.trail.files else of_reports
