"""`gapplan plan`: the options that lead to a target, or the most that a budget buys."""

import sys
from typing import Any

import click

from planner.cli.common import Common, common_options, merge_options
from planner.cli.show import progress_for, say, show
from planner.cli.wishes import wish_options
from planner.errors import ConfigError
from planner.model.option import Outcome
from planner.pipeline import Goal, make_plan
from planner.report import Subject


@click.command()
@click.option("--save", "saved", metavar="OPTION", is_flag=False, flag_value="", help="Keep an option for its receipt.")
@click.option("--store", metavar="FILE", help="Where it is kept.  [default: in the user's state directory]")
@common_options
@wish_options
@click.pass_obj
def command(before: dict[str, Any], /, saved: str | None, store: str | None, **after: Any) -> None:
    """Plan the way to a target: options A to D and the best mix.

    --save keeps the recommended option (or the one named: --save B), so that gapplan receipt can say what came of it.
    Exits with 0 when an option reaches the target or it is met, 1 when none does, 2 for unusable input.
    """
    common = merge_options(before, after)
    outcome = _plan(common)
    show(outcome, "plan", common)
    if saved is not None:
        _save(outcome, saved, store, common)
    _exit(outcome)


def run_plan(common: Common, subject: Subject = "plan") -> None:
    """Make, show and judge the plan; ends the program with its exit code. Raises ConfigError without a goal."""
    outcome = _plan(common)
    show(outcome, subject, common)
    _exit(outcome)


def _plan(common: Common) -> Outcome:
    if not (common.target or common.wish.budget):
        raise ConfigError(
            "plan needs a target or a budget: gapplan plan --target 80 (or target = 80 under [tool.gapplan])"
        )
    if common.wish.by and common.wish.today and common.wish.by < common.wish.today:
        raise ConfigError(f"by {common.wish.by}: that day has passed (today is {common.wish.today})")
    goal = Goal(common.target or None, common.meaning, common.total, common.wish)
    return make_plan(common.request, goal, progress_for(common))


def _save(outcome: Outcome, option: str, store: str | None, common: Common) -> None:
    from planner.cli.store import note_of, store_of
    from planner.pipeline.receipt import save_plan

    place = store_of(store, common)
    kept = save_plan(common.request, place, outcome, option or None, note_of(), progress_for(common))
    say(f"gapplan: kept option {kept.option} as plan {kept.key} in {place}", common)


def _exit(outcome: Outcome) -> None:
    is_judged = outcome.target is not None and bool(outcome.options)
    sys.exit(1 if is_judged and not any(option.reaches_target for option in outcome.options) else 0)
