"""The fixture behind failures in many places: every test that uses it fails, and they say the same."""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence

from planner.model.blocked import Definition
from planner.model.outcomes import TestOutcome
from planner.model.seams import UnitKey
from planner.suite.causes.faults import Fault
from planner.suite.causes.folding import without_passing
from planner.suite.causes.named import fixture_definition
from planner.suite.causes.places import Evidence

_WIDE = re.compile(r"scope\s{0,9}=\s{0,9}[\"'](?:session|package|module|class)[\"']")
_DECORATOR = 8
"""So many lines of decorators are searched before `def`."""

FEWEST_USERS = 3
"""A fixture is blamed for what its tests say only when so many test functions use it, and none of them passed."""


def shared_fixtures(
    faults: Sequence[Fault], outcomes: Sequence[TestOutcome], evidence: Evidence
) -> Iterator[tuple[int, Hashable]]:
    """The numbers of faults that a fixture explains, with what they have in common."""
    broken = broken_fixtures(outcomes, evidence)
    for number, fault in enumerate(faults):
        fixture = next(iter(_used(fault, evidence, broken)), None)
        if fixture and fault.outcome.phase == "call" and not (fault.mark and fault.mark.merges):
            said = without_passing(fault.message) if fault.is_assertion else fault.folded
            yield number, ("fixture", fixture, fault.raised, said)


def broken_fixtures(outcomes: Sequence[TestOutcome], evidence: Evidence) -> Mapping[UnitKey, int]:
    """Fixture -> the test functions that use it, for those of which enough ran and none passed."""
    ran: dict[UnitKey, bool] = {}
    for each in outcomes:
        if each.path and each.unit and each.ending != "skipped":
            key = (each.path, each.unit)
            ran[key] = ran.get(key, False) or each.ending in ("passed", "xfailed")
    users: dict[UnitKey, list[bool]] = defaultdict(list)
    for test, passed in ran.items():
        for fixture in evidence.fixtures.get(test, ()):
            users[fixture].append(passed)
    return {key: len(found) for key, found in users.items() if len(found) >= FEWEST_USERS and not any(found)}


def common_fixture(faults: Sequence[Fault], broken: Mapping[UnitKey, int], evidence: Evidence) -> UnitKey | None:
    """The broken fixture that the tests of all these faults use, the one with most users; None where there is none."""
    used = [_used(fault, evidence, broken) for fault in faults]
    return next((key for key in used[0] if all(key in each for each in used)), None) if used else None


def widest_fixture(faults: Sequence[Fault], evidence: Evidence) -> Definition | None:
    """The fixture of session or module scope that all these tests use, of several the last that is made."""
    tests = [(fault.outcome.path or "", fault.outcome.unit or "") for fault in faults]
    first, *others = [evidence.fixtures.get(test, ()) for test in tests]
    shared = [key for key in first if all(key in each for each in others) and _is_wide(key, evidence)]
    return next((found for key in reversed(shared) if (found := fixture_definition(key, evidence))), None)


def _is_wide(key: UnitKey, evidence: Evidence) -> bool:
    """Whether the fixture is made once for several tests, by its decorator."""
    found = fixture_definition(key, evidence)
    if found is None:
        return False
    lines = evidence.read(key[0]).split("\n")[found.line - 1 : found.line - 1 + _DECORATOR]
    end = next((at for at, line in enumerate(lines) if line.lstrip().startswith(("def ", "async def "))), len(lines))
    return _WIDE.search("\n".join(lines[:end])) is not None


def _used(fault: Fault, evidence: Evidence, broken: Mapping[UnitKey, int]) -> list[UnitKey]:
    """The broken fixtures that the test uses, the one with most users first."""
    test = (fault.outcome.path or "", fault.outcome.unit or "")
    return sorted(
        (key for key in evidence.fixtures.get(test, ()) if key in broken), key=lambda key: (-broken[key], key)
    )
