"""What notebooks show of a value: a few sentences and a table as one fragment of HTML, every text escaped.

No script, no style sheet, no colour of its own but for good and bad: it is read in the dark as in the light.
"""

from collections.abc import Iterable
from html import escape

from planner.report.escape import visible
from planner.report.page import Block, Bullets, Code, Column, Heading, Meter, Sentence, Table, Tasks

_TONES = {"good": "color:#1a7f37;font-weight:600", "bad": "color:#cf222e;font-weight:600", "quiet": "opacity:.75"}
"""Both colours have a contrast of at least 3 to 1 on white and on notebooks' dark ground (#111)."""

_NUMBER, _NAME = "text-align:right", "text-align:left"


def show(blocks: Iterable[Block]) -> str:
    """The blocks as HTML that stands in a page of its own or in a cell."""
    return f"<div>{''.join(map(_block, blocks))}</div>"


def _block(block: Block) -> str:
    match block:
        case Heading(text):
            return f"<p><strong>{_text(text)}</strong></p>"
        case Sentence(text, tone):
            return f"<p{_style(_TONES.get(tone, ''))}>{_text(text)}</p>"
        case Bullets(items) | Tasks(items):
            return f"<ul>{''.join(f'<li>{_text(item)}</li>' for item in items)}</ul>"
        case Code(text):
            return f"<pre>{escape(text)}</pre>"
        case Meter():
            return ""
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    table = table.without_empty()
    head = "".join(f'<th scope="col"{_of(column)}>{_text(column.title)}</th>' for column in table.columns)
    rows = "".join(f"<tr>{_cells(row, table.columns)}</tr>" for row in table.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _cells(row: Iterable[str], columns: Iterable[Column]) -> str:
    return "".join(f"<td{_of(column)}>{_text(cell)}</td>" for cell, column in zip(row, columns, strict=True))


def _of(column: Column) -> str:
    return _style(_NUMBER if column.is_number else _NAME)


def _style(text: str) -> str:
    return f' style="{text}"' if text else ""


def _text(text: str) -> str:
    return escape(visible(text))
