"""`[tool.gapplan]` as checked values, and how figures are written by users there and on the command line.

In here: reading text into values, one clear error for each thing that is wrong. Not in here: any default that needs
the measurement.
"""

from planner.config.read import Config, SeamSetting, read_config
from planner.config.texts import (
    parse_budget,
    parse_confidence,
    parse_date,
    parse_ladder,
    parse_option,
    parse_pace,
    parse_percent,
    parse_stretch,
)
from planner.config.unblock import parse_cause_effort, parse_effort

__all__ = [
    "Config",
    "SeamSetting",
    "parse_budget",
    "parse_cause_effort",
    "parse_confidence",
    "parse_date",
    "parse_effort",
    "parse_ladder",
    "parse_option",
    "parse_pace",
    "parse_percent",
    "parse_stretch",
    "read_config",
]
