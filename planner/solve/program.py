"""The relaxation as a linear program with whole numbers: tests in chains, set-ups, lumps, and slopes as cuts."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from planner.solve.relax import MARGIN, SLOPES, Floats, Ints, Relaxation, add_up

POINT = 1000.0
"""Weights are in points here, not in thousandths, so that all coefficients are of a size."""

INFINITE = float("inf")

_Terms = tuple[Ints, Ints, Floats]
"""Bodies, columns, and the share of the body that a whole column is allowed to cover."""


@dataclass(frozen=True)
class Row:
    """low <= sum of coefficients times columns <= high."""

    low: float
    high: float
    terms: dict[int, float]


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
        self.rows.append(Row((weight - 1) / POINT, INFINITE, self.weight_of(need)))

    def spend(self, budget: int) -> Row:
        """At most this price."""
        terms = {column: price for column, price in enumerate(self.prices) if price}
        return Row(-INFINITE, float(budget), terms)

    def forbid(self, taken: Sequence[int]) -> None:
        """Not exactly these tests: for a choice that is known to fall short, by less than any slope can tell."""
        terms: dict[int, float] = {}
        for aim, times in enumerate(taken):
            for place in range(self.relaxation.instance.problem.aims[aim].most):
                terms[self.tests[aim] + place] = -1.0 if place < times else 1.0
        self.rows.append(Row(1.0 - sum(taken), INFINITE, terms))

    def cuts(self, steps: Ints, bodies: Ints) -> list[Row]:
        """For each of the bodies: its covered points are at most what the slope of its step allows."""
        nothing, chains = self._allowed(steps)
        weights = self.relaxation.weights / POINT
        rows = {
            body: Row(-INFINITE, (float(nothing[body]) + MARGIN) * float(weights[body]), {self.bodies + body: 1.0})
            for body in bodies.tolist()
        }
        for places, columns, shares in (*chains, self._weak(steps, nothing)):
            scaled = shares * weights[places]
            for body, column, share in zip(places.tolist(), columns.tolist(), scaled.tolist(), strict=True):
                if body in rows:
                    rows[body].terms[column] = rows[body].terms.get(column, 0.0) - share
        return list(rows.values())

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
            self.rows.append(Row(-INFINITE, 0.0, {self.lumps + lump: 1.0, **dict.fromkeys(columns, -1.0)}))
            if any(instance.rises[lump]):
                for column in columns:
                    self._at_most(column, self.lumps + lump)

    def _at_most(self, lower: int, upper: int) -> None:
        self.rows.append(Row(-INFINITE, 0.0, {lower: 1.0, upper: -1.0}))


def levels_of(program: Program, solution: Ints | Floats) -> list[Floats]:
    """By level, how much of that test each aim takes in a solution."""
    firsts, most = np.array(program.tests, dtype=np.int64), program.relaxation.most
    values = np.asarray(solution, dtype=np.float64)
    return [
        np.where(most > place, values[np.minimum(firsts + place, len(values) - 1)], 0.0)
        for place in range(len(program.relaxation.levels))
    ]
