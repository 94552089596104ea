"""The pace on record: wave by wave, what it makes of a target and of a claim, and the tests that git tells of."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from planner.model.history import Snapshot
from planner.model.pace import (
    LEAST,
    PACE_UNITS,
    Law,
    PaceReport,
    PaceUnit,
    Reading,
    Source,
    TestGrowth,
    Wave,
    Yield,
    span_of,
)
from planner.model.percent import percent_text
from planner.report import words
from planner.report.page import Block, Bullets, Column, Heading, Page, Sentence, Table

MOST_WAVES = 12
"""The last ones, without --detail."""

MOST_DAYS = 14
"""Of the days with new tests in git, the last ones, without --detail."""

ONE: dict[PaceUnit, str] = {"tests": "test", "hours": "hour", "weeks": "week"}

LEAST_OF_A_WEEK = Fraction(1, 7)
"""Points a week of a wave of less than a day are no rate."""

STEADY = (Fraction(4, 5), Fraction(5, 4))
"""A last rate between these parts of the first one is said to be steady."""

LAWS: dict[Law, str] = {"goes on": "the yield goes on", "same share": "the same part of what is missing"}

SOURCES: dict[Source, str] = {"last wave": "last wave", "all waves": "all waves", "stated": "stated"}


def pace_page(report: PaceReport, *, is_detailed: bool = False) -> Page:
    """Waves, trend, forecast, claim, git, doubts; what there is too little of is said."""
    blocks: list[Block] = [Heading(f"{report.project}: pace of {_source(report)}", 1)]
    blocks += _recorded(report, is_detailed=is_detailed)
    blocks += _forecast(report)
    blocks += _claim(report)
    blocks += _git(report.tests_by_git, is_detailed=is_detailed)
    if report.notices:
        blocks += [Heading("Know before you believe it"), Bullets(report.notices)]
    return tuple(blocks)


def _source(report: PaceReport) -> str:
    if not report.snapshots and report.tests_by_git is not None:
        return "the tests that git tells of"
    return words.plural(len(report.snapshots), "snapshot")


def _recorded(report: PaceReport, *, is_detailed: bool) -> Iterator[Block]:
    if not report.snapshots and report.tests_by_git is not None:
        return
    if len(report.snapshots) < 2:
        yield Sentence("A pace needs two snapshots or more: gapplan snapshot keeps one.", "bad")
        return
    first, last = report.snapshots[0], report.snapshots[-1]
    yield Sentence(f"From {words.percent(first.totals)} to {words.percent(last.totals)}.")
    yield _waves(report.waves if is_detailed else report.waves[-MOST_WAVES:])
    for unit in PACE_UNITS:
        yield Sentence(_trend(report.of(unit), unit))
    lacking = [unit for unit in ("tests", "hours") if not any(each.unit == unit for each in report.yields)]
    if lacking:
        metrics = words.listed([f"--metric {each}=NUMBER" for each in lacking])
        yield Sentence(
            f"gapplan snapshot {metrics} notes them: all tests there are, and hours since the last one.", "quiet"
        )


def _waves(waves: Sequence[Wave]) -> Table:
    columns = [Column("from", fold=16), Column("to", fold=16), Column("day", drop=2), Column("percent", is_number=True)]
    columns += [Column(each, is_number=True) for each in ("points", "tests", "hours")]
    columns += [Column("days", is_number=True, drop=1)]
    columns += [Column(f"points/{ONE[unit]}", is_number=True) for unit in PACE_UNITS]
    return Table(columns, [_wave(wave) for wave in waves]).without_empty()


def _wave(wave: Wave) -> tuple[str, ...]:
    found = {unit: wave.yielded(unit) for unit in PACE_UNITS}
    rates = [
        _rate(Fraction(each[0]) / each[1]) if each and _is_telling(wave, unit) else "" for unit, each in found.items()
    ]
    return (
        _name(wave.start),
        _name(wave.end),
        wave.end.taken[:10],
        words.percent(wave.end.totals),
        f"{wave.gained:+,}",
        _amount(found["tests"]),
        _amount(found["hours"]),
        words.plain(Fraction(round(wave.weeks * 700), 100)),
        *rates,
    )


def _is_telling(wave: Wave, unit: PaceUnit) -> bool:
    """Whether the wave is long enough for its rate to be shown."""
    return unit != "weeks" or wave.weeks >= LEAST_OF_A_WEEK


def _name(snapshot: Snapshot) -> str:
    return snapshot.label or snapshot.key


def _amount(found: tuple[int, Fraction] | None) -> str:
    return "" if found is None else words.plain(Fraction(round(found[1] * 10), 10))


def _rate(rate: Fraction) -> str:
    """Two decimals below ten, one above, cut towards zero."""
    places = 2 if abs(rate) < 10 else 1
    return f"{'-' if rate < 0 else ''}{percent_text(abs(rate), places)}"


def _trend(yields: Sequence[Yield], unit: PaceUnit) -> str:
    """The rates wave by wave, and whether returns diminish, and faster than what is missing does."""
    if sum(each.amount for each in yields) < LEAST[unit]:
        return f"Points per {ONE[unit]}: too little is known ({words.plural(int(LEAST[unit]), ONE[unit])} at least)."
    yields = [each for each in yields if unit != "weeks" or each.amount >= LEAST_OF_A_WEEK]
    if len(yields) == 1:
        return f"Points per {ONE[unit]}: {_rate(yields[0].rate)}, from one wave alone: no trend."
    first, last = yields[0], yields[-1]
    text = f"Points per {ONE[unit]}: {_rate(first.rate)} in the first wave, {_rate(last.rate)} in the last"
    if first.rate <= 0 or last.rate <= 0:
        return f"{text}."
    ratio = last.rate / first.rate
    if STEADY[0] <= ratio <= STEADY[1]:
        return f"{text}: steady."
    if ratio > 1:
        return f"{text}: rising."
    faster = last.share < first.share * float(STEADY[0])
    more = ", and faster than what is missing shrinks" if faster else ", as what is missing shrinks"
    return f"{text}: returns diminish{more}."


def _forecast(report: PaceReport) -> Iterator[Block]:
    target = report.target
    if target is None:
        return
    yield Heading(f"The way to {target.text} %")
    if not report.need:
        yield Sentence(f"{target.text} % is met by the last snapshot.", "good")
        return
    yield Sentence(f"{target.text} % ({target.meaning}) is {words.plural(report.need, 'point')} more.")
    if not report.readings:
        yield Sentence("There is no pace to say when: too little is noted, and nothing is guessed.", "bad")
        return
    yield _readings(report.readings)
    recorded = [each for each in report.readings if each.source != "stated"]
    stated = [each for each in report.readings if each.source == "stated"]
    goal = target.text
    if recorded:
        yield Sentence(f"At the recorded pace {goal} % {_takes(recorded, report.today)}.")
    if stated:
        yield Sentence(f"At the stated pace {goal} % {_takes(stated, report.today)}.")
        yield from _alike(recorded, stated, report.today)
    yield from _bracket(report)


def _readings(readings: Sequence[Reading]) -> Table:
    columns = [Column("if", fold=34), Column("from", fold=22)]
    columns += [Column(unit, is_number=True) for unit in PACE_UNITS]
    rows: dict[tuple[Law, Source, str], dict[PaceUnit, str]] = {}
    for each in readings:
        row = rows.setdefault((each.law, each.source, each.stated), {})
        row[each.unit] = "never" if each.needed is None else _needed(each.needed, each.unit)
    return Table(
        columns,
        [
            (LAWS[law], f"stated: {stated}" if stated else SOURCES[source], *(row.get(unit, "") for unit in PACE_UNITS))
            for (law, source, stated), row in rows.items()
        ],
    ).without_empty()


def _needed(amount: float, unit: PaceUnit) -> str:
    """Rounded up."""
    return words.count(ceil(amount)) if unit == "tests" else f"{ceil(round(amount * 10, 6)) / 10:,.1f}"


def _takes(readings: Sequence[Reading], today: date | None) -> str:
    """`takes 79.9 to 95.5 h`."""
    parts = []
    for unit in PACE_UNITS:
        found = span_of(each for each in readings if each.unit == unit)
        if found:
            low, high = found
            end = "" if high is None or _needed(high, unit) == _needed(low, unit) else f" to {_needed(high, unit)}"
            shown = "h" if unit == "hours" else unit
            parts.append(f"{_needed(low, unit)}{end}{' or more' if high is None else ''} {shown}")
            if unit == "weeks" and today:
                parts[-1] += f" ({_days(today, low, high)})"
    return f"takes {words.listed(parts)}" if parts else "is never reached: the total did not rise"


def _alike(recorded: Sequence[Reading], stated: Sequence[Reading], today: date | None) -> Iterator[Block]:
    """The last wave's yield and the stated one as two figures of the same, in units that both have."""
    both = {each.unit for each in stated} & {each.unit for each in recorded}
    going = [
        replace(each, source="stated")
        for each in (*recorded, *stated)
        if each.unit in both and each.law == "goes on" and each.source != "all waves"
    ]
    if going:
        yield Sentence(f"Where the yield goes on, recorded or stated, it {_takes(going, today)}.")


