"""`gapplan plan`: the options that lead to a target, or the most that a budget buys."""

import sys
from typing import Any

import click

from planner.cli.common import Common, common_options, merge_options
from planner.cli.show import progress_for, show
from planner.cli.wishes import wish_options
from planner.errors import ConfigError
from planner.pipeline import Goal, make_plan
from planner.report import Subject


@click.command()
@common_options
@wish_options
@click.pass_obj
def command(before: dict[str, Any], /, **after: Any) -> None:
    """Plan the way to a target: options A to D and the best mix.

    Exits with 0 when an option reaches the target or it is met, 1 when none does, 2 for unusable input.
    """
    run_plan(merge_options(before, after))


def run_plan(common: Common, subject: Subject = "plan") -> None:
    """Make, show and judge the plan; ends the program with its exit code. Raises ConfigError without a goal."""
    if not (common.target or common.wish.budget):
        raise ConfigError(
            "plan needs a target or a budget: gapplan plan --target 80 (or target = 80 under [tool.gapplan])"
        )
    if common.wish.by and common.wish.today and common.wish.by < common.wish.today:
        raise ConfigError(f"by {common.wish.by}: that day has passed (today is {common.wish.today})")
    goal = Goal(common.target or None, common.meaning, common.total, common.wish)
    outcome = make_plan(common.request, goal, progress_for(common))
    show(outcome, subject, common)
    is_judged = outcome.target is not None and bool(outcome.options)
    sys.exit(1 if is_judged and not any(option.reaches_target for option in outcome.options) else 0)
