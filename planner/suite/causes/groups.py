"""Which failing tests are of one cause: by what they name, where they broke, and what follows from what."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import TypeAlias

from planner.model.blocked import Frame
from planner.model.outcomes import TestOutcome
from planner.suite.causes.faults import Fault
from planner.suite.causes.folding import template, without_passing
from planner.suite.causes.named import Named
from planner.suite.causes.places import Evidence
from planner.suite.causes.shared import shared_fixtures

Group: TypeAlias = tuple[Fault, ...]

_ABSENT = frozenset({"no-module", "no-import", "no-attribute"})
"""Three ways to find out that a module has not what is asked of it."""

_AT_ONE_LINE = frozenset({"no-attribute", "arguments", "abstract"})
"""At one line these are one cause, whatever class they name: the line asks several for what they have not."""

_TWICE = frozenset({"registry-error", "table-twice"})
LOOPS = frozenset({"different-loop", "closed-loop"})
"""What a connection says that was made in the loop of another test: while it is used, and when it is closed."""


def group(faults: Sequence[Fault], outcomes: Sequence[TestOutcome], evidence: Evidence) -> tuple[Group, ...]:
    """The faults by cause, each in one, in the order in which they were first met."""
    named = Named(evidence)
    joined = _Joined(len(faults))
    for number, fault in enumerate(faults):
        joined.join(number, _identity(fault, evidence))
        if fault.mark and fault.mark.slug in _AT_ONE_LINE and (place := place_of(fault)):
            joined.join(number, _break(fault, place, evidence))
        for key in _of_one_source(fault, named):
            joined.join(number, key)
    for number, key in (*_half_imports(faults, named), *shared_fixtures(faults, outcomes, evidence)):
        joined.join(number, key)
    return tuple(tuple(faults[number] for number in numbers) for numbers in joined.groups())


class _Joined:
    """Numbers that are together because they have a key in common, directly or through others."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))
        self._first: dict[Hashable, int] = {}

    def join(self, number: int, key: Hashable) -> None:
        first = self._top(self._first.setdefault(key, number))
        self._above[self._top(number)] = first

    def groups(self) -> list[list[int]]:
        found: dict[int, list[int]] = {}
        for number in range(len(self._above)):
            found.setdefault(self._top(number), []).append(number)
        return sorted(found.values())

    def _top(self, number: int) -> int:
        while self._above[number] != number:
            self._above[number] = self._above[self._above[number]]
            number = self._above[number]
        return number


def place_of(fault: Fault) -> Frame | None:
    """The project's line where it broke. Of an endless recursion the line that it passes most often."""
    if fault.raised == "RecursionError" and fault.frames:
        return Counter(fault.frames).most_common(1)[0][0]
    return fault.deepest


def _identity(fault: Fault, evidence: Evidence) -> Hashable:
    """What makes two failures one: the thing that both name, or the line where both broke and what they say."""
    mark, place = fault.mark, place_of(fault)
    if mark and mark.merges:
        return "names", "absent" if mark.slug in _ABSENT else mark.slug, mark.subject
    if place is None:
        return _by_words(fault)
    if fault.is_assertion and place == fault.test and fault.fixture is None and not _is_told_by_helper(fault, place):
        return "asserts", _test(fault.outcome), place.path, place.line
    return _break(fault, place, evidence)


def _break(fault: Fault, place: Frame, evidence: Evidence) -> Hashable:
    """The line where it broke, with what was said there."""
    is_plain = fault.mark is None or fault.mark.slug in _AT_ONE_LINE
    return "breaks", place.path, place.line, fault.raised, _said(fault, place, evidence) if is_plain else fault.mark


def _is_told_by_helper(fault: Fault, place: Frame) -> bool:
    """Whether a function that tests share says in its own words what is wrong; bare comparisons look alike."""
    return place.unit != fault.outcome.unit and fault.message != "" and not fault.message.startswith("assert ")


def _said(fault: Fault, place: Frame, evidence: Evidence) -> str:
    """The message without the values in it, as far as the raising lines tell which those are."""
    lines = evidence.read(place.path).split("\n")[place.line - 1 : place.line + 3]
    return template(fault.message, "\n".join(lines))


def _by_words(fault: Fault) -> Hashable:
    """Without a line of the project only the words are left; those of an assertion mean nothing outside its test."""
    if fault.is_assertion or not fault.message:
        return "ends", _test(fault.outcome), fault.exception
    if fault.mark:
        return "kind", fault.mark.slug, fault.raised
    return "says", fault.raised, without_passing(fault.message)


def _test(outcome: TestOutcome) -> Hashable:
    """The test function, whatever its parameters."""
    return outcome.path, outcome.unit or (outcome.scope, outcome.name.partition("[")[0])


def _of_one_source(fault: Fault, named: Named) -> Iterator[Hashable]:
    """Keys of what shows itself under several names: one class defined twice, one cycle, a database without tables."""
    if fault.mark is None:
        return
    slug = fault.mark.slug
    if slug in _TWICE and len(found := named.definitions(fault.mark)) > 1:
        yield "defined", found
    if slug in LOOPS:
        yield "loop"
    if slug == "no-table":
        yield "tables"
    if slug == "no-import" and "partially initialized" in fault.message:
        yield "cycle", _cycle(fault)


def _cycle(fault: Fault) -> frozenset[str]:
    """The files of an import cycle: from the first line in the file that is asked too early to the line that asks."""
    stem = (fault.mark.subject if fault.mark else "").rpartition(".")[0].replace(".", "/")
    paths = [frame.path for frame in fault.frames]
    start = next((at for at, path in enumerate(paths) if stem and stem in path), 0)
    return frozenset(paths[start:])


def _half_imports(faults: Sequence[Fault], named: Named) -> Iterator[tuple[int, Hashable]]:
    """A module whose import broke half way is imported again, and finds there what it made before."""
    broken: dict[str, int] = {}
    for number, fault in enumerate(faults):
        if fault.outcome.phase == "collection" and not _is_repeat(fault, named):
            for frame in fault.frames:
                broken.setdefault(frame.path, number)
    for number, fault in enumerate(faults):
        if _is_repeat(fault, named) and fault.own and fault.own.path in broken:
            yield broken[fault.own.path], ("half imported", fault.own.path)
            yield number, ("half imported", fault.own.path)


def _is_repeat(fault: Fault, named: Named) -> bool:
    """Whether something is said to be there twice that the project has once."""
    mark = fault.mark
    return mark is not None and mark.slug == "table-twice" and len(named.definitions(mark)) < 2
