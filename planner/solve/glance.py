"""All touches of a large problem looked at once: what tests gain at most beside those taken, and what these leave.

Close looks, aim by aim, are then only needed at those that may be best, or superfluous.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from planner.solve.begin import start_with
from planner.solve.outlook import worth_of
from planner.solve.relax import Floats, Touches, add_up, flat_touches
from planner.solve.start import Start
from planner.solve.union import Union

HAIR = 1e-9
"""The share by which sums may be off: far more than they are."""


def start_beside(union: Union) -> Start:
    """A start for what the needs still lack beside these tests, where most aims gain less than they would alone."""
    instance = union.instance
    worth = worth_of(instance, [int(short > 0) for short in union.shortfalls()])
    pairs = zip(worth.lumps, union.bringers, strict=True)
    worth = replace(worth, lumps=[min(0, gain) if bringers else gain for gain, bringers in pairs])
    values, rest = np.array(worth.bodies), np.array(union.rest)
    tops = [_most(each, values, rest, len(union.taken)) for each in flat_touches(instance)]
    return start_with(instance, worth, list(zip(*(each.tolist() for each in tops), strict=True)))


def _most(touches: Touches, values: Floats, rest: Floats, aims: int) -> NDArray[np.int64]:
    """By aim, what one test covers at most. What is left of a body is rounded up, by less than a thousandth."""
    covers = values[touches.bodies] * (rest[touches.bodies] * touches.sizes + 1)
    return np.ceil(add_up(touches.aims, covers, aims) * (1 + HAIR)).astype(np.int64)


def least_lost(union: Union) -> dict[int, Sequence[int]]:
    """By aim that is taken, what each need would lack more without its last test, at least, whatever goes before it."""
    instance, taken = union.instance, np.array(union.taken, dtype=np.int64)
    first, further = flat_touches(instance)
    last = (_only(first, taken == 1), _only(further, taken > 1))
    rest, lost = np.array(union.rest), list[list[int]]()
    for need, counts in enumerate(instance.counts[1:]):
        counted = np.ones(len(rest)) if counts is None else np.array(counts)
        least = sum((_least(each, counted, rest, len(taken)) for each in last), np.zeros(len(taken)))
        lost.append(np.floor(least * (1 - HAIR)).astype(np.int64).tolist())
        nets = _costs(union, need)
        for aim in np.flatnonzero(taken).tolist():
            lost[need][aim] += sum([nets[lump] for lump in instance.brings[aim]])
    return {aim: [each[aim] for each in lost] for aim in np.flatnonzero(taken).tolist()}


def _least(touches: Touches, counted: Floats, rest: Floats, aims: int) -> Floats:
    """By aim, what is uncovered without one test at least; of bodies that it is certain of nothing is known."""
    leaves = 1 - touches.sizes
    before = np.divide(rest[touches.bodies], leaves, out=np.zeros(len(leaves)), where=leaves > 0)
    lost = np.maximum(before - rest[touches.bodies] - 1, 0.0)
    return add_up(touches.aims, counted[touches.bodies] * lost, aims)


def _costs(union: Union, need: int) -> list[int]:
    """By lump, what it takes from the need at most: below 0 where it adds more to it than it weighs."""
    instance = union.instance
    lumps = zip(instance.lump_weights, instance.lump_needs, instance.rises, strict=True)
    return [min(0, weight * (need in needs) - rises[need]) for weight, needs, rises in lumps]


def _only(touches: Touches, is_in: NDArray[np.bool_]) -> Touches:
    kept = is_in[touches.aims]
    return Touches(touches.aims[kept], touches.bodies[kept], touches.sizes[kept])
