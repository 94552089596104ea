"""What each kind of node means for the unit that it stands in, and what of it is to be visited next."""

import ast
from collections.abc import Sequence

from planner.model.facts import Import
from planner.model.lines import line_range
from planner.source.chains import ASKING, IMPLYING, MOST_LINKS, called_name, implied_calls
from planner.source.draft import Draft
from planner.source.enter import Definition, enter_unit, outside_body
from planner.source.guards import (
    environment_answer,
)
from planner.source.imports import DYNAMIC, dynamic_import, imports_of
from planner.source.names import bindings_of, is_none, raised_name
from planner.source.nodes import put_children
from planner.source.types import may_say_type, written_types
from planner.source.walked import Place, Walk

_MOST_TARGETS = 256
"""The compiler takes as many before a star."""


def visit_all(node: ast.AST, walk: Walk) -> None:
    """Nothing of its own: only the children count."""
    put_children(node, walk.waiting)


def visit_value(node: ast.Expr | ast.keyword, walk: Walk) -> None:
    """Nothing of its own, and one child."""
    walk.waiting.append(node.value)


def visit_inner(node: ast.Await | ast.NamedExpr, walk: Walk) -> None:
    """It may not stand everywhere."""
    walk.inner.append(node)
    walk.is_odd |= type(node) is ast.Await and not walk.place.unit.is_async
    put_children(node, walk.waiting)


def visit_outer(node: ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, walk: Walk) -> None:
    """In it not everything may stand."""
    walk.outer.append(node)
    put_children(node, walk.waiting)


def visit_sequence(node: ast.Tuple | ast.List, walk: Walk) -> None:
    """Of several targets only one may have a star."""
    parts = node.elts
    if type(node.ctx) is ast.Store and len(parts) < _MOST_TARGETS:
        stars = [each for each in parts if type(each) is ast.Starred]
        parts = [each.value if each in stars else each for each in parts] if len(stars) == 1 else parts
    walk.waiting += parts[::-1]


def visit_starred(node: ast.Starred, walk: Walk) -> None:
    """As a target it may stand only among others."""
    walk.is_odd |= type(node.ctx) is not ast.Load
    walk.waiting.append(node.value)


def visit_formatted(node: ast.FormattedValue, walk: Walk) -> None:
    """A value in a string, which may have no star."""
    walk.is_odd |= type(node.value) is ast.Starred
    put_children(node, walk.waiting)


def visit_block(node: ast.AST, walk: Walk) -> None:
    """All that stands in it is conditional: imports run or not."""
    place = walk.place
    if not place.is_conditional:
        walk.waiting.append(place)
        walk.place = place.inside()
    put_children(node, walk.waiting)


# Names and calls


def visit_name(node: ast.Name, walk: Walk) -> None:
    """It is used where it stands first, or the unit's own."""
    unit = walk.place.unit
    if type(node.ctx) is not ast.Load:
        unit.own.add(node.id)
    elif node.id not in unit.names:
        unit.names[node.id] = node.lineno


def visit_attribute(node: ast.Attribute, walk: Walk) -> None:
    """A name with dots, or attributes of anything else, which is visited."""
    _take_chain(node, walk)


def _take_chain(node: ast.Attribute, walk: Walk) -> tuple[str, int] | None:
    """Note the name with dots that it is, which is given back with the number of dots; None for any other."""
    root, name, dots = node.value, node.attr, 1
    while type(root) is ast.Attribute:
        name = f"{root.attr}.{name}"
        root, dots = root.value, dots + 1
    if type(root) is not ast.Name:
        walk.waiting.append(root)
        return None
    name = f"{root.id}.{name}"
    walk.place.unit.names.setdefault(name, node.lineno)
    return name, dots


def visit_call(node: ast.Call, walk: Walk) -> None:
    """What it calls, by name as far as there is one, and the module that it imports, if it is such a call."""
    if node.keywords:
        walk.waiting += node.keywords[::-1]
        walk.is_odd |= len(node.keywords) > 1 and not _are_different(node.keywords)
    if node.args:
        walk.waiting += node.args[::-1]
    function, unit = node.func, walk.place.unit
    if type(function) is ast.Name:
        called: str | None = function.id
        visit_name(function, walk)
        if called in ASKING:
            take_implied(node, unit)
    elif type(function) is ast.Attribute:
        chain = _take_chain(function, walk)
        called = chain[0] if chain and chain[1] <= MOST_LINKS else called_name(function)
    else:
        called = called_name(function)
        walk.waiting.append(function)
    if called:
        unit.called.setdefault(called, node.lineno)
        if called in DYNAMIC:
            _take_dynamic(node, walk)
    elif called is None:
        unit.unknown_calls += 1


def _are_different(named: Sequence[ast.keyword | ast.arg]) -> bool:
    """Whether no name comes twice; `**` has none, and may."""
    names = [each.arg for each in named if each.arg]
    return len(names) < 2 or len(set(names)) == len(names)


