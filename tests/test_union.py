"""What tests cover and cost together: equal to fractions over every choice, in whatever order they come."""

import random

import pytest
from problems import brought, every_choice, lacking, price_of, small_problem, weight_of

from planner.model.problem import MILLION, Aim, Need, Problem
from planner.solve.instance import index_problem
from planner.solve.union import Union

BODY, OTHER = ("a.py", "f"), ("b.py", "g")


def aim(**changes: object) -> Aim:
    made: dict[str, object] = {"key": BODY, "most": 9, "first": 60, "further": 30, "entry": {BODY: 500_000}}
    return Aim(**{**made, **changes})  # type: ignore[arg-type]


def union_of(*aims: Aim, bodies: dict[tuple[str, str], int], **parts: object) -> Union:
    return Union(index_problem(Problem(aims, bodies, **parts)))  # type: ignore[arg-type]


def in_some_order(times: tuple[int, ...], seed: int) -> list[int]:
    order = [number for number, count in enumerate(times) for _ in range(count)]
    random.Random(seed).shuffle(order)
    return order


@pytest.mark.parametrize("seed", range(40))
def test_every_figure_equals_that_of_fractions_in_any_order(seed: int) -> None:
    problem = small_problem(seed)
    instance = index_problem(problem)

    for times in every_choice(problem):
        union = Union(instance)
        added = [union.add(number) for number in in_some_order(times, seed)]

        assert union.weight == weight_of(problem, times) == sum(each.weight for each in added)
        assert union.price == price_of(problem, times) == sum(each.price for each in added)
        assert union.shortfalls() == lacking(problem, times)
        assert {path for each in added for path in each.lumps} <= brought(problem, times)


@pytest.mark.parametrize("seed", range(40))
def test_tests_taken_back_leave_no_trace(seed: int) -> None:
    problem = small_problem(seed)
    every = list(every_choice(problem))
    times = random.Random(seed).choice(every)
    union, full = Union(index_problem(problem)), tuple(each.most for each in problem.aims)
    for number in in_some_order(full, seed):
        union.add(number)

    for number in in_some_order(tuple(a - b for a, b in zip(full, times, strict=True)), seed + 1):
        union.remove(number)

    assert (union.weight, union.price) == (weight_of(problem, times), price_of(problem, times))
    assert union.shortfalls() == lacking(problem, times)
    assert union.taken == list(times)


@pytest.mark.parametrize("seed", range(40))
def test_a_test_that_can_be_spared_leaves_every_need_met(seed: int) -> None:
    problem = small_problem(seed)
    union = Union(index_problem(problem))
    for number, plain in enumerate(problem.aims):
        for _ in range(plain.most):
            union.add(number)
    if not union.is_met:
        return

    for number in range(len(problem.aims)):
        if union.can_spare(number):
            before, saving = union.price, union.saving(number)
            union.remove(number)

            assert union.is_met
            assert union.price == before - saving


@pytest.mark.parametrize("seed", range(40))
def test_what_would_go_without_a_test_is_what_fractions_lose_and_changes_nothing(seed: int) -> None:
    problem = small_problem(seed)

    for times in every_choice(problem):
        union = Union.of(index_problem(problem), times)
        for number in [number for number, count in enumerate(times) if count]:
            fewer = tuple(count - (place == number) for place, count in enumerate(times))
            lost = sum(lacking(problem, fewer)) - sum(lacking(problem, times))

            assert union.without(number) == (lost, price_of(problem, times) - price_of(problem, fewer))
        assert union.taken == list(times)
        assert union.shortfalls() == lacking(problem, times)


def test_a_body_touched_ten_thousand_times_keeps_its_last_thousandth() -> None:
    union = union_of(aim(most=10_001, branch={BODY: 10_000}), bodies={BODY: 50_000})

    for _ in range(10_001):
        union.add(0)

    assert list(union.left) == [1]


def test_a_certain_test_leaves_nothing_and_can_be_taken_back() -> None:
    union = union_of(aim(), aim(key=OTHER, entry={BODY: MILLION}), bodies={BODY: 1_000})

    first, second = union.add(0), union.add(1)
    union.remove(1)

    assert (first.weight, second.weight) == (500, 500)
    assert list(union.left) == [500]


def test_a_setup_is_paid_by_the_first_test_that_needs_it() -> None:
    fake = aim(needs=("redis",))
    union = union_of(fake, fake, bodies={BODY: 1_000}, setups={"redis": 3_600})

    first, second = union.add(0), union.add(1)

    assert (first.price, first.setups) == (3_660, ("redis",))
    assert (second.price, second.setups) == (60, ())


def test_a_lump_counts_once_and_raises_the_need_once() -> None:
    bringing = aim(brings=("a.py", "new.py"))
    need = Need(2_000, None, {"new.py": 700})
    union = union_of(bringing, bringing, bodies={BODY: 1_000}, lumps={"a.py": 200}, needs=(need,))

    first, second = union.add(0), union.add(1)

    assert (first.weight, first.lump_weight, first.lumps) == (700, 200, ("a.py", "new.py"))
    assert (second.weight, second.lumps) == (250, ())
    assert union.shortfalls() == [2_000 + 700 - 950]


