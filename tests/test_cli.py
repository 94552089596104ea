"""The command line: options, streams, exit codes. What a shell sees is asked of a real process."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from planner.cli import SECTIONS, gapplan
from planner.cli.common import merge_options
from planner.errors import ConfigError, GapplanError
from planner.model.wish import OwnOption, Pace, Wish

GAPPLAN = (sys.executable, "-m", "planner")
ROOT = Path(__file__).parent.parent


def run(*arguments: str, cwd: Path, stdin: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """`gapplan` as a process of its own, in a plain environment."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "COLUMNS", "NO_COLOR"))}
    return subprocess.run(
        [*GAPPLAN, *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        env={**plain, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment},
        check=False,
    )


def shell(script: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The script in bash, where `gapplan` stands for the program; PIPESTATUS and redirections are the shell's own."""
    head = f'gapplan() {{ "{sys.executable}" -m planner "$@"; }}\n'
    return subprocess.run(
        ["bash", "-c", head + script],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )


def invoke(*arguments: str) -> Result:
    """`gapplan` in this process, for what needs no stream of its own."""
    return CliRunner().invoke(gapplan, arguments)


@pytest.fixture
def shop(shop: Path) -> Path:
    """The shop with one report as its data: what the command line does is the same, and it is read sooner."""
    for name in (".coverage", "coverage.xml"):
        (shop / name).unlink()
    return shop


def document(result: Result) -> dict[str, object]:
    loaded: dict[str, object] = json.loads(result.stdout)
    return loaded


def configure(project: Path, text: str) -> None:
    with (project / "pyproject.toml").open("a") as file:
        file.write(f"\n[tool.gapplan]\n{text}\n")


def error_line(result: subprocess.CompletedProcess[str]) -> str:
    """The one line on standard error of a call that failed with 2, and said nothing else."""
    assert result.returncode == 2, result
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("gapplan: ")
    return line


# Commands and the defaults


def test_a_target_alone_is_a_plan(shop: Path) -> None:
    alone = invoke("-C", str(shop), "--target", "62")
    named = invoke("plan", "-C", str(shop), "--target", "62")

    assert alone.exit_code == named.exit_code == 0
    assert alone.stdout == named.stdout
    assert alone.stdout.startswith("shop: 62 %\n")


def test_without_a_target_there_is_the_status_and_a_hint(shop: Path) -> None:
    result = run(cwd=shop)

    assert result.returncode == 0
    assert result.stdout.startswith("shop\nCovered: ")
    assert result.stderr == "gapplan: give a target to plan for: gapplan --target 80\n"


def test_the_hint_is_no_part_of_a_quiet_call_or_of_the_report(shop: Path) -> None:
    quiet, asked = run("-q", cwd=shop), run("status", cwd=shop)

    assert quiet.stderr == asked.stderr == ""
    assert quiet.stdout == asked.stdout


def test_every_command_that_help_lists_exists(shop: Path) -> None:
    for commands in SECTIONS.values():
        for name in commands:
            assert invoke(name, "--help").exit_code == 0, name


def test_plan_without_a_target_says_how_to_give_one(shop: Path) -> None:
    assert "gapplan plan --target 80" in error_line(run("plan", cwd=shop))


# Options before and after the command


@pytest.mark.parametrize(
    "arguments",
    [
        ("--target", "62", "--format", "json", "plan"),
        ("--target", "62", "plan", "--format", "json"),
        ("plan", "--target", "62", "--format", "json"),
        ("--target", "99", "--format", "markdown", "plan", "--target", "62", "--format", "json"),
    ],
)
def test_common_options_are_taken_before_and_after_and_the_commands_own_win(
    shop: Path, arguments: Sequence[str]
) -> None:
    result = invoke("-C", str(shop), *arguments)

    target = document(result)["target"]
    assert isinstance(target, dict)
    assert target["percent"] == 62.0


def test_data_of_the_command_wins_over_data_before_it(shop: Path) -> None:
    before, after = str(shop / "coverage.json"), str(shop / "coverage.lcov")

    result = invoke("-C", str(shop), "--data", before, "--format", "json", "status", "--data", after)

    measured = document(result)["measured"]
    assert isinstance(measured, dict)
    assert [each["path"] for each in measured["inputs"]] == ["coverage.lcov"]


def test_paths_on_the_command_line_start_where_the_user_is(shop: Path) -> None:
    result = run("-C", "shop", "--data", "shop/coverage.json", "status", cwd=shop.parent)

    assert result.returncode == 0
    assert "coverage.json (coverage JSON" in result.stdout


def test_a_target_may_be_relative_to_today(shop: Path) -> None:
    result = invoke("-C", str(shop), "--target", "+1", "--format", "json")

    target, measured = document(result)["target"], document(result)["measured"]
    assert isinstance(target, dict)
    assert isinstance(measured, dict)
    assert target["percent"] == pytest.approx(measured["percent"] + 1, abs=0.0002)


@pytest.mark.parametrize("by", ["module", "class", "function"])
def test_rank_takes_a_grain_and_a_number_of_rows(shop: Path, by: str) -> None:
    few = invoke("-C", str(shop), "rank", "--by", by, "--most", "3")
    every = invoke("-C", str(shop), "rank", "--by", by, "--format", "json")

    items = document(every)["items"]
    assert isinstance(items, list)
    assert f"{len(items) - 3} more with --all." in few.stdout
    assert [item["gain_per_hour"] > 0 for item in items]


# The project's own defaults


def test_the_configuration_gives_defaults_and_the_command_line_wins(shop: Path) -> None:
    configure(shop, 'target = 62\nmeaning = "gate"\ndata = "coverage.json"')

    own, given = (
        document(invoke("-C", str(shop), "--format", "json", *arguments))
        for arguments in ((), ("--target", "61.5", "--meaning", "exact"))
    )

    assert [each["target"]["percent"] for each in (own, given)] == [62.0, 61.5]  # type: ignore[index]
    assert [each["target"]["meaning"] for each in (own, given)] == ["gate", "exact"]  # type: ignore[index]
    assert own["measured"]["inputs"][0]["path"] == "coverage.json"  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("traget = 12", "[tool.gapplan] has no key 'traget'; it knows "),
        ("target = true", "[tool.gapplan] target must be "),
        ("target = [12]", "[tool.gapplan] target must be "),
        ('meaning = "exactly"', "[tool.gapplan] meaning must be exact or displayed or gate"),
        ("data = 3", "[tool.gapplan] data must be "),
        ('target = "eighty"', "target 'eighty' is not a percent"),
        ("target = nan", "target 'nan' is not a percent"),
        ("broken = ", "pyproject.toml cannot be read: "),
    ],
)
def test_a_configuration_that_cannot_be_meant_is_one_line(shop: Path, text: str, said: str) -> None:
    configure(shop, text)

    result = invoke("-C", str(shop))

    assert isinstance(result.exception, GapplanError)
    assert said in str(result.exception)
    assert len(str(result.exception).splitlines()) == 1


