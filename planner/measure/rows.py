"""What a data file recorded: rows by file name, before anyone looked at a source file."""

from collections.abc import Mapping
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
    """All rows of one or several united data files. With `has_arcs` branch exits can be counted.

    `contexts` counts those with a name; `context_names` are their names, of very many only the first. `meta` is what
    coverage.py noted, each by its key, of one data file only: `version` and `has_arcs` always; `sys_argv` and `when` in
    all data up to 6.x, since 7.0 under `debug = process`, and since 7.14 in parallel files until they are combined.
    `lost` are rows of the file's tables that belong to no file of it, or that hold no lines.
    """

    by_name: dict[str, Row]
    has_arcs: bool
    contexts: int = 0
    version: str | None = None
    context_names: tuple[str, ...] = ()
    meta: Mapping[str, str] = field(default_factory=dict)
    lost: int = 0
