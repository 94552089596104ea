"""The JSON of what stops tests, format 1: what `schemas/unblock.schema.json` publishes."""

from planner.model.blocked import Blockage, BlockedTest, Frame, Mending, Passing, PassOption, PassTarget
from planner.model.percent import exact_percent
from planner.report.json import FORMAT, Json, dump, effort_json, measured_json, range_json
from planner.report.words import chance_value, percent_value


def render_blockage(found: Blockage) -> str:
    """All of it, as `schemas/unblock.schema.json` describes it."""
    return dump({"format": FORMAT, "project": found.project, **blockage_json(found), **_beside(found)})


def blockage_json(found: Blockage) -> dict[str, Json]:
    """The tests and the causes that stop them, in the order to mend them."""
    tally = found.tally
    return {
        "tests": {
            "all": tally.tests,
            "passed": tally.passed,
            "failed": tally.failed,
            "errors": tally.errors,
            "skipped": tally.skipped,
            "percent": percent_value(found.today.percent),
        },
        "causes": [_cause(each, found) for each in found.mendings],
        "after_all": _passing(found.after_all),
        "points_after_all": _points_after_all(found),
    }


def _points_after_all(found: Blockage) -> Json:
    if found.measured is None:
        return None
    totals = found.measured.totals
    covered = min(totals.points, totals.covered_points + found.points)
    return {
        "points": found.points,
        "points_covered": covered,
        "points_total": totals.points,
        "percent": percent_value(exact_percent(covered, totals.points)),
    }


def _cause(each: Mending, found: Blockage) -> dict[str, Json]:
    cause = each.cause
    return {
        "key": cause.key,
        "message": cause.message,
        "example": cause.example,
        "messages": cause.messages,
        "exception": cause.exception or None,
        "kind": cause.kind,
        "phase": cause.phase,
        "fixture": cause.fixture or None,
        "tests_blocked": cause.tests_blocked,
        "tests_run_again": each.runs_again,
        "tests": [_test(test) for test in cause.tests],
        "share": chance_value(cause.tests_blocked / found.tally.blocked) if found.tally.blocked else 0.0,
        "first_place": _frame(cause.first_place),
        "product_place": _frame(cause.own),
        "test_place": _frame(cause.test),
        "definitions": [{"name": one.name, "path": one.path, "line": one.line} for one in cause.definitions],
        "points": range_json(each.points) if each.points else None,
        "effort_hours": effort_json(each.effort),
        "effort_is_given": each.is_given,
        "tests_per_hour": round(each.tests_per_hour, 2),
        "points_per_hour": round(each.points_per_hour, 2) if each.points else None,
        "after": _passing(each.after),
    }


def _test(test: BlockedTest) -> dict[str, Json]:
    return {"scope": test.scope, "name": test.name, "path": test.path, "unit": test.unit}


def _frame(place: Frame | None) -> Json:
    return {"path": place.path, "line": place.line, "unit": place.unit or None} if place else None


def _passing(now: Passing) -> dict[str, Json]:
    return {"passed": now.passed, "of": now.judged, "percent": percent_value(now.percent)}


def _beside(found: Blockage) -> dict[str, Json]:
    return {
        "other_causes": [each.key for each in found.others],
        "unblamed": [_test(each) for each in found.unblamed],
        "skips": [{"reason": each.reason, "tests": each.tests} for each in found.skips],
        "target": _target(found.target, found) if found.target else None,
        "options": [_option(each) for each in found.options],
        "recommended": found.recommended,
        "measured": measured_json(found.measured) if found.measured else None,
        "notices": list(found.notices),
    }


def _target(target: PassTarget, found: Blockage) -> dict[str, Json]:
    now, after = found.today, found.after_all
    return {
        "percent": percent_value(target.percent),
        "tests_needed": target.needed(now.judged),
        "tests_more": target.lacks(now),
        "is_met": target.lacks(now) == 0,
        "tests_lacking_after_all": target.lacks(after),
    }


def _option(each: PassOption) -> dict[str, Json]:
    return {
        "key": each.key,
        "name": each.name,
        "story": each.story,
        "reaches_target": each.reaches_target,
        "tests_lacking": each.lacks,
        "after": _passing(each.after),
        "effort_hours": effort_json(each.effort),
        "rungs": [
            {"cause": rung.cause, "after": _passing(rung.after), "effort_hours": effort_json(rung.effort)}
            for rung in each.rungs
        ],
    }