def test_an_unknown_key_ends_with_2(shop: Path) -> None:
    configure(shop, "traget = 12")

    assert "'traget'" in error_line(run(cwd=shop))


# What is asked of a plan

ASKED = """\
confidence = 90
budget = 16
stretch = 95
ladder = [70, 75]
pace = "6h/week"
by = 2999-01-31
options.small.modules = "src/shop/api/*"
options.large.modules = "src/shop/*"
"""


def wish_of(project: Path, **given: object) -> Wish:
    """What is asked with these options on the command line, over the configuration."""
    return merge_options({}, {"project": str(project), **given}).wish


def plan_of(project: Path, *arguments: str) -> dict[str, Any]:
    return document(invoke("-C", str(project), "--format", "json", *arguments))


def rungs_of(plan: dict[str, Any]) -> list[Any]:
    """The stops of option D."""
    (ladder,) = [option["rungs"] for option in plan["options"] if option["key"] == "D"]
    assert isinstance(ladder, list)
    return ladder


def refusal(project: Path, *arguments: str) -> str:
    """The one line of an error that the user can mend."""
    result = invoke("-C", str(project), *arguments)
    assert isinstance(result.exception, GapplanError), result
    (line,) = str(result.exception).splitlines()
    return line


def test_what_the_configuration_asks_holds_where_the_command_line_is_silent(shop: Path) -> None:
    configure(shop, ASKED)

    wish = wish_of(shop)

    assert (wish.confidence, wish.budget, wish.stretch, wish.by) == (0.9, 16.0, "95", date(2999, 1, 31))
    assert wish.ladder == (Fraction(70), Fraction(75))
    assert wish.paces == (Pace(Fraction(6), "hours", "week"),)
    assert [option.name for option in wish.options] == ["small", "large"]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("confidence", "70%", 0.7),
        ("budget", "4h", 4.0),
        ("stretch", "+20", "+20"),
        ("by", "2998-02-28", date(2998, 2, 28)),
        ("ladder", "65, 66", (65, 66)),
    ],
)
def test_the_command_line_wins_over_what_the_configuration_asks(
    shop: Path, name: str, text: str, value: object
) -> None:
    configure(shop, ASKED)

    assert getattr(wish_of(shop, **{name: text}), name) == value


