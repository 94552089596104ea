"""coverage.py's data file: what it records is read exactly, and no crafted file does harm."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from coverage import CoverageData
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import (
    assert_answer_or_error,
    contents_of,
    damaged,
    lines_in,
    shop_arcs,
    write_arcs,
    write_lines,
    write_shop,
)

from planner.errors import ConfigError, InputError
from planner.measure.datafile import read_datafile, side_files, unite
from planner.measure.rows import Row, Rows
from planner.model.lines import lines_of, numbers_in


def test_lines_are_those_coverage_py_reads(tmp_path: Path) -> None:
    path = write_shop(tmp_path, branch=False)

    rows = read_datafile(path)

    assert not rows.has_arcs
    assert {name: list(numbers_in(row.lines)) for name, row in rows.by_name.items()} == _lines_of(path)


def test_arcs_and_their_lines_are_those_coverage_py_reads(tmp_path: Path) -> None:
    path = write_shop(tmp_path, branch=True)

    rows = read_datafile(path)

    assert rows.has_arcs
    assert {name: sorted(row.arcs) for name, row in rows.by_name.items()} == shop_arcs()
    assert {name: list(numbers_in(row.lines)) for name, row in rows.by_name.items()} == _lines_of(path)


def _lines_of(path: Path) -> dict[str, list[int]]:
    data = CoverageData(str(path))
    data.read()
    found = {name: sorted(data.lines(name) or []) for name in data.measured_files()}
    data.close()
    return found


def test_the_version_that_recorded_is_known(tmp_path: Path) -> None:
    path = write_lines(tmp_path / ".coverage", {"a.py": [1]})

    rows = read_datafile(path)

    with closing(sqlite3.connect(path)) as database:
        assert (rows.version,) in database.execute("SELECT value FROM meta WHERE key = 'version'").fetchall()


def test_all_contexts_are_united_and_counted(tmp_path: Path) -> None:
    path = tmp_path / ".coverage"
    for line, context in enumerate(("", "one", "two"), start=1):
        write_lines(path, {"a.py": [line]}, context=context)

    rows = read_datafile(path)

    assert rows.contexts == 2
    assert list(numbers_in(rows.by_name["a.py"].lines)) == [1, 2, 3]


def test_only_contexts_that_match_a_pattern_are_read(tmp_path: Path) -> None:
    path = tmp_path / ".coverage"
    for line, context in enumerate(("", "test_one|run", "test_two|run", "setup"), start=1):
        write_arcs(path, {"a.py": [(line, line)]}, context=context)

    rows = read_datafile(path, (r"one", r"^setup$"))

    assert list(numbers_in(rows.by_name["a.py"].lines)) == [2, 4]


def test_a_context_pattern_that_is_no_regular_expression_is_a_configuration_error(tmp_path: Path) -> None:
    path = write_lines(tmp_path / ".coverage", {"a.py": [1]}, context="one")

    with pytest.raises(ConfigError, match="contexts is no regular expression"):
        read_datafile(path, ("(",))


def test_a_file_that_was_only_touched_is_a_row_without_lines(tmp_path: Path) -> None:
    path = write_lines(tmp_path / ".coverage", {"a.py": [], "b.py": [7]})

    rows = read_datafile(path)

    assert rows.by_name == {"a.py": Row(), "b.py": Row(lines_of([7]))}


def test_the_plugin_of_a_row_is_known(tmp_path: Path) -> None:
    path = write_lines(tmp_path / ".coverage", {"a.html": [1], "b.py": [1]}, plugins={"a.html": "django.plugin"})

    rows = read_datafile(path)

    assert {name: row.tracer for name, row in rows.by_name.items()} == {"a.html": "django.plugin", "b.py": ""}


def test_odd_characters_in_the_path_of_the_data_do_not_matter(tmp_path: Path) -> None:
    folder = tmp_path / "a b?mode=rw&x#%41"
    folder.mkdir()
    path = write_lines(folder / ".coverage", {"a.py": [1]})

    rows = read_datafile(path)

    assert list(rows.by_name) == ["a.py"]
    assert sorted(contents_of(tmp_path)) == ["a b?mode=rw&x#%41/.coverage"]


def test_the_data_of_an_open_writer_is_a_side_file(tmp_path: Path) -> None:
    path = write_lines(tmp_path / ".coverage", {"a.py": [1]})
    for name in (".coverage-wal", ".coverage-journal", ".coverage-shm", ".coverage-other"):
        (tmp_path / name).write_bytes(b"x")

    assert side_files(path) == (".coverage-wal", ".coverage-journal")


def _changed(tmp_path: Path, *statements: str) -> Path:
    path = write_lines(tmp_path / ".coverage", {"a.py": [1, 2]})
    with closing(sqlite3.connect(path)) as database, database:
        for statement in statements:
            database.execute(statement)
    return path


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE coverage_schema SET version = 6", "schema 6; gapplan reads 7"),
        ("UPDATE coverage_schema SET version = 'seven'", "schema seven"),
        ("DELETE FROM coverage_schema", "schema none"),
        ("DROP TABLE arc", "not coverage data \\(no table 'arc'\\)"),
        ("UPDATE line_bits SET numbits = 'text'", "impossible values"),
        ("UPDATE line_bits SET numbits = 5", "impossible values"),
        ("ALTER TABLE line_bits RENAME COLUMN numbits TO bits", "cannot be read"),
    ],
)
def test_damage_is_an_error_in_one_line(tmp_path: Path, statement: str, reason: str) -> None:
    path = _changed(tmp_path, statement)

    with pytest.raises(InputError, match=reason) as caught:
        read_datafile(path)

    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", ["NULL", "'x'", "1e300", "9e999", "x'00'"])
def test_impossible_arcs_are_an_error(tmp_path: Path, value: str) -> None:
    path = write_arcs(tmp_path / ".coverage", {"a.py": [(1, 2)]})
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE other AS SELECT * FROM arc")
        database.execute("DROP TABLE arc")
        database.execute("ALTER TABLE other RENAME TO arc")
        database.execute(f"UPDATE arc SET tono = {value}")

    assert_answer_or_error(lambda: read_datafile(path))


def test_another_program_s_database_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE places (id INTEGER)")

    with pytest.raises(InputError, match="an SQLite file, but not coverage data"):
        read_datafile(path)


def test_a_view_in_place_of_a_table_is_not_run(tmp_path: Path) -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS id, x AS path FROM n"
    path = _changed(tmp_path, "DROP TABLE file", f"CREATE VIEW file AS {endless}")

    with pytest.raises(InputError, match="no table 'file'"):
        read_datafile(path)


def test_a_cut_file_is_an_error(tmp_path: Path) -> None:
    path = write_shop(tmp_path, branch=True)
    path.write_bytes(path.read_bytes()[:5000])

    with pytest.raises(InputError, match="cannot be read"):
        read_datafile(path)


def test_rows_that_name_no_file_are_passed_over(tmp_path: Path) -> None:
    path = _changed(tmp_path, "INSERT INTO line_bits (file_id, context_id, numbits) VALUES (99, 1, x'02')")

    assert list(read_datafile(path).by_name) == ["a.py"]


def test_a_line_number_beyond_any_file_costs_no_memory(tmp_path: Path) -> None:
    path = _changed(tmp_path, "UPDATE line_bits SET numbits = zeroblob(200000000)")

    rows = read_datafile(path)

    assert rows.by_name["a.py"].lines == 0


def test_uniting_keeps_branches_only_where_all_parts_have_them() -> None:
    arcs = Rows({"a.py": Row(lines_of([1, 2]), {(1, 2)})}, has_arcs=True, contexts=3, version="7.1")
    lines = Rows({"a.py": Row(lines_of([3])), "b.py": Row()}, has_arcs=False, contexts=1, version="7.0")
    empty = Rows({}, has_arcs=False)

    both = unite([arcs, lines])

    assert both.by_name == {"a.py": Row(lines_of([1, 2, 3]), {(1, 2)}), "b.py": Row()}
    assert (both.has_arcs, both.contexts, both.version) == (False, 3, "7.0, 7.1")
    assert unite([arcs, empty]).has_arcs
    assert not unite([empty, empty]).has_arcs


@settings(deadline=None, max_examples=200)
@given(rows=st.dictionaries(st.text(min_size=1, max_size=5), st.sets(st.integers(1, 5000)), min_size=1, max_size=4))
def test_any_lines_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, rows: dict[str, set[int]]
) -> None:
    path = tmp_path_factory.mktemp("rows") / ".coverage"
    writable = {name.encode("utf-8", "replace").decode().replace("\0", "0"): lines for name, lines in rows.items()}
    write_lines(path, writable)

    read = read_datafile(path)

    assert {name: set(numbers_in(row.lines)) for name, row in read.by_name.items()} == writable


@settings(deadline=None, max_examples=200)
@given(arcs=st.sets(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=1, max_size=30))
def test_any_arcs_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, arcs: set[tuple[int, int]]
) -> None:
    path = write_arcs(tmp_path_factory.mktemp("rows") / ".coverage", {"a.py": arcs})

    row = read_datafile(path).by_name["a.py"]

    assert row.arcs == arcs
    assert list(numbers_in(row.lines)) == lines_in(arcs)


_ORIGINALS: dict[bool, bytes] = {}


def _original(branch: bool, factory: pytest.TempPathFactory) -> bytes:
    if branch not in _ORIGINALS:
        _ORIGINALS[branch] = write_shop(factory.mktemp("original"), branch=branch, context="test").read_bytes()
    return _ORIGINALS[branch]


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(choice=st.data(), branch=st.booleans())
def test_a_damaged_file_gives_an_answer_or_one_clear_line(
    tmp_path_factory: pytest.TempPathFactory, choice: st.DataObject, branch: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.coverage"
    content = choice.draw(damaged(_original(branch, tmp_path_factory)))
    path.write_bytes(b"SQLite format 3\0" + content[16:])

    assert_answer_or_error(lambda: read_datafile(path))

    assert path.read_bytes() == b"SQLite format 3\0" + content[16:]


def test_lines_up_to_ten_million_are_read_and_longer_numbits_are_lost(tmp_path: Path) -> None:
    path = write_lines(tmp_path / ".coverage", {"a.py": [1, 10_000_000], "b.py": [1]})
    with closing(sqlite3.connect(path)) as database, database:
        key = database.execute("SELECT id FROM file WHERE path LIKE '%b.py'").fetchone()[0]
        database.execute("UPDATE line_bits SET numbits = ? WHERE file_id = ?", (bytes(1_250_001) + b"\1", key))

    rows = read_datafile(path)

    assert [list(numbers_in(row.lines)) for row in rows.by_name.values()] == [[1, 10_000_000], []]
    assert rows.lost == 1


def test_of_a_hundred_thousand_contexts_all_are_named_and_of_more_all_are_counted(tmp_path: Path) -> None:
    path = write_lines(tmp_path / ".coverage", {"a.py": [1]})
    with closing(sqlite3.connect(path)) as database, database:
        names = ((f"test_{number}",) for number in range(100_001))
        database.executemany("INSERT INTO context (context) VALUES (?)", names)

    rows = read_datafile(path)

    assert (rows.contexts, len(rows.context_names)) == (100_001, 100_000)
    assert rows.context_names[-1] == "test_99999"


def test_notes_longer_than_ten_thousand_characters_are_cut(tmp_path: Path) -> None:
    path = write_lines(tmp_path / ".coverage", {"a.py": [1]})
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("INSERT INTO meta VALUES ('sys_argv', ?)", ("x" * 10_001,))

    assert read_datafile(path).meta["sys_argv"] == "x" * 10_000


def test_no_data_files_are_data_of_nothing() -> None:
    nothing = unite([])

    assert (nothing.by_name, nothing.contexts, nothing.version, nothing.context_names) == ({}, 0, None, ())


@pytest.mark.parametrize("branch", [False, True])
def test_where_the_data_does_not_say_so_its_arcs_tell_whether_it_has_branches(tmp_path: Path, branch: bool) -> None:
    path = write_shop(tmp_path, branch=branch)
    whole = read_datafile(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("DELETE FROM meta WHERE key = 'has_arcs'")
        database.commit()

    found = read_datafile(path)

    assert found.has_arcs is branch
    assert found.by_name == whole.by_name


@pytest.mark.parametrize("table", ["meta", "line_bits", "arc"])
def test_a_column_that_computes_something_is_refused(tmp_path: Path, table: str) -> None:
    path = write_lines(tmp_path / ".coverage", {"a.py": [1]})
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"ALTER TABLE {table} ADD COLUMN more TEXT GENERATED ALWAYS AS (upper('x')) VIRTUAL")
        database.commit()

    with pytest.raises(InputError, match=f"not coverage data .table '{table}' has hidden columns.$"):
        read_datafile(path)
