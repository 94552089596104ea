"""What names mean among test files: definitions, those that are imported, and classes with their bases."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from planner.model.seams import UnitKey
from planner.model.suite import SuiteFacts, Written

_MOST_HOPS = 12
"""Imports of imports are followed so far; a cycle of them ends here."""

_MOST_BASES = 200
"""So many base classes are looked at: in a cycle of bases, too."""

_MOST_STARS = 100
"""So many files are looked through for the names of a star import."""


class Place(NamedTuple):
    """A definition, with the file that has it."""

    suite: SuiteFacts
    written: Written

    @property
    def key(self) -> UnitKey:
        return self.suite.path, self.written.unit


@dataclass(frozen=True)
class Definitions:
    """All test files of a project. `classes` leads from absolute names of the product's classes to their bases."""

    suites: Mapping[str, SuiteFacts]
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _modules: dict[str, SuiteFacts] = field(default_factory=dict)
    _units: dict[str, dict[str, Written]] = field(default_factory=dict)
    _inside: dict[UnitKey, dict[str, Written]] = field(default_factory=dict)
    _members: dict[str, dict[str, Place]] = field(default_factory=dict)
    _known: dict[UnitKey, Place | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path, suite in sorted(self.suites.items()):
            self._modules.setdefault(suite.module, suite)
            self._units[path] = {each.unit: each for each in suite.written}
            for each in self._units[path].values():
                self._inside.setdefault((path, each.around), {})[each.name] = each

    def module(self, name: str, asking: SuiteFacts) -> SuiteFacts | None:
        """The test file of that module name; seen from a folder around the file that asks, as it may be on the path."""
        if found := self._modules.get(name):
            return found
        around = asking.folder.split("/") if asking.folder else []
        longer = (".".join([*around[:size], name]) for size in range(len(around), 0, -1))
        return next((self._modules[each] for each in longer if each in self._modules), None)

    def find(self, name: str, asking: SuiteFacts, hops: int = 0) -> Place | None:
        """The class or function that an absolute dotted name means in a test file, through imports of imports."""
        parts = name.split(".")
        for size in range(len(parts) - 1, 0, -1):
            suite = self.module(".".join(parts[:size]), asking)
            if suite and (found := self.within(suite, parts[size:], hops)):
                return found
        return None

    def within(self, suite: SuiteFacts, parts: list[str], hops: int = 0) -> Place | None:
        """What the dotted parts mean inside a file."""
        key = suite.path, ".".join(parts)
        if key not in self._known:
            self._known[key] = None  # for names that lead to each other
            self._known[key] = self._look_up(suite, parts, hops)
        return self._known[key]

    def _look_up(self, suite: SuiteFacts, parts: list[str], hops: int) -> Place | None:
        for each in self._starred(suite):
            if written := self._units[each.path].get(".".join(parts)):
                return Place(each, written)
            target = each.names.get(parts[0]) if hops < _MOST_HOPS else None
            if target and (found := self.find(".".join([target, *parts[1:]]), each, hops + 1)):
                return found
        return None

    def _starred(self, suite: SuiteFacts) -> list[SuiteFacts]:
        """The file, and the test files all of whose names it imports, also through each other; nearest first."""
        found = {suite.path: suite}
        waiting = [suite]
        while waiting and len(found) < _MOST_STARS:
            asking = waiting.pop(0)
            for name in asking.stars:
                other = self.module(name, asking)
                if other and other.path not in found:
                    found[other.path] = other
                    waiting.append(other)
        return list(found.values())

    def members(self, suite: SuiteFacts) -> Mapping[str, Place]:
        """Name at the top level of a file -> its definition here or in the test file that it is imported from."""
        if suite.path not in self._members:
            found: dict[str, Place] = {}
            for other in reversed(self._starred(suite)):
                hidden = "_" if other is not suite else "\0"
                found.update((name, place) for name, place in self._own(other) if not name.startswith(hidden))
            self._members[suite.path] = found
        return self._members[suite.path]

    def _own(self, suite: SuiteFacts) -> Iterator[tuple[str, Place]]:
        """The names that a file imports one by one, and then those that it defines."""
        for name, target in suite.names.items():
            if place := self.find(target, suite):
                yield name, place
        for name, each in self._inside.get((suite.path, ""), {}).items():
            yield name, Place(suite, each)

    def methods(self, owner: Place) -> Mapping[str, Place]:
        """Name -> function or class in a class, inherited ones too, where a nearer class has none of that name."""
        found: dict[str, Place] = {}
        for place in self.order(owner):
            for name, written in self._inside.get(place.key, {}).items():
                found.setdefault(name, Place(place.suite, written))
        return found

    def order(self, owner: Place) -> list[Place]:
        """The class and its bases in test files, nearest first, each where it comes last: Python's order, nearly."""
        found: dict[UnitKey, Place] = {}
        waiting, steps = [owner], 0
        while waiting and steps < _MOST_BASES:
            place, steps = waiting.pop(), steps + 1
            found.pop(place.key, None)
            found[place.key] = place
            bases = [self.find(name, place.suite) for name in place.written.bases]
            waiting += [each for each in reversed(bases) if each and each.written.kind == "class" and each != owner]
        return list(found.values())

    def around(self, owner: Place | None) -> list[Place]:
        """The class with its bases, and the classes that it stands in with theirs: whose marks hold for its tests."""
        found: list[Place] = []
        while owner:
            found += self.order(owner)
            outer = self._units[owner.suite.path].get(owner.written.around)
            owner = Place(owner.suite, outer) if outer else None
        return found

    def is_test_case(self, owner: Place) -> bool:
        """Whether the class descends from unittest's: by a base outside of the project whose name ends in TestCase."""
        return any(self._leads_to_test_case(name, place.suite) for place in self.order(owner) for name in _bases(place))

    def _leads_to_test_case(self, name: str, asking: SuiteFacts) -> bool:
        """Through the product's own classes; the project's base class may lie there."""
        waiting, steps = [name], 0
        while waiting and steps < _MOST_BASES:
            each, steps = waiting.pop(), steps + 1
            if each in self.classes:
                waiting += self.classes[each]
            elif each.endswith("TestCase") and self.find(each, asking) is None:
                return True
        return False


def _bases(place: Place) -> tuple[str, ...]:
    return place.written.bases
