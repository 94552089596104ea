"""How sure a gain is."""

from dataclasses import replace
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.model.chance import Gain, sigmas
from planner.model.plan import MILLI, Range, Spread

SIGMAS = st.floats(0, 1.5)
ROUNDING = 1e-9


def squares_of(gains: list[int]) -> int:
    return sum(gain * gain for gain in gains)


@st.composite
def gains(draw: st.DrawFn) -> Gain:
    """Gains of up to twelve tests, with what can be covered at or above what is expected."""
    tests = draw(st.lists(st.integers(0, 50_000), max_size=12))
    body, imported = sum(tests), draw(st.integers(0, 100)) * MILLI
    spread = Spread(draw(SIGMAS), draw(SIGMAS), draw(SIGMAS), draw(st.integers(0, 5)))
    return Gain(body, imported, squares_of(tests), body + imported + draw(st.integers(0, 50_000)), spread)


def certain(body: int, imported: int = 0) -> Gain:
    return Gain(body, imported, body * body, 10**9, Spread())


def equal_tests(number: int, points: int, spread: Spread) -> Gain:
    """The gain of so many tests of so many points each."""
    milli = points * MILLI
    return Gain(number * milli, 0, squares_of([milli] * number), number * milli * 10, spread)


@given(gains())
def test_a_range_goes_upwards_and_never_above_what_is_coverable(gain: Gain) -> None:
    found = gain.range

    assert 0 <= found.p10 <= found.p50 <= found.p90 <= gain.most / MILLI


@given(gains())
def test_the_p50_is_what_is_expected_without_the_fraction_of_a_point(gain: Gain) -> None:
    assert gain.range.p50 == (gain.body + gain.imported) // MILLI


@given(gains())
def test_chances_are_those_that_the_range_is_named_after(gain: Gain) -> None:
    found = gain.range

    assert gain.chance_of(found.p10) >= 0.9 - ROUNDING
    assert gain.chance_of(found.p50) >= 0.5 - ROUNDING
    assert gain.chance_of(found.p90 + 1) <= 0.1 + ROUNDING or found.p90 == found.p50


@given(gains(), st.integers(-10, 500), st.integers(1, 100))
def test_more_points_are_never_likelier_than_fewer(gain: Gain, points: int, more: int) -> None:
    assert 0.0 <= gain.chance_of(points + more) <= gain.chance_of(points) <= 1.0


@given(gains(), st.integers(-10, 0))
def test_to_gain_nothing_is_certain(gain: Gain, points: int) -> None:
    assert gain.chance_of(points) == 1.0


@given(gains())
def test_more_than_is_coverable_is_never_gained(gain: Gain) -> None:
    assert gain.chance_of(gain.most // MILLI + 1) == 0.0


@given(gains(), st.floats(0.01, 1), st.integers(1, 5))
def test_what_strays_further_is_less_sure_of_what_lies_below_its_median(gain: Gain, wider: float, noise: int) -> None:
    spread = gain.spread
    shaky = [
        replace(gain, spread=replace(spread, common=spread.common + wider)),
        replace(gain, spread=replace(spread, single=spread.single + wider)),
        replace(gain, spread=replace(spread, imported=spread.imported + wider)),
        replace(gain, spread=replace(spread, noise=spread.noise + noise)),
    ]

    for each in shaky:
        for points in {gain.range.p10, gain.range.p50 // 2, gain.range.p50}:
            assert each.chance_of(points) <= gain.chance_of(points) + ROUNDING


@given(st.integers(0, 10**7), st.integers(0, 10**6))
def test_without_a_spread_all_is_certain(body: int, imported: int) -> None:
    gain = certain(body, imported)
    points = (body + imported) // MILLI

    assert gain.range == Range(points, points, points)
    assert gain.chance_of(points) == pytest.approx(1.0)
    assert gain.chance_of(points + 1) == 0.0


@given(st.integers(1, 100), st.integers(1, 50))
def test_errors_of_single_tests_even_out(number: int, points: int) -> None:
    gain = equal_tests(number, points, Spread(single=0.8))

    assert gain.body_sigma == pytest.approx(0.8 / sqrt(number))


@given(st.integers(1, 100), st.integers(1, 50))
def test_what_strays_for_all_alike_does_not_even_out(number: int, points: int) -> None:
    assert equal_tests(number, points, Spread(common=0.3)).body_sigma == pytest.approx(0.3)


def test_the_two_errors_add_up_as_squares() -> None:
    assert equal_tests(1, 10, Spread(common=0.3, single=0.4)).body_sigma == pytest.approx(0.5)


def test_many_small_tests_are_surer_than_one_large_one() -> None:
    spread = Spread(single=0.8)

    many, one = equal_tests(10, 10, spread), equal_tests(1, 100, spread)

    assert many.range.p50 == one.range.p50 == 100
    assert many.chance_of(80) > one.chance_of(80)
    assert many.range.p10 > one.range.p10


def test_import_time_lines_stray_by_their_own_spread() -> None:
    spread = Spread(common=1.0, single=1.0, imported=0.0)

    assert Gain(0, 20 * MILLI, 0, 100 * MILLI, spread).range == Range(20, 20, 20)
    assert Gain(20 * MILLI, 0, 0, 100 * MILLI, spread).range.p10 < 20


def test_noise_takes_from_the_bad_cases_and_adds_to_none() -> None:
    calm = equal_tests(4, 25, Spread(common=0.2))
    noisy = equal_tests(4, 25, Spread(common=0.2, noise=10))

    assert noisy.range.p10 <= calm.range.p10 - 10
    assert (noisy.range.p50, noisy.range.p90) == (calm.range.p50, calm.range.p90)


def test_of_noise_alone_no_points_are_lost_below_zero() -> None:
    assert Gain(MILLI, 0, 0, MILLI, Spread(noise=50)).range == Range(0, 1, 1)


@given(st.floats(0.01, 0.99))
def test_a_chance_and_its_opposite_lie_at_the_same_distance(chance: float) -> None:
    assert sigmas(chance) == pytest.approx(-sigmas(1 - chance))


def test_an_even_chance_is_the_median_itself() -> None:
    assert sigmas(0.5) == 0
    assert sigmas(0.8) == pytest.approx(0.8416, abs=1e-4)
