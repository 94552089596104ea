"""The choice that a plan is, as whole numbers alone: what tests cover, what they cost, what is bought once.

Weights are thousandths of a point, prices are seconds of work, chances are parts per million.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

MILLION = 1_000_000
"""Chances are kept in parts per million, as integers, so that the same plan has the same figures everywhere."""

BodyKey = tuple[str, str]
"""Path of a file and name of a function in it: its lines that run when it is called."""


@dataclass(frozen=True, slots=True)
class Aim:
    """A class or top-level function at which up to `most` tests can be aimed, one after the other.

    The first test costs `first` and whatever of `needs` nothing has bought yet, each further one `further`. A test
    covers each body to its chance: of what is left of the body's weight, that part is gone afterwards. `entry` are
    the chances of the first test, `branch` those of each further one. The first test also brings whole lumps.
    """

    key: BodyKey
    most: int
    first: int
    further: int
    entry: Mapping[BodyKey, int]
    branch: Mapping[BodyKey, int] = field(default_factory=dict)
    brings: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """Weight that has to be covered: at least `weight`, counting only files of `within` unless that is None.

    `rises` says by how much more the need grows when a lump is brought (the file enters the total then).
    """

    weight: int
    within: frozenset[str] | None = None
    rises: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """What can be chosen, and what has to be reached. `bodies` and `lumps` are weights, `setups` prices.

    Lumps are import-time lines of a file, by its path: covered whole by the first test that brings them.
    """

    aims: tuple[Aim, ...]
    bodies: Mapping[BodyKey, int]
    lumps: Mapping[str, int] = field(default_factory=dict)
    setups: Mapping[str, int] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """The tests chosen, as indices of aims in the order to write them, one entry per test.

    `price` is what they cost together, `weight` what they cover. `bound` is proven: where the needs are met, no
    choice that meets them is cheaper; for a budget, no choice within it covers more. `method` says how it was found.
    """

    tests: tuple[int, ...]
    price: int
    weight: int
    bound: int
    is_met: bool
    method: str
