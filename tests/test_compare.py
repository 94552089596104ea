"""Two plans, or two snapshots, side by side; and files that strangers or older versions wrote."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from makers import assert_answer_or_error, damaged
from snapshots import snapshot
from test_csv import rows_of
from test_escape import HOSTILE
from test_markdown import parsed
from test_schema import closed, schema_of

from planner.cli import gapplan
from planner.errors import GapplanError, InputError
from planner.history.plan_file import read_plan_file
from planner.history.store import keep_snapshot
from planner.model.compare import (
    Aim,
    Both,
    PlannedOption,
    PlannedRung,
    PlannedTarget,
    PlanPair,
    PlanSide,
    SnapshotPair,
    change,
)
from planner.model.history import Circumstances, FileShot
from planner.model.measurement import Counts
from planner.model.option import Ceiling, Count
from planner.model.plan import Effort, Range
from planner.report import Format, Look, set_page
from planner.report.compare_json import render_comparison
from planner.report.csv import render_csv, table_names
from planner.report.pages.compare import comparison_page

SHOP = Path(__file__).parent.parent / "fixtures" / "shop"


def aim(unit: str, tests: int = 1, points: int = 10, path: str = "pkg/mod.py") -> Aim:
    return Aim(path, unit, tests, points, Effort(0.5, 0.8))


def planned(key: str, *aims: Aim, gain: int = 10, **more: Any) -> PlannedOption:
    tests = Count(len(aims), len(aims))
    return PlannedOption(key, f"option {key}", Range(gain, gain, gain), tests, Effort(1.0, 2.0), aims=aims, **more)


def side(name: str, *options: PlannedOption, recommended: str | None = None, **more: Any) -> PlanSide:
    return PlanSide(name, "shop", options, recommended or options[0].key, **more)


def shot(path: str, statements: int, covered: int = 0) -> FileShot:
    return FileShot(path, Counts(statements, covered))


def page_text(pair: PlanPair | SnapshotPair, format: Format = "terminal", *, is_detailed: bool = False) -> str:
    return set_page(comparison_page(pair, is_detailed=is_detailed), format, Look(width=120))


def written(pair: PlanPair | SnapshotPair) -> Any:
    document = json.loads(render_comparison(pair))
    jsonschema.validate(document, closed(schema_of("report")), format_checker=jsonschema.FormatChecker())
    return document


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(gapplan, ["-C", str(SHOP), "report", *arguments])


# What differs


def test_classes_aimed_at_are_new_gone_changed_or_the_same() -> None:
    old = side("old", planned("A", aim("Same"), aim("Gone"), aim("More", tests=1)))
    new = side("new", planned("A", aim("More", tests=3), aim("Same"), aim("New")))

    found = {each.aim.unit: each.state for each in PlanPair(old, new).aims}

    assert found == {"More": "changed", "Same": "same", "New": "new", "Gone": "gone"}


def test_a_class_of_the_same_name_in_another_file_is_another_one() -> None:
    old, new = side("old", planned("A", aim("Cart", path="a.py"))), side("new", planned("A", aim("Cart", path="b.py")))

    assert [(each.aim.path, each.state) for each in PlanPair(old, new).aims] == [("b.py", "new"), ("a.py", "gone")]


def test_steps_are_those_of_the_recommended_options_whichever_they_are() -> None:
    old = side("old", planned("A", aim("One")), planned("B", aim("Two")), recommended="A")
    new = side("new", planned("A", aim("One")), planned("B", aim("Two")), recommended="B")

    assert {each.aim.unit: each.state for each in PlanPair(old, new).aims} == {"Two": "new", "One": "gone"}


def test_options_stand_beside_each_other_by_key_and_one_may_be_missing() -> None:
    pair = PlanPair(side("old", planned("A"), planned("own")), side("new", planned("A"), planned("mix")))

    assert [(each.name, bool(each.old), bool(each.new)) for each in pair.options] == [
        ("A", True, True),
        ("own", True, False),
        ("mix", False, True),
    ]


def test_notices_that_came_and_went_are_told_and_those_that_stay_are_not() -> None:
    old = side("old", planned("A"), notices=("stays", "went"))
    new = side("new", planned("A"), notices=("stays", "came"))

    pair = PlanPair(old, new)

    assert (pair.new_notices, pair.gone_notices) == (("came",), ("went",))
    assert "stays" not in page_text(pair)


def test_files_are_ranked_by_covered_points_then_by_missing_ones() -> None:
    old = snapshot(shot("a.py", 4), shot("b.py", 9), shot("c.py", 2, 2), shot("d.py", 3, 3))
    new = snapshot(shot("a.py", 4, 3), shot("b.py", 9, 9), shot("c.py", 2, 2), shot("e.py", 3))

    found = SnapshotPair("@2", "@1", old, new).files

    assert [(each.name, change(each)[:2]) for each in found] == [
        ("b.py", (9, 0)),
        ("a.py", (3, 0)),
        ("d.py", (-3, -3)),
        ("e.py", (0, 3)),
    ]


def test_a_change_of_percent_is_exact() -> None:
    both = Both("measured", Counts(3, 1), Counts(7, 3))

    assert change(both) == (2, 4, Fraction(300, 7) - Fraction(100, 3))


# Reports of it


def full_pair() -> PlanPair:
    """Two plans in which everything differs."""
    rungs = (
        PlannedRung("to 60 %", 10, Count(1, 2), Effort(1.0, 2.0), date(2027, 1, 31)),
        PlannedRung("to 70 %", 20, None, None, None),
    )
    old = side(
        "old.json",
        planned("A", aim("One"), reaches_target=False, probability=0.79996, after=(60, 100)),
        planned("D", rungs=rungs),
        totals=Counts(100, 50),
        target=PlannedTarget(Fraction(70), "exact", "whole-tree", 70, 20),
        ceilings=(Ceiling(90, 100), Ceiling(80, 100, ("http client",))),
    )
    new = side(
        "new.json",
        planned("A", aim("One", tests=2), reaches_target=True, probability=0.9, after=(75, 110)),
        totals=Counts(110, 55),
        whole_tree=Counts(120, 55),
        target=PlannedTarget(Fraction(75)),
        budget=16.0,
        ceilings=(Ceiling(99, 110),),
        notices=("9 files are missing",),
    )
    return PlanPair(old, new)


def test_plans_side_by_side_read_so(golden: Callable[[str, str], None]) -> None:
    golden("compare-plans.txt", page_text(full_pair(), is_detailed=True))


def test_snapshots_side_by_side_read_so(golden: Callable[[str, str], None]) -> None:
    old = replace(snapshot(shot("a.py", 9, 1)), key="0123456789ab", metrics={"type_errors": 700, "tests": 10})
    new = replace(
        snapshot(shot("a.py", 9, 8), shot("b.py", 3, 3), circumstances=Circumstances(counted_by="7.6.0")),
        key="ba9876543210",
        commit="593c2dc8ad00",
        label="1.9.0",
        metrics={"type_errors": 666},
    )

    golden("compare-snapshots.txt", page_text(SnapshotPair("@2", "1.9.0", old, new)))


def test_a_chance_is_never_rounded_up() -> None:
    assert "79 %" in page_text(full_pair())
    assert written(full_pair())["options"][0]["old"]["probability"] == 0.7999


def test_the_json_of_plans_and_of_snapshots_is_valid_and_has_the_same_keys() -> None:
    plans = written(full_pair())
    snapshots = written(SnapshotPair("@2", "@1", snapshot(shot("a.py", 2, 2)), snapshot(shot("a.py", 2, 1))))

    assert (plans["kind"], snapshots["kind"]) == ("plans", "snapshots")
    assert plans.keys() == snapshots.keys()
    assert snapshots["files"][0]["covered_points_change"] == -1


@pytest.mark.parametrize("format", ["terminal", "markdown", "html"])
@pytest.mark.parametrize("name", [HOSTILE["script"], HOSTILE["ansi"], HOSTILE["link"], HOSTILE["bidi"]])
def test_no_name_of_a_stranger_comes_alive(format: Format, name: str) -> None:
    one = replace(planned("A", aim(name, path=name)), key=name, name=name)
    rung = PlannedRung(name, 1, None, None, None)
    old = side(name, one, replace(one, key="D", rungs=(rung,)), notices=(name,), ceilings=(Ceiling(1, 2, (name,)),))
    pairs: list[PlanPair | SnapshotPair] = [
        PlanPair(replace(old, project=name), side("new", planned("B"))),
        SnapshotPair(name, name, replace(snapshot(shot(name, 2)), label=name, metrics={name: 1.0}), snapshot()),
    ]

    for pair in pairs:
        text = page_text(pair, format, is_detailed=True)

        assert "\x1b" not in text
        assert "\u202e" not in text
        assert format != "html" or "<script" not in text
        if format == "markdown":
            inline = [child for token in parsed(text) for child in token.children or ()]
            assert not [child for child in inline if child.type in ("link_open", "image", "html_inline")]


def test_tables_as_csv_have_the_figures_of_the_json() -> None:
    document = render_comparison(full_pair())

    (option, ladder) = rows_of(render_csv(document, "report", "options"))
    rungs = rows_of(render_csv(document, "report", "ladder"))
    totals = rows_of(render_csv(document, "report", "totals"))

    assert (option["key"], option["old_percent_after"], option["new_probability"]) == ("A", "60.0", "0.9")
    assert (ladder["key"], ladder["new_points_gained"]) == ("D", "")
    assert [(row["label"], row["old_due"], row["new_due"]) for row in rungs] == [
        ("to 60 %", "2027-01-31", ""),
        ("to 70 %", "", ""),
    ]
    assert [row["percent_points_change"] for row in totals] == ["0.0", ""]
    assert [name for name in table_names("report") if rows_of(render_csv(document, "report", name))] == [
        "options",
        "steps",
        "ladder",
        "ceilings",
        "totals",
    ]


# Plans as files


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the shop's plans for 70 % and 75 %."""
    folder = tmp_path_factory.mktemp("plans")
    for target in ("70", "75"):
        arguments = ["-C", str(SHOP), "plan", "--target", target, "--format", "json", "-o", str(folder / target)]
        assert CliRunner().invoke(gapplan, arguments).exit_code == 0
    return folder


