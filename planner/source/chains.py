"""What an expression enters, as dotted names in which `f()` stands for the result of calling `f`."""

import ast
from collections.abc import Sequence

_LITERALS = (
    *(ast.Constant, ast.JoinedStr, ast.List, ast.Tuple, ast.Dict, ast.Set),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)

MOST_LINKS = 8
"""Longer chains have no name: to name each link of 5,000 calls takes that number squared, and says nothing more."""

IMPLYING = frozenset({ast.In, ast.NotIn})
"""Comparisons that call a special method of what stands on the right."""

ASKING = frozenset({"len", "str", "repr", "iter", "next", "hash", "bool"})
"""Built-in functions that call the special method of their name."""


def chain_name(node: ast.expr) -> str | None:
    """`a.b().c` for attributes and calls that start at a name, whatever the arguments; else None."""
    parts: list[str] = []
    called = ""
    while len(parts) <= MOST_LINKS:
        if type(node) is ast.Name:
            parts.append(node.id + called)
            return ".".join(parts[::-1])
        if type(node) is ast.Attribute:
            parts.append(node.attr + called)
            node, called = node.value, ""
        elif type(node) is ast.Call and not called:
            node, called = node.func, "()"
        elif type(node) is ast.Await:
            node = node.value
        else:
            return None
    return None


def called_name(function: ast.expr) -> str | None:
    """The name that a call calls: a chain, or `?.method` on a receiver without a name; "" on a literal, None else."""
    name = chain_name(_without_parameters(function))
    if name or not isinstance(function, ast.Attribute):
        return name
    return "" if isinstance(function.value, _LITERALS) else f"?.{function.attr}"


def _without_parameters(function: ast.expr) -> ast.expr:
    """`Class` of `Class[int](...)`; what `handlers[key]()` calls is not told."""
    name = chain_name(function.value) if isinstance(function, ast.Subscript) else None
    is_class = name and name.rpartition(".")[2].lstrip("_")[:1].isupper()
    return function.value if is_class and isinstance(function, ast.Subscript) else function


_ITERATING = (ast.For, ast.comprehension)
_ITEM = {ast.Load: "getitem", ast.Store: "setitem", ast.Del: "delitem"}


def implied_calls(node: ast.AST) -> Sequence[str]:
    """The special methods that a statement or expression calls without naming them."""
    if isinstance(node, ast.Subscript):
        return _special(node.value, _ITEM[type(node.ctx)])
    if isinstance(node, ast.Call):
        is_asking = isinstance(node.func, ast.Name) and len(node.args) == 1 and node.func.id in ASKING
        return _special(node.args[0], node.func.id) if is_asking and isinstance(node.func, ast.Name) else ()
    if isinstance(node, _ITERATING):
        return _special(node.iter, "iter")
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in IMPLYING:
        return _special(node.comparators[0], "contains")
    if isinstance(node, ast.With):
        return [name for item in node.items for name in _special(item.context_expr, "enter", "exit")]
    if isinstance(node, ast.AsyncWith):
        return [name for item in node.items for name in _special(item.context_expr, "aenter", "aexit")]
    return ()


def _special(node: ast.expr, *names: str) -> Sequence[str]:
    receiver = chain_name(node)
    return [f"{receiver}.__{name}__" for name in names] if receiver else ()
