"""Measurements over time: the list with all its figures, why a total changed, and what is noise."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from planner.model.history import CAUSES, Cause, Change, Flip, Noise, Part, Snapshot
from planner.model.lines import ranges_text
from planner.model.measurement import Counts, Skipped
from planner.model.percent import cut_percent, exact_percent
from planner.report import words
from planner.report.page import Block, Bullets, Column, Heading, Page, Sentence, Table

MOST_PARTS = 8
"""Of each cause, without --detail: those that move most points."""

SPARKS, ASCII_SPARKS = "▁▂▃▄▅▆▇█", "12345678"

WHAT: dict[Cause, str] = {
    "stated totals": "what the data states beyond its files",
    "branch mode": "branch mode was switched",
    "counting rules": "counted by other rules (coverage.py's version or settings)",
    "exclusions": "lines excluded, or no longer excluded",
    "file left": "files that left the measurement",
    "file entered": "files that entered it",
    "source removed": "statements taken out or rewritten",
    "source added": "statements written anew",
    "source moved": "statements moved elsewhere in their file",
    "lost": "not run any more, though unchanged",
    "newly covered": "run now",
}
"""Each cause as a reader says it."""


def history_page(
    project: str, snapshots: Sequence[Snapshot], damaged: Sequence[Skipped], *, is_ascii: bool = False
) -> Page:
    """All snapshots, oldest first, with every metric that any of them has."""
    blocks: list[Block] = [Heading(f"{project}: {words.plural(len(snapshots), 'snapshot')}", 1)]
    if snapshots:
        percents = [each.totals.percent for each in snapshots]
        first, last = (words.percent(each.totals) for each in (snapshots[0], snapshots[-1]))
        blocks += [Sentence(f"From {first} to {last}: {sparkline(percents, is_ascii=is_ascii)}"), _listing(snapshots)]
    else:
        blocks.append(Sentence("None is kept yet; gapplan snapshot keeps today's measurement."))
    if damaged:
        blocks += [Sentence("Damaged, and left out:", "bad"), Bullets([words.skipped_text(each) for each in damaged])]
    return tuple(blocks)


def sparkline(values: Sequence[Fraction], *, is_ascii: bool = False) -> str:
    """One block a value, the lowest to the highest; a digit from 1 to 8 where only ASCII can be shown."""
    sparks = ASCII_SPARKS if is_ascii else SPARKS
    low, high = min(values), max(values)
    if low == high:
        return sparks[len(sparks) // 2] * len(values)
    return "".join(sparks[int((value - low) * (len(sparks) - 1) / (high - low))] for value in values)


def _listing(snapshots: Sequence[Snapshot]) -> Table:
    metrics = list(dict.fromkeys(name for each in snapshots for name in sorted(each.metrics)))
    columns = (
        Column("", is_number=True),
        Column("snapshot"),
        Column("taken"),
        Column("commit", drop=3),
        Column("branch", drop=2, fold=16),
        Column("label", drop=4, fold=20),
        Column("covered", is_number=True),
        Column("points", is_number=True),
        Column("percent", is_number=True),
        Column("change", is_number=True, drop=5),
        *(Column(name, is_number=True, drop=6) for name in metrics),
    )
    befores = [None, *snapshots[:-1]]
    rows = [
        (
            f"@{len(snapshots) - place}",
            each.key,
            each.taken.replace("T", " ").removesuffix("Z"),
            each.commit[:10],
            each.git_branch,
            each.label,
            words.count(each.totals.covered_points),
            words.count(each.totals.points),
            words.percent(each.totals),
            _signed(each.totals.percent - before.totals.percent) if before else "",
            *(_figure(each.metrics.get(name)) for name in metrics),
        )
        for place, (before, each) in enumerate(zip(befores, snapshots, strict=True))
    ]
    return Table(columns, rows).without_empty()


def _figure(value: float | None) -> str:
    return "" if value is None else words.plain(words.written(value))


def change_page(change: Change, shares: dict[Cause, Fraction], *, is_detailed: bool = False) -> Page:
    """Why the total changed: the causes, which add up, and below each the places."""
    old, new = change.old.totals, change.new.totals
    blocks: list[Block] = [
        Heading(f"{change.new.project}: {words.percent(old)} to {words.percent(new)}", 1),
        Sentence(f"Old: {_named(change.old)}. New: {_named(change.new)}.", "quiet"),
        Sentence(_verdict(change)),
        *_circumstances(change),
    ]
    if not change.parts:
        return (*blocks, Sentence("Not a single statement or exit differs.", "good"))
    blocks.append(_causes(change, shares))
    blocks.append(
        Sentence(
            "Covered and points add up exactly. Percents are what each cause does in this order, top down.", "quiet"
        )
    )
    for cause in CAUSES:
        parts = _shown([part for part in change.parts if part.cause == cause and part.path], cause)
        if parts:
            blocks += _places(cause, parts, is_detailed=is_detailed)
    return tuple(blocks)


def _named(snapshot: Snapshot) -> str:
    parts = [snapshot.key, snapshot.label, f"commit {snapshot.commit[:10]}" if snapshot.commit else ""]
    return f"{' '.join(filter(None, parts))} ({snapshot.taken})"


def _verdict(change: Change) -> str:
    turned = f"{change.covered:+,} covered, {change.points:+,} in the total"
    lost = -sum(part.covered for part in change.parts if part.cause == "lost")
    ran = [part for part in change.parts if part.cause == "newly covered"]
    gained, imported = sum(part.covered for part in ran), sum(part.imported for part in ran)
    how = " (by importing alone)" if gained and imported == gained else ""
    if not how and imported:
        how = f" ({words.count(imported)} of them by importing alone)"
    more = f"{words.plural(gained, 'point')} more ran{how} and {words.count(lost)} no longer did"
    return f"{turned}. Of unchanged code, {more}."


def _circumstances(change: Change) -> Iterator[Block]:
    old, new = change.old.circumstances, change.new.circumstances
    for name, was, now in (
        ("coverage.py that counted", old.counted_by, new.counted_by),
        ("branch mode", old.branch, new.branch),
        *((name, old.settings.get(name), new.settings.get(name)) for name in sorted({*old.settings, *new.settings})),
    ):
        if was != now:
            yield Sentence(f"Changed: {name}, {_difference(was, now)}.", "bad")
    if change.renamed:
        names = [f"{was} is {now} now" for now, was in sorted(change.renamed.items())]
        yield Sentence(f"Renamed: {words.listed(names, 5)}.", "quiet")


def _difference(was: object, now: object) -> str:
    """`+ def __repr__, - raise`: what a list gained and lost; of anything else, both values."""
    if not isinstance(was, tuple) or not isinstance(now, tuple) or max(len(was), len(now)) < 2:
        return f"from {_value(was)} to {_value(now)}"
    return ", ".join(
        [*(f"+ {each}" for each in now if each not in was), *(f"- {each}" for each in was if each not in now)]
    )


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if value is None:
        return "unknown"
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def _causes(change: Change, shares: dict[Cause, Fraction]) -> Table:
    rows = []
    for cause, share in shares.items():
        parts = [part for part in change.parts if part.cause == cause]
        covered, points = sum(part.covered for part in parts), sum(part.points for part in parts)
        files = len({part.path for part in parts})
        rows.append((WHAT[cause], f"{covered:+,}", f"{points:+,}", _signed(share), words.count(files)))
    rows.append(("together", f"{change.covered:+,}", f"{change.points:+,}", _signed(sum(shares.values())), ""))
    columns = ("covered", "points", "percent", "files")
    return Table([Column("cause", fold=40), *(Column(each, is_number=True) for each in columns)], rows)


def _signed(value: Fraction | int) -> str:
    """Two decimals, cut towards zero, with a sign."""
    cut = cut_percent(abs(Fraction(value)), 2)
    return f"{'-' if value < 0 and cut else '+'}{cut}"


def _places(cause: Cause, parts: Sequence[Part], *, is_detailed: bool) -> Iterator[Block]:
    ranked = sorted(parts, key=lambda part: (-abs(part.covered), -abs(part.points), part.path, part.unit))
    shown = ranked if is_detailed else ranked[:MOST_PARTS]
    yield Heading(WHAT[cause][:1].upper() + WHAT[cause][1:])
    columns = [
        Column("file", is_name=True, fold=36),
        Column("unit", is_name=True, fold=28),
        Column("covered", is_number=True),
        Column("points", is_number=True),
        Column("lines", fold=24, drop=1),
    ]
    rows = [(part.path, part.unit, f"{part.covered:+,}", f"{part.points:+,}", _lines(part)) for part in shown]
    yield Table(columns, rows).without_empty()
    if len(shown) < len(ranked):
        yield Sentence(f"{words.count(len(ranked) - len(shown))} more with --detail.", "quiet")


def _shown(parts: Sequence[Part], cause: Cause) -> list[Part]:
    """By unit; files that came or went are shown whole."""
    if cause not in ("file entered", "file left"):
        return list(parts)
    whole: dict[str, Part] = {}
    for part in parts:
        one = whole.get(part.path, replace(part, unit="", covered=0, points=0))
        whole[part.path] = replace(
            one,
            covered=one.covered + part.covered,
            points=one.points + part.points,
            old_lines=one.old_lines | part.old_lines,
            new_lines=one.new_lines | part.new_lines,
        )
    return list(whole.values())


def _lines(part: Part) -> str:
    """By the new file's numbers; those that are gone by the old one's."""
    if part.new_lines:
        return ranges_text(part.new_lines)
    return f"{ranges_text(part.old_lines)} (old)" if part.old_lines else ""


def noise_page(project: str, noise: Noise, *, is_detailed: bool = False) -> Page:
    """The band of the total, the margin a target needs, and what flips."""
    totals = sorted(noise.totals, key=lambda each: each.covered_points)
    low, high = totals[0], totals[-1]
    flipping = sum(flip.points for flip in noise.flips)
    blocks: list[Block] = [
        Heading(f"{project}: noise between {words.plural(len(totals), 'run')}", 1),
        Sentence(
            f"The total lies from {words.percent(low)} to {words.percent(high)} ({words.count(low.covered_points)} to "
            f"{words.count(high.covered_points)} points); {words.plural(flipping, 'point')} "
            f"{'flips' if flipping == 1 else 'flip'}."
        ),
    ]
    if not noise.flips:
        return (*blocks, Sentence("Every run covers the same.", "good"))
    surely = words.exact(words.written(noise.confidence) * 100)
    blocks += [
        Sentence(
            f"A target needs a margin of {words.plural(noise.margin, 'point')} "
            f"({_share(noise.margin, low)}) for the next run to hold it with {surely} confidence."
        ),
        Sentence("Plans add it when [tool.gapplan] says:", "quiet"),
        Bullets([f"noise = {noise.margin}"]),
        _flips(noise.flips if is_detailed else noise.flips[: 2 * MOST_PARTS]),
    ]
    hidden = 0 if is_detailed else max(0, len(noise.flips) - 2 * MOST_PARTS)
    return (*blocks, *([Sentence(f"{words.count(hidden)} more with --detail.", "quiet")] if hidden else []))


def _share(points: int, totals: Counts) -> str:
    return f"{_signed(exact_percent(points, totals.points)).removeprefix('+')} % of all"


def _flips(flips: Sequence[Flip]) -> Table:
    columns = [
        Column("file", is_name=True, fold=36),
        Column("unit", is_name=True, fold=28),
        Column("points", is_number=True),
        Column("covered by run"),
        Column("likely reason", fold=24),
        Column("lines", fold=24, drop=1),
    ]
    return Table(
        columns,
        [
            (
                flip.path,
                flip.unit,
                words.count(flip.points),
                ", ".join(map(words.count, flip.covered)),
                words.listed(flip.reasons),
                ranges_text(flip.lines),
            )
            for flip in flips
        ],
    )