def _take_dynamic(node: ast.Call, walk: Walk) -> None:
    module, place = dynamic_import(node, walk.package), walk.place
    if module:
        walk.imports.append(Import(module, "", "", node.lineno, place.import_kind, 0, place.is_conditional))
    elif module == "":
        walk.dynamic.append((node.lineno, ast.unparse(node)[:80]))


def take_implied(node: ast.AST, unit: Draft) -> None:
    """Note the special methods that it calls."""
    for name in implied_calls(node):
        unit.implied.setdefault(name, getattr(node, "lineno", unit.first_line))


def visit_implied(node: ast.AST, walk: Walk) -> None:
    """It may call special methods."""
    take_implied(node, walk.place.unit)
    put_children(node, walk.waiting)


def visit_comparison(node: ast.Compare, walk: Walk) -> None:
    """`in` may call a special method."""
    if type(node.ops[0]) in IMPLYING:
        take_implied(node, walk.place.unit)
    walk.waiting += node.comparators[::-1]
    walk.waiting.append(node.left)


def visit_import(node: ast.Import | ast.ImportFrom, walk: Walk) -> None:
    """The names that it binds, and what it asks for."""
    place = walk.place
    place.unit.bindings.update(bindings_of(node, walk.package))
    walk.imports += imports_of(node, walk.package, place.import_kind, is_conditional=place.is_conditional)


# Definitions


def visit_definition(node: Definition, walk: Walk) -> None:
    """A unit of its own; what stands outside of its body runs in the one around."""
    inner = Place(enter_unit(node, walk.place.unit))
    walk.drafts.append(inner.unit)
    if isinstance(node, ast.ClassDef):
        walk.is_odd |= len(node.keywords) > 1 and not _are_different(node.keywords)
    elif node.returns:
        walk.outer.append(node.returns)
    walk.visit_later(node.body, inner)
    walk.waiting += outside_body(node)


def visit_arguments(node: ast.arguments, walk: Walk) -> None:
    """Annotations and defaults."""
    waiting, several = walk.waiting, [*node.posonlyargs, *node.args]
    if node.vararg:
        several.append(node.vararg)
    several += node.kwonlyargs
    if not several and not node.kwarg:
        return
    waiting += node.defaults[::-1]
    waiting.append(node.kwarg)
    waiting += node.kw_defaults[::-1]
    if annotations := [each.annotation for each in reversed(several) if each.annotation]:
        waiting += annotations
        walk.outer += annotations
    walk.is_odd |= not _are_different([*several, node.kwarg] if node.kwarg else several)


# Variables and results


def visit_assign(node: ast.Assign, walk: Walk) -> None:
    """The type that the text gives away, and at module level `WIN = sys.platform == "win32"`."""
    place = walk.place
    if place.unit.kind == "module" and not place.is_conditional:
        _take_constant(node, walk)
    if may_say_type(node.value):
        _take_types(node, place.unit)
    walk.waiting.append(node.value)
    walk.waiting += node.targets[::-1]


def _take_constant(node: ast.Assign, walk: Walk) -> None:
    target = node.targets[0]
    if len(node.targets) == 1 and isinstance(target, ast.Name):
        answer = environment_answer(node.value, walk.constants)
        walk.constants.pop(target.id, None)
        if answer is not None:
            walk.constants[target.id] = answer


def visit_assert(node: ast.Assert, walk: Walk) -> None:
    """After `assert WIN` at module level nothing else runs."""
    place = walk.place
    is_asked = place.unit.kind == "module" and not place.is_conditional
    if is_asked and environment_answer(node.test, walk.constants) is False:
        walk.hollow |= line_range((node.end_lineno or node.lineno) + 1, place.unit.last_line)
    put_children(node, walk.waiting)


def visit_annotated(node: ast.AnnAssign | ast.withitem, walk: Walk) -> None:
    """The type that the text gives away."""
    _take_types(node, walk.place.unit)
    if isinstance(node, ast.AnnAssign):
        walk.outer.append(node.annotation)
    put_children(node, walk.waiting)


def _take_types(node: ast.AST, unit: Draft) -> None:
    """Note the class of a variable in its unit, and that of an attribute of `self` in the class."""
    for target, name in written_types(node, unit.types):
        head, _, attribute = target.partition(".")
        if not attribute:
            unit.types.setdefault(target, name)
        elif head == unit.receiver and (owner := unit.owner):
            if owner.types.get(attribute, "()").endswith("()") and not name.endswith("()"):
                owner.types[attribute] = name  # a class says more than the result of a call
            owner.types.setdefault(attribute, name)


def visit_raise(node: ast.Raise, walk: Walk) -> None:
    """The error's name."""
    if name := raised_name(node):
        walk.place.unit.raised.setdefault(name)
    put_children(node, walk.waiting)


def visit_yield(node: ast.Yield | ast.YieldFrom, walk: Walk) -> None:
    """A result, and a place in which not everywhere one may stand."""
    walk.yields += 1
    visit_result(node, walk)


def visit_result(node: ast.Return | ast.Yield | ast.YieldFrom, walk: Walk) -> None:
    """Whether the unit has a result."""
    if node.value is not None:
        walk.place.unit.has_result |= not is_none(node.value)
        walk.waiting.append(node.value)
