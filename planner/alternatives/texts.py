"""The project's texts: those that are no Python and name code, and those that steer how its tests are run.

Both are read by one reader with limits: no links, nothing but regular files below the root, nothing larger than
a text that people write.
"""

import os
from collections.abc import Iterable, Iterator, Set
from fnmatch import fnmatchcase
from pathlib import Path

from planner.model.gates import SteeringText

MAX_FILE_BYTES = 512 * 1024
MAX_FILES = 4_000
MAX_BYTES = 32 * 1024 * 1024
"""Beyond these, reading would cost more than it tells: larger files are data."""

_NO_ENDING = ""
"""Stands for names without a dot: in `scripts` many projects keep commands such as `scripts/test`."""

STEERING = {
    "": (
        *("tox.ini", "tox.toml", "noxfile.py", "Makefile", "makefile", "GNUmakefile", "*.mk", "justfile", "Justfile"),
        *("pyproject.toml", "setup.cfg", "setup.py", ".coveragerc*", "pytest.ini", ".pytest.ini", "pytest.toml"),
        *(".pytest.toml", ".gitlab-ci.yml", "azure-pipelines*.yml", ".travis.yml", "appveyor.yml", ".appveyor.yml"),
        *("bitbucket-pipelines.yml", ".drone.yml", ".cirrus.yml", ".woodpecker.yml", "Jenkinsfile*", "cloudbuild.yaml"),
        *(".pre-commit-config.yaml", "codecov.yml", ".codecov.yml", "codecov.yaml", ".codecov.yaml", "Dockerfile*"),
        *("docker-compose*.yml", "compose*.yml", "manage.py", "runtests.py", "tasks.py", "dodo.py", "Taskfile.y*ml"),
        *("requirements*.txt", "requirements*.in", "constraints*.txt", "Pipfile", "environment*.yml", "hatch.toml"),
        *("*.sh", "*.coveragerc", "sitecustomize.py"),
    ),
    ".github": ("codecov.yml", "codecov.yaml"),
    ".github/workflows": ("*.yml", "*.yaml"),
    ".github/actions/*": ("action.yml", "action.yaml"),
    ".circleci": ("config.yml",),
    ".gitlab": ("*.yml", "*.yaml"),
    ".gitlab/ci": ("*.yml", "*.yaml"),
    ".azure-pipelines": ("*.yml", "*.yaml"),
    ".buildkite": ("*.yml", "*.yaml", "*.sh"),
    "scripts": ("*.sh", "*.bash", _NO_ENDING),
    "ci": ("*.sh", "*.yml", "*.yaml", "*.txt"),
    ".ci": ("*.sh", "*.yml", "*.yaml", "*.txt"),
    "bin": ("*.sh",),
    "requirements": ("*.txt", "*.in"),
}
"""Folder below the root -> the files in it that say how tests are run and measured, or with what installed.

Those are the places where tox, nox, make, just, coverage.py, pytest, pre-commit, Codecov and the CI services look.
"""

