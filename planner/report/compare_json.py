"""The JSON of two reports side by side: what `schemas/report.schema.json` publishes.

Plans and snapshots have the same keys; where a kind has nothing to say, a list is empty and a value null.
"""

from fractions import Fraction

from planner.model.compare import (
    Aim,
    AimPair,
    Both,
    PlannedOption,
    PlannedRung,
    PlannedTarget,
    PlanPair,
    PlanSide,
    SnapshotPair,
    change,
)
from planner.model.history import Snapshot
from planner.model.measurement import Counts
from planner.model.option import Ceiling, Count
from planner.model.percent import exact_percent
from planner.report.json import FORMAT, Json, counts_json, dump, effort_json, range_json
from planner.report.words import chance_value, percent_value


def render_comparison(pair: PlanPair | SnapshotPair) -> str:
    """Both sides, and what differs."""
    is_plans = isinstance(pair, PlanPair)
    kinds: dict[str, Json] = {"format": FORMAT, "kind": "plans" if is_plans else "snapshots"}
    lists: dict[str, Json] = {
        "totals": [{"total": each.name, **_totals(each)} for each in pair.totals],
        "options": [],
        "ladder": [],
        "steps": [],
        "ceilings": [],
        "new_notices": [],
        "gone_notices": [],
        "files": [],
        "metrics": [],
    }
    return dump({**kinds, **lists, **(_plans(pair) if isinstance(pair, PlanPair) else _snapshots(pair))})


def _plans(pair: PlanPair) -> dict[str, Json]:
    return {
        "old": _plan_side(pair.old),
        "new": _plan_side(pair.new),
        "options": [_option_row(each) for each in pair.options],
        "ladder": [{"label": each.name, "old": _rung(each.old), "new": _rung(each.new)} for each in pair.rungs],
        "steps": [_aim_row(each) for each in pair.aims],
        "ceilings": [
            {"without_doubles_for": each.name, "old": _ceiling(each.old), "new": _ceiling(each.new)}
            for each in pair.ceilings
        ],
        "new_notices": list(pair.new_notices),
        "gone_notices": list(pair.gone_notices),
    }


def _snapshots(pair: SnapshotPair) -> dict[str, Json]:
    return {
        "old": _snapshot_side(pair.old_name, pair.old),
        "new": _snapshot_side(pair.new_name, pair.new),
        "files": [{"path": each.name, **_counts(each)} for each in pair.files],
        "metrics": [{"name": each.name, "old": each.old, "new": each.new} for each in pair.metrics],
    }


def _plan_side(side: PlanSide) -> dict[str, Json]:
    return {
        "name": side.name,
        "project": side.project,
        "recommended": side.recommended,
        "target": _target(side.target) if side.target else None,
        "budget_hours": side.budget,
        "snapshot": None,
    }


def _snapshot_side(name: str, side: Snapshot) -> dict[str, Json]:
    return {
        "name": name,
        "project": side.project,
        "recommended": None,
        "target": None,
        "budget_hours": None,
        "snapshot": {
            "key": side.key,
            "taken": side.taken,
            "commit": side.commit or None,
            "label": side.label or None,
            "counted_by": side.circumstances.counted_by,
            "branch_mode": side.circumstances.branch,
        },
    }


def _target(target: PlannedTarget) -> dict[str, Json]:
    return {
        "percent": percent_value(target.percent),
        "meaning": target.meaning or None,
        "total": target.total.replace("-", "_") or None,
        "points_needed": target.needed,
        "points_more": target.more,
    }


def _counts(both: Both[Counts]) -> dict[str, Json]:
    covered, points, percent = change(both)
    return {
        "old": counts_json(both.old) if both.old else None,
        "new": counts_json(both.new) if both.new else None,
        "covered_points_change": covered,
        "points_change": points,
        "percent_points_change": _rounded(percent),
    }


def _totals(both: Both[Counts]) -> dict[str, Json]:
    """A total that one side does not know is not nothing, so that nobody knows how it changed."""
    if both.old and both.new:
        return _counts(both)
    return {name: value if name in ("old", "new") else None for name, value in _counts(both).items()}


def _rounded(value: Fraction) -> float:
    return float(round(value, 4))


def _option_row(both: Both[PlannedOption]) -> dict[str, Json]:
    named = both.new or both.old
    return {
        "key": both.name,
        "name": (named.name if named else "") or None,
        "old": _option(both.old) if both.old else None,
        "new": _option(both.new) if both.new else None,
    }


def _option(option: PlannedOption) -> dict[str, Json]:
    covered, points = option.after or (None, None)
    percent = None if covered is None or points is None else percent_value(exact_percent(covered, points))
    return {
        "reaches_target": option.reaches_target,
        "probability": None if option.probability is None else chance_value(option.probability),
        "gain": range_json(option.gain),
        "points_after": covered,
        "points_total_after": points,
        "percent_after": percent,
        "tests": _count(option.tests),
        "effort_hours": effort_json(option.effort),
    }


def _count(count: Count) -> dict[str, Json]:
    return {"p50": count.p50, "p80": count.p80}


def _rung(rung: PlannedRung | None) -> Json:
    if rung is None:
        return None
    return {
        "points_gained": rung.points_gained,
        "tests": _count(rung.tests) if rung.tests else None,
        "effort_hours": effort_json(rung.effort) if rung.effort else None,
        "due": rung.due.isoformat() if rung.due else None,
    }


def _aim_row(pair: AimPair) -> dict[str, Json]:
    aim = pair.aim
    return {"state": pair.state, "path": aim.path, "unit": aim.unit, "old": _aim(pair.old), "new": _aim(pair.new)}


def _aim(aim: Aim | None) -> Json:
    if aim is None:
        return None
    return {"tests": aim.tests, "points": aim.points, "effort_hours": effort_json(aim.effort)}


def _ceiling(ceiling: Ceiling | None) -> Json:
    if ceiling is None:
        return None
    return {
        "points": ceiling.covered,
        "points_total": ceiling.points,
        "percent": percent_value(exact_percent(ceiling.covered, ceiling.points)),
    }
