"""Options in, text out, exit code; one file per command and no arithmetic.

This module imports nothing but click: `gapplan --help` must be as quick as click itself.
"""

import atexit
import gc
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from planner import __version__
from planner.cli.common import PAGE_FORMATS, common_options, merge_options
from planner.cli.wishes import wish_options
from planner.streams import open_streams, output_error, saying

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

SECTIONS = {
    "Commands": {
        "plan": "Plan the way to a target: options A to D and the best mix.",
        "options": "The options side by side, in one table.",
        "status": "Totals, the meanings of a target, what was skipped.",
        "doctor": "Whether the measurement is true, and what mends it.",
        "suite": "Which tests there are, and what each is about.",
        "unblock": "What stops tests, and what mending it gives.",
        "rank": "What is uncovered, most points per hour first.",
        "explain": "One module or unit: its gaps, what runs it, its seams.",
        "fleet": "One plan over many repositories, the effort where it gains most.",
    },
    "Over time": {
        "snapshot": "Keep today's measurement.",
        "history": "The kept measurements with all their figures.",
        "why": "Why the total changed, adding up to the statement.",
        "noise": "What differs between runs, and the margin a target needs.",
        "pace": "Points per test, hour and week; a target and a claim by them.",
        "done": "Enter that tests of a kept plan are written.",
        "receipt": "A kept plan beside what came of it.",
        "report": "Two plans, or two snapshots, side by side.",
    },
    "More": {
        "graph": "The import graph with coverage and seams.",
        "calibrate": "Hours and yield from this project's own tests and receipts.",
        "replay": "Hide tests of recorded projects, plan, and see whether the plan comes true.",
        "schema": "What the keys of JSON and the columns of CSV mean.",
        "completion": "The completion script of bash, zsh or fish.",
    },
}
"""Command -> its line in `--help`; modules are only imported when their command runs."""

EXIT_UNUSABLE = 2
EXIT_INTERRUPTED = 130

EXIT_CODES = """\b
Exit codes:
  0    An option reaches the target, or it is met; of other commands: done.
  1    No option reaches it; doctor --strict found something.
  2    Options, configuration or data that cannot be used: one line says why.
  130  Interrupted.
"""

COMPLETE_VARIABLE = "_GAPPLAN_COMPLETE"
"""Set by the completion scripts to ask for completions in place of a run."""


class _Commands(click.Group):
    """A group that imports a command only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for section in SECTIONS.values() for name in section]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"planner.cli.{name}").command
        command.name = name
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Commands by their line here: importing each for its help would take as long as a run."""
        from click.shell_completion import CompletionItem

        lines = [pair for section in SECTIONS.values() for pair in section.items()]
        commands = [CompletionItem(name, help=line) for name, line in lines if name.startswith(incomplete)]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(list(commands.items()))


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXIT_CODES,
)
@common_options
@wish_options
@click.version_option(__version__, "-V", "--version", prog_name="gapplan")
@click.pass_context
def gapplan(ctx: click.Context, /, **before: Any) -> None:
    """The coverage-gap planner: exact numbers, and a plan that comes true.

    `gapplan --target 12` plans the way from today's coverage to 12 %. Without a target, here or under
    [tool.gapplan] in pyproject.toml, it shows the status.
    """
    ctx.obj = before
    if ctx.invoked_subcommand is None:
        _run_default(before)


def _run_default(before: dict[str, Any]) -> None:
    """A plan where there is a target, else the status and a hint."""
    common = merge_options(before, {}, PAGE_FORMATS)
    if common.target or common.wish.budget:
        import_module("planner.cli.plan").run_plan(common)
    import_module("planner.cli.status").run_status(common)
    import_module("planner.cli.show").say("gapplan: give a target to plan for: gapplan --target 80", common)


NO_THREADS = ("OPENBLAS_NUM_THREADS", "1")
"""Numpy's threads for products of matrices, which nothing here has: they make its start twice as long, and no copy can
be made of a process with threads."""


def main() -> None:
    """The `gapplan` command. Exit codes: 0 reached, 1 not reached, 2 unusable input, 130 interrupted."""
    from planner.errors import GapplanError

    open_streams()
    # A run builds millions of syntax-tree nodes and ends: collecting them in between cost 12 % of the time on
    # Django and saved no memory.
    gc.disable()
    atexit.register(gc.freeze)  # Python collects once more when it ends: 0.15 s after a plan for Django
    os.environ.setdefault(*NO_THREADS)
    try:
        gapplan.main(standalone_mode=False, complete_var=COMPLETE_VARIABLE)
    except GapplanError as error:
        _fail(str(error), error)
    except click.ClickException as error:
        with saying():
            error.show()
        sys.exit(error.exit_code)
    except OSError as error:
        if not _is_of_click(error):
            raise
        _fail(str(output_error(error)), error)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(EXIT_INTERRUPTED)


def _is_of_click(error: OSError) -> bool:
    """Whether it was raised where click prints what it prints by itself: help, versions, completions."""
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    return frame is not None and frame.tb_frame.f_globals["__name__"] == click.utils.__name__


LONGEST_ERROR = 1500
"""Characters; what is longer holds a name or a value that nobody reads to its end."""


def _short(line: str) -> str:
    """The beginning and the end of a line that is too long: one says what is wrong, the other what to do."""
    half = LONGEST_ERROR // 2
    return line if len(line) <= LONGEST_ERROR else f"{line[:half]} ... {line[-half:]}"


def _fail(message: str, error: Exception) -> None:
    """One line, made safe to show; the traceback with `--debug`."""
    from planner.report.escape import visible

    with saying():
        if "--debug" in sys.argv:
            import traceback

            traceback.print_exception(error)
        print(f"gapplan: {_short(visible(message))}", file=sys.stderr)
    sys.exit(EXIT_UNUSABLE)
