"""What a file has to count, from its syntax tree and its byte code: a third of the time of coverage.py's tokenizer.

Compiling gives the lines that Python would name, so statements are right by construction; nothing is run. Whatever is
written so that the tree does not tell all, or was not compared with coverage.py file by file, has no answer here.
"""

import ast
import re
import warnings
from dataclasses import dataclass
from types import CodeType

from planner.model.lines import NO_LINES, Lines, lines_of
from planner.model.shape import Rules, Shape
from planner.source.excluded import excluded_lines, lines_matching
from planner.source.logical import Outline, outline_of
from planner.source.statements import DEFERRED, lines_of_statements

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")

_UTF_8 = frozenset({b"utf-8", b"utf8", b"UTF-8", b"utf_8"})

_NOT_COMPILED = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A shape without branches, with what they would be drawn from: the text, and the lines that byte code names.

    Where branches are not asked for, these may be the first lines of statements only.
    """

    shape: Shape
    text: str
    raw: Lines


def draw_shape(
    source: bytes, tree: ast.Module, path: str, rules: Rules, *, with_cases: bool, yields: int | None = None
) -> Drawn | None:
    """The shape of the file whose bytes were parsed to the tree; None where coverage.py's own parser is to be asked.

    `with_cases` as in `excluded_lines`; `yields` are those that the walk over the tree found, None where the tree is
    not plain. Raises ConfigError for a pattern that takes too long.
    """
    text = plain_text(source)
    outline = outline_of(tree, text) if text is not None else None
    if text is None or outline is None:
        return None
    is_asked = yields is not None and not rules.has_arcs
    raw = lines_of_statements(tree, text, yields or 0) if is_asked else None
    raw = _lines_of_code(tree, path) if raw is None else raw
    if raw is None:
        return None
    matched = lines_matching(text, rules.exclude, path)
    excluded = excluded_lines(matched, text, outline, raw, with_cases=with_cases)
    shape = Shape(path, NO_LINES, excluded, outline.continued, _coded(text, raw | outline.continued))
    statements = _statements(shape, outline, raw)
    partial = shape.first_lines(lines_matching(text, rules.partial, path)) if rules.has_arcs else NO_LINES
    return Drawn(Shape(path, statements, excluded, shape.continued, shape.coded, partial=partial), text, raw)


def plain_text(source: bytes) -> str | None:
    """The text as coverage.py reads it; None for an encoding other than UTF-8, or with characters that it replaces."""
    if b"\f" in source or b"\0" in source:
        return None
    if b"\r" in source:
        if source.count(b"\r") != source.count(b"\r\n"):
            return None
        source = source.replace(b"\r\n", b"\n")
    if b"coding" in source and any(_is_other(line) for line in source.split(b"\n", 2)[:2]):
        return None
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return text if text.endswith("\n") or not text else text + "\n"


def _is_other(line: bytes) -> bool:
    """Whether it declares another encoding than UTF-8."""
    match = _COOKIE.match(line)
    return match is not None and match[1] not in _UTF_8


def _lines_of_code(tree: ast.Module, path: str) -> Lines | None:
    """The lines that the byte code of the tree names; None where it does not compile."""
    if not tree.body:
        return NO_LINES
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of the project's string escapes is not asked
            waiting = [compile(tree, path, "exec", dont_inherit=True)]
    except _NOT_COMPILED:
        return None
    found: set[int | None] = set()
    while waiting:
        code = waiting.pop()
        waiting += [each for each in code.co_consts if isinstance(each, CodeType)]
        if code.co_name != DEFERRED:
            found.update([line for _, _, line in code.co_lines()])
    return lines_of(line for line in found if line)


def _statements(shape: Shape, outline: Outline, raw: Lines) -> Lines:
    ignored = shape.excluded | outline.docs
    return shape.first_lines(raw & ~ignored) & ~ignored


def _coded(text: str, known: Lines) -> Lines:
    """The known lines, and those with any text but a comment. Where there are none, line 1 stands for the module."""
    starts = map(str.lstrip, reversed(text.split("\n")))
    coded = int("".join(["1" if start and start[0] != "#" else "0" for start in starts]), 2) << 1
    return coded | known if coded else known | 1 << 1
