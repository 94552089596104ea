"""What no choice can beat, proven at any size: the price that needs cost at least, the weight a budget buys at most.

Lagrange: weight is bought at a price per thousandth, with a multiplier for each need, and each aim takes as many tests
as pay for themselves. What all of them together fall short of is a bound, for any multipliers, any slopes of the
relaxation or any mean of several, and any split of a set-up's price among the aims behind it that doesn't exceed it.
The slopes are found by play: each round the aims answer the mean of all slopes so far, and the slopes that suit the
mean of all answers best join the mean. A fixed number of rounds, and the best bound found counts.

Rounding: what is returned is the sum as computed, less (for a price) an error that is larger than all its roundings
together, then rounded up to what prices can add up to; for a weight, the other way round.
"""

from collections.abc import Callable
from dataclasses import replace
from math import floor

import numpy as np

from planner.solve.instance import Instance, Prices
from planner.solve.lagrange import Answer, Values, answer, weigh
from planner.solve.play import Answers
from planner.solve.relax import Floats, Relaxation
from planner.solve.union import Union

MOST_ROUNDS, LEAST_ROUNDS = 60, 16
TOUCHES_OF_ALL_ROUNDS = 5_000_000
"""Touches that all rounds together look at. 60 rounds come within 0.4 % of the linear program that has every slope, and
within 1.5 % where a fifth of the aims is behind set-ups; ten times as many come 0.3 % nearer (1,000 aims)."""

FACTORS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 64.0, 128.0, 256.0)
"""First tries for the price of weight, as multiples of a good choice's mean price: its last tests cost more."""

NEAR, WIDE, WIDE_EVERY = (0.96, 1.0, 1.04), (0.75, 1.0, 1.33), 8
"""Further tries, as multiples of the best so far: it has to move slowly, as the means do, but not get stuck."""

Goal = Callable[[float, Answer], float]
"""Price of weight and answer -> the bound they prove, larger being better."""


def least_price(instance: Instance, union: Union) -> int:
    """A price, in seconds, that no choice that meets all needs is below; `union` is a good choice to start from."""
    relaxation, best = Relaxation(instance), 0.0
    for multipliers in _starts(instance):
        need = sum(each.weight * m for each, m in zip(instance.problem.needs, multipliers.tolist(), strict=True))

        def goal(price: float, found: Answer, need: float = need) -> float:
            return price * need * (1 - 2.0**-40) - found.gain - found.error

        if need > 0:
            best = max(best, _search(relaxation, union, multipliers, goal))
    return Prices(instance, union.price).at_least(best)


def most_weight(instance: Instance, union: Union, budget: int) -> int:
    """A weight that no choice for at most this price is above; `union` is a good choice to start from."""
    plain = replace(instance.problem, needs=())
    relaxation = Relaxation(
        replace(
            instance,
            problem=plain,
            body_needs=((0,),) * len(instance.weights),
            lump_needs=((0,),) * len(instance.lumps),
            rises=((0,),) * len(instance.lumps),
        )
    )

    def goal(price: float, found: Answer) -> float:
        return -(budget + found.gain + found.error) / price * (1 + 2.0**-40)

    return min(sum(instance.weights) + sum(instance.lump_weights), floor(-_search(relaxation, union, np.ones(1), goal)))


def _starts(instance: Instance) -> list[Floats]:
    """All needs together, and each alone."""
    count = len(instance.problem.needs)
    each = list(np.eye(count))
    return [np.ones(count), *each] if count > 1 else each


def _search(relaxation: Relaxation, union: Union, multipliers: Floats, goal: Goal) -> float:
    """The best bound that is found."""
    answers = Answers.of(relaxation, np.array(union.taken, dtype=np.int64))
    price, best, mean = max(1, union.price) / max(1, union.weight), float("-inf"), None
    touches = len(relaxation.entry.aims) + len(relaxation.branch.aims) + len(relaxation.most)
    for turn in range(max(LEAST_ROUNDS, min(MOST_ROUNDS, TOUCHES_OF_ALL_ROUNDS // max(1, touches)))):
        mean = _mix(mean, weigh(relaxation, answers.slopes(), multipliers), turn)
        factors = FACTORS if turn == 0 else NEAR if turn % WIDE_EVERY else WIDE
        tried = [(price * factor, answer(relaxation, mean, price * factor)) for factor in factors]
        price, found = max(tried, key=lambda each: goal(*each))
        best = max(best, goal(price, found))
        answers.add(found.taken, _share(turn))
    return best


def _share(turn: int) -> float:
    """The weight of this round in the mean: later ones count more, as is usual in Frank and Wolfe's method."""
    return 2 / (turn + 3)


def _mix(mean: Values | None, new: Values, turn: int) -> Values:
    if mean is None:
        return new
    share = _share(turn)
    by_level = [old + share * (each - old) for old, each in zip(mean.by_level, new.by_level, strict=True)]
    return replace(new, constant=mean.constant + share * (new.constant - mean.constant), by_level=by_level)
