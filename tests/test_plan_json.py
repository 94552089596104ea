"""The JSON of a plan: every figure as a program reads it, and the schema that publishes it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import jsonschema
import pytest
from factories import REDIS, candidate, counts, file_coverage, measurement, option, outcome, step, target
from hypothesis import given
from hypothesis import strategies as st
from test_alternatives_page import FULL
from test_escape import TEXTS
from test_markdown import hostile
from test_schema import closed, schema_of

from planner.model.findings import Diagnosis, Finding, Mend
from planner.model.measurement import Input, Skipped
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
from planner.model.wish import Pace, Span
from planner.report import Look, render

WEEKLY = Pace(Fraction(6), "hours", "week")
BY_MILESTONE = Pace(Fraction(287, 3), "points", "milestone")

CLAIMS = (
    Verdict("gain", Span(Fraction(150), Fraction(200)), "its modules miss 182 points in all", False),
    Verdict("percent", Span(Fraction(11), Fraction("11.5")), "the claimed gain is 11.20 %", True),
    Verdict("hours", Span(Fraction(3), Fraction(3)), "the forecast is 3.0-6.0 h, uncalibrated", None),
)
IN_TIME = Deadline(date(2027, 1, 31), 70, 60.857, 1.5139, is_enough=True)
RUNGS = (
    Rung(
        label="to 62.5 %",
        percent=Fraction("62.5"),
        fail_under=Fraction("62.5"),
        points=63,
        points_gained=13,
        tests=Count(2, 3),
        effort=Effort(1.234, 2.345),
        periods=((WEEKLY, Fraction(1, 3)), (BY_MILESTONE, Fraction(2))),
        due=date(2027, 1, 31),
    ),
    Rung("to 80 %", Fraction(80), Fraction(80), 80, 30),
)


def full() -> Outcome:
    """A plan that has everything there is."""
    have = replace(REDIS, kind="sql", needs_building=False, have="a database in memory, tests/conftest.py:3")
    first = step(1, candidate("Shelf", seams=(REDIS, have), starts_module=True), gain=20, imported=4)
    hollow = step(2, candidate("Registry", body=0, imports={"pkg/mod.py": 4}), gain=4, imported=4)
    required = (Requirement("pkg/*", Fraction("87.5"), counts(80, 10), 70),)
    left = (LeftOut("in larger modules", 1_211, 12),)
    a = option("A", first, hollow, left_out=left, bound_gap=0.0123456789, requirements=required)
    mine = option("mine", first, verdicts=CLAIMS, requirements=required, probability=0.79996, bound_gap=None)
    by = replace(a, measure_after=(1,), deadline=IN_TIME)
    paceless = replace(option("D"), rungs=RUNGS, deadline=replace(IN_TIME, hours=None, is_enough=False))
    found = outcome(
        goal=target(80),
        options=(by, paceless, mine),
        recommended="A",
        ceilings=(Ceiling(90, 100), Ceiling(71, 100, ("cache or queue",))),
        stretch=Goalpost(target("90.00009"), 91, 41, option("mix", first, hollow, probability=0.66666)),
        budget=16.5,
        measured=measurement(
            (file_coverage(missing="1-5"),),
            totals=counts(),
            inputs=(Input(".coverage", "coverage data", "7.10.7", 3), Input("lcov.info", "LCOV")),
            skipped=(Skipped("a.py", "not valid Python", 3), Skipped("b.py", "gone")),
            notices=("9 files are not in the data",),
        ),
    )
    whole_file = replace(FULL.unused_api[0], unit="")
    old = Finding("stale-data", "the data is old", "so it is", (), Mend("command", "make"))
    alternatives = replace(FULL, unused_api=(*FULL.unused_api, whole_file))
    return replace(found, alternatives=alternatives, diagnosis=Diagnosis(counts(), (old,)))


def bare() -> Outcome:
    """A plan by budget alone for which there is nothing to do."""
    return outcome(budget=None, measured=measurement(totals=counts(), inputs=(Input("lcov.info", "LCOV"),)))


def by_budget() -> Outcome:
    """A plan without a target, where no pattern is suggested."""
    found = outcome(budget=16.0, options=(option("mix", step()),), recommended="mix")
    return replace(found, alternatives=replace(FULL, change=None))


def stuck() -> Outcome:
    """A plan whose stretch no test leads to."""
    return outcome(goal=target(80), options=(option("A"),), stretch=Goalpost(target(99), 99, 49, None), budget=8.0)


def read(shown: Outcome) -> Any:
    return json.loads(render(shown, "plan", "json", Look()))


def options_of(*options: Option) -> list[Any]:
    found = read(outcome(goal=target(80), options=options))["options"]
    assert isinstance(found, list)
    return found


# Keys and figures


@pytest.mark.parametrize("shown", [full(), bare(), by_budget(), stuck()])
def test_every_plan_is_valid_and_the_schema_names_every_key(shown: Outcome) -> None:
    document = read(shown)

    jsonschema.validate(document, closed(schema_of("plan")), format_checker=jsonschema.FormatChecker())
    assert next(iter(document)) == "format"


def test_the_page_of_options_has_the_same_json_as_the_plan() -> None:
    assert render(full(), "options", "json", Look()) == render(full(), "plan", "json", Look())


@given(TEXTS)
def test_names_from_outside_stay_as_they_are_and_no_byte_is_beyond_ascii(name: str) -> None:
    text = render(hostile(name), "plan", "json", Look())

    assert text.isascii()
    found = json.loads(text)
    assert found["options"][0]["key"] == found["recommended"] == found["project"] == name
    assert found["options"][0]["requirements"][0]["files"] == name


def test_a_target_is_null_for_a_plan_by_budget_alone() -> None:
    without, with_target = read(by_budget()), read(outcome(goal=target(80)))

    assert (without["target"], without["budget_hours"]) == (None, 16.0)
    assert (with_target["target"]["percent"], with_target["budget_hours"]) == (80.0, None)


def test_a_probability_is_cut_and_never_rounded_up_to_the_confidence() -> None:
    (found,) = options_of(option("A", step(), probability=0.79996))

    assert found["probability"] == 0.7999
    assert not found["reaches_target"]


@given(st.floats(0, 1))
def test_a_probability_is_at_most_what_it_is(probability: float) -> None:
    (found,) = options_of(option("A", step(), probability=probability))

    assert probability - 0.0002 <= found["probability"] <= probability
    assert found["reaches_target"] == (probability >= 0.8)


def test_an_option_has_its_figures() -> None:
    (found,) = options_of(option("A", step(gain=20, imported=4), step(2, gain=10), ceiling=95, bound_gap=0.0123456789))

    plain = {key: value for key, value in found.items() if not isinstance(value, list | dict)}
    assert plain == {
        "key": "A",
        "name": "quick wins",
        "story": "a story",
        "reaches_target": True,
        "probability": 0.9,
        "points_gained": 30,
        "points_after": 80,
        "points_total_after": 100,
        "percent_after": 80.0,
        "whole_tree_percent_after": 40.0,
        "shortfall_points": 0,
        "ceiling_points": 95,
        "ceiling_percent": 95.0,
        "is_out_of_reach": False,
        "bound_gap": 0.012346,
        "import_time_points": 4,
        "deadline": None,
    }
    assert found["gain"] == {"p10": 15, "p50": 30, "p90": 60}
    assert found["tests"] == {"p50": 2, "p80": 2}
    assert found["effort_hours"] == {"p50": 2.0, "p80": round((Effort(1, 2) + Effort(1, 2)).p80, 4)}


def test_a_percent_is_cut_and_never_rounded_up() -> None:
    near = replace(option("A", shortfall=1), points_after=7_999_999, points_total_after=10_000_000)

    assert options_of(near)[0]["percent_after"] == 79.9999


@pytest.mark.parametrize(("gap", "shown"), [(0.0123451, 0.012346), (0.012345, 0.012345), (0.0, 0.0)])
def test_a_gap_is_never_rounded_down(gap: float, shown: float) -> None:
    (found,) = options_of(option("mix", step(), bound_gap=gap))

    assert found["bound_gap"] == shown


def test_what_is_out_of_reach_is_said() -> None:
    (found,) = options_of(option("A", shortfall=9, ceiling=71, reaches_ceiling=False))

    assert (found["is_out_of_reach"], found["ceiling_points"], found["shortfall_points"]) == (True, 71, 9)


def test_doubles_and_what_is_left_out_have_their_points() -> None:
    (found,) = options_of(
        option("A", step(gain=30, taken=candidate(seams=(REDIS,))), left_out=(LeftOut("in larger modules", 1_211, 12),))
    )

    assert found["new_seams"] == [{"name": "redis", "kind": "cache or queue", "double": "fakeredis", "points": 30}]
    assert found["left_out"] == [{"reason": "in larger modules", "points": 1211, "files": 12}]


# Steps


def test_a_step_has_its_own_figures_and_those_of_its_unit() -> None:
    taken = candidate("Shelf", path="pkg/shelf.py", seams=(REDIS,), starts_module=True, missing=12, tests=3)
    (found,) = options_of(option("A", replace(step(7, taken, 9, 4), test=2)))[0]["steps"]

    because = found.pop("because")
    assert found == {
        "order": 7,
        "path": "pkg/shelf.py",
        "module": "pkg.shelf",
        "unit": "Shelf",
        "test": 2,
        "lines": "3-12",
        "missing": 12,
        "gain": {"p10": 5, "p50": 10, "p90": 10},
        "marginal_gain": 9,
        "import_time_gain": 4,
        "is_hollow": False,
        "effort_hours": {"p50": 1.0, "p80": 2.0},
        "starts_module_tests": True,
        "builds": [{"name": "redis", "kind": "cache or queue", "double": "fakeredis"}],
        "seams": [{"name": "redis", "kind": "cache or queue", "double": "fakeredis", "have": None}],
        "assert_on": ["its result"],
    }
    assert because[0] == "12 points missing"


def test_every_step_is_there_in_its_order_although_tables_group_them() -> None:
    steps = [step(number, candidate(f"unit{number % 3}")) for number in range(1, 20)]

    (found,) = options_of(option("A", *steps))

    assert [each["order"] for each in found["steps"]] == list(range(1, 20))


@pytest.mark.parametrize(
    ("one", "is_hollow"), [(step(gain=4, imported=4), True), (step(gain=5, imported=4), False), (step(gain=0), False)]
)
def test_a_step_that_only_imports_is_marked(one: Step, is_hollow: bool) -> None:
    (found,) = options_of(option("A", one))[0]["steps"]

    assert found["is_hollow"] is is_hollow
    assert any(reason.startswith("hollow") for reason in found["because"]) is is_hollow


# Requirements, claims, rungs, the stretch


@pytest.mark.parametrize(("after", "is_met"), [(70, True), (69, False)])
def test_a_requirement_is_judged_exactly(after: int, is_met: bool) -> None:
    (found,) = options_of(option("A", requirements=(Requirement("pkg/*", Fraction("87.5"), counts(80, 10), after),)))

    assert found["requirements"] == [
        {
            "files": "pkg/*",
            "percent": 87.5,
            "points": 80,
            "points_covered": 10,
            "points_after": after,
            "is_met": is_met,
        }
    ]


def test_claims_are_two_figures_each_and_what_the_data_says() -> None:
    (found,) = options_of(option("mine", verdicts=CLAIMS))

    assert [(each["of"], each["claimed"], each["holds"]) for each in found["claims"]] == [
        ("gain", [150.0, 200.0], False),
        ("percent", [11.0, 11.5], True),
        ("hours", [3.0, 3.0], None),
    ]
    assert found["claims"][0]["found"] == "its modules miss 182 points in all"


def test_a_rung_has_a_gate_what_it_takes_and_a_day() -> None:
    near, far = options_of(replace(option("D"), rungs=RUNGS))[0]["rungs"]

    assert near == {
        "label": "to 62.5 %",
        "percent": 62.5,
        "fail_under": 62.5,
        "points": 63,
        "points_gained": 13,
        "tests": {"p50": 2, "p80": 3},
        "effort_hours": {"p50": 1.234, "p80": 2.345},
        "periods": [
            {"amount": 6.0, "of": "hours", "period": "week", "count": 0.3333},
            {"amount": pytest.approx(287 / 3), "of": "points", "period": "milestone", "count": 2.0},
        ],
        "due": "2027-01-31",
    }
    assert (far["tests"], far["effort_hours"], far["periods"], far["due"]) == (None, None, [], None)


def test_a_day_has_the_hours_until_then_cut_and_those_a_week_rounded_up() -> None:
    found = [each["deadline"] for each in read(full())["options"]]

    assert found == [
        {"by": "2027-01-31", "days": 70, "hours": 60.85, "hours_a_week": 1.52, "is_enough": True},
        {"by": "2027-01-31", "days": 70, "hours": None, "hours_a_week": 1.52, "is_enough": False},
        None,
    ]


def test_what_to_do_instead_of_tests_is_a_part_of_the_plan_where_there_is_a_plan() -> None:
    found = read(full())["alternatives"]

    assert [each["unit"] for each in found["delete"]["candidates"]] == ["_old", "older", None]
    assert found["exclude"]["configuration"]["option"] == "exclude_also"
    assert read(bare())["alternatives"] is None


def test_without_a_target_no_option_is_said_to_reach_one() -> None:
    (without,), (with_target,) = (
        read(outcome(goal=goal, options=(option("mix", step(), probability=1.0),)))["options"]
        for goal in (None, target(80))
    )

    assert (without["reaches_target"], without["probability"]) == (None, None)
    assert (with_target["reaches_target"], with_target["probability"]) == (True, 1.0)


def test_a_stretch_says_how_likely_it_is_and_what_it_takes() -> None:
    found = read(full())["stretch"]

    assert found["percent"] == 90.0
    assert (found["points_needed"], found["points_more"]) == (91, 41)
    assert (found["reaches_target"], found["probability"]) == (False, 0.6666)
    assert found["tests"] == {"p50": 2, "p80": 2}


def test_a_stretch_that_no_test_leads_to_has_no_hours() -> None:
    found = read(stuck())["stretch"]

    assert (found["reaches_target"], found["probability"]) == (False, 0.0)
    assert found["tests"] is None
    assert found["effort_hours"] is None


# The schema


def nullable(schema: Any, root: Any, path: str = "") -> Iterator[str]:
    """The places where the schema allows null."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    branches = schema.get("anyOf", [schema])
    for each in branches:
        if "null" in (kinds := each.get("type", ())) and (len(branches) > 1 or kinds != "null"):
            yield path
        if each is not schema:
            yield from (place for place in nullable(each, root, path) if place != path)
    for key, value in schema.get("properties", {}).items():
        yield from nullable(value, root, f"{path}.{key}")
    if isinstance(schema.get("items"), Mapping):
        yield from nullable(schema["items"], root, f"{path}[]")


def nulls(document: Any, path: str = "") -> Iterator[tuple[str, bool]]:
    """Every place of the document, and whether null stands there."""
    yield path, document is None
    if isinstance(document, Mapping):
        for key, value in document.items():
            yield from nulls(value, f"{path}.{key}")
    elif isinstance(document, list):
        for value in document:
            yield from nulls(value, f"{path}[]")


def test_null_is_allowed_where_some_plan_has_it_and_nowhere_else() -> None:
    schema = schema_of("plan")
    with_versions = replace(full(), measurement=replace(full().measurement, counted_by="7.10.7"))

    seen = {place for shown in (with_versions, bare(), by_budget(), stuck()) for place in nulls(read(shown))}

    assert {path for path, is_null in seen if is_null} == set(nullable(schema, schema))
    assert {path for path, is_null in seen if is_null} <= {path for path, is_null in seen if not is_null}
