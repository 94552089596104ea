"""Something made in a copy of the process: the same as here, with what the copy read, and here where there is none."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from processes import is_alive, until

import planner.spread
from planner.measure import Request
from planner.pipeline import Goal, make_plan
from planner.spread import HERE, Spread, beside
from planner.spread.cores import is_alone

TWO = Spread(2)
ROOT = Path(__file__).parent.parent
SHOP = ROOT / "fixtures" / "shop"

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

needs_copies = pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux alone")


@pytest.fixture
def can_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that earlier tests have left here wait for nothing."""
    monkeypatch.setattr(planner.spread, "is_alone", lambda: True)


def made_in(make: Callable[[], object], spread: Spread = TWO, seconds: float = 1.0) -> object:
    with beside(make, spread, seconds) as found:
        return found()


@needs_copies
@pytest.mark.usefixtures("can_copy")
def test_a_copy_has_what_this_process_has() -> None:
    known = {"answer": 42}

    found = made_in(lambda: (known["answer"], os.getpid()))

    assert isinstance(found, tuple)
    assert found[0] == 42
    assert found[1] != os.getpid()


@needs_copies
@pytest.mark.usefixtures("can_copy")
def test_what_is_made_comes_as_often_as_it_is_asked_for() -> None:
    with beside(os.getpid, TWO, 1.0) as found:
        assert found() == found() != os.getpid()


@pytest.mark.parametrize(
    ("spread", "seconds"), [(HERE, 1.0), (Spread(2, "tcp://127.0.0.1:1"), 1.0), (TWO, 0.01)], ids=str
)
def test_without_a_second_process_and_for_little_work_nothing_is_made(spread: Spread, seconds: float) -> None:
    assert made_in(os.getpid, spread, seconds) is None


def test_a_process_with_threads_is_not_copied() -> None:
    ended = threading.Event()
    other = threading.Thread(target=ended.wait)
    other.start()
    try:
        assert not is_alone()
        assert made_in(os.getpid) is None
    finally:
        ended.set()
        other.join()


