"""Which module of the project an import statement means, and the graph that all of them make."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.model.facts import Import, ImportKind, ModuleFacts

if TYPE_CHECKING:
    import networkx

STRONGEST_FIRST: tuple[ImportKind, ...] = ("top level", "lazy", "type checking")
"""An edge of several kinds is shown as the first of these."""


@dataclass(frozen=True, slots=True)
class ImportEdge:
    """The first import of its kind by which module `source` asks for module `target`, both of the project."""

    source: str
    target: str
    kind: ImportKind
    line: int


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Files that would all be imported as `module`: names mean `used`, nothing is said about the others."""

    module: str
    used: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Modules:
    """The modules of a project by name, and what names mean among them.

    `roots` says below which folders (as dotted prefixes) the first part of a name can be found, too: `app` below
    `backend` when there is `backend/app/` and `backend` is no regular package.
    """

    by_name: Mapping[str, ModuleFacts]
    duplicates: tuple[Duplicate, ...]
    roots: Mapping[str, tuple[str, ...]]

    def split(self, name: str, importer: str) -> tuple[str, str] | None:
        """The module that a dotted name as seen from `importer` lies in, and the rest of the name; None if outside.

        The longest module that the name begins with counts: `package.attribute` is the package and `attribute`.
        Names that only match below a folder are looked up around the importer, nearest folder first, then anywhere if
        that is unique, as for an editable install or a `pythonpath` setting.
        """
        found = self._longest(name)
        if found:
            return found, name[len(found) + 1 :]
        folder = self._folder(name, importer)
        found = self._longest(f"{folder}.{name}") if folder else None
        return (found, name[len(found) - len(folder or "") :]) if found else None

    def target(self, asked: Import, importer: str) -> str | None:
        """The module that one imported name comes from: the sub-module `module.name` when there is one."""
        is_plain = asked.name in ("", "*") or not asked.module
        found = self.split(asked.module or asked.name if is_plain else f"{asked.module}.{asked.name}", importer)
        return found[0] if found else None

    def parents(self, module: str) -> Iterator[str]:
        """The packages around the module that have a file of their own, the outermost first; they run before it."""
        parts = module.split(".")
        for count in range(1, len(parts)):
            package = ".".join(parts[:count])
            if package in self.by_name:
                yield package

    def _longest(self, name: str) -> str | None:
        while name and name not in self.by_name:
            name = name.rpartition(".")[0]
        return name or None

    def _folder(self, name: str, importer: str) -> str | None:
        """The folder below which the name is meant."""
        folders = [each for each in self.roots.get(name.partition(".")[0], ()) if self._is_below(each, name, importer)]
        around = [each for each in folders if importer.startswith(f"{each}.")]
        if around:
            return max(around, key=len)
        return folders[0] if len(folders) == 1 else None

    def _is_below(self, folder: str, name: str, importer: str) -> bool:
        """Whether the folder has a module for the name, other than the one that asks: no module imports itself."""
        found = self._longest(f"{folder}.{name}")
        return found is not None and len(found) > len(folder) and found != importer


def index_modules(facts: Iterable[ModuleFacts]) -> Modules:
    """The modules by name. Of files with one name, that at the root wins over a layout folder, a package over a module.

    The working directory stands on the import path before an editable install; a package hides a module beside it.
    """
    files: dict[str, list[ModuleFacts]] = {}
    for each in facts:
        files.setdefault(each.module, []).append(each)
    ordered = {module: sorted(files[module], key=_precedence) for module in sorted(files)}
    by_name = {module: found[0] for module, found in ordered.items()}
    duplicates = tuple(
        Duplicate(module, found[0].path, tuple(each.path for each in found[1:]))
        for module, found in ordered.items()
        if len(found) > 1
    )
    return Modules(by_name, duplicates, _find_roots(by_name))


def find_edges(modules: Modules) -> tuple[ImportEdge, ...]:
    """Every import of one module by another, once per kind with its first line, in the order of names and lines."""
    first: dict[tuple[str, str, ImportKind], int] = {}
    for module, facts in modules.by_name.items():
        for asked in facts.imports:
            target = modules.target(asked, module)
            if target and target != module:
                key = (module, target, asked.kind)
                first[key] = min(asked.line, first.get(key, asked.line))
    return tuple(ImportEdge(*key, line) for key, line in sorted(first.items()))


def import_graph(modules: Modules) -> "networkx.DiGraph[str]":
    """Modules with attribute `path`; an edge for every import with `lines` (kind -> first line).

    `kind` and `line` of an edge are those of its strongest kind, top level before lazy before type checking. The
    graph's attribute `duplicates` names the files that share a module name.
    """
    import networkx

    graph: networkx.DiGraph[str] = networkx.DiGraph(duplicates=modules.duplicates)
    for module, each in modules.by_name.items():
        graph.add_node(module, path=each.path)
    lines: dict[tuple[str, str], dict[ImportKind, int]] = {}
    for edge in find_edges(modules):
        lines.setdefault((edge.source, edge.target), {})[edge.kind] = edge.line
    for (source, target), by_kind in lines.items():
        kind = min(by_kind, key=STRONGEST_FIRST.index)
        graph.add_edge(source, target, kind=kind, line=by_kind[kind], lines=by_kind)
    return graph


def _precedence(facts: ModuleFacts) -> tuple[bool, bool, str]:
    is_in_layout_folder = facts.path.partition("/")[0] != facts.module.partition(".")[0] and "/" in facts.path
    return is_in_layout_folder, not facts.is_package, facts.path


def _find_roots(by_name: Mapping[str, ModuleFacts]) -> dict[str, tuple[str, ...]]:
    """First part of a name -> folders that have it and are no regular package.

    A lone module in a folder that imports treat as a package is none: `redis` is the library and not `app/redis.py`
    when somebody writes `import app.redis`. Neither are names of the standard library.
    """
    used_as_package = _used_as_package(by_name)
    roots: dict[str, set[str]] = {}
    for module in by_name:
        parts = module.split(".")
        for count in range(1, len(parts)):
            folder, first = ".".join(parts[:count]), parts[count]
            is_lone = count == len(parts) - 1 and not by_name[module].is_package
            if folder in by_name or first in sys.stdlib_module_names or (is_lone and folder in used_as_package):
                continue
            roots.setdefault(first, set()).add(folder)
    return {first: tuple(sorted(folders)) for first, folders in roots.items()}


def _used_as_package(by_name: Mapping[str, ModuleFacts]) -> set[str]:
    """Folders that some import goes through, from the root or from a dot."""
    used: set[str] = set()
    for facts in by_name.values():
        for asked in facts.imports:
            name = f"{asked.module}.{asked.name}" if asked.name else asked.module
            while name:
                outer = name.rpartition(".")[0]
                if name in by_name or outer in used:
                    used.add(outer)
                name = outer
    return used
