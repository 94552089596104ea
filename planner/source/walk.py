"""One pass over a syntax tree, with an explicit stack: a recursive visitor dies at 492 `elif` arms."""

import ast
from dataclasses import dataclass, field

from planner.model.facts import MODULE, Unit, UnitKind
from planner.model.lines import NO_LINES, Lines, line_range
from planner.source.guards import hollow_block
from planner.source.names import bindings_of, dotted_name

_Function = ast.FunctionDef | ast.AsyncFunctionDef

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


@dataclass(slots=True)
class _Draft:
    """A unit while the walk is inside it; `span` still holds the lines of units nested in it."""

    name: str
    kind: UnitKind
    first_line: int
    last_line: int
    span: Lines
    parent: "_Draft | None" = None
    nested: Lines = NO_LINES
    complexity: int = 1
    parameters: int = 0
    is_async: bool = False
    names: set[str] = field(default_factory=set)
    bindings: dict[str, str] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    """Names it assigns, defines or takes: a parameter called `redis` is not the library."""


@dataclass(slots=True)
class Walk:
    """What one pass found."""

    drafts: list[_Draft]
    hollow: Lines = NO_LINES

    @property
    def import_time(self) -> Lines:
        """The lines of the module level and of class bodies, less what does not run on a usual import."""
        lines = NO_LINES
        for draft in self.drafts:
            if draft.kind in ("module", "class") and not _is_local(draft):
                lines |= draft.span & ~draft.nested
        return lines & ~self.hollow

    def units(self) -> tuple[Unit, ...]:
        """The units in the order of their lines, with the names they use made absolute."""
        return tuple(_as_unit(draft) for draft in self.drafts)


def walk_tree(tree: ast.Module, package: str, last_line: int) -> Walk:
    """Units, bindings, used names and hollow blocks of the tree. `package` as in `bindings_of`."""
    module = _Draft(MODULE, "module", 1, last_line, line_range(1, last_line))
    walk = Walk([module])
    stack: list[tuple[ast.AST, _Draft]] = [(node, module) for node in reversed(tree.body)]
    while stack:
        node, unit = stack.pop()
        for block in hollow_block(node):
            walk.hollow |= _lines_of(block)
        if isinstance(node, _Function | ast.ClassDef):
            inner = _enter(node, unit, walk)
            stack += [(child, inner) for child in reversed(node.body)]
            stack += [(child, unit) for child in _outside_body(node)]
            continue
        if _take(node, unit, package):
            stack += [(child, unit) for child in reversed(list(ast.iter_child_nodes(node)))]
    return walk


def _take(node: ast.AST, unit: _Draft, package: str) -> bool:
    """Note what the node means for its unit; whether its children still have something to say."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        unit.bindings.update(bindings_of(node, package))
        return False
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        unit.own.add(node.id)
        return False
    if isinstance(node, ast.Attribute | ast.Name):
        name = dotted_name(node)
        if name:
            unit.names.add(name)
        return name is None
    if isinstance(node, _DECISIONS):
        unit.complexity += 1
    elif isinstance(node, ast.BoolOp):
        unit.complexity += len(node.values) - 1
    return True


def _enter(node: _Function | ast.ClassDef, outer: _Draft, walk: Walk) -> _Draft:
    first, last = _first_line(node.body[0]), node.end_lineno or node.lineno
    is_inline = first == node.lineno
    span = NO_LINES if is_inline else line_range(first, last)
    inner = _Draft(
        name=node.name if outer.kind == "module" else f"{outer.name}.{node.name}",
        kind=_kind(node, outer),
        first_line=min([node.lineno, *(each.lineno for each in node.decorator_list)]),
        last_line=last,
        span=span,
        parent=outer,
        parameters=len([name for name in _parameters(node) if name not in ("self", "cls")]),
        is_async=isinstance(node, ast.AsyncFunctionDef),
        own=set(_parameters(node)),
    )
    outer.nested |= span
    outer.own.add(node.name)
    walk.drafts.append(inner)
    return inner


def _kind(node: _Function | ast.ClassDef, outer: _Draft) -> UnitKind:
    if isinstance(node, ast.ClassDef):
        return "class"
    return "method" if outer.kind == "class" else "function"


def _outside_body(node: _Function | ast.ClassDef) -> list[ast.AST]:
    """Decorators, defaults, annotations and bases: they run in the unit around."""
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *node.keywords]
    return [*node.decorator_list, node.args, *([node.returns] if node.returns else [])]


def _parameters(node: _Function | ast.ClassDef) -> list[str]:
    if isinstance(node, ast.ClassDef):
        return []
    return [each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]


def _first_line(statement: ast.stmt | ast.ExceptHandler) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(each.lineno for each in decorators)])


def _lines_of(statement: ast.stmt | ast.ExceptHandler) -> Lines:
    return line_range(_first_line(statement), statement.end_lineno or statement.lineno)


def _is_local(draft: _Draft) -> bool:
    """Whether a class is defined inside a function, so that importing does not run its body."""
    outer = draft.parent
    while outer:
        if outer.kind in ("function", "method"):
            return True
        outer = outer.parent
    return False


def _as_unit(draft: _Draft) -> Unit:
    return Unit(
        name=draft.name,
        kind=draft.kind,
        first_line=draft.first_line,
        last_line=draft.last_line,
        lines=draft.span & ~draft.nested,
        complexity=draft.complexity,
        parameters=draft.parameters,
        is_async=draft.is_async,
        uses=frozenset(full for name in draft.names if (full := _absolute(name, draft))),
    )


def _absolute(name: str, draft: _Draft) -> str | None:
    """The dotted name with its first part replaced by what an import bound it to, innermost scope first.

    None for names of the module's own; as in Python, what a class body binds is not seen from its methods.
    """
    head, dot, rest = name.partition(".")
    scope: _Draft | None = draft
    while scope:
        if scope is draft or scope.kind != "class":
            if head in scope.bindings:
                return scope.bindings[head] + dot + rest
            if head in scope.own:
                return None
        scope = scope.parent
    return f"builtins.{name}" if head in _BUILTINS_THAT_REACH_OUT else None


_BUILTINS_THAT_REACH_OUT = frozenset({"open", "input", "print", "exec", "eval", "compile", "__import__", "breakpoint"})
