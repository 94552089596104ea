"""Where data is looked for, in which order, and what is said when there is none."""

from pathlib import Path

import pytest
from makers import make_project

from planner.errors import InputError, NoDataError
from planner.measure.find import FOLDERS, REPORTS, find_data
from planner.settings import read_coverage_settings, read_pytest_settings


def _found(root: Path, *given: str) -> list[str]:
    settings, pytest_settings = read_coverage_settings(root), read_pytest_settings(root)
    return [str(path.relative_to(root)) for path in find_data(root, given, settings, pytest_settings)]


def _with(root: Path, *names: str, settings: str = "") -> Path:
    return make_project(root, {".coveragerc": settings, **dict.fromkeys(names, "x")})


def test_the_data_file_wins_over_every_report(tmp_path: Path) -> None:
    assert _found(_with(tmp_path, ".coverage", *REPORTS)) == [".coverage"]


def test_parallel_files_are_read_together_with_the_data_file(tmp_path: Path) -> None:
    names = (".coverage", ".coverage.host.2.Xb", ".coverage.host.10.Xa")

    assert _found(_with(tmp_path, *names)) == [".coverage", ".coverage.host.10.Xa", ".coverage.host.2.Xb"]


def test_side_files_and_the_configuration_are_no_parallel_data(tmp_path: Path) -> None:
    root = _with(
        tmp_path,
        ".coverage",
        ".coverage-journal",
        ".coverage.1-wal",
        ".coverage.1-shm",
        ".coverage.1-journal",
        ".coveragerc.toml",
    )

    assert _found(root) == [".coverage"]


def test_the_configured_data_file_takes_the_place_of_the_usual_one(tmp_path: Path) -> None:
    root = _with(tmp_path, ".coverage", "out/cov.db", "out/cov.db.1", settings="[run]\ndata_file = out/cov.db")

    assert _found(root) == ["out/cov.db", "out/cov.db.1"]


def test_the_environment_s_data_file_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COVERAGE_FILE", "elsewhere.db")
    root = _with(tmp_path, ".coverage", "cov.db", "elsewhere.db", settings="[run]\ndata_file = cov.db")

    assert _found(root) == ["elsewhere.db"]


def test_reports_are_taken_in_their_order_those_of_coverage_py_first(tmp_path: Path) -> None:
    root = _with(tmp_path, *REPORTS)

    order = []
    for _ in REPORTS:
        order += _found(root)
        (root / order[-1]).unlink()

    assert order == ["coverage.json", "coverage.xml", "coverage.lcov", "cobertura.xml", "lcov.info"]


def test_a_configured_report_wins_over_the_usual_names(tmp_path: Path) -> None:
    root = _with(tmp_path, "coverage.json", "out/cov.xml", settings="[xml]\noutput = out/cov.xml")
    (root / "coverage.json").rename(root / "coverage.lcov")

    assert _found(root) == ["out/cov.xml"]


@pytest.mark.parametrize("folder", ["reports", "test-reports", "coverage", "build", "build/reports", "htmlcov"])
@pytest.mark.parametrize("name", [".coverage", "coverage.xml"])
def test_the_usual_folders_are_looked_into_last(tmp_path: Path, folder: str, name: str) -> None:
    root = _with(tmp_path, f"{folder}/{name}")

    assert _found(root) == [f"{folder}/{name}"]
    assert _found(_with(root, "lcov.info")) == ["lcov.info"]


def test_what_is_given_wins_and_is_read_once_in_sorted_order(tmp_path: Path) -> None:
    root = _with(tmp_path, ".coverage", "b.json", "a.xml")

    assert _found(root, "b.json", "a.xml", "b.json") == ["a.xml", "b.json"]


def test_a_given_file_that_is_absent_is_left_to_the_reader_to_name(tmp_path: Path) -> None:
    assert _found(_with(tmp_path, ".coverage"), "absent.json") == ["absent.json"]


