"""The plan: where we are, what it takes, the options, the recommended one, its steps, what is in doubt."""

from collections.abc import Iterator

from planner.model.option import Option, Outcome
from planner.report import words
from planner.report.page import Block, Bullets, Heading, Page, Sentence
from planner.report.pages.alternatives import alternatives_blocks
from planner.report.pages.ladder import ladder_blocks
from planner.report.pages.mend_first import mend_first_blocks, tests_line
from planner.report.pages.options import claim_blocks, options_table, requirement_blocks
from planner.report.pages.recommendation import how_figures_are_meant, reach, recommendation
from planner.report.pages.shared import doubts, in_doubt, what_it_takes, where_we_are
from planner.report.pages.steps import steps_table

FIRST_STEPS = 12
"""Tests of the recommended option; the others, and the rest, with --detail."""


def plan_page(outcome: Outcome, *, is_detailed: bool = False) -> Page:
    """The plan: where we are, what it takes, the options, the recommended one's steps, what is in doubt."""
    asked = words.goal(outcome) if outcome.target else f"the most for {words.goal(outcome)}"
    blocks: list[Block] = [Heading(f"{outcome.project}: {asked}", 1), *where_we_are(outcome)]
    blocks += tests_line(outcome)
    if outcome.target:
        blocks += what_it_takes(outcome, outcome.target)
    if outcome.options:
        blocks += [
            Heading("Options"),
            options_table(outcome),
            how_figures_are_meant(outcome, "(ranges: gapplan options)"),
        ]
        blocks += [*recommendation(outcome), *reach(outcome)]
        blocks += requirement_blocks(outcome)
        blocks += claim_blocks(outcome)
        blocks += mend_first_blocks(outcome, is_detailed=is_detailed)
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
        blocks += [options_table(outcome, is_wide=True), how_figures_are_meant(outcome, "with P10-P90 beside them")]
        blocks += [*recommendation(outcome), *reach(outcome)]
        blocks += [Heading("What each is"), Bullets([_story(option) for option in outcome.options])]
        blocks += requirement_blocks(outcome)
        blocks += claim_blocks(outcome)
    return (*blocks, *doubts(outcome, is_detailed=is_detailed))


def _story(option: Option) -> str:
    parts = [
        f"{option.key}, {option.name}: {option.story}" if option.name != option.key else f"{option.key}: {option.story}"
    ]
    if option.mended:
        parts.append(f"mends {words.plural(len(option.mended), 'cause')} that stop tests first")
    if option.new_seams:
        built = ", ".join(
            f"{each.seam.double} ({words.plural(each.points, 'point')} behind it)" for each in option.new_seams
        )
        parts.append(f"builds {built}")
    if option.left_out and option.key != "D":
        parts.append(f"leaves {words.left_out(option)}")
    return "; ".join(parts)


def _steps(outcome: Outcome, *, is_detailed: bool) -> Iterator[Block]:
    for option in outcome.options:
        if option.written and (is_detailed or option.key == outcome.recommended):
            yield Heading(f"Steps of {words.label(option)}")
            shown = option.written if is_detailed else option.written[:FIRST_STEPS]
            hidden = option.written[len(shown) :]
            yield steps_table(shown)
            if hidden:
                gained = words.count(sum(step.marginal_gain for step in hidden))
                yield Sentence(f"{words.plural(len(hidden), 'more test')}, +{gained}, with --detail.", "quiet")
            yield Sentence(_how_to_follow(option), "quiet")


def _how_to_follow(option: Option) -> str:
    text = "A step is one test; write them in the order of their numbers"
    if option.measure_after:
        after = words.listed([str(each) for each in option.measure_after], most=3)
        text += f", and measure and plan again after {'step' if option.mended else 'test'} {after}"
    return f"{text}."
