"""The plan's choice as numbers: candidates and ground in, Problem out, the chosen tests back as candidates.

The asked confidence enters here: each point counts for what it is worth when the forecast strays as far as it may. What
the first test of a module takes on top is not in the prices: plans that avoid it take more work (forecast/rates.toml).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, exp

from planner.model.chance import sigmas
from planner.model.plan import MILLI, Candidate, Effort
from planner.model.problem import Aim, Need, Problem
from planner.model.wish import is_match
from planner.solve.tally import Ground, Tally

SECONDS = 3600
"""Of an hour: prices are whole seconds."""

_MANY = 10**9
"""Points by which the share of a target is read off, exact to a thousandth of any real project's points."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a plan's numbers depend on that is only known once there is a plan: taken from the one before.

    `margin` is the standard deviation that behaviour strays by, `tests` how many there are, `extra` weight asked on
    top of each need, nothing where it is empty.
    """

    margin: float = 0.0
    tests: int = 0
    extra: tuple[int, ...] = ()

    @staticmethod
    def after(tally: Tally, extra: tuple[int, ...] = ()) -> "Guess":
        """What a plan with these tests tells."""
        return Guess(tally.gain.body_sigma, sum(tally.written.values()), extra)


def make_problem(candidates: Sequence[Candidate], ground: Ground, guess: Guess, *, is_even: bool = False) -> Problem:
    """The numbers. Even takes the forecast as it is, without any margin, and every hour at its full price."""
    forecast = ground.forecast
    asked = 0.0 if is_even else -sigmas(ground.wish.confidence)
    body, imported = exp(guess.margin * asked), exp(forecast.spread.imported * asked)
    noise = ceil(-asked * forecast.spread.noise * MILLI)
    bodies = {key: int(weight * body) for key, weight in forecast.bodies.items()}
    lumps = {path: int(points * MILLI * imported) for path, points in forecast.imports.items() if points}
    lumps |= dict.fromkeys((path for path in ground.entering if path not in lumps), 0)
    setups = {f"double:{kind}": _price(forecast.double, 1.0) for kind in _kinds(candidates)}
    aims = (_aim(each, 1.0 if is_even else weight_of(each.path, ground), lumps) for each in candidates)
    return Problem(tuple(aims), bodies, lumps, setups, tuple(_needs(ground, guess.extra, noise)))


def weight_of(path: str, ground: Ground) -> float:
    """By how much hours spent on the file count for less when a plan is chosen; 1 for most."""
    weight = ground.wish.weights.critical if any(is_match(path, each) for each in ground.wish.critical) else 1.0
    return weight * (1.0 + ground.wish.weights.churn * ground.churn.get(path, 0.0))


def _aim(candidate: Candidate, weight: float, lumps: Mapping[str, int]) -> Aim:
    needs = [f"double:{seam.kind}" for seam in candidate.needs_building]
    return Aim(
        key=candidate.key,
        most=candidate.tests,
        first=_price(candidate.first, weight),
        further=_price(candidate.further, weight),
        entry=candidate.entry,
        branch=candidate.branch,
        brings=tuple(path for path in sorted({candidate.path, *candidate.imports}) if path in lumps),
        needs=tuple(dict.fromkeys(needs)),
    )


def _price(effort: Effort, weight: float) -> int:
    return max(1, round(effort.p50 * SECONDS / weight))


def _kinds(candidates: Sequence[Candidate]) -> list[str]:
    return sorted({seam.kind for each in candidates for seam in each.needs_building})


def _needs(ground: Ground, extra: Sequence[int], noise: int) -> Iterator[Need]:
    """The target's need, if there is one, and those of the requirements, each with its extra weight."""
    more = iter(extra)
    if ground.target:
        share = Fraction(ground.target.points_needed(_MANY), _MANY)
        rises = {path: ceil(points * share * MILLI) for path, points in ground.entering.items()}
        yield Need(ground.need() * MILLI + noise + next(more, 0), None, rises)
    for _, percent, counts, paths in ground.required():
        lacking = ceil(percent * counts.points / 100) - counts.covered_points
        yield Need(_in_bodies(max(0, lacking) * MILLI + next(more, 0), paths, ground), paths)


def _in_bodies(weight: int, paths: frozenset[str], ground: Ground) -> int:
    """The part of a requirement's weight that bodies have to bring; the rest of it lies in cores, covered with them."""
    forecast = ground.forecast
    bodies = sum(each for key, each in forecast.bodies.items() if key[0] in paths)
    gifts = sum(each for key, each in forecast.gifts.items() if key[0] in paths)
    return weight * bodies // (bodies + gifts) if gifts else weight
