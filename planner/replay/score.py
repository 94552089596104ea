"""What an order is worth: effort to 25, 50 and 75 % of the gap beside the yardstick's, and the area under its curve."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from statistics import fmean

from planner.model.replay import SHARES, Efforts, OrderScore, SplitScore
from planner.replay.executor import Done, Executor, Ground, Run, follow, follow_oracle, prepare, start
from planner.replay.planners import YARDSTICK, random_classes, random_modules
from planner.replay.project import Project
from planner.replay.splits import SPLITS, Kind, Split, make_splits
from planner.replay.state import Grain, Planner

RANDOM_ORDERS = 20

RANDOM, BF_RANDOM, ORACLE = "random", "BF_random", "oracle"
"""Orders that are no planners: means of RANDOM_ORDERS shuffles, and hindsight."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One run: lines of test code to each of SHARES of the gap, and the area under gain over effort."""

    efforts: Efforts
    area: float


@dataclass(frozen=True, eq=False)
class Arena:
    """One split of a project, and what all orders are compared with there; computed when first asked for."""

    project: Project
    split: Split

    @cached_property
    def grounds(self) -> Mapping[Grain, Ground]:
        return {grain: prepare(self.project, self.split, grain) for grain in self.project.by_grain}

    @cached_property
    def horizon(self) -> int:
        """More lines of test code than any order can cost: all hidden tests, and 1 for each that has none left."""
        ground = self.grounds["module"]
        hidden = self.split.hidden
        return (self.project.code_of(hidden) & ~ground.paid).bit_count() + len(hidden)

    @cached_property
    def known(self) -> dict[tuple[str, Executor], Curve]:
        return {}

    def start(self, grain: Grain, executor: Executor) -> Run:
        """A run of its own."""
        return start(self.grounds[grain], executor)

    def curve(self, planner: Planner, executor: Executor) -> Curve:
        """The curve of one planner."""
        return self._measured(follow(planner, self.start(planner.grain, executor)))

    def reference(self, name: str, executor: Executor) -> Curve:
        """The curve of the yardstick, of RANDOM or BF_RANDOM (means), or of the ORACLE."""
        if (name, executor) not in self.known:
            self.known[name, executor] = self._reference(name, executor)
        return self.known[name, executor]

    def _reference(self, name: str, executor: Executor) -> Curve:
        if name == YARDSTICK.name:
            return self.curve(YARDSTICK, executor)
        if name == ORACLE:
            return self._measured(follow_oracle(self.start("class", executor)))
        make = random_modules if name == RANDOM else random_classes
        return _mean(self.curve(make(seed), executor) for seed in range(RANDOM_ORDERS))

    def _measured(self, done: Iterable[Done]) -> Curve:
        return measure(done, self.split.gap.bit_count(), self.horizon)

    def score(self, curve: Curve, executor: Executor) -> SplitScore:
        """The curve beside the references."""
        yardstick = self.reference(YARDSTICK.name, executor)
        low, high = (self.reference(name, executor).area for name in (RANDOM, ORACLE))
        first, second, third = (mine / its for mine, its in zip(curve.efforts, yardstick.efforts, strict=True))
        return SplitScore(
            split=self.split.name,
            kind=self.split.kind,
            gap=self.split.gap.bit_count(),
            efforts=curve.efforts,
            relative=(first, second, third),
            area=(curve.area - low) / (high - low) if high != low else None,
        )


def measure(done: Iterable[Done], gap: int, horizon: int) -> Curve:
    """The curve of tests put back one after the other; shares that they never reach cost the whole horizon."""
    gained = spent = 0
    area = 0.0
    efforts: list[float] = []
    for each in done:
        area += min(1.0, gained / gap) * each.effort
        gained, spent = gained + each.gain, spent + each.effort
        while len(efforts) < len(SHARES) and 100 * gained >= SHARES[len(efforts)] * gap:
            efforts.append(spent)
    area += min(1.0, gained / gap) * (horizon - spent)
    first, second, third = efforts + [horizon] * (len(SHARES) - len(efforts))
    return Curve((first, second, third), area / horizon)


def _mean(curves: Iterable[Curve]) -> Curve:
    known = list(curves)
    first, second, third = (fmean(column) for column in zip(*(each.efforts for each in known), strict=True))
    return Curve((first, second, third), fmean(each.area for each in known))


@cache
def _arenas(project: Project, counts: tuple[tuple[Kind, int], ...]) -> tuple[Arena, ...]:
    return tuple(Arena(project, split) for split in make_splits(project, dict(counts)))


def arenas(project: Project, counts: Mapping[Kind, int] | None = None) -> tuple[Arena, ...]:
    """The arenas of a project's splits; the same ones each time, so that references are computed once."""
    return _arenas(project, tuple((counts or SPLITS).items()))


def run(
    project: Project,
    planner: Planner,
    *,
    executor: Executor = "realistic",
    counts: Mapping[Kind, int] | None = None,
) -> OrderScore:
    """One planner on all splits of a project, in this process: for scripts that compare many planners."""
    scores = (arena.score(arena.curve(planner, executor), executor) for arena in arenas(project, counts))
    return OrderScore(planner.name, planner.grain, planner.mode, executor, tuple(scores))


def score_references(arena: Arena, executor: Executor) -> Iterator[OrderScore]:
    """The orders that are no planners, on one split."""
    for name, grain in ((RANDOM, "module"), (BF_RANDOM, "class"), (ORACLE, "class")):
        score = arena.score(arena.reference(name, executor), executor)
        yield OrderScore(name, grain, "replan" if name == ORACLE else "plan", executor, (score,))
