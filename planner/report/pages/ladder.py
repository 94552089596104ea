"""Option D as a table of rungs, with the pace and the day it has to be done by."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from planner.model.option import Option, Outcome, Rung
from planner.model.percent import percent_text
from planner.model.wish import Pace
from planner.report import words
from planner.report.page import Block, Column, Heading, Sentence, Table

NEAREST = 2
"""Rungs that are worth a sentence."""


def ladder_blocks(outcome: Outcome) -> Iterator[Block]:
    """The rungs of D: what each takes from today, and when it is reached at the paces given."""
    for option in outcome.options:
        if option.rungs:
            yield Heading("Ladder (D)")
            yield _table(option)
            yield from _at_pace(option)
            if any(rung.tests is None for rung in option.rungs):
                yield Sentence("Where there are no hours, the tests of this plan do not lead that far.", "quiet")


def _at_pace(option: Option) -> Iterator[Block]:
    """What the first rung takes where points and tests of the same period are known: the team's own yield."""
    first = option.rungs[0]
    points = {pace.period: (pace, count) for pace, count in first.periods if pace.of == "points"}
    tests = {pace.period: pace for pace, _ in first.periods if pace.of == "tests"}
    for period in points.keys() & tests.keys():
        pace, _ = points[period]
        amount = tests[period].amount
        away = [
            f"{percent_text(rung.percent)} % is {_periods(rung.points_gained / pace.amount, period)} and about "
            f"{words.count(round(rung.points_gained / pace.amount * amount))} tests away"
            for rung in option.rungs[:NEAREST]
        ]
        yield Sentence(
            f"At the recorded {words.plain(pace.amount)} points and {words.plain(amount)} tests a {period}: "
            f"{words.listed(away)}."
        )


def _table(option: Option) -> Table:
    columns = [Column("percent", is_number=True), Column("fail_under", is_number=True, drop=2)]
    columns += [Column("points", is_number=True, drop=1), Column("gain", is_number=True)]
    columns += [Column("tests", is_number=True), Column("hours", is_number=True)]
    paces = list(dict.fromkeys(pace for rung in option.rungs for pace, _ in rung.periods))
    columns += [Column(f"{words.plain(pace.amount)} {pace.of}/{pace.period}", is_number=True, drop=3) for pace in paces]
    columns += [Column("due", is_number=True)]
    return Table(columns, [_row(rung, paces) for rung in option.rungs]).without_empty()


def _row(rung: Rung, paces: Sequence[Pace]) -> tuple[str, ...]:
    periods = dict(rung.periods)
    return (
        f"{percent_text(rung.percent)} %",
        percent_text(rung.fail_under, 0 if rung.fail_under.denominator == 1 else 2),
        words.count(rung.points),
        f"+{words.count(rung.points_gained)}",
        words.tests(rung.tests) if rung.tests else "-",
        words.hours(rung.effort) if rung.effort else "-",
        *(_periods(periods[pace], pace.period) if pace in periods else "-" for pace in paces),
        rung.due.isoformat() if rung.due else "",
    )


def _periods(count: Fraction, period: str) -> str:
    """`1.6 milestones`; less than a tenth is said as such."""
    if 0 < count < Fraction(1, 10):
        return f"< 0.1 {period}s"
    shown = f"{float(count):.1f}"
    return f"{shown} {period}{'' if shown == '1.0' else 's'}"
