"""What every report says: where we are, what the target takes, what is in doubt."""

from collections.abc import Iterator

from planner.model.option import Outcome
from planner.model.percent import displayed_percent
from planner.model.target import Target
from planner.report import words
from planner.report.page import Block, Bullets, Heading, Sentence

MOST_LINES = 5
"""Of one kind of notice or skip, then "and n more"."""


def where_we_are(outcome: Outcome) -> Iterator[Block]:
    """Today's totals, and the inputs they come from."""
    measured = outcome.measurement
    shown = displayed_percent(measured.totals.covered_points, measured.totals.points, measured.precision)
    yield Sentence(
        f"Covered: {words.count(measured.totals.covered_points)} of {words.points_in(measured.totals)}, "
        f"{words.percent(measured.totals)}; 'coverage report' shows {shown} %."
    )
    yield Sentence(f"Measured: {words.inputs_text(measured.inputs)}.", "quiet")
    if measured.whole_tree != measured.totals:
        yield Sentence(f"Whole tree: {words.percent(measured.whole_tree)} of {words.points_in(measured.whole_tree)}.")


def what_it_takes(outcome: Outcome, target: Target) -> Iterator[Block]:
    """The points that the target needs, in its own meaning and in all three."""
    judged = outcome.judged
    need = target.points_needed(judged.points)
    total = "the whole tree" if target.total == "whole-tree" else "what is measured"
    more = f"{words.count(need - judged.covered_points)} more" if not outcome.is_met else "met already"
    tone = "good" if outcome.is_met else "plain"
    yield Sentence(f"Target: {target.text} % {target.meaning} of {total} is {words.count(need)} points, {more}.", tone)
    displayed, gate = (target.points_needed(judged.points, meaning) for meaning in ("displayed", "gate"))
    exact = target.points_needed(judged.points, "exact")
    yield Sentence(
        f"Three meanings: exact from {words.count(exact)}, displayed from {words.count(displayed)}, "
        f"fail_under = {target.text} passes from {words.count(gate)} points.",
        "quiet",
    )


def doubts(outcome: Outcome, *, is_detailed: bool) -> Iterator[Block]:
    """Notices and skips, MOST_LINES of each unless detailed."""
    measured = outcome.measurement
    most = None if is_detailed else MOST_LINES
    if measured.notices:
        yield Heading("Know before you believe it")
        yield Bullets(_cut(list(measured.notices), most))
    if measured.skipped:
        yield Heading(f"Skipped ({words.count(len(measured.skipped))})")
        yield Bullets(_cut([words.skipped_text(each) for each in measured.skipped], most))


def _cut(lines: list[str], most: int | None) -> list[str]:
    if most is None or len(lines) <= most:
        return lines
    return [*lines[:most], f"and {words.count(len(lines) - most)} more"]
