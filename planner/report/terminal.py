"""A page as terminal text, set by rich: tables that fit the width, colour only where it is wanted."""

import io
import re

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from planner.report.escape import visible
from planner.report.page import Block, Bullets, Heading, Page, Sentence, Table

_STYLES = {"plain": "", "good": "green", "bad": "yellow", "quiet": "dim"}


def render_terminal(page: Page, *, width: int, has_colour: bool = False, is_ascii: bool = False) -> str:
    """The page as text of at most `width` columns; with ANSI styles only when `has_colour`."""
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=has_colour,
        color_system="standard" if has_colour else None,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
    )
    with console.capture() as captured:
        for block in page:
            _print(block, console, is_ascii=is_ascii)
    lines = "\n".join(line.rstrip() for line in captured.get().split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n") + "\n"


def _print(block: Block, console: Console, *, is_ascii: bool) -> None:
    match block:
        case Heading(text, level):
            if level > 1:
                console.print()
            console.print(Text(visible(text), style="bold"))
        case Sentence(text, tone):
            console.print(Text(visible(text), style=_STYLES[tone]))
        case Bullets(items):
            for item in items:
                console.print(_bullet(item))
        case Table():
            console.print(_table(block, console.width, is_ascii=is_ascii))


def _bullet(item: str) -> RichTable:
    """A hanging indent, which rich has only in tables."""
    grid = RichTable.grid(padding=(0, 1, 0, 0))
    grid.add_column()
    grid.add_column(overflow="fold")
    grid.add_row(Text("-"), Text(visible(item)))
    return grid


def _table(table: Table, width: int, *, is_ascii: bool) -> RichTable:
    fitted = _fitted(table, width)
    drawn = RichTable(box=box.ASCII2 if is_ascii else box.SIMPLE_HEAD, padding=(0, 1, 0, 0), header_style="bold")
    is_tight = _natural_width(fitted) > width
    for column in fitted.columns:
        drawn.add_column(
            Text(visible(column.title)),
            justify="right" if column.is_number else "left",
            overflow="fold",
            no_wrap=column.is_number or not (is_tight or column.fold),
        )
    for row in fitted.rows:
        drawn.add_row(*(Text(visible(cell)) for cell in row))
    return drawn


def _fitted(table: Table, width: int) -> Table:
    """The table without empty columns, and without those that may go until it fits the width."""
    table = table.without_empty()
    while _natural_width(table) > width:
        droppable = [(column.drop, place) for place, column in enumerate(table.columns) if column.drop]
        if not droppable:
            break
        table = table.without(min(droppable)[1])
    return table


def _natural_width(table: Table) -> int:
    """Columns needed to print the table with no cell folded that need not be: two blanks after each cell, and edges."""
    cells = [[column.title for column in table.columns], *table.rows]
    widths = [max(cell_len(visible(row[place])) for row in cells) for place in range(len(table.columns))]
    folded = [min(width, column.fold or width) for width, column in zip(widths, table.columns, strict=True)]
    return sum(folded) + 2 * len(folded) + 1
