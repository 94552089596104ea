"""How numbers and verdicts read."""

from fractions import Fraction

import pytest
from factories import CLOCK, REDIS, REQUESTS, URLLIB3, candidate, option, step
from hypothesis import given
from hypothesis import strategies as st

from planner.model.measurement import Counts, Input, Skipped
from planner.model.plan import Effort
from planner.report import words


def test_thousands_are_grouped_and_one_is_singular() -> None:
    assert words.count(1_234_567) == "1,234,567"
    assert words.plural(1, "step") == "1 step"
    assert words.plural(0, "step") == "0 steps"
    assert words.plural(1_500, "point") == "1,500 points"


@given(st.integers(1, 10_000_000), st.data())
def test_a_percent_never_reads_as_met_before_it_is(points: int, data: st.DataObject) -> None:
    covered = data.draw(st.integers(0, points))
    goal = data.draw(st.fractions(0, 100))

    shown = Fraction(words.percent_of(covered, points, goal).removesuffix(" %"))

    assert shown < goal or Fraction(100 * covered, points) >= goal


@given(st.fractions(0, 100))
def test_the_percent_of_json_is_cut(percent: Fraction) -> None:
    assert Fraction(str(words.percent_value(percent))) <= percent


@pytest.mark.parametrize(
    ("effort", "text"),
    [
        (Effort(1.5, 2.55), "1.5-2.5 h"),
        (Effort(0.7, 1.2), "0.7-1.2 h"),
        (Effort(0.25, 0.5), "15-30 min"),
        (Effort(0.01, 0.02), "5 min"),
        (Effort(120, 204), "120.0-204.0 h"),
    ],
)
def test_hours_are_a_range_in_minutes_below_an_hour(effort: Effort, text: str) -> None:
    assert words.hours(effort) == text


def test_branch_exits_are_named_where_there_are_some() -> None:
    assert words.points_in(Counts(1_516)) == "1,516 statements"
    assert words.points_in(Counts(1_516, 0, 496)) == "2,012 points (1,516 statements + 496 branch exits)"
    assert words.points_in(Counts(1, 0, 1)) == "2 points (1 statement + 1 branch exit)"


def test_an_input_says_what_it_is_and_who_made_it() -> None:
    assert words.input_text(Input(".coverage", "coverage data", "7.10.7", 1)) == (
        ".coverage (coverage data, coverage.py 7.10.7, 1 context)"
    )
    assert words.input_text(Input("lcov.info", "LCOV")) == "lcov.info (LCOV)"


def test_many_inputs_are_the_first_and_how_many_more() -> None:
    several = [Input(f".coverage.{number}", "coverage data") for number in range(12)]

    assert words.inputs_text(several[:2]) == ".coverage.0 (coverage data) + .coverage.1 (coverage data)"
    assert words.inputs_text(several) == ".coverage.0 (coverage data) + 11 more"


def test_what_was_skipped_has_its_line_where_one_is_known() -> None:
    assert words.skipped_text(Skipped("a.py", "not valid Python", 3)) == "a.py:3: not valid Python"
    assert words.skipped_text(Skipped("a.py", "gone")) == "a.py: gone"


def test_seams_are_kinds_with_the_libraries_that_need_a_double() -> None:
    assert words.seams_text((REDIS, CLOCK, REQUESTS, URLLIB3)) == (
        "cache or queue (redis), clock, http client (requests, urllib3)"
    )
    assert words.seams_text(()) == ""


def test_a_verdict_counts_the_points_that_are_short() -> None:
    assert words.verdict(option()) == "yes"
    assert words.verdict(option(shortfall=1_200)) == "no, 1,200 short"


def test_the_reasons_of_a_candidate_are_its_features() -> None:
    features = {"functions": 1, "gaps": 2}
    one = candidate(missing=12, features=features, imports={"pkg/mod.py": 3}, seams=(REDIS, CLOCK))

    assert words.because(one) == [
        "12 points missing",
        "1 function never entered",
        "3 points by importing it",
        "2 gaps",
        "needs a double for redis: fakeredis",
    ]


def test_the_reasons_of_a_step_name_only_the_doubles_it_builds() -> None:
    taken = step(taken=candidate(seams=(REDIS,), features={}))
    later = step(taken=candidate(seams=(CLOCK,), features={}))

    assert words.because(taken.candidate, taken)[-1] == "needs a double for redis: fakeredis"
    assert words.because(later.candidate, later) == ["10 points missing"]


def test_a_step_that_only_imports_says_so() -> None:
    hollow = step(taken=candidate(body=0, imports={"pkg/mod.py": 4}, features={}), gain=4)

    assert "hollow: importing is all there is to test" in words.because(hollow.candidate, hollow)
