"""`gapplan done TEST...`: enter that tests of a kept plan are written."""

from typing import Any

import click

from planner.cli.common import common_options, merge_options
from planner.cli.show import say
from planner.cli.store import note_of, store_of, store_option
from planner.pipeline.receipt import enter_work
from planner.report import words


@click.command()
@click.argument("tests", metavar="TEST...", nargs=-1, required=True, type=click.IntRange(1))
@click.option("--hours", type=click.FloatRange(0, 10_000), help="How long they took together.")
@click.option("--plan", metavar="KEY", help="The kept plan.  [default: the last one]")
@store_option
@common_options
@click.pass_obj
def command(
    before: dict[str, Any],
    /,
    tests: tuple[int, ...],
    hours: float | None,
    plan: str | None,
    store: str | None,
    **after: Any,
) -> None:
    """Enter that tests of a kept plan are written, by their numbers in it, and how long they took.

    Entering a test again replaces what was entered before.
    """
    common = merge_options(before, after)
    kept = enter_work(store_of(store, common), plan, tests, hours, note_of())
    took = "" if hours is None else f", {words.hours_needed(hours)}"
    say(f"gapplan: {words.plural(len(set(tests)), 'test')} of plan {kept.key} entered{took}", common)
