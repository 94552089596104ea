"""ModuleFacts as plain lists for JSON and back, with every value checked on the way in.

A table is a flat list, row after row, so that a whole column is a slice: checks and conversions then run over the
values of many files at a time, at the speed of C.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import chain, islice, repeat
from operator import attrgetter
from typing import Any, Generic, TypeVar, get_args

from planner.model.facts import Call, CallKind, Import, ImportKind, ModuleFacts, Unit, UnitKind
from planner.model.lines import MAX_LINE, Lines
from planner.model.measurement import Skipped

Row = list[object]
"""One ModuleFacts, or one Skipped, as JSON holds it."""

Facts = ModuleFacts | Skipped

_Value = TypeVar("_Value")
_Values = Sequence[Any]


@dataclass(frozen=True, slots=True)
class _Column:
    """One field: `unpack` checks and converts all its values at once (ValueError), `pack` prepares one for JSON."""

    unpack: Callable[[_Values], _Values]
    pack: Callable[[Any], object] | None = None


class _Table(Generic[_Value]):
    """The columns of a dataclass, which has exactly these fields."""

    def __init__(self, kind: type[_Value], /, **columns: _Column) -> None:
        names = [each.name for each in fields(kind)]  # type: ignore[arg-type]
        if hasattr(kind, "__post_init__"):
            raise TypeError(f"{kind.__name__}.__post_init__ would not run here")
        if odd := sorted(set(names) ^ set(columns)):
            raise TypeError(f"{kind.__name__} has other fields than its table in {__name__}: {', '.join(odd)}")
        self.columns = [columns[name] for name in names]
        self.width = len(names)
        self._kind = kind
        self._puts = [getattr(kind, name).__set__ for name in names]
        self._values_of = attrgetter(*names)

    def pack(self, values: Iterable[_Value]) -> Row:
        flat: Row = list(chain.from_iterable(map(self._values_of, values)))
        for index, column in enumerate(self.columns):
            if column.pack:
                flat[index :: self.width] = map(column.pack, flat[index :: self.width])
        return flat

    def unpack(self, tables: _Values) -> list[tuple[_Value, ...]]:
        """The values of each of several tables. Raises ValueError for a table that `pack` cannot have made."""
        _check(tables, list)
        counts = [len(table) // self.width for table in tables]
        flat = list(chain.from_iterable(tables))
        if len(flat) != sum(counts) * self.width:
            raise ValueError("cut short")
        columns = [column.unpack(flat[index :: self.width]) for index, column in enumerate(self.columns)]
        values = iter(self._made(columns))
        return [tuple(islice(values, count)) for count in counts]

    def _made(self, columns: list[_Values]) -> list[_Value]:
        """Instances filled field by field: two thirds of the time of `__init__`, which freezing makes slow."""
        values: list[_Value] = list(map(object.__new__, repeat(self._kind, len(columns[0]))))
        for put, column in zip(self._puts, columns, strict=True):
            deque(map(put, values, column), maxlen=0)
        return values


def _check(values: Iterable[object], kind: type) -> None:
    """`type() is`, so that True is no number."""
    if not set(map(type, values)) <= {kind}:
        raise ValueError(f"not all {kind.__name__}")


def _texts(values: _Values) -> _Values:
    _check(values, str)
    return values


def _numbers(values: _Values) -> _Values:
    _check(values, int)
    if values and not 0 <= min(values) <= max(values) <= MAX_LINE:
        raise ValueError("out of range")
    return values


def _flags(values: _Values) -> _Values:
    _check(values, bool)
    return values


def _text_tuples(values: _Values) -> _Values:
    _check(values, list)
    _check(chain.from_iterable(values), str)
    return list(map(tuple, values))


def _texts_by_name(values: _Values) -> _Values:
    _check(values, dict)
    _check(chain.from_iterable(map(dict.values, values)), str)
    return values


def _numbers_by_name(values: _Values) -> _Values:
    _check(values, dict)
    _numbers(list(chain.from_iterable(map(dict.values, values))))
    return values


def _pack_lines(lines: Lines) -> str:
    """First line and hexadecimal bits from there on: a short function far down in a long file stays short."""
    first = max((lines & -lines).bit_length() - 1, 0)
    return f"{first} {lines >> first:x}"


def _lines(values: _Values) -> _Values:
    meanings = {text: _one_lines(text) for text in set(_texts(values))}
    return list(map(meanings.__getitem__, values))


def _one_lines(text: str) -> Lines:
    first, bits = text.split(" ")
    shift, lines = int(first), int(bits, 16)
    if not 0 <= shift <= MAX_LINE or lines < 0 or shift + lines.bit_length() > MAX_LINE + 1:
        raise ValueError("no set of lines")
    return lines << shift


def _one_of(choices: tuple[str, ...]) -> _Column:
    """One of a few texts, by its place among them."""

    def unpack(values: _Values) -> _Values:
        if _numbers(values) and max(values) >= len(choices):
            raise ValueError("no such choice")
        return [choices[value] for value in values]

    return _Column(unpack, choices.index)


def _pair_tuples(values: _Values) -> _Values:
    """Tuples of (line, text) pairs."""
    _check(values, list)
    pairs = list(chain.from_iterable(values))
    _check(pairs, list)
    if set(map(len, pairs)) - {2}:
        raise ValueError("no pairs")
    _numbers([number for number, _ in pairs])
    _texts([text for _, text in pairs])
    return [tuple((number, text) for number, text in table) for table in values]


_TEXT, _NUMBER, _FLAG, _NAMES = _Column(_texts), _Column(_numbers), _Column(_flags), _Column(_text_tuples)
_LINES = _Column(_lines, _pack_lines)

_CALLS = _Table(Call, kind=_one_of(get_args(CallKind)), name=_TEXT, line=_NUMBER)

_IMPORTS = _Table(
    Import,
    module=_TEXT,
    name=_TEXT,
    alias=_TEXT,
    line=_NUMBER,
    kind=_one_of(get_args(ImportKind)),
    level=_NUMBER,
    is_conditional=_FLAG,
)

_UNITS = _Table(
    Unit,
    name=_TEXT,
    kind=_one_of(get_args(UnitKind)),
    first_line=_NUMBER,
    last_line=_NUMBER,
    lines=_LINES,
    conditional=_LINES,
    complexity=_NUMBER,
    parameters=_NUMBER,
    is_async=_FLAG,
    is_stub=_FLAG,
    raised=_NAMES,
    has_result=_FLAG,
    unknown_calls=_NUMBER,
    decorators=_NAMES,
    bases=_NAMES,
    calls=_Column(_CALLS.unpack, _CALLS.pack),
    first_use=_Column(_numbers_by_name),
    attributes=_Column(_texts_by_name),
    returns=_TEXT,
    metaclass=_TEXT,
)

_MODULES = _Table(
    ModuleFacts,
    path=_TEXT,
    module=_TEXT,
    units=_Column(_UNITS.unpack, _UNITS.pack),
    import_time=_LINES,
    hollow=_LINES,
    guarded=_LINES,
    main_block=_LINES,
    imports=_Column(_IMPORTS.unpack, _IMPORTS.pack),
    dynamic=_Column(_pair_tuples),
    is_newer=_FLAG,
)

_SKIPS = _Table(Skipped, path=_TEXT, reason=_TEXT, line=_NUMBER)
"""A Skipped without a line has no row: see `cache`."""


def pack_facts(facts: Facts) -> Row:
    """The facts of one file as values that JSON knows. ValueError for a Skipped without a line."""
    if isinstance(facts, ModuleFacts):
        return _MODULES.pack([facts])
    if facts.line is None:
        raise ValueError(f"{facts.path} was skipped for no line of its own")
    return _SKIPS.pack([facts])


def unpack_facts(rows: Sequence[object]) -> list[Facts]:
    """The facts of many files, in the order of `rows`. Raises ValueError for a row that is none."""
    _check(rows, list)
    tables = [row for row in rows if isinstance(row, list)]
    if set(map(len, tables)) - {_MODULES.width, _SKIPS.width}:
        raise ValueError("neither facts nor skipped")
    modules = chain.from_iterable(_MODULES.unpack([row for row in tables if len(row) == _MODULES.width]))
    skips = chain.from_iterable(_SKIPS.unpack([row for row in tables if len(row) == _SKIPS.width]))
    return [next(modules) if len(row) == _MODULES.width else next(skips) for row in tables]
