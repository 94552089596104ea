"""From the names in coverage data to files below the project root, whatever machine made the data.

Order: `[paths]` of the configuration; the row itself below the root; then the unique longest suffix,
for data from a container, a CI runner or Windows. Nothing outside the root is looked at.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath

from planner.measure.tree import SourceTree
from planner.settings import CoverageSettings

_GENERATED = re.compile(r"^<.*>$|^/?(?:tmp|var)/.*ipykernel_|[\\/]ipykernel_\d+[\\/]|<ipython-input")
_WINDOWS = re.compile(r"^[A-Za-z]:[\\/]|^\\\\|\\")


_Prefixes = tuple[str, str]
"""The beginning of a row, and what stands in its place in the tree."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the rows of the data lie. `files`: row -> path below the root; the other rows are not placed.

    `by_end` has the rows placed by suffix, each with (prefix of the row, prefix in the tree). `gone` are those of
    `outside` that name a place below the root where no file is.
    """

    files: Mapping[str, str]
    generated: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    by_end: Mapping[str, _Prefixes] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()

    @property
    def guessed(self) -> Mapping[_Prefixes, int]:
        """How many rows were placed by suffix, by their pair of prefixes."""
        return Counter(self.by_end.values())


def place_rows(rows: Iterable[str], tree: SourceTree, settings: CoverageSettings) -> Placed:
    """Place every row; deterministic, and independent of the order of rows."""
    names = sorted(set(rows))
    generated = tuple(name for name in names if _GENERATED.search(name))
    rest = [name for name in names if name not in set(generated)]
    files = place_directly(rest, tree, settings)
    strangers = [name for name in rest if name not in files]
    foreign = [name for name in strangers if _parts_below(name, tree) is None or not as_pure(name).is_absolute()]
    by_suffix = _place_by_suffix(foreign, tree)
    by_suffix |= _place_beside([name for name in foreign if name not in by_suffix], by_suffix, tree)
    by_end = {name: pair for name, (_, pair) in by_suffix.items()}
    files |= {name: path for name, (path, _) in by_suffix.items()}
    outside = tuple(name for name in strangers if name not in by_suffix)
    gone = frozenset(name for name in outside if _parts_below(name, tree) is not None)
    return Placed(files, generated, outside, by_end, gone)


def place_directly(rows: Iterable[str], tree: SourceTree, settings: CoverageSettings) -> dict[str, str]:
    """The rows that `[paths]` maps to a file or that name one below the root themselves; nothing is guessed."""
    aliases = _compile_aliases(tree, settings)
    return {name: path for name in rows if (path := _direct(name, tree, aliases))}


def unite_placed(parts: Iterable[Placed]) -> Placed:
    """What several inputs placed, as one."""
    united = Placed({})
    for each in parts:
        united = Placed(
            {**united.files, **each.files},
            united.generated + each.generated,
            united.outside + each.outside,
            {**united.by_end, **each.by_end},
            united.gone | each.gone,
        )
    return united


def _direct(row: str, tree: SourceTree, aliases: list[tuple[re.Pattern[str], str]]) -> str | None:
    for pattern, result in aliases:
        if match := pattern.match(row):
            path = _below_root(result + row[match.end() :], tree)
            if path:
                return path
    return _below_root(row, tree)


def _below_root(row: str, tree: SourceTree) -> str | None:
    """The row as a path below the root, when it is one and such a file exists there."""
    if not _WINDOWS.search(row):
        for top in tree.tops:
            if row.startswith(top) and row[len(top) :] in tree.known:
                return row[len(top) :]
    parts = _parts_below(row, tree)
    return _existing("/".join(parts), tree) if parts else None


def _parts_below(row: str, tree: SourceTree) -> list[str] | None:
    """The normalised parts of a row that is relative or lies below the root; None when it leads elsewhere."""
    parts = list(as_pure(row).parts)
    for root in tree.tops:
        above = list(as_pure(root).parts)
        if parts[: len(above)] == above:
            return _normal(parts[len(above) :])
    return None if as_pure(row).is_absolute() else _normal(parts)


def _normal(parts: list[str]) -> list[str] | None:
    normal: list[str] = []
    for part in parts:
        if part == ".." and not normal:
            return None
        if part == "..":
            normal.pop()
        elif part not in (".", ""):
            normal.append(part)
    return normal


def _existing(path: str, tree: SourceTree) -> str | None:
    """The path when it names a regular file that really lies below the root."""
    if path in tree.known:
        return path
    real = (tree.root / path) if path and "\0" not in path else None
    try:
        if real and real.is_file() and real.resolve().is_relative_to(tree.root.resolve()):
            return path
    except (OSError, ValueError):
        return None
    return None


def as_pure(name: str) -> PurePosixPath | PureWindowsPath:
    """The path by the rules of the system that wrote it: Windows where it has a drive or a backslash."""
    return PureWindowsPath(name) if _WINDOWS.search(name) else PurePosixPath(name)


def _compile_aliases(tree: SourceTree, settings: CoverageSettings) -> list[tuple[re.Pattern[str], str]]:
    """`[paths]` as (pattern of the row's beginning, what replaces it), by coverage.py's own pattern rules."""
    from coverage.exceptions import ConfigError
    from coverage.files import globs_to_regex

    aliases = []
    for places in settings.paths.values():
        result = places[0].rstrip("\\/") + "/" if places else ""
        for place in places[1:]:
            pattern = place.rstrip("\\/") or place
            if not settings.relative_files and not pattern.startswith("*") and not as_pure(pattern).is_absolute():
                pattern = f"{tree.root}/{pattern}"
            try:
                regex = globs_to_regex([pattern + "/"], case_insensitive=True, partial=True)
            except (ConfigError, re.error):
                continue
            aliases.append((regex, result))
    return aliases


def _place_by_suffix(rows: list[str], tree: SourceTree) -> dict[str, tuple[str, tuple[str, str]]]:
    """Rows placed by the longest suffix they share with exactly one file: row -> (path, prefix pair).

    The suffix must begin at a top-level package or module: `requests/api/__init__.py` of another project
    is not `shop/api/__init__.py`. A suffix of a single name proves nothing by itself, so it counts only
    when longer suffixes of other rows show the same pair of prefixes, or when all rows lie in one
    directory and each names a module at the root.
    """
    found = {row: best for row in rows if (best := _longest_suffix(row, tree))}
    found = {row: best for row, best in found.items() if f"{best[2][1]}__init__.py" not in tree.known}
    strong = {pair for _, length, pair in found.values() if length > 1}
    if not strong:
        pairs = {pair for _, _, pair in found.values()}
        strong = pairs if len(pairs) == 1 and next(iter(pairs))[1] == "" else set()
    return {row: (path, pair) for row, (path, length, pair) in found.items() if length > 1 or pair in strong}


def _place_beside(
    rows: list[str], placed: Mapping[str, tuple[str, _Prefixes]], tree: SourceTree
) -> dict[str, tuple[str, _Prefixes]]:
    """Rows whose end fits several files, or none that is Python, by the prefixes that other rows have shown."""
    votes = Counter(pair for _, pair in placed.values())
    pairs = sorted(votes, key=lambda pair: (-votes[pair], pair))
    found: dict[str, tuple[str, _Prefixes]] = {}
    for row in rows:
        for row_prefix, tree_prefix in pairs:
            rest = _normal(list(as_pure(row[len(row_prefix) :]).parts)) if row.startswith(row_prefix) else None
            path = _existing(tree_prefix + "/".join(rest), tree) if rest else None
            if path:
                found[row] = (path, (row_prefix, tree_prefix))
                break
    return found


def _longest_suffix(row: str, tree: SourceTree) -> tuple[str, int, tuple[str, str]] | None:
    parts = as_pure(row).parts
    if not parts:
        return None
    best: list[tuple[str, int]] = []
    for path in tree.by_name.get(parts[-1], ()):
        length = _shared_suffix(parts, path.split("/"))
        if not best or length > best[0][1]:
            best = [(path, length)]
        elif length == best[0][1]:
            best.append((path, length))
    if len(best) != 1:
        return None
    path, length = best[0]
    row_prefix = row[: len(row) - len("/".join(parts[len(parts) - length :]))]
    return path, length, (row_prefix, path[: len(path) - len("/".join(parts[len(parts) - length :]))])


def _shared_suffix(row: tuple[str, ...], path: list[str]) -> int:
    length = 0
    for left, right in zip(reversed(row), reversed(path), strict=False):
        if left != right:
            break
        length += 1
    return length


def paths_section(placed: Placed, settings_file: str | None) -> str:
    """The `[paths]` lines that would make coverage.py place these rows too, for the project's own file."""
    guessed = placed.guessed
    pairs = sorted(guessed, key=lambda pair: (-guessed[pair], pair))
    tree_prefix = pairs[0][1] or "."
    places = [tree_prefix.rstrip("/") or "."] + [row.rstrip("\\/") for row, prefix in pairs if prefix == pairs[0][1]]
    if settings_file and settings_file.endswith(".toml"):
        quoted = ", ".join(f"'{place}'" for place in places[:4])
        return f"[tool.coverage.paths] source = [{quoted}]"
    section = "[coverage:paths]" if settings_file in ("setup.cfg", "tox.ini") else "[paths]"
    return f"{section} source = {', '.join(places[:4])}"