def test_the_figures_side_by_side_are_those_of_the_two_plans(plans: Path) -> None:
    old, new = (json.loads((plans / name).read_text("utf-8")) for name in ("70", "75"))

    found = json.loads(invoke(str(plans / "70"), str(plans / "75"), "--format", "json").stdout)

    jsonschema.validate(found, closed(schema_of("report")), format_checker=jsonschema.FormatChecker())
    for each in found["options"]:
        for name, plan in (("old", old), ("new", new)):
            option = next(one for one in plan["options"] if one["key"] == each["key"])
            assert each[name] == {key: option[key] for key in each[name]}
    for name, plan in (("old", old), ("new", new)):
        chosen = next(each for each in plan["options"] if each["key"] == plan["recommended"])
        aimed = [each[name] for each in found["steps"] if each[name]]
        assert sum(each["tests"] for each in aimed) == len(chosen["steps"])
        assert sum(each["points"] for each in aimed) == chosen["points_gained"]
        assert found[name]["target"]["points_needed"] == plan["target"]["points_needed"]
        counts = found["totals"][0][name]
        assert counts == {key: plan["measured"][key] for key in counts}


def test_a_plan_beside_itself_has_no_step_that_is_new_or_gone(plans: Path) -> None:
    found = json.loads(invoke(str(plans / "70"), str(plans / "70"), "--format", "json").stdout)

    assert {each["state"] for each in found["steps"]} == {"same"}
    assert found["new_notices"] == found["gone_notices"] == []


