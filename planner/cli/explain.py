"""`gapplan explain PATH[:UNIT]`: one module or unit before you test it."""

from typing import Any

import click

from planner.cli.common import common_options, merge_options
from planner.cli.show import progress_for, write
from planner.pipeline import make_explanation
from planner.report import render_explanation


@click.command()
@click.argument("place", metavar="PATH[:UNIT]")
@common_options
@click.pass_obj
def command(before: dict[str, Any], /, place: str, **after: Any) -> None:
    """Explain one module, class or function: what is missing where, what runs it, what it runs, its seams.

    PATH is a file below the root, or a dotted module name; UNIT is a class, a function or Class.method in it.
    """
    common = merge_options(before, after)
    found = make_explanation(common.request, place, progress_for(common))
    write(lambda look: render_explanation(found, common.format, look), common, found.inputs)
