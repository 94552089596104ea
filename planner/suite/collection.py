"""Which tests a runner finds in the test files: functions, methods of classes, inherited ones, each with its cases."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import islice
from math import prod

from planner.model.inventory import MOST_CASES, CollectedTest, UsedFixture
from planner.model.seams import UnitKey
from planner.model.suite import Skip, SuiteFacts
from planner.settings.collection import CollectionSettings
from planner.suite.definitions import Definitions, Place
from planner.suite.fixtures import Fixtures, Used
from planner.suite.said import Said, Sayings

MOST_TESTS = 200_000
"""Tests beyond these are left out: classes that inherit from each other can multiply without end."""

_ANYIO_BACKENDS = 2
"""anyio's own fixture `anyio_backend` runs a test on asyncio and on trio."""


@dataclass(frozen=True)
class Collection:
    """The tests of a project under pytest's rules or, without any sign of pytest, under unittest's."""

    suites: Mapping[str, SuiteFacts]
    settings: CollectionSettings
    classes: Mapping[str, tuple[str, ...]]
    _skips: dict[UnitKey, tuple[tuple[str, Skip], ...]] = field(default_factory=dict)

    @cached_property
    def tests(self) -> tuple[CollectedTest, ...]:
        """All tests, in the order of their files and lines; one that several classes inherit is there for each."""
        files = [suite for path, suite in sorted(self.suites.items()) if self.is_collected(suite)]
        return tuple(islice((test for suite in files for test in self._of_file(suite)), MOST_TESTS))

    @cached_property
    def fixtures(self) -> Fixtures:
        return Fixtures(self.definitions, self.settings.fixtures)

    @cached_property
    def sayings(self) -> Sayings:
        return Sayings(self.definitions)

    @cached_property
    def definitions(self) -> Definitions:
        return Definitions(self.suites, self.classes)

    @cached_property
    def uses_pytest(self) -> bool:
        """Whether anything speaks of pytest: its configuration, a conftest, an import, a plain function."""
        suites = self.suites.values()
        has_sign = bool(self.settings.file) or any(each.is_conftest or each.imports_pytest for each in suites)
        return has_sign or any(map(self._has_plain_test, suites))

    def _has_plain_test(self, suite: SuiteFacts) -> bool:
        """Whether a file that pytest opens has what only pytest takes for a test: a function, or a plain class."""
        usual = CollectionSettings()
        if not any(fnmatchcase(suite.path.rpartition("/")[2], each) for each in usual.files):
            return False
        if any(each.kind == "function" and each.unit.startswith(usual.functions) for each in suite.written):
            return True
        classes = (each for each in suite.written if each.kind == "class" and each.unit.startswith(usual.classes))
        return any(not self.definitions.is_test_case(Place(suite, each)) for each in classes)

    def is_collected(self, suite: SuiteFacts) -> bool:
        """Whether the runner opens the file in search of tests."""
        path, name = suite.path, suite.path.rpartition("/")[2]
        if not self.uses_pytest:
            return fnmatchcase(name, "test*.py") or any(fnmatchcase(name, each) for each in self.settings.files)
        if not any(fnmatchcase(path if "/" in each else name, each) for each in self.settings.files):
            return False
        folders = suite.folder.split("/") if suite.folder else []
        if any(fnmatchcase(folder, each) for folder in folders for each in self.settings.no_folders):
            return False
        return self._is_below_testpaths(path) and not self._is_ignored(suite)

    def _is_below_testpaths(self, path: str) -> bool:
        """Where none of the test paths exists, pytest looks everywhere."""
        places = [each.strip("/").removeprefix("./") for each in self.settings.testpaths]
        used = [each for each in places if any(_lies_in(other, each) for other in self.suites)]
        return not used or any(_lies_in(path, each) for each in used)

    def _is_ignored(self, suite: SuiteFacts) -> bool:
        """By `--ignore`, or by `collect_ignore` in the conftest of a folder above."""
        if any(_lies_in(suite.path, each.removeprefix("./").rstrip("/")) for each in self.settings.ignored):
            return True
        for path in conftests_above(suite.path):
            prefix = path.removesuffix("conftest.py")
            conftest = self.suites.get(path)
            if conftest and any(_lies_in(suite.path, prefix + each.rstrip("/")) for each in conftest.ignored):
                return True
        return False

    @cached_property
    def test_cases(self) -> tuple[Place, ...]:
        """unittest's classes at the top level of files, where they are written."""
        files = [suite for path, suite in sorted(self.suites.items()) if self.is_collected(suite)]
        own = [Place(suite, each) for suite in files for each in suite.written if not each.around]
        return tuple(place for place in own if place.written.kind == "class" and self.definitions.is_test_case(place))

    @cached_property
    def skipped(self) -> tuple[tuple[tuple[str, Skip], ...], ...]:
        """The skips of each test, with the files that they stand in; nothing for tests without."""
        return tuple(self._skips[each.key] for each in self.tests if each.key in self._skips)

    # One file

    def _of_file(self, suite: SuiteFacts) -> Iterator[CollectedTest]:
        for name, place in self.definitions.members(suite).items():
            if place.written.kind == "class":
                yield from self._of_class(suite, name, place, set())
            elif self.uses_pytest and self._is_function(name, place):
                yield self._test(suite, None, name, place)

    def _of_class(self, suite: SuiteFacts, name: str, owner: Place, seen: set[UnitKey]) -> Iterator[CollectedTest]:
        """The tests of a class, and of classes in it. unittest's classes need no name, others no constructor."""
        seen.add(owner.key)
        if not self._takes(name, owner):
            return
        is_case = self.definitions.is_test_case(owner)
        methods = self.definitions.methods(owner)
        is_one = is_case and not any(each.startswith("test") for each in methods)
        for last, place in methods.items():
            if place.written.kind == "class":
                if not is_case and place.key not in seen:
                    yield from self._of_class(suite, f"{name}.{last}", place, seen)
            elif self._is_method(last, place, is_one=is_one) if is_case else self._is_function(last, place):
                yield self._test(suite, owner, f"{name}.{last}", place, is_case=is_case)

    def _takes(self, name: str, owner: Place) -> bool:
        """Whether the runner looks for tests in the class."""
        is_one = self.definitions.is_test_case(owner) or (self.uses_pytest and self._is_test_class(name, owner))
        return is_one and not owner.written.is_hidden

    def _is_test_class(self, name: str, owner: Place) -> bool:
        order = self.definitions.order(owner)
        has_name = _fits(name.rpartition(".")[2], self.settings.classes)
        return has_name and not any(place.written.has_constructor for place in order)

    def _is_function(self, name: str, place: Place) -> bool:
        is_fixture = place.key in self.fixtures.by_unit
        return _fits(name, self.settings.functions) and not place.written.is_property and not is_fixture

    def _is_method(self, name: str, place: Place, *, is_one: bool) -> bool:
        """A test of a unittest class; where the class has none, `runTest` is one."""
        return (name == "runTest" if is_one else name.startswith("test")) and not place.written.is_property

    def _test(
        self, suite: SuiteFacts, owner: Place | None, name: str, place: Place, *, is_case: bool = False
    ) -> CollectedTest:
        said = self.sayings.of_test(place, suite, owner)
        if said.skips:
            self._skips[suite.path, name] = tuple(said.skips)
        used = self.fixtures.of(place, suite, owner.written if owner else None)
        marks = {each.name for each in said.marks}
        if place.written.is_async and "anyio" in marks:
            used = (*used, *self.fixtures.named(("anyio_backend",), suite, owner.written if owner else None))
        cases, is_known = _count(said, used, place, is_case=is_case)
        if "anyio" in marks and place.written.is_async and not any(each.name == "anyio_backend" for each in used):
            cases *= _ANYIO_BACKENDS
        return CollectedTest(
            path=suite.path,
            name=name,
            written=place.key,
            line=place.written.first_line,
            runner="unittest" if is_case else "pytest",
            cases=min(cases, MOST_CASES),
            is_known=is_known and not self._is_generated(suite, said, used, place),
            is_async=place.written.is_async,
            assertions=place.written.assertions,
            code_lines=place.written.code_lines,
            marks=tuple(sorted(each for each in marks if "." not in each and not each.startswith("="))),
            fixtures=tuple(UsedFixture(*each.key, each.name, each.fixture.scope) for each in used),
        )

    def _is_generated(self, suite: SuiteFacts, said: Said, used: Sequence[Used], place: Place) -> bool:
        """Whether a `pytest_generate_tests` may give the test values: one around it, and a parameter from nowhere."""
        hooks = [suite, *(self.suites[each] for each in conftests_above(suite.path) if each in self.suites)]
        if not any(each.generates for each in hooks):
            return False
        known = {name for each in said.cases for name in each.names} | {each.name for each in used}
        return not set(place.written.asks) <= known


def _count(said: Said, used: Sequence[Used], place: Place, *, is_case: bool) -> tuple[int, bool]:
    """The cases of a test, and whether they are all written down. unittest knows no `parametrize`."""
    given = [each for each in said.cases if not (is_case and each.names)]
    named = {name for each in given for name in each.names}
    params = [] if is_case else [each.fixture for each in used if each.name not in named]
    count = prod(each.count for each in given) * prod(each.cases for each in params)
    return count, all(each.is_known for each in given) and all(each.is_known for each in params)


def conftests_above(path: str) -> Iterator[str]:
    """The paths that conftest files of the folder and of those above it have, nearest first."""
    parts = path.split("/")[:-1]
    for size in range(len(parts), -1, -1):
        yield "/".join([*parts[:size], "conftest.py"])


def _fits(name: str, patterns: Sequence[str]) -> bool:
    """As pytest: a pattern is a prefix, or a glob."""
    return any(name.startswith(each) or fnmatchcase(name, each) for each in patterns)


def _lies_in(path: str, place: str) -> bool:
    """Whether the path is the place, lies below it, or is matched by it as a glob."""
    return place in ("", ".") or path == place or path.startswith(f"{place}/") or fnmatchcase(path, place)
