"""What one test does to bodies: the part of each that it leaves, looked up, applied and taken back.

Of each body a state keeps what is left, in whole thousandths, and the product that this is rounded up from. Products
are floating-point numbers, kept a hair too low, so that whole ones come out whole. Where one is so near to a whole
number that the rounding could fall either way, the state is asked for the exact figure.
"""

from array import array
from collections.abc import Sequence
from math import ceil
from operator import mul
from typing import Protocol

HAIR = 2.0**-44
"""The share by which products are kept too low: more than what a few hundred roundings can take from them."""

TINY = 2.0**-1000
"""Products stay at this where they would fall below it, and are made anew when a test is taken back."""

FRESH = 1 - 1e-7
"""A product that is a larger share of that of no test is just that: every test takes a millionth at least."""

WHOLE = 1e-7
"""A weight times one chance in parts per million is whole, or at least ten times as far from it."""


class State(Protocol):
    """What touches change: by body what is `left`, and the product `rest`; `fresh` are products before any test.

    `counts` are what bodies count for in each sum that is asked for; None: all count once.
    """

    left: "array[float]"
    rest: "array[float]"

    @property
    def fresh(self) -> "array[float]": ...

    @property
    def counts(self) -> "Sequence[array[float] | None]": ...

    @property
    def doubt(self) -> float:
        """The share by which products may be off, at most."""

    def left_exactly(self, body: int) -> int:
        """What the tests taken leave of the body, rounded up."""

    def make_anew(self, body: int) -> float:
        """The product of the tests taken."""


class Touch(Protocol):
    """A test's bodies in their order, and the share that it leaves of each."""

    bodies: "array[int]"
    leaves: "array[float]"

    def gain(self, state: State, values: "array[float]") -> int:
        """What it would cover, in thousandths, each body's times its value."""

    def after(self, state: State, between: "array[float]") -> "array[float]":
        """The products of its bodies when a test has come between that leaves these shares of them."""

    def follow(self, rest: "array[float]", values: "array[float]") -> "tuple[int, array[float]]":
        """What it would cover, as in `gain`, of bodies with these products, and their products after it."""

    def take(self, state: State) -> list[int]:
        """Multiply, and tell by how much what is left has grown, once for each way to count: below 0."""

    def untake(self, state: State) -> list[int]:
        """Divide again, and tell the same. The test is none of those taken any more."""

    def loss(self, state: State) -> list[int]:
        """What `untake` would tell."""


class Few:
    """A touch of few bodies, or of any number of them where something is certain or nearly nothing is left."""

    __slots__ = ("bodies", "leaves")

    def __init__(self, bodies: "array[int]", leaves: "array[float]") -> None:
        self.bodies, self.leaves = bodies, leaves

    def gain(self, state: State, values: "array[float]") -> int:
        left, rest = state.left, state.rest
        pairs = zip(self.bodies, self.leaves, strict=True)
        return int(sum([values[body] * (left[body] + -rest[body] * leaves // 1.0) for body, leaves in pairs]))

    def after(self, state: State, between: "array[float]") -> "array[float]":
        rest = state.rest
        return array("d", [rest[body] * leaves for body, leaves in zip(self.bodies, between, strict=True)])

    def follow(self, rest: "array[float]", values: "array[float]") -> "tuple[int, array[float]]":
        after = array("d", map(mul, rest, self.leaves))
        triples = zip(self.bodies, rest, after, strict=True)
        return int(sum([values[body] * (ceil(old) - ceil(new)) for body, old, new in triples])), after

    def take(self, state: State) -> list[int]:
        rest, left, doubt, sizes = state.rest, state.left, state.doubt, list[float]()
        for body, leaves in zip(self.bodies, self.leaves, strict=True):
            before = rest[body]
            rest[body] = product = before * leaves
            now, width = -(-product // 1.0), product * doubt
            if not width < now - product < 1.0 - width:
                if product < TINY and leaves and before:
                    rest[body] = product = TINY
                now = rounded(state, body, product, is_first=before == state.fresh[body])
            sizes.append(now - left[body])
            left[body] = now
        return self._sums(state, sizes)

    def untake(self, state: State) -> list[int]:
        rest, left, sizes = state.rest, state.left, list[float]()
        for body, leaves in zip(self.bodies, self.leaves, strict=True):
            before = rest[body]
            rest[body] = _restored(state, body, before, leaves) if leaves and before != TINY else state.make_anew(body)
            now = rounded(state, body, rest[body])
            sizes.append(now - left[body])
            left[body] = now
        return self._sums(state, sizes)

    def loss(self, state: State) -> list[int]:
        rest, left, doubt, sizes = state.rest, state.left, state.doubt, list[float]()
        for body, leaves in zip(self.bodies, self.leaves, strict=True):
            product = rest[body] / leaves if leaves else 0.0
            now, width = -(-product // 1.0), product * doubt
            if not width < now - product < 1.0 - width:
                is_known = leaves and rest[body] != TINY
                product = _restored(state, body, rest[body], leaves) if is_known else 0.0
                now = rounded(state, body, product) if is_known else state.left_exactly(body)
            sizes.append(now - left[body])
        return self._sums(state, sizes)

    def _sums(self, state: State, sizes: Sequence[float]) -> list[int]:
        every = int(sum(sizes))
        return [every if counts is None else self._counted(counts, sizes) for counts in state.counts]

    def _counted(self, counts: "array[float]", sizes: Sequence[float]) -> int:
        return int(sum([counts[body] * size for body, size in zip(self.bodies, sizes, strict=True)]))


def _restored(state: State, body: int, product: float, leaves: float) -> float:
    """The product without a test that leaves this share."""
    before, fresh = product / leaves, state.fresh[body]
    return fresh if before > fresh * FRESH else before


def rounded(state: State, body: int, product: float, *, is_first: bool = False) -> float:
    """What is left of the body in whole thousandths; `is_first`: only one test touches it.

    Of a body that no test is certain of, a thousandth is left at least.
    """
    if product < 0.5:
        return 1.0 if product else 0.0
    left, width = float(ceil(product)), product * state.doubt
    if width < left - product < 1.0 - width or product == state.fresh[body]:
        return left
    if is_first and width < WHOLE:
        return float(round(product))
    return float(state.left_exactly(body))
