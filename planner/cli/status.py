"""`gapplan status`: what was measured, exactly."""

from typing import Any

import click

from planner.cli.common import PAGE_FORMATS, Common, common_options, merge_options
from planner.cli.show import progress_for, show
from planner.pipeline import Goal, make_status


@click.command()
@common_options
@click.pass_obj
def command(before: dict[str, Any], /, **after: Any) -> None:
    """Totals as measured and over the whole tree, the meanings of a target, what was skipped."""
    run_status(merge_options(before, after, PAGE_FORMATS))


def run_status(common: Common) -> None:
    """Make and show the status."""
    goal = Goal(common.target, common.meaning, common.total) if common.target else None
    if common.format != "html":
        show(make_status(common.request, goal, progress_for(common)), "status", common)
        return
    from planner.cli.store import store_if_any
    from planner.pipeline.picture import make_illustrated_status

    place = store_if_any(None, common)
    outcome, story = make_illustrated_status(common.request, goal, place, progress_for(common))
    show(outcome, "status", common, story=story)
