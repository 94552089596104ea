"""The JSON of a kept plan taken up again: what `schemas/resume.schema.json` publishes."""

from collections.abc import Sequence

from planner.model.option import Step
from planner.model.receipt import Task, TaskReceipt
from planner.model.resume import Resumed
from planner.report.history_json import snapshot_json
from planner.report.json import FORMAT, Json, doubts_json, dump, effort_json, range_json
from planner.report.words import chance_value


def render_resumed(resumed: Resumed) -> str:
    """What is done, overtaken, kept and new, and the steps that are left."""
    receipt, option = resumed.receipt, resumed.option
    plan, change = receipt.plan, receipt.change
    return dump(
        {
            "format": FORMAT,
            "project": plan.project,
            "plan": {"key": plan.key, "kept": plan.kept, "option": plan.option, "target": plan.target or None},
            "then": snapshot_json(change.old),
            "now": snapshot_json(change.new),
            "need_points_then": plan.need,
            "need_points": resumed.need,
            "done": [_done(each) for each in resumed.done],
            "outside_points": receipt.outside_points,
            "overtaken": [{**_task(each.task), "reason": each.reason} for each in resumed.overtaken],
            "stays": _tasks(resumed.stays),
            "goes_on": _tasks(resumed.more),
            "new": _tasks(resumed.new),
            "dropped": _tasks(resumed.dropped),
            "is_met": option is None,
            "reaches_target": option.reaches_target if option and plan.target else None,
            "probability": chance_value(option.probability) if option and plan.target else None,
            "gain": range_json(option.gain) if option else None,
            "effort_hours": effort_json(option.effort) if option else None,
            "steps": [_step(each) for each in option.steps] if option else [],
            **doubts_json(resumed.outcome.measurement),
        }
    )


def _tasks(tasks: Sequence[Task]) -> list[Json]:
    return [_task(each) for each in tasks]


def _task(task: Task) -> dict[str, Json]:
    return {"path": task.path, "unit": task.unit, "tests": list(task.orders), "points": task.points}


def _done(each: TaskReceipt) -> dict[str, Json]:
    return {**_task(each.task), "actual_points": each.actual, "hours_entered": each.hours}


def _step(step: Step) -> dict[str, Json]:
    return {
        "order": step.order,
        "path": step.candidate.path,
        "unit": step.candidate.unit,
        "test": step.test,
        "gain": step.marginal_gain,
        "effort_hours": effort_json(step.effort),
    }
