"""A touch of many bodies: the same figures as one by one, by numpy."""

from array import array

import numpy as np
from numpy.typing import NDArray

from planner.solve.touch import FRESH, TINY, WHOLE, Few, State, rounded

Floats = NDArray[np.float64]


class Many:
    """A touch of many bodies. Sums are of whole numbers, so that they are exact in whatever order."""

    __slots__ = ("_few", "_is_certain", "_places", "_shares", "bodies", "leaves")

    def __init__(self, few: Few) -> None:
        self._few, self.bodies, self.leaves = few, few.bodies, few.leaves
        self._places: NDArray[np.int64] = np.frombuffer(few.bodies, dtype=np.int64)
        self._shares: Floats = np.frombuffer(few.leaves, dtype=np.float64)
        self._is_certain = min(few.leaves) == 0.0

    def gain(self, state: State, values: "array[float]") -> int:
        places = self._places
        covers = _view(state.left)[places] - np.ceil(_view(state.rest)[places] * self._shares)
        covers *= _view(values)[places]
        return int(covers.sum())

    def after(self, state: State, between: "array[float]") -> "array[float]":
        return _array(_view(state.rest)[self._places] * _view(between))

    def follow(self, rest: "array[float]", values: "array[float]") -> "tuple[int, array[float]]":
        before = _view(rest)
        after = before * self._shares
        covers = np.ceil(before) - np.ceil(after)
        covers *= _view(values)[self._places]
        return int(covers.sum()), _array(after)

    def take(self, state: State) -> list[int]:
        rest = _view(state.rest)
        before = rest[self._places]
        products = before * self._shares
        products[(products < TINY) & (before > 0.0) & (self._shares > 0.0)] = TINY
        rest[self._places] = products
        return self._settle(state, products, before == _view(state.fresh)[self._places])

    def untake(self, state: State) -> list[int]:
        rest = _view(state.rest)
        before = rest[self._places]
        if not self._is_plain(before):
            return self._few.untake(state)
        products = self._restored(state, before)
        rest[self._places] = products
        return self._settle(state, products, None)

    def loss(self, state: State) -> list[int]:
        rest = _view(state.rest)[self._places]
        if not self._is_plain(rest):
            return self._few.loss(state)
        before = self._rounded(state, self._restored(state, rest), None)
        return self._sums(state, before - _view(state.left)[self._places])

    def _restored(self, state: State, products: Floats) -> Floats:
        before, fresh = products / self._shares, _view(state.fresh)[self._places]
        return np.where(before > fresh * FRESH, fresh, before)

    def _is_plain(self, rest: Floats) -> bool:
        return not self._is_certain and not bool((rest == TINY).any())

    def _settle(self, state: State, products: Floats, is_first: NDArray[np.bool_] | None) -> list[int]:
        left = _view(state.left)
        now = self._rounded(state, products, is_first)
        sizes = now - left[self._places]
        left[self._places] = now
        return self._sums(state, sizes)

    def _sums(self, state: State, sizes: Floats) -> list[int]:
        every, places = int(sizes.sum()), self._places
        return [every if counts is None else int((_view(counts)[places] * sizes).sum()) for counts in state.counts]

    def _rounded(self, state: State, products: Floats, is_first: NDArray[np.bool_] | None) -> Floats:
        """As `rounded` has it, which is asked where it is close and neither that of no test nor of one alone."""
        left = np.ceil(products)
        widths, spaces = products * state.doubt, left - products
        close = (np.minimum(spaces, 1.0 - spaces) <= widths) & (products >= 0.5)
        close &= products != _view(state.fresh)[self._places]
        if is_first is not None:
            alone = close & is_first & (widths < WHOLE)
            left[alone] = np.rint(products[alone])
            close &= ~alone
        for place in np.flatnonzero(close).tolist():
            left[place] = rounded(state, self.bodies[place], float(products[place]))
        return left


def _view(numbers: "array[float]") -> Floats:
    """The same memory."""
    return np.frombuffer(numbers, dtype=np.float64)


def _array(numbers: Floats) -> "array[float]":
    found = array("d")
    found.frombytes(numbers.tobytes())
    return found
