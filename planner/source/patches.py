"""What a test file replaces: targets of patches and mocks, fixtures it asks for, databases in memory."""

import ast
from collections.abc import Iterable, Iterator

from planner.model.facts import ModuleFacts
from planner.model.seams import Patch, TestFacts
from planner.source.names import bindings_of, dotted_name
from planner.source.nodes import all_below

_IMPORTS = (ast.Import, ast.ImportFrom)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

_PATCHERS = frozenset({"patch", "setattr", "delattr", "object", "multiple"})
"""Last parts of `mock.patch`, `monkeypatch.setattr`, `mocker.patch.object`: the target comes first."""

_IMITATORS = frozenset({"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "create_autospec"})
"""Mocks that take a class to be like: first argument, or `spec`."""

_MEMORY = (":memory:", "sqlite://", "sqlite+aiosqlite://")
_ON_DISK = "sqlite:///"


def patches_of(tree: ast.Module, facts: ModuleFacts) -> TestFacts:
    """What the tree of a test file or conftest says, beside its facts."""
    nodes = all_below(tree)
    names = _bindings(nodes, facts.package)
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    return TestFacts(
        facts=facts,
        patches=tuple(Patch(target, call.lineno) for call in calls for target in _targets(call, names)),
        asked=dict(reversed(list(_asked(nodes)))),
        databases=tuple(Patch(name, call.lineno) for call in calls if (name := _database(call, names))),
    )


def _bindings(nodes: Iterable[object], package: str) -> dict[str, str]:
    """Local name -> absolute name, over all imports of the file: tests import inside functions, too."""
    found: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, _IMPORTS):
            found.update(bindings_of(node, package))
    return found


def _targets(call: ast.Call, names: dict[str, str]) -> Iterator[str]:
    """The absolute names that the call replaces or imitates."""
    last = (dotted_name(call.func) or "").rpartition(".")[2]
    if last in _PATCHERS and call.args:
        target = _named(call.args[0], names)
        if target and last in ("setattr", "delattr", "object") and len(call.args) > 1:
            attribute = call.args[1]
            if isinstance(attribute, ast.Constant) and isinstance(attribute.value, str):
                yield f"{target}.{attribute.value}"
            elif isinstance(call.args[0], ast.Constant):
                yield target
        elif target and isinstance(call.args[0], ast.Constant):
            yield target
    elif last in _IMITATORS:
        specs = [each.value for each in call.keywords if each.arg in ("spec", "spec_set")]
        yield from (name for each in [*call.args[:1], *specs] if (name := _named(each, names)))


def _named(node: ast.expr, names: dict[str, str]) -> str | None:
    """The absolute name that an argument names: a dotted string, or an imported name with attributes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value if all(part.isidentifier() for part in node.value.split(".")) else None
    head, dot, rest = (dotted_name(node) or "").partition(".")
    return f"{names[head]}{dot}{rest}" if head in names else None


def _asked(nodes: Iterable[object]) -> Iterator[tuple[str, int]]:
    """Parameters of tests and fixtures."""
    for node in nodes:
        if isinstance(node, _FUNCTIONS):
            decorators = [each.func if isinstance(each, ast.Call) else each for each in node.decorator_list]
            is_fixture = any((dotted_name(each) or "").endswith("fixture") for each in decorators)
            if is_fixture or node.name.startswith("test"):
                arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                yield from ((each.arg, node.lineno) for each in arguments)


def _database(call: ast.Call, names: dict[str, str]) -> str | None:
    """The function that is given a database in memory."""
    for each in [*call.args, *(keyword.value for keyword in call.keywords)]:
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and _is_in_memory(each.value):
            return _named(call.func, names) or dotted_name(call.func)
    return None


def _is_in_memory(text: str) -> bool:
    return text == ":memory:" or (text.startswith(_MEMORY[1:]) and (_ON_DISK not in text or ":memory:" in text))
