"""Where the components lie: roots and patterns of FLEET.toml as folders below its own, each with one name."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from planner.errors import ConfigError
from planner.fleet.settings import ComponentSetting
from planner.model.measurement import Skipped

MOST_COMPONENTS = 50_000
"""Folders that patterns may come to."""


@dataclass(frozen=True, slots=True)
class Place:
    """A component that can be read: its name, its root, that as FLEET.toml has it, and what is said of it there."""

    name: str
    root: Path
    shown: str
    data: tuple[str, ...] = ()
    target: str | None = None
    team: str | None = None


def find_places(settings: Sequence[ComponentSetting], folder: Path) -> tuple[tuple[Place, ...], tuple[Skipped, ...]]:
    """The components below the folder in the order of FLEET.toml, those of a pattern by name; and what is none.

    A folder that is listed by itself is no part of a pattern. Raises ConfigError for a name that is given twice.
    """
    own = {each.root.strip("/"): each for each in settings if not _is_pattern(each.root)}
    found = [(place, _usual_name(place, each)) for each in settings for place in _found(each, folder, own)]
    if len(found) > MOST_COMPONENTS:
        raise ConfigError(f"the roots of FLEET.toml come to more than {MOST_COMPONENTS} folders")
    named = _named(found)
    places: dict[str, Place] = {}
    skipped: list[Skipped] = []
    for place in named:
        real = os.path.realpath(place.root)
        if reason := _unusable(place, real, folder, places):
            skipped.append(Skipped(place.name, reason))
        else:
            places[real] = place
    return tuple(places.values()), tuple(skipped)


def find_nested(places: Sequence[Place]) -> tuple[str, ...]:
    """What is to be said of components that lie inside others."""
    names = {Path(os.path.realpath(place.root)): place.name for place in places}
    return tuple(
        f"{name} lies inside {names[above]}: a file that the data of both has counts twice"
        for root, name in names.items()
        for above in root.parents
        if above in names
    )


def _is_pattern(root: str) -> bool:
    return any(char in root for char in "*?")


def _found(setting: ComponentSetting, folder: Path, own: Iterable[str]) -> Iterator[Place]:
    """The folders of a setting, each still without a name of its own unless it has one."""
    if not _is_pattern(setting.root):
        yield _place(setting, folder, os.path.normpath(setting.root))
        return
    if setting.name is not None:
        raise ConfigError(f"FLEET.toml: name {setting.name!r} is for one root, and {setting.root!r} is a pattern")
    roots = [each for each in _folders(folder, setting.root) if each not in own]
    if not roots:
        raise ConfigError(f"FLEET.toml: root {setting.root!r} fits no folder")
    yield from (_place(setting, folder, each) for each in roots)


def _place(setting: ComponentSetting, folder: Path, shown: str) -> Place:
    return Place(setting.name or "", folder / shown, shown, setting.data, setting.target, setting.team)


def _usual_name(place: Place, setting: ComponentSetting) -> str:
    """The last part of the root that the pattern leaves open: of `repos/*/src` that between; else its last part."""
    parts = zip(place.shown.split("/"), setting.root.strip("/").split("/"), strict=False)
    is_open = [name for name, pattern in parts if _is_pattern(pattern)]
    return is_open[-1] if is_open else os.path.basename(os.path.realpath(place.root)) or place.shown


def _folders(folder: Path, pattern: str) -> list[str]:
    """Folders that fit, name by name, sorted: `*` never crosses a `/`, and what begins with a dot is asked for."""
    found = [""]
    for name in pattern.strip("/").split("/"):
        found = [f"{above}{below}/" for above in found for below in _below(folder / above, name)]
        if len(found) > MOST_COMPONENTS:
            raise ConfigError(f"FLEET.toml: root {pattern!r} comes to more than {MOST_COMPONENTS} folders")
    return sorted(each.rstrip("/") for each in found)


def _below(folder: Path, name: str) -> list[str]:
    """The folders in a folder whose names fit."""
    if not _is_pattern(name):
        return [name] if os.path.isdir(folder / name) else []
    try:
        with os.scandir(folder) as entries:
            names = [each.name for each in entries if each.is_dir() and fnmatchcase(each.name, name)]
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be listed ({error.strerror})") from error
    return [each for each in names if not each.startswith(".") or name.startswith(".")]


def _named(places: Sequence[tuple[Place, str]]) -> list[Place]:
    """Each with a name: the one that it has, the usual one, or its root where that is another's name, too."""
    many = Counter(place.name or usual for place, usual in places)
    names = [place.name or (usual if many[usual] == 1 else place.shown) for place, usual in places]
    given = {place.name for place, _ in places}
    twice = [name for name, times in Counter(names).items() if times > 1 and name in given]
    if twice:
        raise ConfigError(f"FLEET.toml: two components are called {twice[0]!r}; give each its own name")
    return [replace(place, name=name) for (place, _), name in zip(places, names, strict=True)]


def _unusable(place: Place, real: str, folder: Path, others: dict[str, Place]) -> str | None:
    """Why a place is no component, if it is none."""
    if not Path(real).is_relative_to(os.path.realpath(folder)):
        return f"{place.shown} lies outside the folder of FLEET.toml, which has to lie above all its components"
    if not os.path.isdir(real):
        return f"{place.shown}: no such directory"
    if real in others:
        return f"{place.shown} is the same directory as that of {others[real].name}"
    return None
