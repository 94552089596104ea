"""The names that a Python text mentions: in code, in strings, and in prose that writes about code.

By regular expressions, so that it holds for any Python and takes less time than parsing.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, takewhile
from keyword import kwlist

from planner.model.facts import ModuleFacts
from planner.model.measurement import Skipped
from planner.model.mentions import SIGNS, FileMentions
from planner.model.outline import Outline, outline_of
from planner.model.words import DIGITS, WORD, code_in
from planner.source.text import Text

_SILENT = re.compile(
    r"(\#[^\n]*+"
    r"|\"\"\"[^\"\\]*+(?:(?:\\.|\"(?!\"\"))[^\"\\]*+)*+\"\"\""
    r"|'''[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*+'''"
    r"|\"[^\"\\\n]*+(?:\\.[^\"\\\n]*+)*+\""
    r"|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+')",
    re.DOTALL,
)
"""Comments, and strings without their prefixes, where a text is to be split. A quote that nothing closes is none."""

_PREFIX = re.compile(r"(?<!\w)[bBfFrRuUtT]{1,2}\Z")
_SPACE = re.compile(r"\s")
_INDEXED = re.compile(r"\w\[")
_DEFINES = ("def", "class")

_SPACED = {number: " " for number in range(128) if not (chr(number).isalnum() or chr(number) in "_\n")}
"""Turns what is no word into spaces, in text of ASCII alone."""

_JOIN = re.compile(r"_(?=[\"'{%])")
_HUMP = re.compile(r"[\"']([A-Za-z]{2,8})\{")
"""`"visit_" + name`, `f"do_{name}"`, `f"on{Event}"`."""

_ENDING = re.compile(r"(?:[}\"']|%s)(_\w{3,})(?=[\"'])")

_COMPUTED = re.compile(r"\b(?:getattr|attrgetter|methodcaller)\s*\((?!\s*[\"'])(?![^()]*,\s*[\"']\w+[\"']\s*[,)])")
"""An attribute whose name is computed."""

_LISTING = re.compile(r"\bglobals\s*\(|\bsys\.modules\s*\[\s*__name__|\bgetmembers\s*\(\s*sys\.modules")
"""How a function finds what stands beside it in its module."""

_LOADERS = (
    *("iter_modules", "walk_packages", "import_module", "import_string", "__import__", "load_module", "exec_module"),
)
"""Calls that import what no import statement names."""

_STARTERS = (
    *("subprocess", "Popen", "check_output", "check_call", "create_subprocess_exec", "pexpect", "script_runner"),
)

_WHOLE = re.compile(r"\b\w+")

_REFLECTION = frozenset({"vars", "dir", "getmembers", "__dict__"})
"""Names by which a class finds methods without naming them."""

_KEYWORDS = frozenset(kwlist)

_MOST_DECORATED = 40
"""So many lines of decorators are looked at."""


def mentions_of(file: Text) -> FileMentions | Skipped:
    """What a file mentions; Skipped where it cannot be parsed."""
    facts = file.facts
    if isinstance(facts, Skipped):
        return facts
    return mentions_in(readable(file.source), facts)


def readable(source: bytes) -> str:
    """The source as text with Unix line ends; bytes that are no UTF-8 mention nothing."""
    return source.decode("utf-8", errors="replace").replace("\r\n", "\n").replace("\r", "\n")


def mentions_in(text: str, facts: ModuleFacts) -> FileMentions:
    """What the text of a file mentions, Unix line ends throughout; `facts` are its own."""
    outline = outline_of(facts)
    reader = _Reader(text, outline)
    reader.read()
    strings = "\n".join(reader.strings)
    names = list(reader.names())
    reflecting = {outline.owner(line) for line in _lines_of(_COMPUTED, text, ("getattr", "attrgetter", "methodcaller"))}
    reflecting |= {owner for owner, found in names if not _REFLECTION.isdisjoint(found)}
    return FileMentions(
        path=facts.path,
        words=tuple([(owner, " ".join(found)) for owner, found in names if found]),
        defined=" ".join(dict.fromkeys(reader.defined)),
        quoted=" ".join(reader.quoted),
        beginnings=" ".join(dict.fromkeys(_beginnings(strings))),
        endings=" ".join(dict.fromkeys(_ENDING.findall(strings))),
        reflecting=tuple(sorted(reflecting)),
        registered=tuple(_registered(text, outline)),
        is_listing=any(_lines_of(_LISTING, text, ("globals", "sys.modules", "getmembers"))),
        is_loading=any(_has_word(text, each) for each in _LOADERS),
        is_starting=any(_has_word(text, each) for each in _STARTERS),
        signs=sum(1 << number for number, sign in enumerate(SIGNS) if sign in text),
    )


def _registered(text: str, outline: Outline) -> Iterator[int]:
    """The places with more decorators in the text than decorators that are names."""
    lines = text.split("\n") if "@" in text else []
    marked = [number for number, line in enumerate(lines, 1) if "@" in line]
    for number, place in enumerate(outline.places if marked else ()):
        unit = place.unit
        if unit.kind != "module" and _is_between(marked, unit.first_line, unit.first_line + _MOST_DECORATED):
            head = lines[unit.first_line - 1 : unit.first_line + _MOST_DECORATED]
            decorated = (line for line in takewhile(_is_before_head, head) if line.lstrip().startswith("@"))
            if sum(1 for _ in decorated) > len(unit.decorators):
                yield number


def _is_between(numbers: Sequence[int], first: int, last: int) -> bool:
    place = bisect_left(numbers, first)
    return place < len(numbers) and numbers[place] <= last


def _is_before_head(line: str) -> bool:
    return not line.lstrip().startswith(("def ", "async ", "class "))


@dataclass(slots=True)
class _Reader:
    """Takes a text apart: words by owner in the order of the text, what is defined, and all strings."""

    text: str
    outline: Outline
    words: dict[int, dict[str, None]] = field(default_factory=dict)
    quoted: dict[str, None] = field(default_factory=dict)
    strings: list[str] = field(default_factory=list)
    defined: list[str] = field(default_factory=list)

    def read(self) -> None:
        """Strings first; what is left when they and comments are gone is code."""
        parts = _SILENT.split(self.text)
        prose: dict[int, list[str]] = {}
        line, owner_of = 1, self.outline.owner
        for place in range(1, len(parts), 2):
            before, token = parts[place - 1], parts[place]
            line += before.count("\n")
            if token[0] == "#":
                parts[place] = ""
                continue
            prefix = _prefix(before) if before[-1:].isalpha() else ""
            if prefix:
                parts[place - 1] = before[: -len(prefix)]
            self.strings.append(token)
            self._take_string(token.strip("\"'"), prefix, owner_of(line), prose)
            lines = token.count("\n")
            parts[place] = '"' + "\n" * lines
            line += lines
        self._take_code("".join(parts))
        for owner, bodies in prose.items():
            self._quote(owner, code_in("\n".join(bodies)))

    def _take_string(self, body: str, prefix: str, owner: int, prose: dict[int, list[str]]) -> None:
        """A string that is one name or path, or holds code, mentions all its words; prose what looks like code."""
        if body.isidentifier() and body.isascii():
            self.quoted[body] = None
            self.words.setdefault(owner, {})[body] = None
        elif "f" in prefix or "t" in prefix or not _has_space(body) or ("[" in body and _INDEXED.search(body)):
            self._quote(owner, WORD.findall(body))
        else:
            prose.setdefault(owner, []).append(body)

    def _quote(self, owner: int, words: Iterable[str]) -> None:
        found = dict.fromkeys(words)
        self.quoted |= found
        self._take_words(owner, found)

    def _take_words(self, owner: int, found: dict[str, None]) -> None:
        if owner in self.words:
            self.words[owner] |= found
        else:
            self.words[owner] = found

    def names(self) -> Iterator[tuple[int, dict[str, None]]]:
        """The words of each owner that may be names."""
        for owner, words in sorted(self.words.items()):
            has_numbers = words and min(words) < "A"
            found = dict.fromkeys(filter(None, [word.lstrip(DIGITS) for word in words])) if has_numbers else words
            for word in _KEYWORDS.intersection(found):
                del found[word]
            yield owner, found

    def _take_code(self, code: str) -> None:
        """The words of the code, each run of lines with one owner at once."""
        lengths = list(map(len, code.split("\n")))
        ends = list(accumulate(lengths, initial=0))
        words_in = str.split if code.isascii() else WORD.findall
        code = code.translate(_SPACED) if code.isascii() else code
        for owner, first, last in _stretches(self.outline.owners, len(lengths)):
            words = words_in(code[ends[first] + first : ends[last] + last])
            self._take_definitions(words)
            self._take_words(owner, dict.fromkeys(words))

    def _take_definitions(self, words: list[str]) -> None:
        """Take out the name behind each `def` and `class`."""
        for keyword in _DEFINES:
            place = -1
            for _ in range(words.count(keyword)):
                place = words.index(keyword, place + 1)
                self.defined += words[place + 1 : place + 2]
                words[place + 1 : place + 2] = [keyword]
                place += 1


def _prefix(before: str) -> str:
    """The letters at the end of what stands before a quote, as far as they belong to it."""
    found = _PREFIX.search(before[-3:])
    return found[0].lower() if found else ""


def _has_space(body: str) -> bool:
    return " " in body or "\n" in body or _SPACE.search(body) is not None


def _stretches(owners: Sequence[int], lines: int) -> Iterator[tuple[int, int, int]]:
    """(owner, first, last) of each run of lines that one place has; lines count from 0, the last one is outside."""
    first, owner = 0, 0
    for number in range(1, min(lines + 1, len(owners))):
        if owners[number] != owner:
            if number - 1 > first:
                yield owner, first, number - 1
            first, owner = number - 1, owners[number]
    last = min(lines, max(len(owners) - 1, first))
    if last > first:
        yield owner, first, last
    if lines > last:
        yield 0, last, lines


def _beginnings(strings: str) -> Iterator[str]:
    for match in _JOIN.finditer(strings):
        start = match.start()
        while start and (strings[start - 1].isalnum() or strings[start - 1] == "_"):
            start -= 1
        if match.end() - start > 2:
            yield strings[start : match.end()]
    yield from _HUMP.findall(strings)


def _has_word(text: str, word: str) -> bool:
    place = text.find(word)
    while place >= 0:
        found = _WHOLE.match(text, place)
        if found and found[0] == word:
            return True
        place = text.find(word, place + 1)
    return False


def _lines_of(pattern: re.Pattern[str], text: str, signs: Iterable[str]) -> Iterator[int]:
    """The line on which each match begins; every match begins with one of the signs."""
    for sign in signs:
        place = text.find(sign)
        while place >= 0:
            if pattern.match(text, place):
                yield text.count("\n", 0, place) + 1
            place = text.find(sign, place + 1)
