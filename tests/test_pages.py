"""What plan, options, status and rank say, before they have a format."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import ceil

import pytest
from factories import (
    CLOCK,
    REDIS,
    REQUESTS,
    candidate,
    counts,
    file_coverage,
    measurement,
    option,
    outcome,
    step,
    target,
)
from hypothesis import given
from hypothesis import strategies as st

from planner.model.facts import MODULE
from planner.model.lines import line_range, lines_of, ranges_text
from planner.model.measurement import Counts, Skipped
from planner.model.option import (
    Ceiling,
    Count,
    Deadline,
    Goalpost,
    LeftOut,
    Option,
    Outcome,
    Requirement,
    Rung,
    Step,
    Verdict,
)
from planner.model.plan import Effort
from planner.model.target import Target
from planner.model.wish import Pace, Span
from planner.report import words
from planner.report.page import Bullets, Column, Heading, Page, Sentence, Table
from planner.report.pages import options_page, plan_page, rank_page, status_page
from planner.report.pages.plan import FIRST_STEPS
from planner.report.pages.shared import MOST_LINES
from planner.report.pages.steps import shortened, steps_table

WEEKLY = Pace(Fraction(6), "hours", "week")
BY_MILESTONE = Pace(Fraction(287), "points", "milestone")


def sentences(page: Page) -> str:
    return "\n".join(block.text for block in page if isinstance(block, Sentence))


def headings(page: Page) -> list[str]:
    return [block.text for block in page if isinstance(block, Heading)]


def tables(page: Page) -> list[Table]:
    return [block for block in page if isinstance(block, Table)]


def bullets(page: Page) -> list[str]:
    return [item for block in page if isinstance(block, Bullets) for item in block.items]


def titled(page: Page, title: str) -> Table:
    """The one table that has a column of that title."""
    (table,) = [each for each in tables(page) if title in titles(each)]
    return table


def titles(table: Table) -> list[str]:
    return [column.title for column in table.columns]


def column_of(table: Table, title: str) -> list[str]:
    place = titles(table).index(title)
    return [row[place] for row in table.rows]


def planned(*, shortfall: int = 0, steps: int = 1) -> Outcome:
    taken = [step(number, candidate(f"unit{number}")) for number in range(1, steps + 1)]
    return outcome(
        goal=target(80), options=(option("A", *taken, shortfall=shortfall), option("B", shortfall=30)), recommended="A"
    )


def everything() -> Outcome:
    """An outcome that fills every table there is."""
    taken = step(1, candidate("Shelf", seams=(REDIS,)))
    rungs = (rung(60, tests=Count(2, 3), effort=Effort(1, 2), periods=((WEEKLY, Fraction(1, 3)),)), rung(80))
    required = (Requirement("pkg", Fraction(90), counts(10, 5), 7),)
    claims = (Verdict("gain", Span(Fraction(1), Fraction(2)), "the forecast is 5", None),)
    left = (LeftOut("in larger modules", 12, 2),)
    return outcome(
        goal=target(80),
        options=(
            option("A", taken, left_out=left, requirements=required),
            option("D", requirements=required, rungs=rungs),
            option("mine", taken, verdicts=claims, requirements=required),
        ),
        recommended="A",
        ceilings=(Ceiling(90, 100), Ceiling(80, 100, ("cache or queue",))),
        stretch=Goalpost(target(90), 90, 40, option("mix", taken)),
    )


def rung(
    percent: int | str,
    *,
    tests: Count | None = None,
    effort: Effort | None = None,
    periods: tuple[tuple[Pace, Fraction], ...] = (),
    due: date | None = None,
) -> Rung:
    """A rung of today's 100 points, 50 of them covered."""
    points = ceil(Fraction(percent))
    return Rung(
        f"to {percent} %", Fraction(percent), Fraction(percent), points, points - 50, tests, effort, periods, due
    )


