"""Calls of watched names, with what they are given: `subprocess.run([sys.executable, "-m", "shop"])`.

Most files name nothing of what is watched; a test of their bytes tells, and they are not parsed.
"""

import ast
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from planner.model.calls import WatchedCall
from planner.model.facts import MODULE
from planner.model.measurement import Skipped
from planner.source.excerpts import Excerpts
from planner.source.names import bindings_of
from planner.source.nodes import FIELDS, put_children
from planner.source.read import read_source
from planner.source.scopes import Scope, written_name
from planner.source.text import Text, text_at

Role: TypeAlias = Literal["call", "context", "decorator"]

MOST_STRINGS = 1000
"""Of one call; a table of test cases may hold tens of thousands."""

_MOST_NODES = 5000
_MOST_NODES_OF_ALL = 500_000
"""So many nodes of one call, and of all calls of a file, are searched for strings: calls may nest 200 deep."""

_DEFINITIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef})

_PLAIN = frozenset({ast.Attribute, ast.Expr, ast.Return, ast.If, ast.keyword, ast.arguments, ast.arg, ast.Compare})
"""The most frequent nodes of which only the children count."""


@dataclass(frozen=True, slots=True)
class _Site:
    """An expression that may be a watched call: `node` in `scope`, which counts for `unit`."""

    node: ast.expr
    scope: Scope
    unit: str
    role: Role


@dataclass(slots=True)
class _Walk:
    """The sites found so far, the scope where the walk is, and what is left to visit, the next one last.

    That are nodes, scopes to go to or back to, and what fields hold beside nodes, which is passed over.
    """

    scope: Scope
    waiting: list[object]
    sites: list[_Site] = field(default_factory=list)

    def take(self, node: ast.expr, unit: str, role: Role) -> None:
        """A site, whose parts are still to be visited; it is no call a second time."""
        self.sites.append(_Site(node, self.scope, unit, role))
        if type(node) in FIELDS:
            put_children(node, self.waiting)


def read_calls(root: Path, path: str, known: Set[str], watched: Sequence[str]) -> tuple[WatchedCall, ...] | Skipped:
    """The calls, `with` contexts and decorators in a file whose absolute names begin with one of `watched`, by line.

    Names are resolved through the file's imports, and through variables set to imported names: `run = subprocess.run`,
    `pool = Pool()` (its `pool.map` is `multiprocessing.Pool().map`), `slow = pytest.mark.skipif(...)`, which decorates
    with the arguments of that call. `pytestmark` decorates the module or class it stands in. `known` are the paths of
    the tree. Skipped when the file cannot be read or, though it may name something watched, parsed.
    """
    source = read_source(root, path)
    return source if isinstance(source, Skipped) else calls_of_source(source, path, known, watched)


def calls_of_source(
    source: bytes, path: str, known: Set[str], watched: Sequence[str]
) -> tuple[WatchedCall, ...] | Skipped:
    """As `read_calls`, of a file whose bytes are at hand."""
    return calls_of(text_at(source, path, known), watched)


def calls_of(text: Text, watched: Sequence[str]) -> tuple[WatchedCall, ...] | Skipped:
    """As `read_calls`, of a text that others look at, too."""
    if not _may_name(text.source, tuple(watched)):
        return ()
    parsed = text.parsed
    if isinstance(parsed, Skipped):
        return parsed
    excerpts, strings, beginnings = Excerpts(text.source, parsed), _Strings(), tuple(watched)
    sites = sorted(_sites(parsed.tree, text.package), key=lambda site: (site.node.lineno, site.node.col_offset))
    return tuple(
        _watched_call(text.path, name, site, excerpts, strings)
        for site in sites
        if (name := _name(site)) and name.startswith(beginnings)
    )


# Whether a file is worth parsing


def _may_name(source: bytes, watched: tuple[str, ...]) -> bool:
    """Whether the file imports the first part of a watched name, and has the rest behind it or in an import."""
    imported = _imports_in(source)
    named = [several for first, several in _parts_of(watched).items() if first in imported]
    return any(_may_have(parts, source, imported) for several in named for parts in several)


@lru_cache(maxsize=8)
def _parts_of(watched: tuple[str, ...]) -> dict[bytes, list[tuple[bytes, ...]]]:
    """The parts of each name, by the first one; the last may be a beginning: `exec` of `os.exec`."""
    found: dict[bytes, list[tuple[bytes, ...]]] = {}
    for name in watched:
        parts = tuple(name.rstrip(".").encode().split(b"."))
        found.setdefault(parts[0], []).append(parts)
    return found


def _may_have(parts: tuple[bytes, ...], source: bytes, imported: bytes) -> bool:
    if not all(part in source for part in parts[1:]) or not re.search(rb"\b" + parts[0] + rb"\b", imported):
        return False
    return len(parts) == 1 or b".".join(parts[-2:]) in source or b" as " in imported or parts[-1] in imported


_IMPORT = re.compile(rb"import(?<!\wimport)\b(?![^\n]*\bimport\b)[ \t]*(?:\([^()]*\)|[^\n]*)")
_CONTINUED = re.compile(rb"\\\r?\n")


