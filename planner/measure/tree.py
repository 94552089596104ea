"""The source files below a project root: which exist, which are tests, which the data never heard of."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

NEVER_SOURCE = frozenset({"__pycache__", "node_modules", "site-packages"})
"""Directories that never hold a project's own source."""

BUILD_OUTPUT = frozenset({"build", "dist", "htmlcov"})
"""Directories at the root that hold copies of the source, unless they are packages themselves."""

NOT_PRODUCT = frozenset({"setup.py", "noxfile.py", "conftest.py"})
"""Files that steer tools; they count when they were measured, but nobody plans tests for them."""


@dataclass(frozen=True)
class SourceTree:
    """All Python files below `root`, as relative paths with forward slashes, sorted."""

    root: Path
    files: tuple[str, ...]

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        """File name -> the paths that end in it."""
        found: dict[str, list[str]] = {}
        for path in self.files:
            found.setdefault(path.rpartition("/")[2], []).append(path)
        return found

    @cached_property
    def tops(self) -> tuple[str, ...]:
        """The root as data may name it, with a slash behind it: as it was given, and without links."""
        return tuple(dict.fromkeys(f"{top.as_posix().rstrip('/')}/" for top in (self.root, self.root.resolve())))

    @cached_property
    def known(self) -> frozenset[str]:
        return frozenset(self.files)


def scan_tree(root: Path) -> SourceTree:
    """The Python files below `root`; what cannot be listed is passed over.

    Links to directories are not followed, nor links to files outside. Hidden directories, virtual environments,
    NEVER_SOURCE, and BUILD_OUTPUT at the root are left out.
    """
    return SourceTree(root, tuple(sorted(_python_files(root))))


def _python_files(root: Path) -> Iterator[str]:
    real, waiting = os.path.realpath(root), [""]
    while waiting:
        prefix = waiting.pop()
        entries = _listed(os.path.join(root, prefix))
        if prefix and _is_environment(entries):
            continue
        for entry in entries:
            if entry.name.endswith((".py", ".pyw")) and _is_own_file(entry, real):
                yield prefix + entry.name
            elif _may_hold_source(entry, is_top=not prefix):
                waiting.append(f"{prefix}{entry.name}/")


def _listed(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _is_environment(entries: Sequence[os.DirEntry[str]]) -> bool:
    return any(entry.name == "pyvenv.cfg" and os.path.exists(entry.path) for entry in entries)


def _is_own_file(entry: os.DirEntry[str], root: str) -> bool:
    """A regular file, so that no pipe blocks the reader, and below the root even where it is a link."""
    try:
        if not entry.is_file():
            return False
        return not entry.is_symlink() or Path(os.path.realpath(entry.path)).is_relative_to(root)
    except OSError:
        return False


def _may_hold_source(entry: os.DirEntry[str], *, is_top: bool) -> bool:
    name = entry.name
    if name.startswith(".") or name in NEVER_SOURCE or name.endswith(".egg-info"):
        return False
    if is_top and name in BUILD_OUTPUT and not os.path.exists(os.path.join(entry.path, "__init__.py")):
        return False
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def is_test_path(path: str) -> bool:
    """Whether the file belongs to the tests, by pytest's own naming: `tests/`, `test_x.py`, `x_test.py`."""
    *folders, name = [part for part in path.split("/") if part not in ("", ".")] or [""]
    if "tests" in folders or "test" in folders:
        return True
    stem = name.rpartition(".")[0] or name
    return stem == "conftest" or stem.startswith("test_") or stem.endswith("_test")


MODULES_AT_ROOT = "."
"""Stands for the modules that lie directly in the root, without the directories beside them."""


def source_roots(tree: SourceTree, measured: Iterable[str], configured: Iterable[str]) -> tuple[str, ...]:
    """The directories that hold the project's source, as prefixes ("src/"; "" is the whole root).

    What is `configured` (coverage.py's `source`, or `--source`) as far as it exists as a directory or
    package; otherwise the top-level directories that hold a measured file that is no test, and
    MODULES_AT_ROOT when a measured module lies directly in the root.
    """
    wanted = {place for name in configured for place in _places_of(tree, name)}
    if not wanted:
        product = [path for path in measured if not is_test_path(path)]
        wanted = {path.partition("/")[0] + "/" if "/" in path else MODULES_AT_ROOT for path in product}
    return tuple(sorted(wanted))


def _places_of(tree: SourceTree, name: str) -> Iterator[str]:
    """A directory below the root, or an importable package, as a prefix."""
    normal = os.path.normpath(name).replace(os.sep, "/")
    if os.path.isabs(name):
        normal = os.path.relpath(os.path.realpath(name), tree.root.resolve()).replace(os.sep, "/")
    candidates = [normal] if "/" in name or "." not in name or normal == "." else [normal, name.replace(".", "/")]
    for candidate in candidates:
        for prefix in (candidate, f"src/{candidate}", f"lib/{candidate}"):
            if candidate == ".":
                yield ""
                return
            if not candidate.startswith("..") and any(path.startswith(f"{prefix}/") for path in tree.files):
                yield f"{prefix}/"
                return


def never_heard_of(tree: SourceTree, measured: frozenset[str], roots: tuple[str, ...]) -> list[str]:
    """Source files below `roots` that the data does not mention, tests and tool files left out."""
    return [
        path
        for path in tree.files
        if path not in measured
        and not is_test_path(path)
        and path.rpartition("/")[2] not in NOT_PRODUCT
        and any(_is_below(path, root) for root in roots)
    ]


def _is_below(path: str, root: str) -> bool:
    return "/" not in path if root == MODULES_AT_ROOT else path.startswith(root)
