"""The pace on record is exact, a forecast is a range with its reasons, and too little is said, not guessed."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import log
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from test_receipt import DESK, _file, _plan, _task
from test_schema import closed, objects_of, properties_of, schema_of

from planner.cli import gapplan
from planner.errors import ConfigError, GapplanError, InputError
from planner.history.claim import judge, parse_claim
from planner.history.pace import (
    LAWS,
    amount_for,
    find_readings,
    find_waves,
    joined,
    ladder_paces,
    last_of,
    points_from,
    wave_yields,
)
from planner.history.papers import keep_plan, note_work
from planner.history.store import keep_snapshot
from planner.model.history import Circumstances, Snapshot
from planner.model.measurement import Counts
from planner.model.pace import LEAST, PaceReport, Yield
from planner.model.receipt import Work
from planner.model.target import Target
from planner.model.wish import Pace, Span, Wish
from planner.pipeline.pace import at_recorded_pace


def _taken(day: int, covered: int, *, points: int = 1000, **metrics: float) -> Snapshot:
    """A snapshot of a day in May."""
    return Snapshot(f"{day:012}", f"2026-05-{day:02}T12:00:00Z", "shop", Counts(points, covered), (), metrics=metrics)


def _yield(points: int, amount: int = 10, missing: int = 500) -> Yield:
    return Yield("tests", points, Fraction(amount), log(missing / (missing - points)))


# What a wave brought


def test_a_wave_has_points_by_test_by_hour_and_by_week() -> None:
    waves = find_waves([_taken(1, 400, tests=10), _taken(15, 460, tests=40, hours=6)])

    found = {each.unit: each for each in wave_yields(waves)}

    assert {unit: float(each.rate) for unit, each in found.items()} == {"tests": 2, "hours": 10, "weeks": 30}
    assert found["tests"].share == pytest.approx(log(600 / 540) / 30)


def test_what_is_not_noted_is_not_known() -> None:
    waves = find_waves([_taken(1, 400), _taken(15, 460, tests=40)])

    assert {each.unit for each in wave_yields(waves)} == {"weeks"}


def test_no_more_tests_no_hours_and_clocks_that_went_backwards_give_no_yield() -> None:
    waves = find_waves([_taken(15, 400, tests=40), _taken(1, 460, tests=40, hours=0)])

    assert list(wave_yields(waves)) == []


def test_a_wave_that_is_counted_otherwise_tells_no_pace() -> None:
    other = replace(_taken(15, 460, tests=40), circumstances=Circumstances(branch=True, settings={"exclude": ("x",)}))

    (wave,) = find_waves([_taken(1, 400, tests=10), other])

    assert wave.left_out == "counted otherwise (branch mode, exclude)"
    assert list(wave_yields([wave])) == []


def test_small_waves_are_joined_with_those_before_until_they_tell_something() -> None:
    yields = [_yield(50), _yield(4, amount=3), _yield(2, amount=1), _yield(1, amount=1)]

    last = last_of(yields)

    assert last is not None
    assert (last.points, float(last.amount), last.waves) == (7, 5, 3)
    assert last_of(yields[1:3]) is None


def test_a_figure_that_nobody_can_have_meant_is_none() -> None:
    waves = find_waves([_taken(1, 400, tests=1), _taken(15, 460, tests=1e300, hours=1e308)])

    assert [each.unit for each in wave_yields(waves)] == ["weeks"]


# What is to come


def test_the_yield_goes_on_or_falls_with_what_is_missing() -> None:
    linear, exponential = find_readings([_yield(50, missing=500)], 225, 450)

    assert linear.needed == 45
    assert exponential.needed == pytest.approx(log(2) / log(500 / 450) * 10)


def test_a_last_wave_that_gained_nothing_never_gets_there_and_earlier_ones_are_not_taken_for_it() -> None:
    readings = list(find_readings([_yield(50), _yield(0)], 100, 450))
    report = PaceReport("shop", readings=tuple(readings))

    assert [each.needed is None for each in readings] == [True, True, False, False]
    assert report.span("tests") == (40.0, None)
    assert report.span("hours") is None


def test_the_range_begins_with_the_last_wave_and_ends_with_the_slowest() -> None:
    report = PaceReport("shop", readings=tuple(find_readings([_yield(90), _yield(10)], 100, 400)))

    last, every = _yield(10), joined([_yield(90), _yield(10)])
    assert report.span("tests") == (amount_for(last, "goes on", 100, 400), amount_for(last, "same share", 100, 400))
    assert (amount_for(every, "goes on", 100, 400) or 0) < 100


def test_all_of_what_is_missing_takes_an_end() -> None:
    assert amount_for(_yield(50), "same share", 400, 400) == pytest.approx(log(400 / 0.5) / log(500 / 450) * 10)
    assert amount_for(_yield(50), "goes on", 401, 400) is None


@given(
    points=st.integers(1, 499), amount=st.integers(5, 500), missing=st.integers(1, 10_000), share=st.integers(1, 100)
)
def test_diminishing_returns_never_take_less_than_the_yield_of_a_wave_that_missed_as_much(
    points: int, amount: int, missing: int, share: int
) -> None:
    """The exponential law is the slower one when no more is missing now than when the wave began."""
    found = _yield(points, amount)
    now = min(missing, 500 - points)
    need = max(1, now * share // 100)

    linear, exponential = (amount_for(found, law, need, now) for law in LAWS)

    assert linear is not None
    assert exponential is not None
    if need < now:
        assert exponential >= linear * (1 - 1e-9)


@given(points=st.integers(1, 400), amount=st.integers(5, 500), need=st.integers(1, 450))
def test_what_a_target_takes_brings_that_target(points: int, amount: int, need: int) -> None:
    found = _yield(points, amount)
    for law in LAWS:
        needed = amount_for(found, law, need, 500)

        assert needed is not None
        assert points_from(found, law, Fraction(needed), 500) == pytest.approx(need)


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 30)), min_size=1, max_size=6))
def test_waves_add_up(steps: Sequence[tuple[int, int]]) -> None:
    yields = [_yield(points, amount) for points, amount in steps]

    every, last = joined(yields), last_of(yields)

    assert (every.points, float(every.amount)) == (sum(a for a, _ in steps), sum(b for _, b in steps))
    assert (last is None) == (every.amount < LEAST["tests"])
    assert last is None or last.amount >= LEAST["tests"]


# Claims


def test_a_claim_is_read_in_any_order_and_spelling() -> None:
    claim = parse_claim("30 tests, 2-3h, 40 % -> 80%, 4 weeks, +300 points")

    assert (claim.start, claim.goal) == (Fraction(40), Fraction(80))
    assert claim.claim.tests == Span(Fraction(30), Fraction(30))
    assert claim.claim.hours == Span(Fraction(2), Fraction(3))
    assert claim.claim.gain == Span(Fraction(300), Fraction(300))
    assert claim.weeks == Span(Fraction(4), Fraction(4))
    assert parse_claim("40\u219280 %, 3 hours").start == parse_claim("40 to 80 %, 3 h").start == 40
    assert parse_claim("80 %, 3 h").start is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "'' is no part of a claim"),
        ("soon", "'soon' is no part of a claim"),
        ("80 %, 30 cows", "'30 cows' is no part of a claim"),
        ("40 -> 80 %", "says nothing of what it takes"),
        ("80 -> 40 %, 3 h", "ends where it begins, or below"),
        ("40 -> 140 %, 3 h", "more than 100 %"),
        ("80 %, 3 h, 4 hours", "two things of its hours"),
        ("80 %, 40-20 tests", "ends below where it begins"),
    ],
)
def test_a_claim_that_cannot_be_read_is_one_clear_line(text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as raised:
        parse_claim(text)

    assert "\n" not in str(raised.value)


def _report(*snapshots: Snapshot, percent: int = 60) -> PaceReport:
    """From the snapshots to a percent."""
    yields = tuple(wave_yields(find_waves(snapshots)))
    target, today = Target(Fraction(percent)), snapshots[-1].totals
    need = target.shortfall(today)
    readings = [
        reading
        for unit in LEAST
        for reading in find_readings([each for each in yields if each.unit == unit], need, today.missing_points)
    ]
    return PaceReport("shop", snapshots, yields=yields, target=target, need=need, readings=tuple(readings))


def test_a_claim_that_the_record_bears_out_holds() -> None:
    report = _report(_taken(1, 400, tests=10), _taken(15, 500, tests=60, hours=10))

    verdicts = {each.subject: each.holds for each in judge(parse_claim("50 -> 60 %, 60 tests, 12 h, 2 weeks"), report)}

    assert verdicts == {"start": True, "percent": True, "tests": True, "hours": True, "weeks": True}


def test_what_nobody_noted_can_not_be_told() -> None:
    report = _report(_taken(1, 400), _taken(15, 500))

    verdicts = {each.subject: each for each in judge(parse_claim("45 -> 60 %, 60 tests, 12 h, 300 points"), report)}

    assert {name: each.holds for name, each in verdicts.items()} == {
        "start": False,
        "percent": None,
        "gain": True,
        "tests": None,
        "hours": None,
    }
    assert verdicts["start"].found == "the last snapshot has 50.00 %"


def test_from_a_total_that_fell_no_claim_holds() -> None:
    report = _report(_taken(1, 510, tests=10), _taken(15, 500, tests=60))

    found = next(each for each in judge(parse_claim("60 %, 500 tests"), report) if each.subject == "tests")

    assert (found.found, found.holds) == ("the total did not rise: never", False)


# The command


def _run(root: Path, *arguments: str) -> Any:
    store = ["--store", str(root / "history.sqlite")]
    return CliRunner().invoke(gapplan, ["-C", str(root), *arguments, *store], catch_exceptions=False)


def _keep(root: Path, *snapshots: Snapshot) -> Path:
    for each in snapshots:
        keep_snapshot(root / "history.sqlite", each)
    return root / "history.sqlite"


@pytest.fixture
def phase(release: Path, tmp_path: Path) -> Path:
    """Scenario R's three steps as snapshots: the phase took three hours of one afternoon."""
    steps = json.loads((release / "history.json").read_text("utf-8"))["steps"]
    moments = ("2026-04-01T12:00:00Z", "2026-05-04T13:00:00Z", "2026-05-04T16:00:00Z")
    names = ("tests", "hours", "type_errors", "ci_pass_percent")
    for step, moment in zip(steps, moments, strict=True):
        metrics = {name: float(step[name]) for name in names if step[name] is not None}
        counts = Counts(step["statements"], step["covered"])
        _keep(tmp_path, Snapshot("", moment, "backend", counts, (), metrics=metrics, label=step["version"]))
    return tmp_path


