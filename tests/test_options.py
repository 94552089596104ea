"""Options A to D, the mix and the user's own: filters over one solver, each sure enough or as good as can be."""

import random
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from factories import CLOCK, REDIS, candidate, counts, field, ground, option, step, target
from hypothesis import example, given, settings
from hypothesis import strategies as st
from makers import make_project, write_lines
from test_tally import grounds, plans, tally_of

from planner.model.measurement import Counts
from planner.model.option import Count, Option
from planner.model.plan import Candidate, Effort, Seam, Spread
from planner.model.problem import MILLION
from planner.model.wish import Claim, OwnOption, Requirement, Span, Weights, Wish
from planner.pipeline import Goal, Request, make_plan
from planner.solve import Field, Ground, find_ceilings, plan_options, recommend
from planner.solve.options import MEDIUM_MODULE, SMALL_MODULE, plan_mix
from planner.solve.way import choose_way, probability_of

FEW = settings(max_examples=25, deadline=None)
"""Each example solves several plans."""

UNSURE = Spread(common=0.25, single=0.6, imported=0.05)


def options_of(start: Ground, choice: Field | None = None) -> dict[str, Option]:
    """By key, the options over the candidates of the ground."""
    return {each.key: each for each in plan_options(choice or field(*start.forecast.candidates), start)}


def mix_of(start: Ground) -> Option:
    return options_of(start)["mix"]


def units(of: Option) -> set[str]:
    return {each.candidate.unit for each in of.steps}


def many(number: int, *, body: int = 5, path: str = "pkg/mod.py", hours: float = 1.0) -> tuple[Candidate, ...]:
    return tuple(candidate(f"u{place}", path=path, body=body, hours=hours) for place in range(number))


# Which options there are


def test_there_are_four_options_the_mix_and_those_of_the_user() -> None:
    wish = Wish(options=(OwnOption("small", ("pkg",)), OwnOption("none", ("gone",))))

    assert list(options_of(ground(candidates=many(1), wish=wish))) == ["A", "B", "C", "D", "mix", "small", "none"]


def test_without_a_target_there_is_no_ladder() -> None:
    start = replace(ground(candidates=many(1), wish=Wish(budget=1.0)), target=None)

    assert list(options_of(start)) == ["A", "B", "C", "mix"]


@FEW
@given(grounds(), st.randoms(use_true_random=False))
def test_options_do_not_depend_on_the_order_of_candidates(start: Ground, shuffle: random.Random) -> None:
    shuffled = list(start.forecast.candidates)
    shuffle.shuffle(shuffled)

    assert plan_options(field(*start.forecast.candidates), start) == plan_options(field(*shuffled), start)


@pytest.mark.parametrize(
    ("missing", "seams", "is_quick"),
    [
        (SMALL_MODULE, (), True),
        (SMALL_MODULE, (CLOCK,), True),
        (SMALL_MODULE + 1, (), False),
        (SMALL_MODULE, (REDIS,), False),
        (SMALL_MODULE, (CLOCK, REDIS), False),
    ],
)
def test_quick_wins_are_small_and_need_no_double(missing: int, seams: tuple[Seam, ...], is_quick: bool) -> None:
    one = candidate(seams=seams)

    found = options_of(ground(candidates=(one,)), field(one, missing_in={one.path: missing}))

    assert bool(found["A"].steps) is is_quick


def test_deepening_stays_where_tests_are() -> None:
    tested, untested = candidate("tested", path="a.py"), candidate("untested", path="b.py", starts_module=True)
    start = ground(candidates=(tested, untested))

    found = options_of(start, field(tested, untested, is_tested={"a.py": True}))

    assert units(found["B"]) == {"tested"}
    assert units(found["mix"]) == {"tested", "untested"}


@pytest.mark.parametrize(
    ("missing", "is_medium"),
    [(MEDIUM_MODULE[0] - 1, False), (MEDIUM_MODULE[0], True), (MEDIUM_MODULE[1], True), (MEDIUM_MODULE[1] + 1, False)],
)
def test_high_return_is_in_modules_of_medium_size(missing: int, is_medium: bool) -> None:
    one = candidate(seams=(REDIS,))

    found = options_of(ground(candidates=(one,)), field(one, missing_in={one.path: missing}))

    assert bool(found["C"].steps) is is_medium


