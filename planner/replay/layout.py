"""All files of a project in one set of lines: each file has its own stretch of bits, so a union is one operation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from planner.model.lines import NO_LINES, Lines

Packed: TypeAlias = int
"""Lines of many files: bit `offset of the file + line`."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each file's lines stand: path -> (offset, number of bits)."""

    places: Mapping[str, tuple[int, int]]

    def pack(self, lines: Mapping[str, Lines]) -> Packed:
        """Lines by path as one set; paths and lines that have no place are left out."""
        packed = NO_LINES
        for path, each in lines.items():
            packed |= self.put(path, each)
        return packed

    def put(self, path: str, lines: Lines) -> Packed:
        """The lines of one file."""
        offset, size = self.places.get(path, (0, 0))
        return (lines & ((1 << size) - 1)) << offset

    def take(self, path: str, packed: Packed) -> Lines:
        """What the set holds of one file."""
        offset, size = self.places[path]
        return packed >> offset & ((1 << size) - 1)

    def files_in(self, packed: Packed) -> list[str]:
        """The paths that the set holds any lines of."""
        return [path for path, (offset, size) in self.places.items() if packed >> offset & ((1 << size) - 1)]


def lay_out(lines: Iterable[tuple[str, Lines]]) -> Layout:
    """A layout with room for the given lines of each path, in that order."""
    places: dict[str, tuple[int, int]] = {}
    offset = 0
    for path, each in lines:
        size = each.bit_length()
        places[path] = offset, size
        offset += size
    return Layout(places)
