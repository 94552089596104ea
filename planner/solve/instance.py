"""A problem by numbers: bodies, lumps and set-ups become positions in tuples, so that the solver's loops stay short."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil, gcd
from typing import TypeVar

from planner.model.problem import MILLION, BodyKey, Need, Problem

_Name = TypeVar("_Name", str, BodyKey)

MOST_SUMS = 10_000_000
"""Prices times sums up to which sums are told apart; of more prices nearly everything is a sum."""

Touch = tuple[int, int]
"""Position of a body, and what a test leaves of it, in parts per million."""


@dataclass(frozen=True)
class Instance:
    """A problem by position: bodies, lumps and set-ups that matter, each sorted by name, and what aims do to them.

    `entry`, `branch`, `brings` and `doors` (the set-ups needed) are by aim. `rank` is the aim's place by key, which
    breaks ties. `body_needs` and `lump_needs` name the needs that count a body or lump; `rises` are by lump and need.
    """

    problem: Problem
    weights: tuple[int, ...]
    entry: tuple[tuple[Touch, ...], ...]
    branch: tuple[tuple[Touch, ...], ...]
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

    @cached_property
    def touchers(self) -> list[list[tuple[int, int, int]]]:
        """By body, the aims that touch it, with what the first test and each further one leaves of it."""
        found: list[list[tuple[int, int, int]]] = [[] for _ in self.weights]
        for aim, (entry, branch) in enumerate(zip(self.entry, self.branch, strict=True)):
            first, further = dict(entry), dict(branch)
            for body in {**first, **further}:
                found[body].append((aim, first.get(body, MILLION), further.get(body, MILLION)))
        return found


def index_problem(problem: Problem) -> Instance:
    """The problem by position. Bodies without weight, chances of 0, and lumps that change nothing are left out.

    Lumps without a weight count 0 and set-ups without a price are free; a chance above a million is certain.
    """
    aims, needs = problem.aims, problem.needs
    touched = {key for aim in aims for chances in (aim.entry, aim.branch) for key in chances}
    bodies = _place(key for key in touched if problem.bodies.get(key, 0) > 0)
    lumps = _place(path for aim in aims for path in aim.brings if _matters(path, problem))
    setups = _place(name for aim in aims for name in aim.needs if problem.setups.get(name, 0) > 0)
    by_key = sorted(range(len(aims)), key=lambda aim: (aims[aim].key, aim))
    rank = {aim: place for place, aim in enumerate(by_key)}
    return Instance(
        problem=problem,
        weights=tuple(problem.bodies[key] for key in bodies),
        entry=tuple(_touches(aim.entry, bodies) for aim in aims),
        branch=tuple(_touches(aim.branch, bodies) for aim in aims),
        lumps=tuple(lumps),
        lump_weights=tuple(problem.lumps.get(path, 0) for path in lumps),
        brings=tuple(_positions(aim.brings, lumps) for aim in aims),
        setups=tuple(setups),
        setup_prices=tuple(problem.setups[name] for name in setups),
        doors=tuple(_positions(aim.needs, setups) for aim in aims),
        rank=tuple(rank[aim] for aim in range(len(aims))),
        body_needs=_counting((key[0] for key in bodies), needs),
        lump_needs=_counting(lumps, needs),
        rises=tuple(tuple(need.rises.get(path, 0) for need in needs) for path in lumps),
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


def _touches(chances: Mapping[BodyKey, int], bodies: Mapping[BodyKey, int]) -> tuple[Touch, ...]:
    """Sorted by body. Runs for every touch of the problem, a million times, hence its plainness."""
    known = []
    for key, chance in chances.items():
        if chance > 0 and (place := bodies.get(key)) is not None:
            known.append((place, MILLION - chance if chance < MILLION else 0))
    known.sort()
    return tuple(known)


def _positions(names: tuple[str, ...], places: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(sorted({places[name] for name in names if name in places})) if names else ()


def _counting(paths: Iterable[str], needs: tuple[Need, ...]) -> tuple[tuple[int, ...], ...]:
    """For each path the needs that count it; equal ones are one tuple, as there may be a million."""
    every = tuple(range(len(needs)))
    if all(need.within is None for need in needs):
        return tuple(every for _ in paths)
    known: dict[tuple[int, ...], tuple[int, ...]] = {}
    found = (tuple(place for place in every if _counts(needs[place], path)) for path in paths)
    return tuple(known.setdefault(each, each) for each in found)


def _counts(need: Need, path: str) -> bool:
    return need.within is None or path in need.within
