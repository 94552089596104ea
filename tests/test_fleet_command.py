"""`gapplan fleet` from the command line: its output in every format, its exit codes, and what hostile fleets do."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result
from makers import make_project
from test_csv import rows_of
from test_schema import closed, schema_of

from planner.cli import gapplan
from planner.errors import ConfigError, InputError
from planner.report.csv import render_csv, table_names

FIXTURES = Path(__file__).parent.parent / "fixtures"
FLEET = FIXTURES / "FLEET.toml"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(gapplan, ["fleet", "--no-cache", "--jobs", "1", *map(str, arguments)])


@pytest.fixture(scope="module")
def document() -> Any:
    return json.loads(run(FLEET, "--format", "json").stdout)


def small(folder: Path, name: str = "one") -> Path:
    """A component of 6 statements, 4 of them covered."""
    source = "def double(number):\n    text = str(number)\n    return text + text\n\n\nX = 1\nY = 2\nZ = X\n"
    executed, missing = [1, 6, 7, 8], [2, 3]
    file = {
        "executed_lines": executed,
        "missing_lines": missing,
        "excluded_lines": [],
        "summary": {
            "covered_lines": 4,
            "num_statements": 6,
            "percent_covered": 66.66666666666667,
            "percent_covered_display": "67",
            "missing_lines": 2,
            "excluded_lines": 0,
        },
    }
    data = {
        "meta": {"format": 3, "version": "7.10.7", "branch_coverage": False, "show_contexts": False},
        "files": {"src/mod.py": file},
        "totals": file["summary"],
    }
    return make_project(folder / name, {"src/mod.py": source, "coverage.json": json.dumps(data)})


def fleet(folder: Path, text: str) -> Path:
    make_project(folder, {"FLEET.toml": text})
    return folder / "FLEET.toml"


# What it says


def test_golden_terminal(golden: Callable[[str, str], None]) -> None:
    result = run(FLEET)

    assert result.exit_code == 0
    golden("fleet-72.txt", result.stdout)


def test_golden_markdown_with_every_detail(golden: Callable[[str, str], None]) -> None:
    golden("fleet-72.md", run(FLEET, "--format", "markdown", "--detail").stdout)


def test_json_is_valid_and_the_schema_names_every_key(document: Any) -> None:
    jsonschema.validate(document, closed(schema_of("fleet")), format_checker=jsonschema.FormatChecker())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "format": 2}, schema_of("fleet"))


def test_the_figures_of_the_json_add_up(document: Any) -> None:
    components, plan = document["components"], document["plan"]

    for key in ("statements", "covered_statements", "branches", "covered_branches"):
        assert document["today"][key] == sum(each[key] for each in components)
    for key in ("tests", "points_gained"):
        assert plan[key] == sum(each[key] for each in components)
    assert plan["points_gained"] == sum(each["marginal_gain"] for each in document["steps"])
    assert plan["tests"] == len(document["steps"])
    assert document["saved_hours"]["p50"] == pytest.approx(
        document["alone"]["effort_hours"]["p50"] - plan["effort_hours"]["p50"], abs=2e-4
    )
    whole = document["goals"][0]
    assert whole["points_after"] == whole["points_covered"] + plan["points_gained"]


@pytest.mark.parametrize("name", table_names("fleet"))
def test_every_table_is_drawn_from_the_json(name: str, document: Any) -> None:
    rows = rows_of(render_csv(json.dumps(document), "fleet", name))

    assert len(rows) == len(document[name])
    if name == "components":
        assert [row["name"] for row in rows] == ["shop", "lending", "ledger", "sales"]
        assert [row["tests"] for row in rows] == [str(each["tests"]) for each in document["components"]]


def test_csv_and_html_are_written(tmp_path: Path) -> None:
    assert run(FLEET, "--format", "csv", "--table", "teams").stdout.startswith("name,files,components,")
    page = tmp_path / "fleet.html"

    assert run(FLEET, "--format", "html", "-o", page).exit_code == 0
    assert "<title>fixtures: 72 % of 4 components</title>" in page.read_text("utf-8")


def test_components_read_by_several_processes_give_the_same_bytes() -> None:
    one, two = run(FLEET, "--format", "json"), run(FLEET, "--format", "json", "--jobs", "2")

    assert two.exit_code == 0
    assert one.stdout == two.stdout


# What it asks, and how it ends


def test_target_of_the_call_stands_in_for_that_of_the_file() -> None:
    found = json.loads(run(FLEET, "--target", "61", "--format", "json").stdout)

    assert found["goals"][0]["target_percent"] == 61


def test_a_goal_that_nothing_reaches_ends_with_1(tmp_path: Path) -> None:
    small(tmp_path)
    make_project(tmp_path / "one", {"pyproject.toml": '[tool.gapplan.leave_out]\n"src" = "generated"\n'})

    result = run(fleet(tmp_path, 'target = 90\n[[component]]\nroot = "one"\n'))

    assert result.exit_code == 1
    assert "out of reach" in result.stdout


def test_a_component_that_cannot_be_read_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    small(tmp_path)
    small(tmp_path, "two")
    make_project(tmp_path, {"bad/coverage.json": "{", "bad/x.py": "x = 1\n", "none/x.py": "x = 1\n"})
    make_project(tmp_path, {"odd/pyproject.toml": "[tool.gapplan]\nmoon = 1\n"})

    result = run(fleet(tmp_path, 'target = 80\n[[component]]\nroot = "*"\n'), "--format", "json", "-q")

    found = json.loads(result.stdout)
    assert result.exit_code == 1, "not every component was read"
    assert [each["name"] for each in found["components"]] == ["one", "two"]
    assert found["goals"][0]["is_reached"]
    reasons = {each["component"]: each["reason"] for each in found["skipped"]}
    assert sorted(reasons) == ["bad", "none", "odd"]
    assert "moon" in reasons["odd"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[[component]]\nroot = "one"\n', "FLEET.toml asks for nothing"),
        ('target = 80\n[[component]]\nroot = "absent"\n', "FLEET.toml: none of its components can be planned for"),
        ('target = "+60"\n[[component]]\nroot = "one"\n', "FLEET.toml: target '+60' is more than 100 %"),
    ],
)
def test_what_cannot_be_planned_is_one_line(text: str, line: str, tmp_path: Path) -> None:
    small(tmp_path)

    result = run(fleet(tmp_path, text))

    assert isinstance(result.exception, ConfigError | InputError)
    assert str(result.exception).startswith(line)


@pytest.mark.parametrize("option", [("--data", "x"), ("-C", "."), ("--source", "."), ("--rcfile", "x")])
def test_options_that_each_component_has_its_own_of_are_refused(option: tuple[str, str]) -> None:
    result = run(FLEET, *option)

    assert isinstance(result.exception, ConfigError)
    assert "each component has its own" in str(result.exception)


def test_the_file_and_the_data_are_never_written_over(tmp_path: Path) -> None:
    small(tmp_path)
    file = fleet(tmp_path, 'target = 80\n[[component]]\nroot = "one"\n')

    for path in (file, tmp_path / "one" / "coverage.json"):
        before = path.read_bytes()
        result = run(file, "-o", path)
        assert result.exit_code != 0
        assert path.read_bytes() == before


def test_names_that_would_command_a_terminal_or_a_browser_are_shown_as_text(tmp_path: Path) -> None:
    small(tmp_path)
    name = "\\u001b[31m<script>alert(1)</script>\\u202e=1+1"
    text = f'target = 80\n[[component]]\nname = "{name}"\nroot = "one"\nteam = "{name}"\n'
    file = fleet(tmp_path, text)

    shown = {form: run(file, "--format", form).stdout for form in ("terminal", "markdown", "html", "json", "csv")}

    for form, each in shown.items():
        assert "\x1b" not in each, form
        assert "\u202e" not in each, form
    assert "<script>" not in shown["html"]


def test_owners_of_two_components_make_one_team(tmp_path: Path) -> None:
    for name in ("one", "two"):
        shutil.copytree(small(tmp_path / "base", name), tmp_path / name)
        make_project(tmp_path / name, {".github/CODEOWNERS": "src/ @acme/core\n"})
    text = '[[component]]\nroot = "one"\n[[component]]\nroot = "two"\n[team.core]\ntarget = 90\n'

    found = json.loads(run(fleet(tmp_path, text), "--format", "json").stdout)

    assert [(each["name"], each["files"], each["components"]) for each in found["teams"]] == [("core", 2, 2)]
    assert found["goals"][0]["points_total"] == 12
