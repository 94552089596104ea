"""Where coverage data is looked for, in this order; the first that is there is used.

1. `--data`, then `data` of `[tool.gapplan]`; a directory stands for the data in it.
2. coverage.py's data file (COVERAGE_FILE, `[run] data_file`, `.coverage`) with its parallel `.coverage.*` files.
3. The reports that the configuration names, then REPORTS, in the root.
4. The same names in FOLDERS.
"""

import os
from pathlib import Path

from planner.errors import InputError, NoDataError
from planner.settings import CoverageSettings, PytestSettings
from planner.settings.text import is_readable

REPORTS = ("coverage.json", "coverage.xml", "cobertura.xml", "coverage.lcov", "lcov.info")

FOLDERS = ("reports", "test-reports", "coverage", "build", "build/reports", "htmlcov")

_SIDE_FILES = ("-journal", "-wal", "-shm", ".toml")


def find_data(root: Path, given: tuple[str, ...], settings: CoverageSettings, pytest: PytestSettings) -> list[Path]:
    """The data files to read, sorted. Raises NoDataError, saying where it looked and how to make data."""
    if given:
        return sorted({path for name in given for path in _given(root, name, settings)})
    if found := _with_parallel(root / settings.data_file):
        return found
    names = [*settings.reports, *REPORTS]
    for folder in ("", *FOLDERS):
        if folder and (found := _with_parallel(root / folder / ".coverage")):
            return found
        for name in names:
            if os.path.isfile(root / folder / name):
                return [root / folder / name]
    raise NoDataError(_nothing_found(root, settings, pytest))


def _given(root: Path, name: str, settings: CoverageSettings) -> list[Path]:
    path = root / name
    if not os.path.isdir(path):
        return [path]
    if found := _with_parallel(path / Path(settings.data_file).name):
        return found
    for report in (*settings.reports, *REPORTS):
        if os.path.isfile(path / report):
            return [path / report]
    raise InputError(f"{path}: a directory without coverage data ({settings.data_file}, {', '.join(REPORTS)})")


def _with_parallel(path: Path) -> list[Path]:
    """The data file and the parallel files beside it, which coverage.py 7.14 and later combine when reporting."""
    found = [path] if os.path.isfile(path) else []
    try:
        beside = sorted(os.listdir(path.parent))
    except (OSError, ValueError):
        return found
    prefix = f"{path.name}."
    parallel = [name for name in beside if name.startswith(prefix) and not name.endswith(_SIDE_FILES)]
    return found + [path.parent / name for name in parallel if os.path.isfile(path.parent / name)]


def _nothing_found(root: Path, settings: CoverageSettings, pytest: PytestSettings) -> str:
    places = f"{settings.data_file}, {settings.data_file}.*, {', '.join(dict.fromkeys([*settings.reports, *REPORTS]))}"
    return (
        f"no coverage data below {root} (looked for {places}, there and in {', '.join(FOLDERS)}); "
        f"make it with: {_command(root, settings, pytest)}"
    )


def _command(root: Path, settings: CoverageSettings, pytest: PytestSettings) -> str:
    """The command that makes data for this project, by what its own files say about its tests."""
    if any(word.startswith("--cov") for word in pytest.addopts):
        return "python -m pytest"
    source = "" if settings.source or settings.source_pkgs else _source_option(root)
    if _mentions(root, "pytest-cov"):
        cov = " --cov" if not source else f" --cov={source}"
        return f"python -m pytest{cov} --cov-branch"
    branch = "" if settings.branch else " --branch"
    option = f" --source={source}" if source else ""
    runner = "pytest" if pytest.file or _mentions(root, "pytest") or not _uses_unittest(root) else "unittest"
    return f"python -m coverage run{branch}{option} -m {runner}"


def _source_option(root: Path) -> str:
    """`src`, or the only package at the root; the root itself when that is not clear."""
    if (root / "src").is_dir():
        return "src"
    packages = sorted(
        path.parent.name for path in root.glob("*/__init__.py") if path.parent.name not in ("tests", "test")
    )
    return packages[0] if len(packages) == 1 else "."


_DECLARING = (
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
    "tox.ini",
    "requirements-dev.txt",
    "requirements-test.txt",
)


def _mentions(root: Path, word: str) -> bool:
    for name in _DECLARING:
        try:
            if is_readable(root / name) and word in (root / name).read_text("utf-8", errors="replace"):
                return True
        except OSError:
            continue
    return any((root / folder / "conftest.py").is_file() for folder in ("", "tests", "test")) and word == "pytest"


def _uses_unittest(root: Path) -> bool:
    return any((root / folder / "__init__.py").is_file() for folder in ("tests", "test"))
