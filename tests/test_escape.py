"""One escape per kind of output: what comes from outside stays text."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from planner.report.escape import markdown_code, markdown_text, visible
from planner.report.markdown import render_markdown
from planner.report.page import Bullets

HOSTILE = {
    "ansi": "\x1b[31mred\x1b[0m",
    "title": "\x1b]0;owned\x07",
    "newline": "a\nb\r\nc",
    "bidi": "a\u202egnp.py",
    "isolates": "\u2066x\u2069",
    "zero width": "a\u200bb\ufeff",
    "lines": "a\u2028b\u2029c\x85d",
    "surrogate": "caf\udce9.py",
    "private": "\ue000",
    "pipe": "a|b\\|c",
    "backticks": "a`b``c",
    "script": "<script>alert(1)</script>",
    "entity": "&lt;b&gt;",
    "comment": "<!-- gone -->",
    "mention": "@octocat",
    "issue": "#123",
    "link": "[a](http://example.com)",
    "image": "![a](http://example.com/a.png)",
    "emphasis": "__init__ *a* _b_ ~~c~~",
    "rich": "[red]x[/red] [link=file:///etc]y[/link]",
    "emoji": ":smile: :boom:",
    "heading": "# a",
    "rule": "---",
    "list": "- a",
    "numbered": "1. a",
    "plus": "+ a",
    "setext": "=====",
    "quote": "> a",
    "code": "    a",
    "task": "[ ] a",
    "math": "$x$",
    "wide": "漢字の名前.py",
    "long": "n" * 300,
    "blank": " ",
    "empty": "",
}
TEXTS = st.one_of(
    st.sampled_from(list(HOSTILE.values())),
    st.text(max_size=40),
    st.text(alphabet="\\`|*_[]<>#@!&~$:-+=().1a \n\t\x1b\u202e", max_size=20),
)


def parsed(markdown: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)


def inline_tokens(markdown: str) -> list[Token]:
    return [child for token in parsed(markdown) for child in token.children or ()]


@given(TEXTS)
def test_visible_text_is_on_one_line_and_moves_no_cursor(text: str) -> None:
    shown = visible(text)

    assert len(shown.splitlines()) <= 1
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_readable_text_is_shown_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_what_is_not_readable_is_shown_as_its_escape() -> None:
    assert visible("\x1b[31m\n\u202e\udce9") == r"\x1b[31m\n\u202e\udce9"
    assert visible("漢字 é") == "漢字 é"


@given(TEXTS)
def test_escaped_prose_is_one_paragraph_of_plain_text(text: str) -> None:
    tokens = parsed(f"Before {markdown_text(text)} after")

    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert {child.type for child in tokens[1].children or ()} <= {"text", "text_special"}
    assert words_of(tokens[1]) == f"Before {visible(text)} after"


@given(TEXTS.filter(lambda text: bool(text.strip())))
def test_prose_that_begins_a_list_item_begins_nothing_else(text: str) -> None:
    tokens = parsed(render_markdown((Bullets([text]),)))

    assert [token.type for token in tokens if token.type.endswith("_open")] == [
        "bullet_list_open",
        "list_item_open",
        "paragraph_open",
    ]
    (inline,) = [token for token in tokens if token.type == "inline"]
    assert words_of(inline) == visible(text.strip())


def words_of(inline: Token) -> str:
    """The text that a reader sees; the zero-width spaces that break up mentions are not seen."""
    return "".join(child.content for child in inline.children or ()).replace("\u200b", "")


@pytest.mark.parametrize("text", ["@octocat", "by @org/team", "a@b", "fixes #123", "org/repo#12"])
def test_nobody_is_notified_and_no_issue_is_linked(text: str) -> None:
    """GitHub looks for these in the rendered text, where a backslash is gone; what stands between is not."""
    rendered = "".join(token.content for token in inline_tokens(markdown_text(text)))

    assert rendered.replace("\u200b", "") == text
    assert not any(mark in rendered for mark in ("@o", "@b", "#1"))


@pytest.mark.parametrize("text", ["see http://example.com", "HTTPS://x.y", "www.example.com", "WWW.x.y"])
def test_no_address_becomes_a_link(text: str) -> None:
    """GitHub links bare addresses, which begin with `://` or `www.` in the source."""
    escaped = markdown_text(text)

    assert not re.search(r"(?<!\\)://", escaped)
    assert "www." not in escaped.lower()
    assert "".join(token.content for token in inline_tokens(escaped)) == text


@given(TEXTS)
def test_escaped_code_is_one_span_with_the_text_in_it(text: str) -> None:
    (span,) = inline_tokens(markdown_code(text))

    assert span.type == "code_inline"
    assert span.content.strip(" ") == visible(text).strip(" ")


@given(TEXTS)
def test_escaped_code_stays_in_its_cell(text: str) -> None:
    table = f"| name | number |\n| --- | ---: |\n| {markdown_code(text, in_table=True)} | 7 |\n"

    tokens = parsed(table)

    spans = [child for token in tokens for child in token.children or () if child.type == "code_inline"]
    cells = [token for token in tokens if token.type == "td_open"]
    assert len(spans) == 1
    assert spans[0].content.strip(" ") == visible(text).strip(" ")
    assert len(cells) == 2
    assert tokens[-1].type == "table_close"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_span_is_fenced_by_more_backticks_than_it_holds(name: str) -> None:
    span = markdown_code(HOSTILE[name])

    fence = len(span) - len(span.lstrip("`"))
    assert "`" * fence not in span.strip("`")
