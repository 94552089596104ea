"""The cheapest tests that meet the needs, the best ones within a price, and what all of them would reach."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from planner.model.problem import Choice, Problem
from planner.solve.cheap import fill_budget, fill_needs
from planner.solve.instance import Instance, Prices, index_problem
from planner.solve.trim import order_tests
from planner.solve.union import Union

MOST_TESTS = 3_000
"""Tests that there are, up to which the bound is the linear program's, which is nearer to the optimum than Lagrange's:
0.7 s at most (tests/benchmarks/solve.py, 2,000 tests), but 7 s for 6,000."""

MOST_PAIRS = 10_000
"""Pairs of an aim and a file that raises the needs up to which it is, as each is a row of the program: 65,000 of them
take 2 s for one program and 150 MB, and all bounds are far off there: by 84 % with the program, by 96 % without it."""

MANY = 5_000
"""Aims from which on a choice begins with a sketch: at 10,000 a third of the time, and up to 1 % cheaper."""

MOST_TESTS_EXACTLY, MOST_PAIRS_EXACTLY = 600, 5_000
"""Sizes up to which a choice is sought exactly: tests that there are, and that times the tests of the greedy choice.

Plans of real projects take 0.1 s mostly and 1.3 s at most; of those with more pairs that can be proven, seven in eight
are by the linear program."""


@dataclass(frozen=True)
class Draft:
    """A choice without a proof, and what it takes to prove it: `bound`, where its making came upon one."""

    instance: Instance
    union: Union
    bound: float = 0.0

    @cached_property
    def choice(self) -> Choice:
        """The draft itself: `bound` 0, by the method "greedy"."""
        return _choice(self.instance, self.union.taken, bound=0, method="greedy")


def draft_cheapest(problem: Problem) -> Draft:
    """Tests that meet every need, cheap ones, in a small part of the time of a proof; where none do, all that help."""
    return draft_fill(index_problem(problem))


def draft_fill(instance: Instance) -> Draft:
    """The same of an instance."""
    if len(instance.problem.aims) >= MANY:
        from planner.solve.sketch import sketch_needs  # numpy takes 80 ms to load, and few projects have so many aims

        if found := sketch_needs(instance):
            return Draft(instance, found.union, found.bound)
    return Draft(instance, fill_needs(instance))


def prove_cheapest(draft: Draft) -> Choice:
    """The cheapest tests that meet every need; where none do, all that help, `is_met` false and `bound` 0.

    `tests` go by marginal weight per price, best first. `bound` is a price that no choice that meets the needs can
    be below. `method` is "exact" where every choice was ruled out that could be cheaper, and "greedy" elsewhere.
    """
    union, bound, method = draft.union, 0, "greedy"
    if union.is_met and union.price:
        union, bound, method = _prove_cheapest(draft)
    if union.taken == draft.union.taken:
        return replace(draft.choice, bound=bound, method=method)
    return _choice(draft.instance, union.taken, bound=bound, method=method)


def choose_cheapest(problem: Problem) -> Choice:
    """Both in one: the draft, proven."""
    return prove_cheapest(draft_cheapest(problem))


def choose_best(problem: Problem, price: int) -> Choice:
    """The tests that cover most for at most this price, in seconds; the needs are ignored, `is_met` tells of them.

    `bound` is a weight that no choice within the price can be above. `method` is as for `choose_cheapest`.
    """
    return fill_best(index_problem(problem), price)


def fill_best(instance: Instance, price: int) -> Choice:
    """The same of an instance."""
    union = fill_budget(instance, price)
    every = _everything(instance).weight
    bound, method = every, "greedy"
    if union.weight < every:
        union, bound, method = _prove_best(instance, union, price)
    return _choice(instance, union.taken, bound=min(bound, every), method=method)


def ceiling(problem: Problem) -> int:
    """Weight, in thousandths of a point, that all tests of all aims cover together."""
    return _everything(index_problem(problem)).weight


def _prove_cheapest(draft: Draft) -> tuple[Union, int, str]:
    """A choice that is as cheap or cheaper, the bound, and the method."""
    instance, union = draft.instance, draft.union
    if draft.bound:
        return union, min(union.price, Prices(instance, union.price).at_least(draft.bound)), "greedy"
    from planner.solve.bound import prove_price  # numpy takes 80 ms to load, and a plan without tests needs none

    proof = prove_price(instance, union)
    if proof.bound == union.price or not is_linear(instance):
        return union, proof.bound, "exact" if proof.bound == union.price else "greedy"
    return _prove_hopeful(union, proof.bound, proof.hopeful)


def _prove_hopeful(union: Union, bound: int, aims: Sequence[int]) -> tuple[Union, int, str]:
    """The same by the linear program with these aims, as no cheaper choice has any other."""
    from planner.solve.exact import MOST_NODES, cheapest  # highspy takes another 40 ms

    every = union.instance.problem
    lean = index_problem(replace(every, aims=tuple(every.aims[aim] for aim in aims)))
    start = Union.of(lean, [union.taken[aim] for aim in aims])
    best = cheapest(lean, start, MOST_NODES if _is_small(union.instance, union) else 0)
    if best.union.price < union.price:
        taken = dict(zip(aims, best.union.taken, strict=True))
        union = Union.of(union.instance, [taken.get(aim, 0) for aim in range(len(every.aims))])
    bound = min(union.price, max(bound, best.bound))
    return union, bound, "exact" if best.is_proven or bound == union.price else "greedy"


def _prove_best(instance: Instance, union: Union, price: int) -> tuple[Union, int, str]:
    from planner.solve.bound import most_weight  # as above

    instance = index_problem(instance.problem)
    union = Union.of(instance, union.taken)
    if not _is_small(instance, union):
        return union, most_weight(instance, union, price), "greedy"
    from planner.solve.exact import heaviest

    best = heaviest(instance, union, price)
    if best.is_proven:
        return best.union, best.bound, "exact"
    return best.union, min(best.bound, most_weight(instance, best.union, price)), "greedy"


def is_linear(instance: Instance) -> bool:
    """Whether the linear program is of a size that it can be solved at."""
    rising = [any(rises) for rises in instance.rises]
    pairs = sum(rising[lump] for brings in instance.brings for lump in brings) if any(rising) else 0
    return sum(aim.most for aim in instance.problem.aims) <= MOST_TESTS and pairs <= MOST_PAIRS


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
