"""A damaged store is set aside and named, and what can be read of it is in a new one; nobody else's file is touched."""

import contextlib
import json
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from makers import make_shop, write_lines
from snapshots import shot, snapshot

from planner.cli import gapplan
from planner.errors import InputError
from planner.history.papers import keep_plan, list_plans, list_work, note_work
from planner.history.salvage import salvage
from planner.history.store import keep_snapshot, list_snapshots, make_store, read_snapshot
from planner.model.history import Snapshot
from planner.model.plan import Effort, Range
from planner.model.receipt import KeptPlan, Work
from planner.pipeline.receipt import find_plan

ROOT = Path(__file__).parent.parent
PAGE = 4096


def plan_of(project: str) -> KeptPlan:
    return KeptPlan("", "2026-11-21T12:00:00Z", project, "0", "mix", "80", 0.8, Range(1, 2, 3), 2, Effort(1, 2), ())


def filled(path: Path, count: int = 12) -> list[Snapshot]:
    """A store of some 40 pages: snapshots of different files, and a plan with an entry."""
    kept = [
        keep_snapshot(
            path, snapshot(*(shot(f"n{number} " * 400, "a", path=f"shop/{each}{number}.py") for each in "abc"))
        )
        for number in range(count)
    ]
    plan = keep_plan(path, plan_of("shop"))
    note_work(path, Work(plan.key, 1, "2026-11-21T12:00:00Z", 2.5))
    return kept


def readable(path: Path) -> list[Snapshot]:
    """The snapshots that a store gives back whole."""
    found = []
    for each in list_snapshots(path).snapshots:
        with contextlib.suppress(InputError):
            found.append(read_snapshot(path, each.key))
    return found


def asides(path: Path) -> list[str]:
    return sorted(each.name for each in path.parent.iterdir() if each.name != path.name)


def touch_all(path: Path) -> str:
    """Read everything and write once, until it works; what was said on the way."""
    said = []
    for _ in range(3):
        try:
            listed = list_snapshots(path)
            for each in listed.snapshots:
                said += _refused(path, each)
            list_plans(path, ())
            keep_snapshot(path, snapshot(shot("new", "new", path="shop/new.py")))
            return "; ".join(said)
        except InputError as error:
            said.append(str(error))
    raise AssertionError(said)


def _refused(path: Path, listed: Snapshot) -> list[str]:
    try:
        read_snapshot(path, listed.key)
    except InputError as error:
        return [str(error)]
    return []


