"""What is asked of a plan, as users write it: figures in texts, and the keys of `[tool.gapplan]`."""

from dataclasses import fields
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import assert_answer_or_error, damaged, make_project

from planner.config import (
    parse_budget,
    parse_confidence,
    parse_date,
    parse_ladder,
    parse_option,
    parse_pace,
    read_config,
)
from planner.config.texts import parse_span
from planner.errors import ConfigError
from planner.model.rates import DIVISORS, SHARES, Rates
from planner.model.wish import Claim, OwnOption, Pace, Requirement, Span, Weights, Wish, is_match

FULL = """\
[tool.gapplan]
target = 12
confidence = 90
budget = "16h"
stretch = 15
pace = ["6h/week", "287 points/milestone"]
by = 2027-01-31
critical = ["tools/live/*"]
noise = 3
ladder = [11, "11.5", 12]

[tool.gapplan.options.small]
modules = ["tools/finops/*.py", "tools/live"]
gain = "150-200"
percent = "11-11.5"
hours = "3-5"
tests = 25

[tool.gapplan.require]
"tools/live" = 80

[tool.gapplan.leave_out]
"tools/legacy/*" = "replaced in spring"

[tool.gapplan.weights]
critical = 3
churn = 1.5

[tool.gapplan.rates]
lines_per_hour = 30
"""

TEXT = st.one_of(st.text(max_size=20), st.text(alphabet="0123456789.+-%/ htoespwkn,=", max_size=20))


def wish_of(root: Path, text: str) -> Wish:
    """What `[tool.gapplan]` with these lines asks."""
    return read_config(make_project(root, {"pyproject.toml": f"[tool.gapplan]\n{text}\n"})).wish


def refusal(root: Path, text: str) -> str:
    """The one line that says what is wrong with these lines."""
    with pytest.raises(ConfigError) as caught:
        wish_of(root, text)
    (line,) = str(caught.value).splitlines()
    return line


def span(low: float | str, high: float | str | None = None) -> Span:
    return Span(Fraction(low), Fraction(low if high is None else high))


# Figures as texts


@pytest.mark.parametrize(
    ("text", "chance"), [("50", 0.5), ("80", 0.8), ("80%", 0.8), (" 80 % ", 0.8), ("97.5", 0.975), ("99", 0.99)]
)
def test_a_confidence_is_a_percent_from_50_to_99(text: str, chance: float) -> None:
    assert parse_confidence(text) == chance


@pytest.mark.parametrize("text", ["", "0.8", "49.9", "99.1", "100", "+80", "-80", "high", "nan", "8e1"])
def test_a_confidence_that_is_luck_or_a_promise_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^confidence '.*' is not a percent from 50 to 99$"):
        parse_confidence(text)


@pytest.mark.parametrize(
    ("text", "hours"), [("16h", 16), ("16", 16), ("16 hours", 16), ("1 hour", 1), ("0.5h", 0.5), (" 16 h ", 16)]
)
def test_a_budget_is_a_number_of_hours(text: str, hours: float) -> None:
    assert parse_budget(text) == hours


@pytest.mark.parametrize("text", ["", "0", "0h", "-1h", "16 days", "2d", "h", "inf", "1e3", "9" * 20])
def test_a_budget_without_hours_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^budget '.*' is not a number of hours such as 16h$"):
        parse_budget(text)


@pytest.mark.parametrize(
    ("text", "pace"),
    [
        ("6h/week", Pace(Fraction(6), "hours", "week")),
        ("6/week", Pace(Fraction(6), "hours", "week")),
        ("6 hours per week", Pace(Fraction(6), "hours", "week")),
        ("1 hour a day", Pace(Fraction(1), "hours", "day")),
        ("12 tests/2 weeks", Pace(Fraction(6), "tests", "week")),
        ("287 points/milestone", Pace(Fraction(287), "points", "milestone")),
        ("40 Statements / Month", Pace(Fraction(40), "points", "month")),
        ("8 points/3h", Pace(Fraction(8, 3), "points", "hour")),
        ("1 test/3 business days", Pace(Fraction(1, 3), "tests", "business day")),
    ],
)
def test_a_pace_is_an_amount_in_a_period_named_in_the_singular(text: str, pace: Pace) -> None:
    assert parse_pace(text) == pace


