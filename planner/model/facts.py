"""What the code of a module is, as far as reading it tells: units, imports, and what runs on import."""

from dataclasses import dataclass
from typing import Literal

from planner.model.lines import Lines

UnitKind = Literal["module", "class", "function", "method"]

MODULE = "<module>"
"""The name of the module level as a unit: what runs on import and belongs to no class or function."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A module level, class or function. `lines` are its own: nested units share none, so units partition a file.

    A function's lines are its body; its `def` line belongs to the unit around it, which runs it. `uses` are the
    dotted names it reads that imports bind, made absolute: `datetime.datetime.now`. `complexity` is McCabe's.
    """

    name: str
    kind: UnitKind
    first_line: int
    last_line: int
    lines: Lines
    complexity: int = 1
    parameters: int = 0
    is_async: bool = False
    uses: frozenset[str] = frozenset()

    @property
    def target(self) -> str:
        """The class or top-level function that a test of this unit is aimed at: the first part of its name."""
        return self.name.partition(".")[0]

    @property
    def is_body(self) -> bool:
        """Whether its lines are behaviour: they run when it is called, not when the module is imported."""
        return self.kind in ("function", "method")


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """One source file. `import_time` are the lines that importing it runs, as well as can be told by reading.

    `hollow` are lines that no test in a usual environment runs: `TYPE_CHECKING`, `__main__` and import-error
    branches.
    """

    path: str
    module: str
    units: tuple[Unit, ...]
    import_time: Lines
    hollow: Lines
