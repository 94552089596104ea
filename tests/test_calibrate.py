"""Shrinkage and verdicts: few cases move little, and what does not forecast better is refused."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.calibrate.gains import believed_yield, gain_of, receipt_factor, refit_yield
from planner.calibrate.hours import own_speed, refit_hours
from planner.calibrate.judge import judge
from planner.calibrate.lines import (
    FEWEST_FILES,
    FEWEST_PLANS,
    SUITE_FILE_LINES,
    SUITE_TEST_LINES,
    by_file,
    line_factor,
    own_factor,
    refit_lines,
    spread_of,
    spread_refit,
)
from planner.calibrate.shrink import shrunk, weight_of, weight_of_precision
from planner.calibrate.story import calibrate
from planner.forecast import read_rates
from planner.model.calibration import (
    Calibrated,
    Calibration,
    FinishedWork,
    HeldOut,
    Refit,
    Replayed,
    TestCost,
    significant,
)
from planner.model.rates import Rates

RATES = read_rates()
DAY = date(2026, 11, 21)


def suite(files: int, tests: int = 10, factor: float = 1.0, wobble: float = 0.0) -> list[TestCost]:
    """Files of as many tests, each `factor` times as long as suites have them; every other file `wobble` longer."""
    costs: list[TestCost] = []
    for file in range(files):
        scale = factor * (1 + wobble * (-1) ** file)
        test, first = scale * SUITE_TEST_LINES, scale * SUITE_FILE_LINES
        lines = [round(test + (0 if place else first)) for place in range(tests)]
        costs += [TestCost(f"tests/test_{file}.py", max(1, each)) for each in lines]
    return costs


def work(
    tests: int = 10,
    hours: float = 5.0,
    predicted: float = 100.0,
    points: int = 100,
    lines: int | None = 200,
    plan_yield: float | None = None,
) -> FinishedWork:
    return FinishedWork(DAY, tests, hours, predicted, points, lines, plan_yield)


def named(refits: Sequence[Refit], name: str) -> Refit:
    return next(each for each in refits if each.name == name)


# Shrinkage


@given(st.floats(0.01, 100), st.floats(0.01, 100), st.floats(0, 1))
def test_a_shrunk_figure_lies_between_shipped_and_own(shipped: float, own: float, weight: float) -> None:
    low, high = sorted((shipped, own))

    assert low * (1 - 1e-9) <= shrunk(shipped, own, weight) <= high * (1 + 1e-9)


def test_half_the_weight_is_the_geometric_mean() -> None:
    assert shrunk(1.0, 4.0, 0.5) == pytest.approx(2.0)
    assert weight_of(12, 12) == 0.5


@given(st.integers(0, 1000), st.floats(0.1, 100))
def test_more_cases_weigh_more_and_never_all(cases: int, half: float) -> None:
    assert 0 <= weight_of(cases, half) < weight_of(cases + 1, half) < 1


def test_weights_by_precision_and_by_number_agree_where_all_cases_are_alike() -> None:
    within, between = 0.5, 0.2

    assert weight_of_precision(6 / within**2, between) == pytest.approx(weight_of(6, within**2 / between**2))


# Verdicts


def test_a_gain_beyond_its_noise_is_taken() -> None:
    judged = judge([HeldOut(0.5, 0.3), HeldOut(0.4, 0.25), HeldOut(0.6, 0.35)], fewest=3)

    assert judged.verdict == "taken"
    assert judged.before == pytest.approx(0.5)
    assert judged.after == pytest.approx(0.3)
    assert judged.noise == pytest.approx(0.05 / 3**0.5)


def test_a_gain_within_its_noise_is_refused() -> None:
    assert judge([HeldOut(0.5, 0.1), HeldOut(0.1, 0.4), HeldOut(0.3, 0.28)], fewest=3).verdict == "noise"


def test_no_gain_is_refused_even_where_there_is_no_noise() -> None:
    assert judge([HeldOut(0.2, 0.2)] * 5, fewest=3).verdict == "no better"
    assert judge([HeldOut(0.2, 0.3)] * 5, fewest=3).verdict == "no better"


@pytest.mark.parametrize("cases", [1, 2])
def test_too_few_cases_are_refused_however_good_they_are(cases: int) -> None:
    assert judge([HeldOut(0.9, 0.0)] * cases, fewest=3).verdict == "too few"


def test_a_single_case_is_too_few_whatever_is_asked() -> None:
    assert judge([HeldOut(0.9, 0.0)], fewest=1).verdict == "too few"


def test_nothing_held_out_is_no_case() -> None:
    assert judge([], fewest=3).verdict == "no cases"


# Lines of a test


def test_a_project_like_the_eight_gets_what_is_shipped() -> None:
    files = by_file(suite(10))

    assert own_factor(files) == pytest.approx(1.0, abs=0.05)
    assert line_factor(files) == pytest.approx(1.0, abs=0.03)


def test_few_files_move_little_and_many_move_nearly_all() -> None:
    factors = [line_factor(by_file(suite(files, factor=2.0))) for files in (1, 12, 1000)]

    assert factors[0] == pytest.approx(own_factor(by_file(suite(1, factor=2.0))) ** (1 / 13))
    assert factors[1] == pytest.approx(own_factor(by_file(suite(12, factor=2.0))) ** 0.5)
    assert 1.05 < factors[0] < 1.1 < factors[1] < 1.5 < 1.9 < factors[2] < 2.0


def test_without_tests_nothing_is_moved() -> None:
    assert line_factor({}) == 1.0
    assert {each.verdict for each in refit_lines([], RATES)} == {"no cases"}
    assert all(each.own is None and each.shrunk is None for each in refit_lines([], RATES))


def test_long_tests_throughout_are_taken_for_both_constants_alike() -> None:
    test, module = refit_lines(suite(20, factor=2.0), RATES)

    assert (test.name, module.name) == ("test_lines", "module_lines")
    assert (test.verdict, module.verdict) == ("taken", "taken")
    assert test.shrunk is not None
    assert module.shrunk is not None
    assert test.shrunk / RATES.test_lines == pytest.approx(module.shrunk / RATES.module_lines)
    assert 1.4 * RATES.test_lines < test.shrunk < (test.own or 0) < 2.1 * RATES.test_lines
    assert (test.cases, test.held_out, test.held_out_of) == (20, 20, "test file")


def test_tests_that_stray_around_the_usual_length_are_refused() -> None:
    (test, _) = refit_lines(suite(20, factor=1.0, wobble=0.6), RATES)

    assert test.verdict in ("no better", "noise")
    assert test.before is not None
    assert test.before > 0.3


def test_too_few_files_are_refused_although_all_agree() -> None:
    few, enough = (refit_lines(suite(files, factor=3.0), RATES)[0] for files in (FEWEST_FILES - 1, FEWEST_FILES))

    assert few.verdict == "too few"
    assert enough.verdict == "taken"


def test_plans_for_hidden_tests_judge_instead_of_files_where_there_are_any() -> None:
    better, worse = [HeldOut(0.4, 0.2)] * 3 + [HeldOut(0.4, 0.3)], [HeldOut(0.2, 0.4)] * 4

    assert refit_lines(suite(20, factor=2.0), RATES, worse)[0].verdict == "no better"
    taken = refit_lines(suite(20, factor=1.1), RATES, better)[0]
    assert (taken.verdict, taken.held_out, taken.held_out_of) == ("taken", 4, "plan")
    assert refit_lines(suite(20, factor=2.0), RATES, better[: FEWEST_PLANS - 1])[0].verdict == "too few"


def test_a_held_out_file_is_judged_by_the_others_alone() -> None:
    odd = [*suite(5), *(TestCost("tests/test_odd.py", 500) for _ in range(10))]

    (test, _) = refit_lines(odd, RATES)

    assert test.own is not None
    assert test.own > 3 * RATES.test_lines
    assert test.verdict == "no better"


def test_the_spread_is_that_of_tests_beside_the_length_of_the_project() -> None:
    even, long, uneven = (by_file(suite(6, factor=factor, wobble=w)) for factor, w in ((1, 0), (3, 0), (1, 0.5)))

    assert spread_of(even) < 0.1
    assert spread_of(long) < 0.1
    assert spread_of(uneven) > 0.4


def test_the_spread_is_shown_and_never_taken() -> None:
    refit = spread_refit(suite(30, wobble=0.9), RATES)

    assert refit.own is not None
    assert refit.own > 0.5 * RATES.effort_spread
    assert (refit.verdict, refit.shrunk, refit.is_taken) == ("does not carry over", None, False)
    assert spread_refit([], RATES).verdict == "no cases"


# Receipts: hours


def test_own_speed_is_all_lines_by_all_hours() -> None:
    assert own_speed([work(lines=100, hours=1), work(lines=200, hours=9)], 14) == 30


def test_a_receipt_without_lines_counts_those_of_its_tests() -> None:
    assert own_speed([work(tests=10, lines=None, hours=7)], 14) == 20


def test_receipts_that_agree_are_taken_in_part() -> None:
    refit = refit_hours([work(lines=each, hours=10) for each in (190, 200, 210, 220)], RATES, 14)

    assert refit.verdict == "taken"
    assert refit.own == pytest.approx(20.5)
    assert refit.shrunk == pytest.approx(RATES.lines_per_hour * exp(log(20.5 / RATES.lines_per_hour) * 4 / 6))
    assert (refit.cases, refit.held_out) == (4, 4)


def test_receipts_that_confirm_what_is_shipped_change_nothing() -> None:
    speeds = (0.8, 1.2, 0.9, 1.15)
    refit = refit_hours([work(lines=round(RATES.lines_per_hour * each * 4), hours=4) for each in speeds], RATES, 14)

    assert refit.verdict in ("no better", "noise")


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_receipts_are_too_few_and_are_shown_all_the_same(count: int) -> None:
    hours = refit_hours([work(hours=50)] * count, RATES, 14)
    yields = refit_yield([work(points=10)] * count, (), RATES)

    assert (hours.verdict, yields.verdict) == ("too few", "too few")
    assert hours.own == pytest.approx(4)
    assert yields.own is not None
    assert yields.own < 0.2


def test_no_receipts_are_no_cases() -> None:
    assert refit_hours([], RATES, 14).verdict == "no cases"
    assert refit_yield([], (), RATES).verdict == "no cases"


# Receipts: yield


def test_plans_that_came_true_leave_the_yield() -> None:
    assert receipt_factor([work()] * 10, RATES) == pytest.approx(1.0)


def test_plans_of_many_tests_count_for_more() -> None:
    missed, met = work(points=50), work(points=100)

    mostly_met = receipt_factor([replace_tests(missed, 1), replace_tests(met, 40)], RATES)
    mostly_missed = receipt_factor([replace_tests(missed, 40), replace_tests(met, 1)], RATES)

    assert mostly_missed < mostly_met < 1


def replace_tests(each: FinishedWork, tests: int) -> FinishedWork:
    return work(tests, each.hours, each.predicted_points, each.points, each.lines)


def test_what_was_predicted_with_another_yield_is_compared_with_the_shipped_one() -> None:
    calibrated = work(predicted=50, points=50, plan_yield=RATES.plan_yield / 2)

    assert gain_of(calibrated, RATES) == pytest.approx(log(50.5 / 100.5))


def test_a_plan_that_gained_nothing_is_a_figure_too() -> None:
    assert gain_of(work(points=0, predicted=10), RATES) == pytest.approx(log(0.5 / 10.5))


def test_plans_that_fall_short_again_and_again_lower_the_yield() -> None:
    refit = refit_yield([work(tests=30, points=each) for each in (60, 65, 55, 62, 58)], (), RATES)

    assert refit.verdict == "taken"
    assert refit.own is not None
    assert refit.shrunk is not None
    assert refit.own < refit.shrunk < RATES.plan_yield


def test_a_yield_is_never_more_than_all() -> None:
    refit = refit_yield([work(tests=100, points=400)] * 20, (), RATES)

    assert refit.own is not None
    assert refit.own > 1
    assert refit.shrunk == 1.0
    assert believed_yield(3.0, RATES) == 1.0


def test_the_yield_of_replayed_plans_is_shown_and_never_taken() -> None:
    refit = refit_yield([], [log(0.5)] * 8, RATES)

    assert (refit.verdict, refit.shrunk, refit.cases, refit.of) == ("does not carry over", None, 8, "plan")
    assert refit.own == pytest.approx(0.5 * RATES.plan_yield)


def test_receipts_outweigh_replayed_plans() -> None:
    assert refit_yield([work()], [log(0.5)] * 8, RATES).of == "receipt"


# The whole


def test_every_constant_is_one_of_the_forecast_and_comes_once() -> None:
    names = [each.name for each in calibrate("shop", DAY, RATES).refits]

    assert set(names) <= {each.name for each in fields(Rates)}
    assert len(names) == len(set(names)) == 5


def test_nothing_to_go_by_is_an_answer() -> None:
    found = calibrate("shop", DAY, RATES)

    assert {each.verdict for each in found.refits} == {"no cases"}
    assert found.taken == ()
    assert found.calibrated is None
    assert list(found.settings) == []


def test_hours_without_lines_are_reckoned_with_the_lines_that_are_taken() -> None:
    receipts = [work(lines=None)] * 3

    own, shipped = (calibrate("shop", DAY, RATES, costs=each, receipts=receipts) for each in (suite(20, factor=2), ()))

    lines = named(own.refits, "test_lines").shrunk
    assert named(own.refits, "lines_per_hour").own == pytest.approx(10 * (lines or 0) * 3 / 15)
    assert named(shipped.refits, "lines_per_hour").own == pytest.approx(10 * RATES.test_lines * 3 / 15)


def test_where_constants_come_from_names_only_what_they_come_from() -> None:
    receipts = [work(lines=each, hours=10) for each in (190, 200, 210)]
    tests = suite(20, factor=2)

    assert calibrate("shop", DAY, RATES, costs=tests).calibrated == Calibrated(DAY, tests=200)
    assert calibrate("shop", DAY, RATES, receipts=receipts).calibrated == Calibrated(DAY, receipts=3)
    assert calibrate("shop", DAY, RATES, costs=tests, receipts=receipts).calibrated == Calibrated(DAY, 200, 3)


def test_a_recording_stands_in_for_what_was_read() -> None:
    replayed = Replayed(tuple(suite(6)), (log(0.8),), (HeldOut(0.2, 0.1),))

    found = calibrate("shop", DAY, RATES, costs=suite(20), replayed=replayed)

    assert (found.tests, found.files, found.plans, found.is_recorded) == (60, 6, 2, True)


@pytest.mark.parametrize(("value", "shown"), [(11.6789, 11.7), (0.84321, 0.843), (123.4, 123.0), (45.0, 45.0)])
def test_settings_have_three_significant_digits(value: float, shown: float) -> None:
    refit = Refit("test_lines", 14.0, "test file", "taken", own=value, shrunk=value)

    assert significant(value) == shown
    assert list(Calibration("shop", DAY, (refit,)).settings) == [("test_lines", shown)]
