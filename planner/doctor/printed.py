"""What `coverage report` would print for the rows as they stand: it looks up each row by its own name.

Measured on coverage.py 7.17.3: a row without a file at its name stops the report ("No source for code"), or is left
out under `ignore_errors`; one whose name leads out of the tree counts as a file of its own; two rows of one file count
twice; relative rows without `relative_files`, and absolute ones
with it, count as not run at all, unless `[paths]` maps them.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from planner.doctor.exam import Exam
from planner.doctor.globs import is_absolute, mapping
from planner.doctor.severity import ERROR_PERCENT, WARNING_PERCENT
from planner.model.findings import Severity
from planner.model.lines import NO_LINES, Lines
from planner.model.measurement import Counts, FileCoverage
from planner.model.percent import displayed_percent
from planner.model.trail import DataRow


@dataclass(frozen=True, slots=True)
class Printed:
    """The report's counts, and the first row that stops it ("" where none does).

    `exits` tells how many more branch exits may be covered: a row knows its lines, not its exits. `elsewhere` files
    come on top, which lie outside the tree and are not read here.
    """

    counts: Counts
    stops_at: str = ""
    exits: int = 0
    elsewhere: int = 0

    def words(self, precision: int) -> str:
        """What `coverage report` does, as the end of a sentence."""
        if self.stops_at:
            return f"stops with \"No source for code: '{self.stops_at}'\""
        if self.elsewhere:
            return f"counts {self.elsewhere} file(s) that lie outside this tree"
        return f"prints {displayed_percent(self.counts.covered_points, self.counts.points, precision)} %"


def printed(exam: Exam) -> Printed:
    """What `coverage report` makes of the rows; nothing but the totals where the data is a report already."""
    rows = reported_rows(exam)
    if not rows:
        return Printed(exam.measurement.totals)
    files = {file.path: file for file in exam.measurement.files}
    lost = [row for row in rows if row.name in exam.trail.guessed]
    entries = _entries(rows, exam)
    several = Counter(row.path for row in lost) + Counter(path for path, _ in entries)
    parts = [_counted(files[path], lines, is_only=several[path] == 1) for (path, _), lines in entries.items()]
    counts = sum((each.counts for each in parts), Counts())
    gone = [row.name for row in lost if row.name not in exam.trail.elsewhere]
    stops_at = "" if exam.settings.ignore_errors else min(gone, default="")
    return Printed(counts, stops_at, sum(each.exits for each in parts), len(lost) - len(gone))


def _entries(rows: Iterable[DataRow], exam: Exam) -> dict[tuple[str, str], Lines]:
    """What the report counts, by path and name: the lines that it finds to have run."""
    kept = [row for row in rows if row.name not in exam.trail.guessed]
    unfound = {row.name for row in misnamed(kept, exam)}
    entries: dict[tuple[str, str], Lines] = {}
    for row in kept:
        place = (row.path or "", looked_up(row, exam))
        entries[place] = entries.get(place, NO_LINES) | (NO_LINES if row.name in unfound else row.lines)
    return entries


def looked_up(row: DataRow, exam: Exam) -> str:
    """The name under which the report counts a placed row: rows of one such name are united.

    With `[paths]`, relative names are led to one form; `./src` as the first place keeps its dot (`PathAliases.map`).
    """
    settings, path = exam.settings, row.path or ""
    if not settings.relative_files or not settings.paths:
        return row.name if settings.relative_files else path
    places = mapping(settings.paths, row.name, is_relative=True)
    return f"./{path}" if places and places[0].startswith("./") and len(places[0]) > 2 else path


def reported_rows(exam: Exam) -> list[DataRow]:
    """The rows of Python files that were placed in the tree and counted, by name."""
    counted = {file.path for file in exam.measurement.files}
    return sorted((row for row in exam.trail.rows if not row.tracer and row.path in counted), key=lambda row: row.name)


def _counted(file: FileCoverage, lines: Lines, *, is_only: bool) -> Printed:
    counts = file.counts
    if not lines:
        return Printed(Counts(counts.statements, 0, counts.branches, 0))
    if is_only:
        return Printed(counts)
    covered = (file.executed & lines).bit_count()
    return Printed(Counts(counts.statements, covered, counts.branches, 0), exits=counts.covered_branches)


def misnamed(rows: Iterable[DataRow], exam: Exam) -> list[DataRow]:
    """The rows whose names are of the other kind than `relative_files` makes coverage.py look up."""
    is_relative, paths = exam.settings.relative_files, exam.settings.paths
    return [
        row
        for row in rows
        if row.path
        and row.name not in exam.trail.guessed
        and is_absolute(row.name) == is_relative
        and not (paths if is_relative else mapping(paths, row.name, is_relative=False))
    ]


def severity_of_print(seen: Printed, totals: Counts) -> Severity:
    """How grave a report is that differs from the totals here, which are right already.

    A wrong number is graver than none: a report that stops is seen by whoever runs it. How wrong it is, files outside
    the tree would tell, which nobody reads here.
    """
    if seen.stops_at or seen.elsewhere:
        return "warning"
    wrong = abs(seen.counts.percent - totals.percent)
    return "error" if wrong >= ERROR_PERCENT else "warning" if wrong >= WARNING_PERCENT else "note"
