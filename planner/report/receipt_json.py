"""The JSON of a receipt: what `schemas/receipt.schema.json` publishes."""

from planner.model.receipt import Receipt, TaskReceipt
from planner.report.history_json import snapshot_json
from planner.report.json import FORMAT, Json, dump, effort_json, range_json


def render_receipt(receipt: Receipt) -> str:
    """The plan, its tasks with what came of them, and what was done outside it."""
    plan = receipt.plan
    return dump(
        {
            "format": FORMAT,
            "project": plan.project,
            "plan": {
                "key": plan.key,
                "kept": plan.kept,
                "option": plan.option,
                "target": plan.target or None,
                "need_points": plan.need,
                "gain": range_json(plan.gain),
                "effort_hours": effort_json(plan.effort),
            },
            "then": snapshot_json(receipt.change.old),
            "now": snapshot_json(receipt.change.new),
            "covered": receipt.change.covered,
            "points": receipt.change.points,
            "predicted_points": receipt.predicted,
            "actual_points": receipt.actual,
            "tasks": [_task(place, each) for place, each in enumerate(receipt.tasks, 1)],
            "outside_points": receipt.outside_points,
            "outside": [
                {"path": part.path, "unit": part.unit or None, "points": part.covered} for part in receipt.outside
            ],
        }
    )


def _task(place: int, each: TaskReceipt) -> dict[str, Json]:
    return {
        "task": place,
        "path": each.task.path,
        "unit": each.task.unit,
        "tests": list(each.task.orders),
        "state": each.state,
        "predicted_points": each.task.points,
        "actual_points": each.actual,
        "own_points": each.own,
        "effort_hours": effort_json(each.task.effort),
        "tests_entered": each.written,
        "hours_entered": each.hours,
    }
