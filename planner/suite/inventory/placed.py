"""Which test a context of coverage data belongs to: pytest-cov's `path::test|run`, coverage.py's `module.test`."""

from collections.abc import Iterable, Mapping

from planner.model.inventory import CollectedTest
from planner.model.lines import Lines
from planner.model.seams import UnitKey

Rows = Mapping[str, Lines]
"""Path of the product -> lines that ran."""

_PHASES = ("setup", "teardown")
"""What runs in them is the fixtures', and of shared ones it all falls to the test that happens to be first."""

_MOST_PARTS = 40
"""Names with more parts are no tests; every ending of one is looked up."""


def place_contexts(contexts: Mapping[str, Rows], tests: Iterable[CollectedTest]) -> dict[UnitKey, dict[str, Lines]]:
    """Test -> what it ran, over all its cases and contexts; what runs in set-up and teardown is left out.

    Contexts that belong to no test of the inventory are left out, too.
    """
    by_name = _names(tests)
    found: dict[UnitKey, dict[str, Lines]] = {}
    for context, rows in sorted(contexts.items()):
        name, _, phase = context.rpartition("|") if "::" in context else (context, "", "")
        key = None if phase in _PHASES else _find(name or phase, by_name)
        if key:
            ran = found.setdefault(key, {})
            for path, lines in rows.items():
                ran[path] = ran.get(path, 0) | lines
    return found


def _names(tests: Iterable[CollectedTest]) -> dict[str, UnitKey | None]:
    """Every name that a context may have for a test -> the test; None where two have it.

    That is the dotted path and the name, and each ending of it that still has the file: tests may be run from a folder
    above or below. An inherited test is known by where it is written, too, unless it is a test there.
    """
    found: dict[str, UnitKey | None] = {}
    tests = list(tests)
    for test in tests:
        for name in _endings(test.path, test.name):
            found[name] = None if found.get(name, test.key) != test.key else test.key
    for test in tests:
        for name in _endings(*test.written):
            found.setdefault(name, test.key)
    return found


def _endings(path: str, name: str) -> Iterable[str]:
    parts = path.removesuffix(".py").removesuffix("/__init__").split("/")[-_MOST_PARTS:]
    return [".".join([*parts[start:], name]) for start in range(len(parts))]


def _find(name: str, by_name: Mapping[str, UnitKey | None]) -> UnitKey | None:
    """The test that a context names; folders that the root does not have are dropped from the front."""
    if "::" in name:
        path, _, rest = name.partition("[")[0].partition("::")
        name = f"{path.removesuffix('.py').replace('/', '.')}.{rest.replace('::', '.')}"
    parts = name.split(".")[-_MOST_PARTS:]
    for start in range(len(parts) - 1):
        known = ".".join(parts[start:])
        if known in by_name:
            return by_name[known]
    return None
