"""The shape of a project's imports: how many lean on a module, how deep it stands, cycles, and what nothing imports."""

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from planner.graph.imports import Modules, find_edges, import_graph, index_modules
from planner.model.facts import ModuleFacts

if TYPE_CHECKING:
    import networkx

CONFIGURATION_FILES = ("pyproject.toml", "setup.cfg", "setup.py")
"""Where scripts, entry points and settings name the modules that are started from outside."""

MAX_CONFIGURATION_BYTES = 1024 * 1024

_STARTED_BY_NAME = frozenset({"__main__", "conftest", "setup"})

_WITH_OBJECT = re.compile(r"([A-Za-z_][\w.]*):[A-Za-z_]")
"""`package.module:function`, as entry points are written."""

_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")


@dataclass(frozen=True, slots=True)
class ModuleShape:
    """One module among the others.

    `fan_in` and `fan_out` count modules, imports for type checking aside. `depth` is the longest chain of imports
    below it, 0 when it imports nothing of the project; a cycle counts once. `cycle` has the modules that import each
    other in a ring with it, itself included, or none. A dead end is imported by nothing and started by nothing known.
    """

    module: str
    path: str
    fan_in: int
    fan_out: int
    depth: int
    cycle: tuple[str, ...] = ()
    is_dead_end: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """All modules by name, and the cycles, the largest first."""

    modules: Mapping[str, ModuleShape]
    cycles: tuple[tuple[str, ...], ...]

    @property
    def dead_ends(self) -> tuple[str, ...]:
        return tuple(name for name, each in self.modules.items() if each.is_dead_end)


def find_shape(facts: Iterable[ModuleFacts], configuration: Iterable[str] = ()) -> Shape:
    """The shape of the import graph. `configuration` are texts that may name entry points (`read_configuration`)."""
    known = index_modules(facts)
    by_name, graph = known.by_name, import_graph(known)
    running = _running(graph)
    cycles = _find_cycles(running)
    depths = _find_depths(running, cycles)
    ring = {module: cycle for cycle in cycles for module in cycle}
    ends = _without_importer(known, {target for _, target in graph.edges}, configuration)
    modules = {
        module: ModuleShape(
            module=module,
            path=graph.nodes[module]["path"],
            fan_in=running.in_degree(module),
            fan_out=running.out_degree(module),
            depth=depths[module],
            cycle=ring.get(module, ()),
            is_dead_end=module in ends,
        )
        for module in sorted(by_name)
    }
    return Shape(modules, cycles)


def find_dead_ends(facts: Iterable[ModuleFacts], configuration: Iterable[str] = ()) -> frozenset[str]:
    """The paths of the dead ends alone, without the shape of the graph: see `ModuleShape`."""
    known = index_modules(facts)
    ends = _without_importer(known, {edge.target for edge in find_edges(known)}, configuration)
    return frozenset(known.by_name[module].path for module in ends)


def _without_importer(known: Modules, imported: Set[str], configuration: Iterable[str]) -> frozenset[str]:
    """The modules that nothing imports and nothing known starts."""
    started = _named_in(configuration) | {package for module in known.by_name for package in _around(module)}
    rest = known.by_name.keys() - imported - started
    return frozenset(module for module in rest if not _is_started(known.by_name[module]))


def read_configuration(root: Path) -> tuple[str, ...]:
    """The texts of the project's configuration files that are there and readable; nothing in them is run."""
    found = []
    for name in CONFIGURATION_FILES:
        try:
            path = root / name  # reading a pipe would block
            if path.is_file() and path.stat().st_size <= MAX_CONFIGURATION_BYTES:
                found.append((root / name).read_text("utf-8", errors="replace"))
        except OSError:
            continue
    return tuple(found)


def _running(graph: "networkx.DiGraph[str]") -> "networkx.DiGraph[str]":
    """The graph without imports for type checking alone."""
    running = graph.copy()
    running.remove_edges_from([edge for edge in graph.edges if graph.edges[edge]["kind"] == "type checking"])
    return running


def _find_cycles(graph: "networkx.DiGraph[str]") -> tuple[tuple[str, ...], ...]:
    import networkx

    found = [tuple(sorted(each)) for each in networkx.strongly_connected_components(graph) if len(each) > 1]
    return tuple(sorted(found, key=lambda cycle: (-len(cycle), cycle)))


def _find_depths(graph: "networkx.DiGraph[str]", cycles: Iterable[tuple[str, ...]]) -> dict[str, int]:
    """The longest chain of imports below each module, with every cycle shrunk to its first module."""
    import networkx

    first = {module: cycle[0] for cycle in cycles for module in cycle}
    below: dict[str, set[str]] = {}
    for source, target in graph.edges:
        here, there = first.get(source, source), first.get(target, target)
        if here != there:
            below.setdefault(here, set()).add(there)
    depths: dict[str, int] = {}
    shrunk: networkx.DiGraph[str] = networkx.DiGraph((here, there) for here in below for there in below[here])
    for module in reversed(list(networkx.topological_sort(shrunk))):
        depths[module] = max((depths[each] + 1 for each in below.get(module, ())), default=0)
    return {module: depths.get(first.get(module, module), 0) for module in graph}


def _is_started(facts: ModuleFacts) -> bool:
    """Whether Python, pytest or a build starts it without an import statement."""
    last = facts.module.rpartition(".")[2]
    return bool(facts.main_block) or last in _STARTED_BY_NAME or last.startswith("test_") or last.endswith("_test")


def _named_in(texts: Iterable[str]) -> frozenset[str]:
    """Modules that the texts may name: `module:object`, and every beginning of a dotted name."""
    names: set[str] = set()
    for text in texts:
        names.update(_WITH_OBJECT.findall(text))
        for name in _DOTTED.findall(text):
            names.add(name)
            names.update(package for package in _around(name) if "." in package)
    return frozenset(names)


def _around(module: str) -> Iterable[str]:
    """The packages around a module; they run before it, so that something uses them."""
    parts = module.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts)))
