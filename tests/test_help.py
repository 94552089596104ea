"""Help: quick as click, the same for all commands, and every option with a line."""

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from planner.cli import SECTIONS, gapplan
from planner.cli.common import ALL_FORMATS, DATA_FORMATS, DOCTOR_FORMATS, GRAPH_FORMATS, PAGE_FORMATS, REPORT_FORMATS
from planner.report.csv import TABLES

ROOT = Path(__file__).parent.parent

EVERY = [name for section in SECTIONS.values() for name in section]

LIGHT = {
    "planner",
    "planner.__main__",
    "planner.cli",
    "planner.cli.common",
    "planner.streams",
    "planner.cli.wishes",
    "planner.errors",
}


def command_of(name: str) -> click.Command:
    found = gapplan.get_command(click.Context(gapplan), name)
    assert found is not None
    return found


def test_help_and_version_load_nothing_but_click_and_the_options() -> None:
    for option in ("--help", "--version"):
        asked = (
            f"import sys; sys.argv = ['gapplan', '{option}']\n"
            "try:\n    from planner.cli import main; main()\n"
            "finally:\n    print(sorted(name for name in sys.modules if name.split('.')[0] == 'planner'), end='')\n"
            "    print([n for n in ('rich', 'coverage', 'numpy', 'networkx', 'libcst', 'msgspec') if n in sys.modules])"
        )

        printed = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=False)

        assert printed.stdout.splitlines()[-1] == f"{sorted(LIGHT - {'planner.__main__'})}[]"


def test_schema_and_completion_read_no_project() -> None:
    """They answer while a person types: neither the pipeline nor a solver is loaded for them."""
    for arguments in (["schema", "plan"], ["schema", "plan", "--table", "steps"], ["completion", "zsh"]):
        asked = (
            f"import sys; sys.argv = ['gapplan', *{arguments}]\n"
            "try:\n    from planner.cli import main; main()\n"
            "finally:\n    print('\\n', [n for n in ('planner.pipeline', 'rich', 'numpy') if n in sys.modules])"
        )

        printed = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=False)

        assert printed.stdout.splitlines()[-1].strip() == "[]"


@pytest.mark.parametrize("name", EVERY)
def test_every_option_has_a_line_and_every_command_a_story(name: str) -> None:
    command = command_of(name)

    assert command.help
    commands = command.commands.values() if isinstance(command, click.Group) else [command]
    for each in commands:
        bare = [option.name for option in each.params if isinstance(option, click.Option) and not option.help]
        assert bare == []


@pytest.mark.parametrize("name", EVERY)
def test_the_line_in_the_list_is_no_longer_than_a_terminal(name: str) -> None:
    line = next(section[name] for section in SECTIONS.values() if name in section)

    assert line.endswith(".")
    assert len(line) <= 80


def test_a_command_without_a_page_of_its_own_shows_the_list() -> None:
    printed = CliRunner().invoke(gapplan, ["--help"]).stdout

    for title, commands in SECTIONS.items():
        assert f"\n{title}:\n" in printed
        assert all(f"\n  {name} " in printed for name in commands)


def test_formats_are_offered_once_and_each_is_of_some_command() -> None:
    families = (PAGE_FORMATS, REPORT_FORMATS, DOCTOR_FORMATS, GRAPH_FORMATS)

    assert len(ALL_FORMATS) == len(set(ALL_FORMATS))
    assert set(ALL_FORMATS) == {each for family in families for each in family}
    assert all(set(DATA_FORMATS) <= set(family) for family in families)


def test_every_command_that_writes_a_report_has_tables() -> None:
    """Else --format csv, which is offered with all of them, would have nothing to write."""
    silent = {"snapshot", "done", "schema", "completion"}

    assert set(EVERY) - silent <= set(TABLES)
