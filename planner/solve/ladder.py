"""Option D: accept today, and climb by whole percents or the ones asked for, each a gate that can be set."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from planner.model.option import Count, Rung
from planner.model.plan import Candidate, Effort
from planner.model.target import Target
from planner.model.wish import DAYS_OF, Pace
from planner.solve.tally import Ground, Tally

MOST_RUNGS = 8
"""More stops than this are no plan; the steps between them grow instead."""


@dataclass(frozen=True, slots=True)
class _Reached:
    """Where along the steps a rung is reached: tests that are written by then, and hours."""

    tests: int
    effort: Effort


def rung_percents(ground: Ground) -> tuple[Fraction, ...]:
    """The percents to stop at: those asked for that lie above today, or whole ones up to the target, and the target."""
    today = ground.today.percent
    asked = [percent for percent in ground.wish.ladder if percent > today]
    if ground.target is None or not ground.need():
        return tuple(asked)
    target = ground.target.percent
    return tuple(sorted({*asked, target})) if asked else tuple(_whole(today, target))


def _whole(today: Fraction, target: Fraction) -> Iterator[Fraction]:
    first = today.numerator // today.denominator + 1
    whole = [Fraction(percent) for percent in range(first, int(target) + 1) if percent < target]
    stride = -(-len(whole) // (MOST_RUNGS - 1)) if whole else 1
    yield from reversed(whole[::-1][stride - 1 :: stride] if stride > 1 else whole[::-1])
    yield target


def climb(steps: Sequence[Candidate], ground: Ground) -> tuple[Rung, ...]:
    """The rungs, with the tests and hours that lead there; without them where the steps do not reach so far."""
    rungs = []
    for percent in rung_percents(ground):
        goal = _goal(percent, ground)
        rungs.append(_rung(percent, goal, _reach(steps, goal, ground, 0.5), _reach(steps, goal, ground, None), ground))
    return tuple(rungs)


def _goal(percent: Fraction, ground: Ground) -> Target:
    """The target itself at its percent; every other rung is exact, on the same total."""
    target = ground.target
    if target and percent == target.percent:
        return target
    return Target(percent, "exact", target.total if target else "measured")


def _reach(steps: Sequence[Candidate], goal: Target, ground: Ground, chance: float | None) -> _Reached | None:
    """The first step after which the goal is met with the chance, the asked confidence by default."""
    tally, effort, count = Tally(ground), Effort(), 0
    wanted = ground.wish.confidence if chance is None else chance
    for candidate in steps:
        effort += tally.add(candidate).effort
        count += not candidate.mends
        need = goal.points_needed(ground.today.points + tally.entered) - ground.today.covered_points
        is_met = tally.points >= need if chance == 0.5 else tally.gain.chance_of(need) >= wanted
        if is_met:
            return _Reached(count, effort)
    return None


def _rung(percent: Fraction, goal: Target, half: _Reached | None, sure: _Reached | None, ground: Ground) -> Rung:
    points = goal.points_needed(ground.today.points)
    gained = max(0, points - ground.today.covered_points)
    tests = Count(half.tests, sure.tests) if half and sure else None
    effort = Effort(half.effort.p50, sure.effort.p80) if half and sure else None
    periods = tuple(_periods(gained, tests, effort, ground.wish.paces))
    return Rung(
        label=f"to {float(percent):g} %",
        percent=percent,
        fail_under=percent,
        points=points,
        points_gained=gained,
        tests=tests,
        effort=effort,
        periods=periods,
        due=_due(periods, ground.wish.today),
    )


def _periods(
    points: int, tests: Count | None, effort: Effort | None, paces: tuple[Pace, ...]
) -> Iterator[tuple[Pace, Fraction]]:
    """For each pace, how many of its periods the rung takes from today; hours and tests by their P80."""
    amounts = {"points": points, "tests": tests.p80 if tests else None, "hours": effort.p80 if effort else None}
    for pace in paces:
        amount = amounts[pace.of]
        if amount is not None:
            yield pace, Fraction(amount).limit_denominator(10**6) / pace.amount


def _due(periods: tuple[tuple[Pace, Fraction], ...], today: date | None) -> date | None:
    """The last of the days by which each pace with a known period gets there."""
    days = [ceil(count * DAYS_OF[pace.period]) for pace, count in periods if pace.period in DAYS_OF]
    return today + timedelta(days=max(days)) if days and today else None
