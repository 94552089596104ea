"""Exit codes, command by command, as the table at the end of `gapplan --help` says them."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from makers import make_shop

from planner.cli import EXIT_CODES, EXIT_INTERRUPTED, EXIT_UNUSABLE, SECTIONS, gapplan

ROOT = Path(__file__).parent.parent

READS_NO_DATA = {"schema", "completion", "replay"}
"""Commands that need no coverage data, or none of the project's own."""

ARGUMENTS = {
    "plan": ["--target", "70"],
    "options": ["--target", "70"],
    "unblock": ["--junit", "report.xml"],
    "explain": ["src/shop/till.py"],
    "fleet": ["FLEET.toml"],
    "noise": ["one", "two"],
    "done": ["1"],
    "report": ["one", "two"],
    "completion": ["bash"],
    "schema": ["plan"],
}
"""What each command cannot do without."""

EVERY = [name for section in SECTIONS.values() for name in section]


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`gapplan` as a shell would run it."""
    return subprocess.run(
        [sys.executable, "-m", "planner", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(cwd / "state")},
        check=False,
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shop")
    make_shop(root)
    return root


def test_help_ends_with_the_four_codes() -> None:
    printed = CliRunner().invoke(gapplan, ["--help"]).stdout

    listed = printed.partition("Exit codes:\n")[2]

    assert re.findall(r"^ +(\d+)  ", listed, re.MULTILINE) == ["0", "1", "2", "130"]
    assert [line.strip() for line in listed.splitlines()] == [line.strip() for line in EXIT_CODES.splitlines()[2:]]
    assert (EXIT_UNUSABLE, EXIT_INTERRUPTED) == (2, 130)


@pytest.mark.parametrize("name", EVERY)
def test_help_of_every_command_is_0(name: str, tmp_path: Path) -> None:
    assert run(name, "--help", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("name", EVERY)
def test_an_option_that_is_none_is_2_for_every_command(name: str, tmp_path: Path) -> None:
    found = run(name, "--no-such-option", cwd=tmp_path)

    assert (found.returncode, found.stdout) == (2, "")
    assert "--no-such-option" in found.stderr


@pytest.mark.parametrize("name", [name for name in EVERY if name not in READS_NO_DATA])
def test_a_project_without_data_is_2_for_every_command_and_one_line(name: str, tmp_path: Path) -> None:
    found = run(name, *ARGUMENTS.get(name, ()), "--data", "nowhere", cwd=tmp_path)

    if name == "calibrate":  # its tests are all that it reads
        assert found.returncode == 0
        return
    assert (found.returncode, found.stdout) == (2, "")
    assert len(found.stderr.splitlines()) == 1
    assert found.stderr.startswith("gapplan: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--target", "1"),
        ("plan", "--target", "1"),
        ("options", "--target", "1"),
        ("status",),
        ("status", "--target", "99"),
        ("doctor",),
        ("rank",),
        ("graph",),
        ("calibrate",),
        ("completion", "fish"),
        ("schema",),
    ],
)
def test_0_for_what_is_done(project: Path, arguments: Sequence[str]) -> None:
    assert run(*arguments, cwd=project).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [("--target", "100"), ("plan", "--target", "100"), ("options", "--target", "100"), ("doctor", "--strict=note")],
)
def test_1_where_the_answer_is_no(project: Path, arguments: Sequence[str]) -> None:
    found = run(*arguments, cwd=project)

    assert found.returncode == 1
    assert found.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("--target", "101"),
        ("-C", "nowhere"),
        ("--rcfile", "nowhere.ini", "status"),
        ("status", "--format", "html5"),
        ("status", "--format", "csv", "--table", "moon"),
        ("explain", "no/such/file.py"),
        ("history", "--store", "nowhere"),
        ("report", "nowhere", "now"),
        ("completion", "powershell"),
        ("schema", "moon"),
        ("moon",),
    ],
)
def test_2_for_what_cannot_be_used(project: Path, arguments: Sequence[str]) -> None:
    found = run(*arguments, cwd=project)

    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr


def test_130_when_it_is_interrupted(project: Path) -> None:
    """The data is a pipe that nobody writes to, so that the program waits for it."""
    pipe = project / "never"
    os.mkfifo(pipe)
    started = subprocess.Popen(
        [sys.executable, "-m", "planner", "report", "never", "never"],
        cwd=project,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        writer = _opened_once_it_is_read(pipe)
        started.send_signal(signal.SIGINT)
        assert started.wait(timeout=60) == 130
        os.close(writer)
    finally:
        started.kill()
        started.wait()
        pipe.unlink()


def _opened_once_it_is_read(pipe: Path) -> int:
    """The pipe, opened for writing: without waiting that works only while somebody reads from it."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the program never began to read")


def test_python_m_planner_is_gapplan(project: Path) -> None:
    script = Path(sys.executable).with_name("gapplan")
    if not script.exists():
        pytest.skip("gapplan is not installed beside this Python")

    arguments = ["status", "--format", "json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    installed = subprocess.run(
        [script, *arguments], cwd=project, env=environment, capture_output=True, text=True, check=False
    )

    assert installed.returncode == 0
    assert installed.stdout == run(*arguments, cwd=project).stdout
