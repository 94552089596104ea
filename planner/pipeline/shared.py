"""What every story needs: which files are the product, their facts, and the seams their units touch."""

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from planner.config import read_config
from planner.forecast import Surroundings
from planner.forecast.doubles import find_doubles
from planner.forecast.project import Project, read_project
from planner.forecast.runs import Runs
from planner.forecast.seams import Catalogue, read_catalogue
from planner.forecast.touches import CalledUnit, Touches, direct_touches, with_indirect
from planner.graph.calls import CallGraph, OpenCalls, call_graph, open_calls
from planner.graph.closure import Closures, import_closures
from planner.graph.imports import Modules, index_modules
from planner.measure import Progress, Request, Taken, is_test_path, read_with_trail
from planner.measure.tree import SourceTree
from planner.model.facts import ModuleFacts
from planner.model.measurement import FileCoverage, Measurement, Skipped
from planner.model.seams import Double, TestFacts, UnitKey
from planner.model.wish import Wish
from planner.pipeline.reading import Files, open_files
from planner.source.kinds import FACTS, TESTS, Kind

if TYPE_CHECKING:
    from planner.forecast.reached import Entered, Reached

T = TypeVar("T")


@dataclass(frozen=True)
class Code:
    """The product's code as values: facts by path, and what is computed from them when it is first asked for."""

    request: Request
    facts: Mapping[str, ModuleFacts]
    progress: Progress
    wish: Wish = field(default_factory=Wish)
    unread: tuple[Skipped, ...] = ()
    read: Files | None = None

    @property
    def notices(self) -> tuple[str, ...]:
        """What a reader must know of how the code was read."""
        return (*_about_newer(self.facts), *_about_unread(self.unread))

    @cached_property
    def files(self) -> Files:
        """The files of the project, read once for all."""
        return self.read or open_files(self.request, self.progress)

    @property
    def tree(self) -> SourceTree:
        """All Python files of the project."""
        return self.files.tree

    @cached_property
    def tests(self) -> Mapping[str, TestFacts]:
        """The tests and conftest files that can be read, by path. They take longer to read than all else: once."""
        read = self.files.read(TESTS, filter(is_test_path, self.tree.files))
        return {path: each for path, each in read.items() if not isinstance(each, Skipped)}

    @cached_property
    def others(self) -> Mapping[str, ModuleFacts]:
        """The facts of the Python files that are no product: tests, conftest, setup, examples."""
        rest = [path for path in self.tree.files if path not in self.facts and not is_test_path(path)]
        found = self.files.read(FACTS, rest)
        read = {path: each for path, each in found.items() if not isinstance(each, Skipped)}
        return dict(sorted({**read, **{path: each.facts for path, each in self.tests.items()}}.items()))

    @cached_property
    def calls(self) -> CallGraph:
        return call_graph(self.facts.values())

    @cached_property
    def open_calls(self) -> OpenCalls:
        """The same units and numbers, for who asks what few of them call."""
        return open_calls(self.facts.values())

    @cached_property
    def modules(self) -> Modules:
        return index_modules(self.facts.values())

    @cached_property
    def closures(self) -> Closures:
        return import_closures(self.facts.values(), self.open_calls.lookup)

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
        modules = {facts.path: module for module, facts in self.modules.by_name.items()}
        closures = self.closures
        return Surroundings(
            touches=self.direct,
            doubles=self.doubles,
            runs_on_import=Runs(closures.files, {path: closures.files_of(module) for path, module in modules.items()}),
            reached=_reaching(self.open_calls, self._keys()),
            noise=self.wish.noise,
        )

    @cached_property
    def catalogue(self) -> Catalogue:
        return read_catalogue(read_config(self.request.root).seams)

    def _keys(self) -> list[UnitKey]:
        """The key of each unit of the call graph, by its number."""
        paths = {facts.module: facts.path for facts in self.facts.values()}
        return [(paths[facts.module], unit.name) for facts in self.facts.values() for unit in facts.units]

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


def _reaching(graph: OpenCalls, keys: Sequence[UnitKey]) -> "Reached":
    """What tests enter, by the calls of the project; computed when it is asked for."""
    from planner.forecast.reached import Reached  # numpy takes 80 ms to load
    from planner.graph.together import Walks

    numbers = {key: number for number, key in enumerate(keys)}

    def find(every: Iterable[Collection[UnitKey]]) -> "Iterator[Entered]":
        starts = ([numbers[unit] for unit in units if unit in numbers] for units in every)
        return Walks(graph, len(keys)).from_all(starts)

    return Reached(keys, find)


def measure_project(
    request: Request, progress: Progress, wish: Wish | None = None, more: tuple[Kind[Any], ...] = ()
) -> tuple[Taken, Code]:
    """The measurement, and the facts of every product file that can be read, each file read once for both.

    The others are named by the measurement, or among notices. `more` are further kinds that the story asks for, of
    product and tests, found in the same reading. Raises InputError or ConfigError, one line each.
    """
    files = open_files(request, progress, more)
    taken = read_with_trail(request, progress, files.sources)
    paths = sorted(file.path for file in product(taken.measurement))
    found = files.read(FACTS, paths, frozenset(paths))
    facts = {path: facts for path, facts in found.items() if not isinstance(facts, Skipped)}
    unread = tuple(each for each in found.values() if isinstance(each, Skipped))
    return taken, Code(request, facts, progress, wish or Wish(), unread, files)


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
