"""Mark and sweep by name: from what is started, tested or looked up, through every name that living code mentions.

A name makes every unit alive that has it, whatever the receiver: what stays behind is named by nothing that lives.
Two functions that only call each other stay behind together.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from string import ascii_uppercase

from planner.alternatives.customs import builtin_methods, is_hook, is_like_standard, is_plain_decorator
from planner.alternatives.mentions import Roots
from planner.model.facts import ModuleFacts
from planner.model.lines import Lines
from planner.model.mentions import FileMentions
from planner.model.outline import Outline, Place, outline_of

_ENUMS = frozenset({"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"})

_PLAIN_METACLASSES = frozenset({"ABCMeta", "EnumMeta", "EnumType"})

_MANY = 3
"""From so many unnamed subclasses of one base on, something is taken to collect them."""


@dataclass(slots=True)
class _Field:
    """All units of the product by number, the words of each that name some unit, and how far life has spread."""

    places: list[Place] = field(default_factory=list)
    outer: list[int] = field(default_factory=list)
    inner: list[list[int]] = field(default_factory=list)
    words: list[tuple[str, ...]] = field(default_factory=list)
    is_reflecting: list[bool] = field(default_factory=list)
    is_kept: list[bool] = field(default_factory=list)
    is_alive: list[bool] = field(default_factory=list)
    is_named: list[bool] = field(default_factory=list)
    named: dict[str, list[int]] = field(default_factory=dict)
    packages: set[str] = field(default_factory=set)


def find_unreached(
    sources: Sequence[tuple[ModuleFacts, FileMentions, Lines]], roots: Roots
) -> list[tuple[Place, tuple[Place, ...]]]:
    """The outermost units that nothing alive names, each with the dead units elsewhere that name it.

    `sources` are the living modules with what they mention and the lines that ran; `roots` is what all else mentions.
    """
    found = _Field()
    outlines = [outline_of(facts) for facts, _, _ in sources]
    names = frozenset(place.short for outline in outlines for place in outline.places[1:])
    for (facts, mentions, executed), outline in zip(sources, outlines, strict=True):
        _add(found, facts, outline, mentions, executed)
        _add_words(found, outline, mentions, names)
    _keep_families(found)
    _keep_siblings(found)
    _keep_put_together(found, [mentions for _, mentions, _ in sources], roots)
    _spread(found, roots)
    namers = _namers(list(_outermost_dead(found)), found)
    return [(found.places[number], by) for number, by in namers.items()]


def _add(found: _Field, facts: ModuleFacts, outline: Outline, mentions: FileMentions, executed: Lines) -> None:
    first = len(found.places)
    found.packages |= {part for part in facts.module.split(".") if part not in sys.stdlib_module_names}
    for number, place in enumerate(outline.places):
        outer = place.outer + first if place.outer >= 0 else -1
        found.places.append(place)
        found.outer.append(outer)
        found.inner.append([])
        found.is_alive.append(False)
        found.is_named.append(False)
        ran = bool(executed & place.unit.lines) and place.unit.is_body
        found.is_kept.append(ran or number in mentions.registered or _is_kept(place, outline, facts))
        if ran:
            _keep_around(first + number, found)
        if outer >= 0:
            found.inner[outer].append(first + number)
            found.named.setdefault(place.short, []).append(first + number)
    if mentions.is_listing:
        for number in found.inner[first]:
            found.is_kept[number] = True


def _add_words(found: _Field, outline: Outline, mentions: FileMentions, names: frozenset[str]) -> None:
    by_place = dict(mentions.words)
    for number in range(len(outline.places)):
        words = by_place.get(number)
        found.words.append(tuple(names.intersection(words.split(" "))) if words else ())
        found.is_reflecting.append(number in mentions.reflecting)


def _keep_around(number: int, found: _Field) -> None:
    while number >= 0:
        found.is_kept[number] = True
        number = found.outer[number]


def _is_kept(place: Place, outline: Outline, facts: ModuleFacts) -> bool:
    """Whether the unit lives wherever what is around it does, though nothing names it."""
    unit = place.unit
    if unit.kind == "module" or is_hook(place.short) or unit.is_stub:
        return True
    if unit.kind == "method" and is_like_standard(place.short):
        return True
    around = outline.places[place.outer].unit
    elsewhere = around.conditional | facts.guarded | facts.hollow | facts.main_block
    return bool(elsewhere >> unit.first_line & 1) or not all(map(is_plain_decorator, unit.decorators))


def _keep_families(found: _Field) -> None:
    """Keep what a base outside of the project, a metaclass, or reflection in the family of a class may call."""
    parents: dict[int, int] = {}

    def head(number: int) -> int:
        while parents.get(number, number) != number:
            number = parents[number]
        return number

    classes = [number for number, place in enumerate(found.places) if place.unit.kind == "class"]
    above = {number: _parents_of(number, found) for number in classes}
    for number in classes:
        for other in above[number]:
            parents[head(number)] = head(other)
    shaping = _shaping(classes, found)
    known: dict[int, set[str] | None] = {}
    for number in classes:
        mine, family = _called_by_bases(number, found), known.get(head(number), set())
        known[head(number)] = None if mine is None or family is None else family | mine
        if mine is None or _is_registered(number, found, above, shaping):
            found.is_kept[number] = True
    for number in classes:
        called = known[head(number)]
        for each in found.inner[number]:
            if called is None or found.places[each].short in called:
                found.is_kept[each] = True


def _classes_of(base: str, found: _Field) -> list[int]:
    """The classes of the project that a base may mean: none for `textwrap.TextWrapper`, whatever is called so here."""
    first, dot, _ = base.partition(".")
    if dot and first not in found.packages:
        return []
    numbers = found.named.get(base.rpartition(".")[2], ())
    return [number for number in numbers if found.places[number].unit.kind == "class"]


def _parents_of(number: int, found: _Field) -> list[int]:
    """The classes of the project that the bases of a class may mean, each once."""
    bases = found.places[number].unit.bases
    return list(dict.fromkeys(other for base in bases for other in _classes_of(base, found)))


def _shaping(classes: Iterable[int], found: _Field) -> set[int]:
    """The classes that see every class below them: by `__init_subclass__`, or by standing beside a metaclass.

    How metaclasses come to their classes is not always written down.
    """
    beside = {found.places[number].path for number in classes if "type" in found.places[number].unit.bases}
    return {
        number
        for number in classes
        if found.places[number].path in beside
        or any(found.places[each].short == "__init_subclass__" for each in found.inner[number])
    }


def _called_by_bases(number: int, found: _Field) -> set[str] | None:
    """Methods that built-in bases know; None where anything may be called."""
    called: set[str] = set()
    for base in found.places[number].unit.bases:
        names = builtin_methods(base)
        if base.rpartition(".")[2] in _ENUMS:
            names = frozenset({"_generate_next_value_"})
        if names is None and not _classes_of(base, found):
            return None
        called |= names or frozenset()
    around = [number, *found.inner[number]]
    return None if any(found.is_reflecting[each] for each in around) else called


def _is_registered(number: int, found: _Field, above: Mapping[int, Sequence[int]], shaping: Set[int]) -> bool:
    """Whether defining the class is enough: a metaclass or a class above it sees it."""
    waiting, seen = [number], {number}
    while waiting:
        current = waiting.pop()
        metaclass = found.places[current].unit.metaclass
        if metaclass and metaclass.rpartition(".")[2] not in _PLAIN_METACLASSES:
            return True
        fresh = [other for other in above[current] if other not in seen]
        if not shaping.isdisjoint(fresh):
            return True
        seen.update(fresh)
        waiting += fresh
    return False


def _keep_siblings(found: _Field) -> None:
    """Keep subclasses of one base that many of its subclasses share not being named: something collects them."""
    words = {word for words in found.words for word in words}
    unnamed: dict[str, list[int]] = {}
    for number, place in enumerate(found.places):
        if place.unit.kind == "class" and place.short not in words:
            for base in place.unit.bases:
                unnamed.setdefault(base, []).append(number)
    for base, numbers in unnamed.items():
        if len(numbers) >= _MANY and builtin_methods(base) is None:
            for number in numbers:
                found.is_kept[number] = True


def _keep_put_together(found: _Field, sources: Iterable[FileMentions], roots: Roots) -> None:
    """Keep what has a name that some text puts together: `getattr(self, "visit_" + kind)`."""
    every = list(sources)
    beginnings = {*roots.beginnings, *(each for file in every for each in file.beginnings.split())}
    joined = tuple(each for each in beginnings if each.endswith("_"))
    humps = tuple(f"{each}{letter}" for each in beginnings - set(joined) for letter in ascii_uppercase)
    begins = joined + humps
    endings = tuple({*roots.endings, *(each for file in every for each in file.endings.split())})
    is_listing = "__subclasses__" in roots.words or any(
        "__subclasses__" in words.split(" ") for file in every for _, words in file.words
    )
    for number, place in enumerate(found.places):
        is_subclass = place.unit.kind == "class" and bool(place.unit.bases)
        if found.is_kept[number]:
            continue
        if place.short.startswith(begins) or place.short.endswith(endings) or (is_listing and is_subclass):
            found.is_kept[number] = True


def _spread(found: _Field, roots: Roots) -> None:
    """Make alive what is kept or named, and then what that names; a unit lives only if what is around it does."""
    seen: set[str] = set()
    waiting = [number for number, outer in enumerate(found.outer) if outer < 0]
    words = [word for word in roots.words if word in found.named]
    while waiting or words:
        if words:
            word = words.pop()
            if word not in seen:
                seen.add(word)
                waiting += _name(word, found)
            continue
        number = waiting.pop()
        outer = found.outer[number]
        if found.is_alive[number] or (outer >= 0 and not found.is_alive[outer]):
            continue
        found.is_alive[number] = True
        words += found.words[number]
        waiting += [each for each in found.inner[number] if found.is_kept[each] or found.is_named[each]]


def _name(word: str, found: _Field) -> list[int]:
    numbers = found.named.get(word, [])
    for number in numbers:
        found.is_named[number] = True
    return numbers


def _outermost_dead(found: _Field) -> Iterator[int]:
    return (
        number
        for number, outer in enumerate(found.outer)
        if outer >= 0 and not found.is_alive[number] and found.is_alive[outer]
    )


def _namers(dead: list[int], found: _Field) -> dict[int, tuple[Place, ...]]:
    """The dead units elsewhere that name each, by number."""
    names = {found.places[number].short for number in dead}
    by: dict[str, list[int]] = {}
    for number, words in enumerate(found.words):
        if not found.is_alive[number]:
            for word in words:
                if word in names:
                    by.setdefault(word, []).append(number)
    return {
        number: tuple(
            found.places[other]
            for other in by.get(found.places[number].short, ())
            if not _is_inside(other, number, found)
        )
        for number in dead
    }


def _is_inside(number: int, outer: int, found: _Field) -> bool:
    while number >= 0 and number != outer:
        number = found.outer[number]
    return number == outer
