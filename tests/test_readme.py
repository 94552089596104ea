"""Every transcript in README.md is what the program prints; `.ci/run` runs the set-up commands themselves.

`python tests/test_readme.py` writes the transcripts anew; a reviewer reads the difference.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TRANSCRIPT = re.compile(r"^```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)^```$", re.MULTILINE | re.DOTALL)
SETUP = re.compile(r"^```sh\n(?P<command>.*?)^```$", re.MULTILINE | re.DOTALL)


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
    README.write_text(
        TRANSCRIPT.sub(lambda found: f"```console\n$ {found['command']}\n{_printed(found['command'])}```", text),
        "utf-8",
    )
