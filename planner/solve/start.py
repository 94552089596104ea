"""What every search through an instance starts with, for one way to value weight: made once, and copied."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Items = tuple[tuple[int, ...], tuple[int, ...]]
"""Set-ups to buy, and lumps that cost more than they bring."""

Ranked = tuple[int, int, int, int, int]
"""A member's ratio (negative: best first), the rank that breaks ties, the aim, its gain and its price."""

Entry = tuple[int, int, int]
"""A ratio (negative: best first), the rank that breaks ties, and an aim, or beyond the aims a door."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What a thousandth of a point of each body gains, and what each lump does, less what it adds to the needs.

    `seconds` are what the second test of an aim would gain at most: what it would have when last looked at.
    """

    bodies: "array[float]"
    lumps: Sequence[int]
    seconds: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Door:
    """Set-ups and lumps that open together; `openers` need them all, `members` nothing but them.

    `queue` is a heap of the members as last ranked: ratios only fall, so that those too low then are not looked at.
    """

    items: Items
    openers: frozenset[int]
    members: tuple[int, ...]
    queue: list[Ranked] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Start:
    """Aims in the order of ratios that theirs are at most, whatever is taken; doors, and the aims behind each item.

    `gains` are weights, for each aim in this order, that all its tests together are at most worth.
    """

    worth: Worth
    queue: tuple[Entry, ...]
    gains: Mapping[int, int]
    doors: tuple[Door, ...]
    behind: Mapping[tuple[int, int], Sequence[int]]
