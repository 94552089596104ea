"""What stops tests: how many pass, what to mend first and what that gives, and the way to a pass rate."""

from collections.abc import Iterator, Sequence

from planner.model.blocked import Blockage, Cause, Mending, PassOption, PassTarget
from planner.report import unblock_words, words
from planner.report.page import Block, Bullets, Code, Column, Heading, Page, Sentence, Table
from planner.report.pages.shared import MOST_LINES, cut

FIRST_CAUSES = 12
"""Rows of the table; the others with --detail."""


def unblock_page(found: Blockage, *, is_detailed: bool = False) -> Page:
    """At a glance first; then the order to mend in, the options for a pass rate, what each cause is, and doubts."""
    asked = (
        f"{unblock_words.target_text(found.target)} of its tests passing" if found.target else "what stops its tests"
    )
    blocks: list[Block] = [Heading(f"{found.project}: {asked}", 1), *_glance(found)]
    if found.target:
        blocks += _way(found, found.target)
    if found.mendings:
        blocks += _order(found, is_detailed=is_detailed)
        blocks += _causes(found, is_detailed=is_detailed)
    return (*blocks, *_rest(found, is_detailed=is_detailed))


def _glance(found: Blockage) -> Iterator[Block]:
    tally = found.tally
    if not tally.judged:
        yield Sentence("No test ran: there is nothing to unblock.", "bad")
        return
    today = unblock_words.passing_text(found.today)
    if not tally.blocked:
        yield Sentence(f"{today}: nothing stops any test.", "good")
        return
    failing = [
        words.plural(count, noun) for count, noun in ((tally.failed, "failure"), (tally.errors, "error")) if count
    ]
    skipped = f"; {words.count(tally.skipped)} skipped, in neither count" if tally.skipped else ""
    yield Sentence(f"{today}: {words.listed(failing)}{skipped}.", "bad")
    if found.mendings:
        yield from _after_all(found)


def _after_all(found: Blockage) -> Iterator[Block]:
    """What all causes together stop, and what comes of mending them."""
    first, stopped = found.mendings[0], sum(each.cause.tests_blocked for each in found.mendings)
    causes = words.plural(len(found.mendings), "cause")
    which = f"{causes} of your choice" if found.others else causes
    verb = "stops" if len(found.mendings) == 1 else "stop"
    yield Sentence(
        f"{which} {verb} {words.plural(stopped, 'test')}. Mended, {unblock_words.passing_text(found.after_all)}"
        f"{_points_of_all(found)}."
    )
    share = unblock_words.share_text(first.cause.tests_blocked, found.tally.blocked)
    what = f"{unblock_words.short_text(first.cause)}, {share} of what fails, {words.hours(first.effort)}"
    yield Sentence(f"Mend first: {what}{_look_at(first.cause)}.")
    if found.richest and found.richest.cause.key != first.cause.key:
        rate = words.plural(int(found.richest.points_per_hour), "point")
        yield Sentence(f"Most points per hour: {found.richest.cause.key}, {rate}, before anything else is mended.")
    if found.measured is None:
        yield Sentence("No coverage data: what the tests would cover is not forecast.", "quiet")


def _points_of_all(found: Blockage) -> str:
    if found.measured is None:
        return ""
    totals = found.measured.totals
    after = words.percent_of(min(totals.points, totals.covered_points + found.points), totals.points)
    return f", and coverage is expected to rise from {words.percent(totals)} to {after}"


def _look_at(cause: Cause) -> str:
    return f"; look at {unblock_words.place_text(cause.first_place)}" if cause.first_place else ""


# The way to a pass rate


def _way(found: Blockage, target: PassTarget) -> Iterator[Block]:
    need, lacks = target.needed(found.today.judged), target.lacks(found.today)
    text = unblock_words.target_text(target)
    more = f"{words.count(lacks)} more" if lacks else "met already"
    yield Sentence(
        f"Target: {text} of {words.plural(found.today.judged, 'test')} is {words.count(need)}, {more}.",
        "plain" if lacks else "good",
    )
    if not found.options:
        return
    yield Heading("Options")
    yield _options(found.options)
    yield _verdict(found, target)
    yield from _ladder(found)


def _options(options: Sequence[PassOption]) -> Table:
    columns = [Column(""), Column("option"), Column("reaches it"), Column("causes", is_number=True)]
    columns += [Column("pass", is_number=True), Column("rate", is_number=True), Column("hours", is_number=True)]
    columns += [Column("what", drop=1)]
    return Table(columns, [_option(each) for each in options])


def _option(each: PassOption) -> tuple[str, ...]:
    return (
        each.key,
        each.name,
        "yes" if each.reaches_target else f"no, {words.count(each.lacks)} short",
        words.plural(len(each.rungs), "rung") if each.key == "D" else words.count(len(each.rungs)),
        words.count(each.after.passed),
        unblock_words.rate_text(each.after),
        words.hours(each.effort) if each.rungs else "-",
        each.story,
    )


