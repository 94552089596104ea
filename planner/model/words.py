"""Words in texts, and which of them mean code where people write about it."""

import re
from collections.abc import Iterable, Iterator

WORD = re.compile(r"[^\W\d]\w*+")

_MARKED = re.compile(
    r"(?<=[`.:@\"'])[A-Za-z_]\w*+|(?<!\w)\d*+[A-Za-z_]\w*+(?=[`(\[\"']|\.[A-Za-z_])",
    re.ASCII,
)
DIGITS = "0123456789"

_ENDS_OF_PROSE = ".,;:!?)"
"""What stands behind a word without making code of it."""

_OPENS = frozenset("`.:@\"'")
_CLOSES = frozenset("`([\"'")
"""What stands before and behind a word of prose that means code."""


def code_in(prose: str) -> Iterable[str]:
    """The words of prose that are written like code: `snake_case`, `CamelCase`, called, dotted or quoted."""
    every = [each for each in dict.fromkeys(prose.split()) if not _is_plain(each.rstrip(_ENDS_OF_PROSE))]
    odd = " ".join(filter(str.isascii, every))
    shaped = [word for word in dict.fromkeys(WORD.findall(odd)) if "_" in word or _is_shaped(word)]
    beside = " ".join([each for each in every if each.isascii() and not each.isidentifier()])
    marked = [word.lstrip(DIGITS) for word in _MARKED.findall(beside)]
    return [*shaped, *marked, *(word for each in every if not each.isascii() for word in _code_in_any(each))]


def _is_plain(word: str) -> bool:
    """Whether it is a word of letters, small but for the first, as most of prose is."""
    return word.isalpha() and (word.islower() or word[1:].islower())


def _is_shaped(word: str) -> bool:
    return not word.islower() and not word.isupper() and any(map(str.isupper, word[1:]))


def _code_in_any(prose: str) -> Iterator[str]:
    for match in WORD.finditer(prose):
        word, end = match[0], match.end()
        is_dotted = prose[end : end + 1] == "." and prose[end + 1 : end + 2].isidentifier()
        is_marked = prose[match.start() - 1 : match.start()] in _OPENS or prose[end : end + 1] in _CLOSES
        if "_" in word or _is_shaped(word) or is_dotted or is_marked:
            yield word
