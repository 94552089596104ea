"""`gapplan receipt`: a kept plan beside what came of it."""

from pathlib import Path
from typing import Any

import click

from planner.cli.common import PAGE_FORMATS, Common, common_options, merge_options
from planner.cli.show import data_text, progress_for, say, say_left_out, write
from planner.cli.store import passing_note, store_of, store_option
from planner.model.receipt import Receipt
from planner.pipeline.receipt import make_receipt, write_work
from planner.report import Look, set_page, words
from planner.report.pages.receipt import receipt_page, short_page
from planner.report.receipt_json import render_receipt


@click.command()
@click.option("--plan", metavar="KEY", help="The kept plan.  [default: the last one]")
@click.option("--work", metavar="FILE", help="Write finished work with hours there, for gapplan calibrate --receipts.")
@click.option("--short", is_flag=True, help="A few lines, for a pull request.")
@store_option
@common_options
@click.pass_obj
def command(
    before: dict[str, Any], /, plan: str | None, work: str | None, short: bool, store: str | None, **after: Any
) -> None:
    """Compare a kept plan with today's measurement: predicted and actual points, task by task, and hours entered."""
    common = merge_options(before, after, PAGE_FORMATS)
    found = make_receipt(common.request, store_of(store, common), plan, passing_note(), progress_for(common))
    write(lambda look: _text(found, common, look, is_short=short), common, ())
    say_left_out(common, found.change.new)
    if work:
        count = write_work(Path.cwd() / work, found)
        say(f"gapplan: wrote {words.plural(count, 'finished task')} with hours to {work}", common)


def _text(receipt: Receipt, common: Common, look: Look, *, is_short: bool) -> str:
    if common.is_data:
        return data_text("receipt", render_receipt(receipt), common)
    page = short_page(receipt) if is_short else receipt_page(receipt, is_detailed=look.is_detailed)
    return set_page(page, common.format, look)
