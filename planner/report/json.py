"""The JSON of plan, status and rank, format 1: the shape that `schemas/*.json` publish."""

import json
from collections.abc import Mapping, Sequence

from planner.model.measurement import Counts, Measurement
from planner.model.percent import displayed_percent, exact_percent
from planner.model.plan import Candidate, Effort, Option, Outcome, Rung, Step
from planner.model.target import Target
from planner.report.words import because, percent_value

FORMAT = 1
"""Rises whenever a key changes its meaning or goes away; new keys do not raise it."""

Json = Mapping[str, "Json"] | Sequence["Json"] | str | int | float | bool | None


def render_plan(outcome: Outcome) -> str:
    """The plan as `schemas/plan.schema.json` describes it."""
    assert outcome.target is not None
    return _dump(
        {
            "format": FORMAT,
            "project": outcome.project,
            "measured": _measured(outcome.measurement),
            "whole_tree": counts_json(outcome.measurement.whole_tree),
            "target": _target(outcome.target, outcome),
            "options": [_option(option) for option in outcome.options],
            "recommended": outcome.recommended,
            **_doubts(outcome.measurement),
        }
    )


def render_status(outcome: Outcome) -> str:
    """The status as `schemas/status.schema.json` describes it."""
    measured = outcome.measurement
    return _dump(
        {
            "format": FORMAT,
            "project": outcome.project,
            "measured": _measured(measured),
            "whole_tree": counts_json(measured.whole_tree),
            "target": _target(outcome.target, outcome) if outcome.target else None,
            "fail_under": float(measured.fail_under) if measured.fail_under is not None else None,
            "import_time": counts_json(outcome.share.import_time) if outcome.share else None,
            "behaviour": counts_json(outcome.share.behaviour) if outcome.share else None,
            "unmeasured": [{"path": each.path, **counts_json(each.counts)} for each in measured.unmeasured],
            **_doubts(measured),
        }
    )


def render_rank(outcome: Outcome) -> str:
    """The ranking as `schemas/rank.schema.json` describes it."""
    return _dump(
        {
            "format": FORMAT,
            "project": outcome.project,
            "items": [_item(candidate) for candidate in outcome.candidates],
            **_doubts(outcome.measurement),
        }
    )


def _dump(document: Json) -> str:
    """ASCII throughout, so that no byte of a name can be taken for anything else."""
    return json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def _measured(measured: Measurement) -> dict[str, Json]:
    return {
        "inputs": [
            {
                "path": each.path,
                "kind": each.kind,
                "coverage_version": each.version,
                "contexts": each.contexts,
            }
            for each in measured.inputs
        ],
        "coverage_version": measured.version,
        "counted_by": measured.counted_by or None,
        "branch": measured.branch,
        "files": len(measured.files),
        **counts_json(measured.totals),
        "displayed": displayed_percent(measured.totals.covered_points, measured.totals.points, measured.precision),
    }


def counts_json(counts: Counts) -> dict[str, Json]:
    """Statements, branch exits and their percent."""
    return {
        "statements": counts.statements,
        "covered_statements": counts.covered_statements,
        "branches": counts.branches,
        "covered_branches": counts.covered_branches,
        "percent": percent_value(counts.percent),
    }


def _target(target: Target, outcome: Outcome) -> dict[str, Json]:
    points = outcome.judged.points
    return {
        "percent": percent_value(target.percent),
        "meaning": target.meaning,
        "total": target.total.replace("-", "_"),
        "is_met": outcome.is_met,
        "points_total": points,
        "points_covered": outcome.judged.covered_points,
        "points_needed": target.points_needed(points),
        "exact_points_needed": target.points_needed(points, "exact"),
        "displayed_points_needed": target.points_needed(points, "displayed"),
        "gate_points_needed": target.points_needed(points, "gate"),
        "gate_points_needed_installed": target.by_newest_rules().points_needed(points, "gate"),
    }


def _option(option: Option) -> dict[str, Json]:
    return {
        "key": option.key,
        "name": option.name,
        "story": option.story,
        "reaches_target": option.reaches_target,
        "points_gained": option.points_gained,
        "points_after": option.points_after,
        "points_total_after": option.points_total_after,
        "percent_after": percent_value(exact_percent(option.points_after, option.points_total_after)),
        "whole_tree_percent_after": percent_value(
            exact_percent(option.whole_tree_points_after, option.whole_tree_total)
        ),
        "shortfall_points": option.shortfall,
        "import_time_points": option.import_time_points,
        "effort_hours": _effort(option.effort),
        "steps": [_step(step) for step in option.steps],
        "rungs": [_rung(rung) for rung in option.rungs],
    }


def _step(step: Step) -> dict[str, Json]:
    candidate = step.candidate
    return {
        "order": step.order,
        "path": candidate.path,
        "module": candidate.module,
        "unit": candidate.unit,
        "lines": candidate.lines_text,
        "missing": candidate.missing,
        "gain": candidate.gain,
        "marginal_gain": step.marginal_gain,
        "import_time_gain": step.import_time_gain,
        "effort_hours": _effort(step.effort),
        "seams": _seams(candidate),
        "because": because(candidate, step),
    }


def _rung(rung: Rung) -> dict[str, Json]:
    return {
        "percent": percent_value(rung.percent),
        "fail_under": percent_value(rung.fail_under),
        "points": rung.points,
        "points_gained": rung.points_gained,
        "effort_hours": _effort(rung.effort),
    }


def _item(candidate: Candidate) -> dict[str, Json]:
    return {
        "path": candidate.path,
        "module": candidate.module,
        "unit": candidate.unit,
        "statements": candidate.statements,
        "covered": candidate.covered_statements,
        "percent": percent_value(exact_percent(candidate.covered_statements, candidate.statements)),
        "missing": candidate.missing,
        "lines": candidate.lines_text,
        "gain": candidate.gain,
        "import_time_gain": candidate.import_points,
        "effort_hours": _effort(candidate.effort),
        "gain_per_hour": round(candidate.gain / candidate.effort.p50, 2),
        "seams": _seams(candidate),
        "because": because(candidate),
    }


def _seams(candidate: Candidate) -> list[Json]:
    return [
        {"name": seam.name, "kind": seam.kind, "double": seam.double, "have": seam.have or None}
        for seam in candidate.seams
    ]


def _effort(effort: Effort) -> dict[str, Json]:
    return {"p50": round(effort.p50, 2), "p80": round(effort.p80, 2)}


def _doubts(measured: Measurement) -> dict[str, Json]:
    return {
        "skipped": [{"path": each.path, "reason": each.reason, "line": each.line} for each in measured.skipped],
        "notices": list(measured.notices),
    }
