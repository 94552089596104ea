"""Short cuts of the solver: ratios that are never too low, aims that are ruled out, and sketches of large problems."""

import random

import pytest
from problems import cheapest_price, every_choice, meets, price_of, small_problem

from planner.model.problem import Problem
from planner.solve import choose
from planner.solve.begin import find_start
from planner.solve.bound import prove_price
from planner.solve.cheap import fill_needs
from planner.solve.choose import choose_cheapest
from planner.solve.instance import Instance, index_all, index_problem, weighed_anew
from planner.solve.outlook import outlook, ratio_of
from planner.solve.sketch import sketch_needs
from planner.solve.union import Union

SEEDS = range(60)


def _some_tests(instance: Instance, seed: int) -> Union:
    draw, union = random.Random(seed), Union(instance)
    for aim, plain in enumerate(instance.problem.aims):
        for _ in range(draw.randint(0, plain.most)):
            union.add(aim)
    return union


def _everything(problem: Problem) -> Union:
    return Union.of(index_problem(problem), [aim.most for aim in problem.aims])


@pytest.mark.parametrize("seed", SEEDS)
def test_an_aim_is_never_queued_with_too_low_a_ratio(seed: int) -> None:
    problem = small_problem(seed)
    instance = index_problem(problem)
    start = find_start(instance, (1,) * len(problem.needs))
    queued = {aim: -ratio for ratio, _, aim in start.queue}
    union = _some_tests(instance, seed)

    for aim in range(len(problem.aims)):
        if union.has_next(aim):
            gain, price = outlook(union, start.worth, aim)
            assert ratio_of(gain, price) <= queued.get(aim, 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_choice_that_is_cheaper_has_an_aim_that_was_ruled_out(seed: int) -> None:
    problem = small_problem(seed, most_aims=4)
    union = _everything(problem)
    if not union.is_met:
        union = fill_needs(index_problem(problem))

    proof = prove_price(union.instance, union)

    for times in every_choice(problem):
        if union.is_met and meets(problem, times) and price_of(problem, times) < union.price:
            assert {aim for aim, count in enumerate(times) if count} <= set(proof.hopeful)


def test_aims_are_ruled_out_at_all() -> None:
    ruled_out = 0
    for seed in SEEDS:
        problem = small_problem(seed)
        union = fill_needs(index_problem(problem))
        ruled_out += len(problem.aims) - len(prove_price(union.instance, union).hopeful)

    assert ruled_out > len(SEEDS) // 2


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sketched_choice_meets_the_needs_and_its_bound_holds(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "MANY", 0)
    problem = small_problem(seed, most_aims=4)
    truth = cheapest_price(problem)

    choice = choose_cheapest(problem)

    if truth is None:
        assert not choice.is_met
    else:
        assert choice.is_met
        assert choice.bound <= truth <= choice.price


def test_a_sketch_of_needs_that_nothing_meets_is_none() -> None:
    unmet = next(small_problem(seed) for seed in range(200) if cheapest_price(small_problem(seed)) is None)

    assert sketch_needs(index_problem(unmet)) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_an_instance_weighed_anew_is_that_of_the_problem(seed: int) -> None:
    whole, draw = small_problem(seed), random.Random(seed)
    places = [place for place in range(len(whole.aims)) if draw.random() < 0.7]
    part = Problem(
        tuple(whole.aims[place] for place in places),
        {key: weight // 2 for key, weight in whole.bodies.items()},
        whole.lumps,
        whole.setups,
        whole.needs,
    )

    again = weighed_anew(index_all(whole), part, places, 0.5)

    plain = index_problem(part)
    assert again.rank == plain.rank
    assert fill_needs(again).taken == fill_needs(plain).taken
    assert prove_price(again, fill_needs(again)).bound == prove_price(plain, fill_needs(plain)).bound