def _days(today: date, low: float, high: float | None) -> str:
    first, last = _due(today, low), None if high is None else _due(today, high)
    if first is None:
        return "later than the calendar goes"
    return first.isoformat() if first == last else f"{first} to {last or 'nobody knows when'}"


def _due(today: date, weeks: float) -> date | None:
    """None beyond the calendar."""
    days = ceil(weeks * 7)
    return today + timedelta(days=days) if days < (date.max - today).days else None


def _bracket(report: PaceReport) -> Iterator[Block]:
    """What the range is from and to, and when even its far end is hopeful."""
    yield Sentence(
        "The range begins with the last wave's fastest reading and ends with the slowest of all: the yield goes on as "
        "it is, or each test covers the same part of what is missing, so that returns diminish.",
        "quiet",
    )
    if any(_falls_faster(report.of(unit)) for unit in PACE_UNITS if unit != "weeks"):
        yield Sentence("Returns diminish faster than either supposes: it may well take more.", "bad")


def _falls_faster(yields: Sequence[Yield]) -> bool:
    return len(yields) > 1 and 0 < yields[-1].share < yields[0].share * float(STEADY[0])


def _claim(report: PaceReport) -> Iterator[Block]:
    if not report.verdicts:
        return
    yield Heading("Claimed")
    columns = [Column("of"), Column("claimed", is_number=True), Column("the record", fold=60), Column("holds")]
    rows = [(each.subject, words.span(each.claimed), each.found, words.holds(each.holds)) for each in report.verdicts]
    yield Table(columns, rows)


