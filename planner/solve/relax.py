"""The problem as arrays, relaxed so that every aim stands alone: what its tests cover at most, whatever the others do.

For each body, the aim that touches it most is its owner. When the owner's k tests leave p(k) of it and the others
multiply that by e^-z, where z adds up over their tests, it is covered to 1 - p(k) e^-z. For any slope s above 0 that
is at most g(k) + s z, with g(k) the most that 1 - p(k) e^-z - s z can be over the values that z may have: 0, or from
the least single touch to all touches together. That is a sum over aims. It holds for every s, and it is exact where
s is what is left of the body. What is weak alone (many aims that touch a body a little) and what is strong alone (an
aim and its own body) are both met exactly at the best slope.

Rounding: logarithms and exponentials are rounded outwards to a multiple of 2^-40, so that they are the same on every
machine, and MARGIN is added to each body's constant, which is more than what the rounding of g can take away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from planner.model.problem import MILLION
from planner.solve.instance import Instance
from planner.solve.touch import Touch

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CERTAIN = 2.0**60
"""Stands for the infinite logarithm of a certain test: times the flattest slope it is still above any cap."""

GRID = 2.0**40
MARGIN = 2.0**-37
STEPS, MOST_STEPS = 256, 20 * 256
"""Slopes are e^(-step / STEPS) for steps from 0 to MOST_STEPS."""

SLOPES = np.ceil(np.exp(np.arange(MOST_STEPS + 1) / -STEPS) * GRID) / GRID


@dataclass(frozen=True)
class Touches:
    """Touches of bodies by aims, one by one: a chance, or the share of z that goes with it (CERTAIN where it is)."""

    aims: Ints
    bodies: Ints
    sizes: Floats


_FLAT: WeakKeyDictionary[Instance, tuple[Touches, Touches]] = WeakKeyDictionary()
"""What instances were flattened to: a project's takes 30 ms, and plans ask for it several times."""


@dataclass(frozen=True)
class Level:
    """The k-th test: aims that can have so many, their price for k, and bodies with an owner among them, and p(k)."""

    aims: Ints
    prices: Floats
    bodies: Ints
    left: Floats
    logs: Floats


@dataclass(frozen=True)
class _Links:
    """Links of chains: their body, the logarithm of what the owner leaves of it, and its least and most z above 0.

    `at` are covered shares: without others, and with their least and their most, but for what their z takes off.
    """

    bodies: Ints
    logs: Floats
    span: tuple[Floats, Floats]
    at: tuple[Floats, Floats, Floats]

    def covered(self, steps: Ints) -> Floats:
        """g of each link at the slopes of these steps, one for each."""
        (low, high), (none, at_low, at_high), slopes = self.span, self.at, SLOPES[steps]
        wanted = steps / STEPS - self.logs
        best = 1.0 - slopes - slopes * wanted
        best = np.where(wanted > high, at_high - slopes * high, best)
        best = np.where(wanted < low, at_low - slopes * np.where(np.isinf(low), 0.0, low), best)
        return np.where(high > 0, np.maximum(none, best), none)


