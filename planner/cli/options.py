"""The options that every command shares, accepted before and after its name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from planner.errors import ConfigError

if TYPE_CHECKING:
    from planner.config import Config

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("-C", "--project", metavar="DIR", help="Project root.  [default: the current directory]"),
    click.option(
        "--data",
        metavar="PATH",
        multiple=True,
        help="Coverage data: a file of any known format, or a directory. Repeatable.",
    ),
    click.option(
        "--source",
        metavar="DIR",
        multiple=True,
        help="Where the source lies, for the whole-tree total. Repeatable.",
    ),
    click.option("--rcfile", metavar="FILE", help="coverage.py's configuration, when it is not found by itself."),
    click.option("--target", metavar="PERCENT", help="The goal: 12, 12.5, or +2 above today."),
    click.option(
        "--meaning",
        type=click.Choice(["exact", "displayed", "gate"]),
        help="When the goal counts as met.  [default: exact]",
    ),
    click.option(
        "--total",
        type=click.Choice(["measured", "whole-tree"]),
        help="What the goal is judged on.  [default: measured]",
    ),
    click.option("--format", "format", type=click.Choice(["terminal", "markdown", "json"]), help="[default: terminal]"),
    click.option("-o", "--output", metavar="FILE", help="Write the report there instead of to standard output."),
    click.option("--detail", is_flag=True, default=None, help="Everything: all steps, all that was skipped."),
    click.option("-q", "--quiet", is_flag=True, default=None, help="Nothing on standard error but errors."),
    click.option("-v", "--verbose", is_flag=True, default=None, help="Say on standard error what is read."),
    click.option("--debug", is_flag=True, default=None, help="Show the traceback of an error."),
)


def common_options(command: F) -> F:
    """Give a command, or the group itself, all shared options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Common:
    """The shared options of one call: the command's own win over the group's, both over `[tool.gapplan]`."""

    root: Path
    data: tuple[str, ...]
    source: tuple[str, ...]
    rcfile: str | None
    target: str | None
    meaning: Any
    total: Any
    format: Any
    output: Path | None
    is_detailed: bool
    is_quiet: bool
    is_verbose: bool


def merge_options(before: Mapping[str, Any], after: Mapping[str, Any]) -> Common:
    """One value for each shared option. Raises ConfigError for a root that is no directory or a bad configuration."""
    from planner.config import read_config

    given = {**before, **{name: value for name, value in after.items() if value not in (None, ())}}
    here = Path.cwd()
    root = here / (given.get("project") or ".")
    if not root.is_dir():
        raise ConfigError(f"{given.get('project')}: no such directory; -C takes the root of the project")
    config = read_config(root)
    return Common(
        root=root.resolve(),
        data=tuple(str(here / name) for name in given.get("data") or ()) or config.data,
        source=tuple(str(here / name) for name in given.get("source") or ()) or config.source,
        rcfile=str(here / given["rcfile"]) if given.get("rcfile") else config.rcfile,
        output=here / given["output"] if given.get("output") else None,
        is_detailed=bool(given.get("detail")),
        is_quiet=bool(given.get("quiet")),
        is_verbose=bool(given.get("verbose")),
        **_goal(given, config),
    )


def _goal(given: Mapping[str, Any], config: "Config") -> dict[str, Any]:
    return {
        "target": given.get("target") or config.target,
        "meaning": given.get("meaning") or config.meaning or "exact",
        "total": given.get("total") or config.total or "measured",
        "format": given.get("format") or "terminal",
    }