def test_a_pace_on_the_command_line_takes_the_place_of_all_configured_ones(shop: Path) -> None:
    configure(shop, ASKED)

    assert wish_of(shop, pace=("12 tests/week", "1h/day")).paces == (
        Pace(Fraction(12), "tests", "week"),
        Pace(Fraction(1), "hours", "day"),
    )


def test_an_option_on_the_command_line_joins_the_configured_ones_and_replaces_its_namesake(shop: Path) -> None:
    configure(shop, ASKED)

    wish = wish_of(shop, option=("small=src/shop/cli/*,src/shop/api", "own=src/shop/pricing/*"))

    assert wish.options == (
        OwnOption("large", ("src/shop/*",)),
        OwnOption("small", ("src/shop/cli/*", "src/shop/api")),
        OwnOption("own", ("src/shop/pricing/*",)),
    )


def test_what_is_asked_may_stand_before_the_command_too_and_its_own_wins(shop: Path) -> None:
    before = merge_options({"project": str(shop), "budget": "8h", "confidence": "70"}, {"budget": "4h"}).wish

    assert (before.budget, before.confidence) == (4.0, 0.7)


def test_an_option_of_ones_own_has_steps_in_its_files_alone(shop: Path) -> None:
    plan = plan_of(shop, "--target", "75", "--option", "mine=src/shop/pricing/*,src/shop/api", "--confidence", "60")

    (mine,) = [option for option in plan["options"] if option["key"] == "mine"]
    assert plan["confidence"] == 0.6
    assert mine["steps"]
    assert {step["path"].rpartition("/")[0] for step in mine["steps"]} <= {"src/shop/pricing", "src/shop/api"}
    assert mine["story"] == "src/shop/pricing/*, src/shop/api"


def test_claims_of_the_configuration_are_judged(shop: Path) -> None:
    configure(shop, 'target = 75\noptions.mine = {modules = "src/shop/api/*", gain = "100-99999", percent = 50}')

    (mine,) = [option for option in plan_of(shop)["options"] if option["key"] == "mine"]

    assert [(claim["of"], claim["holds"]) for claim in mine["claims"]] == [("gain", False), ("percent", True)]


def test_no_test_is_planned_for_what_is_left_out(shop: Path) -> None:
    configure(shop, 'target = 75\nleave_out."src/shop/cli/*" = "replaced in spring"')

    paths = {step["path"] for option in plan_of(shop)["options"] for step in option["steps"]}

    assert paths
    assert not [path for path in paths if path.startswith("src/shop/cli/")]


def test_what_is_left_out_is_said_with_its_reason(shop: Path) -> None:
    configure(shop, 'target = 75\nleave_out."src/shop/cli/*" = "replaced in spring"')

    assert "replaced in spring" in invoke("-C", str(shop), "--detail").stdout


def test_what_is_required_stands_in_the_plan(shop: Path) -> None:
    configure(shop, 'target = 75\nrequire."src/shop/clients" = 80')

    found = [option["requirements"] for option in plan_of(shop)["options"]]

    assert {(each["files"], each["percent"]) for requirements in found for each in requirements} == {
        ("src/shop/clients", 80.0)
    }
    assert "\nRequired\n" in invoke("-C", str(shop), "--detail").stdout


