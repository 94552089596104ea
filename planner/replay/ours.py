"""gapplan's own planners, as replay asks them: a thin layer over the forecast and the solver."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from planner.forecast import Surroundings, forecast_candidates, read_rates
from planner.forecast.doubles import find_doubles
from planner.forecast.effort import features
from planner.forecast.touches import seams_of
from planner.model.lines import Lines
from planner.model.measurement import Counts, FileCoverage
from planner.model.plan import Candidate, Effort
from planner.model.problem import BodyKey
from planner.model.rates import Rates
from planner.model.wish import Wish
from planner.replay.planners import by_rank, in_rounds
from planner.replay.state import Code, Expected, Item, Planner, State, Step
from planner.solve.tally import Ground, Tally
from planner.solve.way import choose_way

_NO_LIMIT_HOURS = 1_000_000.0
"""A budget that pays for every test there could be."""

UNTRAINED = {"start": 5.0, "functions": 4.0, "gaps": 3.0, "missing": 0.15, "complexity": 0.3, "seams": 4.0}
"""Lines of test code for each feature of an item.

Source: the untrained formula that won 88 % of splits against lowest-percent-first over 15 projects, before this room
was built.
"""


def untrained_lines(item: Item, missing: Lines, code: Code, doubled: Collection[str]) -> float:
    """Lines of test code for all that is missing in the item, by UNTRAINED; kinds of seam in `doubled` are free."""
    return _untrained_lines(item, missing, code, frozenset(doubled))


@lru_cache(maxsize=100_000)
def _untrained_lines(item: Item, missing: Lines, code: Code, doubled: frozenset[str]) -> float:
    """Cached, since a test changes few items, and a plan is made anew after each."""
    path, name = item.key
    units = tuple(unit for unit in code.facts[path].units if unit.target == name)
    seams = seams_of([(path, unit.name) for unit in units], code.direct)
    left = tuple(seam for seam in seams if seam.kind not in doubled)
    file = FileCoverage(path, Counts(), item.lines, missing)
    counts = features(file, code.facts[path], units, left)
    return UNTRAINED["start"] + sum(UNTRAINED[feature] * count for feature, count in counts.items())


def _ranked(state: State) -> list[Item]:
    """Open items, most missing statements per line of test code first."""
    code = state.code
    doubled = find_doubles(state.tests, code.names, code.direct, code.catalogue)

    def rank(item: Item, state: State) -> float:
        missing = state.missing(item)
        return -missing.bit_count() / untrained_lines(item, missing, code, doubled)

    return by_rank(state.open, rank, state)


def _choose_best(state: State) -> Iterator[Step]:
    yield from (Step(item.key) for item in _ranked(state)[:1])


def start_of_plan(state: State, rates: Rates) -> Ground:
    """Where gapplan starts from: its own forecast of now, with no target: as much as can be had."""
    code = state.code
    doubles = find_doubles(state.tests, code.names, code.direct, code.catalogue)
    around = Surroundings(code.direct, doubles, code.runs_on_import, code.reached)
    forecast = forecast_candidates(state.files.values(), code.facts, "class", around, rates)
    today = sum((file.counts for file in state.files.values()), Counts())
    keys = {item.key for item in state.open}
    known = tuple(each for each in forecast.candidates if each.key in keys)
    return Ground(replace(forecast, candidates=known), today, today, wish=Wish(budget=_NO_LIMIT_HOURS))


def _worth(candidate: Candidate, ground: Ground) -> float:
    taken = Tally(ground).add(candidate)
    price = candidate.first + ground.forecast.double * len(taken.new_seams)
    return (taken.body + taken.imported) / price.p50


@dataclass(frozen=True, slots=True)
class Gapplan:
    """gapplan with the given rates: it chooses as its plans do, and foresees what its reports would say."""

    rates: Rates

    def choose_next(self, state: State) -> Iterator[Step]:
        """The candidate whose first test brings most per hour, priced as the solver does: the test, and doubles."""
        ground = start_of_plan(state, self.rates)
        rated = ((-_worth(each, ground), each.key) for each in ground.forecast.candidates)
        best = min(rated, default=None)
        if best is not None:
            yield Step(best[1])

    def choose_all(self, state: State) -> Iterator[Step]:
        """The solver's tests in its order, each with what the report would say of the plan up to it."""
        ground = start_of_plan(state, self.rates)
        tally, effort = Tally(ground), Effort()
        for candidate in choose_way(ground.forecast.candidates, ground).candidates:
            effort += tally.add(candidate).effort
            yield Step(candidate.key, self._expected(tally, effort))

    def foresee(self, state: State) -> Mapping[BodyKey, Expected]:
        """All tests of a candidate, alone."""
        ground = start_of_plan(state, self.rates)
        return {each.key: self._foresee_one(each, ground) for each in ground.forecast.candidates}

    def _foresee_one(self, candidate: Candidate, ground: Ground) -> Expected:
        tally, effort = Tally(ground), Effort()
        for _ in range(candidate.tests):
            effort += tally.add(candidate).effort
        return replace(self._expected(tally, effort), points=candidate.gain)

    def _expected(self, tally: Tally, effort: Effort) -> Expected:
        lines_per_hour = self.rates.lines_per_hour
        return Expected(tally.gain.range, effort.p50 * lines_per_hour, effort.p80 * lines_per_hour)


BY_FORMULA = Planner("untrained", "class", "replan", _choose_best)
"""Missing statements per line by the untrained formula, measured again after every test."""


def our_planners(rates: Rates) -> tuple[Planner, ...]:
    """The untrained formula and gapplan with these rates, each measured again after every test, and in one go."""
    gapplan = Gapplan(rates)
    return (
        BY_FORMULA,
        Planner("BF_untrained", "class", "plan", in_rounds(_ranked)),
        Planner("gapplan", "class", "replan", gapplan.choose_next),
        Planner("gapplan_once", "class", "plan", gapplan.choose_all, gapplan.foresee),
    )


PLANNERS = our_planners(read_rates())
"""With the rates that are shipped."""
