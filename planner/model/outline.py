"""The units of a file as they lie inside each other, with their heads: what would go if one were deleted."""

from collections.abc import Sequence
from dataclasses import dataclass

from planner.model.facts import ModuleFacts, Unit
from planner.model.lines import Lines, line_range


@dataclass(frozen=True, slots=True)
class Place:
    """A unit and where it stands: `outer` is the place of the unit around it, -1 for the module level.

    `short` is the last part of its name.
    """

    path: str
    unit: Unit
    outer: int
    short: str

    @property
    def span(self) -> Lines:
        """All its lines: decorators, head, body, and what is nested in it."""
        return line_range(self.unit.first_line, self.unit.last_line)


@dataclass(frozen=True, slots=True)
class Outline:
    """The places of one file, outer ones first; `owners[line]` is the innermost place of a line, 0 the module."""

    places: tuple[Place, ...]
    owners: Sequence[int]

    def owner(self, line: int) -> int:
        """The place that the line belongs to; lines behind the last statement are the module's."""
        return self.owners[line] if line < len(self.owners) else 0


def outline_of(facts: ModuleFacts) -> Outline:
    """The units of the file, each inside the smallest one around it."""
    units = sorted(facts.units, key=lambda unit: (unit.kind != "module", unit.first_line, -unit.last_line))
    last = max((unit.last_line for unit in units), default=0)
    owners = [0] * (last + 1)
    places: list[Place] = []
    for number, unit in enumerate(units):
        outer = owners[unit.first_line] if number else -1
        places.append(Place(facts.path, unit, outer, unit.name.rpartition(".")[2]))
        if number:
            owners[unit.first_line : unit.last_line + 1] = [number] * (unit.last_line + 1 - unit.first_line)
    return Outline(tuple(places), owners)
