"""`gapplan doctor`: whether the measurement is true, and what one line of configuration would give."""

import sys
from pathlib import Path
from typing import Any

import click

from planner.cli.common import DOCTOR_FORMATS, Common, common_options, complete_file, merge_options
from planner.cli.show import data_text, progress_for, write
from planner.model.findings import SEVERITIES, Examination, Severity
from planner.pipeline.doctor import make_diagnosis
from planner.pipeline.silence import read_silenced
from planner.report import Look, render_examination


@click.command()
@click.option(
    "--junit",
    metavar="PATH",
    multiple=True,
    shell_complete=complete_file,
    help="JUnit XML of the run, a file or a folder. Repeatable.",
)
@click.option(
    "--strict",
    type=click.Choice(SEVERITIES),
    is_flag=False,
    flag_value="warning",
    help="Exit with 1 when something is found at or above this.  [without a value: warning]",
)
@common_options
@click.pass_obj
def command(before: dict[str, Any], /, junit: tuple[str, ...], strict: Severity | None, **after: Any) -> None:
    """Whether the measurement is true: faults that hide coverage, with evidence, points in doubt and the mend.

    Exits with 0, with 1 under --strict when something was found, with 2 for unusable input.
    """
    common = merge_options(before, after, DOCTOR_FORMATS)
    reports = [str(Path.cwd() / each) for each in junit]
    found = make_diagnosis(common.request, reports, progress_for(common), read_silenced(common.root))
    write(lambda look: _text(found, common, look), common, found.measurement.inputs)
    sys.exit(1 if strict and found.diagnosis.has(strict) else 0)


def _text(found: Examination, common: Common, look: Look) -> str:
    if common.is_data:
        return data_text("doctor", render_examination(found, "json", look), common)
    return render_examination(found, common.format, look)
