"""What the page of a fleet says in each case: met, out of reach, for a budget, too many to show."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from factories import candidate, counts, ground
from test_fleet import SEAM, aims, fleet_of, owned, part, setting

from planner.fleet.part import Part
from planner.fleet.settings import FleetSetting, TeamSetting
from planner.model.fleet import Fleet
from planner.model.measurement import Counts, Skipped
from planner.report.pages.fleet import FIRST_ROWS, FIRST_TESTS, fleet_page
from planner.report.terminal import render_terminal


def shown(found: Fleet, *, is_detailed: bool = False) -> str:
    """The page on lines that never end, so that sentences stay whole."""
    return render_terminal(fleet_page(found, is_detailed=is_detailed), width=2_000)


def page_of(parts: Sequence[Part], asked: FleetSetting) -> str:
    return shown(fleet_of(parts, asked))


@pytest.mark.parametrize(
    ("parts", "asked", "lines"),
    [
        (
            [part("a", *aims((1, 10)), today=counts(100, 90))],
            setting("80"),
            ["all: 80 % of 1 component", "Every goal is met already: nothing has to be written.", "met already"],
        ),
        (
            [part("a", *aims((1, 20), (1, 10))), part("b", *aims((1, 15)))],
            setting(budget=2.0),
            ["all: the most of 2 components within 2 h", "Plan: 2 tests in 2 components, 2.0-"],
        ),
        (
            [part("a", *aims((1, 10)), goal="55"), part("b", *aims((1, 10)), goal="55")],
            setting(),
            ["all: 2 goals over 2 components", "it reaches 2 of 2 goals."],
        ),
        ([part("a")], setting("80"), ["No test is known that leads there.", "out of reach"]),
        (
            [part("a", *aims((1, 10)), goal="90"), part("b", *aims((2, 30)), goal="75")],
            setting(),
            ["it reaches 1 of 2 goals.", "Out of reach and left out of the plan: a."],
        ),
        (
            [part("rich", *aims((1, 15), (1, 15))), part("poor", *aims((5, 1)))],
            setting("65"),
            ["on its own: 6.0-", "; poor cannot get there. That does not reach every goal."],
        ),
        (
            [part("cheap", *aims((1, 20), (1, 20))), part("dear", *aims((5, 20), (5, 20)))],
            setting("65"),
            ["The same percent for each component on its own: 6.0-", "+40 points. Sharing out saves 4.0-"],
        ),
        (
            [part("same", *aims((1, 20)), today=counts(100, 50)), part("other", *aims((1, 20)), today=counts(100, 50))],
            setting("70"),
            ["Sharing out saves nothing."],
        ),
        (
            [part("a", candidate("w", path="pkg/m.py", body=30, hours=1, seams=(SEAM,)))],
            setting("75"),
            ["fakeredis"],
        ),
    ],
)
def test_the_page_says_it(parts: Sequence[Part], asked: FleetSetting, lines: Sequence[str]) -> None:
    text = page_of(parts, asked)

    assert [line for line in lines if line not in text] == []


def test_of_many_components_teams_goals_and_tests_the_first_are_shown_and_the_others_counted() -> None:
    parts = [
        part(f"c{n:02}", *aims((1, 10)), goal="55", teams=owned(f"t{n:02}", 0), team_counts={f"t{n:02}": Counts(9, 1)})
        for n in range(FIRST_ROWS + 3)
    ]
    found = fleet_of(parts, setting())

    text, whole = shown(found), shown(found, is_detailed=True)

    for noun, hidden in (("goal", 3), ("component", 3), ("team", 3), ("test", FIRST_ROWS + 3 - FIRST_TESTS)):
        assert f"{hidden} more {noun}s with --detail." in text
    assert "with --detail" not in whole
    assert "c27" in whole


def test_what_was_not_planned_for_and_what_to_know_is_listed_up_to_five_each() -> None:
    found = fleet_of([part("a", *aims((1, 20)))], setting("60"))
    skips = tuple(Skipped(f"s{n}", "no data") for n in range(7))
    found = replace(
        found, skipped=skips, notices=("one", "two"), details={"a": (Skipped("x.py", "no Python", 3),)}, shares=()
    )

    text = shown(found)

    assert "Not planned for: 7 of FLEET.toml's components or teams, named below." in text
    assert "and 2 more" in text
    assert "a: x.py:3: no Python" in text
    assert "one" in text


def test_what_only_fewer_tests_can_reach_is_still_planned() -> None:
    """A test whose imports add more to the total than it covers: all tests together fall short, one alone does not."""
    heavy = candidate("heavy", path="pkg/heavy.py", body=1, hours=1, imports={"pkg/heavy.py": 1})
    good = candidate("good", path="pkg/good.py", body=20, hours=1)
    start = ground(candidates=(heavy, good), today=counts(100, 50), entering={"pkg/heavy.py": 300})

    found = fleet_of([part("a", heavy, good, start=start)], setting("65"))

    assert [each.step.candidate.unit for each in found.steps] == ["good"]
    assert found.goals[0].is_reached


def test_a_team_in_part_of_a_component_and_its_hours_are_in_the_table() -> None:
    parts = [part("a", *aims((1, 10), (1, 20)), teams=owned("us", 0), team_counts={"us": Counts(20, 10)})]

    text = page_of(parts, setting(teams=[TeamSetting("us", "75")]))

    assert "team us" in text
    assert "Tests are those aimed at the team's files" in text
