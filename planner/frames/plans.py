"""Tables of plans: options side by side, the steps of one, its ladder, and its way in points and hours."""

from collections.abc import Iterable
from typing import get_args

import pandas as pd

from planner.frames.code import kinds_text
from planner.frames.columns import (
    HOURS_P50,
    HOURS_P80,
    MISSING_LINES,
    MISSING_POINTS,
    MODULE,
    OPTION,
    PATH,
    SEAM_KINDS_TEXT,
    UNIT,
)
from planner.frames.tables import Column, Row, Table, make_frame
from planner.model.option import Option, Rung, Step
from planner.model.percent import exact_percent
from planner.model.story import Milepost, Route, RouteKind

OPTIONS = Table(
    "options",
    "option, in the order of the report",
    (
        OPTION,
        Column("name", "string", "its name in words"),
        Column("is_recommended", "boolean", "whether it is the one to take"),
        Column("reaches_target", "boolean", "whether its probability is at least the confidence that was asked for"),
        Column("probability", "Float64", "chance of reaching target and requirements, 0 to 1"),
        Column("gain_points_p10", "Int64", "points that its steps gain together: at least so many in 9 of 10 cases"),
        Column("gain_points_p50", "Int64", "the same in half of all cases; the rows of steps add up to it"),
        Column("gain_points_p90", "Int64", "the same in 1 of 10 cases"),
        Column("points_after", "Int64", "covered points after it, by the P50"),
        Column("points_total_after", "Int64", "points in all after it, with the files that its steps import first"),
        Column("percent_after", "Float64", "the two as a percent; compare points, which are exact"),
        Column("whole_tree_percent_after", "Float64", "the same of every source file"),
        Column("shortfall_points", "Int64", "points that the P50 lacks to the target"),
        Column("import_time_points", "Int64", "part of the gain that merely importing reaches"),
        Column("tests_p50", "Int64", "tests that are enough in half of all cases"),
        Column("tests_p80", "Int64", "tests that are as sure as was asked for: all its steps"),
        HOURS_P50,
        HOURS_P80,
        Column("builds", "string", "doubles that it builds, with commas between"),
        Column("ceiling_points", "Int64", "points if everything coverable in it were covered"),
        Column("bound_gap", "Float64", "by which part its hours can at most exceed the cheapest; <NA>: not proven"),
        Column("story", "string", "what it chooses from"),
    ),
)

STEPS = Table(
    "steps",
    "test of the option, in the order to write them; mendings come first",
    (
        OPTION,
        Column("order", "Int64", "number of the step, from 1"),
        PATH,
        MODULE,
        UNIT,
        Column("test", "Int64", "which test of this class or function it is, from 1"),
        Column("marginal_gain_points", "Int64", "points that no step before it brings, as expected"),
        Column("import_time_gain_points", "Int64", "part of these that merely importing reaches"),
        HOURS_P50,
        HOURS_P80,
        Column("starts_module", "boolean", "whether it begins the first test file of its module"),
        Column("builds", "string", "doubles that it builds first, with commas between; empty for none"),
        SEAM_KINDS_TEXT,
        MISSING_POINTS,
        MISSING_LINES,
        Column("mends", "string", "the cause that it mends, so that tests run again; <NA>: it is a test to write"),
    ),
)

LADDER = Table(
    "ladder",
    "stop on the way to the target",
    (
        OPTION,
        Column("percent", "Float64", "the percent of the stop"),
        Column("fail_under", "Float64", "the gate to set there"),
        Column("points", "Int64", "points that are covered then"),
        Column("points_gained", "Int64", "points more than today"),
        Column("tests_p50", "Int64", "tests from today; <NA> where none are known that lead there"),
        Column("tests_p80", "Int64", "the same in four of five cases"),
        HOURS_P50,
        HOURS_P80,
        Column("due", "datetime64[ns]", "the day it is reached at the given paces; <NA> without one"),
    ),
)

FRONTIER = Table(
    "frontier",
    "milepost on the way of an option, or of a naive order: after each test, of long ways only some",
    (
        Column("route", "string", "key of the option, or name of the order"),
        Column("kind", "category", "option, or a naive order to compare with", get_args(RouteKind)),
        Column("tests", "Int64", "so many tests are written; 0 is the start"),
        HOURS_P50,
        Column("points_p10", "Int64", "covered points then: at least so many in 9 of 10 cases"),
        Column("points_p50", "Int64", "the same in half of all cases"),
        Column("points_p90", "Int64", "the same in 1 of 10 cases"),
        Column("points_total", "Int64", "points in all then: files that are imported first enter the total"),
        Column("percent_p10", "Float64", "points_p10 of points_total; compare points, which are exact"),
        Column("percent_p50", "Float64", "points_p50 of points_total"),
        Column("percent_p90", "Float64", "points_p90 of points_total"),
    ),
)


def options_frame(options: Iterable[Option], recommended: str | None) -> pd.DataFrame:
    """OPTIONS of a plan."""
    return make_frame(OPTIONS, (_option(option, is_recommended=option.key == recommended) for option in options))


def steps_frame(option: Option | None) -> pd.DataFrame:
    """STEPS of an option; empty for None."""
    return make_frame(STEPS, (_step(step, option) for step in option.steps) if option else ())


def ladder_frame(option: Option | None) -> pd.DataFrame:
    """LADDER of an option; empty where it has no rungs."""
    return make_frame(LADDER, (_rung(rung, option) for rung in option.rungs) if option else ())


def frontier_frame(routes: Iterable[Route]) -> pd.DataFrame:
    """FRONTIER of routes, one after the other."""
    return make_frame(FRONTIER, (_milepost(route, each) for route in routes for each in route.mileposts))


def _milepost(route: Route, each: Milepost) -> Row:
    points = (each.covered.p10, each.covered.p50, each.covered.p90)
    percents = [float(exact_percent(covered, each.points)) for covered in points]
    return (route.key, route.kind, each.tests, each.hours, *points, each.points, *percents)


def _option(option: Option, *, is_recommended: bool) -> Row:
    gain, effort = option.gain, option.effort
    return (
        option.key,
        option.name,
        is_recommended,
        option.reaches_target,
        option.probability,
        gain.p10,
        gain.p50,
        gain.p90,
        option.points_after,
        option.points_total_after,
        float(exact_percent(option.points_after, option.points_total_after)),
        float(exact_percent(option.whole_tree_points_after, option.whole_tree_total)),
        option.shortfall,
        option.import_time_points,
        option.tests.p50,
        option.tests.p80,
        effort.p50,
        effort.p80,
        ", ".join(opened.seam.double for opened in option.new_seams),
        option.ceiling,
        option.bound_gap,
        option.story,
    )


def _step(step: Step, option: Option) -> Row:
    candidate, effort = step.candidate, step.effort
    return (
        option.key,
        step.order,
        candidate.path,
        candidate.module or None,
        candidate.unit,
        step.test,
        step.marginal_gain,
        step.import_time_gain,
        effort.p50,
        effort.p80,
        step.starts_module,
        ", ".join(seam.double for seam in step.new_seams),
        kinds_text(seam.kind for seam in candidate.seams),
        candidate.missing,
        candidate.lines_text,
        candidate.mends or None,
    )


def _rung(rung: Rung, option: Option) -> Row:
    tests, effort = rung.tests, rung.effort
    return (
        option.key,
        float(rung.percent),
        float(rung.fail_under),
        rung.points,
        rung.points_gained,
        tests.p50 if tests else None,
        tests.p80 if tests else None,
        effort.p50 if effort else None,
        effort.p80 if effort else None,
        rung.due,
    )
