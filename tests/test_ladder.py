"""Option D: rungs, each a gate that can be set, with the work and the time they take."""

from datetime import date
from fractions import Fraction

import pytest
from factories import DOUBLE, REDIS, candidate, counts, ground, target
from hypothesis import given
from hypothesis import strategies as st
from test_tally import SOME, plans, tally_of

from planner.model.measurement import Counts
from planner.model.option import Count, Rung
from planner.model.percent import passes_gate
from planner.model.plan import Candidate, Effort, Spread
from planner.model.wish import Pace, Wish
from planner.solve.ladder import MOST_RUNGS, climb, rung_percents
from planner.solve.tally import Ground

TODAY = date(2026, 11, 2)
Plan = tuple[Ground, tuple[Candidate, ...]]


def small_steps(number: int) -> tuple[Candidate, ...]:
    """Tests of one point and one hour each."""
    return tuple(candidate(f"u{place}", body=1, hours=1) for place in range(number))


def rungs_of(number: int, goal: str | int, *, wish: Wish | None = None, spread: Spread | None = None) -> list[Rung]:
    """The rungs of so many small steps from 50 of 100 points."""
    steps = small_steps(number)
    return list(climb(steps, ground(target(goal), candidates=steps, wish=wish, spread=spread)))


# Where to stop


def test_every_whole_percent_is_a_rung_where_there_are_few() -> None:
    assert [rung.percent for rung in rungs_of(5, 55)] == [51, 52, 53, 54, 55]


def test_the_last_rung_is_the_target_itself() -> None:
    assert list(rung_percents(ground(target("52.5"), counts(1_000, 500)))) == [51, 52, Fraction("52.5")]


def test_the_rungs_asked_for_are_taken_instead_with_the_target() -> None:
    wish = Wish(ladder=(Fraction(55), Fraction(50), Fraction("52.5"), Fraction(70)))

    assert rung_percents(ground(target(60), wish=wish)) == (Fraction("52.5"), Fraction(55), Fraction(60), Fraction(70))


def test_rungs_asked_for_below_today_alone_leave_those_of_whole_percents() -> None:
    assert list(rung_percents(ground(target(52), wish=Wish(ladder=(Fraction(40),))))) == [51, 52]


@given(st.integers(0, 9_800), st.integers(1, 9_999))
def test_there_are_never_more_rungs_than_a_plan_can_use(today: int, climbs: int) -> None:
    goal = Fraction(min(10_000, today + climbs), 100)

    found = rung_percents(ground(target(str(goal)), Counts(10_000, today)))

    assert 1 <= len(found) <= MOST_RUNGS
    assert list(found) == sorted(set(found))
    assert found[0] > Fraction(today, 100)
    assert found[-1] == goal


@SOME
@given(plans())
def test_a_ladder_has_a_rung_for_each_percent(plan: Plan) -> None:
    start, tests = plan

    assert [rung.percent for rung in climb(tests, start)] == list(rung_percents(start))


# What a rung is


@SOME
@given(plans())
def test_a_rung_says_what_it_takes_from_today(plan: Plan) -> None:
    start, tests = plan

    for rung in climb(tests, start):
        assert rung.fail_under == rung.percent
        assert rung.points_gained == max(0, rung.points - start.today.covered_points)


def test_the_gate_of_a_rung_passes_when_it_is_reached() -> None:
    found = rungs_of(20, 70)

    assert all(passes_gate(rung.points, 100, rung.fail_under, 0) for rung in found)
    assert not any(passes_gate(rung.points - 1, 100, rung.fail_under, 0) for rung in found)


def test_only_the_target_itself_is_meant_as_it_is_meant() -> None:
    steps = small_steps(20)

    found = climb(steps, ground(target(60, "gate"), counts(1_000, 583), candidates=steps))

    assert [(int(rung.percent), rung.points) for rung in found] == [(59, 590), (60, 595)]


# What leads there


def test_steps_lead_to_rungs_as_far_as_they_go() -> None:
    found = rungs_of(3, 55)

    assert [rung.tests for rung in found] == [Count(1, 1), Count(2, 2), Count(3, 3), None, None]
    assert [rung.effort is None for rung in found] == [False, False, False, True, True]
    assert all(rung.points_gained for rung in found)


def test_a_step_may_lead_to_several_rungs() -> None:
    steps = (candidate(body=4),)

    found = climb(steps, ground(target(54), candidates=steps))

    assert [rung.tests for rung in found] == [Count(1, 1)] * 4


def test_to_be_surer_takes_more_tests_and_hours() -> None:
    found = rungs_of(40, 70, spread=Spread(common=0.25))

    sure = [(rung.tests, rung.effort) for rung in found if rung.tests and rung.effort]
    assert all(tests.p50 <= tests.p80 and effort.p50 <= effort.p80 for tests, effort in sure)
    assert sure[-1][0] == Count(20, 25)


