"""Sets of line numbers held in one integer."""

import pytest
from factories import lines
from hypothesis import given
from hypothesis import strategies as st

from planner.model.lines import MAX_LINE, NO_LINES, line_range, lines_of, numbers_in, ranges_text, runs

NUMBERS = st.frozensets(st.integers(0, 2_000))


@given(NUMBERS)
def test_numbers_survive_the_packing(numbers: frozenset[int]) -> None:
    assert list(numbers_in(lines_of(numbers))) == sorted(numbers)


@given(NUMBERS, NUMBERS)
def test_sets_of_lines_behave_as_sets(one: frozenset[int], other: frozenset[int]) -> None:
    assert lines_of(one) | lines_of(other) == lines_of(one | other)
    assert lines_of(one) & lines_of(other) == lines_of(one & other)
    assert lines_of(one) & ~lines_of(other) == lines_of(one - other)
    assert lines_of(one).bit_count() == len(one)


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_line_range_holds_both_ends(first: int, last: int) -> None:
    assert line_range(first, last) == lines_of(range(first, last + 1))


@pytest.mark.parametrize("numbers", [[-1], [3, MAX_LINE + 1], [10**15]])
def test_numbers_no_file_has_are_refused_before_they_cost_memory(numbers: list[int]) -> None:
    with pytest.raises(ValueError, match="line numbers must lie"):
        lines_of(numbers)


def test_the_largest_line_number_is_accepted() -> None:
    assert list(numbers_in(lines_of([MAX_LINE]))) == [MAX_LINE]


def test_the_layout_is_that_of_coverage_numbits() -> None:
    from coverage.numbits import nums_to_numbits

    numbers = [1, 2, 8, 9, 64, 65, 1000]

    packed = nums_to_numbits(numbers)

    assert int.from_bytes(packed, "little") == lines_of(numbers)


@given(NUMBERS, NUMBERS)
def test_runs_hold_exactly_the_lines_and_no_statement_between(some: frozenset[int], statements: frozenset[int]) -> None:
    found = runs(lines_of(some), lines_of(statements))

    inside = {number for first, last in found for number in range(first, last + 1)}
    assert some <= inside
    assert not inside - some & statements
    assert found == sorted(found)


@given(NUMBERS)
def test_range_text_says_what_coverage_reports_as_missing(some: frozenset[int]) -> None:
    from coverage.results import format_lines

    statements = sorted({number + 1 for number in some} | {number * 2 + 1 for number in some})
    missing = {number + 1 for number in some}

    assert ranges_text(lines_of(missing), lines_of(statements)) == format_lines(statements, missing)


def test_blank_lines_do_not_split_a_range_but_statements_do() -> None:
    missing = lines("3 5 9")

    assert ranges_text(missing, lines("3 5 7 9")) == "3-5, 9"
    assert ranges_text(missing) == "3, 5, 9"
    assert ranges_text(NO_LINES) == ""
