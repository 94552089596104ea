"""The shipped rates, with what the project overrides."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from planner.model.rates import Rates

_FILE = Path(__file__).with_suffix(".toml")


@cache
def _shipped() -> Rates:
    return Rates(**tomllib.loads(_FILE.read_text("utf-8")))


def read_rates(overrides: Mapping[str, float] | None = None) -> Rates:
    """The rates of `rates.toml`, with `overrides` by name of the field in their place."""
    return replace(_shipped(), **(overrides or {}))
