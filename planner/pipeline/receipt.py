"""The stories of a plan that is kept: saving it, entering work, comparing it with what came of it."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from planner.errors import ConfigError, InputError
from planner.history.papers import keep_plan, list_plans, list_work, note_work, plan_keys
from planner.history.receipt import compare
from planner.history.store import keep_snapshot, read_snapshot
from planner.history.why import explain_change
from planner.measure import Progress, Request
from planner.model.option import Option, Outcome, Step
from planner.model.plan import Effort
from planner.model.receipt import KeptPlan, Receipt, Task, Work
from planner.pipeline.history import Note, make_snapshot
from planner.state import write_atomic


def save_plan(
    request: Request, store: Path, outcome: Outcome, chosen: str | None, note: Note, progress: Progress
) -> KeptPlan:
    """Keep one option of an outcome (`chosen`, else the recommended one) with the measurement it starts from.

    Raises ConfigError for an option that is not there or has no steps, InputError for a store that cannot be written.
    """
    option = _option(outcome, chosen)
    start = keep_snapshot(store, make_snapshot(request, note, progress))
    plan = KeptPlan(
        key="",
        kept=note.taken,
        project=outcome.project,
        snapshot=start.key,
        option=option.key,
        target=outcome.target.text if outcome.target else "",
        confidence=option.confidence,
        gain=option.gain,
        need=outcome.target.shortfall(outcome.judged) if outcome.target else 0,
        effort=option.effort,
        tasks=tuple(tasks_of(option.steps)),
        plan_yield=note.plan_yield,
    )
    return keep_plan(store, plan)


def _option(outcome: Outcome, chosen: str | None) -> Option:
    wanted = chosen or outcome.recommended or "mix"
    found = next((each for each in outcome.options if each.key == wanted), None)
    if found is None or not found.steps:
        there = ", ".join(each.key for each in outcome.options if each.steps) or "none"
        raise ConfigError(f"there is no option {wanted} with steps to save; there is {there}")
    return found


def tasks_of(steps: Sequence[Step]) -> list[Task]:
    """The tests of a plan by the class or function that they are aimed at, in the order in which they are begun."""
    groups: dict[tuple[str, str], list[Step]] = {}
    for step in steps:
        groups.setdefault(step.candidate.key, []).append(step)
    return [_task(path, unit, group) for (path, unit), group in groups.items()]


def _task(path: str, unit: str, steps: Sequence[Step]) -> Task:
    covers: dict[tuple[str, str], int] = {}
    for step in steps:
        for key, milli in step.covers.items():
            covers[key] = covers.get(key, 0) + milli
    return Task(
        path=path,
        unit=unit,
        orders=tuple(step.order for step in steps),
        points=sum(step.marginal_gain for step in steps),
        imported=sum(step.import_time_gain for step in steps),
        effort=sum((step.effort for step in steps), Effort()),
        covers=covers,
        imports=tuple(sorted({file for step in steps for file in step.imports})),
    )


def find_plan(store: Path, name: str | None) -> KeptPlan:
    """The kept plan whose key begins with `name`; the last one where none is named. Raises InputError."""
    keys = plan_keys(store)
    found = [key for key in keys if key.startswith(name)] if name else list(keys[-1:])
    if len(found) != 1:
        what = "several plans begin so" if found else f"no plan of the {len(keys)} kept ones"
        raise InputError(f"{store}: {name or 'last plan'}: {what}; gapplan plan --save keeps one")
    return list_plans(store, found)[0]


def enter_work(store: Path, name: str | None, orders: Iterable[int], hours: float | None, note: Note) -> KeptPlan:
    """Enter tests of a plan as written; hours are shared evenly between them. Raises InputError for unknown numbers."""
    plan = find_plan(store, name)
    wanted = sorted(set(orders))
    known = {order for task in plan.tasks for order in task.orders}
    if unknown := [order for order in wanted if order not in known]:
        raise InputError(f"plan {plan.key} has no test {unknown[0]}; it has 1 to {max(known)}")
    for order in wanted:
        note_work(store, Work(plan.key, order, note.taken, None if hours is None else hours / len(wanted)))
    return plan


def make_receipt(request: Request, store: Path, name: str | None, note: Note, progress: Progress) -> Receipt:
    """A kept plan beside today's measurement. Raises InputError or ConfigError."""
    plan = find_plan(store, name)
    change = explain_change(read_snapshot(store, plan.snapshot), make_snapshot(request, note, progress))
    return compare(plan, change, list_work(store))


def write_work(file: Path, receipt: Receipt) -> int:
    """Write the tasks that are done and have hours as JSON lines, as `planner.calibrate.receipts` reads them; how many.

    What stands in `file` is replaced, so that nothing is counted twice. Raises InputError.
    """
    rows = [
        {
            "format": 1,
            "date": receipt.change.new.taken[:10],
            "tests": each.written,
            "hours": each.hours,
            "predicted_points": each.task.points * each.written / len(each.task.orders),
            "points": each.actual,
            "plan_yield": receipt.plan.plan_yield,
        }
        for each in receipt.done
        if each.hours and each.written and each.task.points
    ]
    try:
        write_atomic(file, "".join(f"{json.dumps(row)}\n" for row in rows).encode())
    except OSError as error:
        raise InputError(f"{file}: cannot be written ({error.strerror})") from error
    return len(rows)
