"""`gapplan rank`: what is uncovered, by statements gained per hour of effort."""

from typing import Any

import click

from planner.cli.common import common_options, merge_options
from planner.cli.show import progress_for, show
from planner.pipeline import make_ranking


@click.command()
@click.option(
    "--by",
    type=click.Choice(["module", "class", "function"]),
    default="module",
    show_default=True,
    help="What a row is; class means classes and top-level functions.",
)
@click.option("--most", type=click.IntRange(1), default=20, show_default=True, help="Rows to show; JSON has all.")
@click.option("--all", "is_all", is_flag=True, help="Show every row.")
@common_options
@click.pass_obj
def command(before: dict[str, Any], /, by: Any, most: int, is_all: bool, **after: Any) -> None:
    """Rank what is uncovered by points gained per hour, with size, seams and reasons."""
    common = merge_options(before, after)
    outcome = make_ranking(common.request, by, progress_for(common), common.wish)
    show(outcome, "rank", common, None if is_all else most)
