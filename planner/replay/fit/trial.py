"""Trial forecasts: what given constants say of plans and of single items, beside what came of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import log

from planner.forecast import Surroundings, forecast_candidates
from planner.model.measurement import Counts
from planner.model.plan import MILLI, Candidate
from planner.model.problem import BodyKey
from planner.model.rates import Rates
from planner.replay.accuracy import CHECKPOINTS
from planner.replay.executor import Ground, follow_steps, start
from planner.replay.fit.observe import Lone, added_by, breadth_first
from planner.replay.fit.terms import View, view
from planner.replay.ours import start_of_plan
from planner.replay.state import Step
from planner.solve.tally import Ground as PlanGround
from planner.solve.tally import Tally
from planner.solve.way import choose_way

AFTER_STEPS = (5, 10, 20, 40)
"""Forecasts of breadth-first plans are held against the truth after so many tests."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A one-shot plan so far: forecasts in thousandths of a point as `Gain` has them, and statements really gained."""

    body: int
    imported: int
    squares: int
    most: int
    gained_body: int
    gained: int


@dataclass(frozen=True, slots=True)
class Effort:
    """Lines of test code of the tests of a plan that were put back: forecast, and what they took."""

    tests: int
    forecast: float
    lines: int


@dataclass(frozen=True, slots=True)
class LoneTrial:
    """All tests of one item alone: forecasts in thousandths of a point, and what they gained."""

    body: int
    imported: int
    most: int
    gained: Lone


@dataclass(frozen=True, slots=True)
class PlanTrial:
    """One split: its plan at CHECKPOINTS, the work of the plan, and its items alone."""

    moments: tuple[Moment, ...]
    effort: Effort | None
    lone: tuple[LoneTrial, ...]


def core_errors(ground: Ground, trials: Sequence[Rates]) -> tuple[tuple[float, ...], ...]:
    """For each of the rates, the logarithms of true by forecast gains of a breadth-first plan after AFTER_STEPS."""
    seen = view(start(ground))
    done = list(islice(added_by(seen, follow_steps(breadth_first(seen), seen.run())), max(AFTER_STEPS)))
    gains, total = [], 0
    for _, added, _ in done:
        total += (added & seen.behaviour).bit_count()
        gains.append(total)
    keys = [each.key for each, _, _ in done]
    return tuple(_logs(gains, _forecast(seen, keys, rates)) for rates in trials)


def _logs(gains: Sequence[int], forecast: Sequence[int]) -> tuple[float, ...]:
    places = [number - 1 for number in AFTER_STEPS if number <= len(gains)]
    return tuple(log(gains[at] * MILLI / forecast[at]) for at in places if gains[at] and forecast[at])


def _forecast(seen: View, keys: Sequence[BodyKey], rates: Rates) -> list[int]:
    """Thousandths of points of behaviour after each step; nothing that costs anything plays a part."""
    code = seen.state.code
    around = Surroundings({}, runs_on_import=code.runs_on_import, reached=code.reached)
    forecast = forecast_candidates(seen.state.files.values(), code.facts, "class", around, rates)
    known = {candidate.key: candidate for candidate in forecast.candidates}
    tally, found = Tally(PlanGround(forecast, Counts(), Counts())), []
    for key in keys:
        if key in known:
            tally.add(known[key])
        found.append(tally.body)
    return found


def try_plan(ground: Ground, rates: Rates, lone: Mapping[BodyKey, Lone]) -> PlanTrial:
    """gapplan's one-shot plan of a split with the given rates, and its forecasts for single items."""
    seen = view(start(ground))
    plan = start_of_plan(seen.state, rates)
    chosen = choose_way(plan.forecast.candidates, plan).candidates
    moments, effort = _follow(seen, chosen, plan, rates) if chosen else ((), None)
    most = sum(plan.forecast.gaps.values()) * MILLI
    return PlanTrial(moments, effort, tuple(_lone(each, most, lone[each.key]) for each in plan.forecast.candidates))


def _follow(
    seen: View, chosen: Sequence[Candidate], plan: PlanGround, rates: Rates
) -> tuple[tuple[Moment, ...], Effort]:
    tally, states, hours = Tally(plan), [], []
    for candidate in chosen:
        hours.append(tally.add(candidate).effort.p50)
        states.append(tally.gain)
    steps = follow_steps([Step(each.key) for each in chosen], seen.run())
    done = list(added_by(seen, steps))
    moments = []
    for percent in CHECKPOINTS:
        last = max(1, len(chosen) * percent // 100)
        gain = states[last - 1]
        known = [(added & seen.behaviour, each.gain) for each, added, _ in done if each.step <= last]
        covered, gained = sum(body.bit_count() for body, _ in known), sum(each for _, each in known)
        moments.append(Moment(gain.body, gain.imported, gain.squares, gain.most, covered, gained))
    forecast = sum(hours[each.step - 1] for each, _, _ in done) * rates.lines_per_hour
    return tuple(moments), Effort(len(done), forecast, sum(each.effort for each, _, _ in done))


def _lone(candidate: Candidate, most: int, gained: Lone) -> LoneTrial:
    imported = candidate.import_points * MILLI
    return LoneTrial(candidate.gain_milli - imported, imported, most + imported, gained)
