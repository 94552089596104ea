"""The logical lines of a file, from its syntax tree: which lines go on with the statement above, and which are docs.

coverage.py finds the same with a tokenizer, which takes three times as long as parsing. What the tree does not tell
(where a head ends, a backslash outside of any statement) the text does; where that is not plain, the answer is None.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from planner.model.lines import NO_LINES, Lines, line_range
from planner.source.spans import first_line

Carrier: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.match_case
"""A node that carries an exclusion from its head to its body, or back."""

_Place: TypeAlias = tuple[int, int]
"""Line and column, in bytes of UTF-8."""

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_BARE = (ast.Try, ast.TryStar)
"""Statements without a head that could go over lines."""

_BLOCKS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.FunctionDef: ("body",),
    ast.AsyncFunctionDef: ("body",),
    ast.ClassDef: ("body",),
    ast.With: ("body",),
    ast.AsyncWith: ("body",),
    ast.If: ("body", "orelse"),
    ast.While: ("body", "orelse"),
    ast.For: ("body", "orelse"),
    ast.AsyncFor: ("body", "orelse"),
    ast.Try: ("body", "handlers", "orelse", "finalbody"),
    ast.TryStar: ("body", "handlers", "orelse", "finalbody"),
    ast.ExceptHandler: ("body",),
    ast.Match: ("cases",),
    ast.match_case: ("body",),
}
"""Compound statements and their clauses, with the fields that hold further statements or clauses."""


@dataclass(slots=True)
class Outline:
    """The statements of a file. `continued` are lines but the first of statements over several, `docs` all of docs.

    `carriers` come in an order in which what is around stands before what is inside.
    """

    continued: Lines = NO_LINES
    docs: Lines = NO_LINES
    carriers: list[Carrier] = field(default_factory=list)


class _OddError(Exception):
    """The text is written as nobody writes it."""


def outline_of(tree: ast.Module, text: str) -> Outline | None:
    """The logical lines of the tree that was parsed from the text; None where only tokens would tell."""
    lines = text.split("\n")
    found = Outline()
    _take_docs(tree, found)
    waiting: list[Sequence[Any]] = [tree.body]
    try:
        while waiting:
            for node in waiting.pop():
                blocks = _BLOCKS.get(type(node))
                if blocks:
                    _enter(node, lines, found)
                    waiting += [getattr(node, block) for block in blocks]
                elif node.end_lineno != node.lineno:
                    _take_lines(node.lineno, node.end_lineno, found)
    except _OddError:
        return None
    return None if "\\\n" in text and _is_joined_oddly(lines, found.continued) else found


def _take_lines(first: int, last: int, found: Outline) -> None:
    if last > first:
        found.continued |= line_range(first + 1, last)


def _take_docs(node: ast.AST, found: Outline) -> None:
    body: list[ast.stmt] = getattr(node, "body", [])
    words = body[0] if body else None
    if isinstance(words, ast.Expr) and isinstance(words.value, ast.Constant) and isinstance(words.value.value, str):
        found.docs |= line_range(words.lineno, words.end_lineno or words.lineno)


def _enter(node: ast.AST, lines: Sequence[str], found: Outline) -> None:
    """Note the head of a compound statement or clause."""
    if isinstance(node, _DEFINITIONS):
        _take_docs(node, found)
        found.carriers.append(node)
        if node.decorator_list:
            _take_decorators(node, lines, found)
        first = node.lineno
    elif isinstance(node, ast.match_case):
        found.carriers.append(node)
        first = _line_of_case(node, lines)
    elif isinstance(node, _BARE):
        return
    else:
        first = node.lineno  # type: ignore[attr-defined]
    _take_lines(first, _last_of_head(node, first, lines), found)


def _last_of_head(node: ast.AST, first: int, lines: Sequence[str]) -> int:
    """The line with the colon; where the first statement below stands on the same logical line, that of it."""
    is_match = isinstance(node, ast.Match)
    below = node.cases[0].pattern if is_match else node.body[0]  # type: ignore[attr-defined]
    begin = first_line(below)
    if begin == first:
        return first
    if not is_match and type(below) not in _BLOCKS and lines[begin - 1][: below.col_offset].strip():
        return begin
    return first if begin == first + 1 else _line_of_colon(max(_ends(node)), begin, lines)


def _ends(node: ast.AST) -> Iterator[_Place]:
    """Where the expressions in the head end; where the statement begins, if there are none."""
    heads: list[ast.AST | None]
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            every = node.args
            heads = [*every.posonlyargs, *every.args, *every.kwonlyargs, every.vararg, every.kwarg, node.returns]
            heads += [*every.defaults, *every.kw_defaults, *getattr(node, "type_params", ())]
        case ast.ClassDef():
            heads = [*node.bases, *node.keywords, *getattr(node, "type_params", ())]
        case ast.With() | ast.AsyncWith():
            heads = [each.optional_vars or each.context_expr for each in node.items]
        case ast.match_case():
            heads = [node.guard or node.pattern]
        case _:
            heads = [getattr(node, name, None) for name in ("test", "iter", "type", "subject")]
    yield getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
    yield from ((each.end_lineno, each.end_col_offset) for each in heads if each)  # type: ignore[attr-defined]


def _line_of_colon(place: _Place, before: int, lines: Sequence[str]) -> int:
    """The line of the first colon from the place on; only names, brackets and comments may stand between."""
    line, column = place
    rest = lines[line - 1].encode("utf-8", "surrogatepass")[column:].decode("utf-8", "replace")
    while ":" not in rest.partition("#")[0]:
        line += 1
        if line >= before:
            raise _OddError
        rest = lines[line - 1]
    return line


def _line_of_case(node: ast.match_case, lines: Sequence[str]) -> int:
    pattern = node.pattern
    if not lines[pattern.lineno - 1][: pattern.col_offset].lstrip().startswith("case"):
        raise _OddError
    return pattern.lineno


def _take_decorators(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, lines: Sequence[str], found: Outline
) -> None:
    """Each decorator is a logical line, from its `@` on; with a bracket around all of it, only tokens tell."""
    for each in node.decorator_list:
        last = each.end_lineno or each.lineno
        if lines[each.lineno - 1][: each.col_offset].strip() != "@":
            raise _OddError
        _take_lines(each.lineno, last, found)


def _is_joined_oddly(lines: Sequence[str], continued: Lines) -> bool:
    """Whether a line ends in a backslash and the next one is no part of the same statement, as far as is known."""
    return any(line.endswith("\\") and not continued >> number & 1 for number, line in enumerate(lines, 2))
