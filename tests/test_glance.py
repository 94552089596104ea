"""The plan in short: one screen of the terminal, the page of a meeting, the comment on a pull request."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from factories import CLOCK, REDIS, candidate, counts, measurement, option, outcome, step, target
from rich.cells import cell_len
from test_terminal import large

from planner.model.measurement import Skipped
from planner.model.option import Deadline, Option, Outcome, Requirement, Verdict
from planner.model.wish import Span
from planner.report import Look, set_page
from planner.report.page import Bullets, Heading, Meter, Page, Sentence, Table, Tasks
from planner.report.pages.glance import FIRST_STEPS, glance_page
from planner.report.pages.meeting import SHORT_STEPS, SPRINT, meeting_page, short_page
from planner.report.terminal import MOST_METER, render_terminal

ONE_SCREEN = 45
MOST_LINES_OF_A_COMMENT = 60
MOST_CHARACTERS_OF_A_COMMENT = 65_536


def planned(number: int = 6, **more: object) -> Outcome:
    """An outcome whose recommended option has so many steps."""
    steps = [step(order, candidate(f"Desk{order}", path=f"pkg/mod{order}.py")) for order in range(1, number + 1)]
    return outcome(goal=target("75"), options=(replace(option("A", *steps), **more), option("B")), recommended="A")  # type: ignore[arg-type]


def sentences(page: Page) -> str:
    return "\n".join(block.text for block in page if isinstance(block, Sentence))


def tasks(page: Page) -> list[str]:
    return [item for block in page if isinstance(block, Tasks) for item in block.items]


def headings(page: Page) -> list[str]:
    return [block.text for block in page if isinstance(block, Heading)]


@pytest.mark.parametrize("width", [100, 120, 200])
def test_the_plan_of_a_large_project_fits_on_one_screen(width: int) -> None:
    text = render_terminal(glance_page(large()), width=width)

    assert len(text.splitlines()) <= ONE_SCREEN


def test_the_screen_names_the_first_three_tests_and_what_the_rest_gains() -> None:
    page = glance_page(planned(6))

    table = [block for block in page if isinstance(block, Table)][-1]
    assert [row[2] for row in table.rows] == ["Desk1", "Desk2", "Desk3"][:FIRST_STEPS]
    assert "3 more tests, +30" in sentences(page)


def test_the_screen_says_when_to_measure_again() -> None:
    assert "measure and plan again after test 2" in sentences(glance_page(planned(6, measure_after=(2, 4))))


def test_the_bar_shows_today_the_plan_and_the_goal() -> None:
    shown = planned(2)

    (bar,) = [block for block in glance_page(shown) if isinstance(block, Meter)]

    assert (bar.now, bar.then, bar.goal) == (0.5, 0.7, 0.75)


def test_the_bar_of_the_whole_tree_is_of_the_whole_tree() -> None:
    shown = planned(2)
    whole = replace(shown, target=target("75", total="whole-tree"))

    (bar,) = [block for block in glance_page(whole) if isinstance(block, Meter)]

    assert bar.then == 70 / 200


@pytest.mark.parametrize("width", [20, 60, 80, 120])
@pytest.mark.parametrize("is_ascii", [False, True])
def test_a_bar_is_as_wide_as_it_may_be_and_no_wider(width: int, is_ascii: bool) -> None:
    line = render_terminal((Meter(0.3, 0.6, 1.0),), width=width, is_ascii=is_ascii).rstrip("\n")

    assert cell_len(line) == min(width, MOST_METER)
    assert line.isascii() is is_ascii


def test_a_bar_has_as_many_full_cells_as_is_covered_and_never_one_more() -> None:
    line = render_terminal((Meter(0.499, 0.8),), width=12, is_ascii=True).strip()

    assert line == "[####++++--]"


def test_claims_that_are_refuted_are_named_on_the_screen() -> None:
    claims = (Verdict("gain", Span(Fraction(150), Fraction(200)), "its modules miss 86 points", False),)

    said = sentences(glance_page(planned(2, verdicts=claims)))

    assert "Claims that the data refutes: A's gain (its modules miss 86 points)." in said


def test_claims_that_hold_are_counted() -> None:
    claims = (Verdict("gain", Span(Fraction(15), Fraction(20)), "15 to 25 points", True),)

    assert "Of 1 claim the data refutes none." in sentences(glance_page(planned(2, verdicts=claims)))


def test_a_requirement_that_is_not_met_is_on_the_screen() -> None:
    required = (Requirement("pkg/core/*", Fraction(80), counts(100, 20), 45),)

    said = sentences(glance_page(planned(2, requirements=required)))

    assert "Stays below what is required: pkg/core/* (45.00 % of 80 %)." in said


def test_too_little_time_is_on_the_screen() -> None:
    late = Deadline(date(2026, 12, 1), 10, 1.0, 9.0, is_enough=False)

    assert "not enough" in sentences(glance_page(planned(2, deadline=late)))


def test_the_screen_says_what_the_detailed_plan_has_besides() -> None:
    measured = measurement(
        totals=counts(), notices=("a", "b"), skipped=(Skipped("a.py", "cannot be read (Permission denied)"),)
    )

    said = sentences(glance_page(replace(planned(2), measurement=measured)))

    assert "2 notices to know before you believe it and 1 skipped file" in said


def test_a_target_that_is_met_needs_no_options() -> None:
    page = glance_page(outcome(goal=target("40")))

    assert "met already" in sentences(page)
    assert not [block for block in page if isinstance(block, Table)]


def test_a_meeting_reads_the_decision_first() -> None:
    assert headings(meeting_page(planned(2)))[1] == "Decision"


def test_the_first_sprint_ends_where_it_pays_to_measure_again() -> None:
    page = meeting_page(planned(40, measure_after=(4, 9, 20)))

    assert len(tasks(page)) == 9
    assert "31 tests of A, quick wins remain" in sentences(page)


def test_a_first_sprint_has_an_end_where_nothing_says_when_to_measure() -> None:
    assert len(tasks(meeting_page(planned(40)))) == SPRINT


def test_a_sprint_that_is_the_whole_plan_leaves_nothing() -> None:
    assert "Then measure and plan again." in sentences(meeting_page(planned(3)))


def test_a_task_says_what_to_build_first() -> None:
    shown = planned(1)
    taken = step(1, candidate("Desk", seams=(REDIS, CLOCK)))
    page = meeting_page(replace(shown, options=(option("A", taken),)))

    assert f"build {REDIS.double} first" in tasks(page)[0]


def test_risks_say_what_lies_behind_doubles_and_that_hours_are_not_measured() -> None:
    taken = step(1, candidate("Desk", seams=(REDIS,)))
    page = meeting_page(outcome(goal=target("75"), options=(option("A", taken),), recommended="A"))

    risks = "\n".join(item for block in page if isinstance(block, Bullets) for item in block.items)
    assert "10 points lie behind what has to be built first" in risks
    assert "Hours are not this project's own" in risks


def test_the_detailed_meeting_page_has_every_step_of_every_option() -> None:
    shown = planned(20)
    both: tuple[Option, ...] = (shown.options[0], option("B", step(1, candidate("Till"))))

    page = meeting_page(replace(shown, options=both), is_detailed=True)

    assert [each for each in headings(page) if each.startswith("Steps of")] == [
        "Steps of A, quick wins",
        "Steps of B, deepen",
    ]


def test_the_short_form_fits_a_comment_whatever_the_project() -> None:
    text = set_page(short_page(large()), "markdown", Look())

    assert len(text.splitlines()) < MOST_LINES_OF_A_COMMENT
    assert len(text) < MOST_CHARACTERS_OF_A_COMMENT


def test_the_short_form_names_the_first_tests_and_counts_the_others() -> None:
    page = short_page(planned(9))

    assert len(tasks(page)) == SHORT_STEPS
    assert "4 more tests, +40." in sentences(page)


def test_markdown_has_tasks_to_tick_and_no_bar() -> None:
    text = set_page((Meter(0.5, 0.6), Tasks(["test `Desk`", "- [x] a trap"])), "markdown", Look())

    assert text.startswith("- [ ] test ")
    assert "\n- [ ] " in text
    assert "[x]" not in text.replace("\\[x\\]", "")
