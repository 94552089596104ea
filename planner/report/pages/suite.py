"""The tests there are: by kind and module, what they add to each other, and which of them look weak."""

from collections import Counter
from collections.abc import Iterator

from planner.model.inventory import Group, Inventory, ModuleRow
from planner.report import words
from planner.report.page import Block, Bullets, Column, Heading, Page, Sentence, Table
from planner.report.pages.suite_beside import cut, fixtures, rest, skips, weak, without_tests

MOST_ROWS = 12
"""Of a table, unless everything is asked for."""

HOW_TO_RECORD = "python -m pytest --cov --cov-context=test, or [run] dynamic_context = test_function"


def suite_page(found: Inventory, *, is_detailed: bool = False) -> Page:
    """How many tests first; then kinds, modules, overlap, what looks weak, and fixtures and skips."""
    blocks: list[Block] = [
        Heading(f"{found.project}: the tests there are", 1),
        *_at_a_glance(found, is_detailed=is_detailed),
    ]
    if found.tests:
        blocks += [Heading("By kind"), *_kinds(found, is_detailed=is_detailed)]
        blocks += [Heading("By the module that they are about"), *_modules(found, is_detailed=is_detailed)]
        blocks += _overlap(found, is_detailed=is_detailed)
        blocks += weak(found, is_detailed=is_detailed)
        blocks += fixtures(found, is_detailed=is_detailed)
        blocks += skips(found, is_detailed=is_detailed)
    blocks += without_tests(found, is_detailed=is_detailed)
    if is_detailed and found.tests:
        blocks += [Heading("All tests"), _tests(found)]
    return tuple(blocks)


# At a glance


def _at_a_glance(found: Inventory, *, is_detailed: bool) -> Iterator[Block]:
    if not found.tests:
        yield Sentence("No tests were found.", "bad")
    else:
        yield Sentence(
            f"{words.plural(len(found.tests), 'test')} in {words.plural(found.files, 'file')}, {_cases(found)}; "
            f"{words.plural(found.lines, 'line')} of test code with {words.plural(len(found.fixtures), 'fixture')} and "
            f"{words.plural(found.helpers, 'helper')}."
        )
    yield from _sorts(found)
    yield from _data(found)
    if found.marks:
        named = ", ".join(f"{name} {words.count(count)}" for name, count in list(found.marks.items())[:MOST_ROWS])
        yield Sentence(f"Marks: {named}{'' if len(found.marks) <= MOST_ROWS else ', ..'}.", "quiet")
    if found.deselected:
        yield Sentence(f"pytest's own options leave tests out: {'; '.join(found.deselected)}. They are counted here.")
    if found.made_by_code:
        yield Sentence(
            f"{words.plural(len(found.made_by_code), 'place')} may make tests by running code; those are not counted:"
        )
        lines = [f"{each.path}:{each.line}: {each.reason}" for each in found.made_by_code]
        yield Bullets(cut(lines, is_detailed=is_detailed))
    if found.unread:
        names = [words.skipped_text(each) for each in found.unread]
        yield Sentence(f"{words.plural(len(names), 'test file')} could not be read: {'; '.join(names[:2])}.", "bad")


def _sorts(found: Inventory) -> Iterator[Block]:
    """How many tests are coroutines, of unittest, or have several cases."""
    collected = [each.test for each in found.tests]
    counts = {
        "coroutines": sum(each.is_async for each in collected),
        "methods of unittest's classes": sum(each.runner == "unittest" for each in collected),
        "run for several cases": sum(each.cases > 1 for each in collected),
    }
    if any(counts.values()):
        yield Sentence(f"Of them: {', '.join(f'{words.count(n)} {name}' for name, n in counts.items() if n)}.", "quiet")


def _cases(found: Inventory) -> str:
    """`55 cases`, or at least so many."""
    if not found.open_tests:
        return words.plural(found.cases, "case")
    open_tests = words.plural(found.open_tests, "test")
    return f"at least {words.plural(found.cases, 'case')} (of {open_tests} only running tells)"


def _data(found: Inventory) -> Iterator[Block]:
    """What the data adds to the inventory, and what it lacks."""
    totals = found.totals
    if totals is None:
        yield Sentence("No coverage data: the inventory alone, read from the source.", "bad")
        yield Sentence(f"Not measured: {found.no_data}.", "quiet")
        return
    covered = f"{words.count(totals.covered_points)} of {words.points_in(totals)}, {words.percent(totals)}"
    rate = f": {totals.covered_points / len(found.tests):.1f} points a test" if found.tests else ""
    yield Sentence(f"Covered: {covered}{rate}.")
    yield Sentence(f"Measured: {words.inputs_text(found.inputs)}.", "quiet")
    if found.contexts and not found.has_contexts:
        yield Sentence("The contexts of the data belong to no test that was found; they are not used.", "bad")
    elif not found.has_contexts:
        yield Sentence(f"The data has no contexts, so what single tests cover is not known; record: {HOW_TO_RECORD}.")


