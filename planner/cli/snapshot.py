"""`gapplan snapshot`: keep today's measurement."""

from typing import Any

import click

from planner.cli.common import common_options, merge_options
from planner.cli.show import progress_for, say, say_left_out
from planner.cli.store import note_of, store_of, store_option
from planner.history.store import keep_snapshot
from planner.pipeline.history import make_snapshot
from planner.report import words


@click.command()
@store_option
@click.option("--metric", metavar="NAME=NUMBER", multiple=True, help="Another figure of today. Repeatable.")
@click.option("--label", metavar="TEXT", help="A name for it: 1.9.0.")
@click.option("--taken", metavar="MOMENT", help="When it was measured, UTC.  [default: now]")
@common_options
@click.pass_obj
def command(
    before: dict[str, Any],
    /,
    store: str | None,
    metric: tuple[str, ...],
    label: str | None,
    taken: str | None,
    **after: Any,
) -> None:
    """Keep today's measurement: lines and branches by file, hashes, settings, versions, commit and branch.

    No source is kept. Prints the snapshot's key.
    """
    common = merge_options(before, after)
    place = store_of(store, common)
    taken_now = make_snapshot(common.request, note_of(taken, metric, label), progress_for(common))
    kept = keep_snapshot(place, taken_now)
    say_left_out(common, taken_now)
    say(f"gapplan: kept {words.percent(kept.totals)} of {words.points_in(kept.totals)} in {place}", common)
    click.echo(kept.key)