def test_the_users_own_option_stays_in_its_modules() -> None:
    mine, other = candidate("mine", path="live/a.py"), candidate("other", path="b.py")
    wish = Wish(options=(OwnOption("small", ("live",)),))

    found = options_of(ground(candidates=(mine, other), wish=wish))["small"]

    assert units(found) == {"mine"}
    assert [each.points for each in found.left_out] == [10]


def test_a_claim_is_judged_by_the_options_own_modules() -> None:
    mine, other = candidate("mine", path="live/a.py", body=20), candidate("other", path="b.py", body=30)
    claim = Claim(gain=Span(Fraction(15), Fraction(25)), tests=Span(Fraction(3), Fraction(3)))
    wish = Wish(options=(OwnOption("small", ("live",), claim),))
    files = {"live/a.py": Counts(30, 6), "b.py": Counts(40, 0)}

    gain, tests = options_of(ground(candidates=(mine, other), wish=wish, files=files))["small"].verdicts

    assert "24" in gain.found
    assert (gain.holds, tests.holds) == (False, True)


def test_a_claim_about_a_file_outside_the_data_counts_what_is_missing_there() -> None:
    new = candidate(path="new.py", body=50, imports={"new.py": 10})
    wish = Wish(options=(OwnOption("new", ("new.py",), Claim(gain=Span(Fraction(40), Fraction(60)))),))

    (gain,) = options_of(ground(target(52), entering={"new.py": 100}, candidates=(new,), wish=wish))["new"].verdicts

    assert "100" in gain.found
    assert gain.holds


def test_an_option_that_admits_the_mixs_tests_takes_them_with_their_proof() -> None:
    start = ground(target(60), candidates=many(3))

    found = options_of(start)

    assert (found["A"].steps, found["A"].bound_gap) == (found["mix"].steps, found["mix"].bound_gap)
    assert plan_mix(field(*start.forecast.candidates), start) == found["mix"]


def test_the_ladder_climbs_by_the_steps_of_the_mix() -> None:
    found = options_of(ground(target(65), candidates=many(6), spread=UNSURE))

    assert found["D"].steps == ()
    assert found["D"].points_gained == found["mix"].points_gained
    last = found["D"].rungs[-1]
    assert last.percent == 65
    assert last.tests is not None
    assert last.tests.p50 == found["mix"].tests.p50
    assert last.tests.p80 <= found["mix"].tests.p80


def test_a_ladder_that_goes_above_the_target_takes_the_steps_that_lead_there() -> None:
    start = ground(target(55), candidates=many(6), wish=Wish(ladder=(Fraction(60), Fraction(70))))

    found = options_of(start)

    assert [rung.tests for rung in found["D"].rungs] == [Count(1, 1), Count(2, 2), Count(4, 4)]
    assert found["mix"].tests == Count(1, 1)


# The cheapest that is sure enough


@FEW
@given(plans())
def test_what_every_test_together_is_sure_of_the_mix_is_sure_of(plan: tuple[Ground, tuple[Candidate, ...]]) -> None:
    start = replace(plan[0], entering={})
    every = tuple(each for each in start.forecast.candidates for _ in range(each.tests))

    if probability_of(tally_of(every, start)) >= start.wish.confidence:
        assert mix_of(start).reaches_target


@FEW
@given(grounds())
def test_no_step_of_an_option_that_reaches_the_target_is_paid_twice(start: Ground) -> None:
    for each in plan_options(field(*start.forecast.candidates), start):
        tests = [taken.candidate.key for taken in each.steps]
        assert all(tests.count(taken.candidate.key) <= taken.candidate.tests for taken in each.steps)
        kinds = [seam.kind for taken in each.steps for seam in taken.new_seams]
        assert len(kinds) == len(set(kinds))


def test_who_asks_for_more_confidence_writes_more_tests() -> None:
    def tests(confidence: float) -> int:
        start = ground(target(60), candidates=many(20), spread=UNSURE, wish=Wish(confidence=confidence))
        found = mix_of(start)
        assert found.probability >= confidence
        return len(found.steps)

    assert tests(0.5) < tests(0.8) < tests(0.95)


