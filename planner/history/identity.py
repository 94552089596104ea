"""Whether a file is a store of gapplan's: told by its first bytes and what lies beside it, before SQLite acts on it."""

import os
import sqlite3
import stat
from pathlib import Path

from planner.errors import InputError
from planner.state import state_folder

APPLICATION_ID = 0x67617031
"""Marks a SQLite file as a store of gapplan's ("gap1"); see https://www.sqlite.org/pragma.html#pragma_application_id."""

VERSION = 1

_HEAD_BYTES = 72
_MAGIC, _MARK = b"SQLite format 3\0", APPLICATION_ID.to_bytes(4, "big")
"""How a database begins, and what bytes 68 to 71 are in ours; see https://www.sqlite.org/fileformat.html."""

_JOURNAL_OF_SEVERAL = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
"""How a rollback journal ends that names another file, which SQLite would delete. Ours never does."""


def check_file(path: Path) -> os.stat_result:
    """What the file is known by, if SQLite may open it. Raises InputError: absent, a link, empty, a foreign journal."""
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
    return found


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


def check_store(store: sqlite3.Connection, path: Path) -> None:
    """Raises InputError for another program's database, a newer format, and a schema that could do something."""
    mark = store.execute("PRAGMA application_id").fetchone()[0]
    version = store.execute("PRAGMA user_version").fetchone()[0]
    if mark != APPLICATION_ID:
        raise InputError(f"{path}: an SQLite file, but no store of gapplan's snapshots")
    if version > VERSION:
        raise InputError(f"{path}: a store of format {version}; this gapplan knows {VERSION}, so take a newer one")
    if store.execute("SELECT count(*) FROM sqlite_schema WHERE type IN ('view', 'trigger')").fetchone()[0]:
        raise InputError(f"{path}: holds views or triggers, which no store of gapplan's has")


def is_ours(path: Path) -> bool:
    """By the mark in its first bytes; what lies among the user's state cannot be anybody else's."""
    own = state_folder()
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except OSError:
        return False
    is_marked = head.startswith(_MAGIC) and head.endswith(_MARK)
    return is_marked or (own is not None and path.absolute().is_relative_to(own))