def test_a_need_within_some_files_counts_only_those() -> None:
    both = aim(entry={BODY: 500_000, OTHER: 500_000}, brings=("b.py",))
    need = Need(1_000, frozenset({"b.py"}))
    union = union_of(both, bodies={BODY: 1_000, OTHER: 600}, lumps={"b.py": 50}, needs=(need,))

    added = union.add(0)

    assert added.weight == 850
    assert union.shortfalls() == [1_000 - 350]


def test_marginals_are_what_the_next_test_then_brings() -> None:
    union = union_of(aim(branch={BODY: 200_000}, needs=("redis",)), bodies={BODY: 1_000}, setups={"redis": 3_600})

    for _ in range(4):
        marginal = (union.marginal_weight(0), union.marginal_price(0))
        added = union.add(0)

        assert marginal == (added.weight, added.price)


def test_a_need_is_met_from_the_last_thousandth_on() -> None:
    half = aim(entry={BODY: 500_000})

    met, short = (union_of(half, bodies={BODY: 1_000}, needs=(Need(weight),)) for weight in (500, 501))
    met.add(0)
    short.add(0)

    assert (met.is_met, met.shortfalls()) == (True, [0])
    assert (short.is_met, short.shortfalls()) == (False, [1])


def test_what_is_left_stays_exact_through_any_number_of_tests_and_takings_back() -> None:
    third = aim(most=60, entry={BODY: 333_333}, branch={BODY: 333_333})
    union, once = (union_of(third, bodies={BODY: 29_999_999}) for _ in range(2))

    for _ in range(25):
        for _ in range(12):
            union.add(0)
        for _ in range(11):
            union.remove(0)
    for _ in range(25):
        once.add(0)

    assert list(union.left) == list(once.left) == [-(-29_999_999 * 666_667**25 // 1_000_000**25)]
    assert union.weight == once.weight == 29_999_999 - once.left[0]


def test_a_copy_goes_its_own_way() -> None:
    union = union_of(
        aim(brings=("a.py",), needs=("redis",)), bodies={BODY: 1_000}, lumps={"a.py": 9}, setups={"redis": 7}
    )
    other = union.copy()

    other.add(0)

    assert (union.weight, union.price, list(union.left), union.taken) == (0, 0, [1_000], [0])
    assert (other.weight, other.price, list(other.left), other.taken) == (509, 67, [500], [1])


def test_the_only_test_of_an_aim_is_spared_by_what_it_alone_covers() -> None:
    first = aim(entry={BODY: 500_000}, branch={BODY: 100_000})
    needed, spare = (union_of(first, bodies={BODY: 1_000}, needs=(Need(weight),)) for weight in (1, 0))
    needed.add(0)
    spare.add(0)

    assert not needed.can_spare(0)
    assert spare.can_spare(0)
    assert (needed.taken, list(needed.left), needed.covered) == ([1], [500], [500])


def test_the_second_test_of_an_aim_is_spared_by_what_it_added() -> None:
    first = aim(entry={BODY: 500_000}, branch={BODY: 100_000})
    needed, spare = (union_of(first, bodies={BODY: 1_000}, needs=(Need(weight),)) for weight in (501, 500))
    for union in (needed, spare):
        union.add(0)
        union.add(0)

    assert not needed.can_spare(0)
    assert spare.can_spare(0)


def test_a_certain_test_taken_back_leaves_what_the_others_left() -> None:
    part = aim(most=4, entry={BODY: 333_333}, branch={BODY: 111_111})
    certain = aim(key=OTHER, entry={BODY: MILLION})
    union, plain = (union_of(part, certain, bodies={BODY: 29_999}) for _ in range(2))
    for number in (0, 0, 0, 1):
        union.add(number)
    for number in (0, 0, 0):
        plain.add(number)

    union.remove(1)

    assert (union.left, union.weight) == (plain.left, plain.weight)
    assert list(union.left) == [-(-29_999 * 666_667 * 888_889**2 // 1_000_000**3)]


def test_tests_that_do_not_touch_a_body_leave_it_when_it_is_made_anew() -> None:
    once = aim(most=4, entry={BODY: 333_333}, branch={OTHER: 200_000})
    elsewhere = aim(key=("c.py", "h"), most=4, entry={OTHER: 100_000}, branch={OTHER: 100_000})
    certain = aim(key=OTHER, entry={BODY: MILLION})
    union = union_of(once, elsewhere, certain, bodies={BODY: 30_000_000, OTHER: 1_000})
    for number in (0, 0, 0, 1, 1, 1, 1, 2):
        union.add(number)

    union.remove(2)

    assert union.left[0] == -(-30_000_000 * 666_667 // 1_000_000)


def test_where_nothing_is_needed_every_test_can_be_spared() -> None:
    union = union_of(aim(brings=("a.py",)), bodies={BODY: 1_000}, lumps={"a.py": 9})
    union.add(0)

    assert union.can_spare(0)
    assert union.is_met
