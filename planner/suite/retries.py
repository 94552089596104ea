"""One outcome for each test, where reports have several: retries, several jobs, a failure and then its clearing up."""

from collections.abc import Iterable

from planner.model.outcomes import Ending, TestOutcome

_FURTHEST: tuple[Ending, ...] = ("passed", "xfailed", "failed", "error", "skipped")
"""By how much of the test ran, at least once: what passed in one job and was skipped in another did run."""


def settle(outcomes: Iterable[TestOutcome]) -> tuple[TestOutcome, ...]:
    """Of each test the outcome in which most of it ran, the first of those; in the order of first mention.

    Seconds are those of that outcome.
    """
    best: dict[tuple[str | None, str, str], TestOutcome] = {}
    for each in outcomes:
        key = (each.path, each.scope, each.name)
        old = best.get(key)
        if old is None or _FURTHEST.index(each.ending) < _FURTHEST.index(old.ending):
            best[key] = each
    return tuple(best.values())
