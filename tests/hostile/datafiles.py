"""Data files: cut, foreign, crafted; odd things in their place; names that lead elsewhere."""

import os
import sqlite3
import struct
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from hostile.case import STATUS, Case, Refuses, Same, SameOrRefuses, Skips
from hostile.project import Make, both, in_place_of_table, measured_by_lines, nothing, sparse, sql, write

PAGE = 4096
PAGES_OF_THE_SHOP = 14


def cases() -> Iterator[Case]:
    """All cases of this file."""
    yield from _cut()
    yield from _beside()
    yield from _in_place()
    yield from _schemas()
    yield from _values()
    yield from _names()
    yield from _bombs()


def _edit(change: Callable[[bytes], bytes], name: str = ".coverage") -> Make:
    def make(root: Path) -> None:
        (root / name).write_bytes(change((root / ".coverage").read_bytes()))

    return make


def _cut() -> Iterator[Case]:
    for page in range(1, PAGES_OF_THE_SHOP):
        cut = _edit(lambda content, page=page: content[: page * PAGE])  # type: ignore[misc]
        yield Case(f"data cut after page {page}", cut, SameOrRefuses("make it again"))
    for size in (1, 15, 16, 99, 100, 101, 2048, 3 * PAGE + 17, 7 * PAGE - 1):
        cut = _edit(lambda content, size=size: content[:size])  # type: ignore[misc]
        yield Case(f"data cut after byte {size}", cut, Refuses(".coverage: "))
    for place in (16, 18, 20, 24, 28, 40, 44, 56, 100, 103, 105):
        broken = _edit(lambda content, place=place: content[:place] + b"\xff\xff" + content[place + 2 :])  # type: ignore[misc]
        yield Case(f"data with byte {place} of its header overwritten", broken, SameOrRefuses(".coverage: "))


def _beside() -> Iterator[Case]:
    """Parallel files, of which each alone may be bad and is named, and journals, which are never read."""
    second = ".coverage.runner.17.abc"
    yield Case("a parallel file that is empty", write(second, ""), Skips(second, "empty"))
    yield Case("a parallel file of text", write(second, "hello\n" * 99), Skips(second, "not coverage data"))
    cut = _edit(lambda content: content[: 2 * PAGE], second)
    yield Case("a parallel file that is cut", cut, Skips(second, "make it again"))
    yield Case("a parallel file that is the same data", _edit(lambda content: content, second), Same())
    foreign = sql("CREATE TABLE bookmark (url)", name=second)
    yield Case("a parallel file of another program", foreign, Skips(second, "not coverage data"))
    newer = both(_edit(lambda content: content, second), sql("UPDATE coverage_schema SET version = 8", name=second))
    yield Case("a parallel file of a newer schema", newer, Skips(second, "schema 8"))
    old = write(second, '!coverage.py: This is a private format, don\'t read it directly!{"lines":{}}')
    yield Case("a parallel file of coverage.py 4", old, Skips(second, "coverage.py 4"))
    pipe: Make = lambda root: os.mkfifo(root / second)  # noqa: E731
    yield Case("a parallel file that is a pipe", pipe, Same())
    loop: Make = lambda root: (root / second).symlink_to(second)  # noqa: E731
    yield Case("a parallel file that is a loop of links", loop, Same())
    device: Make = lambda root: (root / second).symlink_to("/dev/zero")  # noqa: E731
    yield Case("a parallel file that is a device", device, Same())
    folder: Make = lambda root: (root / second).mkdir()  # noqa: E731
    yield Case("a parallel file that is a folder", folder, Same())
    terminal = write(".coverage.\x1b[2J\u202e", "x")
    yield Case(
        "a parallel file whose name clears the screen", terminal, Skips(".coverage.\x1b[2J\u202e", "not coverage")
    )
    yield Case("200 bad parallel files", _many, Skips(".coverage.7", "not coverage data"))
    for ending in ("-wal", "-journal"):
        noise = write(f".coverage{ending}", os.urandom(9000))
        yield Case(f"noise in .coverage{ending}", noise, Same("lies beside it and is not read"))
    yield Case("a journal that names another file to delete", _journal, Same("lies beside it and is not read"))
    yield Case("data beside a log that was never written back", _unfinished, Same("-wal lies beside it"))


def _many(root: Path) -> None:
    for number in range(200):
        (root / f".coverage.{number}").write_text("x")


