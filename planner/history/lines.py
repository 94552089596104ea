"""Snapshots out of a store and into one, as JSON lines."""

from collections.abc import Iterator
from pathlib import Path

from planner.errors import InputError
from planner.history.codec import MAX_JSON_BYTES, decode_snapshot, encode_snapshot
from planner.history.store import keep_snapshot, list_snapshots, read_snapshot
from planner.model.history import Snapshot
from planner.state import write_atomic


def export_snapshots(store: Path, file: Path) -> int:
    """Write all snapshots that are whole to `file`, one a line, oldest first; how many. Raises InputError."""
    keys = [each.key for each in list_snapshots(store).snapshots]
    lines = [encode_snapshot(read_snapshot(store, key)) + b"\n" for key in keys]
    try:
        write_atomic(file, b"".join(lines))
    except OSError as error:
        raise InputError(f"{file}: cannot be written ({error.strerror})") from error
    return len(lines)


def import_snapshots(store: Path, file: Path) -> tuple[int, int]:
    """Keep the snapshots of `file`; how many were new, and how many known already.

    All lines are read before one is kept. Raises InputError, which names the line.
    """
    found = list(_read(file))
    known = {each.key for each in list_snapshots(store).snapshots} if store.exists() else set[str]()
    for each in found:
        keep_snapshot(store, each)
    new = {each.key for each in found} - known
    return len(new), len(found) - len(new)


def _read(file: Path) -> Iterator[Snapshot]:
    try:
        with file.open("rb") as stream:
            number = 0
            while line := stream.readline(MAX_JSON_BYTES + 2):
                number += 1
                if line.strip():
                    yield decode_snapshot(line, f"{file}:{number}")
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror})") from error
