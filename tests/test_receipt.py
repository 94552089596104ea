"""What came of a plan: each newly covered point is put down to one task, or to none, and nothing is counted twice."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from snapshots import shot, snapshot
from test_schema import closed, schema_of

from planner.calibrate.receipts import read_receipts
from planner.cli import gapplan
from planner.errors import GapplanError, InputError
from planner.history.papers import keep_plan, list_plans, list_work, note_work
from planner.history.receipt import GAINS, compare
from planner.history.why import explain_change
from planner.model.history import Change, FileShot, Span
from planner.model.lines import lines_of
from planner.model.plan import Effort, Range
from planner.model.receipt import KeptPlan, Task, Work

SHOP = Path(__file__).parent.parent / "fixtures" / "shop"

DESK, STOCK = ("shop/desk.py", "Desk"), ("shop/stock.py", "Stock")


def _task(
    key: tuple[str, str], order: int = 1, *, points: int = 5, covers: dict[tuple[str, str], int] | None = None
) -> Task:
    return Task(*key, (order,), points, 0, Effort(1.0, 2.0), covers or {})


def _plan(*tasks: Task) -> KeptPlan:
    every = sum((task.points for task in tasks), 0)
    return KeptPlan(
        "aa", "2026-11-21T12:00:00Z", "shop", "00", "mix", "80", 0.8, Range(1, every, 99), 7, Effort(2.0, 3.0), tasks
    )


def _file(path: str, unit: str, ran: str) -> FileShot:
    """Eight statements of one method."""
    return replace(shot("a b c d e f g h", ran, path=path), spans=(Span(unit, 1, 8),))


def _change(desk: str, stock: str = "", other: str = "") -> Change:
    """What runs now of three files of which nothing ran."""
    names = {"shop/desk.py": "Desk.sell", "shop/stock.py": "Stock.take", "shop/api.py": "serve"}
    ran = dict(zip(names, (desk, stock, other), strict=True))
    old = snapshot(*(_file(path, unit, "") for path, unit in names.items()))
    new = snapshot(*(_file(path, unit, ran[path]) for path, unit in names.items()))
    return explain_change(old, new)


def test_points_in_what_a_task_is_aimed_at_are_its_own() -> None:
    receipt = compare(_plan(_task(DESK), _task(STOCK, 2)), _change("a b c"))

    desk, stock = receipt.tasks
    assert (desk.state, desk.actual, desk.own) == ("done", 3, 3)
    assert (stock.state, stock.actual) == ("open", 0)
    assert receipt.outside_points == 0


def test_points_elsewhere_go_to_the_tasks_that_were_expected_to_reach_them() -> None:
    reaches = {("shop/api.py", "serve"): 1000}
    plan = _plan(_task(DESK, covers=reaches), _task(STOCK, 2, covers={("shop/api.py", "serve"): 3000}))

    receipt = compare(plan, _change("a b", "a b", "a b c d"))

    assert [each.actual for each in receipt.tasks] == [3, 5]
    assert receipt.outside_points == 0


def test_of_a_folders_core_no_more_is_put_down_to_a_task_than_was_expected() -> None:
    receipt = compare(_plan(_task(DESK, covers={("shop/", ""): 2000})), _change("a b", "", "a b c d e"))

    assert [each.actual for each in receipt.tasks] == [4]
    assert receipt.outside_points == 3
    assert [(part.path, part.covered) for part in receipt.outside] == [("shop/api.py", 3)]


def test_a_line_that_other_tests_run_in_passing_is_no_finished_task() -> None:
    covers = {("shop/desk.py", "Desk.sell"): 6000}

    receipt = compare(_plan(_task(DESK, covers=covers)), _change("a"))

    assert receipt.tasks[0].state == "open"
    assert receipt.outside_points == 1


def test_what_somebody_entered_is_done_and_its_hours_add_up() -> None:
    plan = _plan(replace(_task(DESK), orders=(1, 3)), _task(STOCK, 2))
    work = [Work("aa", 1, "", 1.5), Work("aa", 3, "", 1.0), Work("bb", 2, "", 9.0)]

    receipt = compare(plan, _change(""), work)

    desk, stock = receipt.tasks
    assert (desk.state, desk.written, desk.hours, desk.actual) == ("done", 2, 2.5, 0)
    assert (stock.state, stock.hours) == ("open", None)


_WORDS = st.lists(st.sampled_from("abcdefgh"), max_size=8).map(" ".join)
_COVERS = st.dictionaries(
    st.sampled_from([("shop/api.py", "serve"), ("shop/", ""), ("shop/stock.py", "Stock.take")]), st.integers(1, 5000)
)


@given(desk=_WORDS, stock=_WORDS, other=_WORDS, one=_COVERS, two=_COVERS)
def test_tasks_and_outside_add_up_to_all_that_is_newly_covered(
    desk: str, stock: str, other: str, one: dict[tuple[str, str], int], two: dict[tuple[str, str], int]
) -> None:
    change = _change(desk, stock, other)

    receipt = compare(_plan(_task(DESK, covers=one), _task(STOCK, 2, covers=two)), change)

    gained = sum(part.covered for part in change.parts if part.cause in GAINS and part.covered > 0)
    assert sum(each.actual for each in receipt.tasks) + receipt.outside_points == gained
    assert receipt.outside_points >= 0


def test_a_plan_and_its_work_come_back_as_they_were_kept(tmp_path: Path) -> None:
    store = tmp_path / "history.sqlite"
    kept = keep_plan(store, _plan(_task(DESK, covers={("shop/", ""): 7})))
    note_work(store, Work(kept.key, 1, "2026-11-21T12:00:00Z", 2.5))
    note_work(store, Work(kept.key, 1, "2026-11-22T12:00:00Z", 3.0))

    assert list_plans(store) == (kept,)
    assert list_work(store) == (Work(kept.key, 1, "2026-11-22T12:00:00Z", 3.0),)


def test_no_store_has_no_plans_and_says_how_to_keep_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no store of snapshots"):
        list_plans(tmp_path / "history.sqlite")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop beside a store with a plan for 70 %."""
    shop = Path(shutil.copytree(SHOP, tmp_path_factory.mktemp("kept") / "shop"))
    saved = _run(shop, "plan", "--target", "70", "--save")
    assert saved.exit_code == 0
    assert "kept option" in saved.stderr
    return shop


