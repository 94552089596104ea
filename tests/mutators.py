"""Seeded damage to files of every format gapplan reads: to their bytes, and to what they are made of.

Each mutator takes a `random.Random` and the content, and gives other content; the same seed gives the same bytes on
every machine. A mutator of structure that cannot read its content damages the bytes in its place.
"""

import contextlib
import copy
import json
import lzma
import random
import re
import sqlite3
import zlib
from collections.abc import Callable, Sequence
from typing import TypeAlias
from xml.etree import ElementTree

Mutator: TypeAlias = Callable[[random.Random, bytes], bytes]

Tree: TypeAlias = object
"""What JSON may hold."""

NUMBERS = ("-1", "0", "1", "2", "1.5", "1e999", "-0", "2147483648", "9223372036854775808", "9" * 25, "9" * 5000, "0x1f")

TEXTS = (
    "",
    " ",
    "a",
    "\x00",
    "\x1b[2J\x1b]0;x\x07",
    "\u202eyp.ksed",
    "\ud800",
    "../../etc/passwd",
    "/dev/zero",
    "C:\\shop\\desk.py",
    "shop/desk.py",
    "é" * 40,
    "<script>",
    "=1+1",
    "a\nb",
    "x" * 20_000,
)

JSON_VALUES = (*NUMBERS[:-1], "NaN", "Infinity", "null", "true", "false", "[]", "{}", "[[]]", '{"a": 1}', '"a"')

TOML_VALUES = (
    *NUMBERS,
    "nan",
    "inf",
    "true",
    '""',
    '"x"',
    '"(a+)+$"',
    '"["',
    '"""',
    "[]",
    "[1]",
    '["a", "b"]',
    "{}",
    "{a = 1}",
    "1979-05-27",
    "[" * 300,
    "[" * 80 + "]" * 80,
)

SNIPPETS = (
    "match x:\n    case {'a': [*_, y]}: pass",
    "async def f(*, a, b=1, **k): await a",
    "if (n := 1): pass",
    "from . import *",
    "from .... import a",
    "import a.b.c as d",
    "lambda: (yield)",
    "x = " + "(" * 90 + "1" + ")" * 90,
    "x = " + "-" * 300 + "1",
    "x = " + "+".join("1" * 900),
    "def f[T: int](x: T) -> T: return x",
    "type A = int",
    "try:\n    pass\nexcept* ValueError:\n    pass",
    "if TYPE_CHECKING:\n    import y",
    "global desk",
    "class \u017fhop(metaclass=M): x: int = 1",
    "\x0c",
    "\\",
    "'''",
    "# -*- coding: utf-7 -*-",
    "@a.b(c)[d]",
    "else:",
    "\t\tpass",
    "  return",
)

_RAW = re.compile('"@raw:([^@]*)@"')


# Bytes


def damage_bytes(draw: random.Random, content: bytes) -> bytes:
    """One to four injuries of the kinds that disks, networks, editors and killed programs leave."""
    body = bytearray(content)
    for _ in range(draw.choice((1, 1, 1, 2, 2, 4))):
        draw.choice(_INJURIES)(draw, body)
    return bytes(body)


def _span(draw: random.Random, body: bytearray, most: int) -> slice:
    start = draw.randint(0, len(body))
    return slice(start, min(len(body), start + draw.randint(1, most)))


def _flip(draw: random.Random, body: bytearray) -> None:
    if body:
        body[draw.randrange(len(body))] ^= 1 << draw.randrange(8)


def _overwrite(draw: random.Random, body: bytearray) -> None:
    span = _span(draw, body, 16)
    body[span] = draw.randbytes(span.stop - span.start)


def _fill(draw: random.Random, body: bytearray) -> None:
    """A hole, as a file system leaves it after a crash."""
    span = _span(draw, body, 4096)
    body[span] = draw.choice((b"\x00", b"\xff")) * (span.stop - span.start)


def _insert(draw: random.Random, body: bytearray) -> None:
    place = draw.randint(0, len(body))
    body[place:place] = draw.choice((draw.randbytes(draw.randint(1, 8)), draw.choice(NUMBERS[:9]).encode()))


def _delete(draw: random.Random, body: bytearray) -> None:
    del body[_span(draw, body, draw.choice((1, 8, 200)))]


def _duplicate(draw: random.Random, body: bytearray) -> None:
    span = _span(draw, body, draw.choice((4, 60, 2000)))
    body[span.stop : span.stop] = body[span]


def _truncate(draw: random.Random, body: bytearray) -> None:
    del body[draw.randint(0, len(body)) :]


def _splice(draw: random.Random, body: bytearray) -> None:
    """A piece of the file over another place of it."""
    piece = body[_span(draw, body, draw.choice((8, 200, 4096)))]
    place = draw.randint(0, len(body))
    body[place : place + len(piece)] = piece