def test_a_rate_of_the_configuration_changes_the_ranking_too(shop: Path) -> None:
    def hours() -> float:
        items = document(invoke("-C", str(shop), "rank", "--format", "json"))["items"]
        assert isinstance(items, list)
        return float(sum(item["effort_hours"]["p50"] for item in items))

    shipped = hours()
    configure(shop, "rates.lines_per_hour = 1")

    assert hours() > 2 * shipped


def test_the_stops_of_the_ladder_are_those_asked_for_and_the_target(shop: Path) -> None:
    asked = rungs_of(plan_of(shop, "--target", "75", "--ladder", "65, 30, 70%,100"))

    assert [rung["percent"] for rung in asked] == [65.0, 70.0, 75.0, 100.0]
    assert asked[-1]["tests"] is None


def test_a_pace_counts_periods_exactly_and_days_where_a_period_has_days(shop: Path) -> None:
    """By points the days do not depend on any forecast: 20 points to 62 %, at 8 a week, are 17.5 days."""
    paces = ("--pace", "8 points/week", "--pace", "5 points/milestone")
    (rung,) = rungs_of(plan_of(shop, "--target", "62", "--today", "2027-01-01", *paces))

    assert rung["points_gained"] == 20
    assert [(each["period"], each["count"]) for each in rung["periods"]] == [("week", 2.5), ("milestone", 4.0)]
    assert rung["due"] == "2027-01-19"


def test_a_pace_in_periods_without_days_has_no_day(shop: Path) -> None:
    (rung,) = rungs_of(plan_of(shop, "--target", "62", "--pace", "5 points/milestone"))

    assert rung["due"] is None


@pytest.mark.parametrize(
    ("arguments", "epoch", "today"),
    [
        (("--today", "2027-01-01"), "86400", date(2027, 1, 1)),
        ((), "86400", date(1970, 1, 2)),
        ((), str(int(datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())), date(2026, 12, 31)),
    ],
)
def test_today_is_said_or_that_of_the_build(
    shop: Path, monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str], epoch: str, today: date
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)

    assert wish_of(shop, today=arguments[1] if arguments else None).today == today


def test_without_either_today_is_that_of_the_clock(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)

    before, found, after = date.today(), wish_of(shop).today, date.today()

    assert found in (before, after)


@pytest.mark.parametrize("epoch", ["yesterday", "1.5", "9" * 30])
def test_a_day_of_the_build_that_is_no_number_is_one_line(shop: Path, epoch: str) -> None:
    line = error_line(run("--target", "62", cwd=shop, SOURCE_DATE_EPOCH=epoch))

    assert line == f"gapplan: SOURCE_DATE_EPOCH is {epoch!r}, not a number of seconds"


def test_the_day_it_has_to_be_done_by_is_not_before_today(shop: Path) -> None:
    asked = ("--target", "62", "--today", "2027-02-01", "--by")

    assert refusal(shop, *asked, "2027-01-31") == "by 2027-01-31: that day has passed (today is 2027-02-01)"
    assert invoke("-C", str(shop), *asked, "2027-02-01").exit_code == 0


def test_a_day_of_the_configuration_that_has_passed_is_named_as_it_stands_there(shop: Path) -> None:
    configure(shop, "target = 62\nby = 2020-01-31")

    line = refusal(shop)

    assert "by" in line
    assert "--by" not in line


@pytest.mark.parametrize("command", ["status", "rank"])
def test_a_day_that_has_passed_stops_no_command_that_makes_no_plan(shop: Path, command: str) -> None:
    configure(shop, "by = 2020-01-31")

    assert invoke("-C", str(shop), command).exit_code == 0