_ENDINGS = (
    *(".toml", ".cfg", ".ini", ".yml", ".yaml", ".json", ".txt", ".md", ".rst", ".sh", ".bash", ".bat", ".cmd", ".ps1"),
    *(".html", ".htm", ".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".mako", ".xml", ".in", ".service", ".conf"),
    *(".ipynb", ".pyi", ".pyx", ".pxd", ".mk", ".nix", ".tf", ".env", ".spec", ".kv", ".ui", ".qml"),
)

_NAMES = frozenset(
    {"Makefile", "makefile", "GNUmakefile", "Dockerfile", "Procfile", "Justfile", "justfile", "Jenkinsfile"}
)

_HIDDEN_FOLDERS = frozenset({".github", ".circleci", ".gitlab", ".azure"})
_NO_SOURCE = frozenset({"__pycache__", "node_modules", "site-packages", "htmlcov"})
_OUTPUT = frozenset({"build", "dist", "site", "_build"})

_REPORTS = (
    '"format": 3',
    "<coverage ",
    "Created by coverage.py",
    '{"meta": {"',
    "coverage.py v",
    "TN:\nSF:",
    "\nSF:/",
    "<testsuite",
    '<meta name="generator" content="gapplan">',
    '{\n  "format": 1,\n  "project": ',
)
"""How coverage and test reports begin, our own too, or what stands near their beginning: they list every function."""


def read_texts(root: Path) -> dict[str, str]:
    """Path -> text, by path. Links, reports, build output and what cannot be read are left out."""
    found: dict[str, str] = {}
    left = MAX_BYTES
    for path in sorted(_paths(root)):
        if len(found) >= MAX_FILES or left <= 0:
            break
        text = _read(root / path)
        if text is not None and not _is_report(text):
            found[path] = text
            left -= len(text)
    return found


def read_steering_texts(root: Path, tree: Iterable[str]) -> tuple[SteeringText, ...]:
    """The texts that steer tools, by path, with Unix line ends; `tree` are the Python files, for conftest files.

    Limits are as in `read_texts`; links are not followed.
    """
    conftests = (path for path in tree if path.rpartition("/")[2] == "conftest.py")
    found: list[SteeringText] = []
    left = MAX_BYTES
    for path in sorted({*_steering_paths(root), *conftests})[:MAX_FILES]:
        text = _read(root / path) if left > 0 else None
        if text is not None:
            found.append(SteeringText(path, text.replace("\r\n", "\n").replace("\r", "\n")))
            left -= len(text)
    return tuple(found)


def _steering_paths(root: Path) -> Iterator[str]:
    for pattern, names in STEERING.items():
        for folder in _folders(root, pattern):
            found = (name for name in _names_in(root, folder) if _is_steering(name, names))
            yield from (f"{folder}/{name}" if folder else name for name in found)


def _is_steering(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, each) if each else "." not in name for each in patterns)


def _folders(root: Path, pattern: str) -> list[str]:
    """The folder itself, or those in it where the pattern ends in `/*`."""
    above, star, _ = pattern.partition("/*")
    return [f"{above}/{name}" for name in _names_in(root, above)] if star else [pattern]


def _names_in(root: Path, folder: str) -> list[str]:
    """What lies in the folder; nothing where it is absent, or where a link on the way to it may lead anywhere."""
    real = os.path.join(os.path.realpath(root), folder)
    try:
        return os.listdir(real) if os.path.realpath(real) == os.path.normpath(real) else []
    except OSError:
        return []


def _paths(root: Path) -> Iterator[str]:
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        entries = _entries(os.path.join(root, prefix))
        if prefix and not _holds_text(prefix[:-1].rpartition("/")[2], entries.keys()):
            continue
        for name, is_folder in entries.items():
            if is_folder:
                waiting += [f"{prefix}{name}/"] if _may_hold_text(name) else []
            elif name.endswith(_ENDINGS) or name in _NAMES:
                yield prefix + name


def _entries(folder: str) -> dict[str, bool]:
    """What lies in the folder, each with whether it is a folder itself; nothing where it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry.is_dir(follow_symlinks=False) for entry in entries}
    except OSError:
        return {}


def _may_hold_text(name: str) -> bool:
    if name.startswith(".") and name not in _HIDDEN_FOLDERS:
        return False
    return name not in _NO_SOURCE and not name.endswith((".egg-info", ".dist-info"))


def _holds_text(name: str, inside: Set[str]) -> bool:
    """Whether a folder with these files is no output of a build and no virtual environment."""
    return (name not in _OUTPUT or "__init__.py" in inside) and "pyvenv.cfg" not in inside


def _read(path: Path) -> str | None:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_FILE_BYTES:
            return None
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return None


def _is_report(text: str) -> bool:
    return any(mark in text[:2000] for mark in _REPORTS)
