"""One function over many jobs: the same results in this process, over processes, and when a worker dies."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

import pytest
from processes import is_alive, until
from spread_work import AT_WORK, Task, break_at_seven, die_in_a_worker, in_words, refuse_seven, square

import planner.spread.local
from planner.errors import InputError
from planner.measure import Request
from planner.pipeline import Goal, make_plan
from planner.spread import HERE, Spread, mapped
from planner.spread.cluster import SpreadError
from planner.spread.cores import _share
from planner.spread.local import starting
from planner.spread.parts import SECONDS_OF_A_PART, Done, parts_of, results_of, run_part

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

TWO = Spread(2)
ROOT = Path(__file__).parent.parent
SHOP = ROOT / "fixtures" / "shop"
TESTS = Path(__file__).parent


@pytest.fixture
def however_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any work is worth a process."""
    monkeypatch.setattr(planner.spread, "SECONDS_WORTH_A_PROCESS", 0.0)


@pytest.fixture(params=["copies", "new interpreters"])
def workers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How workers are started: both ways, where there are both. Threads that tests have left here wait for nothing."""
    kind: str = request.param
    if kind == "copies" and sys.platform != "linux":
        pytest.skip("processes are copied on Linux alone")
    monkeypatch.setattr(planner.spread.local, "is_alone", lambda: kind == "copies")
    return kind


def each_a_part(_: Task) -> float:
    return SECONDS_OF_A_PART


def tasks(most: int, seconds: float = 0.0) -> list[Task]:
    return [Task(number, seconds) for number in range(most)]


def squares(found: Iterator[tuple[int, int]]) -> list[int]:
    return [number for number, _ in found]


@pytest.mark.usefixtures("however_little", "workers")
def test_results_come_in_the_order_of_the_jobs_also_when_the_first_takes_longest() -> None:
    jobs = [Task(0, 0.5), *tasks(40, 0.002)[1:]]

    found = mapped(square, jobs, TWO, each_a_part)

    assert squares(found) == [number**2 for number in range(40)]


@pytest.mark.usefixtures("however_little", "workers")
def test_two_processes_work_and_this_one_is_the_second() -> None:
    found = list(mapped(square, tasks(60, 0.02), TWO, each_a_part))

    workers = {process for _, process in found}
    assert len(workers) == 2
    assert os.getpid() in workers


@pytest.mark.usefixtures("however_little")
def test_one_process_is_the_default() -> None:
    found = list(mapped(square, tasks(20), HERE, each_a_part))

    assert {process for _, process in found} == {os.getpid()}


@pytest.mark.parametrize("is_copy", [True, False])
def test_work_that_is_not_worth_a_process_gets_none(monkeypatch: pytest.MonkeyPatch, *, is_copy: bool) -> None:
    monkeypatch.setattr(planner.spread, "is_alone", lambda: is_copy)
    worth = planner.spread.SECONDS_WORTH_A_COPY if is_copy else planner.spread.SECONDS_WORTH_A_PROCESS

    found = list(mapped(square, tasks(9), TWO, lambda _: 2 * worth / 10))

    assert {process for _, process in found} == {os.getpid()}


@pytest.mark.usefixtures("however_little")
def test_no_jobs_give_no_results() -> None:
    assert list(mapped(square, [], TWO, each_a_part)) == []


@pytest.mark.usefixtures("however_little", "workers")
@pytest.mark.parametrize("spread", [HERE, TWO])
def test_an_error_comes_after_the_results_before_it(spread: Spread) -> None:
    found = mapped(refuse_seven, tasks(20), spread, lambda _: SECONDS_OF_A_PART / 4)

    before = list(islice(found, 7))

    assert before == list(range(7))
    with pytest.raises(InputError, match="7 is not wanted: take another"):
        next(found)


@pytest.mark.usefixtures("however_little", "workers")
def test_while_workers_are_at_work_the_environment_is_as_it_was() -> None:
    """Two of these may overlap, and one may never be read to its end."""
    before = dict(os.environ)

    one, other = (mapped(square, tasks(20), TWO, each_a_part) for _ in range(2))
    firsts = [next(one), next(other)]

    assert [number for number, _ in firsts] == [0, 0]
    assert dict(os.environ) == before
    assert len(list(one)) == len(list(other)) == 19


@pytest.mark.usefixtures("however_little", "workers")
def test_a_fault_of_ours_keeps_its_kind_on_its_way_from_a_worker() -> None:
    with pytest.raises(ZeroDivisionError, match="seven"):
        list(mapped(break_at_seven, tasks(20), TWO, each_a_part))


@pytest.mark.usefixtures("however_little", "workers")
def test_parts_of_a_worker_that_was_killed_are_done_here() -> None:
    jobs = [Task(number, folder=str(os.getpid())) for number in range(40)]

    found = list(mapped(die_in_a_worker, jobs, Spread(3), each_a_part))

    assert found == list(range(40))


@pytest.mark.usefixtures("however_little")
@pytest.mark.parametrize("fault", [OSError(38, "Function not implemented"), ImportError("no _multiprocessing")])
def test_where_no_process_can_be_started_all_is_done_here(fault: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> None:
        raise fault

    monkeypatch.setattr(planner.spread.local, "get_context", fail)

    found = list(mapped(square, tasks(20), TWO, each_a_part))

    assert {process for _, process in found} == {os.getpid()}
    assert squares(iter(found)) == [number**2 for number in range(20)]


@pytest.mark.usefixtures("however_little")
def test_jobs_are_taken_as_they_are_needed() -> None:
    taken = count()
    endless = (Task(next(taken), 0.001) for _ in iter(int, 1))

    found = mapped(square, endless, TWO, each_a_part)
    first = next(found)
    found.close()  # type: ignore[attr-defined]

    assert first[0] == 0
    assert next(taken) < 100


@pytest.mark.usefixtures("however_little", "workers")
def test_other_processes_may_give_the_same_in_another_form() -> None:
    found = list(mapped(square, tasks(40, 0.01), TWO, each_a_part, in_words))

    here, there = ([each for each in found if isinstance(each[0], kind)] for kind in (int, str))
    assert [str(number) for number, _ in found] == [str(number**2) for number in range(40)]
    assert {process for _, process in here} == {os.getpid()}
    assert there
    assert os.getpid() not in {process for _, process in there}


@pytest.mark.parametrize("is_copy", ["True", "False"])
def test_a_worker_imports_nothing_from_the_current_directory(tmp_path: Path, is_copy: str) -> None:
    for name in ("pickle", "concurrent", "planner"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n", "utf-8")
    script = (
        f"import sys; sys.path.insert(0, {str(TESTS)!r})\n"
        "from test_spread import *\n"
        "from spread_work import where_from\n"
        "planner.spread.SECONDS_WORTH_A_PROCESS = 0\n"
        f"planner.spread.local.is_alone = lambda: {is_copy}\n"
        f"jobs = [Task(number, 0.01, {str(tmp_path)!r}) for number in range(40)]\n"
        "print(set(mapped(where_from, jobs, TWO, each_a_part)))\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}

    words = [sys.executable, "-P", "-c", script]
    ended = subprocess.run(words, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=120, check=False)

    assert (ended.stdout, ended.stderr) == ("{()}\n", "")
    assert not (tmp_path / "ran").exists()


@pytest.mark.usefixtures("however_little")
def test_a_plan_by_two_processes_is_the_plan_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner.spread.parts, "SECONDS_OF_A_PART", 0.0)

    def plan(spread: Spread) -> tuple[object, float]:
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        request = Request(SHOP, caches=tmp_path / str(spread.jobs), spread=spread)
        outcome = make_plan(request, Goal("70"), lambda paths, _: paths)
        return outcome, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before

    alone, no_seconds = plan(HERE)
    together, seconds = plan(TWO)

    assert together == alone
    assert seconds > no_seconds  # of workers of tests before that end only now, some may be in the second
    for file in (tmp_path / "1").iterdir():
        assert file.read_bytes() == (tmp_path / "2" / file.name).read_bytes()


LONG = """\
import sys
sys.path.insert(0, {tests!r})
from test_spread import *
planner.spread.SECONDS_WORTH_A_PROCESS = 0
planner.spread.local.is_alone = lambda: {is_copy}
jobs = [Task(number, 0.1, {folder!r}) for number in range(600)]
if __name__ == "__main__":
    try:
        list(mapped(square, jobs, Spread(3), each_a_part))
    except KeyboardInterrupt:
        sys.exit(130)
