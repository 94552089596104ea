"""Tables within a width: what is folded, what goes, and where a cell is broken. A number is broken last of all."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from planner.report.page import Column, Table

EDGE, BETWEEN = 1, 2
"""Blanks before the first cell of a row, and after each."""

Cells = Callable[[str], int]
"""Text -> the terminal columns that it takes."""

_PIECE = re.compile(r"[^ /]*[ /]|[^ /]+")
"""What is not broken without need: a word, with its blank; a part of a path, with its slash."""

_WORD = re.compile(r"[^ ]+")


@dataclass(frozen=True, slots=True)
class _Limits:
    """How wide a column is with no cell broken, with those broken that may be, and at the narrowest, by degrees."""

    natural: int
    folded: int
    pieces: int
    numbers: int


def fitted(table: Table, width: int, cells: Cells) -> tuple[Table, tuple[int, ...]]:
    """The table within `width`, its cells broken into lines, and the width of each column.

    Columns that may be folded are folded first; then those that may go are left out; then names and prose are broken
    at blanks and slashes, then anywhere; numbers come last.
    """
    table = table.without_empty()
    limits = [_limits(column, [row[place] for row in table.rows], cells) for place, column in enumerate(table.columns)]
    while _total([each.folded for each in limits]) > width and (place := _droppable(table)) is not None:
        table = table.without(place)
        del limits[place]
    widths = _widths(limits, width)
    return _broken(table, widths, cells), widths


def broken(text: str, width: int, cells: Cells) -> list[str]:
    """The text in lines of at most `width`: at blanks, after slashes, and within a word only where that is wider."""
    lines = [""]
    for piece in _PIECE.findall(text):
        if lines[-1] and cells(lines[-1] + piece.rstrip(" ")) > width:
            lines.append("")
        for char in piece:
            if char != " " and cells(lines[-1] + char) > width and lines[-1]:
                lines.append("")
            lines[-1] += char
    return [line.rstrip(" ") for line in lines]


def _limits(column: Column, texts: Sequence[str], cells: Cells) -> _Limits:
    """The title of a column of numbers may be broken at its blanks, its figures may not."""
    natural = max(map(cells, [column.title, *texts]))
    if column.is_number:
        whole = max(map(cells, [*_WORD.findall(column.title), *texts]), default=0)
        return _Limits(natural, whole, whole, whole)
    pieces = max(_widest_piece(text, cells) for text in (column.title, *texts))
    return _Limits(natural, min(natural, max(column.fold or natural, pieces)), pieces, 1)


def _widest_piece(text: str, cells: Cells) -> int:
    return max((cells(piece.rstrip(" ")) for piece in _PIECE.findall(text)), default=0)


def _droppable(table: Table) -> int | None:
    """The place of the column that goes first; None where none may."""
    places = [(column.drop, place) for place, column in enumerate(table.columns) if column.drop]
    return min(places)[1] if places else None


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + BETWEEN * len(widths) + EDGE


def _widths(limits: Sequence[_Limits], width: int) -> tuple[int, ...]:
    widths = [each.folded for each in limits]
    while _total(widths) < width and (folded := _above(widths, [each.natural for each in limits], -1)):
        widths[min(folded, key=lambda place: widths[place])] += 1
    for least in ([each.pieces for each in limits], [each.numbers for each in limits], [1] * len(limits)):
        while _total(widths) > width and (wide := _above(widths, least, 1)):
            widths[max(wide, key=lambda place: widths[place])] -= 1
    return tuple(widths)


def _above(widths: Sequence[int], others: Sequence[int], sign: int) -> list[int]:
    """The places whose width is above (or, with -1, below) that of the others."""
    return [place for place, (one, other) in enumerate(zip(widths, others, strict=True)) if (one - other) * sign > 0]


def _broken(table: Table, widths: Sequence[int], cells: Cells) -> Table:
    """Titles stand at the bottom of their row, cells at the top of theirs."""

    def lines(texts: Sequence[str]) -> list[str]:
        return ["\n".join(broken(text, width, cells)) for text, width in zip(texts, widths, strict=True)]

    titles = lines([column.title for column in table.columns])
    most = max((title.count("\n") for title in titles), default=0)
    titles = ["\n" * (most - title.count("\n")) + title for title in titles]
    columns = [Column(title, each.is_number, each.is_name) for title, each in zip(titles, table.columns, strict=True)]
    return Table(columns, [lines(row) for row in table.rows])
