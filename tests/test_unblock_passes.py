"""The cheapest mendings that reach a pass rate are what trying every choice finds."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.model.blocked import BlockedTest, Cause, CauseKind, Mending, Passing, PassOption, PassTarget
from planner.model.plan import Effort
from planner.solve.passes import choose_cover, plan_passes, recommend_passes

TODAY = Passing(3850, 6424)
"""Scenario U: so many tests pass."""


def cause(key: str, tests: int = 1, kind: CauseKind = "error") -> Cause:
    names = tuple(BlockedTest("tests.test_shop", f"test_{key}_{number}") for number in range(tests))
    return Cause(key, kind, "call", "ValueError", "boom", "boom", names)


def mending(key: str, tests: int, hours: float, *, uncounted: int = 0) -> Mending:
    effort = Effort(hours, hours * 2)
    return Mending(cause(key), effort, None, Passing(0, 0), runs_again=tests, uncounted=uncounted)


MENDINGS = (
    mending("registry", 170, 1.0),
    mending("make", 30, 1.5),
    mending("greenlet", 4, 1.0),
    mending("mocks", 3, 2.0),
    mending("missing-page", 6, 1.0),
)


def keys(option: PassOption) -> list[str]:
    return [rung.cause for rung in option.rungs]


def by_key(options: Sequence[PassOption]) -> dict[str, PassOption]:
    return {option.key: option for option in options}


def cheapest_of_all(mendings: Sequence[Mending], today: Passing, target: PassTarget) -> tuple[int, int] | None:
    """Minutes, and passing tests, of the best of all choices."""
    found = []
    for count in range(len(mendings) + 1):
        for chosen in combinations(mendings, count):
            passed = today.passed + sum(each.runs_again for each in chosen)
            judged = today.judged + sum(each.uncounted for each in chosen)
            if passed * 100 >= target.percent * judged:
                found.append((sum(round(each.effort.p50 * 60) for each in chosen), -passed))
    return min(found, default=None)


@given(
    sizes=st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from([15, 20, 35, 60, 60, 90]), st.integers(0, 4)), max_size=8
    ),
    passed=st.integers(0, 20),
    failing=st.integers(0, 30),
    percent=st.fractions(0, 100, max_denominator=8),
)
def test_the_mix_takes_the_fewest_minutes_of_all_choices(
    sizes: list[tuple[int, int, int]], passed: int, failing: int, percent: Fraction
) -> None:
    mendings = [
        mending(f"m{place}", tests + more, minutes / 60, uncounted=more)
        for place, (tests, minutes, more) in enumerate(sizes)
    ]
    today, target = Passing(passed, passed + failing), PassTarget(percent)

    chosen = choose_cover(mendings, today, target)

    best = cheapest_of_all(mendings, today, target)
    if best is None:
        assert list(chosen) == mendings
        return
    minutes = sum(round(each.effort.p50 * 60) for each in chosen)
    after = Passing(
        today.passed + sum(each.runs_again for each in chosen), today.judged + sum(each.uncounted for each in chosen)
    )
    assert minutes == best[0]
    assert target.lacks(after) == 0


@given(
    sizes=st.lists(st.tuples(st.integers(1, 9), st.sampled_from([15, 35, 60])), min_size=1, max_size=8),
    needed=st.integers(1, 30),
)
def test_of_choices_as_cheap_the_mix_has_most_tests(sizes: list[tuple[int, int]], needed: int) -> None:
    mendings = [mending(f"m{place}", tests, minutes / 60) for place, (tests, minutes) in enumerate(sizes)]
    today, target = Passing(0, 100), PassTarget(Fraction(needed))

    chosen = choose_cover(mendings, today, target)

    if best := cheapest_of_all(mendings, today, target):
        assert (sum(round(each.effort.p50 * 60) for each in chosen), -sum(each.runs_again for each in chosen)) == best


def test_one_small_mending_is_cheaper_than_the_biggest() -> None:
    mendings = (mending("big", 50, 3.0), mending("one", 4, 0.5), mending("two", 4, 0.5))

    options = by_key(plan_passes(mendings, Passing(90, 100), PassTarget(Fraction(97))))

    assert keys(options["mix"]) == ["one", "two"]
    assert keys(options["B"]) == ["big"]
    assert recommend_passes(tuple(options.values())) == "mix"


def test_known_causes_that_do_not_reach_the_rate_are_all_taken_and_the_rest_is_told() -> None:
    options = by_key(plan_passes(MENDINGS, TODAY, PassTarget(Fraction(65))))

    assert PassTarget(Fraction(65)).needed(6424) == 4176
    assert options["mix"].after.passed == 4063
    assert options["mix"].lacks == 113
    assert not options["mix"].reaches_target
    assert [rung.after.passed for rung in options["D"].rungs] == [4020, 4050, 4054, 4057, 4063]


def test_quick_has_no_mending_of_more_than_an_hour() -> None:
    options = by_key(plan_passes(MENDINGS, TODAY, PassTarget(Fraction(65))))

    assert keys(options["A"]) == ["registry", "greenlet", "missing-page"]


def test_a_rate_that_is_reached_needs_no_option() -> None:
    assert plan_passes(MENDINGS, TODAY, PassTarget(Fraction(59))) == ()
    assert recommend_passes(()) is None


def test_tests_that_no_report_counted_raise_the_number_that_has_to_pass() -> None:
    target = PassTarget(Fraction(50))
    hidden = mending("import", 40, 1.0, uncounted=39)

    (*_, mix) = plan_passes([hidden], Passing(5, 20), target)

    assert mix.after == Passing(45, 59)
    assert target.needed(mix.after.judged) == 30
    assert mix.lacks == 0


def test_many_causes_of_odd_minutes_are_covered_as_cheaply_as_step_by_step() -> None:
    mendings = [mending(f"m{place}", 1 + place % 7, (37 + place % 5) / 60) for place in range(120)]

    chosen = choose_cover(mendings, Passing(0, 480), PassTarget(Fraction(50)))

    most = [0] * (120 * 41)
    for each in mendings:
        minutes = round(each.effort.p50 * 60)
        most = [
            max(now, most[cost - minutes] + each.runs_again) if cost >= minutes else now
            for cost, now in enumerate(most)
        ]
    least = next(cost for cost, tests in enumerate(most) if tests >= 240)
    assert sum(round(each.effort.p50 * 60) for each in chosen) == least


@pytest.mark.parametrize("percent", ["0", "100", "12.5"])
def test_a_report_without_any_test_asks_for_none(percent: str) -> None:
    assert PassTarget(Fraction(percent)).lacks(Passing(0, 0)) == 0