def test_every_row_of_every_table_has_a_cell_for_each_column() -> None:
    pages = [plan_page(everything()), plan_page(everything(), is_detailed=True), options_page(everything())]
    pages += [plan_page(planned()), status_page(outcome()), rank_page(outcome(candidates=(candidate(),)), 20)]

    for table in (each for page in pages for each in tables(page)):
        assert {len(row) for row in table.rows} == {len(table.columns)}


def test_a_plan_begins_with_the_goal_and_where_we_are() -> None:
    page = plan_page(planned())

    assert headings(page)[0] == "shop: 80 %"
    assert "Covered: 50 of 100 statements, 50.00 %; 'coverage report' shows 50 %." in sentences(page)
    assert "Target: 80 % exact of what is measured is 80 points, 30 more." in sentences(page)


def test_the_report_of_coverage_py_needs_paths_where_names_were_guessed() -> None:
    page = status_page(outcome(measured=replace(measurement(), guessed=3)))

    assert "; 'coverage report' with [paths] shows " in sentences(page)


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


# The plan and its recommendation


def test_the_recommended_option_shows_its_steps() -> None:
    page = plan_page(planned(steps=2))

    assert "Steps of A, quick wins" in headings(page)
    assert "Recommended: A, quick wins: the fewest hours that get there in 90 of 100 cases." in sentences(page)
    assert column_of(titled(page, "test of"), "test of") == ["unit1", "unit2"]


def test_with_detail_every_option_shows_its_steps() -> None:
    two = outcome(goal=target(80), options=(option("A", step()), option("mix", step())), recommended="A")

    assert [text for text in headings(plan_page(two)) if text.startswith("Steps")] == ["Steps of A, quick wins"]
    assert len([text for text in headings(plan_page(two, is_detailed=True)) if text.startswith("Steps")]) == 2


def test_units_beyond_the_first_are_counted_with_their_tests_and_what_they_gain() -> None:
    outcome_of_many = planned(steps=FIRST_STEPS + 3)

    short, detailed = plan_page(outcome_of_many), plan_page(outcome_of_many, is_detailed=True)

    assert len(titled(short, "test of").rows) == FIRST_STEPS
    assert "3 more tests, +30, with --detail." in sentences(short)
    assert len(titled(detailed, "test of").rows) == FIRST_STEPS + 3
    assert "with --detail" not in sentences(detailed)


def test_where_no_option_reaches_the_target_the_shortfall_is_said() -> None:
    assert "No option reaches the target; A, quick wins, comes nearest: it falls 1 point short." in sentences(
        plan_page(planned(shortfall=1))
    )


def test_where_no_option_is_likely_enough_the_chance_is_said() -> None:
    nearly = outcome(goal=target(80), options=(option("A", step(), probability=0.796),), recommended="A")

    assert "comes nearest: its chance is 79 %, where 80 % is asked." in sentences(plan_page(nearly))


def test_where_nothing_can_be_planned_that_is_said() -> None:
    page = plan_page(outcome(goal=target(80), options=(option("A", shortfall=30),)))

    assert "there is nothing to plan tests for" in sentences(page)


def test_a_budget_has_no_target_and_no_verdicts() -> None:
    page = plan_page(outcome(budget=16.0, options=(option("A"), option("mix", step())), recommended="mix"))

    assert headings(page)[0] == "shop: the most for 16 h"
    assert "Recommended: mix, best mix: it gains most in 16 h." in sentences(page)
    assert "Target" not in sentences(page)
    assert "reaches" not in " ".join(titles(tables(page)[0]))
    assert not {"yes, 90 %", "no", "out of reach"} & {cell for row in tables(page)[0].rows for cell in row}


def test_a_budget_is_not_proven_by_hours_that_could_be_saved() -> None:
    """For a budget the gap is of the gain: the same hours could buy that much more."""
    page = plan_page(outcome(budget=16.0, options=(option("mix", step(), bound_gap=0.05),), recommended="mix"))

    proof = "Proven: it gains at least 95.0 % of what the best set of these tests could."
    assert proof in sentences(page)
    assert "of these hours" not in sentences(page)