CLAIM_OF_THE_PHASE = ["--claim", "29 -> 35 %, 20-30 h", "--pace", "9 points/3h", "--today", "2026-05-04"]


def test_golden_pace_of_the_release(phase: Path, golden: Callable[[str, str], None]) -> None:
    text = _run(phase, "pace", *CLAIM_OF_THE_PHASE).stdout

    golden("release-pace.txt", text.replace(phase.name, "backend"))


def test_213_points_at_8_or_9_in_three_hours_are_71_to_80_hours_not_20_to_30(phase: Path) -> None:
    found = json.loads(_run(phase, "pace", *CLAIM_OF_THE_PHASE, "--format", "json").stdout)

    needed = [each["needed"] for each in found["readings"] if each["of"] == "hours" and each["law"] == "goes on"]
    assert found["target"]["points_more"] == 213
    assert needed == [pytest.approx(213 * 3 / 8), pytest.approx(213 * 3 / 9)]
    assert {each["of"]: each["holds"] for each in found["claims"]} == {"start": True, "percent": False, "hours": False}
    assert "it takes 71.0 to 79.9 h" in " ".join(_run(phase, "pace", *CLAIM_OF_THE_PHASE).stdout.split())


def test_weeks_have_days_and_burn_up_has_its_goal(tmp_path: Path) -> None:
    _keep(tmp_path, _taken(1, 400), _taken(8, 450), _taken(22, 490))

    page = " ".join(_run(tmp_path, "pace", "--target", "60", "--today", "2026-06-01").stdout.split())
    found = json.loads(_run(tmp_path, "pace", "--target", "60", "--today", "2026-06-01", "--format", "json").stdout)

    assert "60 % takes 5.5 to 6.5 weeks (2026-07-10 to 2026-07-17)" in page
    assert "returns diminish" in page
    assert found["forecast"]["weeks"]["due_low"] == "2026-07-10"
    assert [each["goal"] for each in found["burn_up"]] == [600, 600, 600]
    assert [each["covered"] for each in found["burn_up"]] == [400, 450, 490]


