"""A problem by numbers: bodies, lumps and set-ups become positions in tuples, so that the solver's loops stay short."""

from array import array
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil, gcd
from typing import TYPE_CHECKING, TypeVar

from planner.model.problem import MILLION, BodyKey, Need, Problem
from planner.solve.start import Start
from planner.solve.touch import HAIR, Few, Touch

if TYPE_CHECKING:
    from planner.solve.flat import Flat
    from planner.solve.left import Small

_Name = TypeVar("_Name", str, BodyKey)

MOST_SUMS = 10_000_000
"""Prices times sums up to which sums are told apart; of more prices nearly everything is a sum."""

MANY = 32
"""Bodies from which on numpy is quicker than a loop: at 300 it takes a tenth of the time, at 10 twice as much."""

_Made = TypeVar("_Made")


class Looked(dict[int, _Made]):
    """Something by aim or by body, made when it is first looked at: of a project's aims few ever are."""

    def __init__(self, make: Callable[[int], _Made]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, place: int) -> _Made:
        found = self[place] = self._make(place)
        return found


@dataclass(frozen=True, eq=False)
class Instance:
    """A problem by position: bodies, lumps and set-ups that matter, each sorted by name, and what aims do to them.

    `entry`, `branch`, `brings` and `doors` (the set-ups needed) are by aim. `rank` is the aim's place by key, which
    breaks ties. `body_needs` and `lump_needs` name the needs that count a body or lump; `rises` are by lump and need.
    `flat` has all touches of first tests and of further ones, by the numbers of aims in the origin, if there is one.
    `tops` are weights that the first test of an aim, and each further one, can cover of bodies at most.
    """

    problem: Problem
    keys: tuple[BodyKey, ...]
    weights: tuple[int, ...]
    flat: "tuple[Flat, Flat]"
    entry: Looked[Touch]
    branch: Looked[Touch]
    tops: tuple[tuple[int, int], ...]
    lumps: tuple[str, ...]
    lump_weights: tuple[int, ...]
    brings: tuple[tuple[int, ...], ...]
    setups: tuple[str, ...]
    setup_prices: tuple[int, ...]
    doors: tuple[tuple[int, ...], ...]
    rank: tuple[int, ...]
    body_needs: tuple[tuple[int, ...], ...]
    lump_needs: tuple[tuple[int, ...], ...]
    rises: tuple[tuple[int, ...], ...]
    origin: "tuple[Instance, Sequence[int]] | None" = None
    """The instance that this one was weighed anew from, and where its aims are there."""

    @cached_property
    def fresh(self) -> "array[float]":
        """The product of each body before any test: see `planner.solve.touch`."""
        return array("d", [weight * (1.0 - HAIR) for weight in self.weights])

    @cached_property
    def even(self) -> "array[float]":
        """The values of bodies where each counts once."""
        return array("d", [1.0]) * len(self.weights)

    @cached_property
    def counts(self) -> "tuple[array[float] | None, ...]":
        """How often each body counts in all and, after that, for each need; None: all count once."""
        needs = enumerate(self.problem.needs)
        return (None, *(None if need.within is None else self._counted(place) for place, need in needs))

    def _counted(self, need: int) -> "array[float]":
        return array("d", [float(need in needs) for needs in self.body_needs])

    @cached_property
    def between(self) -> "Looked[array[float]]":
        """By aim, what its first test leaves of each body that further ones touch."""
        if self.origin:
            every, aims = self.origin
            return Looked(lambda aim: every.between[aims[aim]])
        return Looked(self._between)

    def _between(self, aim: int) -> "array[float]":
        entry = self.entry[aim]
        leaves = dict(zip(entry.bodies, entry.leaves, strict=True))
        return array("d", [leaves.get(body, 1.0) for body in self.branch[aim].bodies])

    @cached_property
    def touching(self) -> "Looked[list[int]]":
        """The aims that touch a body, by body."""
        if self.origin:
            every, aims = self.origin
            number = {place: aim for aim, place in enumerate(aims)}
            return Looked(lambda body: [number[place] for place in every.touching[body] if place in number])
        from planner.solve.flat import touching  # numpy takes 80 ms to load, and a status has no instance

        return Looked(touching(self.flat, len(self.keys)))

    @cached_property
    def starts(self) -> dict[tuple[int, ...] | None, Start]:
        """What searches began with so far, by what needs counted; see `find_start`."""
        return {}


def index_problem(problem: Problem) -> Instance:
    """The problem by position. Bodies without weight, chances of 0, and lumps that change nothing are left out.

    Lumps without a weight count 0 and set-ups without a price are free; a chance above a million is certain.
    """
    return _index(problem, [path for aim in problem.aims for path in aim.brings if _matters(path, problem)])


def index_all(problem: Problem) -> Instance:
    """The same with every lump that an aim brings: with other weights others may matter (see `weighed_anew`)."""
    return _index(problem, [path for aim in problem.aims for path in aim.brings])


def weighed_anew(every: Instance, problem: Problem, aims: Sequence[int], share: float) -> Instance:
    """The instance of a problem with some aims of another one, and no body heavier than this share of what it was."""
    share *= 1 + 2.0**-30
    tops = [every.tops[aim] for aim in aims]
    return replace(
        every,
        problem=problem,
        weights=tuple([problem.bodies.get(key, 0) for key in every.keys]),
        entry=Looked(lambda aim: every.entry[aims[aim]]),
        branch=Looked(lambda aim: every.branch[aims[aim]]),
        tops=tuple([(ceil(first * share), ceil(further * share)) for first, further in tops]),
        lump_weights=tuple([problem.lumps.get(path, 0) for path in every.lumps]),
        brings=tuple([every.brings[aim] for aim in aims]),
        doors=tuple([every.doors[aim] for aim in aims]),
        rank=_ranks([every.rank[aim] for aim in aims]),
        body_needs=_counting([path for path, _ in every.keys], problem.needs),
        lump_needs=_counting(every.lumps, problem.needs),
        rises=_rises(every.lumps, problem.needs),
        origin=(every, aims),
    )