def test_a_target_and_a_budget_are_both_in_the_title() -> None:
    assert headings(plan_page(outcome(goal=target(75), budget=4.0)))[0] == "shop: 75 % within 4 h"
    assert headings(options_page(outcome(goal=target(75), budget=4.0)))[0] == "shop: options for 75 % within 4 h"


REQUIRED = (Requirement("pkg", Fraction(50), counts(), 60),)


@pytest.mark.parametrize(
    ("goal", "budget", "one", "proof"),
    [
        (target(75), None, option("mix", step(), bound_gap=0.05), "in less than 95.0 % of these hours."),
        (target(75), None, option("mix", step(), bound_gap=0.0), "No set of these tests does it in less."),
        (None, 4.0, option("mix", step(), bound_gap=0.05), "it gains at least 95.0 % of what"),
        (target(75), None, option("mix", step(), bound_gap=None), ""),
        (target(75), None, option("mix", step(), shortfall=5, bound_gap=0.05), ""),
        (target(75), 4.0, option("mix", step(), shortfall=5, bound_gap=0.05), ""),
        (target(75), 4.0, option("mix", step(), bound_gap=0.05), ""),
        (None, 4.0, option("mix", step(), bound_gap=0.05, requirements=REQUIRED), ""),
    ],
)
def test_a_proof_is_claimed_only_where_it_is_known_what_of(
    goal: Target | None, budget: float | None, one: Option, proof: str
) -> None:
    """With a target and a budget, the gap may be of the hours or of the gain."""
    shown = outcome(goal=goal, budget=budget, options=(one,), recommended="mix")

    text = sentences(plan_page(shown))
    assert proof in text
    assert ("of these tests" in text) == bool(proof)
    assert bool({"save at most", "below best"} & set(titles(tables(options_page(shown))[0]))) == bool(proof)


def test_a_met_target_with_a_requirement_that_is_not_met_is_not_called_unreached() -> None:
    """The target is met; what no option reaches is the requirement."""
    required = (Requirement("pkg", Fraction(95), counts(100, 77), 94),)
    one = option("A", step(), probability=0.46, requirements=required)
    page = plan_page(outcome(goal=target(50), options=(one,), recommended="A"))

    assert "met already" in sentences(page)
    assert "No option reaches the target" not in sentences(page)


def test_the_recommended_option_says_what_it_builds_and_what_it_leaves() -> None:
    left = (LeftOut("in larger modules", 1_211, 12), LeftOut("not needed for it", 40, 1))
    one = option("A", step(1, candidate(seams=(REDIS,))), step(2, candidate(seams=(REQUESTS,))), left_out=left)

    text = sentences(plan_page(outcome(goal=target(80), options=(one,), recommended="A")))

    assert "It builds fakeredis and responses first." in text
    assert "It leaves 1,211 points in larger modules (12 files) and 40 points not needed for it (1 file)." in text


@pytest.mark.parametrize(("imported", "warned"), [(10, True), (6, True), (5, False), (0, False)])
def test_a_plan_that_mostly_imports_says_that_it_tests_no_behaviour(imported: int, warned: bool) -> None:
    one = option("A", step(gain=10, imported=imported))

    page = plan_page(outcome(goal=target(80), options=(one,), recommended="A"))

    tones = [block.tone for block in page if isinstance(block, Sentence) and "test no behaviour" in block.text]
    assert tones == (["bad"] if warned else [])


def test_what_can_be_reached_at_all_is_said_with_and_without_doubles() -> None:
    ceilings = (Ceiling(90, 100), Ceiling(712, 1_000, ("cache or queue", "http client")))
    page = plan_page(replace(planned(), ceilings=ceilings))

    assert (
        "Everything coverable is 90.00 %; without building doubles for cache or queue and http client, 71.20 %."
    ) in sentences(page)


def test_a_stretch_is_said_where_one_is_asked() -> None:
    assert "Stretch: 90 % is 90 points, 40 more than today;" in sentences(plan_page(everything()))
    assert "Stretch" not in sentences(plan_page(planned()))