@pytest.mark.parametrize(
    "text", ["", "fast", "6h", "6h/", "/week", "0h/week", "6h/0 weeks", "-6h/week", "6 km/week", "6h/s", "6h/ s"]
)
def test_a_pace_that_gets_nowhere_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^pace '.*' is not like 6h/week, 12 tests/week or 287 points/milestone$"):
        parse_pace(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("150-200", span(150, 200)),
        ("+150-200", span(150, 200)),
        ("150..200", span(150, 200)),
        ("3 to 5 h", span(3, 5)),
        ("11-11.5 %", span(11, "11.5")),
        ("25", span(25)),
        ("0", span(0)),
    ],
)
def test_a_range_is_two_figures_or_one(text: str, found: Span) -> None:
    assert parse_span(text, "gain") == found


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("many", "gain 'many' is not a number or a range such as 150-200"),
        ("", "gain '' is not a number or a range such as 150-200"),
        ("-5", "gain '-5' is not a number or a range such as 150-200"),
        ("1-2-3", "gain '1-2-3' is not a number or a range such as 150-200"),
        ("200-150", "gain '200-150' ends below where it begins"),
    ],
)
def test_a_range_that_is_none_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_span(text, "gain")

    assert str(caught.value) == reason


def test_a_ladder_is_sorted_and_has_each_percent_once() -> None:
    assert parse_ladder("45, 30,35%,30") == (Fraction(30), Fraction(35), Fraction(45))
    assert parse_ladder("12.5") == (Fraction("12.5"),)


@pytest.mark.parametrize("text", ["", "30,,40", "30;40", "101", "x"])
def test_a_ladder_of_something_else_is_refused_in_a_line_that_speaks_of_the_ladder(text: str) -> None:
    with pytest.raises(ConfigError, match="ladder"):
        parse_ladder(text)


@pytest.mark.parametrize("text", ["", "soon", "2027", "31.1.2027", "2027-02-30", "2027-1-1"])
def test_a_date_that_is_none_is_refused_with_the_name_of_its_key(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^--by '.*' is not a date such as 2027-01-31$"):
        parse_date(text, "--by")


def test_a_date_is_year_month_day() -> None:
    assert parse_date(" 2027-01-31 ", "--by") == date(2027, 1, 31)


def test_an_option_is_a_name_and_its_patterns() -> None:
    assert parse_option("small = tools/*.py , lib/a.py,") == OwnOption("small", ("tools/*.py", "lib/a.py"))


@pytest.mark.parametrize("text", ["", "small", "small=", "=tools/*", "small=,", " = "])
def test_an_option_without_a_name_or_a_pattern_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"is not NAME=GLOB\[,GLOB\.\.\.\], such as small="):
        parse_option(text)


@pytest.mark.parametrize(
    "parse",
    [parse_confidence, parse_budget, parse_pace, parse_ladder, parse_option, lambda text: parse_date(text, "by")],
)
@given(text=TEXT)
def test_any_text_is_an_answer_or_one_clear_line(parse: object, text: str) -> None:
    assert callable(parse)
    assert_answer_or_error(lambda: parse(text))


# Patterns


@pytest.mark.parametrize(
    ("pattern", "path", "does"),
    [
        ("tools/*.py", "tools/a.py", True),
        ("tools/*.py", "tools/deep/a.py", True),
        ("tools", "tools/deep/a.py", True),
        ("tools/", "tools/a.py", True),
        ("tools/a.py", "tools/a.py", True),
        ("tools", "toolset/a.py", False),
        ("Tools/*", "tools/a.py", False),
        ("*.pyi", "tools/a.py", False),
    ],
)
def test_a_pattern_is_a_shells_across_folders_or_a_folder(pattern: str, path: str, does: bool) -> None:
    assert is_match(path, pattern) is does


# The keys of [tool.gapplan]


