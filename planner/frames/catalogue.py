"""All tables that frames are made after, and the page of their columns that stands beside the notebooks."""

from planner.frames.code import FILES, GAPS, IMPORTS, SEAMS, UNITS
from planner.frames.over_time import CHANGES, HISTORY, TASKS
from planner.frames.plans import FRONTIER, LADDER, OPTIONS, STEPS
from planner.frames.replays import FORECASTS, SCORES
from planner.frames.tables import Column, Table

TABLES = (
    *(FILES, GAPS, UNITS, IMPORTS, SEAMS),
    *(OPTIONS, STEPS, LADDER, FRONTIER),
    *(HISTORY, CHANGES, TASKS),
    *(SCORES, FORECASTS),
)
"""In the order in which a reader meets them."""

_HEAD = """\
# Columns of the DataFrames

Points are statements and branch exits, as coverage.py counts them: whole numbers, exact. Percents are for reading;
compare points. Hours are ranges: P50 is enough in half of all cases, P80 in four of five. What is not known is `<NA>`.
"""


def render_columns() -> str:
    """Every table as Markdown: a row for each column with its dtype and meaning."""
    return "\n".join([_HEAD, *map(_section, TABLES)])


def _section(table: Table) -> str:
    rows = [f"| `{each.name}` | `{each.dtype}` | {_about(each)} |" for each in table.columns]
    head = [
        f"## {table.name}",
        "",
        f"One row for each {table.row}.",
        "",
        "| Column | dtype | Meaning |",
        "| --- | --- | --- |",
    ]
    return "\n".join([*head, *rows, ""])


def _about(column: Column) -> str:
    """Angle brackets stand for themselves."""
    kinds = f" ({', '.join(column.kinds)})" if column.kinds else ""
    return f"{column.about}{kinds}".replace("<", "&lt;").replace(">", "&gt;")
