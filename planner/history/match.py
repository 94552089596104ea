"""Which line of an old file is which line of the new one, by their marks alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

Marks = Sequence[int]
Places = Sequence[int]

LONGEST_DIFF = 20_000
"""Above so many lines that differ on either side, lines that stand in many places are no anchors any more: difflib
would take minutes."""

SHORTEST_MOVE = 3
"""Fewer lines that look alike (`return None`, `else:`) have not moved: they are written everywhere."""

MOST_PLACES = 50
"""A beginning that stands in more places than this is tried at the first of them only: tables of equal rows."""


@dataclass(frozen=True, slots=True)
class Matching:
    """Old line -> new line, both from 1: those in their places, and those that moved past others."""

    kept: dict[int, int]
    moved: dict[int, int]


def match_lines(old: Marks, new: Marks) -> Matching:
    """The longest common order of the lines, as a diff finds it; then blocks of what is left that stand elsewhere.

    Blank lines match only within what matches around them, and never move by themselves; a block that is nothing
    else keeps no written lines apart.
    """
    kept = dict(_in_order(old, new))
    return Matching(kept, _moved(old, new, kept))


def _in_order(old: Marks, new: Marks) -> Iterator[tuple[int, int]]:
    start = _common_start(old, new)
    end = _common_start(old[start:][::-1], new[start:][::-1])
    yield from ((place, place) for place in range(1, start + 1))
    yield from _between(old, new, range(start, len(old) - end), range(start, len(new) - end))
    yield from ((len(old) - place, len(new) - place) for place in range(end))


def _between(old: Marks, new: Marks, places_old: Places, places_new: Places) -> Iterator[tuple[int, int]]:
    """The pairs of equal lines among these places: the longest block that is not all blank, then on its both sides."""
    matcher = _matcher(old, new, places_old, places_new)
    regions = [(0, len(places_old), 0, len(places_new))]
    while regions:
        first_old, last_old, first_new, last_new = regions.pop()
        block = matcher.find_longest_match(first_old, last_old, first_new, last_new)
        pairs = list(zip(places_old[block.a :][: block.size], places_new[block.b :][: block.size], strict=True))
        if any(old[place] for place, _ in pairs):
            yield from ((one + 1, other + 1) for one, other in pairs)
            regions.append((first_old, block.a, first_new, block.b))
            regions.append((block.a + block.size, last_old, block.b + block.size, last_new))
        elif block.size:
            written_old = [place for place in places_old[first_old:last_old] if old[place]]
            written_new = [place for place in places_new[first_new:last_new] if new[place]]
            yield from _between(old, new, written_old, written_new)


def _matcher(old: Marks, new: Marks, places_old: Places, places_new: Places) -> SequenceMatcher[int]:
    is_long = max(len(places_old), len(places_new)) > LONGEST_DIFF
    return SequenceMatcher(
        None, [old[place] for place in places_old], [new[place] for place in places_new], autojunk=is_long
    )


def _common_start(old: Marks, new: Marks) -> int:
    length = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        length += 1
    return length


def _moved(old: Marks, new: Marks, kept: dict[int, int]) -> dict[int, int]:
    """Runs of at least SHORTEST_MOVE written lines that are left over on both sides, the longest at each place."""
    taken = set(kept.values())
    places: dict[tuple[int, ...], list[int]] = {}
    free_new = [line for line in range(1, len(new) + 1) if line not in taken]
    for line in free_new:
        places.setdefault(_head(new, line), []).append(line)
    moved: dict[int, int] = {}
    for line in range(1, len(old) + 1):
        if line in kept or line in moved:
            continue
        there = places.get(_head(old, line), ())
        runs = [_run(old, new, line, each, kept, taken) for each in there[:MOST_PLACES]]
        found = max(runs, key=len, default=())
        if sum(1 for each, _ in found if old[each - 1]) >= SHORTEST_MOVE:
            moved.update(found)
            taken.update(there for _, there in found)
    return moved


def _head(marks: Marks, line: int) -> tuple[int, ...]:
    return tuple(marks[line - 1 : line - 1 + SHORTEST_MOVE])


def _run(
    old: Marks, new: Marks, line: int, there: int, kept: dict[int, int], taken: set[int]
) -> tuple[tuple[int, int], ...]:
    """The pairs of equal lines from these two on, as far as both sides are left over."""
    pairs = []
    while line <= len(old) and there <= len(new) and old[line - 1] == new[there - 1]:
        if line in kept or there in taken:
            break
        pairs.append((line, there))
        line, there = line + 1, there + 1
    return tuple(pairs)
