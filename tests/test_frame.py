"""A plan's choice as numbers."""

from dataclasses import replace
from fractions import Fraction
from math import exp

import pytest
from factories import CLOCK, DOUBLE, MODULE_START, REDIS, REQUESTS, URLLIB3, candidate, counts, ground, target
from hypothesis import given
from hypothesis import strategies as st
from test_tally import SOME, grounds, plans, tally_of

from planner.model.chance import sigmas
from planner.model.measurement import Counts
from planner.model.plan import MILLI, Candidate, Effort, Spread
from planner.model.problem import MILLION, Need, Problem
from planner.model.wish import Requirement, Weights, Wish
from planner.solve.frame import SECONDS, Guess, make_problem, weight_of
from planner.solve.instance import index_problem
from planner.solve.tally import Ground
from planner.solve.union import Union

CONFIDENCES = st.floats(0.5, 0.99)


def problem_of(start: Ground, guess: Guess | None = None, *, is_even: bool = False) -> Problem:
    return make_problem(start.forecast.candidates, start, guess or Guess(), is_even=is_even)


# Aims


def test_an_aim_has_the_tests_prices_and_chances_of_its_candidate() -> None:
    one = candidate(hours=2, tests=3, entry=600_000, branch=300_000, imports={"pkg/mod.py": 7})

    (aim,) = problem_of(ground(candidates=(one,))).aims

    assert (aim.key, aim.most) == (one.key, 3)
    assert (aim.first, aim.further) == (2 * SECONDS, SECONDS)
    assert (aim.entry, aim.branch) == (one.entry, one.branch)
    assert (aim.brings, aim.needs) == (("pkg/mod.py",), ())


def test_doubles_have_a_name_by_which_they_are_shared() -> None:
    one = candidate("one", seams=(REQUESTS, URLLIB3, CLOCK))
    other = candidate("other", seams=(REDIS, REQUESTS))

    problem = problem_of(ground(candidates=(one, other)))

    first, second = (set(aim.needs) for aim in problem.aims)
    assert len(first) == 1
    assert len(second) == 2
    assert first < second
    assert problem.setups == dict.fromkeys(second, round(DOUBLE.p50 * SECONDS))


def test_what_the_first_test_of_a_module_takes_on_top_does_not_bear_on_the_choice() -> None:
    new, old = (ground(candidates=(candidate(starts_module=starts),)) for starts in (True, False))

    assert problem_of(new) == problem_of(old)


@SOME
@given(plans())
def test_the_solver_counts_and_pays_what_the_tally_does(plan: tuple[Ground, tuple[Candidate, ...]]) -> None:
    start, tests = plan
    problem = problem_of(start, is_even=True)
    union = Union(index_problem(problem))

    for each in tests:
        union.add(start.forecast.candidates.index(each))

    tally = tally_of(tests, start)
    assert abs(union.weight - tally.milli) <= 2 * len(problem.bodies)  # each body is cut to a thousandth
    hours = sum(step.effort.p50 for step in map(tally_of((), start).add, tests))
    hours -= len({each.path for each in tests if each.starts_module}) * MODULE_START.p50
    assert union.price == pytest.approx(hours * SECONDS, abs=1e-6)


# What points are worth


@SOME
@given(grounds())
def test_even_takes_the_forecast_as_it_is(start: Ground) -> None:
    problem = problem_of(start, Guess(margin=0.5), is_even=True)

    assert problem.bodies == start.forecast.bodies
    assert {path: weight for path, weight in problem.lumps.items() if weight} == {
        path: points * MILLI for path, points in start.forecast.imports.items() if points
    }


@given(CONFIDENCES, CONFIDENCES, st.floats(0, 1), st.integers(0, 5))
def test_who_wants_to_be_surer_counts_on_less_and_asks_for_more(
    one: float, other: float, margin: float, noise: int
) -> None:
    low, high = sorted((one, other))
    mod = candidate(imports={"pkg/mod.py": 7})
    spread = Spread(imported=0.05, noise=noise)

    loose, strict = (
        problem_of(ground(candidates=(mod,), spread=spread, wish=Wish(confidence=confidence)), Guess(margin))
        for confidence in (low, high)
    )

    assert strict.bodies[mod.key] <= loose.bodies[mod.key] <= 10 * MILLI
    assert strict.lumps["pkg/mod.py"] <= loose.lumps["pkg/mod.py"] <= 7 * MILLI
    assert strict.needs[0].weight >= loose.needs[0].weight >= 30 * MILLI


def test_who_is_content_with_an_even_chance_counts_on_the_whole_forecast() -> None:
    start = ground(candidates=(candidate(),), spread=Spread(0.3, 0.8, 0.1, noise=5), wish=Wish(confidence=0.5))

    problem = problem_of(start, Guess(margin=0.8))

    assert problem.bodies == start.forecast.bodies
    assert problem.needs[0].weight == 30 * MILLI


def test_points_are_worth_what_is_left_when_the_forecast_strays_by_the_margin() -> None:
    start = ground(candidates=(candidate(body=100),), wish=Wish(confidence=0.9))

    (weight,) = problem_of(start, Guess(margin=0.4)).bodies.values()

    assert weight == pytest.approx(100 * MILLI * exp(-0.4 * sigmas(0.9)), abs=1)


