"""A split as the forecast sees it: functions with gaps, new or entered before, and what each item owns and reaches."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from planner.forecast.gain import body_lines
from planner.forecast.reached import reached_chances
from planner.model.problem import MILLION, BodyKey
from planner.replay.executor import Ground, Run, start
from planner.replay.layout import Packed
from planner.replay.state import State


@dataclass(frozen=True, slots=True)
class Terms:
    """What the forecast knows of one item: its functions with gaps, and new functions it reaches, by confidence.

    It `is_new` when no test has entered any function of it, and `starts_module` when none has any of its file.
    """

    own: tuple[BodyKey, ...]
    reached: Mapping[BodyKey, float]
    is_new: bool
    starts_module: bool


@dataclass(frozen=True, eq=False)
class View:
    """All terms of a split at a moment. `gaps` are the missing lines of each function, `new` those never entered.

    `present` is what tests cover at that moment, `paid` the test code that they use.
    """

    ground: Ground
    state: State
    present: Packed
    paid: Packed
    gaps: Mapping[BodyKey, Packed]
    new: frozenset[BodyKey]
    items: Mapping[BodyKey, Terms]

    def run(self, *, only: BodyKey | None = None) -> Run:
        """A run from this moment on; with `only`, of one item alone."""
        run = start(self.ground, only=only)
        run.present, run.paid = self.present, self.paid
        return run

    @cached_property
    def behaviour(self) -> Packed:
        """All missing lines of functions."""
        return union(self.gaps.values())

    @cached_property
    def behaviour_of_new(self) -> Packed:
        """The missing lines of functions that no test has entered."""
        return union(self.gaps[key] for key in self.new)


def union(lines: Iterable[Packed]) -> Packed:
    """All of the lines together."""
    found = 0
    for each in lines:
        found |= each
    return found


def view(run: Run) -> View:
    """The terms of a run as it stands."""
    ground, state = run.ground, run.state()
    facts, files = state.code.facts, state.files
    gaps: dict[BodyKey, Packed] = {}
    entered: set[BodyKey] = set()
    owned: dict[BodyKey, dict[BodyKey, None]] = {}
    for path, unit in ((path, unit) for path, each in facts.items() for unit in each.units):
        lines, key = body_lines(facts[path], [unit]), (path, unit.name)
        if gap := ground.project.layout.put(path, files[path].missing & lines):
            gaps[key] = gaps.get(key, 0) | gap
        if files[path].executed & lines:
            entered.add(key)
        owned.setdefault((path, unit.target), {})[key] = None
    new = frozenset(gaps) - entered
    begun = {path for path, each in facts.items() if files[path].executed & ~each.import_time}
    items = {}
    for key in (item.key for item in ground.items):
        own = tuple(each for each in owned[key] if each in gaps)
        found = reached_chances(own, state.code.reached, new, 1.0)
        reached = {each: chance / MILLION for each, chance in found.items()}
        items[key] = Terms(own, reached, owned[key].keys().isdisjoint(entered), key[0] not in begun)
    return View(ground, state, run.present, run.paid, gaps, new, items)