def test_a_stated_pace_of_hours_turns_recorded_hours_into_weeks(tmp_path: Path) -> None:
    _keep(tmp_path, _taken(1, 400), _taken(2, 450, hours=10))

    report = json.loads(_run(tmp_path, "pace", "--target", "60", "--pace", "6h/week", "--format", "json").stdout)

    stated = [each for each in report["readings"] if each["from"] == "stated"]
    assert [(each["of"], each["law"]) for each in stated] == [("weeks", "goes on"), ("weeks", "same share")]
    assert stated[0]["needed"] == 150 / 5 / 6


def test_hours_that_were_entered_count_with_what_their_receipt_says(tmp_path: Path) -> None:
    start = replace(_taken(1, 0, points=16), files=(_file("shop/desk.py", "Desk.sell", ""), _file("x.py", "f", "")))
    end = replace(_taken(20, 8), files=(_file("shop/desk.py", "Desk.sell", "a b c"), _file("x.py", "f", "a b c d e")))
    start, end = (replace(each, totals=Counts(16, covered)) for each, covered in ((start, 0), (end, 8)))
    store = _keep(tmp_path, start, end)
    plan = keep_plan(store, _plan(replace(_task(DESK), orders=(1, 2))))
    note_work(store, Work(plan.key, 1, "2026-05-03T12:00:00Z", 1.5))
    note_work(store, Work(plan.key, 2, "2026-05-25T12:00:00Z", 9.0))

    found = json.loads(_run(tmp_path, "pace", "--format", "json").stdout)

    assert found["waves"][0]["points"] == 8
    assert found["waves"][0]["hours"] == {
        "amount": 1.5,
        "points": 3,
        "rate": 2.0,
        "share_of_missing": round(log(16 / 13) / 1.5, 6),
        "is_entered": True,
    }
    assert found["notices"] == [
        "hours of 1 test(s) were entered after the last snapshot: they count once the next is kept"
    ]


