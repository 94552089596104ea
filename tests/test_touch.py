"""A test's touch of bodies: the same figures one by one and by numpy, exact where rounding could fall either way."""

import random
from array import array
from dataclasses import replace

import numpy as np
import pytest
from problems import cheapest_price, small_problem

from planner.model.problem import MILLION, Aim, BodyKey, Need, Problem
from planner.solve.bound import least_price
from planner.solve.choose import MOST_PAIRS, is_linear
from planner.solve.instance import MANY, index_problem
from planner.solve.lagrange import MOST_APART, Stakes, pay
from planner.solve.many import Many
from planner.solve.touch import Few
from planner.solve.union import Union

KEYS: tuple[BodyKey, ...] = tuple(("a.py", f"f{number}") for number in range(2 * MANY))
CHANCES = (1, 100_000, 333_333, 500_000, 999_999, MILLION)


def wide_problem(seed: int) -> Problem:
    """Aims that touch more bodies than a loop is good for, with weights and chances whose products are often whole."""
    draw = random.Random(seed)

    def touches() -> dict[BodyKey, int]:
        return {key: draw.choice(CHANCES) for key in draw.sample(KEYS, draw.randint(MANY, len(KEYS)))}

    aims = tuple(Aim(("a.py", f"aim{number}"), 3, 60, 30, touches(), touches()) for number in range(4))
    bodies = {key: draw.choice((1, 7, 1_000, 4_000, 123_457)) for key in KEYS}
    return Problem(aims, bodies, needs=(Need(500_000), Need(2_000, frozenset({"a.py"}))))


def one_by_one(union: Union) -> Union:
    """The same state of an instance whose touches are all looped over."""
    instance = index_problem(union.instance.problem)
    for touches in (instance.entry, instance.branch):
        for aim in range(len(union.taken)):
            touches[aim] = Few(touches[aim].bodies, touches[aim].leaves)
    return Union.of(instance, union.taken)


@pytest.mark.parametrize("seed", range(30))
def test_many_bodies_at_once_give_the_figures_of_one_by_one(seed: int) -> None:
    draw = random.Random(seed)
    union = Union(index_problem(wide_problem(seed)))
    few = one_by_one(union)
    values = array("d", [draw.randint(0, 3) for _ in union.left])

    for _ in range(40):
        aim = draw.randrange(4)
        if draw.random() < 0.6 and union.has_next(aim):
            assert union.add(aim) == few.add(aim)
        elif union.taken[aim]:
            assert (union.without(aim), union.can_spare(aim)) == (few.without(aim), few.can_spare(aim))
            union.remove(aim)
            few.remove(aim)
        many, loop = union.instance.branch[aim], few.instance.branch[aim]
        assert (type(many), type(loop)) == (Many, Few)
        assert (union.left, union.shortfalls(), union.weight) == (few.left, few.shortfalls(), few.weight)
        assert many.gain(union, values) == loop.gain(few, values)
        between = union.instance.between[aim]
        after = many.after(union, between)
        assert (after, many.follow(after, values)) == (loop.after(few, between), loop.follow(after, values))


@pytest.mark.parametrize("count", [1, MANY])
def test_where_nearly_nothing_is_left_nothing_more_is_promised(count: int) -> None:
    keys = KEYS[:count]
    aim = Aim(KEYS[0], 99, 60, 30, dict.fromkeys(keys, 999_999), dict.fromkeys(keys, 999_999))
    union = Union(index_problem(Problem((aim,), dict.fromkeys(keys, 30_000))))

    for _ in range(99):
        union.add(0)

    assert union.instance.branch[0].gain(union, union.instance.even) == 0
    assert list(union.left) == [1] * count

    for _ in range(98):
        union.remove(0)

    assert list(union.left) == [1] * count
    assert union.instance.branch[0].gain(union, union.instance.even) == 0
    union.remove(0)
    assert union.rest == union.instance.fresh


@pytest.mark.parametrize("seed", range(25))
def test_aims_that_bring_many_files_pay_for_them_and_the_bound_still_holds(seed: int) -> None:
    draw, plain = random.Random(seed), small_problem(seed, most_aims=4)
    names = [f"new{number}.py" for number in range(3 * MOST_APART)]
    aims = [
        replace(aim, brings=tuple(sorted({*aim.brings, *draw.sample(names, 2 * MOST_APART)}))) for aim in plain.aims
    ]
    needs = [
        replace(need, rises={**need.rises, **{name: draw.randint(0, 300) for name in names}}) for need in plain.needs
    ]
    problem = replace(plain, aims=tuple(aims), needs=tuple(needs))
    best = cheapest_price(problem)

    bound = least_price(index_problem(problem), Union(index_problem(problem)))

    assert best is None or bound <= best


@pytest.mark.parametrize("seed", range(10))
def test_items_get_what_they_cost_and_no_more_from_aims_that_have_many(seed: int) -> None:
    draw, nothing = np.random.default_rng(seed), np.zeros(0, dtype=np.int64)
    aims = np.repeat(np.arange(5), 8)
    items = np.concatenate([np.sort(draw.choice(12, 8, replace=False)) for _ in range(5)])
    costs, none = draw.uniform(1, 9, 12) * np.isin(np.arange(12), items), np.zeros(0)
    stakes = Stakes(none, none, none, none, [(nothing, nothing)], (aims, items))

    poor, _ = pay(stakes, draw.uniform(0, 4, 5), costs, 0.5)
    rich, opened = pay(stakes, np.full(5, 1_000.0), costs, 0.5)

    assert (poor >= 0).all()
    assert 5 * 1_000 - rich.sum() == pytest.approx(costs.sum())
    assert (opened == 1).all()


@pytest.mark.parametrize(("aims", "rise", "expected"), [(100, 5, True), (101, 5, False), (101, 0, True)])
def test_so_many_files_that_raise_the_needs_are_too_many_for_the_linear_program(
    aims: int, rise: int, expected: bool
) -> None:
    files = tuple(f"new{number}.py" for number in range(MOST_PAIRS // 100))
    made = tuple(Aim(("a.py", f"aim{number}"), 1, 60, 30, {KEYS[0]: 500}, brings=files) for number in range(aims))
    need = Need(9_000, None, dict.fromkeys(files, rise))

    instance = index_problem(Problem(made, {KEYS[0]: 1_000}, dict.fromkeys(files, 9), needs=(need,)))

    assert is_linear(instance) == expected
