"""What tests would enter of the product, by the calls in both; the graph is made when somebody asks first."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property

from planner.graph.calls import OpenCalls, open_calls
from planner.graph.reach import reach_from
from planner.model.facts import MODULE, ModuleFacts
from planner.model.problem import BodyKey
from planner.model.seams import UnitKey

_SET_UP = frozenset({"setUp", "setUpClass", "asyncSetUp", "setup_method", "setup_class", "setup"})
_SET_UP_FILE = frozenset({"setup_module", "setup_function", "setUpModule"})
"""What unittest and pytest run before a test of the class, or of the file; no call in the text names them."""


@dataclass(frozen=True)
class Entered:
    """Units -> the functions of the product that running them would enter. Facts are by path.

    `fixtures` are the fixture functions that pytest runs for each test (`planner.suite.fixtures.fixtures_used`).
    """

    product: Mapping[str, ModuleFacts]
    tests: Mapping[str, ModuleFacts]
    fixtures: Mapping[UnitKey, Sequence[UnitKey]] = field(default_factory=dict)

    def __call__(self, units: Iterable[UnitKey]) -> Mapping[BodyKey, float]:
        """Each function with the best chance that any of the units has to enter it, most likely first.

        A class or module level of a test file stands for all tests in it, and a test for the set-up of its class and
        file and for its fixtures, too. Units that are not known enter nothing.
        """
        return {self._keys[number]: chance for number, chance in self._found(units).items() if number in self._bodies}

    def reached(self, units: Iterable[UnitKey]) -> Mapping[UnitKey, float]:
        """As a call, with what is entered of the tests' own code, too: helpers, set-up and fixtures."""
        return self._of_all(self._found(units))

    def reached_by_calls(self, units: Iterable[UnitKey]) -> Mapping[UnitKey, float]:
        """As `reached`, without the fixtures that no call in the text names."""
        return self._of_all(self._search({number for key in units for number in self._called.get(key, ())}))

    def _of_all(self, found: Mapping[int, float]) -> Mapping[UnitKey, float]:
        return {self._keys[number]: chance for number, chance in found.items()}

    def _found(self, units: Iterable[UnitKey]) -> Mapping[int, float]:
        return self._search({number for key in units for number in self._numbers.get(key, ())})

    def _search(self, starts: Set[int]) -> Mapping[int, float]:
        return reach_from(starts, self._graph)

    @cached_property
    def _graph(self) -> OpenCalls:
        return open_calls([*self.product.values(), *self.tests.values()])

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
    def _numbers(self) -> Mapping[UnitKey, Set[int]]:
        """The units that each key stands for, with all that runs before them."""
        return self._with_before(lambda path, name: (*_set_up(path, name), *self.fixtures.get((path, name), ())))

    @cached_property
    def _called(self) -> Mapping[UnitKey, Set[int]]:
        """As `_numbers`, without fixtures."""
        return self._with_before(_set_up)

    def _with_before(self, before: Callable[[str, str], Iterable[UnitKey]]) -> Mapping[UnitKey, Set[int]]:
        alone: dict[UnitKey, set[int]] = {}
        for number, (path, name) in enumerate(self._keys):
            for key in _standing_for(name) if path in self.tests else (name,):
                alone.setdefault((path, key), set()).add(number)
        found: dict[UnitKey, Set[int]] = dict(alone)
        for path, facts in self.tests.items():
            for unit in facts.units:
                first = {number for key in before(path, unit.name) if key in alone for number in alone[key]}
                for name in _standing_for(unit.name) if first else ():
                    found[path, name] = found[path, name] | first
        return found


def _set_up(path: str, name: str) -> Iterator[UnitKey]:
    """What the runner calls before a unit: set-up of its class and its file."""
    around = name.rpartition(".")[0]
    yield from ((path, f"{around}.{each}") for each in sorted(_SET_UP) if around)
    yield from ((path, each) for each in sorted(_SET_UP_FILE) if name != MODULE)


def _standing_for(name: str) -> Iterator[str]:
    """The unit itself, the classes and functions around it, and the module level."""
    parts = name.split(".")
    yield from (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    if name != MODULE:
        yield MODULE