@pytest.mark.parametrize(
    ("left", "said", "tone"),
    [
        (
            Deadline(date(2027, 1, 31), 70, None, 1.51, is_enough=False),
            "70 days until 2027-01-31: for its 15.4 h (P80) 1.6 h a week would do.",
            "plain",
        ),
        (
            Deadline(date(2027, 1, 31), 70, 60.857, 1.51, is_enough=True),
            "70 days until 2027-01-31, 60.8 h at the given pace: enough for its 15.4 h (P80).",
            "good",
        ),
        (
            Deadline(date(2027, 1, 31), 1, 1.19, 107.1, is_enough=False),
            "1 day until 2027-01-31, 1.1 h at the given pace: not enough for its 15.4 h (P80).",
            "bad",
        ),
    ],
)
def test_whether_there_is_time_is_said_with_no_hour_too_much(left: Deadline, said: str, tone: str) -> None:
    one = replace(option("A", step(), effort=Effort(12.3, 15.31)), deadline=left)

    page = plan_page(outcome(goal=target(80), options=(one,), recommended="A"))

    assert [block.tone for block in page if isinstance(block, Sentence) and block.text == said] == [tone]


def test_without_a_day_no_time_is_spoken_of() -> None:
    assert "until" not in sentences(plan_page(planned()))


def test_when_to_measure_again_is_said_by_the_numbers_of_tests() -> None:
    taken = [step(number, candidate(f"unit{number}")) for number in range(1, 4)]
    often = replace(option("A", *taken), measure_after=(1, 2, 3, 4))

    text = sentences(plan_page(outcome(goal=target(80), options=(often,), recommended="A")))

    assert "measure and plan again after test 1, 2, 3 and so on." in text
    assert "measure and plan again" not in sentences(plan_page(planned()))


# The table of options


def test_options_stand_side_by_side_with_the_same_figures_everywhere() -> None:
    one = option("C", step(1, candidate(seams=(REDIS,)), gain=30, imported=4), probability=0.834, bound_gap=0.0)

    (row,) = tables(plan_page(outcome(goal=target(75), options=(one,))))[0].rows
    wide = titled(options_page(outcome(goal=target(75), options=(one,))), "ceiling")

    expected = ["C", "high return", "yes, 83 %", "+30", "80.00 %", "40.00 %", "4", "1", "1.0-2.0 h", "1 double"]
    assert list(row) == expected
    assert column_of(wide, "P10-P90") == ["15-60"]
    assert column_of(wide, "ceiling") == ["100.00 %"]
    assert set(expected) <= set(wide.rows[0])


def test_the_percent_of_an_option_is_never_rounded_up_to_the_target() -> None:
    near = replace(option("A", shortfall=1), points_after=7_996, points_total_after=10_000)

    table = titled(plan_page(outcome(goal=target("79.961"), options=(near,))), "after")

    assert column_of(table, "after") == ["79.96 %"]


def test_the_ladder_counts_its_rungs_and_the_mix_its_tests() -> None:
    taken = tuple(step(number, candidate(f"unit{number}")) for number in range(1, 5))
    options = (option("mix", *taken), option("D", gained=40, rungs=(rung(60), rung(70), rung(80))))
    table = titled(plan_page(outcome(goal=target(80), options=options)), "whole tree")

    assert column_of(table, "tests") == ["4", "3 rungs"]
    assert column_of(table, "gain") == ["+40", "+40"]


def test_the_proven_gap_is_of_the_hours_or_for_a_budget_of_the_gain() -> None:
    one = option("mix", step(), bound_gap=0.0689)

    by_target, by_budget = (
        tables(options_page(each))[0] for each in (outcome(goal=target(75), options=(one,)), outcome(options=(one,)))
    )

    assert column_of(by_target, "save at most") == ["6.9 %"]
    assert column_of(by_budget, "below best") == ["6.9 %"]


