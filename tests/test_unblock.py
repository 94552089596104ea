"""`gapplan unblock` on a suite that really fails: causes, what mending gives, and what mending really gave."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from blocked_projects import FARE_WELL, RATES, broken_desk, mended
from click.testing import CliRunner, Result
from makers import contents_of, make_project, measure
from test_schema import closed, objects_of, properties_of, schema_of

from planner.cli import gapplan
from planner.errors import ConfigError, GapplanError, InputError
from planner.measure import Request
from planner.model.blocked import Blockage, Mending, Passing, Repairs
from planner.model.plan import Effort
from planner.pipeline.unblock import make_blockage
from planner.report.unblock_json import render_blockage

STORE, TAXES, LEAVES = "no-variable-desk-url", "no-module-desk-rates", "assertion-test-leaves"


@pytest.fixture(scope="module")
def desk() -> Iterator[Path]:
    with broken_desk() as root:
        yield root


def blockage(root: Path, repairs: Repairs | None = None) -> Blockage:
    return make_blockage(Request(root), repairs or Repairs(("junit.xml",)), lambda paths, _: paths)


@pytest.fixture(scope="module")
def found(desk: Path) -> Blockage:
    return blockage(desk)


def by_key(found: Blockage) -> dict[str, Mending]:
    return {each.cause.key: each for each in found.mendings}


def run(root: Path, *arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(gapplan, ["-C", str(root), "unblock", *arguments], env={"COLUMNS": "120"})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def told(root: Path, *arguments: str, code: int = 0) -> str:
    return run(root, "--junit", str(root / "junit.xml"), *arguments, code=code).stdout


# What stops tests


def test_each_cause_has_its_tests_and_the_place_to_look_first(found: Blockage) -> None:
    causes = {key: each.cause for key, each in by_key(found).items()}

    assert {key: cause.tests_blocked for key, cause in causes.items()} == {STORE: 5, TAXES: 1, LEAVES: 1}
    places = {
        key: (cause.first_place.path, cause.first_place.line) for key, cause in causes.items() if cause.first_place
    }
    assert places == {STORE: ("tests/conftest.py", 10), TAXES: ("desk/tax.py", 3), LEAVES: ("tests/test_greet.py", 14)}


def test_the_tally_counts_each_test_once(found: Blockage) -> None:
    tally = found.tally

    assert (tally.tests, tally.passed, tally.failed, tally.errors, tally.skipped) == (10, 2, 1, 6, 1)
    assert found.today == Passing(2, 9)


def test_a_file_that_was_not_imported_brings_the_tests_that_are_written_in_it(found: Blockage) -> None:
    taxes = by_key(found)[TAXES]

    assert (taxes.runs_again, taxes.uncounted) == (4, 3)
    assert found.after_all == Passing(12, 12)


@pytest.mark.parametrize(
    ("key", "files", "environment"),
    [(STORE, {}, {"DESK_URL": "mem:"}), (TAXES, RATES, {}), (LEAVES, FARE_WELL, {})],
)
def test_what_mending_really_gave_lies_in_the_range(
    desk: Path, found: Blockage, tmp_path: Path, key: str, files: dict[str, str], environment: dict[str, str]
) -> None:
    after = mended(desk, tmp_path / "desk", files, **environment)

    mending, again = by_key(found)[key], blockage(after)
    gained = measure(after).totals.covered_points - measure(desk).totals.covered_points
    assert key not in by_key(again)
    assert again.tally.passed - found.tally.passed == mending.runs_again
    assert mending.alone is not None
    assert mending.alone.p10 <= gained <= mending.alone.p90


def test_all_causes_mended_every_test_passes_as_forecast(desk: Path, found: Blockage, tmp_path: Path) -> None:
    after = mended(desk, tmp_path / "desk", {**RATES, **FARE_WELL}, DESK_URL="mem:")

    again = blockage(after)

    assert again.mendings == ()
    assert again.today == found.after_all


def test_what_a_failed_test_ran_until_then_is_no_gain(found: Blockage) -> None:
    assert by_key(found)[LEAVES].points is not None
    assert by_key(found)[LEAVES].alone_milli == 0


def test_without_coverage_everything_but_points_is_there(desk: Path, found: Blockage, tmp_path: Path) -> None:
    files = {name: content for name, content in contents_of(desk).items() if name != ".coverage"}
    bare = blockage(make_project(tmp_path / "desk", files))

    assert bare.measured is None
    assert [each.points for each in bare.mendings] == [None, None, None]
    assert [each.after for each in bare.mendings] != []
    assert {each.cause.key: each.runs_again for each in bare.mendings} == {STORE: 5, TAXES: 4, LEAVES: 1}
    text = told(tmp_path / "desk")
    assert text.count("No coverage data") == 1
    assert "points" not in text


def test_data_that_is_named_has_to_be_there(desk: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        make_blockage(Request(desk, ("nowhere",)), Repairs(("junit.xml",)), lambda paths, _: paths)


CLASS = """import unittest


