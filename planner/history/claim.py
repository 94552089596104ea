"""A claim such as `40 -> 80 %, 30 tests, 3 h`: read, and held against the recorded yield."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import ceil

from planner.config import parse_percent
from planner.config.texts import parse_span
from planner.errors import ConfigError
from planner.history.pace import LAWS, find_sources, points_from
from planner.model.measurement import Counts
from planner.model.option import Verdict
from planner.model.pace import PaceClaim, PaceReport, PaceUnit, Yield
from planner.model.percent import decimals_of, percent_text
from planner.model.wish import Claim, Span

_NUMBER = r"\d{1,9}(?:\.\d{1,6})?"
_FIGURE = rf"\+?({_NUMBER}(?:\s*(?:-|\.\.|to)\s*{_NUMBER})?)"
_PARTS = {
    "percent": re.compile(rf"(?:({_NUMBER})\s*%?\s*(?:->|\u2192|to)\s*)?({_NUMBER}(?:\s*(?:-|\.\.)\s*{_NUMBER})?)\s*%"),
    "tests": re.compile(rf"{_FIGURE}\s*tests?"),
    "hours": re.compile(rf"{_FIGURE}\s*(?:h|hours?)"),
    "weeks": re.compile(rf"{_FIGURE}\s*weeks?"),
    "gain": re.compile(rf"{_FIGURE}\s*(?:points?|statements?)"),
}

_PARTS_SHOWN = "'40 -> 80 %', '30 tests', '2-3 h', '4 weeks' or '300 points'"

_NOT_KNOWN: Mapping[PaceUnit, str] = {
    "tests": "too few tests are noted with the snapshots to tell",
    "hours": "too few hours are noted with the snapshots to tell",
    "weeks": "the snapshots span too short a time to tell",
}


def parse_claim(text: str) -> PaceClaim:
    """The parts of a claim, with commas between them, in any order. Raises ConfigError, which names the part."""
    found: dict[str, Span] = {}
    start: Fraction | None = None
    for part in text.split(","):
        name, match = _part(part.strip().lower(), text)
        if name in found:
            raise ConfigError(f"claim {text!r} says two things of its {name}")
        found[name] = parse_span(match[match.lastindex or 0], f"claim {text!r}: {name}")
        if name == "percent" and match[1]:
            start = parse_percent(match[1], Fraction(0), f"claim {text!r}: percent")
    _check(text, start, found)
    claim = Claim(found.get("gain"), found.get("percent"), found.get("hours"), found.get("tests"))
    return PaceClaim(start, claim, found.get("weeks"))


def _part(part: str, text: str) -> tuple[str, re.Match[str]]:
    for name, pattern in _PARTS.items():
        if match := pattern.fullmatch(part):
            return name, match
    raise ConfigError(f"claim {text!r}: {part!r} is no part of a claim, which has {_PARTS_SHOWN}")


def _check(text: str, start: Fraction | None, found: Mapping[str, Span]) -> None:
    percent = found.get("percent")
    if percent and percent.high > 100:
        raise ConfigError(f"claim {text!r} is of more than 100 %")
    if percent and start is not None and start >= percent.low:
        raise ConfigError(f"claim {text!r} ends where it begins, or below")
    if not {*found} - {"percent"}:
        raise ConfigError(f"claim {text!r} says nothing of what it takes; a claim has {_PARTS_SHOWN}")


def judge(claim: PaceClaim, report: PaceReport) -> Iterator[Verdict]:
    """A verdict for each thing claimed, by the readings of the report for the same target. No snapshots, no verdict."""
    if not report.snapshots:
        return
    today = report.snapshots[-1].totals
    if claim.start is not None:
        yield _on_start(claim.start, today)
    claimed = _claimed(claim)
    if claim.claim.percent and claimed:
        yield _on_percent(claim.claim.percent, claimed, report, today)
    if claim.claim.gain:
        found = (
            f"{percent_text(report.target.percent)} % takes {report.need:,}" if report.target else "no target is given"
        )
        yield Verdict("gain", claim.claim.gain, found, claim.claim.gain.high >= report.need if report.target else None)
    for unit, span in claimed.items():
        yield _on_amount(unit, span, report)


def _claimed(claim: PaceClaim) -> dict[PaceUnit, Span]:
    every: dict[PaceUnit, Span | None] = {"tests": claim.claim.tests, "hours": claim.claim.hours, "weeks": claim.weeks}
    return {unit: span for unit, span in every.items() if span}


def _on_start(start: Fraction, today: Counts) -> Verdict:
    half_a_digit = Fraction(1, 2 * 10 ** decimals_of(start))
    found = f"the last snapshot has {percent_text(today.percent)} %"
    return Verdict("start", Span(start, start), found, abs(today.percent - start) <= half_a_digit)


def _on_percent(wanted: Span, claimed: Mapping[PaceUnit, Span], report: PaceReport, today: Counts) -> Verdict:
    """Where the claimed tests, hours and weeks lead by the recorded yields: from the slowest to the fastest."""
    texts, reached = [], []
    for unit, span in claimed.items():
        ends = list(_percents(report.of(unit), span, today))
        if ends:
            reached.append(max(ends))
            texts.append(f"{_range(span)} {_short(unit)} come to {_between(min(ends), max(ends))} %")
    if not texts:
        return Verdict("percent", wanted, "too little is noted with the snapshots to tell", None)
    return Verdict("percent", wanted, "; ".join(texts), all(each >= wanted.low for each in reached))


def _percents(yields: Sequence[Yield], span: Span, today: Counts) -> Iterator[Fraction]:
    """Of the fewest tests by every source, and of the most by the last wave: as far apart as the forecast is."""
    for source, found in find_sources(yields):
        for law in LAWS:
            for amount in (span.low, span.high) if source == "last wave" else (span.low,):
                gained = Fraction(points_from(found, law, amount, today.missing_points)).limit_denominator(10**6)
                yield (today.covered_points + gained) * 100 / max(1, today.points)


def _on_amount(unit: PaceUnit, claimed: Span, report: PaceReport) -> Verdict:
    span = report.span(unit)
    if span is None:
        stays = any(each.unit == unit for each in report.readings)
        return Verdict(
            unit, claimed, "the total did not rise: never" if stays else _NOT_KNOWN[unit], None if not stays else False
        )
    low, high = span
    found = f"the recorded yield takes {amount_text(low, unit)}"
    if high is None:
        found += " or more"
    elif amount_text(high, unit) != amount_text(low, unit):
        found += f" to {amount_text(high, unit)}"
    return Verdict(unit, claimed, f"{found} {_short(unit)}", claimed.high >= Fraction(low))


def amount_text(amount: float, unit: PaceUnit) -> str:
    """Rounded up: whole tests, hours and weeks with one decimal."""
    if unit == "tests":
        return f"{ceil(amount):,}"
    return f"{ceil(round(amount * 10, 6)) / 10:,.1f}"


def _short(unit: PaceUnit) -> str:
    return "h" if unit == "hours" else unit


def _range(span: Span) -> str:
    low, high = float(span.low), float(span.high)
    return f"{low:g}" if low == high else f"{low:g}-{high:g}"


def _between(low: Fraction, high: Fraction) -> str:
    return percent_text(low) if low == high else f"{percent_text(low)}-{percent_text(high)}"