def test_an_option_without_gain_has_no_hours() -> None:
    table = titled(
        plan_page(outcome(goal=target(80), options=(option("A", shortfall=30), option("B", step())))), "hours"
    )

    assert column_of(table, "hours") == ["-", "1.0-2.0 h"]


def test_the_whole_tree_has_no_column_where_it_is_all_that_is_measured() -> None:
    apart = option("A", step())
    same = replace(apart, whole_tree_points_after=apart.points_after, whole_tree_total=apart.points_total_after)

    pages = [plan_page(outcome(goal=target(80), options=options)) for options in ((same,), (same, apart))]

    assert "whole tree" not in titles(tables(pages[0])[0])
    assert column_of(tables(pages[1])[0], "whole tree") == ["", "30.00 %"]


def test_an_option_of_the_users_own_stands_with_its_name_once() -> None:
    table = tables(options_page(outcome(goal=target(80), options=(option("small", step()),))))[0]

    assert [cell for cell in table.rows[0] if cell == "small"] == ["small"]


def test_the_page_of_options_has_no_steps_and_tells_what_each_is() -> None:
    left = (LeftOut("in larger modules", 1_211, 12),)
    one = option("A", step(gain=30, taken=candidate(seams=(REDIS,))), left_out=left)
    page = options_page(outcome(goal=target(80), options=(one, option("small", step(), left_out=left))))

    assert headings(page) == ["shop: options for 80 %", "What each is"]
    assert bullets(page) == [
        "A, quick wins: a story; builds fakeredis (30 points behind it); "
        "leaves 1,211 points in larger modules (12 files)",
        "small: a story; leaves 1,211 points in larger modules (12 files)",
    ]


# Steps


def steps_of(*units: tuple[str, str]) -> list[Step]:
    """One step for each path and unit, in this order."""
    seen: dict[tuple[str, str], int] = {}
    found = []
    for order, (path, unit) in enumerate(units, start=1):
        seen[path, unit] = seen.get((path, unit), 0) + 1
        found.append(replace(step(order, candidate(unit, path=path), gain=order), test=seen[path, unit]))
    return found


def test_steps_of_a_unit_are_one_row_and_units_of_a_module_stand_together() -> None:
    steps = steps_of(("b.py", "B"), ("a.py", "A"), ("b.py", "B"), ("b.py", "C"), ("b.py", "B"), ("a.py", "A"))

    table = steps_table(steps)

    assert column_of(table, "file") == ["b.py", "b.py", "a.py"]
    assert column_of(table, "test of") == ["B", "C", "A"]
    assert column_of(table, "no.") == ["1, 3, 5", "4", "2, 6"]
    assert column_of(table, "tests") == ["3", "1", "2"]
    assert column_of(table, "gain") == ["+9", "+4", "+8"]


@given(st.lists(st.tuples(st.sampled_from(["a.py", "b.py", "c.py"]), st.sampled_from(["A", "B", "f"])), max_size=40))
def test_no_test_is_lost_and_no_gain(units: Sequence[tuple[str, str]]) -> None:
    steps = steps_of(*units)

    table = steps_table(steps)

    assert sum(int(count) for count in column_of(table, "tests")) == len(steps)
    shown = sum(int(gain.removeprefix("+")) for gain in column_of(table, "gain"))
    assert shown == sum(each.marginal_gain for each in steps)
    assert len({(each.candidate.path, each.candidate.unit) for each in steps}) == len(table.rows)
    files = column_of(table, "file")
    assert list(dict.fromkeys(files)) == list(dict.fromkeys(each.candidate.path for each in steps))
    assert all(files[place] == files[place - 1] or files[place] not in files[:place] for place in range(1, len(files)))


@given(st.lists(st.sampled_from(["A", "B"]), min_size=1, max_size=8))
def test_the_numbers_of_the_tests_are_those_of_the_steps(units: list[str]) -> None:
    table = steps_table(steps_of(*(("a.py", unit) for unit in units)))

    every = line_range(1, len(units))
    expected = {
        unit: ranges_text(lines_of(place for place, each in enumerate(units, start=1) if each == unit), every)
        for unit in units
    }
    assert dict(zip(column_of(table, "test of"), column_of(table, "no."), strict=True)) == {
        unit: shortened(text, 12) for unit, text in expected.items()
    }


