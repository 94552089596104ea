"""Where a plan would start if some of its tests were written, or some doubles were there, by the same arithmetic.

What is assumed counts as the forecast has it, without its spread: a plan made from here is as unsure as its own tests.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from planner.model.measurement import Counts
from planner.model.plan import MILLI, Candidate, Forecast, Range, folder_of
from planner.model.problem import MILLION, BodyKey
from planner.solve.options import Field
from planner.solve.tally import Ground, Tally

ASSUMED = "assumed"
"""What stands where a double's place would stand."""


def with_free_seams(candidates: Iterable[Candidate], kinds: Collection[str]) -> tuple[Candidate, ...]:
    """The candidates, as if the project's tests had doubles for these kinds of seams."""
    return tuple(_freed(each, kinds, ASSUMED) for each in candidates)


def with_done(field: Field, ground: Ground, done: Iterable[BodyKey]) -> tuple[Field, Ground]:
    """What is left to choose from and where it starts, when tests of these candidates are written, one for each key.

    Raises KeyError for a key that no candidate has, and ValueError for more tests than a candidate has.
    """
    by_key = {each.key: each for each in field.candidates}
    tally = Tally(ground)
    for key in done:
        tally.add(by_key[key])
        if tally.written[key] > by_key[key].tests:
            raise ValueError(key)
    left = replace(ground, forecast=_left(ground.forecast, tally))
    kept = [_after(each, tally, left) for each in field.candidates if tally.written.get(each.key, 0) < each.tests]
    gained, entered = _by_file(tally), {path: ground.entering[path] for path in tally.files & ground.entering.keys()}
    files = {**ground.files, **{path: Counts(statements=points) for path, points in entered.items()}}
    assumed = replace(
        left,
        forecast=replace(left.forecast, candidates=tuple(kept)),
        today=_more(ground.today, tally.points, tally.entered),
        whole_tree=_more(ground.whole_tree, tally.points),
        entering={path: points for path, points in ground.entering.items() if path not in tally.files},
        files={path: _more(counts, gained.get(path, 0)) for path, counts in files.items()},
    )
    missing = {path: max(0, points - gained.get(path, 0)) for path, points in field.missing_in.items()}
    return replace(
        field,
        candidates=tuple(kept),
        missing_in=missing,
        is_tested={path: was or path in tally.begun for path, was in field.is_tested.items()},
    ), assumed


def _more(counts: Counts, covered: int, points: int = 0) -> Counts:
    """So many points more covered, statements first, and so many statements more in all."""
    statements = counts.statements + points
    first = min(covered, statements - counts.covered_statements)
    return Counts(
        statements,
        counts.covered_statements + first,
        counts.branches,
        min(counts.branches, counts.covered_branches + covered - first),
    )


def _by_file(tally: Tally) -> dict[str, int]:
    """Whole points that are covered by now in each file; those of cores belong to none."""
    milli: dict[str, int] = {}
    forecast = tally.ground.forecast
    for key in tally.left:
        if key in forecast.gaps:
            milli[key[0]] = milli.get(key[0], 0) + tally.covered(key)
    for path in tally.files:
        milli[path] = milli.get(path, 0) + forecast.imports.get(path, 0) * MILLI
    return {path: each // MILLI for path, each in milli.items()}


def _left(forecast: Forecast, tally: Tally) -> Forecast:
    """What is still to be had of each body and file."""
    return replace(
        forecast,
        bodies={key: weight - tally.covered(key) for key, weight in forecast.bodies.items()},
        gaps={key: points - tally.covered(key) // MILLI for key, points in forecast.gaps.items()},
        imports={path: points for path, points in forecast.imports.items() if path not in tally.files},
        gifts=_scaled(forecast.gifts, forecast, tally),
    )


def _scaled(gifts: Mapping[BodyKey, int], forecast: Forecast, tally: Tally) -> dict[BodyKey, int]:
    """What functions gave to cores, less what of these is covered."""
    left = {core[0]: tally.left[core] for core in tally.left if core not in forecast.gaps}
    return {key: gift * left.get(f"{folder_of(key[0])}/", MILLION) // MILLION for key, gift in gifts.items()}


def _after(candidate: Candidate, tally: Tally, ground: Ground) -> Candidate:
    """The candidate with the tests that are left of it, what they cost then, and what they gain alone."""
    written = tally.written.get(candidate.key, 0)
    freed = _freed(candidate, tally.built, "built by a test that is done")
    after = replace(
        freed,
        tests=candidate.tests - written,
        first=candidate.further if written else candidate.first,
        entry=candidate.branch if written else candidate.entry,
        imports={path: points for path, points in candidate.imports.items() if path not in tally.files},
        starts_module=candidate.starts_module and candidate.path not in tally.begun,
    )
    return _regained(after, _alone(after, ground), _alone(candidate, tally.ground))


def _freed(candidate: Candidate, kinds: Collection[str], have: str) -> Candidate:
    if not any(seam.kind in kinds for seam in candidate.needs_building):
        return candidate
    seams = tuple(
        replace(seam, needs_building=False, have=have) if seam.needs_building and seam.kind in kinds else seam
        for seam in candidate.seams
    )
    still = sum(1 for seam in seams if seam.needs_building)
    features = {**candidate.features, "seams": still} if "seams" in candidate.features else candidate.features
    return replace(candidate, seams=seams, features=features)


def _alone(candidate: Candidate, ground: Ground) -> int:
    tally = Tally(ground)
    for _ in range(candidate.tests):
        tally.add(candidate)
    return tally.milli


def _regained(candidate: Candidate, now: int, before: int) -> Candidate:
    """What it gains alone shrinks as what its tests cover alone does."""
    if now == before or not before:
        return candidate
    gain = candidate.gain
    return replace(
        candidate,
        gain_milli=candidate.gain_milli * now // before,
        gain=Range(*(points * now // before for points in (gain.p10, gain.p50, gain.p90))),
    )
