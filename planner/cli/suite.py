"""`gapplan suite`: which tests there are, what they are about, and what they add to each other."""

from typing import Any

import click

from planner.cli.common import PAGE_FORMATS, Common, common_options, merge_options
from planner.cli.show import data_text, progress_for, write
from planner.model.inventory import Inventory
from planner.pipeline.suite import make_inventory
from planner.report import Look, set_page
from planner.report.pages.suite import suite_page
from planner.report.suite_json import render_suite


@click.command()
@common_options
@click.pass_obj
def command(before: dict[str, Any], /, **after: Any) -> None:
    """Show the tests there are: by kind and by module, what they add to each other, and which look weak.

    The tests are read, never run. Works without coverage data, too; contexts in it tell what overlaps. Exits with 0.
    """
    common = merge_options(before, after, PAGE_FORMATS)
    found = make_inventory(common.request, progress_for(common))
    write(lambda look: _text(found, common, look), common, found.inputs)


def _text(found: Inventory, common: Common, look: Look) -> str:
    if common.is_data:
        return data_text("suite", render_suite(found), common)
    return set_page(suite_page(found, is_detailed=look.is_detailed), common.format, look)
