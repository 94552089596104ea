"""The class of a variable, where the text writes it down or constructs it in the same place."""

import ast
from collections.abc import Mapping, Sequence

from planner.source.chains import chain_name
from planner.source.names import dotted_name

MOST_DEEP = 8
"""Unions, wrappers and conditional values are followed so far; nobody writes more, and generated text has thousands."""

_WRAPPERS = frozenset({"Optional", "Annotated", "ClassVar", "Final", "Type", "type"})

_SIDED = (ast.BoolOp, ast.IfExp)

_NAMED = frozenset({ast.Name, ast.Attribute, ast.Call, ast.Await, ast.Subscript, ast.BoolOp, ast.IfExp})


def may_say_type(value: ast.expr) -> bool:
    """Whether what a variable is set to may have a class that the text tells: no literal, no sum."""
    return type(value) in _NAMED


def written_types(node: ast.AST, known: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """(target, class) as written: `x: Client`, `x = Client(...)`, `with Client() as x`, `self.x = x` of a `known` x."""
    targets: Sequence[ast.expr] = ()
    name = None
    if isinstance(node, ast.Assign):
        targets, name = node.targets, _value(node.value, known)
    elif isinstance(node, ast.AnnAssign):
        targets, name = [node.target], annotated_class(node.annotation)
    elif isinstance(node, ast.withitem) and isinstance(node.context_expr, ast.Call) and node.optional_vars:
        targets, name = [node.optional_vars], _value(node.context_expr, known)
    return [(target, name) for each in targets if (target := dotted_name(each))] if name else ()


def annotated_class(node: ast.expr | None, deep: int = MOST_DEEP) -> str | None:
    """The one class that an annotation names: `C`, `"C"`, `C | None`, `Optional[C]`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value.strip()
        return text if text.replace(".", "").replace("_", "").isalnum() else None
    if not deep:
        return None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        sides = [annotated_class(side, deep - 1) for side in (node.left, node.right) if not _is_none(side)]
        return sides[0] if len(sides) == 1 else None
    if isinstance(node, ast.Subscript):
        outer = dotted_name(node.value)
        inner = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
        return annotated_class(inner, deep - 1) if outer and outer.rpartition(".")[2] in _WRAPPERS else outer
    return dotted_name(node) if isinstance(node, ast.Name | ast.Attribute) else None


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _value(node: ast.expr, known: Mapping[str, str], deep: int = MOST_DEEP) -> str | None:
    """The class as written, or the chain that yields an instance: `make()`, `self.desk`, or the default of `or`."""
    if not deep:
        return None
    if type(node) is ast.Name:
        return known.get(node.id)
    if isinstance(node, _SIDED):
        sides = node.values if isinstance(node, ast.BoolOp) else [node.orelse, node.body]
        return next((name for side in reversed(sides) if (name := _value(side, known, deep - 1))), None)
    if isinstance(node, ast.Subscript):
        whole = _value(node.value, known, deep - 1)
        return f"{whole}.__getitem__()" if whole else None
    name = chain_name(node)
    if not name:
        return None
    if "(" not in name:
        return known.get(name) or (name if name.startswith("self.") else None)
    plain = name.removesuffix("()")
    return plain if "(" not in plain and plain.rpartition(".")[2].lstrip("_")[:1].isupper() else name
