"""`[tool.gapplan.unblock]`, and how hours of a mending are written: `2h`, `2-3h`, `90m`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from planner.config.table import check_keys, read_table, read_text, wrong
from planner.errors import ConfigError
from planner.model.plan import Effort

_NUMBER = r"(\d{1,4}(?:\.\d{1,3})?)"
_EFFORT = re.compile(rf"{_NUMBER}\s*(?:(?:-|to)\s*{_NUMBER}\s*)?(h|hours?|m|min|minutes?)")
_MINUTES = 60


@dataclass(frozen=True, slots=True)
class UnblockSetting:
    """`effort` has the project's own hours for causes, by key; which causes there are is not known here."""

    effort: Mapping[str, Effort] = field(default_factory=dict)


def read_unblock(table: Mapping[str, object]) -> UnblockSetting:
    """The setting that the table states. Raises ConfigError for an unknown key and for what is no effort."""
    check_keys("[tool.gapplan.unblock]", dict(table), [each.name for each in fields(UnblockSetting)])
    effort = read_table("unblock.effort", table.get("effort"))
    return UnblockSetting({name: _effort(f"unblock.effort.{name}", value) for name, value in effort.items()})


def _effort(key: str, value: object) -> Effort:
    text = read_text(key, value, "hours such as '2h' or '2-3h'")
    if text is None:
        raise wrong(key, "hours such as '2h' or '2-3h'", value)
    return parse_effort(text, key)


def parse_effort(text: str, key: str) -> Effort:
    """`2h`, `2-3h`, `90m`, `30 to 90 min`: the first is P50, the second P80. Raises ConfigError, naming the `key`."""
    match = _EFFORT.fullmatch(text.strip().lower())
    if not match:
        raise ConfigError(f"{key}: {text!r} is no effort in hours or minutes such as 2h, 2-3h or 90m")
    in_hours = 1 if match[3].startswith("h") else _MINUTES
    low, high = float(match[1]) / in_hours, float(match[2] or match[1]) / in_hours
    if not 0 < low <= high:
        raise ConfigError(f"{key}: {text!r} has to be more than nothing, and end no lower than it begins")
    return Effort(low, high)


def parse_cause_effort(text: str) -> tuple[str, Effort]:
    """`CAUSE=2h`: the key of a cause and its effort. Raises ConfigError."""
    key, equals, hours = text.partition("=")
    if not (equals and key.strip()):
        raise ConfigError(f"--effort {text!r} is not CAUSE=HOURS, such as missing-column-tasks=2-3h")
    return key.strip(), parse_effort(hours, f"--effort {key.strip()}")
