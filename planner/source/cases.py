"""How many values an expression lists, where the text says so: `[1, 2]`, `range(3)`, `product(A, B)`, a constant."""

import ast
from collections.abc import Iterable, Mapping, Sequence
from math import prod

MOST_VALUES = 1_000_000
"""More values than any suite has cases: `range(10**9)` counts as one that only running tells."""

_MOST_DEPTH = 25
"""Expressions in each other, and constants that name constants, are followed so far."""

_SAME_LENGTH = frozenset({"list", "tuple", "sorted", "reversed", "enumerate", "iter"})

_VIEWS = frozenset({"items", "keys", "values", "copy"})

_SAID = frozenset({"key", "reverse", "start", "repeat", "strict"})
"""Keywords that do not change how many values there are, or are looked at."""


Constants = Mapping[str, ast.expr]
"""Names that are set once in the file and never changed, with what they are set to."""


class Values:
    """Counts values.

    Each constant is counted once, however often others name it, so that the work grows with the text alone.
    """

    def __init__(self, constants: Constants) -> None:
        self._constants = constants
        self._known: dict[str, int | None] = {}

    def count(self, node: ast.expr, hidden: frozenset[str] = frozenset(), depth: int = 0) -> int | None:
        """The number of values that iterating over the expression gives; None where only running tells.

        `hidden` are names that mean something else there: the variables of a comprehension.
        """
        if depth > _MOST_DEPTH:
            return None
        found = self._count(node, hidden, depth + 1)
        return found if found is not None and found <= MOST_VALUES else None

    def _count(self, node: ast.expr, hidden: frozenset[str], depth: int) -> int | None:
        match node:
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                return _total([self._element(each, hidden, depth) for each in elements])
            case ast.Set(elts=elements):
                return _different(elements)
            case ast.Dict(keys=keys):
                return _different(keys)
            case ast.Constant(value=str() | bytes() as text):
                return len(text)
            case ast.Name(id=name) if name not in hidden:
                return self._constant(name, depth)
            case ast.ListComp(generators=generators) | ast.GeneratorExp(generators=generators):
                return self._comprehension(generators, hidden, depth)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return _total([self.count(each, hidden, depth) for each in (left, right)])
            case ast.BinOp(left=left, op=ast.Mult(), right=ast.Constant(value=int() as times)):
                return _times(self.count(left, hidden, depth), max(0, times))
            case ast.Call():
                return self._called(node, hidden, depth)
        return None

    def _constant(self, name: str, depth: int) -> int | None:
        if name not in self._known:
            self._known[name] = None  # for a constant that names itself
            if name in self._constants:
                self._known[name] = self.count(self._constants[name], depth=depth)
        return self._known[name]

    def _element(self, node: ast.expr, hidden: frozenset[str], depth: int) -> int | None:
        return self.count(node.value, hidden, depth) if isinstance(node, ast.Starred) else 1

    def _comprehension(self, generators: Iterable[ast.comprehension], hidden: frozenset[str], depth: int) -> int | None:
        """A condition, or a loop over another loop's variable, is for running to tell."""
        count: int | None = 1
        for each in generators:
            count = _times(count, None if each.ifs else self.count(each.iter, hidden, depth))
            hidden |= {name.id for name in ast.walk(each.target) if isinstance(name, ast.Name)}
        return count

    def _called(self, node: ast.Call, hidden: frozenset[str], depth: int) -> int | None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if isinstance(node.func, ast.Attribute) and not node.args:
            return self._method(node.func, hidden, depth)
        if not node.args or any(each.arg not in _SAID for each in node.keywords):
            return None
        if name == "range":
            return _range(node.args)
        counts = [None if isinstance(each, ast.Starred) else self.count(each, hidden, depth) for each in node.args]
        if name in _SAME_LENGTH:
            return counts[0]
        if name == "product":
            return _repeated(_product(counts), node.keywords)
        known = [each for each in counts if each is not None]
        if name == "zip" and len(known) == len(counts):
            return min(known)
        return _total(counts) if name == "chain" else None

    def _method(self, function: ast.Attribute, hidden: frozenset[str], depth: int) -> int | None:
        """`table.items()`, `"a b c".split()`."""
        if function.attr in _VIEWS:
            return self.count(function.value, hidden, depth)
        match function:
            case ast.Attribute(value=ast.Constant(value=str() as text), attr="split"):
                return len(text.split())
        return None


def _different(nodes: Sequence[ast.expr | None]) -> int | None:
    """How many different constants; None where one is none."""
    found = [each for each in nodes if isinstance(each, ast.Constant)]
    return len({each.value for each in found}) if len(found) == len(nodes) else None


def _range(arguments: list[ast.expr]) -> int | None:
    known = [each for each in map(_integer, arguments) if each is not None]
    if len(known) != len(arguments) or len(known) > 3 or known[2:] == [0] or max(map(abs, known)) > MOST_VALUES:
        return None
    return len(range(*known))


def _integer(node: ast.expr) -> int | None:
    match node:
        case ast.Constant(value=int() as number):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)):
            return -number
    return None


def _repeated(count: int | None, keywords: Iterable[ast.keyword]) -> int | None:
    """`product(..., repeat=2)`."""
    for each in keywords:
        repeat = _integer(each.value) if each.arg == "repeat" else None
        count = count**repeat if count is not None and repeat is not None and 0 <= repeat <= 20 else None
    return count


def _times(one: int | None, other: int | None) -> int | None:
    return one * other if one is not None and other is not None else None


def _total(counts: list[int | None]) -> int | None:
    known = [each for each in counts if each is not None]
    return sum(known) if len(known) == len(counts) else None


def _product(counts: list[int | None]) -> int | None:
    known = [each for each in counts if each is not None]
    return prod(known) if len(known) == len(counts) else None
