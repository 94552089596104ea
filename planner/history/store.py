"""The store of snapshots: one SQLite file, crash-safe, for many writers, read as hostile.

A snapshot is written in one transaction, synced before it counts as kept; files that have not changed are kept once.
A new store is made whole beside its place and then linked there, so that no half-made store is ever found.
"""

import contextlib
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from planner.errors import InputError
from planner.history.codec import MAX_JSON_BYTES, decode_shot, decode_snapshot, encode_shot, encode_snapshot, with_key
from planner.history.identity import APPLICATION_ID, VERSION, check_file, check_store, is_ours
from planner.history.salvage import salvage, stores_set_aside
from planner.model.history import FileShot, Snapshot
from planner.model.measurement import Skipped
from planner.state import sweep_drafts

WAIT_SECONDS = 30.0
"""So long a writer waits for another one; a snapshot of a million lines is written in a second or two."""

_SCHEMA = """
CREATE TABLE shot (key TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE snapshot (number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, content BLOB NOT NULL);
CREATE TABLE part (snapshot INTEGER NOT NULL REFERENCES snapshot (number), path TEXT NOT NULL, shot TEXT NOT NULL,
                   PRIMARY KEY (snapshot, path)) WITHOUT ROWID;
CREATE TABLE paper (number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key TEXT NOT NULL,
                    content BLOB NOT NULL, UNIQUE (kind, key));
"""

_PARTS = """
SELECT path, shot, content FROM part LEFT JOIN shot ON shot.key = part.shot WHERE snapshot = ? ORDER BY path
"""

_ADD_SNAPSHOT = """
INSERT INTO snapshot (key, content) VALUES (?, ?)
ON CONFLICT (key) DO UPDATE SET content = excluded.content WHERE content IS NOT excluded.content
"""

_ADD_SHOT = """
INSERT INTO shot VALUES (?, ?)
ON CONFLICT (key) DO UPDATE SET content = excluded.content WHERE content IS NOT excluded.content
"""

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

_SET_ASIDE = "was damaged and is set aside; what could be read of it is in the store; delete it when nothing is missing"

_MOST_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Kept:
    """What a store holds: snapshots in the order in which they were kept, without their files; and what is damaged."""

    snapshots: tuple[Snapshot, ...]
    damaged: tuple[Skipped, ...] = ()


def keep_snapshot(path: Path, snapshot: Snapshot) -> Snapshot:
    """Add a snapshot to the store at `path`, which is made where there is none; the snapshot with its key comes back.

    When this returns the snapshot is on the disk. The same content is kept once. Raises InputError.
    """
    named = with_key(snapshot)
    change_store(path, lambda store: _add(store, named))
    return named


def list_snapshots(path: Path) -> Kept:
    """All snapshots of a store, without their files. Raises InputError where there is no store to read."""
    found: list[Snapshot] = []
    damaged: list[Skipped] = []
    with opened(path) as store:
        for number, key, content in store.execute("SELECT number, key, content FROM snapshot ORDER BY number"):
            try:
                found.append(replace(_head(content, f"{path}: snapshot {number}"), key=str(key)))
            except InputError as error:
                damaged.append(Skipped(f"snapshot {key}", str(error)))
    damaged += [Skipped(aside.name, _SET_ASIDE) for aside in stores_set_aside(path)]
    return Kept(tuple(found), tuple(damaged))