class TestDesk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.desk = open("/no/such/file")

    def test_sells(self):
        pass

    def test_buys(self):
        pass

    def test_rests(self):
        pass
"""

CLASS_REPORT = """<testsuites><testsuite>
<testcase classname="" name="setUpClass (tests.test_desk.TestDesk)"><error type="FileNotFoundError"
 message="[Errno 2] No such file or directory: '/no/such/file'">Traceback (most recent call last):
  File "tests/test_desk.py", line 7, in setUpClass
    cls.desk = open("/no/such/file")
FileNotFoundError: [Errno 2] No such file or directory: '/no/such/file'</error></testcase>
<testcase classname="tests.test_other" name="test_passes"/></testsuite></testsuites>
"""


def test_a_class_that_was_not_set_up_brings_the_tests_that_are_written_in_it(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"tests/test_desk.py": CLASS, "junit.xml": CLASS_REPORT, "desk.py": "x = 1\n"})

    (mending,) = blockage(root).mendings

    assert mending.cause.tests_blocked == 1
    assert (mending.runs_again, mending.uncounted) == (3, 2)
    assert mending.after == Passing(4, 4)


STOPS = {
    "before": '<error message="failed on setup with &quot;ValueError: no&quot;">E   ValueError: no</error>',
    "on the way": '<failure message="ValueError: no">E   ValueError: no</failure>',
    "at the end": '<failure message="AssertionError: no">E   AssertionError: no</failure>',
}


def test_the_earlier_a_test_stopped_the_more_it_has_to_cover(desk: Path, tmp_path: Path) -> None:
    gains = []
    for name, ending in STOPS.items():
        report = tmp_path / f"{name}.xml"
        case = f'<testcase classname="tests.test_greet.TestGreet" name="test_leaves">{ending}</testcase>'
        report.write_text(f"<testsuites><testsuite>{case}</testsuite></testsuites>", "utf-8")
        (mending,) = blockage(desk, Repairs((str(report),))).mendings
        gains.append(mending.alone_milli)

    assert gains[0] > gains[1] > gains[2] == 0


def test_a_test_whose_function_is_not_found_counts_as_one_and_covers_nothing(desk: Path, tmp_path: Path) -> None:
    report = tmp_path / "junit.xml"
    report.write_text(
        '<testsuites><testsuite><testcase classname="far.away" name="test_x"><failure message="ValueError: no">'
        "E   ValueError: no</failure></testcase></testsuite></testsuites>",
        "utf-8",
    )

    (mending,) = blockage(desk, Repairs((str(report),))).mendings

    assert (mending.runs_again, mending.uncounted, mending.alone_milli) == (1, 0, 0)


# What is asked of the list


def test_hours_of_ones_own_change_the_order(desk: Path) -> None:
    found = blockage(desk, Repairs(("junit.xml",), {LEAVES: Effort(0.1, 0.1)}))

    assert found.mendings[0].cause.key == LEAVES
    assert found.mendings[0].is_given


def test_by_points_the_mending_that_covers_most_per_hour_comes_first(desk: Path) -> None:
    dear = ("--effort", f"{STORE}=6h", "--format", "json")

    by_tests = [each["key"] for each in json.loads(told(desk, *dear))["causes"]]
    by_points = [each["key"] for each in json.loads(told(desk, *dear, "--by", "points"))["causes"]]

    assert by_tests == [TAXES, LEAVES, STORE]
    assert by_points == [TAXES, STORE, LEAVES]


def test_hours_stand_in_the_configuration_and_the_call_wins(desk: Path, tmp_path: Path) -> None:
    settings = f'[tool.gapplan.unblock]\neffort = {{"{STORE}" = "30-45m", "long-gone" = "2h"}}\n'
    root = make_project(tmp_path / "desk", {**contents_of(desk), "pyproject.toml": settings})

    configured = blockage(root)
    called = blockage(root, Repairs(("junit.xml",), {STORE: Effort(1.0, 1.5)}))

    assert by_key(configured)[STORE].effort == Effort(0.5, 0.75)
    assert by_key(called)[STORE].effort == Effort(1.0, 1.5)
    assert any("no cause long-gone (any more)" in notice for notice in configured.notices)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("effort = {a = 2}", "unblock.effort.a must be hours such as '2h' or '2-3h', not 2"),
        ('effort = {a = "2 days"}', "unblock.effort.a: '2 days' is no effort in hours or minutes"),
        ("effort = 2", "unblock.effort must be a table, not 2"),
        ("hours = 2", r"\[tool.gapplan.unblock\] has no key 'hours'; it knows effort"),
    ],
)
def test_a_wrong_setting_is_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    root = make_project(tmp_path, {"pyproject.toml": f"[tool.gapplan.unblock]\n{text}\n"})

    with pytest.raises(ConfigError, match=message):
        run(root, "--junit", "junit.xml")


def test_causes_of_ones_choice_come_in_that_order_and_the_others_are_named(desk: Path) -> None:
    found = blockage(desk, Repairs(("junit.xml",), causes=(LEAVES, STORE)))

    assert [each.cause.key for each in found.mendings] == [LEAVES, STORE]
    assert [each.after for each in found.mendings] == [Passing(3, 9), Passing(8, 9)]
    assert [each.key for each in found.others] == [TAXES]
    assert "Left out (1)" in told(desk, "--cause", LEAVES, "--cause", STORE)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--effort", "nothing=2h"), f"--effort nothing: there is no such cause; the causes are {STORE}, "),
        (("--cause", "nothing"), f"--cause nothing: there is no such cause; the causes are {STORE}, "),
        (("--cause", STORE, "--cause", STORE), "--cause: a cause is named twice"),
        (("--effort", f"{STORE}=2h", "--effort", f"{STORE}=3h"), "--effort: a cause is given twice"),
        (("--effort", "2h"), "--effort '2h' is not CAUSE=HOURS"),
        (
            ("--effort", f"{STORE}=1d"),
            f"--effort {STORE}: '1d' is no effort in hours or minutes such as 2h, 2-3h or 90m",
        ),
        (("--effort", f"{STORE}=3-2h"), f"--effort {STORE}: '3-2h' has to be more than nothing, and end no lower"),
        (("--effort", f"{STORE}=0h"), f"--effort {STORE}: '0h' has to be more than nothing"),
        (("--target", "most"), "target 'most' is not a percent such as 12, 12.5 or +2"),
        (("--target", "101"), "target '101' is more than 100 %"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(desk: Path, arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(ConfigError) as error:
        told(desk, *arguments)

    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "effort"),
    [
        ("2h", Effort(2.0, 2.0)),
        ("2-3h", Effort(2.0, 3.0)),
        ("1.5 to 2 hours", Effort(1.5, 2.0)),
        ("90m", Effort(1.5, 1.5)),
        ("30 - 90 min", Effort(0.5, 1.5)),
    ],
)
def test_hours_are_read_as_people_write_them(desk: Path, text: str, effort: Effort) -> None:
    document = json.loads(told(desk, "--effort", f"{STORE}={text}", "--format", "json"))

    (cause,) = (each for each in document["causes"] if each["key"] == STORE)
    assert cause["effort_hours"] == {"p50": effort.p50, "p80": effort.p80}
    assert cause["effort_is_given"]


def test_a_report_is_needed(desk: Path) -> None:
    with pytest.raises(ConfigError, match="unblock needs the report of a test run"):
        run(desk)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<testsuites><testsuite>",
        b"\xff\xfe<\x00t\x00",
        b'<!DOCTYPE x [<!ENTITY a "b">]><testsuites>&a;</testsuites>',
        b"<html></html>",
    ],
)
def test_a_report_that_is_none_is_one_clear_line(desk: Path, tmp_path: Path, content: bytes) -> None:
    report = tmp_path / "junit.xml"
    report.write_bytes(content)

    with pytest.raises(GapplanError) as error:
        run(desk, "--junit", str(report))

    assert "junit.xml" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_report_without_tests_says_so(desk: Path, tmp_path: Path) -> None:
    report = tmp_path / "junit.xml"
    report.write_text("<testsuites></testsuites>", "utf-8")

    assert "No test ran: there is nothing to unblock." in run(desk, "--junit", str(report)).stdout
    assert "nothing to unblock" in run(desk, "--junit", str(report), "--target", "0").stdout
    run(desk, "--junit", str(report), "--target", "65", code=0)


# Pass rates


def test_the_cheapest_way_to_a_pass_rate_is_recommended(desk: Path) -> None:
    text = told(desk, "--target", "70")

    assert "Target: 70 % of 9 tests is 7, 5 more." in text
    assert "Recommended: A, quick" not in text
    assert f"{STORE}" in text.split("Recommended: ")[1].split("\n")[0]


def test_a_rate_that_known_causes_do_not_lead_to_says_how_many_lack_and_exits_with_1(desk: Path) -> None:
    text = told(desk, "--cause", LEAVES, "--target", "65", code=1)

    assert "The known causes do not reach it: all of them mended, 3 of 9 tests pass, 33.33 %" in text
    assert "65 % takes 3 more passing tests" in text


def test_a_rate_that_is_met_needs_nothing(desk: Path) -> None:
    assert "Target: 22 % of 9 tests is 2, met already." in told(desk, "--target", "22")


def test_a_rate_above_todays_is_relative_to_it(desk: Path) -> None:
    document = json.loads(told(desk, "--target", "+50", "--format", "json"))

    assert document["target"]["percent"] == 72.2222
    assert document["target"]["tests_needed"] == 7


def test_a_target_for_coverage_in_the_configuration_is_no_pass_rate(desk: Path, tmp_path: Path) -> None:
    root = make_project(tmp_path / "desk", {**contents_of(desk), "pyproject.toml": "[tool.gapplan]\ntarget = 99\n"})

    assert json.loads(told(root, "--format", "json"))["target"] is None


def test_the_ladder_has_the_rate_after_each_mending(desk: Path) -> None:
    document = json.loads(told(desk, "--target", "100", "--format", "json"))

    (ladder,) = (each for each in document["options"] if each["key"] == "D")
    rates = [rung["after"]["percent"] for rung in ladder["rungs"]]
    assert rates == sorted(rates)
    assert rates[-1] == 100
    assert ladder["reaches_target"]


# In words and as JSON


def test_the_page_says_it_at_a_glance(desk: Path) -> None:
    first = told(desk).split("\n\n")[0].replace("\n", " ")

    assert "2 of 9 tests pass, 22.22 %: 1 failure and 6 errors; 1 skipped, in neither count." in first
    assert (
        "3 causes stop 7 tests. Mended, 12 of 12 tests pass, 100.00 %, and coverage is expected to rise from" in first
    )


def test_the_table_has_the_running_forecast_after_each_step(desk: Path) -> None:
    text = " ".join(told(desk, "--cause", STORE, "--cause", LEAVES).split())

    assert "8 of 9 tests pass, 88.89 % after the second, if all that a cause stops passes once it is mended" in text


def test_tests_are_listed_in_detail(desk: Path) -> None:
    assert "tests/test_store.py::test_saves" not in told(desk)
    assert "tests/test_store.py::test_saves" in told(desk, "--detail")


@pytest.mark.parametrize("format", ["terminal", "markdown", "html"])
def test_names_from_the_report_are_shown_as_text_in_every_format(desk: Path, tmp_path: Path, format: str) -> None:
    report = tmp_path / "junit.xml"
    evil = "&lt;img src=x onerror=alert(1)&gt;\u202e[a](http://b)|```"
    report.write_text(
        f'<testsuites><testsuite><testcase classname="{evil}" name="{evil}">'
        f'<failure message="ValueError: {evil}">E   ValueError: {evil}</failure></testcase></testsuite></testsuites>',
        "utf-8",
    )

    text = run(desk, "--junit", str(report), "--detail", "--format", format).stdout

    assert "\u202e" not in text
    assert "ValueError" in text
    fenced = re.sub(r"^````$.*?^````$", "", text, flags=re.MULTILINE | re.DOTALL)
    if format != "terminal":
        assert "<img" not in fenced.replace(r"\<img", "")


def test_the_same_input_gives_the_same_bytes(desk: Path) -> None:
    assert told(desk, "--format", "json") == told(desk, "--format", "json")


def test_json_is_what_its_schema_says_and_the_schema_names_every_key(desk: Path, tmp_path: Path) -> None:
    bare = make_project(tmp_path / "bare", {n: c for n, c in contents_of(desk).items() if n != ".coverage"})
    schema = schema_of("unblock")

    for root, more in ((desk, ()), (desk, ("--target", "90")), (desk, ("--cause", STORE)), (bare, ("--target", "22"))):
        document = json.loads(told(root, "--format", "json", *more))
        jsonschema.validate(document, closed(schema))
        assert next(iter(document)) == "format"


def test_the_schema_is_valid_describes_and_requires_every_key() -> None:
    schema = schema_of("unblock")

    jsonschema.Draft202012Validator.check_schema(schema)
    assert [path for path, each in properties_of(schema) if len(each.get("description", "")) < 8] == []
    for each in objects_of(schema):
        assert set(each["required"]) == set(each["properties"])


def test_json_has_the_keys_that_the_issue_names(found: Blockage) -> None:
    document = json.loads(render_blockage(found))

    assert document["format"] == 1
    names = {"message", "kind", "tests_blocked", "tests", "share", "first_place", "points", "effort_hours"}
    assert all(names <= each.keys() for each in document["causes"])
    assert sum(each["share"] for each in document["causes"]) == pytest.approx(1.0, abs=0.001)


def test_no_input_is_written_to(desk: Path) -> None:
    before = contents_of(desk)

    told(desk, "--detail", "--target", "90")

    assert contents_of(desk) == before
