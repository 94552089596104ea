"""The command line: options, streams, exit codes. What a shell sees is asked of a real process."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from planner.cli import SECTIONS, gapplan
from planner.errors import ConfigError, GapplanError

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

    places = [text.index(f"\n  {name} ") for name in ("plan", "status", "rank")]
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
    assert rooms == "['planner.cli', 'planner.cli.options', 'planner.errors']"


def test_importing_the_package_loads_no_room() -> None:
    script = "import planner, sys; print([name for name in sys.modules if name.startswith('planner.')])"

    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)

    assert result.stdout == "[]\n"


def test_no_input_is_changed(shop: Path) -> None:
    before = {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()}

    for arguments in (("--target", "62"), ("status",), ("rank",)):
        assert invoke("-C", str(shop), *arguments).exit_code == 0

    assert {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()} == before


def test_errors_of_the_user_are_one_family() -> None:
    assert issubclass(ConfigError, GapplanError)
