"""Readers of INI and TOML text, to which a file that cannot be read is one that says nothing."""

import configparser
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from planner.settings.lines import KeyPath, Lines, ini_lines, toml_lines

MAX_BYTES = 1024 * 1024
"""The largest configuration known to us has a tenth; splitting the options of a larger one takes seconds."""


def why_unreadable(path: Path) -> str | None:
    """Why an INI or TOML file that is there says nothing, in few words; None for one that is absent or readable."""
    if not path.is_file():
        return None
    if not is_readable(path):
        return f"it is larger than {MAX_BYTES // 1024} kB"
    try:
        text = path.read_text("utf-8")
        if path.suffix == ".toml":
            tomllib.loads(text)
        else:
            configparser.ConfigParser(interpolation=None).read_string(text)
    except OSError as error:
        return error.strerror or "it cannot be opened"
    except (configparser.Error, ValueError, RecursionError) as error:
        return str(error).replace("'<string>'", "it").partition("\n")[0]
    return None


def is_readable(path: Path) -> bool:
    """Whether the path is a regular file of a configuration's size: a pipe would block, a device never end."""
    try:
        return os.path.isfile(path) and os.path.getsize(path) <= MAX_BYTES
    except (OSError, ValueError):
        return False


def ini_section(path: Path, section: str) -> Mapping[str, object]:
    """The section as written; empty when there is none or the file cannot be read."""
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(_text_of(path))
        return dict(parser[section]) if parser.has_section(section) else {}
    except (configparser.Error, ValueError):
        return {}


def toml_table(path: Path, *keys: str) -> Mapping[str, object]:
    """The table under `keys`; empty when there is none or the file cannot be read."""
    try:
        document: object = tomllib.loads(_text_of(path))
    except (ValueError, RecursionError):
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
        return path.read_text("utf-8") if is_readable(path) else ""
    except (OSError, ValueError):
        return ""
