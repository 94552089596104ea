"""What is known of source files from the last run, by their bytes: kept in the user's cache, and read as hostile."""

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Sequence, Set
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Generic, TypeVar

from planner.model.measurement import Skipped
from planner.source.kinds import Kind
from planner.state import Entry, read_shelf, write_shelf

_Found = TypeVar("_Found")

_FILES_AT_A_TIME = 64
"""Unpacked in one go. One by one takes half as long again, all at once a tenth, and memory beside the facts."""

_PACKAGE = Path(__file__).parents[1]

_RULES = ("source/*.py", "model/*.py", "measure/parsing.py", "pipeline/reading.py")
"""The modules of gapplan that decide what is found in a file."""

_write_json = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


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
    files = sorted(file for pattern in _RULES for file in _PACKAGE.glob(pattern))
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


def stamp_of(rules: str) -> str | None:
    """The stamp for what depends on these rules, too."""
    stamp = facts_stamp()
    return hashlib.blake2b(f"{stamp}\0{rules}".encode(), digest_size=16).hexdigest() if stamp and rules else stamp


def facts_file(folder: Path, root: Path, kind: str = "facts") -> Path:
    """The one file of a project and kind in the folder of caches."""
    name = hashlib.blake2b(os.fsencode(os.path.realpath(root)), digest_size=16).hexdigest()
    return folder / f"{kind}-{name}.txt"


def written(kind: Kind[_Found], found: _Found | Skipped) -> str | None:
    """What is found as JSON. None for a Skipped without a line: it tells of the moment, of memory or of the stack."""
    return None if isinstance(found, Skipped) and found.line is None else _write_json(kind.pack(found))


class Kept(Generic[_Found]):
    """What the last run left about a project; what it has not, or cannot be trusted, is as if never seen.

    The texts are in memory from the first question to `write`: they take as much as a third of what they say.
    """

    def __init__(self, kind: Kind[_Found], folder: Path | None, root: Path) -> None:
        self._kind = kind
        self._stamp = stamp_of(kind.rules) if folder else None
        self._file = facts_file(folder, root, kind.name) if folder and self._stamp else None
        self._texts: dict[str, Entry] | None = None
        self._found: dict[str, tuple[str, _Found | Skipped]] = {}
        self._fresh: dict[str, Entry] = {}

    def _shelf(self) -> dict[str, Entry]:
        if self._texts is None:
            self._texts = read_shelf(self._file, self._stamp) if self._file and self._stamp else {}
        return self._texts

    def load(self, paths: Iterable[str]) -> None:
        """Make ready what is known of these files."""
        new = [path for path in paths if path not in self._found]
        shelf = self._shelf() if new else {}
        texts = [(path, shelf[path][1]) for path in new if path in shelf]
        for path, found in unpacked(self._kind, texts).items():
            self._found[path] = (shelf[path][0], found)

    def find(self, path: str, key: str) -> _Found | Skipped | None:
        """What is known of the file if it is still the one that was read. Only of files that are loaded."""
        known, found = self._found.get(path, ("", None))
        return found if known == key else None

    def add(self, path: str, key: str, found: _Found | Skipped) -> None:
        """Keep what the bytes say."""
        if self._file and (text := written(self._kind, found)):
            self._fresh[path] = (key, text)

    def add_text(self, path: str, key: str, text: str) -> None:
        """Keep what was written elsewhere already."""
        if self._file:
            self._fresh[path] = (key, text)

    def write(self, known: Set[str]) -> None:
        """For the next run, if there is news; files that are no longer `known` are dropped then."""
        if self._file and self._stamp and self._fresh:
            shelf = {path: entry for path, entry in self._shelf().items() if path in known} | self._fresh
            self._found = {path: each for path, each in self._found.items() if path not in self._fresh}
            self._fresh = {}
            with contextlib.suppress(OSError):
                write_shelf(self._file, self._stamp, shelf)
        self._texts = None


def unpacked(kind: Kind[_Found], texts: Sequence[tuple[str, str]]) -> dict[str, _Found | Skipped]:
    """What (path, text) pairs hold; those that hold nothing of the kind are left out."""
    found: dict[str, _Found | Skipped] = {}
    for start in range(0, len(texts), _FILES_AT_A_TIME):
        part = _unpack(texts[start : start + _FILES_AT_A_TIME], kind)
        found |= part
    return found


def _unpack(texts: Sequence[tuple[str, str]], kind: Kind[_Found]) -> dict[str, _Found | Skipped]:
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
