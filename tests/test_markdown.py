"""A page as Markdown."""

import pytest
from factories import REDIS, candidate, counts, measurement, option, outcome, step, target
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from test_escape import HOSTILE, TEXTS

from planner.model.measurement import Input, Skipped
from planner.model.plan import Outcome
from planner.report import FORMATS, Look, Subject, render
from planner.report.escape import visible
from planner.report.markdown import render_markdown
from planner.report.page import Bullets, Column, Heading, Sentence, Table


def hostile(name: str) -> Outcome:
    """An outcome in which every text from outside is `name`."""
    one = candidate(name, path=name, seams=(REDIS,))
    return outcome(
        project=name,
        measured=measurement(
            totals=counts(), inputs=(Input(name, name, name),), skipped=(Skipped(name, name, 3),), notices=(name,)
        ),
        goal=target(80),
        options=(option("A", step(taken=one), step(2, taken=candidate("plain")), shortfall=2),),
        recommended="A",
        candidates=(one, candidate("plain")),
    )


def parsed(markdown: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)


def test_a_page_is_its_blocks_with_a_blank_line_between() -> None:
    page = (
        Heading("Title", 1),
        Sentence("A line.", "good"),
        Bullets(["one", "two"]),
        Table([Column("name", is_name=True), Column("count", is_number=True)], [("a.py", "12"), ("b.py", "3")]),
    )

    assert render_markdown(page) == (
        "# Title\n\nA line.\n\n- one\n- two\n\n| name | count |\n| --- | ---: |\n| `a.py` | 12 |\n| `b.py` | 3 |\n"
    )


def test_empty_columns_are_left_out() -> None:
    table = Table([Column("name"), Column("nothing"), Column("count")], [("a", "", "1"), ("b", "", "2")])

    assert render_markdown((table,)).splitlines()[0] == "| name | count |"


def test_numbers_stay_as_they_are() -> None:
    table = Table([Column("gain", is_number=True)], [("+12",), ("-",), ("1,234",), ("15-30 min",), ("80.00 %",)])

    assert render_markdown((table,)).splitlines()[2:] == [
        "| +12 |",
        "| - |",
        "| 1,234 |",
        "| 15-30 min |",
        "| 80.00 % |",
    ]


@pytest.mark.parametrize("subject", ["plan", "status", "rank"])
@given(name=TEXTS)
def test_hostile_names_bring_no_markup_of_their_own(subject: Subject, name: str) -> None:
    tokens = parsed(render(hostile(name), subject, "markdown", Look()))

    children = {child.type for token in tokens for child in token.children or ()}
    assert children <= {"text", "text_special", "softbreak", "code_inline"}
    blocks = {token.type for token in tokens if not token.type.endswith("_close")}
    assert blocks <= {
        *("heading_open", "paragraph_open", "bullet_list_open", "list_item_open", "inline"),
        *("table_open", "thead_open", "tbody_open", "tr_open", "th_open", "td_open"),
    }


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_changes_neither_headings_nor_rows(name: str) -> None:
    shape, plain = (
        [token.type for token in parsed(render(hostile(each), "plan", "markdown", Look())) if token.type != "inline"]
        for each in (HOSTILE[name] or "x", "x.py")
    )

    if HOSTILE[name].strip():
        assert shape == plain


@pytest.mark.parametrize("name", [name for name, text in HOSTILE.items() if text.strip()])
def test_names_in_tables_are_code(name: str) -> None:
    tokens = parsed(render(hostile(HOSTILE[name]), "rank", "markdown", Look()))

    code = [child.content.strip() for token in tokens for child in token.children or () if child.type == "code_inline"]
    assert code.count(visible(HOSTILE[name]).strip()) == 2


@given(st.sampled_from(FORMATS), TEXTS)
def test_the_same_outcome_gives_the_same_bytes(format: str, name: str) -> None:
    one, other = (render(hostile(name), "plan", format, Look()) for _ in range(2))  # type: ignore[arg-type]

    assert one == other
    assert one.endswith("\n")
    one.encode("utf-8")
