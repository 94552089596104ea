"""A page as terminal text, set by rich: tables that fit the width, colour only where it is wanted."""

import io
import re
from dataclasses import replace

from rich import box
from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.table import Table as RichTable
from rich.text import Text

from planner.report.columns import fitted
from planner.report.escape import visible, visible_lines
from planner.report.page import Block, Bullets, Code, Heading, Meter, Page, Sentence, Table, Tasks

_STYLES = {"plain": "", "good": "green", "bad": "yellow", "quiet": "dim"}

MOST_METER = 72
"""Columns of a bar; a longer one tells no more."""

_FIGURE = re.compile(r"(?<=\d) (?=(?:%|h|min)(?!\w))")

_GLUE = "\ue000"
"""Stands for a blank where no line may break, which rich does at any blank there is. No text that was made visible
has this character, one of those for private use."""

_TAB = "\ue001"
"""Stands for a tab in lines to be copied, which rich sets as blanks."""


def render_terminal(page: Page, *, width: int, has_colour: bool = False, is_ascii: bool = False) -> str:
    """The page as text of at most `width` columns; with ANSI styles only when `has_colour`."""
    console = Console(
        file=io.StringIO(),
        width=width,
        _environ={},  # rich dies of COLUMNS=²
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
    lines = "\n".join(line.rstrip() for line in captured.get().replace(_GLUE, " ").replace(_TAB, "\t").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n") + "\n"


def _print(block: Block, console: Console, *, is_ascii: bool) -> None:
    match block:
        case Heading(text, level):
            if level > 1:
                console.print()
            console.print(Text(_text(text), style="bold"))
        case Sentence(text, tone):
            console.print(Text(_text(text), style=_STYLES[tone]))
        case Bullets(items):
            for item in items:
                console.print(_bullet(item, "-"))
        case Tasks(items):
            for item in items:
                console.print(_bullet(item, "[ ]"))
        case Meter():
            console.print(_meter(block, console.width, is_ascii=is_ascii))
        case Code(text):
            for line in visible_lines(text):
                console.out(f"    {line}".replace("\t", _TAB), highlight=False)
        case Table():
            console.print(_table(block, console.width, is_ascii=is_ascii))


def _bullet(item: str, mark: str) -> RichTable:
    """A hanging indent, which rich has only in tables."""
    grid = RichTable.grid(padding=(0, 1, 0, 0))
    grid.add_column()
    grid.add_column(overflow="fold")
    grid.add_row(Text(mark), Text(_text(item)))
    return grid


def _meter(meter: Meter, width: int, *, is_ascii: bool) -> Text:
    """What there is, what is planned and what is left, with a mark where the goal lies."""
    cells = min(width, MOST_METER) - 2
    now, then = (int(cells * min(1.0, share)) for share in (meter.now, max(meter.now, meter.then)))
    full, planned, left, edges, mark = ("#", "+", "-", "[]", "|") if is_ascii else ("█", "▒", "░", "▕▏", "┃")
    bar = list(full * now + planned * (then - now) + left * (cells - then))
    if meter.goal is not None and cells:
        bar[min(cells - 1, int(cells * meter.goal))] = mark
    text = Text(f"{edges[0]}{''.join(bar)}{edges[1]}", no_wrap=True, overflow="crop")
    text.stylize("green", 1, 1 + now)
    return text


def _table(table: Table, width: int, *, is_ascii: bool) -> RichTable:
    shown, widths = fitted(_glued(table), width, cell_len)
    drawn = RichTable(box=box.ASCII2 if is_ascii else box.SIMPLE_HEAD, padding=(0, 1, 0, 0), header_style="bold")
    for column, columns in zip(shown.columns, widths, strict=True):
        justify: JustifyMethod = "right" if column.is_number else "left"
        drawn.add_column(Text(column.title), justify=justify, width=columns, no_wrap=True)
    for row in shown.rows:
        drawn.add_row(*map(Text, row))
    return drawn


def _glued(table: Table) -> Table:
    columns = [replace(column, title=_text(column.title)) for column in table.columns]
    return Table(columns, [[_text(cell) for cell in row] for row in table.rows])


def _text(raw: str) -> str:
    """What may be shown of a text, with each figure glued to its unit so that no line breaks between them."""
    return _FIGURE.sub(_GLUE, visible(raw))
