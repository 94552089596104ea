"""What a file of source says as plain lists for JSON and back: facts, what tests say beside them, watched calls."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import TypeVar, get_args

from planner.model.calls import WatchedCall
from planner.model.facts import Call, CallKind, Import, ImportKind, ModuleFacts, Unit, UnitKind
from planner.model.measurement import Skipped
from planner.model.mentions import FileMentions
from planner.model.seams import Patch, TestFacts
from planner.model.shape import Shape
from planner.model.suite import SKIP_KINDS, Cases, Mark, Skip, SuiteFacts, Written, WrittenFixture
from planner.source.tables import (
    FLAG,
    LINES,
    NAME,
    NAMES,
    NUMBER,
    TEXT,
    Column,
    Row,
    Table,
    Values,
    check,
    int_tuples,
    numbers_by_name,
    one_of,
    pair_tuples,
    texts_by_name,
)

Facts = ModuleFacts | Skipped

_Value = TypeVar("_Value")
_Made = TypeVar("_Made")

_CALLS = Table(Call, kind=one_of(get_args(CallKind)), name=NAME, line=NUMBER)

_IMPORTS = Table(
    Import,
    module=NAME,
    name=NAME,
    alias=NAME,
    line=NUMBER,
    kind=one_of(get_args(ImportKind)),
    level=NUMBER,
    is_conditional=FLAG,
)

_UNITS = Table(
    Unit,
    name=TEXT,
    kind=one_of(get_args(UnitKind)),
    first_line=NUMBER,
    last_line=NUMBER,
    lines=LINES,
    conditional=LINES,
    complexity=NUMBER,
    parameters=NUMBER,
    is_async=FLAG,
    is_stub=FLAG,
    raised=NAMES,
    has_result=FLAG,
    unknown_calls=NUMBER,
    decorators=NAMES,
    bases=NAMES,
    calls=Column(_CALLS.unpack, _CALLS.pack),
    first_use=Column(numbers_by_name),
    attributes=Column(texts_by_name),
    returns=TEXT,
    metaclass=TEXT,
)

_MODULES = Table(
    ModuleFacts,
    path=TEXT,
    module=TEXT,
    units=Column(_UNITS.unpack, _UNITS.pack),
    import_time=LINES,
    hollow=LINES,
    guarded=LINES,
    main_block=LINES,
    imports=Column(_IMPORTS.unpack, _IMPORTS.pack),
    dynamic=Column(pair_tuples),
    is_newer=FLAG,
)

_PATCHES = Table(Patch, target=TEXT, line=NUMBER)


def _one_module(values: Values) -> Values:
    tables = _MODULES.unpack(values)
    if set(map(len, tables)) - {1}:
        raise ValueError("not one module")
    return [module for (module,) in tables]


_TESTS = Table(
    TestFacts,
    facts=Column(_one_module, lambda facts: _MODULES.pack([facts])),
    patches=Column(_PATCHES.unpack, _PATCHES.pack),
    asked=Column(numbers_by_name),
    databases=Column(_PATCHES.unpack, _PATCHES.pack),
)

_WATCHED = Table(
    WatchedCall,
    path=TEXT,
    line=NUMBER,
    name=TEXT,
    unit=TEXT,
    role=one_of(("call", "context", "decorator")),
    arguments=NAMES,
    keywords=Column(texts_by_name),
    strings=NAMES,
)

_WRITTEN = Table(
    Written,
    unit=TEXT,
    kind=one_of(get_args(UnitKind)),
    first_line=NUMBER,
    last_line=NUMBER,
    asks=NAMES,
    bases=NAMES,
    assertions=NUMBER,
    code_lines=NUMBER,
    is_async=FLAG,
    is_static=FLAG,
    is_property=FLAG,
    is_conditional=FLAG,
    is_hidden=FLAG,
    has_constructor=FLAG,
)

_FIXTURES = Table(
    WrittenFixture,
    unit=TEXT,
    name=TEXT,
    line=NUMBER,
    scope=TEXT,
    is_autouse=FLAG,
    is_async=FLAG,
    cases=NUMBER,
    is_known=FLAG,
)

_MARKS = Table(Mark, unit=TEXT, name=TEXT, line=NUMBER, names=NAMES)

_CASES = Table(Cases, unit=TEXT, line=NUMBER, names=NAMES, count=NUMBER, is_known=FLAG, is_indirect=FLAG, table=TEXT)

_TEST_SKIPS = Table(Skip, unit=TEXT, kind=one_of(SKIP_KINDS), line=NUMBER, reason=TEXT, condition=TEXT, in_body=FLAG)

_SUITES = Table(
    SuiteFacts,
    path=TEXT,
    module=TEXT,
    written=Column(_WRITTEN.unpack, _WRITTEN.pack),
    fixtures=Column(_FIXTURES.unpack, _FIXTURES.pack),
    marks=Column(_MARKS.unpack, _MARKS.pack),
    cases=Column(_CASES.unpack, _CASES.pack),
    skips=Column(_TEST_SKIPS.unpack, _TEST_SKIPS.pack),
    names=Column(texts_by_name),
    stars=NAMES,
    plugins=NAMES,
    ignored=NAMES,
    code_lines=NUMBER,
    lengths=Column(numbers_by_name),
    generates=FLAG,
    imports_pytest=FLAG,
)

_SHAPES = Table(
    Shape,
    path=TEXT,
    statements=LINES,
    excluded=LINES,
    continued=LINES,
    coded=LINES,
    arcs=Column(int_tuples),
    jumps=Column(int_tuples),
    partial=LINES,
)

_MENTIONS = Table(
    FileMentions,
    path=TEXT,
    words=Column(pair_tuples),
    defined=TEXT,
    quoted=TEXT,
    beginnings=TEXT,
    endings=TEXT,
    reflecting=Column(int_tuples),
    registered=Column(int_tuples),
    is_listing=FLAG,
    is_loading=FLAG,
    is_starting=FLAG,
    signs=NUMBER,
)

_SKIPS = Table(Skipped, path=TEXT, reason=TEXT, line=NUMBER)
"""A Skipped without a line has no row: see `cache`."""


def pack_facts(facts: Facts) -> Row:
    """The facts of one file as values that JSON knows. ValueError for a Skipped without a line."""
    return _MODULES.pack([facts]) if isinstance(facts, ModuleFacts) else _pack_skip(facts)


def pack_tests(tests: TestFacts | Skipped) -> Row:
    """As `pack_facts`, with what a test file says beside them."""
    return _TESTS.pack([tests]) if isinstance(tests, TestFacts) else _pack_skip(tests)


def pack_suite(suite: SuiteFacts | Skipped) -> Row:
    """As `pack_facts`, for what a test file says of its tests."""
    return _SUITES.pack([suite]) if isinstance(suite, SuiteFacts) else _pack_skip(suite)


def pack_calls(calls: tuple[WatchedCall, ...] | Skipped) -> Row:
    """As `pack_facts`, for the watched calls of one file."""
    return _WATCHED.pack(calls) if isinstance(calls, tuple) else _pack_skip(calls)


def pack_shape(shape: Shape | Skipped) -> Row:
    """As `pack_facts`, for what a file has to count."""
    return _SHAPES.pack([shape]) if isinstance(shape, Shape) else _pack_skip(shape)


def pack_mentions(mentions: FileMentions | Skipped) -> Row:
    """As `pack_facts`, for what a file mentions."""
    return _MENTIONS.pack([mentions]) if isinstance(mentions, FileMentions) else _pack_skip(mentions)


def unpack_facts(rows: Sequence[object]) -> list[Facts]:
    """The facts of many files, in the order of `rows`. Raises ValueError for a row that is none."""
    return _unpack(rows, _MODULES, lambda width: width == _MODULES.width, lambda found: found[0])


def unpack_tests(rows: Sequence[object]) -> list[TestFacts | Skipped]:
    """As `unpack_facts`, for rows of `pack_tests`."""
    return _unpack(rows, _TESTS, lambda width: width == _TESTS.width, lambda found: found[0])


def unpack_suites(rows: Sequence[object]) -> list[SuiteFacts | Skipped]:
    """As `unpack_facts`, for rows of `pack_suite`."""
    return _unpack(rows, _SUITES, lambda width: width == _SUITES.width, lambda found: found[0])


def unpack_shapes(rows: Sequence[object]) -> list[Shape | Skipped]:
    """As `unpack_facts`, for rows of `pack_shape`."""
    return _unpack(rows, _SHAPES, lambda width: width == _SHAPES.width, lambda found: found[0])


def unpack_mentions(rows: Sequence[object]) -> list[FileMentions | Skipped]:
    """As `unpack_facts`, for rows of `pack_mentions`."""
    return _unpack(rows, _MENTIONS, lambda width: width == _MENTIONS.width, lambda found: found[0])


def unpack_calls(rows: Sequence[object]) -> list[tuple[WatchedCall, ...] | Skipped]:
    """As `unpack_facts`, for rows of `pack_calls`; a Skipped has a row of another length than any number of calls."""
    return _unpack(rows, _WATCHED, lambda width: width % _WATCHED.width == 0, tuple)


def _pack_skip(skip: Skipped) -> Row:
    if skip.line is None:
        raise ValueError(f"{skip.path} was skipped for no line of its own")
    return _SKIPS.pack([skip])


def _unpack(
    rows: Sequence[object],
    table: Table[_Value],
    has_width: Callable[[int], bool],
    made: Callable[[tuple[_Value, ...]], _Made],
) -> list[_Made | Skipped]:
    """What `made` says of the values of each row, or the Skipped that it holds."""
    check(rows, list)
    tables = [row for row in rows if isinstance(row, list)]
    if any(not has_width(len(row)) and len(row) != _SKIPS.width for row in tables):
        raise ValueError("neither values nor skipped")
    values = iter(table.unpack([row for row in tables if has_width(len(row))]))
    skips = chain.from_iterable(_SKIPS.unpack([row for row in tables if not has_width(len(row))]))
    return [made(next(values)) if has_width(len(row)) else next(skips) for row in tables]
