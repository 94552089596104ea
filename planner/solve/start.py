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
    """Set-ups and lumps that open together; `openers` are the aims that need them all.

    `queue` is a heap of all aims that need nothing but them, as last ranked: ratios only fall, so that those too low
    then are not looked at.
    """

    items: Items
    openers: frozenset[int]
    queue: list[Ranked]

    @property
    def most(self) -> int:
        """What its ratio is at most: that of the best behind it, as opening it costs and gains nothing by itself."""
        return -self.queue[0][0] if self.queue else 0


@dataclass(frozen=True, slots=True)
class Start:
    """Aims in the order of ratios that theirs are at most, whatever is taken; doors, and the aims behind each item.

    `queued` are these ratios by aim, 0 where it gains nothing. `gains` are weights, for each aim, largest first, that
    all its tests together are at most worth.
    """

    worth: Worth
    queue: tuple[Entry, ...]
    queued: tuple[int, ...]
    gains: Mapping[int, int]
    doors: tuple[Door, ...]
    behind: Mapping[tuple[int, int], Sequence[int]]
