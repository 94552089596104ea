"""Good choices without a proof: filled greedily in several ways, trimmed, the best kept."""

from collections.abc import Iterable, Sequence
from heapq import nlargest

from planner.solve.instance import Instance
from planner.solve.lazy import Fill
from planner.solve.outlook import ratio_of
from planner.solve.trim import by_saving, drop_superfluous
from planner.solve.union import Union

LONG = 5_000
"""Tests from which on the end of a plan is filled in one way only: a second one saved less than 0.01 % of the price."""

TURNS, WORST = 3, 0.2
"""How often a choice is tried to be improved, and the share of its tests that is taken back at first.

Three turns saved 0.7 to 1.3 % at 10,000 aims, six 0.1 % more; shares from 0.05 to 0.4 came within 0.3 %."""


def fill_needs(instance: Instance, multipliers: Sequence[int] = ()) -> Union:
    """Tests that meet every need, cheap ones; where none is found that does, all that help.

    Filled twice, with and without counting what goes beyond the needs, and the cheaper kept: one point short, the
    cheapest test is best and not the largest, yet a large one early may spare several. Until less is lacking than
    the largest gain, both go the same way. `multipliers` weigh several needs against each other.
    """
    plain = Fill(Union(instance), multipliers or [1] * len(instance.problem.needs))
    plain.run(stop_below=plain.largest())
    return _ended(plain)


def fill_briefly(instance: Instance, most: int) -> Union | None:
    """The same where fewer tests than so many lead up to the last ones; None where they do not."""
    gained = sum(nlargest(most, _gains(instance)))
    if any(need.weight > gained for need in instance.problem.needs):
        return None
    plain = Fill(Union(instance), [1] * len(instance.problem.needs))
    plain.run(stop_below=plain.largest(), most=most)
    return _ended(plain) if len(plain.order) < most else None


def _gains(instance: Instance) -> list[int]:
    """What all tests of each aim together can cover at most."""
    weights, gains = instance.lump_weights, list[int]()
    for plain, (first, further), brings in zip(instance.problem.aims, instance.tops, instance.brings, strict=True):
        gains.append(first + further * max(0, plain.most - 1) + sum([weights[lump] for lump in brings]))
    return gains


def _ended(plain: Fill) -> Union:
    """The end of both ways."""
    instance = plain.union.instance
    forks = [plain.fork()] if len(plain.order) < LONG else []
    for fill in (plain, *forks):
        fill.run()
    met = [fill for fill in (plain, *forks) if fill.union.is_met]
    if not met:
        return _from_everything(instance) or plain.union
    return _improved(min((_trimmed(fill.union, fill.order) for fill in met), key=lambda union: union.price))


def refill_needs(union: Union) -> Union:
    """The tests of this union with what they lack for the needs added, and without what is superfluous then."""
    fill = Fill(union.copy(), [1] * len(union.instance.problem.needs))
    order = [aim for aim, times in enumerate(union.taken) for _ in range(times)]
    fill.run()
    return _trimmed(fill.union, order + fill.order) if fill.union.is_met else fill.union


def _improved(union: Union) -> Union:
    """Take back the tests that are least worth their price by now, and fill again, as long as that is cheaper.

    What was best first may be covered by others since.
    """
    tests, share, worst = sum(union.taken), WORST, list[int]()
    for _ in range(TURNS if tests < LONG else 0):
        worst, fewer = worst or _least_worth(union), union.copy()
        for aim in worst[: max(1, int(tests * share))]:
            fewer.remove(aim)
        other = refill_needs(fewer)
        is_better = other.is_met and other.price < union.price
        union, share, worst = (other, share, []) if is_better else (union, share / 2, worst)
    return union


def _least_worth(union: Union) -> list[int]:
    """Aims, those first whose last test loses least weight of the needs for what it saves; ties by rank."""
    rank, taken = union.instance.rank, [aim for aim, times in enumerate(union.taken) if times]
    return [aim for *_, aim in sorted((ratio_of(*union.without(aim)), rank[aim], aim) for aim in taken)]


def fill_budget(instance: Instance, budget: int) -> Union:
    """Tests that cover much for at most this price."""
    fill = Fill(Union(instance), [0] * len(instance.problem.needs), budget)
    fill.run()
    return fill.union


def _trimmed(union: Union, order: Sequence[int]) -> Union:
    """The cheaper of two ways to leave out what is superfluous: the last taken first, or the dearest first."""
    other = union.copy() if len(order) < LONG else union
    drop_superfluous(union, order[::-1])
    if len(order) >= LONG:
        return union
    drop_superfluous(other, by_saving(other))
    return min(union, other, key=lambda each: each.price)


def _from_everything(instance: Instance) -> Union | None:
    """All tests, without those whose lumps cost the needs more than they bring; None when that isn't enough either."""
    union = Union(instance)
    for aim, plain in enumerate(instance.problem.aims):
        for _ in range(plain.most):
            union.add(aim)
    costly = {lump: list[int]() for lump, rises in enumerate(instance.rises) if any(rises)}
    for aim, brings in enumerate(instance.brings):
        for lump in costly.keys() & brings:
            costly[lump].append(aim)
    while not union.is_met and any(_leave_out(union, aims) for aims in costly.values()):
        pass
    return _trimmed(union, by_saving(union)[::-1]) if union.is_met else None


def _leave_out(union: Union, bringers: Iterable[int]) -> bool:
    """Take back every test that brings a lump, if the needs lack less then."""
    times = [(aim, union.taken[aim]) for aim in bringers if union.taken[aim]]
    if not times:
        return False
    before, other = _lacking(union), union.copy()
    for aim, count in times:
        for _ in range(count):
            other.remove(aim)
    if _lacking(other) >= before:
        return False
    union.become(other)
    return True


def _lacking(union: Union) -> int:
    return sum(max(0, short) for short in union.shortfalls())
