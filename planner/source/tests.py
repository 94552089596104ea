"""What a test file says of its tests, as written: one walk over definitions, one over the rest. Nothing is imported."""

import ast
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from planner.model.facts import MODULE, UnitKind
from planner.model.lines import Lines, line_range
from planner.model.measurement import Skipped
from planner.model.suite import SuiteFacts, Written
from planner.source.cases import Constants, Values
from planner.source.decorators import Marks, filled_by, read_decorator, read_mark
from planner.source.excerpts import Excerpts
from planner.source.glance import Glance, look_through, written_lines
from planner.source.guards import hollow_block
from planner.source.names import absolute_base, bindings_of
from planner.source.read import read_source
from planner.source.scopes import Scope, written_name
from planner.source.spans import first_line
from planner.source.text import Text, text_at

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def read_suite_facts(root: Path, path: str, known: Set[str]) -> SuiteFacts | Skipped:
    """What the file at `path` below `root` says of its tests; `known` are the paths of the tree, to tell packages."""
    source = read_source(root, path)
    return source if isinstance(source, Skipped) else suite_of_source(source, path, known)


def suite_of_source(source: bytes, path: str, known: Set[str]) -> SuiteFacts | Skipped:
    """As `read_suite_facts`, of a file whose bytes are at hand."""
    return suite_of(text_at(source, path, known))


def suite_of(text: Text) -> SuiteFacts | Skipped:
    """As `read_suite_facts`, of a text that others look at, too."""
    parsed = text.parsed
    if isinstance(parsed, Skipped):
        return parsed
    tree = look_through(parsed.tree, text.package)
    reading = _Reading(text.module, text.package, tree, written_lines(text.source) & ~tree.strings)
    reading.top.imported.update(tree.imported)
    _scan(parsed.tree.body, reading)
    return _facts(text.path, reading, Excerpts(text.source, parsed))