def _journal(root: Path) -> None:
    """The end of a rollback journal may name a super-journal, which SQLite then deletes."""
    victim = root.parent / "victim"
    victim.write_text("do not delete")
    name = os.fsencode(victim)
    tail = struct.pack(">I", 1) + name + struct.pack(">II", len(name), sum(name)) + b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
    head = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + struct.pack(">IIIII", 0, 0, 1, 512, PAGE)
    (root / ".coverage-journal").write_bytes(head.ljust(512, b"\0") + tail)


def _unfinished(root: Path) -> None:
    """A writer in WAL mode that was killed after its last words: they are in the log alone."""
    path, log = root / ".coverage", root / ".coverage-wal"
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        before = path.read_bytes()
        writer.execute("DELETE FROM arc")
        writer.commit()
        said = log.read_bytes()
    path.write_bytes(before)
    log.write_bytes(said)
    (root / ".coverage-shm").unlink(missing_ok=True)


def _in_place() -> Iterator[Case]:
    given = ("--data", "odd")
    pipe: Make = lambda root: os.mkfifo(root / "odd")  # noqa: E731
    yield Case("--data is a pipe", pipe, Refuses("not a regular file"), (*STATUS, *given))
    link: Make = lambda root: (root / "odd").symlink_to("/dev/zero")  # noqa: E731
    yield Case("--data is a device", link, Refuses("not a regular file"), (*STATUS, *given))
    loop: Make = lambda root: (root / "odd").symlink_to("odd")  # noqa: E731
    yield Case("--data is a loop of links", loop, Refuses("odd: "), (*STATUS, *given))
    empty: Make = lambda root: (root / "odd").mkdir()  # noqa: E731
    yield Case("--data is a folder without data", empty, Refuses("without coverage data"), (*STATUS, *given))
    yield Case("--data is absent", nothing, Refuses("no such file"), (*STATUS, *given))
    yield Case("--data is empty", write("odd", ""), Refuses("empty"), (*STATUS, *given))
    yield Case(
        "--data is a picture", write("odd", b"\x89PNG\r\n\x1a\n" * 50), Refuses("not coverage"), (*STATUS, *given)
    )
    yield Case(
        "--data is a name of 5,000 characters", nothing, Refuses("cannot be read"), (*STATUS, "--data", "n" * 5000)
    )
    yield Case(
        "--data is a process's own memory", nothing, Refuses("/proc/self/mem: "), (*STATUS, "--data", "/proc/self/mem")
    )
    yield Case(
        "--data is the same file twice", nothing, Same(), (*STATUS, "--data", ".coverage", "--data", "./.coverage")
    )
    beside = both(write("odd", "x"), nothing)
    mixed = (*STATUS, "--data", ".coverage", "--data", "odd")
    yield Case("--data is one good and one bad file", beside, Skips("odd", "not coverage data"), mixed)


def _schemas() -> Iterator[Case]:
    view = in_place_of_table("file", "CREATE VIEW file AS SELECT 1 AS id, '/etc/passwd' AS path")
    yield Case("a view in place of the files", view, Refuses("no table 'file'"))
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT 1 AS file_id, 1 AS context_id, i AS fromno, i AS tono FROM n"
    )
    yield Case(
        "a view without end in place of the arcs",
        in_place_of_table("arc", f"CREATE VIEW arc AS {endless}"),
        Refuses("no table 'arc'"),
    )
    trigger = sql("CREATE TRIGGER t BEFORE INSERT ON file BEGIN DELETE FROM arc; END")
    yield Case("a trigger on the files", trigger, Same())
    for name, value in {
        "newer": 8,
        "far newer": 10**9,
        "older": 6,
        "negative": -7,
        "NULL": None,
        "a text": "7",
    }.items():
        changed = both(
            sql("PRAGMA writable_schema = 1"),
            in_place_of_table("coverage_schema", "CREATE TABLE coverage_schema (version)"),
        )
        changed = both(changed, sql(("INSERT INTO coverage_schema VALUES (?)", (value,))))
        yield Case(f"a schema version that is {name}", changed, Refuses("schema"))
    yield Case("no schema version", sql("DELETE FROM coverage_schema"), Refuses("schema none"))
    for table in ("coverage_schema", "meta", "file", "context", "line_bits", "arc", "tracer"):
        yield Case(f"no table {table}", sql(f"DROP TABLE {table}"), Refuses(f"no table '{table}'"))
    other = in_place_of_table("arc", "CREATE TABLE arc (a, b)")
    yield Case("arcs with other columns", other, Refuses("no such column"))
    generated = "CREATE TABLE file (id INTEGER PRIMARY KEY, path TEXT AS (hex(zeroblob(100000000 + id))))"
    rows = sql(*[f"INSERT INTO file (id) VALUES ({number})" for number in range(1, 12)])
    yield Case(
        "names that are computed, of 200 MB each",
        both(in_place_of_table("file", generated), rows),
        Refuses("'file'"),
        is_bomb=True,
    )
    virtual = in_place_of_table("file", "CREATE VIRTUAL TABLE file USING fts5(id, path)")
    yield Case("a virtual table in place of the files", virtual, Refuses("'file'"))
    utf16 = in_place_of_table("tracer", "CREATE TABLE tracer (file_id, tracer, more DEFAULT (load_extension('x')))")
    yield Case("a column whose default loads a library", utf16, Same())
    index = sql("CREATE INDEX odd ON arc (abs(fromno)) WHERE fromno > 0")
    yield Case("an index that computes", index, Same())
    for size in (512, 65536):
        yield Case(f"pages of {size} bytes", sql(f"PRAGMA page_size = {size}", "VACUUM"), Same())


