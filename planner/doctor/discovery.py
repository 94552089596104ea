"""Which files coverage.py finds by itself below `source`, also those that nothing ran, and what `source` is.

The rules are those of `coverage/files.py`, `find_python_files`: a directory below `source` is entered only when it has
an `__init__.py`, unless `[report] include_namespace_packages`; files with odd names are passed over.
"""

import posixpath
import re
from collections.abc import Collection, Iterable
from itertools import pairwise

from planner.doctor.exam import Exam
from planner.doctor.globs import matches
from planner.model.measurement import FileCoverage

_IMPORTABLE = re.compile(r"[^.#~!$@%^&*()+=,]+\.pyw?")


def found_below(tree: Iterable[str], sources: Collection[str], *, with_namespaces: bool) -> frozenset[str]:
    """The files of the tree that coverage.py finds below the directories; "." is the root."""
    files = tuple(tree)
    packages = {path.rpartition("/")[0] for path in files if path.rpartition("/")[2] == "__init__.py"}
    return frozenset(
        path
        for path in files
        if _IMPORTABLE.fullmatch(path.rpartition("/")[2])
        and any(_is_found(path, source, packages, with_namespaces) for source in sources)
    )


def _is_found(path: str, source: str, packages: Collection[str], with_namespaces: bool) -> bool:
    folder = path.rpartition("/")[0]
    if not is_below(folder, source):
        return False
    return with_namespaces or all(each in packages for each in folders_between(folder, source))


def is_below(path: str, folder: str) -> bool:
    """Whether a path is the folder, or lies in it; everything lies in "."."""
    return folder == "." or path == folder or path.startswith(f"{folder}/")


def folders_between(folder: str, source: str) -> list[str]:
    """The folders from `folder` up to `source`, which is not among them."""
    found = []
    while folder and folder != source:
        found.append(folder)
        folder = folder.rpartition("/")[0]
    return found


def sources_of(exam: Exam) -> tuple[str, ...]:
    """What `source` is told to be, by the configuration or by `--cov` in pytest's addopts; as written."""
    settings = exam.settings
    return (*settings.source, *settings.source_dirs, *settings.source_pkgs) or _sources_of_pytest(exam.pytest.addopts)


def _sources_of_pytest(addopts: tuple[str, ...]) -> tuple[str, ...]:
    apart = [after for word, after in pairwise(addopts) if word == "--cov" and after[:1] != "-"]
    joined = [word.partition("=")[2] for word in addopts if word.startswith("--cov=")]
    return tuple(name for name in (*apart, *joined) if name)


def directory_of(name: str, tree: Collection[str]) -> str | None:
    """The directory that a `source` stands for, be it a directory or a package; None where it lies nowhere here."""
    normal = posixpath.normpath(name)
    if normal == ".":
        return "."
    spellings = [normal, name.replace(".", "/")] if "/" not in name else [normal]
    places = [f"{above}{each}" for each in spellings for above in ("", "src/", "lib/")]
    return next((place for place in places if any(path.startswith(f"{place}/") for path in tree)), None)


def is_touched(file: FileCoverage) -> bool:
    """Whether a file is in the data although nothing of it ran: only `source` brings such files in."""
    return file.in_tree and bool(file.statements) and not file.executed


def is_of_later_time(exam: Exam, path: str) -> bool:
    """Whether a file was written after the data, and most measured files were not: then the data cannot know it."""
    return exam.made is not None and path in exam.modified and exam.modified[path] > exam.made


def shown_by_report(exam: Exam, path: str) -> bool:
    """Whether the `include` and `omit` of the report and the `omit` of the run leave the file in."""
    settings = exam.settings
    if settings.report_include and not matches(settings.report_include, path):
        return False
    return not matches((*settings.run_omit, *settings.report_omit), path)
