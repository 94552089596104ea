"""Every transcript in README.md is what the program prints; `.ci/run` runs the set-up commands themselves.

`python tests/test_readme.py` writes the transcripts anew; a reviewer reads the difference.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from planner.cli import gapplan
from planner.cli.common import common_options
from planner.cli.wishes import wish_options

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TRANSCRIPT = re.compile(r"^```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)^```$", re.MULTILINE | re.DOTALL)
SETUP = re.compile(r"^```sh\n(?P<command>.*?)^```$", re.MULTILINE | re.DOTALL)


EXCERPT = re.compile(
    r"^<!-- (?P<golden>tests/golden/[\w.-]+) -->\n```text\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
OPTIONS = re.compile(r"^<!-- options -->\n(?P<table>.*?)^<!-- /options -->$", re.MULTILINE | re.DOTALL)
PARAGRAPHS = 5
"""Of a golden file that an excerpt shows."""


def _excerpt(golden: str) -> str:
    """The first paragraphs of a golden file, which a test of its own compares with the program."""
    return "\n\n".join((ROOT / golden).read_text("utf-8").split("\n\n")[:PARAGRAPHS]).rstrip("\n") + "\n"


def _options_table() -> str:
    """What each command takes beside the common options."""

    @click.command()
    @common_options
    @wish_options
    def shared() -> None: ...

    common = {option.name for option in shared.params}
    lines = ["| Command | Option | |", "| --- | --- | --- |"]
    context = click.Context(gapplan)
    for name, command in _commands(gapplan, context):
        for option in command.params:
            record = option.get_help_record(context) if isinstance(option, click.Option) else None
            if record and option.name not in common and option.name != "help":
                option_text, help_text = (re.sub(r"\s+", " ", each).replace("|", "\\|") for each in record)
                lines.append(f"| `{name}` | `{option_text}` | {help_text} |")
    return "\n".join(lines) + "\n"


def _commands(group: click.Group, context: click.Context, before: str = "") -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found += _commands(command, context, f"{before}{name} ") if isinstance(command, click.Group) else []
        found.append((f"{before}{name}", command))
    return found


def _printed(command: str) -> str:
    """What the command prints, run from the root as a pipe would see it."""
    program, *arguments = shlex.split(command)
    assert program == "gapplan"
    environment = {**os.environ, "COLUMNS": "100", "PYTHONUTF8": "1"}
    result = subprocess.run(
        [sys.executable, "-m", "planner", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize(
    "found", list(TRANSCRIPT.finditer(README.read_text("utf-8"))), ids=lambda found: found["command"]
)
def test_transcript_is_what_the_program_prints(found: re.Match[str]) -> None:
    assert found["output"] == _printed(found["command"])


@pytest.mark.parametrize("found", list(EXCERPT.finditer(README.read_text("utf-8"))), ids=lambda found: found["golden"])
def test_excerpt_is_the_beginning_of_its_golden_file(found: re.Match[str]) -> None:
    assert found["text"] == _excerpt(found["golden"])


def test_every_option_of_every_command_is_documented() -> None:
    found = OPTIONS.search(README.read_text("utf-8"))

    assert found is not None
    assert found["table"] == _options_table()


def test_pictures_that_readme_shows_are_there() -> None:
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README.read_text("utf-8"))

    assert pictures
    assert [each for each in pictures if not (ROOT / each).is_file()] == []


def test_readme_has_two_set_up_commands_and_ci_runs_both() -> None:
    commands = [found["command"] for found in SETUP.finditer(README.read_text("utf-8"))]
    ci = (ROOT / ".ci" / "run").read_text("utf-8")

    assert len(commands) == 2
    assert "gapplan -C fixtures/shop" in commands[0]
    assert "pytest" in commands[1]
    assert "readme_command 1" in ci
    assert "readme_command 2" in ci


if __name__ == "__main__":
    text = README.read_text("utf-8")
    text = TRANSCRIPT.sub(lambda found: f"```console\n$ {found['command']}\n{_printed(found['command'])}```", text)
    text = EXCERPT.sub(lambda found: f"<!-- {found['golden']} -->\n```text\n{_excerpt(found['golden'])}```", text)
    text = OPTIONS.sub(lambda found: f"<!-- options -->\n{_options_table()}<!-- /options -->", text)
    README.write_text(text, "utf-8")