class Relaxation:
    """An instance as arrays: levels, touches by others, lumps, and items (set-ups, costly lumps) that are paid once."""

    def __init__(self, instance: Instance, aims: Sequence[int] | None = None) -> None:
        """Only these aims have tests then."""
        self.instance = instance
        most = np.array([aim.most for aim in instance.problem.aims], dtype=np.int64)
        self.most = most if aims is None else np.zeros_like(most)
        if aims is not None:
            self.most[aims] = most[aims]
        self.weights = np.array(instance.weights, dtype=np.float64)
        entry, branch = _used(flat_touches(instance), self.most) if aims is None else _of_few(instance, self.most)
        self.owners = _owners(entry, len(self.weights))
        self.entry, first = self._split(entry)
        self.branch, further = self._split(branch)
        self.least, self.total = self._spans()
        self.levels = [self._level(place, first, further) for place in range(1, int(self.most.max(initial=0)) + 1)]
        self.lump_aims, self.lumps = _pairs(instance.brings)
        self.setup_aims, self.setups = _pairs(instance.doors)
        self.least_left = np.floor(np.exp(-np.where(np.isinf(self.least), 0.0, self.least)) * GRID) / GRID
        self.total_left = np.floor(np.exp(-self.total) * GRID) / GRID

    def counted(self, multipliers: Floats) -> Floats:
        """How often each body's weight counts."""
        return _counts(self.instance.body_needs, multipliers)

    def net_lumps(self, multipliers: Floats) -> Floats:
        """What each lump weighs for the needs, less what it adds to them."""
        weights = np.array(self.instance.lump_weights, dtype=np.float64)
        rises = np.array(self.instance.rises, dtype=np.float64).reshape(len(weights), len(multipliers))
        risen = sum((rises[:, need] * times for need, times in enumerate(multipliers.tolist())), np.zeros(len(weights)))
        return weights * _counts(self.instance.lump_needs, multipliers) - risen

    def _split(self, touches: Touches) -> tuple[Touches, Floats]:
        """Touches by others, and by body the chance of its owner."""
        is_own = self.owners[touches.bodies] == touches.aims
        own = np.zeros(len(self.weights))
        own[touches.bodies[is_own]] = touches.sizes[is_own]
        others = _kept(touches, ~is_own)
        logs = np.ceil(-np.log1p(-np.minimum(others.sizes, 0.9999995)) * GRID) / GRID
        logs[others.sizes >= 1.0] = CERTAIN
        return replace(others, sizes=logs), own

    def _spans(self) -> tuple[Floats, Floats]:
        """By body the least that z can be above 0, and the most; a hair wider than computed."""
        least, total = np.full(len(self.weights), np.inf), np.zeros(len(self.weights))
        further = self.most.astype(np.float64) - 1.0
        for touches, times in ((self.entry, np.ones_like(further)), (self.branch, further)):
            is_finite = touches.sizes < CERTAIN
            np.minimum.at(least, touches.bodies[is_finite], touches.sizes[is_finite])
            logs = np.where(is_finite, touches.sizes, 0.0) * times[touches.aims]
            total += add_up(touches.bodies, logs, len(total))
        return least * (1 - 1e-9), total * (1 + 1e-9)

    def _level(self, place: int, first: Floats, further: Floats) -> Level:
        aims = np.flatnonzero(self.most >= place)
        plain = self.instance.problem.aims
        prices = [plain[aim].first + (place - 1) * plain[aim].further for aim in aims.tolist()]
        bodies = np.flatnonzero((self.owners >= 0) & (self.most[self.owners] >= place))
        left = 1.0 - first[bodies]
        for _ in range(place - 1):
            left = left * (1.0 - further[bodies])
        with np.errstate(divide="ignore"):
            logs = np.ceil(-np.log(left) * GRID) / GRID
        return Level(aims, np.array(prices, dtype=np.float64), bodies, left, logs)

    def most_covered(self, steps: Ints, bodies: Ints, left: Floats, logs: Floats) -> Floats:
        """g(k) of bodies, of which the owner leaves this much, at the slopes of these steps."""
        return self._linked(bodies, left, logs).covered(steps)

    def _linked(self, bodies: Ints, left: Floats, logs: Floats) -> _Links:
        at = (1.0 - left, 1.0 - left * self.least_left[bodies], 1.0 - left * self.total_left[bodies])
        return _Links(bodies, logs, (self.least[bodies], self.total[bodies]), at)

    @cached_property
    def _links(self) -> tuple[_Links, Ints]:
        """Every body without its owner, then every body of each level; and where these end but for the last."""
        bodies = np.concatenate([np.arange(len(self.weights)), *(level.bodies for level in self.levels)])
        ones = np.ones(len(self.weights))
        left = np.concatenate([ones, *(level.left for level in self.levels)])
        logs = np.concatenate([ones * 0.0, *(level.logs for level in self.levels)])
        ends = np.cumsum([len(self.weights), *(len(level.bodies) for level in self.levels)])
        return self._linked(bodies, left, logs), ends[:-1]

    def covered(self, steps: Ints) -> tuple[Floats, Sequence[Floats]]:
        """g(0) of every body at the slopes of these steps, and g(k) of the bodies of each level."""
        links, ends = self._links
        nothing, *chains = np.split(links.covered(steps[links.bodies]), ends)
        return nothing, chains

    def mean_covered(self, steps: Ints, others: Floats, exactly: Sequence[Floats]) -> Floats:
        """The share of each body covered at most, where owners take `exactly` k tests to these shares, by level."""
        every = np.arange(len(steps))
        nothing = self.most_covered(steps, every, np.ones(len(steps)), np.zeros(len(steps)))
        mean = nothing + SLOPES[steps] * others
        for level, shares in zip(self.levels, exactly, strict=True):
            covered = self.most_covered(steps[level.bodies], level.bodies, level.left, level.logs)
            mean[level.bodies] += (covered - nothing[level.bodies]) * shares
        return mean


