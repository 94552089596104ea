"""Sets of line numbers held in one integer: bit n is line n, the layout of coverage.py's numbits.

Union, intersection and counting are single machine-speed operations, and 100,000 lines take 13 kB.
"""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

Lines: TypeAlias = int
"""A set of line numbers: bit n is set when line n is in the set."""

NO_LINES: Lines = 0

MAX_LINE = 10_000_000
"""No source file has more lines; readers reject larger numbers, which would cost memory by their size."""

MAX_ALL_LINES = 1_000_000_000
"""The last lines of all files added up: readers reject more, which would take memory by what a few bytes name."""

_BITS_OF_BYTE = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))


def lines_of(numbers: Iterable[int]) -> Lines:
    """The set of the given line numbers; each must lie in 0..MAX_LINE (ValueError otherwise)."""
    wanted = list(numbers)
    if not wanted:
        return NO_LINES
    if min(wanted) < 0 or max(wanted) > MAX_LINE:
        raise ValueError(f"line numbers must lie in 0..{MAX_LINE}")
    packed = bytearray(max(wanted) // 8 + 1)
    for number in wanted:
        packed[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(packed, "little")


def line_range(first: int, last: int) -> Lines:
    """All lines from `first` to `last`, both included; empty when `last < first`."""
    return (1 << (last + 1)) - (1 << first) if last >= first else NO_LINES


def numbers_in(lines: Lines) -> Iterator[int]:
    """The line numbers of the set, ascending."""
    packed = lines.to_bytes((lines.bit_length() + 7) // 8, "little")
    for index, byte in enumerate(packed):
        if byte:
            for bit in _BITS_OF_BYTE[byte]:
                yield index * 8 + bit


def runs(lines: Lines, within: Lines) -> list[tuple[int, int]]:
    """Maximal runs of `lines` that no other line of `within` interrupts, as (first, last) pairs.

    `within` is the set of a file's statements, so that blank and comment lines do not split a run,
    as in the Missing column of `coverage report`.
    """
    if not lines:
        return []
    start = (lines & -lines).bit_length() - 1  # what stands before the first line and behind the last splits nothing
    size = lines.bit_length() - start
    found: list[tuple[int, int]] = []
    is_open = False
    for offset in numbers_in((lines | within) >> start & ((1 << size) - 1)):
        number = start + offset
        if not lines >> number & 1:
            is_open = False
        elif is_open:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
            is_open = True
    return found


def ranges_text(lines: Lines, within: Lines | None = None) -> str:
    """The set as people read it: `3-7, 9`. `within` as in `runs`; without it every line between splits a run."""
    between = line_range(1, lines.bit_length()) if within is None else within
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs(lines, between))
