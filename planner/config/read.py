"""`[tool.gapplan]` in pyproject.toml: the project's own defaults. Unknown keys are errors."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from planner.errors import ConfigError
from planner.model.seams import SEAM_KINDS
from planner.model.target import MEANINGS, TOTALS, Meaning, Total

_Choice = TypeVar("_Choice", bound=str)

_PERCENT = re.compile(r"(\+?)(\d{1,3}(?:\.\d{1,6})?)\s*%?")


@dataclass(frozen=True, slots=True)
class SeamSetting:
    """What the project says about an import: the kind of seam it is, and the double that stands in for it."""

    kind: str
    double: str | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """The project's defaults; an option on the command line wins over each of them.

    `data`, `source` and `rcfile` are paths relative to the project root. `seams` are by import name; None takes one
    out of the catalogue.
    """

    target: str | None = None
    meaning: Meaning | None = None
    total: Total | None = None
    data: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    rcfile: str | None = None
    seams: Mapping[str, SeamSetting | None] = field(default_factory=dict)


def read_config(root: Path) -> Config:
    """The `[tool.gapplan]` table of the project at `root`; empty when there is none.

    Raises ConfigError for a file that is no TOML although it mentions gapplan, an unknown key, or a
    value of the wrong type. A broken pyproject.toml that does not mention gapplan is not ours to judge.
    """
    path, text = root / "pyproject.toml", ""
    try:
        text = path.read_text("utf-8", errors="replace") if path.is_file() else ""
        table = tomllib.loads(text).get("tool", {})
    except (OSError, ValueError, RecursionError) as error:
        if "tool.gapplan" in text:
            raise ConfigError(f"pyproject.toml cannot be read: {error}") from error
        return Config()
    mine = table.get("gapplan", {}) if isinstance(table, dict) else {}
    if not isinstance(mine, dict):
        raise ConfigError("pyproject.toml: [tool.gapplan] must be a table")
    return _checked(mine)


def _checked(table: dict[str, object]) -> Config:
    known = {each.name for each in fields(Config)}
    unknown = sorted(set(table) - known)
    if unknown:
        raise ConfigError(
            f"pyproject.toml: [tool.gapplan] has no key {unknown[0]!r}; it knows {', '.join(sorted(known))}"
        )
    return Config(
        target=_target(table.get("target")),
        meaning=_choice("meaning", table.get("meaning"), MEANINGS),
        total=_choice("total", table.get("total"), TOTALS),
        data=_paths("data", table.get("data")),
        source=_paths("source", table.get("source")),
        rcfile=_text("rcfile", table.get("rcfile")),
        seams=_seams(table.get("seams", {})),
    )


def _target(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise _wrong("target", 'a number, or a string such as "12.5" or "+2"', value)


def _choice(key: str, value: object, choices: tuple[_Choice, ...]) -> _Choice | None:
    for choice in choices:
        if value == choice:
            return choice
    if value is None:
        return None
    raise _wrong(key, " or ".join(choices), value)


def _paths(key: str, value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise _wrong(key, "a path or a list of paths", value)


def _text(key: str, value: object, wanted: str = "a path") -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise _wrong(key, wanted, value)


def _seams(value: object) -> dict[str, SeamSetting | None]:
    if not isinstance(value, dict):
        raise _wrong("seams", "a table of import names", value)
    return {name: _seam(name, setting) for name, setting in value.items()}


def _seam(name: str, value: object) -> SeamSetting | None:
    key = f'seams."{name}"'
    if not all(part.isidentifier() for part in name.split(".")):
        raise ConfigError(f"pyproject.toml: [tool.gapplan] {key} is not the name of an import")
    if value is False:
        return None
    if not isinstance(value, dict):
        raise _wrong(key, 'false, or a table such as {kind = "http client", double = "respx"}', value)
    known = [each.name for each in fields(SeamSetting)]
    if unknown := sorted(set(value) - set(known)):
        hint = " (a dotted import name stands in quotes)" if isinstance(value[unknown[0]], dict) else ""
        raise ConfigError(
            f"pyproject.toml: [tool.gapplan] {key} has no key {unknown[0]!r}; it knows {', '.join(sorted(known))}{hint}"
        )
    kind = _choice(f"{key} kind", value.get("kind"), SEAM_KINDS)
    if kind is None:
        raise ConfigError(f"pyproject.toml: [tool.gapplan] {key} needs a kind: {' or '.join(SEAM_KINDS)}")
    return SeamSetting(kind, _text(f"{key} double", value.get("double"), "a text"))


def _wrong(key: str, wanted: str, value: object) -> ConfigError:
    return ConfigError(f"pyproject.toml: [tool.gapplan] {key} must be {wanted}, not {value!r}")


def parse_percent(text: str, today: Fraction) -> Fraction:
    """`12`, `12.5`, `12.5%` as written, `+2` as points of percent above `today`, both exact.

    Raises ConfigError for anything else and for a percent outside 0..100.
    """
    match = _PERCENT.fullmatch(text.strip())
    if not match:
        raise ConfigError(f"target {text!r} is not a percent such as 12, 12.5 or +2")
    percent = Fraction(match[2]) + (today if match[1] else 0)
    if percent > 100:
        raise ConfigError(f"target {text!r} is more than 100 %")
    return percent
