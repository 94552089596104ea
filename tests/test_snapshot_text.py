"""A snapshot as text: every field is written and comes back, and every number that no snapshot has is refused."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from snapshots import shot, snapshot

from planner.errors import InputError
from planner.history.codec import decode_shot, decode_snapshot, encode_shot, encode_snapshot, with_key
from planner.history.store import keep_snapshot, list_snapshots, read_snapshot, unpacked
from planner.model.history import Circumstances, FileShot, Snapshot, Span
from planner.model.lines import line_range, lines_of
from planner.model.measurement import Counts

FULL = Snapshot(
    key="",
    taken="2026-11-21T12:00:00Z",
    project="shop",
    totals=Counts(9, 5, 4, 1),
    files=(
        FileShot(
            "shop/desk.py",
            Counts(5, 3, 4, 1),
            statements=lines_of([1, 3, 4, 5, 9]),
            missing=lines_of([4, 9]),
            excluded=lines_of([6, 7]),
            exits={3: (2, 1), 9: (2, 0)},
            source="ab12",
            marks=(1, 0, 0xFFFFFFFFFF),
            spans=(Span("Desk", 3, 7), Span("Desk.sell", 4, 5)),
            import_time=lines_of([1, 3]),
        ),
    ),
    circumstances=Circumstances(True, "7.17.3", "7.4.0", {"omit": ("a*", "b"), "source": ()}),
    commit="abc123",
    git_branch="main",
    metrics={"hours": 2.5, "tests": 40.0},
    label="before the release",
)

LINE = (
    '{"circumstances":{"branch":true,"counted_by":"7.17.3","recorded_by":"7.4.0",'
    '"settings":{"omit":["a*","b"],"source":[]}},"commit":"abc123",'
    '"files":{"shop/desk.py":{"counts":[5,3,4,1],"excluded":"6-7","exits":[[3,2,1],[9,2,0]],"import_time":"1,3",'
    '"marks":"00000000010000000000ffffffffff","missing":"4,9","source":"ab12",'
    '"spans":[["Desk",3,7],["Desk.sell",4,5]],"statements":"1,3-5,9"}},"format":1,"git_branch":"main",'
    '"label":"before the release","metrics":{"hours":2.5,"tests":40.0},"project":"shop",'
    '"taken":"2026-11-21T12:00:00Z","totals":[9,5,4,1]}'
)


def test_every_field_is_written_in_its_place() -> None:
    assert encode_snapshot(FULL).decode() == LINE


def test_every_field_comes_back() -> None:
    found = decode_snapshot(LINE.encode(), "line 1")

    assert replace(found, key="") == FULL
    assert found.key == with_key(FULL).key
    assert len(found.key) == 12


def test_every_field_comes_back_from_a_store(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"

    kept = keep_snapshot(path, FULL)

    assert read_snapshot(path, kept.key) == replace(FULL, key=kept.key)
    assert list_snapshots(path).snapshots == (replace(FULL, key=kept.key, files=()),)


def test_snapshots_are_listed_in_the_order_in_which_they_were_kept(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"

    kept = [keep_snapshot(path, replace(FULL, label=label)).key for label in ("c", "a", "b")]

    assert [each.key for each in list_snapshots(path).snapshots] == kept
    assert [each.label for each in list_snapshots(path).snapshots] == ["c", "a", "b"]


def test_a_file_comes_back_without_its_path() -> None:
    (file,) = FULL.files

    assert decode_shot(encode_shot(file), "other.py") == replace(file, path="other.py")
    assert b"desk" not in encode_shot(file)


def test_a_missing_line_that_is_no_statement_is_dropped() -> None:
    assert decode_shot(b'{"counts":[1,0,0,0],"statements":"1","missing":"1-5"}', "a.py").missing == lines_of([1])


# Numbers


def _file(**fields: object) -> bytes:
    return json.dumps({"counts": [1, 1, 0, 0], **fields}).encode()


@pytest.mark.parametrize("key", ["statements", "excluded", "import_time"])
def test_lines_go_from_one_to_ten_million(key: str) -> None:
    found = decode_shot(_file(**{key: "1,10000000"}), "a.py")

    assert getattr(found, key) == lines_of([1, 10_000_000])
    for text in ("0", "0-3", "10000001", "9999999-10000001", "3-2", "-1", "x", "1,", ",1", "1--2"):
        with pytest.raises(ValueError):
            decode_shot(_file(**{key: text}), "a.py")


def test_a_run_is_written_from_its_first_to_its_last_line() -> None:
    lines = line_range(3, 5) | line_range(7, 7) | line_range(9, 10)

    assert json.loads(encode_shot(replace(shot("a"), statements=lines)))["statements"] == "3-5,7,9-10"


@pytest.mark.parametrize(
    "exits", [[[0, 2, 1]], [[-1, 2, 1]], [[10_000_001, 2, 1]], [[1, 2, 3]], [[1, 2, -1]], [[1, -1, -1]]]
)
def test_exits_that_no_line_has_are_refused(exits: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="exits taken"):
        decode_shot(_file(exits=exits), "a.py")


def test_exits_at_their_bounds_are_read() -> None:
    found = decode_shot(_file(exits=[[1, 0, 0], [2, 2, 0], [10_000_000, 2, 2]]), "a.py")

    assert found.exits == {1: (0, 0), 2: (2, 0), 10_000_000: (2, 2)}


@pytest.mark.parametrize("counts", [[1, 2, 0, 0], [1, -1, 0, 0], [-1, -1, 0, 0], [0, 0, 1, 2], [0, 0, 1, -1]])
def test_counts_that_cover_more_or_less_than_there_is_are_refused(counts: list[int]) -> None:
    with pytest.raises(ValueError, match="more is covered than there is"):
        decode_shot(json.dumps({"counts": counts}).encode(), "a.py")


@pytest.mark.parametrize("counts", [[0, 0, 0, 0], [1, 0, 1, 0], [1, 1, 1, 1]])
def test_counts_at_their_bounds_are_read(counts: list[int]) -> None:
    assert decode_shot(json.dumps({"counts": counts}).encode(), "a.py").counts == Counts(*counts)


def test_marks_are_ten_hexadecimal_digits_each() -> None:
    assert decode_shot(_file(marks="00000000ff0000000010"), "a.py").marks == (255, 16)
    for text in ("00000000f", "00000000ff0", "zzzzzzzzzz"):
        with pytest.raises(ValueError):
            decode_shot(_file(marks=text), "a.py")


def test_a_line_beyond_128_mib_is_refused_before_it_is_read() -> None:
    most = 128 * 1024 * 1024

    with pytest.raises(InputError, match=r"^line 1: no snapshot: "):
        decode_snapshot(bytes(most), "line 1")
    with pytest.raises(InputError, match=r"^line 1: longer than 128 MiB: no snapshot$"):
        decode_snapshot(bytes(most + 1), "line 1")


# Rows of a store


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "a part of it is missing"),
        ("text", "a part of it is missing"),
        (b"no zlib", "incorrect header check"),
        (b"x\x9c", "cut short, or larger than 128 MiB"),
    ],
)
def test_a_row_that_is_nothing_packed_is_damage_in_one_line(content: object, says: str) -> None:
    with pytest.raises(InputError) as caught:
        unpacked(content, "store: snapshot 1")

    assert str(caught.value).startswith("store: snapshot 1: damaged (")
    assert says in str(caught.value)


def test_a_snapshot_of_no_name_in_the_store_is_told_by_name(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    keep_snapshot(path, FULL)

    with pytest.raises(InputError) as caught:
        read_snapshot(path, "123")

    assert str(caught.value) == f"{path}: snapshot 123: there is none of that name"


def test_a_snapshot_whose_content_has_another_name_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    kept = keep_snapshot(path, FULL)
    with closing(sqlite3.connect(path)) as store, store:
        store.execute("UPDATE part SET path = 'other.py'")

    with pytest.raises(InputError) as caught:
        read_snapshot(path, kept.key)

    assert str(caught.value) == (
        f"{path}: snapshot {kept.key}: damaged (its content has another name); the other snapshots can still be read"
    )


def test_rows_that_were_damaged_are_put_right_when_the_same_is_kept_again(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    kept = keep_snapshot(path, FULL)
    for damage in (
        "UPDATE snapshot SET content = x'00'",
        "UPDATE shot SET content = x'00'",
        "DELETE FROM part",
        "UPDATE part SET path = 'other.py'",
        "DELETE FROM shot",
    ):
        with closing(sqlite3.connect(path)) as store, store:
            store.execute(damage)

        keep_snapshot(path, FULL)

        assert read_snapshot(path, kept.key) == replace(FULL, key=kept.key)
        assert len(list_snapshots(path).snapshots) == 1


def test_files_of_a_snapshot_come_back_sorted_by_path(tmp_path: Path) -> None:
    files = [shot("a b", "a", path=name) for name in ("b.py", "a.py", "c/a.py")]

    kept = keep_snapshot(tmp_path / "history.sqlite", snapshot(*files))

    assert [each.path for each in read_snapshot(tmp_path / "history.sqlite", kept.key).files] == [
        "a.py",
        "b.py",
        "c/a.py",
    ]


def test_what_a_snapshot_does_not_say_is_empty() -> None:
    line = b'{"circumstances":{},"files":{"a.py":{"counts":[0,0,0,0]}},"format":1,"project":"p",'
    line += b'"taken":"2026-11-21T12:00:00Z","totals":[0,0,0,0]}'

    found = decode_snapshot(line, "line 1")

    assert replace(found, key="") == Snapshot(
        "", "2026-11-21T12:00:00Z", "p", Counts(), (FileShot("a.py", Counts()),), Circumstances()
    )
    assert (found.commit, found.git_branch, found.label, dict(found.metrics)) == ("", "", "", {})


def test_a_metric_without_a_fraction_is_the_same_number(tmp_path: Path) -> None:
    whole = replace(FULL, metrics={"hours": 2.5, "tests": 40})

    assert encode_snapshot(whole).decode() == LINE
    kept = keep_snapshot(tmp_path / "history.sqlite", whole)
    assert kept.key == with_key(FULL).key
    assert dict(read_snapshot(tmp_path / "history.sqlite", kept.key).metrics) == {"hours": 2.5, "tests": 40.0}


def test_a_line_that_nests_deeper_than_any_is_no_snapshot() -> None:
    nested = b'{"format":1,"more":' + b"[" * 200_000 + b"]" * 200_000 + b"}"

    with pytest.raises(InputError, match=r"^line 1: no snapshot: ") as caught:
        decode_snapshot(nested, "line 1")

    assert "\n" not in str(caught.value)
