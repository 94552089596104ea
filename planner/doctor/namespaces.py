"""Whether files in directories without `__init__.py` are modules that a project really imports."""

from collections.abc import Iterable

from planner.doctor.exam import Exam
from planner.model.facts import ModuleFacts

_BORROWED = frozenset(
    {
        *("template", "templates", "skeleton", "scaffold", "scaffolds", "boilerplate", "cookiecutter"),
        *("project_template", "versions", "data", "fixtures", "example", "examples", "samples"),
        *("docs", "static", "assets", "snippets"),
    }
)
"""Directories whose files are copied, shown or loaded by their path (Alembic's `versions`), and never imported."""


def are_imported(exam: Exam, paths: Iterable[str]) -> bool:
    """Whether at least one of the files, or another in its directory, is imported or was run."""
    ran = {file.path.rpartition("/")[0] for file in exam.measurement.files if file.executed and file.path in exam.facts}
    asked = imported_names((*exam.facts.values(), *exam.test_facts.values()))
    return any(path.rpartition("/")[0] in ran or bool(asked & names_of(path)) for path in paths)


def imported_names(modules: Iterable[ModuleFacts]) -> frozenset[str]:
    """Every dotted name that imports of the modules ask for: `shop.reports` and `shop.reports.daily`."""
    imports = [each for facts in modules for each in facts.imports]
    from_them = [f"{each.module}.{each.name}" for each in imports if each.name not in ("", "*")]
    return frozenset([each.module for each in imports] + from_them)


def names_of(path: str) -> frozenset[str]:
    """The dotted names that a file may be imported by: from the root, from below any folder on the way to it.

    A single name is one only of a module or package at the root, or in `src` or `lib`: others are alike by chance.
    """
    parts = path.rpartition(".")[0].removesuffix("/__init__").split("/")
    names = {".".join(parts[start:]) for start in range(len(parts) - 1)}
    is_top = len(parts) == 1 or (len(parts) == 2 and parts[0] in ("src", "lib"))
    return frozenset(names | {parts[-1]} if is_top else names)


def is_borrowed(path: str) -> bool:
    """Whether a file lies in a directory of templates, samples or the like."""
    return any(part in _BORROWED for part in path.split("/")[:-1])
