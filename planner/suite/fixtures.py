"""Which fixtures pytest runs for a test: asked for by itself and by its fixtures, by `usefixtures`, and autouse.

The nearest of a name counts, as in pytest: the class and its bases, classes around, the file, the conftest of each
folder upwards, plugins that `pytest_plugins` names. Fixtures of installed plugins are not the project's and left out.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property

from planner.model.facts import MODULE
from planner.model.seams import UnitKey
from planner.model.suite import SuiteFacts, Written, WrittenFixture
from planner.suite.definitions import Definitions, Place

_MOST_FIXTURES = 300
"""So many fixtures of one test are followed; no test has more."""


@dataclass(frozen=True, slots=True)
class Used:
    """A fixture that a test uses, the name that it is asked for by, and where it is written."""

    path: str
    name: str
    fixture: WrittenFixture

    @property
    def key(self) -> UnitKey:
        return self.path, self.fixture.unit


@dataclass(frozen=True, slots=True)
class Level:
    """The fixtures of one class, file, folder or of all plugins, by the names that tests ask for."""

    by_name: Mapping[str, Place]
    autouse: tuple[str, ...]


def fixtures_used(suites: Mapping[str, SuiteFacts], prefix: str = "test") -> Mapping[UnitKey, tuple[UnitKey, ...]]:
    """Test function -> the fixture functions that pytest runs for it, each as (path, unit): those around first.

    Every function whose name begins with `prefix` is there, also with no fixtures at all. A test that several classes
    inherit has the fixtures of all of them.
    """
    fixtures = Fixtures(Definitions(suites))
    found: dict[UnitKey, dict[UnitKey, None]] = {}
    for suite in suites.values():
        for owner in (None, *(each for each in suite.written if each.kind == "class")):
            for place in fixtures.functions(suite, owner, prefix):
                used = found.setdefault(place.key, {})
                used.update(dict.fromkeys(each.key for each in fixtures.of(place, suite, owner)))
    return {key: tuple(used) for key, used in found.items()}


@dataclass(frozen=True)
class Fixtures:
    """The fixtures of a project's test files, and which of them a test uses."""

    definitions: Definitions
    ini: tuple[str, ...] = ()
    _levels: dict[UnitKey, Level] = field(default_factory=dict)

    def functions(self, suite: SuiteFacts, owner: Written | None, prefix: str) -> Iterator[Place]:
        """The functions of a class, inherited ones too, or those at the top level of a file, imported ones too."""
        members = self.definitions.methods(Place(suite, owner)) if owner else self.definitions.members(suite)
        for name, place in members.items():
            if name.startswith(prefix) and place.written.kind != "class" and place.key not in self.by_unit:
                yield place

    def of(self, test: Place, suite: SuiteFacts, owner: Written | None) -> tuple[Used, ...]:
        """The fixtures of a test that is collected from a class (or None) of the file `suite`."""
        levels = self._around(suite, owner)
        classes = self.definitions.around(Place(suite, owner) if owner else None)
        keys = [(suite.path, MODULE), *(place.key for place in classes), test.key]
        wanted = [name for level in reversed(levels) for name in level.autouse]
        wanted += [*self.ini, *(name for key in keys for name in self._using.get(key, ())), *test.written.asks]
        given = frozenset(name for key in keys for name in self._given.get(key, ()))
        found = _closure(wanted, levels, self.by_unit, given)
        return tuple(each for each in found if each.key != test.key)

    def named(self, names: Sequence[str], suite: SuiteFacts, owner: Written | None) -> tuple[Used, ...]:
        """The fixtures of these names, and those behind them, as a test there would find them."""
        return _closure(names, self._around(suite, owner), self.by_unit)

    @cached_property
    def _using(self) -> Mapping[UnitKey, list[str]]:
        """Unit -> the fixtures that `usefixtures` names for it."""
        found: dict[UnitKey, list[str]] = {}
        for suite in self.definitions.suites.values():
            for mark in suite.marks:
                if mark.name == "usefixtures":
                    found.setdefault((suite.path, mark.unit), []).extend(mark.names)
        return found

    @cached_property
    def _given(self) -> Mapping[UnitKey, list[str]]:
        """Unit -> the names that `parametrize` gives values to: no fixture of such a name runs, for nobody."""
        found: dict[UnitKey, list[str]] = {}
        for suite in self.definitions.suites.values():
            for cases in suite.cases:
                if not cases.is_indirect:
                    found.setdefault((suite.path, cases.unit), []).extend(cases.names)
        return found

    @cached_property
    def by_unit(self) -> Mapping[UnitKey, WrittenFixture]:
        """All fixtures by where they are written."""
        suites = self.definitions.suites.values()
        return {(suite.path, each.unit): each for suite in suites for each in suite.fixtures}

    # Levels, nearest first

    def _around(self, suite: SuiteFacts, owner: Written | None) -> Sequence[Level]:
        found: list[Level] = []
        name = owner.unit if owner else ""
        while name:
            found.append(self._class_level(suite, name))
            name = name.rpartition(".")[0]
        found.append(self._file_level(suite))
        return [*found, *self._folder_levels(suite), self._plugins]

    def _class_level(self, suite: SuiteFacts, name: str) -> Level:
        if (suite.path, name) not in self._levels:
            place = self.definitions.within(suite, name.split("."))
            members = self.definitions.methods(place) if place else {}
            self._levels[suite.path, name] = self._level(members)
        return self._levels[suite.path, name]

    def _file_level(self, suite: SuiteFacts) -> Level:
        if (suite.path, MODULE) not in self._levels:
            self._levels[suite.path, MODULE] = self._level(self.definitions.members(suite))
        return self._levels[suite.path, MODULE]

    def _folder_levels(self, suite: SuiteFacts) -> Iterator[Level]:
        """The conftest files of the folder and of those above it."""
        parts = suite.folder.split("/") if suite.folder else []
        for size in range(len(parts), -1, -1):
            path = "/".join([*parts[:size], "conftest.py"])
            other = self.definitions.suites.get(path)
            if other and other is not suite:
                yield self._file_level(other)

    @cached_property
    def _plugins(self) -> Level:
        """All that `pytest_plugins` of any file names, also through each other."""
        waiting = [(name, suite) for suite in self.definitions.suites.values() for name in suite.plugins]
        seen: dict[str, SuiteFacts] = {}
        while waiting:
            name, asking = waiting.pop()
            other = self.definitions.module(name, asking)
            if other and other.path not in seen:
                seen[other.path] = other
                waiting += [(each, other) for each in other.plugins]
        members: dict[str, Place] = {}
        for path in sorted(seen):
            members.update(self.definitions.members(seen[path]))
        return self._level(members)

    def _level(self, members: Mapping[str, Place]) -> Level:
        """The fixtures among the members; one that is imported under another name has that, if it has none given."""
        by_name: dict[str, Place] = {}
        autouse: list[str] = []
        for attribute, place in members.items():
            fixture = self.by_unit.get(place.key)
            if fixture:
                name = attribute if fixture.name == place.written.name else fixture.name
                by_name[name] = place
                autouse += [name] if fixture.is_autouse else []
        return Level(by_name, tuple(autouse))


def _closure(
    wanted: Sequence[str],
    levels: Sequence[Level],
    fixtures: Mapping[UnitKey, WrittenFixture],
    given: Set[str] = frozenset(),
) -> tuple[Used, ...]:
    """The fixtures that the names lead to, through each other, less names that are given values.

    A fixture that asks for its own name means the next one of it outwards.
    """
    found: dict[UnitKey, Used] = {}
    waiting = [(name, 0) for name in reversed(wanted)]
    while waiting and len(found) < _MOST_FIXTURES:
        name, start = waiting.pop()
        place, level = _nearest(name, levels, start) if name not in given else (None, start)
        if place and place.key not in found:
            found[place.key] = Used(place.suite.path, name, fixtures[place.key])
            own = [(each, level + 1 if each == name else 0) for each in place.written.asks]
            waiting += reversed(own)
    return tuple(found.values())


def _nearest(name: str, levels: Sequence[Level], start: int) -> tuple[Place | None, int]:
    """The fixture of that name, from the level `start` outwards."""
    for number in range(start, len(levels)):
        if place := levels[number].by_name.get(name):
            return place, number
    return None, len(levels)
