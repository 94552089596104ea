"""Plans that are kept, and what was entered of them: small papers beside the snapshots, in the same store."""

import zlib
from collections.abc import Container
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec

from planner.errors import InputError
from planner.history.codec import FORMAT, KEY_DIGITS
from planner.history.store import change_store, opened, unpacked
from planner.model.plan import Effort, Range
from planner.model.receipt import KeptPlan, Task, Work


class _Body(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    path: str
    unit: str
    milli: int


class _Task(msgspec.Struct, forbid_unknown_fields=True):
    path: str
    unit: str
    orders: list[int]
    points: int
    imported: int
    hours: tuple[float, float]
    covers: list[_Body]
    imports: list[str]


class _Plan(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    format: int
    kept: str
    project: str
    snapshot: str
    option: str
    target: str
    confidence: float
    gain: tuple[int, int, int]
    need: int
    hours: tuple[float, float]
    tasks: list[_Task]
    plan_yield: float | None = None


class _Work(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    format: int
    plan: str
    order: int
    noted: str
    hours: float | None = None


_Paper = TypeVar("_Paper", _Plan, _Work)

_ADD = """
INSERT INTO paper (kind, key, content) VALUES (?, ?, ?)
ON CONFLICT (kind, key) DO UPDATE SET content = excluded.content
"""

_ENCODER = msgspec.json.Encoder(order="sorted")


def keep_plan(store: Path, plan: KeptPlan) -> KeptPlan:
    """Keep a plan in the store, which is made where there is none; it comes back with its key. Raises InputError."""
    content = _ENCODER.encode(_wire(plan))
    key = sha256(content).hexdigest()[:KEY_DIGITS]
    _add(store, "plan", key, content)
    return replace(plan, key=key)


def plan_keys(store: Path) -> tuple[str, ...]:
    """The keys of all plans of a store, oldest first, of damaged ones too. Raises InputError."""
    with opened(store) as database:
        rows = database.execute("SELECT key FROM paper WHERE kind = 'plan' ORDER BY number").fetchall()
    return tuple(str(key) for (key,) in rows)


def list_plans(store: Path, keys: Container[str] | None = None) -> tuple[KeptPlan, ...]:
    """All plans of a store, or those of these keys, oldest first.

    Raises InputError for a store, or one of these plans, that cannot be read; others may be damaged.
    """
    found = [(content, key) for key, content in _papers(store, "plan", keys)]
    return tuple(_plan(content, key, f"{store}: plan {key}") for content, key in found)


def note_work(store: Path, work: Work) -> None:
    """Enter that a test of a plan is written; the same test again takes the place of what was entered before."""
    content = _ENCODER.encode(_Work(FORMAT, work.plan, work.order, work.noted, work.hours))
    _add(store, "work", f"{work.plan}/{work.order}", content)


def list_work(store: Path) -> tuple[Work, ...]:
    """All that was entered, in the order in which it was first. Raises InputError."""
    found = [_decode(content, _Work, f"{store}: work {key}") for key, content in _papers(store, "work")]
    return tuple(Work(each.plan, each.order, each.noted, each.hours) for each in found)


def _add(store: Path, kind: str, key: str, content: bytes) -> None:
    row = (kind, key, zlib.compress(content))
    change_store(store, lambda database: database.execute(_ADD, row))


def _papers(store: Path, kind: str, keys: Container[str] | None = None) -> list[tuple[str, bytes]]:
    with opened(store) as database:
        rows = database.execute("SELECT key, content FROM paper WHERE kind = ? ORDER BY number", (kind,)).fetchall()
    wanted = [(str(key), content) for key, content in rows if keys is None or str(key) in keys]
    return [(key, unpacked(content, f"{store}: {kind} {key}")) for key, content in wanted]


def _decode(content: bytes, kind: type[_Paper], place: str) -> _Paper:
    try:
        found = msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise InputError(f"{place}: damaged: {error}") from error
    if found.format != FORMAT:
        raise InputError(f"{place}: of format {found.format}; this gapplan reads {FORMAT}")
    return found


def _wire(plan: KeptPlan) -> _Plan:
    return _Plan(
        format=FORMAT,
        kept=plan.kept,
        project=plan.project,
        snapshot=plan.snapshot,
        option=plan.option,
        target=plan.target,
        confidence=plan.confidence,
        gain=(plan.gain.p10, plan.gain.p50, plan.gain.p90),
        need=plan.need,
        hours=(plan.effort.p50, plan.effort.p80),
        tasks=[_wire_task(task) for task in plan.tasks],
        plan_yield=plan.plan_yield,
    )


def _wire_task(task: Task) -> _Task:
    return _Task(
        path=task.path,
        unit=task.unit,
        orders=list(task.orders),
        points=task.points,
        imported=task.imported,
        hours=(task.effort.p50, task.effort.p80),
        covers=[_Body(path, unit, milli) for (path, unit), milli in sorted(task.covers.items())],
        imports=list(task.imports),
    )


def _plan(content: bytes, key: str, place: str) -> KeptPlan:
    wire = _decode(content, _Plan, place)
    return KeptPlan(
        key=key,
        kept=wire.kept,
        project=wire.project,
        snapshot=wire.snapshot,
        option=wire.option,
        target=wire.target,
        confidence=wire.confidence,
        gain=Range(*wire.gain),
        need=wire.need,
        effort=Effort(*wire.hours),
        tasks=tuple(_task(task) for task in wire.tasks),
        plan_yield=wire.plan_yield,
    )


def _task(wire: _Task) -> Task:
    return Task(
        path=wire.path,
        unit=wire.unit,
        orders=tuple(wire.orders),
        points=wire.points,
        imported=wire.imported,
        effort=Effort(*wire.hours),
        covers={(each.path, each.unit): each.milli for each in wire.covers},
        imports=tuple(wire.imports),
    )
