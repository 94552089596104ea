"""One escape per kind of output; every text from outside goes through one of them."""

import re
import unicodedata

_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~$&@]|:(?=//)|(?<=www)\.)", re.IGNORECASE)
_LIST_OR_RULE = re.compile(r"^(\d*)([-+=.)])")
_REFERENCE = re.compile(r"([@#])(?=\w)")
"""`@somebody` and `#123` notify and link on GitHub even behind a backslash (github/markup issue 1168): GitHub looks for
them in the rendered text. A zero-width space between is what helps, as in the pull requests of dependency bots."""


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
    return _REFERENCE.sub(r"\1&#8203;", _MARKDOWN.sub(r"\\\1", visible(text)))


def markdown_line(text: str) -> str:
    """Prose that begins a line, and no list or rule there."""
    return _LIST_OR_RULE.sub(r"\1\\\2", markdown_text(text.strip()))


def markdown_code(text: str, *, in_table: bool = False) -> str:
    """A code span around the text, fenced by more backticks than it holds; `|` is escaped in tables."""
    shown = visible(text)
    if in_table:
        shown = shown.replace("|", "\\|")
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest or not shown.strip() else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def visible_lines(text: str) -> list[str]:
    """The lines of a text, each made visible; tabs stay, since lines to be copied need them."""
    return ["\t".join(visible(part) for part in line.split("\t")) for line in text.split("\n")]


def markdown_block(text: str, language: str = "") -> str:
    """A code block of the text, fenced by more backticks than it holds."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *visible_lines(text), fence])


_FORMULA = re.compile(r"(?:^|(?<=[;,]))(\s*)(?=[-=+@\uff0d\uff1d\uff0b\uff20])")
"""Where a spreadsheet would begin a formula: at the start of a cell, and after `;` or `,`, at which one that reads by
other rules splits it. The last four are the full-width forms, which some locales take for the same."""


def spreadsheet_text(text: str) -> str:
    """Text as a cell that no spreadsheet computes: a single quote stands before what would begin a formula.

    Source: OWASP, CSV Injection (owasp.org/www-community/attacks/CSV_Injection). A tab or a carriage return, which that
    page names too, cannot begin a cell: all control characters are visible escapes before.
    """
    return _FORMULA.sub(r"\1'", visible(text))


def workflow_message(text: str) -> str:
    """The text of a GitHub workflow command, whose lines no runner takes for another command.

    Source: `escapeData` in github.com/actions/toolkit, packages/core/src/command.ts.
    """
    return "%0A".join(line.replace("%", "%25") for line in visible_lines(text))


def workflow_property(text: str) -> str:
    """A value before the message: `escapeProperty` of the same file."""
    return visible(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
