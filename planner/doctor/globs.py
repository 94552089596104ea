"""coverage.py's own file patterns, held against paths below the root: `src/*`, `*/tests/*`, `setup.py`, `[paths]`.

The rules repeat `coverage/files.py` (`_glob_to_regex`, `prep_patterns`, `PathAliases.add`; 7.0 to 7.17), since no
check asks coverage.py itself; tests compare the two.
"""

import posixpath
import re
import warnings
from collections.abc import Iterable, Mapping
from functools import lru_cache

_TOKENS = tuple(
    (re.compile(token), written)
    for token, written in (
        (r"\*\*\*+|[^/]+\*\*+|\*\*+[^/]+|\*\*/\*\*", None),
        (r"^\*+/", r"(.*[/\\])?"),
        (r"/\*+$", r"[/\\].*"),
        (r"\*\*/", r"(.*[/\\])?"),
        (r"/", r"[/\\]"),
        (r"\*", r"[^/\\]*"),
        (r"\?", r"[^/\\]"),
        (r"\[.*?\]|[a-zA-Z0-9_-]+", ""),
        (r"[\[\]]", None),
        (r"[\s\S]", "\\"),
    )
)
"""Token -> what it becomes; None: not allowed, "": itself, a backslash: itself, escaped."""

_ROOT = "/\0root/"
"""Stands for the project root, whose name no check knows."""


def matches(patterns: Iterable[str], path: str) -> bool:
    """Whether `include` or `omit` patterns match the file at `path` below the root."""
    return any(_matches_one(pattern, path) for pattern in patterns)


def mapping(paths: Mapping[str, tuple[str, ...]], name: str, *, is_relative: bool) -> tuple[str, ...]:
    """The first group of `[paths]` of which a pattern matches the beginning of a row's name; () when none does.

    `is_relative` tells whether relative_files is on: patterns stand for absolute names otherwise.
    """
    groups = (places for places in paths.values() if any(_begins(each, name, is_relative) for each in places[1:]))
    return next(groups, ())


def _matches_one(pattern: str, path: str) -> bool:
    asked = [pattern] if pattern.startswith(("*", "?")) else [pattern, _absolute(pattern)]
    regexes = [_compiled(each, is_whole=True) for each in asked]
    return any(regex is not None and regex.match(_ROOT + path) is not None for regex in regexes)


def _begins(place: str, name: str, is_relative: bool) -> bool:
    pattern = place.rstrip("\\/") or place
    if not is_relative and not pattern.startswith("*") and not is_absolute(pattern):
        pattern = _absolute(pattern)
    regex = _compiled(f"{pattern}/", is_whole=False)
    return regex is not None and regex.match(name) is not None


def is_absolute(name: str) -> bool:
    """Whether a name is absolute on any system: `/app/x.py`, `C:\\x.py`."""
    return name.startswith(("/", "\\")) or bool(re.match(r"[A-Za-z]:[\\/]", name))


def _absolute(pattern: str) -> str:
    return pattern if is_absolute(pattern) else posixpath.normpath(_ROOT + pattern)


@lru_cache(maxsize=1000)
def _compiled(pattern: str, *, is_whole: bool) -> re.Pattern[str] | None:
    """The pattern as a regular expression; None where coverage.py refuses it."""
    text = _regex(pattern.replace("\\", "/"))
    if text is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of a project's patterns is not asked
            return re.compile(rf"(?:{text})\Z" if is_whole else text, 0 if is_whole else re.IGNORECASE)
    except re.error:
        return None


def _regex(pattern: str) -> str | None:
    rest = pattern if "/" in pattern else f"**/{pattern}"
    place, written = 0, []
    while place < len(rest):
        token = next((found, into) for regex, into in _TOKENS if (found := regex.match(rest, place)))
        if token[1] is None:
            return None
        written.append(token[0][0] if token[1] == "" else "\\" + token[0][0] if token[1] == "\\" else token[1])
        place = token[0].end()
    return "".join(written)
