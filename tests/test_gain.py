"""What tests of a unit would newly cover, of their own functions, of others, and of what all tests run into."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from factories import facts_of, file_coverage, lines
from hypothesis import given
from hypothesis import strategies as st

from planner.forecast import gain, read_rates
from planner.forecast.core import Core, core_of, find_core
from planner.forecast.reached import NOTHING_REACHED, Reached, by_unit, reached_chances
from planner.forecast.rows import Ran, Rows
from planner.forecast.runs import bits_of, runs_of, weights_of
from planner.model.lines import numbers_in
from planner.model.plan import MILLI
from planner.model.problem import MILLION, BodyKey
from planner.model.rates import Rates

RATES = read_rates()

SOURCE = """\
    import time
    if __name__ == "__main__":
        run()
    class Thing:
        x = 1
        def method(self):
            a = 1
            return a
    def work():
        if time:
            return 1
        return 2
    """
STATEMENTS = "1-12"

CHANCES = st.integers(0, MILLION)
KEYS = [("a.py", f"f{number}") for number in range(6)]
BODIES = st.dictionaries(st.sampled_from(KEYS), st.integers(1, 50_000), min_size=1)


def keys(number: int) -> list[BodyKey]:
    return [("a.py", f"f{place}") for place in range(number)]


# Lines


def test_body_lines_are_neither_import_time_nor_hollow(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, SOURCE)

    assert gain.body_lines(facts, facts.units) == lines("7-8 10-12")


def test_body_lines_leave_out_branches_that_no_usual_test_runs(tmp_path: Path) -> None:
    source = """\
        def work():
            try:
                import fast
            except ImportError:
                fast = None
            return fast
        if __name__ == "__main__":
            work()
        """
    facts = facts_of(tmp_path, source)

    assert gain.body_lines(facts, facts.units) & lines("1-8") & ~facts.import_time == lines("2-3 6")


@given(st.integers(0, 5_000), st.booleans())
def test_only_part_of_what_is_missing_can_be_expected(points: int, is_new: bool) -> None:
    expected = gain.expected_milli(points, RATES, is_new=is_new)

    assert 0 <= expected <= points * MILLI
    assert expected <= gain.expected_milli(points + 1, RATES, is_new=is_new)


# Import


def test_importing_a_module_never_imported_covers_its_import_time_lines(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, SOURCE)

    assert gain.import_points(file_coverage(statements=STATEMENTS, missing=STATEMENTS), facts) == 6  # 1, 2, 4, 5, 6, 9


def test_importing_again_covers_nothing(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, SOURCE)

    assert gain.import_points(file_coverage(statements=STATEMENTS, missing="4-12"), facts) == 0


def test_of_a_branch_at_import_time_one_exit_is_taken(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "import sys\nif sys.platform:\n    x = 1\ndef work():\n    if sys:\n        return 1\n")
    file = file_coverage(statements="1-6", missing="1-6", missing_exits={2: 2, 5: 2})

    assert gain.import_points(file, facts) == 4 + 1


# Own functions


def chances(number: int, entered: int, rates: Rates = RATES) -> tuple[gain.Chances, gain.Chances]:
    """Of a unit of so many functions with gaps, so many of which some test has entered."""
    own = keys(number)
    return gain.own_chances(own, own[entered:], rates, is_new=not entered)


@given(st.integers(1, 60), st.integers(0, 60))
def test_a_test_covers_part_of_each_of_its_own_functions(number: int, entered: int) -> None:
    entry, branch = chances(number, entered)

    assert entry.keys() == branch.keys() == set(keys(number))
    assert all(0 < chance <= MILLION for chance in (*entry.values(), *branch.values()))


@given(st.integers(1, 60), st.integers(0, 60))
def test_the_more_functions_the_less_a_test_covers_of_each(number: int, entered: int) -> None:
    few, many = (chances(count, min(entered, number)) for count in (number, number + 1))

    for less, more in zip(many, few, strict=True):
        assert all(less[key] <= more[key] for key in more)


@given(st.integers(1, 60))
def test_the_first_test_of_something_new_covers_more_than_each_further_one(number: int) -> None:
    entry, branch = chances(number, 0)

    assert all(entry[key] > branch[key] for key in entry)


@given(st.integers(2, 60))
def test_of_something_entered_before_all_tests_are_alike_and_cover_new_functions_best(number: int) -> None:
    entry, branch = chances(number, 1)

    assert entry == branch
    assert entry[KEYS[1]] > entry[KEYS[0]]


# Functions that are reached


def test_reached_functions_are_covered_as_far_as_the_call_is_sure() -> None:
    around = {KEYS[0]: {KEYS[1]: 1.0, KEYS[2]: 0.5}, KEYS[3]: {KEYS[2]: 0.8}}

    one, both = (reached_chances(own, by_unit(around), KEYS, 0.5) for own in ([KEYS[0]], [KEYS[0], KEYS[3]]))

    assert one == {KEYS[1]: 500_000, KEYS[2]: 250_000}
    assert both == {KEYS[1]: 500_000, KEYS[2]: 400_000}


def test_functions_of_its_own_and_those_that_tests_have_entered_are_not_reached() -> None:
    around = {KEYS[0]: {KEYS[1]: 1.0, KEYS[2]: 1.0}}

    assert reached_chances(KEYS[:2], by_unit(around), [KEYS[0], KEYS[1]], 0.5) == {}


def test_where_no_calls_are_known_nothing_is_reached() -> None:
    assert reached_chances(KEYS, NOTHING_REACHED, KEYS, 1.0) == {}


@given(st.floats(-1, 2))
def test_chances_in_millionths_stay_between_none_and_all(chance: float) -> None:
    assert 0 <= gain.in_millionths(chance) <= MILLION
    assert gain.in_millionths(0.25) == 250_000


# Several tests


@given(BODIES, CHANCES, CHANCES)
def test_tests_worth_writing_are_few_and_one_at_least(own: dict[BodyKey, int], first: int, further: int) -> None:
    number = gain.worthwhile_tests(own, dict.fromkeys(own, first), dict.fromkeys(own, further))

    assert 1 <= number <= gain.MOST_TESTS


@given(BODIES, CHANCES, CHANCES)
def test_each_further_test_that_is_worth_writing_covers_half_a_point(
    own: dict[BodyKey, int], first: int, further: int
) -> None:
    entry, branch = dict.fromkeys(own, first), dict.fromkeys(own, further)
    number = gain.worthwhile_tests(own, entry, branch)

    def covered(tests: int) -> int:
        return covered_by(tests, entry, branch, own)

    rounding = len(own) * (number + 1)
    if number > 1:
        assert covered(number) - covered(number - 1) >= MILLI // 2 - rounding
    if number < gain.MOST_TESTS:
        assert covered(number + 1) - covered(number) <= MILLI // 2 + rounding


def test_the_larger_the_gap_the_more_tests_are_worth_writing() -> None:
    entry, branch = {KEYS[0]: 500_000}, {KEYS[0]: 300_000}

    found = [gain.worthwhile_tests({KEYS[0]: points * MILLI}, entry, branch) for points in (1, 5, 20, 10**6)]

    assert found == sorted(found)
    assert (found[0], found[-1]) == (1, gain.MOST_TESTS)
    assert 1 < found[1] < found[2]


@given(BODIES, CHANCES, CHANCES, st.integers(1, 12))
def test_more_tests_cover_more_and_never_more_than_there_is(
    bodies: dict[BodyKey, int], first: int, further: int, tests: int
) -> None:
    entry, branch = dict.fromkeys(bodies, first), dict.fromkeys(bodies, further)

    less, more = (covered_by(count, entry, branch, bodies) for count in (tests, tests + 1))

    assert 0 <= less <= more <= sum(bodies.values())


def test_each_further_test_covers_its_part_of_what_is_left_in_whole_thousandths() -> None:
    (one, other) = keys(2)
    entry, branch = {one: 500_000, other: 0}, {one: 500_000, other: 1}

    assert covered_by(1, entry, branch, {one: 1000, other: 10}) == 500
    assert covered_by(3, entry, branch, {one: 1000, other: 10}) == 875 + 2


# What all tests run into


NEW = {("pkg/a.py", "f"): 6_000, ("pkg/a.py", "g"): 2_000, ("pkg/b.py", "h"): 2_000, ("top.py", "i"): 1_000}
STATEMENTS_OF = {"pkg/a.py": 8, "pkg/b.py": 2, "top.py": 1}
BITS = bits_of(("other.py", "pkg/a.py", "pkg/b.py", "top.py"))
HALF = replace(RATES, core_share=0.5, core_statements=1_000)
PKG = core_of("pkg/a.py")
OLD = "old.py", "f"


def core(rates: Rates = HALF) -> Core:
    return find_core(NEW, STATEMENTS_OF, rates, BITS)


def within(*paths: str, rates: Rates = HALF) -> dict[BodyKey, float]:
    """The parts of cores in these files."""
    return core(rates).reach(sum(BITS[path] for path in paths))


def test_each_folder_has_a_core_that_its_functions_give_to() -> None:
    assert core().gifts == {key: weight // 2 for key, weight in NEW.items()}
    assert core().weights == {PKG: 5_000, core_of("top.py"): 500}
    assert PKG == core_of("pkg/b.py") != core_of("top.py")
    assert not core().weights.keys() & NEW.keys()


@given(BODIES, st.floats(0, 1))
def test_what_functions_give_is_what_cores_have(new: dict[BodyKey, int], share: float) -> None:
    found = find_core(new, {}, replace(RATES, core_share=share), {"a.py": 1})

    assert sum(found.gifts.values()) == sum(found.weights.values())
    assert all(0 < gift <= new[key] for key, gift in found.gifts.items())


def test_a_core_is_within_reach_as_far_as_imports_lead_into_it() -> None:
    assert within("pkg/a.py") == {PKG: 0.8}
    assert within("pkg/a.py", "pkg/b.py", "top.py") == {PKG: 1.0, core_of("top.py"): 1.0}
    assert within("other.py") == within() == {}


def test_in_more_code_than_was_measured_a_core_is_thinner() -> None:
    assert within("pkg/a.py", "pkg/b.py", rates=replace(HALF, core_statements=5)) == {PKG: pytest.approx(0.5)}


def cores_covered(parts: dict[BodyKey, float], own: dict[BodyKey, int]) -> dict[BodyKey, int]:
    """The chances for cores, in their order, of a test with these chances for functions."""
    rows, plain = rows_of(parts)
    drawn = rows.draw((own, own), next(rows.entered([()])), (0.0, 0.0), plain)
    first, _ = rows.chances(drawn)
    return {key: chance for key, chance in first.items() if not key[1]}


def rows_of(parts: dict[BodyKey, float]) -> tuple[Rows, Ran]:
    """The rows of a project with one more function, which gives nothing, and a test by imports alone."""
    found = core()
    rows = Rows({**NEW, **found.weights, OLD: 1_000}, NEW, found, None)
    return rows, (rows.plain(parts, 0.1), rows.plain(parts, 0.1))


def test_a_test_covers_of_a_core_what_is_within_reach_and_what_it_covers_itself() -> None:
    assert cores_covered({PKG: 0.5}, {}) == {PKG: 50_000}
    assert cores_covered({}, {("pkg/a.py", "f"): MILLION}) == {PKG: 600_000}
    assert cores_covered({PKG: 1.0}, {("pkg/a.py", "f"): 500_000})[PKG] == pytest.approx(370_000, abs=1)


def test_what_a_test_covers_of_one_core_changes_nothing_at_another() -> None:
    parts = within("pkg/a.py", "top.py")

    chances = cores_covered(parts, {("pkg/b.py", "h"): MILLION})

    assert chances == {PKG: 264_000, core_of("top.py"): 100_000}
    assert cores_covered(parts, {}) == {PKG: 80_000, core_of("top.py"): 100_000}


def test_cores_that_imports_lead_to_come_before_those_that_a_test_covers_by_calls() -> None:
    top = core_of("top.py")

    assert list(cores_covered({top: 1.0}, {("pkg/a.py", "f"): MILLION})) == [top, PKG]
    assert list(cores_covered({}, {("top.py", "i"): MILLION, ("pkg/a.py", "f"): MILLION})) == [top, PKG]


def test_functions_that_give_nothing_cover_no_core() -> None:
    assert cores_covered({}, {OLD: MILLION}) == {}


def test_a_further_test_finds_of_a_core_what_the_first_one_left_of_functions() -> None:
    rows, plain = rows_of({})
    own = {("pkg/a.py", "f"): 500_000}

    drawn = rows.draw((own, own), next(rows.entered([()])), (0.0, 0.0), plain)
    first, further = rows.chances(drawn)

    assert (first[PKG], further[PKG]) == (300_000, 150_000)


def test_of_what_is_entered_only_functions_that_no_test_has_entered_are_reached() -> None:
    f, g, h = (key for key in NEW if key[0] != "top.py")
    around = by_unit({f: {f: 1.0, g: 0.5, h: 0.25, OLD: 1.0, ("gone.py", "k"): 1.0}})
    rows = Rows({**NEW, OLD: 1_000}, NEW.keys() - {h}, replace(core(), gifts={}, weights={}), around)

    (entered,) = rows.entered([[f]])
    first, further = rows.chances(rows.draw(({f: 7}, {f: 5}), entered, (0.5, 0.1), (rows.plain({}, 0.1),) * 2))

    assert dict(first) == {f: 7, g: 250_000}
    assert dict(further) == {f: 5, g: 50_000}


def test_where_two_units_have_one_key_the_less_likely_one_counts() -> None:
    f, g, *_ = NEW
    twice = Reached((g, f, g), lambda _: iter([(np.array([0, 1, 2]), np.array([0.4, 1.0, 0.8]))]))
    rows = Rows(NEW, NEW, replace(core(), gifts={}, weights={}), twice)

    (entered,) = rows.entered([[f]])
    first, _ = rows.chances(rows.draw(({f: 7}, {f: 5}), entered, (1.0, 1.0), (rows.plain({}, 0.1),) * 2))

    assert dict(first) == {f: 7, g: 400_000}


# Sets of files


FOUND = st.dictionaries(st.sampled_from("abcdef"), st.frozensets(st.sampled_from("abcdefgh")))


@given(FOUND)
def test_sets_of_files_as_bits_hold_the_same_files(found: dict[str, frozenset[str]]) -> None:
    runs = runs_of(found)

    assert list(runs.files) == sorted(set(runs.files))
    assert {path: {runs.files[place] for place in numbers_in(bits)} for path, bits in runs.sets.items()} == found


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 10**7)), st.frozensets(st.sampled_from("abcdef")))
def test_weights_add_up_over_any_set_of_files(numbers: dict[str, int], chosen: frozenset[str]) -> None:
    bits = bits_of("abcdef")

    found = weights_of(numbers, bits).over(sum(bits[path] for path in chosen))

    assert found == sum(numbers.get(path, 0) for path in chosen)


def covered_by(tests: int, entry: dict[BodyKey, int], branch: dict[BodyKey, int], bodies: dict[BodyKey, int]) -> int:
    """What so many tests cover, where no core is near."""
    rows = Rows(bodies, (), find_core({}, {}, RATES, {}), None)
    nothing = rows.plain({}, 0.1)
    return rows.covered(rows.draw((entry, branch), next(rows.entered([()])), (0.0, 0.0), (nothing, nothing)), tests)