def test_a_sure_forecast_takes_as_many_tests_as_it_needs() -> None:
    found = mix_of(ground(target(60), candidates=many(20)))

    assert (len(found.steps), found.points_gained, found.shortfall) == (2, 10, 0)


def test_the_cheapest_tests_are_taken() -> None:
    dear, cheap = candidate("dear", hours=3), candidate("cheap", hours=2)

    assert units(mix_of(ground(target(60), candidates=(dear, cheap)))) == {"cheap"}


def test_of_two_equal_candidates_the_first_by_path_and_name_is_taken() -> None:
    equal = (candidate("z", path="a.py"), candidate("b", path="b.py"), candidate("a", path="b.py"))

    assert units(mix_of(ground(target(60), candidates=equal))) == {"z"}
    assert units(mix_of(ground(target(60), candidates=equal[1:]))) == {"a"}


def test_what_one_test_reaches_of_another_spares_a_test() -> None:
    helper = candidate("helper", body=10, hours=1)
    caller = candidate("caller", body=10, hours=1.5, reaches={helper.key: MILLION})

    assert units(mix_of(ground(target(70), candidates=(helper, caller)))) == {"caller"}


def test_a_double_that_several_share_is_worth_building() -> None:
    behind = tuple(candidate(f"redis{number}", hours=0.1, seams=(REDIS,)) for number in range(4))
    plain = tuple(candidate(f"plain{number}", hours=1.0) for number in range(4))

    found = mix_of(ground(target(90), candidates=behind + plain))

    assert units(found) == {each.unit for each in behind}
    assert [opened.points for opened in found.new_seams] == [40]


def test_a_file_that_costs_more_than_it_brings_is_not_imported() -> None:
    new = candidate("new", path="new.py", body=10, hours=0.1, imports={"new.py": 5})
    old = candidate("old", path="old.py", body=10, hours=5)

    found = mix_of(ground(target(60), counts(100, 50), {"new.py": 100}, candidates=(new, old)))

    assert units(found) == {"old"}
    assert found.reaches_target


def test_where_nothing_is_enough_everything_that_helps_is_planned() -> None:
    found = mix_of(ground(target(90), candidates=many(3)))

    assert len(found.steps) == 3
    assert (found.shortfall, found.probability) == (25, 0.0)
    assert found.bound_gap is None


def test_a_target_that_is_met_plans_no_step() -> None:
    found = options_of(ground(target(50), counts(100, 50), candidates=many(3)))

    assert all(not each.steps and each.reaches_target for each in found.values())


# What is asked besides


@FEW
@given(st.integers(1, 8), st.integers(0, 100))
def test_a_requirement_is_met_wherever_its_files_allow_it(number: int, percent: int) -> None:
    live, other = many(number, path="live/a.py", hours=2), many(8, path="b.py")
    files = {"live/a.py": Counts(60, 10), "b.py": Counts(40, 0)}
    wish = Wish(require=(Requirement("live", Fraction(percent)),))
    start = ground(target(30), Counts(100, 10), candidates=live + other, files=files, wish=wish)

    found = mix_of(start)

    is_possible = 10 + 5 * number >= Fraction(percent * 60, 100)
    assert found.requirements[0].is_met is is_possible
    assert found.reaches_target is is_possible


def test_a_requirement_is_met_as_surely_as_is_asked() -> None:
    """The plan as a whole is surer than what it brings in the few files that are required."""
    live, other = many(12, path="live/a.py"), many(20, path="b.py", hours=0.5)
    files = {"live/a.py": Counts(100, 20), "b.py": Counts(100, 0)}
    wish = Wish(require=(Requirement("live", Fraction(50)),), confidence=0.9)
    start = ground(target(50), Counts(200, 20), candidates=live + other, files=files, wish=wish, spread=UNSURE)
    assert probability_of(tally_of(live + other, start)) >= 0.9

    assert mix_of(start).probability >= 0.9


