"""Recordings are read whole, packed or not, never written, and damaged ones are refused in one line."""

import lzma
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from factories import lines
from replays import Toy, shop

from planner.errors import ConfigError
from planner.replay.code import code_lines, written_lines
from planner.replay.data import RecordingError, read_recording, recording_name
from planner.replay.sources import SourcesError, find_sources, read_sources
from planner.replay.story import find_recordings


def _changed(data: Path, statement: str, *values: object) -> Path:
    with closing(sqlite3.connect(data)) as database, database:
        database.execute(statement, values)
    return data


def _refusal(data: Path) -> str:
    with pytest.raises(RecordingError) as caught:
        read_recording(data)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_packed_recording_says_the_same_as_the_unpacked_one(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()

    plain = read_recording(shop().write(tmp_path))
    packed = read_recording(shop().write(tmp_path / "a", packed=True))

    assert plain == packed
    assert plain.name == "toy"
    assert len(plain.tests) == 48


def test_reading_leaves_the_folder_as_it_was_even_with_a_journal_beside(tmp_path: Path) -> None:
    data = shop().write(tmp_path)
    journal = data.with_name(f"{data.name}-journal")
    journal.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(504))
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}

    read_recording(data)

    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_what_is_no_recording_is_refused_in_one_line(tmp_path: Path) -> None:
    text = tmp_path / "text.sqlite"
    text.write_text("no database")
    empty = tmp_path / "empty.sqlite"
    empty.touch()
    no_xz = tmp_path / "no.sqlite.xz"
    no_xz.write_bytes(b"plain")
    half = tmp_path / "half.sqlite.xz"
    half.write_bytes(lzma.compress(shop().write(tmp_path).read_bytes())[:-30])
    other = tmp_path / "other.sqlite.xz"
    other.write_bytes(lzma.compress(b"no database"))

    assert "no such recording" in _refusal(tmp_path / "absent.sqlite")
    assert "cannot be read" in _refusal(text)
    assert "no table 'meta'" in _refusal(empty)
    assert "not packed by xz" in _refusal(no_xz)
    assert "not packed by xz, or damaged" in _refusal(half)
    assert "cannot be read" in _refusal(other)


@pytest.mark.parametrize(
    ("statement", "values", "reason"),
    [
        ("drop table cov", (), "no table 'cov'"),
        ("alter table test drop column fixtures", (), "no column test.fixtures"),
        ("update file set path = ? where id = 1", ("../../etc/passwd",), "does not lie in the project"),
        ("update file set path = ? where id = 1", ("/etc/passwd",), "does not lie in the project"),
        ("update cov set bits = ?", ("text",), "no numbits"),
        ("update cov set bits = ?", (bytes(2_000_000),), "no numbits"),
        ("update test set outcomes = ?", ("[]",), "impossible values"),
        ("update test set fixtures = ?", ("[[1]]",), "impossible values"),
        ("update test set fixtures = ?", ("[" * 5000,), "impossible values"),
        ("update test set code_line = ?", ("first",), "impossible values"),
    ],
)
def test_impossible_values_are_refused_in_one_line(
    tmp_path: Path, statement: str, values: tuple[object, ...], reason: str
) -> None:
    assert reason in _refusal(_changed(shop().write(tmp_path), statement, *values))


def test_view_in_place_of_a_table_is_refused(tmp_path: Path) -> None:
    data = _changed(shop().write(tmp_path), "alter table cov rename to hidden")
    _changed(data, "create view cov as select * from hidden")

    assert "no table 'cov'" in _refusal(data)


def test_folder_stands_for_its_recordings_and_unpacked_ones_come_before_packed_ones(tmp_path: Path) -> None:
    packed = [shop(name).write(tmp_path, packed=True) for name in ("b", "a")]
    plain = shop("b").write(tmp_path)

    assert find_recordings([tmp_path]) == (packed[1], plain)
    assert find_recordings([tmp_path], ["b"]) == (plain,)
    assert [recording_name(path) for path in packed] == ["b", "a"]


def test_unknown_names_and_empty_folders_are_errors_of_the_user(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no recordings"):
        find_recordings([tmp_path])
    shop().write(tmp_path)

    with pytest.raises(ConfigError, match="--only other: no such recording; there are toy"):
        find_recordings([tmp_path], ["other"])


def test_sources_are_found_by_name_or_by_name_and_version(tmp_path: Path) -> None:
    (tmp_path / "toy-2.1").mkdir()
    (tmp_path / "toy-extra-1.0").mkdir()
    assert find_sources(tmp_path, "toy").name == "toy-2.1"

    (tmp_path / "toy").mkdir()
    assert find_sources(tmp_path, "toy").name == "toy"


def test_no_sources_or_several_versions_are_errors_that_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SourcesError, match="unpack its source distribution there as toy-VERSION"):
        find_sources(tmp_path, "toy")
    for version in ("1.0", "2.0"):
        (tmp_path / f"toy-{version}").mkdir()

    with pytest.raises(SourcesError, match=r"several sources of toy \(toy-1.0, toy-2.0\)"):
        find_sources(tmp_path, "toy")
    with pytest.raises(SourcesError, match="cannot be read"):
        find_sources(tmp_path / "absent", "toy")


def test_sources_of_another_version_are_refused(tmp_path: Path) -> None:
    recording = read_recording(shop().write(tmp_path))
    source = tmp_path / "toy-1.0" / "pkg" / "mod0.py"
    source.write_text("# moved\n" + source.read_text())

    with pytest.raises(SourcesError, match=r"mod0\.py: not the version that was recorded"):
        read_sources(tmp_path / "toy-1.0", recording)
    source.unlink()
    with pytest.raises(SourcesError, match=r"mod0\.py: cannot be read"):
        read_sources(tmp_path / "toy-1.0", recording)


def test_code_lines_leave_out_blank_lines_comments_and_docstrings() -> None:
    source = b'''\
"""A module
of two lines."""

import os  # kept


@decorated
def f(
    a,

    b,
):
    """Says."""
    # why
    x = """text

    of it"""
    return x
'''

    assert code_lines(source) == lines("4 7-9 11-12 15 17-18")
    assert written_lines(source) == lines("1-2 4 7-9 11-13 15 17-18")


def test_source_that_cannot_be_tokenized_has_code_on_every_written_line() -> None:
    source = b"x = (\n\n# no end\n  1\n"

    assert code_lines(source) == lines("1 4")


def test_files_of_other_kinds_are_no_code(tmp_path: Path) -> None:
    toy = Toy()
    toy.function("f")
    toy.helper("page", path="tests/page.html")
    recording = read_recording(toy.write(tmp_path))

    assert set(read_sources(tmp_path / "toy-1.0", recording).functions) == set()
