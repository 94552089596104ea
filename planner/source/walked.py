"""What a pass over a syntax tree has found so far, and where in the tree it is."""

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from planner.model.facts import Import, ImportKind, Unit
from planner.model.lines import NO_LINES, Lines
from planner.source.draft import Draft


@dataclass(slots=True)
class Place:
    """Where the walk is: the unit, and what stands around it there."""

    unit: Draft
    is_conditional: bool = False
    is_type_checking: bool = False
    _inside: "Place | None" = None

    def inside(self) -> "Place":
        """The same below a condition."""
        if self.is_conditional:
            return self
        if self._inside is None:
            self._inside = Place(self.unit, True, self.is_type_checking)
        return self._inside

    @property
    def import_kind(self) -> ImportKind:
        """When an import here would run."""
        if self.is_type_checking:
            return "type checking"
        return "lazy" if self.unit.is_local or self.unit.kind in ("function", "method") else "top level"


Waiting: TypeAlias = object
"""A node, a place to go back to, or what a field holds beside nodes, which is passed over."""


@dataclass(slots=True)
class Walk:
    """What one pass found. `waiting` is what it has still to visit, the next one last; `place` is where that stands.

    It `is_odd` where an expression was met that Python's compiler may refuse. So the compiler may where one of `inner`
    stands on the lines of one of `outer`: `:=` in a comprehension or annotation, `await` in a lambda. `yields` counts
    all `yield`.
    """

    drafts: list[Draft]
    place: Place
    package: str = ""
    hollow: Lines = NO_LINES
    guarded: Lines = NO_LINES
    main_block: Lines = NO_LINES
    imports: list[Import] = field(default_factory=list)
    dynamic: list[tuple[int, str]] = field(default_factory=list)
    constants: dict[str, bool] = field(default_factory=dict)
    is_odd: bool = False
    yields: int = 0
    outer: list[ast.expr] = field(default_factory=list)
    inner: list[ast.expr] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)

    def visit_later(self, nodes: Sequence[ast.AST], place: Place) -> None:
        """Put the nodes before all that waits, in the order of the text; behind them the walk is where it is now."""
        self.waiting.append(self.place)
        self.waiting += nodes[::-1]
        self.waiting.append(place)

    @property
    def is_plain(self) -> bool:
        """Whether all expressions are such as the compiler takes."""
        inner = sorted(each.lineno for each in self.inner)
        spans = ((each.lineno, each.end_lineno or each.lineno) for each in self.outer if inner)
        return not self.is_odd and all(bisect_left(inner, first) == bisect_right(inner, last) for first, last in spans)

    @property
    def import_time(self) -> Lines:
        """The lines of the module level and of class bodies, less what does not run on a usual import."""
        lines = NO_LINES
        for draft in self.drafts:
            if draft.kind in ("module", "class") and not draft.is_local:
                lines |= draft.span & ~draft.nested
        return lines & ~self.hollow

    def units(self) -> tuple[Unit, ...]:
        """The units in the order of their lines, with the names they use made absolute."""
        return tuple([draft.unit() for draft in self.drafts])
