"""The published JSON Schemas hold for what the program writes, and name every key it writes."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from planner.cli import gapplan

SHOP = Path(__file__).parent.parent / "fixtures" / "shop"

CALLS = {
    "plan": ["plan", "--target", "75"],
    "status": ["status", "--target", "75.5"],
    "rank": ["rank", "--by", "function"],
    "suite": ["suite"],
}

PLANS = {
    "met": ["--target", "1"],
    "beyond all tests": ["--target", "100"],
    "by budget": ["--budget", "4h"],
    "by budget and target": ["--budget", "4h", "--target", "75"],
    "options": ["options", "--target", "75"],
    "whole tree": ["--target", "70", "--total", "whole-tree"],
    "own option, pace, stops, stretch": [
        *("--target", "75", "--stretch", "90", "--ladder", "65,70,99", "--option", "own=src/shop/api/*"),
        *("--pace", "6h/week", "--pace", "50 points/milestone", "--today", "2027-01-01", "--by", "2027-12-31"),
    ],
    "a day without a pace": ["--target", "65", "--today", "2027-01-01", "--by", "2027-12-31"],
}


def schema_of(name: str) -> dict[str, Any]:
    path = files("planner.report") / "schemas" / f"{name}.schema.json"
    schema: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return schema


def _written(arguments: Sequence[str]) -> Any:
    return json.loads(_output(tuple(arguments)))


@cache
def _output(arguments: tuple[str, ...]) -> str:
    return CliRunner().invoke(gapplan, ["-C", str(SHOP), "--format", "json", *arguments]).stdout


def closed(schema: Any) -> Any:
    """The schema with every object closed, so that a key it does not name is an error."""
    if isinstance(schema, Mapping):
        every = {key: closed(value) for key, value in schema.items()}
        return {"additionalProperties": False, **every} if schema.get("type") == "object" else every
    return [closed(each) for each in schema] if isinstance(schema, list) else schema


@pytest.mark.parametrize("name", sorted(CALLS))
def test_output_is_valid_and_the_schema_names_every_key(name: str) -> None:
    document = _written(CALLS[name])

    jsonschema.validate(document, schema_of(name))
    jsonschema.validate(document, closed(schema_of(name)))
    assert next(iter(document)) == "format"


@pytest.mark.parametrize("name", sorted(CALLS))
def test_schema_is_a_valid_schema_and_refuses_another_format(name: str) -> None:
    schema = schema_of(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    document = {**_written(CALLS[name]), "format": 2}

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


@pytest.mark.parametrize("name", sorted(PLANS))
def test_plans_of_every_sort_are_valid_too(name: str) -> None:
    jsonschema.validate(_written(PLANS[name]), closed(schema_of("plan")), format_checker=jsonschema.FormatChecker())


def test_a_status_without_a_target_and_a_ranking_by_module_are_valid_too() -> None:
    jsonschema.validate(_written(["status"]), closed(schema_of("status")))
    jsonschema.validate(_written(["rank"]), closed(schema_of("rank")))


def properties_of(schema: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every property in the schema with its path."""
    if isinstance(schema, Mapping):
        for key, value in schema.get("properties", {}).items():
            yield f"{path}.{key}", value
        for key, value in schema.items():
            yield from properties_of(value, f"{path}.{key}")
    elif isinstance(schema, list):
        for each in schema:
            yield from properties_of(each, path)


def objects_of(schema: Any) -> Iterator[Any]:
    """Every object in the schema: the document, values, items and definitions."""
    if isinstance(schema, Mapping):
        if isinstance(schema.get("properties"), Mapping):
            yield schema
        for value in schema.values():
            yield from objects_of(value)
    elif isinstance(schema, list):
        for each in schema:
            yield from objects_of(each)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_every_key_has_a_description_and_is_required(name: str) -> None:
    schema = schema_of(name)

    assert [path for path, each in properties_of(schema) if len(each.get("description", "")) < 8] == []
    for each in objects_of(schema):
        assert set(each.get("required", ())) == set(each["properties"])
        assert each["description"]


@pytest.mark.parametrize("name", sorted(CALLS))
def test_every_definition_is_used_and_every_reference_is_defined(name: str) -> None:
    text = json.dumps(schema_of(name))

    assert set(re.findall(r'"#/\$defs/(\w+)"', text)) == set(schema_of(name).get("$defs", ()))


def test_a_key_means_the_same_in_every_schema() -> None:
    plan, status, rank = (schema_of(name) for name in ("plan", "status", "rank"))

    for key in ("format", "project", "measured", "whole_tree"):
        assert plan["properties"][key] == status["properties"][key]
    for key in ("format", "project", "skipped", "notices"):
        assert plan["properties"][key] == rank["properties"][key]
    assert plan["$defs"]["effort"] == rank["$defs"]["effort"]


@pytest.mark.parametrize("name", ["plan", "by budget", "whole tree"])
def test_steps_add_up_to_what_each_option_gains(name: str) -> None:
    for option in _written({**CALLS, **PLANS}[name])["options"]:
        if option["steps"]:
            assert sum(step["marginal_gain"] for step in option["steps"]) == option["points_gained"]
            assert sum(step["import_time_gain"] for step in option["steps"]) == option["import_time_points"]
            assert [step["order"] for step in option["steps"]] == list(range(1, len(option["steps"]) + 1))
            assert option["tests"]["p50"] <= option["tests"]["p80"] == len(option["steps"])


@pytest.mark.parametrize("name", ["plan", "beyond all tests", "by budget", "own option, pace, stops, stretch"])
def test_the_figures_of_an_option_do_not_contradict_each_other(name: str) -> None:
    for option in _written({**CALLS, **PLANS}[name])["options"]:
        assert option["gain"]["p10"] <= option["gain"]["p50"] <= option["gain"]["p90"]
        assert option["gain"]["p50"] == option["points_gained"]
        assert option["effort_hours"]["p50"] <= option["effort_hours"]["p80"]
        assert option["points_after"] <= option["points_total_after"]
        assert option["points_after"] <= option["ceiling_points"], "no plan covers more than all that is coverable"
        assert not (option["is_out_of_reach"] and option["reaches_target"])