def _index(problem: Problem, brought: Iterable[str]) -> Instance:
    from planner.solve.flat import flatten, touched_by  # as above

    aims = problem.aims
    first, further = [aim.entry for aim in aims], [aim.branch if aim.most > 1 else {} for aim in aims]
    bodies = _place(key for key in touched_by([*first, *further]) if problem.bodies.get(key, 0) > 0)
    entry, branch = flatten(first, bodies), flatten(further, bodies)
    lumps = _place(brought)
    setups = _place(name for aim in aims for name in aim.needs if problem.setups.get(name, 0) > 0)
    weights = [problem.bodies[key] for key in bodies]
    return Instance(
        problem=problem,
        keys=tuple(bodies),
        weights=tuple(weights),
        flat=(entry, branch),
        entry=Looked(lambda aim: _touch(*entry.of(aim))),
        branch=Looked(lambda aim: _touch(*branch.of(aim))),
        tops=tuple(zip(entry.tops(weights), branch.tops(weights), strict=True)),
        lumps=tuple(lumps),
        lump_weights=tuple([problem.lumps.get(path, 0) for path in lumps]),
        brings=tuple([_positions(aim.brings, lumps) for aim in aims]),
        setups=tuple(setups),
        setup_prices=tuple([problem.setups[name] for name in setups]),
        doors=tuple([_positions(aim.needs, setups) for aim in aims]),
        rank=_ranks([aim.key for aim in aims]),
        body_needs=_counting([path for path, _ in bodies], problem.needs),
        lump_needs=_counting(lumps, problem.needs),
        rises=_rises(lumps, problem.needs),
    )


class Prices:
    """The sums that prices of tests and set-ups can add up to, however many of each: what choices may cost.

    `step` is what they are all multiples of, in seconds.
    """

    def __init__(self, instance: Instance, most: int) -> None:
        """Sums up to `most`, in seconds."""
        aims = instance.problem.aims
        single = {*instance.setup_prices, *(aim.first for aim in aims), *(aim.further for aim in aims if aim.most > 1)}
        self.step = max(1, gcd(*single))
        self._most = most // self.step
        self._sums = _sums({price // self.step for price in single if price > 0}, self._most)

    def at_least(self, price: float) -> int:
        """The least sum that is not below this; up to `most`, the price itself beyond."""
        place = max(0, ceil(price / self.step))
        above = self._sums >> place
        return (place + (above & -above).bit_length() - 1) * self.step if above else ceil(price)

    def below(self, price: int) -> int:
        """The largest sum that is below this; negative where none is."""
        place = -(-price // self.step)
        return ((self._sums & ((1 << place) - 1)).bit_length() - 1) * self.step


def _sums(single: Collection[int], most: int) -> int:
    """A bit for each sum: with twice as many of a price each time, all numbers of it are soon there."""
    sums, mask = 1, (1 << (most + 1)) - 1
    if len(single) * most > MOST_SUMS:
        return mask
    for price in single:
        shift = price
        while shift <= most:
            sums |= (sums << shift) & mask
            shift *= 2
    return sums


def _place(names: Iterable[_Name]) -> dict[_Name, int]:
    return {name: place for place, name in enumerate(sorted(set(names)))}


def _matters(path: str, problem: Problem) -> bool:
    return problem.lumps.get(path, 0) > 0 or any(need.rises.get(path, 0) for need in problem.needs)


def _ranks(keys: Sequence[BodyKey] | Sequence[int]) -> tuple[int, ...]:
    """Places by key, equal ones in the order given."""
    ranks = [0] * len(keys)
    for place, aim in enumerate(sorted(range(len(keys)), key=keys.__getitem__)):
        ranks[aim] = place
    return tuple(ranks)


def _touch(bodies: "Small", parts: "Small") -> Touch:
    """The touch of these bodies, in order, with these chances: the kind that is quicker."""
    few = Few(array("q", bodies.tolist()), array("d", ((MILLION - parts) / MILLION).tolist()))
    if len(bodies) < MANY:
        return few
    from planner.solve.many import Many  # as above

    return Many(few)


def _positions(names: tuple[str, ...], places: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(sorted({places[name] for name in names if name in places})) if names else ()


def _rises(lumps: Iterable[str], needs: tuple[Need, ...]) -> tuple[tuple[int, ...], ...]:
    return tuple([tuple([need.rises.get(path, 0) for need in needs]) for path in lumps])


def _counting(paths: Collection[str], needs: tuple[Need, ...]) -> tuple[tuple[int, ...], ...]:
    """For each path the needs that count it; equal ones are one tuple, as there may be a million."""
    every = tuple(range(len(needs)))
    if all(need.within is None for need in needs):
        return (every,) * len(paths)
    known: dict[tuple[int, ...], tuple[int, ...]] = {}
    found = (tuple(place for place in every if _counts(needs[place], path)) for path in paths)
    return tuple(known.setdefault(each, each) for each in found)


def _counts(need: Need, path: str) -> bool:
    return need.within is None or path in need.within
