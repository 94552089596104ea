"""The options side by side, what was claimed of them, and what is required of each."""

from collections.abc import Iterator
from fractions import Fraction

from planner.model.option import Option, Outcome
from planner.report import words
from planner.report.page import Block, Column, Heading, Table


def options_table(outcome: Outcome, *, is_wide: bool = False) -> Table:
    """One row an option; wide tables also have the range of the gain, the ceiling and the proven gap."""
    columns = [Column(""), Column("option"), Column("reaches it", fold=24)]
    columns += [Column("gain", is_number=True), *([Column("P10-P90", is_number=True, drop=1)] if is_wide else [])]
    columns += [Column("after", is_number=True), Column("whole tree", is_number=True, drop=2)]
    columns += [Column("import only", is_number=True, drop=1), Column("tests", is_number=True)]
    columns += [Column("hours", is_number=True), Column("builds", is_number=True, drop=3)]
    columns += [Column("ceiling", is_number=True, drop=2), Column("gap", is_number=True, drop=1)] if is_wide else []
    if outcome.target is None:
        columns[2] = Column("")
    return Table(columns, [_row(option, outcome, is_wide=is_wide) for option in outcome.options]).without_empty()


def _row(option: Option, outcome: Outcome, *, is_wide: bool) -> tuple[str, ...]:
    goal: Fraction | None = outcome.target.percent if outcome.target else None
    row = [
        option.key,
        "" if option.name == option.key else option.name,
        words.verdict(option) if outcome.target else "",
        f"+{words.count(option.points_gained)}",
        *([f"{words.count(option.gain.p10)}-{words.count(option.gain.p90)}"] if is_wide else []),
        words.percent_of(option.points_after, option.points_total_after, goal),
        words.percent_of(option.whole_tree_points_after, option.whole_tree_total, goal),
        words.count(option.import_time_points),
        words.tests(option.tests),
        words.hours(option.effort) if option.points_gained else "-",
        words.plural(len(option.new_seams), "double") if option.new_seams else "",
    ]
    if is_wide:
        row += [words.percent_of(option.ceiling, option.ceiling_total, goal), words.gap(option)]
    return tuple(row)


def claim_blocks(outcome: Outcome) -> Iterator[Block]:
    """What was claimed of the user's own options, beside what the data allows."""
    rows = [
        (option.key, each.subject, words.span(each.claimed), each.found, words.holds(each.holds))
        for option in outcome.options
        for each in option.verdicts
    ]
    if rows:
        yield Heading("Claims")
        columns = [Column("option"), Column("of"), Column("claimed", is_number=True), Column("the data", fold=40)]
        yield Table([*columns, Column("holds")], rows)


def requirement_blocks(outcome: Outcome) -> Iterator[Block]:
    """What is required of chosen files, today and after each option."""
    planned = [option for option in outcome.options if option.requirements and option.key != "D"]
    if not planned:
        return
    yield Heading("Required")
    columns = [Column("files", is_name=True), Column("at least", is_number=True), Column("today", is_number=True)]
    columns += [
        Column(f"after {option.key}", is_number=True, drop=len(planned) - at) for at, option in enumerate(planned)
    ]
    rows = []
    for place, each in enumerate(planned[0].requirements):
        after = [option.requirements[place] for option in planned]
        texts = [words.percent_of(one.points_after, one.today.points, one.percent) for one in after]
        rows.append((each.pattern, words.exact(each.percent), words.percent(each.today), *texts))
    yield Table(columns, rows)
