"""`gapplan status`: what was measured, exactly."""

from typing import Any

import click

from planner.cli.common import Common, common_options, merge_options
from planner.cli.show import progress_for, show
from planner.pipeline import Goal, make_status


@click.command()
@common_options
@click.pass_obj
def command(before: dict[str, Any], /, **after: Any) -> None:
    """Totals as measured and over the whole tree, the meanings of a target, what was skipped."""
    run_status(merge_options(before, after))


def run_status(common: Common) -> None:
    """Make and show the status."""
    goal = Goal(common.target, common.meaning, common.total) if common.target else None
    show(make_status(common.request, goal, progress_for(common)), "status", common)
