"""`gapplan plan`: the options that lead to a target, or the most that a budget buys."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

import click

from planner.cli.common import PAGE_FORMATS, Common, common_options, complete_file, merge_options
from planner.cli.repairs import repairs_of
from planner.cli.show import data_text, progress_for, say, say_left_out, show, write
from planner.cli.wishes import wish_options
from planner.errors import ConfigError
from planner.model.option import Outcome
from planner.pipeline import Goal, make_plan
from planner.report import Look, Subject

if TYPE_CHECKING:
    from planner.model.blocked import Repairs
    from planner.model.resume import Resumed
    from planner.model.story import Story
    from planner.model.wish import Wish


@click.command()
@click.option("--save", "saved", metavar="OPTION", is_flag=False, flag_value="", help="Keep an option for its receipt.")
@click.option(
    "--resume", "resumed", metavar="KEY", is_flag=False, flag_value="", help="Go on with a kept plan, or the last one."
)
@click.option("--store", metavar="FILE", help="Where it is kept.  [default: in the user's state directory]")
@click.option(
    "--junit",
    metavar="PATH",
    multiple=True,
    shell_complete=complete_file,
    help="JUnit XML of the run: mending tests that fail is planned, too, where it is cheaper. Repeatable.",
)
@click.option(
    "--effort", metavar="CAUSE=HOURS", multiple=True, help="What mending a cause takes: 2h, 2-3h. Repeatable."
)
@click.option("--short", is_flag=True, help="What fits a comment on a pull request; with --format markdown.")
@common_options
@wish_options
@click.pass_obj
def command(
    before: dict[str, Any],
    /,
    saved: str | None,
    resumed: str | None,
    store: str | None,
    junit: tuple[str, ...],
    effort: tuple[str, ...],
    short: bool,
    **after: Any,
) -> None:
    """Plan the way to a target: options A to D and the best mix.

    --save keeps the recommended option (or the one named: --save B), so that gapplan receipt can say what came of it.
    --resume goes on with a kept plan: what is done stays done, what has been overtaken is dropped, and the rest is
    planned anew for the same target by the same option. A ladder has its dates from the recorded pace where none is
    stated. Exits with 0 when an option reaches the target or it is met, 1 when none does, 2 for unusable input.
    """
    common = merge_options(before, after, PAGE_FORMATS)
    if short and common.format not in ("terminal", "markdown"):
        raise ConfigError(f"--short is for the terminal and Markdown, not for --format {common.format}")
    repairs = repairs_of(junit, effort)
    if resumed is not None:
        if repairs:
            raise ConfigError("--resume goes on with the tests of a kept plan: leave --junit out, or make a new plan")
        _resume(common, resumed, saved, store, has_target=bool(after.get("target") or before.get("target")))
    outcome, story = _plan(common, store, repairs)
    show(outcome, "plan", common, story=story, is_short=short)
    if saved is not None:
        _save(outcome, saved, store, common)
    _exit(outcome)


def run_plan(common: Common, subject: Subject = "plan") -> None:
    """Make, show and judge the plan; ends the program with its exit code. Raises ConfigError without a goal."""
    outcome, story = _plan(common)
    show(outcome, subject, common, story=story)
    _exit(outcome)


def _plan(common: Common, store: str | None = None, repairs: "Repairs | None" = None) -> tuple[Outcome, "Story | None"]:
    """The plan, and for HTML the story that its pictures are drawn from."""
    if not (common.target or common.wish.budget):
        raise ConfigError(
            "plan needs a target or a budget: gapplan plan --target 80 (or target = 80 under [tool.gapplan])"
        )
    if common.wish.by and common.wish.today and common.wish.by < common.wish.today:
        raise ConfigError(f"by {common.wish.by}: that day has passed (today is {common.wish.today})")
    wish, notices = _at_recorded_pace(common, store)
    goal = Goal(common.target or None, common.meaning, common.total, wish, repairs)
    outcome, story = _made(common, goal, store)
    if not notices:
        return outcome, story
    from planner.pipeline.pace import with_notices

    return with_notices(outcome, notices), story


def _made(common: Common, goal: Goal, store: str | None) -> tuple[Outcome, "Story | None"]:
    if common.format != "html":
        return make_plan(common.request, goal, progress_for(common)), None
    from planner.cli.store import store_if_any
    from planner.pipeline.picture import make_illustrated_plan

    return make_illustrated_plan(common.request, goal, store_if_any(store, common), progress_for(common))


def _at_recorded_pace(common: Common, store: str | None) -> tuple["Wish", tuple[str, ...]]:
    """The wish, with the recorded pace where a ladder is asked for without one; and what is to be said of it."""
    if not common.wish.ladder or common.wish.paces:
        return common.wish, ()
    from planner.cli.store import store_if_any
    from planner.pipeline.pace import at_recorded_pace

    return at_recorded_pace(common.wish, store_if_any(store, common))


def _resume(common: Common, name: str, saved: str | None, store: str | None, *, has_target: bool) -> NoReturn:
    """Show how a kept plan goes on, and keep the rest where that is asked; ends the program as a plan does."""
    from planner.cli.store import passing_note, store_of
    from planner.pipeline.resume import make_resumed

    if has_target:
        raise ConfigError("--resume plans for the kept plan's own target: leave --target out, or make a new plan")
    if saved:
        raise ConfigError(f"--resume goes on by the kept plan's own option: --save without {saved} keeps the rest")
    place = store_of(store, common)
    goal = Goal(None, common.meaning, common.total, common.wish)
    resumed = make_resumed(common.request, goal, place, name or None, passing_note(), progress_for(common))
    write(lambda look: _resumed_text(resumed, common, look), common, resumed.outcome.measurement.inputs)
    say_left_out(common, resumed.receipt.change.new)
    if saved is not None and resumed.option:
        _save(resumed.outcome, resumed.option.key, store, common)
    is_short = resumed.outcome.target is not None and resumed.option is not None and not resumed.option.reaches_target
    sys.exit(1 if is_short else 0)


def _resumed_text(resumed: "Resumed", common: Common, look: Look) -> str:
    if common.is_data:
        from planner.report.resume_json import render_resumed

        return data_text("resume", render_resumed(resumed), common)
    from planner.report import set_page
    from planner.report.pages.resume import resume_page

    return set_page(resume_page(resumed, is_detailed=look.is_detailed), common.format, look)


def _save(outcome: Outcome, option: str, store: str | None, common: Common) -> None:
    from planner.cli.store import note_of, store_of
    from planner.forecast import read_rates
    from planner.pipeline.receipt import save_plan

    place = store_of(store, common)
    note = replace(note_of(), plan_yield=read_rates(common.wish.rates).plan_yield)
    kept = save_plan(common.request, place, outcome, option or None, note, progress_for(common))
    say(f"gapplan: kept option {kept.option} as plan {kept.key} in {place}", common)


def _exit(outcome: Outcome) -> None:
    is_judged = outcome.target is not None and bool(outcome.options)
    sys.exit(1 if is_judged and not any(option.reaches_target for option in outcome.options) else 0)
