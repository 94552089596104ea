"""Statements, exclusions and branch exits of one source file, counted by the installed coverage.py itself.

Its parser and analysis are used directly, so that no configuration file is read a second time and no plugin
of the project is loaded (building a `Coverage` from a configuration would import them).
"""

from collections.abc import Iterable
from pathlib import Path

from coverage.misc import join_regex
from coverage.plugin import FileReporter
from coverage.results import Analysis, analysis_from_file_reporter
from coverage.version import __version__ as COVERAGE_VERSION

from planner.measure.apply import Counted, count_shape
from planner.measure.parsing import FAILURES, Parser, has_shapes, is_code, parsed_shape, skipped, too_large_at
from planner.measure.rows import Arc, Row
from planner.measure.shapes import rules_of
from planner.model.lines import Lines, lines_of, numbers_in
from planner.model.measurement import Counts, FileCoverage, Skipped
from planner.settings import CoverageSettings

__all__ = ["COVERAGE_VERSION", "Counted", "count_file", "count_row"]


def count_file(
    root: Path, path: str, row: Row, settings: CoverageSettings, *, has_arcs: bool
) -> FileCoverage | Skipped:
    """The file's counts and gaps for what `row` says ran; Skipped with reason and line when it cannot be parsed."""
    counted = count_row(root, path, row, settings, has_arcs=has_arcs)
    return counted if isinstance(counted, Skipped) else counted.file


def count_row(root: Path, path: str, row: Row, settings: CoverageSettings, *, has_arcs: bool) -> Counted | Skipped:
    """As `count_file`, with the row's lines that the file of today has no code on."""
    rules = rules_of(settings, has_arcs=has_arcs)
    if not has_shapes(rules):
        return _analysed(root, path, row, settings, has_arcs=has_arcs)
    shape = parsed_shape(root, path, rules)
    return shape if isinstance(shape, Skipped) else count_shape(shape, row, has_arcs=has_arcs)


# Versions of coverage.py that nobody compared shapes with: its own analysis, row by row


class _Source(FileReporter):
    """coverage.py's own parser of one file, as its analysis wants it."""

    def __init__(self, path: Path, settings: CoverageSettings) -> None:
        super().__init__(str(path))
        self._parser = Parser(str(path), settings.exclude)
        self._parser.parse_quietly()
        self._partial = join_regex(settings.partial)

    def lines(self) -> set[int]:
        return self._parser.statements

    def excluded_lines(self) -> set[int]:
        return self._parser.excluded

    def translate_lines(self, lines: Iterable[int]) -> set[int]:
        return self._parser.translate_lines(lines)

    def arcs(self) -> set[Arc]:
        return self._parser.arcs()

    def translate_arcs(self, arcs: Iterable[Arc]) -> set[Arc]:
        return self._parser.translate_arcs(arcs)

    def exit_counts(self) -> dict[int, int]:
        return self._parser.exit_counts()

    def no_branch_lines(self) -> set[int]:
        return self._parser.lines_matching(self._partial)

    def without_code(self, ran: Lines) -> Lines:
        """Those of the lines that are blank, hold a comment only, or lie past the end of the file: see `Counted`."""
        parser = self._parser
        odd = set(numbers_in(ran)) - parser.raw_statements - parser.multiline_map.keys()
        texts = parser.text.split("\n") if odd else []
        if not any(is_code(text) for text in texts):
            odd.discard(1)
        return lines_of(line for line in odd if line and (line > len(texts) or not is_code(texts[line - 1])))


class _Recorded:
    """One row in the form in which coverage.py's analysis asks for data."""

    def __init__(self, row: Row, *, has_arcs: bool) -> None:
        self._row, self._has_arcs = row, has_arcs

    def has_arcs(self) -> bool:
        return self._has_arcs

    def lines(self, _: str) -> list[int]:
        return list(numbers_in(self._row.lines))

    def arcs(self, _: str) -> list[Arc]:
        return list(self._row.arcs)


def _analysed(root: Path, path: str, row: Row, settings: CoverageSettings, *, has_arcs: bool) -> Counted | Skipped:
    try:
        if reason := too_large_at(root / path):
            return Skipped(path, reason)
        source = _Source(root / path, settings)
        recorded = _Recorded(row, has_arcs=has_arcs)
        analysis = analysis_from_file_reporter(recorded, 0, source, path)  # type: ignore[arg-type]
    except FAILURES as error:
        return skipped(path, error)
    return Counted(_as_file(path, analysis), source.without_code(row.lines))


def _as_file(path: str, analysis: Analysis) -> FileCoverage:
    numbers = analysis.numbers
    exits = analysis.branch_stats() if analysis.has_arcs else {}
    return FileCoverage(
        path=path,
        counts=Counts(numbers.n_statements, numbers.n_executed, numbers.n_branches, numbers.n_executed_branches),
        statements=lines_of(analysis.statements),
        missing=lines_of(analysis.missing),
        missing_exits={line: total - taken for line, (total, taken) in exits.items() if taken < total},
        exits={line: total for line, (total, _) in exits.items()},
        excluded=lines_of(analysis.excluded),
    )
