"""Hours as ranges, from the features of a unit."""

from pathlib import Path

import pytest
from factories import REDIS, REQUESTS, candidate, facts_of, file_coverage
from hypothesis import given
from hypothesis import strategies as st

from planner.forecast.effort import DOUBLE, P80_FACTOR, TEST_LINES, TEST_LINES_PER_HOUR, features, forecast_effort
from planner.forecast.seams import find_seams
from planner.model.plan import Effort

FEATURES = ("functions", "gaps", "missing", "complexity", "seams")
COUNTS = st.fixed_dictionaries({name: st.integers(0, 500) for name in FEATURES})


@given(COUNTS)
def test_hours_are_a_range_above_zero(counts: dict[str, int]) -> None:
    effort = forecast_effort(counts)

    assert 0 < effort.p50 < effort.p80
    assert effort.p80 == pytest.approx(effort.p50 * P80_FACTOR)


@given(COUNTS, st.sampled_from(FEATURES))
def test_more_of_anything_takes_longer(counts: dict[str, int], name: str) -> None:
    more = counts | {name: counts[name] + 1}

    assert forecast_effort(more).p50 > forecast_effort(counts).p50


def test_the_hours_are_the_published_formula() -> None:
    counts = {"functions": 2, "gaps": 3, "missing": 20, "complexity": 5, "seams": 1}

    assert forecast_effort(counts).p50 * TEST_LINES_PER_HOUR == pytest.approx(5 + 8 + 9 + 3 + 1.5 + 4)
    assert TEST_LINES.keys() == {"start", *FEATURES}


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

    counted = features(file, facts, facts.units, seams)

    assert counted == {
        "functions": 1,  # never(); entered() has a gap but is entered
        "gaps": 2,  # 5 and 7-9; the hollow line 15 is none
        "missing": 5,
        "complexity": 2 + 1,  # of the units with a gap
        "seams": 1,  # redis; the clock needs nothing built
    }


def test_a_whole_unit_that_is_covered_has_nothing_to_count(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, SOURCE)

    counted = features(file_coverage(statements="1-15"), facts, facts.units, ())

    assert set(counted.values()) == {0}


def test_a_double_costs_hours_once_and_is_not_in_the_unit_itself() -> None:
    assert DOUBLE.p50 > 0
    assert candidate(seams=(REDIS, REQUESTS)).effort == candidate().effort


def test_ranges_add_up_end_by_end() -> None:
    assert Effort(1, 2) + Effort(0.5, 3) == Effort(1.5, 5)
