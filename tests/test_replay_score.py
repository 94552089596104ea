"""Scores of orders and accuracy of forecasts, against figures worked out by hand."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import fmean

import pytest
from replays import Toy, shop

from planner.model.plan import Range
from planner.model.problem import BodyKey
from planner.model.replay import Checkpoint, OrderScore, Pair, ProjectReplay, Replay, SplitAccuracy, SplitScore
from planner.replay.accuracy import check_split, find_accuracy, ranks_of, spearman, summarise
from planner.replay.executor import Done
from planner.replay.planners import BASELINES, YARDSTICK, random_modules
from planner.replay.score import ORACLE, RANDOM, RANDOM_ORDERS, Arena, Curve, arenas, measure, run, score_references
from planner.replay.sources import SourcesError
from planner.replay.splits import QUICK_SPLITS, make_splits
from planner.replay.state import Expected, Planner, State, Step
from planner.replay.story import replay


def _done(*pairs: tuple[int, int]) -> list[Done]:
    return [Done(("pkg/mod.py", "f"), number, gain, effort, number) for number, (gain, effort) in enumerate(pairs, 1)]


def _score(relative: float, area: float | None = 0.5, split: str = "zero-0") -> SplitScore:
    return SplitScore(split, "zero", 100, (10, 20, 30), (relative, relative, relative), area)


def _order(*scores: SplitScore, order: str = "mine") -> OrderScore:
    return OrderScore(order, "class", "plan", "realistic", scores)


# Scores


def test_effort_to_a_share_is_that_of_the_first_test_that_reaches_it() -> None:
    curve = measure(_done((25, 4), (20, 6), (5, 10), (50, 20)), gap=100, horizon=50)

    assert curve.efforts == (4, 20, 40)


def test_area_is_what_was_gained_while_effort_was_spent_up_to_the_horizon() -> None:
    curve = measure(_done((50, 10), (50, 20)), gap=100, horizon=40)

    assert curve.area == pytest.approx((0 * 10 + 0.5 * 20 + 1.0 * 10) / 40)


def test_share_that_is_never_reached_costs_the_whole_horizon() -> None:
    assert measure(_done((30, 10)), gap=100, horizon=77).efforts == (10, 77, 77)
    assert measure([], gap=100, horizon=77) == Curve((77, 77, 77), 0.0)


def test_gain_outside_the_gap_counts_no_more_than_all_of_it() -> None:
    assert measure(_done((150, 10)), gap=100, horizon=20).area == pytest.approx(0.5)


def test_yardstick_is_one_everywhere_the_oracle_has_area_one_and_random_orders_have_none(tmp_path: Path) -> None:
    project = shop(modules=8).project(tmp_path)

    mine = run(project, YARDSTICK)
    references = [{each.order: each for each in score_references(arena, "realistic")} for arena in arenas(project)]

    assert mine.relative == (1, 1, 1)
    assert mine.won == 0
    assert len(mine.splits) == len(arenas(project)) > 8
    assert {each[ORACLE].area for each in references} == {1}
    assert {each[RANDOM].area for each in references} == {0}
    assert min(each[ORACLE].splits[0].relative for each in references)[2] < 1


def test_random_is_the_mean_of_its_orders(tmp_path: Path) -> None:
    project = shop(modules=8).project(tmp_path)
    arena = Arena(project, make_splits(project)[0])

    curves = [arena.curve(random_modules(seed), "realistic") for seed in range(RANDOM_ORDERS)]

    found = arena.reference(RANDOM, "realistic")
    assert found.efforts[1] == pytest.approx(fmean(curve.efforts[1] for curve in curves))
    assert found.area == pytest.approx(fmean(curve.area for curve in curves))


def test_same_data_gives_the_same_scores(tmp_path: Path) -> None:
    first, second = (
        [run(shop().project(tmp_path), planner, executor="optimistic", counts=QUICK_SPLITS) for planner in BASELINES]
        for _ in range(2)
    )

    assert first == second


def test_no_order_needs_more_than_the_horizon_nor_less_than_one_line(tmp_path: Path) -> None:
    project = shop(modules=8).project(tmp_path)

    for arena in arenas(project):
        for planner in BASELINES:
            efforts = arena.curve(planner, "realistic").efforts
            assert 1 <= efforts[0] <= efforts[1] <= efforts[2] <= arena.horizon


# Summaries


def test_order_is_the_mean_over_splits_and_the_median_over_projects() -> None:
    projects = tuple(
        ProjectReplay(name, name, 100, 90, 10, ("a", "b"), 0, (_order(_score(low), _score(high)),))
        for name, low, high in (("a", 0.5, 0.7), ("b", 1.0, 1.4), ("c", 0.9, 0.9))
    )

    (summary,) = Replay(projects).summaries

    assert summary.relative == pytest.approx((0.9, 0.9, 0.9))
    assert (summary.won, summary.splits) == (4, 6)
    assert [name for name, _ in summary.by_project] == ["a", "b", "c"]


def test_split_is_won_by_less_effort_at_half_of_the_gap_only() -> None:
    assert SplitScore("s", "zero", 100, (9, 9, 9), (2.0, 0.99, 2.0), None).is_won
    assert not SplitScore("s", "zero", 100, (9, 9, 9), (0.5, 1.0, 0.5), None).is_won


def test_project_without_splits_has_no_say() -> None:
    projects = (
        ProjectReplay("a", "a", 100, 90, 10, ("a",), 0, (_order(_score(0.5)),)),
        ProjectReplay("b", "b", 9, 9, 1),
    )

    (summary,) = Replay(projects).summaries

    assert summary.relative == (0.5, 0.5, 0.5)
    assert _order().relative is None
    assert _order(_score(1, None)).area is None


# Accuracy


def test_ranks_share_the_mean_where_values_are_equal() -> None:
    assert ranks_of([10, 30, 20, 20]) == [1, 4, 2.5, 2.5]


def test_spearman_is_one_in_order_minus_one_against_it_and_unknown_without_any() -> None:
    assert spearman([1, 2, 3, 9], [10, 20, 30, 31]) == pytest.approx(1)
    assert spearman([1, 2, 3, 9], [4, 3, 2, 1]) == pytest.approx(-1)
    assert spearman([1, 2, 3, 4], [2, 1, 4, 3]) == pytest.approx(0.6)
    assert spearman([1, 1, 1], [1, 2, 3]) is None


def _pair(middle: int, gain: int, lines: float = 10, effort: int = 10) -> Pair:
    return Pair(middle // 2, middle, middle * 2, gain, lines, lines * 2, effort)


def test_errors_are_medians_over_items_and_shares_count_what_lies_inside() -> None:
    pairs = (_pair(10, 10), _pair(10, 20), _pair(10, 40), _pair(10, 4, effort=21), _pair(10, 8, effort=20))
    plan = (Checkpoint(50, _pair(5, 5)), Checkpoint(100, _pair(50, 40, 30, 40)))

    found = summarise("mine", [SplitAccuracy("a", 200, pairs, plan), SplitAccuracy("b", 200, (), ())])

    assert found.items == 5
    assert found.gain_error == pytest.approx(0.5)
    assert found.gain_inside == pytest.approx(3 / 5)
    assert found.effort_error == 0
    assert found.effort_inside == pytest.approx(4 / 5)
    assert found.plan_points == pytest.approx(5)
    assert found.plan_error == pytest.approx(0.25)
    assert found.plan_effort_error == pytest.approx(0.25)
    assert found.plan_inside == 1
    assert found.gain_rank is None


def test_nothing_forecast_is_no_accuracy() -> None:
    found = summarise("mine", [])

    assert (found.items, found.gain_rank, found.gain_error, found.plan_error) == (0, None, None, None)


def _foreseeing(name: str = "seer") -> Planner:
    """Expects one statement and one line of each test, 2 and 3 of each item, and plans each item twice."""

    def choose(state: State) -> Iterator[Step]:
        for number, key in enumerate([item.key for item in state.items for _ in range(2)], 1):
            yield Step(key, Expected(Range(0, number, 2 * number), number, 2 * number))

    def foresee(state: State) -> Mapping[BodyKey, Expected]:
        return {item.key: Expected(Range(1, 2, 3), 3, 6) for item in state.items}

    return Planner(name, "class", "plan", choose, foresee)


def test_forecasts_of_items_are_held_against_their_tests_alone_and_plans_against_the_run(tmp_path: Path) -> None:
    toy = Toy()
    toy.function("f", 30)
    toy.function("g", 30)
    toy.test("test_f", {"f": 4, "g": 6}, 5)
    toy.test("test_more", {"f": 10}, 7)
    toy.test("test_g", {"g": 30}, 3)
    project = toy.project(tmp_path)
    arena = Arena(project, make_splits(project, {"zero": 1})[0])

    found = check_split(arena, _foreseeing())

    assert [(pair.gain, pair.effort) for pair in found.items] == [(4 + 6 + 6, 5 + 7), (4 + 6 + 24, 5 + 3)]
    assert [(pair.low, pair.middle, pair.high, pair.lines, pair.lines_p80) for pair in found.items] == [
        (1, 2, 3, 3, 6)
    ] * 2
    assert found.statements == 62
    assert [(each.percent_of_plan, each.pair.middle, each.pair.gain) for each in found.plan] == [
        (25, 1, 10),
        (50, 2, 16),
        (75, 3, 40),
        (100, 4, 40),
    ]
    assert [(each.pair.lines, each.pair.effort) for each in found.plan] == [(1, 5), (2, 12), (3, 15), (3, 15)]


def test_planner_that_expects_nothing_of_its_steps_has_no_accuracy_of_plans(tmp_path: Path) -> None:
    project = shop(modules=8).project(tmp_path)

    found = find_accuracy(project, YARDSTICK)

    assert found.items == 0
    assert all(split.plan == () for split in found.splits)


# The whole


def test_error_in_another_process_is_the_user_s_error(tmp_path: Path) -> None:
    data = shop(modules=8).write(tmp_path)

    with pytest.raises(SourcesError, match="no sources of toy"):
        replay([data], tmp_path / "toy-1.0", lambda names, _: names, jobs=2)


def test_replay_in_two_processes_finds_what_one_finds(tmp_path: Path) -> None:
    data = [shop(name).write(tmp_path) for name in ("a", "b")]

    one = replay(data, tmp_path, lambda names, _: names, is_quick=True, jobs=1)
    two = replay(data, tmp_path, lambda names, _: names, is_quick=True, jobs=2)

    assert one == two
    assert [project.name for project in one.projects] == ["a", "b"]
    assert [len(project.splits) + project.skipped_splits for project in one.projects] == [4, 4]
    assert {score.executor for project in one.projects for score in project.scores} == {"realistic"}
    assert {each.order for each in one.summaries} >= {"miss", "pct", "BF_miss", "ad_miss", "untrained", RANDOM, ORACLE}
    assert [each.order for each in one.pooled] == ["gapplan_once"]
    assert one.pooled[0].items == sum(each.items for project in one.projects for each in project.accuracy)


def test_thorough_replay_has_both_executors_and_all_splits(tmp_path: Path) -> None:
    data = [shop(functions=3).write(tmp_path)]

    (project,) = replay(data, tmp_path, lambda names, _: names, jobs=1).projects

    assert len(project.splits) + project.skipped_splits == 13
    assert {score.executor for score in project.scores} == {"realistic", "optimistic"}
    assert {len(score.splits) for score in project.scores} == {len(project.splits)}


def test_project_whose_splits_are_all_too_small_is_listed_without_scores(tmp_path: Path) -> None:
    toy = Toy()
    toy.function("f", 20)
    toy.test("test_f", {"f": 20})

    (project,) = replay([toy.write(tmp_path)], tmp_path, lambda names, _: names, is_quick=True, jobs=1).projects

    assert (project.splits, project.skipped_splits, project.scores) == ((), 4, ())
    assert (project.statements, project.covered, project.tests) == (21, 20, 1)


def test_recording_without_any_test_is_listed_without_scores(tmp_path: Path) -> None:
    toy = Toy()
    toy.function("f", 60)

    (project,) = replay([toy.write(tmp_path)], tmp_path, lambda names, _: names, jobs=1).projects

    assert (project.splits, project.scores, project.tests) == ((), (), 0)
