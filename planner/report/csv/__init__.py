"""One table of a report as CSV: the rows of its JSON, cell by cell, so that no figure can differ between the two.

RFC 4180 in UTF-8 with CRLF and a header row. Lists within a cell are joined by `; `, what is null is left empty.
"""

import csv
import io
import json
from collections.abc import Mapping
from decimal import Decimal

from planner.errors import ConfigError
from planner.report.csv.rows import Frames, find_rows, keys_at, value_at
from planner.report.csv.table import Column, Table
from planner.report.csv.tables import TABLES
from planner.report.escape import spreadsheet_text
from planner.report.json import Json

__all__ = ["TABLES", "find_table", "render_csv", "table_names"]

LIST_SEPARATOR = "; "


def render_csv(document: str, report: str, name: str | None = None) -> str:
    """A table of the JSON that a report has written, its first one where none is named. Raises ConfigError.

    Text from outside is escaped as `spreadsheet_text` does it; numbers are those of the JSON, as decimals.
    """
    found: Json = json.loads(document)
    table = find_table(report, name)
    rows = list(find_rows(found, table.rows))
    columns = [each for column in table.columns for each in _expanded(column, rows)]
    text = io.StringIO(newline="")
    writer = csv.writer(text)  # its own dialect is RFC 4180's: commas, doubled quotes, CRLF
    writer.writerow([spreadsheet_text(column.name) for column in columns])
    writer.writerows([_cell(_value(row, column)) for column in columns] for row in rows)
    return text.getvalue()


def find_table(report: str, name: str | None) -> Table:
    """The table of a report by its name, the first one for None. Raises ConfigError."""
    tables = TABLES[report]
    found = next((table for table in tables if name in (None, table.name)), None)
    if found is None:
        raise ConfigError(f"--table {name}: {report} has no such table; it has {', '.join(table_names(report))}")
    return found


def table_names(report: str) -> list[str]:
    """The tables of a report; the first is the one that is written where none is asked for."""
    return [table.name for table in TABLES.get(report, ())]


def _value(row: Frames, column: Column) -> Json:
    found = value_at(row, column.path)
    if column.key is None:
        return found
    return found.get(column.key) if isinstance(found, Mapping) else None


def _expanded(column: Column, rows: list[Frames]) -> list[Column]:
    """`metric_*` as one column for each key that any row has."""
    if not column.name.endswith("*"):
        return [column]
    stem, path = column.name[:-1], column.path.removesuffix("/*")
    keys = sorted({key for row in rows for key in keys_at(row, path)})
    return [Column(f"{stem}{key}", path, key) for key in keys]


def _cell(value: Json) -> str:
    if isinstance(value, list):
        # Joined first, and escaped after: a separator in a name must not begin a cell either.
        return spreadsheet_text(LIST_SEPARATOR.join(_plain(each) for each in value))
    text = _plain(value)
    return spreadsheet_text(text) if isinstance(value, str) else text


def _plain(value: Json) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return format(Decimal(repr(value)), "f")
        case str():
            return value
        case Mapping():
            return LIST_SEPARATOR.join(f"{key}={_plain(each)}" for key, each in value.items())
        case _:
            return LIST_SEPARATOR.join(_plain(each) for each in value)
