"""Files of our own: whole or absent after whatever happens, and nothing odd is read."""

import errno
import os
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import state
from planner.state import (
    Entry,
    cache_folder,
    read_bounded,
    read_shelf,
    state_folder,
    sweep_drafts,
    write_atomic,
    write_shelf,
)

posix = pytest.mark.skipif(os.name != "posix", reason="links, pipes and owners of POSIX")


def drafts(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir() if each.name.endswith(".tmp")]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_each_platform_has_its_own_folders(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}

    assert cache_folder(home, "linux") == tmp_path / ".cache/gapplan"
    assert state_folder(home, "linux") == tmp_path / ".local/state/gapplan"
    assert cache_folder(home, "darwin") == tmp_path / "Library/Caches/gapplan"
    assert state_folder(home, "darwin") == tmp_path / "Library/Application Support/gapplan"
    assert cache_folder({"LOCALAPPDATA": str(tmp_path)}, "win32") == tmp_path / "gapplan/Cache"
    assert state_folder({"LOCALAPPDATA": str(tmp_path)}, "win32") == tmp_path / "gapplan/State"


@posix
def test_xdg_variables_win_over_home_when_they_are_absolute(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "XDG_CACHE_HOME": "/c", "XDG_STATE_HOME": "/s"}

    assert cache_folder(environ, "linux") == Path("/c/gapplan")
    assert state_folder(environ, "linux") == Path("/s/gapplan")
    assert cache_folder({**environ, "XDG_CACHE_HOME": "c"}, "linux") == tmp_path / ".cache/gapplan"


@posix
def test_a_mac_has_no_xdg_folders(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "XDG_CACHE_HOME": "/c", "XDG_STATE_HOME": "/s"}

    assert cache_folder(environ, "darwin") == tmp_path / "Library/Caches/gapplan"
    assert state_folder(environ, "darwin") == tmp_path / "Library/Application Support/gapplan"


def test_our_own_variable_wins_over_all_and_may_be_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert cache_folder({"GAPPLAN_CACHE_DIR": "mine", "XDG_CACHE_HOME": "/c"}) == Path.cwd() / "mine"


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("home", [None, "", "relative", "/nonexistent/home"])
def test_without_a_home_there_is_no_folder(platform: str, home: str | None) -> None:
    environ = {} if home is None else {"HOME": home, "LOCALAPPDATA": home}

    assert cache_folder(environ, platform) is None
    assert state_folder(environ, platform) is None


@posix
def test_a_file_is_made_with_its_folder_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "gapplan" / "file"

    write_atomic(path, b"content")

    assert path.read_bytes() == b"content"
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    assert drafts(path.parent) == []


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomic(path, b"a longer content")

    write_atomic(path, b"short")

    assert read_bounded(path, 100) == b"short"


@posix
def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"precious")
    path = tmp_path / "file"
    path.symlink_to("target")

    write_atomic(path, b"content")

    assert (tmp_path / "target").read_bytes() == b"precious"
    assert not path.is_symlink()


@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_a_fault_leaves_the_old_content_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    path = tmp_path / "file"
    write_atomic(path, b"old")

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(os, call, fail)
        with pytest.raises(OSError, match=os.strerror(number)):
            write_atomic(path, b"new")

    assert path.read_bytes() == b"old"
    assert drafts(tmp_path) == []


def test_an_interruption_leaves_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)

    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "file", b"new")

    assert list(tmp_path.iterdir()) == []


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, content: write(descriptor, bytes(content)[:3]))

    write_atomic(tmp_path / "file", b"0123456789")

    assert (tmp_path / "file").read_bytes() == b"0123456789"


