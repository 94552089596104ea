"""The relaxation as a linear program with whole numbers: tests in chains, set-ups, lumps, and slopes as cuts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from planner.solve.relax import MARGIN, SLOPES, Floats, Ints, Relaxation, add_up

POINT = 1000.0
"""Weights are in points here, not in thousandths, so that all coefficients are of a size."""

INFINITE = float("inf")

_Terms = tuple[Ints, Ints, Floats]
"""Bodies, columns, and the share of the body that a whole column is allowed to cover."""


@dataclass(frozen=True)
class Row:
    """low <= sum of shares times columns <= high. There may be a million terms: they take 12 bytes each."""

    low: float
    high: float
    columns: NDArray[np.int32]
    shares: Floats


def row_of(low: float, high: float, terms: Mapping[int, float]) -> Row:
    """The row with these shares by column."""
    columns = np.fromiter(terms, dtype=np.int32, count=len(terms))
    return Row(low, high, columns, np.fromiter(terms.values(), dtype=np.float64, count=len(terms)))


@dataclass
class Program:
    """Columns: tests by aim and place (`tests` has the first of each aim), set-ups, lumps, covered points of bodies."""

    relaxation: Relaxation
    prices: list[float] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    tests: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        instance = self.relaxation.instance
        for aim in instance.problem.aims:
            self.tests.append(len(self.prices))
            self.prices += ([float(aim.first)] + [float(aim.further)] * (aim.most - 1)) if aim.most > 0 else []
        self.whole = len(self.prices)
        self.setups = self.whole
        self.lumps = self.setups + len(instance.setups)
        self.bodies = self.lumps + len(instance.lumps)
        self.columns = self.bodies + len(instance.weights)
        self.prices += [float(price) for price in instance.setup_prices]
        self.prices += [0.0] * (self.columns - len(self.prices))
        self._add_chains()
        self._add_lumps()

    def highest(self) -> Floats:
        """Upper bounds of the columns; all lower ones are 0."""
        return np.concatenate((np.ones(self.bodies), self.relaxation.weights / POINT))

    def weight_of(self, need: int | None) -> dict[int, float]:
        """Points that count for a need, less what lumps add to it; for None all points."""
        instance = self.relaxation.instance
        bodies = [body for body, needs in enumerate(instance.body_needs) if need is None or need in needs]
        terms = {self.bodies + body: 1.0 for body in bodies}
        for lump, needs in enumerate(instance.lump_needs):
            weight = instance.lump_weights[lump] if need is None or need in needs else 0
            terms[self.lumps + lump] = (weight - (0 if need is None else instance.rises[lump][need])) / POINT
        return terms

    def require(self, need: int, weight: int) -> None:
        """At least this weight for the need, in thousandths; a thousandth less, for the solver's tolerances."""
        self.rows.append(row_of((weight - 1) / POINT, INFINITE, self.weight_of(need)))

    def spend(self, budget: int) -> Row:
        """At most this price."""
        terms = {column: price for column, price in enumerate(self.prices) if price}
        return row_of(-INFINITE, float(budget), terms)

    def forbid(self, taken: Sequence[int]) -> None:
        """Not exactly these tests: for a choice that is known to fall short, by less than any slope can tell."""
        terms: dict[int, float] = {}
        for aim, times in enumerate(taken):
            for place in range(self.relaxation.instance.problem.aims[aim].most):
                terms[self.tests[aim] + place] = -1.0 if place < times else 1.0
        self.rows.append(row_of(1.0 - sum(taken), INFINITE, terms))

    def cuts(self, steps: Ints, bodies: Ints) -> list[Row]:
        """For each of the bodies: its covered points are at most what the slope of its step allows."""
        nothing, chains = self._allowed(steps)
        weights, is_in = self.relaxation.weights / POINT, np.zeros(len(nothing), dtype=bool)
        is_in[bodies] = True
        parts = [(places, is_in[places], *more) for places, *more in (*chains, self._weak(steps, nothing))]
        places = np.concatenate([places[kept] for places, kept, _, _ in parts])
        order = np.argsort(places, kind="stable")
        columns = np.concatenate([columns[kept] for _, kept, columns, _ in parts])[order].astype(np.int32)
        shares = np.concatenate([0.0 - (shares * weights[places])[kept] for places, kept, _, shares in parts])[order]
        starts = np.searchsorted(places[order], bodies), np.searchsorted(places[order], bodies, side="right")
        highs = (nothing[bodies] + MARGIN) * weights[bodies]
        return [
            Row(
                -INFINITE,
                high,
                np.append(np.int32(self.bodies + body), columns[start:end]),
                np.append(1.0, shares[start:end]),
            )
            for body, high, start, end in zip(
                bodies.tolist(), highs.tolist(), *(each.tolist() for each in starts), strict=True
            )
        ]

    def claimed(self, steps: Ints, values: Floats) -> Floats:
        """By body, the points by which these values claim more than the slopes of these steps allow."""
        nothing, chains = self._allowed(steps)
        most = nothing + MARGIN
        for places, columns, shares in (*chains, self._weak(steps, nothing)):
            most += add_up(places, shares * values[columns], len(most))
        return values[self.bodies :] - most * self.relaxation.weights / POINT

    def _allowed(self, steps: Ints) -> tuple[Floats, list[_Terms]]:
        """The share of each body that is allowed without any test, and what each test of its owner adds."""
        relaxation = self.relaxation
        every = np.arange(len(relaxation.weights))
        nothing = relaxation.most_covered(steps, every, np.ones(len(every)), np.zeros(len(every)))
        before, chains = nothing.copy(), []
        firsts = np.array(self.tests, dtype=np.int64)
        for place, level in enumerate(relaxation.levels):
            here = level.bodies
            covered = relaxation.most_covered(steps[here], here, level.left, level.logs)
            chains.append((here, firsts[relaxation.owners[here]] + place, covered - before[here]))
            before[here] = covered
        return nothing, chains

    def _weak(self, steps: Ints, nothing: Floats) -> _Terms:
        """What each test that is no owner's adds: its slope, but never more than all."""
        bodies, columns, sizes = self._touches
        return bodies, columns, np.minimum(SLOPES[steps[bodies]] * sizes, 1.0 - nothing[bodies])

    def _add_chains(self) -> None:
        relaxation = self.relaxation
        aims = relaxation.instance.problem.aims
        firsts, most = np.array(self.tests, dtype=np.int64), relaxation.most
        found = [(relaxation.entry, 0, relaxation.entry.aims >= 0)]
        further = relaxation.branch
        found += [(further, place, most[further.aims] > place) for place in range(1, len(relaxation.levels))]
        self._touches: _Terms = (
            np.concatenate([touches.bodies[is_in] for touches, _, is_in in found]),
            np.concatenate([firsts[touches.aims[is_in]] + place for touches, place, is_in in found]),
            np.concatenate([touches.sizes[is_in] for touches, _, is_in in found]),
        )
        for aim, plain in enumerate(aims):
            first = self.tests[aim]
            for place in range(1, plain.most):
                self._at_most(first + place, first + place - 1)
            for setup in relaxation.instance.doors[aim] if plain.most > 0 else ():
                self._at_most(first, self.setups + setup)

    def _add_lumps(self) -> None:
        instance = self.relaxation.instance
        bringers: list[list[int]] = [[] for _ in instance.lumps]
        for aim, plain in enumerate(instance.problem.aims):
            for lump in instance.brings[aim] if plain.most > 0 else ():
                bringers[lump].append(self.tests[aim])
        for lump, columns in enumerate(bringers):
            self.rows.append(row_of(-INFINITE, 0.0, {self.lumps + lump: 1.0, **dict.fromkeys(columns, -1.0)}))
            if any(instance.rises[lump]):
                for column in columns:
                    self._at_most(column, self.lumps + lump)

    def _at_most(self, lower: int, upper: int) -> None:
        self.rows.append(row_of(-INFINITE, 0.0, {lower: 1.0, upper: -1.0}))


def levels_of(program: Program, solution: Ints | Floats) -> list[Floats]:
    """By level, how much of that test each aim takes in a solution."""
    firsts, most = np.array(program.tests, dtype=np.int64), program.relaxation.most
    values = np.asarray(solution, dtype=np.float64)
    return [
        np.where(most > place, values[np.minimum(firsts + place, len(values) - 1)], 0.0)
        for place in range(len(program.relaxation.levels))
    ]
