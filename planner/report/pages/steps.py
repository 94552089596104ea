"""Steps for reading: one row a class or function, rows of a module together, the numbers of the tests beside it."""

from collections.abc import Sequence

from planner.model.facts import MODULE
from planner.model.lines import line_range, lines_of, ranges_text
from planner.model.option import Step
from planner.model.plan import Effort
from planner.report import words
from planner.report.page import Column, Table


def steps_table(steps: Sequence[Step]) -> Table:
    """All the steps, by unit."""
    columns = [Column("no.", is_number=True), Column("file", is_name=True, fold=24), Column("test of", is_name=True)]
    columns += [Column("tests", is_number=True), Column("gain", is_number=True)]
    columns += [Column("import", is_number=True, drop=0 if any(step.is_hollow for step in steps) else 3)]
    columns += [Column("hours", is_number=True), Column("missing lines", drop=4, fold=14)]
    columns += [Column("assert on", drop=1, fold=22), Column("double", drop=2, fold=22)]
    last = max((step.order for step in steps), default=0)
    return Table(columns, [_row(row, last) for row in _by_unit(steps)])


def _by_unit(steps: Sequence[Step]) -> list[list[Step]]:
    """The steps of each unit; units of a module together, modules by their first step."""
    files: dict[str, dict[str, list[Step]]] = {}
    for step in steps:
        files.setdefault(step.candidate.path, {}).setdefault(step.candidate.unit, []).append(step)
    return [row for units in files.values() for row in units.values()]


def _row(row: Sequence[Step], total: int) -> tuple[str, ...]:
    candidate = row[0].candidate
    imported = sum(step.import_time_gain for step in row)
    gained = sum(step.marginal_gain for step in row)
    return (
        shortened(ranges_text(lines_of(step.order for step in row), line_range(1, total)), 12),
        candidate.path,
        "its import" if candidate.unit == MODULE else candidate.unit,
        words.count(len(row)),
        f"+{words.count(gained)}",
        (words.count(imported) + (" hollow" if imported == gained else "")) if imported else "",
        words.hours(sum((step.effort for step in row), Effort())),
        shortened(candidate.lines_text),
        ", ".join(candidate.asserts),
        _double(row),
    )


def _double(row: Sequence[Step]) -> str:
    """The doubles of the unit: those to build first, then those that exist."""
    build = [f"build {seam.double}" for step in row for seam in step.new_seams]
    kinds = {seam.kind for step in row for seam in step.new_seams}
    seams = row[0].candidate.seams
    built = [seam.double for seam in seams if seam.needs_building and seam.kind not in kinds]
    have = [_placed(seam.have) for seam in seams if seam.have]
    return ", ".join(dict.fromkeys([*build, *built, *have]))


def _placed(have: str) -> str:
    """`FrozenClock (tests/conftest.py:34)` of a double's name and place."""
    name, comma, place = have.partition(", ")
    return f"{name} ({place})" if comma else have


def shortened(lines: str, most: int = 20) -> str:
    """A list of line ranges cut at a comma, with how many ranges are left out."""
    if len(lines) <= most:
        return lines
    kept = lines[: lines.rfind(", ", 0, most)]
    return f"{kept}, +{lines.count(', ') - kept.count(', ')}"
