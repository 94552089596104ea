"""`gapplan calibrate`: a project's own constants, and whether they forecast better than those that are shipped."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from planner.calibrate.receipts import read_receipts
from planner.calibrate.story import calibrate
from planner.cli.common import Common, common_options, merge_options
from planner.cli.show import data_text, progress_for, write
from planner.forecast import read_rates
from planner.model.calibration import Calibration
from planner.model.measurement import Input
from planner.replay.calibrate import read_replayed
from planner.replay.calibrate_tests import read_test_costs
from planner.report import Look, set_page
from planner.report.calibration_json import render_calibration
from planner.report.pages.calibration import calibration_page


@click.command()
@click.option(
    "--recording", metavar="FILE", help="Coverage per test, made by 'gapplan replay collect' of this project."
)
@click.option(
    "--receipts", metavar="FILE", help="Finished work as JSON lines: tests, hours, points planned and gained."
)
@click.option("--today", metavar="DATE", help="The day to write down.  [default: SOURCE_DATE_EPOCH, else the clock]")
@common_options
@click.pass_obj
def command(before: dict[str, Any], /, recording: str | None, receipts: str | None, **after: Any) -> None:
    """Refit hours and yield from the project's own tests, a recording of them, and receipts.

    Tests are read, never run. A constant is taken only where it forecasts held-out cases better than the shipped one.
    Prints the lines for [tool.gapplan.rates] of pyproject.toml, and changes no file. Exits with 0 also where nothing
    is worth setting.
    """
    common = merge_options(before, after)
    found = _calibration(common, _path(recording), _path(receipts))
    inputs = [
        Input(str(_path(each)), kind) for each, kind in ((recording, "recording"), (receipts, "receipts")) if each
    ]
    write(lambda look: _text(found, common, look), common, inputs)


def _path(given: str | None) -> Path | None:
    return Path.cwd() / given if given else None


def _calibration(common: Common, recording: Path | None, receipts: Path | None) -> Calibration:
    rates, progress = read_rates(), progress_for(common)
    work = read_receipts(receipts) if receipts else ()
    replayed = read_replayed(recording, common.root, rates, progress) if recording else None
    return calibrate(
        common.root.name,
        common.wish.today or datetime.now().date(),
        rates,
        costs=() if replayed else read_test_costs(common.root, progress),
        replayed=replayed,
        receipts=work,
    )


def _text(found: Calibration, common: Common, look: Look) -> str:
    if common.is_data:
        return data_text("calibrate", render_calibration(found), common)
    return set_page(calibration_page(found), common.format, look)
