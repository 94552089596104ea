"""The recommended option in sentences: why it, what it leaves, whether there is time, what can be reached at all."""

from collections.abc import Iterator

from planner.model.option import Option, Outcome
from planner.report import words
from planner.report.page import Block, Sentence
from planner.report.pages.options import has_proof


def chosen_option(outcome: Outcome) -> Option | None:
    """The recommended option, None where nothing gains anything."""
    return next((each for each in outcome.options if each.key == outcome.recommended), None)


def recommendation(outcome: Outcome) -> Iterator[Block]:
    """The decision in a sentence, and what has to be known of it."""
    yield decision(outcome)
    if chosen := chosen_option(outcome):
        yield from _about(chosen, outcome)
        yield from warnings(chosen)
        yield from in_time(chosen)


def decision(outcome: Outcome) -> Sentence:
    """Which option is recommended, or comes nearest."""
    chosen = chosen_option(outcome)
    if chosen is None:
        return Sentence("No option gains anything: there is nothing to plan tests for.", "bad")
    label = words.label(chosen)
    if outcome.target is None:
        return Sentence(f"Recommended: {label}: it gains most in {words.hours_given(outcome)}.", "good")
    if chosen.reaches_target:
        return Sentence(f"Recommended: {label}: the fewest hours that get there {words.surely(chosen)}.", "good")
    asked = "what is required" if outcome.is_met else "the target"
    return Sentence(f"No option reaches {asked}; {label}, comes nearest: {words.shortcoming(chosen)}.", "bad")


def how_figures_are_meant(outcome: Outcome, ranges: str) -> Sentence:
    """How the figures of a table of options are meant; `ranges` says where their ranges stand."""
    return Sentence(f"Hours are P50-P80 and {words.calibrated(outcome)}; gains are medians {ranges}.", "quiet")


def in_time(chosen: Option) -> Iterator[Block]:
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


def warnings(chosen: Option) -> Iterator[Block]:
    """What is wrong with an option though it counts: most of it tests no behaviour."""
    if chosen.import_time_points * 2 > chosen.points_gained:
        yield Sentence(
            f"{words.count(chosen.import_time_points)} of its {words.plural(chosen.points_gained, 'point')} are gained "
            "by importing alone: they count, and they test no behaviour.",
            "bad",
        )


def reach(outcome: Outcome) -> Iterator[Block]:
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


def _about(chosen: Option, outcome: Outcome) -> Iterator[Block]:
    """What is proven of it, what it builds, what it leaves."""
    parts = [words.proof(chosen, is_budget=outcome.target is None)] if has_proof(chosen, outcome) else []
    if chosen.new_seams:
        parts.append(f"It builds {words.listed([each.seam.double for each in chosen.new_seams])} first.")
    if chosen.left_out:
        parts.append(f"It leaves {words.left_out(chosen)}.")
    if parts:
        yield Sentence(" ".join(parts))
