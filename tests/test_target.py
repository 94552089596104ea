"""A target: what it takes in each meaning, and how it is read from what a user writes."""

from fractions import Fraction

import pytest
from factories import counts, target
from hypothesis import given
from hypothesis import strategies as st

from planner.config import parse_percent
from planner.errors import ConfigError
from planner.model.measurement import Counts
from planner.model.percent import displayed_percent, passes_gate
from planner.model.target import MEANINGS, Meaning, rule_band, version_numbers


@pytest.mark.parametrize(
    ("text", "percent"),
    [("12", "12"), ("12.5", "12.5"), (" 12.5% ", "12.5"), ("12 %", "12"), ("0", "0"), ("100", "100"), ("0.07", "0.07")],
)
def test_a_percent_is_read_as_written(text: str, percent: str) -> None:
    assert parse_percent(text, Fraction(50)) == Fraction(percent)


def test_a_plus_adds_to_the_exact_percent_of_today() -> None:
    today = Fraction(100, 3)

    assert parse_percent("+2", today) == today + 2
    assert parse_percent("+0.5%", today) == today + Fraction(1, 2)


GARBAGE = ["", "+", "-1", "abc", "12,5", "1e1", "12.5.5", "12 5", "nan", "inf", "0x10", "+-2", "12%%", "12.", ".5"]


@pytest.mark.parametrize("text", [*GARBAGE, "12\n13", "12.1234567"])
def test_what_is_no_percent_is_refused_with_what_was_written(text: str) -> None:
    with pytest.raises(ConfigError, match=r"is not a percent such as 12, 12\.5 or \+2"):
        parse_percent(text, Fraction(0))


@pytest.mark.parametrize(("text", "today"), [("101", 0), ("100.01", 0), ("999", 0), ("+51", 50), ("+0.01", 100)])
def test_more_than_a_hundred_is_refused(text: str, today: int) -> None:
    with pytest.raises(ConfigError, match="more than 100"):
        parse_percent(text, Fraction(today))


def test_the_three_meanings_need_different_points() -> None:
    goal = target("80", precision=1)

    needed = [goal.points_needed(1_959, meaning) for meaning in MEANINGS]

    assert needed == [1_568, 1_567, 1_567]


def test_a_gate_of_half_percents_depends_on_the_version_that_judges() -> None:
    old, new = target("12.5", "gate", version=(7, 17, 0)), target("12.5", "gate", version=(7, 17, 1))

    assert old.points_needed(10_000) == 1_251  # rounds to 13 from 12.51 on, half to even
    assert new.points_needed(10_000) == 1_246  # one decimal: 12.46 rounds to 12.5


def test_a_precision_of_its_own_outweighs_the_version() -> None:
    assert target("12.5", "gate", precision=2, version=(7, 0)).points_needed(10_000) == 1_250


@given(
    st.integers(1, 5_000),
    st.data(),
    st.sampled_from(MEANINGS),
    st.sampled_from(["0", "0.4", "12", "12.5", "50", "79.96", "99.99", "100"]),
    st.integers(0, 2),
)
def test_the_shortfall_is_zero_exactly_when_the_target_is_met(
    points: int, data: st.DataObject, meaning: Meaning, percent: str, precision: int
) -> None:
    covered = data.draw(st.integers(0, points))
    goal = target(percent, meaning, precision=precision)

    shortfall = goal.shortfall(Counts(points, covered))

    assert (shortfall == 0) is is_met(covered, points, percent, meaning, precision)


def is_met(covered: int, points: int, percent: str, meaning: Meaning, precision: int) -> bool:
    """The three meanings, said once more in the plainest way."""
    match meaning:
        case "exact":
            return Fraction(100 * covered, points) >= Fraction(percent)
        case "displayed":
            return Fraction(displayed_percent(covered, points, precision)) >= Fraction(percent)
        case "gate":
            widest = max(precision, len(percent.partition(".")[2]))
            return passes_gate(covered, points, Fraction(percent), widest)


def test_branches_count_as_points() -> None:
    assert target(50).shortfall(counts(100, 60, 100, 20)) == 20


def test_a_target_reads_as_it_was_written() -> None:
    assert [target(text).text for text in ("12", "12.5", "0.07", "100")] == ["12", "12.5", "0.07", "100"]
    assert target("100/3").text == "33.3333"


@pytest.mark.parametrize(
    ("version", "numbers"),
    [
        ("7.10.7", (7, 10, 7)),
        ("7.17.1a0", (7, 17)),
        ("", ()),
        ("unknown", ()),
        ("5.0", (5, 0)),
        (f"7.{'1' * 9}", (7, 111_111_111)),
        (f"7.{'1' * 8000}", (7,)),
    ],
)
def test_versions_end_where_numbers_do(version: str, numbers: tuple[int, ...]) -> None:
    assert version_numbers(version) == numbers


def test_versions_that_count_alike_are_of_one_band() -> None:
    firsts = ["5.0", "6.5", "7.2", "7.6", "7.6.10", "7.10"]
    lasts = ["6.4.99", "7.1.99", "7.5.99", "7.6.9", "7.9.99", "8.0"]

    assert [rule_band(each) for each in firsts] == [rule_band(each) for each in lasts] == [0, 1, 2, 3, 4, 5]


def test_a_target_of_the_newest_rules_keeps_all_but_the_version() -> None:
    goal = target("12.5", "gate", precision=1, version=(7, 0))

    newest = goal.by_newest_rules()

    assert (newest.percent, newest.meaning, newest.total, newest.rules.precision) == (
        goal.percent,
        "gate",
        goal.total,
        1,
    )
    assert newest.rules.version is None
