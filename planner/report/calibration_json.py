"""The JSON of a calibration, format 1: the shape that `schemas/calibrate.schema.json` publishes."""

from planner.model.calibration import Calibration, Refit
from planner.report.json import FORMAT, Json, dump
from planner.report.pages.calibration import setting_lines

_DECIMALS = 4


def render_calibration(found: Calibration) -> str:
    """Each constant with figures and verdict, and what to set, as JSON, ASCII throughout."""
    return dump(
        {
            "format": FORMAT,
            "project": found.project,
            "date": found.on.isoformat(),
            "tests": found.tests,
            "test_files": found.files,
            "is_recorded": found.is_recorded,
            "replayed_plans": found.plans,
            "receipts": found.receipts,
            "constants": [_refit(each) for each in found.refits],
            "rates": dict(found.settings),
            "lines": setting_lines(found),
        }
    )


def _refit(each: Refit) -> Json:
    return {
        "name": each.name,
        "shipped": each.shipped,
        "own": _round(each.own),
        "refit": _round(each.shrunk),
        "cases": each.cases,
        "cases_of": each.of,
        "held_out": each.held_out,
        "held_out_of": each.held_out_of,
        "error_shipped": _round(each.before),
        "error_refit": _round(each.after),
        "standard_error": _round(each.noise),
        "verdict": each.verdict,
        "is_taken": each.is_taken,
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, _DECIMALS)
