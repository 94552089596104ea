"""coverage.py's own data file: SQLite, schema 7 (5.0 to 7.17), read without ever touching it.

Opened with `mode=ro&immutable=1`: opened otherwise, SQLite would replay a journal that lies beside the file,
which can write to it and delete files. Only tables are read, no views or triggers of the file's maker.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from planner.errors import ConfigError, InputError
from planner.measure.rows import Row, Rows
from planner.model.lines import MAX_ALL_LINES, MAX_LINE, Lines, lines_of
from planner.settings.patience import limited

SCHEMA_VERSION = 7
"""The only schema since coverage.py 5.0."""

TABLES = frozenset({"coverage_schema", "meta", "file", "context", "line_bits", "arc", "tracer"})

MAX_BLOB = MAX_LINE // 8 + 1

MAX_ARCS = 2_000_000
"""Of one data file, each once: 400,000 statements with all their branches take a quarter. One takes 170 bytes."""

_ARCS_BETWEEN = 250_000
"""So many rows are read before their arcs are counted again."""

_OPERATIONS, _MOST_OPERATIONS = 1_000_000, 100_000_000
"""Of SQLite's machine, about 8 for a row: pages of a few bytes can lead to each other in endlessly many ways."""

MAX_CONTEXT_NAMES = 100_000
"""More contexts are counted, but not named: a suite with more tests is told by these as well."""

MAX_META = 10_000
"""Longer notes (a command line with very many files) are cut."""


def read_datafile(path: Path, only_contexts: tuple[str, ...] = ()) -> Rows:
    """The rows of the data file, over all contexts, or over those that match a pattern of `only_contexts`.

    Raises InputError in one line when the file is no coverage data, of another schema, or damaged,
    and ConfigError for a pattern that is no regular expression.
    """
    uri = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as database:
            database.text_factory = _decode
            harden(database)
            check_schema(database, path)
            return _read_rows(database, only_contexts)
    except sqlite3.Error as error:
        raise InputError(f"{path}: coverage data cannot be read ({error}); make it again") from error
    except re.error as error:
        raise ConfigError(f"coverage configuration: [report] contexts is no regular expression: {error}") from error
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{path}: coverage data holds impossible values ({error}); make it again") from error


def side_files(path: Path) -> tuple[str, ...]:
    """Names of SQLite's journals beside the file: its last writer did not finish, and they are not read."""
    names = (f"{path.name}-wal", f"{path.name}-journal")
    return tuple(name for name in names if (path.parent / name).exists())


