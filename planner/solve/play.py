"""The slopes that suit an answer of all aims, or a mean of several, best."""

from collections.abc import Sequence

import numpy as np

from planner.solve.lagrange import Slopes
from planner.solve.relax import MOST_STEPS, STEPS, Floats, Relaxation, add_up

PARTS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Slopes tried for a body: between what others leave of it, and what all leave of it."""


class Answers:
    """The mean of all answers so far: by level, how much of that test each aim takes."""

    def __init__(self, relaxation: Relaxation, levels: Sequence[Floats]) -> None:
        self._relaxation, self._levels = relaxation, levels

    def slopes(self) -> Slopes:
        """For each body, of a few slopes the one that lets the mean answer cover least; lumps count once brought."""
        others = self._by_others()
        everyone = others.copy()
        for level, chained in zip(self._relaxation.levels, self._chained(), strict=True):
            everyone[level.bodies] += np.minimum(level.logs, MOST_STEPS / STEPS) * chained
        best, steps = np.full(len(others), np.inf), np.zeros(len(others), dtype=np.int64)
        for part in PARTS:
            tried = np.minimum(np.rint((others + part * (everyone - others)) * STEPS), MOST_STEPS).astype(np.int64)
            covered = self._relaxation.mean_covered(tried, others, self._chained())
            is_better = covered < best
            best, steps = np.where(is_better, covered, best), np.where(is_better, tried, steps)
        return Slopes(steps, self._brought())

    def _chained(self) -> list[Floats]:
        """By level, for bodies with an owner, how much exactly so many tests of the owner are taken."""
        nothing = np.zeros(len(self._relaxation.most))
        above = [*self._levels[1:], nothing]
        exactly = [here - more for here, more in zip(self._levels, above, strict=True)]
        owners = self._relaxation.owners
        return [each[owners[level.bodies]] for each, level in zip(exactly, self._relaxation.levels, strict=True)]

    def _by_others(self) -> Floats:
        count = len(self._relaxation.weights)
        further = sum(self._levels[1:], np.zeros(len(self._relaxation.most)))
        first = self._levels[0] if self._levels else further
        parts = ((self._relaxation.entry, first), (self._relaxation.branch, further))
        cap = MOST_STEPS / STEPS
        return sum((add_up(t.bodies, np.minimum(t.sizes, cap) * of[t.aims], count) for t, of in parts), np.zeros(count))

    def _brought(self) -> Floats:
        lumps, aims = self._relaxation.lumps, self._relaxation.lump_aims
        if not self._levels:
            return np.zeros(len(self._relaxation.instance.lumps))
        return (add_up(lumps, self._levels[0][aims], len(self._relaxation.instance.lumps)) >= 1).astype(np.float64)
