"""What tests leave of each body, in parts per million: whole rows at once where chances come in rows."""

from collections.abc import Iterator, Mapping, Set
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from planner.model.chances import Chances, Names
from planner.model.problem import MILLION, BodyKey

Ints = NDArray[np.int64]
Small = NDArray[np.intc]


def bodies_of(chances: Chances) -> Small:
    """The numbers of its bodies; the same memory."""
    return np.frombuffer(chances.bodies, dtype=np.intc)


def parts_of(chances: Chances) -> Small:
    """Its chances, in parts per million; the same memory."""
    return np.frombuffer(chances.parts, dtype=np.intc)


class Weights:
    """Weights by body, and as a row once bodies have numbers: made once for all that share them."""

    def __init__(self, bodies: Mapping[BodyKey, int]) -> None:
        self._bodies = bodies
        self._row: tuple[Names, Ints] | None = None

    def of(self, key: BodyKey) -> int:
        """The weight of one body, 0 where it has none."""
        return self._bodies.get(key, 0)

    def row(self, names: Names) -> Ints:
        """The weight of each body by number."""
        if self._row is None or self._row[0] is not names:
            found = map(self._bodies.get, names.keys, repeat(0))
            self._row = names, np.fromiter(found, dtype=np.int64, count=len(names.keys))
        return self._row[1]


class Left(Mapping[BodyKey, int]):
    """Body -> what is left of it, for all bodies that some test touched.

    The first chances in rows tell which bodies have numbers; all others are kept by key.
    """

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._others: dict[BodyKey, int] = {}
        self._names: Names | None = None
        self._left = np.zeros(0, dtype=np.int64)
        self._is_touched = np.zeros(0, dtype=np.bool_)

    def take(self, chances: Mapping[BodyKey, int]) -> int:
        """Let a test with these chances cover its part of what is left, and tell how much weight that is."""
        before = self._weight_covered(chances)
        self.leave(chances)
        return self._weight_covered(chances) - before

    def leave(self, chances: Mapping[BodyKey, int], times: int = 1) -> None:
        """The same for several tests in a row, without a word on weights."""
        if not (isinstance(chances, Chances) and self._knows(chances.names)):
            for key, chance in chances.items():
                self._leave(key, MILLION - chance, times)
            return
        bodies, kept = bodies_of(chances), MILLION - parts_of(chances)
        left = self._left[bodies]
        for _ in range(times):
            left = left * kept // MILLION
        self._left[bodies] = left
        self._is_touched[bodies] = True

    def covered(self, chances: Mapping[BodyKey, int]) -> list[int]:
        """The weight that is covered by now of each body of these chances."""
        if not (isinstance(chances, Chances) and self._knows(chances.names)):
            return [self.covered_of(key) for key in chances]
        covered: list[int] = self._row_covered(chances.names, bodies_of(chances)).tolist()
        return covered

    def covered_without(self, keys: Set[BodyKey]) -> int:
        """The weight that is covered by now of all bodies but these."""
        others = sum(self.covered_of(key) for key in self._others if key not in keys)
        if self._names is None:
            return others
        counts = self._is_touched.copy()
        counts[[number for key in keys if (number := self._number(key)) is not None]] = False
        return others + int(self._row_covered(self._names, np.flatnonzero(counts)).sum())

    def covered_of(self, key: BodyKey) -> int:
        """The same of one body."""
        weight = self._weights.of(key)
        return weight - weight * self.get(key, MILLION) // MILLION

    def __getitem__(self, key: BodyKey) -> int:
        number = self._number(key)
        if number is None:
            return self._others[key]
        if not self._is_touched[number]:
            raise KeyError(key)
        return int(self._left[number])

    def __iter__(self) -> Iterator[BodyKey]:
        if self._names:
            yield from map(self._names.keys.__getitem__, np.flatnonzero(self._is_touched).tolist())
        yield from self._others

    def __len__(self) -> int:
        return int(self._is_touched.sum()) + len(self._others)

    def _weight_covered(self, chances: Mapping[BodyKey, int]) -> int:
        if isinstance(chances, Chances) and self._knows(chances.names):
            return int(self._row_covered(chances.names, bodies_of(chances)).sum())
        return sum(map(self.covered_of, chances))

    def _row_covered(self, names: Names, bodies: NDArray[np.integer]) -> Ints:
        weights: Ints = self._weights.row(names)[bodies]
        covered: Ints = weights - weights * self._left[bodies] // MILLION
        return covered

    def _leave(self, key: BodyKey, kept: int, times: int) -> None:
        left, number = self.get(key, MILLION), self._number(key)
        for _ in range(times):
            left = left * kept // MILLION
        if number is None:
            self._others[key] = left
        else:
            self._left[number], self._is_touched[number] = left, True

    def _number(self, key: BodyKey) -> int | None:
        return self._names.numbers.get(key) if self._names else None

    def _knows(self, names: Names) -> bool:
        """Whether the rows are those of these names; the first that come make them."""
        if self._names is None:
            self._names = names
            self._left = np.full(len(names.keys), MILLION, dtype=np.int64)
            self._is_touched = np.zeros(len(names.keys), dtype=np.bool_)
            for key in self._others.keys() & names.numbers.keys():
                number = names.numbers[key]
                self._left[number], self._is_touched[number] = self._others.pop(key), True
        return self._names is names