def _verdict(found: Blockage, target: PassTarget) -> Sentence:
    chosen = next((each for each in found.options if each.key == found.recommended), None)
    if chosen and chosen.reaches_target:
        keys = words.listed([rung.cause for rung in chosen.rungs], most=MOST_LINES)
        return Sentence(f"Recommended: {chosen.key}, {chosen.name}: {keys}, {words.hours(chosen.effort)}.", "good")
    after = found.after_all
    lacks = words.plural(target.lacks(after), "more passing test")
    return Sentence(
        f"The known causes do not reach it: all of them mended, {unblock_words.passing_text(after)}, and "
        f"{unblock_words.target_text(target)} takes {lacks}.",
        "bad",
    )


def _ladder(found: Blockage) -> Iterator[Block]:
    """The rate after each mending of the mix."""
    mix = next((each for each in found.options if each.key == "D"), None)
    if mix and len(mix.rungs) > 1:
        yield Heading("Ladder (D)")
        columns = [Column("mended", is_name=True), Column("pass", is_number=True)]
        columns += [Column("rate", is_number=True), Column("hours so far", is_number=True)]
        rows = [
            (rung.cause, words.count(rung.after.passed), unblock_words.rate_text(rung.after), words.hours(rung.effort))
            for rung in mix.rungs[:FIRST_CAUSES]
        ]
        yield Table(columns, rows)
        if len(mix.rungs) > FIRST_CAUSES:
            yield Sentence(f"{words.plural(len(mix.rungs) - FIRST_CAUSES, 'more rung')} in --format json.", "quiet")


# The order to mend in


def _order(found: Blockage, *, is_detailed: bool) -> Iterator[Block]:
    yield Heading("Mend in this order")
    shown = found.mendings if is_detailed else found.mendings[:FIRST_CAUSES]
    yield _table(shown, found)
    if hidden := found.mendings[len(shown) :]:
        tests = words.plural(sum(each.cause.tests_blocked for each in hidden), "test")
        yield Sentence(f"{words.plural(len(hidden), 'more cause')} with {tests}, with --detail.", "quiet")
    if len(shown) > 1:
        after = unblock_words.passing_text(shown[1].after)
        yield Sentence(
            f"{after} after the second, if all that a cause stops passes once it is mended: the most to hope for."
        )
    yield Sentence(unblock_words.units_text(found), "quiet")


def _table(mendings: Sequence[Mending], found: Blockage) -> Table:
    columns = [Column("no.", is_number=True), Column("cause", is_name=True, fold=22), Column("kind", drop=3)]
    columns += [Column("tests", is_number=True), Column("share", is_number=True), Column("points", is_number=True)]
    columns += [Column("P10-P90", is_number=True, drop=2), Column("hours", is_number=True)]
    columns += [Column("tests/h", is_number=True, drop=1), Column("points/h", is_number=True, drop=1)]
    columns += [Column("then pass", is_number=True), Column("rate", is_number=True)]
    columns += [Column("look at", is_name=True, drop=4, fold=24)]
    return Table(columns, [_row(order, each, found) for order, each in enumerate(mendings, start=1)]).without_empty()


def _row(order: int, each: Mending, found: Blockage) -> tuple[str, ...]:
    return (
        words.count(order),
        each.cause.key,
        each.cause.kind,
        unblock_words.tests_text(each),
        unblock_words.share_text(each.cause.tests_blocked, found.tally.blocked),
        f"+{words.count(each.points.p50)}" if each.points else "",
        f"{words.count(each.points.p10)}-{words.count(each.points.p90)}" if each.points else "",
        words.hours(each.effort) + (" yours" if each.is_given else ""),
        words.count(int(each.tests_per_hour)),
        words.count(int(each.points_per_hour)) if each.points else "",
        words.count(each.after.passed),
        unblock_words.rate_text(each.after),
        unblock_words.place_text(each.cause.first_place) if each.cause.first_place else "",
    )


# What each cause is


def _causes(found: Blockage, *, is_detailed: bool) -> Iterator[Block]:
    yield Heading("What stops them")
    shown = found.mendings if is_detailed else found.mendings[:MOST_LINES]
    yield Bullets([unblock_words.cause_text(each.cause) for each in shown])
    if len(shown) < len(found.mendings):
        yield Sentence(f"{words.count(len(found.mendings) - len(shown))} more with --detail.", "quiet")
    for each in shown if is_detailed else ():
        yield Heading(f"{each.cause.key}: {words.plural(each.cause.tests_blocked, 'test')}", 3)
        yield Code(each.cause.example)
        yield Bullets([unblock_words.test_text(test) for test in each.cause.tests])


# What else there is to know


def _rest(found: Blockage, *, is_detailed: bool) -> Iterator[Block]:
    if found.others:
        yield Heading(f"Left out ({words.count(len(found.others))})")
        yield Bullets(cut([unblock_words.short_text(each) for each in found.others], is_detailed=is_detailed))
    if found.unblamed:
        yield Heading(f"Nothing known ({words.count(len(found.unblamed))})")
        yield Sentence("These failed, and the report does not say why.")
        yield Bullets(cut([unblock_words.test_text(each) for each in found.unblamed], is_detailed=is_detailed))
    if found.skips:
        yield Heading(f"Skipped ({words.count(found.tally.skipped)})")
        lines = [f"{words.plural(each.tests, 'test')}: {each.reason or 'no reason given'}" for each in found.skips]
        yield Bullets(cut(lines, is_detailed=is_detailed))
    if found.notices:
        yield Heading("Know before you believe it")
        yield Bullets(cut(list(found.notices), is_detailed=is_detailed))
