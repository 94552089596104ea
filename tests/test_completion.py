"""Completion as a person meets it: a real shell on a terminal of its own, a line, and the TAB key.

Shells that are not installed are skipped, with the reason.
"""

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.shell_completion import CompletionItem, ShellComplete
from click.testing import CliRunner

from planner.cli import COMPLETE_VARIABLE, SECTIONS, gapplan
from planner.cli.completion import SHELLS

ROOT = Path(__file__).parent.parent

MOST_SECONDS = 60.0
"""A completion takes a fifth of a second; a loaded machine is waited for."""

INTERACTIVE = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}

FIRST = {
    "bash": "source {script}",
    "zsh": "autoload -Uz compinit && compinit -u -D && source {script}",
    "fish": "source {script}",
}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """One in which `gapplan` is this program, and nothing of the person who runs the tests is read."""
    program = tmp_path / "bin" / "gapplan"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m planner "$@"\n')
    program.chmod(0o755)
    (tmp_path / "notes.txt").touch()
    path = f"{program.parent}:{os.environ['PATH']}"
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    return {**os.environ, **home, "PATH": path, "PYTHONPATH": str(ROOT), "TERM": "xterm", "PS1": "$ "}


def script_of(shell: str) -> str:
    result = CliRunner().invoke(gapplan, ["completion", shell])
    assert result.exit_code == 0, result.output
    return result.stdout


def pressed_tab(shell: str, typed: str, wanted: str, environment: dict[str, str], folder: Path) -> str:
    """What the terminal shows once the line was typed and TAB pressed, up to `wanted` if that comes."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = folder / "script"
    script.write_text(script_of(shell))
    ours, theirs = pty.openpty()
    started = subprocess.Popen(
        INTERACTIVE[shell],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env=environment,
        start_new_session=True,
        close_fds=True,
    )
    os.close(theirs)
    try:
        os.write(ours, f"{FIRST[shell].format(script=script)}\necho rea''dy\n".encode())
        shown = _read_until(ours, "ready")
        assert "ready" in shown, shown
        os.write(ours, f"{typed}\t".encode())
        return _read_until(ours, wanted)
    finally:
        started.kill()
        started.wait()
        os.close(ours)


def _read_until(terminal: int, wanted: str) -> str:
    shown = ""
    end = time.monotonic() + MOST_SECONDS
    while wanted not in shown and time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            shown += os.read(terminal, 65_536).decode("utf-8", "replace")
    return shown


@pytest.mark.parametrize("shell", ["bash", "zsh"])
@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("gapplan pl", "gapplan plan"),
        ("gapplan plan --format j", "gapplan plan --format json"),
        ("gapplan --format gr", "gapplan --format graphml"),
        ("gapplan status --format csv --table fi", "gapplan status --format csv --table files"),
        ("gapplan completion z", "gapplan completion zsh"),
        ("gapplan status --data no", "gapplan status --data notes.txt"),
    ],
)
def test_tab_completes_commands_options_and_files(
    shell: str, typed: str, whole: str, environment: dict[str, str], tmp_path: Path
) -> None:
    added = whole.removeprefix(typed)

    shown = pressed_tab(shell, typed, whole, environment, tmp_path)

    assert (typed + added) in shown.replace("\r", "")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("gapplan pl", "plan"),
        ("gapplan plan --format j", "json"),
        ("gapplan status --table fi", "files"),
        ("gapplan status --data no", "notes.txt"),
    ],
)
def test_fish_offers_commands_options_and_files(
    typed: str, offered: str, environment: dict[str, str], tmp_path: Path
) -> None:
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    script = tmp_path / "script"
    script.write_text(script_of("fish"))

    found = subprocess.run(
        ["fish", "--no-config", "-c", f"source {script}; complete -C '{typed}'"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
    )

    assert offered in [line.split("\t")[0] for line in found.stdout.splitlines()], found.stderr


# What is offered, without a shell around it


def offered(*words: str, incomplete: str = "") -> list[CompletionItem]:
    return ShellComplete(gapplan, {}, "gapplan", COMPLETE_VARIABLE).get_completions(list(words), incomplete)


def test_every_command_is_offered_with_its_line() -> None:
    lines = {name: line for section in SECTIONS.values() for name, line in section.items()}

    assert {each.value: each.help for each in offered()} == lines


def test_options_are_offered_after_a_dash() -> None:
    found = {each.value for each in offered(incomplete="--t")}

    assert found == {"--target", "--total", "--table", "--today"}


@pytest.mark.parametrize(
    ("words", "incomplete", "values"),
    [
        (("plan", "--table"), "la", ["ladder"]),
        (("rank", "--table"), "", ["candidates", "skipped"]),
        (("schema",), "re", ["receipt", "replay", "report", "resume"]),
        (("plan", "--meaning"), "g", ["gate"]),
        (("snapshot", "--table"), "", []),
    ],
)
def test_what_is_offered(words: tuple[str, ...], incomplete: str, values: list[str]) -> None:
    assert [each.value for each in offered(*words, incomplete=incomplete)] == values


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("status", "--data"), "file"),
        (("status", "--rcfile"), "file"),
        (("status", "-o"), "file"),
        (("history", "--store"), "file"),
        (("doctor", "--junit"), "file"),
        (("explain",), "file"),
        (("why",), "file"),
        (("noise",), "file"),
        (("report",), "file"),
        (("report", "one.json"), "file"),
        (("-C",), "dir"),
        (("status", "--source"), "dir"),
    ],
)
def test_names_of_files_and_directories_are_left_to_the_shell(words: tuple[str, ...], kind: str) -> None:
    assert [(each.value, each.type) for each in offered(*words, incomplete="re")] == [("re", kind)]


def test_offering_commands_loads_no_command() -> None:
    asked = (
        "import sys; from click.shell_completion import ShellComplete; from planner.cli import gapplan; "
        f"ShellComplete(gapplan, {{}}, 'gapplan', '{COMPLETE_VARIABLE}').get_completions([], ''); "
        "print(sorted(name for name in sys.modules if name.startswith('planner')))"
    )

    printed = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert printed.strip() == str(
        ["planner", "planner.cli", "planner.cli.common", "planner.cli.wishes", "planner.errors", "planner.streams"]
    )


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_asks_this_program(shell: str) -> None:
    assert f"{COMPLETE_VARIABLE}={shell}_complete" in script_of(shell)
