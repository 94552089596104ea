"""What can still be read of a damaged store goes into a new one, row by row; the damaged one is set aside, whole."""

import contextlib
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from planner.state import sync_folder

ASIDE = ".damaged-"
"""Stands in the name of a store that was set aside, between the store's own name and a number."""

MOST_NUMBERS = 100_000
"""So many rows are looked for one by one where a table cannot be walked; no history has as many snapshots."""

_TABLES = ("shot", "snapshot", "part", "paper")
_WAIT_SECONDS = 30.0
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


@dataclass(frozen=True, slots=True)
class Salvaged:
    """Where the damaged store is now, and how many snapshots and papers of it the new one has."""

    aside: Path
    snapshots: int
    papers: int


def salvage(path: Path, damaged: os.stat_result, make_empty: Callable[[Path], None]) -> Salvaged | None:
    """Put a new store with what can be read in the place of the one at `path`, which stays beside it, unchanged.

    `damaged` is the file that was found so. None where the store is whole by now: another process has replaced it, or
    the disk answers again, whose errors SQLite takes for damage. At no moment is there no store at `path`, where the
    file system has links. Raises OSError and sqlite3.Error; then nothing changed.
    """
    draft = path.with_name(f".{path.name}.{os.urandom(8).hex()}.tmp")
    with _alone(path.parent):
        if not os.path.samestat(os.lstat(path), damaged):
            return None
        try:
            make_empty(draft)
            with contextlib.closing(_connect(path)) as old:
                _keep_writers_out(old)
                if _is_whole(old):
                    return None
                snapshots, papers = _fill(draft, old)
                aside = _set_aside(path)
                os.replace(draft, path)
        finally:
            for left in (draft, draft.with_name(f"{draft.name}-journal")):
                with contextlib.suppress(OSError):
                    os.unlink(left)
        sync_folder(path.parent)
    return Salvaged(aside, snapshots, papers)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time; another one waits, and finds a new store then. Windows replaces no open file anyway."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    until = time.monotonic() + _WAIT_SECONDS
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)
        yield
    finally:
        os.close(descriptor)


def _connect(path: Path) -> sqlite3.Connection:
    store = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=_WAIT_SECONDS, isolation_level=None
    )
    store.execute("PRAGMA trusted_schema = OFF")
    return store


def _keep_writers_out(old: sqlite3.Connection) -> None:
    """Nothing may be kept in the old store from here on. One that cannot be locked, nobody else can write either."""
    try:
        old.execute("BEGIN IMMEDIATE")
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _BUSY:
            raise


def _is_whole(old: sqlite3.Connection) -> bool:
    """By SQLite's own check of every page and index, and by the tables that there are."""
    try:
        tables = old.execute(
            f"SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN {_TABLES}"
        ).fetchone()
        return tables == (len(_TABLES),) and old.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)]
    except (sqlite3.DatabaseError, UnicodeDecodeError):  # SQLite's message quotes bytes of a damaged schema
        return False


def _fill(draft: Path, old: sqlite3.Connection) -> tuple[int, int]:
    """Copy the rows; how many snapshots and papers there are in the draft then."""
    with contextlib.closing(_connect(draft)) as new:
        new.execute("BEGIN IMMEDIATE")
        for table, columns in (("snapshot", "number, key, content"), ("paper", "number, kind, key, content")):
            wanted = f"SELECT {columns} FROM {table} WHERE number = ?"
            marks = ", ".join("?" * len(columns.split(", ")))
            for number in _numbers(old, table):
                _put(new, f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})", _rows(old, wanted, (number,)))
        for (number,) in list(new.execute("SELECT number FROM snapshot")):
            parts = list(_rows(old, "SELECT snapshot, path, shot FROM part WHERE snapshot = ?", (number,)))
            _put(new, "INSERT OR IGNORE INTO part VALUES (?, ?, ?)", parts)
        for (key,) in list(new.execute("SELECT DISTINCT shot FROM part")):
            shots = _rows(old, "SELECT key, content FROM shot WHERE key = ?", (key,))
            _put(new, "INSERT OR IGNORE INTO shot VALUES (?, ?)", shots)
        new.execute("COMMIT")
        counts = [new.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("snapshot", "paper")]
    return counts[0], counts[1]


def _numbers(old: sqlite3.Connection, table: str) -> list[int]:
    """The numbers of rows that there may be: walked from both ends and by the index, and all those in between."""
    found: set[int] = set()
    walks = (
        f"SELECT number FROM {table} NOT INDEXED ORDER BY number",
        f"SELECT number FROM {table} NOT INDEXED ORDER BY number DESC",
        f"SELECT number FROM {table} INDEXED BY sqlite_autoindex_{table}_1",
        f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'",
    )
    for walk in walks:
        found.update(row[0] for row in _rows(old, walk) if isinstance(row[0], int) and row[0] > 0)
    return sorted(found | set(range(1, min(max(found, default=0), MOST_NUMBERS) + 1)))


def _rows(old: sqlite3.Connection, query: str, values: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """The rows up to the first that cannot be read."""
    with contextlib.suppress(sqlite3.DatabaseError, UnicodeDecodeError):
        yield from old.execute(query, values)


def _put(new: sqlite3.Connection, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
    """What is no row of a store by its types is left out."""
    for row in rows:
        with contextlib.suppress(sqlite3.IntegrityError, sqlite3.InterfaceError):
            new.execute(statement, row)


def _set_aside(path: Path) -> Path:
    """Give the damaged store, and a journal that nobody could take back, a second name that is free."""
    for number in count(1):
        aside = path.with_name(f"{path.name}{ASIDE}{number}")
        if os.path.lexists(aside):
            continue
        try:
            os.link(path, aside)
        except FileExistsError:
            continue
        except OSError:  # a file system without links
            os.rename(path, aside)
        break
    with contextlib.suppress(FileNotFoundError):  # beside the new store SQLite would take it for that one's
        os.rename(path.with_name(f"{path.name}-journal"), aside.with_name(f"{aside.name}-journal"))
    return aside


def stores_set_aside(path: Path) -> tuple[Path, ...]:
    """The damaged stores beside the one at `path`, by name; empty where the folder cannot be read."""
    try:
        names = os.listdir(path.parent)
    except OSError:
        return ()
    start = f"{path.name}{ASIDE}"
    return tuple(
        path.with_name(name) for name in sorted(names) if name.startswith(start) and name[len(start) :].isdecimal()
    )
