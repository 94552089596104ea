"""How many values an expression lists: as many as Python finds when it runs it, or none are claimed."""

import ast
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.source.cases import MOST_VALUES, Values

CONSTANTS = {
    "NAMES": "['a', 'b', 'c']",
    "TABLE": "{'a': 1, 'b': 2}",
    "BOTH": "NAMES + list(TABLE)",
    "ITSELF": "[*ITSELF, 1]",
}


def _values() -> Values:
    return Values({name: _expression(text) for name, text in CONSTANTS.items()})


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "[1, 2, 3]",
        "(1, (2, 3))",
        "{1, 2, 2}",
        "{'a': 1, 'b': 2, 'a': 3}",
        "'abc'",
        "'a b c'.split()",
        "range(7)",
        "range(2, 9, 3)",
        "range(5, 0, -2)",
        "[*NAMES, 'd']",
        "NAMES",
        "BOTH",
        "TABLE.items()",
        "list(TABLE.values())",
        "sorted(NAMES, reverse=True)",
        "enumerate(NAMES, start=1)",
        "zip(NAMES, range(9))",
        "NAMES * 2",
        "[1] * 0",
        "[(a, b) for a in NAMES for b in range(2)]",
        "[x for x in TABLE]",
        "(x for x in NAMES)",
        "itertools.product(NAMES, TABLE)",
        "itertools.product('ab', repeat=3)",
        "itertools.chain(NAMES, 'xy')",
        "[(*NAMES, 1), 2]",
    ],
)
def test_the_count_is_what_running_the_expression_gives(text: str) -> None:
    import itertools

    names: dict[str, object] = {"itertools": itertools}
    for name in ("NAMES", "TABLE", "BOTH"):
        names[name] = eval(CONSTANTS[name], names)
    found: Iterable[object] = eval(text, names)

    assert _values().count(_expression(text)) == len(list(found))


@pytest.mark.parametrize(
    "text",
    [
        "UNKNOWN",
        "make()",
        "[x for x in NAMES if x]",
        "[y for x in NAMES for y in x]",
        "[NAMES for NAMES in UNKNOWN]",
        "[*UNKNOWN]",
        "range(n)",
        "range(1, 2, 0)",
        "{'a': 1, **TABLE}",
        "{1, x}",
        "ITSELF",
        "NAMES[1:]",
        "map(str, NAMES)",
        "sorted(*NAMES)",
        "range(10**9)",
        f"range({MOST_VALUES + 1})",
        "[" * 60 + "]" * 60 + " + UNKNOWN",
        "product(range(1000), range(1000), range(1000))",
    ],
)
def test_what_only_running_tells_is_not_counted(text: str) -> None:
    assert _values().count(_expression(text)) is None


def test_constants_that_double_each_other_cost_no_time() -> None:
    constants = {f"c{number}": _expression(f"c{number + 1} + c{number + 1}") for number in range(24)}

    assert Values({**constants, "c24": _expression("[1]")}).count(_expression("c12")) == 2**12


@given(st.recursive(st.lists(st.integers(), max_size=3), lambda inner: st.lists(inner, max_size=4), max_leaves=20))
def test_a_literal_counts_as_its_length(value: list[object]) -> None:
    assert _values().count(_expression(repr(value))) == len(value)
