"""What somebody claimed of an option beside what the data allows: figures and a verdict for each claim."""

from collections.abc import Iterator
from fractions import Fraction

from planner.model.measurement import Counts
from planner.model.option import Count, Verdict
from planner.model.percent import percent_text
from planner.model.plan import Effort, Range
from planner.model.wish import Claim, Span

_HALF_A_DIGIT = Fraction(1, 20)
"""Claims of percent are written with one decimal at most: so far they may be off by rounding."""


def judge(
    claim: Claim, *, today: Counts, missing: int, gain: Range, tests: Count, effort: Effort, is_calibrated: bool
) -> Iterator[Verdict]:
    """A verdict for each thing claimed. `missing` are the points that the option's own modules miss today."""
    if claim.gain:
        yield _on_gain(claim.gain, missing, gain)
    if claim.percent:
        yield _on_percent(claim.percent, claim.gain, today, gain)
    if claim.hours:
        yield _on_hours(claim.hours, effort, is_calibrated=is_calibrated)
    if claim.tests:
        found = f"the forecast is {tests.p50} to {tests.p80} tests"
        yield Verdict("tests", claim.tests, found, claim.tests.high >= tests.p50)


def _on_gain(claimed: Span, missing: int, gain: Range) -> Verdict:
    forecast = f"tests of them gain {gain.p50:,} there and elsewhere (P10-P90 {gain.p10:,}-{gain.p90:,})"
    found = f"its modules miss {missing:,} points in all; {forecast}"
    return Verdict("gain", claimed, found, claimed.high <= missing and claimed.low <= gain.p90)


def _on_percent(claimed: Span, gained: Span | None, today: Counts, gain: Range) -> Verdict:
    """The percent that the claimed gain itself comes to, or else the forecast one."""
    span = gained or Span(Fraction(gain.p10), Fraction(gain.p90))
    low, high = (
        Fraction(100 * (today.covered_points + points), max(1, today.points)) for points in (span.low, span.high)
    )
    subject = "the claimed gain" if gained else "the forecast gain"
    found = f"{subject} comes to {_between(low, high)} % of today's {today.points:,} points"
    return Verdict(
        "percent", claimed, found, low + _HALF_A_DIGIT >= claimed.low and high + _HALF_A_DIGIT >= claimed.high
    )


def _between(low: Fraction, high: Fraction) -> str:
    return percent_text(low) if low == high else f"{percent_text(low)}-{percent_text(high)}"


def _on_hours(claimed: Span, effort: Effort, *, is_calibrated: bool) -> Verdict:
    found = f"the forecast is {effort.p50:.1f}-{effort.p80:.1f} h"
    holds = bool(claimed.high >= Fraction(effort.p50)) if is_calibrated else None
    return Verdict("hours", claimed, found if is_calibrated else f"{found}, uncalibrated", holds)