def test_rank_keeps_its_own_by(shop: Path) -> None:
    plain = invoke("-C", str(shop), "rank", "--by", "function")

    assert invoke("-C", str(shop), "--by", "2999-01-31", "rank", "--by", "function").stdout == plain.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--confidence", "0.8"), "confidence '0.8' is not a percent from 50 to 99"),
        (("--confidence", "100"), "confidence '100' is not a percent from 50 to 99"),
        (("--budget", "soon"), "budget 'soon' is not a number of hours"),
        (("--budget", "0h"), "budget '0h' is not a number of hours"),
        (("--stretch", "60"), "stretch '60' must lie above the target"),
        (("--stretch", "far"), "stretch 'far' is not a percent such as 12, 12.5 or +2"),
        (("--option", "mine"), "option 'mine' is not NAME=GLOB"),
        (("--option", "mine="), "option 'mine=' is not NAME=GLOB"),
        (("--ladder", "70,high"), "ladder"),
        (("--pace", "fast"), "pace 'fast' is not like 6h/week"),
        (("--by", "soon"), "--by 'soon' is not a date such as 2027-01-31"),
        (("--today", "soon"), "--today 'soon' is not a date such as 2027-01-31"),
    ],
)
def test_a_wish_that_cannot_be_meant_is_one_line_that_names_it(shop: Path, arguments: Sequence[str], said: str) -> None:
    assert said in refusal(shop, "--target", "62", *arguments)


@pytest.mark.parametrize("name", ["confidence", "budget", "stretch", "ladder", "pace", "by", "today", "option"])
def test_an_empty_wish_is_not_taken_for_none(shop: Path, name: str) -> None:
    """`--budget "$HOURS"` with nothing in HOURS asks for something, as `--target ""` does."""
    assert name in refusal(shop, "--target", "62", f"--{name}", "")


@pytest.mark.parametrize("names", [("A",), ("mix",), ("mine", "mine")])
def test_two_options_of_one_name_are_refused(shop: Path, names: Sequence[str]) -> None:
    given = [word for name in names for word in ("--option", f"{name}=src/shop/api/*")]

    assert repr(names[0]) in refusal(shop, "--target", "62", *given)


# The options side by side


def test_options_are_compared_in_one_table_without_steps(shop: Path) -> None:
    result = invoke("-C", str(shop), "options", "--target", "62", "--option", "mine=src/shop/pricing/*")

    rows = [line.split() for line in result.stdout.splitlines()]
    assert result.stdout.startswith("shop: options for 62 %\n")
    assert [row[0] for row in rows if row[:1] and row[0] in ("A", "B", "C", "D", "mix", "mine")] == [
        *("A", "B", "C", "D", "mix", "mine")
    ]
    assert "Steps of" not in result.stdout


def test_options_exit_as_plan_does(shop: Path) -> None:
    for arguments, code in ((("--target", "62"), 0), (("--target", "12"), 0), (("--target", "100"), 1)):
        assert invoke("-C", str(shop), "options", *arguments).exit_code == code
        assert invoke("-C", str(shop), "plan", *arguments).exit_code == code


def test_options_have_the_json_of_a_plan(shop: Path) -> None:
    assert plan_of(shop, "options", "--target", "62") == plan_of(shop, "plan", "--target", "62")


def test_options_without_a_target_say_how_to_give_one(shop: Path) -> None:
    assert "needs a target or a budget" in error_line(run("options", cwd=shop))


# A budget


@pytest.mark.parametrize(
    ("command", "title"),
    [((), "shop: the most for 4 h"), (("plan",), "shop: the most for 4 h"), (("options",), "shop: options for 4 h")],
)
def test_a_budget_needs_no_target(shop: Path, command: Sequence[str], title: str) -> None:
    result = invoke("-C", str(shop), *command, "--budget", "4h")

    assert result.exit_code == 0
    assert result.stdout.startswith(f"{title}\n")
    assert "reaches" not in result.stdout
    assert "No option" not in result.stdout


def test_a_budget_of_the_configuration_is_a_plan_too(shop: Path) -> None:
    configure(shop, 'budget = "4 hours"')

    assert invoke("-C", str(shop)).stdout.startswith("shop: the most for 4 h\n")
    assert invoke("-C", str(shop), "status").stdout.startswith("shop\n")


