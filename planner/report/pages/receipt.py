"""What came of a plan: predicted and actual, task by task, and a short form for a pull request."""

from collections.abc import Iterator

from planner.model.receipt import Receipt, TaskReceipt
from planner.report import words
from planner.report.page import Block, Column, Heading, Page, Sentence, Table

MOST_OUTSIDE = 5
"""Units outside the plan, without --detail."""

MOST_OPEN = 10
"""Of the tasks that are not begun only those so near the front are shown, without --detail."""


def receipt_page(receipt: Receipt, *, is_detailed: bool = False) -> Page:
    """The verdict, the tasks in the plan's order, what was done outside it, and what was lost."""
    plan, change = receipt.plan, receipt.change
    before, after = words.percent(change.old.totals), words.percent(change.new.totals)
    return (
        Heading(f"{plan.project}: plan {plan.key} of {plan.kept[:10]}", 1),
        Sentence(f"{before} then, {after} now; {_promise(receipt)}"),
        Sentence(_so_far(receipt), "good" if receipt.done else "plain"),
        *_work(receipt),
        _tasks(receipt, is_detailed=is_detailed),
        *_outside(receipt, is_detailed=is_detailed),
        *_lost(receipt),
    )


def short_page(receipt: Receipt) -> Page:
    """For a pull request: what is done, line by line."""
    done, every = len(receipt.done), len(receipt.plan.tasks)
    lines = [
        Sentence(_short(each, place, every)) for place, each in enumerate(receipt.tasks, 1) if each.state == "done"
    ]
    now = words.percent(receipt.change.new.totals)
    head = f"Coverage {now}, {receipt.change.covered:+,} points; {done} of {every} tasks of plan {receipt.plan.key}."
    return (Sentence(head), *lines)


def _short(each: TaskReceipt, place: int, every: int) -> str:
    name = f"{each.task.path} {each.task.unit}"
    return f"Task {place} of {every}: {each.actual:+,} of {words.count(each.task.points)} predicted ({name})"


def _promise(receipt: Receipt) -> str:
    plan = receipt.plan
    goal = f"{plan.target} % took {words.plural(plan.need, 'point')}, and " if plan.target else ""
    gain = f"{words.count(plan.gain.p10)}-{words.count(plan.gain.p90)}"
    return f"{goal}option {plan.option} promised {words.count(plan.gain.p50)} ({gain}) in {words.hours(plan.effort)}."


def _so_far(receipt: Receipt) -> str:
    if not receipt.done:
        return "None of its tasks is begun: nothing that they are aimed at runs now that did not."
    done = f"{len(receipt.done)} of {words.plural(len(receipt.tasks), 'task')} done"
    predicted, actual = receipt.predicted, receipt.actual
    error = (
        f", {abs(actual - predicted) * 100 / predicted:.0f} % {'more' if actual >= predicted else 'less'}"
        if predicted
        else ""
    )
    return f"{done}: {words.count(predicted)} points predicted, {words.count(actual)} gained{error}."


def _work(receipt: Receipt) -> Iterator[Block]:
    """Hours that were entered beside those that were planned for the same tasks."""
    known = [each for each in receipt.tasks if each.hours is not None]
    if not known:
        return
    tests = sum(each.written for each in known)
    spent = sum(each.hours or 0.0 for each in known)
    shares = sum(each.task.effort.p50 * each.written / len(each.task.orders) for each in known)
    yield Sentence(
        f"{words.plural(tests, 'test')} took {words.hours_needed(spent)} by what was entered; planned were "
        f"{words.hours_needed(shares)} for them (P50)."
    )


def _tasks(receipt: Receipt, *, is_detailed: bool) -> Table:
    columns = [
        Column("task", is_number=True),
        Column("file", is_name=True, fold=36),
        Column("test of", is_name=True, fold=28),
        Column("state"),
        Column("predicted", is_number=True),
        Column("actual", is_number=True),
        Column("own", is_number=True, drop=1),
        Column("tests", is_number=True, drop=2),
        Column("hours", is_number=True),
    ]
    shown = [
        (place, each)
        for place, each in enumerate(receipt.tasks, 1)
        if is_detailed or each.state == "done" or place <= MOST_OPEN
    ]
    return Table(columns, [_row(place, each) for place, each in shown]).without_empty()


def _row(place: int, each: TaskReceipt) -> tuple[str, ...]:
    is_done = each.state == "done"
    return (
        words.count(place),
        each.task.path,
        each.task.unit,
        each.state,
        words.count(each.task.points),
        f"{each.actual:+,}" if is_done else "",
        f"{each.own:+,}" if is_done else "",
        words.count(len(each.task.orders)),
        "" if each.hours is None else words.hours_needed(each.hours),
    )


def _outside(receipt: Receipt, *, is_detailed: bool) -> Iterator[Block]:
    if not receipt.outside_points:
        return
    yield Sentence(f"Outside the plan: {words.plural(receipt.outside_points, 'point')} newly covered.")
    ranked = sorted(receipt.outside, key=lambda part: (-part.covered, part.path, part.unit))
    shown = ranked if is_detailed else ranked[:MOST_OUTSIDE]
    columns = [
        Column("file", is_name=True, fold=36),
        Column("unit", is_name=True, fold=28),
        Column("points", is_number=True),
    ]
    yield Table(columns, [(part.path, part.unit, f"{part.covered:+,}") for part in shown]).without_empty()


def _lost(receipt: Receipt) -> Iterator[Block]:
    lost = -sum(part.covered for part in receipt.change.parts if part.covered < 0)
    if lost:
        yield Sentence(f"Meanwhile {words.plural(lost, 'covered point')} went: gapplan why says which.", "bad")
