"""What `gapplan plan --format json` wrote, read back: by this version or an older one, and as if from a stranger.

Keys that came later may be missing, and keys that are not known are passed over; only the options and their keys must
be there.
"""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import msgspec

from planner.errors import InputError
from planner.history.codec import FORMAT, MAX_JSON_BYTES
from planner.model.compare import Aim, PlannedOption, PlannedRung, PlannedTarget, PlanSide
from planner.model.measurement import Counts
from planner.model.option import Ceiling, Count
from planner.model.plan import Effort, Range

_Points = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
_Hours = Annotated[float, msgspec.Meta(ge=0, le=10**9)]
_Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
_Chance = Annotated[float, msgspec.Meta(ge=0, le=1)]


class _Counts(msgspec.Struct):
    statements: _Points = 0
    covered_statements: _Points = 0
    branches: _Points = 0
    covered_branches: _Points = 0


class _Range(msgspec.Struct):
    p10: _Points = 0
    p50: _Points = 0
    p90: _Points = 0


class _Count(msgspec.Struct):
    p50: _Points = 0
    p80: _Points = 0


class _Effort(msgspec.Struct):
    p50: _Hours = 0.0
    p80: _Hours = 0.0


class _Target(msgspec.Struct):
    percent: _Percent
    meaning: str = ""
    total: str = ""
    points_needed: _Points | None = None
    points_covered: _Points | None = None


class _Ceiling(msgspec.Struct):
    points: _Points = 0
    points_total: _Points = 0
    without_doubles_for: list[str] = []


class _Step(msgspec.Struct):
    path: str
    unit: str = ""
    marginal_gain: _Points = 0
    effort_hours: _Effort = msgspec.field(default_factory=_Effort)


class _Rung(msgspec.Struct):
    label: str
    points_gained: _Points = 0
    tests: _Count | None = None
    effort_hours: _Effort | None = None
    due: date | None = None


class _Option(msgspec.Struct):
    key: str
    name: str = ""
    reaches_target: bool | None = None
    probability: _Chance | None = None
    gain: _Range = msgspec.field(default_factory=_Range)
    points_after: _Points | None = None
    points_total_after: _Points | None = None
    tests: _Count = msgspec.field(default_factory=_Count)
    effort_hours: _Effort = msgspec.field(default_factory=_Effort)
    steps: list[_Step] = []
    rungs: list[_Rung] = []


class _Plan(msgspec.Struct):
    format: int
    options: list[_Option]
    project: str = ""
    measured: _Counts | None = None
    whole_tree: _Counts | None = None
    target: _Target | None = None
    budget_hours: _Hours | None = None
    ceilings: list[_Ceiling] = []
    recommended: str | None = None
    notices: list[str] = []


class _Head(msgspec.Struct):
    format: int | None = None
    options: msgspec.Raw = msgspec.Raw()
    meta: msgspec.Raw = msgspec.Raw()


def read_plan_file(path: Path, name: str) -> PlanSide | None:
    """The plan in a file; None where it holds no JSON, or a coverage report. `name` is what the user calls it by.

    Raises InputError, in one line, for JSON that is neither.
    """
    content = _content(path, name)
    if content is None:
        return None
    try:
        head = msgspec.json.decode(content, type=_Head)
        if not head.options and head.meta:
            return None
        if not head.options:
            raise InputError(f"{name}: JSON, but no plan: give what gapplan plan --format json wrote")
        if head.format != FORMAT:
            raise InputError(f"{name}: a plan of format {head.format}; this gapplan reads {FORMAT}")
        return _side(msgspec.json.decode(content, type=_Plan), name)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise InputError(f"{name}: no plan by gapplan, or a damaged one ({error})") from error


def _content(path: Path, name: str) -> bytes | None:
    """The bytes of what looks like JSON. A data file of SQLite is not read at all."""
    try:
        with path.open("rb") as file:
            start = file.read(64)
            if not start.lstrip().startswith(b"{"):
                return None
            content = start + file.read(MAX_JSON_BYTES)
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror})") from error
    if len(content) > MAX_JSON_BYTES:
        raise InputError(f"{name}: larger than {MAX_JSON_BYTES // 1024**2} MiB, so no plan")
    return content


def _side(wire: _Plan, name: str) -> PlanSide:
    return PlanSide(
        name=name,
        project=wire.project,
        options=tuple(map(_option, wire.options)),
        recommended=wire.recommended,
        totals=_counts(wire.measured),
        whole_tree=_counts(wire.whole_tree),
        target=_target(wire.target) if wire.target else None,
        budget=wire.budget_hours,
        ceilings=tuple(Ceiling(e.points, e.points_total, tuple(e.without_doubles_for)) for e in wire.ceilings),
        notices=tuple(wire.notices),
    )


def _counts(wire: _Counts | None) -> Counts | None:
    if wire is None:
        return None
    if wire.covered_statements > wire.statements or wire.covered_branches > wire.branches:
        raise ValueError("more is covered than there is")
    return Counts(wire.statements, wire.covered_statements, wire.branches, wire.covered_branches)


def _target(wire: _Target) -> PlannedTarget:
    needed, covered = wire.points_needed, wire.points_covered
    more = None if needed is None or covered is None else max(0, needed - covered)
    return PlannedTarget(Fraction(repr(wire.percent)), wire.meaning, wire.total.replace("_", "-"), needed, more)


def _option(wire: _Option) -> PlannedOption:
    after, of = wire.points_after, wire.points_total_after
    if after is not None and of is not None and after > of:
        raise ValueError(f"option {wire.key} covers more than there is")
    return PlannedOption(
        key=wire.key,
        name=wire.name,
        gain=Range(wire.gain.p10, wire.gain.p50, wire.gain.p90),
        tests=Count(wire.tests.p50, wire.tests.p80),
        effort=_effort(wire.effort_hours),
        reaches_target=wire.reaches_target,
        probability=wire.probability,
        after=None if after is None or of is None else (after, of),
        rungs=tuple(map(_rung, wire.rungs)),
        aims=tuple(_aims(wire.steps)),
    )


def _rung(wire: _Rung) -> PlannedRung:
    tests = Count(wire.tests.p50, wire.tests.p80) if wire.tests else None
    effort = _effort(wire.effort_hours) if wire.effort_hours else None
    return PlannedRung(wire.label, wire.points_gained, tests, effort, wire.due)


def _aims(steps: Iterable[_Step]) -> list[Aim]:
    groups: dict[tuple[str, str], list[_Step]] = {}
    for step in steps:
        groups.setdefault((step.path, step.unit), []).append(step)
    return [
        Aim(
            path,
            unit,
            tests=len(group),
            points=sum(step.marginal_gain for step in group),
            effort=sum((_effort(step.effort_hours) for step in group), Effort()),
        )
        for (path, unit), group in groups.items()
    ]


def _effort(wire: _Effort) -> Effort:
    return Effort(wire.p50, wire.p80)
