"""The cheapest tests that meet the needs, the best ones within a price, and what all of them would reach."""

from collections.abc import Sequence
from dataclasses import dataclass

from planner.model.problem import Choice, Problem
from planner.solve.cheap import fill_budget, fill_needs
from planner.solve.instance import Instance, index_problem
from planner.solve.trim import order_tests
from planner.solve.union import Union

MOST_TESTS = 3_000
"""Tests that there are, up to which the bound is the linear program's, which is nearer to the optimum than Lagrange's:
0.7 s at most (tests/benchmarks/solve.py, 2,000 tests), but 7 s for 6,000."""

MOST_TESTS_EXACTLY, MOST_PAIRS_EXACTLY = 600, 5_000
"""Sizes up to which a choice is sought exactly: tests that there are, and that times the tests of the greedy choice.

Plans of real projects take 0.1 s mostly and 1.3 s at most; of those with more pairs that can be proven, seven in eight
are by the linear program."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A choice without a proof, and what it takes to prove it."""

    instance: Instance
    union: Union

    @property
    def choice(self) -> Choice:
        """The draft itself: `bound` 0, by the method "greedy"."""
        return _choice(self.instance, self.union.taken, bound=0, method="greedy")


def draft_cheapest(problem: Problem) -> Draft:
    """Tests that meet every need, cheap ones, in a small part of the time of a proof; where none do, all that help."""
    instance = index_problem(problem)
    return Draft(instance, fill_needs(instance))


def prove_cheapest(draft: Draft) -> Choice:
    """The cheapest tests that meet every need; where none do, all that help, `is_met` false and `bound` 0.

    `tests` go by marginal weight per price, best first. `bound` is a price that no choice that meets the needs can
    be below. `method` is "exact" where every choice was ruled out that could be cheaper, and "greedy" elsewhere.
    """
    union, bound, method = draft.union, 0, "greedy"
    if union.is_met and union.price:
        union, bound, method = _prove_cheapest(draft.instance, union)
    return _choice(draft.instance, union.taken, bound=bound, method=method)


def choose_cheapest(problem: Problem) -> Choice:
    """Both in one: the draft, proven."""
    return prove_cheapest(draft_cheapest(problem))


def choose_best(problem: Problem, price: int) -> Choice:
    """The tests that cover most for at most this price, in seconds; the needs are ignored, `is_met` tells of them.

    `bound` is a weight that no choice within the price can be above. `method` is as for `choose_cheapest`.
    """
    instance = index_problem(problem)
    union = fill_budget(instance, price)
    every = _everything(instance).weight
    bound, method = every, "greedy"
    if union.weight < every:
        union, bound, method = _prove_best(instance, union, price)
    return _choice(instance, union.taken, bound=min(bound, every), method=method)


def ceiling(problem: Problem) -> int:
    """Weight, in thousandths of a point, that all tests of all aims cover together."""
    return _everything(index_problem(problem)).weight


def _prove_cheapest(instance: Instance, union: Union) -> tuple[Union, int, str]:
    """A choice that is as cheap or cheaper, the bound, and the method."""
    if sum(aim.most for aim in instance.problem.aims) > MOST_TESTS:
        from planner.solve.bound import least_price  # numpy takes 80 ms to load, and a plan without tests needs none

        return union, least_price(instance, union), "greedy"
    from planner.solve.exact import MOST_NODES, cheapest  # so does highspy

    best = cheapest(instance, union, MOST_NODES if _is_small(instance, union) else 0)
    return best.union, best.bound, "exact" if best.is_proven else "greedy"


def _prove_best(instance: Instance, union: Union, price: int) -> tuple[Union, int, str]:
    from planner.solve.bound import most_weight  # as above

    if not _is_small(instance, union):
        return union, most_weight(instance, union, price), "greedy"
    from planner.solve.exact import heaviest

    best = heaviest(instance, union, price)
    if best.is_proven:
        return best.union, best.bound, "exact"
    return best.union, min(best.bound, most_weight(instance, best.union, price)), "greedy"


def _is_small(instance: Instance, union: Union) -> bool:
    tests = sum(max(0, aim.most) for aim in instance.problem.aims)
    return tests <= MOST_TESTS_EXACTLY and tests * sum(union.taken) <= MOST_PAIRS_EXACTLY


def _everything(instance: Instance) -> Union:
    union = Union(instance)
    for aim in range(len(instance.problem.aims)):
        while union.has_next(aim):
            union.add(aim)
    return union


def _choice(instance: Instance, taken: Sequence[int], bound: int, method: str) -> Choice:
    union, order = order_tests(instance, taken)
    return Choice(order, union.price, union.weight, bound, union.is_met, method)
