"""Fixtures with their users, skips with their tests, and tests that a later one of the same name shadows."""

from collections import Counter
from collections.abc import Iterator, Mapping

from planner.model.inventory import CollectedTest, FoundFixture, FoundSkip, MadeByCode, Shadowed
from planner.model.seams import UnitKey
from planner.model.suite import Skip, SuiteFacts, Written
from planner.suite.collection import Collection

_COLLECTING = frozenset(
    {"pytest_collect_file", "pytest_pycollect_makeitem", "pytest_pycollect_makemodule", "load_tests"}
)
"""Hooks of pytest, and unittest's protocol, by which files make their tests."""


def fixtures_of(collection: Collection) -> tuple[FoundFixture, ...]:
    """All fixtures of the project, those of most tests first, then by path and line."""
    users = Counter(each.key for test in collection.tests for each in test.fixtures)
    found = [
        FoundFixture(
            name=each.name,
            path=path,
            line=each.line,
            scope=each.scope,
            is_autouse=each.is_autouse,
            is_async=each.is_async or _is_async(suite, each.unit),
            cases=each.cases,
            tests=users[path, each.unit],
        )
        for path, suite in collection.suites.items()
        for each in suite.fixtures
    ]
    return tuple(sorted(found, key=lambda each: (-each.tests, each.path, each.line)))


def _is_async(suite: SuiteFacts, unit: str) -> bool:
    return any(each.unit == unit and each.is_async for each in suite.written)


def skips_of(collection: Collection) -> tuple[FoundSkip, ...]:
    """The skips as they are written, each with the number of tests it is for, most first; those for none left out."""
    counts: Counter[tuple[str, Skip]] = Counter()
    for said in collection.skipped:
        counts.update(list(dict.fromkeys(said)))
    found = [
        FoundSkip(skip.kind, skip.reason, skip.condition, path, skip.line, tests)
        for (path, skip), tests in counts.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.tests, each.path, each.line)))


def shadowed_of(collection: Collection) -> tuple[Shadowed, ...]:
    """Tests and test classes of which a second definition of the same name, in the same place, takes over."""
    found = [each for suite in collection.suites.values() if collection.is_collected(suite) for each in _twice(suite)]
    names = {(test.path, name) for test in collection.tests for name in _beginnings(test.name)}
    return tuple(
        sorted((each for each in found if (each.path, each.name) in names), key=lambda each: (each.path, each.line))
    )


def made_by_code(collection: Collection) -> tuple[MadeByCode, ...]:
    """Hooks and plugins that may collect in their own way, and classes of unittest without a written test."""
    found = [each for suite in collection.suites.values() for each in _hooks(suite)]
    known = {(test.path, name) for test in collection.tests for name in _beginnings(test.name)}
    suites = collection.suites.values()
    bases = {base.rpartition(".")[2] for suite in suites for each in suite.written for base in each.bases}
    for place in collection.test_cases:
        if place.key not in known and place.written.name not in bases and not place.written.is_hidden:
            reason = f"the class {place.written.unit} has no test that is written down"
            found.append(MadeByCode(place.suite.path, place.written.first_line, reason))
    return tuple(sorted(found, key=lambda each: (each.path, each.line)))


def _hooks(suite: SuiteFacts) -> Iterator[MadeByCode]:
    for each in suite.written:
        if each.unit in _COLLECTING:
            yield MadeByCode(suite.path, each.first_line, f"{each.unit} may collect tests in its own way")
    for name in suite.stars if suite.is_conftest else ():
        if "pytest" in name:
            yield MadeByCode(suite.path, 1, f"all of {name} is imported, which may collect tests in its own way")


def _beginnings(name: str) -> Iterator[str]:
    parts = name.split(".")
    yield from (".".join(parts[:size]) for size in range(1, len(parts) + 1))


def _twice(suite: SuiteFacts) -> Iterator[Shadowed]:
    """Definitions below an `if` or `try` may be alternatives, and properties belong together."""
    last: dict[str, Written] = {}
    for each in suite.written:
        before = last.get(each.unit)
        if each.is_conditional or each.is_property:
            last.pop(each.unit, None)
            continue
        if before:
            yield Shadowed(suite.path, each.unit, before.first_line, each.first_line)
        last[each.unit] = each


def helpers_of(collection: Collection) -> int:
    """Functions and classes at the top level of test files that are neither tests nor fixtures."""
    tests = {(test.path, name) for test in collection.tests for name in _beginnings(test.name)}
    written = {test.written for test in collection.tests}
    known = (
        tests | written | {(path, each.unit) for path, suite in collection.suites.items() for each in suite.fixtures}
    )
    return sum(
        not each.around and (path, each.unit) not in known
        for path, suite in collection.suites.items()
        for each in suite.written
    )


def asserting(collection: Collection) -> frozenset[UnitKey]:
    """The functions of test files that can fail by an expectation: tests, helpers, fixtures."""
    suites: Mapping[str, SuiteFacts] = collection.suites
    return frozenset((path, each.unit) for path, suite in suites.items() for each in suite.written if each.assertions)


def marks_of(tests: tuple[CollectedTest, ...]) -> dict[str, int]:
    """Mark -> the number of tests that have it, most first; what `usefixtures` names is told with the fixtures."""
    counts = Counter(mark for test in tests for mark in test.marks if mark != "usefixtures")
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))
