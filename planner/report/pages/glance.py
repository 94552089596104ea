"""The plan on one screen: where we are, what it takes, the options, the recommendation, its first steps, the doubt."""

from collections.abc import Iterator
from fractions import Fraction

from planner.model.option import Option, Outcome
from planner.report import words
from planner.report.page import Block, Heading, Meter, Page, Sentence
from planner.report.pages.alternatives import alternatives_in_short
from planner.report.pages.mend_first import mend_first_blocks, tests_line
from planner.report.pages.options import options_table
from planner.report.pages.recommendation import chosen_option, decision, how_figures_are_meant, in_time, warnings
from planner.report.pages.shared import in_doubt, what_it_takes_in_short
from planner.report.pages.steps import steps_table

FIRST_STEPS = 3
"""Tests that are worth knowing before the plan is chosen."""


def glance_page(outcome: Outcome) -> Page:
    """What a decision needs, in about thirty lines; the rest is the detailed plan."""
    asked = words.goal(outcome) if outcome.target else f"the most for {words.goal(outcome)}"
    blocks: list[Block] = [Heading(f"{outcome.project}: {asked}", 1), *_meter(outcome), *_where(outcome)]
    blocks += [*tests_line(outcome), *in_doubt(outcome)]
    if outcome.options:
        blocks += [options_table(outcome), how_figures_are_meant(outcome, "(ranges: gapplan options)")]
        blocks += [decision(outcome), *_warnings(outcome), *mend_first_blocks(outcome, is_detailed=False)]
        blocks += _steps(outcome)
        blocks += claims_in_short(outcome)
    return (*blocks, *_more(outcome))


def _meter(outcome: Outcome) -> Iterator[Block]:
    judged, chosen = outcome.judged, chosen_option(outcome)
    if judged.points:
        is_whole = outcome.target is not None and outcome.target.total == "whole-tree"
        now = judged.covered_points / judged.points
        goal = float(outcome.target.percent / 100) if outcome.target else None
        yield Meter(now, _then(chosen, is_whole=is_whole) if chosen else now, goal)


def _then(chosen: Option, *, is_whole: bool) -> float:
    if is_whole:
        return chosen.whole_tree_points_after / chosen.whole_tree_total
    return chosen.points_after / chosen.points_total_after


def _where(outcome: Outcome) -> Iterator[Block]:
    """Today and the goal, a line each."""
    measured = outcome.measurement
    today = f"Today {words.percent(measured.totals)}: {words.count(measured.totals.covered_points)} of "
    today += words.points_in(measured.totals)
    if measured.whole_tree != measured.totals:
        today += f"; whole tree {words.percent(measured.whole_tree)}"
    yield Sentence(f"{today}.")
    if outcome.target:
        yield what_it_takes_in_short(outcome, outcome.target)


def _warnings(outcome: Outcome) -> Iterator[Block]:
    if chosen := chosen_option(outcome):
        yield from warnings(chosen)
        yield from in_time(chosen)


def _steps(outcome: Outcome) -> Iterator[Block]:
    chosen = chosen_option(outcome)
    if chosen and chosen.written:
        if chosen.mended:
            yield Heading(f"Then ({words.label(chosen)})")
        yield steps_table(chosen.written[:FIRST_STEPS])
        if rest := chosen.written[FIRST_STEPS:]:
            gained = words.count(sum(step.marginal_gain for step in rest))
            kind = "step" if chosen.mended else "test"
            first = f"; measure and plan again after {kind} {chosen.measure_after[0]}" if chosen.measure_after else ""
            yield Sentence(f"{words.plural(len(rest), 'more test')}, +{gained}{first}.", "quiet")


def claims_in_short(outcome: Outcome) -> Iterator[Block]:
    """One line for the claims that were made, and one for what is required."""
    verdicts = [(option.key, each) for option in outcome.options for each in option.verdicts]
    if refuted := [f"{key}'s {each.subject} ({each.found})" for key, each in verdicts if each.holds is False]:
        yield Sentence(f"Claims that the data refutes: {words.listed(refuted, most=3)}.", "bad")
    elif verdicts:
        yield Sentence(f"Of {words.plural(len(verdicts), 'claim')} the data refutes none.")
    chosen = chosen_option(outcome)
    if chosen and (lacking := [each for each in chosen.requirements if not each.is_met]):
        texts = [f"{each.pattern} ({_after(each.points_after, each.today.points, each.percent)})" for each in lacking]
        yield Sentence(f"Stays below what is required: {words.listed(texts, most=3)}.", "bad")


def _after(points: int, total: int, goal: Fraction) -> str:
    return f"{words.percent_of(points, total, goal)} of {words.exact(goal)}"


def _more(outcome: Outcome) -> Iterator[Block]:
    """What there is besides, each in a few words, and the switch that shows it."""
    if outcome.alternatives and (instead := alternatives_in_short(outcome.alternatives)):
        yield Sentence(f"Instead of tests: {instead}.")
    counts = {
        "notice to know before you believe it": len(outcome.measurement.notices),
        "skipped file": len(outcome.measurement.skipped),
    }
    named = [_several(number, noun) for noun, number in counts.items() if number]
    also = ["all steps", "the ladder"] if outcome.options else []
    yield Sentence(f"With --detail: {words.listed([*also, 'the three meanings of a target', *named])}.", "quiet")


def _several(number: int, noun: str) -> str:
    if noun.startswith("notice") and number > 1:
        return f"{words.count(number)} notices to know before you believe it"
    return words.plural(number, noun)
