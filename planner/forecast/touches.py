"""The seams that each unit touches: by its own calls and reads, and through the units it calls."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from planner.forecast.project import Project
from planner.forecast.seams import Catalogue
from planner.model.facts import Call, ModuleFacts, Unit
from planner.model.plan import Seam
from planner.model.seams import Touch, UnitKey

EVENT_LOOP = Seam("async def", "threads and event loops", "pytest-asyncio", needs_building=False)
"""Nothing but an event loop runs a coroutine."""

MOST_CALLS = 4
"""An indirect seam is looked for so many calls away: a method, the project's client class, its private helpers."""

LEAST_CONFIDENCE = 0.5
"""Calls that the call graph trusts less than this carry no seam."""


_ABSOLUTE = frozenset({"name", "typed", "own", "super"})
"""The calls whose target has a dotted name."""


class CalledUnit(NamedTuple):
    """One edge of the call graph: the unit that is called, how far that can be trusted (0 to 1), and the line."""

    unit: UnitKey
    confidence: float
    line: int


Calls = Mapping[UnitKey, Iterable[CalledUnit]]
"""Unit -> the units it calls, as the call graph found them."""

Touches = Mapping[UnitKey, tuple[Touch, ...]]
"""Unit -> its seams, direct ones first; units without any are left out."""


def direct_touches(facts: Iterable[ModuleFacts], project: Project, catalogue: Catalogue) -> Touches:
    """The seams that each unit touches in its own lines."""
    found: dict[UnitKey, tuple[Touch, ...]] = {}
    for each in facts:
        decorators = {name for unit in each.units for name in unit.decorators}
        classes = {unit.name for unit in each.units if unit.kind == "class"}
        for unit in each.units:
            reader = _Reader(project, catalogue, each, unit, _owner(unit.name, classes), decorators)
            if touches := list(reader.touches()):
                key = each.path, unit.name  # a property and its setter share it, and definitions by platform
                found[key] = _sorted(_first_of_each((*found.get(key, ()), *touches)))
    return found


def seams_of(units: Iterable[UnitKey], touches: Touches, *, most_hops: int = 0) -> tuple[Seam, ...]:
    """The seams of several units, each once, by name: direct ones, or also those up to `most_hops` calls away."""
    found = {touch.seam.name: touch.seam for key in units for touch in touches.get(key, ()) if touch.hops <= most_hops}
    return tuple(found[name] for name in sorted(found))


def with_indirect(direct: Touches, calls: Calls) -> Touches:
    """Direct touches, and those of the units each one calls, up to MOST_CALLS calls away, the nearest of each seam."""
    found = {key: {touch.seam.name: touch for touch in touches} for key, touches in direct.items()}
    for hops in range(1, MOST_CALLS + 1):
        reached = {key: tuple(touches.values()) for key, touches in found.items()}
        for key, called in calls.items():
            for edge in sorted(called, key=lambda each: (-each.confidence, each.line, each.unit)):
                if edge.confidence >= LEAST_CONFIDENCE and edge.unit != key:
                    for touch in reached.get(edge.unit, ()):
                        if touch.hops == hops - 1:
                            passed = replace(touch, line=edge.line, via=edge.unit, hops=hops)
                            found.setdefault(key, {}).setdefault(touch.seam.name, passed)
    return {key: _sorted(touches.values()) for key, touches in found.items()}


