"""The plan: where we are, what it takes, the options, the recommended one, its steps, what is in doubt."""

from collections.abc import Iterator

from planner.model.option import Option, Outcome
from planner.report import words
from planner.report.page import Block, Bullets, Heading, Page, Sentence
from planner.report.pages.alternatives import alternatives_blocks
from planner.report.pages.ladder import ladder_blocks
from planner.report.pages.options import claim_blocks, has_proof, options_table, requirement_blocks
from planner.report.pages.shared import doubts, in_doubt, what_it_takes, where_we_are
from planner.report.pages.steps import steps_table

FIRST_STEPS = 12
"""Tests of the recommended option; the others, and the rest, with --detail."""


def plan_page(outcome: Outcome, *, is_detailed: bool = False) -> Page:
    """The plan: where we are, what it takes, the options, the recommended one's steps, what is in doubt."""
    asked = words.goal(outcome) if outcome.target else f"the most for {words.goal(outcome)}"
    blocks: list[Block] = [Heading(f"{outcome.project}: {asked}", 1), *where_we_are(outcome)]
    if outcome.target:
        blocks += what_it_takes(outcome, outcome.target)
    if outcome.options:
        blocks += [Heading("Options"), options_table(outcome), _units(outcome, "(ranges: gapplan options)")]
        blocks += [*_recommendation(outcome), *_reach(outcome)]
        blocks += requirement_blocks(outcome)
        blocks += claim_blocks(outcome)
        blocks += _steps(outcome, is_detailed=is_detailed)
        blocks += ladder_blocks(outcome)
    if outcome.alternatives:
        blocks += alternatives_blocks(outcome.alternatives, is_detailed=is_detailed)
    return (*blocks, *doubts(outcome, is_detailed=is_detailed))


def options_page(outcome: Outcome, *, is_detailed: bool = False) -> Page:
    """The options side by side, and nothing of their steps."""
    blocks: list[Block] = [Heading(f"{outcome.project}: options for {words.goal(outcome)}", 1), *in_doubt(outcome)]
    if outcome.target:
        blocks += what_it_takes(outcome, outcome.target)
    if outcome.options:
        blocks += [options_table(outcome, is_wide=True), _units(outcome, "with P10-P90 beside them")]
        blocks += [*_recommendation(outcome), *_reach(outcome)]
        blocks += [Heading("What each is"), Bullets([_story(option) for option in outcome.options])]
        blocks += requirement_blocks(outcome)
        blocks += claim_blocks(outcome)
    return (*blocks, *doubts(outcome, is_detailed=is_detailed))


def _story(option: Option) -> str:
    parts = [
        f"{option.key}, {option.name}: {option.story}" if option.name != option.key else f"{option.key}: {option.story}"
    ]
    if option.new_seams:
        built = ", ".join(
            f"{each.seam.double} ({words.plural(each.points, 'point')} behind it)" for each in option.new_seams
        )
        parts.append(f"builds {built}")
    if option.left_out and option.key != "D":
        parts.append(f"leaves {words.left_out(option)}")
    return "; ".join(parts)


def _units(outcome: Outcome, ranges: str) -> Sentence:
    """How the figures of the table are meant."""
    return Sentence(f"Hours are P50-P80 and {words.calibrated(outcome)}; gains are medians {ranges}.", "quiet")


def _recommendation(outcome: Outcome) -> Iterator[Block]:
    chosen = next((each for each in outcome.options if each.key == outcome.recommended), None)
    if chosen is None:
        yield Sentence("No option gains anything: there is nothing to plan tests for.", "bad")
        return
    label = words.label(chosen)
    if outcome.target is None:
        yield Sentence(f"Recommended: {label}: it gains most in {words.hours_given(outcome)}.", "good")
    elif chosen.reaches_target:
        yield Sentence(f"Recommended: {label}: the fewest hours that get there {words.surely(chosen)}.", "good")
    else:
        asked = "what is required" if outcome.is_met else "the target"
        yield Sentence(f"No option reaches {asked}; {label}, comes nearest: {words.shortcoming(chosen)}.", "bad")
    yield from _about(chosen, outcome)
    yield from _in_time(chosen, outcome)


def _in_time(chosen: Option, outcome: Outcome) -> Iterator[Block]:
    """Whether the recommended option is done by the day it has to be."""
    if (each := chosen.deadline) is None:
        return
    left, needed = words.plural(each.days, "day"), words.hours_needed(chosen.effort.p80)
    if each.hours is None:
        a_week = words.hours_needed(each.hours_a_week)
        yield Sentence(f"{left} until {each.by}: for its {needed} (P80) {a_week} a week would do.")
    else:
        tone, verdict = ("good", "enough") if each.is_enough else ("bad", "not enough")
        has = words.hours_left(each.hours)
        yield Sentence(f"{left} until {each.by}, {has} at the given pace: {verdict} for its {needed} (P80).", tone)


def _about(chosen: Option, outcome: Outcome) -> Iterator[Block]:
    """What the reader has to know of the recommended option."""
    parts = [words.proof(chosen, is_budget=outcome.target is None)] if has_proof(chosen, outcome) else []
    if chosen.new_seams:
        parts.append(f"It builds {words.listed([each.seam.double for each in chosen.new_seams])} first.")
    if chosen.left_out:
        parts.append(f"It leaves {words.left_out(chosen)}.")
    if parts:
        yield Sentence(" ".join(parts))
    if chosen.import_time_points * 2 > chosen.points_gained:
        yield Sentence(
            f"{words.count(chosen.import_time_points)} of its {words.plural(chosen.points_gained, 'point')} are gained "
            "by importing alone: they count, and they test no behaviour.",
            "bad",
        )


def _reach(outcome: Outcome) -> Iterator[Block]:
    """What can be reached at all, with and without doubles, and what a stretch takes."""
    if outcome.ceilings:
        first, *rest = outcome.ceilings
        text = f"Everything coverable is {words.percent_of(first.covered, first.points)}"
        for each in rest:
            kinds = words.listed(list(each.without))
            text += f"; without building doubles for {kinds}, {words.percent_of(each.covered, each.points)}"
        yield Sentence(f"{text}.")
    if outcome.stretch:
        yield Sentence(words.stretch(outcome.stretch))


def _steps(outcome: Outcome, *, is_detailed: bool) -> Iterator[Block]:
    for option in outcome.options:
        if option.steps and (is_detailed or option.key == outcome.recommended):
            yield Heading(f"Steps of {words.label(option)}")
            shown = option.steps if is_detailed else option.steps[:FIRST_STEPS]
            hidden = option.steps[len(shown) :]
            yield steps_table(shown)
            if hidden:
                gained = words.count(sum(step.marginal_gain for step in hidden))
                yield Sentence(f"{words.plural(len(hidden), 'more test')}, +{gained}, with --detail.", "quiet")
            yield Sentence(_how_to_follow(option), "quiet")


def _how_to_follow(option: Option) -> str:
    text = "A step is one test; write them in the order of their numbers"
    if option.measure_after:
        after = words.listed([str(each) for each in option.measure_after], most=3)
        text += f", and measure and plan again after test {after}"
    return f"{text}."
