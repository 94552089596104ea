"""`gapplan pace`: points per test, hour and week on record, and what they make of a target or a claim."""

from typing import Any

import click

from planner.cli.common import PAGE_FORMATS, Common, common_options, merge_options
from planner.cli.show import data_text, write
from planner.cli.store import store_of, store_option
from planner.history.claim import parse_claim
from planner.model.pace import PaceReport
from planner.pipeline.pace import PaceQuestion, make_pace
from planner.report import Look, set_page
from planner.report.pace_json import render_pace
from planner.report.pages.pace import pace_page


@click.command()
@click.option("--claim", metavar="TEXT", help="Hold a claim against the record: '40 -> 80 %, 30 tests, 3 h'.")
@click.option("--git", "has_git", is_flag=True, help="Tests added by commit and day, from git alone.")
@click.option("--pace", metavar="PACE", multiple=True, help="A stated pace beside it: '9 points/3h'. Repeatable.")
@click.option("--today", metavar="DATE", help="The day to count from.  [default: SOURCE_DATE_EPOCH, else the clock]")
@store_option
@common_options
@click.pass_obj
def command(
    before: dict[str, Any],
    /,
    claim: str | None,
    has_git: bool,
    store: str | None,
    **after: Any,
) -> None:
    """Show points per test, hour and week between snapshots, and what they make of a target or a claim.

    Snapshots note tests with --metric tests=133 (all there are) and hours with --metric hours=3 (of work since the
    snapshot before); hours entered with gapplan done count, too. Always exits with 0.
    """
    common = merge_options(before, after, PAGE_FORMATS)
    asked = parse_claim(claim) if claim is not None else None
    question = PaceQuestion(
        percent=_percent(before, after, common, is_claimed=bool(asked and asked.goal)),
        meaning=common.meaning,
        total=common.total,
        claim=asked,
        has_git=has_git,
        wish=common.wish,
    )
    report = make_pace(common.root, store_of(store, common), question)
    write(lambda look: _text(report, common, look), common, ())


def _percent(before: dict[str, Any], after: dict[str, Any], common: Common, *, is_claimed: bool) -> str | None:
    """A target of the call wins over the claim's, and that over the configuration's."""
    return after.get("target") or before.get("target") or (None if is_claimed else common.target)


def _text(report: PaceReport, common: Common, look: Look) -> str:
    if common.is_data:
        return data_text("pace", render_pace(report), common)
    return set_page(pace_page(report, is_detailed=look.is_detailed), common.format, look)
