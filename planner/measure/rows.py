"""What a data file recorded: rows by file name, before anyone looked at a source file."""

from dataclasses import dataclass, field

from planner.model.lines import Lines

Arc = tuple[int, int]
"""A jump from line to line; negative numbers are entries and exits, as coverage.py writes them."""


@dataclass(slots=True)
class Row:
    """What ran of one file. `arcs` is only filled by branch data. `tracer` names a plugin, "" is Python."""

    lines: Lines = 0
    arcs: set[Arc] = field(default_factory=set)
    tracer: str = ""

    def unite(self, other: "Row") -> None:
        """Add what `other` ran; a file that any plugin traced stays the plugin's."""
        self.lines |= other.lines
        self.arcs |= other.arcs
        self.tracer = self.tracer or other.tracer


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of one or several united data files. With `has_arcs` branch exits can be counted."""

    by_name: dict[str, Row]
    has_arcs: bool
    contexts: int = 0
    version: str | None = None
