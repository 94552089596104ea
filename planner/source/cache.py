"""The facts of many files at once: parsed where they are new, kept in the user's cache where the bytes are the same."""

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence, Set
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from planner.model.measurement import Skipped
from planner.source import facts_of_source, module_name
from planner.source.codec import Facts, pack_facts, unpack_facts
from planner.source.read import read_source
from planner.state import Entry, read_shelf, write_shelf

Progress = Callable[[Iterable[str], str], Iterable[str]]

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
    kept = _KeptFacts(folder, root, wanted)
    found = {path: _facts_of(root, path, known, kept) for path in progress(wanted, "reading sources")}
    kept.write(known)
    return found


def _facts_of(root: Path, path: str, known: Set[str], kept: "_KeptFacts") -> Facts:
    source = read_source(root, path)
    if isinstance(source, Skipped):
        return source
    key = facts_key(source, path, module_name(path, known))
    facts = kept.find(path, key)
    if facts is None:
        facts = facts_of_source(source, path, known)
        kept.add(path, key, facts)
    return facts


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


def facts_file(folder: Path, root: Path) -> Path:
    """The one file of a project in the folder of caches."""
    name = hashlib.blake2b(os.fsencode(os.path.realpath(root)), digest_size=16).hexdigest()
    return folder / f"facts-{name}.txt"


class _KeptFacts:
    """What the last run left about a project; what it has not, or cannot be trusted, is as if never seen."""

    def __init__(self, folder: Path | None, root: Path, wanted: Iterable[str]) -> None:
        self._stamp = facts_stamp() if folder else None
        self._file = facts_file(folder, root) if folder and self._stamp else None
        self._shelf = read_shelf(self._file, self._stamp) if self._file and self._stamp else {}
        texts = [(path, self._shelf[path][1]) for path in wanted if path in self._shelf]
        self._facts = _unpack_all(texts)
        self._fresh: dict[str, Entry] = {}

    def find(self, path: str, key: str) -> Facts | None:
        """The facts of the file if it is still the one they were made of."""
        return self._facts.get(path) if path in self._facts and self._shelf[path][0] == key else None

    def add(self, path: str, key: str, facts: Facts) -> None:
        """Keep what the bytes say. A Skipped without a line tells of the moment: of memory, or of the stack."""
        if self._file and (not isinstance(facts, Skipped) or facts.line is not None):
            self._fresh[path] = (key, _write_json(pack_facts(facts)))

    def write(self, known: Set[str]) -> None:
        """For the next run, if there is news; files that are no longer `known` are dropped then."""
        if self._file and self._stamp and self._fresh:
            entries = {path: entry for path, entry in self._shelf.items() if path in known} | self._fresh
            with contextlib.suppress(OSError):
                write_shelf(self._file, self._stamp, entries)


def _unpack_all(texts: Sequence[tuple[str, str]]) -> dict[str, Facts]:
    facts: dict[str, Facts] = {}
    for start in range(0, len(texts), _FILES_AT_A_TIME):
        facts |= _unpack(texts[start : start + _FILES_AT_A_TIME])
    return facts


def _unpack(texts: Sequence[tuple[str, str]]) -> dict[str, Facts]:
    """The facts that (path, text) pairs hold; those that hold none are left out."""
    try:
        facts = unpack_facts(json.loads(f"[{','.join(text for _, text in texts)}]"))
        if [each.path for each in facts] == [path for path, _ in texts]:
            return {each.path: each for each in facts}
    except (ValueError, RecursionError):
        pass
    if len(texts) < 2:
        return {}
    return {path: facts for each in texts for path, facts in _unpack([each]).items()}
