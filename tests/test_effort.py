"""Hours as ranges, and the counts of a unit that are shown beside them."""

from dataclasses import replace
from pathlib import Path

import pytest
from factories import REDIS, REQUESTS, candidate, facts_of, file_coverage
from hypothesis import given
from hypothesis import strategies as st

from planner.forecast import effort, read_rates
from planner.forecast.seams import find_seams
from planner.model.plan import Effort

RATES = read_rates()
LINES = st.floats(0.1, 10_000)
SPREADS = st.floats(0, 2)


@given(LINES, SPREADS)
def test_hours_are_a_range_above_zero(lines: float, spread: float) -> None:
    found = effort.hours_of(lines, replace(RATES, effort_spread=spread))

    assert 0 < found.p50 <= found.p80


@given(LINES, LINES)
def test_more_lines_take_longer(lines: float, more: float) -> None:
    few, many = effort.hours_of(lines, RATES), effort.hours_of(lines + more, RATES)

    assert few.p50 < many.p50
    assert few.p80 < many.p80


@given(LINES)
def test_who_writes_twice_as_fast_takes_half_as_long(lines: float) -> None:
    fast = replace(RATES, lines_per_hour=RATES.lines_per_hour * 2)

    assert effort.hours_of(lines, fast).p50 * 2 == pytest.approx(effort.hours_of(lines, RATES).p50)
    assert effort.hours_of(lines, fast).p80 * 2 == pytest.approx(effort.hours_of(lines, RATES).p80)


@given(LINES, SPREADS, st.floats(0.01, 1))
def test_a_wider_spread_moves_the_p80_and_not_the_p50(lines: float, spread: float, wider: float) -> None:
    narrow, wide = (effort.hours_of(lines, replace(RATES, effort_spread=each)) for each in (spread, spread + wider))

    assert narrow.p50 == wide.p50
    assert narrow.p80 < wide.p80


def test_without_a_spread_hours_are_one_figure() -> None:
    assert effort.hours_of(90, replace(RATES, lines_per_hour=45.0, effort_spread=0.0)) == Effort(2.0, 2.0)


def test_tests_modules_and_doubles_have_prices_of_their_own() -> None:
    rates = replace(RATES, test_lines=10.0, module_lines=20.0, double_hours=3.0, double_hours_p80=5.0)

    assert effort.effort_of_test(rates) == effort.hours_of(10.0, rates)
    assert effort.module_effort(rates) == effort.hours_of(20.0, rates)
    assert effort.double_effort(rates) == Effort(3.0, 5.0)


SOURCE = """\
    import redis, time
    def entered(x):
        if x and x > 1:
            return 1
        return 2
    def never(x):
        for y in x:
            redis.get(y)
        return time.time()
    def covered(x):
        if x:
            return 1
        return 2
    if __name__ == "__main__":
        never([])
    """


def test_features_count_what_is_missing_and_what_is_touched(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, SOURCE)
    file = file_coverage(statements="1-15", missing="5 7-9 15", missing_exits={3: 1})
    seams = find_seams(name for unit in facts.units for name in unit.uses)

    counted = effort.features(file, facts, facts.units, seams)

    assert counted == {
        "functions": 1,  # never(); entered() has a gap but is entered
        "gaps": 2,  # 5 and 7-9; the hollow line 15 is none
        "missing": 5,
        "complexity": 2 + 1,  # of the units with a gap
        "seams": 1,  # redis; the clock needs nothing built
    }


def test_a_whole_unit_that_is_covered_has_nothing_to_count(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, SOURCE)

    counted = effort.features(file_coverage(statements="1-15"), facts, facts.units, ())

    assert set(counted.values()) == {0}


def test_a_unit_without_a_statement_of_its_own_has_nothing_to_count(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, SOURCE)
    file = file_coverage(statements="1-6 10-15", missing="5")  # never() is excluded

    counted = effort.features(file, facts, facts.units, ())

    assert counted == {"functions": 0, "gaps": 1, "missing": 1, "complexity": 2, "seams": 0}


def test_doubles_are_not_in_the_price_of_a_test() -> None:
    assert candidate(seams=(REDIS, REQUESTS)).effort == candidate().effort


def test_the_effort_of_a_candidate_is_that_of_all_its_tests() -> None:
    one = candidate(hours=2, tests=4)

    assert one.effort.p50 == 2 + 3 * 1
    assert one.effort.p80 < 4 + 3 * 2  # single errors even out