def _imports_in(source: bytes) -> bytes:
    """The lines that hold import statements, and the names in brackets that follow them."""
    text = _CONTINUED.sub(b" ", source) if b"\\" in source else source
    return b"\n".join([text[text.rfind(b"\n", 0, each.start()) + 1 : each.end()] for each in _IMPORT.finditer(text)])


# Finding the sites


def _sites(tree: ast.Module, package: str) -> list[_Site]:
    """All calls, contexts and decorators of the tree. The stack is explicit: generated text nests thousands deep."""
    walk = _Walk(Scope(MODULE), [*reversed(tree.body)])
    waiting = walk.waiting
    while waiting:
        node: Any = waiting.pop()
        kind = type(node)
        if kind is ast.Name:
            if type(node.ctx) is not ast.Load:
                walk.scope.own.add(node.id)
        elif kind is ast.Call:
            walk.take(node, walk.scope.unit, "call")
        elif kind in _PLAIN:
            put_children(node, waiting)
        elif kind is Scope:
            walk.scope = node
        elif kind in _DEFINITIONS:
            _enter(node, walk)
        elif kind is ast.Import or kind is ast.ImportFrom:
            for local, absolute in bindings_of(node, package):
                walk.scope.imported.setdefault(local, absolute)
        elif kind is ast.With or kind is ast.AsyncWith:
            _take_contexts(node, walk)
        elif kind in FIELDS and (kind is not ast.Assign or not _take_marks(node, walk)):
            _note_variables(node, walk.scope)
            put_children(node, waiting)
    return walk.sites


def _enter(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, walk: _Walk) -> None:
    """A class or function: its body is a scope of its own; decorators, defaults and bases belong to the one around."""
    outer = walk.scope
    outer.own.add(node.name)
    unit = node.name if outer.unit == MODULE else f"{outer.unit}.{node.name}"
    inner = Scope(unit, isinstance(node, ast.ClassDef), outer)
    for decorator in node.decorator_list:
        walk.take(decorator, unit, "decorator")
    if isinstance(node, ast.ClassDef):
        walk.waiting += reversed([*node.bases, *node.keywords])
    else:
        walk.waiting.append(node.args)
        several = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        inner.own |= {each.arg for each in (*several, node.args.vararg, node.args.kwarg) if each}
    walk.waiting += (outer, *reversed(node.body), inner)


def _take_contexts(node: ast.With | ast.AsyncWith, walk: _Walk) -> None:
    scope = walk.scope
    for item in node.items:
        scope.set_to(item.optional_vars, item.context_expr)
        if isinstance(item.context_expr, ast.Call):
            walk.take(item.context_expr, scope.unit, "context")
        else:
            walk.waiting.append(item.context_expr)
    variables = [item.optional_vars for item in node.items if item.optional_vars]
    walk.waiting += reversed([*variables, *node.body])


def _take_marks(node: ast.Assign, walk: _Walk) -> bool:
    """`pytestmark = pytest.mark.slow`, or a list of marks, by which pytest decorates all tests of a module or class."""
    if not any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets):
        return False
    several = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
    for mark in several:
        walk.take(mark, walk.scope.unit, "decorator")
    return True


def _note_variables(node: ast.AST, scope: Scope) -> None:
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        scope.set_to(node.targets[0], node.value)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr):
        scope.set_to(node.target, node.value)
    elif isinstance(node, ast.ExceptHandler) and node.name:
        scope.own.add(node.name)


# What is said of a site


_FURTHER = re.compile(r"\(\)(?:\.\w+\.|\Z)|^importlib\.import_module\(\)")
"""What is known no more: parts of a result's parts, a result that is called, a module that is imported by name."""


def _name(site: _Site) -> str | None:
    """The absolute name; of a decorator that a call made, the name that was called. None for what says too little."""
    written = written_name(site.node)
    name = site.scope.absolute(written) if written else None
    if name and site.role == "decorator":
        name = name.removesuffix("()")
    return None if name is None or _FURTHER.search(name) else name


def _watched_call(path: str, name: str, site: _Site, excerpts: Excerpts, strings: "_Strings") -> WatchedCall:
    node = site.scope.call_behind(site.node) if site.role == "decorator" else site.node
    positional = node.args if isinstance(node, ast.Call) else []
    named = node.keywords if isinstance(node, ast.Call) else []
    return WatchedCall(
        path=path,
        line=site.node.lineno,
        name=name,
        unit=site.unit,
        role=site.role,
        arguments=tuple(excerpts.of(each) for each in positional),
        keywords={each.arg or "**": excerpts.of(each.value) for each in named},
        strings=tuple(strings.within([*positional, *(each.value for each in named)])),
    )


class _Strings:
    """Finds string constants, and knows how much of the file may still be searched."""

    def __init__(self) -> None:
        self._left = _MOST_NODES_OF_ALL

    def within(self, nodes: Sequence[ast.expr]) -> Iterator[str]:
        """The string constants in the nodes, in the order of the text, up to the limits."""
        stack: list[ast.AST] = list(reversed(nodes))
        found = 0
        for _ in range(min(_MOST_NODES, self._left)):
            if not stack or found == MOST_STRINGS:
                return
            self._left -= 1
            node = stack.pop()
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found += 1
                yield node.value
            stack += reversed(list(ast.iter_child_nodes(node)))
