"""INI and TOML files that cannot be read say nothing, and why they do is told in few words."""

import os
from pathlib import Path

import pytest
from makers import make_project

from planner.settings import PytestSettings
from planner.settings.text import (
    MAX_BYTES,
    ini_key_lines,
    ini_section,
    is_readable,
    listed,
    toml_key_lines,
    toml_table,
    why_unreadable,
)


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.toml", "x = 1\n"), ("a.ini", "[a]\nx = 1\n"), ("a.toml", ""), ("a.ini", ""), ("a.cfg", "[a]\nx = %(y)s\n")],
)
def test_a_file_that_can_be_read_has_nothing_against_it(tmp_path: Path, name: str, text: str) -> None:
    make_project(tmp_path, {name: text})

    assert why_unreadable(tmp_path / name) is None


def test_what_is_not_there_or_no_file_has_nothing_against_it_either(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()

    assert why_unreadable(tmp_path / "absent.toml") is None
    assert why_unreadable(tmp_path / "folder.toml") is None


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.toml", b"x = \n", "Invalid value (at line 1, column 5)"),
        ("a.ini", b"x = 1\n", "File contains no section headers."),
        ("a.ini", b"[a]\nx = 1\nx = 2\n", "While reading from it [line  3]: option 'x' in section 'a' already exists"),
        ("a.toml", b"x = '\xff'\n", "'utf-8' codec can't decode byte 0xff in position 5: invalid start byte"),
        ("a.ini", b"[a]\nx = \xff\n", "'utf-8' codec can't decode byte 0xff in position 8: invalid start byte"),
        ("a.toml", b"#" * (MAX_BYTES + 1), "it is larger than 1024 kB"),
        ("a.ini", b"#" * (MAX_BYTES + 1), "it is larger than 1024 kB"),
    ],
)
def test_why_a_file_cannot_be_read_is_told_in_few_words(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    make_project(tmp_path, {name: content})

    assert why_unreadable(tmp_path / name) == reason
    assert (toml_table(tmp_path / name) if name == "a.toml" else ini_section(tmp_path / name, "a")) == {}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="rights of POSIX, which root need not have")
def test_a_file_without_rights_says_so(tmp_path: Path) -> None:
    make_project(tmp_path, {"a.toml": "x = 1\n"})
    (tmp_path / "a.toml").chmod(0)

    assert why_unreadable(tmp_path / "a.toml") == "Permission denied"


def test_arrays_as_deep_as_no_configuration_are_broken_and_no_crash(tmp_path: Path) -> None:
    make_project(tmp_path, {"a.toml": "x = " + "[" * 100_000})

    assert why_unreadable(tmp_path / "a.toml")
    assert toml_table(tmp_path / "a.toml") == {}


def test_a_mebibyte_is_readable_and_a_byte_more_is_not(tmp_path: Path) -> None:
    make_project(tmp_path, {"a.ini": b"[a]\n" + b"#" * (MAX_BYTES - 4), "b.ini": b"[a]\n" + b"#" * (MAX_BYTES - 3)})

    assert (is_readable(tmp_path / "a.ini"), is_readable(tmp_path / "b.ini")) == (True, False)
    assert why_unreadable(tmp_path / "a.ini") is None
    assert MAX_BYTES == 1024 * 1024


@pytest.mark.parametrize("name", ["absent", ".", "a\0b"])
def test_what_is_no_file_is_not_readable_and_says_nothing(tmp_path: Path, name: str) -> None:
    path = tmp_path / name

    assert is_readable(path) is False
    assert (ini_section(path, "a"), toml_table(path, "a"), ini_key_lines(path), toml_key_lines(path)) == (
        {},
        {},
        {},
        {},
    )


def test_a_section_is_what_is_written_there(tmp_path: Path) -> None:
    make_project(tmp_path, {"a.ini": "[DEFAULT]\nz = 3\n[a]\nx = 1\ny = %(x)s\n[b]\nx = 2\n"})

    assert ini_section(tmp_path / "a.ini", "a") == {"x": "1", "y": "%(x)s", "z": "3"}
    assert ini_section(tmp_path / "a.ini", "c") == {}


def test_a_table_is_found_by_its_keys_and_a_value_is_no_table(tmp_path: Path) -> None:
    make_project(tmp_path, {"a.toml": "[tool.shop]\nx = 1\n[tool.shop.desk]\ny = [2]\n"})

    assert toml_table(tmp_path / "a.toml", "tool", "shop", "desk") == {"y": [2]}
    assert toml_table(tmp_path / "a.toml", "tool", "shop") == {"x": 1, "desk": {"y": [2]}}
    assert toml_table(tmp_path / "a.toml", "tool", "shop", "x") == {}
    assert toml_table(tmp_path / "a.toml", "tool", "shop", "x", "deeper") == {}
    assert toml_table(tmp_path / "a.toml", "tool", "other") == {}


def test_a_list_may_be_written_in_one_text() -> None:
    assert listed(" a  b\nc ") == ["a", "b", "c"]
    assert listed(["a b", 1]) == ["a b", "1"]
    assert listed(("a",)) == ["a"]
    assert listed({"a": 1}) == listed(3) == listed(None) == []


@pytest.mark.parametrize(
    ("addopts", "value"),
    [
        (("--cov-config=a=b",), "a=b"),
        (("--cov-config", "a"), "a"),
        (("--cov-config=a", "--cov-config", "b"), "b"),
        (("--cov-config", "a", "--cov-config="), ""),
        (("-v", "--cov-config"), None),
        (("--cov-config-more=a", "--cov"), None),
        ((), None),
    ],
)
def test_the_last_value_of_an_option_of_pytest_counts(addopts: tuple[str, ...], value: str | None) -> None:
    assert PytestSettings(addopts=addopts).option("--cov-config") == value


@pytest.mark.parametrize(
    ("addopts", "names"),
    [
        (("-p", "no:cov", "-pxdist"), ("no:cov", "xdist")),
        (("-v", "-p"), ()),
        (("-p", "a", "b"), ("a",)),
        ((), ()),
    ],
)
def test_plugins_of_pytest_are_named_in_either_spelling(addopts: tuple[str, ...], names: tuple[str, ...]) -> None:
    assert PytestSettings(addopts=addopts).plugins == names
