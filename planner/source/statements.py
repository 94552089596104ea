"""The lines that byte code would name, by the tree alone, where a file is written so that nothing else can come out.

Compiling takes as long as parsing. What a compiler leaves out (code behind a `return` or below `if 0`), what it may
refuse (a `return` outside of functions) and what is rare is left to it. The rest was compared with it file by file
(`tests/benchmarks/counting.py`).
"""

import ast
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from planner.model.lines import Lines, lines_of
from planner.source.dead import LEAVING, VARIABLE, is_endless, is_never, may_be_known, may_leave
from planner.source.declared import Declaration, Function, may_declare

_IS_PROVEN = sys.implementation.name == "cpython" and (3, 11) <= sys.version_info[:2] <= (3, 13)

DEFERRED = "__annotate__"
"""The name of code of annotations, which coverage.py leaves out, and whatever else has that name."""

_DEBUG = "__debug__"
"""A constant that looks like a name."""

_FEATURES = frozenset({"annotations", "absolute_import", "division", "print_function", "unicode_literals"})
"""Of `__future__`; all others are rare."""

_MOST_DEEP = 15
"""Blocks in each other: the compiler takes 20, and as many as three for a `try`."""

_MAY_BE_CONSTANT = frozenset({ast.Tuple, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.IfExp, ast.JoinedStr, ast.Starred})
"""Statements of these may have no code; where they stand as values, they have."""

_YIELDS = (ast.Yield, ast.YieldFrom)


class _OddError(Exception):
    """The compiler is to be asked."""


class _Place(NamedTuple):
    """Where statements stand; `functions` are all around, the innermost one last."""

    is_function: bool = False
    is_async: bool = False
    is_module: bool = False
    is_loop: bool = False
    depth: int = 0
    functions: tuple[Function, ...] = ()

    def deeper(self, by: int, *, is_loop: bool = False) -> "_Place":
        """In a block of a statement that stands here."""
        return self._replace(depth=self.depth + by, is_loop=is_loop or self.is_loop)


@dataclass(slots=True)
class _Found:
    """The lines so far, the blocks that are still to be read, and how many `yield` were met where they may stand.

    `body` is the block that is read, `top` that of the module. `declared` are names that functions declare, by kind of
    statement, and `annotated` those with an annotation. Of functions that are `async`, some `generate`, some `answer`.
    """

    text: str
    top: Sequence[ast.stmt]
    body: Sequence[ast.stmt]
    waiting: list[tuple[Sequence[ast.stmt], _Place]]
    lines: list[int] = field(default_factory=list)
    yields: int = 0
    annotated: set[str] = field(default_factory=set)
    declared: dict[type[Declaration], set[str]] = field(
        default_factory=lambda: {ast.Global: set(), ast.Nonlocal: set()}
    )
    generate: bool = False
    answer: bool = False

    @property
    def is_told(self) -> bool:
        """Whether the compiler has nothing to say against what stands in several places."""
        several = (self.declared[ast.Global], self.declared[ast.Nonlocal], self.annotated)
        return not (self.generate and self.answer) and len(set().union(*several)) == sum(map(len, several))


def lines_of_statements(tree: ast.Module, text: str, yields: int) -> Lines | None:
    """The first lines of all statements and decorators that have byte code; None where only compiling tells.

    Expressions are not looked at: for trees of which the walk found that they are plain (`planner.source.walked`), and
    how many `yield` are in it. `text` is what was parsed, with Unix line ends.
    """
    if not _IS_PROVEN or _DEBUG in text:
        return None
    found = _Found(text, tree.body, tree.body, [(tree.body, _Place(is_module=True))])
    try:
        while found.waiting:
            found.body, place = found.waiting.pop()
            _take_block(place, found)
    except _OddError:
        return None
    return lines_of(found.lines) if found.yields == yields and found.is_told else None


def _take_block(place: _Place, found: _Found) -> None:
    if place.depth > _MOST_DEEP:
        raise _OddError
    before: ast.stmt | None = None
    lines, take_of = found.lines, _TAKE.get
    for node in found.body:
        kind = type(node)
        if before and may_leave(before):
            raise _OddError
        lines.append(node.lineno)
        take = take_of(kind)
        if take:
            take(node, place, found)
        elif kind not in _PLAIN:
            raise _OddError
        before = node if kind in LEAVING else None


# Simple statements


def _take_value(node: ast.Expr | ast.Assign | ast.AugAssign | ast.Return, place: _Place, found: _Found) -> None:
    value = node.value
    kind = type(value)
    if kind is ast.Starred or (kind in _MAY_BE_CONSTANT and type(node) is ast.Expr):
        raise _OddError
    if kind in _YIELDS:
        found.yields += 1
        found.generate |= place.is_async
        if not place.is_function or type(getattr(value, "value", None)) is ast.Starred:
            raise _OddError
        if place.is_async and kind is ast.YieldFrom:
            raise _OddError


def _take_annotated(node: ast.AnnAssign, place: _Place, found: _Found) -> None:
    """In a function the annotation of a name alone has no code."""
    if type(node.value) in (ast.Starred, *_YIELDS):
        raise _OddError
    if place.is_function and not node.value:
        if not node.simple or node is found.body[-1]:
            raise _OddError
        found.lines.pop()
    if place.is_function and isinstance(node.target, ast.Name):
        found.annotated.add(node.target.id)