def _values() -> Iterator[Case]:
    arc = "INSERT INTO arc VALUES (1, 1, ?, ?)"
    for name, value in {"NULL": None, "a text": "x", "a blob": b"\0", "a fraction without end": 9e999}.items():
        yield Case(
            f"a line number that is {name}",
            sql(("DROP INDEX IF EXISTS x", ()), (arc, (value, 1))),
            Refuses("impossible values"),
        )
    for name, value in {"2**62": 2**62, "-2**62": -(2**62), "ten millions and one": 10_000_001}.items():
        yield Case(f"a line number of {name}", sql((arc, (value, 1))), Same())
    for name, value in {"negative": -1, "huge": 2**62, "absent": 999, "a text": "x", "NULL": None}.items():  # type: ignore[assignment]
        ids = sql(("INSERT INTO arc VALUES (?, 1, 1, 2)", (value,)))
        yield Case(f"arcs of a file whose id is {name}", ids, Same())
    renumbered = sql("UPDATE file SET id = -id", "UPDATE arc SET file_id = -file_id")
    yield Case("ids of files that are negative", renumbered, Same())
    yield Case("has_arcs is 2", sql("UPDATE meta SET value = '2' WHERE key = 'has_arcs'"), Same())
    yield Case(
        "has_arcs is a word", sql("UPDATE meta SET value = 'x' WHERE key = 'has_arcs'"), Refuses("impossible values")
    )
    yield Case("has_arcs is absent", sql("DELETE FROM meta WHERE key = 'has_arcs'"), Same())
    yield Case("no meta at all", sql("DELETE FROM meta"), Same())
    version = sql(("UPDATE meta SET value = ? WHERE key = 'version'", ("\x1b[2J7.10\u202e" * 20,)))
    yield Case("a version that clears the screen", version, Same())
    long = sql(("INSERT INTO meta VALUES ('sys_argv', ?)", ("['" + "a" * 5_000_000 + "']",)))
    yield Case("a command line of 5 MB", long, Same())
    many = sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000) "
        "INSERT INTO context (context) SELECT 'test_' || i || '|run' FROM n"
    )
    yield Case("200,000 contexts", many, Same())
    yield Case(
        "a context that clears the screen", sql("INSERT INTO context (context) VALUES ('\x1b[2Jtest|run')"), Same()
    )
    yield Case("a context that is NULL", sql("INSERT INTO context (context) VALUES (NULL)"), Same())
    bits = "INSERT INTO line_bits SELECT id, 77, ? FROM file WHERE path LIKE '%/idle.py'"
    for name, value in {"longer than the file": bytes(4000) + b"\xff", "zeros": bytes(90_000), "empty": b""}.items():
        yield Case(
            f"numbits that are {name}", both(measured_by_lines, sql((bits, (value,)))), Same(), like=measured_by_lines
        )
    for name, value in {"a text": "abc", "a number": 7, "a fraction": 0.5}.items():  # type: ignore[assignment]
        yield Case(
            f"numbits that are {name}", both(measured_by_lines, sql((bits, (value,)))), Refuses("impossible values")
        )
    yield Case("numbits that are NULL", both(measured_by_lines, sql((bits, (None,)))), Same(), like=measured_by_lines)
    plugin = sql("INSERT INTO file VALUES (77, '{root}/page.html')", "INSERT INTO tracer VALUES (77, 'no.such.Plugin')")
    yield Case("lines of a plugin that nobody has", plugin, Skips("{root}/page.html", "no.such.Plugin"))


