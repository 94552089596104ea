"""What plan, status and rank say, before they have a format."""

from dataclasses import replace
from fractions import Fraction

import pytest
from factories import candidate, counts, file_coverage, measurement, option, outcome, step, target

from planner.model.measurement import Counts, Skipped
from planner.model.plan import Effort, Outcome, Rung
from planner.report.page import Bullets, Column, Heading, Page, Sentence, Table
from planner.report.pages import plan_page, rank_page, status_page
from planner.report.pages.plan import FIRST_STEPS, shortened
from planner.report.pages.shared import MOST_LINES


def sentences(page: Page) -> str:
    return "\n".join(block.text for block in page if isinstance(block, Sentence))


def headings(page: Page) -> list[str]:
    return [block.text for block in page if isinstance(block, Heading)]


def tables(page: Page) -> list[Table]:
    return [block for block in page if isinstance(block, Table)]


def bullets(page: Page) -> list[str]:
    return [item for block in page if isinstance(block, Bullets) for item in block.items]


def planned(*, shortfall: int = 0, steps: int = 1) -> Outcome:
    taken = [step(number, candidate(f"unit{number}")) for number in range(1, steps + 1)]
    return outcome(
        goal=target(80), options=(option("A", *taken, shortfall=shortfall), option("B", shortfall=30)), recommended="A"
    )


def test_every_row_of_every_table_has_a_cell_for_each_column() -> None:
    pages = [plan_page(planned()), status_page(outcome()), rank_page(outcome(candidates=(candidate(),)), 20)]

    for table in (each for page in pages for each in tables(page)):
        assert {len(row) for row in table.rows} == {len(table.columns)}


def test_a_plan_begins_with_the_goal_and_where_we_are() -> None:
    page = plan_page(planned())

    assert headings(page)[0] == "shop: 80 %"
    assert "Covered: 50 of 100 statements, 50.00 %; 'coverage report' shows 50 %." in sentences(page)
    assert "Target: 80 % exact of what is measured is 80 points, 30 more." in sentences(page)


def test_the_three_meanings_are_always_said() -> None:
    goal = target("78.5", "gate", precision=0, version=(7, 10))

    page = plan_page(outcome(goal=goal, measured=measurement(totals=Counts(1_000, 100))))

    assert "exact from 785, displayed from 786, fail_under = 78.5 passes from 786 points" in sentences(page)


def test_a_met_target_has_no_options() -> None:
    page = plan_page(outcome(goal=target(50)))

    assert "met already" in sentences(page)
    assert headings(page) == ["shop: 50 %"]


def test_the_whole_tree_is_said_where_it_is_larger() -> None:
    unmeasured = (file_coverage("new.py", "1-100", "1-100"),)

    apart = status_page(outcome(measured=measurement(totals=counts(), unmeasured=unmeasured)))
    together = status_page(outcome())

    assert "Whole tree: 25.00 % of 200 statements." in sentences(apart)
    assert "Whole tree" not in sentences(together)


def test_a_target_on_the_whole_tree_is_judged_there() -> None:
    unmeasured = (file_coverage("new.py", "1-100", "1-100"),)
    measured = measurement(totals=counts(), unmeasured=unmeasured)

    page = plan_page(outcome(measured=measured, goal=target(50, total="whole-tree")))

    assert "Target: 50 % exact of the whole tree is 100 points, 50 more." in sentences(page)


def test_the_recommended_option_shows_its_steps() -> None:
    page = plan_page(planned(steps=2))

    assert "Steps of A, quick wins" in headings(page)
    assert "Recommended: A, quick wins (a story): the fewest hours that reach the target." in sentences(page)
    assert [row[2] for row in tables(page)[1].rows] == ["unit1", "unit2"]


def test_steps_beyond_the_first_are_counted_with_what_they_gain() -> None:
    outcome_of_many = planned(steps=FIRST_STEPS + 3)

    short, detailed = plan_page(outcome_of_many), plan_page(outcome_of_many, is_detailed=True)

    assert len(tables(short)[1].rows) == FIRST_STEPS
    assert "3 more steps, +30, with --detail." in sentences(short)
    assert len(tables(detailed)[1].rows) == FIRST_STEPS + 3
    assert "more step" not in sentences(detailed)


def test_where_no_option_reaches_the_target_the_shortfall_is_said() -> None:
    assert "No option reaches the target; A, quick wins, comes nearest and falls 1 point short." in sentences(
        plan_page(planned(shortfall=1))
    )


