"""A page as terminal text: within its width, inert, and with every number whole."""

import re
import unicodedata
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from factories import REDIS, REQUESTS, candidate, counts, measurement, option, outcome, step, target
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from test_escape import HOSTILE, TEXTS
from test_markdown import SUBJECTS, hostile

from planner.model.measurement import Counts, Input, Skipped
from planner.model.option import Ceiling, Count, LeftOut, Option, Outcome, Requirement, Rung, Verdict
from planner.model.plan import Effort
from planner.model.wish import Pace, Span
from planner.report import Look, Subject, render
from planner.report.columns import broken
from planner.report.escape import visible
from planner.report.page import Bullets, Column, Heading, Page, Sentence, Table
from planner.report.pages import options_page, plan_page, rank_page, status_page
from planner.report.terminal import render_terminal

WEEKLY = Pace(Fraction(6), "hours", "week")
BY_MILESTONE = Pace(Fraction(287), "points", "milestone")
WIDTHS = (60, 80, 100, 120, 200)

TEXT_WORDS = st.sampled_from(["a", "12", "most", "points", "larger", "h", "%"])


def large() -> Outcome:
    """An outcome of a large project: long paths, large numbers, several doubles."""
    path = "src/company/product/subsystem/adapters/persistence/repository_factory.py"
    many = [
        candidate(
            f"RepositoryFactory{number}",
            path=path,
            body=1_234 + number,
            hours=123.4,
            seams=(REDIS, REQUESTS),
            imports={path: 1_000},
        )
        for number in range(12)
    ]
    taken = [step(number, each, 12_345, 12_345 * (number % 2)) for number, each in enumerate(many, start=1)]
    required = (Requirement("src/company/product/*", Fraction("87.5"), counts(123_456, 45_678), 98_765),)
    left = (LeftOut("in larger modules or behind doubles to build", 123_456, 1_234),)
    short = option("C", *taken, shortfall=12_345, effort=Effort(1_234.5, 2_345.6), probability=0.1)
    claims = (Verdict("gain", Span(Fraction(12_345), Fraction(23_456)), "its modules miss 12,345 points", False),)
    mine = option("all of the adapters", *taken, verdicts=claims, probability=0.79, requirements=required)
    options = [option("A", *taken, left_out=left), option("B"), short, option("mix", *taken, bound_gap=0.0123)]
    options = [*(replace(each, requirements=required) for each in options), mine, ladder()]
    return outcome(
        project="product",
        measured=measurement(
            totals=Counts(1_234_567, 234_567, 345_678, 45_678),
            inputs=(Input(".coverage", "coverage data", "7.10.7", 1_234),),
            notices=("a notice that is long enough to be folded at any width: " + "word " * 40,),
            skipped=(Skipped(path, "not valid Python for this interpreter", 1_234),),
        ),
        goal=target("79.5"),
        options=tuple(options),
        recommended="A",
        candidates=tuple(many),
        ceilings=(Ceiling(1_000_000, 1_580_245), Ceiling(900_000, 1_580_245, ("cache or queue", "http client"))),
    )


def ladder() -> Option:
    """D with two paces, a day for each rung, and a rung that no test leads to."""
    paces = ((WEEKLY, Fraction(123, 10)), (BY_MILESTONE, Fraction(7, 5)))
    near = Rung(
        "to 60 %", Fraction(60), Fraction(60), 948_147, 667_902, Count(123, 1_234), Effort(123.4, 1_234.5), paces
    )
    far = Rung("to 79.5 %", Fraction("79.5"), Fraction("79.5"), 1_256_295, 976_050)
    rungs = (replace(near, due=date(2027, 1, 31)), far)
    return option("D", rungs=rungs)


def text_of(subject: Subject, shown: Outcome, width: int = 100, **look: bool) -> str:
    return render(shown, subject, "terminal", Look(width, **look))


def too_wide(text: str, width: int) -> list[str]:
    return [line for line in text.splitlines() if cell_len(line) > width]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("is_detailed", [False, True])
def test_no_line_is_wider_than_the_terminal(subject: Subject, width: int, is_detailed: bool) -> None:
    text = text_of(subject, large(), width, is_detailed=is_detailed)

    assert too_wide(text, width) == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_make_no_line_wider(name: str, width: int) -> None:
    for subject in SUBJECTS:
        assert too_wide(text_of(subject, hostile(HOSTILE[name]), width), width) == []