def test_where_the_steps_are_not_sure_enough_no_tests_are_known() -> None:
    assert rungs_of(20, 70, spread=Spread(common=0.25))[-1].tests is None


@SOME
@given(plans())
def test_tests_and_hours_never_fall_on_the_way_up(plan: Plan) -> None:
    start, tests = plan

    known = [(rung.tests, rung.effort) for rung in climb(tests, start) if rung.tests and rung.effort]

    for figures in (
        [count.p50 for count, _ in known],
        [count.p80 for count, _ in known],
        [effort.p50 for _, effort in known],
        [round(effort.p80, 6) for _, effort in known],
    ):
        assert figures == sorted(figures)


@SOME
@given(plans())
def test_the_tests_of_a_rung_are_enough_and_one_less_is_not(plan: Plan) -> None:
    start, tests = plan
    assert start.target is not None
    last = [rung for rung in climb(tests, start) if rung.percent == start.target.percent]

    for rung in last:
        if rung.tests:
            enough, short = (tally_of(tests[: rung.tests.p50 - less], start) for less in (0, 1))
            assert enough.points >= enough.need
            assert short.points < short.need


def test_a_rung_counts_the_doubles_built_on_the_way() -> None:
    steps = tuple(candidate(name, body=1, hours=1, seams=(REDIS,)) for name in ("a", "b"))

    first, second = climb(steps, ground(target(52), candidates=steps))

    one = Effort(1, 2)
    for rung, effort in ((first, one + DOUBLE), (second, one + DOUBLE + one)):
        assert rung.effort is not None
        assert rung.effort.p50 == effort.p50
        assert rung.effort.p80 == pytest.approx(effort.p80)


def test_a_file_that_enters_on_the_way_is_caught_up_with() -> None:
    steps = (candidate("a", body=1), candidate("b", body=60, path="new.py"))

    found = climb(steps, ground(target(52), counts(100, 50), {"new.py": 100}, candidates=steps))

    assert [rung.tests for rung in found] == [Count(1, 1), Count(2, 2)]


# When


def test_points_at_a_pace_of_milestones_take_so_many() -> None:
    pace = Pace(Fraction(287), "points", "milestone")
    start = ground(target(50), Counts(18_394, 9_197 - 450), wish=Wish(paces=(pace,), today=TODAY))

    rung = climb((), start)[-1]

    assert rung.points_gained == 450
    assert rung.periods == ((pace, Fraction(450, 287)),)
    assert f"{float(rung.periods[0][1]):.1f}" == "1.6"


def test_of_a_milestone_no_date_is_known() -> None:
    found = rungs_of(5, 55, wish=Wish(paces=(Pace(Fraction(3), "points", "milestone"),), today=TODAY))

    assert [rung.due for rung in found] == [None] * 5


def test_a_date_is_counted_from_today_in_whole_days() -> None:
    weekly = Pace(Fraction(2), "points", "week")

    found = rungs_of(5, 55, wish=Wish(paces=(weekly,), today=TODAY))

    assert [rung.due for rung in found] == [
        date(2026, 11, 6),
        date(2026, 11, 9),
        date(2026, 11, 13),
        date(2026, 11, 16),
        date(2026, 11, 20),
    ]


def test_of_several_paces_the_last_date_counts() -> None:
    points, hours = Pace(Fraction(1), "points", "day"), Pace(Fraction(2), "hours", "week")

    rung = rungs_of(5, 51, wish=Wish(paces=(points, hours), today=TODAY))[-1]

    assert [count for _, count in rung.periods] == [1, 1]
    assert rung.due == date(2026, 11, 9)


def test_tests_and_hours_are_paced_by_what_is_sure_enough() -> None:
    paces = tuple(Pace(Fraction(1), kind, "week") for kind in ("tests", "hours"))

    rung = rungs_of(40, 70, spread=Spread(common=0.25), wish=Wish(paces=paces))[-1]

    assert rung.tests is not None
    assert rung.effort is not None
    tests, hours = (count for _, count in rung.periods)
    assert tests == rung.tests.p80
    assert float(hours) == pytest.approx(rung.effort.p80, abs=1e-5)


def test_where_no_tests_are_known_only_points_have_a_pace() -> None:
    paces = (Pace(Fraction(1), "tests", "week"), Pace(Fraction(2), "points", "week"))

    rung = rungs_of(1, 52, wish=Wish(paces=paces, today=TODAY))[-1]

    assert [pace.of for pace, _ in rung.periods] == ["points"]
    assert rung.due == date(2026, 11, 9)


def test_without_today_there_are_no_dates() -> None:
    assert rungs_of(1, 51, wish=Wish(paces=(Pace(Fraction(1), "points", "week"),)))[-1].due is None
