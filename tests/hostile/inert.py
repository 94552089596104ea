"""Whether an output is inert: nothing of a name moves a cursor, runs, links, calculates or ends what it stands in."""

import csv
import io
import json
import re
import unicodedata
from html.parser import HTMLParser
from xml.etree import ElementTree

from markdown_it import MarkdownIt

EVIL = "evil"
"""Part of every hostile name, so that what escapes from its quotes is seen."""

_SHOWN = frozenset("\n\t")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_MERMAID_QUOTED = re.compile(r'"[^"]*"')
_ALIVE = frozenset({"html_block", "html_inline", "link_open", "image"})


def faults_of_text(text: str, kind: str) -> list[str]:
    """What is alive in the text, in words; the formats are those of `--format`."""
    ending = text.replace("\r\n", "\n") if kind == "csv" else text
    odd = {char for char in ending if char not in _SHOWN and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co")}
    if kind in ("markdown", "html"):
        odd -= {"\u200b", "\u200c", "\u200d"}  # breaks up mentions; joins nothing and orders nothing
    found = [f"unprintable characters: {sorted(map(ascii, odd))}"] if odd else []
    return found + {
        "terminal": lambda _: [],
        "markdown": _markdown,
        "html": _html,
        "json": _json,
        "csv": _csv,
        "dot": lambda each: _outside(each, _QUOTED),
        "mermaid": lambda each: _outside(each, _MERMAID_QUOTED),
        "graphml": _graphml,
    }[kind](text)


def _markdown(text: str) -> list[str]:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    inside = [child for token in tokens for child in token.children or ()]
    alive = {(each.type, each.content[:60]) for each in (*tokens, *inside) if each.type in _ALIVE}
    return [f"alive in Markdown: {sorted(alive)}"] if any(EVIL in content for _, content in alive) else []


class _Tags(HTMLParser):
    """Tags and attributes in which a hostile name has come alive."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        handlers = [name for name, _ in attrs if name.startswith("on")]
        links = [value for name, value in attrs if name in ("href", "src") and value and EVIL in value]
        if handlers or links or EVIL in tag or (tag in ("img", "iframe", "object", "embed", "base", "meta") and links):
            self.found.append(f"<{tag} {attrs}>"[:200])


def _html(text: str) -> list[str]:
    parser = _Tags()
    parser.feed(text)
    wrong = [f"alive in HTML: {parser.found}"] if parser.found else []
    bodies = re.findall(r"<script[^>]*>(.*?)</script", text, re.DOTALL)
    return wrong if len(bodies) == parser.scripts else [*wrong, f"{len(bodies)} scripts, {parser.scripts} tags"]


def _json(text: str) -> list[str]:
    json.loads(text)
    return [] if text.isascii() else ["JSON that is not ASCII"]


def _csv(text: str) -> list[str]:
    rows = list(csv.reader(io.StringIO(text, newline="")))
    widths = {len(row) for row in rows}
    formulas = [
        cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not _number(cell)
    ]
    wrong = [f"formulas: {formulas[:3]}"] if formulas else []
    return wrong if len(widths) == 1 else [*wrong, f"rows of {sorted(widths)} cells"]


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _outside(text: str, quoted: re.Pattern[str]) -> list[str]:
    """What stands outside of quotes must hold nothing of a hostile name but its node's own id."""
    rest = quoted.sub('""', text)
    lines = [line for line in rest.split("\n") if EVIL in line and not line.lstrip().startswith(("%%", "//"))]
    return [f"outside of quotes: {lines[:2]}"] if lines else []


def _graphml(text: str) -> list[str]:
    root = ElementTree.fromstring(text)
    tags = {each.tag.rpartition("}")[2] for each in root.iter()}
    return [] if not any(EVIL in tag for tag in tags) else [f"tags {sorted(tags)}"]