def test_a_given_directory_stands_for_the_data_in_it(tmp_path: Path) -> None:
    root = _with(tmp_path, ".coverage", "ci/.coverage.1", "ci/.coverage.2", "reports/coverage.xml")

    assert _found(root, "ci") == ["ci/.coverage.1", "ci/.coverage.2"]
    assert _found(root, "reports", "ci/.coverage.1") == ["ci/.coverage.1", "reports/coverage.xml"]


def test_a_given_directory_without_data_is_an_error_that_says_what_was_sought(tmp_path: Path) -> None:
    root = _with(tmp_path, "ci/notes.txt")

    with pytest.raises(InputError, match=r"ci: a directory without coverage data \(\.coverage, coverage\.json"):
        _found(root, "ci")


def test_directories_with_the_names_of_data_are_passed_over(tmp_path: Path) -> None:
    root = _with(tmp_path, ".coverage/x", ".coverage.d/x", "coverage.json/x", "coverage.xml")

    assert _found(root) == ["coverage.xml"]


def test_without_data_the_places_are_named_in_one_line(tmp_path: Path) -> None:
    root = _with(tmp_path, settings="[run]\ndata_file = out/cov.db\n[json]\noutput = out/cov.json")

    with pytest.raises(NoDataError) as caught:
        _found(root)

    message = str(caught.value)
    assert message.startswith(f"no coverage data below {root} ")
    for place in ("out/cov.db", "out/cov.db.*", "out/cov.json", *REPORTS, *FOLDERS):
        assert place in message
    assert "\n" not in message


COMMANDS: dict[str, tuple[dict[str, str], str]] = {
    "pytest-cov in addopts": (
        {"pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--cov=shop -q'", "shop/__init__.py": ""},
        "python -m pytest",
    ),
    "pytest-cov in the dependencies": (
        {"pyproject.toml": "[project.optional-dependencies]\ntest = ['pytest-cov>=5']", "shop/__init__.py": ""},
        "python -m pytest --cov=shop --cov-branch",
    ),
    "pytest-cov in the requirements, src layout": (
        {"requirements-dev.txt": "pytest\npytest-cov\n", "src/shop/__init__.py": ""},
        "python -m pytest --cov=src --cov-branch",
    ),
    "pytest-cov, source configured": (
        {"requirements-dev.txt": "pytest-cov", ".coveragerc": "[run]\nsource = shop", "shop/__init__.py": ""},
        "python -m pytest --cov --cov-branch",
    ),
    "pytest configured": (
        {"pytest.ini": "[pytest]\ntestpaths = tests", "shop/__init__.py": "", "tests/__init__.py": ""},
        "python -m coverage run --branch --source=shop -m pytest",
    ),
    "pytest by its conftest": (
        {"tests/conftest.py": "", "tests/__init__.py": "", "src/shop/__init__.py": ""},
        "python -m coverage run --branch --source=src -m pytest",
    ),
    "pytest, source and branch configured": (
        {"setup.cfg": "[tool:pytest]\naddopts = -q\n[coverage:run]\nsource = shop\nbranch = true"},
        "python -m coverage run -m pytest",
    ),
    "several packages": (
        {"pytest.ini": "", "one/__init__.py": "", "two/__init__.py": ""},
        "python -m coverage run --branch --source=. -m pytest",
    ),
    "unittest only": (
        {"tests/__init__.py": "", "tests/test_a.py": "import unittest", "shop/__init__.py": ""},
        "python -m coverage run --branch --source=shop -m unittest",
    ),
    "no tests yet": ({"shop/__init__.py": ""}, "python -m coverage run --branch --source=shop -m pytest"),
}


@pytest.mark.parametrize("case", COMMANDS)
def test_without_data_the_command_that_makes_it_fits_the_project(tmp_path: Path, case: str) -> None:
    files, command = COMMANDS[case]
    root = make_project(tmp_path, files)

    with pytest.raises(NoDataError) as caught:
        _found(root)

    assert str(caught.value).endswith(f"make it with: {command}")
