"""The project's texts that are no Python: configuration, scripts, templates, documentation. They name code, too."""

import os
from collections.abc import Iterator
from pathlib import Path

MAX_FILE_BYTES = 512 * 1024
MAX_FILES = 4_000
MAX_BYTES = 32 * 1024 * 1024
"""Beyond these, reading would cost more than it tells: larger files are data."""

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
)
"""How coverage and test reports begin, or what stands near their beginning: they list every function."""


def read_texts(root: Path) -> dict[str, str]:
    """Path -> text, by path. Links, reports, build output and what cannot be read are left out."""
    found: dict[str, str] = {}
    left = MAX_BYTES
    for path in sorted(_paths(root)):
        if len(found) >= MAX_FILES or left <= 0:
            break
        text = _read(root / path)
        if text is not None:
            found[path] = text
            left -= len(text)
    return found


def _paths(root: Path) -> Iterator[str]:
    for directory, folders, names in os.walk(root):
        relative = os.path.relpath(directory, root).replace(os.sep, "/")
        prefix = "" if relative == "." else f"{relative}/"
        folders[:] = sorted(each for each in folders if _may_hold_text(directory, each))
        yield from (prefix + name for name in names if name.endswith(_ENDINGS) or name in _NAMES)


def _may_hold_text(directory: str, name: str) -> bool:
    if name.startswith(".") and name not in _HIDDEN_FOLDERS:
        return False
    if name in _NO_SOURCE or name.endswith((".egg-info", ".dist-info")):
        return False
    path = os.path.join(directory, name)
    if name in _OUTPUT and not os.path.exists(os.path.join(path, "__init__.py")):
        return False
    return not os.path.exists(os.path.join(path, "pyvenv.cfg"))


def _read(path: Path) -> str | None:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_FILE_BYTES:
            return None
        text = path.read_text("utf-8", errors="replace")
    except OSError:
        return None
    return None if any(mark in text[:2000] for mark in _REPORTS) else text
