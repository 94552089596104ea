"""The search for prices and slopes: what aims answer to the mean of all slopes, and the slopes that suit their mean.

Each round the aims answer the mean of all slopes so far, and the slopes that suit the mean of all answers best join
the mean. A fixed number of rounds, fewer where they bring next to nothing; the best bound found counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf

from planner.solve.lagrange import OFFERS, PASSES, Answer, Columns, Values
from planner.solve.relax import Floats

MOST_ROUNDS, LEAST_ROUNDS = 60, 16
TOUCHES_OF_ALL_ROUNDS = 2_500_000
"""Touches that all rounds together look at. 60 rounds come within 0.4 % of the linear program that has every slope, and
within 1.5 % where a fifth of the aims is behind set-ups; ten times as many come 0.3 % nearer (1,000 aims)."""

FACTORS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 64.0, 128.0, 256.0)
"""First tries for the price of weight, as multiples of a good choice's mean price: its last tests cost more."""

NEAR, WIDE, WIDE_EVERY = (0.96, 1.0, 1.04), (0.75, 1.0, 1.33), 8
"""Further tries, as multiples of the best so far: it has to move slowly, as the means do, but not get stuck."""

LEAST_SOFTNESS, FADING = 0.05, 0.9
"""How far items are opened in part, which fades from round to round: 0.5 % nearer at 10,000 aims and a need of 60 %."""

SETTLED_ROUNDS, SETTLED = 6, 0.0005
"""A search is over when so many rounds have raised the bound by no more than this share of it."""

Goal = Callable[[float, Answer], float]
"""Price of weight and answer -> the bound they prove, larger being better."""


@dataclass(frozen=True, slots=True)
class Begin:
    """What a search begins with: an answer, a price of weight, and the multiples of it that are tried first."""

    answer: Floats
    price: float
    factors: Sequence[float] = FACTORS


@dataclass(frozen=True, slots=True)
class Limits:
    """The bound that is enough, the highest price of weight that may be tried, and whether a search ends early.

    It does where rounds bring next to nothing.
    """

    enough: float = inf
    price: float = inf
    is_hasty: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """The best bound that was found, the price of weight and the values it was found with, the mean of all answers."""

    bound: float
    price: float
    values: Values | None
    answer: Floats


def search(columns: Columns, multipliers: Floats, goal: Goal, begin: Begin, limits: Limits) -> Found:
    """Rounds from there on."""
    mean_answer, price, mean = begin.answer, begin.price, None
    bests, best = [-inf], Found(-inf, price, None, mean_answer)
    stakes = columns.stakes(multipliers)
    for turn in range(_rounds(columns, len(stakes.crowd[0]))):
        mean = _mix(mean, columns.weigh(columns.slopes(mean_answer), stakes), turn)
        factors = begin.factors if turn == 0 else NEAR if turn % WIDE_EVERY else WIDE
        tried = sorted({min(limits.price, price * factor) for factor in factors})
        answers = [(each, columns.answer(mean, each, _softness(turn))) for each in tried]
        price, found = max(answers, key=lambda each: goal(*each))
        if goal(price, found) > best.bound:
            best = Found(goal(price, found), price, mean, mean_answer)
        bests.append(best.bound)
        if bests[-1] > limits.enough or (limits.is_hasty and _is_settled(bests)):
            break
        mean_answer = mean_answer + _share(turn) * (found.taken - mean_answer)
    return replace(best, answer=mean_answer)


def _rounds(columns: Columns, offers: int) -> int:
    relaxation = columns.relaxation
    touches = len(relaxation.entry.aims) + len(relaxation.branch.aims) + len(relaxation.most) + offers * OFFERS * PASSES
    return max(LEAST_ROUNDS, min(MOST_ROUNDS, TOUCHES_OF_ALL_ROUNDS // max(1, touches)))


def _is_settled(bests: Sequence[float]) -> bool:
    """Whether the last rounds brought next to nothing."""
    return len(bests) > LEAST_ROUNDS and bests[-1] - bests[-1 - SETTLED_ROUNDS] < SETTLED * abs(bests[-1])


def _softness(turn: int) -> float:
    return max(LEAST_SOFTNESS, FADING**turn)


def _share(turn: int) -> float:
    """The weight of this round in the mean: later ones count more, as is usual in Frank and Wolfe's method."""
    return 2 / (turn + 3)


def _mix(mean: Values | None, new: Values, turn: int) -> Values:
    if mean is None:
        return new
    share = _share(turn)
    covers = mean.covers + share * (new.covers - mean.covers)
    return replace(new, constant=mean.constant + share * (new.constant - mean.constant), covers=covers)