@posix
@pytest.mark.parametrize(("number", "is_fault"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_only_a_folder_that_cannot_be_synced_by_its_rules_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, is_fault: bool
) -> None:
    fsync: Callable[[int], None] = os.fsync

    def fail_on_folders(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(number, os.strerror(number))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fail_on_folders)
    if is_fault:
        with pytest.raises(OSError, match=os.strerror(number)):
            write_atomic(tmp_path / "file", b"new")
    else:
        write_atomic(tmp_path / "file", b"new")

    assert (tmp_path / "file").read_bytes() == b"new"


def test_drafts_that_a_killed_process_left_are_swept_when_they_are_old(tmp_path: Path) -> None:
    for name, age in ((".file.dead.tmp", 7200), (".file.alive.tmp", 60), (".other.dead.tmp", 7200), ("file.tmp", 7200)):
        (tmp_path / name).write_bytes(b"half")
        os.utime(tmp_path / name, (time.time() - age,) * 2)

    write_atomic(tmp_path / "file", b"new")

    assert sorted(each.name for each in tmp_path.iterdir()) == [
        ".file.alive.tmp",
        ".other.dead.tmp",
        "file",
        "file.tmp",
    ]


def test_a_file_is_read_up_to_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")

    assert read_bounded(path, 5) == b"12345"
    assert read_bounded(path, 4) is None


def test_an_empty_file_is_empty_and_an_absent_one_is_none(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()

    assert read_bounded(tmp_path / "empty", 0) == b""
    assert read_bounded(tmp_path / "absent", 10) is None
    assert read_bounded(tmp_path / "nul\0", 10) is None


def test_a_folder_is_odd(tmp_path: Path) -> None:
    assert read_bounded(tmp_path, 1_000_000) is None


@posix
def test_a_link_is_odd_even_to_a_file_of_our_own(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"content")
    (tmp_path / "file").symlink_to("target")

    assert read_bounded(tmp_path / "file", 100) is None


@posix
@pytest.mark.parametrize("kind", ["pipe", "device", "socket"])
def test_what_is_no_file_is_odd_and_does_not_block(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "odd"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        os.mknod(path, stat.S_IFSOCK | 0o600)
    else:
        path = Path("/dev/zero")

    assert read_bounded(path, 100) is None


@posix
def test_the_file_of_another_user_is_odd(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    try:
        os.chown(path, 12345, -1)
    except PermissionError:
        pytest.skip("only root can give a file away")

    assert read_bounded(path, 100) is None


@pytest.mark.parametrize("size", [3, 9])
def test_a_file_that_changes_its_size_meanwhile_is_odd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    fstat = os.fstat

    def fstat_before(descriptor: int) -> os.stat_result:
        found = fstat(descriptor)
        os.truncate(path, size)
        return found

    monkeypatch.setattr(os, "fstat", fstat_before)

    assert read_bounded(path, 100) is None


def test_a_read_error_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"12345")

    def fail(*_: object) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "read", fail)

    assert read_bounded(tmp_path / "file", 100) is None


WORDS = st.text(st.characters(exclude_characters="\t\n"))


@given(st.dictionaries(WORDS, st.tuples(WORDS, WORDS)))
def test_a_shelf_gives_back_what_was_put_there(
    tmp_path_factory: pytest.TempPathFactory, entries: dict[str, Entry]
) -> None:
    path = tmp_path_factory.mktemp("shelf") / "file"

    write_shelf(path, "stamp", entries)

    assert read_shelf(path, "stamp") == entries


def test_names_that_the_file_system_cannot_decode_are_kept(tmp_path: Path) -> None:
    entries = {b"caf\xe9.py".decode("utf-8", "surrogateescape"): ("key", "\ud83d\ude00")}

    write_shelf(tmp_path / "file", "stamp", entries)

    assert read_shelf(tmp_path / "file", "stamp") == entries


def test_an_entry_that_would_not_fit_on_a_line_is_left_out(tmp_path: Path) -> None:
    odd: dict[str, Entry] = {"a\tb": ("k", "t"), "a\nb": ("k", "t"), "c": ("k\t", "t"), "d": ("k", "t\n")}

    write_shelf(tmp_path / "file", "stamp", {**odd, "e": ("k", "t")})

    assert read_shelf(tmp_path / "file", "stamp") == {"e": ("k", "t")}


def test_the_same_entries_make_the_same_bytes(tmp_path: Path) -> None:
    write_shelf(tmp_path / "one", "stamp", {"a": ("1", "x"), "b": ("2", "y")})
    write_shelf(tmp_path / "two", "stamp", {"b": ("2", "y"), "a": ("1", "x")})

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_shelf_with_another_stamp_is_empty(tmp_path: Path) -> None:
    write_shelf(tmp_path / "file", "stamp", {"a": ("1", "x")})

    assert read_shelf(tmp_path / "file", "other") == {}


def test_a_shelf_that_lost_or_changed_a_byte_anywhere_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_shelf(path, "stamp", {"a.py": ("1", '["x",1]'), "b.py": ("2", '["y",2]')})
    whole = path.read_bytes()

    for offset in range(len(whole)):
        for damaged in (
            whole[:offset],
            whole[:offset] + whole[offset + 1 :],
            whole[:offset] + bytes([whole[offset] ^ 1]) + whole[offset + 1 :],
            whole[:offset] + b"\n" + whole[offset:],
        ):
            path.write_bytes(damaged)

            assert read_shelf(path, "stamp") == {}


@pytest.mark.parametrize("body", [b"a", b"a\tb", b"\xff\t\xfe\t\xfd", b"a\tb\tc\nd"])
def test_a_body_of_another_shape_is_empty_even_with_its_checksum(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(state._head("stamp", body) + b"\n" + body)

    assert read_shelf(path, "stamp") == {}


@pytest.mark.skipif(sys.platform != "linux", reason="sparse files")
def test_a_shelf_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file:
        file.truncate(state.MAX_SHELF_BYTES + 1)

    assert read_shelf(tmp_path / "file", "stamp") == {}


@posix
def test_a_draft_that_leads_nowhere_is_swept_and_so_are_those_after_it(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        draft = tmp_path / f".file.{name}.tmp"
        draft.symlink_to(tmp_path / "nowhere")
        os.utime(draft, (time.time() - 7200,) * 2, follow_symlinks=False)
    (tmp_path / ".file.young.tmp").symlink_to(tmp_path / "nowhere")

    sweep_drafts(tmp_path / "file")

    assert [each.name for each in tmp_path.iterdir()] == [".file.young.tmp"]


def test_journals_of_drafts_are_swept_too(tmp_path: Path) -> None:
    for name in (".file.dead.tmp-journal", ".file.tmp-journals", ".file.dead.tmp.kept"):
        (tmp_path / name).write_bytes(b"half")
        os.utime(tmp_path / name, (time.time() - 7200,) * 2)

    sweep_drafts(tmp_path / "file")

    assert sorted(each.name for each in tmp_path.iterdir()) == [".file.dead.tmp.kept", ".file.tmp-journals"]


def test_where_there_is_no_folder_nothing_is_swept(tmp_path: Path) -> None:
    sweep_drafts(tmp_path / "absent" / "file")

    assert list(tmp_path.iterdir()) == []


def test_a_shelf_says_what_it_is_in_its_first_line(tmp_path: Path) -> None:
    write_shelf(tmp_path / "shelf", "stamp", {"b": ("2", "y"), "a": ("1", "x")})

    head, *lines = (tmp_path / "shelf").read_text().split("\n")
    assert head.startswith("gapplan shelf 1 stamp ")
    assert len(head.split(" ")[-1]) == 32
    assert lines == ["a\t1\tx", "b\t2\ty"]


def test_all_folders_above_are_made(tmp_path: Path) -> None:
    for content in (b"one", b"two"):
        write_atomic(tmp_path / "a" / "b" / "c", content)

    assert (tmp_path / "a" / "b" / "c").read_bytes() == b"two"
