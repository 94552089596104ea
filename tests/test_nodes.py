"""Passing over a tree by the fields that say something, against Python's own ways through all of it."""

import ast
from collections.abc import Iterable

from planner.source.nodes import FIELDS, all_below, put_children

SOURCE = """
import os
from a import (b as c, d)

@decorator(1, key=[2, "x"])
class C(Base, metaclass=M):
    x: int = f(y, *z, **w)

    async def g(self, a=1, *, b: str = "s", **more) -> None:
        async with a as b, c:
            return [each.name for each in await b if each async for each in d]
        try:
            del a[1:2], b
        except (E, F) as error:
            raise G(f"{a!r:>{b}}") from error
        else:
            global k
        finally:
            yield lambda q=1: {q: 2, **r}
        match a:
            case {"k": [1, *rest]} | C(x=1) if rest:
                pass
"""


def _speaking(nodes: Iterable[object]) -> list[object]:
    return [each for each in nodes if type(each) in FIELDS]


def test_all_that_speaks_comes_in_the_order_of_python_s_own_walk() -> None:
    tree = ast.parse(SOURCE)

    assert _speaking(all_below(tree)) == _speaking(ast.walk(tree))


def test_what_is_put_comes_off_in_the_order_of_the_fields() -> None:
    for node in filter(lambda each: type(each) in FIELDS, ast.walk(ast.parse(SOURCE))):
        waiting: list[object] = []

        put_children(node, waiting)

        assert _speaking(reversed(waiting)) == _speaking(ast.iter_child_nodes(node))
