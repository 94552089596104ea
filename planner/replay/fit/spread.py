"""The constants that whole plans and lone items tell: the yield of plans, and how far gains and efforts stray."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log, sqrt
from statistics import NormalDist, fmean, median

from planner.model.chance import Gain
from planner.model.plan import MILLI, TOGETHER, Spread
from planner.model.rates import Rates
from planner.replay.fit.estimate import smallest_inside
from planner.replay.fit.trial import LoneTrial, Moment, PlanTrial

Trials = Mapping[str, Sequence[PlanTrial]]
"""Project -> the trials of its splits, made with the rates that are to be completed."""

WANTED = 0.8
"""Of the gains, so many should lie from P10 to P90."""

TOO_WIDE = 0.03
"""So much more is no longer as wanted."""

COMMONS = tuple(step / 50 for step in range(21))
WIDTHS = tuple(step / 50 for step in range(126))
"""Standard deviations that are tried."""

_P90 = NormalDist().inv_cdf(0.9)


@dataclass(frozen=True, slots=True)
class Inside:
    """Shares of gains from P10 to P90, by project: of plans at all checkpoints, and of items alone."""

    plans: Mapping[str, float]
    items: Mapping[str, float]


def complete(rates: Rates, trials: Trials) -> Rates:
    """The rates, in whose trials the yield and `item_factor` were 1, with those and all spreads fitted.

    Spreads are wide enough for a project that is new: each project's gains are held against the yield and the factor
    of the others.
    """
    yields, factors = plan_yields(trials), item_factors(trials)
    imported = item_import_spread(trials)
    plans = {name: replace(rates, plan_yield=_yield(_others(name, yields))) for name in trials}
    items = {name: replace(rates, item_factor=_factor(_others(name, factors))) for name in trials}
    common, single = _choose_spreads(plans, trials)

    def share(width: float) -> float:
        known = {name: replace(each, item_spread=width, item_import_spread=imported) for name, each in items.items()}
        return _mean(_items_inside(known, trials).values())

    return replace(
        rates,
        plan_yield=_yield(yields),
        common_spread=common,
        single_spread=single,
        effort_spread=effort_spread(trials),
        item_factor=_factor(factors),
        item_spread=smallest_inside(WIDTHS, share, WANTED),
        item_import_spread=imported,
    )


def _others(name: str, values: Mapping[str, float]) -> Mapping[str, float]:
    """Those of the other projects; its own where there is no other."""
    return {other: value for other, value in values.items() if other != name} or values


def _yield(logs: Mapping[str, float]) -> float:
    return min(1.0, exp(_mean(logs.values())))


def _factor(logs: Mapping[str, float]) -> float:
    """The median, since one project may gain eight times as much alone."""
    return exp(median(logs.values())) if logs else 1.0


def plan_yields(trials: Trials) -> dict[str, float]:
    """By project, the mean logarithm of what plans covered of functions by what was forecast."""
    logs = {
        name: [log(each.gained_body * MILLI / each.body) for each in _moments(splits) if each.gained_body and each.body]
        for name, splits in trials.items()
    }
    return {name: fmean(known) for name, known in logs.items() if known}


def item_factors(trials: Trials) -> dict[str, float]:
    """By project, the median logarithm of what all tests of one item alone covered of functions by the forecast."""
    logs = {
        name: [log(each.gained.body * MILLI / each.body) for each in _lone(splits) if each.gained.body and each.body]
        for name, splits in trials.items()
    }
    return {name: median(known) for name, known in logs.items() if known}


def effort_spread(trials: Trials) -> float:
    """Of one test: what squared errors of whole plans leave of it, given how its part in common grows with them."""
    squares = [
        fmean(log(effort.lines / effort.forecast) ** 2 / (TOGETHER + (1 - TOGETHER) / effort.tests) for effort in known)
        for splits in trials.values()
        if (known := [each.effort for each in splits if each.effort and each.effort.lines])
    ]
    return sqrt(_mean(squares))


def item_import_spread(trials: Trials) -> float:
    """Such that import-time lines of an item's tests lie from P10 to P90 of the forecast as often as wanted."""
    errors = [
        sorted(abs(log(each.gained.imported * MILLI / each.imported)) for each in _lone(splits) if _imports(each))
        for splits in trials.values()
    ]
    return _mean(known[int(WANTED * (len(known) - 1))] for known in errors if known) / _P90


def _imports(each: LoneTrial) -> bool:
    return bool(each.gained.imported and each.imported)


def find_inside(rates: Mapping[str, Rates], trials: Trials) -> Inside:
    """How often forecasts hold, each project's with its own rates."""
    return Inside(_plans_inside(rates, trials), _items_inside(rates, trials))


def _choose_spreads(rates: Mapping[str, Rates], trials: Trials) -> tuple[float, float]:
    """Of all pairs that hold as often as wanted, the one that holds most often in the worst project.

    For each spread in common there is one of single tests that is just wide enough; those that are too wide even
    without it are left out.
    """

    def inside(common: float, single: float) -> dict[str, float]:
        spread = {name: replace(each, common_spread=common, single_spread=single) for name, each in rates.items()}
        return _plans_inside(spread, trials)

    best = (-1.0, 0.0, 0.0)
    for common in COMMONS:
        single = smallest_inside(WIDTHS, lambda width: _mean(inside(common, width).values()), WANTED)  # noqa: B023
        found = inside(common, single)
        if common and not single and _mean(found.values()) > WANTED + TOO_WIDE:
            break
        best = max(best, (min(found.values(), default=0.0), -common, -single))
    return abs(best[1]), abs(best[2])


def _plans_inside(rates: Mapping[str, Rates], trials: Trials) -> dict[str, float]:
    held = {name: [_holds(each, rates[name]) for each in _moments(splits)] for name, splits in trials.items()}
    return {name: fmean(known) for name, known in held.items() if known}


def _holds(moment: Moment, rates: Rates) -> bool:
    body, squares = int(moment.body * rates.plan_yield), int(moment.squares * rates.plan_yield**2)
    spread = Spread(rates.common_spread, rates.single_spread, rates.import_spread)
    found = Gain(body, moment.imported, squares, moment.most, spread).range
    return found.p10 <= moment.gained <= found.p90


def _items_inside(rates: Mapping[str, Rates], trials: Trials) -> dict[str, float]:
    held = {name: [_lone_holds(each, rates[name]) for each in _lone(splits)] for name, splits in trials.items()}
    return {name: fmean(known) for name, known in held.items() if known}


def _lone_holds(each: LoneTrial, rates: Rates) -> bool:
    body = min(int(each.body * rates.item_factor), each.most - each.imported)
    spread = Spread(rates.item_spread, 0.0, rates.item_import_spread)
    found = Gain(body, each.imported, 0, each.most, spread).range
    return found.p10 <= each.gained.body + each.gained.imported <= found.p90


def _moments(splits: Iterable[PlanTrial]) -> Iterable[Moment]:
    return (each for split in splits for each in split.moments)


def _lone(splits: Iterable[PlanTrial]) -> Iterable[LoneTrial]:
    return (each for split in splits for each in split.lone)


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return fmean(known) if known else 0.0
