"""`gapplan graph`: the import graph with coverage and seams, for pictures and programs."""

from typing import Any

import click

from planner.cli.common import GRAPH_FORMATS, Common, common_options, merge_options
from planner.cli.show import data_text, progress_for, write
from planner.model.explanation import ImportMap
from planner.pipeline import make_import_map
from planner.report import render_import_map


@click.command()
@click.option("--package", metavar="NAME", help="Only this package or module, and what it imports.")
@click.option("--depth", type=click.IntRange(0), help="With --package: at most so many imports away from it.")
@common_options
@click.pass_obj
def command(before: dict[str, Any], /, package: str | None, depth: int | None, **after: Any) -> None:
    """Write the import graph with coverage and seams.

    --format dot (the default), graphml, mermaid, json or csv (--table nodes or edges); edges are solid at top level,
    dashed when lazy, dotted for type checkers alone.
    """
    common = merge_options(before, after, GRAPH_FORMATS)
    found = make_import_map(common.request, package, depth, progress_for(common))
    write(lambda _: _text(found, common), common, found.inputs)


def _text(found: ImportMap, common: Common) -> str:
    if common.is_data:
        return data_text("graph", render_import_map(found, "json"), common)
    return render_import_map(found, common.format)
