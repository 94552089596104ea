"""What the next tests of an aim would gain for their price, with a look at the tests after them."""

from array import array
from collections.abc import Sequence

from planner.solve.instance import Instance
from planner.solve.start import Worth
from planner.solve.union import Union

RATIO = 1 << 48
"""Ratios are gain per price times this, rounded down; what is free comes before all else."""

FREE = 1 << 80


def worth_of(instance: Instance, multipliers: Sequence[int]) -> Worth:
    """Gains that count towards needs, each need with its multiplier, 0 or more."""
    by_needs: dict[tuple[int, ...], int] = {}
    for needs in (*instance.body_needs, *instance.lump_needs):
        if needs not in by_needs:
            by_needs[needs] = sum(multipliers[need] for need in needs)
    lumps = []
    for weight, needs, rises in zip(instance.lump_weights, instance.lump_needs, instance.rises, strict=True):
        risen = sum(rise * each for rise, each in zip(rises, multipliers, strict=True))
        lumps.append(weight * by_needs[needs] - risen)
    return Worth(array("d", [by_needs[needs] for needs in instance.body_needs]), lumps)


def plain_worth(instance: Instance) -> Worth:
    """Gains that are weight alone, whatever the needs."""
    return Worth(instance.even, instance.lump_weights)


def ratio_of(gain: int, price: int) -> int:
    """Gain per price, as a whole number that compares like it; 0 when nothing is gained."""
    if gain <= 0:
        return 0
    return gain * RATIO // price if price > 0 else gain * FREE


def outlook(
    union: Union, worth: Worth, aim: int, purse: int | None = None, *, is_open: bool = False
) -> tuple[int, int]:
    """Gain and price of the next tests of the aim, as many as gain most per price together; the gain may be negative.

    With a purse, only what it pays for: (0, 0) when it doesn't even pay for one. `is_open`: doors are not charged.
    """
    plain = union.instance.problem.aims[aim]
    touch = union.instance.branch[aim] if union.taken[aim] else union.instance.entry[aim]
    gain = touch.gain(union, worth.bodies)
    if union.taken[aim]:
        return (gain, plain.further) if purse is None or plain.further <= purse else (0, 0)
    bringers, lumps = union.bringers, worth.lumps
    fresh = [lumps[lump] for lump in union.instance.brings[aim] if not bringers[lump]]
    gain += sum([max(0, each) for each in fresh]) if is_open else sum(fresh)
    price = plain.first if is_open else union.marginal_price(aim)
    if purse is not None and price > purse:
        return 0, 0
    return _look_further(union, worth, aim, (gain, price), purse)


def _look_further(union: Union, worth: Worth, aim: int, first: tuple[int, int], purse: int | None) -> tuple[int, int]:
    """The first test with as many further ones as raise the ratio: each gains less than the one before."""
    gain, price = first
    plain = union.instance.problem.aims[aim]
    most, further = plain.most, plain.further
    if most < 2 or (purse is not None and price + further > purse):
        return first
    if (known := worth.seconds.get(aim)) is not None and known * price <= gain * further:
        return first
    branch, between = union.instance.branch[aim], union.instance.between[aim]
    more, rest = branch.follow(branch.after(union, between), worth.bodies)
    worth.seconds[aim] = more
    for place in range(2, most + 1):
        if more * price <= gain * further or (purse is not None and price + further > purse):
            break
        gain, price = gain + more, price + further
        if place < most:
            more, rest = branch.follow(rest, worth.bodies)
    return gain, price