def numbers_of(table: Table) -> list[str]:
    places = [place for place, column in enumerate(table.columns) if column.is_number and not column.drop]
    return [row[place] for row in table.rows for place in places]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_numbers_are_never_cut(subject: Subject, width: int) -> None:
    pages = {"plan": plan_page(large()), "options": options_page(large())}
    page = {**pages, "status": status_page(large()), "rank": rank_page(large(), 20)}[subject]

    rows = render_terminal(page, width=width).splitlines()

    for block in page:
        if isinstance(block, Table):
            for number in numbers_of(block):
                assert any(number in row for row in rows), number


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_there_are_no_empty_rows_within_a_table(subject: Subject, width: int) -> None:
    for shown in (large(), outcome(goal=target(80))):
        lines = text_of(subject, shown, width).split("\n")

        assert lines[0]
        assert lines[-2:] != ["", ""]
        assert not any(first == second == "" for first, second in pairwise(lines))
        table = [place for place, line in enumerate(lines) if set(line.strip()) == {"─"}]
        assert all(lines[place + 1].strip() for place in table)


def test_a_table_without_rows_prints_nothing_odd() -> None:
    text = text_of("rank", outcome())

    assert "Nothing that tests can be planned for is uncovered." in text
    assert "─" not in text


def test_columns_that_hold_nothing_are_left_out() -> None:
    table = Table([Column("name"), Column("nothing"), Column("count")], [("a", "", "1")])

    assert "nothing" not in render_terminal((table,), width=80)


def test_columns_go_in_the_order_of_their_drop_and_never_without_need() -> None:
    table = Table(
        [Column("name"), Column("first", drop=1), Column("second", drop=2), Column("stays")],
        [("n" * 20, "f" * 10, "s" * 10, "x" * 10)],
    )

    shown = {width: render_terminal((table,), width=width) for width in (80, 52, 40)}

    assert ["first" in text for text in shown.values()] == [True, False, False]
    assert ["second" in text for text in shown.values()] == [True, True, False]
    assert all("stays" in text for text in shown.values())


@given(TEXTS, st.sampled_from(SUBJECTS))
def test_hostile_names_move_no_cursor(name: str, subject: Subject) -> None:
    text = text_of(subject, hostile(name), 200)

    odd = {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")}
    assert odd == {"\n"}


@pytest.mark.parametrize("name", ["rich", "emoji", "script", "backticks", "pipe", "mention", "wide", "ansi", "bidi"])
def test_hostile_names_are_shown_as_they_are_written(name: str) -> None:
    text = text_of("rank", hostile(HOSTILE[name]), 200)

    assert visible(HOSTILE[name]) in text


@given(st.integers(20, 60), st.sampled_from(["79.50 %", "60.8 h", "20-35 min"]), st.lists(TEXT_WORDS, max_size=12))
def test_a_figure_and_its_unit_stand_on_one_line(width: int, figure: str, around: list[str]) -> None:
    prose = " ".join([*around, figure, *around])
    table = Table([Column("prose"), Column("n", is_number=True)], [(prose, "1")])

    for block in (Sentence(prose), Bullets([prose]), table):
        assert any(figure in line for line in render_terminal((block,), width=width).splitlines())


def test_a_name_is_broken_after_a_slash_and_prose_at_a_blank() -> None:
    table = Table(
        [Column("file", is_name=True), Column("reason"), Column("n", is_number=True)],
        [("src/company/product/repository.py", "in larger modules", "1,234,567")],
    )

    assert render_terminal((table,), width=44).splitlines()[2:] == [
        " src/company/    in larger       1,234,567",
        " product/        modules",
        " repository.py",
    ]


@given(st.text(alphabet="ab /漢", max_size=60), st.integers(2, 30))
def test_breaking_a_text_loses_nothing_but_blanks_at_the_ends_of_lines(text: str, width: int) -> None:
    lines = broken(text, width, cell_len)

    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_what_may_be_folded_is_folded_before_a_column_goes_and_only_as_far_as_it_must() -> None:
    table = Table(
        [Column("file", is_name=True, fold=12), Column("goes", drop=1), Column("n", is_number=True)],
        [("pkg/sub/module.py", "x" * 10, "1")],
    )

    shown = {width: render_terminal((table,), width=width) for width in (35, 34, 30, 29)}

    assert ["pkg/sub/module.py" in text for text in shown.values()] == [True, False, False, True]
    assert ["goes" in text for text in shown.values()] == [True, True, True, False]


@pytest.mark.parametrize("width", [80, 100, 160])
def test_the_steps_keep_their_missing_lines_longer_than_what_to_assert_on(width: int) -> None:
    path = "src/shop/notifications/dispatcher.py"
    taken = replace(candidate("subscribe_all", path=path, lines_text="3-12, 15, 17-20, 30"), asserts=("its result",))
    shown = outcome(goal=target(80), options=(option("A", step(1, taken)),), recommended="A")

    text = text_of("plan", shown, width)

    assert "missing lines" in text or width < 100
    assert "missing lines" in text or "assert on" not in text
    assert "assert on" in text or width < 160


@pytest.mark.parametrize("width", WIDTHS)
def test_requirements_keep_their_files(width: int) -> None:
    table = text_of("plan", large(), width, is_detailed=True).split("Required\n\n")[1].split("\n\n")[0].splitlines()

    rule = next(place for place, line in enumerate(table) if set(line.strip()) == {"─"})
    assert table[rule - 1].split()[0] == "files"
    assert "".join(line.split()[0] for line in table[rule + 1 :]) == "src/company/product/*"


@pytest.mark.parametrize("width", [80, 100, 120])
def test_the_day_of_a_rung_stays_whole(width: int) -> None:
    assert "2027-01-31" in text_of("plan", outcome(goal=target(80), options=(ladder(),)), width, is_detailed=True)


@pytest.mark.parametrize("width", [80, 100, 160])
def test_a_hollow_step_is_labelled_at_every_width(width: int) -> None:
    hollow = step(1, candidate("Registry", path="src/shop/bootstrap.py", body=0), gain=46, imported=46)
    shown = outcome(goal=target(80), options=(option("A", hollow, step(2)),), recommended="A")

    assert text_of("plan", shown, width).count("hollow") == 1


@pytest.mark.parametrize("width", [80, 100, 160])
@pytest.mark.parametrize("subject", ["plan", "options"])
def test_the_name_of_an_option_is_not_folded_where_others_can_go(subject: Subject, width: int) -> None:
    one = option("A", step(gain=463), effort=Effort(11.4, 15.3))
    other = replace(option("C", step(gain=368), effort=Effort(12.9, 17.3)), tests=Count(11, 34), bound_gap=0.123)

    text = text_of(subject, outcome(goal=target(75), options=(one, other), recommended="A"), width)

    assert re.search(r"^ +option +reaches it ", text, re.MULTILINE)
    assert re.search(r"^ A +quick wins +yes", text, re.MULTILINE)
    assert re.search(r"^ C +high return +yes", text, re.MULTILINE)


def test_colour_is_only_where_it_is_wanted() -> None:
    plain, coloured = (text_of("plan", large(), has_colour=has_colour) for has_colour in (False, True))

    assert "\x1b" not in plain
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured).split() == plain.split()


