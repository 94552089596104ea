"""The JSON Schemas that gapplan publishes, by name."""

import json
from importlib.resources import files

from planner.errors import ConfigError
from planner.report.json import Json

_SUFFIX = ".schema.json"


def schema_names() -> list[str]:
    """All of them, sorted: the names of the commands whose JSON they describe."""
    found = (each.name for each in (files("planner.report") / "schemas").iterdir())
    return sorted(name.removesuffix(_SUFFIX) for name in found if name.endswith(_SUFFIX))


def schema_text(name: str) -> str:
    """The schema as it is published. Raises ConfigError for a name that there is not."""
    names = schema_names()
    if name not in names:
        raise ConfigError(f"{name}: there is no such schema; there are {', '.join(names)}")
    return (files("planner.report") / "schemas" / f"{name}{_SUFFIX}").read_text("utf-8")


def read_schema(name: str) -> Json:
    """The schema as a value. Raises ConfigError for a name that there is not."""
    found: Json = json.loads(schema_text(name))
    return found
