"""The cheapest tests that meet the needs, the best ones within a price, and what all of them would reach."""

from collections.abc import Sequence

from planner.model.problem import Choice, Problem
from planner.solve.cheap import fill_budget, fill_needs
from planner.solve.instance import Instance, index_problem
from planner.solve.trim import order_tests
from planner.solve.union import Union

MOST_TESTS_EXACTLY, MOST_PAIRS_EXACTLY = 600, 3_000
"""Sizes up to which a choice is sought exactly: tests that there are, and that times the tests of the greedy choice.

The second tells how long it takes, 0.1 to 3 s up to there; at 205 tests of which 48 are taken it takes 6 s and proves
no more than 5 % (problems of tests/benchmarks/solve.py; one core of a small machine)."""


def choose_cheapest(problem: Problem) -> Choice:
    """The cheapest tests that meet every need; where none do, all that help, `is_met` false and `bound` 0.

    `tests` go by marginal weight per price, best first. `bound` is a price that no choice that meets the needs can
    be below. `method` is "exact" where every choice was ruled out that could be cheaper, and "greedy" elsewhere.
    """
    instance = index_problem(problem)
    union, bound, method = fill_needs(instance), 0, "greedy"
    if union.is_met and union.price:
        union, bound, method = _prove_cheapest(instance, union)
    return _choice(instance, union.taken, bound=bound, method=method)


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
    from planner.solve.bound import least_price  # numpy takes 80 ms to load, and a plan without tests needs none

    if not _is_small(instance, union):
        return union, least_price(instance, union), "greedy"
    from planner.solve.exact import cheapest  # so does highspy

    best = cheapest(instance, union)
    if best.bound == best.union.price:
        return best.union, best.bound, "exact"
    return best.union, max(best.bound, least_price(instance, best.union)), "greedy"


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
