"""A kept plan taken up again: what changed in a few sentences, and the steps that are left."""

from collections.abc import Iterator, Sequence

from planner.model.receipt import Task
from planner.model.resume import Resumed
from planner.report import words
from planner.report.page import Block, Bullets, Heading, Page, Sentence
from planner.report.pages.shared import doubts
from planner.report.pages.steps import steps_table

FIRST_STEPS = 12
"""Tests that are left; the others with --detail."""

MOST_NAMES = 4
"""Tasks of one kind that are named without --detail."""


def resume_page(resumed: Resumed, *, is_detailed: bool = False) -> Page:
    """Done, overtaken, what the target takes now, what stays and what is new, and the steps."""
    plan = resumed.receipt.plan
    goal = f"{plan.target} %" if plan.target else "its budget"
    most = None if is_detailed else MOST_NAMES
    return (
        Heading(f"{plan.project}: on to {goal} with plan {plan.key} of {plan.kept[:10]}", 1),
        Sentence(_change(resumed)),
        Sentence(_done(resumed), "good" if resumed.done else "plain"),
        *_overtaken(resumed, most),
        *_rest(resumed, most),
        *_steps(resumed, is_detailed=is_detailed),
        *doubts(resumed.outcome, is_detailed=is_detailed),
    )


def _change(resumed: Resumed) -> str:
    change = resumed.receipt.change
    before, after = words.percent(change.old.totals), words.percent(change.new.totals)
    text = f"{before} then, {after} now: {change.covered:+,} covered"
    lost = -sum(part.covered for part in change.parts if part.covered < 0)
    if lost:
        text += f" ({words.count(lost)} were lost: gapplan why says which)"
    if change.points:
        text += (
            f", and the total {'grew' if change.points > 0 else 'fell'} by {words.plural(abs(change.points), 'point')}"
        )
    return f"{text}."


def _done(resumed: Resumed) -> str:
    receipt = resumed.receipt
    if not resumed.done:
        return f"None of its {words.plural(len(receipt.tasks), 'task')} is done."
    gained = f"{words.count(resumed.predicted)} points were predicted of them, {words.count(resumed.actual)} came"
    outside = f"; {words.count(receipt.outside_points)} came outside the plan" if receipt.outside_points else ""
    return f"Done: {words.count(len(resumed.done))} of {words.plural(len(receipt.tasks), 'task')}; {gained}{outside}."


def _overtaken(resumed: Resumed, most: int | None) -> Iterator[Block]:
    if not resumed.overtaken:
        return
    points = sum(each.task.points for each in resumed.overtaken)
    yield Sentence(
        f"Overtaken: {words.plural(len(resumed.overtaken), 'task')}, {words.plural(points, 'point')} of the plan."
    )
    shown = resumed.overtaken[:most]
    lines = [f"{_name(each.task)}: {each.reason}" for each in shown]
    hidden = len(resumed.overtaken) - len(shown)
    yield Bullets([*lines, *([f"and {words.count(hidden)} more"] if hidden else [])])


def _name(task: Task) -> str:
    return f"{task.path} {task.unit}"


def _rest(resumed: Resumed, most: int | None) -> Iterator[Block]:
    target, option = resumed.outcome.target, resumed.option
    if option is None:
        met = f"{target.text} % is met" if target else "There is nothing left to gain"
        yield Sentence(f"{met}: nothing is left to do.", "good")
        return
    if target:
        yield Sentence(
            f"{target.text} % takes {words.plural(resumed.need, 'point')} more ({resumed.receipt.plan.need} then)."
        )
    yield Sentence(
        f"Planned anew with option {words.label(option)}: {words.verdict(option) if target else _hours(resumed)}."
    )
    groups = (
        ("Stays", resumed.stays, "open then and now"),
        ("Goes on", resumed.more, "begun, and worth further tests"),
        ("New", resumed.new, _why_new(resumed)),
        ("Not needed any more", resumed.dropped, "the way there is shorter without"),
    )
    yield Bullets([_group(title, tasks, why, most) for title, tasks, why in groups if tasks])
    if target and not option.reaches_target and (best := _better(resumed)):
        yield Sentence(f"Option {best} reaches it: gapplan plan --target {target.text} shows it.", "bad")


def _hours(resumed: Resumed) -> str:
    return f"the most for {words.hours_given(resumed.outcome)}"


def _why_new(resumed: Resumed) -> str:
    """What made room for tasks that the plan did not have."""
    lost = any(part.covered < 0 for part in resumed.receipt.change.parts)
    reasons = [
        *(["tasks were overtaken"] if resumed.overtaken else []),
        *(["less came than was predicted"] if resumed.actual < resumed.predicted else []),
        *(["covered points were lost"] if lost else []),
        *(["the total grew"] if resumed.receipt.change.points > 0 else []),
    ]
    return words.listed(reasons) or "cheaper now than what was planned"


def _group(title: str, tasks: Sequence[Task], why: str, most: int | None) -> str:
    points = sum(task.points for task in tasks)
    names = words.listed([_name(task) for task in tasks], most)
    return f"{title}: {words.plural(len(tasks), 'task')}, {words.plural(points, 'point')} ({why}): {names}"


def _better(resumed: Resumed) -> str:
    """Another option that reaches the target."""
    found = next((each for each in resumed.outcome.options if each.key == resumed.outcome.recommended), None)
    return words.label(found) if found and found.reaches_target else ""


def _steps(resumed: Resumed, *, is_detailed: bool) -> Iterator[Block]:
    option = resumed.option
    if option is None or not option.steps:
        return
    yield Heading(f"What is left: {words.tests_text(option.tests)}, {words.hours(option.effort)}")
    shown = option.steps if is_detailed else option.steps[:FIRST_STEPS]
    yield steps_table(shown)
    if len(shown) < len(option.steps):
        yield Sentence(f"{words.plural(len(option.steps) - len(shown), 'more test')} with --detail.", "quiet")
    yield Sentence("Numbers are those of the new plan, which --save keeps beside the old one.", "quiet")
