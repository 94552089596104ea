"""What leaves the total when lines are deleted or excluded, as coverage.py would count it."""

from collections.abc import Iterable, Mapping

from planner.model.alternatives import Totals
from planner.model.lines import Lines
from planner.model.measurement import Counts, FileCoverage, Measurement


def counts_on(lines: Lines, file: FileCoverage, exits: Mapping[int, int]) -> Counts:
    """The statements on the lines, and the branch exits that start there; `exits` are all exits of each branch."""
    here = {line: total for line, total in exits.items() if lines >> line & 1}
    missing = sum(min(total, file.missing_exits.get(line, 0)) for line, total in here.items())
    branches = sum(here.values())
    return Counts(
        statements=(file.statements & lines).bit_count(),
        covered_statements=(file.executed & lines).bit_count(),
        branches=branches,
        covered_branches=branches - missing,
    )


def counts_excluded(file: FileCoverage, before: FileCoverage, after: FileCoverage) -> Counts:
    """What leaves when `before` becomes `after`: both count the file with nothing covered, so with all exits.

    An exit into an excluded line counts no more. Where one of several exits goes, it is one that was not taken if
    there is such: excluded lines are those that nobody runs.
    """
    lines = after.excluded & ~before.excluded
    branches = covered = 0
    for line, total in before.missing_exits.items():
        left = after.missing_exits.get(line, 0)
        taken = total - min(total, file.missing_exits.get(line, 0))
        branches += total - left
        covered += taken - min(taken, left)
    return Counts(
        statements=(file.statements & lines).bit_count(),
        covered_statements=(file.executed & lines).bit_count(),
        branches=branches,
        covered_branches=covered,
    )


def totals_today(measured: Measurement) -> Totals:
    """What is measured, and the whole tree."""
    return Totals(measured.totals, measured.whole_tree)


def totals_without(today: Totals, gone: Iterable[tuple[Counts, bool]]) -> Totals:
    """The totals less what is gone, each with whether the data has its file."""
    measured = whole = Counts()
    for counts, is_measured in gone:
        whole += counts
        measured += counts if is_measured else Counts()
    return Totals(_less(today.measured, measured), _less(today.whole_tree, whole))


def _less(counts: Counts, gone: Counts) -> Counts:
    return Counts(
        counts.statements - gone.statements,
        counts.covered_statements - gone.covered_statements,
        counts.branches - gone.branches,
        counts.covered_branches - gone.covered_branches,
    )
