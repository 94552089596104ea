"""`gapplan replay`: does a plan come true? Hides tests of recorded projects, plans, and puts them back."""

import os
import shlex
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from planner.cli.common import Common, common_options, merge_options
from planner.cli.show import data_text, progress_for, say, write
from planner.forecast.rates import SHIPPED
from planner.model.measurement import Input
from planner.model.replay import Replay
from planner.replay.data import recording_name
from planner.replay.fit.page import render_fitted
from planner.replay.fit.story import Trace, fit
from planner.replay.stored import SUFFIX
from planner.replay.story import find_recordings, replay
from planner.report import Look
from planner.report.markdown import render_markdown
from planner.report.pages.replay import replay_page
from planner.report.replay_json import render_replay
from planner.report.terminal import render_terminal

DEFAULT_DATA = "fixtures/replay"
"""The folder of recordings below the project's root."""


@click.group()
def command() -> None:
    """Replay recorded test suites: hide tests, plan from what is left, put them back as planned."""


_SOURCES = click.option(
    "--sources", metavar="DIR", help="Sources as DIR/NAME or DIR/NAME-VERSION.  [default: beside DATA]"
)
_ONLY = click.option("--only", metavar="NAME", multiple=True, help="Only this project. Repeatable.")


@command.command()
@click.argument("recordings", metavar="[DATA]...", nargs=-1)
@_SOURCES
@_ONLY
@click.option("--quick", is_flag=True, help="One split of each kind, realistic executor only.")
@click.option("--rates", metavar="FILE", help="Rates that 'gapplan replay fit' wrote.  [default: the shipped ones]")
@common_options
@click.pass_obj
def score(
    before: dict[str, Any],
    /,
    recordings: tuple[str, ...],
    sources: str | None,
    only: tuple[str, ...],
    quick: bool,
    rates: str | None,
    **after: Any,
) -> None:
    """Score orders of tests, gapplan's among them, on recordings of per-test coverage.

    DATA are .sqlite or .sqlite.xz files, or folders of them; by default the folder 'fixtures/replay' below the root.
    Facts kept beside them as NAME.facts.json.xz stand in for sources. A project that the rates were fitted to is
    scored with those fitted without it.
    """
    common = merge_options(before, after)
    data, folder = _places(common, recordings, sources, only)
    file = Path.cwd() / rates if rates else SHIPPED
    found = replay(data, folder, progress_for(common), is_quick=quick, jobs=common.jobs, rates=file)
    write(lambda look: _text(found, common, look), common, [*_inputs(data, folder), Input(str(file), "rates")])


@command.command("fit")
@click.argument("recordings", metavar="[DATA]...", nargs=-1)
@_SOURCES
@_ONLY
@click.option("--quick", is_flag=True, help="One split of each kind.")
@common_options
@click.pass_obj
def fit_rates(
    before: dict[str, Any],
    /,
    recordings: tuple[str, ...],
    sources: str | None,
    only: tuple[str, ...],
    quick: bool,
    **after: Any,
) -> None:
    """Fit the constants of the forecast to recordings of per-test coverage, and without each project in turn.

    Writes a TOML file: 'gapplan replay score --rates FILE' scores with it, and its constants can be set under
    [tool.gapplan.rates]. DATA are as those of 'gapplan replay score'.
    """
    common = merge_options(before, after)
    data, folder = _places(common, recordings, sources, only)
    options = (("--sources", sources), *(("--only", name) for name in only), ("-o", after.get("output")))
    given = [*recordings, *(part for name, value in options if value for part in (name, value))]
    words = ["gapplan", "replay", "fit", *given, *(["--quick"] if quick else [])]
    trace = Trace(date.today().isoformat(), shlex.join(words))
    found = fit(data, folder, progress_for(common), trace, is_quick=quick, jobs=common.jobs)
    write(lambda _: render_fitted(found), common, _inputs(data, folder))


def _places(
    common: Common, recordings: Sequence[str], sources: str | None, only: Sequence[str]
) -> tuple[tuple[Path, ...], Path]:
    """The recordings, and the folder of their sources."""
    given = [Path.cwd() / each for each in recordings] or [common.root / DEFAULT_DATA]
    data = find_recordings(given, only)
    return data, Path.cwd() / sources if sources else data[0].parent


def _inputs(data: Sequence[Path], sources: Path) -> list[Input]:
    facts = [sources / f"{recording_name(path)}{SUFFIX}" for path in data]
    return [*(Input(str(path), "recording") for path in data), *(Input(str(path), "facts") for path in facts)]


def _text(found: Replay, common: Common, look: Look) -> str:
    if common.is_data:
        return data_text("replay", render_replay(found), common)
    page = replay_page(found)
    if common.format == "markdown":
        return render_markdown(page)
    return render_terminal(page, width=look.width, has_colour=look.has_colour, is_ascii=look.is_ascii)


@command.command()
@click.argument("folder", metavar="PROJECT")
@click.option("--python", metavar="EXE", help="The project's own Python.  [default: the one that runs gapplan]")
@click.option(
    "--tests", metavar="ARG", multiple=True, help="For pytest: a path, or --tests=--option=value. Repeatable."
)
@common_options
@click.pass_obj
def collect(before: dict[str, Any], /, folder: str, python: str | None, tests: tuple[str, ...], **after: Any) -> None:
    """Record what each test of PROJECT runs. THIS RUNS THE PROJECT'S CODE; no other command does.

    Its test suite runs once, and each module and each test file is imported by a process of its own. The project's
    Python needs pytest, coverage and the project itself (pip install -e). Writes NAME.sqlite in the current
    directory, or --output, packed if that ends in .xz; 'gapplan replay score' reads it.
    """
    from planner.replay.collect import Order, project_name, record

    common = merge_options({**before, "project": folder}, {**after, "project": None})
    root = common.root
    output = common.output or Path.cwd() / f"{project_name(root)}.sqlite"
    say(f"gapplan: this runs the code of the project {root}, its tests and its modules", common)
    order = Order(root, _program(python or sys.executable), tests, common.source, common.rcfile)
    record(order, output, lambda line: say(f"gapplan: {line}", common))


def _program(name: str) -> str:
    """A path holds in the project's root too; a bare name is found on PATH. Links stay: they lead to environments."""
    return os.path.abspath(name) if os.path.dirname(name) else name
