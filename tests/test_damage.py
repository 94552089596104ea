"""What damage to a file takes away is named: rows without a file, lines that mean nothing, settings nobody can read."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from makers import PRICES, make_project, measure, write_arcs, write_lines
from replays import shop

from planner.errors import InputError
from planner.measure.datafile import read_datafile
from planner.model.measurement import Skipped
from planner.replay.data import RecordingError, read_recording
from planner.settings import read_pytest_settings
from planner.source import facts_of_source
from planner.suite.reports import read_reports

SHOP = {"shop/__init__.py": "", "shop/desk.py": "x = 1\ny = 2\n"}


def _changed(data: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(data)) as database, database:
        for statement in statements:
            database.execute(statement)
    return data


def test_entries_of_a_data_file_that_are_of_no_file_are_named(tmp_path: Path) -> None:
    root = make_project(tmp_path, SHOP)
    data = write_arcs(root / ".coverage", {"shop/desk.py": [(-1, 1), (1, 2), (2, -1)]})
    _changed(data, "UPDATE arc SET file_id = 9 WHERE fromno = 1")

    notices = measure(root, data).notices

    assert ".coverage: damaged: 1 of its entries are of no file, or hold no lines; they are not counted" in notices


def test_numbits_that_no_file_could_have_are_named(tmp_path: Path) -> None:
    root = make_project(tmp_path, SHOP)
    data = write_lines(root / ".coverage", {"shop/desk.py": [1, 2], "shop/__init__.py": [1]})
    _changed(data, "UPDATE line_bits SET numbits = zeroblob(9000000) WHERE file_id = 1")

    assert read_datafile(data).lost == 1


def test_a_whole_data_file_has_lost_nothing(tmp_path: Path) -> None:
    data = write_lines(tmp_path / ".coverage", {"a.py": [1, 2], "b.py": []})

    assert read_datafile(data).lost == 0


def test_a_data_file_of_two_schemas_is_refused_as_coverage_py_refuses_it(tmp_path: Path) -> None:
    data = write_lines(tmp_path / ".coverage", {"a.py": [1, 2]})
    _changed(data, "INSERT INTO coverage_schema VALUES (8)")

    with pytest.raises(InputError, match="coverage data of schema 7 and 8; gapplan reads 7"):
        read_datafile(data)


@pytest.mark.parametrize("value", ["'x'", "NULL", "x'ff'"])
def test_a_data_file_that_does_not_tell_lines_from_arcs_is_refused(tmp_path: Path, value: str) -> None:
    data = write_arcs(tmp_path / ".coverage", {"a.py": [(-1, 1), (1, -1)]})
    _changed(data, f"UPDATE meta SET value = {value} WHERE key = 'has_arcs'")

    with pytest.raises(InputError, match="impossible values"):
        read_datafile(data)


def test_an_error_is_one_line_whatever_it_quotes() -> None:
    assert str(InputError("no snapshot: unknown field 'a\r\nb'")) == r"no snapshot: unknown field 'a\r\nb'"


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE cov SET file_id = 99 WHERE file_id = 1", "of a file that it does not have"),
        ("DELETE FROM ctx WHERE id = 1", "impossible values"),
        ("UPDATE ctx SET name = NULL WHERE id = 1", "no text where a name belongs"),
        ("UPDATE file SET path = x'ff' WHERE id = 1", "no text where a name belongs"),
        ("INSERT INTO test DEFAULT VALUES", "no text where a name belongs"),
    ],
)
def test_a_recording_whose_rows_do_not_fit_together_is_refused(tmp_path: Path, statement: str, reason: str) -> None:
    data = _changed(shop(modules=1, functions=1).write(tmp_path), statement)

    with pytest.raises(RecordingError, match=reason):
        read_recording(data)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pytest.ini", "[pytest]\naddopts = -q\naddopts = -v\n"),
        ("tox.ini", "addopts = -q\n"),
        ("setup.cfg", "[tool:pytest]\n testpaths\n"),
        ("pyproject.toml", "[tool.pytest.ini_options\n"),
        ("pytest.toml", "pytest = \n"),
    ],
)
def test_settings_of_pytest_that_cannot_be_read_are_named(tmp_path: Path, name: str, text: str) -> None:
    root = make_project(tmp_path, {**SHOP, name: text})
    data = write_lines(root / ".coverage", {"shop/desk.py": [1, 2]})

    settings = read_pytest_settings(root)

    start = f"pytest's settings in {name} cannot be read and count as absent; pytest would stop there: "
    assert [notice.startswith(start) and "\n" not in notice for notice in settings.notices] == [True]
    assert settings.notices[0] in measure(root, data).notices


def test_a_value_that_pytest_would_refuse_is_named(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"pyproject.toml": "[tool.pytest.ini_options]\naddopts = 1.5\ntestpaths = ['a']\n"})

    settings = read_pytest_settings(root)

    assert settings.testpaths == ("a",)
    assert settings.notices == (
        "pytest's addopts in pyproject.toml is neither a text nor a list and counts as absent; pytest would stop there",
    )


def test_a_file_behind_the_one_that_pytest_takes_is_not_asked(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"pytest.ini": "[pytest]\naddopts = -q\n", "setup.cfg": "no section\n"})

    assert read_pytest_settings(root).notices == ()


LOG = """\
tests/test_a.py::test_one PASSED                                         [ 50%]
tests/test_a.py::test_two FAILED                                         [100%]
=========================== short test summary info ============================
FAILED tests/test_a.py::test_two - assert 0
"""


def test_a_log_without_its_last_line_may_be_cut_short(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(LOG, "utf-8")

    (notice,) = read_reports([log]).notices

    assert notice == (
        f"{log}: no last line such as `3 failed, 120 passed in 4.2s`: it may be cut short, and other tests lost"
    )


def test_a_log_that_names_more_tests_than_it_counts_is_damaged(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(f"{LOG}{LOG.replace('two', 'three')}==== 1 failed, 1 passed in 0.1s ====\n", "utf-8")

    (notice,) = read_reports([log]).notices

    assert notice == f"{log}: names 1 test(s) more than its last line counts: it is damaged, or two logs are mixed"


def test_a_whole_log_needs_no_word(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(f"{LOG}==== 1 failed, 1 passed in 0.1s ====\n", "utf-8")

    assert read_reports([log]).notices == ()


def test_a_source_with_a_zero_byte_is_no_newer_python(tmp_path: Path) -> None:
    found = facts_of_source(PRICES.replace("vip", "v\0p").encode(), "shop/prices.py", frozenset())

    assert isinstance(found, Skipped)
