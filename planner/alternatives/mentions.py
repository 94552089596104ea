"""What everything but the living product mentions: its tests and tools, and texts that are no Python."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from planner.model.mentions import FileMentions
from planner.model.words import WORD, code_in

_PROSE = (".md", ".rst", ".txt")


@dataclass(frozen=True, slots=True)
class Roots:
    """Words, those of them that stand in strings, and beginnings and endings of names that are put together."""

    words: set[str] = field(default_factory=set)
    quoted: set[str] = field(default_factory=set)
    beginnings: set[str] = field(default_factory=set)
    endings: set[str] = field(default_factory=set)


def roots_of(texts: Mapping[str, str], python: Iterable[FileMentions]) -> Roots:
    """All that texts by path and Python files mention; Python files mention what they define, too."""
    found = Roots()
    for path, text in texts.items():
        found.quoted.update(text_words(path, text))
    found.words.update(found.quoted)
    for each in python:
        for _, words in each.words:
            found.words.update(words.split(" "))
        found.words.update(each.defined.split())
        quoted = each.quoted.split()
        found.quoted.update(quoted)
        found.words.update(quoted)
        found.beginnings.update(each.beginnings.split())
        found.endings.update(each.endings.split())
    return found


def text_words(path: str, text: str) -> set[str]:
    """The words that a file that is no Python mentions: prose only what it writes as code, all others every word."""
    return set(code_in(text)) if path.lower().endswith(_PROSE) else set(WORD.findall(text))
