"""Decorators and marks of tests as values: fixtures, cases of `parametrize`, skips with their reasons, other marks."""

import ast
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, replace

from planner.model.suite import Cases, Mark, Skip, SkipKind, WrittenFixture
from planner.source.cases import Values
from planner.source.chains import chain_name
from planner.source.excerpts import Excerpts
from planner.source.names import dotted_name
from planner.source.scopes import Scope, written_name

_MARK = "pytest.mark."

_UNITTEST: dict[str, SkipKind] = {
    "skip": "skip",
    "skipIf": "skipif",
    "skipUnless": "skipif",
    "expectedFailure": "xfail",
}

IN_BODY: dict[str, SkipKind] = {
    "pytest.skip": "skip",
    "pytest.xfail": "xfail",
    "pytest.importorskip": "importorskip",
    "self.skipTest": "skip",
    "unittest.SkipTest": "skip",
}
"""Calls that skip what they stand in."""

_MULTIPLIERS = frozenset({"parameterized.parameterized.expand", "parameterized.parameterized", "ddt.data"})
"""Decorators that make tests of values without pytest: of `data` each argument is one, of the others of the first."""

_PATCHES = ("mock.patch", "mock.patch.object")

_ASYNC_FIXTURES = ("pytest_asyncio.", "anyio.", "pytest_trio.")

MOST_NAMES = 1000
"""Argument names or fixtures of one mark; nobody writes more."""


@dataclass(slots=True)
class Marks:
    """What the decorators, marks and skipping calls of a file say, as it is found.

    `made` are the functions at its top level that return something, as decorators of its own do.
    """

    values: Values
    excerpts: Excerpts
    made: Set[str] = frozenset()
    fixtures: list[WrittenFixture] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    cases: list[Cases] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)

    def take_call(self, node: ast.Call, unit: str, scope: Scope, condition: ast.expr | None) -> None:
        """Note a call that skips the function, or the file, that it stands in; `condition` is the nearest around it."""
        name = chain_name(node.func) or ""
        kind = IN_BODY.get(scope.absolute(name) or name)
        if kind:
            self.add_skip(Skip(unit, kind, node.lineno, in_body=True), _argument(node, 0, "reason"), condition)

    def add_skip(self, skip: Skip, reason: ast.expr | None, condition: ast.expr | None) -> None:
        """Note a skip with the texts of its reason and condition."""
        written = self.excerpts.of(condition) if condition else ""
        self.skips.append(replace(skip, reason=self._text(reason), condition=written))

    def _text(self, node: ast.expr | None) -> str:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value[:300]
        return self.excerpts.of(node) if node else ""


@dataclass(frozen=True, slots=True)
class Filled:
    """Parameters that decorators give values to: so many of the first, so many of the last, and those of the names."""

    first: int = 0
    last: int = 0
    names: frozenset[str] = frozenset()


def filled_by(decorators: Sequence[ast.expr], scope: Scope) -> Filled:
    """What `mock.patch` without a replacement gives first, and hypothesis's `given` last or by name."""
    first, last, names = 0, 0, set[str]()
    for node in decorators:
        if not isinstance(node, ast.Call):
            continue
        name = _name(node, scope)
        if name.endswith(_PATCHES):
            place = 2 if name.endswith(".object") else 1
            first += len(node.args) <= place and not any(each.arg == "new" for each in node.keywords)
        elif name in ("hypothesis.given", "given"):
            last += len(node.args)
            names |= {each.arg for each in node.keywords if each.arg}
    return Filled(first, last, frozenset(names))


def read_decorator(node: ast.expr, unit: str, scope: Scope, marks: Marks) -> None:
    """Note what a decorator makes of the unit: a fixture, or as `read_mark`."""
    name = _name(node, scope)
    if name.rpartition(".")[2] in ("fixture", "yield_fixture"):
        marks.fixtures.append(_fixture(name, scope.call_behind(node), unit, node.lineno, marks.values))
    else:
        read_mark(node, unit, scope, marks)


