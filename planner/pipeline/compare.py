"""The story of two reports side by side: each is found by its name, and both must be of one kind."""

import os
import re
from fractions import Fraction
from pathlib import Path

from planner.errors import InputError
from planner.history.papers import list_plans, plan_keys
from planner.history.plan_file import read_plan_file
from planner.history.store import list_snapshots
from planner.measure import Progress, Request
from planner.model.compare import Aim, PlannedOption, PlannedTarget, PlanPair, PlanSide, SnapshotPair
from planner.model.history import Snapshot
from planner.model.option import Count
from planner.model.receipt import KeptPlan
from planner.pipeline.history import NOW, SHORTEST_KEY, Note, find_snapshot

_PERCENT = re.compile(r"\d{1,3}(\.\d{1,20})?")


def make_comparison(
    request: Request, store: Path | None, old: str, new: str, note: Note, progress: Progress
) -> PlanPair | SnapshotPair:
    """Two plans or two snapshots. Raises InputError for a name that fits nothing or several, and for a mixed pair.

    A plan is a file that `gapplan plan --format json` wrote, or the key of a kept one; a snapshot is named as
    `find_snapshot` takes it. Files are looked for in the current directory.
    """
    before, after = (_side(request, store, name, note, progress) for name in (old, new))
    match before, after:
        case PlanSide(), PlanSide():
            return PlanPair(before, after)
        case Snapshot(), Snapshot():
            return SnapshotPair(old, new, before, after)
    kinds = " and ".join(f"{name} is a {_kind(side)}" for name, side in ((old, before), (new, after)))
    raise InputError(f"{kinds}: two plans can stand side by side, or two snapshots")


def _kind(side: PlanSide | Snapshot) -> str:
    return "plan" if isinstance(side, PlanSide) else "snapshot"


def _side(request: Request, store: Path | None, name: str, note: Note, progress: Progress) -> PlanSide | Snapshot:
    place = Path.cwd() / name
    if os.path.exists(place) and not name.startswith("@"):
        return _in_file(request, place, name, note, progress)
    if name == NOW:
        return find_snapshot(request, place, NOW, note, progress)
    if store is None:
        raise InputError(f"{name}: no such file, and there is no place here where snapshots and plans are kept")
    return _kept(request, store, name, note, progress)


def _in_file(request: Request, place: Path, name: str, note: Note, progress: Progress) -> PlanSide | Snapshot:
    plan = None if place.is_dir() else read_plan_file(place, name)
    if plan:
        return plan
    try:
        return find_snapshot(request, place, str(place), note, progress)
    except InputError as error:
        raise InputError(f"{name}: no plan by gapplan plan --format json, and measured: {error}") from error


def _kept(request: Request, store: Path, name: str, note: Note, progress: Progress) -> PlanSide | Snapshot:
    try:
        wanted = [key for key in plan_keys(store) if len(name) >= SHORTEST_KEY and key.startswith(name)]
        plans = list_plans(store, wanted)
    except InputError as error:
        raise InputError(f"{name}: no such file, nor kept: {error}") from error
    found: list[PlanSide | Snapshot] = [_plan_side(each, store) for each in plans]
    try:
        found.append(find_snapshot(request, store, name, note, progress))
    except InputError as error:
        if not found:
            raise InputError(f"{error}; nor is a plan kept under that key") from error
    if len(found) != 1:
        raise InputError(f"{name}: several plans and snapshots begin so; give more of the key")
    return found[0]


def _plan_side(plan: KeptPlan, store: Path) -> PlanSide:
    """A kept plan has one option, and the totals of the snapshot that it starts from."""
    totals = next((each.totals for each in list_snapshots(store).snapshots if each.key == plan.snapshot), None)
    tests = sum(len(task.orders) for task in plan.tasks)
    option = PlannedOption(
        key=plan.option,
        name="",
        gain=plan.gain,
        tests=Count(tests, tests),
        effort=plan.effort,
        aims=tuple(Aim(each.path, each.unit, len(each.orders), each.points, each.effort) for each in plan.tasks),
    )
    return PlanSide(
        name=f"plan {plan.key}",
        project=plan.project,
        options=(option,),
        recommended=plan.option,
        totals=totals,
        target=_target(plan),
    )


def _target(plan: KeptPlan) -> PlannedTarget | None:
    return PlannedTarget(Fraction(plan.target), more=plan.need) if _PERCENT.fullmatch(plan.target) else None
