"""The JSON of what to do instead of tests: the part of a plan that `schemas/plan.schema.json` publishes."""

from planner.model.alternatives import Alternatives, Deletion, Exclusion, MainBlock, Totals
from planner.report.json import Json, counts_json


def alternatives_json(found: Alternatives) -> dict[str, Json]:
    """A part of the plan's JSON, under `alternatives`; no figure of it is in any option."""
    return {
        "today": _totals(found.today),
        "delete": {
            "candidates": [_deletion(each) for each in found.deletions],
            "unused_api": [_deletion(each) for each in found.unused_api],
            "after_high_confidence": _totals(found.after_sure),
            "after_all_candidates": _totals(found.after_deletions),
        },
        "exclude": {
            "patterns": [_exclusion(each) for each in found.exclusions],
            "withheld": [
                {
                    "kind": each.kind,
                    "pattern": each.pattern,
                    "missing_points": each.missing,
                    "hides": each.place,
                    "places": each.places,
                }
                for each in found.withheld
            ],
            "configuration": _configuration(found),
            "after": _totals(found.after_exclusions),
        },
        "main_blocks": {
            "blocks": [_block(each) for each in found.main_blocks],
            "tests_that_start_processes": list(found.processes.files),
            "processes_are_measured": found.processes.is_measured,
        },
    }


def _totals(totals: Totals) -> dict[str, Json]:
    return {"measured": counts_json(totals.measured), "whole_tree": counts_json(totals.whole_tree)}


def _deletion(each: Deletion) -> dict[str, Json]:
    return {
        "path": each.path,
        "unit": each.unit or None,
        "first_line": each.first_line,
        "last_line": each.last_line,
        "points": each.points,
        "missing_points": each.counts.missing_points,
        "confidence": each.confidence,
        "is_measured": each.is_measured,
        "why": list(each.why),
    }


def _exclusion(each: Exclusion) -> dict[str, Json]:
    return {
        "kind": each.kind,
        "pattern": each.pattern,
        "missing_points": each.missing,
        "covered_points": each.covered,
        "files": each.files,
        "example": each.example,
    }


def _configuration(found: Alternatives) -> Json:
    change = found.change
    if change is None:
        return None
    return {
        "file": change.file,
        "section": change.section,
        "option": change.option,
        "is_added_to_option": change.is_added_to,
        "text": change.text,
        "notes": list(change.notes),
    }


def _block(each: MainBlock) -> dict[str, Json]:
    return {
        "path": each.path,
        "first_line": each.first_line,
        "last_line": each.last_line,
        "statements": each.statements,
        "missing_points": each.missing,
        "has_main": each.has_main,
        "started_by": list(each.started_by),
    }
