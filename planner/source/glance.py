"""One look at every node of a test file: imports anywhere, assertions, calls that skip, strings that are no code."""

import ast
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from planner.model.lines import NO_LINES, Lines, line_range, lines_of
from planner.source.decorators import IN_BODY
from planner.source.names import bindings_of, dotted_name

_CHANGES = frozenset({"append", "extend", "insert", "add", "update", "remove", "pop", "clear", "discard", "setdefault"})
"""Methods after which a constant no longer holds what it was set to."""

_CHECKS = frozenset({"pytest.raises", "pytest.warns", "pytest.fail", "pytest.deprecated_call", "self.fail"})
"""Calls that can fail a test, beside those of names that begin with `assert`."""

_CHECKING = frozenset(name.rpartition(".")[2] for name in _CHECKS)
_SKIPPING = frozenset(name.rpartition(".")[2] for name in IN_BODY)


@dataclass(slots=True)
class Glance:
    """What all nodes together say. `checks` are the lines of what can fail a test, sorted, one for each.

    `imported` are local names of all imports, also in functions, and what they stand for. `changed` are the names on
    which something is called that changes what they hold. `strings` are the lines of statements that are only a string.
    """

    checks: list[int] = field(default_factory=list)
    skips: list[ast.Call] = field(default_factory=list)
    conditions: list[ast.If] = field(default_factory=list)
    imported: dict[str, str] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    strings: Lines = NO_LINES

    def checks_in(self, first: int, last: int) -> int:
        """How many checks lie on the lines."""
        return bisect_right(self.checks, last) - bisect_left(self.checks, first)

    def condition_of(self, node: ast.expr) -> ast.expr | None:
        """The condition of the innermost `if` with the node in its body."""
        around = [each for each in self.conditions if _begins(each) <= node.lineno <= _ends(each)]
        return max(around, key=_begins).test if around else None


def look_through(tree: ast.Module, package: str) -> Glance:
    """What the nodes of the tree say; `package` is where relative imports start."""
    found = Glance()
    calls: list[ast.Call] = []
    for node in ast.walk(tree):
        match node:
            case ast.Call():
                calls.append(node)
            case ast.Assert():
                found.checks.append(node.lineno)
            case ast.Import() | ast.ImportFrom():
                for local, absolute in bindings_of(node, package):
                    found.imported.setdefault(local, absolute)
            case ast.If():
                found.conditions.append(node)
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                found.changed.add(name)
            case ast.Expr(value=ast.Constant(value=str())):
                found.strings |= line_range(node.lineno, node.end_lineno or node.lineno)
    for call in calls:
        _take_call(call, found)
    found.checks.sort()
    found.skips.sort(key=lambda call: (call.lineno, call.col_offset))
    return found


def _take_call(node: ast.Call, found: Glance) -> None:
    function = node.func
    if isinstance(function, ast.Attribute):
        last = function.attr
        if last in _CHANGES and isinstance(function.value, ast.Name):
            found.changed.add(function.value.id)
    else:
        last = function.id if isinstance(function, ast.Name) else ""
    if last.startswith("assert") or (last in _CHECKING and _absolute(function, found) in _CHECKS):
        found.checks.append(node.lineno)
    elif last in _SKIPPING:
        found.skips.append(node)


def _absolute(function: ast.expr, found: Glance) -> str:
    head, dot, rest = (dotted_name(function) or "").partition(".")
    return found.imported.get(head, head) + dot + rest


def _begins(node: ast.If) -> int:
    return node.body[0].lineno


def _ends(node: ast.If) -> int:
    return node.body[-1].end_lineno or node.body[-1].lineno


def written_lines(source: bytes) -> Lines:
    """Lines that are neither blank nor a comment alone."""
    texts = (text.strip() for text in source.splitlines())
    return lines_of(number for number, text in enumerate(texts, 1) if text and not text.startswith(b"#"))
