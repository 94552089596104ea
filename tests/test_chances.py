"""Chances by body in rows: they are the mapping that they stand for, wherever the solver reads them row by row."""

import pickle
from array import array
from collections.abc import Mapping
from dataclasses import replace

import pytest
from factories import candidate, ground
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.model.chances import NUMBERS, Chances, Names
from planner.model.problem import MILLION, Aim, BodyKey, Need, Problem
from planner.solve.ceiling import find_ceiling
from planner.solve.choose import choose_cheapest
from planner.solve.flat import flatten, touched_by, touching
from planner.solve.left import Left, Weights
from planner.solve.tally import Tally

KEYS = [(path, name) for path in ("a.py", "b.py") for name in "fgh"]
PLAIN = st.dictionaries(st.sampled_from(KEYS), st.integers(0, MILLION))
WEIGHTS = st.dictionaries(st.sampled_from(KEYS), st.integers(0, 10**9))
NAMES = Names(tuple(KEYS[:4]))


def in_rows(plain: Mapping[BodyKey, int], names: Names = NAMES) -> Mapping[BodyKey, int]:
    """The same in rows, as far as its bodies have numbers; the same as it is where some have none."""
    if any(key not in names.numbers for key in plain):
        return plain
    return Chances(names, array(NUMBERS, [names.numbers[key] for key in plain]), array(NUMBERS, plain.values()))


@given(PLAIN)
def test_chances_in_rows_are_the_mapping_that_they_stand_for(plain: dict[BodyKey, int]) -> None:
    rows = in_rows(plain, Names(tuple(KEYS)))

    assert rows == plain == dict(rows) == dict(rows.items())
    assert (list(rows), list(rows.values()), len(rows)) == (list(plain), list(plain.values()), len(plain))
    assert [rows.get(key) for key in KEYS] == [plain.get(key) for key in KEYS]
    assert pickle.loads(pickle.dumps(rows)) == plain


def test_chances_can_be_those_of_bodies_with_other_names() -> None:
    rows = Chances(NAMES, array(NUMBERS, [2, 0]), array(NUMBERS, [5, 7]))
    others = Names([("c.py", name) for name in "wxyz"])

    assert dict(rows.renamed(others)) == {("c.py", "y"): 5, ("c.py", "w"): 7}
    assert dict(rows) == {KEYS[2]: 5, KEYS[0]: 7}
    with pytest.raises(KeyError):
        rows[KEYS[1]]


@given(WEIGHTS, st.lists(PLAIN, max_size=6))
def test_what_is_left_is_the_same_in_rows_and_by_key(
    weights: dict[BodyKey, int], tests: list[dict[BodyKey, int]]
) -> None:
    by_key, by_row = Left(Weights(weights)), Left(Weights(weights))

    for plain in tests:
        assert by_row.take(in_rows(plain)) == by_key.take(plain)
        assert dict(by_row) == dict(by_key)
        assert len(by_row) == len(by_key)
        assert by_row.covered(in_rows(plain)) == by_key.covered(plain) == [by_key.covered_of(key) for key in plain]
    for without in (set(), set(KEYS[1:5])):
        covered = sum(by_key.covered_of(key) for key in by_key if key not in without)
        assert by_row.covered_without(without) == by_key.covered_without(without) == covered


@given(PLAIN, PLAIN, st.integers(0, 4))
def test_several_tests_leave_what_one_after_the_other_leaves(
    first: dict[BodyKey, int], further: dict[BodyKey, int], times: int
) -> None:
    one_by_one, at_once = Left(Weights({})), Left(Weights({}))

    for left, repeats in ((one_by_one, [1] * times), (at_once, [times])):
        left.leave(in_rows(first))
        for each in repeats:
            left.leave(in_rows(further), each)

    assert {key: one_by_one.get(key, MILLION) for key in KEYS} == {key: at_once.get(key, MILLION) for key in KEYS}


def test_what_a_test_left_before_bodies_had_numbers_is_not_forgotten() -> None:
    left = Left(Weights({KEYS[0]: 1000}))

    assert left.take({KEYS[0]: 500_000}) == 500
    assert left.take(in_rows({KEYS[0]: 500_000})) == 250
    assert left.take({KEYS[0]: 500_000}) == 125
    assert dict(left) == {KEYS[0]: 125_000}


@given(st.lists(PLAIN, max_size=5), st.sets(st.sampled_from(KEYS)))
def test_a_row_of_all_touches_has_those_that_count_aim_by_aim(
    every: list[dict[BodyKey, int]], known: set[BodyKey]
) -> None:
    places = {key: place for place, key in enumerate(sorted(known))}
    mixed = [in_rows(plain) for plain in every]

    flat = flatten(mixed, places)

    wanted = [sorted((places[key], each) for key, each in plain.items() if key in places and each) for plain in every]
    assert [list(zip(*(row.tolist() for row in flat.of(aim)), strict=True)) for aim in range(len(every))] == wanted
    assert touched_by(mixed) == {key for plain in every for key in plain}
    assert flat.tops([7] * len(places)) == [-(-sum(7 * each for _, each in row) // MILLION) for row in wanted]
    find = touching([flat, flat], len(places))
    for place in places.values():
        assert find(place) == [aim for aim, row in enumerate(wanted) if place in dict(row)]


AIMS = st.lists(st.tuples(PLAIN, PLAIN, st.integers(1, 3), st.integers(1, 500)), min_size=1, max_size=4)


@settings(deadline=None)
@given(AIMS, st.dictionaries(st.sampled_from(KEYS), st.integers(0, 10**5)), st.integers(0, 10**5))
def test_the_same_tests_are_chosen_in_rows_and_by_key(
    aims: list[tuple[dict[BodyKey, int], dict[BodyKey, int], int, int]], weights: dict[BodyKey, int], need: int
) -> None:
    def choice(form: object) -> object:
        assert callable(form)
        made = (
            Aim(("t.py", f"{place}"), most, price, price // 2 + 1, form(entry), form(branch))
            for place, (entry, branch, most, price) in enumerate(aims)
        )
        return choose_cheapest(Problem(tuple(made), weights, needs=(Need(need),)))

    assert choice(in_rows) == choice(dict)


def test_ceilings_and_tallies_are_the_same_in_rows_and_by_key() -> None:
    reaches = {("pkg/other.py", "g"): 250_000, ("pkg/", ""): 10_000}
    plain = candidate("one", body=10, tests=3, entry=600_000, branch=300_000, reaches=reaches)
    names = Names(tuple(sorted({*plain.entry, *plain.branch})))
    rows = replace(plain, entry=in_rows(plain.entry, names), branch=in_rows(plain.branch, names))
    starts = [ground(candidates=(each,), core=500) for each in (plain, rows)]

    tallies = [Tally(start) for start in starts]
    taken = [[tally.add(each).body for _ in range(3)] for tally, each in zip(tallies, (plain, rows), strict=True)]

    assert taken[0] == taken[1]
    assert taken[0][0] > taken[0][1] > taken[0][2] > 0
    assert find_ceiling((plain,), starts[0]) == find_ceiling((rows,), starts[1])