def _decode(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def harden(database: sqlite3.Connection) -> None:
    """Nothing that the file's schema defines may run or write, and no value may be larger than 256 MiB."""
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA query_only = ON")
    database.execute("PRAGMA mmap_size = 0")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 256 * 1024 * 1024)
    turns = iter(range(_MOST_OPERATIONS // _OPERATIONS))
    database.set_progress_handler(lambda: next(turns, None) is None, _OPERATIONS)


def check_schema(database: sqlite3.Connection, path: Path) -> None:
    """Raises InputError, one line, for SQLite that is no coverage data, or data of another schema."""
    rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0")
    absent = sorted(TABLES - {str(name) for (name,) in rows})
    if absent:
        raise InputError(f"{path}: an SQLite file, but not coverage data (no table {absent[0]!r})")
    for table in sorted(TABLES):
        if any(column[-1] for column in database.execute(f'PRAGMA table_xinfo("{table}")')):
            raise InputError(f"{path}: an SQLite file, but not coverage data (table {table!r} has hidden columns)")
    versions = [version for (version,) in database.execute("SELECT version FROM coverage_schema LIMIT 2")]
    if versions != [SCHEMA_VERSION]:
        found = " and ".join(map(str, versions)) or "none"
        raise InputError(f"{path}: coverage data of schema {found}; gapplan reads {SCHEMA_VERSION} (coverage 5.0+)")


def _read_rows(database: sqlite3.Connection, only_contexts: tuple[str, ...]) -> Rows:
    meta = dict(database.execute("SELECT key, value FROM meta LIMIT 1000"))
    names = {int(key): str(name) for key, name in database.execute("SELECT id, path FROM file")}
    contexts = {int(key): str(name) for key, name in database.execute("SELECT id, context FROM context")}
    wanted = _context_filter(contexts, only_contexts)
    by_name = {name: Row() for name in names.values()}
    for key, tracer in database.execute("SELECT file_id, tracer FROM tracer"):
        if key in names:
            by_name[names[key]].tracer = str(tracer or "")
    has_arcs = _has_arcs(database, meta)
    add = _add_arcs if has_arcs else _add_lines
    lost = add(database, {key: by_name[name] for key, name in names.items()}, wanted)
    named = [name for name in contexts.values() if name]
    return Rows(
        by_name,
        has_arcs,
        contexts=len(named),
        version=str(meta["version"]) if meta.get("version") else None,
        context_names=tuple(named[:MAX_CONTEXT_NAMES]),
        meta={str(key): str(value)[:MAX_META] for key, value in meta.items()},
        lost=lost,
    )


def _has_arcs(database: sqlite3.Connection, meta: dict[object, object]) -> bool:
    """Branch data has only arcs. The key is written with the first rows, so the table decides without it."""
    if "has_arcs" in meta:
        return str(meta["has_arcs"]) == "True" or bool(int(str(meta["has_arcs"])))
    return database.execute("SELECT 1 FROM arc LIMIT 1").fetchone() is not None


def _context_filter(contexts: dict[int, str], patterns: tuple[str, ...]) -> Callable[[int], bool]:
    if not patterns:
        return lambda _: True
    regexes = [re.compile(pattern) for pattern in patterns]
    with limited(f"one of the patterns {' '.join(patterns)[:300]} of [report] contexts"):
        chosen = {key for key, name in contexts.items() if any(regex.search(name) for regex in regexes)}
    return chosen.__contains__


def _add_lines(database: sqlite3.Connection, rows: dict[int, Row], wanted: Callable[[int], bool]) -> int:
    """Adds the lines to their rows; how many entries have no row, or no numbits that a file could have."""
    lost = 0
    query = "SELECT file_id, context_id, CASE WHEN length(numbits) <= ? THEN numbits END FROM line_bits"
    for key, context, numbits in database.execute(query, (MAX_BLOB,)):
        if key not in rows or numbits is None:
            lost += 1
        elif wanted(context):
            rows[key].lines |= int.from_bytes(numbits, "little")
    return lost


def _add_arcs(database: sqlite3.Connection, rows: dict[int, Row], wanted: Callable[[int], bool]) -> int:
    """Adds the arcs to their rows; how many have no row."""
    lost = 0
    found = database.execute("SELECT file_id, context_id, fromno, tono FROM arc")
    for number, (key, context, start, end) in enumerate(found, start=1):
        if number % _ARCS_BETWEEN == 0 and sum(len(row.arcs) for row in rows.values()) > MAX_ARCS:
            raise ValueError(f"more than {MAX_ARCS:,} arcs")
        if key not in rows:
            lost += 1
        elif wanted(context):
            rows[key].arcs.add((int(start), int(end)))
    left = MAX_ALL_LINES
    for row in rows.values():
        row.lines = _lines_of_arcs(row)
        left -= row.lines.bit_length()
        if left < 0:
            raise ValueError("more lines than any project has")
    return lost


def _lines_of_arcs(row: Row) -> Lines:
    """Every positive line number that an arc starts from or leads to has run."""
    return lines_of({line for arc in row.arcs for line in arc if 0 < line <= MAX_LINE})


def unite(parts: Iterable[Rows]) -> Rows:
    """Several data files as one, in memory. Branch exits survive only where every part that has rows has them."""
    parts = tuple(parts)
    has_arcs = all(part.has_arcs for part in [each for each in parts if each.by_name] or parts)
    by_name: dict[str, Row] = {}
    for part in parts:
        for name, row in part.by_name.items():
            by_name.setdefault(name, Row()).unite(row)
    versions = sorted({part.version for part in parts if part.version})
    return Rows(by_name, has_arcs, max((part.contexts for part in parts), default=0), ", ".join(versions) or None)