@pytest.mark.parametrize("format", ["terminal", "markdown", "html", "csv"])
def test_every_format_is_written_and_exits_with_0(plans: Path, format: str) -> None:
    result = invoke(str(plans / "70"), str(plans / "75"), "--format", format)

    assert result.exit_code == 0
    assert "high return" in result.stdout


def test_csv_has_the_options_of_plans_and_the_files_of_snapshots(plans: Path) -> None:
    options = invoke(str(plans / "70"), str(plans / "75"), "--format", "csv")
    files = invoke(str(SHOP / "coverage.json"), str(SHOP / ".coverage"), "--format", "csv")

    assert options.stdout.startswith("key,name,old_reaches_target,")
    assert files.stdout.startswith("path,old_statements,")


def test_two_files_need_no_store(plans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/nonexistent")
    monkeypatch.setenv("HOME", "/nonexistent")

    assert invoke(str(plans / "70"), str(plans / "75")).exit_code == 0


OLDEST = {"format": 1, "options": [{"key": "A"}]}


def read(tmp_path: Path, document: object) -> PlanSide | None:
    path = tmp_path / "plan.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return read_plan_file(path, "plan.json")


def test_a_plan_with_hardly_a_key_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, OLDEST)

    assert found is not None
    assert (found.options[0].key, found.options[0].gain, found.options[0].aims) == ("A", Range(), ())
    assert (found.totals, found.target, found.recommended) == (None, None, None)
    assert page_text(PlanPair(found, found), is_detailed=True)
    assert written(PlanPair(found, found))["options"][0]["old"]["points_after"] is None


