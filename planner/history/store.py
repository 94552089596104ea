"""The store of snapshots: one SQLite file, crash-safe, for many writers, read as hostile.

A snapshot is written in one transaction, synced before it counts as kept; files that have not changed are kept once.
A new store is made whole beside its place and then linked there, so that no half-made store is ever found.
"""

import contextlib
import os
import sqlite3
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from planner.errors import InputError
from planner.history.codec import MAX_JSON_BYTES, decode_shot, decode_snapshot, encode_shot, encode_snapshot, with_key
from planner.model.history import FileShot, Snapshot
from planner.model.measurement import Skipped
from planner.state import sweep_drafts

APPLICATION_ID = 0x67617031
"""Marks a SQLite file as a store of gapplan's ("gap1"); see https://www.sqlite.org/pragma.html#pragma_application_id."""

VERSION = 1

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

_JOURNAL_OF_SEVERAL = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
"""How a rollback journal ends that names another file, which SQLite would delete. Ours never does."""


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
    make_store(path)
    with opened(path, is_writing=True) as store:
        _add(store, named)
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
    store.execute("BEGIN IMMEDIATE")
    head = zlib.compress(encode_snapshot(replace(snapshot, files=())))
    made = store.execute("INSERT OR IGNORE INTO snapshot (key, content) VALUES (?, ?)", (snapshot.key, head))
    if made.rowcount:
        number = made.lastrowid
        for file in snapshot.files:
            content = encode_shot(file)
            mark = sha256(content).hexdigest()
            store.execute("INSERT OR IGNORE INTO shot VALUES (?, ?)", (mark, zlib.compress(content)))
            store.execute("INSERT INTO part VALUES (?, ?, ?)", (number, file.path, mark))
    store.execute("COMMIT")


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


def make_store(path: Path) -> None:
    """Put an empty store at `path`, whole at once, unless something stands there. Raises InputError."""
    if os.path.lexists(path):
        return
    draft = path.with_name(f".{path.name}.{os.urandom(8).hex()}.tmp")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.closing(sqlite3.connect(draft, isolation_level=None)) as store:
            store.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            store.execute(f"PRAGMA user_version = {VERSION}")
            store.executescript(_SCHEMA)
        _put(draft, path)
    except (OSError, sqlite3.Error) as error:
        raise InputError(f"{path}: a store of snapshots cannot be made there ({_reason(error)})") from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(draft)
    sweep_drafts(path)


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
    _check_file(path)
    try:
        with contextlib.closing(_connect(path, is_writing=is_writing)) as store:
            _set_up(store, is_writing=is_writing)
            _check_store(store, path)
            yield store
    except sqlite3.OperationalError as error:
        is_locked = "locked" in str(error)
        hint = f"another program has had it locked for {WAIT_SECONDS:.0f} s" if is_locked else _reason(error)
        raise InputError(f"{path}: the store of snapshots cannot be used ({hint}); nothing was changed") from error
    except sqlite3.DatabaseError as error:
        raise InputError(f"{path}: damaged, or no store of snapshots ({_reason(error)})") from error


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


def _check_file(path: Path) -> None:
    try:
        found = os.lstat(path)
    except OSError as error:
        raise InputError(f"{path}: no store of snapshots ({error.strerror}); gapplan snapshot makes one") from error
    if not stat.S_ISREG(found.st_mode):
        what = "a link" if stat.S_ISLNK(found.st_mode) else "no file"
        raise InputError(f"{path}: is {what}; a store of snapshots is a file of its own")
    if found.st_size == 0:
        raise InputError(f"{path}: empty, so no store of snapshots; delete it, and a new one is made")
    _check_journal(path)


def _check_journal(path: Path) -> None:
    """Refuse a journal beside the store that would make SQLite delete a file of its choice."""
    journal = path.with_name(f"{path.name}-journal")
    try:
        with journal.open("rb") as stream:
            stream.seek(-len(_JOURNAL_OF_SEVERAL), os.SEEK_END)
            ending = stream.read()
    except OSError:  # there is none, or it is too short to name anything
        return
    if ending == _JOURNAL_OF_SEVERAL:
        raise InputError(f"{journal}: not written by gapplan, and names another file to delete; take it away")


def _check_store(store: sqlite3.Connection, path: Path) -> None:
    mark = store.execute("PRAGMA application_id").fetchone()[0]
    version = store.execute("PRAGMA user_version").fetchone()[0]
    if mark != APPLICATION_ID:
        raise InputError(f"{path}: an SQLite file, but no store of gapplan's snapshots")
    if version > VERSION:
        raise InputError(f"{path}: a store of format {version}; this gapplan knows {VERSION}, so take a newer one")


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).splitlines()[0]
