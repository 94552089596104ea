"""Option D: accept today, and climb to the target by whole percents, each a gate that can be set."""

from collections.abc import Iterator
from fractions import Fraction

from planner.model.plan import Candidate, Effort, Rung
from planner.solve.tally import Ground, Tally

MOST_RUNGS = 8
"""More stops than this are no plan; the steps between them grow instead."""


def climb(steps: tuple[Candidate, ...], ground: Ground) -> tuple[Rung, ...]:
    """The rungs that the steps, taken in order, reach; the last is the target when they reach it."""
    rungs: list[Rung] = []
    tally, effort = Tally(ground), Effort()
    wanted = list(_percents(ground))
    for candidate in steps:
        effort += tally.marginal_effort(candidate)
        tally.add(candidate)
        while wanted and _has_reached(wanted[0], tally):
            rungs.append(_rung(wanted.pop(0), tally, effort))
    return tuple(rungs)


def _percents(ground: Ground) -> Iterator[Fraction]:
    """Whole percents above today, at most MOST_RUNGS of them, and the target itself."""
    target = ground.target.percent
    first = ground.today.percent.numerator // ground.today.percent.denominator + 1
    whole = [Fraction(percent) for percent in range(first, int(target) + 1) if percent < target]
    stride = -(-len(whole) // (MOST_RUNGS - 1)) if whole else 1
    yield from reversed(whole[::-1][stride - 1 :: stride] if stride > 1 else whole[::-1])
    yield target


def _has_reached(percent: Fraction, tally: Tally) -> bool:
    today = tally.ground.today
    points = today.points + tally.entered
    if percent == tally.ground.target.percent:
        return tally.shortfall == 0
    return (today.covered_points + tally.points) * 100 * percent.denominator >= percent.numerator * points


def _rung(percent: Fraction, tally: Tally, effort: Effort) -> Rung:
    today = tally.ground.today
    covered = today.covered_points + tally.points
    return Rung(percent, percent, covered, tally.points, effort)
