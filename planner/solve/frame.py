"""The plan's choice as numbers: candidates and ground in, Problem out, the chosen tests back as candidates.

The asked confidence enters here: each point counts for what it is worth when the forecast strays as far as it may. What
the first test of a module takes on top is not in the prices: plans that avoid it take more work (forecast/rates.toml).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import ceil, exp

from planner.model.chance import Gain, sigmas
from planner.model.plan import MILLI, Candidate, Effort
from planner.model.problem import Aim, Need, Problem
from planner.model.wish import is_match
from planner.solve.instance import Instance, index_all, weighed_anew
from planner.solve.tally import Ground, Tally

SECONDS = 3600
"""Of an hour: prices are whole seconds."""

_SAME_SIGMA, _SAME_TESTS = 0.01, 1
"""Spreads and numbers of tests that differ by no more give the same plan."""

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

    def is_same(self, other: "Guess") -> bool:
        """Whether both give the same plan, about, whatever is asked on top."""
        return abs(self.margin - other.margin) < _SAME_SIGMA and abs(self.tests - other.tests) <= _SAME_TESTS

    def asking_more(self, goals: Sequence[tuple[Gain, int]], confidence: float) -> "Guess":
        """The same with what goals lack for the confidence on top: each gain, and the points that it has to be."""
        lacking = [max(0, ceil(_lacks(gain, need, confidence))) * MILLI for gain, need in goals]
        before = self.extra or (0,) * len(lacking)
        return replace(self, extra=tuple(old + new for old, new in zip(before, lacking, strict=True)))


def _lacks(gain: Gain, need: int, confidence: float) -> float:
    """Points that a goal lacks for the confidence, at least one where it is not sure."""
    return max(1.0, need - gain.at(-sigmas(confidence))) if gain.chance_of(need) < confidence else 0.0


def make_problem(candidates: Sequence[Candidate], ground: Ground, guess: Guess, *, is_even: bool = False) -> Problem:
    """The numbers. Even takes the forecast as it is, without any margin, and every hour at its full price."""
    return _weigh(_aims(candidates, ground, is_even=is_even), candidates, ground, guess if not is_even else None)


class Frame:
    """What problems of the same candidates have in common, whatever the guess and the target; made when asked for.

    Problems of some of them alone are made from it, too. Other grounds must have the forecast and wish of the first.
    """

    def __init__(self, candidates: Sequence[Candidate], ground: Ground) -> None:
        self._candidates, self._ground = candidates, ground

    def instance(self, candidates: Sequence[Candidate], ground: Ground, guess: Guess | None) -> Instance:
        """The problem of these candidates by position; even (see `make_problem`) without a guess."""
        every = self._every_evenly if guess is None else self._every
        places = [self._places[id(each)] for each in candidates]
        aims = tuple([every.problem.aims[place] for place in places])
        return weighed_anew(every, _weigh(aims, candidates, ground, guess), places, body_share(ground, guess))

    @cached_property
    def _places(self) -> dict[int, int]:
        return {id(each): place for place, each in enumerate(self._candidates)}

    @cached_property
    def _every(self) -> Instance:
        return self._index(is_even=False)

    @cached_property
    def _every_evenly(self) -> Instance:
        return self._index(is_even=True)

    def _index(self, *, is_even: bool) -> Instance:
        aims = _aims(self._candidates, self._ground, is_even=is_even)
        return index_all(_weigh(aims, self._candidates, self._ground, None))


def body_share(ground: Ground, guess: Guess | None) -> float:
    """What a point of behaviour counts for, where it strays by the guess's margin."""
    return 1.0 if guess is None else exp(-guess.margin * sigmas(ground.wish.confidence))


def _weigh(aims: tuple[Aim, ...], candidates: Sequence[Candidate], ground: Ground, guess: Guess | None) -> Problem:
    forecast = ground.forecast
    asked = 0.0 if guess is None else -sigmas(ground.wish.confidence)
    body, imported = body_share(ground, guess), exp(forecast.spread.imported * asked)
    noise = ceil(-asked * forecast.spread.noise * MILLI)
    bodies = {key: int(weight * body) for key, weight in forecast.bodies.items()}
    lumps = {path: int(points * MILLI * imported) for path, points in forecast.imports.items() if points}
    lumps |= dict.fromkeys((path for path in ground.entering if path not in lumps), 0)
    setups = {f"double:{kind}": _price(forecast.double, 1.0) for kind in _kinds(candidates)}
    return Problem(aims, bodies, lumps, setups, tuple(_needs(ground, guess.extra if guess else (), noise)))


def weight_of(path: str, ground: Ground) -> float:
    """By how much hours spent on the file count for less when a plan is chosen; 1 for most."""
    weight = ground.wish.weights.critical if any(is_match(path, each) for each in ground.wish.critical) else 1.0
    return weight * (1.0 + ground.wish.weights.churn * ground.churn.get(path, 0.0))


def _aims(candidates: Sequence[Candidate], ground: Ground, *, is_even: bool) -> tuple[Aim, ...]:
    lumps = {path for path, points in ground.forecast.imports.items() if points} | ground.entering.keys()
    return tuple([_aim(each, 1.0 if is_even else weight_of(each.path, ground), lumps) for each in candidates])


def _aim(candidate: Candidate, weight: float, lumps: Collection[str]) -> Aim:
    needs = [f"double:{seam.kind}" for seam in candidate.needs_building]
    return Aim(
        key=candidate.key,
        most=candidate.tests,
        first=_price(candidate.first, weight),
        further=_price(candidate.further, weight),
        entry=candidate.entry,
        branch=candidate.branch,
        brings=tuple([path for path in sorted({candidate.path, *candidate.imports}) if path in lumps]),
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
