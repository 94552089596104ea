"""A recording as the bytes of an SQLite file: the tables that `planner.replay.data` reads."""

import json
import lzma
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import count

from planner.model.lines import Lines
from planner.replay.collect.files import ProjectFile
from planner.replay.collect.inside import TestRow

SCHEMA = """
create table meta(key text primary key, value text);
create table file(id integer primary key, path text unique, kind text, module text, statements blob, nstmts int,
  source text);
create table ctx(id integer primary key, name text unique);
create table cov(ctx_id int, file_id int, bits blob, primary key(ctx_id, file_id));
create table import_mod(module text, file_id int, bits blob);
create table collect_file(testfile text, file_id int, bits blob);
create table test(fid text primary key, file text, cls text, func text, nparams int, code_file text, code_line int,
  fixtures text, outcomes text, dur real);
"""


@dataclass(frozen=True, slots=True)
class Collected:
    """All of one collection. Lines are hexadecimal by path, and those by context, by module, and by test file."""

    about: Mapping[str, object]
    files: Sequence[ProjectFile]
    tests: Sequence[TestRow]
    ran: Mapping[str, Mapping[str, str]]
    imports: Mapping[str, Mapping[str, str]]
    collected: Mapping[str, Mapping[str, str]]


def render_recording(collected: Collected, *, is_packed: bool = False) -> bytes:
    """The file's content, packed by xz or not; rows are sorted, and only statements of its files are kept."""
    with closing(sqlite3.connect(":memory:")) as database:
        with database:
            database.executescript(SCHEMA)
            _fill(database, collected)
        content = database.serialize()
    return lzma.compress(content) if is_packed else content


def _fill(database: sqlite3.Connection, collected: Collected) -> None:
    known = {file.path: (number, int(file.statements, 16)) for number, file in enumerate(collected.files, 1)}
    contexts = sorted(collected.ran)
    database.execute("insert into meta values('info', ?)", (json.dumps(collected.about),))
    database.executemany("insert into file values(?, ?, ?, ?, ?, ?, '')", map(_file_row, collected.files, count(1)))
    database.executemany("insert into ctx values(?, ?)", enumerate(contexts, 1))
    rows = ((number, *row) for number, name in enumerate(contexts, 1) for row in _rows(collected.ran[name], known))
    database.executemany("insert into cov values(?, ?, ?)", rows)
    for table, probed in (("import_mod", collected.imports), ("collect_file", collected.collected)):
        named = ((name, *row) for name in sorted(probed) for row in _rows(probed[name], known))
        database.executemany(f"insert into {table} values(?, ?, ?)", named)
    database.executemany("insert into test values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_test_row, collected.tests))


def _file_row(file: ProjectFile, number: int) -> tuple[object, ...]:
    statements = int(file.statements, 16)
    kind = "test" if file.module is None else "src"
    return number, file.path, kind, file.module, _numbits(statements), statements.bit_count()


def _rows(lines: Mapping[str, str], known: Mapping[str, tuple[int, Lines]]) -> Iterator[tuple[int, bytes]]:
    """(number of the file, statements of it that ran), for those of which one did."""
    for path in sorted(lines.keys() & known):
        number, statements = known[path]
        if ran := int(lines[path], 16) & statements:
            yield number, _numbits(ran)


def _numbits(bits: Lines) -> bytes:
    """As coverage.py stores lines: bit n for line n, the lowest byte first."""
    return bits.to_bytes((bits.bit_length() + 7) // 8, "little")


def _test_row(test: TestRow) -> tuple[object, ...]:
    place = (test["fid"], test["file"], test["cls"], test["func"], test["nparams"])
    code = (test["code_file"], test["code_line"])
    return *place, *code, json.dumps(test["fixtures"]), json.dumps(test["outcomes"]), test["dur"]
