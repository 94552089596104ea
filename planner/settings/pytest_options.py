"""pytest's configuration, read as text in pytest's own order of files."""

import os
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from planner.settings.text import ini_key_lines, ini_section, listed, toml_key_lines, toml_table, why_unreadable
from planner.settings.values import PytestSettings

_IN_ORDER = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
"""Where pytest looks, as `pytest_tables` does."""


def read_pytest_settings(root: Path) -> PytestSettings:
    """pytest's options for the project at `root`; files that cannot be read count as absent, with a notice."""
    for name, table in pytest_tables(root):
        return PytestSettings(
            file=name,
            addopts=_words(table.get("addopts", "")),
            testpaths=tuple(listed(table.get("testpaths", ()))),
            markers=_markers(table.get("markers", ())),
            lines=_lines(root / name) if table else {},
            notices=(*_unreadable(root, name), *_wrong_values(name, table)),
        )
    return PytestSettings(notices=tuple(_unreadable(root, None)))


def _unreadable(root: Path, last: str | None) -> Iterator[str]:
    """A sentence for each file that pytest would have asked before it took `last`, or that one, and that is broken."""
    for name in _IN_ORDER[: _IN_ORDER.index(last) + 1] if last else _IN_ORDER:
        if reason := why_unreadable(root / name):
            yield f"pytest's settings in {name} cannot be read and count as absent; pytest would stop there: {reason}"


def _wrong_values(name: str, table: Mapping[str, object]) -> Iterator[str]:
    for key in ("addopts", "testpaths", "markers"):
        if not isinstance(table.get(key, ""), str | list):
            yield f"pytest's {key} in {name} is neither a text nor a list and counts as absent; pytest would stop there"


def _words(addopts: object) -> tuple[str, ...]:
    if not isinstance(addopts, str):
        return tuple(listed(addopts))
    try:
        return tuple(shlex.split(addopts))
    except ValueError:  # a quote that is not closed
        return tuple(addopts.split())


def _markers(markers: object) -> tuple[str, ...]:
    lines = markers.split("\n") if isinstance(markers, str) else listed(markers)
    return tuple(line.strip() for line in lines if line.strip())


def _lines(path: Path) -> dict[str, int]:
    """The lines of pytest's keys in its own section of the file."""
    if path.suffix != ".toml":
        sections = ini_key_lines(path)
        return dict(sections.get("tool:pytest" if path.name == "setup.cfg" else "pytest", {}))
    lines = toml_key_lines(path)
    tables = (
        (("tool", "pytest", "ini_options"), ("tool", "pytest")) if path.name == "pyproject.toml" else (("pytest",),)
    )
    found = ({key[-1]: line for key, line in lines.items() if key and key[:-1] == table} for table in tables)
    return next((each for each in found if each), {})


def pytest_tables(root: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    """pytest's own order: its own files count even when empty, the others when they have a section of it."""
    for name in ("pytest.toml", ".pytest.toml"):
        if os.path.isfile(root / name):
            yield name, toml_table(root / name, "pytest")
    for name in ("pytest.ini", ".pytest.ini"):
        if os.path.isfile(root / name):
            yield name, ini_section(root / name, "pytest")
    if table := _toml_pytest(root / "pyproject.toml"):
        yield "pyproject.toml", table
    for name, section in (("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
        if table := ini_section(root / name, section):
            yield name, table


def _toml_pytest(path: Path) -> Mapping[str, object]:
    table = toml_table(path, "tool", "pytest")
    options = table.get("ini_options", table)
    return options if isinstance(options, dict) else {}