# Tables


def _kinds(found: Inventory, *, is_detailed: bool) -> Iterator[Block]:
    shown = found.kinds if is_detailed else found.kinds[:MOST_ROWS]
    yield Table([Column("kind"), *_GROUP], [(each.name, *_group_cells(each)) for each in shown]).without_empty()
    yield from rest(len(found.kinds) - len(shown), "kind")


_GROUP = (
    Column("tests", is_number=True),
    Column("cases", is_number=True),
    Column("files", is_number=True, drop=2),
    Column("lines", is_number=True, drop=1),
    Column("stmts", is_number=True),
    Column("a test", is_number=True),
    Column("enough", is_number=True),
)


def _group_cells(each: Group) -> tuple[str, ...]:
    known = each.statements is not None and each.tests > 0
    return (
        words.count(each.tests),
        words.count(each.cases),
        words.count(each.files),
        words.count(each.lines),
        words.count(each.statements or 0) if known else "",
        f"{(each.statements or 0) / each.tests:.1f}" if known else "",
        words.count(each.sufficient or 0) if known else "",
    )


def _modules(found: Inventory, *, is_detailed: bool) -> Iterator[Block]:
    """Modules with tests; of each the percent and what it misses, where there is data."""
    tested = [each for each in found.modules if each.group.tests]
    shown = tested if is_detailed else tested[:MOST_ROWS]
    columns = [Column("module", is_name=True), Column("percent", is_number=True), Column("missing", is_number=True)]
    rows = [(each.path, *_gap_cells(each), *_group_cells(each.group)) for each in shown]
    yield Table([*columns, *_GROUP], rows).without_empty()
    yield from rest(len(tested) - len(shown), "module")
    yield Sentence(_evidence(found), "quiet")


def _gap_cells(each: ModuleRow) -> tuple[str, str]:
    return (words.percent(each.counts), words.count(each.missing)) if each.counts else ("", "")


def _evidence(found: Inventory) -> str:
    """What says which module a test is about, most often first."""
    how = {
        "contexts": "what they ran",
        "calls": "what they call",
        "imports": "what their file imports",
        "name": "their file's name",
        "none": "nothing",
    }
    counts = Counter(each.evidence for each in found.tests)
    said = ", ".join(f"{how[name]} ({words.count(count)})" for name, count in counts.most_common())
    if not found.has_contexts and counts["calls"]:
        said += "; told by calls it is the one that a test runs most of in two of three (measured on eight projects)"
    columns = "; stmts: covered by them together; enough: so few of them cover as much" if found.has_contexts else ""
    return f"Which module a test is about is told by {said}{columns}."


# Overlap


def _overlap(found: Inventory, *, is_detailed: bool) -> Iterator[Block]:
    if found.sufficient is None:
        return
    yield Heading("Overlap")
    known = sum(each.statements is not None for each in found.tests)
    yield Sentence(
        f"{words.count(len(found.needless))} of {words.plural(known, 'test')} cover no statement that no other covers; "
        f"{words.count(found.sufficient)} would cover as much as all."
    )
    surplus = sorted((each.group for each in found.modules if _surplus(each.group)), key=lambda each: -_surplus(each))
    yield Bullets(cut([_overlap_text(each) for each in surplus], is_detailed=is_detailed))
    yield Sentence("A test that adds no statement may still check what no other does: look before it goes.", "quiet")


def _overlap_text(each: Group) -> str:
    covered = words.plural(each.statements or 0, "statement")
    return (
        f"{each.name}: {words.count(each.sufficient or 0)} of {words.plural(each.tests, 'test')} cover all {covered} "
        f"that they cover together; {words.count(_surplus(each))} add none"
    )


def _surplus(each: Group) -> int:
    """Tests beyond those that cover as much; only where they cover anything."""
    return each.tests - each.sufficient if each.sufficient and each.statements else 0


# Every test


def _tests(found: Inventory) -> Table:
    columns = [Column("test", is_name=True), Column("cases", is_number=True), Column("kind", drop=2)]
    columns += [Column("about", is_name=True), Column("told by", drop=1)]
    columns += [Column("stmts", is_number=True), Column("alone", is_number=True)]
    rows = [
        (
            f"{each.test.path}:{each.test.name}",
            f"{words.count(each.test.cases)}{'' if each.test.is_known else ' or more'}",
            each.kind,
            each.aim,
            each.evidence if each.aim else "",
            words.count(each.statements) if each.statements is not None else "",
            words.count(each.alone) if each.alone is not None else "",
        )
        for each in found.tests
    ]
    return Table(columns, rows).without_empty()
