"""Beside the tables of a suite: what looks weak, fixtures, skips, and modules without a test."""

from collections.abc import Iterable, Iterator, Sequence

from planner.model.inventory import AimedTest, FoundSkip, Inventory, ModuleRow
from planner.report import words
from planner.report.page import Block, Bullets, Column, Heading, Sentence, Table

MOST_LINES = 5
"""Of a list, unless everything is asked for."""

_MORE = "with --detail"


def weak(found: Inventory, *, is_detailed: bool) -> Iterator[Block]:
    """Tests that assert nothing, that only start a program, or that never run."""
    silent = [each for each in found.tests if not each.has_assertion]
    starting = [each for each in found.tests if each.only_subprocess]
    if not (silent or starting or found.shadowed):
        return
    yield Heading("Look at these")
    if silent:
        yield Sentence(f"{_several(silent, 'assert')} nothing: only an error that is raised makes them fail.")
        yield Bullets(cut([_place(each) for each in silent], is_detailed=is_detailed))
    if starting:
        how = "what it runs is measured with [run] patch = subprocess alone."
        yield Sentence(f"{_several(starting, 'start')} a program and nothing else: {how}")
        yield Bullets(cut([_place(each) for each in starting], is_detailed=is_detailed))
    if found.shadowed:
        count = words.plural(len(found.shadowed), "definition")
        yield Sentence(f"Never run, because a later one of the same name takes over: {count}.", "bad")
        lines = [f"{each.path}:{each.line} {each.name}, again in line {each.by_line}" for each in found.shadowed]
        yield Bullets(cut(lines, is_detailed=is_detailed))


def _several(tests: Sequence[AimedTest], verb: str) -> str:
    """`1 test asserts`, `2 tests assert`."""
    return f"{words.plural(len(tests), 'test')} {verb}{'s' if len(tests) == 1 else ''}"


def _place(each: AimedTest) -> str:
    return f"{each.test.written[0]}:{each.test.line} {each.test.name}"


def fixtures(found: Inventory, *, is_detailed: bool) -> Iterator[Block]:
    """The fixtures of most tests."""
    if not found.fixtures:
        return
    yield Heading(f"Fixtures ({words.count(len(found.fixtures))})")
    shown = found.fixtures if is_detailed else found.fixtures[:MOST_LINES]
    columns = [Column("fixture", is_name=True), Column("where", is_name=True), Column("scope")]
    columns += [Column("autouse", drop=2), Column("params", is_number=True, drop=1), Column("tests", is_number=True)]
    rows = [
        (
            each.name,
            f"{each.path}:{each.line}",
            f"{each.scope}{', async' if each.is_async else ''}",
            "yes" if each.is_autouse else "",
            words.count(each.cases) if each.cases > 1 else "",
            words.count(each.tests),
        )
        for each in shown
    ]
    yield Table(columns, rows).without_empty()
    yield from rest(len(found.fixtures) - len(shown), "fixture")
    unused = sum(not each.tests for each in found.fixtures)
    if unused:
        yield Sentence(f"{words.plural(unused, 'fixture')} no test is seen to use.", "quiet")


def skips(found: Inventory, *, is_detailed: bool) -> Iterator[Block]:
    """The skips, with their reasons."""
    if not found.skips:
        return
    yield Heading(f"Skips ({words.count(len(found.skips))})")
    yield Bullets(cut([_skip_text(each) for each in found.skips], is_detailed=is_detailed))


def _skip_text(each: FoundSkip) -> str:
    condition = f" if {each.condition}" if each.condition else ""
    reason = f": {each.reason}" if each.reason else ""
    return f"{words.plural(each.tests, 'test')}, {each.kind}{condition}{reason} ({each.path}:{each.line})"


def without_tests(found: Inventory, *, is_detailed: bool) -> Iterator[Block]:
    """Modules that no test is about, most missing points first."""
    bare = found.without_tests
    if not bare:
        return
    missing = sum(each.missing for each in bare)
    gap = f", with {words.plural(missing, 'missing point')}" if found.totals else ""
    yield Heading(f"Without a test ({words.count(len(bare))})")
    yield Sentence(f"No test is about {words.plural(len(bare), 'module')}{gap}; tests of others may run through.")
    lines = [f"{each.path}{_gap_text(each)}" for each in bare]
    yield Bullets(cut(lines, is_detailed=is_detailed))


def _gap_text(each: ModuleRow) -> str:
    return f": {words.count(each.missing)} missing, {words.percent(each.counts)} covered" if each.counts else ""


def rest(count: int, noun: str) -> Iterator[Block]:
    """How many rows are left out."""
    if count > 0:
        yield Sentence(f"{words.plural(count, noun)} more {_MORE}.", "quiet")


def cut(lines: Iterable[str], *, is_detailed: bool) -> Sequence[str]:
    """The first MOST_LINES, and how many more there are."""
    several = list(lines)
    if is_detailed or len(several) <= MOST_LINES:
        return several
    return [*several[:MOST_LINES], f"and {words.count(len(several) - MOST_LINES)} more {_MORE}"]
