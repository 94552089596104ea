"""What a coverage report (JSON, XML, LCOV) says, before its names are placed below the project root."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from planner.errors import InputError
from planner.model.lines import MAX_ALL_LINES, lines_of
from planner.model.measurement import Counts, FileCoverage

MAX_COUNT = 1_000_000_000
"""No report counts more lines, branches or conditions; readers reject larger numbers as damage."""

MAX_BYTES = 128 * 1024 * 1024
"""Of a report: five times what 1,000,000 statements take in the most wordy format."""

MAX_FILES = 200_000
"""Of one report; the largest project known to us has a tenth."""


def check_size(path: Path) -> None:
    """Raises InputError, one line, for a report that would not fit into memory once it is read. Also OSError."""
    if path.stat().st_size > MAX_BYTES:
        size = f"larger than {MAX_BYTES // 1024**2} MiB"
        raise InputError(f"{path}: {size}; give the data file (.coverage) that it was made of, without contexts")


def bounded(files: Iterable[FileCoverage], path: Path) -> Iterator[FileCoverage]:
    """The files as they come. Raises InputError, one line, once they are or span more than any project has.

    A few bytes can name line 10,000,000, and a set of lines takes memory by its last line.
    """
    span = 0
    for number, file in enumerate(files):
        span += file.statements.bit_length() + file.excluded.bit_length()
        if number >= MAX_FILES or span > MAX_ALL_LINES:
            raise InputError(f"{path}: names more files or lines than any project has; make it again")
        yield file


@dataclass(frozen=True, slots=True)
class Report:
    """Files by the report's own names, and the totals the report itself states.

    `prefixes` are directories that names are relative to (XML's `<source>`); "" when there are none.
    """

    files: tuple[FileCoverage, ...]
    totals: Counts
    branch: bool
    version: str | None = None
    prefixes: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def file_from_lines(name: str, hits: dict[int, bool], exits: dict[int, tuple[int, int]]) -> FileCoverage:
    """A file as line lists give it: `hits` says of each statement whether it ran; `exits` line -> (total, taken)."""
    statements = lines_of(hits)
    missing = lines_of(line for line, ran in hits.items() if not ran)
    counts = Counts(
        statements=len(hits),
        covered_statements=sum(hits.values()),
        branches=sum(total for total, _ in exits.values()),
        covered_branches=sum(taken for _, taken in exits.values()),
    )
    gaps = {line: total - taken for line, (total, taken) in exits.items() if taken < total}
    every = {line: total for line, (total, _) in exits.items() if total}
    return FileCoverage(name, counts, statements, missing, gaps, in_tree=False, exits=every)


def unite_files(one: FileCoverage, other: FileCoverage) -> FileCoverage:
    """The same file from two reports. A line ran when it ran in either; exits taken are the better of the two.

    Which exits of a line were taken is not known from counts, so the union of exits is a lower bound.
    """
    statements = one.statements | other.statements
    missing = statements & ~(one.executed | other.executed)
    lines = one.missing_exits.keys() & other.missing_exits.keys()
    exits = {line: min(one.missing_exits[line], other.missing_exits[line]) for line in lines}
    known = {line: max(one.exits.get(line, 0), other.exits.get(line, 0)) for line in {**one.exits, **other.exits}}
    branches = max(one.counts.branches, other.counts.branches)
    counts = Counts(
        statements=statements.bit_count(),
        covered_statements=(statements & ~missing).bit_count(),
        branches=branches,
        covered_branches=branches - min(branches, sum(exits.values())),
    )
    return replace(one, counts=counts, statements=statements, missing=missing, missing_exits=exits, exits=known)


def total_of(files: Iterable[FileCoverage]) -> Counts:
    """The counts of all files added up."""
    return sum((each.counts for each in files), Counts())
