"""pytest's rules of collection as each file writes them, whole, with its defaults for what is not written."""

from pathlib import Path

import pytest
from makers import make_project

from planner.settings.collection import CollectionSettings, read_collection_settings


def test_without_a_file_pytest_s_defaults_hold(tmp_path: Path) -> None:
    found = read_collection_settings(tmp_path)

    assert found == CollectionSettings()
    assert (found.file, found.files, found.classes) == (None, ("test_*.py", "*_test.py"), ("Test",))
    assert (found.functions, found.testpaths, found.ignored) == (("test",), (), ())


def test_a_file_that_says_nothing_has_the_defaults_too(tmp_path: Path) -> None:
    make_project(tmp_path, {"pytest.ini": "[pytest]\n"})

    assert read_collection_settings(tmp_path) == CollectionSettings(file="pytest.ini")


INI = """\
[pytest]
python_files = check_*.py *_check.py
python_classes = Check Suite
python_functions = check_ should_
testpaths = tests more
norecursedirs = old .*
usefixtures = clock net
addopts = -p xdist -pno:cacheprovider -pmine --ignore=a --ignore b --ignore-glob=c* -m "not slow" -k 'a or b'
    --deselect tests/test_a.py::test_b -x
"""

TOML = """\
[tool.pytest.ini_options]
python_files = ["check_*.py", "*_check.py"]
python_classes = ["Check", "Suite"]
python_functions = ["check_", "should_"]
testpaths = ["tests", "more"]
norecursedirs = ["old", ".*"]
usefixtures = ["clock", "net"]
addopts = [
    "-p", "xdist", "-pno:cacheprovider", "-pmine", "--ignore=a", "--ignore", "b", "--ignore-glob=c*", "-m", "not slow",
    "-k", "a or b", "--deselect", "tests/test_a.py::test_b", "-x",
]
"""


@pytest.mark.parametrize(("file", "text"), [("pytest.ini", INI), ("pyproject.toml", TOML)])
def test_every_rule_is_read_from_text_and_lists(tmp_path: Path, file: str, text: str) -> None:
    make_project(tmp_path, {file: text})

    assert read_collection_settings(tmp_path) == CollectionSettings(
        file=file,
        files=("check_*.py", "*_check.py"),
        classes=("Check", "Suite"),
        functions=("check_", "should_"),
        testpaths=("tests", "more"),
        no_folders=("old", ".*"),
        ignored=("a", "b", "c*"),
        fixtures=("clock", "net"),
        plugins=("xdist", "mine"),
        left_out=("-m not slow", "-k a or b", "--deselect tests/test_a.py::test_b"),
    )


@pytest.mark.parametrize("key", ["python_files", "python_classes", "python_functions", "norecursedirs"])
def test_one_rule_leaves_the_others_as_they_are(tmp_path: Path, key: str) -> None:
    make_project(tmp_path, {"pytest.ini": f"[pytest]\n{key} = mine\n"})

    found, usual = read_collection_settings(tmp_path), CollectionSettings()

    values = {
        "python_files": (found.files, usual.files),
        "python_classes": (found.classes, usual.classes),
        "python_functions": (found.functions, usual.functions),
        "norecursedirs": (found.no_folders, usual.no_folders),
    }
    assert {name: mine for name, (mine, _) in values.items()} == {
        name: ("mine",) if name == key else plain for name, (_, plain) in values.items()
    }


def test_a_quote_that_is_not_closed_parts_the_options_at_blanks(tmp_path: Path) -> None:
    make_project(tmp_path, {"pytest.ini": "[pytest]\naddopts = -p it's --ignore=a\n"})

    found = read_collection_settings(tmp_path)

    assert (found.plugins, found.ignored) == (("it's",), ("a",))


def test_an_option_without_its_value_says_nothing(tmp_path: Path) -> None:
    make_project(tmp_path, {"pytest.ini": "[pytest]\naddopts = --ignore= --ignore\n"})

    assert read_collection_settings(tmp_path).ignored == ()
