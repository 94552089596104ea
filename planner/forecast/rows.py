"""The chances that tests of a candidate have of each body, as rows: its own bodies, those behind calls, cores.

All that is done here for a candidate is done to whole rows: each touches hundreds of bodies in a large project.
"""

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from planner.forecast.core import Core, core_of
from planner.forecast.reached import NOTHING_REACHED, Entered, Reached
from planner.model.chances import NUMBERS, Chances, Names
from planner.model.problem import MILLION, BodyKey

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Plain(NamedTuple):
    """What a test leaves, by imports alone, of the cores that they lead to."""

    cores: Ints
    left: Floats


Ran = tuple[Plain, Plain]
"""What the first test and each further one does to cores by imports."""


class Drawn(NamedTuple):
    """The chances of a candidate's first test and of each further one, for the same bodies."""

    bodies: Ints
    first: Ints
    further: Ints


class Rows:
    """The bodies of a project by number, sorted by key, and what is known of each, as arrays.

    `bodies` are weights, `new` the functions that no test has entered.
    """

    def __init__(
        self, bodies: Mapping[BodyKey, int], new: Collection[BodyKey], core: Core, reached: Reached | None
    ) -> None:
        self.names = Names(tuple(sorted(bodies)))
        numbers = self.names.numbers
        self._weights = np.array([bodies[key] for key in self.names.keys], dtype=np.int64)
        self._reached = reached or NOTHING_REACHED
        self._behind = np.array([numbers[key] if key in new else -1 for key in self._reached.keys], dtype=np.int64)
        self._cores = {key: place for place, key in enumerate(core.weights)}
        self._core_bodies = np.array([numbers[key] for key in core.weights], dtype=np.int64)
        self._core_weights = np.array(list(core.weights.values()), dtype=np.int64)
        self._is_mine = np.zeros(len(numbers), dtype=np.bool_)
        self._core_of = np.full(len(numbers), -1, dtype=np.int64)
        self._gifts = np.zeros(len(numbers), dtype=np.int64)
        for key, gift in core.gifts.items():
            self._core_of[numbers[key]] = self._cores[core_of(key[0])]
            self._gifts[numbers[key]] = gift

    def plain(self, parts: Mapping[BodyKey, float], base: float) -> Plain:
        """What a test does to cores by imports: it covers `base` of the part of each that is within reach."""
        cores = np.array([self._cores[core] for core in parts], dtype=np.int64)
        return Plain(cores, 1.0 - base * np.array(list(parts.values()), dtype=np.float64))

    def entered(self, every: Iterable[Collection[BodyKey]]) -> Iterator[Entered]:
        """For each set of bodies, all that a test of them enters."""
        return self._reached.find(every)

    def draw(
        self,
        own: tuple[Mapping[BodyKey, int], Mapping[BodyKey, int]],
        entered: Entered,
        shares: tuple[float, float],
        ran: Ran,
    ) -> Drawn:
        """All chances of a candidate, from those for its own bodies, which are the same for both kinds of tests.

        `shares` are what its first test and each further one cover of what they enter.
        """
        mine = np.array([self.names.numbers[key] for key in own[0]], dtype=np.int64)
        others, sure = self._others(entered, mine)
        bodies = np.concatenate([mine, others])
        first, further = (
            _row(each.values(), millionths(share * sure)) for each, share in zip(own, shares, strict=True)
        )
        left = further * (MILLION - first) // MILLION
        cores = self._cores_behind(ran[0].cores, bodies)
        return Drawn(
            np.concatenate([bodies, self._core_bodies[cores]]),
            np.concatenate([first, self._of_cores(ran[0], cores, bodies, first)]),
            np.concatenate([further, self._of_cores(ran[1], cores, bodies, left)]),
        )

    def chances(self, drawn: Drawn) -> tuple[Chances, Chances]:
        """The same to be kept: in as little space as they take."""
        bodies = _kept(drawn.bodies)
        return Chances(self.names, bodies, _kept(drawn.first)), Chances(self.names, bodies, _kept(drawn.further))

    def covered(self, drawn: Drawn, tests: int) -> int:
        """Thousandths of points of all bodies that so many tests are expected to cover, alone."""
        weights = self._weights[drawn.bodies]
        left = weights * (MILLION - drawn.first) // MILLION
        for _ in range(tests - 1):
            left = left * (MILLION - drawn.further) // MILLION
        return int((weights - left).sum())

    def _others(self, entered: Entered, mine: Ints) -> Entered:
        """Of what is entered the other bodies that no test has entered yet, by number."""
        units, sure = entered
        bodies = self._behind[units]
        self._is_mine[mine] = True
        places = np.flatnonzero((bodies >= 0) & ~self._is_mine[bodies])
        self._is_mine[mine] = False
        places = places[np.lexsort((-sure[places], bodies[places]))]
        bodies = bodies[places]
        is_last = np.ones(len(bodies), dtype=np.bool_)
        is_last[:-1] = bodies[1:] != bodies[:-1]
        return bodies[is_last], sure[places][is_last]

    def _cores_behind(self, plain: Ints, bodies: Ints) -> Ints:
        """Cores that imports lead to, then those that the bodies give to, in their order."""
        given = self._core_of[bodies]
        every = np.concatenate([plain, given[given >= 0]])
        _, places = np.unique(every, return_index=True)
        places.sort()
        return every[places]

    def _of_cores(self, plain: Plain, cores: Ints, bodies: Ints, chances: Ints) -> Ints:
        """The chances of a test for the cores: by imports, and by what else it covers of them.

        `chances` are those of the same test for functions.
        """
        left = np.ones(len(self._core_bodies))
        left[plain.cores] = plain.left
        given = self._core_of[bodies]
        gives = given >= 0
        given = given[gives]
        parts = self._gifts[bodies[gives]] * chances[gives] / MILLION / self._core_weights[given]
        np.multiply.at(left, given, 1.0 - parts)
        return millionths(1.0 - left[cores])


def millionths(chances: Floats) -> Ints:
    """Chances in parts per million, within 0 and 1."""
    return np.clip(np.rint(chances * MILLION), 0, MILLION).astype(np.int64)


def _row(own: Iterable[int], others: Ints) -> Ints:
    return np.concatenate([np.array(list(own), dtype=np.int64), others])


def _kept(row: Ints) -> "array[int]":
    found = array(NUMBERS)
    found.frombytes(row.astype(np.intc).tobytes())
    return found
