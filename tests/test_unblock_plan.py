"""A plan that knows which tests fail: mending comes first where it is cheaper, and is no test to write."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from blocked_projects import broken_desk
from click.testing import CliRunner, Result
from factories import candidate, counts, ground, target
from test_schema import closed, schema_of
from test_unblock_passes import cause

from planner.cli import gapplan
from planner.errors import ConfigError
from planner.model.blocked import Frame, Mending, Passing
from planner.model.option import Count
from planner.model.plan import MILLI, Candidate, Effort, Range
from planner.model.problem import MILLION, BodyKey
from planner.model.wish import Wish
from planner.solve import Field, Ground, plan_options
from planner.solve.ladder import climb
from planner.solve.mend import with_mendings
from planner.solve.tally import Tally

STORE, TAXES = "no-variable-desk-url", "no-module-desk-rates"


@pytest.fixture(scope="module")
def desk() -> Iterator[Path]:
    with broken_desk() as root:
        yield root


def run(root: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(gapplan, ["-C", str(root), *arguments], env={"COLUMNS": "120"})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def planned(root: Path, *arguments: str) -> Any:
    return json.loads(run(root, "plan", "--format", "json", *arguments).stdout)


def with_report(root: Path, *arguments: str) -> Any:
    return planned(root, "--junit", str(root / "junit.xml"), *arguments)


def mending(key: str, milli: int, hours: float, entry: dict[BodyKey, int], *, place: Frame | None = None) -> Mending:
    gain = Range(milli // MILLI // 2, milli // MILLI, milli // MILLI * 2)
    return Mending(
        replace(cause(key), first_place=place),
        Effort(hours, hours),
        gain,
        Passing(1, 1),
        1,
        alone=gain,
        alone_milli=milli,
        entry=entry,
    )


def choice_of(*candidates: Candidate, percent: int = 60) -> tuple[Field, Ground]:
    missing = {each.path: each.missing for each in candidates}
    field = Field(candidates, missing, dict.fromkeys(missing, False))
    return field, ground(target(percent), counts(100, 50), candidates=candidates)


# In a real project


def test_a_plan_without_a_report_is_the_same_as_ever(desk: Path) -> None:
    document = planned(desk, "--target", "60")

    assert "unblock" not in document
    assert all("mends" not in step for option in document["options"] for step in option["steps"])
    assert "unblock" not in run(desk, "plan", "--target", "60").stdout.lower()


def test_cheap_mendings_come_first_and_the_page_says_why(desk: Path) -> None:
    report = ("--junit", str(desk / "junit.xml"), "--effort", f"{STORE}=30m")
    text = " ".join(run(desk, "plan", "--target", "60", *report).stdout.split())

    assert "Tests: 2 of 9 tests pass, 22.22 %; 3 causes stop 7, see gapplan unblock." in text
    assert "Unblocking comes first: +" in text
    assert f"1 {STORE} environment 5 +" in text


def test_mendings_are_the_first_steps_and_no_tests_to_write(desk: Path) -> None:
    document = with_report(desk, "--target", "80", "--effort", f"{STORE}=30m", "--effort", f"{TAXES}=20m")

    (mix,) = (option for option in document["options"] if option["key"] == "mix")
    mended = [step.get("mends") for step in mix["steps"]]
    assert set(mended[:2]) == {STORE, TAXES}
    assert not any(mended[2:])
    assert mix["tests"]["p80"] == len(mix["steps"]) - 2
    assert mix["measure_after"][0] == 2
    (ladder,) = (option for option in document["options"] if option["key"] == "D")
    assert all(rung["tests"]["p80"] <= mix["tests"]["p80"] for rung in ladder["rungs"] if rung["tests"])
    assert sum(step["marginal_gain"] for step in mix["steps"]) == mix["points_gained"]


def test_every_option_may_mend_but_those_of_ones_own_files(desk: Path) -> None:
    document = with_report(desk, "--target", "60", "--effort", f"{STORE}=10m", "--option", "own=desk/greet.py")

    mends = {option["key"]: [s["mends"] for s in option["steps"] if "mends" in s] for option in document["options"]}
    assert all(STORE in mends[key] for key in ("A", "B", "C", "mix"))
    assert mends["own"] == []


@pytest.mark.parametrize("percent", ["40", "60", "70"])
def test_no_option_takes_fewer_hours_to_the_target_than_the_mix(desk: Path, percent: str) -> None:
    document = with_report(desk, "--target", percent)

    hours = {each["key"]: each["effort_hours"]["p50"] for each in document["options"] if each["reaches_target"]}
    assert hours["mix"] == min(hours.values())


def test_mendings_that_cost_more_than_tests_are_left_to_unblock(desk: Path) -> None:
    dear = ("--effort", f"{STORE}=90h", "--effort", f"{TAXES}=90h")
    text = " ".join(run(desk, "plan", "--target", "40", "--junit", str(desk / "junit.xml"), *dear).stdout.split())

    assert "Unblocking is not in this plan" in text
    assert "Mend first" not in text


def test_with_a_budget_mendings_are_chosen_by_their_points_too(desk: Path) -> None:
    document = with_report(desk, "--budget", "1h", "--effort", f"{STORE}=30m")

    (mix,) = (option for option in document["options"] if option["key"] == "mix")
    assert mix["steps"][0]["mends"] == STORE
    assert mix["effort_hours"]["p50"] <= 1


def test_json_with_a_report_is_what_the_schema_says(desk: Path) -> None:
    document = with_report(desk, "--target", "80", "--effort", f"{STORE}=30m")

    jsonschema.validate(document, closed(schema_of("plan")))
    assert STORE in {each["key"] for each in document["unblock"]["causes"]}
    assert document["unblock"]["tests"]["passed"] == 2


@pytest.mark.parametrize("format", ["markdown", "json"])
def test_the_same_input_gives_the_same_bytes(desk: Path, format: str) -> None:
    arguments = ("plan", "--target", "60", "--junit", str(desk / "junit.xml"), "--format", format)

    assert run(desk, *arguments).stdout == run(desk, *arguments).stdout


def test_the_doctor_sends_to_unblock_when_tests_fail(desk: Path) -> None:
    text = " ".join(run(desk, "doctor", "--junit", str(desk / "junit.xml")).stdout.split())
    document = json.loads(run(desk, "doctor", "--junit", str(desk / "junit.xml"), "--format", "json").stdout)

    assert "7 tests fail by the reports given: gapplan unblock --junit says what stops them" in text
    assert document["blocked_tests"] == 7
    jsonschema.validate(document, closed(schema_of("doctor")))
    assert "blocked_tests" not in json.loads(run(desk, "doctor", "--format", "json").stdout)
    assert "unblock" not in run(desk, "doctor").stdout


def test_a_plan_with_mendings_is_kept_and_has_its_receipt(desk: Path, tmp_path: Path) -> None:
    store = ("--store", str(tmp_path / "store"))

    kept = run(
        desk, "plan", "--target", "60", "--junit", str(desk / "junit.xml"), "--effort", f"{STORE}=30m", "--save", *store
    )
    receipt = run(desk, "receipt", *store)

    assert kept.exit_code == 0, kept.output
    assert receipt.exit_code == 0, receipt.output
    assert f"mend {STORE}" in receipt.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--target", "60", "--effort", f"{STORE}=2h"), "--effort is of mendings, which need the report of a test run"),
        (("--resume", "--junit", "junit.xml"), "--resume goes on with the tests of a kept plan: leave --junit out"),
    ],
)
def test_what_does_not_go_together_is_one_clear_line(desk: Path, arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        run(desk, "plan", *arguments)


# As values


def test_a_mending_that_gains_less_than_half_a_point_is_no_part_of_a_plan() -> None:
    field, start = choice_of(candidate(path="a.py", body=20, hours=1.0))

    mended, _ = with_mendings(
        field, start, [mending("small", MILLI // 2 - 1, 0.1, {}), mending("fair", MILLI, 0.1, {})]
    )

    assert [each.mends for each in mended.candidates] == ["", "fair"]


def test_a_mending_and_a_test_that_cover_the_same_count_once() -> None:
    test = candidate(path="a.py", body=20, hours=1.0)
    field, start = choice_of(test)
    entry = dict.fromkeys(test.bodies, MILLION)

    mended, after = with_mendings(field, start, [mending("all", 20 * MILLI, 0.5, entry)])
    tally = Tally(after)
    gains = [tally.add(each).body for each in reversed(mended.candidates)]

    assert gains == [20 * MILLI, 0]


def test_the_place_to_look_first_is_no_module_that_is_begun_or_imported() -> None:
    test = candidate(path="a.py", body=20, hours=1.0)
    field, start = choice_of(test)

    mended, after = with_mendings(field, start, [mending("x", MILLI, 0.5, {}, place=Frame("a.py", 3))])
    tally = Tally(after)
    tally.add(mended.candidates[-1])

    assert mended.candidates[-1].path == "a.py:3"
    assert tally.files == set()
    assert "a.py" not in tally.begun


def test_mendings_come_first_also_where_tests_bring_more_for_the_budget() -> None:
    test = candidate(path="a.py", body=20, hours=0.5)
    field, start = choice_of(test)
    budget = replace(start, target=None, wish=Wish(budget=4.0))

    other = replace(candidate(path="b.py", body=5), tests=0)
    entry = dict.fromkeys(other.bodies, MILLION)
    known = replace(budget, forecast=ground(candidates=(test, other)).forecast)
    options = plan_options(*with_mendings(field, known, [mending("slow", 5 * MILLI, 1.0, entry)]))

    assert [step.candidate.mends for option in options if option.key == "mix" for step in option.steps] == ["slow", ""]


def test_a_rung_counts_the_tests_that_are_written_and_no_mending() -> None:
    test = candidate(path="a.py", body=20, hours=1.0)
    field, start = choice_of(test, percent=70)
    mended, after = with_mendings(field, start, [mending("half", 10 * MILLI, 0.5, dict.fromkeys(test.bodies, 500_000))])

    (*_, last) = climb(tuple(reversed(mended.candidates)), after)

    assert last.tests == Count(1, 1)


def test_the_cheapest_of_mending_and_testing_is_taken() -> None:
    test = candidate(path="a.py", body=20, hours=2.0)
    field, start = choice_of(test)
    entry = dict.fromkeys(test.bodies, MILLION)

    cheap = plan_options(*with_mendings(field, start, [mending("cheap", 20 * MILLI, 1.0, entry)]))
    dear = plan_options(*with_mendings(field, start, [mending("dear", 20 * MILLI, 9.0, entry)]))

    assert [step.candidate.mends for option in cheap if option.key == "mix" for step in option.steps] == ["cheap"]
    assert [step.candidate.mends for option in dear if option.key == "mix" for step in option.steps] == [""]
