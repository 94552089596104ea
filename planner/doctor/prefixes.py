"""Beginnings of rows and what stands in their place in the tree, and the `[paths]` lines that join them."""

import re
from collections.abc import Iterable

from planner.doctor.exam import Exam
from planner.doctor.mend import Setting, configure
from planner.model.findings import Mend

Prefixes = tuple[str, str]
"""The beginning of a row's name, and the beginning of its path in the tree; both without what they have in common."""

_INSTALLED = re.compile(r"(^|[\\/])(site-packages|dist-packages)[\\/]|(^|[\\/])(build|dist)[\\/]")


def prefixes_of(name: str, path: str) -> Prefixes:
    """What is left of both after their longest common end: `/app/src/x.py`, `src/x.py` give `/app/`, "" ."""
    ours, theirs = path.split("/"), re.split(r"[\\/]", name)
    shared = 0
    while shared < min(len(ours), len(theirs)) and ours[-1 - shared] == theirs[-1 - shared]:
        shared += 1
    return _cut(name, shared), _cut(path, shared)


def _cut(name: str, shared: int) -> str:
    """The name without its last `shared` parts."""
    end = len(name)
    for _ in range(shared):
        end = max(name.rfind("/", 0, end), name.rfind("\\", 0, end))
    return name[: end + 1]


def is_installed(name: str) -> bool:
    """Whether a name lies where copies are installed or built: site-packages, build, dist."""
    return bool(_INSTALLED.search(name))


def join_paths(exam: Exam, pairs: Iterable[Prefixes], note: str) -> Mend:
    """The `[paths]` that map each beginning of rows to the tree, merged with what is set.

    coverage.py tries the patterns in their order, and takes a match only where the file is there.
    """
    values: dict[str, tuple[str, ...]] = dict(exam.settings.paths)
    for row, tree in sorted(pairs):
        ours, theirs = _place(tree), _pattern(row)
        key = next((name for name, places in values.items() if _same(places, ours)), None) or _fresh(values, ours)
        places = values.get(key, (ours,))
        values[key] = places if theirs in places else (*places, theirs)
    changed = {key: places for key, places in values.items() if places != exam.settings.paths.get(key)}
    settings: dict[str, Setting] = dict(changed)
    return configure(exam.settings, "paths", settings, note)


def _place(prefix: str) -> str:
    return prefix.rstrip("/") or "."


def _pattern(prefix: str) -> str:
    """The beginning of a row as a pattern; of an installed copy, the same wherever the environment lies."""
    name = re.sub(r"^.*(?=[\\/](?:site|dist)-packages[\\/]$)", "*", prefix)
    return name.rstrip("\\/") or "/"


def _same(places: tuple[str, ...], ours: str) -> bool:
    return bool(places) and (places[0].removeprefix("./").rstrip("/") or ".") == ours


def _fresh(values: dict[str, tuple[str, ...]], ours: str) -> str:
    """A name for a group of `[paths]`; any will do, the documentation uses "source"."""
    wanted = "source" if not values else re.sub(r"\W+", "_", ours).strip("_") or "root"
    return wanted if wanted not in values else f"{wanted}_{len(values)}"