def add_up(places: Ints, numbers: Floats, count: int) -> Floats:
    """The sum of the numbers at each of `count` places."""
    return np.bincount(places, numbers, count).astype(np.float64)


def flat_touches(instance: Instance) -> tuple[Touches, Touches]:
    """All touches with their chances, whether there are such tests or not: by the first tests, and by further ones.

    Made once for all of one origin.
    """
    if instance.origin:
        every, places = instance.origin
        return _of_aims(flat_touches(every), np.array(places, dtype=np.int64), len(every.problem.aims))
    if instance not in _FLAT:
        first, further = (
            Touches(each.aims, each.bodies.astype(np.int64), each.parts / MILLION) for each in instance.flat
        )
        _FLAT[instance] = first, further
    return _FLAT[instance]


def _of_aims(touches: tuple[Touches, Touches], places: Ints, count: int) -> tuple[Touches, Touches]:
    """The touches of aims that lie at these places, by their own numbers."""
    if np.array_equal(places, np.arange(count)):
        return touches
    number = np.full(count, -1, dtype=np.int64)
    number[places] = np.arange(len(places))
    aims = [number[each.aims] for each in touches]
    first, further = (_kept(replace(each, aims=of), of >= 0) for each, of in zip(touches, aims, strict=True))
    return first, further


def _of_few(instance: Instance, most: Ints) -> tuple[Touches, Touches]:
    """The touches of tests that there are, of which there are few: those of all others need not be flattened."""
    first, further = np.flatnonzero(most >= 1).tolist(), np.flatnonzero(most >= 2).tolist()
    return _joined(first, instance.entry), _joined(further, instance.branch)


def _joined(aims: Sequence[int], touches: Mapping[int, Touch]) -> Touches:
    found = [touches[aim] for aim in aims]
    if not found:
        return Touches(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
    leaves = np.concatenate([np.frombuffer(each.leaves) for each in found])
    return Touches(
        np.repeat(aims, [len(each.bodies) for each in found]),
        np.concatenate([np.frombuffer(each.bodies, dtype=np.int64) for each in found]),
        (MILLION - np.rint(leaves * MILLION)) / MILLION,
    )


def _used(touches: tuple[Touches, Touches], most: Ints) -> tuple[Touches, Touches]:
    """Touches of tests that there are."""
    first, further = touches
    return _kept(first, most[first.aims] >= 1), _kept(further, most[further.aims] >= 2)


def _kept(touches: Touches, keep: NDArray[np.bool_]) -> Touches:
    """Themselves where all are kept: a large project has millions of them."""
    if keep.all():
        return touches
    return Touches(touches.aims[keep], touches.bodies[keep], touches.sizes[keep])


def _owners(entry: Touches, bodies: int) -> Ints:
    """The aim whose first test touches the body most, of equals the first; -1 where none does."""
    most, owners = np.zeros(bodies), np.full(bodies, np.iinfo(np.int64).max)
    np.maximum.at(most, entry.bodies, entry.sizes)
    is_most = entry.sizes == most[entry.bodies]
    np.minimum.at(owners, entry.bodies[is_most], entry.aims[is_most])
    return np.where(most > 0, owners, -1)


def _counts(by_place: Sequence[tuple[int, ...]], multipliers: Floats) -> Floats:
    known = {needs: float(sum(multipliers[need] for need in needs)) for needs in dict.fromkeys(by_place)}
    return np.array([known[needs] for needs in by_place], dtype=np.float64)


def _pairs(places: Sequence[Sequence[int]]) -> tuple[Ints, Ints]:
    counts = np.array([len(each) for each in places], dtype=np.int64)
    found = np.fromiter(chain.from_iterable(places), dtype=np.int64, count=int(counts.sum()))
    return np.repeat(np.arange(len(places)), counts), found