def test_every_key_that_asks_something_is_read(tmp_path: Path) -> None:
    wish = read_config(make_project(tmp_path, {"pyproject.toml": FULL})).wish

    assert wish == Wish(
        confidence=0.9,
        budget=16.0,
        stretch="15",
        paces=(Pace(Fraction(6), "hours", "week"), Pace(Fraction(287), "points", "milestone")),
        by=date(2027, 1, 31),
        options=(
            OwnOption(
                "small",
                ("tools/finops/*.py", "tools/live"),
                Claim(span(150, 200), span(11, "11.5"), span(3, 5), span(25)),
            ),
        ),
        require=(Requirement("tools/live", Fraction(80)),),
        leave_out={"tools/legacy/*": "replaced in spring"},
        critical=("tools/live/*",),
        weights=Weights(3.0, 1.5),
        noise=3,
        ladder=(Fraction(11), Fraction("11.5"), Fraction(12)),
        rates={"lines_per_hour": 30.0},
    )


def test_what_is_not_asked_has_its_default(tmp_path: Path) -> None:
    assert wish_of(tmp_path, "target = 12") == Wish()


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("confidence = '90%'", "confidence", 0.9),
        ("confidence = 97.5", "confidence", 0.975),
        ("budget = 16", "budget", 16.0),
        ("budget = 7.5", "budget", 7.5),
        ("stretch = '+5'", "stretch", "+5"),
        ("pace = '6h/week'", "paces", (Pace(Fraction(6), "hours", "week"),)),
        ("pace = []", "paces", ()),
        ("by = '2027-01-31'", "by", date(2027, 1, 31)),
        ("critical = 'tools'", "critical", ("tools",)),
        ("noise = 0", "noise", 0),
        ("ladder = [15, 11, 11]", "ladder", (11, 15)),
        ("weights.critical = 1", "weights", Weights(critical=1.0)),
        ("weights.churn = 2", "weights", Weights(churn=2.0)),
        ("require.lib = '87.5'", "require", (Requirement("lib", Fraction("87.5")),)),
        ("options.own.modules = 'lib'", "options", (OwnOption("own", ("lib",)),)),
        ("options.own = {modules = ['a', 'b'], gain = 5}", "options", (OwnOption("own", ("a", "b"), Claim(span(5))),)),
    ],
)
def test_a_key_may_be_written_in_several_ways(tmp_path: Path, line: str, name: str, value: object) -> None:
    assert getattr(wish_of(tmp_path, line), name) == value


