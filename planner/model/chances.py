"""Chances by body, as rows of numbers: a large project has millions of them, a hundred bytes each in dictionaries."""

from array import array
from collections.abc import ItemsView, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from planner.model.problem import BodyKey

NUMBERS = "i"
"""The kind of array that holds numbers of bodies, and parts per million: four bytes each."""


@dataclass(frozen=True, eq=False)
class Names:
    """The keys of a project's bodies, each of which has its place here as its number."""

    keys: Sequence[BodyKey]

    @cached_property
    def numbers(self) -> Mapping[BodyKey, int]:
        """Key -> number."""
        return {key: number for number, key in enumerate(self.keys)}


class Chances(Mapping[BodyKey, int]):
    """Body -> the part of what is left of it that a test covers, in parts per million; in the order given.

    `bodies` are numbers by `names`, none twice, and `parts` the chances of these; both are arrays of NUMBERS. Whoever
    has many of them reads the rows; as a mapping it is for those who ask for a few.
    """

    __slots__ = ("_known", "bodies", "names", "parts")

    def __init__(self, names: Names, bodies: "array[int]", parts: "array[int]") -> None:
        self.names, self.bodies, self.parts = names, bodies, parts
        self._known: dict[BodyKey, int] | None = None

    def renamed(self, names: Names) -> "Chances":
        """The same of bodies that have other keys and the same numbers."""
        return Chances(names, self.bodies, self.parts)

    def __getitem__(self, key: BodyKey) -> int:
        if self._known is None:
            self._known = self._as_dict()
        return self._known[key]

    def __iter__(self) -> Iterator[BodyKey]:
        return map(self.names.keys.__getitem__, self.bodies)

    def __len__(self) -> int:
        return len(self.bodies)

    def items(self) -> ItemsView[BodyKey, int]:
        """Without looking each key up."""
        return self._as_dict().items()

    def __reduce__(self) -> "tuple[type[Chances], tuple[Names, array[int], array[int]]]":
        return Chances, (self.names, self.bodies, self.parts)

    def __repr__(self) -> str:
        return f"Chances({self._as_dict()})"

    def _as_dict(self) -> dict[BodyKey, int]:
        return dict(zip(self, self.parts, strict=True))
