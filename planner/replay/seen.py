"""The present as its people would measure and read it, out of what is covered and which test code exists."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from planner.model.facts import Unit
from planner.model.lines import NO_LINES, Lines, line_range
from planner.model.measurement import Counts, FileCoverage
from planner.model.seams import TestFacts
from planner.replay.layout import Packed
from planner.replay.project import Project
from planner.replay.sources import TestFunction


def measured_files(
    project: Project, present: Packed, before: Mapping[str, FileCoverage] | None = None
) -> dict[str, FileCoverage]:
    """Each file as measured when `present` is covered; files that are as `before` stay the same values."""
    layout, missing = project.layout, project.statements & ~present
    files: dict[str, FileCoverage] = {}
    for path in layout.places:
        gap = layout.take(path, missing)
        old = before.get(path) if before else None
        files[path] = old if old and old.missing == gap else _file(path, layout.take(path, project.statements), gap)
    return files


def _file(path: str, statements: Lines, missing: Lines) -> FileCoverage:
    count = statements.bit_count()
    return FileCoverage(path, Counts(count, count - missing.bit_count()), statements, missing)


def existing_tests(project: Project, paid: Packed) -> tuple[TestFacts, ...]:
    """The test files of which any code is paid for, without the functions that are not."""
    return tuple(
        _without_hidden(facts, _hidden(project.sources.functions[path], lines))
        for path, facts in project.sources.tests.items()
        if (lines := project.code.take(path, paid))
    )


def _hidden(functions: tuple[TestFunction, ...], paid: Lines) -> Lines:
    hidden = NO_LINES
    for function in functions:
        if not function.code & paid:
            hidden |= line_range(function.first_line, function.last_line)
    return hidden


def _without_hidden(test: TestFacts, hidden: Lines) -> TestFacts:
    """A fixture name that a hidden function asks for first is not known, even where others ask for it, too."""
    if not hidden:
        return test
    units = [unit for unit in test.facts.units if unit.kind == "module" or not hidden >> unit.first_line & 1]
    return TestFacts(
        facts=replace(test.facts, units=tuple(_without_emptied(units, test.facts.units))),
        patches=tuple(each for each in test.patches if not hidden >> each.line & 1),
        asked={name: line for name, line in test.asked.items() if not hidden >> line & 1},
        databases=tuple(each for each in test.databases if not hidden >> each.line & 1),
    )


def _without_emptied(units: Iterable[Unit], before: Iterable[Unit]) -> Iterator[Unit]:
    """Without the classes that had functions and have none left."""
    known = list(units)
    had, have = ({unit.name.rpartition(".")[0] for unit in each if unit.is_body} for each in (before, known))
    yield from (unit for unit in known if unit.kind != "class" or unit.name in have or unit.name not in had)
