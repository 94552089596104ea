"""`gapplan fleet FLEET.toml`: one plan over many repositories."""

import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from planner.cli.common import PAGE_FORMATS, Common, common_options, complete_file, merge_options
from planner.cli.show import data_text, progress_for, write
from planner.config import parse_percent
from planner.errors import ConfigError
from planner.fleet import make_fleet, read_fleet
from planner.fleet.settings import FleetSetting
from planner.model.fleet import Fleet
from planner.model.measurement import Input
from planner.report import Look, set_page
from planner.report.fleet_json import render_fleet
from planner.report.pages.fleet import fleet_page

_ELSEWHERE = ("project", "data", "source", "rcfile", "meaning", "total")
"""Shared options that each component has its own of."""


@click.command()
@click.argument("file", metavar="FLEET.toml", shell_complete=complete_file)
@common_options
@click.pass_obj
def command(before: dict[str, Any], /, file: str, **after: Any) -> None:
    """Plan over many repositories at once: a target for the whole, per team or per component.

    The effort is shared out where it gains most, and shown beside the same target for each component on its own.
    --target stands in for that of the whole. Exits with 0 when every component was read and every goal is reached as
    surely as asked, with 1 otherwise, with 2 when nothing can be planned.
    """
    if given := [name for name in _ELSEWHERE if after.get(name) or before.get(name)]:
        raise ConfigError(f"--{given[0]} is not for fleet: each component has its own, in FLEET.toml or pyproject.toml")
    common = merge_options(before, after, PAGE_FORMATS)
    path = Path.cwd() / file
    setting = _asked(read_fleet(path), after.get("target") or before.get("target"))
    found = make_fleet(path, setting, common.caches, progress_for(common), common.spread)
    write(lambda look: _text(found, common, look), common, [Input(str(path), "FLEET.toml"), *found.inputs])
    sys.exit(0 if found.is_reached else 1)


def _asked(setting: FleetSetting, target: str | None) -> FleetSetting:
    """The setting with the target of the call. Raises ConfigError where nothing is asked."""
    if target is not None:
        parse_percent(target, Fraction(0))
        setting = replace(setting, target=target)
    if not setting.has_goal:
        raise ConfigError(
            "FLEET.toml asks for nothing: give target = 80 or budget = '40h' at its top, a target to a [[component]], "
            "or one under [team.NAME]"
        )
    return setting


def _text(found: Fleet, common: Common, look: Look) -> str:
    if common.is_data:
        return data_text("fleet", render_fleet(found), common)
    return set_page(fleet_page(found, is_detailed=look.is_detailed), common.format, look)
