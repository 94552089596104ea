"""The options that every command shares, accepted before and after its name."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from planner.cli.wishes import merge_wish
from planner.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from planner.config import Config
    from planner.model.wish import Wish
    from planner.pipeline import Request
    from planner.spread import Spread

F = TypeVar("F", bound=Callable[..., Any])

REPORT_FORMATS = ("terminal", "markdown", "json", "csv")
DOCTOR_FORMATS = (*REPORT_FORMATS, "github")
PAGE_FORMATS = ("terminal", "markdown", "html", "json", "csv")
GRAPH_FORMATS = ("dot", "graphml", "mermaid", "json", "csv")
ALL_FORMATS = tuple(dict.fromkeys((*PAGE_FORMATS, *DOCTOR_FORMATS, *GRAPH_FORMATS)))

DATA_FORMATS = ("json", "csv")
"""For programs: the second is a table of the first."""


def complete_file(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The shell completes names of files."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def complete_folder(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The shell completes names of directories."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="dir")]


def complete_table(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The tables of the command."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in _tables(ctx) if name.startswith(incomplete)]


def _tables(ctx: click.Context) -> list[str]:
    from planner.report.csv import table_names

    reports = ("plan", "resume") if ctx.info_name == "plan" else (ctx.info_name or "",)
    return list(dict.fromkeys(name for report in reports for name in table_names(report)))


_OPTIONS = (
    click.option(
        "-C",
        "--project",
        metavar="DIR",
        shell_complete=complete_folder,
        help="Project root.  [default: the current directory]",
    ),
    click.option(
        "--data",
        metavar="PATH",
        multiple=True,
        shell_complete=complete_file,
        help="Coverage data: a file of any known format, or a directory. Repeatable.",
    ),
    click.option(
        "--source",
        metavar="DIR",
        multiple=True,
        shell_complete=complete_folder,
        help="Where the source lies, for the whole-tree total. Repeatable.",
    ),
    click.option(
        "--rcfile",
        metavar="FILE",
        shell_complete=complete_file,
        help="coverage.py's configuration, when it is not found by itself.",
    ),
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
    click.option("--format", "format", type=click.Choice(ALL_FORMATS), help="[default: terminal; of graph: dot]"),
    click.option(
        "--table",
        metavar="NAME",
        shell_complete=complete_table,
        help="Which table --format csv writes: steps, options, ladder, .. (an unknown name lists them).",
    ),
    click.option(
        "-o",
        "--output",
        metavar="FILE",
        shell_complete=complete_file,
        help="Write the report there instead of to standard output.",
    ),
    click.option("--no-cache", is_flag=True, default=None, help="Read every source anew, and keep nothing."),
    click.option(
        "--jobs",
        metavar="N",
        type=click.IntRange(1),
        help="Processes at most.  [default: one for each core, if it pays]",
    ),
    click.option("--scheduler", metavar="ADDRESS", help="Analyse on the Dask cluster there, such as tcp://host:8786."),
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


class Common(NamedTuple):
    """The shared options of one call: the command's own win over the group's, both over `[tool.gapplan]`.

    No dataclass, since `--help` must be as quick as click, and neither loads them.
    """

    root: "Path"
    data: tuple[str, ...]
    source: tuple[str, ...]
    rcfile: str | None
    target: str | None
    meaning: Any
    total: Any
    format: Any
    table: str | None
    output: "Path | None"
    caches: "Path | None"
    jobs: int | None
    scheduler: str | None
    is_detailed: bool
    is_quiet: bool
    is_verbose: bool
    wish: "Wish"

    @property
    def is_data(self) -> bool:
        """Whether the report is for a program: JSON, or a table of it."""
        return self.format in DATA_FORMATS

    @property
    def request(self) -> "Request":
        """What to measure, for the pipeline."""
        from planner.pipeline import Request

        return Request(self.root, self.data, self.source, self.rcfile, self.caches, self.spread)

    @property
    def spread(self) -> "Spread":
        """Where the analysis is done."""
        from planner.spread import Spread
        from planner.spread.cores import available_cores

        return Spread(self.jobs or available_cores(), self.scheduler)


def merge_options(
    before: Mapping[str, Any], after: Mapping[str, Any], formats: tuple[str, ...] = REPORT_FORMATS
) -> Common:
    """One value for each shared option; the first of `formats` is the default.

    Raises ConfigError for a root that is no directory, a format the command does not have, or a bad configuration.
    """
    from pathlib import Path

    from planner.config import read_config
    from planner.state import cache_folder

    given = {**before, **{name: value for name, value in after.items() if value not in (None, ())}}
    if given.get("target") == "":
        raise ConfigError("--target is empty; give a percent such as 12, 12.5 or +2")
    if given.get("format") not in (None, *formats):
        raise ConfigError(f"--format {given['format']} is not for this command; it has {', '.join(formats)}")
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
        table=_table(given),
        output=here / given["output"] if given.get("output") else None,
        caches=None if given.get("no_cache") else cache_folder(),
        jobs=given.get("jobs"),
        scheduler=given.get("scheduler"),
        is_detailed=bool(given.get("detail")),
        is_quiet=bool(given.get("quiet")),
        is_verbose=bool(given.get("verbose")),
        format=given.get("format") or formats[0],
        wish=merge_wish(before, after, config.wish),
        **_goal(given, config),
    )


def _table(given: Mapping[str, Any]) -> str | None:
    """The table that is asked for, checked before any work is done where the command is known."""
    name: str | None = given.get("table")
    if name is None:
        return None
    if given.get("format") != "csv":
        raise ConfigError(f"--table {name} goes with --format csv alone")
    context = click.get_current_context(silent=True)
    if context and (names := _tables(context)) and name not in names:
        raise ConfigError(f"--table {name}: {context.info_name} has no such table; it has {', '.join(names)}")
    return name


def _goal(given: Mapping[str, Any], config: "Config") -> dict[str, Any]:
    return {
        "target": given.get("target") or config.target,
        "meaning": given.get("meaning") or config.meaning or "exact",
        "total": given.get("total") or config.total or "measured",
    }
