"""What there is to know about one module before testing it, and the import graph of a project as values."""

from dataclasses import dataclass

from planner.model.facts import ImportKind, UnitKind
from planner.model.measurement import Counts, FileCoverage, Input
from planner.model.seams import Touch


@dataclass(frozen=True, slots=True)
class UnitGaps:
    """One unit of the module: its own statements, what of them is missing, and what stands in the way.

    `missing` are points. `is_import_time` units run when the module is imported, the others when they are called.
    """

    name: str
    kind: UnitKind
    first_line: int
    last_line: int
    statements: int
    covered_statements: int
    missing: int
    lines_text: str
    complexity: int
    is_import_time: bool
    is_stub: bool
    touches: tuple[Touch, ...] = ()


@dataclass(frozen=True, slots=True)
class Related:
    """A module or unit (`module:unit`) that this one has to do with, at which line, how, and how sure that is."""

    name: str
    line: int | None
    how: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class CallRelations:
    """What a test of the unit would enter besides it, the public units that enter it, and calls not followed."""

    enters: tuple[Related, ...] = ()
    entered_by: tuple[Related, ...] = ()
    unresolved: int = 0


@dataclass(frozen=True, slots=True)
class ImportRelations:
    """The module among the others. `runs` is (path, statements) of what importing it runs in a fresh process."""

    imports: tuple[Related, ...] = ()
    imported_by: tuple[Related, ...] = ()
    runs: tuple[tuple[str, int], ...] = ()
    cycle: tuple[str, ...] = ()
    is_dead_end: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """One module, or one unit of it when `unit` is not empty."""

    file: FileCoverage
    module: str
    unit: str
    is_measured: bool
    units: tuple[UnitGaps, ...]
    import_time: Counts
    behaviour: Counts
    calls: CallRelations = CallRelations()
    among_modules: ImportRelations = ImportRelations()
    hollow_text: str = ""
    dynamic: tuple[tuple[int, str], ...] = ()
    unclassified: tuple[tuple[str, int], ...] = ()
    is_newer: bool = False
    inputs: tuple[Input, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A module of the import graph with its coverage; `missing` are points."""

    module: str
    path: str
    statements: int
    covered_statements: int
    missing: int
    seams: tuple[str, ...]
    fan_in: int
    fan_out: int
    is_dead_end: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """`source` imports `target` at `line`; one edge for each kind."""

    source: str
    target: str
    kind: ImportKind
    line: int


@dataclass(frozen=True, slots=True)
class ImportMap:
    """The import graph as values, nodes and edges sorted."""

    project: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    cycles: tuple[tuple[str, ...], ...] = ()
    inputs: tuple[Input, ...] = ()
