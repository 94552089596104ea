"""Every figure of an option, from its tests."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from factories import (
    DOUBLE,
    MODULE_START,
    REDIS,
    REQUESTS,
    URLLIB3,
    candidate,
    counts,
    ground,
    target,
)
from hypothesis import given
from hypothesis import strategies as st
from test_tally import SOME, plans, tally_of

from planner.model.measurement import Counts
from planner.model.option import Count, LeftOut, Option
from planner.model.plan import Candidate, Effort, Spread
from planner.model.problem import MILLION
from planner.model.wish import Pace, Requirement, Wish
from planner.solve.account import (
    FEWEST_BETWEEN,
    MOST_BETWEEN,
    Subject,
    account,
    measure_after,
)
from planner.solve.ceiling import find_ceiling
from planner.solve.tally import Ground
from planner.solve.way import Chosen, probability_of

Plan = tuple[Ground, tuple[Candidate, ...]]


def option_of(
    start: Ground, *tests: Candidate, among: tuple[Candidate, ...] | None = None, outside: str = ""
) -> Option:
    """The option of these tests, which might have chosen from all candidates unless said otherwise."""
    every = start.forecast.candidates
    subject = Subject("A", "a name", "a story", every if among is None else among, outside)
    return account(subject, Chosen(tests, None), start, every)


def uncertain(*candidates: Candidate, goal: int = 60, confidence: float = 0.8) -> Ground:
    return ground(
        target(goal),
        candidates=candidates,
        spread=Spread(0.25, 0.8),
        wish=Wish(confidence=confidence),
    )


# Points


@SOME
@given(plans())
def test_the_arithmetic_of_an_option_is_exact(plan: Plan) -> None:
    start, tests = plan

    found = option_of(start, *tests)

    tally = tally_of(tests, start)
    assert found.points_gained == found.gain.p50 == tally.points
    assert found.points_after == start.today.covered_points + found.points_gained
    assert found.points_total_after == start.today.points + tally.entered
    assert found.whole_tree_points_after == start.whole_tree.covered_points + found.points_gained
    assert found.whole_tree_total == start.whole_tree.points
    assert start.target is not None
    assert found.shortfall == max(
        0, start.target.points_needed(found.points_total_after) - start.today.covered_points - found.points_gained
    )


@SOME
@given(plans())
def test_steps_add_up_to_what_the_option_gains_and_costs(plan: Plan) -> None:
    start, tests = plan

    found = option_of(start, *tests)

    assert sum(step.marginal_gain for step in found.steps) == found.points_gained
    assert sum(step.import_time_gain for step in found.steps) == found.import_time_points
    assert all(0 <= step.import_time_gain <= step.marginal_gain for step in found.steps)
    assert found.effort == sum((step.effort for step in found.steps), Effort())
    assert [step.order for step in found.steps] == list(range(1, len(tests) + 1))
    assert tuple(step.candidate for step in found.steps) == tests


@SOME
@given(plans())
def test_steps_say_the_how_manieth_test_of_their_candidate_they_are(plan: Plan) -> None:
    start, tests = plan

    found = option_of(start, *tests)

    assert [step.test for step in found.steps] == [tests[: place + 1].count(each) for place, each in enumerate(tests)]


@SOME
@given(plans())
def test_a_range_goes_upwards_and_never_above_what_is_missing(plan: Plan) -> None:
    start, tests = plan

    found = option_of(start, *tests)

    assert found.gain.p10 <= found.gain.p50 <= found.gain.p90
    assert found.points_after + found.gain.p90 - found.gain.p50 <= found.points_total_after + _outside(start, tests)


def _outside(start: Ground, tests: tuple[Candidate, ...]) -> int:
    """Points of files that tests may run into without importing them by name."""
    named = {path for each in tests for path in (each.path, *each.imports)}
    return sum(points for path, points in start.entering.items() if path not in named)


def test_points_gained_are_the_union_and_not_the_sum() -> None:
    helper = candidate("helper", body=10)
    callers = tuple(candidate(name, body=5, reaches={helper.key: 500_000}) for name in ("one", "two"))

    found = option_of(ground(candidates=(helper, *callers)), *callers)

    assert found.points_gained == 5 + 5 + 7


def test_a_step_that_only_imports_is_hollow() -> None:
    registry = candidate("<module>", path="registry.py", body=0, imports={"registry.py": 7})

    (step,) = option_of(ground(candidates=(registry,)), registry).steps

    assert (step.marginal_gain, step.import_time_gain, step.is_hollow) == (7, 7, True)


def test_each_step_has_what_it_alone_imports() -> None:
    tests = tuple(
        candidate(name, path=f"{name}.py", body=20, imports={f"{name}.py": points})
        for name, points in (("a", 7), ("b", 5))
    )

    steps = option_of(ground(candidates=tests), *tests).steps

    assert [(step.marginal_gain, step.import_time_gain) for step in steps] == [(27, 7), (25, 5)]
    assert [step.imports for step in steps] == [("a.py",), ("b.py",)]


def test_a_step_that_imports_and_tests_is_not_hollow() -> None:
    one = candidate(body=5, imports={"pkg/mod.py": 7})

    (step,) = option_of(ground(candidates=(one,)), one).steps

    assert (step.marginal_gain, step.import_time_gain, step.is_hollow) == (12, 7, False)


# How sure


@SOME
@given(plans())
def test_the_probability_rises_with_every_step_where_the_total_stays(plan: Plan) -> None:
    start, tests = plan
    start = replace(start, entering={}, forecast=replace(start.forecast, spread=Spread(common=0.25, imported=0.05)))

    found = [option_of(start, *tests[:count]).probability for count in range(len(tests) + 1)]

    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(found))


def test_an_option_reaches_the_target_when_it_is_as_sure_as_asked() -> None:
    one = candidate(body=12)

    modest, strict = (option_of(uncertain(one, confidence=confidence), one) for confidence in (0.5, 0.9))

    assert modest.probability == strict.probability
    assert 0.5 < modest.probability < 0.9
    assert modest.reaches_target
    assert not strict.reaches_target
    assert strict.shortfall == 0


def test_a_certain_gain_reaches_or_misses_the_target_by_a_point() -> None:
    enough, short = candidate(body=10), candidate(body=9)

    assert option_of(ground(target(60), candidates=(enough,)), enough).reaches_target
    assert option_of(ground(target(60), candidates=(short,)), short).probability == 0.0
    assert option_of(ground(target(60), candidates=(short,)), short).shortfall == 1


def test_an_option_is_as_sure_as_the_least_sure_of_what_is_asked() -> None:
    one, other = candidate(path="a.py", body=30), candidate(path="b.py", body=10)
    wish = Wish(require=(Requirement("b.py", Fraction(50)),))
    files = {"a.py": Counts(50, 20), "b.py": Counts(20, 0)}
    start = ground(target(51), Counts(100, 50), candidates=(one, other), files=files, wish=wish)

    assert option_of(start, one).probability == 0.0
    assert option_of(start, one, other).probability == pytest.approx(1.0)


def test_half_of_all_cases_take_the_tests_that_reach_the_target_as_expected() -> None:
    tests = tuple(candidate(f"u{number}", body=5) for number in range(4))

    assert option_of(uncertain(*tests), *tests).tests == Count(2, 4)
    assert option_of(uncertain(*tests, goal=90), *tests).tests == Count(4, 4)


@SOME
@given(plans())
def test_being_surer_never_takes_fewer_tests(plan: Plan) -> None:
    start, tests = plan

    found = option_of(start, *tests).tests

    assert found.p50 <= found.p80 == len(tests)


# What is built and begun


def test_a_double_is_bought_by_the_first_step_that_needs_it() -> None:
    first, second = (candidate(name, seams=(REDIS,), hours=1) for name in ("a", "b"))

    found = option_of(ground(candidates=(first, second)), first, second)

    assert [[seam.name for seam in step.new_seams] for step in found.steps] == [["redis"], []]
    assert [step.effort.p50 for step in found.steps] == [1.0 + DOUBLE.p50, 1.0]


def test_doubles_are_listed_by_the_points_behind_them() -> None:
    cache = candidate("cache", body=5, seams=(REDIS,))
    web = tuple(candidate(name, body=8, seams=(seam,)) for name, seam in (("one", REQUESTS), ("two", URLLIB3)))

    found = option_of(ground(candidates=(cache, *web)), cache, *web)

    assert [(each.seam, each.points) for each in found.new_seams] == [(REQUESTS, 16), (REDIS, 5)]


def test_a_test_file_is_begun_once_for_each_module() -> None:
    tests = tuple(candidate(name, starts_module=True, tests=2, branch=1) for name in ("one", "other"))

    found = option_of(ground(candidates=tests), tests[0], tests[1], tests[0])

    assert [step.starts_module for step in found.steps] == [True, False, False]
    assert [step.effort.p50 for step in found.steps] == [1.0 + MODULE_START.p50, 1.0, 0.5]


# What is left out


def test_what_is_not_needed_and_what_lies_outside_is_said_with_its_points_and_files() -> None:
    taken, spare = candidate("taken", path="a.py"), candidate("spare", path="b.py", body=7)
    far, wide = candidate("far", path="c.py", body=20), candidate("wide", path="d.py", body=30)
    start = ground(candidates=(taken, spare, far, wide))

    found = option_of(start, taken, among=(taken, spare), outside="elsewhere")

    spared, outside = found.left_out
    assert (spared.points, spared.files) == (7, 1)
    assert outside == LeftOut("elsewhere", 50, 2)
    assert spared.reason != outside.reason


def test_what_tests_reach_through_calls_is_not_left_out() -> None:
    helper = candidate("helper")
    caller = candidate("caller", reaches={helper.key: 500_000})

    assert option_of(ground(candidates=(helper, caller)), caller).left_out == ()


@SOME
@given(plans())
def test_what_is_left_out_is_never_more_than_can_be_covered(plan: Plan) -> None:
    start, tests = plan

    found = option_of(start, *tests, among=tests, outside="elsewhere")

    assert sum(each.points for each in found.left_out) <= sum(start.forecast.gaps.values())


# Ceilings


def test_a_ceiling_is_each_missing_point_and_each_import() -> None:
    one = candidate("one", body=10, entry=300_000, imports={"pkg/mod.py": 7, "pkg/__init__.py": 2})
    other = candidate("other", body=20, imports={"pkg/mod.py": 7})
    start = ground(today=counts(100, 50), entering={"pkg/mod.py": 40}, candidates=(one, other))

    assert find_ceiling((one, other), start) == (50 + 30 + 9, 140)
    assert find_ceiling((other,), start) == (50 + 20 + 7, 140)
    assert find_ceiling((), start) == (50, 100)


def test_of_functions_that_it_only_reaches_a_ceiling_has_what_is_expected() -> None:
    helper = candidate("helper", body=10)
    caller = candidate("caller", body=5, reaches={helper.key: 500_000})
    start = ground(today=counts(100, 50), candidates=(helper, caller))

    assert find_ceiling((caller,), start) == (60, 100)
    assert find_ceiling((caller, helper), start) == (65, 100)


def test_a_ceiling_has_what_further_tests_reach_of_other_functions() -> None:
    helper = candidate("helper", body=16)
    plain = candidate("caller", body=0, tests=3, reaches={helper.key: 500_000})
    caller = replace(plain, branch={helper.key: 500_000})
    start = ground(today=counts(100, 50), candidates=(helper, caller))

    assert find_ceiling((caller,), start) == (50 + 14, 100)
    assert find_ceiling((replace(caller, tests=2),), start) == (50 + 12, 100)
    assert find_ceiling((replace(caller, tests=1),), start) == (50 + 8, 100)


def test_a_third_of_a_point_more_or_less_is_rounded_alike_in_the_ceiling() -> None:
    helper = candidate("helper", body=3)
    caller = candidate("caller", body=0, reaches={helper.key: 333_333})
    start = ground(candidates=(helper, caller))

    found = option_of(start, caller, among=(caller,))

    assert found.points_after <= found.ceiling


@SOME
@given(plans())
def test_no_option_ends_above_its_ceiling(plan: Plan) -> None:
    start, tests = plan
    own = tuple({each.key: each for each in tests}.values())

    found = option_of(start, *tests, among=own)

    assert found.points_after <= found.ceiling


def test_a_target_that_is_reached_without_a_file_is_not_out_of_reach_because_of_it() -> None:
    """The new file would bring 100 points into the total and only one that can be covered."""
    near, new = candidate("near", body=10), candidate("new", path="new.py", body=0, imports={"new.py": 1})
    start = ground(target(55), counts(100, 50), {"new.py": 100}, candidates=(near, new))

    found = option_of(start, near)

    assert found.reaches_target
    assert not found.is_out_of_reach


def test_a_target_above_the_ceiling_is_out_of_reach() -> None:
    one = candidate(body=10)

    assert not option_of(ground(target(60), candidates=(one,)), one).is_out_of_reach
    assert option_of(ground(target(61), candidates=(one,)), one).is_out_of_reach


def test_a_target_below_the_ceiling_that_is_not_expected_is_within_reach() -> None:
    one = candidate(body=10, entry=500_000)

    found = option_of(ground(target(60), candidates=(one,)), one)

    assert not found.reaches_target
    assert not found.is_out_of_reach
    assert found.shortfall == 5


# Requirements


def test_a_requirement_says_what_its_files_have_after_the_option() -> None:
    live, other = candidate(path="live/a.py", body=20), candidate(path="b.py", body=30)
    wish = Wish(require=(Requirement("live", Fraction(80)),))
    files = {"live/a.py": Counts(50, 25), "b.py": Counts(50, 10)}
    start = ground(candidates=(live, other), files=files, wish=wish)

    with_it, without = (option_of(start, *tests).requirements for tests in ((live,), (other,)))

    assert [(each.pattern, each.percent, each.today, each.points_after, each.is_met) for each in with_it] == [
        ("live", Fraction(80), Counts(50, 25), 45, True)
    ]
    assert [(each.points_after, each.is_met) for each in without] == [(25, False)]


def test_all_tests_of_a_file_cover_what_can_be_covered_of_it() -> None:
    """Points that the forecast sets apart as core of the folder lie in files all the same."""
    one = candidate(path="live/a.py", body=100, reaches={("live/", ""): MILLION})
    wish = Wish(require=(Requirement("live", Fraction(80)),))
    start = ground(candidates=(one,), core=300, files={"live/a.py": Counts(100, 0)}, wish=wish)

    found = option_of(start, one)

    assert found.points_gained == 100
    assert found.requirements[0].points_after == 100
    assert found.probability == pytest.approx(1.0)


# When to measure, and until when


@given(st.integers(0, 500))
def test_measuring_comes_again_and_again_but_not_after_the_last_step(steps: int) -> None:
    found = measure_after(steps)

    between = [later - earlier for earlier, later in pairwise((0, *found))]
    assert all(FEWEST_BETWEEN <= each <= MOST_BETWEEN for each in between)
    assert all(each < steps for each in found)
    assert len(set(between)) <= 1
    assert steps - (found[-1] if found else 0) <= max(FEWEST_BETWEEN, MOST_BETWEEN)


def test_a_plan_of_medium_length_is_measured_after_each_quarter() -> None:
    assert measure_after(20) == (5, 10, 15)


def test_a_plan_with_something_to_mend_is_measured_after_it_first() -> None:
    mended = replace(candidate("blocked", path="c.py", body=4), mends="cause")
    written = tuple(candidate(f"u{number}", path=f"m{number}.py", body=5) for number in range(7))
    start = ground(candidates=(mended, *written))

    found = option_of(start, *written, mended)

    assert found.steps[0].candidate == mended
    assert found.measure_after == (1, 3, 6)
    assert option_of(start, *written[:4], mended, mended, mended, mended).measure_after == (4, 6)
    assert option_of(start, mended).measure_after == ()
    assert option_of(start, *written).measure_after == (3, 6)


TODAY = date(2026, 11, 2)


def deadline_wish(days: int, *paces: Pace) -> Wish:
    return Wish(by=TODAY + timedelta(days), today=TODAY, paces=paces)


def test_a_deadline_says_what_the_pace_leaves_until_then() -> None:
    one = candidate(hours=5)
    weekly, monthly = Pace(Fraction(6), "hours", "week"), Pace(Fraction(365, 12) / 2, "hours", "month")

    slow, fast = (
        option_of(ground(candidates=(one,), wish=deadline_wish(14, *paces)), one).deadline
        for paces in ((weekly, monthly), (weekly,))
    )

    assert slow is not None
    assert fast is not None
    assert (fast.by, fast.days, fast.hours, fast.is_enough) == (TODAY + timedelta(14), 14, 12.0, True)
    assert (slow.hours, slow.is_enough) == (7.0, False)
    assert fast.hours_a_week == pytest.approx(5.0)


@pytest.mark.parametrize("pace", [Pace(Fraction(5), "points", "week"), Pace(Fraction(5), "hours", "milestone")])
def test_paces_without_hours_or_days_leave_no_hours(pace: Pace) -> None:
    one = candidate()

    found = option_of(ground(candidates=(one,), wish=deadline_wish(14, pace)), one).deadline

    assert found is not None
    assert (found.hours, found.is_enough) == (None, False)


def test_without_a_day_there_is_no_deadline() -> None:
    assert option_of(ground()).deadline is None


def test_probabilities_are_those_of_the_tally() -> None:
    one = candidate(body=12)
    start = uncertain(one)

    assert option_of(start, one).probability == probability_of(tally_of((one,), start))
