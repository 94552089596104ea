"""What somebody claimed beside what the data allows."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.model.measurement import Counts
from planner.model.option import Count, Verdict
from planner.model.plan import Effort, Range
from planner.model.wish import Claim, Span
from planner.solve.claims import judge

MILESTONE = Counts(18_394, 1_758)
"""Totals of the team whose plan claimed 150 to 200 points for 11 to 11.5 %."""


def span(low: str | int, high: str | int | None = None) -> Span:
    return Span(Fraction(low), Fraction(low if high is None else high))


def verdicts(
    claim: Claim,
    *,
    today: Counts = MILESTONE,
    missing: int = 186,
    gain: Range | None = None,
    tests: Count | None = None,
    effort: Effort | None = None,
    is_calibrated: bool = True,
) -> list[Verdict]:
    return list(
        judge(
            claim,
            today=today,
            missing=missing,
            gain=gain or Range(90, 120, 160),
            tests=tests or Count(12, 16),
            effort=effort or Effort(4.0, 7.0),
            is_calibrated=is_calibrated,
        )
    )


def only(found: list[Verdict]) -> Verdict:
    (verdict,) = found
    return verdict


def test_the_gain_of_the_milestone_is_more_than_its_modules_miss() -> None:
    verdict = only(verdicts(Claim(gain=span(150, 200))))

    assert (verdict.subject, verdict.claimed, verdict.holds) == ("gain", span(150, 200), False)
    assert "186" in verdict.found


def test_the_percent_of_the_milestone_is_what_its_own_gain_comes_to() -> None:
    _, percent = verdicts(Claim(gain=span(150, 200), percent=span(11, "11.5")))

    assert (percent.subject, percent.claimed, percent.holds) == ("percent", span(11, "11.5"), False)
    assert "10.37-10.64 %" in percent.found
    assert "18,394" in percent.found


def test_a_gain_holds_that_is_missing_and_forecast() -> None:
    assert only(verdicts(Claim(gain=span(150, 186)))).holds
    assert not only(verdicts(Claim(gain=span(150, 187)))).holds


def test_a_gain_does_not_hold_that_lies_above_the_forecast() -> None:
    assert only(verdicts(Claim(gain=span(160, 170)))).holds
    assert not only(verdicts(Claim(gain=span(161, 170)))).holds


def test_a_percent_without_a_gain_is_held_against_the_forecast() -> None:
    forecast = Range(10, 20, 30)

    low, high = (
        only(verdicts(Claim(percent=span(percent)), today=Counts(100, 50), gain=forecast)) for percent in (60, 61)
    )

    assert "60.00-80.00 %" in low.found
    assert low.holds
    assert not high.holds


def test_a_percent_may_be_off_by_rounding_to_one_decimal() -> None:
    def holds(percent: str) -> bool | None:
        return only(verdicts(Claim(percent=span(percent)), today=Counts(1_000, 500), gain=Range(45, 45, 45))).holds

    assert holds("54.5")
    assert holds("54.54")
    assert not holds("54.6")


def test_one_percent_is_one_figure() -> None:
    _, percent = verdicts(Claim(gain=span(100), percent=span(10)), today=Counts(1_000, 0))

    assert "10.00 %" in percent.found
    assert "-" not in percent.found.removeprefix("the claimed gain")


@pytest.mark.parametrize(("claimed", "holds"), [(span(3, 5), True), (span(4), True), (span(2, "3.9"), False)])
def test_hours_hold_when_half_of_all_cases_take_no_longer(claimed: Span, holds: bool) -> None:
    assert only(verdicts(Claim(hours=claimed))).holds is holds


def test_hours_that_nothing_was_learned_from_are_not_judged() -> None:
    verdict = only(verdicts(Claim(hours=span(1)), is_calibrated=False))

    assert verdict.holds is None
    assert "4.0-7.0 h" in verdict.found
    assert "uncalibrated" in verdict.found


@pytest.mark.parametrize(("claimed", "holds"), [(span(25), True), (span(5, 12), True), (span(5, 11), False)])
def test_tests_hold_when_as_many_are_enough_in_half_of_all_cases(claimed: Span, holds: bool) -> None:
    verdict = only(verdicts(Claim(tests=claimed)))

    assert verdict.holds is holds
    assert "12 to 16 tests" in verdict.found


SPANS = st.one_of(st.none(), st.tuples(st.integers(0, 500), st.integers(0, 500)).map(lambda ends: span(*sorted(ends))))


@given(st.builds(Claim, SPANS, SPANS, SPANS, SPANS), st.integers(0, 500), st.integers(0, 100))
def test_there_is_one_verdict_for_each_thing_claimed(claim: Claim, missing: int, points: int) -> None:
    found = verdicts(claim, missing=missing, today=Counts(points, points // 2))

    claims = {"gain": claim.gain, "percent": claim.percent, "hours": claim.hours, "tests": claim.tests}
    said = {subject: claimed for subject, claimed in claims.items() if claimed}
    assert {verdict.subject: verdict.claimed for verdict in found} == said
    assert list(said) == [verdict.subject for verdict in found]


def test_of_nothing_every_percent_is_that_of_one_point() -> None:
    percent = only(verdicts(Claim(percent=span(10)), today=Counts(0, 0), gain=Range(0, 0, 0)))

    assert (percent.found, percent.holds) == ("the forecast gain comes to 0.00 % of today's 0 points", False)
