"""`gapplan receipt`: a kept plan beside what came of it."""

from typing import Any

import click

from planner.cli.common import Common, common_options, merge_options
from planner.cli.show import progress_for, write
from planner.cli.store import note_of, store_of, store_option
from planner.model.receipt import Receipt
from planner.pipeline.receipt import make_receipt
from planner.report import Look, set_page
from planner.report.pages.receipt import receipt_page, short_page
from planner.report.receipt_json import render_receipt


@click.command()
@click.option("--plan", metavar="KEY", help="The kept plan.  [default: the last one]")
@click.option("--short", is_flag=True, help="A few lines, for a pull request.")
@store_option
@common_options
@click.pass_obj
def command(before: dict[str, Any], /, plan: str | None, short: bool, store: str | None, **after: Any) -> None:
    """Compare a kept plan with today's measurement: predicted and actual points, task by task, and hours entered."""
    common = merge_options(before, after)
    found = make_receipt(common.request, store_of(store, common), plan, note_of(), progress_for(common))
    write(lambda look: _text(found, common, look, is_short=short), common, ())


def _text(receipt: Receipt, common: Common, look: Look, *, is_short: bool) -> str:
    if common.format == "json":
        return render_receipt(receipt)
    page = short_page(receipt) if is_short else receipt_page(receipt, is_detailed=look.is_detailed)
    return set_page(page, common.format, look)