def test_one_snapshot_and_none_are_no_pace(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing is kept yet"):
        _run(tmp_path, "pace")
    _keep(tmp_path, _taken(1, 400))

    page = _run(tmp_path, "pace", "--target", "60").stdout

    assert "A pace needs two snapshots or more" in page
    assert "nothing is guessed" in page


def test_a_target_that_is_met_takes_nothing(tmp_path: Path) -> None:
    _keep(tmp_path, _taken(1, 400), _taken(8, 450))

    assert "45 % is met by the last snapshot" in _run(tmp_path, "pace", "--target", "45").stdout


def test_gains_within_the_noise_other_rules_and_the_whole_tree_are_said(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.gapplan]\nnoise = 20\n", "utf-8")
    _keep(tmp_path, _taken(1, 400), _taken(8, 415), replace(_taken(9, 500), circumstances=Circumstances(branch=True)))

    found = json.loads(_run(tmp_path, "pace", "--total", "whole-tree", "--format", "json").stdout)

    text = "; ".join(found["notices"])
    assert "gained 15 points, which is within the noise of 20" in text
    assert "counted otherwise (branch mode)" in text
    assert "not on the whole tree" in text
    assert found["waves"][1]["weeks"] is None


def test_the_schema_names_every_key_and_each_has_a_description(tmp_path: Path) -> None:
    _keep(tmp_path, _taken(1, 400), _taken(9, 430, tests=9), _taken(22, 490, tests=40, hours=4))
    asked = ["--claim", "60 %, 30 tests", "--pace", "6h/week", "--today", "2026-06-01", "--format", "json"]

    schema = schema_of("pace")

    jsonschema.validate(json.loads(_run(tmp_path, "pace", *asked).stdout), closed(schema))
    assert [path for path, each in properties_of(schema) if len(each.get("description", "")) < 8] == []
    assert all(set(each["required"]) == set(each["properties"]) for each in objects_of(schema))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--claim", "much, soon"], "'much' is no part of a claim"),
        (["--target", "140"], "more than 100 %"),
        (["--pace", "fast"], "pace 'fast' is not like"),
        (["--today", "tomorrow"], "not a date"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(tmp_path: Path, arguments: list[str], says: str) -> None:
    _keep(tmp_path, _taken(1, 400), _taken(9, 430))

    with pytest.raises(GapplanError, match=says):
        _run(tmp_path, "pace", *arguments)


def test_old_releases_may_be_kept_after_new_ones(tmp_path: Path) -> None:
    _keep(tmp_path, _taken(22, 490), _taken(1, 400), _taken(8, 450), _taken(8, 455))

    found = json.loads(_run(tmp_path, "pace", "--format", "json").stdout)

    assert [each["covered"] for each in found["burn_up"]] == [400, 450, 455, 490]
    assert [each["points"] for each in found["waves"]] == [50, 5, 35]
    assert "ends in the moment in which it begins" in found["notices"][0]


# A ladder with dates


def test_a_ladder_without_a_stated_pace_has_the_recorded_one(shop: Path) -> None:
    _keep(shop, _taken(1, 400), _taken(8, 450), _taken(22, 490))
    asked = ["plan", "--target", "70", "--ladder", "65", "--today", "2026-06-01", "--format", "json"]

    found = json.loads(_run(shop, *asked).stdout)

    rungs = next(each for each in found["options"] if each["key"] == "D")["rungs"]
    assert [each["amount"] for each in rungs[0]["periods"]] == [20, 30]
    weeks = rungs[0]["points_gained"] / 20
    assert (date.fromisoformat(rungs[0]["due"]) - date(2026, 6, 1)).days == -(-weeks * 7 // 1)
    assert any("due by the recorded pace of 20 or 30 points a week" in each for each in found["notices"])


def test_a_stated_pace_wins_over_the_recorded_one(tmp_path: Path) -> None:
    store = _keep(tmp_path, _taken(1, 400), _taken(8, 450))
    stated = Wish(ladder=(Fraction(50),), paces=(Pace(Fraction(1), "hours", "week"),))

    assert at_recorded_pace(stated, store) == (stated, ())
    assert at_recorded_pace(Wish(), store) == (Wish(), ())


def test_a_store_that_cannot_be_read_or_tells_nothing_costs_no_plan(tmp_path: Path) -> None:
    wish, store = Wish(ladder=(Fraction(50),)), tmp_path / "history.sqlite"

    assert at_recorded_pace(wish, store) == (wish, ())
    store.write_bytes(b"no store")
    assert "no recorded pace for the ladder: " in at_recorded_pace(wish, store)[1][0]
    store.unlink()
    _keep(tmp_path, _taken(1, 400), _taken(8, 390))
    assert "the total did not rise" in at_recorded_pace(wish, store)[1][0]


def test_a_ladder_goes_by_the_last_wave_and_by_all() -> None:
    waves = find_waves([_taken(1, 400), _taken(8, 450), _taken(22, 490)])

    assert [(float(each.amount), each.period) for each in ladder_paces(waves)] == [(20, "week"), (30, "week")]
