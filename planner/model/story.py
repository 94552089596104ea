"""What pictures of a plan are drawn from: a map of the code, routes to the target, imports, source, the way so far.

Plain values with exact counts; the HTML report and notebooks draw the same ones. Points are statements and branch
exits, hours are hours of work.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from planner.model.explanation import Edge, Node
from planner.model.lines import NO_LINES, Lines
from planner.model.measurement import Counts
from planner.model.plan import Range
from planner.model.problem import BodyKey

RouteKind = Literal["option", "order"]
"""option: tests of an option in its own order. order: a naive order of modules, each finished before the next."""

REST = ""
"""The name of what is missing in a module and belongs to no class or function that is known."""


@dataclass(frozen=True, slots=True)
class UnitPlace:
    """A class or top-level function, with all in it, or the module level, on the map of the code.

    `points` and `missing` are whole points. `gain_milli` are the thousandths of a point that all its planned tests
    bring when nothing else is tested, `hours` (P50) what they take; both 0 where no test can be aimed at it.
    """

    unit: str
    first_line: int
    points: int
    missing: int
    gain_milli: int = 0
    hours: float = 0.0


@dataclass(frozen=True, slots=True)
class ModulePlace:
    """A module on the map: the missing points of its units add up to those of its `counts`, where lists are whole.

    Not measured: a file of the source tree that the data has never heard of.
    """

    module: str
    path: str
    counts: Counts
    units: tuple[UnitPlace, ...] = ()
    is_measured: bool = True


@dataclass(frozen=True, slots=True)
class Milepost:
    """How far a route is after so many tests: `hours` (P50) of work, and `covered` points of `points` in all.

    `covered` is a range: P10, P50 and P90. `points` grows where tests import files that were outside the total.
    """

    tests: int
    hours: float
    covered: Range
    points: int


@dataclass(frozen=True, slots=True)
class Route:
    """Tests in an order, as a curve of covered points over hours, from today on."""

    key: str
    name: str
    kind: RouteKind
    mileposts: tuple[Milepost, ...]


@dataclass(frozen=True, slots=True)
class PlanImports:
    """Modules of a plan as nodes, each with its gain in points, and what they import of each other.

    `gains` are by module; nodes without one are only imported. `left_out` are modules of the plan beyond the first.
    """

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    gains: Mapping[str, int] = field(default_factory=dict)
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Fragment:
    """Successive source lines of a file, the first of which has the number `first`."""

    first: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The source around what is missing in one unit: `missing` statements, and lines with exits not taken.

    `left_out` are statements that are missing beyond the last fragment.
    """

    path: str
    unit: str
    fragments: tuple[Fragment, ...]
    missing: Lines = NO_LINES
    partial: Lines = NO_LINES
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """A measurement on the way so far: `taken` in UTC (`2026-11-21T12:00:00Z`), and its totals.

    `rules` says what was counted otherwise than at the moment before, "" where nothing was.
    """

    taken: str
    totals: Counts
    label: str = ""
    rules: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """All that is drawn beside the figures of an Outcome. `excerpts` are by path and unit of a candidate."""

    code: tuple[ModulePlace, ...] = ()
    routes: tuple[Route, ...] = ()
    imports: PlanImports = PlanImports()
    excerpts: Mapping[BodyKey, Excerpt] = field(default_factory=dict)
    moments: tuple[Moment, ...] = ()
    notices: tuple[str, ...] = ()
