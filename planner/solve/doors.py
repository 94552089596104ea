"""Doors: what tests need that gains nothing by itself, opened for all the aims behind it together."""

import heapq
from collections.abc import Sequence
from itertools import combinations

from planner.solve.instance import Instance
from planner.solve.outlook import outlook, ratio_of
from planner.solve.start import Door, Items, Ranked, Worth
from planner.solve.union import Union

FEW = 4
"""Set-ups or lumps of a door up to which every part of it is looked up: at most 16 parts of each."""


def find_doors(instance: Instance, worth: Worth, ratios: Sequence[int]) -> list[Door]:
    """Every different door that more than one aim stands behind, in the order of the items.

    `ratios` are what those of aims are at most: no member is looked at before it is among the best.
    """
    behind: dict[Items, list[int]] = {}
    for aim, plain in enumerate(instance.problem.aims):
        if plain.most > 0 and any(items := items_of(instance, worth, aim)):
            behind.setdefault(items, []).append(aim)
    doors = []
    for items in sorted(behind):
        members = sorted(aim for inner in _within(items) for aim in behind.get(inner, ()))
        if len(members) > 1:
            queue = sorted((-ratios[aim], instance.rank[aim], aim, 0, 0) for aim in members)
            doors.append(Door(items, frozenset(behind[items]), queue))
    return doors


def items_of(instance: Instance, worth: Worth, aim: int) -> Items:
    """The whole door of an aim, as if nothing were opened yet."""
    return instance.doors[aim], tuple(lump for lump in instance.brings[aim] if worth.lumps[lump] < 0)


def look_behind(union: Union, worth: Worth, door: Door, purse: int | None) -> tuple[int, int, int | None]:
    """Gain and price of opening the door for the best aims behind it, and the aim that opens it; none: it is open.

    The aims are taken by their own ratio, as many as raise that of the whole, as if they didn't overlap.
    """
    setups, lumps = door.items
    price = sum([union.instance.setup_prices[setup] for setup in setups if not union.users[setup]])
    gain = sum([worth.lumps[lump] for lump in lumps if not union.bringers[lump]])
    if not (price or gain):
        return 0, 0, None
    queue, best = door.queue, list[Ranked]()
    while queue and (gain <= 0 or -queue[0][0] > ratio_of(gain, price)):
        now = _rank(union, worth, queue[0][2], purse)
        if now[0] == 0:
            heapq.heappop(queue)
        elif now != queue[0]:
            heapq.heapreplace(queue, now)
        else:
            best.append(heapq.heappop(queue))
            gain, price = gain + now[3], price + now[4]
    for each in best:
        heapq.heappush(queue, each)
    opener = _opener(union, worth, door, purse) if purse is None or price <= purse else None
    return (gain, price, opener) if opener is not None else (0, 0, None)


def _opener(union: Union, worth: Worth, door: Door, purse: int | None) -> int | None:
    """The best of the aims that open the door by themselves; those ranked too high are ranked anew."""
    queue = door.queue
    while best := min((each for each in queue if each[2] in door.openers), default=None):
        now = _rank(union, worth, best[2], purse)
        if now == best:
            return now[2]
        queue[queue.index(best)] = now
        heapq.heapify(queue)
    return None


def _rank(union: Union, worth: Worth, aim: int, purse: int | None) -> Ranked:
    gain, price = (0, 0) if union.taken[aim] else outlook(union, worth, aim, purse, is_open=True)
    return -ratio_of(gain, price), union.instance.rank[aim], aim, gain, price


def _within(items: Items) -> list[Items]:
    """Doors that are open when this one is, itself among them; of large ones only their single items.

    Looked up, not searched for: a project has thousands of doors. Aims that only wait for a set-up are left to its
    own door, as there are many of them behind each.
    """
    setups, lumps = items
    if not lumps:
        return [(each, ()) for each in _subsets(setups)]
    return [(each, files) for files in _subsets(lumps) for each in _subsets(setups) if files]


def _subsets(items: tuple[int, ...]) -> list[tuple[int, ...]]:
    sizes = range(len(items) + 1) if len(items) <= FEW else (0, 1, len(items))
    return [each for size in sizes for each in combinations(items, size)]
