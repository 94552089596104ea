"""A kept plan taken up again: what is done stays done, what is overtaken is dropped, the rest is planned anew."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from factories import measurement
from snapshots import shot, snapshot
from test_receipt import DESK, SHOP, STOCK, _change, _cover, _file, _plan, _task
from test_schema import closed, objects_of, schema_of

from planner.cli import gapplan
from planner.errors import GapplanError
from planner.history.papers import list_plans
from planner.history.receipt import compare
from planner.history.resume import RUNS, find_overtaken, resume
from planner.history.why import explain_change
from planner.model.history import Change, FileShot, Span
from planner.model.lines import lines_of
from planner.model.option import Outcome
from planner.model.receipt import Work

SPANS = {
    "shop/desk.py": (Span("Desk", 1, 8), Span("Desk.sell", 1, 8)),
    "shop/stock.py": (Span("Stock", 1, 8), Span("Stock.take", 1, 8)),
}


def _reasons(
    change: Change, places: Mapping[str, tuple[Span, ...] | None] = SPANS, work: tuple[Work, ...] = ()
) -> dict[str, str]:
    """Unit -> why it has been overtaken, of a plan for Desk and Stock."""
    receipt = compare(_plan(_task(DESK), _task(STOCK, 2)), change, work)
    return {each.task.unit: each.reason for each in find_overtaken(receipt, places)}


def _new(desk: FileShot) -> Change:
    """Nothing of desk.py ran before; it is as given now."""
    return explain_change(snapshot(_file("shop/desk.py", "Desk.sell", "")), snapshot(desk))


def test_code_that_still_has_gaps_is_still_to_be_tested() -> None:
    assert _reasons(_change("")) == {}


def test_a_file_or_a_class_that_is_gone_is_no_work_any_more() -> None:
    places = {"shop/desk.py": None, "shop/stock.py": (Span("Stocks", 1, 8),)}

    assert _reasons(_change(""), places) == {"Desk": "its file is gone", "Stock": "it is gone from its file"}


def test_a_renamed_file_is_not_gone() -> None:
    old = snapshot(_file("shop/desk.py", "Desk.sell", "a"))
    new = snapshot(replace(_file("shop/counter.py", "Desk.sell", "a"), source=old.files[0].source))
    places = {"shop/counter.py": SPANS["shop/desk.py"], "shop/stock.py": SPANS["shop/stock.py"]}
    change = explain_change(old, new)

    assert change.renamed == {"shop/counter.py": "shop/desk.py"}
    assert _reasons(change, places) == {}


def test_code_that_is_excluded_now_is_no_work_any_more() -> None:
    desk = replace(shot("a b c d e f g h x", "", path="shop/desk.py", excluded=lines_of(range(1, 9))), spans=())

    assert _reasons(_new(desk))["Desk"] == "none of it is counted any more"


def test_code_whose_gaps_were_taken_out_runs_already() -> None:
    """Its one line that is left ran before, so no test of the plan was written."""
    old = snapshot(_file("shop/desk.py", "Desk.sell", "a"))
    desk = replace(shot("a", "a", path="shop/desk.py"), spans=SPANS["shop/desk.py"])

    assert _reasons(explain_change(old, snapshot(desk)))["Desk"] == RUNS


def test_an_exit_that_was_not_taken_is_still_work() -> None:
    desk = shot("a b c d e f g h", "a b c d e f g h", path="shop/desk.py", exits={2: (2, 1)})

    assert "Desk" not in _reasons(_new(desk))


def test_where_work_is_entered_code_that_runs_without_an_entry_was_covered_by_others() -> None:
    change = _change("a b c d e f g h", "a b c d e f g h")

    assert _reasons(change) == {}, "nobody enters anything here, so what runs counts as done"
    assert _reasons(change, work=(Work("aa", 1, "2026-11-22T12:00:00Z"),)) == {"Stock": RUNS}


def test_the_module_level_is_what_lies_in_no_definition() -> None:
    plan = _plan(_task(("shop/desk.py", "<module>")))
    spans = (Span("Desk", 3, 8),)
    runs, lacks = (replace(shot("a b c d e f g h", ran, path="shop/desk.py"), spans=spans) for ran in ("a b", "a c d"))

    found = [
        find_overtaken(compare(plan, explain_change(snapshot(each), snapshot(each))), {"shop/desk.py": spans})
        for each in (runs, lacks)
    ]

    assert [[each.reason for each in overtaken] for overtaken in found] == [[RUNS], []]


def test_tasks_are_kept_gone_on_with_new_or_dropped_and_each_once() -> None:
    rest, other = ("shop/api.py", "serve"), ("shop/new.py", "brew")
    receipt = compare(_plan(_task(DESK), _task(STOCK, 2), _task(rest, 3)), _change("a b c"))
    places = {**SPANS, "shop/api.py": (Span("serve", 1, 8),)}

    found = resume(
        receipt, places, Outcome("shop", measurement()), None, [_task(DESK), _task(STOCK, 2), _task(other, 3)]
    )

    names = {
        kind: [task.unit for task in getattr(found, kind)] for kind in ("stays", "more", "new", "dropped", "overtaken")
    }
    assert names == {"stays": ["Stock"], "more": ["Desk"], "new": ["brew"], "dropped": ["serve"], "overtaken": []}
    assert [each.task.unit for each in found.done] == ["Desk"]
    assert (found.predicted, found.actual) == (5, 3)


# The command

MINE = ["--option", "mine=src/shop/orders/service.py,src/shop/api/app.py,src/shop/cli/main.py"]
"""Three files that take more than there is in them: every test of them that gains anything is planned."""


def _run(shop: Path, *arguments: str) -> Any:
    store = ["--store", str(shop.parent / "store.sqlite")]
    return CliRunner().invoke(gapplan, ["-C", str(shop), *arguments, *store], catch_exceptions=False)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan for three files was kept; then all of one was covered, and another went."""
    shop = Path(shutil.copytree(SHOP, tmp_path_factory.mktemp("worked") / "shop"))
    assert "kept option mine" in _run(shop, "plan", "--target", "75", *MINE, "--save", "mine").stderr
    document = json.loads((shop / "coverage.json").read_text("utf-8"))
    _cover(document, "src/shop/orders/service.py")
    (shop / "src/shop/api/app.py").unlink()
    (shop / "better.json").write_text(json.dumps(document), "utf-8")
    return shop


