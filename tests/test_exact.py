"""The exact solver: the best of all choices and its proof, from any start; and a true bound when it has to stop."""

import random

import pytest
from problems import CHANCES, cheapest_price, every_choice, price_of, small_problem, weight_of

from planner.solve import exact
from planner.solve.cheap import fill_budget, fill_needs
from planner.solve.exact import cheapest, heaviest
from planner.solve.instance import index_problem
from planner.solve.union import Union


@pytest.mark.parametrize("seed", range(2_000, 2_120))
def test_the_cheapest_is_found_and_proven_from_a_poor_start(seed: int) -> None:
    problem = small_problem(seed)
    best = cheapest_price(problem)
    instance = index_problem(problem)
    start = Union(instance)
    for aim, plain in enumerate(problem.aims):
        for _ in range(plain.most):
            start.add(aim)

    if best and start.is_met:
        found = cheapest(instance, start)

        assert (found.union.price, found.bound, found.is_proven) == (best, best, True)
        assert found.union.is_met


@pytest.mark.parametrize("seed", range(2_200, 2_240))
def test_many_that_touch_the_same_strongly_are_told_apart(seed: int) -> None:
    problem = small_problem(seed, chances=(*CHANCES[-3:], 700_000), most_aims=6)
    best = cheapest_price(problem)
    instance = index_problem(problem)

    if best:
        found = cheapest(instance, fill_needs(instance))

        assert (found.union.price, found.bound) == (best, best)


@pytest.mark.parametrize("seed", range(2_300, 2_340))
def test_the_heaviest_within_a_price_is_found(seed: int) -> None:
    problem = small_problem(seed)
    instance = index_problem(problem)
    every = [(price_of(problem, times), weight_of(problem, times)) for times in every_choice(problem)]
    budget = random.Random(seed).randint(0, max(price for price, _ in every))
    most = max(weight for price, weight in every if price <= budget)

    found = heaviest(instance, fill_budget(instance, 0), budget)

    assert found.union.price <= budget
    assert found.is_proven
    assert most - len(problem.bodies) - 2 <= found.union.weight <= most <= found.bound


@pytest.mark.parametrize("seed", range(2_400, 2_410))
def test_stopped_early_the_bound_still_holds(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "WHOLE_ROUNDS", 1)
    problem = small_problem(seed)
    instance = index_problem(problem)
    best, start = cheapest_price(problem), fill_needs(instance)

    if best:
        found = cheapest(instance, start, nodes=1)

        assert found.bound <= best <= found.union.price <= start.price


@pytest.mark.parametrize("seed", range(2_500, 2_540))
def test_parts_of_tests_bound_the_price_of_whole_ones(seed: int) -> None:
    problem = small_problem(seed)
    instance = index_problem(problem)
    best, start = cheapest_price(problem), fill_needs(instance)

    if best:
        found = cheapest(instance, start, nodes=0)

        assert found.union is start
        assert 0 < found.bound <= best


def test_one_budget_cant_buy_anything() -> None:
    problem = small_problem(5)
    instance = index_problem(problem)

    found = heaviest(instance, Union(instance), 0)

    assert (found.union.weight, found.union.price) == (0, 0)