@needs_copies
def test_threads_that_python_knows_nothing_of_count_too() -> None:
    script = (
        "from planner.spread.cores import is_alone; before = is_alone()\n"
        "import _thread, time; _thread.start_new_thread(time.sleep, (20,))\n"
        "import threading; print(before, threading.active_count(), is_alone())"
    )
    words = [sys.executable, "-P", "-c", script]

    done = subprocess.run(
        words, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["True", "1", "False"]


def fail() -> None:
    raise ZeroDivisionError("seven")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@needs_copies
@pytest.mark.usefixtures("can_copy")
@pytest.mark.parametrize("make", [fail, die, lambda: lambda: 0], ids=["fails", "dies", "cannot be sent"])
def test_a_copy_without_a_result_says_nothing(make: Callable[[], object], capfd: pytest.CaptureFixture[str]) -> None:
    assert made_in(make) is None
    assert capfd.readouterr() == ("", "")


@needs_copies
@pytest.mark.usefixtures("can_copy")
def test_a_copy_says_nothing_of_its_own(capfd: pytest.CaptureFixture[str]) -> None:
    def speak() -> int:
        print("out")
        print("err", file=sys.stderr)
        return 1

    assert made_in(speak) == 1
    assert capfd.readouterr() == ("", "")


@needs_copies
@pytest.mark.usefixtures("can_copy")
def test_a_copy_that_nobody_asks_ends_with_the_block() -> None:
    start = time.monotonic()

    with beside(lambda: time.sleep(60), TWO, 1.0):
        pass

    assert time.monotonic() - start < 30


@needs_copies
def test_who_listens_to_what_is_read_hears_it_of_a_copy(tmp_path: Path) -> None:
    (tmp_path / "read").touch()
    script = (
        "import sys, os; from planner.spread import Spread, beside\n"
        "heard = []\n"
        "sys.addaudithook(lambda event, args: heard.append(args[0]) if event in ('open', 'os.listdir') else None)\n"
        "with beside(lambda: open('read').read() + os.listdir('.')[0], Spread(2), 1.0) as found:\n"
        "    before = 'read' in heard\n"
        "    print(found(), before, 'read' in heard, '.' in heard)\n"
    )
    words = [sys.executable, "-P", "-c", script]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}

    done = subprocess.run(words, cwd=tmp_path, env=environ, capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["read", "False", "True", "True"]


# A plan with copies

COMMAND = """\
import sys
import planner.spread
planner.spread.SECONDS_WORTH_A_COPY = 0.0
forks = []
sys.addaudithook(lambda event, _: forks.append(1) if event == "os.fork" else None)
from planner.__main__ import main
try:
    main()
finally:
    print(len(forks), file=sys.stderr)
"""


def of_project(marks: dict[str, object]) -> dict[str, object]:
    """Without modules of gapplan itself, of which some make copies."""
    return {path: mark for path, mark in marks.items() if not path.startswith(str(ROOT / "planner"))}


def plan(folder: Path, jobs: int) -> tuple[str, int, dict[str, dict[str, object]]]:
    """The plan, how many copies were made for it, and what its kept answer goes by."""
    words = [sys.executable, "-P", "-c", COMMAND, "plan", "-C", str(SHOP), "--target", "70", "--jobs", str(jobs)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE", "GAPPLAN"))}
    environ = {**clean, "PYTHONPATH": str(ROOT), "HOME": str(folder), "GAPPLAN_CACHE_DIR": str(folder / str(jobs))}
    (folder / str(jobs)).mkdir()
    done = subprocess.run(words, env=environ, capture_output=True, text=True, timeout=120, check=False)
    answers = list((folder / str(jobs)).rglob("answers/*"))
    kept = json.loads(answers[0].read_bytes().partition(b"\n")[2]) if answers else {}
    return done.stdout, int(done.stderr), kept


@needs_copies
def test_a_plan_made_with_copies_is_the_plan_of_one_process_and_its_answer_goes_by_the_same_files(
    tmp_path: Path,
) -> None:
    alone, no_copies, by_one = plan(tmp_path, 1)
    together, copies, by_two = plan(tmp_path, 2)

    assert together == alone
    assert (no_copies, copies) == (0, 3)  # that read files, look for what needs no forecast, and choose A and C
    assert of_project(by_one["files"])
    assert of_project(by_two["files"]) == of_project(by_one["files"])
    assert by_two["folders"] == by_one["folders"]


@needs_copies
@pytest.mark.usefixtures("can_copy")
def test_a_plan_whose_copies_fail_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def outcome(spread: Spread) -> object:
        return make_plan(Request(SHOP, spread=spread), Goal("70"), lambda paths, _: paths)

    alone = outcome(HERE)
    monkeypatch.setattr(planner.spread, "SECONDS_WORTH_A_COPY", 0.0)
    monkeypatch.setattr("planner.spread.copies.begin_worker", fail)

    assert outcome(TWO) == alone


LONG = """\
import os, pathlib, sys, time
from planner.spread import Spread, beside
def wait():
    pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
    time.sleep(60)
try:
    with beside(wait, Spread(2), 1.0) as found:
        found()
except KeyboardInterrupt:
    sys.exit(130)
"""


@needs_copies
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_a_copy_ends_with_its_process_and_says_nothing(tmp_path: Path, end: signal.Signals) -> None:
    note = tmp_path / "copy"
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", LONG, str(note)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until(lambda: note.is_file() and bool(note.read_text()))
    copy = int(note.read_text())

    if end == signal.SIGINT:
        os.killpg(process.pid, end)
    else:
        process.send_signal(end)
    _, errors = process.communicate(timeout=60)

    assert (process.returncode, errors) == (130 if end == signal.SIGINT else -end, "")
    until(lambda: not is_alive(copy))
