"""Takes out of a choice what the needs don't require, and puts the rest in the order to write it."""

import heapq
from collections.abc import Iterable, Mapping, Sequence

from planner.solve.instance import Instance
from planner.solve.outlook import ratio_of
from planner.solve.union import Union


def drop_superfluous(union: Union, order: Sequence[int], least: Mapping[int, Sequence[int]] | None = None) -> None:
    """Take back tests in this order of aims, as long as every need stays met; until nothing more can go.

    Where a test goes and its file leaves the total with it, others may have become superfluous: once more, then. Else
    a test that can't go now never can: what it alone covers grows, and what is to spare shrinks. `least` is what each
    need would lack more without an aim's last test, where that is known: those that lose too much are not looked at.
    """
    known = dict(least or {})
    if not any(any(rises) for rises in union.instance.rises):
        kept = set[int]()
        for aim in order:
            if aim not in kept and not _drop(union, aim, known):
                kept.add(aim)
        return
    left = [aim for aim in order if not _drop(union, aim, known)]
    if len(left) < len(order):
        drop_superfluous(union, left, known)


def _drop(union: Union, aim: int, least: dict[int, Sequence[int]]) -> bool:
    lost = least.get(aim)
    if lost and any(short + more > 0 for short, more in zip(union.shortfalls(), lost, strict=True)):
        return False
    if not union.can_spare(aim):
        return False
    union.remove(aim)
    least.pop(aim, None)
    return True


def by_saving(union: Union) -> list[int]:
    """Aims of the tests taken, those first whose last test saves most now; ties by rank."""
    rank = union.instance.rank
    savings = [(-union.saving(aim), rank[aim], aim) for aim, taken in enumerate(union.taken) if taken]
    return [aim for _, _, aim in sorted(savings) for _ in range(union.taken[aim])]


def order_tests(instance: Instance, taken: Sequence[int]) -> tuple[Union, tuple[int, ...]]:
    """The union of the tests, and aims in the order to write them: always the most weight per price next.

    Set-ups are charged to the first test that needs them, and an aim's tests keep their order.
    """
    union, order = Union(instance), list[int]()
    behind = _aims_by_setup(instance, (aim for aim, times in enumerate(taken) if times))
    queued: dict[int, int] = {}
    heap: list[tuple[int, int, int]] = []

    def ratio_now(aim: int) -> int:
        return ratio_of(union.marginal_weight(aim), union.marginal_price(aim))

    def push(aim: int, ratio: int) -> None:
        queued[aim] = ratio
        heapq.heappush(heap, (-ratio, instance.rank[aim], aim))

    for aim, times in enumerate(taken):
        if times:
            push(aim, ratio_now(aim))
    while heap:
        ratio, rank, aim = heapq.heappop(heap)
        if union.taken[aim] == taken[aim] or -ratio != queued[aim]:
            continue
        now = ratio_now(aim)
        if heap and (-now, rank) > heap[0][:2]:
            push(aim, now)
            continue
        bought = () if union.taken[aim] else [each for each in instance.doors[aim] if not union.users[each]]
        union.add(aim)
        order.append(aim)
        for each in {aim, *(other for setup in bought for other in behind[setup])}:
            if union.taken[each] < taken[each]:
                push(each, ratio_now(each))
    return union, tuple(order)


def _aims_by_setup(instance: Instance, aims: Iterable[int]) -> dict[int, list[int]]:
    behind: dict[int, list[int]] = {}
    for aim in aims:
        for setup in instance.doors[aim]:
            behind.setdefault(setup, []).append(aim)
    return behind
