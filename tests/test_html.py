"""A page as HTML: a whole document that can run and fetch nothing, whatever its texts hold."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.report.html import POLICY, render_html
from planner.report.page import Bullets, Code, Column, Heading, Page, Sentence, Table

HOSTILE = "<script>alert('1')</script>\" onload=\"x & \u202e\x1b[2J"

OWN_TAGS = {"html", "head", "meta", "title", "style", "body", "main", "h1", "p", "ul", "li", "pre", "code", "div"} | {
    *("table", "thead", "tbody", "tr", "th", "td"),
}


def page_of(text: str) -> Page:
    """Every kind of block, with the text wherever one may stand."""
    columns = [Column(text, is_name=True), Column("points", is_number=True)]
    rows = [(text, "1"), (text, text)]
    return (
        Heading(text, 1),
        Sentence(text),
        Sentence(text, "bad"),
        Bullets([text]),
        Code(text, "toml"),
        Table(columns, rows),
    )


class _Reader(HTMLParser):
    """Notes every tag with its attributes, and the text outside of tags."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def _read(document: str) -> _Reader:
    reader = _Reader()
    reader.feed(document)
    reader.close()
    return reader


@pytest.mark.parametrize("text", [HOSTILE, "</pre></style></title><img src=x onerror=y>", "a\nb\r\nc"])
def test_texts_from_outside_never_become_markup(text: str) -> None:
    reader = _read(render_html(page_of(text)))

    assert {tag for tag, _ in reader.tags} <= OWN_TAGS
    assert not [name for _, attributes in reader.tags for name in attributes if name.startswith("on")]
    assert not [tag for tag, attributes in reader.tags if {"src", "href"} & attributes.keys()]


@given(text=st.text(max_size=60))
def test_any_text_leaves_the_structure_as_it_is(text: str) -> None:
    plain, other = _read(render_html(page_of("x"))), _read(render_html(page_of(f"x{text}")))

    assert [tag for tag, _ in plain.tags] == [tag for tag, _ in other.tags]


def test_what_cannot_be_seen_is_shown_as_an_escape() -> None:
    document = render_html(page_of(HOSTILE))

    assert "\u202e" not in document
    assert "\\u202e" in document
    assert "\x1b" not in document


def test_the_policy_forbids_scripts_and_anything_from_elsewhere() -> None:
    reader = _read(render_html(page_of("x")))

    (policy,) = [each["content"] for tag, each in reader.tags if each.get("http-equiv") == "Content-Security-Policy"]
    assert policy == POLICY
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy


def test_numbers_are_set_apart_and_names_as_code() -> None:
    document = render_html((Table([Column("file", is_name=True), Column("points", is_number=True)], [("a.py", "7")]),))

    assert "<td><code>a.py</code></td>" in document
    assert '<td class="number">7</td>' in document
    assert '<th scope="col" class="number">points</th>' in document


def test_lines_to_be_copied_keep_their_breaks() -> None:
    assert "<pre>[run]\npatch = subprocess</pre>" in render_html((Code("[run]\npatch = subprocess", "ini"),))