def _git(found: TestGrowth | str | None, *, is_detailed: bool) -> Iterator[Block]:
    if found is None:
        return
    yield Heading("Tests by git")
    if isinstance(found, str):
        yield Sentence(f"No history to read: {found}.", "bad")
        return
    days = list(found.by_day.items())
    if not days:
        yield Sentence(f"No commit from {found.since} to {found.until} adds a test function.")
        return
    yield Sentence(_growth(found, days[0][0], len(days)))
    shown = days if is_detailed else days[-MOST_DAYS:]
    commits = {day: sum(each.day == day for each in found.commits) for day, _ in shown}
    columns = [Column("day"), *(Column(each, is_number=True) for each in ("commits", "tests"))]
    yield Table(columns, [(day.isoformat(), words.count(commits[day]), f"{net:+,}") for day, net in shown])
    if len(shown) < len(days):
        yield Sentence(f"{words.count(len(days) - len(shown))} earlier days with --detail.", "quiet")
    if found.shallow:
        yield Sentence("The clone is shallow: there may be more.", "bad")


def _growth(found: TestGrowth, first: date, days: int) -> str:
    """How many more, in how many commits, and by the week where that is known."""
    more = sum(each.added for each in found.commits)
    text = f"{words.plural(found.net, 'test function')} more ({words.count(more)} added"
    text += f", {words.count(more - found.net)} taken out) in {words.plural(len(found.commits), 'commit')} on "
    text += f"{words.plural(days, 'day')} from {first} to {found.until}"
    return f"{text}: {_rate(found.a_week)} a week." if found.a_week is not None else f"{text}, less than a week."