def _take_declared(node: Declaration, place: _Place, found: _Found) -> None:
    """It has no code, so there must be something else that has."""
    if not place.is_function or node is found.body[-1] or not may_declare(node, place.functions, found.text):
        raise _OddError
    found.declared[type(node)].update(node.names)
    found.lines.pop()


def _take_return(node: ast.Return, place: _Place, found: _Found) -> None:
    if not place.is_function:
        raise _OddError
    found.answer |= place.is_async and node.value is not None
    _take_value(node, place, found)


def _take_jump(_node: ast.stmt, place: _Place, _found: _Found) -> None:
    if not place.is_loop:
        raise _OddError


def _take_import(node: ast.ImportFrom, place: _Place, found: _Found) -> None:
    """All names only at module level; features of the future only before everything else."""
    names = [each.name for each in node.names]
    if names == ["*"] and not place.is_module:
        raise _OddError
    if node.module != "__future__" or node.level:
        return
    if found.body is not found.top or not _FEATURES.issuperset(names) or not _begins(found.top, node):
        raise _OddError


def _begins(body: Sequence[ast.stmt], node: ast.stmt) -> bool:
    """Whether nothing but words and other features stands before it."""
    before = body[: body.index(node)]
    has_words = bool(before) and isinstance(before[0], ast.Expr) and isinstance(before[0].value, ast.Constant)
    rest = before[1:] if has_words else before
    return all(isinstance(each, ast.ImportFrom) and each.module == "__future__" for each in rest)


# Compound statements


def _take_function(node: Function, place: _Place, found: _Found) -> None:
    _take_head(node, found)
    functions = (*place.functions, node)
    found.waiting.append((node.body, _Place(True, type(node) is ast.AsyncFunctionDef, functions=functions)))


def _take_class(node: ast.ClassDef, place: _Place, found: _Found) -> None:
    _take_head(node, found)
    found.waiting.append((node.body, _Place(functions=place.functions)))


def _take_head(node: Function | ast.ClassDef, found: _Found) -> None:
    if getattr(node, "type_params", None) or node.name == DEFERRED:
        raise _OddError
    if node.decorator_list:
        found.lines += [each.lineno for each in node.decorator_list]


def _take_if(node: ast.If, place: _Place, found: _Found) -> None:
    if type(node.test) not in VARIABLE and may_be_known(node.test):
        raise _OddError
    found.waiting.append((node.body, place))
    if node.orelse:
        found.waiting.append((node.orelse, place))


def _take_while(node: ast.While, place: _Place, found: _Found) -> None:
    if bool(node.orelse) if is_endless(node) else may_be_known(node.test):
        raise _OddError
    _take_loop(node, place, found)


def _take_loop(node: ast.For | ast.AsyncFor | ast.While, place: _Place, found: _Found) -> None:
    found.waiting.append((node.body, place.deeper(1, is_loop=True)))
    found.waiting.append((node.orelse, place))
    if not isinstance(node, ast.While) and type(node.iter) is ast.Starred:
        raise _OddError


def _take_async(node: ast.AsyncFor | ast.AsyncWith, place: _Place, found: _Found) -> None:
    if not place.is_async:
        raise _OddError
    if isinstance(node, ast.AsyncFor):
        _take_loop(node, place, found)
    else:
        _take_with(node, place, found)


def _take_with(node: ast.With | ast.AsyncWith, place: _Place, found: _Found) -> None:
    found.waiting.append((node.body, place.deeper(len(node.items))))


def _take_try(node: ast.Try, place: _Place, found: _Found) -> None:
    """Nothing reaches an `else` below what always leaves, and a bare `except` has to be the last."""
    if node.orelse and may_leave(node.body[-1]):
        raise _OddError
    if not all(each.type for each in node.handlers[:-1]):
        raise _OddError
    found.lines += [each.lineno for each in node.handlers]
    bodies = (node.body, node.orelse, node.finalbody, *(each.body for each in node.handlers))
    inside = place.deeper(3)
    found.waiting += [(body, inside) for body in bodies if body]


def _take_assert(node: ast.Assert, _place: _Place, _found: _Found) -> None:
    if not is_never(node) and may_be_known(node.test):
        raise _OddError


_PLAIN = frozenset({ast.Import, ast.Raise, ast.Delete, ast.Pass})
"""Statements of which there is nothing to say."""

_Take: TypeAlias = Callable[[Any, _Place, _Found], None]

_TAKE: dict[type[ast.stmt], _Take] = {
    **dict.fromkeys((ast.Expr, ast.Assign, ast.AugAssign), _take_value),
    ast.AnnAssign: _take_annotated,
    **dict.fromkeys((ast.Global, ast.Nonlocal), _take_declared),
    ast.Return: _take_return,
    **dict.fromkeys((ast.Break, ast.Continue), _take_jump),
    ast.ImportFrom: _take_import,
    **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef), _take_function),
    **dict.fromkeys((ast.AsyncFor, ast.AsyncWith), _take_async),
    ast.ClassDef: _take_class,
    ast.If: _take_if,
    ast.For: _take_loop,
    ast.While: _take_while,
    ast.With: _take_with,
    ast.Try: _take_try,
    ast.Assert: _take_assert,
}
"""What is to be said of statements; all others are odd."""