def test_a_plan_of_this_version_less_any_one_key_is_read_or_refused_in_one_line(plans: Path, tmp_path: Path) -> None:
    """An older version may not have written it."""
    whole = json.loads((plans / "70").read_text("utf-8"))

    for key in whole:
        less = {name: value for name, value in whole.items() if name != key}
        if key in ("format", "options"):
            with pytest.raises(InputError):
                read(tmp_path, less)
        else:
            found = read(tmp_path, less)
            assert found
            assert page_text(PlanPair(found, found))
    for key in whole["options"][0]:
        options = [{name: value for name, value in each.items() if name != key} for each in whole["options"]]
        if key != "key":
            found = read(tmp_path, {**whole, "options": options})
            assert found
            assert written(PlanPair(found, found))


def test_keys_that_came_later_are_passed_over(tmp_path: Path) -> None:
    found = read(tmp_path, {**OLDEST, "moon": "full", "options": [{"key": "A", "mood": {"good": True}}]})

    assert found is not None
    assert found.options[0].key == "A"


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ({"format": 2, "options": []}, "a plan of format 2; this gapplan reads 1"),
        ({"options": []}, "a plan of format None; this gapplan reads 1"),
        ({"format": 1, "items": []}, "JSON, but no plan"),
        ({"format": 1, "options": None}, "no plan by gapplan, or a damaged one"),
        ({"format": 1, "options": [{}]}, "no plan by gapplan, or a damaged one"),
        ({**OLDEST, "measured": {"statements": 1, "covered_statements": 2}}, "more is covered than there is"),
        ({"format": 1, "options": [{"key": "A", "points_after": 3, "points_total_after": 2}]}, "covers more than"),
        ({"format": 1, "options": [{"key": "A", "points_gained": "many", "gain": {"p50": "x"}}]}, "Expected `int`"),
        ({"format": 1, "options": [{"key": "A", "gain": {"p50": -1}}]}, ">= 0"),
        ({"format": 1, "options": [{"key": "A", "gain": {"p50": 10**30}}]}, "plan.json"),
        ({"format": 1, "options": [{"key": "A", "probability": 1.5}]}, "<= 1"),
        ({"format": 1, "options": [{"key": "D", "rungs": [{"label": "x", "due": "soon"}]}]}, "date"),
        ('{"format": 1, "options": [{"key": "A"', "truncated"),
        ('{"format": 1, "options": ' + "[" * 100_000, "plan.json"),
        ('{"format": 1, "options": [{"key": "A", "probability": NaN}]}', "plan.json"),
    ],
)
def test_what_is_no_plan_is_refused_in_one_line(tmp_path: Path, document: object, line: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, document)

    assert line in str(caught.value)
    assert str(caught.value).startswith("plan.json: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("document", ['{"meta": {}, "files": {}}', "SQLite format 3\0", "<xml/>", "", "[]"])
def test_what_may_be_coverage_data_is_left_to_those_who_read_it(tmp_path: Path, document: str) -> None:
    assert read(tmp_path, document) is None


@given(st.data())
def test_a_damaged_plan_is_read_or_refused_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    original = render_plan_of(full_pair().old)
    path = tmp_path_factory.mktemp("damaged") / "plan.json"
    path.write_bytes(data.draw(damaged(original)))

    def read_and_show() -> None:
        found = read_plan_file(path, "plan.json")
        assert found is None or page_text(PlanPair(found, found), is_detailed=True)

    assert_answer_or_error(read_and_show)


def render_plan_of(plan: PlanSide) -> bytes:
    """As `gapplan plan --format json` would have written it, in short."""
    steps = [{"path": each.path, "unit": each.unit, "marginal_gain": 3} for each in plan.options[0].aims]
    rungs = [{"label": "to 60 %", "points_gained": 3, "due": "2027-01-31", "tests": {"p50": 1, "p80": 2}}]
    target = {"percent": 70, "meaning": "exact", "total": "measured", "points_needed": 70, "points_covered": 50}
    options = [{"key": "A", "probability": 0.5, "steps": steps, "rungs": rungs, "gain": {"p10": 1, "p50": 2, "p90": 3}}]
    return json.dumps({"format": 1, "options": options, "target": target, "recommended": "A"}).encode()


# Names


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str]]:
    """A store with two snapshots, 1.8.0 and 1.9.0, and two kept plans of the shop; the keys of the plans."""
    path = tmp_path_factory.mktemp("kept") / "store.sqlite"
    for label, covered in (("1.8.0", 4), ("1.9.0", 7)):
        keep_snapshot(path, replace(snapshot(shot("a.py", 9, covered)), label=label))
    keys = []
    for target in ("65", "75"):
        result = CliRunner().invoke(
            gapplan, ["-C", str(SHOP), "plan", "--target", target, "--save", "--store", str(path)]
        )
        keys.append(result.stderr.partition("as plan ")[2].split()[0])
    return str(path), keys