OUTSIDE = {
    "leads above the root": "../../../../etc/passwd",
    "is absolute": "/etc/passwd",
    "is a device": "/dev/zero",
    "is standard input": "/dev/stdin",
    "is a process's memory": "/proc/self/mem",
    "is on another computer": "\\\\server\\share\\x.py",
    "is on another drive": "C:\\Windows\\x.py",
    "is a device of Windows": "shop/NUL.py",
    "has a null byte": "shop/a\0b.py",
    "has a line end": "shop/a\nb.py",
    "clears the screen": "shop/\x1b[2J\x1b]0;owned\x07.py",
    "reads backwards": "shop/\u202eyp.kcots",
    "is no UTF-8": "shop/caf\udce9.py",
    "is empty": "",
    "is a dot": ".",
    "is two dots": "..",
    "is the root of all": "/",
    "is an address": "file:///etc/passwd",
    "has 4,000 characters": "shop/" + "n" * 4000 + ".py",
    "has 3,000 folders": "a/" * 3000 + "x.py",
    "looks like an option": "--output=/tmp/x.py",
    "is in another case": "SHOP/STOCK.PY",
    "ends in dots": "shop/stock.py...",
    "ends in a blank": "shop/stock.py ",
    "is a file in a file": "shop/stock.py/x.py",
}
"""Names of rows that must name nothing that is read."""


def _names() -> Iterator[Case]:
    for what, name in OUTSIDE.items():
        stored = name.encode("utf-8", "surrogateescape")
        row = sql(
            ("INSERT INTO file VALUES (77, CAST(? AS TEXT))", (stored,)),
            "INSERT INTO arc SELECT 77, 1, fromno, tono FROM arc WHERE file_id = 2",
        )
        yield Case(f"a row whose name {what}", row, Skips(name, ""))
    generated = sql("INSERT INTO file VALUES (77, '<string>')")
    yield Case("a row of generated code", generated, Skips("<string>", "generated"))
    twice = sql(
        "INSERT INTO file VALUES (77, './shop/../shop/stock.py')",
        "INSERT INTO arc SELECT 77, 1, fromno, tono FROM arc "
        "WHERE file_id = (SELECT id FROM file WHERE path LIKE '%/stock.py')",
    )
    yield Case("a file under two names", twice, Same())
    yield Case("a row whose name is NULL", sql("INSERT INTO file VALUES (77, NULL)"), Same())
    yield Case("a row whose name is a number", sql("INSERT INTO file VALUES (77, 5)"), Skips("5", ""))


def _bombs() -> Iterator[Case]:
    yield Case(
        "a gigabyte of nothing",
        both(lambda root: (root / ".coverage").unlink(), sparse(".coverage")),
        Refuses("not coverage data"),
        is_bomb=True,
    )
    yield Case("data with a gigabyte of nothing behind it", sparse(".coverage"), Same(), is_bomb=True)
    yield Case("arcs whose pages lead to each other 10**12 times", _page_bomb, Refuses(".coverage: "), is_bomb=True)
    amplified = sql(
        *[(f"INSERT INTO file VALUES ({1000 + n}, ?)", (f"n{n}.py",)) for n in range(1500)],
        "INSERT INTO arc SELECT id, 1, 10000000, 10000000 FROM file WHERE id >= 1000",
    )
    yield Case("1,500 files with one arc at line 10,000,000", amplified, Refuses(".coverage: "), is_bomb=True)
    many = sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2500000) "
        "INSERT INTO arc SELECT 1, 7, i, -i FROM n"
    )
    yield Case("2,500,000 arcs of one file", many, Refuses(".coverage: "), is_bomb=True)


def _page_bomb(root: Path) -> None:
    """Inner pages whose 300 children are all the same page, five levels deep: SQLite walks each way."""
    path = root / ".coverage"
    with closing(sqlite3.connect(path)) as database:
        top = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'arc'").fetchone()[0]
    content = bytearray(path.read_bytes())
    count = len(content) // PAGE
    leaf = bytes(content[(top - 1) * PAGE : top * PAGE])
    levels = 5
    children = [count + each for each in range(1, levels + 1)]
    content[(top - 1) * PAGE : top * PAGE] = _inner(children[0])
    for child in children[1:]:
        content += _inner(child)
    content += leaf
    content[28:32] = struct.pack(">I", count + levels)
    path.write_bytes(bytes(content))


def _inner(child: int) -> bytes:
    """A page of type 5 (https://www.sqlite.org/fileformat2.html#b_tree_pages) that names one child again and again."""
    cells = 300
    cell = struct.pack(">I", child) + b"\x01"
    start = PAGE - cells * len(cell)
    head = struct.pack(">BHHHBI", 5, 0, cells, start, 0, child)
    places = b"".join(struct.pack(">H", start + number * len(cell)) for number in range(cells))
    return (head + places).ljust(start, b"\0") + cell * cells
