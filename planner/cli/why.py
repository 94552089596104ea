"""`gapplan why OLD NEW`: why the total changed, to the statement and exit."""

from typing import Any

import click

from planner.cli.common import PAGE_FORMATS, Common, common_options, complete_file, merge_options
from planner.cli.show import data_text, progress_for, say_left_out, write
from planner.cli.store import passing_note, store_of, store_option
from planner.history.why import percents_by_cause
from planner.model.history import Change
from planner.pipeline.history import make_change
from planner.report import Look, set_page
from planner.report.history_json import render_change
from planner.report.pages.history import change_page


@click.command()
@click.argument("old", default="@1", shell_complete=complete_file)
@click.argument("new", default="now", shell_complete=complete_file)
@store_option
@common_options
@click.pass_obj
def command(before: dict[str, Any], /, old: str, new: str, store: str | None, **after: Any) -> None:
    """Split the change of the total into its causes; the parts add up exactly.

    OLD and NEW are a snapshot (its key, its commit, its label, or @1 for the last one, @2 for the one before), a data
    file, or 'now' for the tree as it is. By default the last snapshot is compared with now.
    """
    common = merge_options(before, after, PAGE_FORMATS)
    place = store_of(store, common)
    change = make_change(common.request, place, old, new, passing_note(), progress_for(common))
    write(lambda look: _text(change, common, look), common, ())
    say_left_out(common, change.old, change.new)


def _text(change: Change, common: Common, look: Look) -> str:
    shares = percents_by_cause(change)
    if common.is_data:
        return data_text("why", render_change(change, shares), common)
    return set_page(change_page(change, shares, is_detailed=look.is_detailed), common.format, look)
