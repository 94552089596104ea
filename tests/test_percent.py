"""Percentages equal coverage.py's own, and the points a goal needs are the fewest."""

from fractions import Fraction

import pytest
from coverage.results import display_covered, should_fail_under
from hypothesis import given
from hypothesis import strategies as st

from planner.model.percent import (
    cut_percent,
    decimals_of,
    displayed_percent,
    displayed_points_needed,
    exact_percent,
    exact_points_needed,
    gate_points_needed,
    gate_precision,
    passes_gate,
    percent_text,
)

PRECISIONS = range(5)
GOALS = ["0", "0.07", "0.4", "1", "7", "12", "12.5", "28.57", "33.3333", "57", "79.96", "99", "99.99", "100"]

TOTALS = st.integers(1, 5_000_000)
PERCENTS = st.decimals(0, 100, places=4, allow_nan=False).map(lambda number: Fraction(str(number)))


def coverages_own(covered: int, points: int) -> float:
    return 100.0 * covered / points


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_displayed_percent_is_coverages_for_every_small_total(precision: int) -> None:
    differing = [
        (covered, points)
        for points in range(1, 61)
        for covered in range(points + 1)
        if displayed_percent(covered, points, precision) != display_covered(coverages_own(covered, points), precision)
    ]

    assert differing == []


@given(TOTALS, st.data(), st.sampled_from(PRECISIONS))
def test_the_displayed_percent_is_coverages_for_large_totals(points: int, data: st.DataObject, precision: int) -> None:
    covered = data.draw(st.integers(0, points))

    shown = displayed_percent(covered, points, precision)

    assert shown == display_covered(coverages_own(covered, points), precision)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("goal", GOALS)
def test_the_gate_passes_where_coverages_does_for_every_small_total(goal: str, precision: int) -> None:
    fail_under = Fraction(goal)
    in_force = gate_precision(fail_under, precision, None)

    differing = [
        (covered, points)
        for points in range(1, 41)
        for covered in range(points + 1)
        if passes_gate(covered, points, fail_under, in_force)
        == should_fail_under(coverages_own(covered, points), float(goal), precision)
    ]

    assert differing == []


@given(TOTALS, st.data(), PERCENTS, st.sampled_from(PRECISIONS))
def test_the_gate_passes_where_coverages_does_for_large_totals(
    points: int, data: st.DataObject, fail_under: Fraction, precision: int
) -> None:
    near = int(fail_under * points / 100)
    covered = data.draw(st.integers(max(0, near - 3), min(points, near + 3)))

    passes = passes_gate(covered, points, fail_under, gate_precision(fail_under, precision, None))

    assert passes is not should_fail_under(coverages_own(covered, points), float(fail_under), precision)


@given(TOTALS, PERCENTS)
def test_exact_points_are_enough_and_one_fewer_is_not(points: int, goal: Fraction) -> None:
    need = exact_points_needed(goal, points)

    assert exact_percent(need, points) >= goal
    assert need == 0 or exact_percent(need - 1, points) < goal


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("goal", GOALS)
def test_displayed_points_are_the_first_that_show_the_goal(goal: str, precision: int) -> None:
    for points in (1, 2, 3, 7, 199, 200, 201, 1_000, 12_345):
        need = displayed_points_needed(Fraction(goal), points, precision)

        shown = [Fraction(displayed_percent(covered, points, precision)) for covered in (need, max(need - 1, 0))]
        assert shown[0] >= Fraction(goal)
        assert need == 0 or shown[1] < Fraction(goal)


@given(TOTALS, PERCENTS, st.sampled_from(PRECISIONS))
def test_gate_points_are_enough_for_coverage_and_one_fewer_is_not(points: int, goal: Fraction, precision: int) -> None:
    need = gate_points_needed(goal, points, gate_precision(goal, precision, None))

    assert not should_fail_under(coverages_own(need, points), float(goal), precision)
    assert need == 0 or should_fail_under(coverages_own(need - 1, points), float(goal), precision)


@given(st.integers(1, 300), PERCENTS, st.sampled_from(PRECISIONS))
def test_points_needed_agree_with_trying_every_count(points: int, goal: Fraction, precision: int) -> None:
    every = range(points + 1)

    assert exact_points_needed(goal, points) == next(n for n in every if 100 * n >= goal * points)
    assert displayed_points_needed(goal, points, precision) == next(
        n for n in every if Fraction(displayed_percent(n, points, precision)) >= goal
    )
    assert gate_points_needed(goal, points, precision) == next(
        n for n in every if passes_gate(n, points, goal, precision)
    )


