"""`gapplan schema [NAME]`: what the keys of JSON and the columns of CSV mean."""

import click
from click.shell_completion import CompletionItem

from planner.errors import ConfigError
from planner.streams import write_stdout


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from planner.report.schema import schema_names

    return [CompletionItem(name) for name in schema_names() if name.startswith(incomplete)]


@click.command()
@click.argument("name", required=False, shell_complete=_complete)
@click.option("--table", metavar="TABLE", help="The columns of a CSV table, as CSV on the Web metadata.")
def command(name: str | None, table: str | None) -> None:
    """Print the JSON Schema of a command's --format json, or what the columns of its --format csv mean.

    Without NAME it lists what there is. Keys and columns are only ever added; should one change its meaning or go
    away, "format" rises.
    """
    from planner.report.csv.about import render_about
    from planner.report.csv.tables import TABLES
    from planner.report.schema import schema_text

    if name is None:
        if table:
            raise ConfigError("--table goes with the name of a report, such as gapplan schema plan --table steps")
        write_stdout(_listing())
    elif table is None:
        write_stdout(schema_text(name))
    elif name not in TABLES:
        raise ConfigError(f"{name} has no tables; there are {', '.join(TABLES)}")
    else:
        write_stdout(render_about(name, table))


def _listing() -> str:
    """One schema a line, with the tables that its report has as CSV."""
    from planner.report.csv import table_names
    from planner.report.schema import schema_names

    names = schema_names()
    width = max(map(len, names))
    return "".join(f"{name:{width}}  {', '.join(table_names(name))}".rstrip() + "\n" for name in names)
