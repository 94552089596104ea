"""What tests would enter of the product, by the calls in both; the graph is made when somebody asks first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from planner.graph.calls import CallGraph, Edge, call_graph
from planner.graph.reach import reach
from planner.model.facts import MODULE, ModuleFacts
from planner.model.problem import BodyKey
from planner.model.seams import UnitKey

_SET_UP = frozenset({"setUp", "setUpClass", "asyncSetUp", "setup_method", "setup_class", "setup"})
"""Methods that unittest and pytest run before a test of the class; no call in the text names them."""


@dataclass(frozen=True)
class Entered:
    """Units -> the functions of the product that running them would enter. Facts are by path."""

    product: Mapping[str, ModuleFacts]
    tests: Mapping[str, ModuleFacts]

    def __call__(self, units: Iterable[UnitKey]) -> Mapping[BodyKey, float]:
        """Each function with the best chance that any of the units has to enter it, most likely first.

        A class or module level of a test file stands for all tests in it, and a test for the set-up of its class,
        too. Fixtures are entered only where the text calls them. Units that are not known enter nothing.
        """
        starts = {number for key in units for number in self._numbers.get(key, ())}
        found = reach(len(self._keys), self._with_start(starts)) if starts else {}
        return {self._keys[number]: chance for number, chance in found.items() if number in self._bodies}

    @cached_property
    def _graph(self) -> CallGraph:
        return call_graph([*self.product.values(), *self.tests.values()])

    @cached_property
    def _keys(self) -> list[UnitKey]:
        """The key of each unit of the graph, by its number."""
        everything = [*self.product.items(), *self.tests.items()]
        return [(path, unit.name) for path, facts in everything for unit in facts.units]

    @cached_property
    def _bodies(self) -> frozenset[int]:
        units = (unit for facts in self.product.values() for unit in facts.units)
        return frozenset(number for number, unit in enumerate(units) if unit.is_body)

    @cached_property
    def _numbers(self) -> Mapping[UnitKey, list[int]]:
        """The units that each key stands for."""
        found: dict[UnitKey, list[int]] = {}
        for number, (path, name) in enumerate(self._keys):
            for key in _standing_for(name) if path in self.tests else (name,):
                found.setdefault((path, key), []).append(number)
        for path, facts in self.tests.items():
            for unit in facts.units:
                found[path, unit.name] += self._set_up(path, unit.name, found)
        return found

    def _set_up(self, path: str, name: str, found: Mapping[UnitKey, list[int]]) -> list[int]:
        around = name.rpartition(".")[0]
        return [number for each in sorted(_SET_UP) if around for number in found.get((path, f"{around}.{each}"), ())]

    def _with_start(self, starts: Iterable[int]) -> CallGraph:
        """The graph with one more unit that is certain to call all of `starts`: one search does for them together."""
        graph, number = self._graph, len(self._keys)
        edges = tuple(Edge(number, each, "name", 1.0, 0) for each in sorted(starts))
        return replace(graph, edges=(*graph.edges, edges))


def _standing_for(name: str) -> Iterator[str]:
    """The unit itself, the classes and functions around it, and the module level."""
    parts = name.split(".")
    yield from (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    if name != MODULE:
        yield MODULE
