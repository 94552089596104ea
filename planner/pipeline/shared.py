"""What every story needs: which files are the product, their facts, and the seams their units touch."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from planner.config import read_config
from planner.forecast import Surroundings
from planner.forecast.doubles import find_doubles
from planner.forecast.project import Project, read_project
from planner.forecast.seams import Catalogue, read_catalogue
from planner.forecast.touches import CalledUnit, Touches, direct_touches, with_indirect
from planner.graph.calls import CallGraph, call_graph
from planner.graph.closure import Closures, import_closures
from planner.graph.imports import Modules, index_modules
from planner.graph.reach import reach
from planner.measure import Progress, Request, is_test_path, scan_tree
from planner.measure.tree import SourceTree
from planner.model.facts import ModuleFacts
from planner.model.measurement import FileCoverage, Measurement, Skipped
from planner.model.seams import Double, TestFacts, UnitKey
from planner.model.wish import Wish
from planner.source.cache import read_all_facts, read_all_tests

T = TypeVar("T")


@dataclass(frozen=True)
class Code:
    """The product's code as values: facts by path, and what is computed from them when it is first asked for."""

    request: Request
    facts: Mapping[str, ModuleFacts]
    progress: Progress
    wish: Wish = field(default_factory=Wish)
    unread: tuple[Skipped, ...] = ()

    @property
    def notices(self) -> tuple[str, ...]:
        """What a reader must know of how the code was read."""
        return (*_about_newer(self.facts), *_about_unread(self.unread))

    @cached_property
    def tree(self) -> SourceTree:
        """All Python files of the project."""
        return scan_tree(self.request.root)

    @cached_property
    def tests(self) -> Mapping[str, TestFacts]:
        """The tests and conftest files that can be read, by path. They take longer to read than all else: once."""
        paths = filter(is_test_path, self.tree.files)
        read = read_all_tests(self.request.root, paths, self.tree.known, self.request.caches, self.progress)
        return {path: each for path, each in read.items() if not isinstance(each, Skipped)}

    @cached_property
    def others(self) -> Mapping[str, ModuleFacts]:
        """The facts of the Python files that are no product: tests, conftest, setup, examples."""
        rest = [path for path in self.tree.files if path not in self.facts and not is_test_path(path)]
        found = read_all_facts(self.request.root, rest, self.tree.known, None, self.progress)
        read = {path: each for path, each in found.items() if not isinstance(each, Skipped)}
        return dict(sorted({**read, **{path: each.facts for path, each in self.tests.items()}}.items()))

    @cached_property
    def calls(self) -> CallGraph:
        return call_graph(self.facts.values())

    @cached_property
    def modules(self) -> Modules:
        return index_modules(self.facts.values())

    @cached_property
    def closures(self) -> Closures:
        return import_closures(self.facts.values())

    @cached_property
    def names(self) -> Project:
        return read_project(self.facts.values())

    @cached_property
    def direct(self) -> Touches:
        return direct_touches(self.facts.values(), self.names, self.catalogue)

    @cached_property
    def touches(self) -> Touches:
        """The seams of each unit, its own and those behind what it calls."""
        return with_indirect(self.direct, self._called())

    @cached_property
    def doubles(self) -> Mapping[str, Double]:
        """Kind of seam -> the double that the project's tests have for it."""
        return find_doubles(self.tests.values(), self.names, self.direct, self.catalogue)

    @cached_property
    def around(self) -> Surroundings:
        """What the forecast knows around each unit."""
        runs = {facts.path: self.closures.of(module).files for module, facts in self.modules.by_name.items()}
        return Surroundings(self.direct, self.doubles, runs, _Reach(self.calls, self._keys()), self.wish.noise)

    @cached_property
    def catalogue(self) -> Catalogue:
        return read_catalogue(read_config(self.request.root).seams)

    def _keys(self) -> list[UnitKey]:
        """The key of each unit of the call graph, by its number."""
        paths = {facts.module: facts.path for facts in self.facts.values()}
        units = zip(self.calls.modules, self.calls.units, strict=True)
        return [(paths[module], unit.name) for module, unit in units]

    def _called(self) -> dict[UnitKey, list[CalledUnit]]:
        keys = self._keys()
        return {
            keys[number]: [CalledUnit(keys[edge.callee], edge.confidence, edge.line) for edge in edges]
            for number, edges in enumerate(self.calls.edges)
            if edges
        }


def _about_newer(facts: Mapping[str, ModuleFacts]) -> Iterator[str]:
    newer = sorted(path for path, each in facts.items() if each.is_newer)
    if newer:
        version = ".".join(map(str, sys.version_info[:2]))
        yield f"{len(newer)} file(s) have syntax newer than Python {version}, read with libcst (such as {newer[0]})"


def _about_unread(unread: Sequence[Skipped]) -> Iterator[str]:
    """They were read when they were counted, so the measurement does not name them."""
    if unread:
        first = f"such as {unread[0].path}: {unread[0].reason}"
        yield f"{len(unread)} file(s) could be counted but then not be read: no test of them is planned ({first})"


class _Reach(Mapping[UnitKey, Mapping[UnitKey, float]]):
    """Unit -> the units that a test of it enters besides, with how likely; computed when it is asked for."""

    def __init__(self, graph: CallGraph, keys: list[UnitKey]) -> None:
        self._graph, self._keys = graph, keys
        self._numbers = {key: number for number, key in enumerate(keys)}

    def __getitem__(self, key: UnitKey) -> Mapping[UnitKey, float]:
        found = reach(self._numbers[key], self._graph)
        return {self._keys[number]: chance for number, chance in found.items() if self._keys[number] != key}

    def __iter__(self) -> Iterator[UnitKey]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


def read_code(request: Request, measured: Measurement, progress: Progress, wish: Wish | None = None) -> Code:
    """The facts of every product file that can be read; the others are named by the measurement, or among notices."""
    paths = sorted(file.path for file in product(measured))
    found = read_all_facts(request.root, paths, frozenset(paths), request.caches, progress)
    facts = {path: facts for path, facts in found.items() if not isinstance(facts, Skipped)}
    unread = tuple(each for each in found.values() if isinstance(each, Skipped))
    return Code(request, facts, progress, wish or Wish(), unread)


def watched(progress: Progress, label: str) -> Callable[[Sequence[T]], Iterator[T]]:
    """What hands on its items one by one, so that `progress` can count them."""

    def watch(items: Sequence[T]) -> Iterator[T]:
        places = progress([str(place) for place, _ in enumerate(items)], label)
        return (item for _, item in zip(places, items, strict=True))

    return watch


def product(measured: Measurement) -> list[FileCoverage]:
    """The files that tests can be planned for: in the tree, and no tests themselves."""
    return [*measured_product(measured), *filter(_is_product, measured.unmeasured)]


def measured_product(measured: Measurement) -> list[FileCoverage]:
    """Of those, the files that the data has."""
    return list(filter(_is_product, measured.files))


def _is_product(file: FileCoverage) -> bool:
    return file.in_tree and not is_test_path(file.path)
