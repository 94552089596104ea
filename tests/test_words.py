"""How numbers and verdicts read."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from factories import CLOCK, REDIS, REQUESTS, URLLIB3, candidate, option, outcome, step, target
from hypothesis import example, given
from hypothesis import strategies as st

from planner.model.measurement import Counts, Input, Skipped
from planner.model.option import Count, Goalpost, LeftOut, Option
from planner.model.plan import Effort
from planner.model.wish import Span
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


# Verdicts


def test_a_verdict_is_yes_with_its_chance() -> None:
    assert words.verdict(option(probability=0.83)) == "yes, 83 %"
    assert words.verdict(option(probability=0.8)) == "yes, 80 %"


def test_a_verdict_is_no_with_the_points_that_are_short() -> None:
    assert words.verdict(option(shortfall=1_200, probability=0.1)) == "no, 1,200 short"


def test_a_median_that_gets_there_may_not_be_likely_enough() -> None:
    assert words.verdict(option(shortfall=0, probability=0.79)) == "not likely enough, 79 %"


def test_what_is_out_of_reach_says_how_far_all_that_is_coverable_goes() -> None:
    far = option(shortfall=9, probability=0.0, ceiling=71, reaches_ceiling=False)

    assert words.verdict(far) == "out of reach: 71.00 % at most"


@given(st.floats(0, 1), st.integers(50, 99))
@example(0.57, 57)  # its hundredfold is a little less than 57
@example(0.7999999999999999, 80)
def test_a_chance_is_never_rounded_up(probability: float, asked: int) -> None:
    one = replace(option(probability=probability), confidence=asked / 100)

    shown = int(words.chance(one).removesuffix(" %"))

    assert shown <= Fraction(repr(probability)) * 100 < shown + 1
    assert words.surely(one) == f"in {shown} of 100 cases"
    assert one.reaches_target or shown < asked


@given(st.floats(0, 1), st.integers(0, 500), st.booleans())
def test_a_verdict_says_yes_of_options_that_reach_the_target_and_of_no_other(
    probability: float, shortfall: int, reaches_ceiling: bool
) -> None:
    one = option(probability=probability, shortfall=shortfall, reaches_ceiling=reaches_ceiling)

    said = words.verdict(one)

    assert said.startswith("yes, ") == one.reaches_target
    assert said.split(",")[0].split(":")[0] in ("yes", "no", "not likely enough", "out of reach")


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (option(shortfall=1, probability=0.1), "it falls 1 point short"),
        (option(probability=0.796), "its chance is 79 %, where 80 % is asked"),
        (
            option(shortfall=1_200, probability=0.0, ceiling=71, reaches_ceiling=False),
            "it falls 1,200 points short, and the target is out of reach: everything coverable there is 71.00 %",
        ),
    ],
)
def test_what_keeps_an_option_from_the_target_is_a_clause(one: Option, said: str) -> None:
    assert words.shortcoming(one) == said


def test_a_shortcoming_does_not_ask_for_less_than_was_asked() -> None:
    one = replace(option(probability=0.804), confidence=0.805)
    finer = replace(option(probability=0.8), confidence=0.80123456)

    assert words.shortcoming(one) == "its chance is 80 %, where 80.5 % is asked"
    assert words.asked(finer) == "80.123456 %"


def test_a_proof_claims_no_more_than_is_proven() -> None:
    assert words.proof(option(bound_gap=None)) == ""
    assert words.gap(option(bound_gap=None)) == ""
    assert words.proof(option(bound_gap=0.0)) == "No set of these tests does it in less."
    assert words.proof(option(bound_gap=0.0), is_budget=True) == "No set of these tests gains more in that time."


def test_a_proof_is_of_hours_or_for_a_budget_of_the_gain() -> None:
    near = option(bound_gap=0.0689)

    assert words.proof(near) == "Proven: no set of these tests does it in less than 93.1 % of these hours."
    assert words.proof(near, is_budget=True) == (
        "Proven: it gains at least 93.1 % of what the best set of these tests could."
    )


@given(st.floats(1e-6, 0.9))
def test_a_gap_is_never_rounded_down(gap: float) -> None:
    """`at most` would be untrue."""
    shown = Fraction(words.gap(option(bound_gap=gap)).removesuffix(" %"))
    least = Fraction(words.least(option(bound_gap=gap)).removesuffix(" %"))

    assert shown >= Fraction(repr(gap)) * 100 > shown - Fraction(1, 10)
    assert least + shown == 100
    assert words.proof(option(bound_gap=gap)) != words.proof(option(bound_gap=0.0))


# Figures that were stated


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("287", "287"),
        ("12345", "12,345"),
        ("8/3", "2.67"),
        ("1/3", "0.3333"),
        ("11.5", "11.5"),
        ("0", "0"),
        ("0.25", "0.25"),
    ],
)
def test_a_stated_figure_is_shown_as_people_write_it(value: str, text: str) -> None:
    assert words.plain(Fraction(value)) == text
    assert words.exact(Fraction(value)) == f"{text} %"


@given(st.decimals(0, 100, places=6))
def test_a_stated_percent_stays_a_number_and_is_not_eased(percent: Decimal) -> None:
    """A requirement of 79.996 is not one of `80. %`."""
    text = words.plain(Fraction(percent))

    assert not text.endswith(".")
    assert Fraction(text) == Fraction(percent)


def test_a_claim_is_shown_as_it_was_stated() -> None:
    assert words.span(Span(Fraction(150), Fraction(200))) == "150-200"
    assert words.span(Span(Fraction(11), Fraction("11.5"))) == "11-11.5"
    assert words.span(Span(Fraction(25), Fraction(25))) == "25"


def test_a_claim_holds_or_does_not_or_nobody_can_tell() -> None:
    assert [words.holds(value) for value in (True, False, None)] == ["yes", "no", "can't tell"]


def test_tests_are_a_range_where_the_ends_differ() -> None:
    assert words.tests(Count(21, 28)) == "21-28"
    assert words.tests(Count(1_200, 1_200)) == "1,200"


def test_a_list_reads_as_one() -> None:
    assert words.listed([]) == ""
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b"]) == "a and b"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.listed(["a", "b", "c"], most=3) == "a, b and c"
    assert words.listed(["a", "b", "c", "d"], most=3) == "a, b, c and so on"


def test_what_is_left_out_has_its_points_its_reason_and_its_files() -> None:
    left = (LeftOut("in larger modules", 1_211, 12), LeftOut("not needed for it", 1, 1))

    assert words.left_out(option(left_out=left)) == (
        "1,211 points in larger modules (12 files) and 1 point not needed for it (1 file)"
    )


def test_an_option_of_the_users_own_is_its_name_alone() -> None:
    assert words.label(option("A")) == "A, quick wins"
    assert words.label(option("small")) == "small"


def test_a_goal_is_a_percent_or_hours() -> None:
    assert words.goal(outcome(goal=target("12.5"))) == "12.5 %"
    assert words.goal(outcome(budget=16.0)) == "16 h"
    assert words.goal(outcome(budget=7.5)) == "7.5 h"
    assert words.goal(outcome(budget=0.001)) == "0.001 h"
    assert words.goal(outcome(goal=target(75), budget=1_000.0)) == "75 % within 1,000 h"


@given(st.floats(0, 10_000))
def test_hours_that_are_left_are_rounded_down_and_those_that_are_needed_up(value: float) -> None:
    left, needed = words.hours_left(value).removesuffix(" h"), words.hours_needed(value).removesuffix(" h")

    assert Fraction(left) <= Fraction(repr(value)) <= Fraction(needed)
    assert Fraction(needed) - Fraction(left) <= Fraction(1, 10)


def test_a_stretch_says_what_it_takes_and_how_likely_it_is() -> None:
    way = option("mix", step(1), step(2), effort=Effort(1, 2), probability=0.83)

    assert words.stretch(Goalpost(target(90), 1_470, 275, way)) == (
        "Stretch: 90 % is 1,470 points, 275 more than today; the mix takes 2 tests, 1.0-2.0 h (83 %)."
    )


def test_a_stretch_that_is_not_reached_says_why() -> None:
    way = option("mix", step(1), step(2), effort=Effort(1, 2), shortfall=7, probability=0.1)

    assert words.stretch(Goalpost(target(90), 1_470, 275, way)).endswith(
        "; the mix takes 2 tests, 1.0-2.0 h, and does not get there: it falls 7 points short."
    )
    assert words.stretch(Goalpost(target(90), 1_470, 275, None)) == (
        "Stretch: 90 % is 1,470 points, 275 more than today; no test is known that leads there."
    )


# Reasons


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
    hollow = step(taken=candidate(body=0, imports={"pkg/mod.py": 4}, features={}), gain=4, imported=4)

    assert "hollow: importing is all there is to test" in words.because(hollow.candidate, hollow)


def test_a_step_that_imports_and_runs_is_not_hollow() -> None:
    real = step(taken=candidate(imports={"pkg/mod.py": 4}, features={}), gain=5, imported=4)

    assert not [reason for reason in words.because(real.candidate, real) if "hollow" in reason]


def test_a_unit_worth_several_tests_and_a_double_that_exists_are_reasons() -> None:
    have = replace(REDIS, needs_building=False, have="FakeRedis, tests/conftest.py:47")

    assert words.because(candidate(tests=3, features={}, seams=(have,))) == [
        "10 points missing",
        "3 tests of it are worth writing",
        "double for redis exists: FakeRedis, tests/conftest.py:47",
    ]
