"""`gapplan plan`: the options that lead to a target."""

import sys
from typing import Any

import click

from planner.cli.options import Common, common_options, merge_options
from planner.cli.show import progress_for, show
from planner.errors import ConfigError
from planner.pipeline import Goal, make_plan


@click.command()
@common_options
@click.pass_obj
def command(before: dict[str, Any], /, **after: Any) -> None:
    """Plan the way to a target: options A to D and the best mix.

    Exits with 0 when an option reaches the target or it is met, 1 when none does, 2 for unusable input.
    """
    common = merge_options(before, after)
    if not common.target:
        raise ConfigError("plan needs a target: gapplan plan --target 80 (or target = 80 under [tool.gapplan])")
    run_plan(common)


def run_plan(common: Common) -> None:
    """Make, show and judge the plan; ends the program with its exit code."""
    goal = Goal(common.target or "", common.meaning, common.total)
    outcome = make_plan(common.request, goal, progress_for(common))
    show(outcome, "plan", common)
    sys.exit(0 if outcome.is_met or any(option.reaches_target for option in outcome.options) else 1)
