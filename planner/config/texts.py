"""Figures as users write them: `+2`, `16h`, `6h/week`, `150-200`, `2027-01-31`. Each raises ConfigError, one line."""

import re
from datetime import date
from fractions import Fraction

from planner.errors import ConfigError
from planner.model.calibration import Calibrated
from planner.model.wish import PACE_KINDS, OwnOption, Pace, PaceKind, Span

_NUMBER = r"\d{1,9}(?:\.\d{1,6})?"
_PERCENT = re.compile(r"(\+?)(\d{1,3}(?:\.\d{1,6})?)\s*%?")
_HOURS = re.compile(rf"({_NUMBER})\s*(?:h|hours?)?")
_PACE = re.compile(
    rf"({_NUMBER})\s*(h|hours?|tests?|points?|statements?)?\s*(?:/|per\b|a\b)\s*({_NUMBER})?\s*([a-z][a-z ]{{0,30}})"
)
_CALIBRATED = re.compile(r"(\d{4}-\d\d-\d\d)(?:, ([1-9]\d{0,8}) tests?)?(?:, ([1-9]\d{0,8}) receipts?)?")
_SPAN = re.compile(rf"\+?({_NUMBER})\s*(?:(?:-|\.\.|to)\s*({_NUMBER}))?\s*(?:%|h|hours?)?")

OWN_KEYS = ("A", "B", "C", "D", "mix")
"""Options that every plan has."""

LEAST_CONFIDENCE, MOST_CONFIDENCE = 50, 99


def parse_percent(text: str, today: Fraction, key: str = "target") -> Fraction:
    """`12`, `12.5`, `12.5%` as written, `+2` as points of percent above `today`, both exact.

    Raises ConfigError, which names the `key`, for anything else and for a percent outside 0..100.
    """
    match = _PERCENT.fullmatch(text.strip())
    if not match:
        raise ConfigError(f"{key} {text!r} is not a percent such as 12, 12.5 or +2")
    percent = Fraction(match[2]) + (today if match[1] else 0)
    if percent > 100:
        raise ConfigError(f"{key} {text!r} is more than 100 %")
    return percent


def parse_stretch(text: str) -> str:
    """The text of a percent above the target, as it is: `+5` is only known with the measurement."""
    parse_percent(text, Fraction(0), "stretch")
    return text


def parse_absolute(text: str, key: str) -> Fraction:
    """A percent that is not relative to today: `12`, `12.5`, `12.5%`."""
    if text.strip().startswith("+"):
        raise ConfigError(f"{key} {text!r} is not a percent such as 12 or 12.5")
    return parse_percent(text, Fraction(0), key)


def parse_confidence(text: str) -> float:
    """`80` or `80%` as 0.8. Below 50 % a plan would count on luck; at 100 % none could be promised."""
    match = _PERCENT.fullmatch(text.strip())
    if not match or match[1] or not LEAST_CONFIDENCE <= Fraction(match[2]) <= MOST_CONFIDENCE:
        raise ConfigError(f"confidence {text!r} is not a percent from {LEAST_CONFIDENCE} to {MOST_CONFIDENCE}")
    return float(Fraction(match[2]) / 100)


def parse_budget(text: str) -> float:
    """`16h`, `16`, `16 hours`: hours of work, more than none."""
    match = _HOURS.fullmatch(text.strip())
    if not match or not Fraction(match[1]):
        raise ConfigError(f"budget {text!r} is not a number of hours such as 16h")
    return float(Fraction(match[1]))


def parse_pace(text: str) -> Pace:
    """`6h/week`, `12 tests/2 weeks`, `287 points/milestone`, `8 points/3h`."""
    match = _PACE.fullmatch(text.strip().lower())
    period = match[4].strip().removesuffix("s") if match else ""
    if not match or not period or not Fraction(match[1]) or (match[3] and not Fraction(match[3])):
        raise ConfigError(f"pace {text!r} is not like 6h/week, 12 tests/week or 287 points/milestone")
    amount = Fraction(match[1]) / Fraction(match[3] or 1)
    return Pace(amount, _kind(match[2] or "hours"), {"h": "hour"}.get(period, period))


def _kind(word: str) -> PaceKind:
    return next((kind for kind in PACE_KINDS if kind.startswith(word.rstrip("s"))), "points")


def parse_span(text: str, key: str) -> Span:
    """`150-200`, `+150-200`, `11-11.5 %`, `3 to 5 h`, or one number."""
    match = _SPAN.fullmatch(text.strip())
    if not match:
        raise ConfigError(f"{key} {text!r} is not a number or a range such as 150-200")
    low = Fraction(match[1])
    high = Fraction(match[2]) if match[2] else low
    if high < low:
        raise ConfigError(f"{key} {text!r} ends below where it begins")
    return Span(low, high)


def parse_ladder(text: str) -> tuple[Fraction, ...]:
    """`30,35,45`: percents, ascending."""
    return tuple(sorted({parse_absolute(each, "ladder") for each in text.split(",")}))


def parse_date(text: str, key: str) -> date:
    """`2027-01-31`."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ConfigError(f"{key} {text!r} is not a date such as 2027-01-31") from None


def parse_calibrated(text: str, key: str) -> Calibrated:
    """`2026-11-21, 312 tests, 5 receipts`, one of the two at least: what 'gapplan calibrate' writes."""
    match = _CALIBRATED.fullmatch(text)
    if not match or not (match[2] or match[3]):
        raise ConfigError(f"{key} {text!r} is not what 'gapplan calibrate' writes, such as '2026-11-21, 312 tests'")
    return Calibrated(parse_date(match[1], key), int(match[2] or 0), int(match[3] or 0))


def parse_option(text: str) -> OwnOption:
    """`NAME=GLOB[,GLOB...]`."""
    name, equals, globs = text.partition("=")
    modules = tuple(each.strip() for each in globs.split(",") if each.strip())
    if not (equals and name.strip() and modules):
        raise ConfigError(f"option {text!r} is not NAME=GLOB[,GLOB...], such as small=tools/finops/*.py")
    return OwnOption(check_name(name.strip(), f"option {name.strip()!r}"), modules)


def check_name(name: str, key: str) -> str:
    """The name of an option, if it is not one of gapplan's own. Raises ConfigError, which names the `key`."""
    if name in OWN_KEYS:
        raise ConfigError(f"{key}: {', '.join(OWN_KEYS)} are gapplan's own; choose another name")
    return name
