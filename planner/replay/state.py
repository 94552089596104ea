"""What a planner may see: the coverage of now, the code, the tests that exist, what can be aimed at. Nothing hidden."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from planner.forecast.project import Project as Names
from planner.forecast.project import read_project as read_names
from planner.forecast.reached import Reached, by_unit
from planner.forecast.runs import Runs
from planner.forecast.seams import Catalogue, read_catalogue
from planner.forecast.touches import Touches, direct_touches
from planner.graph.calls import CallGraph, call_graph
from planner.graph.closure import import_closures
from planner.graph.reach import reach
from planner.model.facts import ModuleFacts
from planner.model.lines import Lines
from planner.model.measurement import FileCoverage
from planner.model.plan import Range
from planner.model.problem import BodyKey
from planner.model.seams import TestFacts, UnitKey

Grain = Literal["module", "class"]
"""What an item is: a module, or a class or top-level function."""

Mode = Literal["plan", "replan"]
"""Whether a planner is asked once, for the whole list, or again after each test."""


@dataclass(frozen=True, eq=False)
class Code:
    """The product's code: facts by path, and what is computed from them once, when it is first asked for."""

    facts: Mapping[str, ModuleFacts]

    @cached_property
    def calls(self) -> CallGraph:
        return call_graph(self.facts.values())

    @cached_property
    def runs_on_import(self) -> Runs:
        """The files of the project that importing each module runs, itself included."""
        closures = import_closures(self.facts.values())
        return Runs(closures.files, {path: closures.files_of(facts.module) for path, facts in self.facts.items()})

    @cached_property
    def reached(self) -> Reached:
        """The units that a test would enter, with how likely."""
        paths = {facts.module: path for path, facts in self.facts.items()}
        units = zip(self.calls.modules, self.calls.units, strict=True)
        keys = [(paths[module], unit.name) for module, unit in units]
        found: dict[UnitKey, dict[UnitKey, float]] = {}
        for number, key in enumerate(keys):
            others = {keys[each]: chance for each, chance in reach(number, self.calls).items() if keys[each] != key}
            found.setdefault(key, others)
        return by_unit(found)

    @cached_property
    def names(self) -> Names:
        return read_names(self.facts.values())

    @cached_property
    def catalogue(self) -> Catalogue:
        """The shipped one: a recording says nothing of a project's own settings."""
        return read_catalogue()

    @cached_property
    def direct(self) -> Touches:
        """The seams that each unit touches itself."""
        return direct_touches(self.facts.values(), self.names, self.catalogue)


@dataclass(frozen=True, slots=True)
class Item:
    """What a step may aim at: its key (`unit` is "" for a module), and its statements in its own file.

    A module has all of them; a class or top-level function those that run when it is called, since a test that only
    imports it is not aimed at it.
    """

    key: BodyKey
    lines: Lines


@dataclass(frozen=True, slots=True)
class Receipt:
    """A test that was written: for which item, the statements it added and the lines of test code it took."""

    key: BodyKey
    gain: int
    lines: int


@dataclass(frozen=True, slots=True)
class State:
    """The project as its people see it at a moment of the plan.

    `files` are what measuring the present tests with `source` set would give, `tests` what their files hold. `items`
    are what can be aimed at; those of `done` gain nothing more. `written` are the tests of the plan so far, in order.
    """

    code: Code
    files: Mapping[str, FileCoverage]
    tests: tuple[TestFacts, ...]
    items: tuple[Item, ...]
    done: frozenset[BodyKey] = field(default=frozenset())
    written: tuple[Receipt, ...] = ()

    @property
    def open(self) -> Iterator[Item]:
        """The items that may gain something yet."""
        return (item for item in self.items if item.key not in self.done)

    def missing(self, item: Item) -> Lines:
        """The statements of the item that no test covers yet."""
        return self.files[item.key[0]].missing & item.lines


@dataclass(frozen=True, slots=True)
class Expected:
    """A forecast: points newly covered as a range, and lines of test code, in four of five cases up to `lines_p80`."""

    points: Range
    lines: float
    lines_p80: float


@dataclass(frozen=True, slots=True)
class Step:
    """One test to be aimed at the item with this key.

    `expected` is what all steps of the list up to this one are expected to bring together, if the planner says.
    """

    key: BodyKey
    expected: Expected | None = None


Choose = Callable[[State], Iterable[Step]]
"""State -> the steps from here on, one per test, in order. Asked again after each test, only the first one counts."""

Foresee = Callable[[State], Mapping[BodyKey, Expected]]
"""State -> what all tests of an item, when nothing else is tested, would gain and cost, by the item's key."""


@dataclass(frozen=True, slots=True)
class Planner:
    """A way to plan: its name, what it aims at, when it is asked, how it chooses, and what it foresees."""

    name: str
    grain: Grain
    mode: Mode
    choose: Choose
    foresee: Foresee | None = None
