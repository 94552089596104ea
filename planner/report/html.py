"""A page as one HTML file that opens offline: no script, nothing fetched, readable in the dark and on paper.

Charts and filters are no part of it: this is the page that the terminal shows, for a browser or a mail.
"""

from html import escape

from planner.report.escape import visible, visible_lines
from planner.report.page import Block, Bullets, Code, Column, Heading, Meter, Page, Sentence, Table, Tasks

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'"
"""Whatever slips through an escape can neither run nor load anything."""

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
.good { color: light-dark(#116329, #56d364); } .bad { color: light-dark(#a40e26, #ff7b72); font-weight: 600; }
.quiet { opacity: .75; }
div { overflow-x: auto; } table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid #8884; text-align: left; vertical-align: top; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
pre, code { font-family: ui-monospace, monospace; font-size: .9em; } code { overflow-wrap: anywhere; }
pre { padding: .75rem; border: 1px solid #8884; overflow-x: auto; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } tr, pre { break-inside: avoid; } }
@page { size: A4; margin: 15mm; }
"""


def render_html(page: Page) -> str:
    """The page as a whole document; its first heading is the title."""
    title = next((block.text for block in page if isinstance(block, Heading)), "gapplan")
    head = [
        '<meta charset="utf-8">',
        '<meta name="generator" content="gapplan">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_text(title)}</title>",
        f"<style>{_STYLE}</style>",
    ]
    body = "\n".join(map(block_html, page))
    lines = ["<!DOCTYPE html>", '<html lang="en">', "<head>", *head, "</head>", "<body>", "<main>", body, "</main>"]
    return "\n".join([*lines, "</body>", "</html>", ""])


def block_html(block: Block) -> str:
    """One block as markup, every text in it escaped: what other pages may set as it is."""
    match block:
        case Heading(text, level):
            return f"<h{level}>{_text(text)}</h{level}>"
        case Sentence(text, tone):
            return f"<p>{_text(text)}</p>" if tone == "plain" else f'<p class="{tone}">{_text(text)}</p>'
        case Bullets(items) | Tasks(items):
            return "<ul>\n" + "\n".join(f"<li>{_text(item)}</li>" for item in items) + "\n</ul>"
        case Meter():
            return ""
        case Code(text):
            return f"<pre>{escape(chr(10).join(visible_lines(text)))}</pre>"
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    table = table.without_empty()
    head = "".join(map(_title, table.columns))
    rows = [
        "<tr>" + "".join(_cell(cell, column) for cell, column in zip(row, table.columns, strict=True)) + "</tr>"
        for row in table.rows
    ]
    parts = [
        '<div tabindex="0"><table>',
        f"<thead><tr>{head}</tr></thead>",
        "<tbody>",
        *rows,
        "</tbody>",
        "</table></div>",
    ]
    return "\n".join(parts)


def _title(column: Column) -> str:
    """A column without a title has a plain cell: a heading that says nothing is none."""
    return f'<th scope="col"{_class(column)}>{_text(column.title)}</th>' if column.title else "<td></td>"


def _cell(text: str, column: Column) -> str:
    shown = f"<code>{_text(text)}</code>" if column.is_name and text else _text(text)
    return f"<td{_class(column)}>{shown}</td>"


def _class(column: Column) -> str:
    return ' class="number"' if column.is_number else ""


def _text(text: str) -> str:
    return escape(visible(text))
