"""Which files, classes and functions pytest takes for tests, by its configuration, read as text."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from planner.settings.pytest_options import pytest_tables
from planner.settings.text import listed

_NO_FOLDERS = ("*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}")
"""pytest's default of `norecursedirs`."""


@dataclass(frozen=True, slots=True)
class CollectionSettings:
    """pytest's rules of collection, its defaults where nothing is set; globs and prefixes as written.

    `ignored` are the paths and globs of `--ignore` and `--ignore-glob`, `left_out` is what `-m`, `-k` and `--deselect`
    of `addopts` say, each as `-m not slow`; `plugins` are those of `-p`, `fixtures` those of `usefixtures`. `file` is
    where it stands, None for a project that configures no pytest.
    """

    file: str | None = None
    files: tuple[str, ...] = ("test_*.py", "*_test.py")
    classes: tuple[str, ...] = ("Test",)
    functions: tuple[str, ...] = ("test",)
    testpaths: tuple[str, ...] = ()
    no_folders: tuple[str, ...] = _NO_FOLDERS
    ignored: tuple[str, ...] = ()
    fixtures: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def read_collection_settings(root: Path) -> CollectionSettings:
    """The rules for the project at `root`; files that cannot be read count as absent."""
    for name, table in pytest_tables(root):
        return _settings(name, table)
    return CollectionSettings()


def _settings(name: str, table: Mapping[str, object]) -> CollectionSettings:
    usual = CollectionSettings()
    options = _words(table.get("addopts", ""))
    return CollectionSettings(
        file=name,
        files=_several(table, "python_files") or usual.files,
        classes=_several(table, "python_classes") or usual.classes,
        functions=_several(table, "python_functions") or usual.functions,
        testpaths=_several(table, "testpaths"),
        no_folders=_several(table, "norecursedirs") or usual.no_folders,
        ignored=tuple(_values(options, "--ignore", "--ignore-glob")),
        fixtures=_several(table, "usefixtures"),
        plugins=tuple(each for each in _values(options, "-p") if not each.startswith("no:")),
        left_out=tuple(f"{name} {each}" for name in ("-m", "-k", "--deselect") for each in _values(options, name)),
    )


def _several(table: Mapping[str, object], key: str) -> tuple[str, ...]:
    return tuple(listed(table.get(key, ())))


def _words(addopts: object) -> list[str]:
    if not isinstance(addopts, str):
        return listed(addopts)
    try:
        return shlex.split(addopts)
    except ValueError:  # a quote that is not closed
        return addopts.split()


def _values(words: list[str], *options: str) -> list[str]:
    """What the options are given: as `--name=value`, `--name value`, or `-pvalue`."""
    found: list[str] = []
    for word, after in pairwise([*words, ""]):
        if word in options:
            found.append(after)
        for option in options:
            start = option if len(option) == 2 else f"{option}="
            if word.startswith(start) and word != option:
                found.append(word.removeprefix(start))
    return [each for each in found if each]