@pytest.fixture
def shop(kept: Path, tmp_path: Path) -> Path:
    """The same, to be worked on."""
    shutil.copy(kept.parent / "store.sqlite", tmp_path)
    return Path(shutil.copytree(kept, tmp_path / "shop"))


def _run(shop: Path, *arguments: str) -> Any:
    store = str(shop.parent / "store.sqlite")
    return CliRunner().invoke(gapplan, ["-C", str(shop), *arguments, "--store", store], catch_exceptions=False)


def _receipt(shop: Path, *arguments: str) -> Any:
    return json.loads(_run(shop, "receipt", *arguments, "--format", "json").stdout)


def test_a_plan_is_saved_worked_on_and_compared(shop: Path) -> None:
    first, second, *_ = _receipt(shop)["tasks"]
    document = json.loads((shop / "coverage.json").read_text("utf-8"))
    aim = next(each for each in _receipt(shop)["tasks"] if each["path"] in document["files"])
    _cover(document, aim["path"])
    (shop / "better.json").write_text(json.dumps(document), "utf-8")

    entered = _run(shop, "done", str(first["tests"][0]), str(second["tests"][0]), "--hours", "3")
    found = _receipt(shop, "--data", str(shop / "better.json"))

    assert "2 tests" in entered.stderr
    jsonschema.validate(found, closed(schema_of("receipt")))
    after = {(each["path"], each["unit"]): each for each in found["tasks"]}
    assert after[aim["path"], aim["unit"]]["state"] == "done"
    assert after[aim["path"], aim["unit"]]["own_points"] > 3
    assert after[first["path"], first["unit"]]["hours_entered"] == 1.5
    assert found["predicted_points"] == sum(
        each["predicted_points"] for each in found["tasks"] if each["state"] == "done"
    )


def _cover(document: Any, path: str) -> None:
    """As if tests had run all of the file."""
    file = document["files"][path]
    gained = len(file["missing_lines"])
    file["executed_lines"] = sorted(file["executed_lines"] + file["missing_lines"])
    file["missing_lines"] = []
    for summary in (file["summary"], document["totals"]):
        summary["covered_lines"] += gained
        summary["missing_lines"] -= gained
    assert lines_of(file["executed_lines"])


def test_finished_work_with_hours_is_written_as_calibration_reads_it(shop: Path) -> None:
    first = _receipt(shop)["tasks"][0]
    _run(shop, "done", *map(str, first["tests"]), "--hours", "3")
    file = shop / "work.jsonl"

    _run(shop, "receipt", "--work", str(file))

    (work,) = read_receipts(file)
    assert (work.tests, work.hours, work.predicted_points) == (len(first["tests"]), 3, first["predicted_points"])
    assert work.plan_yield


def test_the_short_form_is_a_few_lines_for_a_pull_request(shop: Path) -> None:
    tasks = _receipt(shop)["tasks"]
    _run(shop, "done", str(tasks[0]["tests"][0]))

    page = _run(shop, "receipt", "--short").stdout

    assert f"1 of {len(tasks)} tasks" in page
    assert f"Task 1 of {len(tasks)}: +0 of {tasks[0]['predicted_points']} predicted" in page


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["done", "99"], "has no test 99; it has 1 to"),
        (["receipt", "--plan", "ffff"], "no plan of the 1 kept ones"),
        (["plan", "--target", "70", "--save", "Z"], "no option Z with steps to save"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(shop: Path, arguments: list[str], says: str) -> None:
    with pytest.raises(GapplanError, match=says):
        _run(shop, *arguments)
