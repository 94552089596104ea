"""Recordings: which lines each test of a real project ran, as SQLite, read without ever touching it.

Opened with `mode=ro&immutable=1`, as coverage data is; `.xz` is unpacked in memory. Only tables are read.
"""

import json
import lzma
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from planner.errors import InputError
from planner.model.lines import MAX_LINE, Lines

COLUMNS = {
    "meta": ("key", "value"),
    "file": ("id", "path", "kind", "module", "statements"),
    "ctx": ("id", "name"),
    "cov": ("ctx_id", "file_id", "bits"),
    "import_mod": ("module", "file_id", "bits"),
    "collect_file": ("testfile", "file_id", "bits"),
    "test": ("fid", "file", "code_file", "code_line", "fixtures", "outcomes"),
}
"""The tables of a recording, and the columns that are read."""

MAX_BYTES = 128 * 1024 * 1024
"""The largest recording known takes 1.5 MB unpacked; SQLite copies what it is given once more."""

MAX_BLOB = MAX_LINE // 8 + 1

PHASES = ("setup", "run", "teardown")

Rows = Mapping[int, Lines]
"""Number of a file -> the lines of it that ran."""


class RecordingError(InputError):
    """A recording is absent, damaged, or no recording; the message says which file and why."""


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A file of the project: `is_test` for those that hold tests or what tests use. `module` is "" for them."""

    number: int
    path: str
    module: str
    statements: Lines
    is_test: bool


@dataclass(frozen=True, slots=True)
class Fixture:
    """A fixture that a test asks for, directly or through others: its name after its node, and its scope."""

    name: str
    scope: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class RecordedTest:
    """A test function: its node id without parameters, its file, and where its code stands."""

    name: str
    file: str
    code_file: str
    code_line: int
    fixtures: tuple[Fixture, ...]
    has_passed: bool


@dataclass(frozen=True, slots=True)
class Recording:
    """All of one recording. `ran` is by context, `imports` by module, `collected` by test file."""

    name: str
    files: tuple[RecordedFile, ...]
    tests: tuple[RecordedTest, ...]
    ran: Mapping[str, Rows]
    imports: Mapping[str, Rows]
    collected: Mapping[str, Rows]


def recording_name(path: Path) -> str:
    """`click` for `click.sqlite` and `click.sqlite.xz`."""
    return path.name.removesuffix(".xz").removesuffix(".sqlite")


def read_recording(path: Path) -> Recording:
    """The recording at `path`, SQLite as it is or packed by xz. Raises RecordingError in one line."""
    try:
        with _opened(path) as database:
            _harden(database)
            _check_tables(database, path)
            return _read(database, recording_name(path))
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (lzma.LZMAError, EOFError) as error:
        raise RecordingError(f"{path}: is not packed by xz, or damaged ({error}); fetch it again") from error
    except sqlite3.Error as error:
        raise RecordingError(f"{path}: the recording cannot be read ({error}); fetch it again") from error
    except (TypeError, ValueError, OverflowError, LookupError, AttributeError, RecursionError) as error:
        raise RecordingError(f"{path}: the recording holds impossible values ({error}); fetch it again") from error


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.is_file():
        raise RecordingError(f"{path}: no such recording; give a .sqlite or .sqlite.xz file, or a folder of them")
    if path.suffix == ".xz":
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(_unpacked(path))
            yield database
    else:
        uri = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as database:
            yield database


def _unpacked(path: Path) -> bytes:
    with lzma.open(path) as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise RecordingError(f"{path}: unpacks to more than {MAX_BYTES // 2**20} MiB, which no recording does")
    return content


def _harden(database: sqlite3.Connection) -> None:
    database.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA query_only = ON")
    database.execute("PRAGMA mmap_size = 0")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 256 * 1024 * 1024)


def _check_tables(database: sqlite3.Connection, path: Path) -> None:
    tables = {str(name) for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table, columns in COLUMNS.items():
        if table not in tables:
            raise RecordingError(f"{path}: an SQLite file, but no recording (no table {table!r})")
        there = {str(row[1]) for row in database.execute(f"PRAGMA table_info({table})")}
        if absent := [column for column in columns if column not in there]:
            raise RecordingError(f"{path}: no recording of this format (no column {table}.{absent[0]})")


def _read(database: sqlite3.Connection, name: str) -> Recording:
    files = tuple(_file(*row) for row in database.execute(_select("file")))
    known = {file.number for file in files}
    contexts = {int(number): _text(context) for number, context in database.execute(_select("ctx"))}
    ran = _rows(database, "cov", known)
    return Recording(
        name=name,
        files=files,
        tests=tuple(_test(*row) for row in database.execute(_select("test"))),
        ran={contexts[int(number)]: rows for number, rows in ran.items()},
        imports=_rows(database, "import_mod", known),
        collected=_rows(database, "collect_file", known),
    )


def _select(table: str) -> str:
    return f"SELECT {', '.join(COLUMNS[table])} FROM {table}"


def _text(value: object) -> str:
    """The text of a cell: SQLite keeps any type in any column, and `None` is nobody's name."""
    if not isinstance(value, str):
        raise ValueError("no text where a name belongs")
    return value


def _file(number: int, path: str, kind: str, module: str | None, statements: bytes | None) -> RecordedFile:
    if not _text(path) or path.startswith("/") or "\\" in path or ".." in path.split("/"):
        raise ValueError(f"the path {path!r} does not lie in the project")
    return RecordedFile(int(number), path, _text(module or ""), _lines(statements or b""), _text(kind) != "src")


def _rows(database: sqlite3.Connection, table: str, known: set[int]) -> dict[str, dict[int, Lines]]:
    found: dict[str, dict[int, Lines]] = {}
    for key, file, bits in database.execute(_select(table)):
        if file not in known:
            raise ValueError(f"lines in {table} of a file that it does not have")
        rows = found.setdefault(str(key), {})
        rows[file] = rows.get(file, 0) | _lines(bits)
    return found


def _lines(bits: bytes) -> Lines:
    if not isinstance(bits, bytes) or len(bits) > MAX_BLOB:
        raise ValueError("lines of a file that are no numbits")
    return int.from_bytes(bits, "little")


def _test(name: str, file: str, code_file: str, code_line: int, fixtures: str, outcomes: str) -> RecordedTest:
    asked = json.loads(fixtures or "[]")
    return RecordedTest(
        name=_text(name),
        file=_text(file),
        code_file=_text(code_file or file),
        code_line=int(code_line or 0),
        fixtures=tuple(Fixture(str(each[0]), str(each[1]), str(each[2]), int(each[3] or 0)) for each in asked),
        has_passed=bool(json.loads(outcomes or "{}").get("passed")),
    )