def _swap_ends(draw: random.Random, body: bytearray) -> None:
    width = draw.choice((2, 4, 8))
    place = draw.randint(0, len(body))
    body[place : place + width] = body[place : place + width][::-1]


def _number(draw: random.Random, body: bytearray) -> None:
    """A number becomes another one."""
    if found := [match.span() for match in re.finditer(rb"\d+", body)]:
        first, last = draw.choice(found)
        body[first:last] = draw.choice(NUMBERS).encode()


def _recode(draw: random.Random, body: bytearray) -> None:
    """What editors and shells make of a text."""
    match draw.randrange(5):
        case 0:
            body[:0] = b"\xef\xbb\xbf"
        case 1:
            body[:] = body.replace(b"\n", b"\r\n")
        case 2:
            body[:] = body.decode("latin-1").encode("utf-16")
        case 3:
            body[:] = body.decode("latin-1").encode("utf-8")
        case _:
            body += b"\x1a"


_INJURIES = (_flip, _overwrite, _fill, _insert, _delete, _duplicate, _truncate, _splice, _swap_ends, _number, _recode)


# Lines: LCOV, logs, INI, TOML, Python, JSON lines


def damage_lines(draw: random.Random, content: bytes) -> bytes:
    """One to three lines dropped, doubled, moved, cut, joined, indented, or with another word in them."""
    return _damage_lines(draw, content, (*NUMBERS, *TEXTS))


def damage_toml(draw: random.Random, content: bytes) -> bytes:
    """As `damage_lines`, or a value of another type behind a key."""
    if draw.random() < 0.5:
        return _damage_lines(draw, content, TOML_VALUES)
    lines = content.split(b"\n")
    keys = [number for number, line in enumerate(lines) if b"=" in line]
    for number in draw.sample(keys, min(len(keys), draw.choice((1, 1, 2)))):
        lines[number] = lines[number].partition(b"=")[0] + b"= " + _encoded(draw.choice(TOML_VALUES))
    return b"\n".join(lines)


def damage_source(draw: random.Random, content: bytes) -> bytes:
    """Lines of Python that are odd, newer than some interpreters, or deeply nested; in one half as `damage_lines`."""
    lines = content.split(b"\n")
    for _ in range(draw.choice((1, 1, 2, 4))):
        place = draw.randrange(len(lines))
        indent = lines[place][: len(lines[place]) - len(lines[place].lstrip())]
        lines[place:place] = [indent + line for line in _encoded(draw.choice(SNIPPETS)).split(b"\n")]
    words = ("def", "class", "return", "*", "(", ")", ":", "import", *TEXTS[:8])
    return _damage_lines(draw, b"\n".join(lines), words) if draw.random() < 0.5 else b"\n".join(lines)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _damage_lines(draw: random.Random, content: bytes, words: Sequence[str]) -> bytes:
    lines = content.split(b"\n")
    for _ in range(draw.choice((1, 1, 2, 3))):
        _damage_line(draw, lines, words)
    return b"\n".join(lines)


def _damage_line(draw: random.Random, lines: list[bytes], words: Sequence[str]) -> None:
    place, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    match draw.randrange(8):
        case 0:
            lines[place : place + draw.choice((1, 1, 1, 5))] = []
            lines[:] = lines or [b""]
        case 1:
            lines[other:other] = lines[place : place + draw.choice((1, 1, 4))]
        case 2:
            lines[place], lines[other] = lines[other], lines[place]
        case 3:
            lines[place] = lines[place][: draw.randint(0, len(lines[place]))]
        case 4:
            lines[place : place + 2] = [b"".join(lines[place : place + 2])]
        case 5:
            lines[place] = draw.choice((b" ", b"\t", b"    ", b"#")) + lines[place]
        case 6:
            lines[place] = lines[place].lstrip()
        case _:
            lines[place] = _with_word(draw, lines[place], words)


def _with_word(draw: random.Random, line: bytes, words: Sequence[str]) -> bytes:
    found = [match.span() for match in re.finditer(rb"[\w.-]+", line)]
    first, last = draw.choice(found) if found else (0, 0)
    return line[:first] + _encoded(draw.choice(words)) + line[last:]


# JSON


def damage_json(draw: random.Random, content: bytes) -> bytes:
    """One to three values of a document dropped, doubled, retyped, swapped, nested deep, or under another key."""
    try:
        document: Tree = json.loads(content)
    except (ValueError, RecursionError):
        return damage_bytes(draw, content)
    for _ in range(draw.choice((1, 1, 2, 3))):
        if places := _places(document):
            _damage_value(draw, places)
    text = json.dumps(document, ensure_ascii=draw.random() < 0.5)
    return _encoded(_RAW.sub(lambda match: json.loads(f'"{match[1]}"'), text))


