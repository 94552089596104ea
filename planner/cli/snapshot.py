"""`gapplan snapshot`: keep today's measurement."""

from collections.abc import Iterator, Sequence
from typing import Any

import click

from planner.cli.common import common_options, merge_options
from planner.cli.show import progress_for, say
from planner.cli.store import note_of, store_of, store_option
from planner.history.store import keep_snapshot
from planner.model.measurement import Skipped
from planner.pipeline.history import measure_snapshot
from planner.report import words
from planner.report.escape import visible

MOST_LINES = 5
"""So many files that are left out are named one by one."""


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
    taken_now, skipped = measure_snapshot(common.request, note_of(taken, metric, label), progress_for(common))
    kept = keep_snapshot(place, taken_now)
    for line in _left_out(skipped):
        say(f"gapplan: {line}", common)
    say(f"gapplan: kept {words.percent(kept.totals)} of {words.points_in(kept.totals)} in {place}", common)
    click.echo(kept.key)


def _left_out(skipped: Sequence[Skipped]) -> Iterator[str]:
    """What is not in what is kept, or not whole, with the reasons."""
    for each in skipped[:MOST_LINES]:
        yield f"left out: {visible(each.path)}: {visible(each.reason)}"
    if len(skipped) > MOST_LINES:
        yield f"and {len(skipped) - MOST_LINES} more"
