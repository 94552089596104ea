"""Statements, exclusions and branch exits of one source file, counted by the installed coverage.py itself.

Its parser and analysis are used directly, so that no configuration file is read a second time and no plugin
of the project is loaded (building a `Coverage` from a configuration would import them).
"""

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from coverage.exceptions import CoverageException
from coverage.misc import join_regex
from coverage.parser import PythonParser
from coverage.plugin import FileReporter
from coverage.results import Analysis, analysis_from_file_reporter
from coverage.version import __version__ as COVERAGE_VERSION

from planner.measure.rows import Arc, Row
from planner.model.lines import NO_LINES, Lines, lines_of, numbers_in
from planner.model.measurement import Counts, FileCoverage, Skipped
from planner.model.size import MAX_SIGNS, MAX_SOURCE_BYTES, too_large
from planner.settings import CoverageSettings
from planner.settings.patience import limited

__all__ = ["COVERAGE_VERSION", "Counted", "count_file", "count_row"]

_AT_LINE = re.compile(r"at line (\d+)")

_PARSER_FAILURES = (
    CoverageException,
    SyntaxError,
    ValueError,
    LookupError,
    RecursionError,
    MemoryError,
    OSError,
    AssertionError,
)
"""What coverage.py's parser is known to raise on a file it cannot read (see also `ast.parse`)."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A file's counts, and the lines on which its row says that something ran where the file of today has no code."""

    file: FileCoverage
    astray: Lines = NO_LINES


class _Parser(PythonParser):
    """coverage.py's parser, whose patterns may not run for ever."""

    def __init__(self, path: Path, patterns: tuple[str, ...]) -> None:
        self._path = path
        super().__init__(filename=str(path), exclude=join_regex(patterns))

    def lines_matching(self, regex: str) -> set[int]:
        """The lines on which the pattern matches. Raises ConfigError when that takes too long."""
        with limited(f"one of the patterns {regex[:300]} on {self._path}"):
            return super().lines_matching(regex)


class _Source(FileReporter):
    """coverage.py's own parser of one file, as its analysis wants it."""

    def __init__(self, path: Path, settings: CoverageSettings) -> None:
        super().__init__(str(path))
        self._parser = _Parser(path, settings.exclude)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of the project's string escapes is not asked
            self._parser.parse_source()
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
        """Those of the lines that are blank, hold a comment only, or lie past the end of the file.

        A line with any other text may have run, also where this Python makes no statement of it: `else:`, `finally:`
        or an annotation are traced by some versions. Where a file has no code at all, line 1 stands for the module.
        """
        parser = self._parser
        odd = set(numbers_in(ran)) - parser.raw_statements - parser.multiline_map.keys()
        texts = parser.text.split("\n") if odd else []
        if not any(_is_code(text) for text in texts):
            odd.discard(1)
        return lines_of(line for line in odd if line and (line > len(texts) or not _is_code(texts[line - 1])))


def _is_code(text: str) -> bool:
    """Whether a line holds more than a comment."""
    return bool(text.strip()) and not text.lstrip().startswith("#")


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


def count_file(
    root: Path, path: str, row: Row, settings: CoverageSettings, *, has_arcs: bool
) -> FileCoverage | Skipped:
    """The file's counts and gaps for what `row` says ran; Skipped with reason and line when it cannot be parsed."""
    counted = count_row(root, path, row, settings, has_arcs=has_arcs)
    return counted if isinstance(counted, Skipped) else counted.file


def count_row(root: Path, path: str, row: Row, settings: CoverageSettings, *, has_arcs: bool) -> Counted | Skipped:
    """As `count_file`, with the row's lines that the file of today has no code on."""
    try:
        if reason := _too_large(root / path):
            return Skipped(path, reason)
        source = _Source(root / path, settings)
        recorded = _Recorded(row, has_arcs=has_arcs)
        analysis = analysis_from_file_reporter(recorded, 0, source, path)  # type: ignore[arg-type]
    except _PARSER_FAILURES as error:
        return Skipped(path, _reason(error), _line(error))
    return Counted(_as_file(path, analysis), source.without_code(row.lines))


def _too_large(path: Path) -> str | None:
    """Most files are too small to be looked into, and of one that is not there the parser says so. Raises OSError."""
    if not path.exists() or path.stat().st_size <= MAX_SIGNS:
        return None
    with path.open("rb") as stream:
        return too_large(stream.read(MAX_SOURCE_BYTES + 1))


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


def _reason(error: BaseException) -> str:
    if isinstance(error, RecursionError | MemoryError):
        return "nested too deeply for Python's parser"
    if isinstance(error, OSError):
        return f"cannot be read ({error.strerror})"
    if isinstance(error, AssertionError):
        return "coverage.py's own analysis of its branches fails ('coverage report' would too)"
    cause = error.__cause__ or error
    message = getattr(cause, "msg", None) or str(cause)
    return f"not valid Python for this interpreter: {message.splitlines()[0] if message else type(cause).__name__}"


def _line(error: BaseException) -> int | None:
    for each in (error, error.__cause__):
        line = getattr(each, "lineno", None)
        if isinstance(line, int):
            return line
    found = _AT_LINE.search(str(error))
    return int(found[1]) if found else None
