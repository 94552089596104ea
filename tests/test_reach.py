"""What a test of a unit would enter, and which public units lead to a private one."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.graph.calls import CallGraph, call_graph
from planner.graph.reach import entry_points, reach, reach_from
from planner.graph.rules import RATES
from planner.graph.together import Walks
from planner.model.facts import Call, ModuleFacts, Unit
from planner.model.lines import NO_LINES, line_range

STRAIGHT, IN_BLOCK = RATES["name"]


def graph_of(calls: dict[str, str], blocks: str = "") -> CallGraph:
    """Functions of module `m` from `caller: "callee callee"`; callers in `blocks` call in a block."""
    units = [
        Unit(
            name=name,
            kind="function",
            first_line=1,
            last_line=2,
            lines=line_range(2, 2),
            calls=tuple(Call("name", f"m.{callee}", 2) for callee in callees.split()),
            conditional=line_range(2, 2) if name in blocks.split() else NO_LINES,
        )
        for name, callees in calls.items()
    ]
    top = Unit("<module>", "module", 1, 2, NO_LINES)
    return call_graph([ModuleFacts("m.py", "m", (top, *units), NO_LINES, NO_LINES)])


def names(graph: CallGraph, found: dict[int, float]) -> dict[str, float]:
    return {graph.units[number].name: chance for number, chance in found.items()}


def reached(graph: CallGraph, name: str, least: float = 0.05) -> dict[str, float]:
    return names(graph, dict(reach(graph.numbers["m", name], graph, least)))


def entries(graph: CallGraph, name: str) -> dict[str, float]:
    return names(graph, dict(entry_points(graph.numbers["m", name], graph)))


def test_confidence_decays_along_a_path() -> None:
    graph = graph_of({"a": "b", "b": "c", "c": "", "d": "a"})

    assert reached(graph, "a") == pytest.approx({"a": 1.0, "b": STRAIGHT, "c": STRAIGHT**2})


def test_the_best_path_counts_even_when_it_is_longer() -> None:
    graph = graph_of({"a": "weak b", "weak": "end", "b": "c", "c": "end", "end": ""}, blocks="weak")

    assert STRAIGHT**3 > STRAIGHT * IN_BLOCK
    assert reached(graph, "a")["end"] == pytest.approx(STRAIGHT**3)


def test_the_most_likely_come_first() -> None:
    graph = graph_of({"a": "far b", "b": "", "far": "c", "c": ""}, blocks="far")

    chances = list(reached(graph, "a").values())

    assert chances == sorted(chances, reverse=True)


def test_a_circle_of_calls_ends() -> None:
    graph = graph_of({"a": "b", "b": "a"})

    assert reached(graph, "a") == {"a": 1.0, "b": STRAIGHT}


def test_paths_below_the_threshold_are_cut() -> None:
    graph = graph_of({"a": "b", "b": "c", "c": "d", "d": ""}, blocks="a b c")

    assert set(reached(graph, "a", least=IN_BLOCK**2 - 0.001)) == {"a", "b", "c"}


def test_a_private_function_is_reached_from_the_nearest_public_ones() -> None:
    graph = graph_of({"far": "near", "near": "_a", "_a": "_b", "other": "_b", "_b": ""})

    assert entries(graph, "_b") == pytest.approx({"other": STRAIGHT, "near": STRAIGHT**2})


def test_a_public_function_is_its_own_entry() -> None:
    graph = graph_of({"caller": "run", "run": ""})

    assert entries(graph, "run") == {"run": 1.0}


def test_a_private_function_that_nothing_calls_has_no_entry() -> None:
    graph = graph_of({"run": "", "_lost": ""})

    assert entries(graph, "_lost") == {}


def test_all_reaches_of_ten_thousand_units_take_a_few_seconds() -> None:
    size = 10_000
    graph = graph_of({f"f{n}": " ".join(f"f{(n * 7 + k * k) % size}" for k in range(4)) for n in range(size)})

    start = time.process_time()
    found = sum(len(reach(unit, graph, least=0.85)) for unit in range(len(graph.units)))
    seconds = time.process_time() - start

    assert found > 20 * size
    assert seconds < 30


LETTERS = "abcdefgh"
CALLS = st.fixed_dictionaries({name: st.sets(st.sampled_from(LETTERS)).map(sorted).map(" ".join) for name in LETTERS})


@given(CALLS, st.sets(st.sampled_from(LETTERS)).map(" ".join), st.lists(st.sets(st.integers(0, 8)), max_size=6))
def test_walks_for_many_units_at_once_find_what_each_finds_alone(
    calls: dict[str, str], blocks: str, starts: list[set[int]]
) -> None:
    graph = graph_of(calls, blocks)

    found = list(Walks(graph, len(graph.units)).from_all(starts))

    assert [dict(zip(units.tolist(), sure.tolist(), strict=True)) for units, sure in found] == [
        dict(reach_from(units, graph)) for units in starts
    ]
    assert all(units.tolist() == sorted(units.tolist()) for units, _ in found)


def test_more_walks_than_a_block_holds_are_found_in_order() -> None:
    graph = graph_of({"a": "b", "b": "", "c": ""})
    walks = Walks(graph, len(graph.units), block=2)

    found = [units.tolist() for units, _ in walks.from_all([[1], [3], [], [2], [1, 3]])]

    assert found == [[1, 2], [3], [], [2], [1, 2, 3]]
