"""Short cuts of the solver: ratios that are never too low, aims that are ruled out, and sketches of large problems."""

import random
from dataclasses import replace

import pytest
from problems import cheapest_price, every_choice, meets, price_of, small_problem

from planner.model.problem import Aim, BodyKey, Need, Problem
from planner.solve import choose, sketch
from planner.solve.begin import find_start
from planner.solve.bound import prove_price
from planner.solve.cheap import fill_briefly, fill_needs
from planner.solve.choose import choose_cheapest
from planner.solve.doors import look_behind
from planner.solve.glance import least_lost, start_beside
from planner.solve.instance import Instance, index_all, index_problem, weighed_anew
from planner.solve.lazy import Fill
from planner.solve.outlook import outlook, ratio_of
from planner.solve.relax import Relaxation, Touches
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


def test_a_door_is_opened_by_the_aim_that_is_best_now() -> None:
    problem = Problem(
        aims=(
            _aim("covering", {"faded": 999_000}),
            _aim("cheap", {"large": 900_000}, needs=("one",)),
            _aim("faded", {"faded": 900_000}, needs=("one", "two")),
            _aim("steady", {"steady": 900_000}, needs=("one", "two")),
        ),
        bodies={("a.py", "faded"): 20_000, ("a.py", "large"): 900_000, ("a.py", "steady"): 10_000},
        setups={"one": 10, "two": 10},
        needs=(Need(900_000),),
    )
    union = Union.of(index_problem(problem), (1, 0, 0, 0))
    start = find_start(union.instance, (1,))
    door = next(each for each in start.doors if each.openers == {2, 3})

    _, _, opener = look_behind(union, start.worth, replace(door, queue=list(door.queue)), None)

    assert [aim for _, _, aim, _, _ in door.queue] == [1, 2, 3]
    assert opener == 3


def _aim(name: str, entry: dict[str, int], needs: tuple[str, ...] = ()) -> Aim:
    chances = {("a.py", body): chance for body, chance in entry.items()}
    return Aim(("a.py", name), most=1, first=100, further=100, entry=chances, branch={}, brings=(), needs=needs)


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
    monkeypatch.setattr(sketch, "BRIEF", 0)
    problem = small_problem(seed, most_aims=4)
    truth = cheapest_price(problem)

    choice = choose_cheapest(problem)

    if truth is None:
        assert not choice.is_met
    else:
        assert choice.is_met
        assert choice.bound <= truth <= choice.price


@pytest.mark.parametrize("seed", SEEDS)
def test_where_few_tests_are_enough_a_sketch_is_what_filling_finds(seed: int) -> None:
    instance = index_problem(small_problem(seed))
    filled = fill_needs(instance)

    found = sketch_needs(instance)

    assert found.union.taken == filled.taken if found else not filled.is_met


@pytest.mark.parametrize("seed", SEEDS)
def test_a_brief_filling_gives_up_where_more_tests_are_needed(seed: int) -> None:
    instance = index_problem(small_problem(seed))
    every = sum(aim.most for aim in instance.problem.aims)

    brief, full = fill_briefly(instance, 1), fill_briefly(instance, every + 1)

    if full is None:
        assert not fill_needs(instance).is_met
    else:
        assert full.taken == fill_needs(instance).taken
        assert brief is None or brief.taken == full.taken


def test_a_brief_filling_ends_where_there_are_few_tests_and_only_there() -> None:
    filled = [index_problem(small_problem(seed)) for seed in SEEDS]

    brief = [fill_briefly(instance, 1) for instance in filled]

    assert any(brief)
    assert not all(brief)


@pytest.mark.parametrize("seed", SEEDS)
def test_beside_tests_that_are_taken_no_aim_is_queued_with_too_low_a_ratio(seed: int) -> None:
    problem = small_problem(seed)
    union = _some_tests(index_problem(problem), seed)

    start = start_beside(union)

    for aim in range(len(problem.aims)):
        if union.has_next(aim):
            assert ratio_of(*outlook(union, start.worth, aim)) <= start.queued[aim]


def test_beside_tests_that_are_taken_most_aims_are_queued_with_lower_ratios() -> None:
    lower = 0
    for seed in SEEDS:
        union = _some_tests(index_problem(small_problem(seed)), seed)
        unmet = tuple(int(short > 0) for short in union.shortfalls())
        plain, beside = find_start(union.instance, unmet), start_beside(union)
        lower += sum(beside.queued) < sum(plain.queued)

    assert lower > len(SEEDS) // 3


@pytest.mark.parametrize("seed", SEEDS)
def test_without_an_aims_last_test_no_need_lacks_less_than_the_least(seed: int) -> None:
    problem = small_problem(seed)
    instance, draw = index_problem(problem), random.Random(seed)
    union = _everything(problem)
    least = least_lost(union)

    for aim in draw.sample(range(len(problem.aims)), len(problem.aims)):
        before = union.shortfalls()
        if union.taken[aim]:
            union.remove(aim)
            lost = [after - short for after, short in zip(union.shortfalls(), before, strict=True)]
            assert all(more <= each for more, each in zip(least[aim], lost, strict=True))
    assert union.instance.problem == instance.problem


@pytest.mark.parametrize("seed", SEEDS)
def test_a_filling_that_counts_no_more_than_is_lacking_takes_the_best_of_all_aims(seed: int) -> None:
    problem = small_problem(seed)
    small = replace(problem, needs=(Need(300),), aims=tuple(replace(aim, needs=()) for aim in problem.aims))
    instance = index_problem(small)
    ratios = _capped_ratios(Union(instance))

    fill = Fill(Union(instance), [1]).fork()
    fill.run(most=1)

    assert [ratios[aim] for aim in fill.order] == [max(ratios)] * len(fill.order)
    assert len(fill.order) == int(any(ratios))


def _capped_ratios(union: Union) -> list[int]:
    unmet = tuple(int(short > 0) for short in union.shortfalls())
    lacks, worth = sum(max(0, short) for short in union.shortfalls()), find_start(union.instance, unmet).worth
    looks = [outlook(union, worth, aim) for aim in range(len(union.taken))]
    return [ratio_of(min(gain, lacks), price) for gain, price in looks]


@pytest.mark.parametrize("seed", SEEDS)
def test_touches_of_some_aims_are_those_of_all_without_the_others(seed: int) -> None:
    problem, draw = small_problem(seed), random.Random(seed)
    some = [aim for aim in range(len(problem.aims)) if draw.random() < 0.5]
    others = tuple(replace(aim, most=0) if place not in some else aim for place, aim in enumerate(problem.aims))

    few = Relaxation(index_problem(problem), some)
    lean = Relaxation(index_problem(replace(problem, aims=others)))

    assert [level.left.tolist() for level in few.levels] == [level.left.tolist() for level in lean.levels]
    assert _by_key(few.instance, few.entry) == _by_key(lean.instance, lean.entry)
    assert _by_key(few.instance, few.branch) == _by_key(lean.instance, lean.branch)


def _by_key(instance: Instance, touches: Touches) -> dict[tuple[int, BodyKey], float]:
    rows = zip(touches.aims.tolist(), touches.bodies.tolist(), touches.sizes.tolist(), strict=True)
    return {(aim, instance.keys[body]): size for aim, body, size in rows}


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
