"""From failing tests to what stops them: failures grouped by root cause, each with the place to look at first.

In here: tracebacks, messages and facts, compared. Not in here: what mending takes and brings.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from planner.model.blocked import BlockedTest, Cause, SkippedGroup, Tally
from planner.model.outcomes import Ending, TestOutcome
from planner.suite.causes.faults import fault_of
from planner.suite.causes.folding import without_passing
from planner.suite.causes.groups import group
from planner.suite.causes.places import Evidence, Places
from planner.suite.causes.shared import broken_fixtures
from planner.suite.causes.telling import blocked, tell
from planner.suite.retries import settle

__all__ = ["Evidence", "Found", "find_causes"]

_NONE: Mapping[Ending, int] = {}


@dataclass(frozen=True, slots=True)
class Found:
    """What stops tests. `causes` are in the order of tests blocked, then of keys; every failing test is in one of them.

    Only of the `unblamed` nothing is known but that they failed. `notices` say what a reader must know of the counts.
    """

    causes: tuple[Cause, ...]
    unblamed: tuple[BlockedTest, ...]
    skips: tuple[SkippedGroup, ...]
    tally: Tally
    notices: tuple[str, ...] = ()


def find_causes(outcomes: Sequence[TestOutcome], evidence: Evidence, unnamed: Mapping[Ending, int] = _NONE) -> Found:
    """The root causes of all that failed, from outcomes that are located, retries and all.

    `unnamed` are tests of which a log tells only how many ended so.
    """
    settled = settle(outcomes)
    places = Places(evidence)
    faults = [fault_of(each, places) for each in settled if each.ending in ("failed", "error")]
    told = [fault for fault in faults if not fault.says_nothing]
    groups = group(told, settled, evidence)
    return Found(
        causes=tell(groups, broken_fixtures(settled, evidence), evidence),
        unblamed=tuple(blocked(fault) for fault in faults if fault.says_nothing),
        skips=_skips(settled),
        tally=_tally(settled, unnamed),
        notices=tuple(_notices(outcomes, settled, unnamed)),
    )


def _skips(outcomes: Iterable[TestOutcome]) -> tuple[SkippedGroup, ...]:
    counts = Counter(without_passing(each.message) for each in outcomes if each.ending == "skipped")
    return tuple(SkippedGroup(reason, tests) for reason, tests in sorted(counts.items(), key=lambda x: (-x[1], x[0])))


def _tally(outcomes: Sequence[TestOutcome], unnamed: Mapping[Ending, int]) -> Tally:
    counts = Counter(each.ending for each in outcomes) + Counter(unnamed)
    return Tally(
        tests=counts.total(),
        passed=counts["passed"] + counts["xfailed"],
        failed=counts["failed"],
        errors=counts["error"],
        skipped=counts["skipped"],
    )


def _notices(
    outcomes: Sequence[TestOutcome], settled: Sequence[TestOutcome], unnamed: Mapping[Ending, int]
) -> Iterator[str]:
    good = {(each.path, each.scope, each.name) for each in settled if each.ending in ("passed", "xfailed")}
    flaky = {
        key
        for each in outcomes
        if each.ending in ("failed", "error") and (key := (each.path, each.scope, each.name)) in good
    }
    if flaky:
        yield f"{len(flaky)} test(s) failed in one run and passed in another: counted as passed"
    if lost := unnamed.get("failed", 0) + unnamed.get("error", 0):
        yield f"{lost} failing test(s) are counted in a log that does not name them: they are in no cause"
    files = sum(each.phase == "collection" and each.ending in ("failed", "error") for each in settled)
    if files:
        yield f"{files} test file(s) could not be collected: each counts as one test of the report"
