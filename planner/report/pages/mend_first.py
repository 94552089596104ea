"""What a plan says of tests that exist and do not run: how many, and the mendings that come before new tests."""

from collections.abc import Iterator

from planner.model.blocked import Mending
from planner.model.option import Option, Outcome, Step, points_per_hour
from planner.report import unblock_words, words
from planner.report.page import Block, Column, Heading, Sentence, Table


def tests_line(outcome: Outcome) -> Iterator[Block]:
    """How many tests pass, where reports of a run were given."""
    found = outcome.blockage
    if found is None:
        return
    today = unblock_words.passing_text(found.today)
    if not found.tally.blocked:
        yield Sentence(f"Tests: {today}.")
        return
    causes, stopped = words.plural(len(found.mendings), "cause"), found.tally.blocked - len(found.unblamed)
    verb = "stops" if len(found.mendings) == 1 else "stop"
    yield Sentence(f"Tests: {today}; {causes} {verb} {words.count(stopped)}, see gapplan unblock.", "bad")


def mend_first_blocks(outcome: Outcome, *, is_detailed: bool) -> Iterator[Block]:
    """The mendings of the recommended option (of each, in detail), and why they come first or not at all."""
    if outcome.blockage is None or not outcome.blockage.mendings:
        return
    mendings = {each.cause.key: each for each in outcome.blockage.mendings}
    for option in outcome.options:
        if option.steps and (is_detailed or option.key == outcome.recommended):
            if option.mended:
                yield Heading(f"Mend first ({words.label(option)})")
                yield _why(option)
                yield _table(option.mended, mendings)
            elif option.key == outcome.recommended:
                yield Sentence(
                    "Unblocking is not in this plan: the tests that would run again cover nothing new, or less for its "
                    "hours than new tests do.",
                )


def _why(option: Option) -> Sentence:
    """What the mendings give for their hours, beside the tests that are written after them."""
    effort = sum((step.effort for step in option.mended[1:]), option.mended[0].effort)
    gained = words.plural(sum(step.marginal_gain for step in option.mended), "point")
    text = f"Unblocking comes first: +{gained} in {words.hours(effort)}, {_rate(option.mended)} an hour"
    if option.written:
        text += f"; the tests to write after it bring {_rate(option.written)} an hour"
    return Sentence(f"{text}.", "good")


def _rate(steps: tuple[Step, ...]) -> str:
    return words.plural(int(points_per_hour(steps)), "point")


def _table(steps: tuple[Step, ...], mendings: dict[str, Mending]) -> Table:
    columns = [Column("no.", is_number=True), Column("cause", is_name=True, fold=24), Column("kind", drop=2)]
    columns += [Column("tests", is_number=True), Column("gain", is_number=True)]
    columns += [Column("hours", is_number=True), Column("points/h", is_number=True, drop=3)]
    columns += [Column("look first at", is_name=True, drop=1, fold=28)]
    return Table(columns, [_row(step, mendings[step.candidate.mends]) for step in steps])


def _row(step: Step, mending: Mending) -> tuple[str, ...]:
    return (
        words.count(step.order),
        mending.cause.key,
        mending.cause.kind,
        words.count(mending.runs_again),
        f"+{words.count(step.marginal_gain)}",
        words.hours(step.effort),
        words.count(int(points_per_hour((step,)))),
        unblock_words.place_text(mending.cause.first_place) if mending.cause.first_place else "",
    )
