"""What mending the causes that stop tests would give and cost: tests and points, in the order to mend them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from planner.forecast.mending import mending_rates
from planner.forecast.rerun import Batch, Coverable, rerun_chances
from planner.model.blocked import Cause, Mending, Order, Passing
from planner.model.chance import Gain, sigmas
from planner.model.plan import MILLI, Effort, Range, Spread
from planner.model.problem import MILLION, BodyKey


@dataclass(frozen=True, slots=True)
class Rerun:
    """What runs again when a cause is mended.

    `tests` as `Mending.runs_again`, `uncounted` those of them that no report knows. `imports` are the files whose
    import-time lines only run then, with their missing points.
    """

    cause: Cause
    tests: int
    uncounted: int = 0
    batches: Sequence[Batch] = ()
    imports: Mapping[str, int] = field(default_factory=dict)


def forecast_mendings(
    reruns: Iterable[Rerun],
    today: Passing,
    ground: Coverable | None,
    given: Mapping[str, Effort] | None = None,
    order: Order | Sequence[str] = "tests",
) -> tuple[Mending, ...]:
    """A mending for each cause, those first that give most per hour, each with the running forecast.

    `given` are the user's own efforts by key of the cause. Without `ground` (no coverage) no points are forecast. An
    `order` of keys takes these causes alone, as they come. Every test is taken to pass once its cause is mended, so
    that `after` is the most that can be hoped for.
    """
    alone = {each.cause.key: _alone(each, ground, given or {}) for each in reruns}
    if order in ("tests", "points"):
        listed = sorted(alone.values(), key=lambda each: _rank(each, by_points=order == "points"))
    else:
        listed = [alone[key] for key in order]
    return tuple(_in_turn(listed, today, ground))


def _rank(each: Mending, *, by_points: bool) -> tuple[float, float, str]:
    tests, points = -each.tests_per_hour, -each.points_per_hour
    return (points, tests, each.cause.key) if by_points else (tests, points, each.cause.key)


def _alone(rerun: Rerun, ground: Coverable | None, given: Mapping[str, Effort]) -> Mending:
    """The mending with nothing mended before it."""
    cause = rerun.cause
    entry = rerun_chances(rerun.batches, ground) if ground else {}
    weights = ground.forecast.bodies if ground else {}
    body = sum(weights.get(key, 0) * chance // MILLION for key, chance in entry.items())
    imported = sum(rerun.imports.values()) * MILLI if ground else 0
    return Mending(
        cause=cause,
        effort=given.get(cause.key) or mending_rates().hours[cause.kind].effort,
        points=None,
        after=Passing(0, 0),
        runs_again=rerun.tests,
        uncounted=rerun.uncounted,
        alone=_range(body, imported, (body + imported) // MILLI, ground) if ground else None,
        alone_milli=body + imported,
        entry=entry,
        imports=dict(sorted(rerun.imports.items())) if ground else {},
        is_given=cause.key in given,
    )


def _in_turn(mendings: Sequence[Mending], today: Passing, ground: Coverable | None) -> Iterable[Mending]:
    """The mendings with what each adds to those before it. Whole points are those that the running total passes."""
    now, running = today, _Running(ground)
    for each in mendings:
        now = Passing(now.passed + each.runs_again, now.judged + each.uncounted)
        yield replace(each, after=now, points=running.add(each))


class _Running:
    """The union of mendings: what is left of each function, the files imported, and all that was gained."""

    def __init__(self, ground: Coverable | None) -> None:
        self._ground = ground
        self._left: dict[BodyKey, int] = {}
        self._files: set[str] = set()
        self._milli = 0

    def add(self, each: Mending) -> Range | None:
        """The points that one more mending adds; None without coverage."""
        if self._ground is None:
            return None
        body = sum(self._cover(key, chance, self._ground) for key, chance in each.entry.items())
        imported = sum(points for path, points in each.imports.items() if path not in self._files) * MILLI
        self._files |= each.imports.keys()
        before, self._milli = self._milli, self._milli + body + imported
        return _range(body, imported, self._milli // MILLI - before // MILLI, self._ground)

    def _cover(self, key: BodyKey, chance: int, ground: Coverable) -> int:
        weight, left = ground.forecast.bodies.get(key, 0), self._left.get(key, MILLION)
        self._left[key] = left * (MILLION - chance) // MILLION
        return weight * left // MILLION - weight * self._left[key] // MILLION


def _range(body: int, imported: int, whole: int, ground: Coverable) -> Range:
    """`whole` points as expected, with the spread that forecasts of mendings have."""
    rates = mending_rates().points
    offset, spread = round(rates.spread_offset * MILLI), rates.spread_of((body + imported) / MILLI)
    most = sum(ground.forecast.gaps.values()) * MILLI + imported + offset
    gain = Gain(body + offset, imported, 0, most, Spread(spread, 0.0, ground.rates.item_import_spread))
    low, high = (int(gain.at(each) - rates.spread_offset) for each in (sigmas(0.1), sigmas(0.9)))
    return Range(max(0, min(low, whole)), whole, max(high, whole))
