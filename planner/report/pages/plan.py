"""The plan: where we are, what it takes, the options, the recommended one, what is in doubt."""

from collections.abc import Iterator
from fractions import Fraction

from planner.model.percent import percent_text
from planner.model.plan import Option, Outcome, Step
from planner.report import words
from planner.report.page import Block, Column, Heading, Page, Sentence, Table
from planner.report.pages.shared import doubts, what_it_takes, where_we_are

FIRST_STEPS = 10


def plan_page(outcome: Outcome, *, is_detailed: bool = False) -> Page:
    """The plan: where we are, what it takes, the options, the recommended one's steps, what is in doubt."""
    target = outcome.target
    assert target is not None
    blocks: list[Block] = [Heading(f"{outcome.project}: {target.text} %", 1), *where_we_are(outcome)]
    blocks += what_it_takes(outcome, target)
    if outcome.options:
        blocks += [Heading("Options"), _options_table(outcome), *_recommendation(outcome)]
        blocks += _steps(outcome, is_detailed=is_detailed)
        blocks += _ladder(outcome)
    return (*blocks, *doubts(outcome, is_detailed=is_detailed))


def _options_table(outcome: Outcome) -> Table:
    columns = [Column(""), Column("option"), Column("reaches it")]
    columns += [Column("gain", is_number=True), Column("after", is_number=True)]
    columns += [Column("whole tree", is_number=True, drop=2), Column("import only", is_number=True, drop=1)]
    columns += [Column("hours", is_number=True), Column("steps", is_number=True)]
    goal = outcome.target.percent if outcome.target else None
    return Table(columns, [_option_row(option, goal) for option in outcome.options])


def _option_row(option: Option, goal: Fraction | None) -> tuple[str, ...]:
    return (
        option.key,
        option.name,
        words.verdict(option),
        f"+{words.count(option.points_gained)}",
        words.percent_of(option.points_after, option.points_total_after, goal),
        words.percent_of(option.whole_tree_points_after, option.whole_tree_total, goal),
        words.count(option.import_time_points),
        words.hours(option.effort) if option.points_gained else "-",
        words.plural(len(option.rungs), "rung") if option.key == "D" else words.count(len(option.steps)),
    )


def _recommendation(outcome: Outcome) -> Iterator[Block]:
    yield Sentence("Hours are P50-P80 and uncalibrated; gains are expected values.", "quiet")
    chosen = next((each for each in outcome.options if each.key == outcome.recommended), None)
    if chosen is None:
        yield Sentence("No option gains anything: there is nothing to plan tests for.", "bad")
    elif chosen.reaches_target:
        yield Sentence(
            f"Recommended: {chosen.key}, {chosen.name} ({chosen.story}): the fewest hours that reach the target.",
            "good",
        )
    else:
        yield Sentence(
            f"No option reaches the target; {chosen.key}, {chosen.name}, comes nearest and falls "
            f"{words.plural(chosen.shortfall, 'point')} short.",
            "bad",
        )
    if chosen and chosen.import_time_points * 2 > chosen.points_gained:
        yield Sentence(
            f"{words.count(chosen.import_time_points)} of its {words.plural(chosen.points_gained, 'point')} are gained "
            "by importing alone: they count, and they test no behaviour.",
            "bad",
        )


def _steps(outcome: Outcome, *, is_detailed: bool) -> Iterator[Block]:
    for option in outcome.options:
        if option.steps and (is_detailed or option.key == outcome.recommended):
            shown = option.steps if is_detailed else option.steps[:FIRST_STEPS]
            yield Heading(f"Steps of {option.key}, {option.name}")
            yield _steps_table(shown)
            left = len(option.steps) - len(shown)
            if left:
                gained = sum(step.marginal_gain for step in option.steps[len(shown) :])
                yield Sentence(f"{words.plural(left, 'more step')}, +{words.count(gained)}, with --detail.", "quiet")


def _steps_table(steps: tuple[Step, ...]) -> Table:
    columns = [Column("", is_number=True), Column("file", is_name=True), Column("test of", is_name=True)]
    columns += [
        Column("gain", is_number=True),
        Column("import", is_number=True),
        Column("hours", is_number=True),
    ]
    return Table(
        [*columns, Column("missing lines", drop=2), Column("build first")],
        [
            (
                str(step.order),
                step.candidate.path,
                step.candidate.unit,
                f"+{words.count(step.marginal_gain)}",
                words.count(step.import_time_gain) if step.import_time_gain else "",
                words.hours(step.effort),
                shortened(step.candidate.lines_text),
                ", ".join(f"{seam.kind}: {seam.double}" for seam in step.new_seams),
            )
            for step in steps
        ],
    )


def _ladder(outcome: Outcome) -> Iterator[Block]:
    for option in outcome.options:
        if option.rungs:
            yield Heading("Ladder (D)")
            columns = [Column(title, is_number=True) for title in ("percent", "fail_under", "points", "gain", "hours")]
            yield Table(
                columns,
                [
                    (
                        f"{percent_text(rung.percent)} %",
                        percent_text(rung.fail_under, 0 if rung.fail_under.denominator == 1 else 2),
                        words.count(rung.points),
                        f"+{words.count(rung.points_gained)}",
                        words.hours(rung.effort),
                    )
                    for rung in option.rungs
                ],
            )


def shortened(lines: str, most: int = 20) -> str:
    """A list of line ranges cut at a comma, with how many ranges are left out."""
    if len(lines) <= most:
        return lines
    kept = lines[: lines.rfind(", ", 0, most)]
    return f"{kept}, +{lines.count(', ') - kept.count(', ')}"
