"""What many files say, at once: parsed where they are new, kept in the user's cache where the bytes are the same."""

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Generic, TypeVar

from planner.model.calls import WatchedCall
from planner.model.facts import ModuleFacts
from planner.model.measurement import Skipped
from planner.model.seams import TestFacts
from planner.model.suite import SuiteFacts
from planner.source import facts_of_source, facts_of_test, module_name
from planner.source.calls import calls_of_source
from planner.source.codec import (
    Facts,
    pack_calls,
    pack_facts,
    pack_suite,
    pack_tests,
    unpack_calls,
    unpack_facts,
    unpack_suites,
    unpack_tests,
)
from planner.source.read import read_source
from planner.source.tables import Row
from planner.source.tests import suite_of_source
from planner.state import Entry, read_shelf, write_shelf

Progress = Callable[[Iterable[str], str], Iterable[str]]

_Found = TypeVar("_Found")

_FILES_AT_A_TIME = 64
"""Unpacked in one go. One by one takes half as long again, all at once a tenth, and memory beside the facts."""

_PACKAGE = Path(__file__).parents[1]

_write_json = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def read_all_facts(
    root: Path,
    paths: Iterable[str],
    known: Set[str],
    folder: Path | None = None,
    progress: Progress = lambda paths, _: paths,
) -> dict[str, Facts]:
    """Path -> what `read_facts` says of it, in the order of `paths`; parsed only where the cache has not seen it.

    The cache is a file in `folder`, None for none. One that cannot be read or written costs time, and nothing else.
    """
    wanted = list(paths)
    kept = _Kept(_FACTS, folder, root, wanted, facts_stamp())
    read = partial(_read, root, known, kept, lambda source, path: facts_of_source(source, path, known))
    found = {path: read(path) for path in progress(wanted, "reading sources")}
    kept.write(known)
    return found


def read_all_tests(
    root: Path, paths: Iterable[str], known: Set[str], folder: Path | None, progress: Progress
) -> dict[str, TestFacts | Skipped]:
    """As `read_all_facts`, for what `read_test_facts` says of test files; in a file of its own."""
    wanted = list(paths)
    kept = _Kept(_TESTS, folder, root, wanted, facts_stamp())
    read = partial(_read, root, known, kept, lambda source, path: facts_of_test(source, path, known))
    found = {path: read(path) for path in progress(wanted, "reading tests")}
    kept.write(known)
    return found


def read_all_suites(
    root: Path, paths: Iterable[str], known: Set[str], folder: Path | None, progress: Progress
) -> dict[str, SuiteFacts | Skipped]:
    """As `read_all_facts`, for what `read_suite_facts` says of test files; in a file of its own."""
    wanted = list(paths)
    kept = _Kept(_SUITES, folder, root, wanted, facts_stamp())
    read = partial(_read, root, known, kept, lambda source, path: suite_of_source(source, path, known))
    found = {path: read(path) for path in progress(wanted, "reading the suite")}
    kept.write(known)
    return found


def read_all_calls(
    root: Path, paths: Iterable[str], known: Set[str], watched: Sequence[str], folder: Path | None, progress: Progress
) -> dict[str, tuple[WatchedCall, ...] | Skipped]:
    """As `read_all_facts`, for what `read_calls` says; in a file of its own."""
    wanted = list(paths)
    kept = _Kept(_CALLS, folder, root, wanted, _stamp_with(watched))
    read = partial(_read, root, known, kept, lambda source, path: calls_of_source(source, path, known, watched))
    found = {path: read(path) for path in progress(wanted, "looking for calls")}
    kept.write(known)
    return found


def _read(
    root: Path, known: Set[str], kept: "_Kept[_Found]", of_source: Callable[[bytes, str], _Found | Skipped], path: str
) -> _Found | Skipped:
    source = read_source(root, path)
    if isinstance(source, Skipped):
        return source
    key = facts_key(source, path, module_name(path, known))
    found = kept.find(path, key)
    if found is None:
        found = of_source(source, path)
        kept.add(path, key, found)
    return found


def facts_key(source: bytes, path: str, module: str) -> str:
    """All that the facts of a file depend on, under one stamp.

    The module is no part of the bytes: imports and names are made absolute by it, and it changes with the folders
    above. A moved file is therefore a new one.
    """
    place = f"{path}\0{module}\0".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(place + source, digest_size=16).hexdigest()


@cache
def facts_stamp() -> str | None:
    """The rules by which facts are made: gapplan's own source, libcst's version, the interpreter and its platform.

    A number that people must remember to raise would be forgotten once, and stale facts look like any others. None
    when gapplan's source is not to be had, as in a zip file: then nothing is kept.
    """
    rules = hashlib.blake2b("\0".join((sys.version, sys.platform, os.name, _libcst())).encode(), digest_size=16)
    files = sorted([*(_PACKAGE / "source").glob("*.py"), *(_PACKAGE / "model").glob("*.py")])
    try:
        for file in files:
            rules.update(b"\0" + file.name.encode() + b"\0" + file.read_bytes())
    except OSError:
        return None
    return rules.hexdigest() if files else None