def read_mark(node: ast.expr, unit: str, scope: Scope, marks: Marks) -> None:
    """Note a mark of pytest, a skip of unittest, cases, or the absolute name of a decorator from elsewhere."""
    name = _name(node, scope)
    behind = scope.call_behind(node)
    call = behind if isinstance(behind, ast.Call) else ast.Call(behind, [], [])
    own, _, last = name.rpartition(".")
    if name.startswith(_MARK):
        _take_mark(name.removeprefix(_MARK), call, unit, node.lineno, scope, marks)
    elif own in ("unittest", "unittest.case") and last in _UNITTEST:
        condition = call.args[0] if last in ("skipIf", "skipUnless") and call.args else None
        reason = _argument(call, 1 if condition else 0, "reason")
        marks.add_skip(Skip(unit, _UNITTEST[last], node.lineno), reason, condition)
    elif name in _MULTIPLIERS:
        values = ast.List(call.args) if last == "data" else _argument(call, 0, "input")
        _take_cases((), values, unit, node.lineno, scope, marks)
    elif "." in name and not unit.startswith("="):
        marks.marks.append(Mark(unit, name, node.lineno))
    elif name in marks.made and not unit.startswith("="):
        marks.marks.append(Mark(unit, f"={name}", node.lineno))


def _name(node: ast.expr, scope: Scope) -> str:
    """The absolute name of what a decorator is or calls; as written where no import is behind it."""
    written = written_name(node) or ""
    return (scope.absolute(written) or written).removesuffix("()")


def _take_mark(name: str, call: ast.Call, unit: str, line: int, scope: Scope, marks: Marks) -> None:
    if name == "parametrize":
        names, indirect = _argument_names(_argument(call, 0, "argnames")), _argument(call, 2, "indirect")
        is_indirect = bool(indirect) and not (isinstance(indirect, ast.Constant) and indirect.value is False)
        _take_cases(names, _argument(call, 1, "argvalues"), unit, line, scope, marks)
        marks.cases[-1] = replace(marks.cases[-1], is_indirect=is_indirect)
    elif name in ("skip", "skipif", "xfail"):
        kind: SkipKind = "skip" if name == "skip" else "skipif" if name == "skipif" else "xfail"
        condition = _argument(call, 0, "condition") if kind != "skip" else None
        reason = _argument(call, 0 if kind == "skip" else -1, "reason")
        marks.add_skip(Skip(unit, kind, line), reason, condition)
    else:
        used = _strings(call.args)[:MOST_NAMES] if name == "usefixtures" else ()
        marks.marks.append(Mark(unit, name, line, tuple(used)))


def _take_cases(
    names: Sequence[str], values: ast.expr | None, unit: str, line: int, scope: Scope, marks: Marks
) -> None:
    """No values at all make one case that is skipped."""
    count = marks.values.count(values) if values else None
    table = scope.absolute(dotted_name(values) or "") if values and count is None else ""
    cases = Cases(unit, line, tuple(names)[:MOST_NAMES], max(1, count or 1), count is not None, table=table or "")
    marks.cases.append(cases)


def _argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    """An argument by its name, else by its place (none before a star)."""
    named = next((each.value for each in call.keywords if each.arg == name), None)
    if named or not 0 <= place < len(call.args) or any(isinstance(each, ast.Starred) for each in call.args):
        return named
    return call.args[place]


def _argument_names(node: ast.expr | None) -> list[str]:
    """`"a, b"` or `("a", "b")`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [each.strip() for each in node.value.split(",") if each.strip()]
    return _strings(node.elts) if isinstance(node, ast.List | ast.Tuple) else []


def _strings(nodes: Iterable[ast.expr]) -> list[str]:
    return [each.value for each in nodes if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def _fixture(name: str, behind: ast.expr, unit: str, line: int, values: Values) -> WrittenFixture:
    call = behind if isinstance(behind, ast.Call) else ast.Call(behind, [], [])
    given = {each.arg: each.value for each in call.keywords}
    params = given.get("params")
    count = values.count(params) if params and not _is_none(params) else 1
    return WrittenFixture(
        unit=unit,
        name=_text(given.get("name")) or unit.rpartition(".")[2],
        line=line,
        scope=_text(_argument(call, 0, "scope")) or ("dynamic" if "scope" in given else "function"),
        is_autouse=isinstance(given.get("autouse"), ast.Constant) and bool(ast.literal_eval(given["autouse"])),
        is_async=name.startswith(_ASYNC_FIXTURES),
        cases=max(1, count or 1),
        is_known=count is not None,
    )


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