def test_two_kept_plans_are_named_by_their_keys(store: tuple[str, list[str]]) -> None:
    path, (old, new) = store

    found = json.loads(invoke("--store", path, old, new[:6], "--format", "json").stdout)

    assert [found[each]["name"] for each in ("old", "new")] == [f"plan {old}", f"plan {new}"]
    assert [found[each]["target"]["percent"] for each in ("old", "new")] == [65, 75]
    assert found["totals"][0]["old"] == found["totals"][0]["new"]
    assert {each["state"] for each in found["steps"]} >= {"new"}


def test_a_kept_plan_stands_beside_one_in_a_file(store: tuple[str, list[str]], plans: Path) -> None:
    path, (_, new) = store

    found = json.loads(invoke("--store", path, new, str(plans / "75"), "--format", "json").stdout)

    assert {each["state"] for each in found["steps"]} == {"same"}


def test_two_snapshots_are_named_as_why_takes_them(store: tuple[str, list[str]]) -> None:
    path, _ = store

    result = invoke("--store", path, "1.8.0", "1.9.0")

    assert result.exit_code == 0
    assert "two snapshots" in result.stdout
    assert "gapplan why 1.8.0 1.9.0 splits the change into its causes, exactly." in result.stdout


def test_a_snapshot_stands_beside_the_tree_as_it_is(store: tuple[str, list[str]]) -> None:
    path, _ = store

    assert "two snapshots" in invoke("--store", path, "1.9.0", "now").stdout


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            "1.8.0",
            "PLAN",
            "1.8.0 is a snapshot and {plan} is a plan: two plans can stand side by side, or two snapshots",
        ),
        ("PLAN", "now", "{plan} is a plan and now is a snapshot"),
        ("2.0.0", "1.9.0", "2.0.0: no data file, and none of the"),
        ("1.8.0", "pyproject.toml", "pyproject.toml: no plan by gapplan plan --format json, and measured: "),
    ],
)
def test_a_pair_that_does_not_fit_is_refused_in_one_line(
    store: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch, old: str, new: str, line: str
) -> None:
    path, (plan, _) = store
    monkeypatch.chdir(SHOP)
    names = [plan if name == "PLAN" else name for name in (old, new)]

    result = invoke("--store", path, *names)

    assert isinstance(result.exception, GapplanError)
    assert line.format(plan=plan) in str(result.exception)
    assert "\n" not in str(result.exception)


def test_a_name_without_a_store_says_that_there_is_none(tmp_path: Path) -> None:
    result = invoke("--store", str(tmp_path / "none"), "abcd", "now")

    assert "abcd: no such file, nor kept: " in str(result.exception)
