"""The JSON of the pace, with what a burn-up chart is drawn from: what `schemas/pace.schema.json` publishes."""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from planner.model.measurement import Counts
from planner.model.pace import HOURS, PACE_UNITS, TESTS, PaceReport, PaceUnit, TestGrowth, Wave, Yield
from planner.report.json import FORMAT, Json, dump
from planner.report.words import percent_value


def render_pace(report: PaceReport) -> str:
    """The waves, the readings of the target, the verdicts on the claim, and the burn-up."""
    return dump(
        {
            "format": FORMAT,
            "project": report.project,
            "waves": list(_waves(report)),
            "target": _target(report) if report.target else None,
            "readings": [
                {
                    "of": each.unit,
                    "law": each.law,
                    "from": each.source,
                    "points": float(each.points),
                    "amount": float(each.amount),
                    "needed": None if each.needed is None else round(each.needed, 4),
                    "stated": each.stated or None,
                }
                for each in report.readings
            ],
            "forecast": {unit: _span(report, unit) for unit in PACE_UNITS},
            "claims": [
                {
                    "of": each.subject,
                    "claimed": [float(each.claimed.low), float(each.claimed.high)],
                    "found": each.found,
                    "holds": each.holds,
                }
                for each in report.verdicts
            ],
            "burn_up": _burn_up(report),
            "tests_by_git": _git(report.tests_by_git) if isinstance(report.tests_by_git, TestGrowth) else None,
            "notices": list(report.notices),
        }
    )


def _waves(report: PaceReport) -> Iterator[Json]:
    """Each with its yields, which stand in the report in the same order."""
    rest = iter(report.yields)
    for wave in report.waves:
        yields = {unit: next(rest) for unit in PACE_UNITS if wave.yielded(unit)}
        yield {
            "from": wave.start.key,
            "to": wave.end.key,
            "taken": wave.end.taken,
            "points": wave.gained,
            "left_out": wave.left_out or None,
            **{unit: _yield(yields[unit], wave) if unit in yields else None for unit in PACE_UNITS},
        }


def _yield(found: Yield, wave: Wave) -> dict[str, Json]:
    noted = {"tests": wave.tests is not None, "hours": HOURS in wave.end.metrics, "weeks": True}
    return {
        "amount": float(found.amount),
        "points": found.points,
        "rate": float(found.rate),
        "share_of_missing": round(found.share, 6),
        "is_entered": not noted[found.unit],
    }


def _target(report: PaceReport) -> dict[str, Json]:
    target = report.target
    assert target is not None
    return {"percent": percent_value(target.percent), "meaning": target.meaning, "points_more": report.need}


def _span(report: PaceReport, unit: PaceUnit) -> dict[str, Json] | None:
    found = report.span(unit)
    if found is None:
        return None
    low, high = found
    is_dated = unit == "weeks" and report.today is not None
    return {
        "low": round(low, 4),
        "high": None if high is None else round(high, 4),
        "due_low": _due(report.today, low) if is_dated else None,
        "due_high": _due(report.today, high) if is_dated else None,
    }


def _due(today: date | None, weeks: float | None) -> str | None:
    """None beyond the calendar."""
    if today is None or weeks is None or weeks * 7 >= (date.max - today).days - 1:
        return None
    return (today + timedelta(days=ceil(weeks * 7))).isoformat()


def _burn_up(report: PaceReport) -> list[Json]:
    """Work done against its scope, snapshot by snapshot; hours are added up over the waves that know them."""
    hours = Fraction(0)
    by_end = {wave.end.key: wave for wave in report.waves}
    rows: list[Json] = []
    for each in report.snapshots:
        found = by_end[each.key].yielded("hours") if each.key in by_end else None
        hours += found[1] if found else 0
        rows.append(
            {
                "snapshot": each.key,
                "label": each.label or None,
                "taken": each.taken,
                "covered": each.totals.covered_points,
                "points": each.totals.points,
                "percent": percent_value(each.totals.percent),
                "goal": _goal(report, each.totals),
                "tests": each.metrics.get(TESTS),
                "hours_so_far": float(hours),
            }
        )
    return rows


def _goal(report: PaceReport, totals: Counts) -> int | None:
    return report.target.points_needed(totals.points) if report.target else None


def _git(found: TestGrowth) -> dict[str, Json]:
    return {
        "head": found.head,
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "is_shallow": found.shallow,
        "net": found.net,
        "a_week": None if found.a_week is None else float(found.a_week),
        "commits": [
            {"commit": each.commit, "day": each.day.isoformat(), "added": each.added, "removed": each.removed}
            for each in found.commits
        ],
        "days": [{"day": day.isoformat(), "net": net} for day, net in found.by_day.items()],
    }
