"""Files that were renamed between two snapshots: another path with the same, or nearly the same, source."""

from collections import Counter
from collections.abc import Iterable, Iterator

from planner.model.history import FileShot

MOST_PAIRS = 1_000_000
"""Above so many pairs only equal sources are sought. Source: git's `diff.renameLimit` of 1,000 files on either side."""

LEAST_ALIKE = 0.5
"""So large a share of the written lines must be the same. Source: git's default for renames (`-M`, 50 %)."""


def find_renamed(old: Iterable[FileShot], new: Iterable[FileShot]) -> dict[str, str]:
    """New path -> old path, of files that one side alone has; the most alike first, each path once.

    Files whose lines were not kept match by equal source only.
    """
    before = {file.path: file for file in old}
    after = {file.path: file for file in new}
    gone = [before[path] for path in sorted(before.keys() - after.keys())]
    come = [after[path] for path in sorted(after.keys() - before.keys())]
    renamed = dict(_same(gone, come))
    gone = [file for file in gone if file.path not in renamed.values()]
    come = [file for file in come if file.path not in renamed]
    if len(gone) * len(come) <= MOST_PAIRS:
        for likeness, was, now in sorted(_alike(gone, come), key=lambda pair: (-pair[0], *pair[1:])):
            if likeness >= LEAST_ALIKE and was not in renamed.values() and now not in renamed:
                renamed[now] = was
    return renamed


def _same(gone: list[FileShot], come: list[FileShot]) -> Iterator[tuple[str, str]]:
    """Equal sources; where several are equal, in the order of their paths. Empty files are like nothing."""
    places: dict[str, list[str]] = {}
    for file in reversed(gone):
        if file.source and file.statements:
            places.setdefault(file.source, []).append(file.path)
    for file in come:
        if places.get(file.source):
            yield file.path, places[file.source].pop()


def _alike(gone: list[FileShot], come: list[FileShot]) -> Iterator[tuple[float, str, str]]:
    """The share of written lines that both have, 0 to 1, with the old path and the new one."""
    before = [(file.path, Counter(filter(None, file.marks))) for file in gone]
    after = [(file.path, Counter(filter(None, file.marks))) for file in come]
    for was, old in before:
        for now, new in after:
            if most := max(old.total(), new.total()):
                yield (old & new).total() / most, was, now
