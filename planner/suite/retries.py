"""One outcome for each test, where reports have several: retries, several jobs, a failure and then its clearing up."""

from collections.abc import Iterable

from planner.model.outcomes import Ending, TestOutcome

_FURTHEST: tuple[Ending, ...] = ("passed", "xfailed", "failed", "error", "skipped")
"""By how much of the test ran, at least once: what passed in one job and was skipped in another did run."""


def settle(outcomes: Iterable[TestOutcome]) -> tuple[TestOutcome, ...]:
    """Of each test the outcome in which most of it ran, the first of those; in the order of first mention.

    A retry that passed counts. What passed and then could not clear up is no retry: it counts as the error that it is.
    Seconds are those of that outcome.
    """
    best: dict[tuple[str | None, str, str], TestOutcome] = {}
    for each in outcomes:
        key = (each.path, each.scope, each.name)
        old = best.get(key)
        if old is None or _counts_more(each, old):
            best[key] = each
    return tuple(best.values())


def _counts_more(new: TestOutcome, old: TestOutcome) -> bool:
    if _is_late(new):
        return old.ending in ("passed", "xfailed")
    return _FURTHEST.index(new.ending) < _FURTHEST.index(old.ending)


def _is_late(outcome: TestOutcome) -> bool:
    return outcome.ending == "error" and outcome.phase == "teardown"
