"""The child nodes of a syntax tree's nodes, without those that say nothing: more than half of a tree."""

import ast
from collections.abc import Callable, Iterable
from typing import Any

_SILENT = frozenset({ast.Load, ast.Store, ast.Del, ast.Constant, ast.Pass, ast.Break, ast.Continue, ast.alias}) | {
    *(ast.And, ast.Or, ast.Not, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Is, ast.IsNot, ast.In),
    *(ast.NotIn, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.BitOr, ast.BitAnd, ast.USub, ast.Global),
    type(None),
}
"""Nodes with nothing to say and without children, and no node at all."""

_ONE: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Expr: ("value",),
    ast.Return: ("value",),
    ast.Attribute: ("value",),
    ast.keyword: ("value",),
    ast.Starred: ("value",),
    ast.Await: ("value",),
    ast.FormattedValue: ("value", "format_spec"),
    ast.UnaryOp: ("operand",),
    ast.BinOp: ("left", "right"),
    ast.Subscript: ("value", "slice"),
    ast.Slice: ("lower", "upper", "step"),
    ast.IfExp: ("test", "body", "orelse"),
    ast.Lambda: ("args", "body"),
    ast.Raise: ("exc", "cause"),
    ast.Assert: ("test", "msg"),
    ast.AnnAssign: ("target", "annotation", "value"),
    ast.AugAssign: ("target", "value"),
    ast.withitem: ("context_expr", "optional_vars"),
    ast.arg: ("annotation",),
}
"""Fields of nodes that have no list of others."""

_MANY: dict[type[ast.AST], Callable[[Any], Iterable[ast.AST | None]]] = {
    ast.Call: lambda node: [node.func, *node.args, *node.keywords],
    ast.Assign: lambda node: [*node.targets, node.value],
    ast.Compare: lambda node: [node.left, *node.comparators],
    ast.If: lambda node: [node.test, *node.body, *node.orelse],
    ast.arguments: lambda node: [
        *(*node.posonlyargs, *node.args, node.vararg, *node.kwonlyargs),
        *(*node.kw_defaults, node.kwarg, *node.defaults),
    ],
    **dict.fromkeys((ast.Tuple, ast.List, ast.Set), lambda node: node.elts),
    **dict.fromkeys((ast.JoinedStr, ast.BoolOp), lambda node: node.values),
}
"""The child nodes of the most frequent nodes that have lists of others."""


def children(node: ast.AST) -> list[ast.AST]:
    """The child nodes that have something to say, in the order of the text."""
    kind = type(node)
    found: Iterable[ast.AST | None]
    if kind in _ONE:
        found = [getattr(node, name) for name in _ONE[kind]]
    elif kind in _MANY:
        found = _MANY[kind](node)
    else:
        found = _all(node)
    return [each for each in found if type(each) not in _SILENT]  # type: ignore[misc]


def _all(node: ast.AST) -> list[ast.AST]:
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        several = value if isinstance(value, list) else [value]
        found += [each for each in several if isinstance(each, ast.AST)]
    return found
