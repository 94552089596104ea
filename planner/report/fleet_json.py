"""The JSON of a plan over many repositories, format 1: what `schemas/fleet.schema.json` publishes."""

from planner.model.fleet import Fleet, FleetGoal, FleetStep, Share, TeamShare, Work
from planner.model.percent import exact_percent
from planner.report.json import FORMAT, Json, counts_json, dump, effort_json, range_json
from planner.report.words import chance_value, percent_value, written


def render_fleet(found: Fleet) -> str:
    """All of it, as `schemas/fleet.schema.json` describes it."""
    return dump(
        {
            "format": FORMAT,
            "fleet": found.name,
            "today": counts_json(found.today),
            "confidence": chance_value(found.confidence),
            "budget_hours": found.budget,
            "is_reached": found.is_reached,
            "goals": [_goal(each) for each in found.goals],
            "plan": {
                **_work(found.work),
                "gain": range_json(found.gain),
                "bound_gap": None if found.bound_gap is None else _gap(found.bound_gap),
            },
            "alone": None if found.alone is None else _work(found.alone),
            "alone_reaches_goals": found.alone_reaches,
            "saved_hours": _saved(found),
            "components": [_share(each) for each in found.shares],
            "teams": [_team(each) for each in found.teams],
            "steps": [_step(each) for each in found.steps],
            "skipped": [{"component": each.path, "reason": each.reason} for each in found.skipped],
            "skipped_files": [
                {"component": name, "path": each.path, "reason": each.reason, "line": each.line}
                for name, skipped in (found.details or {}).items()
                for each in skipped
            ],
            "notices": list(found.notices),
        }
    )


def _goal(goal: FleetGoal) -> dict[str, Json]:
    return {
        "of": goal.kind,
        "name": goal.name,
        "target_percent": percent_value(goal.target.percent),
        "meaning": goal.target.meaning,
        "points_total": goal.today.points,
        "points_covered": goal.today.covered_points,
        "percent": percent_value(goal.today.percent),
        "points_needed": goal.target.points_needed(goal.today.points),
        "points_after": goal.points_after,
        "points_total_after": goal.points_total_after,
        "percent_after": percent_value(exact_percent(goal.points_after, goal.points_total_after)),
        "probability": chance_value(goal.probability),
        "is_met": goal.is_met,
        "is_reached": goal.is_reached,
        "is_planned": goal.is_planned,
        "is_out_of_reach": goal.is_out_of_reach,
        "ceiling_points": goal.ceiling,
        "ceiling_percent": percent_value(exact_percent(goal.ceiling, goal.ceiling_total)),
    }


def _work(work: Work) -> dict[str, Json]:
    return {"tests": work.tests, "points_gained": work.points, "effort_hours": effort_json(work.effort)}


def _gap(gap: float) -> float:
    """Rounded up at four decimals: what is at most must be."""
    return float(-(-written(gap) * 10**4 // 1) / 10**4)


def _saved(found: Fleet) -> Json:
    if found.saved is None:
        return None
    at_p50, at_p80 = found.saved
    return {"p50": round(at_p50, 4), "p80": round(at_p80, 4)}


def _share(share: Share) -> dict[str, Json]:
    after = share.today.covered_points + share.work.points
    return {
        "name": share.name,
        "root": share.root,
        "files": share.files,
        **counts_json(share.today),
        **_work(share.work),
        "points_after": after,
        "points_total_after": share.total_after,
        "percent_after": percent_value(exact_percent(after, share.total_after)),
        "builds": [{"kind": each.seam.kind, "double": each.seam.double} for each in share.new_seams],
        "is_calibrated": share.is_calibrated,
        "findings": share.findings,
        "alone": None if share.alone is None else _work(share.alone),
        "reaches_alone": share.reaches_alone,
    }


def _team(team: TeamShare) -> dict[str, Json]:
    return {
        "name": team.name,
        "files": team.files,
        "components": team.components,
        **counts_json(team.today),
        **_work(team.work),
        "alone": None if team.alone is None else _work(team.alone),
    }


def _step(each: FleetStep) -> dict[str, Json]:
    step = each.step
    candidate = step.candidate
    return {
        "order": each.order,
        "component": each.component,
        "teams": list(each.teams),
        "path": candidate.path,
        "unit": candidate.unit,
        "test": step.test,
        "lines": candidate.lines_text,
        "marginal_gain": step.marginal_gain,
        "import_time_gain": step.import_time_gain,
        "effort_hours": effort_json(step.effort),
        "starts_module_tests": step.starts_module,
        "builds": [{"kind": seam.kind, "double": seam.double} for seam in step.new_seams],
    }
