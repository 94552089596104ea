"""The choice over all components as one problem: their own numbers side by side, and needs that span them.

Each component keeps its rates, weights and doubles: a seam is bought once for each that needs it, an import brings
files of its own component alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from planner.fleet.goals import FleetTarget, Place
from planner.fleet.part import Part
from planner.model.chance import sigmas
from planner.model.chances import Chances, Names
from planner.model.plan import MILLI, Candidate
from planner.model.problem import Aim, BodyKey, Need, Problem
from planner.solve.frame import Guess, make_problem

_MANY = 10**9
"""Points by which the share of a target is read off, as for a single project."""

Spot = tuple[Place, Candidate]
"""A candidate with the place of its component."""


@dataclass(frozen=True, slots=True)
class Board:
    """The aims of some components, which need not be made again when forecasts are weighed anew."""

    parts: Sequence[Part]
    places: tuple[Place, ...]
    goals: tuple[FleetTarget, ...]
    confidence: float
    spots: tuple[Spot, ...]
    aims: tuple[Aim, ...]
    setups: Mapping[str, int]

    def problem(self, guess: Guess, *, is_even: bool = False) -> Problem:
        """The numbers by this guess; even takes forecasts as they are."""
        bodies: dict[BodyKey, int] = {}
        lumps: dict[str, int] = {}
        for place in self.places:
            plain = make_problem((), self.parts[place].ground, guess, is_even=is_even)
            bodies |= {_key(place, key): weight for key, weight in plain.bodies.items()}
            lumps |= {_name(place, path): weight for path, weight in plain.lumps.items()}
        return Problem(self.aims, bodies, lumps, self.setups, tuple(self._needs(guess)))

    def _needs(self, guess: Guess) -> Iterator[Need]:
        extra = iter(guess.extra)
        for goal in self.goals:
            share = Fraction(goal.target.points_needed(_MANY), _MANY)
            entering = {place: goal.entering(place, self.parts) for place in goal.within}
            rises = {
                _name(place, path): ceil(points * share * MILLI)
                for place, each in entering.items()
                for path, points in each.items()
            }
            weight = goal.target.shortfall(goal.today) * MILLI + self._noise(goal) + next(extra, 0)
            yield Need(self._in_bodies(weight, goal), self._within(goal), rises)

    def _noise(self, goal: FleetTarget) -> int:
        """Totals differ between runs: so much more is asked of those of all files."""
        if goal.kind == "team":
            return 0
        asked = sigmas(self.confidence)
        return sum(ceil(asked * self.parts[place].ground.forecast.spread.noise * MILLI) for place in goal.within)

    def _within(self, goal: FleetTarget) -> frozenset[str] | None:
        """The files that count, cores among them where all of a component does; None for all of them."""
        if goal.kind == "whole":
            return None
        return frozenset(
            _name(place, path)
            for place, paths in goal.within.items()
            for path in (_every(self.parts[place]) if paths is None else paths)
        )

    def _in_bodies(self, weight: int, goal: FleetTarget) -> int:
        """The part that bodies have to bring; the rest of a team's lies in cores, which are covered with them."""
        bodies = gifts = 0
        for place, paths in goal.within.items():
            if paths is not None:
                forecast = self.parts[place].ground.forecast
                bodies += sum(each for key, each in forecast.bodies.items() if key[0] in paths)
                gifts += sum(each for key, each in forecast.gifts.items() if key[0] in paths)
        return weight * bodies // (bodies + gifts) if gifts else weight


def make_board(
    parts: Sequence[Part],
    places: Sequence[Place],
    goals: Sequence[FleetTarget],
    confidence: float,
    *,
    is_even: bool = False,
) -> Board:
    """The board of these components and goals. Even has every hour at its full price, as a budget has."""
    spots: list[Spot] = []
    aims: list[Aim] = []
    setups: dict[str, int] = {}
    for place in places:
        part = parts[place]
        plain = make_problem(part.candidates, part.ground, Guess(), is_even=is_even)
        spots += [(place, candidate) for candidate in part.candidates]
        naming = _Naming(place)
        aims += [_aim(place, aim, naming) for aim in plain.aims]
        setups |= {_name(place, name): price for name, price in plain.setups.items()}
    return Board(parts, tuple(places), tuple(goals), confidence, tuple(spots), tuple(aims), setups)


class _Naming:
    """Gives bodies the names of their component; rows keep their numbers."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._named: dict[Names, Names] = {}

    def of(self, chances: Mapping[BodyKey, int]) -> Mapping[BodyKey, int]:
        """The same chances."""
        if not isinstance(chances, Chances):
            return {_key(self._place, key): chance for key, chance in chances.items()}
        if chances.names not in self._named:
            self._named[chances.names] = Names([_key(self._place, key) for key in chances.names.keys])
        return chances.renamed(self._named[chances.names])


def _aim(place: Place, aim: Aim, naming: _Naming) -> Aim:
    """The aim with the names of its component."""
    return replace(
        aim,
        key=_key(place, aim.key),
        entry=naming.of(aim.entry),
        branch=naming.of(aim.branch),
        brings=tuple(_name(place, path) for path in aim.brings),
        needs=tuple(_name(place, name) for name in aim.needs),
    )


def _key(place: Place, key: BodyKey) -> BodyKey:
    return _name(place, key[0]), key[1]


def _name(place: Place, name: str) -> str:
    """Sorted as in the component itself, and components in their order."""
    return f"{place:06d}:{name}"


def _every(part: Part) -> set[str]:
    """All its paths that weigh: files with gaps, cores, and files that an import brings."""
    forecast = part.ground.forecast
    return {*(key[0] for key in forecast.bodies), *forecast.imports, *part.ground.entering}
