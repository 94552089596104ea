"""What gapplan kept for itself: the cache of facts, the store of snapshots, plans; and what is given for them."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from hostile.case import Answers, Case, Refuses
from hostile.project import Make, both, nothing, sparse, sql, write
from planner.history.identity import VERSION
from planner.history.store import make_store
from planner.source.cache import facts_file, facts_stamp

STORE = "../../store"
"""Beside what must not change: a damaged store is set aside."""

HISTORY = ("history", "--store", STORE, "--format", "json")
PLAN = ("plan", "--target", "95", "--format", "json")
CACHE = {"GAPPLAN_CACHE_DIR": "../kept"}


def cases() -> Iterator[Case]:
    """All cases of this file."""
    yield from _caches()
    yield from _stores()
    yield from _reports()
    yield from _numbers()


def _shelf(change: Callable[[Path], None]) -> Make:
    """Something in the place of the cache of facts, which a run may replace: it lies where nothing else is watched."""

    def make(root: Path) -> None:
        folder = root.parent.parent / "cache"
        folder.mkdir(exist_ok=True)
        change(facts_file(folder, root))

    return make


def _caches() -> Iterator[Case]:
    head = f"gapplan shelf 1 {facts_stamp()} "
    for what, content in {
        "empty": b"",
        "noise": os.urandom(5000),
        "a head alone": head.encode(),
        "a head with a false checksum": f"{head}{'0' * 32}\nshop/stock.py\tx\t[]".encode(),
        "of another format": b"gapplan shelf 99 x y\n",
        "a pickle": b"cos\nsystem\n(S'touch pickled'\ntR.",
        "deep JSON": f"{head}{'0' * 32}\nx\ty\t{'[' * 100_000}".encode(),
    }.items():
        yield Case(f"a cache that is {what}", _shelf(partial(_put, content)), Answers(), PLAN)
    yield Case("a cache that is a pipe", _shelf(os.mkfifo), Answers(), PLAN)
    yield Case("a cache that is a folder", _shelf(lambda path: path.mkdir()), Answers(), PLAN)
    yield Case(
        "a cache that is a link to the data",
        _shelf(lambda path: path.symlink_to("../around/shop/.coverage")),
        Answers(),
        PLAN,
    )
    yield Case("a cache that is a device", _shelf(lambda path: path.symlink_to("/dev/zero")), Answers(), PLAN)
    yield Case(
        "a cache of a gigabyte",
        _shelf(_put_sparse),
        Answers(),
        PLAN,
        is_bomb=True,
    )


def _put(content: bytes, path: Path) -> None:
    path.write_bytes(content)


def _put_sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, 1 << 30)


def _store(*statements: str) -> Make:
    return both(lambda root: make_store((root / STORE).resolve()), sql(*statements, name=STORE))


def _stores() -> Iterator[Case]:
    yield Case("a store that is absent", nothing, Refuses("no store"), HISTORY)
    for what, content in {
        "empty": b"",
        "a text": b"x" * 5000,
        "a head alone": b"SQLite format 3\0",
        "JSON lines": b'{"format": 1}\n' * 100,
    }.items():
        yield Case(f"a store that is {what}", write(STORE, content), Refuses("store: "), HISTORY)
    yield Case("a store that is a pipe", lambda root: os.mkfifo(root / STORE), Refuses("store: "), HISTORY)
    yield Case("a store that is a folder", lambda root: (root / STORE).mkdir(), Refuses("store: "), HISTORY)
    yield Case(
        "a store that is a link to another file",
        lambda root: (root / STORE).symlink_to("around/shop/.coverage"),
        Refuses("a link"),
        HISTORY,
    )
    yield Case("a store that is the data", nothing, Refuses(".coverage: "), ("history", "--store", ".coverage"))
    yield Case(
        "a store of another program", sql("CREATE TABLE a (b)", name=STORE), Refuses("no store of gapplan"), HISTORY
    )
    yield Case("a store of a newer format", _store(f"PRAGMA user_version = {VERSION + 1}"), Refuses("newer"), HISTORY)
    yield Case("a store without its tables", _store("DROP TABLE snapshot"), Refuses("store: "), HISTORY)
    view = "CREATE VIEW snapshot AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    view += "SELECT i AS number, 'k' AS key, x'00' AS content FROM n"
    yield Case(
        "a store with a view without end",
        _store("DROP TABLE snapshot", view),
        Refuses("store: "),
        HISTORY,
        is_bomb=True,
    )
    for what, value in {
        "noise": "randomblob(500)",
        "NULL": "''",
        "a number": "7",
        "a text": "'x'",
        "a bomb": "zeroblob(100000)",
    }.items():
        bad = _store(f"INSERT INTO snapshot (key, content) VALUES ('abcdef0123', {value})")
        yield Case(f"a store with a snapshot that is {what}", bad, Answers("abcdef0123"), HISTORY)
    yield Case(
        "a store with a snapshot that unpacks to gigabytes", _packed, Answers("abcdef0123"), HISTORY, is_bomb=True
    )
    yield Case("a store that is cut", _cut, Refuses("store: "), HISTORY)
    journal = both(_store(), write(f"{STORE}-journal", b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" * 3))
    yield Case("a store whose journal names another file", journal, Refuses("names another file"), HISTORY)
    yield Case("a store with a gigabyte of nothing", both(sparse(STORE)), Refuses("store: "), HISTORY, is_bomb=True)


def _packed(root: Path) -> None:
    """600 MB of zeros in 600 kB."""
    import zlib

    make_store((root / STORE).resolve())
    packer = zlib.compressobj(9)
    content = b"".join(packer.compress(bytes(1 << 20)) for _ in range(600)) + packer.flush()
    with closing(sqlite3.connect(root / STORE)) as store:
        store.execute("INSERT INTO snapshot (key, content) VALUES ('abcdef0123', ?)", (content,))
        store.commit()


def _cut(root: Path) -> None:
    make_store((root / STORE).resolve())
    os.truncate(root / STORE, 4096 + 100)


def _reports() -> Iterator[Case]:
    ask = ("report", "old", "old", "--format", "json")
    for what, content in {
        "empty": b"",
        "noise": b"\xff\xfe\0" * 500,
        "deep": b'{"format": 1, "options": ' + b"[" * 100_000,
        "no plan": b'{"format": 1}',
        "a plan of a newer format": b'{"format": 99, "options": []}',
        "a plan of wrong types": b'{"format": 1, "project": [], "options": {}, "recommended": 7}',
        "a number of 10,000 digits": b'{"format": ' + b"9" * 10_000 + b"}",
        "twice a key": b'{"format": 1, "format": 1}',
    }.items():
        yield Case(f"a kept plan that is {what}", write("old", content), Refuses("old"), ask)
    yield Case("a kept plan that is a folder", lambda root: (root / "old").mkdir(), Refuses("old"), ask)
    yield Case(
        "a kept plan that is a loop of links", lambda root: (root / "old").symlink_to("old"), Refuses("old"), ask
    )
    yield Case(
        "a kept plan that is a device",
        nothing,
        Refuses("/dev/zero"),
        ("report", "/dev/zero", "/dev/zero"),
        is_bomb=True,
    )
    yield Case("a kept plan of a gigabyte", sparse("old", b'{"format": 1, '), Refuses("old"), ask, is_bomb=True)


def _numbers() -> Iterator[Case]:
    """Options that name what is kept."""
    for name in ("@", "@-1", "@" + "9" * 5000, "../../etc", "\x1b[2J", "x" * 5000, "--", "%s%n"):
        shown = ascii(name) if len(name) < 20 else "of 5,000 characters " + name[0]
        yield Case(
            f"a snapshot that is called {shown}", _store(), Refuses(""), ("why", "--store", STORE, "--", name, "now")
        )