def test_a_store_that_was_cut_short_is_set_aside_named_and_rebuilt_around(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    kept = filled(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(InputError, match=r"set aside as history\.sqlite\.damaged-1") as error:
        keep_snapshot(path, kept[0])
    again = keep_snapshot(path, kept[0])

    assert "\n" not in str(error.value)
    assert asides(path) == ["history.sqlite.damaged-1"]
    assert (tmp_path / "history.sqlite.damaged-1").read_bytes() == whole[: len(whole) // 2]
    assert again in readable(path)
    assert [each.path for each in list_snapshots(path).damaged][-1] == "history.sqlite.damaged-1"


Rows = dict[str, list[tuple[object, ...]]]


def rows_of(path: Path, wanted: Rows | None = None) -> Rows:
    """The rows that each snapshot is made of, by its key and each asked for by itself; without those that cannot be."""
    found: Rows = {}
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as store:
        numbers = wanted or {str(number): [] for (number,) in store.execute("SELECT number FROM snapshot").fetchall()}
        for number in numbers:
            with contextlib.suppress(sqlite3.DatabaseError):
                rows = store.execute("SELECT key, content FROM snapshot WHERE number = ?", (number,)).fetchall()
                parts = store.execute("SELECT path, shot FROM part WHERE snapshot = ?", (number,)).fetchall()
                for _, mark in parts:
                    rows += store.execute("SELECT key, content FROM shot WHERE key = ?", (mark,)).fetchall()
                found[number] = rows + parts
    return found


@pytest.mark.parametrize("seed", range(20))
def test_a_page_of_garbage_costs_only_what_lies_on_it(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "history.sqlite"
    filled(path)
    before = rows_of(path)
    content = bytearray(path.read_bytes())
    chance = random.Random(seed)
    page = chance.randrange(1, len(content) // PAGE)
    content[page * PAGE : (page + 1) * PAGE] = chance.randbytes(PAGE) if seed % 2 else bytes(PAGE)
    path.write_bytes(content)
    unhurt = {number for number, rows in rows_of(path, before).items() if rows == before[number]}

    touch_all(path)

    assert unhurt <= {number for number, rows in rows_of(path).items() if rows == before.get(number)}
    assert "shop/new.py" in {file.path for each in readable(path) for file in each.files}


def test_plans_and_entries_are_taken_over_too(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    filled(path)
    plans, work = list_plans(path), list_work(path)
    with contextlib.closing(sqlite3.connect(path)) as store, store:
        (root,) = store.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'shot'").fetchone()
    content = bytearray(path.read_bytes())
    content[(root - 1) * PAGE : root * PAGE] = bytes(PAGE)
    path.write_bytes(content)

    said = touch_all(path)

    assert "set aside" in said
    assert "12 snapshot(s) and 2 other paper(s)" in said
    assert (list_plans(path), list_work(path)) == (plans, work)
    assert len(list_snapshots(path).snapshots) == 13


def test_a_store_whose_first_page_is_gone_is_set_aside_among_the_users_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    path = tmp_path / "gapplan" / "history" / "shop-0.sqlite"
    filled(path, 1)
    path.write_bytes(bytes(PAGE) + path.read_bytes()[PAGE:])

    with pytest.raises(InputError, match=r"set aside as shop-0\.sqlite\.damaged-1"):
        list_snapshots(path)

    assert list_snapshots(path).snapshots == ()


def test_the_same_file_elsewhere_may_be_anybodys_and_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite"
    filled(path, 1)
    path.write_bytes(content := bytes(PAGE) + path.read_bytes()[PAGE:])

    for _ in range(2):
        with pytest.raises(InputError, match="damaged, or no store of snapshots"):
            keep_snapshot(path, snapshot(shot("a", "a")))

    assert path.read_bytes() == content
    assert asides(path) == []


def test_a_journal_that_cannot_be_taken_back_never_reaches_the_new_store(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    filled(path)
    path.write_bytes(path.read_bytes()[: 3 * PAGE])
    path.with_name("history.sqlite-journal").write_bytes(b"\xd9\xd5\x05\xf9" + bytes(600))

    touch_all(path)

    assert "shop/new.py" in {file.path for each in readable(path) for file in each.files}
    assert not path.with_name("history.sqlite-journal").exists()


def test_several_damaged_stores_lie_beside_each_other(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    for _ in range(2):
        filled(path)
        path.write_bytes(path.read_bytes()[: 4 * PAGE])
        touch_all(path)

    assert asides(path) == ["history.sqlite.damaged-1", "history.sqlite.damaged-2"]


def test_the_history_goes_on_naming_what_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    filled(path)
    path.write_bytes(path.read_bytes()[: 4 * PAGE])
    command = ["history", "--store", str(path), "--format", "json"]

    refused = CliRunner().invoke(gapplan, command)
    listed = json.loads(CliRunner().invoke(gapplan, command, catch_exceptions=False).stdout)

    assert isinstance(refused.exception, InputError)
    assert "history.sqlite.damaged-1" in json.dumps(listed)


@pytest.mark.parametrize("object_", ["VIEW", "TRIGGER"])
def test_a_store_that_could_do_something_by_itself_is_refused(tmp_path: Path, object_: str) -> None:
    path = tmp_path / "history.sqlite"
    filled(path, 1)
    made = {
        "VIEW": "CREATE VIEW more AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i FROM n",
        "TRIGGER": "CREATE TRIGGER more AFTER INSERT ON snapshot BEGIN DELETE FROM snapshot; END",
    }
    with contextlib.closing(sqlite3.connect(path)) as store, store:
        store.execute(made[object_])

    with pytest.raises(InputError, match="holds views or triggers"):
        keep_snapshot(path, snapshot(shot("a", "a")))


def test_what_is_kept_once_more_is_put_right(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    first = keep_snapshot(path, snapshot(shot("a b", "a")))
    for damage in ("UPDATE shot SET content = x'00'", "DELETE FROM part", "UPDATE snapshot SET content = x'00'"):
        with contextlib.closing(sqlite3.connect(path)) as store, store:
            store.execute(damage)

        keep_snapshot(path, snapshot(shot("a b", "a")))

        assert readable(path) == [first]


def test_a_new_snapshot_does_not_lean_on_a_file_that_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    keep_snapshot(path, snapshot(shot("a b", "a")))
    with contextlib.closing(sqlite3.connect(path)) as store, store:
        store.execute("UPDATE shot SET content = x'00'")

    second = keep_snapshot(path, snapshot(shot("a b", "a"), shot("c", "c", path="shop/stock.py")))

    assert read_snapshot(path, second.key) == second


def test_one_damaged_plan_does_not_cost_the_others(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    first, second = (keep_plan(path, plan_of(name)) for name in ("one", "two"))
    with contextlib.closing(sqlite3.connect(path)) as store, store:
        store.execute("UPDATE paper SET content = x'00' WHERE key = ?", (first.key,))

    assert find_plan(path, None) == second
    with pytest.raises(InputError, match=f"plan {first.key}: damaged"):
        find_plan(path, first.key)


WAITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from snapshots import shot, snapshot
from planner.history.store import keep_snapshot
print(keep_snapshot(Path(sys.argv[1]), snapshot(shot("w", "w"))).key)
"""


def test_a_writer_that_waited_does_not_write_into_a_store_that_was_replaced_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    make_store(path)
    make_store(tmp_path / "new.sqlite")
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as store:
        store.execute("BEGIN EXCLUSIVE")
        waiter = subprocess.Popen(
            [sys.executable, "-c", WAITER, str(path), str(ROOT / "tests")], stdout=subprocess.PIPE, text=True
        )
        with pytest.raises(subprocess.TimeoutExpired):
            waiter.wait(2)
        (tmp_path / "new.sqlite").replace(path)
        store.execute("ROLLBACK")
    said = waiter.communicate(timeout=60)[0].split()

    assert [each.key for each in list_snapshots(path).snapshots] == said


def test_several_processes_that_find_the_damage_at_once_set_it_aside_once(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    filled(path)
    path.write_bytes(path.read_bytes()[: 4 * PAGE])
    command = [sys.executable, "-c", WAITER, str(path), str(ROOT / "tests")]
    for _ in range(2):
        pipe = subprocess.PIPE
        started = [subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) for _ in range(4)]
        said = [each.communicate(timeout=120) for each in started]

    assert asides(path) == ["history.sqlite.damaged-1"]
    assert len({out for out, _ in said}) == 1
    assert readable(path)


def test_a_snapshot_says_which_files_it_leaves_out(tmp_path: Path) -> None:
    root = make_shop(tmp_path / "shop", branch=False)
    for number in range(7):
        (root / f"broken_{number}.py").write_text("def (:\n")
    rows = {f"{root}/broken_{number}.py": [1] for number in range(7)}
    write_lines(root / ".coverage.more", rows)

    found = CliRunner().invoke(gapplan, ["-C", str(root), "snapshot", "--store", str(tmp_path / "s.sqlite")])

    lines = found.stderr.splitlines()
    assert found.exit_code == 0
    assert [line for line in lines if "left out: broken_0.py: not valid Python" in line]
    assert sum("left out" in line for line in lines) == 5
    assert "gapplan: and 2 more" in lines


def test_a_store_that_is_whole_is_not_set_aside_though_a_read_failed(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    kept = filled(path, 2)

    assert salvage(path, path.stat(), make_store) is None
    assert asides(path) == []
    assert readable(path) == kept
