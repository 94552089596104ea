"""Who calls whom in a project, each edge with how far the text can be trusted, and what stays unresolved."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from planner.graph.lookup import Lookup, read_names
from planner.graph.rules import RATES, Rule
from planner.graph.targets import Target, may_enter, targets_by_name, targets_of, wrappers_of
from planner.model.facts import Call, ModuleFacts, Unit


class Edge(NamedTuple):
    """A call from one unit to another, by number. `confidence`, above 0 up to 1, is how often it happens in tests
    that enter the caller (see `RATES`); `line` is where the caller makes it first."""

    caller: int
    callee: int
    rule: Rule
    confidence: float
    line: int


Steps: TypeAlias = Sequence[tuple[int, float]]
"""What a unit calls, as (callee, confidence), best first."""


@dataclass(frozen=True, slots=True)
class CallGraph:
    """Units by number, in the order of the facts: `units[n]` of `modules[n]` has `edges[n]`, best first.

    `unresolved[n]` counts the unit's calls that may enter the project and could not be followed: variables that are
    called, results of results, and methods on something unknown whose name some method of the project has. Calls that
    leave the project are not in it. `callers` are the edges by callee.
    """

    units: tuple[Unit, ...]
    modules: tuple[str, ...]
    edges: tuple[tuple[Edge, ...], ...]
    callers: tuple[tuple[Edge, ...], ...]
    unresolved: tuple[int, ...]
    numbers: Mapping[tuple[str, str], int]

    def ahead(self, number: int) -> Steps:
        """The unit's edges as (callee, confidence), best first."""
        return [(edge.callee, edge.confidence) for edge in self.edges[number]]

    def number(self, module: str, name: str) -> int | None:
        """The unit of that name in that module, None if there is none; the module level is `MODULE`."""
        return self.numbers.get((module, name))


@dataclass(frozen=True, slots=True)
class OpenCalls:
    """The same units under the same numbers; what one calls is found out when somebody comes past it."""

    lookup: Lookup
    known: dict[int, Steps] = field(default_factory=dict)

    def ahead(self, number: int) -> Steps:
        """As of a CallGraph."""
        found = self.known.get(number)
        if found is None:
            found = self.known[number] = _steps_of(number, self.lookup)
        return found


def open_calls(facts: Iterable[ModuleFacts]) -> OpenCalls:
    """The calls of a whole project for those who ask for few of them."""
    return OpenCalls(read_names(facts))


def call_graph(facts: Iterable[ModuleFacts]) -> CallGraph:
    """The calls of a whole project, as far as its text tells. Nothing is run or imported."""
    lookup = read_names(facts)
    edges: list[tuple[Edge, ...]] = []
    unresolved: list[int] = []
    callers: list[list[Edge]] = [[] for _ in lookup.units]
    for number in range(len(lookup.units)):
        found, lost = _edges_of(number, lookup)
        edges.append(found)
        unresolved.append(lost)
        for edge in found:
            callers[edge.callee].append(edge)
    return CallGraph(
        units=tuple(lookup.units),
        modules=tuple(lookup.modules),
        edges=tuple(edges),
        callers=tuple(map(tuple, callers)),
        unresolved=tuple(unresolved),
        numbers=lookup.numbers,
    )


def _steps_of(number: int, lookup: Lookup) -> Steps:
    """The unit's edges as (callee, confidence) alone."""
    unit = lookup.units[number]
    best: dict[int, float] = {}
    called = [(callee, rule, call.line) for call in unit.calls for callee, rule in _targets(number, call, lookup)]
    for callee, rule, line in (*_implied(number, lookup), *called):
        confidence = _confidence(rule, line, unit)
        if confidence > best.get(callee, 0.0):
            best[callee] = confidence
    best.pop(number, None)
    return sorted(best.items(), key=lambda step: (-step[1], step[0]))


def _edges_of(number: int, lookup: Lookup) -> tuple[tuple[Edge, ...], int]:
    """The unit's edges, the best for each callee, and the number of its unresolved calls."""
    best: dict[int, Edge] = {}
    unit, unresolved = lookup.units[number], lookup.units[number].unknown_calls
    for callee, rule, line in _implied(number, lookup):
        _keep(best, Edge(number, callee, rule, _confidence(rule, line, unit), line))
    for call in unit.calls:
        targets = _targets(number, call, lookup)
        if not targets and may_enter(call, lookup):
            unresolved += 1
        for callee, rule in targets:
            _keep(best, Edge(number, callee, rule, _confidence(rule, call.line, unit), call.line))
    return tuple(sorted(best.values(), key=lambda edge: (-edge.confidence, edge.callee))), unresolved


def _implied(number: int, lookup: Lookup) -> Iterator[tuple[int, Rule, int]]:
    """Decorators' wrappers around a function, and the functions inside it: no call names them."""
    unit = lookup.units[number]
    if not unit.is_body:
        return
    for wrapper in wrappers_of(number, lookup):
        yield wrapper, "wrapper", unit.first_line
    for inner in lookup.inside(number):
        yield inner, "nested", lookup.units[inner].first_line


def _targets(number: int, call: Call, lookup: Lookup) -> tuple[Target, ...]:
    """What the call enters; found once for all places where it means the same."""
    key = call.kind, call.name, _where(number, call, lookup)
    found = lookup.entered.get(key)
    if found is None:
        found = tuple(targets_of(number, call, lookup)) or tuple(targets_by_name(call, lookup))
        lookup.entered[key] = found
    return found


def _where(number: int, call: Call, lookup: Lookup) -> int | str | None:
    """The class or the module that the meaning of a call depends on, None where it is the same everywhere."""
    if call.kind in ("own", "read", "super") or call.name == "cls":
        return lookup.owner(number)
    return lookup.modules[number] if call.kind == "name" and "." not in call.name else None


def _confidence(rule: Rule, line: int, unit: Unit) -> float:
    rate = RATES[rule]
    return rate.in_block if unit.conditional >> line & 1 else rate.straight


def _keep(best: dict[int, Edge], edge: Edge) -> None:
    old = best.get(edge.callee)
    if edge.callee != edge.caller and (old is None or old.confidence < edge.confidence):
        best[edge.callee] = edge
