"""What came of a plan: each point that was newly covered goes to the task that was expected to cover it.

A point goes to the task aimed at its class or function; of other code, to the tasks that were expected to reach it, by
their expected shares; of code that none was expected to reach by name, to the tasks that were expected to run into the
core of its folder, up to what was expected of them. The rest was done outside the plan. With several done tasks behind
one body nobody can tell them apart: they share by what was expected.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from planner.model.history import Change, Part
from planner.model.plan import MILLI, folder_of
from planner.model.problem import BodyKey
from planner.model.receipt import KeptPlan, Receipt, Task, TaskReceipt, Work

GAINS = frozenset({"newly covered", "source moved", "file entered", "source added", "branch mode"})
"""Causes whose newly covered points tests may have brought."""

LEAST_SHARE = 5
"""A task is taken for done when at least a fifth of what was expected of its own code runs now: tests of other things
run a line of it in passing."""


def compare(plan: KeptPlan, change: Change, work: Iterable[Work] = ()) -> Receipt:
    """The plan beside the change since: every covered point more is some task's, or outside the plan."""
    entered = [each for each in work if each.plan == plan.key]
    states = [_begun(task, change, entered) for task in plan.tasks]
    shares: dict[int, Fraction] = dict.fromkeys(range(len(states)), Fraction(0))
    own: dict[int, int] = dict.fromkeys(range(len(states)), 0)
    outside: list[Part] = []
    room = _core_room(states)
    for part in change.parts:
        if part.cause not in GAINS or part.covered <= 0:
            continue
        left = Fraction(part.covered)
        for place, share, is_own in _claims(part, states, room):
            shares[place] += share
            own[place] += int(share) if is_own else 0
            left -= share
        if left:
            outside.append(replace(part, covered=max(1, round(left))))
    counted = _rounded(shares)
    receipts = tuple(
        replace(each, actual=counted[place], own=min(own[place], counted[place])) for place, each in enumerate(states)
    )
    rest = sum(part.covered for part in change.parts if part.cause in GAINS and part.covered > 0)
    return Receipt(plan, change, receipts, tuple(outside), rest - sum(counted.values()))


def _begun(task: Task, change: Change, work: Sequence[Work]) -> TaskReceipt:
    """Whether it is done, by what people entered or by what runs now."""
    mine = [each for each in work if each.order in task.orders]
    hours = [each.hours for each in mine if each.hours is not None]
    return TaskReceipt(
        task=task,
        state="done" if mine or _runs(task, change) else "open",
        written=len({each.order for each in mine}),
        hours=sum(hours) if hours else None,
    )


def _runs(task: Task, change: Change) -> bool:
    """Whether so much of what it is aimed at runs now that a test of it must have been written."""
    own = [part for part in change.parts if part.cause in GAINS and part.covered > 0 and _is_own(part, task)]
    gained = sum(part.covered - (part.imported if task.points > task.imported else 0) for part in own)
    expected = sum(
        milli for (path, unit), milli in task.covers.items() if (path, unit.partition(".")[0]) == (task.path, task.unit)
    )
    return gained > 0 and gained * MILLI * LEAST_SHARE >= expected


def _is_own(part: Part, task: Task) -> bool:
    if part.path != task.path:
        return False
    return part.unit.partition(".")[0] == task.unit if task.unit != "<module>" else not part.unit


def _claims(
    part: Part, states: Sequence[TaskReceipt], room: dict[tuple[int, str], Fraction]
) -> Iterator[tuple[int, Fraction, bool]]:
    """Which tasks the points of a part go to: place, points, and whether it was aimed there."""
    done = [(place, each.task) for place, each in enumerate(states) if each.state == "done"]
    behaviour, imported = part.covered - max(0, part.imported), max(0, part.imported)
    if imported:
        importers = [place for place, task in done if part.path in task.imports or _is_own(part, task)]
        yield from ((place, Fraction(imported, len(importers)), False) for place in importers)
    if not behaviour:
        return
    if aimed := [place for place, task in done if _is_own(part, task)]:
        yield aimed[0], Fraction(behaviour), True
        return
    key: BodyKey = (part.path, part.unit)
    named = {place: task.covers[key] for place, task in done if task.covers.get(key)}
    if named:
        yield from ((place, Fraction(behaviour * each, sum(named.values())), False) for place, each in named.items())
        return
    yield from _of_core(part, behaviour, done, room)


def _of_core(
    part: Part, behaviour: int, done: Sequence[tuple[int, Task]], room: dict[tuple[int, str], Fraction]
) -> Iterator[tuple[int, Fraction, bool]]:
    """As much as is left of what was expected in the core of the folder."""
    core = f"{folder_of(part.path)}/"
    mine = {place: room[place, core] for place, _ in done if room.get((place, core))}
    expected = sum(mine.values(), Fraction(0))
    taken = min(Fraction(behaviour), expected)
    for place, each in mine.items():
        share = taken * each / expected
        room[place, core] -= share
        yield place, share, False


def _core_room(states: Sequence[TaskReceipt]) -> dict[tuple[int, str], Fraction]:
    """Points that each task was expected to cover in the core of each folder."""
    return {
        (place, path): Fraction(milli, MILLI)
        for place, each in enumerate(states)
        for (path, name), milli in each.task.covers.items()
        if not name
    }


def _rounded(shares: Mapping[int, Fraction]) -> dict[int, int]:
    """Whole points with the same sum, rounded down; the largest remainders get what is left."""
    whole = {place: int(share) for place, share in shares.items()}
    spare = int(sum(shares.values(), Fraction(0))) - sum(whole.values())
    ranked = sorted(shares, key=lambda place: (whole[place] - shares[place], place))
    for place in ranked[:spare]:
        whole[place] += 1
    return whole
