"""The JSON of a plan, format 1: the shape that `schemas/plan.schema.json` publishes."""

from collections.abc import Sequence
from math import ceil, floor

from planner.model.measurement import Measurement
from planner.model.option import Count, Deadline, Goalpost, Option, Outcome, Requirement, Rung, Step
from planner.model.percent import exact_percent
from planner.model.plan import Seam
from planner.model.wish import Span
from planner.report.alternatives_json import alternatives_json
from planner.report.json import (
    FORMAT,
    Json,
    counts_json,
    doctor_json,
    doubts_json,
    dump,
    effort_json,
    measured_json,
    range_json,
    seams_json,
    target_json,
)
from planner.report.unblock_json import blockage_json
from planner.report.words import because, chance_value, percent_value, written


def render_plan(outcome: Outcome) -> str:
    """The plan as `schemas/plan.schema.json` describes it."""
    measured: Measurement = outcome.measurement
    return dump(
        {
            "format": FORMAT,
            "project": outcome.project,
            "measured": measured_json(measured),
            "whole_tree": counts_json(measured.whole_tree),
            "target": target_json(outcome.target, outcome) if outcome.target else None,
            "budget_hours": outcome.budget,
            "confidence": outcome.confidence,
            "hours_are_calibrated": outcome.is_calibrated,
            "ceilings": [
                {
                    "points": each.covered,
                    "points_total": each.points,
                    "percent": percent_value(exact_percent(each.covered, each.points)),
                    "without_doubles_for": list(each.without),
                }
                for each in outcome.ceilings
            ],
            "options": [_option(option, has_target=bool(outcome.target)) for option in outcome.options],
            "recommended": outcome.recommended,
            "stretch": _stretch(outcome.stretch) if outcome.stretch else None,
            "alternatives": alternatives_json(outcome.alternatives) if outcome.alternatives else None,
            "doctor": doctor_json(outcome.diagnosis),
            **({"unblock": blockage_json(outcome.blockage)} if outcome.blockage else {}),
            **doubts_json(measured),
        }
    )


def _option(option: Option, *, has_target: bool) -> dict[str, Json]:
    return {
        "key": option.key,
        "name": option.name,
        "story": option.story,
        "reaches_target": option.reaches_target if has_target else None,
        "probability": chance_value(option.probability) if has_target else None,
        "points_gained": option.points_gained,
        "gain": range_json(option.gain),
        "points_after": option.points_after,
        "points_total_after": option.points_total_after,
        "percent_after": percent_value(exact_percent(option.points_after, option.points_total_after)),
        "whole_tree_percent_after": percent_value(
            exact_percent(option.whole_tree_points_after, option.whole_tree_total)
        ),
        "shortfall_points": option.shortfall,
        "ceiling_points": option.ceiling,
        "ceiling_percent": percent_value(exact_percent(option.ceiling, option.ceiling_total)),
        "is_out_of_reach": option.is_out_of_reach,
        "bound_gap": None if option.bound_gap is None else ceil(written(option.bound_gap) * 10**6) / 10**6,
        "tests": _count(option.tests),
        "import_time_points": option.import_time_points,
        "effort_hours": effort_json(option.effort),
        "new_seams": [{**_seam(each.seam), "points": each.points} for each in option.new_seams],
        "left_out": [{"reason": e.reason, "points": e.points, "files": e.files} for e in option.left_out],
        "measure_after": list(option.measure_after),
        "requirements": [_requirement(each) for each in option.requirements],
        "claims": [
            {"of": each.subject, "claimed": _span(each.claimed), "found": each.found, "holds": each.holds}
            for each in option.verdicts
        ],
        "steps": [_step(step) for step in option.steps],
        "rungs": [_rung(rung) for rung in option.rungs],
        "deadline": _deadline(option.deadline) if option.deadline else None,
    }


def _count(count: Count) -> dict[str, Json]:
    return {"p50": count.p50, "p80": count.p80}


def _span(span: Span) -> Sequence[Json]:
    return [float(span.low), float(span.high)]


def _seam(seam: Seam) -> dict[str, Json]:
    return {"name": seam.name, "kind": seam.kind, "double": seam.double}


def _requirement(each: Requirement) -> dict[str, Json]:
    return {
        "files": each.pattern,
        "percent": percent_value(each.percent),
        "points": each.today.points,
        "points_covered": each.today.covered_points,
        "points_after": each.points_after,
        "is_met": each.is_met,
    }


def _step(step: Step) -> dict[str, Json]:
    candidate = step.candidate
    return {
        "order": step.order,
        "path": candidate.path,
        "module": candidate.module,
        "unit": candidate.unit,
        "test": step.test,
        "lines": candidate.lines_text,
        "missing": candidate.missing,
        "gain": range_json(candidate.gain),
        "marginal_gain": step.marginal_gain,
        "import_time_gain": step.import_time_gain,
        "is_hollow": step.is_hollow,
        "effort_hours": effort_json(step.effort),
        "starts_module_tests": step.starts_module,
        "builds": [_seam(seam) for seam in step.new_seams],
        "seams": seams_json(candidate),
        "assert_on": list(candidate.asserts),
        "because": because(candidate, step),
        **({"mends": candidate.mends} if candidate.mends else {}),
    }


def _rung(rung: Rung) -> dict[str, Json]:
    return {
        "label": rung.label,
        "percent": percent_value(rung.percent),
        "fail_under": percent_value(rung.fail_under),
        "points": rung.points,
        "points_gained": rung.points_gained,
        "tests": _count(rung.tests) if rung.tests else None,
        "effort_hours": effort_json(rung.effort) if rung.effort else None,
        "periods": [
            {"amount": float(pace.amount), "of": pace.of, "period": pace.period, "count": round(float(count), 4)}
            for pace, count in rung.periods
        ],
        "due": rung.due.isoformat() if rung.due else None,
    }


def _deadline(found: Deadline) -> dict[str, Json]:
    return {
        "by": found.by.isoformat(),
        "days": found.days,
        "hours": None if found.hours is None else floor(written(found.hours) * 100) / 100,
        "hours_a_week": ceil(written(found.hours_a_week) * 100) / 100,
        "is_enough": found.is_enough,
    }


def _stretch(post: Goalpost) -> dict[str, Json]:
    return {
        "percent": percent_value(post.target.percent),
        "points_needed": post.need,
        "points_more": post.more,
        "reaches_target": bool(post.option and post.option.reaches_target),
        "probability": chance_value(post.option.probability) if post.option else 0.0,
        "tests": _count(post.option.tests) if post.option else None,
        "effort_hours": effort_json(post.option.effort) if post.option else None,
    }
