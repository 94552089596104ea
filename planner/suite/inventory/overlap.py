"""What tests add to each other: the statements that only one covers, and how few tests cover what many do."""

from collections.abc import Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush

from planner.model.lines import NO_LINES, Lines
from planner.model.seams import UnitKey

Packed = int
"""Statements of all files in one set of bits."""


def pack(ran: Mapping[UnitKey, Mapping[str, Lines]], statements: Mapping[str, Lines]) -> dict[UnitKey, Packed]:
    """Test -> the statements that it covers, those of each file shifted to a place of their own."""
    places: dict[str, int] = {}
    end = 0
    for path, lines in sorted(statements.items()):
        places[path] = end
        end += lines.bit_length()
    return {
        key: sum((lines & statements[path]) << places[path] for path, lines in rows.items() if path in places)
        for key, rows in ran.items()
    }


def count_alone(covers: Mapping[UnitKey, Packed]) -> dict[UnitKey, int]:
    """Test -> the number of statements that no other test covers."""
    once = twice = NO_LINES
    for each in covers.values():
        twice |= once & each
        once |= each
    return {key: (each & ~twice).bit_count() for key, each in covers.items()}


def union(covers: Iterable[Packed]) -> Packed:
    """All statements that any of them covers."""
    found = NO_LINES
    for each in covers:
        found |= each
    return found


def count_sufficient(covers: Sequence[Packed]) -> int:
    """How many of the tests cover what all of them do: found by taking the one that adds most, again and again.

    Fewer may do; to find the fewest is hard, and the greedy choice seldom is far from it.
    """
    waiting = [(-each.bit_count(), place) for place, each in enumerate(covers)]
    heapify(waiting)
    covered, taken = NO_LINES, 0
    while waiting:
        expected, place = heappop(waiting)
        adds = (covers[place] & ~covered).bit_count()
        if adds and -expected == adds:
            covered |= covers[place]
            taken += 1
        elif adds:
            heappush(waiting, (-adds, place))
    return taken