def test_no_option_of_a_budget_takes_more_hours_than_were_given(shop: Path) -> None:
    plan = plan_of(shop, "--budget", "4h")

    assert plan["target"] is None
    assert plan["budget_hours"] == 4.0
    assert [option["key"] for option in plan["options"]] == ["A", "B", "C", "mix"]
    assert all(option["effort_hours"]["p50"] <= 4.0 for option in plan["options"])
    best = max(plan["options"], key=lambda option: option["points_gained"])
    assert best["points_gained"] == next(
        option["points_gained"] for option in plan["options"] if option["key"] == plan["recommended"]
    )


# Exit codes


def test_0_when_an_option_reaches_the_target_or_it_is_met(shop: Path) -> None:
    assert invoke("-C", str(shop), "--target", "62").exit_code == 0
    assert invoke("-C", str(shop), "--target", "12").exit_code == 0


def test_1_when_no_option_reaches_the_target(shop: Path) -> None:
    result = run("--target", "100", cwd=shop)

    assert result.returncode == 1
    assert "No option reaches the target" in result.stdout
    assert result.stderr == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("--target", "101"),
        ("--target", "abc"),
        ("-C", "nowhere"),
        ("--data", "nowhere.json"),
        ("--rcfile", "nowhere.ini", "status"),
    ],
)
def test_2_for_what_the_user_can_mend(shop: Path, arguments: Sequence[str]) -> None:
    assert error_line(run(*arguments, cwd=shop))


@pytest.mark.parametrize("arguments", [("--format", "yaml"), ("--nonsense",), ("nonsense",), ("rank", "--most", "0")])
def test_2_for_options_that_do_not_exist(shop: Path, arguments: Sequence[str]) -> None:
    result = run(*arguments, cwd=shop)

    assert (result.returncode, result.stdout) == (2, "")
    assert "Error: " in result.stderr
    assert "Traceback" not in result.stderr


def test_130_when_interrupted(shop: Path) -> None:
    """A pipe that nobody reads holds the program at its output until the signal comes."""
    os.mkfifo(shop / "pipe")
    process = subprocess.Popen(
        [*GAPPLAN, "-v", "--target", "62", "--output", "pipe"],
        cwd=shop,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
    )
    guard = threading.Timer(60, process.kill)
    guard.start()
    assert process.stderr is not None
    while "reading sources" not in (line := process.stderr.readline()):
        assert line

    process.send_signal(signal.SIGINT)
    rest = process.stderr.read()

    guard.cancel()
    process.stderr.close()
    assert process.wait() == 130
    assert "Traceback" not in rest


# Data that is not there


def test_no_data_is_one_line_with_the_command_that_makes_it(shop: Path) -> None:
    for data in shop.glob("*coverage*"):
        data.unlink()

    line = error_line(run("--target", "62", cwd=shop))

    assert f"no coverage data below {shop}" in line
    assert "make it with: python -m coverage run" in line


def test_an_empty_folder_is_no_traceback(tmp_path: Path) -> None:
    assert "no coverage data below" in error_line(run(cwd=tmp_path))


# Output


@pytest.mark.parametrize("format", ["markdown", "json"])
def test_a_report_goes_to_a_file_as_it_would_to_a_pipe(shop: Path, format: str) -> None:
    piped = run("--target", "62", "--format", format, cwd=shop)
    written = run("--target", "62", "--format", format, "--output", "report", cwd=shop)

    assert written.returncode == piped.returncode == 0
    assert written.stdout == ""
    assert written.stderr == f"gapplan: wrote {shop / 'report'}\n"
    assert (shop / "report").read_text("utf-8") == piped.stdout


def test_a_report_replaces_the_old_one_and_leaves_nothing_beside_it(shop: Path) -> None:
    (shop / "report.md").write_text("old")
    before = sorted(path.name for path in shop.iterdir())

    invoke("-C", str(shop), "status", "--output", str(shop / "report.md"))

    assert sorted(path.name for path in shop.iterdir()) == before
    assert (shop / "report.md").read_text("utf-8").startswith("shop\n")


def test_a_reader_of_the_old_report_keeps_it(shop: Path) -> None:
    """The file is moved into place, never written to where somebody may be reading."""
    (shop / "report.md").write_text("old")
    with (shop / "report.md").open() as reader:
        invoke("-C", str(shop), "status", "--output", str(shop / "report.md"))

        assert reader.read() == "old"


