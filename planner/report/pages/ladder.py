"""Option D as a table of rungs, with the pace and the day it has to be done by."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from planner.model.option import Option, Outcome, Rung
from planner.model.percent import percent_text
from planner.model.wish import Pace
from planner.report import words
from planner.report.page import Block, Column, Heading, Sentence, Table


def ladder_blocks(outcome: Outcome) -> Iterator[Block]:
    """The rungs of D: what each takes from today, and when it is reached at the paces given."""
    for option in outcome.options:
        if option.rungs:
            yield Heading("Ladder (D)")
            yield _table(option)
            if any(rung.tests is None for rung in option.rungs):
                yield Sentence(
                    "Where there are no hours, all tests that could be planned today do not lead so far.", "quiet"
                )


def _table(option: Option) -> Table:
    columns = [Column(title, is_number=True) for title in ("percent", "fail_under", "points", "gain", "tests", "hours")]
    paces = list(dict.fromkeys(pace for rung in option.rungs for pace, _ in rung.periods))
    columns += [Column(f"{words.plain(pace.amount)} {pace.of}/{pace.period}", is_number=True) for pace in paces]
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
