"""The options side by side, what was claimed of them, and what is required of each."""

from collections.abc import Iterator
from fractions import Fraction

from planner.model.option import Option, Outcome
from planner.report import words
from planner.report.page import Block, Column, Heading, Table


def options_table(outcome: Outcome, *, is_wide: bool = False) -> Table:
    """One row an option; wide tables also have the range of the gain, the ceiling and the proven gap.

    The whole tree has a column where it is more than what is measured.
    """
    columns = [Column(""), Column("option"), Column("reaches it" if outcome.target else "", fold=24)]
    columns += [Column("gain", is_number=True), *([Column("P10-P90", is_number=True, drop=6)] if is_wide else [])]
    columns += [Column("after", is_number=True), Column("whole tree", is_number=True, drop=2)]
    columns += [Column("import only", is_number=True, drop=1)]
    columns += [Column("mends", is_number=True), Column("tests", is_number=True)]
    columns += [Column("hours", is_number=True), Column("builds", is_number=True, drop=3)]
    proven = [Column("ceiling", is_number=True, drop=5), Column(_gap(outcome), is_number=True, drop=4)]
    columns += proven if is_wide else []
    return Table(columns, [_row(option, outcome, is_wide=is_wide) for option in outcome.options]).without_empty()


def _gap(outcome: Outcome) -> str:
    """What the proven gap is of: the hours that could be saved, or for a budget the gain that lacks."""
    return "save at most" if outcome.target else "below best"


def _row(option: Option, outcome: Outcome, *, is_wide: bool) -> tuple[str, ...]:
    goal: Fraction | None = outcome.target.percent if outcome.target else None
    row = [
        option.key,
        "" if option.name == option.key else option.name,
        words.verdict(option) if outcome.target else "",
        f"+{words.count(option.points_gained)}",
        *([f"{words.count(option.gain.p10)}-{words.count(option.gain.p90)}"] if is_wide else []),
        words.percent_of(option.points_after, option.points_total_after, goal),
        _whole_tree(option, goal),
        words.count(option.import_time_points),
        words.plural(len(option.mended), "cause") if option.mended else "",
        words.plural(len(option.rungs), "rung") if option.rungs else words.tests(option.tests),
        words.hours(option.effort) if option.points_gained else "-",
        words.plural(len(option.new_seams), "double") if option.new_seams else "",
    ]
    if is_wide:
        row += [words.percent_of(option.ceiling, option.ceiling_total, goal)]
        row.append(words.gap(option) if has_proof(option, outcome) else "")
    return tuple(row)


def has_proof(option: Option, outcome: Outcome) -> bool:
    """Whether it is known what the proven gap is of: hours up to a target that is reached, or the gain for a budget.

    Where both are asked, either may have been proven.
    """
    if option.bound_gap is None:
        return False
    if outcome.target is None:
        return not option.requirements
    return outcome.budget is None and option.reaches_target


def _whole_tree(option: Option, goal: Fraction | None) -> str:
    counts = option.whole_tree_points_after, option.whole_tree_total
    return "" if counts == (option.points_after, option.points_total_after) else words.percent_of(*counts, goal)


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
    stays = sorted(planned, key=lambda each: each.key == outcome.recommended)
    columns += [Column(f"after {each.key}", is_number=True, drop=1 + stays.index(each)) for each in planned]
    rows = []
    for place, each in enumerate(planned[0].requirements):
        after = [option.requirements[place] for option in planned]
        texts = [words.percent_of(one.points_after, one.today.points, one.percent) for one in after]
        rows.append((each.pattern, words.exact(each.percent), words.percent(each.today), *texts))
    yield Table(columns, rows)
