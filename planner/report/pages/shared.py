"""What every report says: where we are, what the target takes, what is in doubt."""

from collections.abc import Iterable, Iterator, Sequence

from planner.model.findings import Finding
from planner.model.measurement import Measurement
from planner.model.option import Outcome
from planner.model.percent import displayed_percent
from planner.model.target import Target
from planner.model.together import together, weighty
from planner.report import doctor_words, words
from planner.report.page import Block, Bullets, Heading, Sentence

MOST_LINES = 5
"""Of each list, or kind of notice or skip, then "and n more"."""

MOST_TITLES = 2
"""Findings that the line about the doctor names."""


SAME_AS_NOTICE = {
    "source-unset": "'source' is not set",
    "namespace-directories": "finds packages without __init__.py only under",
    "paths-missing": "were matched by the end of their path",
    "relative-files": "but the configuration no relative_files",
    "other-version": "whose rules differ",
    "plugin-missing": "are not loaded; where they change exclusions or files",
}
"""Check -> words of the notice of the measurement (`planner.measure.notices`) that says the same in fewer words."""


def where_we_are(outcome: Outcome) -> Iterator[Block]:
    """Today's totals, the inputs they come from, and in how much doubt they are."""
    yield from todays_totals(outcome.measurement)
    yield from in_doubt(outcome)


def todays_totals(measured: Measurement) -> Iterator[Block]:
    """The totals of the data and of the whole tree, and the inputs they come from."""
    shown = displayed_percent(measured.totals.covered_points, measured.totals.points, measured.precision)
    how = "'coverage report' with [paths]" if measured.guessed else "'coverage report'"
    yield Sentence(
        f"Covered: {words.count(measured.totals.covered_points)} of {words.points_in(measured.totals)}, "
        f"{words.percent(measured.totals)}; {how} shows {shown} %."
    )
    yield Sentence(f"Measured: {words.inputs_text(measured.inputs)}.", "quiet")
    if measured.whole_tree != measured.totals:
        yield Sentence(f"Whole tree: {words.percent(measured.whole_tree)} of {words.points_in(measured.whole_tree)}.")


def in_doubt(outcome: Outcome) -> Iterator[Block]:
    """One line where the doctor found something that weighs."""
    found = weighty(outcome.diagnosis) if outcome.diagnosis else ()
    if found:
        totals, doubt = outcome.measurement.totals, together(found)
        counted, today = words.plural(len(found), "finding"), words.percent(totals)
        to = doctor_words.percents_text(doubt.percents(totals))
        what = f"In doubt: {counted} may change {today} to {to}" if doubt.swing(totals) else "Found beside the total"
        yield Sentence(f"{what}: {_titles(found)}; see gapplan doctor.", "bad")


def _titles(found: Sequence[Finding]) -> str:
    titles = [each.title for each in found]
    more = [f"{words.count(len(titles) - MOST_TITLES)} more"] if len(titles) > MOST_TITLES else []
    return "; ".join([*titles[:MOST_TITLES], *more])


def what_it_takes_in_short(outcome: Outcome, target: Target) -> Sentence:
    """The points that the target needs, in its own meaning."""
    judged = outcome.judged
    need = target.points_needed(judged.points)
    total = "the whole tree" if target.total == "whole-tree" else "what is measured"
    more = f"{words.count(need - judged.covered_points)} more" if not outcome.is_met else "met already"
    tone = "good" if outcome.is_met else "plain"
    return Sentence(f"Target: {target.text} % {target.meaning} of {total} is {words.count(need)} points, {more}.", tone)


def what_it_takes(outcome: Outcome, target: Target) -> Iterator[Block]:
    """The points that the target needs, in its own meaning and in all three."""
    yield what_it_takes_in_short(outcome, target)
    judged = outcome.judged
    displayed, gate = (target.points_needed(judged.points, meaning) for meaning in ("displayed", "gate"))
    exact = target.points_needed(judged.points, "exact")
    yield Sentence(
        f"Three meanings: exact from {words.count(exact)}, displayed from {words.count(displayed)}, "
        f"fail_under = {target.text} passes from {words.count(gate)} points.",
        "quiet",
    )


def doubts(outcome: Outcome, *, is_detailed: bool) -> Iterator[Block]:
    """Notices and skips, MOST_LINES of each unless detailed; what the line about the doctor has said is left out."""
    found = weighty(outcome.diagnosis) if outcome.diagnosis else ()
    return doubts_beside(outcome.measurement, found, is_detailed=is_detailed)


def doubts_beside(measured: Measurement, found: Iterable[Finding], *, is_detailed: bool) -> Iterator[Block]:
    """Notices and skips, without the notices that a finding words better."""
    most = None if is_detailed else MOST_LINES
    told = [SAME_AS_NOTICE[each.check] for each in found if each.check in SAME_AS_NOTICE]
    notices = [notice for notice in measured.notices if not any(part in notice for part in told)]
    if notices:
        yield Heading("Know before you believe it")
        yield Bullets(_cut(notices, most))
    if measured.skipped:
        yield Heading(f"Skipped ({words.count(len(measured.skipped))})")
        yield Bullets(_cut([words.skipped_text(each) for each in measured.skipped], most))


def _cut(lines: list[str], most: int | None) -> list[str]:
    if most is None or len(lines) <= most:
        return lines
    return [*lines[:most], f"and {words.count(len(lines) - most)} more"]


def cut(lines: Sequence[str], *, is_detailed: bool) -> Sequence[str]:
    """The first MOST_LINES, and how many more there are; detailed, all of them."""
    if is_detailed or len(lines) <= MOST_LINES:
        return lines
    return [*lines[:MOST_LINES], f"and {words.count(len(lines) - MOST_LINES)} more"]
