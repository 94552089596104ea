"""Readers of INI and TOML text, to which a file that cannot be read is one that says nothing."""

import configparser
import tomllib
from collections.abc import Mapping
from pathlib import Path

from planner.settings.lines import KeyPath, Lines, ini_lines, toml_lines


def ini_section(path: Path, section: str) -> Mapping[str, object]:
    """The section as written; empty when there is none or the file cannot be read."""
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(path, encoding="utf-8")
        return dict(parser[section]) if parser.has_section(section) else {}
    except (configparser.Error, OSError, ValueError):
        return {}


def toml_table(path: Path, *keys: str) -> Mapping[str, object]:
    """The table under `keys`; empty when there is none or the file cannot be read."""
    try:
        document: object = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    for key in keys:
        document = document.get(key, {}) if isinstance(document, dict) else {}
    return document if isinstance(document, dict) else {}


def listed(value: object) -> list[str]:
    """The words of a text, or the items of a list; empty for anything else."""
    if isinstance(value, str):
        return value.split()
    return [str(each) for each in value] if isinstance(value, list | tuple) else []


def ini_key_lines(path: Path) -> Mapping[str, Lines]:
    """The lines of all keys by section; empty when the file cannot be read."""
    return ini_lines(_text_of(path))


def toml_key_lines(path: Path) -> Mapping[KeyPath, int]:
    """The lines of all keys; empty when the file cannot be read."""
    return toml_lines(_text_of(path))


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError):
        return ""
