"""The bound: never above the best price, never below the most weight, and near on problems of some size."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import cheapest_price, every_choice, price_of, small_problem, weight_of

from planner.model.problem import Aim, Need, Problem
from planner.solve.bound import least_price, most_weight
from planner.solve.cheap import fill_budget, fill_needs
from planner.solve.instance import index_problem
from planner.solve.relax import MARGIN, MOST_STEPS, SLOPES, STEPS, Relaxation
from planner.solve.union import Union


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**9))
def test_no_choice_that_meets_the_needs_is_cheaper_than_the_bound(seed: int) -> None:
    problem = small_problem(seed, most_aims=4)
    instance = index_problem(problem)
    best = cheapest_price(problem)

    from_good, from_nothing = least_price(instance, fill_needs(instance)), least_price(instance, Union(instance))

    if best is not None:
        assert from_good <= best
        assert from_nothing <= best


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**9))
def test_no_choice_within_a_price_covers_more_than_the_bound(seed: int) -> None:
    problem = small_problem(seed, most_aims=4)
    instance = index_problem(problem)
    every = [(price_of(problem, times), weight_of(problem, times)) for times in every_choice(problem)]
    budget = random.Random(seed).randint(0, max(price for price, _ in every))

    bound = most_weight(instance, fill_budget(instance, budget), budget)

    assert bound >= max(weight for price, weight in every if price <= budget)


@pytest.mark.parametrize("seed", range(12))
def test_slopes_cover_at_least_what_every_choice_covers(seed: int) -> None:
    problem = small_problem(seed)
    instance = index_problem(problem)
    relaxation, draw = Relaxation(instance), random.Random(seed)
    from planner.solve.program import POINT, Program

    program = Program(relaxation)
    steps = np.array([draw.randint(0, MOST_STEPS) for _ in instance.weights])
    for body, row in enumerate(program.cuts(steps, np.arange(len(steps)))):
        terms = dict(zip(row.columns.tolist(), row.shares.tolist(), strict=True))
        for times in every_choice(problem):
            union = Union(instance)
            tests = [program.tests[aim] + place for aim, count in enumerate(times) for place in range(count)]
            for aim, count in enumerate(times):
                for _ in range(count):
                    union.add(aim)
            claimed = row.high - sum(terms.get(column, 0.0) for column in tests)

            assert (instance.weights[body] - union.left[body]) / POINT <= claimed


def test_slopes_are_rounded_up() -> None:
    from decimal import Decimal

    for step in range(0, MOST_STEPS + 1, 97):
        assert Decimal(float(SLOPES[step])) >= (Decimal(-step) / STEPS).exp()
    assert 0 < MARGIN < 1e-10


def middling_problem(aims: int, seed: int) -> Problem:
    """Each aim has a body of its own and touches four others a little; a quarter is behind one of two set-ups."""
    draw = random.Random(seed)
    keys = [(f"m{number // 5}.py", f"f{number}") for number in range(aims)]
    made = tuple(
        Aim(
            key,
            3,
            draw.randint(1_200, 5_000),
            draw.randint(600, 1_500),
            {
                **{draw.choice(keys): draw.randint(20_000, 200_000) for _ in range(4)},
                key: draw.randint(400_000, 900_000),
            },
            {key: 300_000},
            (key[0],),
            (draw.choice(("redis", "http")),) if draw.random() < 0.25 else (),
        )
        for key in keys
    )
    bodies = {key: draw.randint(1_000, 30_000) for key in keys}
    lumps = {path: 5_000 for path, _ in keys}
    return Problem(made, bodies, lumps, {"redis": 9_000, "http": 18_000}, (Need(sum(bodies.values()) // 2),))


@pytest.mark.parametrize("seed", range(3))
def test_the_gap_of_a_thousand_aims_is_below_five_percent(seed: int) -> None:
    instance = index_problem(middling_problem(1_000, seed))
    union = fill_needs(instance)

    bound = least_price(instance, union)

    assert 0.95 * union.price <= bound <= union.price


def test_the_gap_of_a_budget_is_below_five_percent() -> None:
    instance = index_problem(middling_problem(1_000, 7))
    union = fill_budget(instance, 400_000)

    bound = most_weight(instance, union, 400_000)

    assert union.weight <= bound <= 1.05 * union.weight


def test_two_needs_bound_no_less_than_either_alone() -> None:
    problem = middling_problem(100, 1)
    files = frozenset(path for path, _ in list(problem.bodies)[:50])
    needs = (problem.needs[0], Need(100_000, files))
    instances = [
        index_problem(Problem(problem.aims, problem.bodies, problem.lumps, problem.setups, each))
        for each in (needs, needs[:1], needs[1:])
    ]

    both, first, second = (least_price(instance, fill_needs(instance)) for instance in instances)

    assert both >= 0.98 * max(first, second)
