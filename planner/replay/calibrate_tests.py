"""What a project's own tests took, in lines of test code, by reading them: nothing is run."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from planner.measure import Progress, is_test_path, scan_tree
from planner.model.calibration import TestCost
from planner.model.facts import ModuleFacts, Unit
from planner.model.lines import Lines, line_range
from planner.model.measurement import Skipped
from planner.model.seams import TestFacts
from planner.replay.code import code_lines
from planner.replay.sources import outermost_bodies
from planner.source import read_test_facts
from planner.source.read import read_source

_Name = tuple[str, str]
"""The module of a test file, and the name of an outermost function in it, which may be `Class.method`."""


@dataclass(frozen=True, slots=True)
class _Function:
    """An outermost function of a test file: its lines of code, what it calls, and the fixtures it asks for.

    Of those only such as no function of the file before it asks for: nobody else pays for them.
    """

    path: str
    name: _Name
    lines: int
    uses: frozenset[_Name]
    asks: tuple[str, ...]
    is_fixture: bool

    @property
    def is_test(self) -> bool:
        """By pytest's own naming: a function or method that begins with `test`, in a file that it looks into."""
        stem = PurePosixPath(self.path).stem
        is_looked_into = stem.startswith("test_") or stem.endswith("_test") or stem in ("test", "tests")
        return is_looked_into and self.name[1].rpartition(".")[2].startswith("test")


def read_test_costs(root: Path, progress: Progress) -> tuple[TestCost, ...]:
    """Each test function below the root, in source order, with the lines of test code it was the first to need.

    Counted as replay counts them (its protocol, point 2): decorators count, blank lines, comments and docstrings
    don't, and a fixture or helper is paid for by the first test that uses it. What is used is told by reading: names
    that are called, fixtures that are asked for. Functions of a test file that nothing names (set-up methods,
    fixtures that all tests use) are paid for by its first test. Files that cannot be read are passed over.
    """
    paths = [path for path in scan_tree(root).files if is_test_path(path)]
    known = frozenset(paths)
    functions = [each for path in progress(paths, "reading tests") for each in _read(root, path, known)]
    account = _Account(functions)
    return tuple(TestCost(each.path, account.lines_of(each)) for each in functions if each.is_test)


def _read(root: Path, path: str, known: frozenset[str]) -> Iterator[_Function]:
    source, test = read_source(root, path), read_test_facts(root, path, known)
    if isinstance(source, Skipped) or isinstance(test, Skipped):
        return
    code = code_lines(source)
    for unit, _ in outermost_bodies(test.facts):
        yield _function(unit, test, code)


def _function(unit: Unit, test: TestFacts, code: Lines) -> _Function:
    inner = [each for each in test.facts.units if unit.first_line <= each.first_line <= unit.last_line]
    return _Function(
        path=test.path,
        name=(test.facts.module, unit.name),
        lines=(code & line_range(unit.first_line, unit.last_line)).bit_count(),
        uses=frozenset(name for each in inner if each.is_body for name in _uses(each, unit, test.facts)),
        asks=tuple(name for name, line in test.asked.items() if unit.first_line <= line <= unit.last_line),
        is_fixture=any(each.rpartition(".")[2] == "fixture" for each in unit.decorators),
    )


def _uses(inner: Unit, outer: Unit, facts: ModuleFacts) -> Iterator[_Name]:
    """What the unit calls that may be a function of the tests: by absolute name, or on `self`."""
    for call in inner.calls:
        if call.kind == "name":
            module, _, name = call.name.rpartition(".")
            yield module or facts.module, name
        elif call.kind == "own":
            yield facts.module, f"{outer.name.rpartition('.')[0]}.{call.name}"


@dataclass(eq=False)
class _Account:
    """Who uses what, and what is paid for so far."""

    functions: Iterable[_Function]
    paid: set[_Name] = field(default_factory=set)
    begun: set[str] = field(default_factory=set)

    @cached_property
    def by_name(self) -> Mapping[_Name, _Function]:
        return {each.name: each for each in self.functions}

    @cached_property
    def fixtures(self) -> Mapping[str, tuple[_Name, ...]]:
        """Name of a fixture -> all functions that define one of that name."""
        found: dict[str, tuple[_Name, ...]] = {}
        for each in self.functions:
            name = each.name[1].rpartition(".")[2]
            if each.is_fixture:
                found[name] = (*found.get(name, ()), each.name)
        return found

    @cached_property
    def unnamed(self) -> Mapping[str, tuple[_Name, ...]]:
        """Path of a file -> the functions in it that are no tests, and that nothing calls or asks for."""
        used = {name for each in self.functions for name in each.uses}
        asked = {name for each in self.functions for name in each.asks}
        found: dict[str, tuple[_Name, ...]] = {}
        for each in self.functions:
            is_asked = each.is_fixture and each.name[1].rpartition(".")[2] in asked
            if not (each.is_test or is_asked or each.name in used):
                found[each.path] = (*found.get(each.path, ()), each.name)
        return found

    def lines_of(self, test: _Function) -> int:
        """What this test is the first to need, at least 1; from now on it is paid for."""
        first = [test.name]
        if test.path not in self.begun:
            self.begun.add(test.path)
            first += self.unnamed.get(test.path, ())
        return max(1, self._pay(first))

    def _pay(self, waiting: list[_Name]) -> int:
        lines = 0
        while waiting:
            function = self.by_name.get(waiting.pop())
            if function and function.name not in self.paid:
                self.paid.add(function.name)
                lines += function.lines
                waiting += function.uses
                waiting += (each for name in function.asks for each in self._fixture(name, function.name[0]))
        return lines

    def _fixture(self, name: str, module: str) -> list[_Name]:
        """The fixture that a function of the module means: its own, else that of the nearest conftest above."""
        near = [each for each in self.fixtures.get(name, ()) if each[0] == module or _is_above(each[0], module)]
        return sorted(near, key=lambda each: (each[0] == module, len(each[0])))[-1:]


def _is_above(conftest: str, module: str) -> bool:
    folder, _, name = conftest.rpartition(".")
    return name == "conftest" and (not folder or module.startswith(f"{folder}."))
