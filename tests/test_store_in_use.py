"""A store that another program uses is waited for and left alone: it is never taken for a damaged one."""

import errno
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from snapshots import shot, snapshot

from planner.errors import InputError
from planner.history import salvage as salvaging
from planner.history import store as storing
from planner.history.identity import is_ours
from planner.history.papers import keep_plan
from planner.history.salvage import salvage, stores_set_aside
from planner.history.store import change_store, keep_snapshot, list_snapshots, make_store, opened, read_snapshot
from planner.model.plan import Effort, Range
from planner.model.receipt import KeptPlan


@contextmanager
def _locked(path: Path, how: str = "EXCLUSIVE") -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(f"BEGIN {how}")
        yield


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with a snapshot, for which nobody waits long."""
    monkeypatch.setattr(storing, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(salvaging, "_WAIT_SECONDS", 0.05)
    path = tmp_path / "history.sqlite"
    keep_snapshot(path, snapshot(shot("a b", "a")))
    return path


def test_a_writer_says_that_another_program_has_it(path: Path) -> None:
    with _locked(path), pytest.raises(InputError) as caught:
        keep_snapshot(path, snapshot(shot("c", "c")))

    assert str(caught.value) == (
        f"{path}: the store of snapshots cannot be used (another program has had it locked for 0 s); "
        "nothing was changed"
    )
    assert len(list_snapshots(path).snapshots) == 1


def test_a_reader_reads_beside_a_writer_that_has_not_finished(path: Path) -> None:
    with _locked(path, "IMMEDIATE"):
        assert len(list_snapshots(path).snapshots) == 1


def test_a_store_in_use_is_not_set_aside_whatever_is_thought_of_it(path: Path) -> None:
    before = path.read_bytes()

    with _locked(path), pytest.raises(sqlite3.OperationalError, match="locked"):
        salvage(path, os.lstat(path), make_store)

    assert path.read_bytes() == before
    assert stores_set_aside(path) == ()
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_store_that_is_another_file_by_now_is_not_set_aside(path: Path, tmp_path: Path) -> None:
    damaged = os.lstat(path)
    keep_snapshot(tmp_path / "other.sqlite", snapshot(shot("c", "c")))
    os.replace(tmp_path / "other.sqlite", path)

    assert salvage(path, damaged, make_store) is None
    assert stores_set_aside(path) == ()


def test_two_that_salvage_at_once_do_it_one_after_the_other(path: Path) -> None:
    import fcntl

    folder = os.open(path.parent, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        with pytest.raises(BlockingIOError):
            salvage(path, os.lstat(path), make_store)
    finally:
        os.close(folder)

    assert salvage(path, os.lstat(path), make_store) is None  # whole, so nothing to be done


def test_what_a_writer_fails_at_is_not_kept(path: Path) -> None:
    def write(store: sqlite3.Connection) -> None:
        store.execute("DELETE FROM snapshot")
        raise ValueError("something else went wrong")

    with pytest.raises(ValueError, match="something else"):
        change_store(path, write)

    assert len(list_snapshots(path).snapshots) == 1


def test_a_store_that_is_replaced_again_and_again_is_given_up(path: Path, tmp_path: Path) -> None:
    attempts: list[int] = []

    def swap(number: int) -> None:
        keep_snapshot(tmp_path / "other.sqlite", snapshot(shot(f"n{number}", "n")))
        os.replace(tmp_path / "other.sqlite", path)

    opened = storing.opened

    @contextmanager
    def opened_too_late(place: Path, *, is_writing: bool = False) -> Iterator[sqlite3.Connection]:
        with opened(place, is_writing=is_writing) as store:
            if is_writing and place == path:
                attempts.append(1)
                swap(len(attempts))
            yield store

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storing, "opened", opened_too_late)
        with pytest.raises(InputError) as caught:
            change_store(path, lambda store: store.execute("DELETE FROM snapshot"))

    assert str(caught.value) == f"{path}: another program replaces it again and again; run the command again"
    assert len(attempts) == 5
    assert len(list_snapshots(path).snapshots) == 1


def test_names_of_damaged_stores_are_told_from_others_beside_them(path: Path) -> None:
    names = ["damaged-2", "damaged-10", "damaged-1", "damaged-", "damaged-x", "damaged-1-journal"]
    for name in names:
        path.with_name(f"{path.name}.{name}").touch()
    path.with_name("other.sqlite.damaged-1").touch()

    assert [each.name.removeprefix(path.name) for each in stores_set_aside(path)] == [
        ".damaged-1", ".damaged-10", ".damaged-2",
    ]  # fmt: skip
    assert stores_set_aside(path / "no folder" / "x") == ()


def test_a_store_is_read_where_nobody_may_write(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (key,) = [each.key for each in list_snapshots(path).snapshots]
    path.chmod(0o400)
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anyway

    assert read_snapshot(path, key).files[0].path == "shop/desk.py"


def test_where_files_have_no_second_names_a_store_is_made_all_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    other = path.with_name("other.sqlite")

    make_store(other)
    kept = keep_snapshot(other, snapshot(shot("c", "c")))

    assert read_snapshot(other, kept.key) == kept
    assert sorted(each.name for each in path.parent.iterdir()) == ["history.sqlite", "other.sqlite"]


def test_a_store_that_is_there_already_is_not_made_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path.read_bytes()

    make_store(path)
    monkeypatch.setattr(os.path, "lexists", lambda _: False)  # another process makes it at this moment
    make_store(path)

    assert path.read_bytes() == before


def test_a_damaged_store_that_cannot_be_set_aside_says_both(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for number in range(12):
        keep_snapshot(path, snapshot(shot(f"n{number} " * 400, "a")))
    path.write_bytes(path.read_bytes()[: 3 * 4096])
    monkeypatch.setattr(storing, "salvage", fail)

    with pytest.raises(InputError, match=r"damaged \(.+\), and cannot be set aside \(No space left on device\)$"):
        list_snapshots(path)


def test_a_store_that_is_whole_again_asks_for_another_try(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        keep_snapshot(path, snapshot(shot(f"n{number} " * 400, "a")))
    path.write_bytes(path.read_bytes()[: 3 * 4096])
    monkeypatch.setattr(storing, "salvage", lambda *_: None)

    with pytest.raises(InputError, match=r"could not be read \(.+\), and can be by now; run the command again$"):
        list_snapshots(path)


def test_a_journal_that_names_another_file_is_refused_and_any_other_is_not(path: Path) -> None:
    journal = path.with_name(f"{path.name}-journal")

    for content in (b"", b"\xd9\xd5", bytes(7), bytes(600)):
        journal.write_bytes(content)
        assert len(list_snapshots(path).snapshots) == 1

    journal.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7")
    with pytest.raises(InputError, match=r"-journal: not written by gapplan, and names another file to delete; take"):
        list_snapshots(path)


def test_who_reads_cannot_write(path: Path) -> None:
    with pytest.raises(InputError, match="attempt to write a readonly database"), opened(path) as store:
        store.execute("DELETE FROM snapshot")

    assert len(list_snapshots(path).snapshots) == 1


def test_a_store_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        list_snapshots(tmp_path / "none.sqlite")

    assert str(caught.value) == (
        f"{tmp_path / 'none.sqlite'}: no store of snapshots (No such file or directory); gapplan snapshot makes one"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_store_where_no_folder_can_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(InputError, match=r"a store of snapshots cannot be made there \(Not a directory|File exists"):
        keep_snapshot(tmp_path / "file" / "history.sqlite", snapshot(shot("a", "a")))


def test_who_waits_for_another_one_that_salvages_sleeps_between_two_looks(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    folder, slept = os.open(path.parent, os.O_RDONLY), list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            fcntl.flock(folder, fcntl.LOCK_UN)

    monkeypatch.setattr(salvaging, "_WAIT_SECONDS", 5.0)
    monkeypatch.setattr(time, "sleep", sleep)
    fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        assert salvage(path, os.lstat(path), make_store) is None
    finally:
        os.close(folder)

    assert slept == [0.02] * 3


@pytest.mark.parametrize("is_writing", [False, True])
def test_half_a_minute_is_waited_for_a_store_that_is_locked(tmp_path: Path, is_writing: bool) -> None:
    make_store(tmp_path / "history.sqlite")

    with opened(tmp_path / "history.sqlite", is_writing=is_writing) as store:
        assert store.execute("PRAGMA busy_timeout").fetchone() == (30_000,)


def test_whoever_only_reads_a_store_cannot_change_it(path: Path) -> None:
    with opened(path) as store:
        settings = [store.execute(f"PRAGMA {name}").fetchone()[0] for name in ("query_only", "trusted_schema")]
        assert settings == [1, 0]
    with opened(path, is_writing=True) as store:
        names = ("query_only", "trusted_schema", "synchronous", "cell_size_check")
        settings = [store.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
        assert settings == [0, 0, 3, 1]
        assert store.isolation_level is None


def test_a_store_is_known_by_its_first_bytes(path: Path) -> None:
    head = path.read_bytes()[:72]

    assert (head[:16], head[60:64], head[68:]) == (b"SQLite format 3\0", b"\0\0\0\1", b"gap1")


def test_where_there_are_no_links_a_damaged_store_is_moved_aside(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = path.read_bytes()[:5000]
    path.write_bytes(damaged)

    def link(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", link)
    with pytest.raises(InputError, match=r"set aside as history\.sqlite\.damaged-1"):
        list_snapshots(path)

    assert path.with_name("history.sqlite.damaged-1").read_bytes() == damaged
    assert [each.path for each in list_snapshots(path).damaged] == ["history.sqlite.damaged-1"]


def test_only_what_has_the_name_and_a_number_is_a_store_that_was_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    own = [f"{path.name}.damaged-{number}" for number in (1, 12)]
    for name in (*own, f"{path.name}.damaged-", f"{path.name}.damaged-x", "other.sqlite.damaged-1", path.name):
        (tmp_path / name).touch()

    assert [each.name for each in stores_set_aside(path)] == own
    assert stores_set_aside(tmp_path / "absent" / "history.sqlite") == ()


def test_numbers_of_rows_that_are_none_do_not_stop_the_salvage(path: Path) -> None:
    keep_snapshot(path, snapshot(shot("c d", "c")))
    with closing(sqlite3.connect(path)) as store:
        store.execute("DROP TABLE paper")
        store.execute("UPDATE sqlite_sequence SET seq = 'many'")
        store.commit()

    with pytest.raises(InputError, match=r"and 2 snapshot\(s\) and 0 other paper\(s\) are in a new store"):
        keep_plan(
            path,
            KeptPlan("", "2026-11-21T12:00:00Z", "shop", "0", "mix", "80", 0.8, Range(1, 2, 3), 2, Effort(1, 2), ()),
        )

    assert len(list_snapshots(path).snapshots) == 2


def test_a_file_is_ours_by_its_mark_and_what_cannot_be_read_is_not(path: Path, tmp_path: Path) -> None:
    content = path.read_bytes()
    for name, changed in (
        ("whole", content),
        ("head", content[:72]),
        ("short", content[:71]),
        ("magic", b"x" + content[1:]),
        ("mark", content[:71] + b"2" + content[72:]),
    ):
        (tmp_path / name).write_bytes(changed)

    names = ("whole", "head", "short", "magic", "mark", "absent", ".")
    assert [is_ours(tmp_path / name) for name in names] == [True, True, False, False, False, False, False]
