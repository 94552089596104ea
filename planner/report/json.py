"""The JSON of status and rank, format 1, and the parts that every JSON shares: what `schemas/*.json` publish."""

import json
from collections.abc import Mapping, Sequence

from planner.model.findings import Diagnosis
from planner.model.measurement import Counts, Measurement
from planner.model.option import Outcome
from planner.model.percent import displayed_percent, exact_percent
from planner.model.plan import Candidate, Effort, Range
from planner.model.target import Target
from planner.model.together import together, weighty
from planner.report.words import because, percent_value

FORMAT = 1
"""Rises whenever a key changes its meaning or goes away; new keys do not raise it."""

Json = Mapping[str, "Json"] | Sequence["Json"] | str | int | float | bool | None


def render_status(outcome: Outcome) -> str:
    """The status as `schemas/status.schema.json` describes it."""
    measured = outcome.measurement
    return dump(
        {
            "format": FORMAT,
            "project": outcome.project,
            "measured": measured_json(measured),
            "whole_tree": counts_json(measured.whole_tree),
            "target": target_json(outcome.target, outcome) if outcome.target else None,
            "fail_under": float(measured.fail_under) if measured.fail_under is not None else None,
            "import_time": counts_json(outcome.share.import_time) if outcome.share else None,
            "behaviour": counts_json(outcome.share.behaviour) if outcome.share else None,
            "files": [
                {"path": each.path, "is_measured": is_measured, **counts_json(each.counts)}
                for is_measured, files in ((True, measured.files), (False, measured.unmeasured))
                for each in files
            ],
            "unmeasured": [{"path": each.path, **counts_json(each.counts)} for each in measured.unmeasured],
            "doctor": doctor_json(outcome.diagnosis),
            **doubts_json(measured),
        }
    )


def render_rank(outcome: Outcome) -> str:
    """The ranking as `schemas/rank.schema.json` describes it."""
    return dump(
        {
            "format": FORMAT,
            "project": outcome.project,
            "items": [_item(candidate) for candidate in outcome.candidates],
            **doubts_json(outcome.measurement),
        }
    )


def dump(document: Json) -> str:
    """ASCII throughout, so that no byte of a name can be taken for anything else."""
    return json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def measured_json(measured: Measurement) -> dict[str, Json]:
    """What was measured, and from which files."""
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


def target_json(target: Target, outcome: Outcome) -> dict[str, Json]:
    """The target, and the points that each of its meanings needs."""
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
        "gain": range_json(candidate.gain),
        "tests": candidate.tests,
        "import_time_gain": candidate.import_points,
        "effort_hours": effort_json(candidate.effort),
        "gain_per_hour": round(candidate.gain.p50 / candidate.effort.p50, 2),
        "seams": seams_json(candidate),
        "because": because(candidate),
    }


def seams_json(candidate: Candidate) -> list[Json]:
    """What the candidate touches outside, with the doubles."""
    return [
        {"name": seam.name, "kind": seam.kind, "double": seam.double, "have": seam.have or None}
        for seam in candidate.seams
    ]


def range_json(found: Range) -> dict[str, Json]:
    """Whole points."""
    return {"p10": found.p10, "p50": found.p50, "p90": found.p90}


def effort_json(effort: Effort) -> dict[str, Json]:
    """Hours with four decimals: with fewer, who rounds them again would not get what the page shows."""
    return {"p50": round(effort.p50, 4), "p80": round(effort.p80, 4)}


def doctor_json(diagnosis: Diagnosis | None) -> Json:
    """What weighs, in short, for other commands; null where nobody looked."""
    if diagnosis is None:
        return None
    found = weighty(diagnosis)
    low, high = together(found).percents(diagnosis.totals)
    return {
        "findings": [{"check": each.check, "severity": each.severity, "title": each.title} for each in found],
        "percent_low": percent_value(low),
        "percent_high": percent_value(high),
    }


def doubts_json(measured: Measurement) -> dict[str, Json]:
    """What a reader must know, and what could not be read."""
    return {
        "skipped": [{"path": each.path, "reason": each.reason, "line": each.line} for each in measured.skipped],
        "notices": list(measured.notices),
    }