class _Reader(NamedTuple):
    """One unit, and what its names are held against."""

    project: Project
    catalogue: Catalogue
    facts: ModuleFacts
    unit: Unit
    owner: str
    decorators: set[str]

    def touches(self) -> Iterator[Touch]:
        """Every touch, the certain ones of each seam first."""
        if self.unit.is_async:
            yield Touch(EVENT_LOOP, self.unit.first_line, "async def")
        for base in (*self.unit.bases, *self.unit.decorators):
            seam = self._seam(self.project.meaning(base), self.catalogue.based_on)
            if seam:
                yield Touch(seam, self.unit.first_line, base)
        for call in self.unit.calls:
            name = None if call.kind not in _ABSOLUTE or _is_generic(call) else self._absolute(call)
            if name and (seam := self._seam(name, self.catalogue.called)):
                yield Touch(seam, call.line, name.replace("()", ""))
        yield from self._of_reads()
        yield from self._of_paths()

    def _of_reads(self) -> Iterator[Touch]:
        """At the module level, a function that is only read is given another name; in a function, it is handed over."""
        if not self.unit.first_use:
            return
        find = self.catalogue.value_read if self.unit.kind == "module" else self.catalogue.read
        called = {call.name for call in self.unit.calls if call.kind == "name"}
        for name, line in self.unit.first_use.items():
            if name not in called and name not in self.decorators:
                meant = self.project.canonical(name)
                if seam := self._seam(meant, find):
                    yield Touch(seam, line, meant)

    def _of_paths(self) -> Iterator[Touch]:
        """Calls of methods that only paths have, on something unknown."""
        for call in self.unit.calls:
            if call.kind in ("method", "own"):
                last = call.name.rpartition(".")[2]
                if last in self.catalogue.only_paths and not self._is_known(call):
                    yield Touch(self.catalogue.path_seam, call.line, last, is_certain=False)

    def _absolute(self, call: Call) -> str | None:
        """The called name as far as the project's text leads."""
        if call.kind in ("name", "typed"):
            return self.project.meaning(call.name) if "." in call.name else None
        if call.kind == "own" and self.owner:
            return self.project.meaning(f"{self.facts.module}.{self.owner}.{call.name}")
        if call.kind == "super" and self.owner and not call.name.startswith("__"):
            line = self.project.lineage(f"{self.facts.module}.{self.owner}")[1:]
            return self.project.meaning(f"{line[0]}.{call.name}") if line else None
        return None

    def _is_known(self, call: Call) -> bool:
        """Whether the receiver is known, so that the method's name alone says nothing."""
        name = self._absolute(call)
        return bool(name and (not self.project.is_own(name) or name in self.project.units))

    def _seam(self, name: str, find: Callable[[str], Seam | None]) -> Seam | None:
        """A name of the project is no library, unless the project's configuration says so."""
        if not self.project.is_own(name):
            return find(name)
        seam = find(name) if self.catalogue.added else None
        return seam if seam and seam.name in self.catalogue.added else None


def _is_generic(call: Call) -> bool:
    """Whether it only writes a type: `Popen[bytes]`."""
    if call.kind != "name" or not call.name.endswith(".__getitem__"):
        return False
    return call.name.removesuffix(".__getitem__").rpartition(".")[2][:1].isupper()


def _owner(name: str, classes: set[str]) -> str:
    """The class around a method, or around a function nested in one; the class itself for a class."""
    while name and name not in classes:
        name = name.rpartition(".")[0]
    return name


def _first_of_each(touches: Iterable[Touch]) -> list[Touch]:
    """One touch for each seam: a certain one before others, then the first line."""
    best: dict[str, Touch] = {}
    for touch in touches:
        old = best.get(touch.seam.name)
        if old is None or (not touch.is_certain, touch.line) < (not old.is_certain, old.line):
            best[touch.seam.name] = touch
    return list(best.values())


def _sorted(touches: Iterable[Touch]) -> tuple[Touch, ...]:
    return tuple(sorted(touches, key=lambda each: (each.hops, not each.is_certain, each.line, each.seam.name)))


def unclassified_imports(facts: ModuleFacts, project: Project, catalogue: Catalogue) -> tuple[tuple[str, int], ...]:
    """(name, first line) of each third-party import of the file that the catalogue does not know, by name.

    Where the catalogue knows other modules of a package, the name has two parts: `google.auth`.
    """
    found: dict[str, int] = {}
    for asked in facts.imports:
        top = asked.module.partition(".")[0]
        full = f"{asked.module}.{asked.name}" if asked.name not in ("", "*") else asked.module
        is_stdlib = not top or top in sys.stdlib_module_names
        if is_stdlib or asked.kind == "type checking" or project.is_own(full) or catalogue.knows(full):
            continue
        name = ".".join(full.split(".")[:2]) if catalogue.knows(top) else top
        found[name] = min(asked.line, found.get(name, asked.line))
    return tuple(sorted(found.items()))
