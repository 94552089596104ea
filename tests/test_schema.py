"""The published JSON Schemas hold for what the program writes, and name every key it writes."""

import json
from collections.abc import Mapping
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
}


def schema_of(name: str) -> dict[str, Any]:
    path = files("planner.report") / "schemas" / f"{name}.schema.json"
    schema: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return schema


def _written(arguments: list[str]) -> Any:
    result = CliRunner().invoke(gapplan, ["-C", str(SHOP), "--format", "json", *arguments])
    return json.loads(result.stdout)


def closed(schema: Any) -> Any:
    """The schema with every object closed, so that a key it does not name is an error."""
    if isinstance(schema, Mapping):
        every = {key: closed(value) for key, value in schema.items()}
        return {**every, "additionalProperties": False} if schema.get("type") == "object" else every
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


def test_plan_that_cannot_reach_its_target_and_one_that_is_met_are_valid_too() -> None:
    for target in ("100", "1"):
        jsonschema.validate(_written(["--target", target]), closed(schema_of("plan")))


def test_steps_add_up_to_what_each_option_gains() -> None:
    for option in _written(CALLS["plan"])["options"]:
        if option["steps"]:
            assert sum(step["marginal_gain"] for step in option["steps"]) == option["points_gained"]
