"""The inventory of a suite: which tests there are, of what kind, what each aims at, and what they add to each other.

In here: counting and grouping. Not in here: reading files, the call graph, any text.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from planner.model.facts import ModuleFacts
from planner.model.inventory import AimedTest, CollectedTest, Group, Inventory, ModuleRow
from planner.model.lines import Lines
from planner.model.measurement import Counts, FileCoverage, Input, Skipped
from planner.model.seams import UnitKey
from planner.suite.collection import Collection
from planner.suite.inventory.aims import Aims, Enters, Reached
from planner.suite.inventory.found import (
    asserting,
    fixtures_of,
    helpers_of,
    made_by_code,
    marks_of,
    shadowed_of,
    skips_of,
)
from planner.suite.inventory.kinds import kinds_of
from planner.suite.inventory.overlap import Packed, count_alone, count_sufficient, pack, union
from planner.suite.inventory.placed import Rows, place_contexts

__all__ = ["Data", "Sight", "take_inventory"]

_PROCESSES = ("subprocess.", "os.system", "os.popen", "os.spawn", "os.exec", "asyncio.create_subprocess", "pexpect.")
"""Beginnings of names by which tests start programs."""


@dataclass(frozen=True, slots=True)
class Data:
    """What coverage data says: the files of the product, what each context ran of them, the totals and inputs."""

    files: Mapping[str, FileCoverage] = field(default_factory=dict)
    contexts: Mapping[str, Rows] = field(default_factory=dict)
    totals: Counts | None = None
    inputs: tuple[Input, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Sight:
    """All that an inventory is taken of.

    `product` and `tests` are facts by path. `reached` follows calls from tests, `with_fixtures` and what fixtures do,
    both with what they enter of the tests' own code. `unread` are test files that cannot be read.
    """

    project: str
    collection: Collection
    product: Mapping[str, ModuleFacts]
    tests: Mapping[str, ModuleFacts]
    reached: Reached
    with_fixtures: Reached
    data: Data = field(default_factory=Data)
    unread: tuple[Skipped, ...] = ()

    @cached_property
    def ran(self) -> Mapping[UnitKey, dict[str, Lines]]:
        """Test -> the statements of the product that it ran, by path, as contexts tell."""
        statements = {path: file.statements for path, file in self.data.files.items()}
        placed = place_contexts(self.data.contexts, self.collection.tests)
        return {
            key: {path: lines & statements[path] for path, lines in rows.items() if path in statements}
            for key, rows in placed.items()
        }

    @cached_property
    def covers(self) -> Mapping[UnitKey, Packed]:
        """As `ran`, in one set of bits for each test."""
        return pack(self.ran, {path: file.statements for path, file in self.data.files.items()})

    @cached_property
    def asserting(self) -> frozenset[UnitKey]:
        return asserting(self.collection)

    @cached_property
    def starting(self) -> frozenset[UnitKey]:
        """The functions of test files that start a program."""
        return frozenset(
            (path, unit.name)
            for path, facts in self.tests.items()
            for unit in facts.units
            if unit.is_body and any(name.startswith(_PROCESSES) for name in unit.uses)
        )


def take_inventory(sight: Sight) -> Inventory:
    """The inventory of the tests in sight."""
    tests = _aimed(sight)
    collected = sight.collection.tests
    return Inventory(
        project=sight.project,
        tests=tests,
        kinds=_groups(tests, lambda each: each.kind, sight),
        modules=_modules(tests, sight),
        fixtures=fixtures_of(sight.collection),
        skips=skips_of(sight.collection),
        shadowed=shadowed_of(sight.collection),
        made_by_code=made_by_code(sight.collection),
        files=len({each.path for each in collected}),
        helpers=helpers_of(sight.collection),
        lines=sum(suite.code_lines for suite in sight.collection.suites.values()),
        totals=sight.data.totals,
        no_data=sight.data.reason,
        inputs=sight.data.inputs,
        contexts=len(sight.data.contexts),
        placed=len(sight.ran),
        marks=marks_of(collected),
        deselected=sight.collection.settings.left_out,
        unread=sight.unread,
        sufficient=count_sufficient(list(sight.covers.values())) if sight.covers else None,
    )


def _aimed(sight: Sight) -> tuple[AimedTest, ...]:
    """The tests with what is known of them; what reading tells of a function that many inherit is found once."""
    kind_of = kinds_of(sight.collection.tests)
    aims = Aims(sight.product, sight.tests, sight.ran)
    alone = count_alone(sight.covers)
    read: dict[UnitKey, AimedTest] = {}
    found = []
    for test in sight.collection.tests:
        if test.written not in read:
            read[test.written] = _read(test, aims, sight)
        covers, ran = sight.covers.get(test.key), aims.by_contexts(test)
        known = read[test.written]
        found.append(
            replace(
                known,
                test=test,
                kind=kind_of(test),
                aim=ran or known.aim,
                evidence="contexts" if ran else known.evidence,
                statements=covers.bit_count() if covers is not None else None,
                alone=alone.get(test.key),
                only_subprocess=known.only_subprocess and not ran,
            )
        )
    return tuple(found)


def _read(test: CollectedTest, aims: Aims, sight: Sight) -> AimedTest:
    """What the text alone tells of a test."""
    enters = Enters(test, sight.reached, sight.with_fixtures)
    aim, evidence = aims.by_reading(enters)
    has_assertion = bool(test.assertions) or not sight.asserting.isdisjoint(enters.by_calls)
    return AimedTest(test, "", aim, evidence, None, None, has_assertion, _only_starts(enters, sight))


def _only_starts(enters: Enters, sight: Sight) -> bool:
    """Whether the test starts a program and enters nothing of the product itself, as far as calls tell."""
    starts = bool(sight.starting) and not sight.starting.isdisjoint(enters.with_fixtures)
    return starts and sight.product.keys().isdisjoint(path for path, _ in enters.with_fixtures)


def _groups(tests: Iterable[AimedTest], name_of: Callable[[AimedTest], str], sight: Sight) -> tuple[Group, ...]:
    """The tests by name, those with most tests first."""
    several: dict[str, list[AimedTest]] = {}
    for each in tests:
        several.setdefault(name_of(each), []).append(each)
    groups = [_group(name, group, sight) for name, group in several.items()]
    return tuple(sorted(groups, key=lambda each: (-each.tests, each.name)))


def _group(name: str, tests: Iterable[AimedTest], sight: Sight) -> Group:
    collected = [each.test for each in tests]
    covers = [sight.covers[each.key] for each in collected if each.key in sight.covers]
    written: dict[UnitKey, CollectedTest] = {each.written: each for each in collected}
    return Group(
        name=name,
        tests=len(collected),
        cases=sum(each.cases for each in collected),
        files=len({each.path for each in collected}),
        lines=sum(each.code_lines for each in written.values()),
        statements=union(covers).bit_count() if sight.covers else None,
        sufficient=count_sufficient(covers) if sight.covers else None,
    )


def _modules(tests: Iterable[AimedTest], sight: Sight) -> tuple[ModuleRow, ...]:
    """Every module of the product that has statements; those without tests have an empty group."""
    groups = {each.name: each for each in _groups((each for each in tests if each.aim), lambda each: each.aim, sight)}
    files = sight.data.files
    paths = [path for path, facts in sight.product.items() if path in groups or _is_worth(path, facts, files)]
    rows = [ModuleRow(path, groups.get(path, Group(path, 0, 0, 0, 0)), _counts(path, files)) for path in paths]
    return tuple(sorted(rows, key=lambda each: (-each.group.tests, -each.missing, each.path)))


def _is_worth(path: str, facts: ModuleFacts, files: Mapping[str, FileCoverage]) -> bool:
    """Whether a test could be missed: the data has statements of it or, without data, it has functions."""
    if path in files:
        return files[path].counts.statements > 0
    return not files and any(unit.is_body and not unit.is_stub for unit in facts.units)


def _counts(path: str, files: Mapping[str, FileCoverage]) -> Counts | None:
    return files[path].counts if path in files else None
