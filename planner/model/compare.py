"""Two plans, or two snapshots, side by side: what each side says, and what differs between them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Generic, Literal, TypeVar

from planner.model.history import Snapshot
from planner.model.measurement import Counts
from planner.model.option import Ceiling, Count
from planner.model.plan import Effort, Range

T = TypeVar("T")

AimState = Literal["new", "gone", "changed", "same"]


@dataclass(frozen=True, slots=True)
class Both(Generic[T]):
    """The same thing in the old and in the new report; None where one of them does not have it."""

    name: str
    old: T | None
    new: T | None


@dataclass(frozen=True, slots=True)
class Aim:
    """All tests of an option that are aimed at one class or function, with the points that they bring together."""

    path: str
    unit: str
    tests: int
    points: int
    effort: Effort


@dataclass(frozen=True, slots=True)
class PlannedRung:
    """A stop of the ladder; `points_gained` more than on the day of its plan."""

    label: str
    points_gained: int
    tests: Count | None
    effort: Effort | None
    due: date | None


@dataclass(frozen=True, slots=True)
class PlannedOption:
    """An option as a plan told of it. What a kept plan does not know, or an older one did not write, is None.

    `after` are covered points and all points after it.
    """

    key: str
    name: str
    gain: Range
    tests: Count
    effort: Effort
    reaches_target: bool | None = None
    probability: float | None = None
    after: tuple[int, int] | None = None
    rungs: tuple[PlannedRung, ...] = ()
    aims: tuple[Aim, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedTarget:
    """The goal of a plan: `needed` points are covered when it is met, `more` than on that day; "" and None: unsaid."""

    percent: Fraction
    meaning: str = ""
    total: str = ""
    needed: int | None = None
    more: int | None = None


@dataclass(frozen=True, slots=True)
class PlanSide:
    """A plan as it was written or kept. `name` is what the user calls it by."""

    name: str
    project: str
    options: tuple[PlannedOption, ...]
    recommended: str | None = None
    totals: Counts | None = None
    whole_tree: Counts | None = None
    target: PlannedTarget | None = None
    budget: float | None = None
    ceilings: tuple[Ceiling, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def chosen(self) -> PlannedOption | None:
        """The option that was recommended or kept."""
        return next((each for each in self.options if each.key == self.recommended), None)


@dataclass(frozen=True, slots=True)
class AimPair:
    """What is aimed at one class or function, then and now."""

    old: Aim | None
    new: Aim | None

    @property
    def aim(self) -> Aim:
        """Either of them, for its path and unit."""
        found = self.new or self.old
        assert found is not None
        return found

    @property
    def state(self) -> AimState:
        """changed: another number of tests."""
        if self.old is None or self.new is None:
            return "gone" if self.new is None else "new"
        return "same" if self.old.tests == self.new.tests else "changed"


@dataclass(frozen=True, slots=True)
class PlanPair:
    """Two plans side by side."""

    old: PlanSide
    new: PlanSide

    @property
    def totals(self) -> tuple[Both[Counts], ...]:
        """As measured, and of the whole tree where either side knows it."""
        measured = Both("measured", self.old.totals, self.new.totals)
        whole = Both("whole tree", self.old.whole_tree, self.new.whole_tree)
        return tuple(each for each in (measured, whole) if each.old or each.new)

    @property
    def options(self) -> tuple[Both[PlannedOption], ...]:
        """By key, in the order of the old plan; those that are new after them."""
        return _paired({e.key: e for e in self.old.options}, {e.key: e for e in self.new.options})

    @property
    def rungs(self) -> tuple[Both[PlannedRung], ...]:
        """The stops of the ladders, by label."""
        return _paired({e.label: e for e in _rungs(self.old)}, {e.label: e for e in _rungs(self.new)})

    @property
    def ceilings(self) -> tuple[Both[Ceiling], ...]:
        """By the kinds of seam whose doubles are not built, as one text; "" where all are."""
        return _paired(*({", ".join(e.without): e for e in side.ceilings} for side in (self.old, self.new)))

    @property
    def aims(self) -> tuple[AimPair, ...]:
        """What the chosen options are aimed at, in the order of the new plan; what is gone after it."""
        old, new = (_aims(side.chosen) for side in (self.old, self.new))
        keys = dict.fromkeys([*new, *old])
        return tuple(AimPair(old.get(key), new.get(key)) for key in keys)

    @property
    def new_notices(self) -> tuple[str, ...]:
        """What only the new plan has to say."""
        return tuple(each for each in self.new.notices if each not in self.old.notices)

    @property
    def gone_notices(self) -> tuple[str, ...]:
        """What only the old plan had to say."""
        return tuple(each for each in self.old.notices if each not in self.new.notices)


@dataclass(frozen=True, slots=True)
class SnapshotPair:
    """Two snapshots side by side; `old_name` and `new_name` are what the user calls them by."""

    old_name: str
    new_name: str
    old: Snapshot
    new: Snapshot

    @property
    def totals(self) -> tuple[Both[Counts], ...]:
        """As measured."""
        return (Both("measured", self.old.totals, self.new.totals),)

    @property
    def metrics(self) -> tuple[Both[float], ...]:
        """By name, sorted."""
        found = _paired(self.old.metrics, self.new.metrics)
        return tuple(sorted(found, key=lambda each: each.name))

    @property
    def files(self) -> tuple[Both[Counts], ...]:
        """Files whose counts differ: those whose covered points changed most first, then by missing points, by path."""
        old, new = ({file.path: file.counts for file in side.files} for side in (self.old, self.new))
        differing = [each for each in _paired(old, new) if each.old != each.new]
        return tuple(sorted(differing, key=_weight))


def change(both: Both[Counts]) -> tuple[int, int, Fraction]:
    """Covered points, all points, and percent points, new less old; a side that does not have it counts as nothing."""
    old, new = both.old or Counts(), both.new or Counts()
    return new.covered_points - old.covered_points, new.points - old.points, new.percent - old.percent


def _weight(both: Both[Counts]) -> tuple[int, int, str]:
    covered, points, _ = change(both)
    return -abs(covered), -abs(points - covered), both.name


def _paired(old: Mapping[str, T], new: Mapping[str, T]) -> tuple[Both[T], ...]:
    return tuple(Both(key, old.get(key), new.get(key)) for key in dict.fromkeys([*old, *new]))


def _rungs(side: PlanSide) -> Iterable[PlannedRung]:
    return (rung for option in side.options for rung in option.rungs)


def _aims(option: PlannedOption | None) -> dict[tuple[str, str], Aim]:
    return {(aim.path, aim.unit): aim for aim in option.aims} if option else {}