@dataclass(slots=True)
class _Reading:
    """What has been read of a file; `top` is the scope of its module level.

    `decorated` and `marked` are decorators and marks, each with the unit that they are for and the scope they are read
    in. `set_to` has what each name in classes and at module level is set to, None for one that is set twice.
    """

    module: str
    package: str
    tree: Glance
    code: Lines
    top: Scope = field(default_factory=lambda: Scope(MODULE))
    written: list[Written] = field(default_factory=list)
    decorated: list[tuple[str, Scope, Sequence[ast.expr]]] = field(default_factory=list)
    marked: list[tuple[str, Scope, ast.expr]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    set_to: dict[str, ast.expr | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Level:
    """Statements at module level or in a class body; `is_conditional` below an `if`, `try`, `with` or loop."""

    statements: Sequence[ast.stmt]
    scope: Scope
    is_conditional: bool = False


def _scan(body: Sequence[ast.stmt], reading: _Reading) -> None:
    """All definitions at module level and in classes, in the order of the text. The stack is explicit: `elif` nests."""
    waiting = [_Level(body, reading.top)]
    while waiting:
        level = waiting.pop()
        inner: list[_Level] = []
        for node in level.statements:
            if isinstance(node, _DEFINITIONS):
                inner += _enter(node, level, reading)
            else:
                _take_statement(node, level, reading)
                inner += [_Level(each, level.scope, True) for each in _blocks(node)]
        waiting += reversed(inner)


def _blocks(node: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    """The blocks in a statement, less those for another platform or Python, which defines nothing here."""
    elsewhere = hollow_block(node, {})
    blocks = (getattr(node, name, []) for name in ("body", "orelse", "finalbody"))
    handlers = (each.body for each in getattr(node, "handlers", []))
    yield from (each for each in (*blocks, *handlers) if each and not (elsewhere and each[0] is elsewhere[0]))


def _enter(node: _Function | ast.ClassDef, level: _Level, reading: _Reading) -> Iterator[_Level]:
    """Note a definition; the level inside it if it is a class."""
    outer = level.scope
    outer.own.add(node.name)
    unit = node.name if outer.unit == MODULE else f"{outer.unit}.{node.name}"
    reading.decorated.append((unit, outer, node.decorator_list))
    first, last = first_line(node), node.end_lineno or node.lineno
    lines = (reading.code & line_range(first, last)).bit_count()
    if isinstance(node, ast.ClassDef):
        reading.written.append(_class(unit, node, level, lines, reading))
        yield _Level(node.body, Scope(unit, True, outer))
        return
    if outer.unit == MODULE:
        _take_returned(node, reading)
    decorators = [written_name(each) or "" for each in node.decorator_list]
    is_static = "staticmethod" in decorators
    kind: UnitKind = "method" if outer.is_class else "function"
    reading.written.append(
        Written(
            unit=unit,
            kind=kind,
            first_line=first,
            last_line=last,
            asks=_asked(node, outer, skips_first=kind == "method" and not is_static),
            assertions=reading.tree.checks_in(first, last),
            code_lines=lines,
            is_async=isinstance(node, ast.AsyncFunctionDef),
            is_static=is_static,
            is_property=any(name.rpartition(".")[2] in ("property", "setter", "overload") for name in decorators),
            is_conditional=level.is_conditional,
        )
    )


def _take_returned(node: _Function, reading: _Reading) -> None:
    """Note what a function returns: `return pytest.mark.skipif(...)` makes it a decorator that skips."""
    for each in node.body:
        if isinstance(each, ast.Return) and isinstance(each.value, ast.Call | ast.Attribute):
            reading.marked.append((f"={node.name}", reading.top, each.value))


def _class(unit: str, node: ast.ClassDef, level: _Level, lines: int, reading: _Reading) -> Written:
    bases = [each.value if isinstance(each, ast.Subscript) else each for each in node.bases]
    named = [name for base in bases if (name := written_name(base))]
    return Written(
        unit=unit,
        kind="class",
        first_line=first_line(node),
        last_line=node.end_lineno or node.lineno,
        bases=tuple(_base(name.removesuffix("()"), level.scope, reading) for name in named),
        code_lines=lines,
        is_conditional=level.is_conditional,
        is_hidden=any(_sets_test_off(each) for each in node.body),
        has_constructor=any(getattr(each, "name", "") in ("__init__", "__new__") for each in node.body),
    )


def _base(name: str, scope: Scope, reading: _Reading) -> str:
    """Absolute; a class of this file by the module's name, one of the class around by that, too."""
    if full := scope.absolute(name):
        return full
    outer: Scope | None = scope
    head = name.partition(".")[0]
    while outer and head not in outer.own:
        outer = outer.outer
    inside = f"{outer.unit}.{name}" if outer and outer.unit != MODULE else name
    return f"{reading.module}.{inside}" if outer else name


def _sets_test_off(node: ast.stmt) -> bool:
    match node:
        case ast.Assign(targets=[ast.Name(id="__test__")], value=ast.Constant(value=value)):
            return not value
    return False


def _asked(node: _Function, scope: Scope, *, skips_first: bool) -> tuple[str, ...]:
    """The parameters that pytest looks for fixtures for: without a default, and not filled by a decorator."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    free = positional[: len(positional) - len(arguments.defaults)][1 if skips_first else 0 :]
    filled = filled_by(node.decorator_list, scope)
    free = free[filled.first : len(free) - filled.last]
    named = [each for each, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if value is None]
    return tuple(each.arg for each in (*free, *named) if each.arg not in filled.names)


# Statements between definitions


def _take_statement(node: ast.stmt, level: _Level, reading: _Reading) -> None:
    scope = level.scope
    if isinstance(node, ast.Import | ast.ImportFrom) and not scope.is_class:
        reading.names.update(bindings_of(node, reading.package))
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            reading.stars.append(absolute_base(node, reading.package))
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            _take_value(target, None if level.is_conditional else node.value, node.value, scope, reading)
    elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        reading.set_to[node.target.id] = None


def _take_value(
    target: ast.expr, constant: ast.expr | None, value: ast.expr | None, scope: Scope, reading: _Reading
) -> None:
    """Note what a variable is set to, and marks that it stands for."""
    if not isinstance(target, ast.Name) or value is None:
        return
    scope.own.add(target.id)
    scope.set_to(target, value)
    reading.set_to[target.id] = None if target.id in reading.set_to else constant
    if target.id == "pytestmark":
        several = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
        reading.marked += [(scope.unit, scope, each) for each in several]
    elif scope.unit == MODULE and isinstance(value, ast.Call | ast.Attribute):
        reading.marked.append((f"={target.id}", scope, value))


# All together


def _facts(path: str, reading: _Reading, excerpts: Excerpts) -> SuiteFacts:
    changed = reading.tree.changed
    constants = {name: value for name, value in reading.set_to.items() if value is not None and name not in changed}
    made = frozenset(unit.removeprefix("=") for unit, _, _ in reading.marked if unit.startswith("="))
    values = Values(constants)
    marks = Marks(values, excerpts, made)
    for unit, scope, decorators in reading.decorated:
        for each in decorators:
            read_decorator(each, unit, scope, marks)
    for unit, scope, mark in reading.marked:
        read_mark(mark, unit, scope, marks)
    _read_skips(reading, marks)
    return SuiteFacts(
        path=path,
        module=reading.module,
        written=tuple(reading.written),
        fixtures=tuple(marks.fixtures),
        marks=tuple(marks.marks),
        cases=tuple(marks.cases),
        skips=tuple(marks.skips),
        names=reading.names,
        stars=tuple(dict.fromkeys(reading.stars)),
        plugins=tuple(_strings(reading.set_to.get("pytest_plugins"))),
        ignored=tuple(each for key in ("", "_glob") for each in _strings(reading.set_to.get(f"collect_ignore{key}"))),
        code_lines=reading.code.bit_count(),
        lengths=_lengths(constants, values),
        generates=any(each.name == "pytest_generate_tests" for each in reading.written),
        imports_pytest=any(name.partition(".")[0] == "pytest" for name in reading.top.imported.values()),
    )


def _lengths(constants: Constants, values: Values) -> dict[str, int]:
    """How many values each constant has that is more than a name or a text."""
    tables = [name for name, value in constants.items() if not isinstance(value, ast.Constant | ast.Name)]
    counts = {name: values.count(constants[name]) for name in tables}
    return {name: count for name, count in counts.items() if count is not None}


def _read_skips(reading: _Reading, marks: Marks) -> None:
    """The calls that skip, each for the function around it, or for the file."""
    functions = [each for each in reading.written if each.kind != "class"]
    for call in reading.tree.skips:
        around = (each.unit for each in functions if each.first_line <= call.lineno <= each.last_line)
        marks.take_call(call, next(around, MODULE), reading.top, reading.tree.condition_of(call))


def _strings(node: ast.expr | None) -> list[str]:
    several = node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else [node]
    return [each.value for each in several if isinstance(each, ast.Constant) and isinstance(each.value, str)]