def damage_json_lines(draw: random.Random, content: bytes) -> bytes:
    """As `damage_json` in one of the lines, or as `damage_lines`."""
    lines = content.split(b"\n")
    place = draw.randrange(len(lines))
    if draw.random() < 0.25 or not lines[place].strip():
        return damage_lines(draw, content)
    lines[place] = damage_json(draw, lines[place])
    return b"\n".join(lines)


_Place: TypeAlias = tuple[dict[str, Tree], str] | tuple[list[Tree], int]


def _places(document: Tree) -> list[_Place]:
    """Every value below the root, as what holds it and where."""
    found: list[_Place] = []
    rest = [document]
    while rest:
        value = rest.pop()
        if isinstance(value, dict):
            found += [(value, key) for key in value]
            rest += value.values()
        elif isinstance(value, list):
            found += [(value, place) for place in range(len(value))]
            rest += value
    return found


def _raw(text: str) -> str:
    """Stands in a document for JSON that `json.dumps` would not write."""
    return f"@raw:{text}@"


def _damage_value(draw: random.Random, places: list[_Place]) -> None:
    holder, key = draw.choice(places)
    match draw.randrange(6):
        case 0:
            del holder[key]  # type: ignore[arg-type]
        case 1:
            _double(draw, holder, key)
        case 2:
            _set(holder, key, _raw(draw.choice(JSON_VALUES)))
        case 3:
            _set(holder, key, draw.choice(TEXTS))
        case 4:
            other, there = draw.choice(places)
            _set(holder, key, other[there])  # type: ignore[index]
        case _:
            depth = draw.choice((1, 2, 50, 3000))
            _set(holder, key, _raw("[" * depth + "]" * depth))


def _set(holder: dict[str, Tree] | list[Tree], key: str | int, value: Tree) -> None:
    holder[key] = json.loads(json.dumps(value))  # type: ignore[index]


def _double(draw: random.Random, holder: dict[str, Tree] | list[Tree], key: str | int) -> None:
    if isinstance(holder, list) and isinstance(key, int):
        holder.insert(draw.randint(0, len(holder)), json.loads(json.dumps(holder[key])))
    elif isinstance(holder, dict):
        holder[draw.choice((*TEXTS[:-1], f"{key}2"))] = json.loads(json.dumps(holder[str(key)]))


# XML


def damage_xml(draw: random.Random, content: bytes) -> bytes:
    """One to three elements dropped, doubled, moved, renamed, nested deep, or with other attributes and text."""
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError):
        return damage_bytes(draw, content)
    for _ in range(draw.choice((1, 1, 2, 3))):
        _damage_element(draw, root)
    text = ElementTree.tostring(root, encoding="unicode")
    if draw.random() < 0.1:
        text = f"{draw.choice(_PROLOGUES)}{text}"
    return _encoded(text)


_PROLOGUES = (
    "<?xml version='1.0' encoding='utf-7'?>",
    "<!DOCTYPE a SYSTEM 'http://localhost/a.dtd'>",
    "<!DOCTYPE a [<!ENTITY b 'c'>]>",
    "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
    "<?xml-stylesheet href='a'?>",
    "<!-- -->",
    " ",
)


def _damage_element(draw: random.Random, root: ElementTree.Element) -> None:
    parents = [(parent, child) for parent in root.iter() for child in parent]
    parent, child = draw.choice(parents) if parents else (root, root)
    match draw.randrange(7):
        case 0 if parents:
            parent.remove(child)
        case 1:
            draw.choice(list(root.iter())).append(_copied(child))
        case 2:
            child.tag = draw.choice([each.tag for each in root.iter()] + ["a", "{urn:x}b"])
        case 3 if child.attrib:
            del child.attrib[draw.choice(sorted(child.attrib))]
        case 4 if child.attrib:
            child.set(draw.choice(sorted(child.attrib)), draw.choice((*NUMBERS, *TEXTS)))
        case 5:
            child.text = draw.choice(TEXTS)
        case _:
            for _ in range(draw.choice((1, 3, 80))):
                child = ElementTree.SubElement(child, "nested")


def _copied(element: ElementTree.Element) -> ElementTree.Element:
    return copy.deepcopy(element) if sum(1 for _ in element.iter()) < 200 else copy.copy(element)


# SQLite

_CELLS = (
    "NULL",
    "-1",
    "0",
    "1",
    "2",
    "9223372036854775807",
    "1.5",
    "9e999",
    "''",
    "'x'",
    "'../up.py'",
    "'/shop/desk.py'",
    "x''",
    "x'00'",
    "x'ff'",
    "zeroblob(70000)",
    "x'feff'",
    "hex(zeroblob(4000))",
    "4611686018427387904",
    "x'0123456789abcdef00'",
)