def test_a_guess_is_what_the_tally_tells() -> None:
    one = candidate(tests=2, entry=500_000, branch=500_000)
    tally = tally_of((one, one), ground(candidates=(one,), spread=Spread(0.25, 0.8)))

    guess = Guess.after(tally, extra=(3,))

    assert (guess.margin, guess.tests, guess.extra) == (tally.gain.body_sigma, 2, (3,))


# What hours are worth


def test_a_weight_is_one_where_nothing_is_said() -> None:
    assert weight_of("a.py", ground(churn={"a.py": 1.0})) == 1.0


def test_hours_on_critical_files_count_for_less() -> None:
    start = ground(wish=Wish(critical=("live", "a*.py"), weights=Weights(critical=3.0)))

    assert [weight_of(path, start) for path in ("live/b.py", "abc.py", "b.py")] == [3.0, 3.0, 1.0]


def test_hours_on_files_that_change_much_count_for_less() -> None:
    start = ground(wish=Wish(weights=Weights(churn=1.0), critical=("b.py",)), churn={"a.py": 0.5, "b.py": 1.0})

    assert [weight_of(path, start) for path in ("a.py", "b.py", "c.py")] == [1.5, 4.0, 1.0]


def test_prices_are_divided_by_the_weight_but_not_those_of_doubles() -> None:
    one = candidate(hours=2, seams=(REDIS,))
    plain = problem_of(ground(candidates=(one,)))
    critical = problem_of(ground(candidates=(one,), wish=Wish(critical=("pkg",), weights=Weights(critical=2.0))))

    assert critical.aims[0].first * 2 == plain.aims[0].first
    assert critical.aims[0].further * 2 == plain.aims[0].further
    assert critical.setups == plain.setups


def test_even_takes_every_hour_at_its_full_price() -> None:
    start = ground(candidates=(candidate(),), wish=Wish(critical=("pkg",)))

    assert problem_of(start, is_even=True) == problem_of(replace(start, wish=Wish()), is_even=True)


def test_no_test_is_free() -> None:
    free = replace(candidate(), first=Effort(), further=Effort())

    (aim,) = problem_of(ground(candidates=(free,))).aims

    assert aim.first > 0
    assert aim.further > 0


# What is needed


def test_the_target_needs_what_it_lacks_today() -> None:
    assert problem_of(ground(target(80), counts(100, 50))).needs == (Need(30 * MILLI),)


def test_extra_weight_comes_on_top() -> None:
    assert problem_of(ground(target(80), counts(100, 50)), Guess(extra=(7,))).needs == (Need(30 * MILLI + 7),)


def test_without_a_target_only_requirements_are_needs() -> None:
    start = replace(ground(wish=Wish(require=(Requirement("a.py", Fraction(50)),))), target=None)

    assert [need.within for need in problem_of(start).needs] == [frozenset()]


def test_a_file_that_enters_raises_the_need_by_its_part() -> None:
    new = candidate(path="new.py", imports={"new.py": 10})

    problem = problem_of(ground(target(50), counts(100, 40), {"new.py": 60}, candidates=(new,)))

    assert problem.needs == (Need(10 * MILLI, None, {"new.py": 30 * MILLI}),)
    assert problem.aims[0].brings == ("new.py",)


def test_a_file_that_enters_without_import_time_points_is_brought_all_the_same() -> None:
    new = candidate(path="new.py")

    problem = problem_of(ground(target(50), counts(100, 40), {"new.py": 60}, candidates=(new,)))

    assert problem.lumps == {"new.py": 0}
    assert problem.aims[0].brings == ("new.py",)


@SOME
@given(plans())
def test_what_the_solver_needs_is_what_the_target_needs(plan: tuple[Ground, tuple[Candidate, ...]]) -> None:
    """Rules of display and gate jump by a point or two, so shares of the total are near the truth."""
    start, tests = plan
    need = problem_of(start, is_even=True).needs[0]
    tally = tally_of(tests, start)

    needed = need.weight + sum(need.rises.get(path, 0) for path in tally.files)

    assert start.target is not None
    unclamped = start.target.points_needed(start.today.points + tally.entered) - start.today.covered_points
    if unclamped > 0 and start.need() > 0:
        assert abs(needed / MILLI - unclamped) <= 2 + tally.entered / 50


def test_a_requirement_counts_its_own_files_alone() -> None:
    files = {"live/a.py": counts(30, 10), "live/b.py": counts(10, 9), "c.py": counts(60, 0)}
    wish = Wish(require=(Requirement("live", Fraction(80)),))

    need = problem_of(ground(target(50), Counts(100, 50), files=files, wish=wish)).needs[1]

    assert need == Need(13 * MILLI, frozenset({"live/a.py", "live/b.py"}))


def test_a_requirement_that_is_met_needs_nothing() -> None:
    wish = Wish(require=(Requirement("a.py", Fraction(50)),))

    assert problem_of(ground(files={"a.py": counts(10, 9)}, wish=wish)).needs[1].weight == 0


def test_a_percent_that_falls_between_points_needs_the_next_whole_one() -> None:
    wish = Wish(require=(Requirement("a.py", Fraction(50)),))

    assert problem_of(ground(files={"a.py": counts(3, 0)}, wish=wish)).needs[1].weight == 2 * MILLI


def test_chances_are_handed_on_in_parts_per_million() -> None:
    one = candidate(entry=MILLION, reaches={("b.py", "f"): 1})

    assert sorted(problem_of(ground(candidates=(one,))).aims[0].entry.values()) == [1, MILLION]
