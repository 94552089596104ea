"""What tests of many units would enter, found for blocks of them at once: the same as `reach_from` one by one.

A large project's tests all end up in the same few hundred functions, so that a walk for each spends its time on
dictionaries. Here a block takes each step of all its walks together, as rows of numbers.
"""

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from planner.graph.calls import CallGraph, OpenCalls
from planner.graph.reach import LEAST

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MOST_CELLS = 1 << 20
"""A block has a cell of eight bytes for each walk and unit. With half as many, Home Assistant took half as long again;
with twice as many, a tenth less."""


class Walks:
    """Walks ahead through the calls of a graph with so many `units`."""

    def __init__(self, graph: CallGraph | OpenCalls, units: int, *, block: int | None = None) -> None:
        """`block` is how many are walked at once, as many as MOST_CELLS allow by default."""
        self._graph, self._units = graph, max(1, units)
        self._block = block or max(1, MOST_CELLS // self._units)
        self._best = np.zeros(self._block * self._units)
        self._first = np.full(self._units, -1, dtype=np.int64)
        self._count = np.zeros(self._units, dtype=np.int64)
        self._targets, self._confidences = array("q"), array("d")

    def from_all(self, starts: Iterable[Collection[int]]) -> Iterator[tuple[Ints, Floats]]:
        """For each set of units, the units that a test of it would enter, in order, and how likely each is."""
        waiting = iter(starts)
        while block := list(islice(waiting, self._block)):
            yield from self._walk(block)

    def _walk(self, block: Sequence[Collection[int]]) -> Iterator[tuple[Ints, Floats]]:
        cells = [walk * self._units + unit for walk, units in enumerate(block) for unit in units]
        front = _distinct(np.array(cells, dtype=np.int64))
        self._best[front] = 1.0
        seen = [front]
        while len(front):
            front = self._step(front)
            seen.append(front)
        found = _distinct(np.concatenate(seen))
        chances = self._best[found]
        self._best[found] = 0.0
        ends = np.searchsorted(found, np.arange(1, len(block) + 1) * self._units)
        first = 0
        for walk, end in enumerate(ends.tolist()):
            yield found[first:end] - walk * self._units, chances[first:end]
            first = end

    def _step(self, front: Ints) -> Ints:
        """Take every call ahead of these cells, and tell which cells are likelier to be entered by that."""
        units = front % self._units
        self._learn(units)
        counts = self._count[units]
        ends = np.cumsum(counts)
        edges = np.arange(len(counts) and ends[-1]) + np.repeat(self._first[units] - ends + counts, counts)
        chances = np.repeat(self._best[front], counts) * np.frombuffer(self._confidences)[edges]
        cells = np.repeat(front - units, counts) + np.frombuffer(self._targets, dtype=np.int64)[edges]
        better = (chances >= LEAST) & (chances > self._best[cells])
        cells, chances = cells[better], chances[better]
        np.maximum.at(self._best, cells, chances)
        return _distinct(cells)

    def _learn(self, units: Ints) -> None:
        """Look up the calls of the units that nobody came past before."""
        for unit in _distinct(units[self._first[units] < 0]).tolist():
            ahead = self._graph.ahead(unit)
            self._first[unit], self._count[unit] = len(self._targets), len(ahead)
            self._targets.extend(callee for callee, _ in ahead)
            self._confidences.extend(confidence for _, confidence in ahead)


def _distinct(numbers: Ints) -> Ints:
    """Each of them once, in order: `np.unique` takes twenty times as long."""
    numbers = np.sort(numbers)
    is_new = np.ones(len(numbers), dtype=np.bool_)
    is_new[1:] = numbers[1:] != numbers[:-1]
    return numbers[is_new]
