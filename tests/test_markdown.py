"""A page as Markdown."""

from dataclasses import replace
from fractions import Fraction

import pytest
from factories import REDIS, candidate, counts, measurement, option, outcome, step, target
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from test_escape import HOSTILE, TEXTS

from planner.model.measurement import Input, Skipped
from planner.model.option import Ceiling, Goalpost, LeftOut, Outcome, Requirement, Rung, Verdict
from planner.model.wish import Pace, Span
from planner.report import FORMATS, Format, Look, Subject, render
from planner.report.escape import visible
from planner.report.markdown import render_markdown
from planner.report.page import Bullets, Column, Heading, Sentence, Table

SUBJECTS: tuple[Subject, ...] = ("plan", "options", "status", "rank")


def hostile(name: str) -> Outcome:
    """An outcome in which every text from outside is `name`: from the data, the sources, the configuration."""
    have = replace(REDIS, kind="clock", needs_building=False, name=name, have=name)
    build = replace(REDIS, name=name, double=name)
    one = replace(candidate(name, path=name, seams=(build, have), lines_text="3"), asserts=(name, name))
    own = replace(
        option(
            name,
            step(taken=one),
            step(2, taken=candidate("plain")),
            shortfall=2,
            left_out=(LeftOut(name, 3, 1),),
            verdicts=(Verdict("gain", Span(Fraction(1), Fraction(2)), name, None),),
            requirements=(Requirement(name, Fraction(80), counts(), 60),),
        ),
        story=name,
    )
    rung = Rung(name, Fraction(60), Fraction(60), 60, 10, periods=((Pace(Fraction(2), "points", name), Fraction(5)),))
    return outcome(
        project=name,
        measured=measurement(
            totals=counts(), inputs=(Input(name, name, name),), skipped=(Skipped(name, name, 3),), notices=(name,)
        ),
        goal=target(80),
        options=(own, option("D", rungs=(rung,))),
        recommended=name,
        candidates=(one, candidate("plain")),
        ceilings=(Ceiling(90, 100), Ceiling(80, 100, (name, name))),
        stretch=Goalpost(target(90), 90, 40, own),
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


@pytest.mark.parametrize("subject", SUBJECTS)
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


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_changes_neither_headings_nor_rows(name: str, subject: Subject) -> None:
    shape, plain = (
        [token.type for token in parsed(render(hostile(each), subject, "markdown", Look())) if token.type != "inline"]
        for each in (HOSTILE[name] or "x", "x.py")
    )

    if HOSTILE[name].strip():
        assert shape == plain


@pytest.mark.parametrize("name", [name for name, text in HOSTILE.items() if text.strip()])
def test_names_in_tables_are_code(name: str) -> None:
    tokens = parsed(render(hostile(HOSTILE[name]), "rank", "markdown", Look()))

    code = [child.content.strip() for token in tokens for child in token.children or () if child.type == "code_inline"]
    assert code.count(visible(HOSTILE[name]).strip()) == 2


@pytest.mark.parametrize("name", [name for name, text in HOSTILE.items() if text.strip()])
def test_what_the_configuration_says_stands_as_it_was_written(name: str) -> None:
    """Names of options and patterns of requirements, in headings, sentences and cells."""
    tokens = parsed(render(hostile(HOSTILE[name]), "plan", "markdown", Look(is_detailed=True)))

    texts = ["".join(each.content for each in token.children or ()) for token in tokens if token.type == "inline"]
    shown = visible(HOSTILE[name]).replace("@o", "@\u200bo").replace("#1", "#\u200b1")
    assert f"Steps of {shown}".strip() in {text.strip() for text in texts}
    assert visible(HOSTILE[name]).strip() in {text.strip() for text in texts}


@given(st.sampled_from(FORMATS), st.sampled_from(SUBJECTS), TEXTS)
def test_the_same_outcome_gives_the_same_bytes(format: Format, subject: Subject, name: str) -> None:
    one, other = (render(hostile(name), subject, format, Look()) for _ in range(2))

    assert one == other
    assert one.endswith("\n")
    one.encode("utf-8")


def test_the_steps_of_a_plan_are_a_table_with_tests_grouped_by_unit() -> None:
    steps = (step(1, candidate("Shelf")), step(2, candidate("Other")), replace(step(3, candidate("Shelf")), test=2))

    shown = outcome(goal=target(80), options=(option("A", *steps),), recommended="A")

    text = render(shown, "plan", "markdown", Look(is_detailed=True))

    assert "| 1, 3 | `pkg/mod.py` | `Shelf` | 2 | +20 |" in text
    assert "| 2 | `pkg/mod.py` | `Other` | 1 | +10 |" in text


def test_options_have_a_page_of_their_own() -> None:
    text = render(
        outcome(goal=target(80), options=(option("A", step()),), recommended="A"), "options", "markdown", Look()
    )

    assert text.startswith("# shop: options for 80 %\n\nTarget: ")
    assert "| A | quick wins | yes, 90 % | +10 | 5-20 |" in text
    assert "## Steps" not in text
