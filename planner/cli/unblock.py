"""`gapplan unblock`: what stops tests that exist, what mending it gives, and the cheapest way to a pass rate."""

import sys
from typing import Any

import click

from planner.cli.common import PAGE_FORMATS, Common, common_options, complete_file, merge_options
from planner.cli.repairs import efforts_of, paths_of
from planner.cli.show import data_text, progress_for, write
from planner.errors import ConfigError
from planner.model.blocked import Blockage, Repairs
from planner.model.measurement import Input
from planner.pipeline.unblock import make_blockage
from planner.report import Look, set_page
from planner.report.pages.unblock import unblock_page
from planner.report.unblock_json import render_blockage


@click.command()
@click.option(
    "--junit",
    metavar="PATH",
    multiple=True,
    shell_complete=complete_file,
    help="JUnit XML of the run or pytest's text log, a file or a folder. Repeatable.",
)
@click.option(
    "--effort", metavar="CAUSE=HOURS", multiple=True, help="What mending a cause takes: 2h, 2-3h, 90m. Repeatable."
)
@click.option("--cause", metavar="CAUSE", multiple=True, help="Mend these causes alone, in this order. Repeatable.")
@click.option(
    "--by",
    "order",
    type=click.Choice(["tests", "points"]),
    default="tests",
    help="Most of these per hour first.  [default: tests]",
)
@common_options
@click.pass_obj
def command(
    before: dict[str, Any],
    /,
    junit: tuple[str, ...],
    effort: tuple[str, ...],
    cause: tuple[str, ...],
    order: Any,
    **after: Any,
) -> None:
    """Show what stops tests that exist: the root causes, what mending each gives, and what to mend first.

    --target is a pass rate here: the cheapest causes to mend that reach it. Works without coverage data, too. Exits
    with 0, with 1 when the known causes do not lead to the pass rate asked for, with 2 for unusable input.
    """
    common = merge_options(before, after, PAGE_FORMATS)
    if not junit:
        raise ConfigError("unblock needs the report of a test run: gapplan unblock --junit reports/junit.xml")
    target = after.get("target") or before.get("target")
    repairs = Repairs(paths_of(junit), efforts_of(effort), target, order, cause)
    found = make_blockage(common.request, repairs, progress_for(common))
    inputs = [*(found.measured.inputs if found.measured else ()), *(Input(path, "JUnit") for path in found.reports)]
    write(lambda look: _text(found, common, look), common, inputs)
    is_short = found.target is not None and found.target.lacks(found.today) and not _is_reached(found)
    sys.exit(1 if is_short else 0)


def _is_reached(found: Blockage) -> bool:
    return any(option.reaches_target for option in found.options)


def _text(found: Blockage, common: Common, look: Look) -> str:
    if common.is_data:
        return data_text("unblock", render_blockage(found), common)
    return set_page(unblock_page(found, is_detailed=look.is_detailed), common.format, look)
