"""coverage.py's own parser of one file, and what it finds as a Shape."""

import re
import warnings
from dataclasses import replace
from itertools import chain
from pathlib import Path

from coverage.exceptions import CoverageException
from coverage.misc import join_regex
from coverage.parser import PythonParser
from coverage.phystokens import source_encoding
from coverage.version import __version__ as COVERAGE_VERSION

from planner.model.lines import Lines, lines_of, numbers_in
from planner.model.measurement import Skipped
from planner.model.shape import NO_ARC, Rules, Shape
from planner.model.size import MAX_SIGNS, MAX_SOURCE_BYTES, too_large
from planner.model.target import version_numbers
from planner.settings.patience import limited

_AT_LINE = re.compile(r"at line (\d+)")

_PROVEN = frozenset({(7, 14), (7, 15), (7, 16), (7, 17)})
"""Versions whose counts of lines were compared with those of shapes, file by file (`tests/benchmarks/counting.py`)."""

_PROVEN_OF_ARCS = frozenset({(7, 17)})

FAILURES = (
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


def has_shapes(rules: Rules, version: str = COVERAGE_VERSION) -> bool:
    """Whether shapes say what this coverage.py would count."""
    return version_numbers(version)[:2] in (_PROVEN_OF_ARCS if rules.has_arcs else _PROVEN)


def has_case_rule(version: str = COVERAGE_VERSION) -> bool:
    """Whether this coverage.py excludes `case _:` with its suite, as 7.17 and later do."""
    return version_numbers(version)[:2] >= (7, 17)


class Parser(PythonParser):
    """coverage.py's parser, whose patterns may not run for ever."""

    def __init__(self, path: str, patterns: tuple[str, ...], text: str | None = None) -> None:
        self._path = path
        super().__init__(text=text, filename=path, exclude=join_regex(patterns))

    def lines_matching(self, regex: str) -> set[int]:
        """The lines on which the pattern matches. Raises ConfigError when that takes too long."""
        with limited(f"one of the patterns {regex[:300]} on {self._path}"):
            return super().lines_matching(regex)

    def parse_quietly(self) -> None:
        """Parse; what Python thinks of the project's string escapes is not asked. Raises what FAILURES has."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.parse_source()


def parsed_shape(root: Path, path: str, rules: Rules, source: bytes | None = None) -> Shape | Skipped:
    """The shape of the file at `path` below `root`, or of its bytes, which say what stands there."""
    try:
        if reason := too_large_at(root / path) if source is None else too_large(source):
            return Skipped(path, reason)
        parser = Parser(str(root / path), rules.exclude, None if source is None else text_of(source))
        parser.parse_quietly()
        shape = _shape_of(path, parser)
        return _with_arcs(shape, parser, rules) if rules.has_arcs else shape
    except FAILURES as error:
        return skipped(path, error)


def with_arcs(shape: Shape, text: str, raw: Lines, tree: object, rules: Rules) -> Shape | Skipped:
    """The shape of a file that was parsed elsewhere, with its arcs as coverage.py's own analysis of the tree has them.

    `raw` are the lines that byte code names.
    """
    parser = PythonParser(text=text, filename=shape.path)
    parser._ast_root = tree  # type: ignore[assignment]
    parser.raw_statements = set(numbers_in(raw))
    parser.excluded = set(numbers_in(shape.excluded))
    firsts = shape.firsts()
    parser.multiline_map = firsts | {first: first for first in firsts.values()}
    try:
        return _with_arcs(shape, parser, rules)
    except FAILURES as error:
        return skipped(shape.path, error)


def too_large_at(path: Path) -> str | None:
    """Most files are too small to be looked into, and of one that is not there the parser says so. Raises OSError."""
    if not path.exists() or path.stat().st_size <= MAX_SIGNS:
        return None
    with path.open("rb") as stream:
        return too_large(stream.read(MAX_SOURCE_BYTES + 1))


def text_of(source: bytes) -> str:
    """The bytes as coverage.py reads them. Raises what FAILURES has."""
    plain = source.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\f", b" ")
    text = plain.decode(source_encoding(plain), "replace")
    return text if text.endswith("\n") or not text else text + "\n"


def _shape_of(path: str, parser: PythonParser) -> Shape:
    known = lines_of(parser.raw_statements) | lines_of(parser.multiline_map)
    code = lines_of(number for number, text in enumerate(parser.text.split("\n"), 1) if is_code(text))
    return Shape(
        path=path,
        statements=lines_of(parser.statements),
        excluded=lines_of(parser.excluded),
        continued=lines_of(line for line, first in parser.multiline_map.items() if line != first),
        coded=code | known or 1 << 1,
    )


def is_code(text: str) -> bool:
    """Whether a line holds more than a comment."""
    return bool(text.strip()) and not text.lstrip().startswith("#")


def _with_arcs(shape: Shape, parser: PythonParser, rules: Rules) -> Shape:
    arcs = sorted(parser.arcs())
    parser.exit_counts()  # it fails on arcs of which it can make nothing
    jumps = sorted((arc, instead or NO_ARC) for arc, instead in parser._with_jump_fixers.items())
    return replace(
        shape,
        arcs=tuple(chain.from_iterable(arcs)),
        jumps=tuple(chain.from_iterable((*arc, *instead) for arc, instead in jumps)),
        partial=lines_of(parser.lines_matching(join_regex(rules.partial))),
    )


def skipped(path: str, error: BaseException) -> Skipped:
    """Why the file at `path` has no shape, in a few words, and the line if one is known."""
    return Skipped(path, _reason(error), _line(error))


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
