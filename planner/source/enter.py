"""A class or function as its head declares it: name, kind, span, decorators, bases, parameters."""

import ast
from typing import TypeAlias

from planner.model.facts import UnitKind
from planner.model.lines import NO_LINES, line_range
from planner.source.draft import Draft
from planner.source.names import dotted_name
from planner.source.spans import first_line
from planner.source.stubs import is_stub
from planner.source.types import annotated_class

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
"""A node that opens a unit."""


def enter_unit(node: Definition, outer: Draft) -> Draft:
    """The draft of the class or function that `node` defines inside `outer`, with all that its head says."""
    below, last = first_line(node.body[0]), node.end_lineno or node.lineno
    is_inline = below == node.lineno
    span = NO_LINES if is_inline else line_range(below, last)
    inner = Draft(
        name=node.name if outer.kind == "module" else f"{outer.name}.{node.name}",
        kind=_kind(node, outer),
        first_line=first_line(node),
        last_line=last,
        span=span,
        module=outer.module,
        parent=outer,
        decorators=_names(node.decorator_list) if node.decorator_list else (),
        is_stub=is_stub(node),
    )
    if isinstance(node, ast.ClassDef):
        inner.bases = _names(node.bases)
        inner.metaclass = "".join(_names([each.value for each in node.keywords if each.arg == "metaclass"]))
    else:
        _take_signature(node, inner)
    outer.nested |= span
    outer.own.add(node.name)
    outer.children.add(node.name)
    return inner


def _take_signature(node: _Function, unit: Draft) -> None:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    names = [each.arg for each in arguments]
    unit.is_async = isinstance(node, ast.AsyncFunctionDef)
    unit.own.update(names)
    for each in arguments:
        if each.annotation and (name := annotated_class(each.annotation)):
            unit.types[each.arg] = name
    if unit.kind == "method" and names and "staticmethod" not in unit.decorators:
        unit.receiver = names[0]
    unit.returns = (annotated_class(node.returns) or "") if node.returns else ""
    unit.parameters = len(names) - names.count("self") - names.count("cls")


def _names(nodes: list[ast.expr]) -> tuple[str, ...]:
    """Dotted names of decorators or bases; of a call, what is called; of a subscript, what is subscripted."""
    called = [node.func if isinstance(node, ast.Call) else node for node in nodes]
    plain = [node.value if isinstance(node, ast.Subscript) else node for node in called]
    return tuple(name for node in plain if (name := dotted_name(node)))


def _kind(node: Definition, outer: Draft) -> UnitKind:
    if isinstance(node, ast.ClassDef):
        return "class"
    return "method" if outer.kind == "class" else "function"


def outside_body(node: Definition) -> list[ast.AST]:
    """Decorators, defaults, annotations and bases: they run in the unit around."""
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *node.keywords]
    return [*node.decorator_list, node.args, *([node.returns] if node.returns else [])]
