"""The shipped rates, with what the project overrides, and files of fitted rates."""

import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cache
from math import inf, isnan, nan
from pathlib import Path
from typing import TypeAlias

from planner.errors import InputError
from planner.model.rates import FITTED, FittedRates, Origin, Rates

SHIPPED = Path(__file__).with_suffix(".toml")

NAMES = frozenset(each.name for each in fields(Rates))

MAX_BYTES = 1024 * 1024

Value: TypeAlias = object
"""What TOML may hold, before it is checked."""


class RatesError(InputError):
    """A file of rates is absent, damaged, or no file of rates; the message says which and why."""


@cache
def _shipped() -> Rates:
    return read_fitted_rates(SHIPPED).rates


def read_rates(overrides: Mapping[str, float] | None = None) -> Rates:
    """The rates of `rates.toml`, with `overrides` by name of the field in their place."""
    return replace(_shipped(), **(overrides or {}))


def read_fitted_rates(path: Path) -> FittedRates:
    """The rates in the file, all of them, and what was fitted beside them. Raises RatesError in one line."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES)
        return _fitted(tomllib.loads(content.decode("utf-8")))
    except OSError as error:
        raise RatesError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        raise RatesError(f"{path}: no file of rates ({error}); make one with 'gapplan replay fit'") from error


def _fitted(document: Mapping[str, Value]) -> FittedRates:
    """Constants stand at the top; the tables `fitted`, `without` and `alone` are there when they were fitted."""
    known = {name: _number(document.get(name), name) for name in NAMES}
    if unknown := document.keys() - NAMES - {"fitted", "without", "alone"}:
        raise ValueError(f"there is no constant {min(unknown)}")
    rates = Rates(**known)
    if "fitted" not in document:
        return FittedRates(rates)
    origin = _origin(_table(document["fitted"]))
    count = len(origin.projects)
    alone = {name: _numbers(row, count, name) for name, row in _table(document.get("alone")).items()}
    return FittedRates(rates, _without(rates, origin, document), alone, origin)


def _without(rates: Rates, origin: Origin, document: Mapping[str, Value]) -> dict[str, Rates]:
    """The rates fitted without each project; none where the table is not there, since only one was fitted to."""
    if "without" not in document:
        return {}
    rows = {name: _numbers(row, len(origin.projects), name) for name, row in _table(document["without"]).items()}
    if rows.keys() != set(FITTED) or any(isnan(each) for row in rows.values() for each in row):
        raise ValueError("[without] does not have each of the fitted constants")
    return {
        project_name(project): replace(rates, **{name: row[place] for name, row in rows.items()})
        for place, project in enumerate(origin.projects)
    }


def _origin(table: Mapping[str, Value]) -> Origin:
    projects = table.get("projects")
    if not isinstance(projects, list):
        raise ValueError("[fitted] names no projects")
    return Origin(
        fitted_on=_text(table.get("on"), "on"),
        command=_text(table.get("command"), "command"),
        projects=tuple(_text(each, "projects") for each in projects),
        splits=int(_number(table.get("splits"), "splits")),
        tests=int(_number(table.get("tests"), "tests")),
        items=int(_number(table.get("items"), "items")),
    )


def project_name(source: str) -> str:
    """`click` for `click-8.1.8`; the whole for a name without version."""
    name, _, version = source.rpartition("-")
    return name if name and version[:1].isdecimal() else source


def _table(value: Value) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise ValueError("a table is missing")
    return value


def _text(value: Value, name: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name} is no text")
    return value


def _number(value: Value, name: str) -> float:
    """0 or more; whole numbers become floats, so that the same file gives the same types."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < inf:
        raise ValueError(f"{name} is no number of at least 0")
    return float(value)


def _numbers(value: Value, count: int, name: str) -> tuple[float, ...]:
    if not isinstance(value, list) or len(value) != count:
        raise ValueError(f"{name} has not one number for each project")
    return tuple(nan if isinstance(each, float) and isnan(each) else _number(each, name) for each in value)
