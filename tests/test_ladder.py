"""Option D: rungs by whole percents, each a gate that can be set."""

from fractions import Fraction

from factories import DOUBLE, REDIS, candidate, counts, ground, target
from hypothesis import given
from hypothesis import strategies as st
from test_tally import candidate_sets, grounds

from planner.model.measurement import Counts
from planner.model.percent import passes_gate
from planner.model.plan import Candidate, Effort
from planner.solve.greedy import choose_steps
from planner.solve.ladder import MOST_RUNGS, climb
from planner.solve.tally import Ground, tally_of


def percents(steps: tuple[Candidate, ...], start: Ground) -> list[Fraction]:
    return [rung.percent for rung in climb(steps, start)]


def small_steps(number: int) -> tuple[Candidate, ...]:
    return tuple(candidate(f"u{place}", body=1, hours=1) for place in range(number))


def test_every_whole_percent_is_a_rung_where_there_are_few() -> None:
    assert percents(small_steps(5), ground(target(55))) == [51, 52, 53, 54, 55]


def test_the_last_rung_is_the_target_itself() -> None:
    start = ground(target("52.5"), counts(1_000, 500))

    assert percents(small_steps(25), start) == [51, 52, Fraction("52.5")]


def test_rungs_stop_where_the_steps_do() -> None:
    assert percents(small_steps(3), ground(target(55))) == [51, 52, 53]
    assert climb((), ground()) == ()


def test_a_step_that_passes_several_percents_sets_a_rung_for_each() -> None:
    assert percents((candidate(body=4),), ground(target(54))) == [51, 52, 53, 54]


@given(candidate_sets(), grounds())
def test_rungs_are_few_and_rise_to_the_target(candidates: tuple[Candidate, ...], start: Ground) -> None:
    steps = choose_steps(candidates, start)

    found = climb(steps, start)

    assert len(found) <= MOST_RUNGS
    assert [rung.percent for rung in found] == sorted({rung.percent for rung in found})
    assert all(start.today.percent < rung.percent or rung.percent == start.target.percent for rung in found)
    if steps and not tally_of(steps, start).shortfall:
        assert found[-1].percent == start.target.percent


@given(st.integers(0, 98), st.integers(1, 99))
def test_there_are_never_more_rungs_than_a_plan_can_use(today: int, climbs: int) -> None:
    goal = min(100, today + climbs)

    found = percents(small_steps(100), ground(target(goal), Counts(100, today)))

    assert 1 <= len(found) <= MOST_RUNGS
    assert found[-1] == goal


@given(candidate_sets(), grounds())
def test_effort_and_points_never_fall_on_the_way_up(candidates: tuple[Candidate, ...], start: Ground) -> None:
    found = climb(choose_steps(candidates, start), start)

    efforts = [rung.effort.p50 for rung in found]
    gains = [rung.points_gained for rung in found]
    assert efforts == sorted(efforts)
    assert gains == sorted(gains)
    assert all(rung.points == start.today.covered_points + rung.points_gained for rung in found)


def test_the_gate_of_a_rung_passes_when_it_is_reached() -> None:
    found = climb(small_steps(20), ground(target(70)))

    assert all(passes_gate(rung.points, 100, rung.fail_under, 0) for rung in found)


def test_a_rung_counts_the_doubles_built_on_the_way() -> None:
    steps = (candidate("a", body=1, hours=1, seams=(REDIS,)), candidate("b", body=1, hours=1, seams=(REDIS,)))

    first, second = climb(steps, ground(target(52)))

    assert first.effort == Effort(1, 2) + DOUBLE
    assert second.effort == Effort(2, 4) + DOUBLE


def test_a_rung_is_judged_on_the_total_of_its_moment() -> None:
    start = ground(target(52), counts(100, 50), entering={"new.py": 100})
    steps = (candidate("a", body=1), candidate("b", body=60, path="new.py"))

    found = climb(steps, start)

    assert [(int(rung.percent), rung.points) for rung in found] == [(51, 51), (52, 111)]