def test_where_nothing_can_be_planned_that_is_said() -> None:
    page = plan_page(outcome(goal=target(80), options=(option("A", shortfall=30),)))

    assert "there is nothing to plan tests for" in sentences(page)


def test_the_ladder_shows_a_gate_for_each_rung() -> None:
    rungs = (
        Rung(Fraction(60), Fraction(60), 60, 10, Effort(1, 2)),
        Rung(Fraction("62.5"), Fraction("62.5"), 63, 13, Effort(2, 4)),
    )
    ladder = outcome(goal=target("62.5"), options=(replace(option("D"), rungs=rungs),))

    (table,) = [each for each in tables(plan_page(ladder)) if each.columns[1].title == "fail_under"]

    assert [row[:4] for row in table.rows] == [("60.00 %", "60", "60", "+10"), ("62.50 %", "62.50", "63", "+13")]


@pytest.mark.parametrize(
    ("covered", "fail_under", "said"),
    [
        (80, "80", "Gate: fail_under = 80 passes."),
        (79, "80", "Gate: fail_under = 80 fails."),
    ],
)
def test_the_status_judges_the_projects_own_gate(covered: int, fail_under: str, said: str) -> None:
    measured = measurement(totals=Counts(100, covered), fail_under=Fraction(fail_under))

    assert said in sentences(status_page(outcome(measured=measured)))


def test_a_gate_that_passes_by_rounding_only_is_no_pass() -> None:
    measured = measurement(totals=Counts(1_000, 796), fail_under=Fraction(80))

    (gate,) = [
        block
        for block in status_page(outcome(measured=measured))
        if isinstance(block, Sentence) and block.text.startswith("Gate")
    ]
    assert "passes, but only by rounding" in gate.text
    assert gate.tone == "bad"


def test_a_gate_that_versions_judge_differently_says_both() -> None:
    differing = measurement(totals=Counts(1_000, 126), fail_under=Fraction("12.65"))
    agreeing = measurement(totals=Counts(1_000, 124), fail_under=Fraction("12.45"))

    apart, together = (sentences(status_page(outcome(measured=each))) for each in (differing, agreeing))

    assert "Gate: fail_under = 12.65 passes by rounding under coverage.py 7.10.7" in apart
    assert "fails from 7.17.1 on" in apart
    assert "Gate: fail_under = 12.45 fails." in together


def test_a_status_without_a_gate_does_not_speak_of_one() -> None:
    assert "Gate" not in sentences(status_page(outcome()))


def test_rank_shows_as_many_rows_as_asked_and_counts_the_rest() -> None:
    candidates = tuple(candidate(f"unit{number}") for number in range(7))

    some, every = (rank_page(outcome(candidates=candidates), most) for most in (5, None))

    assert len(tables(some)[0].rows) == 5
    assert "2 more with --all." in sentences(some)
    assert len(tables(every)[0].rows) == 7
    assert "--all" not in sentences(every)


def test_rank_of_nothing_says_so() -> None:
    assert "Nothing that tests can be planned for is uncovered." in sentences(rank_page(outcome(), 20))


def test_notices_and_skips_are_cut_and_counted() -> None:
    skipped = tuple(Skipped(f"f{number}.py", "gone") for number in range(MOST_LINES + 2))
    measured = measurement(totals=counts(), skipped=skipped, notices=("first", "second"))

    short = status_page(outcome(measured=measured))
    detailed = status_page(outcome(measured=measured), is_detailed=True)

    assert bullets(short) == ["first", "second", *(f"f{n}.py: gone" for n in range(MOST_LINES)), "and 2 more"]
    assert bullets(detailed)[-1] == f"f{MOST_LINES + 1}.py: gone"
    assert f"Skipped ({MOST_LINES + 2})" in headings(short)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("", ""),
        ("1-3, 5", "1-3, 5"),
        ("1, 3, 5, 7, 9, 11, 13, 15", "1, 3, 5, 7, 9, 11, +2"),
        ("100000-100001, 200000-200001", "100000-100001, +1"),
    ],
)
def test_a_list_of_lines_is_cut_at_a_comma(text: str, short: str) -> None:
    assert shortened(text) == short


def test_a_table_without_a_column_keeps_the_others_in_step() -> None:
    table = Table([Column("a"), Column("b"), Column("c")], [("1", "", "3"), ("4", "", "6")])

    assert table.without_empty().rows == [["1", "3"], ["4", "6"]]
    assert [column.title for column in table.without(0).columns] == ["b", "c"]