@pytest.mark.parametrize("rate", [each.name for each in fields(Rates)])
def test_every_constant_of_the_forecast_can_be_overridden(tmp_path: Path, rate: str) -> None:
    assert wish_of(tmp_path, f"rates.{rate} = 0.5").rates == {rate: 0.5}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("confidence = true", "confidence must be a percent such as 80, not True"),
        ("confidence = [80]", "confidence must be a percent such as 80, not [80]"),
        ("confidence = 0.8", "confidence '0.8' is not a percent from 50 to 99"),
        ("confidence = nan", "confidence 'nan' is not a percent from 50 to 99"),
        ("budget = true", "budget must be hours such as 16 or '16h', not True"),
        ("budget = 0", "budget '0' is not a number of hours"),
        ("budget = '16 days'", "budget '16 days' is not a number of hours"),
        ("stretch = [15]", "stretch must be a percent above the target, not [15]"),
        ("pace = 6", "pace must be a text such as '6h/week', not 6"),
        ("pace = [6]", "pace must be a text such as '6h/week', not [6]"),
        ("pace = 'fast'", "pace 'fast' is not like 6h/week"),
        ("by = 5", "by '5' is not a date such as 2027-01-31"),
        ("by = 'soon'", "by 'soon' is not a date such as 2027-01-31"),
        ("by = 2027-01-31T10:00:00", "by '2027-01-31 10:00:00' is not a date such as 2027-01-31"),
        ("options = 5", "options must be a table, not 5"),
        ("options.small = 5", "options.small must be a table, not 5"),
        ("options.small = {}", "options.small.modules must be a pattern or a list of patterns, not None"),
        ("options.small.modules = []", "options.small.modules must be a pattern or a list of patterns, not []"),
        ("options.small.modules = 5", "options.small.modules must be a pattern or a list of patterns, not 5"),
        ("options.small.module = 'a'", "options.small] has no key 'module'; it knows gain, hours, modules, percent"),
        ("options.small = {modules = 'a', gain = 'many'}", "options.small.gain 'many' is not a number or a range"),
        ("options.small = {modules = 'a', percent = []}", "options.small.percent must be a number or a range such as"),
        ("options.small = {modules = 'a', hours = '5-3'}", "options.small.hours '5-3' ends below where it begins"),
        ("options.small = {modules = 'a', tests = true}", "options.small.tests must be a number or a range such as"),
        ("require = 80", "require must be a table, not 80"),
        ("require.lib = [80]", "require.'lib' must be a number from 0 to 100, not [80]"),
        ("require.lib = false", "require.'lib' must be a number from 0 to 100, not False"),
        ("leave_out = ['lib']", "leave_out must be a table, not ['lib']"),
        ("leave_out.lib = true", "leave_out.'lib' must be the reason, as a text, not True"),
        ("leave_out.lib = ' '", "leave_out.'lib' must be the reason, as a text, not ' '"),
        ("critical = 5", "critical must be a pattern or a list of patterns, not 5"),
        ("critical = [5]", "critical must be a pattern or a list of patterns, not [5]"),
        ("weights = 2", "weights must be a table, not 2"),
        ("weights.critcal = 2", "weights] has no key 'critcal'; it knows churn, critical"),
        ("weights.critical = 0.5", "weights.critical must be a number of 1 or more, not 0.5"),
        ("weights.churn = -1", "weights.churn must be a number of 0 or more, not -1"),
        ("weights.churn = 'much'", "weights.churn must be a number of 0 or more, not 'much'"),
        ("noise = -1", "noise must be a whole number of points, not -1"),
        ("noise = inf", "noise must be a whole number of points, not inf"),
        ("noise = '3'", "noise must be a whole number of points, not '3'"),
        ("noise = true", "noise must be a whole number of points, not True"),
        ("ladder = 15", "ladder must be a list of percents such as [11, 12, 15], not 15"),
        ("ladder = '11,12'", "ladder must be a list of percents such as [11, 12, 15], not '11,12'"),
        ("ladder = [true]", "ladder must be a list of percents such as [11, 12, 15], not True"),
        ("rates = 2", "rates must be a table, not 2"),
        ("rates.speed = 2", "rates] has no key 'speed'; it knows branch_power, branch_share, "),
        ("rates.plan_yield = -1", "rates.plan_yield must be a number of 0 or more, not -1"),
        ("rates.plan_yield = nan", "rates.plan_yield must be a number of 0 or more, not nan"),
        ("paces = '6h/week'", "has no key 'paces'; it knows "),
        ("today = 2027-01-01", "has no key 'today'; it knows "),
    ],
)
def test_a_wrong_value_is_met_by_one_line_that_names_the_key(tmp_path: Path, line: str, said: str) -> None:
    assert said in refusal(tmp_path, line)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("require.lib = 101", "require"),
        ("require.lib = 'most'", "require"),
        ("ladder = [101]", "ladder"),
        ("ladder = ['high']", "ladder"),
        ("stretch = 'far'", "stretch"),
        ("stretch = 101", "stretch"),
    ],
)
def test_a_wrong_percent_names_its_own_key_and_not_the_target(tmp_path: Path, line: str, key: str) -> None:
    said = refusal(tmp_path, line)

    assert key in said
    assert not said.startswith("target")


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("confidence = ''", "confidence"),
        ("budget = ''", "budget"),
        ("options.small.modules = ''", "options.small.modules"),
        ("noise = 2.7", "noise"),
        *((f"rates.{name} = 0", f"rates.{name}") for name in sorted(DIVISORS)),
        *((f"rates.{name} = 1.01", f"rates.{name}") for name in sorted(SHARES)),
        ("options.mix.modules = 'lib'", "options.mix"),
        ("options.A.modules = 'lib'", "options.A"),
    ],
)
def test_a_value_that_cannot_be_meant_is_not_taken_silently(tmp_path: Path, line: str, key: str) -> None:
    assert key in refusal(tmp_path, line)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(content=damaged(FULL.encode()))
def test_a_damaged_wish_is_an_answer_or_one_clear_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    root = make_project(tmp_path_factory.getbasetemp() / "damaged-wish", {"pyproject.toml": content})

    assert_answer_or_error(lambda: read_config(root))
