"""Tables of a replay: how much work each order of tests took, and what forecasts came to."""

from collections.abc import Iterator

import pandas as pd

from planner.frames.tables import Column, Row, Table, make_frame
from planner.model.replay import SHARES, OrderScore, Replay

SCORES = Table(
    "scores",
    "order of tests on one split of one project",
    (
        Column("project", "string", "name of the recorded project"),
        Column("executor", "string", "who puts hidden tests back: realistic takes the first that fits"),
        Column("order", "string", "how the next test is chosen; pct is modules by lowest percent"),
        Column("split", "string", "which tests were hidden"),
        Column("kind", "string", "how they were chosen"),
        Column("gap_points", "Int64", "points that the hidden tests cover and the others do not"),
        *(
            Column(f"effort_lines_{each}", "Float64", f"lines of test code until {each} % are closed")
            for each in SHARES
        ),
        *(Column(f"relative_effort_{each}", "Float64", "the same by that of pct; below 1 is less") for each in SHARES),
        Column("area", "Float64", "area under gain by effort: 0 for random orders, 1 for hindsight; <NA> for none"),
        Column("is_won", "boolean", "whether half of the gap took less work than pct"),
    ),
)

FORECASTS = Table(
    "forecasts",
    "forecast of a part of a plan, and what came of it",
    (
        Column("project", "string", "name of the recorded project"),
        Column("order", "string", "who planned"),
        Column("split", "string", "which tests were hidden"),
        Column("percent_of_plan", "Int64", "so much of the plan was put back"),
        Column("forecast_points_p10", "Int64", "points gained at least so many in 9 of 10 cases, as forecast"),
        Column("forecast_points_p50", "Int64", "the same in half of all cases"),
        Column("forecast_points_p90", "Int64", "the same in 1 of 10 cases"),
        Column("actual_points", "Int64", "points that were gained"),
        Column("is_inside", "boolean", "whether that lies between P10 and P90"),
        Column("forecast_lines", "Float64", "lines of test code, as forecast"),
        Column("actual_lines", "Int64", "lines of test code that it took"),
    ),
)


def scores_frame(found: Replay) -> pd.DataFrame:
    """SCORES of a replay."""
    return make_frame(SCORES, _scores(found))


def forecasts_frame(found: Replay) -> pd.DataFrame:
    """FORECASTS of whole plans in a replay; the plans of all its orders that forecast."""
    return make_frame(FORECASTS, _forecasts(found))


def _scores(found: Replay) -> Iterator[Row]:
    for project in found.projects:
        for score in project.scores:
            yield from _splits(project.name, score)


def _splits(project: str, score: OrderScore) -> Iterator[Row]:
    for split in score.splits:
        efforts, relative = split.efforts, split.relative
        start = (project, score.executor, score.order, split.split, split.kind, split.gap)
        yield (*start, *efforts, *relative, split.area, split.is_won)


def _forecasts(found: Replay) -> Iterator[Row]:
    for project in found.projects:
        for accuracy in project.accuracy:
            for split in accuracy.splits:
                for point in split.plan:
                    pair = point.pair
                    start = (project.name, accuracy.order, split.split, point.percent_of_plan)
                    gains = (pair.low, pair.middle, pair.high, pair.gain, pair.is_inside)
                    yield (*start, *gains, pair.lines, pair.effort)
