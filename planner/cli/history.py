"""`gapplan history`: the snapshots that are kept, as a table; and out of the store and into it as JSON lines."""

from pathlib import Path
from typing import Any

import click

from planner.cli.common import PAGE_FORMATS, Common, common_options, merge_options
from planner.cli.show import data_text, say, write
from planner.cli.store import store_of, store_option
from planner.history.lines import export_snapshots, import_snapshots
from planner.pipeline.history import make_history
from planner.report import Look, set_page
from planner.report.history_json import render_history
from planner.report.pages.history import history_page


@click.group(invoke_without_command=True)
@store_option
@common_options
@click.pass_context
def command(ctx: click.Context, /, store: str | None, **after: Any) -> None:
    """List the kept measurements, oldest first, with all metrics and a sparkline."""
    common = merge_options(ctx.obj, after, PAGE_FORMATS)
    place = store_of(store, common)
    ctx.obj = common, place
    if ctx.invoked_subcommand is None:
        kept = make_history(place)
        write(lambda look: _text(common, kept.snapshots, kept.damaged, look), common, ())


def _text(common: Common, snapshots: Any, damaged: Any, look: Look) -> str:
    if common.is_data:
        return data_text("history", render_history(common.root.name, snapshots, damaged), common)
    page = history_page(common.root.name, snapshots, damaged, is_ascii=look.is_ascii)
    return set_page(page, common.format, look)


@command.command("export")
@click.argument("file", metavar="FILE")
@click.pass_obj
def export(obj: tuple[Common, Path], /, file: str) -> None:
    """Write all snapshots to FILE as JSON lines, one a line, oldest first."""
    common, store = obj
    count = export_snapshots(store, Path.cwd() / file)
    say(f"gapplan: wrote {count} snapshot(s) to {file}", common)


@command.command("import")
@click.argument("file", metavar="FILE")
@click.pass_obj
def import_(obj: tuple[Common, Path], /, file: str) -> None:
    """Keep the snapshots of FILE, JSON lines as export writes them; those that are kept already stay as they are."""
    common, store = obj
    new, known = import_snapshots(store, Path.cwd() / file)
    say(f"gapplan: {new} snapshot(s) added, {known} known already", common)
