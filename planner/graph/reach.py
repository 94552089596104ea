"""What a test of a unit would enter besides it, and through which public units a private one is reached."""

from collections.abc import Callable, Iterable, Mapping
from heapq import heappop, heappush

from planner.graph.calls import CallGraph, Edge, OpenCalls

LEAST = 0.05
"""Paths less likely than this are not followed: of the units at 0.05 to 0.10, a fifth is entered."""


def reach(unit: int, graph: CallGraph | OpenCalls, least: float = LEAST) -> Mapping[int, float]:
    """The units that a test of `unit` would enter, it included, most likely first, each with how likely.

    That is the best product of confidences along a path of calls, at least `least`. It errs to the low side away from
    the unit: several paths lead to the same place (tests/benchmarks/reach.py has the figures).
    """
    return reach_from((unit,), graph, least)


def reach_from(units: Iterable[int], graph: CallGraph | OpenCalls, least: float = LEAST) -> Mapping[int, float]:
    """The same for a test of several units together: each has the best chance from any of them."""
    settled: dict[int, float] = {}
    best, ahead = dict.fromkeys(units, 1.0), graph.ahead
    waiting = [(-1.0, unit) for unit in sorted(best)]
    while waiting:
        minus, number = heappop(waiting)
        if number in settled:
            continue
        here = settled[number] = -minus
        for other, confidence in ahead(number):
            chance = here * confidence
            if chance < least:
                break  # a unit's edges come best first
            if chance > best.get(other, 0.0):
                best[other] = chance
                heappush(waiting, (-chance, other))
    return settled


def entry_points(unit: int, graph: CallGraph, least: float = LEAST) -> Mapping[int, float]:
    """The nearest public functions and methods that enter `unit`, most likely first; `unit` alone if it is public."""

    def callers(number: int) -> Iterable[tuple[int, Edge]]:
        is_entry = graph.units[number].is_public and graph.units[number].is_body
        return () if is_entry else ((edge.caller, edge) for edge in graph.callers[number])

    found = _spread(unit, callers, least)
    return {each: chance for each, chance in found.items() if graph.units[each].is_public and graph.units[each].is_body}


def _spread(start: int, steps: Callable[[int], Iterable[tuple[int, Edge]]], least: float) -> dict[int, float]:
    """As `reach`, along any steps: Dijkstra with products, the best chance is settled first, ties by number."""
    settled: dict[int, float] = {}
    waiting = [(-1.0, start)]
    while waiting:
        minus, number = heappop(waiting)
        if number in settled:
            continue
        settled[number] = -minus
        for other, edge in steps(number):
            chance = -minus * edge.confidence
            if chance >= least and other not in settled:
                heappush(waiting, (-chance, other))
    return settled