def read_snapshot(path: Path, key: str) -> Snapshot:
    """The snapshot of that key, whole. Raises InputError for one that is not there, or damaged."""
    place = f"{path}: snapshot {key}"
    with opened(path) as store:
        row = store.execute("SELECT number, content FROM snapshot WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise InputError(f"{place}: there is none of that name")
        rows = store.execute(_PARTS, (row[0],))
        files = tuple(_shot(name, mark, content, place) for name, mark, content in rows)
    whole = replace(_head(row[1], place), files=files)
    if with_key(whole).key != key:
        raise InputError(f"{place}: damaged (its content has another name); the other snapshots can still be read")
    return replace(whole, key=key)


def _add(store: sqlite3.Connection, snapshot: Snapshot) -> None:
    """Rows that are there already are put right where they are damaged: they are acknowledged once more."""
    head = zlib.compress(encode_snapshot(replace(snapshot, files=())))
    store.execute(_ADD_SNAPSHOT, (snapshot.key, head))
    number = store.execute("SELECT number FROM snapshot WHERE key = ?", (snapshot.key,)).fetchone()[0]
    shots = {file.path: encode_shot(file) for file in snapshot.files}
    parts = {path: sha256(content).hexdigest() for path, content in shots.items()}
    for path, mark in parts.items():
        store.execute(_ADD_SHOT, (mark, zlib.compress(shots[path])))
    if dict(store.execute("SELECT path, shot FROM part WHERE snapshot = ?", (number,))) != parts:
        store.execute("DELETE FROM part WHERE snapshot = ?", (number,))
        store.executemany("INSERT INTO part VALUES (?, ?, ?)", ((number, path, mark) for path, mark in parts.items()))


def _head(content: object, place: str) -> Snapshot:
    return decode_snapshot(unpacked(content, place), place)


def _shot(path: object, mark: object, content: object, place: str) -> FileShot:
    whole = unpacked(content, place)
    if sha256(whole).hexdigest() != mark:
        raise InputError(f"{place}: damaged (the lines of {path}); the other snapshots can still be read")
    try:
        return decode_shot(whole, str(path))
    except ValueError as error:
        raise InputError(f"{place}: damaged: {error}") from error


def unpacked(content: object, place: str) -> bytes:
    """What was packed with zlib, if it is no bomb. Raises InputError."""
    if not isinstance(content, bytes):
        raise InputError(f"{place}: damaged (a part of it is missing); the other snapshots can still be read")
    unpacker = zlib.decompressobj()
    try:
        whole = unpacker.decompress(content, MAX_JSON_BYTES)
    except zlib.error as error:
        raise InputError(f"{place}: damaged ({error}); the other snapshots can still be read") from error
    if not unpacker.eof:
        raise InputError(f"{place}: damaged (cut short, or larger than {MAX_JSON_BYTES // 1024**2} MiB)")
    return whole


def change_store(path: Path, write: Callable[[sqlite3.Connection], object]) -> None:
    """Let `write` change the store, made where there is none, in one transaction; on the disk when this returns.

    A writer that waited may have another file before it than the one that has the store's name by now: it begins
    anew. Raises InputError; then nothing of it is kept.
    """
    for _ in range(_MOST_ATTEMPTS):
        make_store(path)
        before = _identity(path)
        with opened(path, is_writing=True) as store:
            store.execute("BEGIN IMMEDIATE")
            if _identity(path) == before:
                write(store)
                store.execute("COMMIT")
                return
    raise InputError(f"{path}: another program replaces it again and again; run the command again")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def make_store(path: Path) -> None:
    """Put an empty store at `path`, whole at once, unless something stands there. Raises InputError."""
    if os.path.lexists(path):
        return
    draft = path.with_name(f".{path.name}.{os.urandom(8).hex()}.tmp")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_empty(draft)
        _put(draft, path)
    except (OSError, sqlite3.Error) as error:
        raise InputError(f"{path}: a store of snapshots cannot be made there ({_reason(error)})") from error
    finally:
        for left in (draft, draft.with_name(f"{draft.name}-journal")):
            with contextlib.suppress(OSError):
                os.unlink(left)
    sweep_drafts(path)


def _make_empty(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as store:
        store.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        store.execute(f"PRAGMA user_version = {VERSION}")
        store.executescript(_SCHEMA)


def _put(draft: Path, path: Path) -> None:
    """Give the draft its name, unless something has that already."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    except OSError:  # a file system without links
        if not os.path.lexists(path):
            os.rename(draft, path)


@contextlib.contextmanager
def opened(path: Path, *, is_writing: bool = False) -> Iterator[sqlite3.Connection]:
    """The store, opened and known to be one. Every error of SQLite becomes one line."""
    found = check_file(path)
    try:
        with contextlib.closing(_connect(path, is_writing=is_writing)) as store:
            _set_up(store, is_writing=is_writing)
            check_store(store, path)
            yield store
    except sqlite3.DatabaseError as error:
        if _is_damage(error):
            raise _damage(path, found, error) from error
        is_locked = "locked" in str(error)
        hint = f"another program has had it locked for {WAIT_SECONDS:.0f} s" if is_locked else _reason(error)
        raise InputError(f"{path}: the store of snapshots cannot be used ({hint}); nothing was changed") from error
    except UnicodeDecodeError as error:  # SQLite's message quotes bytes of a damaged schema
        raise _damage(path, found, sqlite3.DatabaseError("its schema is no text")) from error


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Not so where the disk or another program is at fault: then the store may be whole."""
    code = getattr(error, "sqlite_errorcode", None)  # none where Python itself could not decode a value
    return code is None or code & 0xFF in _DAMAGED or str(error).startswith("no such ")


def _damage(path: Path, found: os.stat_result, error: sqlite3.DatabaseError) -> InputError:
    """A damaged store is set aside; a file that may be anybody's is left alone."""
    if not is_ours(path):
        return InputError(f"{path}: damaged, or no store of snapshots ({_reason(error)})")
    try:
        kept = salvage(path, found, _make_empty)
    except (OSError, sqlite3.Error) as problem:
        return InputError(f"{path}: damaged ({_reason(error)}), and cannot be set aside ({_reason(problem)})")
    if kept is None:
        return InputError(f"{path}: could not be read ({_reason(error)}), and can be by now; run the command again")
    rest = f"{kept.snapshots} snapshot(s) and {kept.papers} other paper(s)"
    place = f"set aside as {kept.aside.name}"
    return InputError(
        f"{path}: damaged ({_reason(error)}); it is {place}, and {rest} are in a new store; run the command again"
    )


def _connect(path: Path, *, is_writing: bool) -> sqlite3.Connection:
    """A reader must be able to write, too, where a writer was killed: SQLite then takes back what was half written."""
    mode = "rw" if is_writing or os.access(path, os.W_OK) else "ro"
    address = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=WAIT_SECONDS, isolation_level=None)


def _set_up(store: sqlite3.Connection, *, is_writing: bool) -> None:
    """Trust nothing that the file holds, and sync before anything counts as written. Raises sqlite3.Error."""
    store.execute("PRAGMA trusted_schema = OFF")
    store.execute("PRAGMA synchronous = EXTRA")
    store.execute("PRAGMA cell_size_check = ON")
    if not is_writing:
        store.execute("PRAGMA query_only = ON")


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).splitlines()[0]
