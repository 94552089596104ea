"""A choice for large problems: what aims take when each answers for itself, and what that lacks, test by test.

First the price of weight rises step by step until what pays at it meets the needs. From there on the search for the
bound begins, and the tests that its mean answer takes are those to begin with.
"""

from dataclasses import dataclass
from math import inf

import numpy as np

from planner.solve.bound import price_goal
from planner.solve.cheap import fill_briefly
from planner.solve.glance import least_lost, start_beside
from planner.solve.instance import Instance
from planner.solve.lagrange import Columns, Stakes, add_all
from planner.solve.lazy import Fill
from planner.solve.relax import SLOPES, Floats, Relaxation
from planner.solve.search import Begin, Limits, search
from planner.solve.trim import by_saving, drop_superfluous
from planner.solve.union import Union

RISE, MOST_RISES = 1.15, 100
"""Factor from one price of weight to the next: a larger one takes too much at once, and the bound is 0.8 % farther."""

FACTORS = (0.6, 0.8, 1.0, 1.25, 1.6)
"""Prices tried first, as multiples of the one at which the needs were met."""

TAKEN = 0.7
"""Share from which on the mean answer's test is taken: from 0.6 to 0.8 prices differ by 0.3 %; 0.5 takes too many."""


BRIEF = 200
"""Tests from which on a sketch is quicker than to fill them one by one: at 10,000 aims 147 take the same time, and 361
take 0.6 of it; 19 of a project with 14,000 classes and functions a fifth of it."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """Tests that meet the needs, and a bound in seconds, 0 where it is still to be found."""

    union: Union
    bound: float


def sketch_needs(instance: Instance) -> Sketch | None:
    """Tests that meet the needs, in a fifth of the time that it takes to fill them one by one; None where none do.

    Where few tests do, they are filled one by one: that is quicker, and the bound of the few aims that pay is nearer.
    """
    if few := fill_briefly(instance, BRIEF):
        return Sketch(few, 0.0) if few.is_met else None
    needs = instance.problem.needs
    multipliers, columns = np.ones(len(needs)), Columns(Relaxation(instance))
    begin = _begin(columns, multipliers)
    found = search(columns, multipliers, price_goal(instance, multipliers), begin, Limits())
    taken = np.bincount(columns.aims[found.answer > TAKEN], minlength=len(instance.problem.aims))
    union = Union.of(instance, taken.tolist())
    fill = Fill(union, [1] * len(needs), start=start_beside(union))
    fill.run()
    if not fill.union.is_met:
        return None
    drop_superfluous(fill.union, by_saving(fill.union), least_lost(fill.union))
    return Sketch(fill.union, found.bound if len(needs) == 1 else 0.0)


def _begin(columns: Columns, multipliers: Floats) -> Begin:
    """The first answer that is thought to meet the needs, and its price of weight."""
    stakes = columns.stakes(multipliers)
    needs = columns.relaxation.instance.problem.needs
    need = sum(each.weight * times for each, times in zip(needs, multipliers.tolist(), strict=True))
    answer, price = np.zeros(columns.count), 0.0
    for _ in range(MOST_RISES):
        slopes = columns.slopes(answer)
        if _covered(stakes, SLOPES[slopes.steps], slopes.brought) >= need:
            break
        values = columns.weigh(slopes, stakes)
        pays = values.covers > 0
        price = RISE * (price or float(np.min(columns.prices[pays] / values.covers[pays], initial=inf)))
        if price == inf:
            break
        answer = np.maximum(answer, columns.answer(values, price, softness=0.05).taken > 0.5)
    return Begin(answer, price if 0 < price < inf else 1.0, FACTORS)


def _covered(stakes: Stakes, left: Floats, brought: Floats) -> float:
    """Weight of whole tests that leave so much of bodies and bring these lumps, less what the lumps add to needs."""
    lumps = stakes.gains - stakes.costs[len(stakes.costs) - len(brought) :]
    return add_all(stakes.weights * (1.0 - left)) + add_all(lumps * brought)