def _libcst() -> str:
    """Its version as its own file says it, without importing it; it reads what `ast` cannot."""
    spec = find_spec("libcst")
    try:
        return (Path(spec.origin).parent / "_version.py").read_text("utf-8") if spec and spec.origin else ""
    except (OSError, ValueError):
        return ""


def _stamp_with(watched: Sequence[str]) -> str | None:
    """The stamp for what depends on the watched names, too."""
    stamp = facts_stamp()
    return stamp and hashlib.blake2b("\0".join((stamp, *watched)).encode(), digest_size=16).hexdigest()


def facts_file(folder: Path, root: Path, kind: str = "facts") -> Path:
    """The one file of a project and kind in the folder of caches."""
    name = hashlib.blake2b(os.fsencode(os.path.realpath(root)), digest_size=16).hexdigest()
    return folder / f"{kind}-{name}.txt"


@dataclass(frozen=True, slots=True)
class _Kind(Generic[_Found]):
    """What a file of the cache holds: how it is packed into JSON and back, and whether a value is that of a path."""

    name: str
    pack: Callable[[_Found | Skipped], Row]
    unpack: Callable[[Sequence[object]], list[_Found | Skipped]]
    belongs: Callable[[_Found | Skipped, str], bool]


_FACTS: _Kind[ModuleFacts] = _Kind("facts", pack_facts, unpack_facts, lambda found, path: found.path == path)
_TESTS: _Kind[TestFacts] = _Kind("tests", pack_tests, unpack_tests, lambda found, path: found.path == path)
_SUITES: _Kind[SuiteFacts] = _Kind("suite", pack_suite, unpack_suites, lambda found, path: found.path == path)
_CALLS: _Kind[tuple[WatchedCall, ...]] = _Kind(
    "calls", pack_calls, unpack_calls, lambda found, path: isinstance(found, tuple) or found.path == path
)


class _Kept(Generic[_Found]):
    """What the last run left about a project; what it has not, or cannot be trusted, is as if never seen."""

    def __init__(
        self, kind: _Kind[_Found], folder: Path | None, root: Path, wanted: Iterable[str], stamp: str | None
    ) -> None:
        self._kind = kind
        self._stamp = stamp if folder else None
        self._file = facts_file(folder, root, kind.name) if folder and self._stamp else None
        self._shelf = read_shelf(self._file, self._stamp) if self._file and self._stamp else {}
        texts = [(path, self._shelf[path][1]) for path in wanted if path in self._shelf]
        self._found = _unpack_all(texts, kind)
        self._fresh: dict[str, Entry] = {}

    def find(self, path: str, key: str) -> _Found | Skipped | None:
        """What is known of the file if it is still the one that was read."""
        return self._found.get(path) if path in self._found and self._shelf[path][0] == key else None

    def add(self, path: str, key: str, found: _Found | Skipped) -> None:
        """Keep what the bytes say. A Skipped without a line tells of the moment: of memory, or of the stack."""
        if self._file and (not isinstance(found, Skipped) or found.line is not None):
            self._fresh[path] = (key, _write_json(self._kind.pack(found)))

    def write(self, known: Set[str]) -> None:
        """For the next run, if there is news; files that are no longer `known` are dropped then."""
        if self._file and self._stamp and self._fresh:
            entries = {path: entry for path, entry in self._shelf.items() if path in known} | self._fresh
            with contextlib.suppress(OSError):
                write_shelf(self._file, self._stamp, entries)


def _unpack_all(texts: Sequence[tuple[str, str]], kind: _Kind[_Found]) -> dict[str, _Found | Skipped]:
    found: dict[str, _Found | Skipped] = {}
    for start in range(0, len(texts), _FILES_AT_A_TIME):
        part = _unpack(texts[start : start + _FILES_AT_A_TIME], kind)
        found |= part
    return found


def _unpack(texts: Sequence[tuple[str, str]], kind: _Kind[_Found]) -> dict[str, _Found | Skipped]:
    """What (path, text) pairs hold; those that hold nothing of the kind are left out."""
    try:
        found = kind.unpack(json.loads(f"[{','.join(text for _, text in texts)}]"))
        if len(found) == len(texts) and all(map(kind.belongs, found, (path for path, _ in texts))):
            return {path: each for (path, _), each in zip(texts, found, strict=True)}
    except (ValueError, RecursionError):
        pass
    alone: dict[str, _Found | Skipped] = {}
    for text in texts if len(texts) > 1 else ():
        one = _unpack([text], kind)
        alone |= one
    return alone