def test_an_option_that_can_not_meet_a_requirement_says_so() -> None:
    live, other = candidate("live", path="live/a.py"), candidate("other", path="b.py", body=40)
    wish = Wish(require=(Requirement("live", Fraction(50)),), options=(OwnOption("b", ("b.py",)),))
    files = {"live/a.py": Counts(20, 0), "b.py": Counts(80, 10)}

    found = options_of(ground(target(45), Counts(100, 10), candidates=(live, other), files=files, wish=wish))

    assert (found["b"].requirements[0].is_met, found["b"].reaches_target) == (False, False)
    assert (found["mix"].requirements[0].is_met, found["mix"].reaches_target) == (True, True)


def test_critical_files_change_the_choice_and_not_the_figures() -> None:
    live, other = candidate("live", path="live/a.py", hours=3), candidate("other", path="b.py", hours=2)
    plain = ground(target(60), candidates=(live, other))
    weighed = replace(plain, wish=Wish(critical=("live",), weights=Weights(critical=2.0)))

    assert units(mix_of(plain)) == {"other"}
    found = mix_of(weighed)
    assert units(found) == {"live"}
    assert (found.effort.p50, found.points_gained) == (3.0, 10)


def test_files_that_change_much_are_tested_first() -> None:
    hot, cold = candidate("hot", path="a.py", hours=3), candidate("cold", path="b.py", hours=2)
    start = ground(target(60), candidates=(hot, cold), churn={"a.py": 1.0}, wish=Wish(weights=Weights(churn=1.0)))

    assert units(mix_of(start)) == {"hot"}


# For a budget


def budget_of(hours: float, *candidates: Candidate) -> Ground:
    return replace(ground(candidates=candidates, wish=Wish(budget=hours)), target=None)


def hours_of(chosen: Iterable[Candidate], start: Ground) -> float:
    return sum(step.effort.p50 for step in map(tally_of((), start).add, chosen))


@FEW
@given(grounds(), st.integers(1, 80))
def test_a_budget_is_never_exceeded(start: Ground, tenths: int) -> None:
    start = replace(start, target=None, wish=Wish(budget=tenths / 10))

    for each in plan_options(field(*start.forecast.candidates), start):
        assert each.effort.p50 <= tenths / 10 + 1e-9


@FEW
@given(st.lists(st.tuples(st.integers(1, 20), st.integers(1, 30)), min_size=1, max_size=5), st.integers(1, 60))
def test_a_budget_buys_the_most_points_or_says_how_much_more_there_might_be(
    tests: list[tuple[int, int]], tenths: int
) -> None:
    known = tuple(candidate(f"u{place}", body=body, hours=price / 10) for place, (body, price) in enumerate(tests))
    start = budget_of(tenths / 10, *known)
    found = mix_of(start)

    best = 0
    for chosen in range(1 << len(tests)):
        taken = [each for place, each in enumerate(tests) if chosen >> place & 1]
        if sum(price for _, price in taken) <= tenths:
            best = max(best, sum(body for body, _ in taken))

    assert found.points_gained <= best
    assert found.bound_gap is not None
    assert best * (1 - found.bound_gap) <= found.points_gained + 1e-6


@FEW
@example(201)  # 2.01 * 3600 is a little less than 7236
@given(st.integers(1, 400))
def test_a_budget_of_what_a_test_takes_buys_it(hundredths: int) -> None:
    one = candidate(hours=hundredths / 100)

    assert len(mix_of(budget_of(hundredths / 100, one)).steps) == 1


def test_a_budget_of_what_three_tests_take_buys_all_of_them() -> None:
    three = tuple(candidate(f"u{number}", hours=0.1) for number in range(3))

    assert len(mix_of(budget_of(0.3, *three)).steps) == 3


def test_a_budget_is_spent_where_something_fits() -> None:
    """The better test takes more than the budget, once the start of its module is counted."""
    new = candidate("new", path="a.py", body=20, hours=0.95, starts_module=True)
    old = candidate("old", path="b.py", body=8, hours=0.5)

    assert units(mix_of(budget_of(1.0, new, old))) == {"old"}


def test_a_budget_that_is_more_than_the_target_takes_is_not_spent() -> None:
    start = ground(target(60), candidates=many(8), wish=Wish(budget=7.0))

    assert mix_of(start).effort.p50 == 2.0


