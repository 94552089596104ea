"""One pass over a syntax tree, with an explicit stack: a recursive visitor dies at 492 `elif` arms."""

import ast
from dataclasses import dataclass, field

from planner.model.facts import MODULE, Import, ImportKind, Unit
from planner.model.lines import NO_LINES, Lines, line_range
from planner.source.chains import called_name, implied_calls
from planner.source.draft import Draft
from planner.source.enter import enter_unit, outside_body
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
from planner.source.spans import lines_of_all, lines_of_statement
from planner.source.types import written_types

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

_DECISIONS = (
    ast.If,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.IfExp,
    ast.ExceptHandler,
    ast.comprehension,
    ast.match_case,
)
"""McCabe's decision points; a boolean operator adds one for each operand after the first."""

_BLOCKS = (ast.If, ast.Try, ast.TryStar, ast.With, ast.For, ast.While, ast.Match)
"""Statements below which an import is conditional."""


_GUARDS = frozenset({ast.If, ast.ExceptHandler, ast.Try})
"""Nodes that may hide lines from a usual environment."""

_SPEAKING = frozenset(
    {
        *(ast.Import, ast.ImportFrom, ast.Name, ast.Attribute, ast.Call, ast.AnnAssign, ast.Assign, ast.withitem),
        *(ast.With, ast.AsyncWith, ast.Subscript, ast.Compare, ast.BoolOp, ast.Raise, *_DECISIONS),
        *(ast.Return, ast.Yield, ast.YieldFrom),
    }
)
"""Nodes that mean something for their unit; of all others only the children count."""

_SILENT = frozenset({ast.Load, ast.Store, ast.Del, ast.Constant, ast.Pass, ast.Break, ast.Continue, ast.alias}) | {
    *(ast.And, ast.Or, ast.Not, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Is, ast.IsNot, ast.In),
    *(ast.NotIn, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.BitOr, ast.BitAnd, ast.USub, ast.Global),
}
"""Nodes with nothing to say and without children: more than half of a tree."""


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


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk is: the unit, and what stands around it there."""

    unit: Draft
    is_conditional: bool = False
    is_type_checking: bool = False


def walk_tree(tree: ast.Module, package: str, last_line: int, module: str = "") -> Walk:
    """Units, imports, names, calls and guards of the tree. `package` is where relative imports start."""
    top = Draft(MODULE, "module", 1, last_line, line_range(1, last_line), module)
    walk = Walk([top], package)
    stack: list[tuple[ast.AST, _Place]] = [(node, _Place(top)) for node in reversed(tree.body)]
    while stack:
        node, place = stack.pop()
        if isinstance(node, ast.Assign | ast.Assert):
            _take_constant(node, place, walk)
        if type(node) in _GUARDS:
            _take_guards(node, place, walk)
        if isinstance(node, _DEFINITIONS):
            inner = _Place(enter_unit(node, place.unit))
            walk.drafts.append(inner.unit)
            stack += [(child, inner) for child in reversed(node.body)]
            stack += [(child, place) for child in outside_body(node)]
        elif isinstance(node, ast.If) and is_type_checking(node.test):
            typing = _Place(place.unit, is_conditional=True, is_type_checking=True)
            stack += [(child, place) for child in reversed([node.test, *node.orelse])]
            stack += [(child, typing) for child in reversed(node.body)]
        elif type(node) not in _SPEAKING or _take(node, place, walk):
            below = _Place(place.unit, True, place.is_type_checking) if isinstance(node, _BLOCKS) else place
            stack += [(child, below) for child in reversed(_children(node))]
    return walk


def _children(node: ast.AST) -> list[ast.AST]:
    """The child nodes that have something to say, in the order of the text."""
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [each for each in value if type(each) not in _SILENT and isinstance(each, ast.AST)]
        elif type(value) not in _SILENT and isinstance(value, ast.AST):
            found.append(value)
    return found


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


def _take(node: ast.AST, place: _Place, walk: Walk) -> bool:
    """Note what the node means for its unit; whether its children still have something to say."""
    unit = place.unit
    if isinstance(node, ast.Import | ast.ImportFrom):
        unit.bindings.update(bindings_of(node, walk.package))
        kind = _import_kind(place)
        walk.imports += imports_of(node, walk.package, kind, is_conditional=place.is_conditional)
        return False
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        unit.own.add(node.id)
        return False
    if isinstance(node, ast.Attribute | ast.Name):
        name = dotted_name(node)
        if name:
            unit.names.setdefault(name, node.lineno)
        return name is None
    if isinstance(node, ast.Call):
        _take_call(node, place, walk)
    elif isinstance(node, ast.AnnAssign | ast.Assign | ast.withitem):
        _take_types(node, unit)
    for name in implied_calls(node):
        unit.implied.setdefault(name, getattr(node, "lineno", unit.first_line))
    _count(node, unit)
    unit.conditional |= _conditional(node)
    return True


def _conditional(node: ast.AST) -> Lines:
    """The lines below a branch, loop or handler: entering the function need not run them."""
    if isinstance(node, ast.If | ast.For | ast.AsyncFor | ast.While):
        return lines_of_all(node.body) | lines_of_all(node.orelse)
    if isinstance(node, ast.ExceptHandler | ast.match_case):
        return lines_of_all(node.body)
    return NO_LINES


def _count(node: ast.AST, unit: Draft) -> None:
    if isinstance(node, _DECISIONS):
        unit.complexity += 1
    elif isinstance(node, ast.BoolOp):
        unit.complexity += len(node.values) - 1
    elif isinstance(node, ast.Raise):
        if name := raised_name(node):
            unit.raised.setdefault(name)
    elif isinstance(node, ast.Return | ast.Yield | ast.YieldFrom):
        unit.has_result |= node.value is not None and not is_none(node.value)


def _take_call(node: ast.Call, place: _Place, walk: Walk) -> None:
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
