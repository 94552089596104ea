"""The names that a text mentions: in code, in strings, and in prose that writes about code.

One pass with one regular expression, so that it holds for any Python and for texts that are none.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_PYTHON = re.compile(
    r"""
    (?P<comment>\#[^\n]*)
    |(?P<prefix>\b[bBfFrRuUtT]{1,2}(?=["']))?
     (?P<string>\"\"\"(?:[^\\]|\\.)*?\"\"\"|'''(?:[^\\]|\\.)*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |\b(?P<definition>def|class)\s+(?P<defined>\w+)
    |(?P<word>[^\W\d]\w*)
    """,
    re.VERBOSE | re.DOTALL,
)

_WORD = re.compile(r"[^\W\d]\w*")

_BEGINNING = re.compile(r"(\w{2,}_)(?=[\"'{%])|(?<=[\"'])([A-Za-z]{2,8})(?=\{)")
"""`"visit_" + name`, `f"do_{name}"`, `f"on{Event}"`."""

_ENDING = re.compile(r"(?:[}\"']|%s)(_\w{3,})(?=[\"'])")

_COMPUTED = re.compile(r"\b(?:getattr|attrgetter|methodcaller)\s*\((?!\s*[\"'])(?![^()]*,\s*[\"']\w+[\"']\s*[,)])")
"""An attribute whose name is computed."""

_OPENS = dict.fromkeys("`.:@\"'", True)
_CLOSES = dict.fromkeys("`([\"'", True)
"""What stands before and behind a word of prose that means code."""

_REFLECTION = frozenset({"vars", "dir", "getmembers", "__dict__"})
"""Names by which a class finds methods without naming them."""

_LISTING = re.compile(r"\bglobals\s*\(|\bsys\.modules\s*\[\s*__name__|\bgetmembers\s*\(\s*sys\.modules")
"""How a function finds what stands beside it in its module."""


@dataclass(slots=True)
class Mentions:
    """What one stretch of text mentions: `words`, beginnings and endings of names that it puts together.

    `quoted` are the words that stand in strings; they are among the `words`. `is_reflecting` says that it asks for
    attributes by computed names, `is_listing` that it looks through its own module.
    """

    words: set[str] = field(default_factory=set)
    quoted: set[str] = field(default_factory=set)
    beginnings: set[str] = field(default_factory=set)
    endings: set[str] = field(default_factory=set)
    is_reflecting: bool = False
    is_listing: bool = False


def python_mentions(text: str, owner: Callable[[int], int], *, with_definitions: bool = False) -> dict[int, Mentions]:
    """What Python text mentions, by the owner of each line; comments mention nothing.

    A name's own definition is no mention of it, unless asked for.
    """
    found: dict[int, Mentions] = {}
    lines = _line_starts(text)
    for match in _PYTHON.finditer(text):
        if match["comment"]:
            continue
        into = found.setdefault(owner(bisect_right(lines, match.start())), Mentions())
        if match["word"]:
            into.words.add(match["word"])
        elif match["defined"]:
            if with_definitions:
                into.words.add(match["defined"])
        elif match["string"]:
            _take_string(match["string"], match["prefix"] or "", into)
    for match in _COMPUTED.finditer(text):
        found.setdefault(owner(bisect_right(lines, match.start())), Mentions()).is_reflecting = True
    for match in _LISTING.finditer(text):
        found.setdefault(owner(bisect_right(lines, match.start())), Mentions()).is_listing = True
    for each in found.values():
        each.is_reflecting |= bool(each.words & _REFLECTION)
    return found


def text_mentions(path: str, text: str) -> Mentions:
    """What a file that is no Python mentions: prose only what it writes as code, all others every word."""
    words = set(_code_in(text)) if path.lower().endswith((".md", ".rst", ".txt")) else set(_WORD.findall(text))
    return Mentions(words, words)


def _take_string(string: str, prefix: str, into: Mentions) -> None:
    """A string that is one name or path mentions all its words, as does one with code in it; prose what looks so."""
    body = string.strip("\"'")
    is_code = "f" in prefix.lower() or "t" in prefix.lower() or not re.search(r"\s", body) or re.search(r"\w\[", body)
    words = _WORD.findall(body) if is_code else list(_code_in(body))
    into.words.update(words)
    into.quoted.update(words)
    into.beginnings.update(one or other for one, other in _BEGINNING.findall(string))
    into.endings.update(_ENDING.findall(string))


def _code_in(prose: str) -> Iterator[str]:
    """The words of prose that are written like code: `snake_case`, `CamelCase`, called, dotted or quoted."""
    for match in _WORD.finditer(prose):
        word, end = match[0], match.end()
        is_shaped = "_" in word or (not word.isupper() and any(letter.isupper() for letter in word[1:]))
        is_dotted = prose[end : end + 1] == "." and prose[end + 1 : end + 2].isidentifier()
        is_marked = _OPENS.get(prose[match.start() - 1 : match.start()]) or _CLOSES.get(prose[end : end + 1])
        if is_shaped or is_dotted or is_marked:
            yield word


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]
