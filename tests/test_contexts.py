"""What each context of a data file ran: lines and arcs by file, of one data file or several, read as hostile."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from makers import write_arcs, write_lines

from planner.errors import InputError
from planner.measure.contexts import read_contexts
from planner.model.lines import MAX_LINE, lines_of

WANTED = {"/ci/a.py": "a.py", "/ci/b.py": "b.py"}


def _changed(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()
    return path


def test_each_test_has_the_lines_that_it_ran_under_the_path_of_the_project(tmp_path: Path) -> None:
    path = write_lines(tmp_path / ".coverage", {"/ci/a.py": [1, 2], "/ci/b.py": [9]}, context="test_one")
    write_lines(path, {"/ci/a.py": [2, 300]}, context="test_two")

    assert read_contexts([path], WANTED) == {
        "test_one": {"a.py": lines_of([1, 2]), "b.py": lines_of([9])},
        "test_two": {"a.py": lines_of([2, 300])},
    }


def test_each_test_has_the_lines_at_both_ends_of_its_arcs_and_no_entries_and_exits(tmp_path: Path) -> None:
    path = write_arcs(tmp_path / ".coverage", {"/ci/a.py": [(-1, 1), (1, 17), (17, -1)]}, context="test_one")
    write_arcs(path, {"/ci/a.py": [(-1, 1), (1, 3), (3, -1)], "/ci/b.py": [(8, 7)]}, context="test_two")

    assert read_contexts([path], WANTED) == {
        "test_one": {"a.py": lines_of([1, 17])},
        "test_two": {"a.py": lines_of([1, 3]), "b.py": lines_of([7, 8])},
    }


@pytest.mark.parametrize("branch", [False, True])
def test_what_no_test_ran_and_files_that_nobody_asked_for_are_left_out(tmp_path: Path, branch: bool) -> None:
    path = tmp_path / ".coverage"
    for context in ("", "test_one"):
        if branch:
            write_arcs(path, {"/ci/a.py": [(4, 5)], "/lib/c.py": [(1, 2)]}, context=context)
        else:
            write_lines(path, {"/ci/a.py": [4, 5], "/lib/c.py": [1, 2]}, context=context)

    assert read_contexts([path], WANTED) == {"test_one": {"a.py": lines_of([4, 5])}}


def test_a_test_that_ran_nothing_of_the_project_is_still_named(tmp_path: Path) -> None:
    path = write_lines(tmp_path / ".coverage", {"/lib/c.py": [1]}, context="test_one")

    assert read_contexts([path], WANTED) == {"test_one": {}}


def test_several_data_files_are_united(tmp_path: Path) -> None:
    first = write_lines(tmp_path / "first", {"/ci/a.py": [1]}, context="test_one")
    second = write_arcs(tmp_path / "second", {"/ci/a.py": [(2, 3)]}, context="test_one")
    third = write_lines(tmp_path / "third", {"/ci/a.py": [7]}, context="test_two")

    assert read_contexts([first, second, third], WANTED) == {
        "test_one": {"a.py": lines_of([1, 2, 3])},
        "test_two": {"a.py": lines_of([7])},
    }
    assert read_contexts([], WANTED) == {}


def test_two_names_of_one_file_are_one_file(tmp_path: Path) -> None:
    path = write_arcs(tmp_path / ".coverage", {"/ci/a.py": [(1, 2)], "/elsewhere/a.py": [(2, 5)]}, context="test_one")

    found = read_contexts([path], {"/ci/a.py": "a.py", "/elsewhere/a.py": "a.py"})

    assert found == {"test_one": {"a.py": lines_of([1, 2, 5])}}


def test_lines_beyond_any_file_are_none_and_the_last_there_may_be_is_one(tmp_path: Path) -> None:
    path = write_arcs(tmp_path / ".coverage", {"/ci/a.py": [(1, MAX_LINE), (2, MAX_LINE + 1)]}, context="test_one")

    assert read_contexts([path], WANTED) == {"test_one": {"a.py": lines_of([1, 2, MAX_LINE])}}


def test_rows_that_name_no_file_or_no_context_are_passed_over(tmp_path: Path) -> None:
    path = write_lines(tmp_path / ".coverage", {"/ci/a.py": [1]}, context="test_one")
    _changed(
        path,
        "INSERT INTO line_bits VALUES (99, 1, x'ff')",
        "INSERT INTO line_bits VALUES (1, 99, x'ff')",
        "INSERT INTO arc VALUES (99, 1, 5, 6)",
        "INSERT INTO arc VALUES (1, 99, 5, 6)",
    )

    assert read_contexts([path], WANTED) == {"test_one": {"a.py": lines_of([1])}}


def test_names_that_are_no_text_are_read(tmp_path: Path) -> None:
    path = write_lines(tmp_path / ".coverage", {"/ci/a.py": [1]}, context="test_one")
    _changed(path, "UPDATE context SET context = CAST(x'74ff' AS TEXT) WHERE context = 'test_one'")

    assert read_contexts([path], WANTED) == {"t\udcff": {"a.py": lines_of([1])}}


@pytest.mark.parametrize("name", ["per cent %41", "what?", "hash#", "plain"])
def test_odd_characters_in_the_path_of_the_data_do_not_matter(tmp_path: Path, name: str) -> None:
    path = write_lines(tmp_path / name, {"/ci/a.py": [1]}, context="test_one")

    assert read_contexts([path], WANTED) == {"test_one": {"a.py": lines_of([1])}}


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("INSERT INTO arc VALUES (1, 2, 'x', 3)", "contexts hold impossible values .*'x'.*; make the data again$"),
        ("UPDATE line_bits SET numbits = 'text'", "contexts hold impossible values .*; make the data again$"),
        ("DROP TABLE arc", "an SQLite file, but not coverage data .no table 'arc'.$"),
        ("UPDATE coverage_schema SET version = 6", "coverage data of schema 6; gapplan reads 7"),
    ],
)
def test_damage_is_an_error_in_one_line(tmp_path: Path, statement: str, reason: str) -> None:
    path = write_lines(tmp_path / ".coverage", {"/ci/a.py": [1]}, context="test_one")
    _changed(path, "UPDATE context SET id = 2 WHERE context = 'test_one'", "UPDATE line_bits SET context_id = 2")
    _changed(path, statement)

    with pytest.raises(InputError, match=reason) as caught:
        read_contexts([path], WANTED)

    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_what_is_no_database_is_an_error_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / ".coverage"
    path.write_bytes(b"no database, but long enough to be looked at" * 50)

    with pytest.raises(InputError, match=r"contexts cannot be read \(file is not a database\); make the data again$"):
        read_contexts([path], WANTED)
