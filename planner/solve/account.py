"""An option from its tests: every figure that is shown of it, and what it leaves out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from planner.model.option import Count, Deadline, LeftOut, Opened, Option, Requirement, Step
from planner.model.plan import MILLI, Candidate, Effort, Seam
from planner.model.problem import BodyKey
from planner.model.wish import DAYS_OF, Wish
from planner.solve.ceiling import find_ceiling
from planner.solve.tally import Ground, Tally
from planner.solve.way import Chosen, probability_of

MEASURE_QUARTERS = 4
FEWEST_BETWEEN, MOST_BETWEEN = 3, 10
"""Measure again after a quarter of the steps, but no less than 3 and no more than 10: what is left is then planned
from facts. In replay, plans made anew reached three quarters of the gap with less work than those made once."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an option is about: its key, name and story, the candidates it may choose from, and why others are out."""

    key: str
    name: str
    story: str
    candidates: tuple[Candidate, ...]
    outside: str = ""


def account(subject: Subject, chosen: Chosen, ground: Ground, every: Sequence[Candidate]) -> Option:
    """The option that these tests make. `every` are the candidates of all options together."""
    taken = mended_first(chosen.candidates)
    tally, steps, count = _write(taken, ground)
    gain, probability = tally.gain.range, probability_of(tally)
    ceiling, ceiling_total = find_ceiling(subject.candidates, ground)
    return Option(
        key=subject.key,
        name=subject.name,
        story=subject.story,
        steps=steps,
        gain=gain,
        points_gained=gain.p50,
        points_after=ground.today.covered_points + gain.p50,
        points_total_after=ground.today.points + tally.entered,
        whole_tree_points_after=ground.whole_tree.covered_points + gain.p50,
        whole_tree_total=ground.whole_tree.points,
        shortfall=max(0, tally.need - gain.p50),
        probability=probability,
        confidence=ground.wish.confidence,
        ceiling=ceiling,
        ceiling_total=ceiling_total,
        reaches_ceiling=probability >= ground.wish.confidence or _is_within(ceiling, ceiling_total, ground),
        bound_gap=chosen.bound_gap,
        tests=count,
        import_time_points=sum(step.import_time_gain for step in steps),
        effort=sum((step.effort for step in steps), Effort()),
        new_seams=tuple(_opened(steps)),
        left_out=tuple(_left_out(subject, tally, ground, every)),
        measure_after=_measure_after(steps),
        requirements=tuple(_requirements(tally, ground)),
        deadline=_deadline(sum((step.effort for step in steps), Effort()), ground.wish),
    )


def mended_first(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The same order but for mendings, which come first: what runs again need not be written."""
    return tuple(sorted(candidates, key=lambda each: not each.mends))


def _is_within(ceiling: int, total: int, ground: Ground) -> bool:
    return ground.need(total - ground.today.points) <= ceiling - ground.today.covered_points


def measure_after(steps: int) -> tuple[int, ...]:
    """The numbers of the steps after which to measure and plan again."""
    between = min(MOST_BETWEEN, max(FEWEST_BETWEEN, ceil(steps / MEASURE_QUARTERS)))
    return tuple(range(between, steps, between))


def _measure_after(steps: Sequence[Step]) -> tuple[int, ...]:
    """The same, and first of all after what is mended: that strays most, and what it lacks can be planned anew."""
    mended = sum(1 for step in steps if step.candidate.mends)
    places = measure_after(len(steps))
    return (mended, *(place for place in places if place > mended)) if 0 < mended < len(steps) else places


def _write(candidates: Sequence[Candidate], ground: Ground) -> tuple[Tally, tuple[Step, ...], Count]:
    """The steps with marginal gains in whole points that the running total passes, so that they add up.

    The count is of the tests after which the target is met as expected, and of all, which make it as sure as asked.
    Mendings are no tests to write.
    """
    tally, steps, tests, expected = Tally(ground), list[Step](), 0, None
    for order, candidate in enumerate(candidates, start=1):
        points, imported, files = tally.points, tally.imported, frozenset(tally.files)
        changed = candidate.branch if candidate.key in tally.written else candidate.entry
        before = tally.left.covered(changed)
        taken = tally.add(candidate)
        gained = tally.points - points
        on_import = min(gained, (tally.imported - imported) // MILLI)
        pairs = zip(changed, before, tally.left.covered(changed), strict=True)
        covers = {key: now - was for key, was, now in pairs if now > was}
        if changed is candidate.branch:  # as the first test has them
            covers = {key: covers[key] for key in (*candidate.entry, *changed) if key in covers}
        imports = tuple(sorted(tally.files - files))
        test, built, begins = tally.written[candidate.key], taken.new_seams, taken.starts_module
        steps.append(Step(order, candidate, test, gained, on_import, taken.effort, built, begins, covers, imports))
        tests += not candidate.mends
        if expected is None and ground.target and tally.points >= tally.need:
            expected = tests
    return tally, tuple(steps), Count(tests if expected is None else expected, tests)


def _opened(steps: Sequence[Step]) -> Iterator[Opened]:
    """The doubles that are built, most points behind them first."""
    behind: dict[str, int] = {}
    for step in steps:
        for kind in {seam.kind for seam in step.candidate.needs_building}:
            behind[kind] = behind.get(kind, 0) + step.marginal_gain
    new: list[Seam] = [seam for step in steps for seam in step.new_seams]
    for seam in sorted(new, key=lambda each: (-behind[each.kind], each.kind)):
        yield Opened(seam, behind[seam.kind])


def _left_out(subject: Subject, tally: Tally, ground: Ground, every: Sequence[Candidate]) -> Iterator[LeftOut]:
    """Where points stay missing that tests could reach: in the option but not needed, and outside it."""
    forecast = ground.forecast
    mine = {key for each in subject.candidates for key in each.bodies}
    touched = set(tally.left)
    yield from _part("that need not be touched", forecast.gaps, mine - touched)
    if subject.outside:
        others = {key for each in every for key in each.bodies} - mine - touched
        yield from _part(subject.outside, forecast.gaps, others)


def _part(reason: str, gaps: Mapping[BodyKey, int], keys: set[BodyKey]) -> Iterator[LeftOut]:
    points = sum(gaps.get(key, 0) for key in keys)
    if points:
        yield LeftOut(reason, points, len({path for path, _ in keys}))


def _deadline(effort: Effort, wish: Wish) -> Deadline | None:
    """Whether the P80 of the work fits into the hours until the day asked for."""
    if wish.by is None or wish.today is None:
        return None
    days = (wish.by - wish.today).days
    paces = [pace.amount / DAYS_OF[pace.period] for pace in wish.paces if pace.of == "hours" and pace.period in DAYS_OF]
    hours = float(min(paces) * days) if paces else None
    weekly = effort.p80 * 7 / days if days else effort.p80
    return Deadline(wish.by, days, hours, weekly, is_enough=hours is not None and effort.p80 <= hours)


def _requirements(tally: Tally, ground: Ground) -> Iterator[Requirement]:
    for pattern, percent, counts, paths in ground.required():
        after = counts.covered_points + tally.gain_within(paths).range.p50
        yield Requirement(pattern, percent, counts, after)