def test_a_budget_that_is_less_than_the_target_takes_buys_what_it_can() -> None:
    found = mix_of(ground(target(90), candidates=many(8), wish=Wish(budget=3.0)))

    assert (len(found.steps), found.shortfall, found.reaches_target) == (3, 25, False)


def test_nothing_that_is_asked_takes_no_test() -> None:
    assert choose_way(many(3), replace(ground(candidates=many(3)), target=None)).candidates == ()


# Left out by the user


SHOP = {
    "shop/__init__.py": "",
    "shop/stock.py": "def take(count):\n    return count + 1\n",
    "shop/price.py": "def of(count):\n    if count:\n        return count * 2\n    return 0\n",
    "legacy/__init__.py": "",
    "legacy/old.py": "def work(count):\n    if count:\n        return count * 2\n    return 0\n",
}


def test_no_test_is_planned_where_the_user_leaves_out(tmp_path: Path) -> None:
    root = make_project(tmp_path, SHOP)
    ran = {"shop/stock.py": [1], "shop/price.py": [1], "legacy/old.py": [1]}
    write_lines(root / ".coverage", {str(root / path): numbers for path, numbers in ran.items()})
    wish = Wish(confidence=0.5, leave_out={"legacy": "replaced in spring"})

    plain, less = (
        make_plan(Request(root), Goal("95", wish=each), lambda paths, _: paths) for each in (Wish(confidence=0.5), wish)
    )

    assert _paths(plain.options) == {"shop/stock.py", "shop/price.py", "legacy/old.py"}
    assert _paths(less.options) == {"shop/stock.py", "shop/price.py"}
    assert any("replaced in spring" in notice for notice in less.measurement.notices)
    assert less.measurement.totals == plain.measurement.totals


def _paths(options: tuple[Option, ...]) -> set[str]:
    return {step.candidate.path for each in options for step in each.steps}


# What is recommended


def test_the_cheapest_option_that_reaches_the_target_is_recommended() -> None:
    dear = option("A", step(), effort=Effort(9, 18))
    cheap = option("B", step(), effort=Effort(3, 6))
    short = option("C", step(), shortfall=1, effort=Effort(1, 2))

    assert recommend((dear, cheap, short)) == "B"


def test_where_none_reaches_the_target_the_likeliest_is_recommended() -> None:
    near = option("A", step(), shortfall=1, probability=0.2)
    likely = option("C", step(), shortfall=3, probability=0.3)

    assert recommend((near, likely)) == "C"


def test_where_none_is_likelier_the_nearest_is_recommended() -> None:
    assert recommend((option("A", step(), shortfall=5), option("C", step(), shortfall=2))) == "C"


def test_of_two_as_near_the_cheaper_is_recommended() -> None:
    dear, cheap = (option(key, step(), shortfall=2, effort=Effort(h, h)) for key, h in (("A", 2.0), ("B", 1.0)))

    assert recommend((dear, cheap)) == "B"


def test_for_a_budget_the_option_that_gains_most_is_recommended() -> None:
    few, most = option("A", step(gain=5)), option("B", step(gain=9))

    assert recommend((few, most), has_target=False) == "B"


def test_without_steps_there_is_nothing_to_recommend() -> None:
    none = (option("A", shortfall=5), option("D"), option("mix", shortfall=5))

    assert recommend(none) is None
    assert recommend(none, has_target=False) is None


def test_of_two_equal_options_the_first_is_recommended() -> None:
    assert recommend((option("mix", step()), option("A", step()))) == "A"


# Ceilings


def test_ceilings_are_told_with_and_without_doubles() -> None:
    free, behind = candidate("free", body=10), candidate("behind", body=30, seams=(REDIS,))

    with_all, without = find_ceilings(field(free, behind), ground(candidates=(free, behind)))

    assert (with_all.covered, with_all.points, with_all.without) == (90, 100, ())
    assert (without.covered, without.without) == (60, (REDIS.kind,))


def test_where_nothing_needs_a_double_there_is_one_ceiling() -> None:
    one = candidate(seams=(CLOCK,))

    assert len(find_ceilings(field(one), ground(candidates=(one,)))) == 1
