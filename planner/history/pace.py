"""The pace that snapshots record, and what it makes of a target: a range, from the fastest reading to the slowest.

Two laws bracket what is to come. By the first the yield goes on: as many points a test as before. By the second each
test covers the same part of what is missing then, so that returns diminish and the missing falls exponentially: the
form that Goel and Okumoto give to errors not yet found ("Time-Dependent Error-Detection Rate Model for Software
Reliability", IEEE Transactions on Reliability R-28, 1979). Each is read from the last wave and from all together.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import exp, log
from typing import get_args

from planner.model.history import Circumstances, Snapshot
from planner.model.pace import LEAST, PACE_UNITS, Law, PaceUnit, Reading, Source, Wave, Worked, Yield
from planner.model.wish import DAYS_OF, Pace

LAWS: tuple[Law, ...] = get_args(Law)

_HALF_A_POINT = 0.5
"""Nothing is missing when less than half a point is: an exponential never gets to none."""


def find_waves(snapshots: Sequence[Snapshot], worked: Mapping[str, Worked] | None = None) -> tuple[Wave, ...]:
    """The work between each snapshot and the next; `worked` by the key of the later one."""
    known = worked or {}
    return tuple(
        Wave(start, end, known.get(end.key), _other_rules(start.circumstances, end.circumstances))
        for start, end in pairwise(snapshots)
    )


def _other_rules(old: Circumstances, new: Circumstances) -> str:
    """Which circumstances differ, so that a change of the total is not all work."""
    names = [
        *(["branch mode"] if old.branch != new.branch else []),
        *(["coverage.py's version"] if old.counted_by != new.counted_by else []),
        *(each for each in sorted({*old.settings, *new.settings}) if old.settings.get(each) != new.settings.get(each)),
    ]
    return f"counted otherwise ({', '.join(names)})" if names else ""


def wave_yields(waves: Sequence[Wave]) -> Iterator[Yield]:
    """What each wave brought, in each unit that is known of it."""
    for wave in waves:
        for unit in PACE_UNITS:
            if found := wave.yielded(unit):
                points, amount = found
                yield Yield(unit, points, amount, _decay(wave.start.totals.missing_points, points))


def _decay(missing: int, points: int) -> float:
    """By how much the logarithm of what is missing falls when so many points of it are covered."""
    return log(missing / max(missing - points, _HALF_A_POINT)) if missing else 0.0


def joined(yields: Sequence[Yield]) -> Yield:
    """All of them as one."""
    return Yield(
        yields[0].unit,
        sum(each.points for each in yields),
        sum((each.amount for each in yields), Fraction(0)),
        sum(each.decay for each in yields),
        sum(each.waves for each in yields),
    )


def last_of(yields: Sequence[Yield]) -> Yield | None:
    """The last wave, with those before it that it takes to be one; None where all are less than that."""
    for size in range(1, len(yields) + 1):
        tail = joined(yields[-size:])
        if tail.amount >= LEAST[tail.unit]:
            return tail
    return None


def find_sources(yields: Sequence[Yield]) -> tuple[tuple[Source, Yield], ...]:
    """The last wave, and all where they are more than that; nothing where that is too little."""
    last = last_of(yields)
    if last is None:
        return ()
    every: list[tuple[Source, Yield]] = [("all waves", joined(yields))] if last.waves < len(yields) else []
    return ("last wave", last), *every


def find_readings(yields: Sequence[Yield], need: int, missing: int) -> Iterator[Reading]:
    """What `need` points of those `missing` take by both laws from each source; `yields` are of one unit.

    From a source that gained nothing neither law gets there.
    """
    for source, found in find_sources(yields):
        for law in LAWS:
            needed = amount_for(found, law, need, missing)
            yield Reading(found.unit, law, source, Fraction(found.points), found.amount, needed)


def amount_for(found: Yield, law: Law, need: int, missing: int) -> float | None:
    """Tests, hours or weeks until `need` points of those `missing` are covered; None where that is never."""
    if need <= 0:
        return 0.0
    if found.points <= 0 or found.share <= 0 or need > missing:
        return None
    return float(need / found.rate) if law == "goes on" else _decay(missing, need) / found.share


def points_from(found: Yield, law: Law, amount: Fraction, missing: int) -> float:
    """Points of those `missing` that so many more tests, hours or weeks bring; none from a yield of none."""
    if found.points <= 0 or found.share <= 0:
        return 0.0
    if law == "goes on":
        return min(float(amount * found.rate), float(missing))
    return missing * (1 - exp(-found.share * float(amount)))


def stated_readings(paces: Sequence[Pace], known: Sequence[Reading], need: int) -> Iterator[Reading]:
    """What a stated pace makes of it: in points a test, an hour or a period; or in hours or tests a period.

    The latter turn the slowest and the fastest of the recorded hours or tests into weeks.
    """
    for pace in paces:
        text = f"{float(pace.amount):.4g} {pace.of}/{pace.period}"
        if pace.of == "points":
            yield from _of_points(pace, need, text)
        elif pace.period in DAYS_OF:
            weekly = pace.amount * 7 / DAYS_OF[pace.period]
            for each in known:
                if each.unit == pace.of and each.needed is not None:
                    amount = each.amount / weekly
                    yield Reading("weeks", each.law, "stated", each.points, amount, each.needed / float(weekly), text)


def _of_points(pace: Pace, need: int, text: str) -> Iterator[Reading]:
    units: Mapping[str, PaceUnit] = {"test": "tests", "hour": "hours"}
    if pace.period in units:
        unit, amount = units[pace.period], Fraction(1)
    elif pace.period in DAYS_OF:
        unit, amount = "weeks", DAYS_OF[pace.period] / 7
    else:
        return
    yield Reading(unit, "goes on", "stated", pace.amount, amount, float(need * amount / pace.amount), text)


def ladder_paces(waves: Sequence[Wave]) -> tuple[Pace, ...]:
    """Points a week of the last wave and of all, and tests a week, for the rungs of a ladder; only what rises."""
    yields = [each for each in wave_yields(waves) if each.unit == "weeks"]
    points = [Pace(found.rate, "points", "week") for _, found in find_sources(yields) if found.rate > 0]
    return tuple(dict.fromkeys(points))
