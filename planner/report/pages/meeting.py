"""The plan as a page for a meeting, the decision first, and a short form of it for pull requests and CI summaries."""

from collections.abc import Iterator

from planner.model.facts import MODULE
from planner.model.option import Option, Outcome, Step
from planner.report import words
from planner.report.page import Block, Bullets, Heading, Page, Sentence, Tasks
from planner.report.pages.alternatives import alternatives_blocks, alternatives_in_short
from planner.report.pages.glance import claims_in_short
from planner.report.pages.ladder import ladder_blocks
from planner.report.pages.mend_first import mend_first_blocks, tests_line
from planner.report.pages.options import claim_blocks, options_table, requirement_blocks
from planner.report.pages.recommendation import chosen_option, decision, how_figures_are_meant, reach, recommendation
from planner.report.pages.shared import doubts, in_doubt, what_it_takes, what_it_takes_in_short, where_we_are
from planner.report.pages.steps import shortened, steps_table

SPRINT = 12
"""Tests of a first sprint at most, where nothing says earlier to measure again."""

SHORT_STEPS = 5
"""Tests that the short form names."""

METHOD = (
    "Covered, missing and total are coverage.py's own counts of statements and branch exits; no number is rounded up.",
    "A step is one test of a class or function. Its gain is what it is forecast to cover and no step before it does.",
    "Gains are ranges learned from per-test coverage of real projects; chances say how often a plan gets there.",
    "Hours count lines of test code, what a module's first test begins, and the doubles to build; they are P50-P80.",
    "An option is the cheapest set of tests that gets there with the asked confidence, with a proof of how cheap.",
)
"""How the figures come about, for those who ask."""


def meeting_page(outcome: Outcome, *, is_detailed: bool = False) -> Page:
    """The decision, the options, the ladder, the first sprint as a check list, risks and method."""
    asked = words.goal(outcome) if outcome.target else f"the most for {words.goal(outcome)}"
    blocks: list[Block] = [Heading(f"{outcome.project}: {asked}", 1)]
    if outcome.options:
        blocks += [Heading("Decision"), *recommendation(outcome), *reach(outcome)]
    blocks += [Heading("Where we are"), *where_we_are(outcome), *tests_line(outcome)]
    if outcome.target:
        blocks += what_it_takes(outcome, outcome.target)
    if outcome.options:
        blocks += [Heading("Options"), options_table(outcome, is_wide=True)]
        blocks += [how_figures_are_meant(outcome, "with P10-P90 beside them")]
        blocks += [*requirement_blocks(outcome), *claim_blocks(outcome), *ladder_blocks(outcome)]
        blocks += mend_first_blocks(outcome, is_detailed=is_detailed)
        blocks += [*_first_sprint(outcome), *(_all_steps(outcome) if is_detailed else ())]
    if outcome.alternatives:
        blocks += alternatives_blocks(outcome.alternatives, is_detailed=is_detailed)
    blocks += _risks(outcome)
    blocks += doubts(outcome, is_detailed=is_detailed)
    return (*blocks, Heading("Method"), Bullets(METHOD)) if outcome.options else tuple(blocks)


def short_page(outcome: Outcome) -> Page:
    """What a pull request or a CI summary needs, in less than 60 lines whatever the project."""
    asked = words.goal(outcome) if outcome.target else f"the most for {words.goal(outcome)}"
    blocks: list[Block] = [Heading(f"{outcome.project}: {asked}", 3)]
    measured = outcome.measurement
    blocks.append(Sentence(f"Covered {words.percent(measured.totals)} of {words.points_in(measured.totals)}."))
    if outcome.target:
        blocks.append(what_it_takes_in_short(outcome, outcome.target))
    blocks += [*tests_line(outcome), *in_doubt(outcome)]
    if outcome.options:
        blocks += [decision(outcome), options_table(outcome), *claims_in_short(outcome)]
        blocks += _next(outcome)
    if outcome.alternatives and (instead := alternatives_in_short(outcome.alternatives)):
        blocks.append(Sentence(f"Instead of tests: {instead}."))
    return tuple(blocks)


def _next(outcome: Outcome) -> Iterator[Block]:
    if chosen := chosen_option(outcome):
        yield Tasks([_task(step) for step in chosen.steps[:SHORT_STEPS]])
        if rest := chosen.steps[SHORT_STEPS:]:
            gained = words.count(sum(step.marginal_gain for step in rest))
            yield Sentence(f"{words.plural(len(rest), 'more test')}, +{gained}.", "quiet")


def _first_sprint(outcome: Outcome) -> Iterator[Block]:
    """The tests up to where it pays to measure and plan again."""
    chosen = chosen_option(outcome)
    if chosen is None:
        return
    sprint = _sprint(chosen)
    gained = sum(step.marginal_gain for step in sprint)
    yield Heading("First sprint")
    yield Tasks([_task(step) for step in sprint])
    text = f"Together +{words.count(gained)}. Then measure and plan again"
    rest, kind = len(chosen.steps) - len(sprint), "step" if chosen.mended else "test"
    yield Sentence(f"{text}: {words.plural(rest, kind)} of {words.label(chosen)} remain." if rest else f"{text}.")


def _sprint(chosen: Option) -> tuple[Step, ...]:
    """Up to the last point of re-planning within SPRINT tests, or so many."""
    ends = [order for order in chosen.measure_after if order <= SPRINT]
    return chosen.steps[: ends[-1] if ends else SPRINT]


def _task(step: Step) -> str:
    """`test create_application in src/shop/bootstrap.py: +160, 30-45 min (lines 46)`."""
    candidate = step.candidate
    if candidate.mends:
        return f"mend {candidate.mends}: +{words.count(step.marginal_gain)}, {words.hours(step.effort)}"
    what = "import" if candidate.unit == MODULE else f"test {candidate.unit} of"
    nth = f", test {step.test}" if step.test > 1 else ""
    built = [f"build {seam.double} first" for seam in step.new_seams]
    text = f"{what} {candidate.path}{nth}: +{words.count(step.marginal_gain)}, {words.hours(step.effort)}"
    notes = [*built, f"missing lines {shortened(candidate.lines_text)}" if candidate.lines_text else ""]
    notes.append("hollow" if step.is_hollow else "")
    return f"{text}; {'; '.join(filter(None, notes))}" if any(notes) else text


def _all_steps(outcome: Outcome) -> Iterator[Block]:
    for option in outcome.options:
        if option.written:
            yield Heading(f"Steps of {words.label(option)}")
            yield steps_table(option.written)


def _risks(outcome: Outcome) -> Iterator[Block]:
    """What may keep the recommended option from coming true."""
    chosen = chosen_option(outcome)
    if chosen is None:
        return
    risks = [f"The gain lies between {_gain(chosen.gain.p10)} and {_gain(chosen.gain.p90)} in 80 of 100 cases."]
    if not outcome.is_calibrated:
        risks.append("Hours are not this project's own: gapplan calibrate learns them from receipts.")
    if chosen.new_seams:
        built = words.listed([each.seam.double for each in chosen.new_seams])
        behind = sum(each.points for each in chosen.new_seams)
        risks.append(f"{words.plural(behind, 'point')} lie behind what has to be built first: {built}.")
    if chosen.points_total_after != outcome.judged.points and outcome.target:
        more = chosen.points_total_after - outcome.judged.points
        risks.append(f"Its imports bring {words.plural(more, 'point')} into the total that are not in it today.")
    yield Heading("Risks")
    yield Bullets(risks)


def _gain(points: int) -> str:
    return f"+{words.count(points)}"
