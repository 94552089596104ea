"""What aims would take if weight had a price, each for itself: the value of one choice of multipliers and slopes.

Tests are columns here, all tests of an aim side by side, so that an answer is a number between 0 and 1 for each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.solve.relax import MARGIN, MOST_STEPS, SLOPES, STEPS, Floats, Ints, Relaxation, Touches, add_up

PASSES = 3
"""How often aims offer what they have left to the set-ups they need."""

MOST_APART, OFFERS = 6, 1
"""Items of an aim up to which it pays for one after the other. An aim with more offers for all at once, so often in
each pass: tests may bring hundreds of files, and a step for each place among them took nearly all of the time."""

FEW = 1e-9
"""A share below which an answer takes no part of a chain."""


Pairs = tuple[Ints, Ints]
"""Aims, and an item of each."""


@dataclass(frozen=True)
class Slopes:
    """What the relaxation is free to choose: a step per body, and how far each lump counts as brought already."""

    steps: Ints
    brought: Floats


@dataclass(frozen=True)
class Stakes:
    """What weight counts with some multipliers: of bodies, and what lumps bring, beyond what they add to the needs.

    `costs` are of items paid once: weight for lumps that cost more than they bring, 0 for set-ups; `prices` the other
    way round. `slots` are pairs of aims and items, the first of each aim, the second of each, and so on; `crowd` are
    all pairs of aims that have many.
    """

    weights: Floats
    gains: Floats
    costs: Floats
    prices: Floats
    slots: Sequence[Pairs]
    crowd: Pairs


@dataclass(frozen=True)
class Values:
    """Weight covered without any test, and more with all tests of an aim up to a column, by column."""

    constant: float
    covers: Floats
    stakes: Stakes


@dataclass(frozen=True)
class Answer:
    """At a price per weight: what aims gain beyond what they cost, with the constant; the columns taken; the error.

    `error` is more than all roundings of these sums together.
    """

    gain: float
    taken: Floats
    error: float


class Columns:
    """The tests of a relaxation side by side, and the chains that the tests of owners are for their bodies."""

    def __init__(self, relaxation: Relaxation) -> None:
        self.relaxation = relaxation
        most = np.maximum(relaxation.most, 0)
        self.count = int(most.sum())
        self.first = np.cumsum(most) - most
        self.aims = np.repeat(np.arange(len(most)), most)
        self.places = np.arange(self.count) - self.first[self.aims]
        self.used = np.flatnonzero(most > 0)
        self.prices = np.zeros(self.count)
        for place, level in enumerate(relaxation.levels):
            self.prices[self.first[level.aims] + place] = level.prices
        self._own = [
            self.first[relaxation.owners[level.bodies]] + place for place, level in enumerate(relaxation.levels)
        ]

    def taking(self, taken: Sequence[int]) -> Floats:
        """The answer that so many tests of each aim are."""
        is_taken: NDArray[np.bool_] = self.places < np.array(taken, dtype=np.int64)[self.aims]
        return is_taken.astype(np.float64)

    def slopes(self, answer: Floats) -> Slopes:
        """The slopes that let this answer, or mean of several, cover least; lumps count once brought.

        Of a body, each link of the owner's chain, taken to its share, is covered by the others to z where the slope
        falls below what the link leaves: shares times the logarithms they lie above add up to what the others bring.
        """
        relaxation = self.relaxation
        others, cap = self._by_others(answer), MOST_STEPS / STEPS
        share = np.ones(len(others))
        for level, column in zip(relaxation.levels[:1], self._own[:1], strict=True):
            share[level.bodies] -= answer[column]
        shares, logs, found = share, share * 0.0, np.full(len(others), cap)
        is_open = np.ones(len(others), dtype=bool)
        for place, (level, column) in enumerate(zip(relaxation.levels, self._own, strict=True)):
            here = level.bodies
            sought = np.minimum(level.logs, cap)
            met = is_open[here] & (shares[here] > FEW)
            depth = (others[here] + logs[here]) / np.maximum(shares[here], FEW)
            ends = met & (depth <= sought)
            found[here[ends]] = depth[ends]
            is_open[here[ends]] = False
            after = self._own_after(place, here, answer)
            exactly = answer[column] - after
            shares[here] += exactly
            logs[here] += exactly * sought
        depth = (others + logs) / np.maximum(shares, FEW)
        found = np.where(is_open & (shares > FEW), depth, found)
        steps = np.minimum(np.rint(found * STEPS), MOST_STEPS).astype(np.int64)
        return Slopes(steps, self._brought(answer))

    def _own_after(self, place: int, bodies: Ints, answer: Floats) -> Floats:
        """How far the owners of these bodies take one test more than `place` and one."""
        owners = self.relaxation.owners[bodies]
        column = np.minimum(self.first[owners] + place + 1, max(0, self.count - 1))
        return np.where(self.relaxation.most[owners] > place + 1, answer[column], 0.0)

    def _by_others(self, answer: Floats) -> Floats:
        relaxation, cap = self.relaxation, MOST_STEPS / STEPS
        first = np.zeros(len(relaxation.most))
        first[self.used] = answer[self.first[self.used]]
        further = add_up(self.aims, answer, len(first)) - first
        parts = ((relaxation.entry, first), (relaxation.branch, further))
        none = np.zeros(len(relaxation.weights))
        return sum((add_up(t.bodies, np.minimum(t.sizes, cap) * of[t.aims], len(none)) for t, of in parts), none)

    def _brought(self, answer: Floats) -> Floats:
        relaxation = self.relaxation
        first = np.zeros(len(relaxation.most))
        first[self.used] = answer[self.first[self.used]]
        sums = add_up(relaxation.lumps, first[relaxation.lump_aims], len(relaxation.instance.lumps))
        return (sums >= 1).astype(np.float64)

    def stakes(self, multipliers: Floats) -> Stakes:
        """What is at stake where weight counts as often as the multipliers say."""
        relaxation = self.relaxation
        net = relaxation.net_lumps(multipliers)
        slots, crowd = _slots(relaxation, net)
        prices = np.array(relaxation.instance.setup_prices, dtype=np.float64)
        return Stakes(
            weights=relaxation.weights * relaxation.counted(multipliers),
            gains=np.maximum(net, 0.0),
            costs=np.concatenate((np.zeros(len(prices)), np.maximum(-net, 0.0))),
            prices=np.concatenate((prices, np.zeros(len(net)))),
            slots=slots,
            crowd=crowd,
        )

    def weigh(self, slopes: Slopes, stakes: Stakes) -> Values:
        """The most that every aim can cover at these slopes."""
        relaxation, weights, gains = self.relaxation, stakes.weights, stakes.gains
        nothing, chains = relaxation.covered(slopes.steps)
        steep, caps = weights * SLOPES[slopes.steps], weights * (1.0 - nothing)
        first = _by_aim(relaxation, relaxation.entry, steep, caps)
        first += add_up(relaxation.lump_aims, (gains * (1.0 - slopes.brought))[relaxation.lumps], len(first))
        further = _by_aim(relaxation, relaxation.branch, steep, caps)
        covers = first[self.aims] + self.places * further[self.aims]
        for level, column, covered in zip(relaxation.levels, self._own, chains, strict=True):
            own = weights[level.bodies] * (covered - nothing[level.bodies])
            covers += add_up(column, own, self.count)
        constant = add_all(weights * (nothing + MARGIN)) + add_all(gains * slopes.brought)
        return Values(constant, covers, stakes)

    def answer(self, values: Values, price: float, softness: float) -> Answer:
        """What the aims take when a thousandth of weight is paid with this price.

        `softness` is how far, as a share of its cost, what is offered for an item may lie from it for the item to be
        opened in part: many aims wait for some, and all or nothing would swing to and fro. The gain is not soft.
        """
        gains = price * values.covers - self.prices
        best = np.zeros(len(self.relaxation.most))
        if len(self.used):
            best[self.used] = np.maximum(np.maximum.reduceat(gains, self.first[self.used]), 0.0)
        peak = np.where((gains >= best[self.aims]) & (gains > 0), self.places, self.count)
        top = np.full(len(best), -1, dtype=np.int64)
        if len(self.used):
            top[self.used] = np.minimum.reduceat(peak, self.first[self.used])
        costs = values.stakes.prices + price * values.stakes.costs
        left, opened = pay(values.stakes, best, costs, softness)
        taken = (self.places <= np.where(top < self.count, top, -1)[self.aims]) * opened[self.aims]
        magnitude = price * values.constant + add_all(costs) + add_all(price * values.covers + self.prices)
        return Answer(price * values.constant + add_all(left), taken, self._terms(values.stakes) * 2.0**-53 * magnitude)

    def _terms(self, stakes: Stakes) -> int:
        """More roundings than there are on the way to any of the sums."""
        relaxation = self.relaxation
        touches = len(relaxation.entry.aims) + len(relaxation.branch.aims)
        chained = sum(len(level.bodies) for level in relaxation.levels)
        paid = 2 * PASSES * len(relaxation.lumps) + PASSES * len(relaxation.setups)
        paid += 2 * PASSES * OFFERS * len(stakes.crowd[0])
        return 1000 + 4 * (touches + chained + self.count + paid)


def pay(stakes: Stakes, surplus: Floats, costs: Floats, softness: float) -> tuple[Floats, Floats]:
    """What is left of the aims' surplus after the items are paid, as far as it goes, and how far aims are opened.

    Each pays its own items only.
    """
    left, due, offers = surplus.copy(), costs.copy(), np.zeros(len(costs))
    for turn in range(PASSES):
        for aims, items in stakes.slots:
            offered = add_up(items, left[aims], len(due))
            offers += offered if turn == 0 else 0.0
            share = _share(due, offered)
            left[aims] -= left[aims] * share[items]
            due = np.maximum(due - offered * share, 0.0)
        if len(stakes.crowd[0]):
            offers += add_up(stakes.crowd[1], left[stakes.crowd[0]], len(due)) if turn == 0 else 0.0
            left, due = _pay_at_once(stakes.crowd, left, due)
    beyond = np.divide(offers - costs, 2 * softness * costs, out=np.ones(len(costs)), where=costs > 0)
    opens, opened = np.clip(0.5 + beyond, 0.0, 1.0), np.ones(len(surplus))
    for aims, items in stakes.slots:
        opened[aims] = np.minimum(opened[aims], opens[items])
    np.minimum.at(opened, stakes.crowd[0], opens[stakes.crowd[1]])
    return np.maximum(left, 0.0), opened


def _pay_at_once(crowd: Pairs, left: Floats, due: Floats) -> tuple[Floats, Floats]:
    """Every aim offers what it has left for all its items, to each in proportion to what is due."""
    aims, items = crowd
    for _ in range(OFFERS):
        every = add_up(aims, due[items], len(left))
        offers = left[aims] * np.divide(due[items], every[aims], out=np.zeros(len(aims)), where=every[aims] > 0)
        offered = add_up(items, offers, len(due))
        share = _share(due, offered)
        left = np.maximum(left - add_up(aims, offers * share[items], len(left)), 0.0)
        due = np.maximum(due - offered * share, 0.0)
    return left, due


def _share(due: Floats, offered: Floats) -> Floats:
    """The share of what is offered for each item that is taken."""
    return np.divide(np.minimum(due, offered), offered, out=np.zeros(len(due)), where=offered > 0)


def _by_aim(relaxation: Relaxation, touches: Touches, steep: Floats, caps: Floats) -> Floats:
    sizes = steep[touches.bodies]
    sizes *= touches.sizes  # in place, as there may be millions of them
    np.minimum(sizes, caps[touches.bodies], out=sizes)
    return add_up(touches.aims, sizes, len(relaxation.most))


def _slots(relaxation: Relaxation, net: Floats) -> tuple[list[Pairs], Pairs]:
    """Pairs of aims and items: aims with few items first, as those with more can pay where it is still needed."""
    is_costly = net[relaxation.lumps] < 0
    aims = np.concatenate((relaxation.lump_aims[is_costly], relaxation.setup_aims))
    items = np.concatenate((relaxation.lumps[is_costly] + len(relaxation.instance.setups), relaxation.setups))
    order = np.argsort(aims, kind="stable")
    aims, items = aims[order], items[order]
    place = np.arange(len(aims)) - np.searchsorted(aims, aims)
    count = np.searchsorted(aims, aims, side="right") - np.searchsorted(aims, aims)
    kinds = np.where(count > MOST_APART, -1, count * (MOST_APART + 1) + place)
    apart = [(aims[kinds == kind], items[kinds == kind]) for kind in np.unique(kinds[kinds >= 0])]
    return apart, (aims[kinds < 0], items[kinds < 0])


def add_all(numbers: Floats) -> float:
    """Added one after the other, so that the sum is the same on every machine."""
    return float(np.add.accumulate(numbers)[-1]) if len(numbers) else 0.0
