"""One module or unit: what is missing where, what runs it, what it runs, and what stands in the way."""

from collections.abc import Iterator, Sequence

from planner.model.explanation import Explanation, Related, UnitGaps
from planner.model.facts import MODULE
from planner.report import words
from planner.report.page import Block, Bullets, Column, Heading, Page, Sentence, Table

MOST_RELATED = 12
"""Related modules or units that are listed before "and n more"."""


def explain_page(found: Explanation, *, is_detailed: bool = False) -> Page:
    """The page of one module, or of one unit of it."""
    title = f"{found.file.path}:{found.unit}" if found.unit else found.file.path
    blocks: list[Block] = [Heading(title, 1), *_where_it_is(found), _units_table(found.units)]
    blocks += _seams(found)
    most = None if is_detailed else MOST_RELATED
    for heading, related in (
        ("A test of it also enters", found.calls.enters),
        ("Entered by", found.calls.entered_by),
        ("Imports", found.among_modules.imports),
        ("Imported by", found.among_modules.imported_by),
    ):
        blocks += _related(heading, related, most)
    return (*blocks, *_on_import(found, most), *_remarks(found))


def _where_it_is(found: Explanation) -> Iterator[Block]:
    counts = found.file.counts
    yield Sentence(f"Module {found.module}: {words.percent(counts)} of {words.points_in(counts)} covered.")
    if not found.is_measured:
        yield Sentence("The data has never heard of this file: no test imports it.", "bad")
    yield Sentence(
        f"Import-time: {words.count(found.import_time.covered_statements)} of "
        f"{words.plural(found.import_time.statements, 'statement')}; behaviour: "
        f"{words.count(found.behaviour.covered_statements)} of {words.plural(found.behaviour.statements, 'statement')}."
    )


def _units_table(units: Sequence[UnitGaps]) -> Table:
    columns = [Column("unit", is_name=True), Column("kind"), Column("stmts", is_number=True)]
    columns += [Column("covered", is_number=True), Column("missing", is_number=True), Column("lines", fold=16)]
    return Table(
        columns,
        [
            (
                unit.name,
                _kind(unit),
                words.count(unit.statements),
                words.count(unit.covered_statements),
                words.count(unit.missing) if unit.missing else "",
                unit.lines_text,
            )
            for unit in units
        ],
    )


def _kind(unit: UnitGaps) -> str:
    if unit.is_stub:
        return f"{unit.kind}, stub"
    return f"{unit.kind}, import time" if unit.is_import_time and unit.name != MODULE else unit.kind


def _seams(found: Explanation) -> Iterator[Block]:
    lines = [
        f"{unit.name}:{touch.line}: {touch.seam.name} ({touch.seam.kind}); usual double: {touch.seam.double}"
        + (f"; through {':'.join(touch.via)}" if touch.via else "")
        for unit in found.units
        for touch in unit.touches
    ]
    if lines:
        yield Heading("Seams")
        yield Bullets(lines)


def _related(heading: str, related: Sequence[Related], most: int | None) -> Iterator[Block]:
    if not related:
        return
    yield Heading(heading)
    shown = related if most is None else related[:most]
    lines = [_related_text(each) for each in shown]
    left = len(related) - len(shown)
    yield Bullets([*lines, f"and {words.count(left)} more"] if left else lines)


def _related_text(each: Related) -> str:
    line = f", line {each.line}" if each.line else ""
    sure = f", {each.confidence:.0%} sure" if each.confidence < 1 else ""
    return f"{each.name} ({each.how}{line}{sure})"


def _on_import(found: Explanation, most: int | None) -> Iterator[Block]:
    if not found.among_modules.runs:
        return
    total = sum(statements for _, statements in found.among_modules.runs)
    files = words.plural(len(found.among_modules.runs), "file")
    yield Heading("Runs when it is imported")
    yield Sentence(f"{words.plural(total, 'statement')} in {files} of the project, in a fresh process.")
    shown = found.among_modules.runs if most is None else found.among_modules.runs[:most]
    lines = [f"{path}: {words.plural(statements, 'statement')}" for path, statements in shown]
    left = len(found.among_modules.runs) - len(shown)
    yield Bullets([*lines, f"and {words.count(left)} more"] if left else lines)


def _remarks(found: Explanation) -> Iterator[Block]:
    remarks = [
        f"line {line}: {name} is third-party and not in the catalogue of seams" for name, line in found.unclassified
    ]
    remarks += [f"line {line}: {text}: only running it tells what is imported" for line, text in found.dynamic]
    if found.is_newer:
        remarks.append("its syntax is newer than this Python: read with libcst, without the names in f-strings")
    if found.hollow_text:
        remarks.append(
            f"no usual test runs lines {found.hollow_text}: guards for type checkers, scripts, imports, platforms"
        )
    if found.among_modules.cycle:
        remarks.append(f"in an import cycle with {', '.join(found.among_modules.cycle)}")
    if found.among_modules.is_dead_end:
        remarks.append("nothing imports it and it is no entry point: dead code, or found by a name at run time")
    if found.calls.unresolved:
        remarks.append(f"{words.plural(found.calls.unresolved, 'call')} could not be followed")
    if remarks:
        yield Heading("Remarks")
        yield Bullets(remarks)
