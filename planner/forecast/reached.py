"""Functions that tests enter through calls, beside those they are aimed at; asked for many candidates at once."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.forecast.gain import Chances, in_millionths
from planner.model.problem import BodyKey

Entered = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Units by number, and how likely each is entered (0 to 1)."""


@dataclass(frozen=True, slots=True)
class Reached:
    """`find` tells, for each of some sets of units, what a test of any of them would enter, them included.

    Units that are found have numbers, which are places among `keys`. Where two have one key, as definitions by platform
    do, the less likely one counts.
    """

    keys: Sequence[BodyKey]
    find: Callable[[Iterable[Collection[BodyKey]]], Iterator[Entered]]


def by_unit(reached: Mapping[BodyKey, Mapping[BodyKey, float]]) -> Reached:
    """The same from what is known of each unit alone."""
    keys = tuple(dict.fromkeys(key for found in reached.values() for key in found))
    numbers = {key: number for number, key in enumerate(keys)}

    def find(every: Iterable[Collection[BodyKey]]) -> Iterator[Entered]:
        for units in every:
            best: dict[int, float] = {}
            for unit in units:
                for other, chance in reached.get(unit, {}).items():
                    best[numbers[other]] = max(chance, best.get(numbers[other], 0.0))
            yield np.array(list(best), dtype=np.int64), np.array(list(best.values()), dtype=np.float64)

    return Reached(keys, find)


NOTHING_REACHED = by_unit({})
"""Where no calls are known."""


def reached_chances(own: Collection[BodyKey], around: Reached, new: Collection[BodyKey], share: float) -> Chances:
    """The chances of a test of the units for other bodies that it reaches through calls and no test has entered yet."""
    ((units, sure),) = around.find([own])
    best = {around.keys[number]: chance for number, chance in zip(units.tolist(), sure.tolist(), strict=True)}
    return {key: in_millionths(share * best[key]) for key in sorted(best.keys() & set(new) - set(own))}