@pytest.mark.parametrize("variable", ["NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "CLICOLOR_FORCE"])
@pytest.mark.parametrize("value", ["1", "dumb", "40"])
def test_the_environment_changes_no_report(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    """What a report looks like is decided by `Look` alone; `cli` reads the environment."""
    before = text_of("plan", large())

    monkeypatch.setenv(variable, value)

    assert text_of("plan", large()) == before


@pytest.mark.parametrize("subject", SUBJECTS)
def test_ascii_mode_is_ascii_for_ascii_names(subject: Subject) -> None:
    for width in WIDTHS:
        assert text_of(subject, large(), width, is_ascii=True).isascii()


def test_no_line_ends_in_blanks() -> None:
    assert not any(line != line.rstrip() for line in text_of("plan", large()).splitlines())


def test_a_long_name_in_a_bullet_is_folded_and_not_cut() -> None:
    text = render_terminal((Bullets(["n" * 100]),), width=40)

    assert text.count("n") == 100
    assert "\u2026" not in text


def test_a_bullet_hangs() -> None:
    page: Page = (Heading("H", 2), Bullets(["word " * 20]), Sentence("end"))

    assert render_terminal(page, width=40) == (
        "H\n- word word word word word word word\n  word word word word word word word\n"
        "  word word word word word word\nend\n"
    )


def test_wide_characters_count_as_two_columns() -> None:
    table = Table([Column("name", is_name=True), Column("count", is_number=True)], [("漢字" * 40, "12"), ("a", "3")])

    text = render_terminal((table,), width=60)

    assert too_wide(text, 60) == []
    assert text.count("漢") == 40


@pytest.mark.parametrize("width", range(60, 130, 7))
def test_a_column_goes_before_a_number_is_cut(width: int) -> None:
    columns = [Column("total", is_number=True, drop=place % 3) for place in range(9)]
    cells = [f"{7**place:,}" for place in range(1, 10)]

    shown = render_terminal((Table(columns, [cells]),), width=width).splitlines()[-1].split()

    assert set(shown) <= set(cells)