def test_a_hollow_unit_is_labelled_and_one_that_runs_code_is_not() -> None:
    hollow = step(1, candidate("A", body=0, imports={"pkg/mod.py": 4}), gain=4, imported=4)
    partly = step(2, candidate("B"), gain=9, imported=4)
    real = step(3, candidate("C"), gain=9)

    table = steps_table([hollow, partly, real])

    assert column_of(table, "import") == ["4 hollow", "4", ""]


def test_a_step_on_a_module_itself_is_called_its_import() -> None:
    table = steps_table([step(1, candidate(MODULE))])

    assert column_of(table, "test of") == ["its import"]


def test_the_hours_of_a_unit_are_those_of_all_its_tests() -> None:
    """P80 of two pieces of work is less than twice that of one: they do not stray together."""
    table = steps_table(steps_of(("a.py", "A"), ("a.py", "A"), ("a.py", "B")))

    assert column_of(table, "hours") == [words.hours(Effort(1, 2) + Effort(1, 2)), "1.0-2.0 h"]
    assert Effort(1, 2).p80 < (Effort(1, 2) + Effort(1, 2)).p80 < 4


def test_doubles_are_built_once_and_those_that_exist_are_named() -> None:
    have = replace(REQUESTS, needs_building=False, have="FakeHttp, tests/conftest.py:12 (fixture)")
    first = step(1, candidate("A", seams=(REDIS, CLOCK)))
    second = replace(step(2, candidate("B", seams=(REDIS, have))), new_seams=())

    table = steps_table([first, second])

    building, using = column_of(table, "double")
    assert building == "build fakeredis"
    assert using.startswith("fakeredis, ")
    assert "FakeHttp" in using


def test_what_to_assert_on_and_where_the_gaps_are_is_shown() -> None:
    table = steps_table([step(1, candidate(lines_text="3-12"))])

    assert column_of(table, "assert on") == ["its result"]
    assert column_of(table, "missing lines") == ["3-12"]


# Requirements and claims


def test_requirements_stand_with_today_and_after_each_option_but_d() -> None:
    def required(after: int) -> tuple[Requirement, ...]:
        return (Requirement("pkg/live", Fraction(95), counts(1_000, 773), after),)

    options = (
        option("A", step(), requirements=required(949)),
        option("D", requirements=required(949)),
        option("mine", step(), requirements=required(950)),
    )
    page = plan_page(outcome(goal=target(80), options=options))

    assert "Required" in headings(page)
    assert titles(titled(page, "at least")) == ["files", "at least", "today", "after A", "after mine"]
    assert titled(page, "at least").rows == [("pkg/live", "95 %", "77.30 %", "94.90 %", "95.00 %")]


def test_where_room_is_short_the_recommended_option_and_the_users_own_stay_in_the_requirements() -> None:
    required = (Requirement("pkg/live", Fraction(95), counts(), 60),)
    options = tuple(option(key, step(), requirements=required) for key in ("A", "B", "mix", "mine"))
    page = plan_page(outcome(goal=target(80), options=options, recommended="B"))

    going = sorted((each for each in titled(page, "at least").columns if each.drop), key=lambda each: each.drop)

    assert [each.title for each in going] == ["after A", "after mix", "after mine", "after B"]


def test_a_requirement_is_never_rounded_up_to_where_it_looks_met() -> None:
    required = (Requirement("pkg", Fraction("94.996"), counts(100_000, 10), 94_995),)

    page = plan_page(outcome(goal=target(80), options=(option("A", step(), requirements=required),)))

    assert column_of(titled(page, "at least"), "after A") == ["94.99 %"]


