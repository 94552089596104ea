"""Values as rows of flat lists for JSON and back, with every value checked on the way in.

A table is a flat list, row after row, so that a whole column is a slice: checks and conversions then run over the
values of many files at a time, at the speed of C.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import chain, islice, repeat
from operator import attrgetter
from sys import intern
from typing import Any, Generic, TypeVar

from planner.model.facts import NO_NUMBERS, NO_TEXTS
from planner.model.lines import MAX_LINE, Lines

Row = list[object]
"""One or more values, as JSON holds them."""

_Value = TypeVar("_Value")
Values = Sequence[Any]
"""A column."""


@dataclass(frozen=True, slots=True)
class Column:
    """One field: `unpack` checks and converts all its values at once (ValueError), `pack` prepares one for JSON."""

    unpack: Callable[[Values], Values]
    pack: Callable[[Any], object] | None = None


class Table(Generic[_Value]):
    """The columns of a dataclass, which has exactly these fields."""

    def __init__(self, kind: type[_Value], /, **columns: Column) -> None:
        names = [each.name for each in fields(kind)]  # type: ignore[arg-type]
        if hasattr(kind, "__post_init__"):
            raise TypeError(f"{kind.__name__}.__post_init__ would not run here")
        if odd := sorted(set(names) ^ set(columns)):
            raise TypeError(f"{kind.__name__} has other fields than its table in {__name__}: {', '.join(odd)}")
        self.columns = [columns[name] for name in names]
        self.width = len(names)
        self._packs = [(index, column.pack) for index, column in enumerate(self.columns) if column.pack]
        self._kind = kind
        self._puts = [getattr(kind, name).__set__ for name in names]
        self._values_of = attrgetter(*names)

    def pack(self, values: Iterable[_Value]) -> Row:
        flat: Row = list(chain.from_iterable(map(self._values_of, values)))
        for index, pack in self._packs if flat else ():
            flat[index :: self.width] = map(pack, flat[index :: self.width])
        return flat

    def unpack(self, tables: Values) -> list[tuple[_Value, ...]]:
        """The values of each of several tables. Raises ValueError for a table that `pack` cannot have made."""
        check(tables, list)
        counts = [len(table) // self.width for table in tables]
        flat = list(chain.from_iterable(tables))
        if len(flat) != sum(counts) * self.width:
            raise ValueError("cut short")
        columns = [column.unpack(flat[index :: self.width]) for index, column in enumerate(self.columns)]
        values = iter(self._made(columns))
        return [tuple(islice(values, count)) for count in counts]

    def _made(self, columns: list[Values]) -> list[_Value]:
        """Instances filled field by field: two thirds of the time of `__init__`, which freezing makes slow."""
        values: list[_Value] = list(map(object.__new__, repeat(self._kind, len(columns[0]))))
        for put, column in zip(self._puts, columns, strict=True):
            deque(map(put, values, column), maxlen=0)
        return values


def check(values: Iterable[object], kind: type) -> None:
    """Raises ValueError for values of another type; `type() is`, so that True is no number."""
    if not set(map(type, values)) <= {kind}:
        raise ValueError(f"not all {kind.__name__}")


def _texts(values: Values) -> Values:
    check(values, str)
    return values


def _names(values: Values) -> Values:
    """Texts that come again and again: each is held once."""
    return list(map(intern, _texts(values)))


def _numbers(values: Values) -> Values:
    check(values, int)
    if values and not 0 <= min(values) <= max(values) <= MAX_LINE:
        raise ValueError("out of range")
    return values


def _flags(values: Values) -> Values:
    check(values, bool)
    return values


def _text_tuples(values: Values) -> Values:
    check(values, list)
    check(chain.from_iterable(values), str)
    return list(map(tuple, values))


def int_tuples(values: Values) -> Values:
    """Tuples of numbers, which may be negative."""
    check(values, list)
    numbers = list(chain.from_iterable(values))
    check(numbers, int)
    if numbers and not -MAX_LINE <= min(numbers) <= max(numbers) <= MAX_LINE:
        raise ValueError("out of range")
    return list(map(tuple, values))


def texts_by_name(values: Values) -> Values:
    """Dictionaries of texts."""
    check(values, dict)
    check(chain.from_iterable(map(dict.values, values)), str)
    return [value or NO_TEXTS for value in values]


def numbers_by_name(values: Values) -> Values:
    """Dictionaries of numbers."""
    check(values, dict)
    _numbers(list(chain.from_iterable(map(dict.values, values))))
    return [value or NO_NUMBERS for value in values]


def _pack_lines(lines: Lines) -> str:
    """First line and hexadecimal bits from there on: a short function far down in a long file stays short."""
    if not lines:
        return "0 0"
    first = (lines & -lines).bit_length() - 1
    return f"{first} {lines >> first:x}"


def _lines(values: Values) -> Values:
    meanings = {text: _one_lines(text) for text in set(_texts(values))}
    return list(map(meanings.__getitem__, values))


def _one_lines(text: str) -> Lines:
    first, bits = text.split(" ")
    shift, lines = int(first), int(bits, 16)
    if not 0 <= shift <= MAX_LINE or lines < 0 or shift + lines.bit_length() > MAX_LINE + 1:
        raise ValueError("no set of lines")
    return lines << shift


def one_of(choices: tuple[str, ...]) -> Column:
    """One of a few texts, by its place among them."""

    def unpack(values: Values) -> Values:
        if _numbers(values) and max(values) >= len(choices):
            raise ValueError("no such choice")
        return [choices[value] for value in values]

    places = {choice: place for place, choice in enumerate(choices)}
    return Column(unpack, places.__getitem__)


def pair_tuples(values: Values) -> Values:
    """Tuples of (line, text) pairs."""
    check(values, list)
    pairs = list(chain.from_iterable(values))
    check(pairs, list)
    if set(map(len, pairs)) - {2}:
        raise ValueError("no pairs")
    _numbers([number for number, _ in pairs])
    _texts([text for _, text in pairs])
    return [tuple((number, text) for number, text in table) for table in values]


TEXT, NAME, NAMES = Column(_texts), Column(_names), Column(_text_tuples)
NUMBER, FLAG = Column(_numbers), Column(_flags)
LINES = Column(_lines, _pack_lines)
