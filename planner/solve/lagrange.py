"""What aims would take if weight had a price, each for itself: the value of one choice of multipliers and slopes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.solve.relax import MARGIN, SLOPES, Floats, Ints, Relaxation, Touches, add_up

PASSES = 3
"""How often aims offer what they have left to the set-ups they need."""


@dataclass(frozen=True)
class Slopes:
    """What the relaxation is free to choose: a step per body, and how far each lump counts as brought already."""

    steps: Ints
    brought: Floats


@dataclass(frozen=True)
class Values:
    """Weight covered without any test, and more with the first k tests of each aim, by level.

    `costs` are of items paid once: weight for lumps that cost more than they bring, 0 for set-ups; `prices` the other
    way round. `slots` are pairs of aims and items, the first of each aim, the second of each, and so on.
    """

    constant: float
    by_level: Sequence[Floats]
    costs: Floats
    prices: Floats
    slots: Sequence[tuple[Ints, Ints]]


@dataclass(frozen=True)
class Answer:
    """At a price per weight: what aims gain beyond what they cost, with the constant; the tests they take; the error.

    `error` is more than all roundings of these sums together.
    """

    gain: float
    taken: Ints
    error: float


def weigh(relaxation: Relaxation, slopes: Slopes, multipliers: Floats) -> Values:
    """The most that every aim can cover at these slopes, where weight counts as often as the needs' multipliers say."""
    instance = relaxation.instance
    weights = relaxation.weights * relaxation.counted(multipliers)
    bodies = np.arange(len(weights))
    nothing = relaxation.most_covered(slopes.steps, bodies, np.ones(len(weights)), np.zeros(len(weights)))
    steep, caps = weights * SLOPES[slopes.steps], weights * (1.0 - nothing)
    net = relaxation.net_lumps(multipliers)
    gains = np.maximum(net, 0.0)
    first = _by_aim(relaxation, relaxation.entry, steep, caps)
    first += add_up(relaxation.lump_aims, (gains * (1.0 - slopes.brought))[relaxation.lumps], len(first))
    further = _by_aim(relaxation, relaxation.branch, steep, caps)
    by_level = []
    for place, level in enumerate(relaxation.levels):
        covered = relaxation.most_covered(slopes.steps[level.bodies], level.bodies, level.left, level.logs)
        own = weights[level.bodies] * (covered - nothing[level.bodies])
        sums = first + place * further + add_up(relaxation.owners[level.bodies], own, len(first))
        by_level.append(sums[level.aims])
    constant = _sum(weights * (nothing + MARGIN)) + _sum(gains * slopes.brought)
    prices = np.array(instance.setup_prices, dtype=np.float64)
    costs = np.concatenate((np.zeros(len(prices)), np.maximum(-net, 0.0)))
    return Values(constant, by_level, costs, np.concatenate((prices, np.zeros(len(net)))), _slots(relaxation, net))


def answer(relaxation: Relaxation, values: Values, price: float) -> Answer:
    """What the aims take when a thousandth of weight is paid with this price."""
    best, taken = np.zeros(len(relaxation.most)), np.zeros(len(relaxation.most), dtype=np.int64)
    for place, (level, weights) in enumerate(zip(relaxation.levels, values.by_level, strict=True), start=1):
        gain = price * weights - level.prices
        is_better = gain > best[level.aims]
        best[level.aims] = np.where(is_better, gain, best[level.aims])
        taken[level.aims] = np.where(is_better, place, taken[level.aims])
    costs = values.prices + price * values.costs
    left = _pay(values.slots, best, costs)
    taken[left <= 0] = 0
    magnitude = price * values.constant + _sum(costs)
    magnitude += sum(
        _sum(price * weights + level.prices) for level, weights in zip(relaxation.levels, values.by_level, strict=True)
    )
    terms = 1000 + 4 * (len(relaxation.entry.aims) + len(relaxation.branch.aims) + 2 * PASSES * len(relaxation.lumps))
    terms += 4 * sum(len(level.aims) + len(level.bodies) for level in relaxation.levels) + 4 * PASSES * len(
        relaxation.setups
    )
    return Answer(price * values.constant + _sum(left), taken, terms * 2.0**-53 * magnitude)


def _pay(slots: Sequence[tuple[Ints, Ints]], surplus: Floats, costs: Floats) -> Floats:
    """What is left of the aims' surplus after the items are paid, as far as it goes; each pays its own items only."""
    left, due = surplus.copy(), costs.copy()
    for _ in range(PASSES):
        for aims, items in slots:
            offered = add_up(items, left[aims], len(due))
            share = np.divide(np.minimum(due, offered), offered, out=np.zeros(len(due)), where=offered > 0)
            left[aims] -= left[aims] * share[items]
            due = np.maximum(due - offered * share, 0.0)
    return np.maximum(left, 0.0)


def _by_aim(relaxation: Relaxation, touches: Touches, steep: Floats, caps: Floats) -> Floats:
    sizes = np.minimum(steep[touches.bodies] * touches.sizes, caps[touches.bodies])
    return add_up(touches.aims, sizes, len(relaxation.most))


def _slots(relaxation: Relaxation, net: Floats) -> list[tuple[Ints, Ints]]:
    """Pairs of aims and items: aims with few items first, as those with more can pay where it is still needed."""
    is_costly = net[relaxation.lumps] < 0
    aims = np.concatenate((relaxation.lump_aims[is_costly], relaxation.setup_aims))
    items = np.concatenate((relaxation.lumps[is_costly] + len(relaxation.instance.setups), relaxation.setups))
    order = np.argsort(aims, kind="stable")
    aims, items = aims[order], items[order]
    place = np.arange(len(aims)) - np.searchsorted(aims, aims)
    count = np.searchsorted(aims, aims, side="right") - np.searchsorted(aims, aims)
    kinds = count * (int(count.max(initial=0)) + 1) + place
    return [(aims[kinds == kind], items[kinds == kind]) for kind in np.unique(kinds)]


def _sum(numbers: Floats) -> float:
    """Added one after the other, so that the sum is the same on every machine."""
    return float(np.add.accumulate(numbers)[-1]) if len(numbers) else 0.0