def damage_sqlite(draw: random.Random, content: bytes) -> bytes:
    """One to three changes of rows, columns, types, tables or the schema, made by SQLite itself."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        try:
            database.deserialize(content)
            tables = [str(name) for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        except sqlite3.Error:
            return damage_bytes(draw, content)
        for _ in range(draw.choice((1, 1, 2, 3))):
            _damage_table(draw, database, draw.choice(tables))
        return bytes(database.serialize())


def _damage_table(draw: random.Random, database: sqlite3.Connection, table: str) -> None:
    with contextlib.suppress(sqlite3.Error, sqlite3.Warning):
        columns = [str(row[1]) for row in database.execute(f'PRAGMA table_info("{table}")')]
        if not columns:
            return
        column, other, cell = draw.choice(columns), draw.choice(columns), draw.choice(_CELLS)
        key = _key_of(database, table, columns)
        row = f'"{key}" = (SELECT "{key}" FROM "{table}" LIMIT 1 OFFSET {draw.randrange(8)})'
        change = draw.choice(_CHANGES)
        database.execute(change.format(table=table, column=column, other=other, cell=cell, row=row))
        if "writable_schema" in change:
            database.execute(f"UPDATE sqlite_master SET sql = replace(sql, '{column}', '{draw.choice(columns)}2')")
            database.execute("PRAGMA writable_schema = RESET")


def _key_of(database: sqlite3.Connection, table: str, columns: Sequence[str]) -> str:
    """What tells one row from the others; a table without rowid has its own key in its first columns."""
    try:
        database.execute(f'SELECT rowid FROM "{table}" LIMIT 1')
    except sqlite3.OperationalError:
        return columns[min(1, len(columns) - 1)] if table == "part" else columns[0]
    return "rowid"


_CELL_CHANGE = 'UPDATE OR IGNORE "{table}" SET "{column}" = {cell} WHERE {row}'

_CHANGES = (
    *[_CELL_CHANGE] * 8,
    'UPDATE OR IGNORE "{table}" SET "{column}" = {cell}',
    'UPDATE OR IGNORE "{table}" SET "{column}" = "{other}"',
    'DELETE FROM "{table}" WHERE {row}',
    'DELETE FROM "{table}" WHERE {row}',
    'DELETE FROM "{table}"',
    'INSERT OR IGNORE INTO "{table}" DEFAULT VALUES',
    'INSERT OR REPLACE INTO "{table}" SELECT * FROM "{table}" WHERE {row}',
    'ALTER TABLE "{table}" RENAME COLUMN "{column}" TO "{column}2"',
    'ALTER TABLE "{table}" DROP COLUMN "{column}"',
    'ALTER TABLE "{table}" ADD COLUMN odd',
    'ALTER TABLE "{table}" RENAME TO "{table}2"',
    'DROP TABLE "{table}"',
    'CREATE VIEW "{table}2" AS SELECT * FROM "{table}"',
    'CREATE TRIGGER "t" AFTER INSERT ON "{table}" BEGIN DELETE FROM "{table}"; END',
    "PRAGMA user_version = 9",
    "PRAGMA application_id = 1",
    "PRAGMA writable_schema = ON",
)
"""Most are of one cell. SQLite's own `random()` is not used: it would differ from run to run."""


# Packed


def damage_packed(inside: Mutator, *, by_xz: bool) -> Mutator:
    """A mutator of what xz or zlib packed; of the packed bytes themselves in one case of ten."""

    def damage(draw: random.Random, content: bytes) -> bytes:
        if draw.random() < 0.1:
            return damage_bytes(draw, content)
        try:
            body = lzma.decompress(content) if by_xz else zlib.decompress(content)
        except (lzma.LZMAError, zlib.error):
            return damage_bytes(draw, content)
        damaged = inside(draw, body)
        return lzma.compress(damaged, preset=0) if by_xz else zlib.compress(damaged)

    return damage


def damage_either(structure: Mutator, share: float = 0.55) -> Mutator:
    """Damage to the structure in so many of the cases, to the bytes in the others, and to both in a few."""

    def damage(draw: random.Random, content: bytes) -> bytes:
        if draw.random() >= share:
            return damage_bytes(draw, content)
        damaged = structure(draw, content)
        return damage_bytes(draw, damaged) if draw.random() < 0.05 else damaged

    return damage


def seeded(name: str, seed: int) -> random.Random:
    """The one source of chance of a case: of the reader's name and the number, and nothing else."""
    return random.Random(f"{name} {seed}")
