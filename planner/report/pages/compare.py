"""Two plans, or two snapshots, side by side: totals first, then what differs most."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from planner.model.compare import (
    AimPair,
    Both,
    PlannedOption,
    PlannedRung,
    PlanPair,
    PlanSide,
    SnapshotPair,
    change,
)
from planner.model.history import Snapshot
from planner.model.measurement import Counts
from planner.model.option import Ceiling
from planner.model.percent import cut_percent
from planner.report import words
from planner.report.page import Block, Bullets, Column, Heading, Page, Sentence, Table

MOST_ROWS = 20
"""Of the steps, and of the files, without --detail."""

_STATES = ("new", "gone", "changed", "same")

NOTHING = "-"


def comparison_page(pair: PlanPair | SnapshotPair, *, is_detailed: bool = False) -> Page:
    """All that stands side by side."""
    if isinstance(pair, PlanPair):
        return tuple(_plans(pair, is_detailed=is_detailed))
    return tuple(_snapshots(pair, is_detailed=is_detailed))


def _plans(pair: PlanPair, *, is_detailed: bool) -> Iterator[Block]:
    yield Heading(f"{_projects(pair.old.project, pair.new.project)}: two plans", 1)
    for when, side in (("Old", pair.old), ("New", pair.new)):
        yield Sentence(f"{when}: {side.name}; {_goal(side)}{_chosen(side)}.")
    if pair.totals:
        yield _totals(pair.totals)
    yield Heading("Options")
    yield _options(pair.options)
    if pair.rungs:
        yield Heading("Ladder")
        yield _ladder(pair.rungs)
    yield from _steps(pair, is_detailed=is_detailed)
    yield from _ceilings(pair.ceilings)
    for title, notices in (("Only the new one says", pair.new_notices), ("Only the old one said", pair.gone_notices)):
        if notices:
            yield Heading(title)
            yield Bullets(notices)


def _projects(old: str, new: str) -> str:
    return new if old == new else f"{old} and {new}"


def _goal(side: PlanSide) -> str:
    target = side.target
    budget = f"{words.plain(words.written(side.budget))} h given" if side.budget is not None else ""
    if target is None:
        return budget or "no target"
    meaning = f" {target.meaning}" if target.meaning else ""
    total = " of the whole tree" if target.total == "whole-tree" else ""
    more = f", {words.plural(target.more, 'point')} more" if target.more is not None else ""
    return ", ".join(filter(None, [f"{words.exact(target.percent)}{meaning}{total}{more}", budget]))


def _chosen(side: PlanSide) -> str:
    option = side.chosen
    if option is None:
        return ""
    name = f", {option.name}" if option.name and option.name != option.key else ""
    return f"; {option.key}{name}: {words.tests_text(option.tests)}, {words.hours(option.effort)}"


def _totals(totals: Sequence[Both[Counts]]) -> Table:
    columns = [Column("total"), *_twice("covered", drop=2), *_twice("points", drop=1), *_twice("percent")]
    return Table([*columns, Column("change", is_number=True)], [_total(each) for each in totals])


def _twice(title: str, drop: int = 0) -> list[Column]:
    return [Column(f"{title} {when}", is_number=True, drop=drop) for when in ("old", "new")]


def _total(both: Both[Counts]) -> tuple[str, ...]:
    sides = (both.old, both.new)
    covered = [words.count(each.covered_points) if each else NOTHING for each in sides]
    points = [words.count(each.points) if each else NOTHING for each in sides]
    percents = [words.percent(each) if each else NOTHING for each in sides]
    is_known = both.old is not None and both.new is not None
    return (both.name, *covered, *points, *percents, _signed(change(both)[2]) if is_known else "")


def _signed(value: Fraction) -> str:
    """Percent points, cut towards 0: no change is made larger than it is."""
    return f"{'-' if value < 0 else '+'}{cut_percent(abs(value), 2)}"


def _options(options: Sequence[Both[PlannedOption]]) -> Table:
    columns = [Column(""), Column("option", drop=2), *_twice("gain"), *_twice("chance", drop=1)]
    return Table([*columns, *_twice("tests"), *_twice("hours")], [_option(each) for each in options]).without_empty()


def _option(both: Both[PlannedOption]) -> tuple[str, ...]:
    sides = (both.old, both.new)
    name = next((each.name for each in (both.new, both.old) if each and each.name), "")
    return (
        both.name,
        "" if name == both.name else name,
        *(f"+{words.count(each.gain.p50)}" if each else NOTHING for each in sides),
        *(_chance(each) for each in sides),
        *(words.tests(each.tests) if each else NOTHING for each in sides),
        *(words.hours(each.effort) if each else NOTHING for each in sides),
    )


def _chance(option: PlannedOption | None) -> str:
    """Never rounded up; empty where there was no target."""
    if option is None or option.probability is None:
        return ""
    return f"{cut_percent(words.written(option.probability) * 100, 0)} %"


def _ladder(rungs: Sequence[Both[PlannedRung]]) -> Table:
    columns = [Column("rung"), *_twice("gain", drop=1), *_twice("tests"), *_twice("hours"), *_twice("due")]
    return Table(columns, [_rung(each) for each in rungs]).without_empty()


def _rung(both: Both[PlannedRung]) -> tuple[str, ...]:
    sides = (both.old, both.new)
    return (
        both.name,
        *(f"+{words.count(each.points_gained)}" if each else NOTHING for each in sides),
        *(words.tests(each.tests) if each and each.tests else NOTHING for each in sides),
        *(words.hours(each.effort) if each and each.effort else NOTHING for each in sides),
        *(each.due.isoformat() if each and each.due else "" for each in sides),
    )


def _steps(pair: PlanPair, *, is_detailed: bool) -> Iterator[Block]:
    """What is new, gone or changed of the recommended options; what is the same with all details."""
    if not pair.aims:
        return
    ranked = sorted(pair.aims, key=lambda each: _STATES.index(each.state))
    counts = [f"{words.count(sum(each.state == state for each in ranked))} {state}" for state in _STATES]
    sides = {"old": pair.old.chosen, "new": pair.new.chosen}
    options = " and ".join(f"{option.key} ({when})" for when, option in sides.items() if option)
    yield Heading("Steps")
    yield Sentence(f"Classes and functions that {options} aim at: {', '.join(counts)}.")
    differing = ranked if is_detailed else [each for each in ranked if each.state != "same"]
    shown = differing if is_detailed else differing[:MOST_ROWS]
    if shown:
        columns = [Column(""), Column("file", is_name=True, fold=24), Column("test of", is_name=True)]
        yield Table([*columns, *_twice("tests"), *_twice("gain"), *_twice("hours", drop=1)], [_aim(e) for e in shown])
    if len(shown) < len(differing):
        yield Sentence(f"{words.count(len(differing) - len(shown))} more with --detail.", "quiet")


def _aim(pair: AimPair) -> tuple[str, ...]:
    sides = (pair.old, pair.new)
    return (
        pair.state,
        pair.aim.path,
        pair.aim.unit,
        *(words.count(each.tests) if each else NOTHING for each in sides),
        *(f"+{words.count(each.points)}" if each else NOTHING for each in sides),
        *(words.hours(each.effort) if each else NOTHING for each in sides),
    )


def _ceilings(ceilings: Sequence[Both[Ceiling]]) -> Iterator[Block]:
    if ceilings:
        yield Heading("What can be covered at all")
        rows = [
            (
                f"without doubles for {each.name}" if each.name else "everything coverable",
                *(words.percent_of(one.covered, one.points) if one else NOTHING for one in (each.old, each.new)),
            )
            for each in ceilings
        ]
        yield Table([Column("ceiling", fold=40), *_twice("percent")], rows)


def _snapshots(pair: SnapshotPair, *, is_detailed: bool) -> Iterator[Block]:
    yield Heading(f"{_projects(pair.old.project, pair.new.project)}: two snapshots", 1)
    for when, name, side in (("Old", pair.old_name, pair.old), ("New", pair.new_name, pair.new)):
        yield Sentence(f"{when}: {name}, {_taken(side)}.")
    yield _totals(pair.totals)
    if pair.old.circumstances != pair.new.circumstances:
        yield Sentence("They were counted by different rules or settings, so not all of it is tests.", "bad")
    if pair.metrics:
        yield Heading("Metrics")
        yield Table([Column("metric"), *_twice("value")], [_metric(each) for each in pair.metrics])
    yield from _files(pair.files, is_detailed=is_detailed)
    yield Sentence(f"gapplan why {pair.old_name} {pair.new_name} splits the change into its causes, exactly.", "quiet")


def _taken(side: Snapshot) -> str:
    parts = [side.key, side.label, f"commit {side.commit[:10]}" if side.commit else "", side.taken]
    return " ".join(filter(None, parts))


def _metric(both: Both[float]) -> tuple[str, ...]:
    values = (words.plain(words.written(each)) if each is not None else NOTHING for each in (both.old, both.new))
    return (both.name, *values)


def _files(files: Sequence[Both[Counts]], *, is_detailed: bool) -> Iterator[Block]:
    yield Heading("Files most changed")
    if not files:
        yield Sentence("No file's counts differ.", "good")
        return
    shown = files if is_detailed else files[:MOST_ROWS]
    columns = [Column("file", is_name=True, fold=36), *_twice("missing", drop=1), *_twice("percent")]
    columns += [Column("covered", is_number=True), Column("points", is_number=True)]
    yield Table(columns, [_file(each) for each in shown])
    if len(shown) < len(files):
        yield Sentence(f"{words.count(len(files) - len(shown))} more with --detail.", "quiet")


def _file(both: Both[Counts]) -> tuple[str, ...]:
    sides = (both.old, both.new)
    covered, points, _ = change(both)
    return (
        both.name,
        *(words.count(each.missing_points) if each else NOTHING for each in sides),
        *(words.percent(each) if each else NOTHING for each in sides),
        f"{covered:+,}",
        f"{points:+,}",
    )
