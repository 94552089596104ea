"""How a report leaves the program: to standard output or a file, with progress beside it on standard error."""

import contextlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from planner.cli.common import Common
from planner.model.measurement import Input
from planner.model.option import Outcome
from planner.pipeline import Progress
from planner.report import Look, Subject, render
from planner.report.escape import visible
from planner.streams import OutputError, reason_of, saying, write_stderr, write_stdout

if TYPE_CHECKING:
    from planner.model.history import Snapshot
    from planner.model.story import Story

SHOW_AFTER_SECONDS = 1.0
"""Work that is done sooner needs no progress bar."""

MOST_LINES = 5
"""So many files that are left out are named one by one."""


def progress_for(common: Common) -> Progress:
    """A progress bar on a terminal, a line for each stage when verbose, else nothing."""
    if common.is_verbose:
        return _told
    if common.is_quiet or not sys.stderr.isatty():
        return lambda paths, _: paths
    return _barred


def show(
    outcome: Outcome,
    subject: Subject,
    common: Common,
    most: int | None = None,
    *,
    story: "Story | None" = None,
    is_short: bool = False,
) -> None:
    """Render and write a report; a story has the pictures of one in HTML. Raises OutputError if it can't be written."""

    def text(look: Look) -> str:
        if common.is_data:
            return data_text(subject, render(outcome, subject, "json", look), common)
        return render(outcome, subject, common.format, replace(look, is_short=is_short), story)

    write(text, common, outcome.measurement.inputs, most)


def data_text(report: str, document: str, common: Common) -> str:
    """The JSON of a report as it is, or a table of it as CSV. Raises ConfigError for a table that it does not have."""
    if common.format != "csv":
        return document
    from planner.report.csv import render_csv

    return render_csv(document, report, common.table)


def write(make: Callable[[Look], str], common: Common, inputs: Iterable[Input], most: int | None = None) -> None:
    """Write the text that `make` gives for the look of the place it goes to, never over one of the inputs."""
    if common.output:
        _write_file(common.output, make(_look(common, most)), _input_files(common, inputs))
        say(f"gapplan: wrote {common.output}", common)
        return
    write_stdout(make(_look(common, most)), is_csv=common.format == "csv")


def say(text: str, common: Common) -> None:
    """A hint on standard error, unless quiet."""
    if not common.is_quiet:
        write_stderr(text)


def say_left_out(common: Common, *measured: "Snapshot") -> None:
    """What is not in the totals of these snapshots, or not whole, with the reasons: a few lines on standard error."""
    skipped = [each for snapshot in measured for each in snapshot.left_out]
    for each in skipped[:MOST_LINES]:
        say(f"gapplan: left out: {visible(each.path)}: {visible(each.reason)}", common)
    if len(skipped) > MOST_LINES:
        say(f"gapplan: and {len(skipped) - MOST_LINES} more", common)


def _look(common: Common, most: int | None) -> Look:
    to_terminal = common.output is None and sys.stdout.isatty()
    has_colour = to_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    encoding = "utf-8" if common.output else (sys.stdout.encoding or "ascii")
    width = shutil.get_terminal_size((100, 24)).columns if to_terminal else int(_columns())
    return Look(width, has_colour, not encoding.lower().startswith("utf"), common.is_detailed, most)


def _columns() -> str:
    columns = os.environ.get("COLUMNS", "")
    is_usable = columns.isdecimal() and len(columns) <= 3 and int(columns) >= 40  # lines are filled up to the width
    return columns if is_usable else "100"


def _input_files(common: Common, inputs: Iterable[Input]) -> set[Path]:
    """The coverage data that was read or asked for."""
    return {(common.root / each).resolve() for each in (*common.data, *(each.path for each in inputs))}


def _write_file(path: Path, text: str, inputs: set[Path]) -> None:
    """Beside the target first, then moved over it, so that no reader sees half a report."""
    if path.resolve() in inputs:
        raise OutputError(f"{path}: is the coverage data itself; choose another --output")
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, "utf-8", errors="backslashreplace", newline="")
        else:
            _replace(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({reason_of(error)})") from error


def _replace(path: Path, content: bytes) -> None:
    """Leaves nothing behind where it fails or is interrupted. Raises OSError."""
    draft = path.with_name(f".gapplan-{os.urandom(8).hex()}")
    try:
        with draft.open("xb") as file:
            file.write(content)
        os.replace(draft, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        raise


def _told(paths: Iterable[str], label: str) -> Iterator[str]:
    listed = list(paths)
    start = time.perf_counter()
    yield from listed
    with saying():
        print(f"gapplan: {label}: {len(listed)}, {time.perf_counter() - start:.2f} s", file=sys.stderr)


def _barred(paths: Iterable[str], label: str) -> Iterator[str]:
    listed = list(paths)
    start = time.perf_counter()
    for place, path in enumerate(listed):
        if time.perf_counter() - start > SHOW_AFTER_SECONDS:
            yield from _shown(listed, place, label)
            return
        yield path


def _shown(listed: Sequence[str], place: int, label: str) -> Iterator[str]:
    """The rest from `place` on, with a bar, how many are done, and the time that is left; it goes when it is full."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("gapplan: {task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    usable = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}  # rich dies of ²
    with Progress(*columns, console=Console(stderr=True, _environ=usable), transient=True) as bars:
        task = bars.add_task(label, total=len(listed), completed=place)
        for each in listed[place:]:
            yield each
            bars.advance(task)
