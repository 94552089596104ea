"""One pass over a syntax tree, with an explicit stack: a recursive visitor dies at 492 `elif` arms."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from planner.model.facts import MODULE, Import, ImportKind, Unit
from planner.model.lines import NO_LINES, Lines, line_range
from planner.source.chains import called_name, implied_calls
from planner.source.draft import Draft
from planner.source.enter import Definition, enter_unit, outside_body
from planner.source.guards import (
    catches_import_error,
    environment_answer,
    hollow_block,
    is_environment_guard,
    is_main_guard,
    is_type_checking,
)
from planner.source.imports import dynamic_import, imports_of
from planner.source.names import bindings_of, dotted_name, is_none, raised_name
from planner.source.nodes import children
from planner.source.spans import lines_of_all, lines_of_statement
from planner.source.types import written_types

_BLOCKS = frozenset({ast.If, ast.Try, ast.TryStar, ast.With, ast.For, ast.While, ast.Match})
"""Statements below which an import is conditional."""


@dataclass(slots=True)
class Walk:
    """What one pass found."""

    drafts: list[Draft]
    package: str = ""
    hollow: Lines = NO_LINES
    guarded: Lines = NO_LINES
    main_block: Lines = NO_LINES
    imports: list[Import] = field(default_factory=list)
    dynamic: list[tuple[int, str]] = field(default_factory=list)
    constants: dict[str, bool] = field(default_factory=dict)
    waiting: list[tuple[ast.AST, "_Place"]] = field(default_factory=list)

    def visit_later(self, nodes: Sequence[ast.AST], place: "_Place") -> None:
        """Put the nodes before all that waits, in the order of the text."""
        self.waiting += [(node, place) for node in reversed(nodes)]

    @property
    def import_time(self) -> Lines:
        """The lines of the module level and of class bodies, less what does not run on a usual import."""
        lines = NO_LINES
        for draft in self.drafts:
            if draft.kind in ("module", "class") and not draft.is_local:
                lines |= draft.span & ~draft.nested
        return lines & ~self.hollow

    def units(self) -> tuple[Unit, ...]:
        """The units in the order of their lines, with the names they use made absolute."""
        return tuple(draft.unit() for draft in self.drafts)


@dataclass(slots=True)
class _Place:
    """Where the walk is: the unit, and what stands around it there."""

    unit: Draft
    is_conditional: bool = False
    is_type_checking: bool = False
    _inside: "_Place | None" = None

    def inside(self) -> "_Place":
        """The same below a condition."""
        if self.is_conditional:
            return self
        if self._inside is None:
            self._inside = _Place(self.unit, True, self.is_type_checking)
        return self._inside


def walk_tree(tree: ast.Module, package: str, last_line: int, module: str = "") -> Walk:
    """Units, imports, names, calls and guards of the tree. `package` is where relative imports start."""
    top = Draft(MODULE, "module", 1, last_line, line_range(1, last_line), module)
    walk = Walk([top], package)
    walk.visit_later(tree.body, _Place(top))
    waiting = walk.waiting
    while waiting:
        node, place = waiting.pop()
        kind = type(node)
        take = _TAKE.get(kind)
        if take is None or take(node, place, walk):
            below = place.inside() if kind in _BLOCKS else place
            for child in reversed(children(node)):
                waiting.append((child, below))
    return walk


def _take_guards(node: ast.AST, place: _Place, walk: Walk) -> None:
    """Note the lines that a condition on the environment hides or shows.

    A handler outside of functions runs when the module is imported or never: it is hollow, whatever it catches.
    """
    if isinstance(node, ast.ExceptHandler) and place.unit.kind in ("module", "class") and not place.unit.is_local:
        walk.hollow |= lines_of_statement(node)
    for block in hollow_block(node, walk.constants):
        walk.hollow |= lines_of_statement(block)
    if isinstance(node, ast.If):
        lines = lines_of_all(node.body) | lines_of_all(node.orelse)
        if is_main_guard(node.test):
            walk.main_block |= lines_of_all(node.body)
        elif is_environment_guard(node.test, walk.constants):
            walk.guarded |= lines
    elif isinstance(node, ast.Try) and any(catches_import_error(handler) for handler in node.handlers):
        walk.guarded |= lines_of_statement(node)


def _take_constant(node: ast.AST, place: _Place, walk: Walk) -> None:
    """Note `WIN = sys.platform == "win32"` at module level, and that after `assert WIN` nothing else runs."""
    if place.unit.kind != "module" or place.is_conditional:
        return
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            answer = environment_answer(value, walk.constants)
            walk.constants.pop(name, None)
            if answer is not None:
                walk.constants[name] = answer
        case ast.Assert(test=test) if environment_answer(test, walk.constants) is False:
            walk.hollow |= line_range((node.end_lineno or node.lineno) + 1, place.unit.last_line)


# What a node means for its unit; each says whether the children still have something to say


def _take_name(node: ast.Name, place: _Place, _walk: Walk) -> bool:
    if type(node.ctx) is ast.Load:
        place.unit.names.setdefault(node.id, node.lineno)
    else:
        place.unit.own.add(node.id)
    return False


def _take_attribute(node: ast.Attribute, place: _Place, _walk: Walk) -> bool:
    name = dotted_name(node)
    if name is None:
        return True
    place.unit.names.setdefault(name, node.lineno)
    return False


def _take_import(node: ast.Import | ast.ImportFrom, place: _Place, walk: Walk) -> bool:
    place.unit.bindings.update(bindings_of(node, walk.package))
    kind = _import_kind(place)
    walk.imports += imports_of(node, walk.package, kind, is_conditional=place.is_conditional)
    return False


def _take_definition(node: Definition, place: _Place, walk: Walk) -> bool:
    inner = _Place(enter_unit(node, place.unit))
    walk.drafts.append(inner.unit)
    walk.visit_later(node.body, inner)
    walk.waiting += [(child, place) for child in outside_body(node)]
    return False


def _take_if(node: ast.If, place: _Place, walk: Walk) -> bool:
    _take_guards(node, place, walk)
    if not is_type_checking(node.test):
        return _take_block(node, place, walk)
    walk.visit_later([node.test, *node.orelse], place)
    walk.visit_later(node.body, _Place(place.unit, is_conditional=True, is_type_checking=True))
    return False


def _take_handler(node: ast.ExceptHandler, place: _Place, walk: Walk) -> bool:
    _take_guards(node, place, walk)
    return _take_block(node, place, walk)


def _take_try(node: ast.Try, place: _Place, walk: Walk) -> bool:
    _take_guards(node, place, walk)
    return True


def _take_assert(node: ast.Assert, place: _Place, walk: Walk) -> bool:
    _take_constant(node, place, walk)
    return True


def _take_assign(node: ast.Assign, place: _Place, walk: Walk) -> bool:
    _take_constant(node, place, walk)
    return _take_variable(node, place, walk)


def _take_variable(node: ast.AnnAssign | ast.Assign | ast.withitem, place: _Place, _walk: Walk) -> bool:
    _take_types(node, place.unit)
    return True


def _take_block(node: ast.AST, place: _Place, walk: Walk) -> bool:
    """A decision: it counts, what stands below it is conditional, and it may call special methods."""
    place.unit.complexity += 1
    place.unit.conditional |= _conditional(node)
    return _take_implied(node, place, walk)


def _take_implied(node: ast.AST, place: _Place, _walk: Walk) -> bool:
    for name in implied_calls(node):
        place.unit.implied.setdefault(name, getattr(node, "lineno", place.unit.first_line))
    return True


def _take_operands(node: ast.BoolOp, place: _Place, _walk: Walk) -> bool:
    place.unit.complexity += len(node.values) - 1
    return True


def _take_raise(node: ast.Raise, place: _Place, _walk: Walk) -> bool:
    if name := raised_name(node):
        place.unit.raised.setdefault(name)
    return True


def _take_result(node: ast.Return | ast.Yield | ast.YieldFrom, place: _Place, _walk: Walk) -> bool:
    place.unit.has_result |= node.value is not None and not is_none(node.value)
    return True


def _conditional(node: ast.AST) -> Lines:
    """The lines below a branch, loop or handler: entering the function need not run them."""
    if isinstance(node, ast.If | ast.For | ast.AsyncFor | ast.While):
        return lines_of_all(node.body) | lines_of_all(node.orelse)
    if isinstance(node, ast.ExceptHandler | ast.match_case):
        return lines_of_all(node.body)
    return NO_LINES


def _take_call(node: ast.Call, place: _Place, walk: Walk) -> bool:
    module = dynamic_import(node, walk.package)
    if module:
        walk.imports.append(Import(module, "", "", node.lineno, _import_kind(place), 0, place.is_conditional))
    elif module == "":
        walk.dynamic.append((node.lineno, ast.unparse(node)[:80]))
    name = called_name(node.func)
    if name:
        place.unit.called.setdefault(name, node.lineno)
    elif name is None:
        place.unit.unknown_calls += 1
    return _take_implied(node, place, walk)


def _take_types(node: ast.AST, unit: Draft) -> None:
    """Note the class of a variable in its unit, and that of an attribute of `self` in the class."""
    for target, name in written_types(node, unit.types):
        head, _, attribute = target.partition(".")
        owner = unit.owner
        if owner and attribute and head == unit.receiver:
            if owner.types.get(attribute, "()").endswith("()") and not name.endswith("()"):
                owner.types[attribute] = name  # a class says more than the result of a call
            owner.types.setdefault(attribute, name)
        elif not attribute:
            unit.types.setdefault(target, name)


def _import_kind(place: _Place) -> ImportKind:
    if place.is_type_checking:
        return "type checking"
    return "lazy" if place.unit.is_local or place.unit.kind in ("function", "method") else "top level"


_TAKE: dict[type[ast.AST], Callable[[Any, _Place, Walk], bool]] = {
    ast.Name: _take_name,
    ast.Attribute: _take_attribute,
    ast.Call: _take_call,
    ast.Import: _take_import,
    ast.ImportFrom: _take_import,
    **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef), _take_definition),
    ast.If: _take_if,
    ast.ExceptHandler: _take_handler,
    ast.Try: _take_try,
    ast.Assert: _take_assert,
    ast.Assign: _take_assign,
    **dict.fromkeys((ast.AnnAssign, ast.withitem), _take_variable),
    **dict.fromkeys((ast.For, ast.AsyncFor, ast.While, ast.IfExp, ast.comprehension, ast.match_case), _take_block),
    **dict.fromkeys((ast.With, ast.AsyncWith, ast.Subscript, ast.Compare), _take_implied),
    ast.BoolOp: _take_operands,
    ast.Raise: _take_raise,
    **dict.fromkeys((ast.Return, ast.Yield, ast.YieldFrom), _take_result),
}
"""What is done with nodes that mean something for their unit; of all others only the children count."""
