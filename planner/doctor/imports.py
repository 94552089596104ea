"""What importing a file runs beyond doubt, and which files it imports with it."""

from collections.abc import Iterable, Mapping

from planner.model.facts import ModuleFacts
from planner.model.lines import NO_LINES, Lines, lines_of


def firm_lines(facts: ModuleFacts) -> Lines:
    """Lines that every import of the file runs: at its top level or in a class, and under no condition."""
    conditional = NO_LINES
    for unit in facts.units:
        if not unit.is_body:
            conditional |= unit.conditional
    return facts.import_time & ~conditional & ~facts.hollow & ~facts.guarded & ~facts.main_block


def body_lines(facts: ModuleFacts) -> Lines:
    """Lines of functions and methods, which run when they are called."""
    found = NO_LINES
    for unit in facts.units:
        if unit.is_body:
            found |= unit.lines
    return found & ~facts.import_time


def imported_with(starts: Iterable[str], facts: Mapping[str, ModuleFacts]) -> frozenset[str]:
    """The files that are imported whenever `starts` are, themselves among them: imports that always run, and packages.

    `starts` need not be among `facts`, whose files alone are followed and come back.
    """
    paths = {each.module: path for path, each in facts.items()}
    found: set[str] = set()
    waiting = [path for path in starts if path in facts]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _imports_of(facts[path], paths)
    return frozenset(found)


def imports_of_tests(tests: Iterable[ModuleFacts], facts: Mapping[str, ModuleFacts]) -> frozenset[str]:
    """The files of the product that are imported whenever one of the tests is."""
    paths = {each.module: path for path, each in facts.items()}
    return imported_with([path for each in tests for path in _imports_of(each, paths)], facts)


def _imports_of(facts: ModuleFacts, paths: Mapping[str, str]) -> list[str]:
    always = [each for each in facts.imports if each.kind == "top level" and not each.is_conditional]
    firm = firm_lines(facts)
    sure = [each for each in always if firm & lines_of([each.line])]
    names = [name for each in sure for name in (each.module, f"{each.module}.{each.name}")]
    names.append(facts.package)
    return [paths[part] for name in names for part in _with_parents(name) if part in paths]


def _with_parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