@pytest.mark.parametrize("name", ["coverage.json", "./coverage.json", "link"])
def test_the_coverage_data_is_never_overwritten(shop: Path, name: str) -> None:
    (shop / "link").symlink_to("coverage.json")
    before = (shop / "coverage.json").read_bytes()

    line = error_line(run("--data", "coverage.json", "status", "--output", name, cwd=shop))

    assert "is the coverage data itself" in line
    assert (shop / "coverage.json").read_bytes() == before


def test_data_that_could_not_be_read_is_not_overwritten_either(shop: Path) -> None:
    (shop / "broken.json").write_text("{")

    result = invoke(
        *("-C", str(shop), "status", "--data", str(shop / "coverage.json"), "--data", str(shop / "broken.json")),
        *("--output", str(shop / "broken.json")),
    )

    assert isinstance(result.exception, GapplanError)
    assert (shop / "broken.json").read_text() == "{"


@pytest.mark.parametrize("name", ["nowhere/report.md", "src", "/dev/full"])
def test_a_file_that_cannot_be_written_is_one_line(shop: Path, name: str) -> None:
    line = error_line(run("status", "--output", name, cwd=shop))

    assert "cannot be written (" in line
    assert not list(shop.glob(".gapplan-*"))


def test_a_device_is_written_to_and_not_replaced(shop: Path) -> None:
    result = run("status", "--output", "/dev/stdout", cwd=shop)

    assert result.returncode == 0
    assert result.stdout.startswith("shop\n")


def test_a_full_disk_behind_standard_output_is_one_line(shop: Path) -> None:
    result = shell("gapplan status > /dev/full", shop)

    assert result.returncode == 2
    assert result.stderr == "gapplan: standard output cannot be written (No space left on device)\n"


def test_a_closed_standard_output_is_one_line(shop: Path) -> None:
    result = shell("gapplan status >&-", shop)

    assert result.returncode == 2
    assert result.stderr == "gapplan: standard output cannot be written (it is closed)\n"


def test_a_closed_standard_error_changes_no_report(shop: Path) -> None:
    plain, closed = shell("gapplan -q", shop), shell("gapplan 2>&-", shop)

    assert closed.returncode == 0
    assert closed.stdout == plain.stdout


def test_a_reader_that_has_seen_enough_is_no_error(shop: Path) -> None:
    result = shell("gapplan status --detail | head -n 1; echo ${PIPESTATUS[0]}", shop)

    assert result.stdout == "shop\n0\n"
    assert result.stderr == ""


def test_a_report_survives_a_narrow_encoding(shop: Path) -> None:
    result = run("--target", "62", cwd=shop, PYTHONIOENCODING="ascii")

    assert result.returncode == 0
    assert result.stdout.isascii()
    assert "\\u" not in result.stdout


def test_a_pipe_gets_plain_text_whatever_the_terminal_is(shop: Path) -> None:
    plain = run("--target", "62", cwd=shop)
    asked = run("--target", "62", cwd=shop, FORCE_COLOR="1", TERM="xterm-256color", CLICOLOR_FORCE="1")

    assert "\x1b" not in plain.stdout
    assert asked.stdout == plain.stdout


@pytest.mark.parametrize(("columns", "width"), [("60", 60), ("200", 200), ("7", 100), ("many", 100)])
def test_columns_set_the_width_of_a_pipe(shop: Path, columns: str, width: int) -> None:
    lines = run("--target", "62", cwd=shop, COLUMNS=columns).stdout.splitlines()

    assert max(map(len, lines)) <= width
    assert width == 60 or max(map(len, lines)) > 60