@pytest.fixture(scope="module")
def key(worked: Path) -> str:
    """The plan's, however many are kept later."""
    return list_plans(worked.parent / "store.sqlite")[0].key


def _resume(shop: Path, key: str, *arguments: str) -> Any:
    return _run(shop, "plan", "--resume", key, *MINE, "--data", str(shop / "better.json"), *arguments)


def test_a_resumed_plan_leads_on_to_the_same_target_by_the_same_option(worked: Path, key: str) -> None:
    found = json.loads(_resume(worked, key, "--format", "json").stdout)

    jsonschema.validate(found, closed(schema_of("resume")))
    assert [each["unit"] for each in found["done"]] == ["OrderService"]
    assert {(each["path"], each["reason"]) for each in found["overtaken"]} == {
        ("src/shop/api/app.py", "its file is gone")
    }
    gone = {(each["path"], each["unit"]) for each in found["overtaken"]}
    assert {each["path"] for each in found["stays"]} == {"src/shop/cli/main.py"}
    planned = {(each["path"], each["unit"]) for each in found["steps"]}
    kinds = [{(each["path"], each["unit"]) for each in found[kind]} for kind in ("stays", "goes_on", "new")]
    assert planned == set().union(*kinds)
    assert sum(map(len, kinds)) == len(planned)
    assert not planned & gone
    assert found["need_points"] < found["need_points_then"]
    assert sum(each["gain"] for each in found["steps"]) == found["gain"]["p50"]


def test_what_changed_and_why_is_said_in_a_few_sentences(worked: Path, key: str) -> None:
    page = " ".join(_resume(worked, key).stdout.split())

    assert "Done: 1 of" in page
    assert "Overtaken: 1 task" in page
    assert "src/shop/api/app.py Application: its file is gone" in page
    assert "75 % takes" in page
    assert "Stays: " in page
    assert "(open then and now): src/shop/cli/main.py" in page
    assert "What is left:" in page


def test_the_rest_can_be_kept_as_a_plan_of_its_own_which_is_the_last_one_then(worked: Path, key: str) -> None:
    kept = _resume(worked, key, "--save")

    last = json.loads(_resume(worked, "", "--format", "json").stdout)

    assert "kept option" in kept.stderr
    assert last["plan"]["key"] == list_plans(worked.parent / "store.sqlite")[-1].key != key
    assert (last["done"], last["overtaken"], last["new"], last["dropped"]) == ([], [], [], [])
    assert {each["unit"] for each in last["stays"]} == {each["unit"] for each in last["steps"]} != set()


def test_a_target_that_is_met_leaves_nothing_to_do(worked: Path, key: str) -> None:
    document = json.loads((worked / "better.json").read_text("utf-8"))
    for path, file in document["files"].items():
        if file["executed_lines"]:
            _cover(document, path)
    (worked / "best.json").write_text(json.dumps(document), "utf-8")
    asked = ["plan", "--resume", key, *MINE, "--data", str(worked / "best.json")]

    page, found = _run(worked, *asked), json.loads(_run(worked, *asked, "--format", "json").stdout)

    assert page.exit_code == 0
    assert "75 % is met: nothing is left to do." in page.stdout
    jsonschema.validate(found, closed(schema_of("resume")))
    assert (found["is_met"], found["steps"]) == (True, [])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--target", "80"], "the kept plan's own target"),
        (["--save", "B"], "by the kept plan's own option"),
    ],
)
def test_another_target_or_option_is_another_plan(worked: Path, key: str, arguments: list[str], says: str) -> None:
    with pytest.raises(GapplanError, match=says):
        _resume(worked, key, *arguments)


def test_a_plan_that_is_not_there_or_whose_option_is_gone_is_one_clear_line(shop: Path) -> None:
    own = ["--option", "api=src/shop/api"]
    assert _run(shop, "plan", "--target", "65", *own, "--save", "api").exit_code == 0

    with pytest.raises(GapplanError, match="no plan of the 1 kept ones"):
        _run(shop, "plan", "--resume", "ffffffff")
    with pytest.raises(GapplanError, match="of option api, which is not there now"):
        _run(shop, "plan", "--resume")


def test_a_plan_for_a_budget_asks_for_the_hours_that_are_left(shop: Path) -> None:
    _run(shop, "plan", "--budget", "3h", "--save")

    with pytest.raises(GapplanError, match="give the hours that are left with --budget"):
        _run(shop, "plan", "--resume")
    assert "the most for 2 h" in " ".join(_run(shop, "plan", "--resume", "--budget", "2h").stdout.split())


def test_the_schema_describes_every_key() -> None:
    schema = schema_of("resume")

    assert all(set(each["required"]) == set(each["properties"]) for each in objects_of(schema))
    assert [name for name, each in schema["properties"].items() if len(each.get("description", "")) < 8] == []
