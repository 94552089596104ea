"""What a table of CSV is made of, and the columns that several tables share."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column, and where in a row of the JSON its value stands (`planner.report.csv.rows` has the notation).

    `key` is one more name below the path, taken as it is, where the data names the columns.
    """

    name: str
    path: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its name: the path to its rows, and its columns in order. `schema` names the JSON Schema."""

    name: str
    schema: str
    rows: str
    columns: tuple[Column, ...]


def table_of(name: str, schema: str, rows: str, columns: str) -> Table:
    """A table whose columns are given as words: `name`, or `name=path`."""
    parts = (word.partition("=") for word in columns.split())
    return Table(name, schema, rows, tuple(Column(title, path or title) for title, _, path in parts))


COUNTS = "statements covered_statements branches covered_branches percent"
EFFORT = "effort_hours_p50=effort_hours/p50 effort_hours_p80=effort_hours/p80"
GAIN = "gain_points_p10=gain/p10 gain_points_p50=gain/p50 gain_points_p90=gain/p90"
TESTS = "tests_p50=tests/p50 tests_p80=tests/p80"
SEAMS = "seams=seams/*/name seam_kinds=seams/*/kind doubles=seams/*/double doubles_in_place=seams/*/have"


def skipped_of(schema: str) -> Table:
    """What could not be read."""
    return table_of("skipped", schema, "skipped/*", "path line reason")


def inputs_of(schema: str) -> Table:
    """The files of coverage data that were read."""
    return table_of("inputs", schema, "measured/inputs/*", "path kind coverage_version contexts")
