"""What gapplan once wrote stays valid for ever: schemas only grow, and the program that reads old plans still does.

`tests/compatibility/VERSION/` has one real output of every JSON format as that version wrote it, never written anew.
"""

import copy
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from test_schema import closed, schema_of

from planner.cli import gapplan
from planner.errors import ConfigError
from planner.report.csv import TABLES, render_csv, table_names
from planner.report.schema import schema_names, schema_text

ROOT = Path(__file__).parent.parent
KEPT = sorted((Path(__file__).parent / "compatibility").glob("*/*.json"))
FIRST = sorted((Path(__file__).parent / "compatibility" / "0.1.0").glob("*.json"))

SINCE_0_1_0 = {
    *("calibrate", "doctor", "explain", "fleet", "graph", "history", "noise", "pace", "plan", "rank", "receipt"),
    *("replay", "report", "resume", "status", "suite", "unblock", "why"),
}
"""The formats that version 0.1.0 had."""


def named(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("path", KEPT, ids=named)
def test_an_old_output_is_valid_by_todays_schema(path: Path) -> None:
    jsonschema.validate(read(path), schema_of(path.stem), format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("path", KEPT, ids=named)
def test_todays_schema_still_names_every_key_of_an_old_output(path: Path) -> None:
    """A key that went away would still be valid, since schemas are open; closed, it is not."""
    jsonschema.validate(read(path), closed(schema_of(path.stem)))


@pytest.mark.parametrize("path", KEPT, ids=named)
def test_an_old_output_less_any_key_that_it_had_to_have_is_refused(path: Path) -> None:
    """The schemas ask for something: an old output is not valid because anything would be."""
    document, schema = read(path), schema_of(path.stem)

    for key in set(schema["required"]) & set(document):
        less = {name: value for name, value in document.items() if name != key}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(less, schema)


def test_every_format_of_0_1_0_has_its_output_kept() -> None:
    assert {path.stem for path in FIRST} == SINCE_0_1_0
    assert set(schema_names()) >= SINCE_0_1_0


@pytest.mark.parametrize("path", KEPT, ids=named)
def test_an_old_output_fills_the_tables_of_today(path: Path) -> None:
    """CSV is drawn from the JSON by the paths of keys: a key that had moved would leave its column empty."""
    text = path.read_text("utf-8")

    tables = {name: render_csv(text, path.stem, name) for name in table_names(path.stem)}

    first = next(iter(tables.values()))
    assert first.count("\r\n") > 1, "the first table has rows"


@pytest.mark.parametrize("path", KEPT, ids=named)
def test_kept_outputs_are_of_no_machine(path: Path) -> None:
    texts = [text for text in texts_of(read(path)) if text.startswith(("/", "C:", "~"))]

    assert texts == []


def texts_of(value: Any) -> Iterator[str]:
    """Every text in a document, keys of mappings too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield key
            yield from texts_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_of(each)


@pytest.mark.parametrize("path", [path for path in KEPT if path.stem == "plan"], ids=named)
def test_an_old_plan_can_be_put_beside_another(path: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(gapplan, ["-C", str(tmp_path), "report", str(path), str(path)])

    assert result.exit_code == 0, result.output
    assert "two plans" in result.stdout


# Growing only


def test_a_schema_that_lost_a_key_or_narrowed_one_would_be_noticed() -> None:
    """The net itself: each way to break a reader makes an old output invalid."""
    plan = read(next(path for path in FIRST if path.stem == "plan"))
    schema = schema_of("plan")
    lost, narrowed, asked = copy.deepcopy(schema), copy.deepcopy(schema), copy.deepcopy(schema)
    del lost["properties"]["recommended"]
    narrowed["properties"]["confidence"]["type"] = "string"
    asked["required"].append("moon")

    for broken in (lost, narrowed, asked):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(plan, closed(broken))


# Published


@pytest.mark.parametrize("name", schema_names())
def test_a_schema_is_valid_and_has_a_word_for_every_key(name: str) -> None:
    schema = schema_of(name)
    jsonschema.Draft202012Validator.check_schema(schema)

    assert [path for path, each in keys_of(schema) if len(each.get("description", "")) < 8] == []
    assert schema["title"]
    assert schema["properties"]["format"]["const"] == 1


def keys_of(schema: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every key that the schema names, with its path."""
    if isinstance(schema, Mapping):
        for key, value in schema.items():
            if key == "properties":
                yield from ((f"{path}.{name}", each) for name, each in value.items())
                for name, each in value.items():
                    yield from keys_of(each, f"{path}.{name}")
            elif key != "required":
                yield from keys_of(value, path)
    elif isinstance(schema, list):
        for each in schema:
            yield from keys_of(each, path)


@pytest.mark.parametrize("name", schema_names())
def test_schema_prints_what_is_published(name: str) -> None:
    result = CliRunner().invoke(gapplan, ["schema", name])

    assert result.stdout == schema_text(name)
    assert json.loads(result.stdout) == schema_of(name)


def test_schema_without_a_name_lists_all_with_their_tables() -> None:
    lines = CliRunner().invoke(gapplan, ["schema"]).stdout.splitlines()

    assert [line.split()[0] for line in lines] == schema_names()
    assert "noise      flips, runs" in lines


def test_schema_tells_what_the_columns_of_a_table_hold() -> None:
    result = CliRunner().invoke(gapplan, ["schema", "plan", "--table", "steps"])

    columns = {each["name"]: each for each in json.loads(result.stdout)["tableSchema"]["columns"]}
    assert columns["marginal_gain_points"]["datatype"] == "integer"
    assert columns["marginal_gain_points"]["dc:description"] == "Expected points that no earlier step brings."
    assert columns["because"]["separator"] == "; "


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["nothing"], "nothing: there is no such schema; there are calibrate, doctor,"),
        (["--table", "steps"], "--table goes with the name of a report"),
        (["plan", "--table", "moon"], "--table moon: plan has no such table; it has steps,"),
    ],
)
def test_what_there_is_no_schema_of_is_told_in_one_line(arguments: list[str], line: str) -> None:
    result = CliRunner().invoke(gapplan, ["schema", *arguments])

    assert isinstance(result.exception, ConfigError)
    assert str(result.exception).startswith(line)


def test_every_report_with_tables_has_a_schema() -> None:
    assert {table.schema for tables in TABLES.values() for table in tables} <= set(schema_names())


def test_the_schemas_are_in_the_wheel(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    made = subprocess.run(
        [*build, "--wheel-dir", str(tmp_path), str(ROOT)], capture_output=True, text=True, check=False
    )
    if made.returncode and "hatchling" in made.stderr:
        pytest.skip("hatchling, which builds the wheel, is not installed")

    assert made.returncode == 0, made.stderr
    (wheel,) = tmp_path.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert {f"planner/report/schemas/{name}.schema.json" for name in schema_names()} <= inside
