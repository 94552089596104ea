"""The stories of pace: what the kept snapshots make of a target and a claim, and a ladder with dates from it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from planner.config import parse_percent
from planner.errors import InputError
from planner.git.tests import read_test_growth
from planner.history.claim import judge
from planner.history.pace import find_readings, find_waves, ladder_paces, stated_readings, wave_yields
from planner.history.papers import list_plans, list_work
from planner.history.receipt import compare
from planner.history.store import Kept, list_snapshots, read_snapshot
from planner.history.why import explain_change
from planner.measure import is_test_path
from planner.model.history import Snapshot
from planner.model.measurement import Counts
from planner.model.option import Outcome
from planner.model.pace import (
    HOURS,
    PACE_UNITS,
    PaceClaim,
    PaceReport,
    PaceUnit,
    Reading,
    TestGrowth,
    Wave,
    Worked,
    Yield,
)
from planner.model.receipt import Work
from planner.model.target import Meaning, Rules, Target, Total, version_numbers
from planner.model.wish import Wish


@dataclass(frozen=True, slots=True)
class PaceQuestion:
    """What is asked: a percent as written (`35`, `+2`), its meaning, a claim, and whether git is to be read.

    Of the wish, the stated paces, the noise and today are used.
    """

    percent: str | None = None
    meaning: Meaning = "exact"
    total: Total = "measured"
    claim: PaceClaim | None = None
    has_git: bool = False
    wish: Wish = field(default_factory=Wish)


def make_pace(root: Path, store: Path, question: PaceQuestion) -> PaceReport:
    """The pace of the store's snapshots, the readings for a target, the verdicts on a claim, tests by git if asked.

    Raises InputError for a store that cannot be read, or where neither snapshots nor git are there to read.
    """
    if not store.exists() and not question.has_git:
        raise InputError(
            f"{store}: nothing is kept yet: gapplan snapshot keeps a measurement, and --git reads git alone"
        )
    kept = _in_order(list_snapshots(store)) if store.exists() else Kept(())
    waves = find_waves(kept.snapshots, _worked(store, kept.snapshots))
    yields = tuple(wave_yields(waves))
    today = kept.snapshots[-1].totals if kept.snapshots else Counts()
    target = _target(question, kept.snapshots)
    need = target.shortfall(today) if target else 0
    readings = tuple(_readings(yields, question.wish, need, today)) if target and need else ()
    report = PaceReport(
        project=root.name,
        snapshots=kept.snapshots,
        waves=waves,
        yields=yields,
        target=target,
        need=need,
        readings=readings,
        tests_by_git=_growth(root) if question.has_git else None,
        today=question.wish.today,
        notices=tuple(_notices(kept, waves, question, _work(store))),
    )
    return replace(report, verdicts=tuple(judge(question.claim, report)) if question.claim else ())


def _in_order(kept: Kept) -> Kept:
    """By the moments at which they were taken: old releases may be measured, and kept, after new ones."""
    return replace(kept, snapshots=tuple(sorted(kept.snapshots, key=lambda each: each.taken)))


def _target(question: PaceQuestion, snapshots: Sequence[Snapshot]) -> Target | None:
    """The percent asked for, or else that of the claim, on what the last snapshot measured."""
    claimed = question.claim.goal if question.claim else None
    if not snapshots or (question.percent is None and claimed is None):
        return None
    last = snapshots[-1]
    percent = parse_percent(question.percent, last.totals.percent) if question.percent else claimed or Fraction(0)
    version = last.circumstances.counted_by
    return Target(percent, question.meaning, "measured", Rules(0, version_numbers(version) if version else None))


def _readings(yields: Sequence[Yield], wish: Wish, need: int, today: Counts) -> Iterator[Reading]:
    """Recorded ones by unit, then what the stated paces make of it."""
    known = [each for unit in PACE_UNITS for each in find_readings(_of(yields, unit), need, today.missing_points)]
    yield from known
    yield from stated_readings(wish.paces, known, need)


def _of(yields: Iterable[Yield], unit: PaceUnit) -> list[Yield]:
    return [each for each in yields if each.unit == unit]


def _growth(root: Path) -> TestGrowth | str:
    found = read_test_growth(root, is_test_path)
    return found if isinstance(found, TestGrowth) else found.reason


def _work(store: Path) -> tuple[Work, ...]:
    return list_work(store) if store.exists() else ()


def _worked(store: Path, snapshots: Sequence[Snapshot]) -> dict[str, Worked]:
    """By the key of the later of two snapshots: what was entered between them, where no hours are noted with it."""
    entered = [each for each in _work(store) if each.hours is not None]
    found: dict[str, Worked] = {}
    for start, end in pairwise(snapshots):
        mine = [each for each in entered if start.taken < each.noted <= end.taken]
        if mine and HOURS not in end.metrics:
            found[end.key] = _receipts(store, start, end, mine)
    return found


def _receipts(store: Path, start: Snapshot, end: Snapshot, work: Sequence[Work]) -> Worked:
    """The points that receipts put down to the tasks whose hours were entered."""
    change = explain_change(read_snapshot(store, start.key), read_snapshot(store, end.key))
    plans = list_plans(store, {each.plan for each in work})
    tasks = [task for plan in plans for task in compare(plan, change, work).tasks if task.hours is not None]
    return Worked(
        points=sum(task.actual for task in tasks),
        tests=sum(task.written for task in tasks),
        hours=sum(task.hours or 0.0 for task in tasks),
    )


def _notices(kept: Kept, waves: Sequence[Wave], question: PaceQuestion, work: Iterable[Work]) -> Iterator[str]:
    """What a reader must know before believing the pace."""
    if question.claim and not kept.snapshots:
        yield "there is no snapshot to hold the claim against"
    if question.total == "whole-tree":
        yield "snapshots hold what is measured, so the target is judged on that and not on the whole tree"
    for each in kept.damaged:
        yield f"left out: {each.reason}"
    for wave in waves:
        name = f"the wave up to snapshot {wave.end.key}"
        if wave.left_out:
            yield f"{name} tells no pace: {wave.left_out}"
        elif wave.weeks <= 0:
            yield f"{name} ends in the moment in which it begins, so it tells nothing by the week"
        elif 0 < wave.gained <= question.wish.noise:
            yield f"{name} gained {wave.gained} points, which is within the noise of {question.wish.noise}"
    last = kept.snapshots[-1].taken if kept.snapshots else ""
    if late := [each for each in work if each.hours is not None and each.noted > last]:
        yield f"hours of {len(late)} test(s) were entered after the last snapshot: they count once the next is kept"


def at_recorded_pace(wish: Wish, store: Path | None) -> tuple[Wish, tuple[str, ...]]:
    """The wish with the recorded pace where it asks for a ladder and states none, and a notice that says so.

    A store that cannot be read costs no plan: the notice names the reason.
    """
    if not wish.ladder or wish.paces or store is None or not store.exists():
        return wish, ()
    try:
        snapshots = _in_order(list_snapshots(store)).snapshots
    except InputError as error:
        return wish, (f"no recorded pace for the ladder: {error}",)
    paces = ladder_paces(find_waves(snapshots))
    if not paces:
        return wish, (
            "no recorded pace for the ladder: the snapshots span too short a time, or the total did not rise",
        )
    rates = " or ".join(f"{float(pace.amount):.4g}" for pace in paces)
    notice = f"rungs are due by the recorded pace of {rates} points a week ({len(snapshots)} snapshots)"
    return replace(wish, paces=paces), (notice,)


def with_notices(outcome: Outcome, notices: tuple[str, ...]) -> Outcome:
    """The outcome, with more that a reader must know."""
    measured = outcome.measurement
    return replace(outcome, measurement=replace(measured, notices=(*measured.notices, *notices)))
