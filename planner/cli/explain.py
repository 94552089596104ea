"""`gapplan explain PATH[:UNIT]`: one module or unit before you test it."""

from typing import Any

import click

from planner.cli.common import Common, common_options, complete_file, merge_options
from planner.cli.show import data_text, progress_for, write
from planner.model.explanation import Explanation
from planner.pipeline import make_explanation
from planner.report import Look, render_explanation


@click.command()
@click.argument("place", metavar="PATH[:UNIT]", shell_complete=complete_file)
@common_options
@click.pass_obj
def command(before: dict[str, Any], /, place: str, **after: Any) -> None:
    """Explain one module, class or function: what is missing where, what runs it, what it runs, its seams.

    PATH is a file below the root, or a dotted module name; UNIT is a class, a function or Class.method in it.
    """
    common = merge_options(before, after)
    found = make_explanation(common.request, place, progress_for(common))
    write(lambda look: _text(found, common, look), common, found.inputs)


def _text(found: Explanation, common: Common, look: Look) -> str:
    if common.is_data:
        return data_text("explain", render_explanation(found, "json", look), common)
    return render_explanation(found, common.format, look)
