"""A cause as a value: its kind, where to look first, its message and the tests that it stops."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from planner.model.blocked import BlockedTest, Cause, CauseKind, Definition, Frame
from planner.model.facts import MODULE
from planner.model.seams import UnitKey
from planner.suite.causes.faults import Fault
from planner.suite.causes.folding import common
from planner.suite.causes.groups import LOOPS, Group, place_of
from planner.suite.causes.keys import key_of, with_own_keys
from planner.suite.causes.named import Named, fixture_definition
from planner.suite.causes.places import Evidence
from planner.suite.causes.shared import common_fixture, widest_fixture

_Thing = TypeVar("_Thing", bound=Hashable)

_FOLLOWS = frozenset({"table-twice", "closed-loop"})
"""What is said after something else went wrong, where both are said."""

_DEFINED = frozenset({"registry-error", "table-twice", "no-class", "no-column", "no-table"})
"""The definition is what has to be mended, whoever stumbles over it."""

_ASKED_FOR = frozenset({"no-module", "no-import", "no-attribute", "arguments", "abstract", "no-fixture"})
"""One line that asks for what is not there is wrong itself; where several do, what they ask for went away."""


def tell(groups: Sequence[Group], broken: Mapping[UnitKey, int], evidence: Evidence) -> tuple[Cause, ...]:
    """The causes, the one that blocks most first, of several the first by key.

    `broken` are fixtures of which every test fails.
    """
    named = Named(evidence)
    told = [_cause(each, broken, named, evidence) for each in groups]
    return tuple(sorted(with_own_keys(told), key=lambda cause: (-cause.tests_blocked, cause.key)))


def blocked(fault: Fault) -> BlockedTest:
    """The test that the fault stops."""
    return BlockedTest(fault.outcome.scope, fault.outcome.name, fault.outcome.path, fault.outcome.unit)


def _cause(faults: Group, broken: Mapping[UnitKey, int], named: Named, evidence: Evidence) -> Cause:
    first = _typical(faults)
    fixture = _fixture(faults, broken, evidence)
    definitions = named.definitions(first.mark) if first.mark else ()
    if not definitions and fixture and (found := fixture_definition(fixture, evidence)):
        definitions = (found,)
    caller = _caller(faults, evidence)
    place = caller or _first_place(faults, first, definitions, evidence)
    return Cause(
        key=key_of(first, fixture, place),
        kind="fixture" if caller else _kind(first, fixture, evidence),
        phase=_most([fault.outcome.phase for fault in faults]) or "call",
        exception=first.exception,
        message=common([fault.message for fault in faults if fault.raised == first.raised]),
        example=first.message,
        tests=tuple(blocked(fault) for fault in faults),
        first_place=place,
        own=_most(fault.own for fault in faults),
        test=_most(fault.test for fault in faults),
        fixture=fixture[1] if fixture else "",
        definitions=definitions,
        messages=len({fault.folded for fault in faults}),
    )


def _typical(faults: Group) -> Fault:
    """The first of the most frequent, and rather what led to the others than what followed."""
    counts = Counter(_sort(fault) for fault in faults)
    return min(faults, key=lambda fault: (_sort(fault)[0] in _FOLLOWS, -counts[_sort(fault)]))


def _sort(fault: Fault) -> tuple[str, str]:
    return fault.mark.slug if fault.mark else "", fault.raised


def _fixture(faults: Group, broken: Mapping[UnitKey, int], evidence: Evidence) -> UnitKey | None:
    """The fixture that failed, or that all tests use which failed in different places."""
    failed = _most(fault.fixture for fault in faults)
    is_usual = 2 * sum(fault.fixture == failed for fault in faults) > len(faults)
    if failed or (faults[0].mark and faults[0].mark.merges):
        return failed if is_usual else None
    return common_fixture(faults, broken, evidence) if len({place_of(fault) for fault in faults}) > 1 else None


def _caller(faults: Group, evidence: Evidence) -> Frame | None:
    """The one line of a fixture that asks for what the product refuses; None where the product itself breaks.

    A product that raises on purpose, or is called with arguments that it has not, is right to.
    """
    if len({fault.test for fault in faults}) > 1 or not all(fault.fixture and fault.own for fault in faults):
        return None
    first = faults[0]
    is_refused = first.mark.slug == "arguments" if first.mark else first.deepest and _refuses(first.deepest, evidence)
    return first.test if is_refused else None


def _refuses(frame: Frame, evidence: Evidence) -> bool:
    return evidence.line(frame).startswith("raise ")


def _kind(first: Fault, fixture: UnitKey | None, evidence: Evidence) -> CauseKind:
    is_in_fixture = fixture is not None and first.deepest == first.test
    if mark := first.mark:
        if mark.kind == "error" and is_in_fixture:
            return "fixture"
        is_foreign = mark.kind == "import" and mark.subject.partition(".")[0] not in evidence.packages
        return "environment" if mark.subject and is_foreign else mark.kind
    if is_in_fixture:
        return "fixture"
    return "assertion" if first.is_assertion else "error"


def _first_place(faults: Group, first: Fault, definitions: Sequence[Definition], evidence: Evidence) -> Frame | None:
    """Where to look first: the definition that has to be mended, the fixture, else the line where most tests broke."""
    places = [place for fault in faults if (place := place_of(fault))]
    slug = first.mark.slug if first.mark else ""
    kind = first.mark.kind if first.mark else ""
    if kind == "isolation" and (test := _most(fault.test for fault in faults)):
        return test
    if slug in LOOPS and (wide := widest_fixture(faults, evidence)):
        return _frame(wide, evidence)
    several = len(set(places)) > 1
    is_defined = slug in _DEFINED or (several and (slug in _ASKED_FOR or not first.mark))
    if definitions and is_defined:
        return _frame(_suspect(definitions, slug, evidence), evidence)
    return _most(places) or (_frame(definitions[0], evidence) if definitions else None)


def _suspect(definitions: Sequence[Definition], slug: str, evidence: Evidence) -> Definition:
    """Of a class that is defined twice the one that fewer files import; of a table the statement that makes it."""
    if slug in ("registry-error", "table-twice"):
        return min(definitions, key=lambda each: (_imports(each.path, evidence), each.path))
    made = [each for each in definitions if each.name[:1].islower() and "." not in each.name]
    return made[0] if made and slug == "no-column" else definitions[0]


def _imports(path: str, evidence: Evidence) -> int:
    """How many files import from the one at the path."""
    facts = evidence.facts.get(path)
    module = facts.module if facts else ""
    asked = (
        any(module in (each.module, f"{each.module}.{each.name}") for each in other.imports)
        for other in evidence.facts.values()
    )
    return sum(asked)


def _frame(definition: Definition, evidence: Evidence) -> Frame:
    facts = evidence.facts.get(definition.path)
    names = {unit.name for unit in facts.units} if facts else frozenset[str]()
    return Frame(definition.path, definition.line, definition.name if definition.name in names else MODULE)


def _most(things: Iterable[_Thing | None]) -> _Thing | None:
    """The most frequent, of several the first; None where there is none."""
    counts = Counter(thing for thing in things if thing is not None)
    return counts.most_common(1)[0][0] if counts else None
