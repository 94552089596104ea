"""`gapplan noise RUN1 RUN2 ...`: what differs between runs of the same suite."""

from pathlib import Path
from typing import Any

import click

from planner.cli.common import PAGE_FORMATS, common_options, complete_file, merge_options
from planner.cli.show import data_text, progress_for, write
from planner.cli.store import passing_note
from planner.pipeline.history import make_noise
from planner.report import Look, set_page
from planner.report.history_json import render_noise
from planner.report.pages.history import noise_page


@click.command()
@click.argument("runs", metavar="RUN1 RUN2 [RUN]...", nargs=-1, shell_complete=complete_file)
@click.option("--confidence", metavar="PERCENT", help="How sure the margin should be.  [default: 80]")
@common_options
@click.pass_obj
def command(before: dict[str, Any], /, runs: tuple[str, ...], confidence: str | None, **after: Any) -> None:
    """Compare data files of several runs of one suite: lines that flip, the band of the total, the margin to keep."""
    common = merge_options(before, {**after, "confidence": confidence}, PAGE_FORMATS)
    places = [str(Path.cwd() / run) for run in runs]
    found = make_noise(common.request, places, passing_note(), common.wish.confidence, progress_for(common))

    def text(look: Look) -> str:
        if common.is_data:
            return data_text("noise", render_noise(common.root.name, found), common)
        return set_page(noise_page(common.root.name, found, is_detailed=look.is_detailed), common.format, look)

    write(text, common, ())
