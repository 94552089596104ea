"""A report before it has a format: headings, sentences, lists and tables of plain text.

Text here is raw: names from data and sources stand as they are. Each renderer passes all of it through one escape.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A title; level 1 is the report's own."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Sentence:
    """A line of prose. `tone` tells how it may be coloured: plain, good, bad or quiet."""

    text: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list whose order carries no number."""

    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Tasks:
    """A list of what is to be done, each item to be ticked off."""

    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Meter:
    """How far something is, as a bar: `now`, `then` (what is planned) and `goal` are shares from 0 to 1.

    It says nothing that the sentences around it do not say.
    """

    now: float
    then: float
    goal: float | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """Lines to be copied as they are: no width breaks them. `language` is what Markdown colours them by."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's title; numbers are right-aligned, names (paths, units) are set as code where there is such.

    `drop` says which columns go first where the width does not suffice: 1 before 2, and 0 never. A column of prose or
    names may be folded to `fold` columns before that.
    """

    title: str
    is_number: bool = False
    is_name: bool = False
    drop: int = 0
    fold: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one cell per column."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]

    def without_empty(self) -> "Table":
        """The table less the columns that no row fills."""
        table = self
        for place in reversed(range(len(self.columns))):
            if not any(row[place] for row in self.rows):
                table = table.without(place)
        return table

    def without(self, place: int) -> "Table":
        """The table less one column."""
        rows = [[*row[:place], *row[place + 1 :]] for row in self.rows]
        return Table([*self.columns[:place], *self.columns[place + 1 :]], rows)


Block = Heading | Sentence | Bullets | Tasks | Meter | Code | Table
Page = tuple[Block, ...]
