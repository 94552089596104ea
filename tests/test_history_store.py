"""The store of snapshots loses nothing that was acknowledged, and meets whatever stands in its place with one line."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from snapshots import SNAPSHOTS, shot, snapshot

from planner.errors import InputError
from planner.history.codec import decode_snapshot, encode_snapshot, with_key
from planner.history.identity import VERSION
from planner.history.store import keep_snapshot, list_snapshots, read_snapshot
from planner.model.history import Snapshot

ROOT = Path(__file__).parent.parent


@given(found=SNAPSHOTS)
def test_a_snapshot_comes_back_from_its_line_of_json_as_it_was(found: Snapshot) -> None:
    line = encode_snapshot(found)

    assert decode_snapshot(line, "line 1") == with_key(_sorted(found))
    assert b"\n" not in line


def _sorted(found: Snapshot) -> Snapshot:
    return replace(found, files=tuple(sorted(found.files, key=lambda file: file.path)))


OLDEST = (
    b'{"circumstances":{"counted_by":"7.17.3"},"files":{"shop/desk.py":{"counts":[3,1,2,1],"exits":[[2,2,1]],'
    b'"marks":"00000000610000000062","missing":"2-3","source":"ab","spans":[["Desk",1,3]],"statements":"1-3"}},'
    b'"format":1,"project":"shop","taken":"2026-11-21T12:00:00Z","totals":[3,1,2,1]}'
)
"""A snapshot as the first version wrote it; it stays as it is, whatever fields are added."""


def test_a_snapshot_of_the_first_version_is_read_under_the_same_name_for_ever() -> None:
    found = decode_snapshot(OLDEST, "history.jsonl:1")

    assert found.key == "5d4f7fe21268"
    assert encode_snapshot(found) == OLDEST
    assert found.files[0].unit_at(2) == "Desk"


@settings(max_examples=20, deadline=None)
@given(found=SNAPSHOTS)
def test_a_snapshot_comes_back_from_the_store_as_it_was(
    found: Snapshot, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("store") / "history.sqlite"

    kept = keep_snapshot(path, _sorted(found))

    assert read_snapshot(path, kept.key) == kept


def test_the_same_content_is_kept_once_and_files_that_did_not_change_too(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"

    keep_snapshot(path, snapshot(shot("a b c", "a")))
    keep_snapshot(path, snapshot(shot("a b c", "a")))
    keep_snapshot(path, snapshot(shot("a b c", "a"), shot("x y", "x", path="shop/stock.py")))

    assert len(list_snapshots(path).snapshots) == 2
    with _opened(path) as store:
        assert store.execute("SELECT count(*) FROM shot").fetchone() == (2,)


def test_a_store_is_for_its_owner_alone_and_leaves_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "history.sqlite"

    keep_snapshot(path, snapshot(shot("a", "a")))

    assert [each.name for each in path.parent.iterdir()] == ["history.sqlite"]


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The store itself, for damage; what is done to it is committed."""
    with closing(sqlite3.connect(path)) as store, store:
        yield store


def _foreign(path: Path) -> None:
    with _opened(path) as store:
        store.execute("CREATE TABLE file (id INTEGER)")


def _newer(path: Path) -> None:
    keep_snapshot(path, snapshot(shot("a", "a")))
    with _opened(path) as store:
        store.execute(f"PRAGMA user_version = {VERSION + 1}")


def _linked(path: Path) -> None:
    keep_snapshot(path.with_name("other.sqlite"), snapshot(shot("a", "a")))
    path.symlink_to("other.sqlite")