def test_claims_stand_beside_what_the_data_says() -> None:
    verdicts = (
        Verdict("gain", Span(Fraction(150), Fraction(200)), "its modules miss 182 points in all", False),
        Verdict("percent", Span(Fraction(11), Fraction("11.5")), "the claimed gain is 11.20-11.60 %", True),
        Verdict("hours", Span(Fraction(3), Fraction(3)), "the forecast is 3.1-6.0 h, uncalibrated", None),
    )
    for page in (plan_page, options_page):
        found = page(outcome(goal=target(80), options=(option("A"), option("small", step(), verdicts=verdicts))))

        assert "Claims" in headings(found)
        assert titled(found, "claimed").rows == [
            ("small", "gain", "150-200", "its modules miss 182 points in all", "no"),
            ("small", "percent", "11-11.5", "the claimed gain is 11.20-11.60 %", "yes"),
            ("small", "hours", "3", "the forecast is 3.1-6.0 h, uncalibrated", "can't tell"),
        ]


def test_without_requirements_and_claims_there_are_no_tables_of_them() -> None:
    assert not {"Required", "Claims"} & set(headings(plan_page(planned())))


# The ladder


def ladder_of(*rungs: Rung) -> Table:
    options = (option("mix", step()), replace(option("D"), rungs=rungs))
    return titled(plan_page(outcome(goal=target(80), options=options)), "fail_under")


def test_the_ladder_shows_a_gate_for_each_rung() -> None:
    table = ladder_of(
        rung(60, tests=Count(1, 2), effort=Effort(1, 2)), rung("62.5", tests=Count(3, 3), effort=Effort(2, 4))
    )

    assert [list(row) for row in table.rows] == [
        ["60.00 %", "60", "60", "+10", "1-2", "1.0-2.0 h"],
        ["62.50 %", "62.50", "63", "+13", "3", "2.0-4.0 h"],
    ]


def test_the_ladder_has_a_column_for_each_pace_and_the_day_of_the_later_one() -> None:
    paces = ((WEEKLY, Fraction(1)), (BY_MILESTONE, Fraction(8, 5)))
    table = ladder_of(rung(60, tests=Count(1, 2), effort=Effort(3, 6), periods=paces, due=date(2027, 1, 31)))

    assert titles(table)[6:] == ["6 hours/week", "287 points/milestone", "due"]
    assert list(table.rows[0][6:]) == ["1.0 week", "1.6 milestones", "2027-01-31"]


def test_a_ladder_without_a_pace_has_no_days() -> None:
    assert "due" not in titles(ladder_of(rung(60, tests=Count(1, 2), effort=Effort(1, 2))))


def test_a_rung_that_no_test_leads_to_has_no_hours_and_says_why() -> None:
    options = (replace(option("D"), rungs=(rung(60, tests=Count(1, 1), effort=Effort(1, 2)), rung(99))),)
    page = plan_page(outcome(goal=target(80), options=options))

    assert titled(page, "fail_under").rows[1][4:] == ["-", "-"]
    assert "Where there are no hours, the tests of this plan do not lead that far." in sentences(page)


def test_each_figure_of_a_rung_stands_below_its_own_pace() -> None:
    """A rung that no test leads to has periods of points alone."""
    near = rung(
        60,
        tests=Count(1, 2),
        effort=Effort(3, 6),
        periods=((WEEKLY, Fraction(1)), (BY_MILESTONE, Fraction(1, 2))),
        due=date(2027, 1, 31),
    )
    table = ladder_of(near, rung(99, periods=((BY_MILESTONE, Fraction(12)),)))

    assert column_of(table, "6 hours/week") == ["1.0 week", "-"]
    assert column_of(table, "287 points/milestone") == ["0.5 milestones", "12.0 milestones"]


@pytest.mark.parametrize("count", [Fraction(1, 1000), Fraction(1, 25)])
def test_less_than_a_tenth_of_a_period_is_not_none_at_all(count: Fraction) -> None:
    table = ladder_of(rung(60, tests=Count(1, 1), effort=Effort(0.1, 0.2), periods=((WEEKLY, count),)))

    assert not table.rows[0][6].startswith("0.0")


# Status


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