def on_a_terminal(project: Path, **environment: str) -> str:
    """What `gapplan status` prints where standard output is a terminal."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [*GAPPLAN, "-q", "status"],
        cwd=project,
        stdout=theirs,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", **environment},
    )
    os.close(theirs)
    text = b""
    try:
        while piece := os.read(ours, 65_536):
            text += piece
    except OSError:
        pass  # Linux says so when the other end is closed
    os.close(ours)
    assert process.wait() == 0
    return text.decode()


def test_a_terminal_gets_colour_unless_it_is_refused(shop: Path) -> None:
    assert "\x1b[" in on_a_terminal(shop, NO_COLOR="")
    assert "\x1b[" not in on_a_terminal(shop, NO_COLOR="1")
    assert "\x1b[" not in on_a_terminal(shop, TERM="dumb", NO_COLOR="")


# Quiet, verbose, debug


def test_verbose_says_how_long_planning_and_examining_took(shop: Path) -> None:
    said = run("plan", "--target", "62", "-v", cwd=shop).stderr

    assert "gapplan: planning options: 4, " in said
    assert "gapplan: examining the measurement: " in said


def test_verbose_says_on_standard_error_what_is_read(shop: Path) -> None:
    plain, verbose = run("status", cwd=shop), run("status", "-v", cwd=shop)

    assert verbose.stdout == plain.stdout
    assert "gapplan: reading sources: " in verbose.stderr


def test_quiet_silences_all_but_errors(shop: Path) -> None:
    assert run("-q", "status", "--output", "report", cwd=shop).stderr == ""
    assert error_line(run("-q", "--target", "abc", cwd=shop))


@pytest.mark.parametrize("arguments", [("--debug", "plan", "--target", "abc"), ("plan", "--target", "abc", "--debug")])
def test_debug_shows_the_traceback_before_the_line(shop: Path, arguments: Sequence[str]) -> None:
    result = run(*arguments, cwd=shop)

    assert result.returncode == 2
    assert result.stderr.startswith("Traceback ")
    assert result.stderr.splitlines()[-1].startswith("gapplan: target 'abc' is not a percent")


def test_control_characters_in_an_error_are_shown_as_escapes(shop: Path) -> None:
    project = shop.parent / "a\x1b[31m\nb"
    project.mkdir()

    line = error_line(run("-C", project.name, cwd=shop.parent))

    assert "\\x1b[31m\\nb" in line
    assert "\x1b" not in line


def test_control_characters_in_an_unknown_option_are_shown_as_escapes(shop: Path) -> None:
    result = run("--no\x1b[31msuch", cwd=shop)

    assert result.returncode == 2
    assert "\x1b" not in result.stderr


def test_control_characters_in_names_of_the_project_are_shown_as_escapes(shop: Path) -> None:
    project = Path(shutil.copytree(shop, shop.parent / "shop\x1bc\u202e"))

    result = run("--target", "62", cwd=project)

    assert result.stdout.startswith("shop\\x1bc\\u202e: 62 %\n")
    assert not {"\x1b", "\u202e"} & set(result.stdout + result.stderr)


# Start-up


def test_help_lists_the_first_commands_in_their_order() -> None:
    text = invoke("--help").stdout

    places = [text.index(f"\n  {name} ") for name in ("plan", "options", "status", "rank", "explain")]
    assert places == sorted(places)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_loads_no_heavy_library(arguments: list[str]) -> None:
    script = (
        "import sys\n"
        f"sys.argv = ['gapplan', *{arguments!r}]\n"
        "from planner.cli import main\n"
        "main()\n"
        "heavy = {'pandas', 'networkx', 'libcst', 'coverage', 'rich', 'numpy', 'jinja2', 'highspy', 'defusedxml'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
        "print(sorted(name for name in sys.modules if name.startswith('planner.')))\n"
    )

    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=60, check=True
    )

    *_, heavy, rooms = result.stdout.splitlines()
    assert heavy == "[]"
    assert rooms == "['planner.cli', 'planner.cli.common', 'planner.cli.wishes', 'planner.errors', 'planner.streams']"


def test_importing_the_package_loads_no_room() -> None:
    script = "import planner, sys; print([name for name in sys.modules if name.startswith('planner.')])"

    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)

    assert result.stdout == "[]\n"


def test_no_input_is_changed(shop: Path) -> None:
    before = {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()}

    for arguments in (("--target", "62"), ("options", "--target", "62"), ("status",), ("rank",)):
        assert invoke("-C", str(shop), *arguments).exit_code == 0

    assert {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()} == before


def test_errors_of_the_user_are_one_family() -> None:
    assert issubclass(ConfigError, GapplanError)