"""


@pytest.fixture(params=[True, False])
def long_run(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator["subprocess.Popen[str]"]:
    """A process that is at work with two workers, and would be for 20 seconds."""
    script = tmp_path / "long.py"
    script.write_text(LONG.format(tests=str(TESTS), folder=str(tmp_path), is_copy=request.param), "utf-8")
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, str(script)], env=environ, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        until(lambda: len(_at_work(tmp_path)) == 3)
        yield process
    finally:
        process.kill()
        process.communicate()


def _at_work(folder: Path) -> set[int]:
    return {int(each.name.rpartition("-")[2]) for each in folder.glob(f"{AT_WORK}-*")}


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_workers_end_when_their_parent_is_killed(long_run: "subprocess.Popen[str]", tmp_path: Path) -> None:
    workers = _at_work(tmp_path) - {long_run.pid}

    long_run.kill()

    assert len(workers) == 2
    until(lambda: not any(map(is_alive, workers)), 30)


@pytest.mark.skipif(sys.platform == "win32", reason="has no process groups")
def test_an_interrupt_ends_workers_and_says_nothing(long_run: "subprocess.Popen[str]", tmp_path: Path) -> None:
    workers = _at_work(tmp_path) - {long_run.pid}

    os.killpg(long_run.pid, signal.SIGINT)
    _, errors = long_run.communicate(timeout=60)

    assert (long_run.returncode, errors) == (130, "")
    until(lambda: not any(map(is_alive, workers)), 30)


def test_without_dask_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(SpreadError, match=r"--scheduler needs Dask: pip install 'gapplan\[dask\]'"):
        list(mapped(square, tasks(1), Spread(scheduler="tcp://127.0.0.1:1"), each_a_part))


def test_parts_are_as_long_as_they_say() -> None:
    found = list(parts_of(tasks(10), lambda task: SECONDS_OF_A_PART / 2 if task.number < 6 else SECONDS_OF_A_PART * 2))

    assert [len(part.jobs) for part in found] == [2, 2, 2, 1, 1, 1, 1]
    assert [job for part in found for job in part.jobs] == tasks(10)


def test_jobs_that_take_no_time_still_come_in_parts() -> None:
    assert [len(part.jobs) for part in parts_of(tasks(600), lambda _: 0)] == [256, 256, 88]


def test_a_part_keeps_what_was_done_before_an_error() -> None:
    done = run_part(refuse_seven, tasks(20))

    assert (done.results, str(done.error)) == (list(range(7)), "7 is not wanted: take another")


def test_results_end_with_the_first_error() -> None:
    found = results_of([Done([1, 2]), Done([3], InputError("no")), Done([4])])

    assert list(islice(found, 3)) == [1, 2, 3]
    with pytest.raises(InputError, match="no"):
        next(found)


@pytest.mark.parametrize(
    ("text", "cores"),
    [("200000 100000\n", 2), ("150000 100000\n", 2), ("50000 100000\n", 1), ("max 100000\n", 1 << 16), ("", 1 << 16)],
)
def test_a_container_may_have_fewer_cores_than_the_machine(tmp_path: Path, text: str, cores: int) -> None:
    (tmp_path / "cpu.max").write_text(text, "ascii")

    assert _share(str(tmp_path / "cpu.max")) == cores


def interrupted(seen: list[str]) -> None:
    with starting():
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)
        seen.append("started")


@pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")
def test_an_interrupt_that_comes_through_another_thread_waits_until_workers_are_started() -> None:
    """One thread blocks it only for itself, and Python's handler always runs in the main thread."""
    seen: list[str] = []
    ended = threading.Event()
    other = threading.Thread(target=ended.wait)
    other.start()

    try:
        with pytest.raises(KeyboardInterrupt):
            interrupted(seen)
    finally:
        ended.set()
        other.join()

    assert seen == ["started"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
