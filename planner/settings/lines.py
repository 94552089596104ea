"""On which line each key of an INI or TOML text stands, so that a finding can point at it."""

import configparser
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping

Lines = dict[str, int]
"""Key -> the line on which it stands, the first line of the file being 1."""

KeyPath = tuple[str, ...]
"""A TOML key with the names of all tables around it: ("tool", "coverage", "run", "branch")."""


def ini_lines(text: str) -> dict[str, Lines]:
    """The lines of all keys by section, by the rules of `configparser`; empty when that cannot read the text."""
    parser = _KeepingLines()
    try:
        parser.read_file(parser.counted(text.split("\n")))
    except (configparser.Error, ValueError):
        return {}
    return {
        section: {key: key.line for key in parser.options(section) if isinstance(key, _KeyOnLine)}
        for section in parser.sections()
    }


class _KeyOnLine(str):
    """A key that knows its line."""

    line = 0


class _KeepingLines(configparser.RawConfigParser):
    """configparser reads line by line and asks `optionxform` at each key, which is when its line is known."""

    _line = 0

    def counted(self, lines: Iterable[str]) -> Iterator[str]:
        for number, line in enumerate(lines, 1):
            self._line = number
            yield line

    def optionxform(self, optionstr: str) -> str:
        key = _KeyOnLine(super().optionxform(optionstr))
        key.line = self._line
        return key


_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?""""{0,2}'
    r"|'''.*?''''{0,2}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*|[\[{]|[\]}]|\n|[^\"'\#\[\]{}\n]+|.",
    re.DOTALL,
)
"""What matters for the ends of statements, after TOML 1.0: strings, comments, brackets, ends of lines."""

_KEY = re.compile(r"""\s*(?:"((?:\\.|[^"\\])*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*(\.|=|\]|$)""")


def toml_lines(text: str) -> dict[KeyPath, int]:
    """The lines of all tables and keys of a text that `tomllib` can read.

    The keys of an inline table are on its line. Tables of arrays (`[[...]]`) come several times, so that neither they
    nor their keys have a line.
    """
    found: dict[KeyPath, int] = {}
    table: KeyPath | None = ()
    for line, statement in _statements(text):
        if statement.startswith("[["):
            table = None
        elif statement.startswith("["):
            table = _key_path(statement[1:])
            found.setdefault(table, line)
        elif table is not None:
            for path in _keys_of(statement):
                found.setdefault((*table, *path), line)
    return found


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Every table header and key-value pair, without comments, with its first line."""
    number, depth, start, words = 1, 0, 1, list[str]()
    for match in _TOKEN.finditer(text + "\n"):
        token = match[0]
        if token == "\n" and not depth:
            if statement := "".join(words).strip():
                yield start, statement
            words, start = [], number + 1
        elif not token.startswith("#"):
            depth += (token in "[{") - (token in "]}")
            words.append(token)
        number += token.count("\n")


def _keys_of(statement: str) -> list[KeyPath]:
    """The key that is set, and the keys in its value where that is an inline table on the same line."""
    path = _key_path(statement)
    if "{" not in statement or "\n" in statement:
        return [path]
    try:
        return list(_paths_in(tomllib.loads(statement)))
    except (ValueError, RecursionError):
        return [path]


def _paths_in(table: Mapping[str, object], above: KeyPath = ()) -> Iterator[KeyPath]:
    for key, value in table.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from _paths_in(value, (*above, key))


def _key_path(head: str) -> KeyPath:
    """The parts of a dotted key, quoted or bare, up to `=` or `]`."""
    parts: list[str] = []
    place = 0
    while match := _KEY.match(head, place):
        parts.append(next(part for part in match.groups()[:3] if part is not None))
        place = match.end()
        if match[4] != ".":
            break
    return tuple(parts)