def test_twelve_passes_the_gate_at_eleven_and_a_half_and_thirteen_fails_at_twelve_and_a_half() -> None:
    assert passes_gate(115, 1_000, Fraction(12), 0)
    assert not passes_gate(125, 1_000, Fraction(13), 0)


def test_four_tenths_of_a_percent_shows_one_and_fails_one() -> None:
    assert displayed_percent(4, 1_000, 0) == "1"
    assert not passes_gate(4, 1_000, Fraction(1), 0)


def test_a_hundred_is_neither_shown_nor_passed_before_the_last_point() -> None:
    assert displayed_percent(99_999, 100_000, 0) == "99"
    assert displayed_percent(99_999, 100_000, 2) == "99.99"
    assert not passes_gate(99_999, 100_000, Fraction(100), 0)
    assert passes_gate(100_000, 100_000, Fraction(100), 0)


def test_no_float_decides_an_exact_target() -> None:
    assert 0.07 * 100 > 7  # the trap

    assert exact_points_needed(Fraction("7"), 100) == 7
    assert exact_points_needed(Fraction("0.07"), 10_000) == 7
    assert exact_points_needed(Fraction("28.57"), 10_000) == 2_857
    assert exact_points_needed(Fraction("57"), 100) == 57


def test_a_report_of_nothing_is_zero_percent() -> None:
    assert exact_percent(0, 0) == 0
    assert displayed_percent(0, 0, 1) == "0.0"
    assert not passes_gate(0, 0, Fraction(1), 0)
    assert passes_gate(0, 0, Fraction(0), 0)


def test_the_gate_widens_to_the_decimals_written_only_from_7_17_1_on() -> None:
    assert gate_precision(Fraction("12.5"), 0, (7, 17, 0)) == 0
    assert gate_precision(Fraction("12.5"), 0, (6, 99, 9)) == 0
    assert gate_precision(Fraction("12.5"), 0, (7, 17, 1)) == 1
    assert gate_precision(Fraction("12.5"), 0, (8, 0, 0)) == 1
    assert gate_precision(Fraction("12.5"), 0, None) == 1
    assert gate_precision(Fraction("12.5"), 3, None) == 3


@pytest.mark.parametrize(("percent", "places"), [("12", 0), ("12.5", 1), ("0.07", 2), ("99.99", 2), ("0.000001", 6)])
def test_decimals_are_those_it_takes_to_write_the_percent(percent: str, places: int) -> None:
    assert decimals_of(Fraction(percent)) == places


def test_a_percent_without_an_end_has_a_bounded_number_of_decimals() -> None:
    assert decimals_of(Fraction(1, 3)) == 12


DECIMALS = st.integers(0, 6)


@given(st.fractions(0, 100), DECIMALS)
def test_a_percent_cut_for_programs_never_exceeds_the_exact_one(percent: Fraction, decimals: int) -> None:
    shown = Fraction(cut_percent(percent, decimals))

    assert 0 <= percent - shown < Fraction(1, 10**decimals)


@given(st.fractions(0, 100), DECIMALS)
def test_percent_text_is_less_than_its_last_place_away(percent: Fraction, decimals: int) -> None:
    shown = Fraction(percent_text(percent, decimals))

    assert abs(percent - shown) < Fraction(1, 10**decimals)


@given(st.fractions(0, 100), DECIMALS, st.fractions(0, 100))
def test_no_goal_looks_met_before_it_is(percent: Fraction, decimals: int, goal: Fraction) -> None:
    shown = Fraction(percent_text(percent, decimals, goal))

    assert percent >= goal or shown < goal


@given(st.integers(0, 10_000_000), st.integers(1, 100))
def test_no_round_percent_looks_met_before_it_is(millionths: int, whole: int) -> None:
    percent = min(Fraction(millionths, 100_000), Fraction(100))

    shown = Fraction(percent_text(percent))

    assert percent >= whole or shown < whole


def test_percent_text_is_rounded_for_reading_and_padded() -> None:
    assert percent_text(Fraction("79.996")) == "79.99"
    assert percent_text(Fraction("79.986")) == "79.99"
    assert percent_text(Fraction("79.986"), goal=Fraction("79.99")) == "79.98"
    assert percent_text(Fraction("0.05")) == "0.05"
    assert percent_text(Fraction("5"), 1) == "5.0"
    assert percent_text(Fraction("99.999"), 0) == "99"
    assert percent_text(Fraction(100)) == "100.00"


def test_a_percent_that_meets_its_goal_exactly_is_rounded_like_any_other() -> None:
    assert percent_text(Fraction("79.986"), goal=Fraction("79.986")) == "79.99"
    assert percent_text(Fraction("79.986"), goal=Fraction("79.97")) == "79.99"
