"""The JSON of replay, format 1: the shape that `schemas/replay.schema.json` publishes."""

from collections.abc import Mapping

from planner.model.replay import (
    SHARES,
    YARDSTICK,
    Accuracy,
    Checkpoint,
    OrderScore,
    OrderSummary,
    Pair,
    ProjectReplay,
    Replay,
    SplitScore,
)
from planner.report.json import FORMAT, Json, dump

_DECIMALS = 4


def render_replay(found: Replay) -> str:
    """Every score of every split, summaries, and the accuracy of forecasts, as JSON, ASCII throughout."""
    return dump(
        {
            "format": FORMAT,
            "yardstick": YARDSTICK,
            "percent_of_gap": list(SHARES),
            "is_quick": found.is_quick,
            "rates": found.rates or "shipped",
            "orders": [_summary(each) for each in found.summaries],
            "accuracy": [_accuracy(each) for each in found.pooled],
            "projects": [_project(each) for each in found.projects],
        }
    )


def _summary(each: OrderSummary) -> Json:
    return {
        "executor": each.executor,
        "order": each.order,
        "aims_at": each.grain,
        "mode": each.mode,
        "relative_effort": _rounded(each.relative),
        "area": _round(each.area),
        "won": each.won,
        "splits": each.splits,
        "projects": [{"project": name, **_means(score)} for name, score in each.by_project],
    }


def _means(score: OrderScore) -> Mapping[str, Json]:
    return {
        "relative_effort": _rounded(score.relative),
        "area": _round(score.area),
        "won": score.won,
        "splits": len(score.splits),
    }


def _project(each: ProjectReplay) -> Json:
    return {
        "project": each.name,
        "sources": each.source,
        "is_held_out": each.is_held_out,
        "statements": each.statements,
        "covered": each.covered,
        "tests": each.tests,
        "splits": list(each.splits),
        "too_small_splits": each.skipped_splits,
        "accuracy": [_accuracy(accuracy) for accuracy in each.accuracy],
        "scores": [
            {"executor": score.executor, "order": score.order, **_split(split)}
            for score in each.scores
            for split in score.splits
        ],
    }


def _split(split: SplitScore) -> Mapping[str, Json]:
    return {
        "split": split.split,
        "kind": split.kind,
        "gap": split.gap,
        "effort": _rounded(split.efforts),
        "relative_effort": _rounded(split.relative),
        "area": _round(split.area),
        "is_won": split.is_won,
    }


def _accuracy(each: Accuracy) -> Json:
    return {
        "order": each.order,
        "items": each.items,
        "gain_rank": _round(each.gain_rank),
        "gain_error": _round(each.gain_error),
        "gain_inside": _round(each.gain_inside),
        "effort_rank": _round(each.effort_rank),
        "effort_error": _round(each.effort_error),
        "effort_inside": _round(each.effort_inside),
        "plan_percent_points": _round(each.plan_points),
        "plan_gain_error": _round(each.plan_error),
        "plan_effort_error": _round(each.plan_effort_error),
        "plan_inside": _round(each.plan_inside),
        "plans": [
            {"split": split.split, "statements": split.statements, **_checkpoint(checkpoint)}
            for split in each.splits
            for checkpoint in split.plan
        ],
    }


def _checkpoint(checkpoint: Checkpoint) -> Mapping[str, Json]:
    return {"percent_of_plan": checkpoint.percent_of_plan, **_pair(checkpoint.pair)}


def _pair(pair: Pair) -> Mapping[str, Json]:
    return {
        "expected_points": {"p10": pair.low, "p50": pair.middle, "p90": pair.high},
        "points": pair.gain,
        "expected_lines": {"p50": _round(pair.lines), "p80": _round(pair.lines_p80)},
        "lines": pair.effort,
    }


def _rounded(values: tuple[float, ...] | None) -> Json:
    return [_round(value) for value in values] if values else None


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, _DECIMALS)
