"""The child nodes of a syntax tree's nodes, without those that say nothing: more than half of a tree."""

import ast
from collections.abc import Iterator

_SAYS_NOTHING = frozenset(
    {
        *("ctx", "op", "ops", "id", "attr", "arg", "asname", "module", "level", "kind", "simple", "is_async"),
        *("conversion", "type_comment", "type_ignores"),
    }
)
"""Fields that hold texts, numbers, or nodes that are there for their type alone."""


def _types_below(kind: type[ast.AST]) -> Iterator[type[ast.AST]]:
    for below in kind.__subclasses__():
        yield below
        yield from _types_below(below)


FIELDS: dict[type[ast.AST], tuple[str, ...]] = {
    kind: fields
    for kind in _types_below(ast.AST)
    if kind not in (ast.Constant, ast.alias, ast.Global, ast.Nonlocal)
    and (fields := tuple(name for name in kind._fields if name not in _SAYS_NOTHING))
}
"""Type of node -> the fields that hold its child nodes, one or a list of them, in the order of the text.

A field may hold None, a text or a number instead: what is of no type in here has no children.
"""

_BACKWARDS = {kind: names[::-1] for kind, names in FIELDS.items()}

_SPEAKING = frozenset({*FIELDS, ast.Name})


def put_children(node: ast.AST, waiting: list[object]) -> None:
    """Put what the node's fields hold on the end, backwards, so that it comes off in the order of the text.

    Not only nodes: what says nothing is cheaper passed over than left out.
    """
    for name in _BACKWARDS[type(node)]:
        value = getattr(node, name)
        if type(value) is list:
            waiting += value[::-1]
        else:
            waiting.append(value)


def all_below(tree: ast.Module) -> list[object]:
    """The tree and all that fields hold below it, outer nodes before inner ones as `ast.walk` has them.

    A third of its time, since nodes that say nothing are not looked into.
    """
    found: list[object] = [tree]
    fields_of = FIELDS.get
    for node in found:  # it grows meanwhile
        for name in fields_of(type(node), ()):  # type: ignore[arg-type]
            value = getattr(node, name)
            if type(value) is list:
                found += value
            else:
                found.append(value)
    return found


def children(node: ast.AST) -> list[ast.AST]:
    """The child nodes that have something to say, in the order of the text."""
    found: list[ast.AST] = []
    for name in FIELDS.get(type(node), ()):
        value = getattr(node, name)
        if type(value) is list:
            found += value
        else:
            found.append(value)
    return [each for each in found if type(each) in _SPEAKING]
