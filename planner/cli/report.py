"""`gapplan report OLD NEW`: two plans or two snapshots side by side."""

from pathlib import Path
from typing import Any

import click

from planner.cli.common import PAGE_FORMATS, Common, common_options, complete_file, merge_options
from planner.cli.show import data_text, progress_for, say_left_out, write
from planner.cli.store import passing_note, store_of, store_option
from planner.errors import ConfigError
from planner.model.compare import PlanPair, SnapshotPair
from planner.model.measurement import Input
from planner.pipeline.compare import make_comparison
from planner.report import Look, set_page
from planner.report.compare_json import render_comparison
from planner.report.pages.compare import comparison_page


@click.command()
@click.argument("old", shell_complete=complete_file)
@click.argument("new", shell_complete=complete_file)
@store_option
@common_options
@click.pass_obj
def command(before: dict[str, Any], /, old: str, new: str, store: str | None, **after: Any) -> None:
    """Put two plans, or two snapshots, side by side.

    A plan is a file that gapplan plan --format json wrote, or the key of one kept with gapplan plan --save. A snapshot
    is its key, commit or label, @1 for the last one, 'now', or a data file. Always exits with 0.
    """
    common = merge_options(before, after, PAGE_FORMATS)
    found = make_comparison(common.request, _store(store, common), old, new, passing_note(), progress_for(common))
    inputs = [Input(str(Path.cwd() / name), "report") for name in (old, new)]
    write(lambda look: _text(found, common, look), common, inputs)
    if isinstance(found, SnapshotPair):
        say_left_out(common, found.old, found.new)


def _store(given: str | None, common: Common) -> Path | None:
    """None where there is no place for one: two files can be compared all the same."""
    try:
        return store_of(given, common)
    except ConfigError:
        return None


def _text(found: PlanPair | SnapshotPair, common: Common, look: Look) -> str:
    if common.is_data:
        # What a person looks at first: of plans the options, of snapshots the files.
        table = common.table or ("options" if isinstance(found, PlanPair) else "files")
        return data_text("report", render_comparison(found), common._replace(table=table))
    return set_page(comparison_page(found, is_detailed=look.is_detailed), common.format, look)
