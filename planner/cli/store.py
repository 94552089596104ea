"""The options that say where snapshots are kept and what is noted with them."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from planner.cli.common import Common, complete_file
from planner.cli.wishes import build_time
from planner.errors import ConfigError
from planner.history.codec import TIME
from planner.pipeline.history import Note, default_store

F = TypeVar("F", bound=Callable[..., Any])


def store_option(command: F) -> F:
    """Give a command `--store`."""
    text = "Where snapshots are kept: one file.  [default: in the user's state directory]"
    return click.option("--store", metavar="FILE", shell_complete=complete_file, help=text)(command)


def store_of(given: str | None, common: Common) -> Path:
    """The store that was asked for, else that of the project."""
    return Path.cwd() / given if given else default_store(common.root)


def store_if_any(given: str | None, common: Common) -> Path | None:
    """The same; None where there is no directory for the user's state, so that nothing can be kept."""
    try:
        return store_of(given, common)
    except ConfigError:
        return None


def note_of(taken: str | None = None, metrics: Iterable[str] = (), label: str | None = None) -> Note:
    """What is noted with a snapshot. Raises ConfigError for a metric or a moment that cannot be read."""
    return Note(_moment(taken), dict(map(_metric, metrics)), label or "")


def passing_note() -> Note:
    """That of a measurement which is not kept, of the moment of the build or of now. Raises ConfigError."""
    return Note((build_time() or datetime.now(UTC)).strftime(TIME), {}, "")


def _moment(taken: str | None) -> str:
    if taken is None:
        return datetime.now(UTC).strftime(TIME)
    try:
        moment = datetime.fromisoformat(taken)
    except ValueError:
        raise ConfigError(f"--taken {taken}: not a date or a moment such as 2026-11-21T12:00:00Z") from None
    return (moment.astimezone(UTC) if moment.tzinfo else moment).strftime(TIME)


def _metric(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not name.strip() or number != number or abs(number) == float("inf"):
        raise ConfigError(f"--metric {text}: not NAME=NUMBER, such as type_errors=666")
    return name.strip(), number
