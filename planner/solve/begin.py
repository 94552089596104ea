"""Where a search begins: aims ranked by what they gain per price at most, before any of them is looked at closely."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from operator import mul

from planner.model.problem import MILLION
from planner.solve.doors import find_doors
from planner.solve.instance import Instance
from planner.solve.outlook import plain_worth, ratio_of, worth_of
from planner.solve.start import Start, Worth
from planner.solve.touch import Touch


def find_start(instance: Instance, multipliers: tuple[int, ...] | None) -> Start:
    """The start when weight counts towards needs with these multipliers, or by itself for None."""
    if multipliers not in instance.starts:
        worth = plain_worth(instance) if multipliers is None else worth_of(instance, multipliers)
        instance.starts[multipliers] = start_with(instance, worth, _tops(instance, worth))
    return instance.starts[multipliers]


def start_with(instance: Instance, worth: Worth, tops: Iterable[tuple[int, int]]) -> Start:
    """The start where the first test of each aim gains so much of bodies at most, and each further one so much."""
    queue, gains, seconds = [], [], {}
    for aim, (plain, (first, further)) in enumerate(zip(instance.problem.aims, tops, strict=True)):
        with_lumps = first + sum([max(0, worth.lumps[lump]) for lump in instance.brings[aim]])
        ratio = max(ratio_of(with_lumps, plain.first), ratio_of(further, plain.further) if plain.most > 1 else 0)
        if ratio and plain.most > 0:
            queue.append((-ratio, instance.rank[aim], aim))
            gains.append((-with_lumps - further * (plain.most - 1), aim))
            seconds[aim] = further
    queue.sort()
    queued = [0] * len(instance.problem.aims)
    for ratio, _, aim in queue:
        queued[aim] = -ratio
    return Start(
        worth=replace(worth, seconds=seconds),
        queue=tuple(queue),
        queued=tuple(queued),
        gains={aim: -gain for gain, aim in sorted(gains)},
        doors=tuple(find_doors(instance, worth, queued)),
        behind=_index_doors(instance, worth),
    )


def _tops(instance: Instance, worth: Worth) -> list[tuple[int, int]]:
    """What the first test of each aim gains of bodies at most, and what each further one does."""
    values = set(worth.bodies)
    if len(values) == 1:
        value = int(values.pop())
        return [(first * value, further * value) for first, further in instance.tops]
    worths = list(map(mul, instance.weights, map(int, worth.bodies)))
    return [
        (_top(instance.entry[aim], worths), _top(instance.branch[aim], worths)) for aim in range(len(instance.tops))
    ]


def _top(touch: Touch, worths: Sequence[int]) -> int:
    pairs = zip(touch.bodies, touch.leaves, strict=True)
    return -(-sum([worths[body] * (MILLION - round(share * MILLION)) for body, share in pairs]) // MILLION)


def _index_doors(instance: Instance, worth: Worth) -> dict[tuple[int, int], list[int]]:
    """Aims by set-up (0, place) and by costly lump (1, place)."""
    behind: dict[tuple[int, int], list[int]] = {}
    for aim, setups in enumerate(instance.doors):
        for setup in setups:
            behind.setdefault((0, setup), []).append(aim)
        for lump in instance.brings[aim]:
            if worth.lumps[lump] < 0:
                behind.setdefault((1, lump), []).append(aim)
    return behind
