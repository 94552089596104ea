"""Which files importing a file runs, as bits, and whole numbers that are added up over such sets.

Sets of files as large as the project are asked for once for each file: with bits that takes next to no time.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Runs:
    """The files that importing each file runs, itself included: bit n of `sets[path]` is `files[n]`, in order."""

    files: Sequence[str] = ()
    sets: Mapping[str, int] = field(default_factory=dict)


def runs_of(found: Mapping[str, Collection[str]]) -> Runs:
    """The same of files by path."""
    files = sorted({*found, *(each for several in found.values() for each in several)})
    bits = bits_of(files)
    return Runs(files, {path: sum(bits[each] for each in set(several)) for path, several in found.items()})


def bits_of(files: Sequence[str]) -> dict[str, int]:
    """The bit of each file, by its place."""
    return {path: 1 << place for place, path in enumerate(files)}


@dataclass(frozen=True, slots=True)
class Weights:
    """A whole number for each of some `files`, with the `total` of them.

    `slices[n]` has the files whose number has bit n, counted from the place of the `first` one: few files that lie
    close together make small numbers.
    """

    files: int
    first: int
    total: int
    slices: Sequence[int]

    def over(self, files: int) -> int:
        """The sum over a set of files; others than its own count for nothing."""
        mine = files & self.files
        if mine == self.files:
            return self.total
        mine >>= self.first
        return sum([(mine & each).bit_count() << power for power, each in enumerate(self.slices)])


def weights_of(numbers: Mapping[str, int], bits: Mapping[str, int]) -> Weights:
    """The numbers by path, none below 0, of files that have these bits."""
    files = sum(bits[path] for path in numbers)
    first = max(0, (files & -files).bit_length() - 1)
    slices = [0] * max((number.bit_length() for number in numbers.values()), default=0)
    for path, number in numbers.items():
        for power in range(number.bit_length()):
            if number >> power & 1:
                slices[power] |= bits[path] >> first
    return Weights(files, first, sum(numbers.values()), slices)
