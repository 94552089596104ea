"""Percentages of points: exact as fractions, and as coverage.py displays and gates them.

The display and gate rules repeat coverage.py's own floating-point expressions on purpose
(`coverage/results.py`: `Numbers.pc_covered`, `display_covered`, `should_fail_under`; 5.0 to 7.17):
a threshold is passed or missed by what that program computes, so tests compare them with it.
"""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

GATE_WIDENS_FROM = (7, 17, 1)
"""From this coverage.py version on, `fail_under = 12.5` is compared at one decimal whatever `precision` says."""


def exact_percent(covered: int, points: int) -> Fraction:
    """100 * covered / points as a fraction. A report of no points at all is 0, as in coverage.py."""
    return Fraction(100 * covered, points) if points else Fraction(0)


def displayed_percent(covered: int, points: int, precision: int) -> str:
    """The total as `coverage report` prints it, without the percent sign.

    "0" and "100" are only shown when they are exactly true; else rounds half to even.
    """
    percent = 100.0 * covered / points if points else 0.0
    near_zero = 1.0 / 10**precision
    if 0 < percent < near_zero:
        percent = near_zero
    elif 100.0 - near_zero < percent < 100:
        percent = 100.0 - near_zero
    else:
        percent = round(percent, precision)
    return f"{percent:.{precision}f}"


def passes_gate(covered: int, points: int, fail_under: Fraction, precision: int) -> bool:
    """Whether `fail_under` lets the total pass. `precision` is the one in force: see `gate_precision`."""
    total = 100.0 * covered / points if points else 0.0
    if fail_under == 100:
        return total == 100.0
    return not round(total, precision) < float(fail_under)


def gate_precision(fail_under: Fraction, precision: int, version: tuple[int, ...] | None) -> int:
    """The decimals at which a coverage.py of `version` (None: the newest) compares with `fail_under`."""
    if version is not None and version < GATE_WIDENS_FROM:
        return precision
    return max(precision, decimals_of(fail_under))


def decimals_of(percent: Fraction) -> int:
    """How many decimals it takes to write a terminating decimal fraction; 12.5 takes 1."""
    places = 0
    while percent.denominator != 1 and places < 12:
        percent *= 10
        places += 1
    return places


def exact_points_needed(percent: Fraction, points: int) -> int:
    """Fewest covered points with covered / points >= percent."""
    return -(-percent.numerator * points // (percent.denominator * 100))


def displayed_points_needed(percent: Fraction, points: int, precision: int) -> int:
    """Fewest covered points for which `coverage report` prints `percent` or more."""

    def shows_it(covered: int) -> bool:
        return Fraction(Decimal(displayed_percent(covered, points, precision))) >= percent

    return _fewest(shows_it, points)


def gate_points_needed(percent: Fraction, points: int, precision: int) -> int:
    """Fewest covered points that pass `fail_under = percent`; `precision` as in `passes_gate`."""
    return _fewest(lambda covered: passes_gate(covered, points, percent, precision), points)


def _fewest(is_enough: Callable[[int], bool], points: int) -> int:
    """Smallest count in 0..points that is enough, for a monotone condition; `points` when none is."""
    low, high = 0, points
    while low < high:
        middle = (low + high) // 2
        if is_enough(middle):
            high = middle
        else:
            low = middle + 1
    return low


def percent_text(percent: Fraction, decimals: int = 2, goal: Fraction | None = None) -> str:
    """`percent` rounded half to even for reading, but never up to where a goal would look met before it is.

    That is: not up to `goal`, and not up to a rounder number (11.996 is 11.99, not 12.00).
    """
    scaled = percent * 10**decimals
    cut, rounded = scaled.numerator // scaled.denominator, round(scaled)
    looks_met = rounded % 10 == 0 or (goal is not None and percent < goal <= Fraction(rounded, 10**decimals))
    return _with_point(cut if looks_met else rounded, decimals)


def cut_percent(percent: Fraction, decimals: int) -> str:
    """`percent` cut, for programs: it is never more than the exact value."""
    scaled = percent * 10**decimals
    return _with_point(scaled.numerator // scaled.denominator, decimals)


def _with_point(whole: int, decimals: int) -> str:
    text = f"{whole:0{decimals + 1}d}"
    return f"{text[:-decimals]}.{text[-decimals:]}" if decimals else text
