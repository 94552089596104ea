"""How far tests get for their hours: the curves of options, and of orders that need no forecast, to compare with.

The naive orders are those that coverage tools suggest: they finish one module before the next. Everything is judged by
the same forecast, so that the curves differ by the order alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from planner.model.measurement import Counts
from planner.model.option import Option
from planner.model.plan import Candidate, Range
from planner.model.story import Milepost, Route
from planner.solve.options import Field
from planner.solve.tally import Ground, Tally

MOST_MILEPOSTS = 120
"""Of a route; more than a picture has room for would only make it slow."""

HOURS_BEYOND = 3.0
"""Naive orders are followed up to so many times the hours of the longest option."""

Rank = Callable[[str, Mapping[str, Counts]], float]
"""Path and counts by path -> the smaller, the sooner."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Where a route ends: once as many points are expected as `points`, or more hours taken than `hours`."""

    points: int
    hours: float


def find_routes(options: Sequence[Option], choice: Field, ground: Ground) -> tuple[Route, ...]:
    """A curve for each option with steps of its own, and for the naive orders as far as options lead.

    The ladder takes the steps of another option, and so has none.
    """
    planned = [option for option in options if option.steps]
    routes = [
        Route(each.key, each.name, "option", trace([step.candidate for step in each.steps], ground)) for each in planned
    ]
    if not planned:
        return ()
    limit = Limit(max(each.points_gained for each in planned), HOURS_BEYOND * max(each.effort.p50 for each in planned))
    naive = ((name, naive_order(choice.candidates, ground, rank)) for name, rank in NAIVE.items())
    return (*routes, *(Route(name, name, "order", trace(order, ground, limit)) for name, order in naive))


def trace(tests: Sequence[Candidate], ground: Ground, limit: Limit | None = None) -> tuple[Milepost, ...]:
    """Where the tests lead, one entry per test, in this order; from today, at most MOST_MILEPOSTS places, the last too.

    Covered points are at most all that there are.
    """
    ends = _stretch(tests, ground, limit)
    kept = _spread(len(ends))
    tally, hours, found = Tally(ground), 0.0, []
    for place in range(len(ends) + 1):
        if place:
            hours += tally.add(ends[place - 1]).effort.p50
        if place in kept:
            found.append(_milepost(place, hours, tally))
    return tuple(found)


def naive_order(candidates: Sequence[Candidate], ground: Ground, rank: Rank) -> tuple[Candidate, ...]:
    """All tests to write, module by module: modules by rank, within one the most missing first."""
    counts = {**ground.files, **_entering(ground)}
    by_path: dict[str, list[Candidate]] = {}
    tests = (each for each in candidates if not each.mends)
    for each in sorted(tests, key=lambda each: (-each.missing, each.key)):
        by_path.setdefault(each.path, []).append(each)
    paths = sorted(by_path, key=lambda path: (rank(path, counts), path))
    return tuple(each for path in paths for each in by_path[path] for _ in range(each.tests))


def _entering(ground: Ground) -> dict[str, Counts]:
    """Files outside the data have nothing covered."""
    return {path: Counts(points) for path, points in ground.entering.items()}


def _most_missing(path: str, counts: Mapping[str, Counts]) -> float:
    return -counts[path].missing_points if path in counts else 0


def _lowest_percent(path: str, counts: Mapping[str, Counts]) -> float:
    return float(counts[path].percent) if path in counts else 0


NAIVE: Mapping[str, Rank] = {"most missing first": _most_missing, "lowest percent first": _lowest_percent}
"""What `coverage report --sort=-miss` and `--sort=cover` suggest."""


def _stretch(tests: Sequence[Candidate], ground: Ground, limit: Limit | None) -> Sequence[Candidate]:
    """The tests up to the limit, the one that passes it included."""
    if limit is None:
        return tests
    tally, hours = Tally(ground), 0.0
    for count, candidate in enumerate(tests, start=1):
        hours += tally.add(candidate).effort.p50
        if tally.points >= limit.points or hours > limit.hours:
            return tests[:count]
    return tests


def _spread(count: int) -> frozenset[int]:
    """Places from 0 to `count`, both included, spread evenly."""
    shown = min(count, MOST_MILEPOSTS - 1)
    return frozenset({0, *(count * place // shown for place in range(1, shown + 1))})


def _milepost(tests: int, hours: float, tally: Tally) -> Milepost:
    today, total = tally.ground.today.covered_points, tally.ground.today.points + tally.entered
    gain = tally.gain.range
    p10, p50, p90 = (min(total, today + each) for each in (gain.p10, gain.p50, gain.p90))
    return Milepost(tests, hours, Range(p10, p50, p90), total)