def _with_journal(path: Path) -> None:
    keep_snapshot(path, snapshot(shot("a", "a")))
    path.with_name("history.sqlite-journal").write_bytes(b"\0" * 600 + b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.write_bytes(b""), "empty"),
        (lambda path: path.write_bytes(b"no database" * 500), "damaged, or no store"),
        (lambda path: path.mkdir(), "is no file"),
        (_foreign, "no store of gapplan's snapshots"),
        (_newer, "take a newer one"),
        (_linked, "is a link"),
        (_with_journal, "names another file to delete"),
    ],
    ids=["empty", "garbage", "folder", "foreign", "newer", "link", "journal"],
)
def test_what_is_no_store_is_refused_in_one_line_and_left_alone(tmp_path: Path, make, says: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "history.sqlite"
    make(path)
    before = path.read_bytes() if path.is_file() else None

    with pytest.raises(InputError, match=says) as error:
        keep_snapshot(path, snapshot(shot("a b", "a")))

    assert "\n" not in str(error.value)
    assert (path.read_bytes() if path.is_file() else None) == before


def test_one_damaged_snapshot_does_not_cost_the_others(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    first = keep_snapshot(path, snapshot(shot("a b", "a")))
    second = keep_snapshot(path, snapshot(shot("a b", "b")))
    with _opened(path) as store:
        store.execute("UPDATE snapshot SET content = x'00' WHERE key = ?", (first.key,))

    kept = list_snapshots(path)

    assert [each.key for each in kept.snapshots] == [second.key]
    assert [each.path for each in kept.damaged] == [f"snapshot {first.key}"]
    assert read_snapshot(path, second.key) == second


def test_a_shot_that_was_tampered_with_is_named(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    kept = keep_snapshot(path, snapshot(shot("a b", "a")))
    with _opened(path) as store:
        store.execute("UPDATE shot SET content = x'789c030000000001'")

    with pytest.raises(InputError, match=r"damaged \(the lines of shop/desk.py\)"):
        read_snapshot(path, kept.key)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"format": 2}, "format 2; this gapplan reads 1"),
        ({"format": "one"}, "no snapshot"),
        ({"more": 1}, "no snapshot"),
        ({"taken": "yesterday"}, "no snapshot"),
        ({"taken": "2026-11-21 12:00:00"}, "no snapshot"),
        ({"totals": [1, 2, 0, 0]}, "more is covered"),
        ({"totals": [1, 1, 0]}, "no snapshot"),
        ({"files": {"a.py": {"counts": [1, 1, 0, 0], "statements": "9-3"}}}, "are no line numbers"),
        ({"files": {"a.py": {"counts": [1, 1, 0, 0], "statements": "1-99999999999"}}}, "are no line numbers"),
        ({"files": {"a.py": {"counts": [1, 1, 0, 0], "marks": "abc"}}}, "marks are cut short"),
        ({"files": {"a.py": {"counts": [1, 1, 0, 0], "exits": [[1, 2, 3]]}}}, "3 of 2 exits"),
    ],
)
def test_a_line_of_json_that_is_no_snapshot_is_refused_by_name(change: dict[str, object], says: str) -> None:
    content = {**json.loads(encode_snapshot(snapshot(shot("a b", "a")))), **change}

    with pytest.raises(InputError, match=says) as error:
        decode_snapshot(json.dumps(content).encode(), "history.jsonl:3")

    assert str(error.value).startswith("history.jsonl:3: ")


_WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from snapshots import shot, snapshot
from planner.history.store import keep_snapshot
for number in range(int(sys.argv[2])):
    text = f"w{sys.argv[4]} n{number} " + "a b c " * 50
    files = [shot(text, "a", path=f"shop/{place}.py") for place in range(20)]
    kept = keep_snapshot(Path(sys.argv[1]), snapshot(*files))
    print(kept.key, flush=True)
"""


def _start(path: Path, count: int, name: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", _WRITER, str(path), str(count), str(ROOT / "tests"), name]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_several_writers_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"

    writers = [_start(path, 5, str(number)) for number in range(4)]
    printed = [writer.communicate()[0].split() for writer in writers]

    assert sorted(key for keys in printed for key in keys) == sorted(
        each.key for each in list_snapshots(path).snapshots
    )


@pytest.mark.skipif(os.name != "posix", reason="kills processes")
def test_what_a_killed_writer_acknowledged_is_there_and_nothing_half(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    acknowledged: list[str] = []

    for attempt in range(6):
        writer = _start(path, 1000, str(attempt))
        assert writer.stdout
        acknowledged.append(writer.stdout.readline().strip())
        time.sleep(0.003 * attempt)
        writer.send_signal(signal.SIGKILL)
        acknowledged += writer.communicate()[0].split()

    known = [each.key for each in list_snapshots(path).snapshots]
    assert set(acknowledged) <= set(known)
    assert all(read_snapshot(path, key).files for key in known)


def test_a_store_that_somebody_has_locked_is_named_and_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "history.sqlite"
    kept = keep_snapshot(path, snapshot(shot("a b", "a")))
    monkeypatch.setattr("planner.history.store.WAIT_SECONDS", 0.1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(InputError, match="another program has had it locked"):
        keep_snapshot(path, snapshot(shot("a b", "b")))

    other.execute("ROLLBACK")
    other.close()
    assert [each.key for each in list_snapshots(path).snapshots] == [kept.key]


_FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
""" + _WRITER.replace("import sys\n", "", 1)


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files")
def test_a_full_disk_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    command = [sys.executable, "-c", _FULL, str(path), "1000", str(ROOT / "tests"), "full"]

    found = subprocess.run(command, capture_output=True, text=True, check=False)

    assert "the store of snapshots cannot be used" in found.stderr
    assert found.stdout.split()
    assert [each.key for each in list_snapshots(path).snapshots] == found.stdout.split()
    assert all(read_snapshot(path, key).files for key in found.stdout.split())
