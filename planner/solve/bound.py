"""What no choice can beat, proven at any size: the price that needs cost at least, the weight a budget buys at most.

Lagrange: weight is bought at a price per thousandth, with a multiplier for each need, and each aim takes as many tests
as pay for themselves. What all of them together fall short of is a bound, for any multipliers, any slopes of the
relaxation or any mean of several, and any split of a set-up's price among the aims behind it that doesn't exceed it.
The slopes are found by play (search.py), which begins with a good choice.

Rounding: what is returned is the sum as computed, less (for a price) an error that is larger than all its roundings
together, then rounded up to what prices can add up to; for a weight, the other way round.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import floor, inf

import numpy as np

from planner.solve.begin import find_start
from planner.solve.instance import Instance, Prices
from planner.solve.lagrange import Answer, Columns
from planner.solve.outlook import RATIO
from planner.solve.relax import Floats, Relaxation
from planner.solve.search import Begin, Found, Goal, Limits, search
from planner.solve.union import Union

MOST_LOOKED_AT, DEAR, NEARLY = 400, 1.5, 0.95
"""Tests of a choice up to which it is looked up what weight costs with its dearest ones; by how much more weight may
cost in bounds, so that most aims are out of the question; and what is so near to it that more may be better."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A price that no choice that meets all needs is below, and the aims that one below the union's price may have."""

    bound: int
    hopeful: tuple[int, ...]


def least_price(instance: Instance, union: Union) -> int:
    """A price, in seconds, that no choice that meets all needs is below; `union` is a good choice to start from.

    Its own price where that is proven to be the least.
    """
    return prove_price(instance, union).bound


def prove_price(instance: Instance, union: Union) -> Proof:
    """The same, with the aims that are not ruled out; those of the union are among them."""
    prices, best = Prices(instance, union.price), 0.0
    enough, dear = prices.below(union.price), _dear(union)
    hopeful = set(range(len(union.taken)))
    for multipliers in _starts(instance):
        if best <= enough:
            columns, found = _least_price(union, multipliers, enough, dear)
            best = max(best, found.bound)
            hopeful &= _hopeful(columns, multipliers, found, enough)
    hopeful |= {aim for aim, times in enumerate(union.taken) if times}
    return Proof(min(union.price, prices.at_least(best)), tuple(sorted(hopeful)))


def _hopeful(columns: Columns, multipliers: Floats, found: Found, enough: float) -> set[int]:
    """Aims with which a choice may cost no more than `enough`: the bound, and what they cost beyond what they gain.

    Of an aim that has no column nothing is known but what it covers at most.
    """
    start = find_start(columns.relaxation.instance, tuple(int(each) for each in multipliers.tolist()))
    aims, price, values = columns.relaxation.instance.problem.aims, found.price, found.values
    if values is None:
        return set(start.gains)
    beyond = {}
    for aim, gain in start.gains.items():
        plain, further = aims[aim], start.worth.seconds[aim]
        first = gain - further * (plain.most - 1)
        beyond[aim] = plain.first - price * first + min(0.0, plain.further - price * further) * (plain.most - 1)
    gains = price * values.covers - columns.prices
    if len(columns.used):
        best = np.maximum.reduceat(gains, columns.first[columns.used])
        beyond |= dict(zip(columns.used.tolist(), (-best).tolist(), strict=True))
    return {aim for aim, excess in beyond.items() if found.bound + excess * (1 - 1e-9) - 1e-3 <= enough}


def price_goal(instance: Instance, multipliers: Floats) -> Goal:
    """The bound of a price: what the needs are worth at the price of weight, less what aims gain at most."""
    needs = zip(instance.problem.needs, multipliers.tolist(), strict=True)
    need = sum(each.weight * times for each, times in needs) * (1 - 2.0**-40)
    return lambda price, found: price * need - found.gain - found.error


def _least_price(union: Union, multipliers: Floats, enough: float, dear: float) -> tuple[Columns, Found]:
    """The bound with these multipliers. Dearer weight is tried as long as the bound may rise with it."""
    instance, most = union.instance, dear
    while True:
        kept = _paying(instance, multipliers, most)
        most = inf if len(kept) * 2 > len(union.taken) else most
        columns = Columns(Relaxation(instance, kept if most < inf else None))
        goal, limits = price_goal(instance, multipliers), Limits(enough, most)
        found = search(columns, multipliers, goal, _begin(columns, union), limits)
        if found.bound > enough or found.price < most * NEARLY:
            return columns, found
        most *= 2


def _begin(columns: Columns, union: Union) -> Begin:
    return Begin(columns.taking(union.taken), max(1, union.price) / max(1, union.weight))


def _dear(union: Union) -> float:
    """A price of weight that few tests of the union are dearer than, and by as much as bounds are sought beyond it."""
    if sum(union.taken) > MOST_LOOKED_AT:
        return inf
    worths: list[float] = []
    for aim in [aim for aim, times in enumerate(union.taken) if times]:
        lost, saved = union.without(aim)
        worths.append(saved / max(1, lost))
    return DEAR * sorted(worths)[len(worths) * 3 // 4] if worths else inf


def _paying(instance: Instance, multipliers: Floats, most: float) -> Sequence[int]:
    """Aims whose tests may be worth their price where weight has at most this price: all others can be left out.

    What a choice takes of the others covers no more together than each alone, which is worth less than it costs.
    """
    if most == inf:
        return range(len(instance.problem.aims))
    queue = find_start(instance, tuple(int(each) for each in multipliers.tolist())).queue
    return [aim for ratio, _, aim in queue if (1 - ratio) * most * (1 + 1e-9) >= RATIO]


def most_weight(instance: Instance, union: Union, budget: int) -> int:
    """A weight that no choice for at most this price is above; `union` is a good choice to start from."""
    plain = replace(instance.problem, needs=())
    columns = Columns(
        Relaxation(
            replace(
                instance,
                problem=plain,
                body_needs=((0,),) * len(instance.weights),
                lump_needs=((0,),) * len(instance.lumps),
                rises=((0,),) * len(instance.lumps),
            )
        )
    )

    def goal(price: float, found: Answer) -> float:
        return -(budget + found.gain + found.error) / price * (1 + 2.0**-40)

    found = search(columns, np.ones(1), goal, _begin(columns, union), Limits(is_hasty=False))
    return min(sum(instance.weights) + sum(instance.lump_weights), floor(-found.bound))


def _starts(instance: Instance) -> list[Floats]:
    """All needs together, and each alone."""
    count = len(instance.problem.needs)
    each = list(np.eye(count))
    return [np.ones(count), *each] if count > 1 else each
