"""What each context of a data file ran: its lines by file, read without ever touching the file.

Opened as `datafile` opens it: with `mode=ro&immutable=1`, and only tables are read.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from planner.errors import InputError
from planner.measure.datafile import MAX_BLOB, MAX_CONTEXT_NAMES, check_schema, harden
from planner.model.lines import MAX_LINE, Lines

MAX_ROWS = 20_000_000
"""Rows of one file that are looked at; the largest suite known to us has a tenth."""

ByContext = dict[str, dict[str, Lines]]
"""Context -> name of the file as the data has it -> lines that ran."""


def read_contexts(paths: Iterable[Path], wanted: Mapping[str, str]) -> ByContext:
    """The lines that each context but the empty one ran, of the files that `wanted` places: data's name -> path.

    Of several data files united. The result has the paths. Raises InputError in one line for a file that is damaged.
    """
    found: ByContext = {}
    for path in paths:
        uri = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
        try:
            with closing(sqlite3.connect(uri, uri=True)) as database:
                database.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
                harden(database)
                check_schema(database, path)
                _add(database, wanted, found)
        except sqlite3.Error as error:
            raise InputError(f"{path}: contexts cannot be read ({error}); make the data again") from error
        except (TypeError, ValueError, OverflowError) as error:
            raise InputError(f"{path}: contexts hold impossible values ({error}); make the data again") from error
    return found


def _add(database: sqlite3.Connection, wanted: Mapping[str, str], found: ByContext) -> None:
    rows = database.execute("SELECT id, context FROM context WHERE context != '' LIMIT ?", (MAX_CONTEXT_NAMES,))
    contexts = {int(key): found.setdefault(str(name), {}) for key, name in rows}
    names = {int(key): str(name) for key, name in database.execute("SELECT id, path FROM file")}
    paths = {key: wanted[name] for key, name in names.items() if name in wanted}
    query = "SELECT file_id, context_id, numbits FROM line_bits WHERE length(numbits) <= ? LIMIT ?"
    for file, context, numbits in database.execute(query, (MAX_BLOB, MAX_ROWS)):
        if file in paths and context in contexts:
            _put(contexts[context], paths[file], int.from_bytes(numbits, "little"))
    lines: dict[tuple[int, int], bytearray] = {}
    for file, context, *pair in database.execute(
        "SELECT file_id, context_id, fromno, tono FROM arc LIMIT ?", (MAX_ROWS,)
    ):
        if file in paths and context in contexts:
            bits = lines.setdefault((file, context), bytearray())
            for number in map(int, pair):
                _set(bits, number)
    for (file, context), bits in lines.items():
        _put(contexts[context], paths[file], int.from_bytes(bits, "little"))


def _put(rows: dict[str, Lines], path: str, lines: Lines) -> None:
    rows[path] = rows.get(path, 0) | lines


def _set(bits: bytearray, number: int) -> None:
    """Negative numbers are entries and exits, and no lines."""
    if 0 < number <= MAX_LINE:
        place = number // 8
        if place >= len(bits):
            bits.extend(bytes(place + 1 - len(bits)))
        bits[place] |= 1 << number % 8
