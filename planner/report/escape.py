"""One escape per kind of output; every text from outside goes through one of them."""

import re
import unicodedata

_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~$&@])")


def visible(text: str) -> str:
    """Control, bidirectional and unprintable characters as escapes that are seen: `\\x1b`, `\\u202e`."""
    if text.isprintable():
        return text
    return "".join(
        char.encode("unicode_escape").decode("ascii") if unicodedata.category(char) in _UNSAFE_CATEGORIES else char
        for char in text
    )


def markdown_text(text: str) -> str:
    """Prose that Markdown shows as it stands: no markup, link, HTML or mention comes alive."""
    return _MARKDOWN.sub(r"\\\1", visible(text))


def markdown_code(text: str, *, in_table: bool = False) -> str:
    """A code span around the text, fenced by more backticks than it holds; `|` is escaped in tables."""
    shown = visible(text)
    if in_table:
        shown = shown.replace("|", "\\|")
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest or not shown.strip() else ""
    return f"{fence}{pad}{shown}{pad}{fence}"
