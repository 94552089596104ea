"""`gapplan options`: the options of a plan side by side."""

from typing import Any

import click

from planner.cli.common import PAGE_FORMATS, common_options, merge_options
from planner.cli.plan import run_plan
from planner.cli.wishes import wish_options


@click.command()
@common_options
@wish_options
@click.pass_obj
def command(before: dict[str, Any], /, **after: Any) -> None:
    """Compare the options in one table: gain, chance, tests, hours, what each builds and leaves out.

    Exits as plan does.
    """
    run_plan(merge_options(before, after, PAGE_FORMATS), "options")
