"""The same work on a Dask cluster of processes of their own: equal results, also when a worker is killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pytest
from spread_work import AT_WORK, Task, refuse_seven, square

from planner.errors import InputError
from planner.spread import Spread, cluster, mapped
from planner.spread.cluster import SpreadError, run_packed
from planner.spread.parts import SECONDS_OF_A_PART
from planner.spread.stamp import own_stamp

pytest.importorskip("distributed")

ROOT = Path(__file__).parent.parent
SHOP = ROOT / "fixtures" / "shop"
TESTS = Path(__file__).parent


def each_a_part(_: Task) -> float:
    return SECONDS_OF_A_PART


@dataclass
class Dask:
    """A scheduler and its workers, each a process of its own that listens on this machine only."""

    folder: Path
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def address(self) -> str:
        return str(json.loads((self.folder / "scheduler.json").read_text("utf-8"))["address"])

    def start_scheduler(self) -> "subprocess.Popen[bytes]":
        file = self.folder / "scheduler.json"
        started = self._start("dask_scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        until(lambda: file.is_file() and bool(file.read_text("utf-8").strip()))
        return started

    def start_worker(self, path: str = f"{ROOT}{os.pathsep}{TESTS}") -> "subprocess.Popen[bytes]":
        words = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder))
        return self._start("dask_worker", self.address, *words, path=path)

    def _start(self, program: str, *words: str, path: str = "") -> "subprocess.Popen[bytes]":
        environ = {**os.environ, "PYTHONPATH": path}
        command = [sys.executable, "-P", "-m", f"distributed.cli.{program}", "--host", "127.0.0.1", *words]
        log = (self.folder / f"{program}-{len(self.processes)}.log").open("wb")
        with log:
            started = subprocess.Popen(command, cwd=self.folder, env=environ, stdout=log, stderr=log)
        self.processes.append(started)
        return started

    def end(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Dask]:
    """A cluster with a scheduler and no worker yet."""
    made = Dask(tmp_path)
    try:
        made.start_scheduler()
        yield made
    finally:
        made.end()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a cluster with two workers."""
    made = Dask(tmp_path_factory.mktemp("dask"))
    try:
        made.start_scheduler()
        made.start_worker()
        made.start_worker()
        yield made.address
    finally:
        made.end()


def until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.05)


def at_work(folder: Path) -> set[int]:
    return {int(each.name.rpartition("-")[2]) for each in folder.glob(f"{AT_WORK}-*")}


def test_both_workers_work_and_results_come_in_order(two: str, tmp_path: Path) -> None:
    jobs = [Task(number, 0.05, str(tmp_path)) for number in range(60)]

    found = [number for number, _ in mapped(square, jobs, Spread(scheduler=two), each_a_part)]

    assert found == [number**2 for number in range(60)]
    assert len(at_work(tmp_path)) == 2
    assert os.getpid() not in at_work(tmp_path)


def test_an_error_of_a_worker_comes_after_the_results_before_it(two: str) -> None:
    found = mapped(refuse_seven, map(Task, range(20)), Spread(scheduler=two), each_a_part)

    assert list(islice(found, 7)) == list(range(7))
    with pytest.raises(InputError, match="7 is not wanted"):
        next(found)


def test_a_worker_that_is_killed_costs_no_result(dask: Dask, tmp_path: Path) -> None:
    workers = [dask.start_worker(), dask.start_worker()]
    jobs = [Task(number, 0.2, str(tmp_path)) for number in range(60)]

    found = mapped(square, jobs, Spread(scheduler=dask.address), each_a_part)
    first = list(islice(found, 5))
    until(lambda: len(at_work(tmp_path)) == 2)
    workers[0].send_signal(signal.SIGKILL)
    rest = list(found)

    assert [number for number, _ in (*first, *rest)] == [number**2 for number in range(60)]
    assert {process for _, process in rest[-5:]} == {workers[1].pid}


def test_a_scheduler_that_dies_ends_it_with_one_line(dask: Dask, monkeypatch: pytest.MonkeyPatch) -> None:
    import dask as library

    dask.start_worker()
    address = dask.address
    jobs = [Task(number, 0.2) for number in range(200)]

    with library.config.set({"distributed.comm.timeouts.connect": "2s"}):
        found = mapped(square, jobs, Spread(scheduler=address), each_a_part)
        next(found)
        dask.processes[0].kill()
        with pytest.raises(SpreadError, match=f"--scheduler {address}: the scheduler is gone"):
            list(found)


def test_where_no_scheduler_answers_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "SECONDS_TO_CONNECT", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"

    with pytest.raises(SpreadError, match=f"--scheduler {address}: no scheduler answers there"):
        list(mapped(square, [Task(1)], Spread(scheduler=address), each_a_part))


def test_a_cluster_without_workers_is_not_waited_for_for_ever(dask: Dask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "SECONDS_WITHOUT_WORKERS", 1.0)
    monkeypatch.setattr(cluster, "_SECONDS_BETWEEN_LOOKS", 0.2)

    with pytest.raises(SpreadError, match="no worker for 1 s"):
        list(mapped(square, [Task(1)], Spread(scheduler=dask.address), each_a_part))


def test_a_worker_that_comes_late_is_waited_for(dask: Dask) -> None:
    found = mapped(square, [Task(3)], Spread(scheduler=dask.address), each_a_part)
    dask.start_worker()

    assert [number for number, _ in found] == [9]


def test_a_worker_with_another_gapplan_is_named(dask: Dask, tmp_path: Path) -> None:
    other = tmp_path / "other" / "planner"
    for file in (ROOT / "planner").rglob("*.py"):
        if file.parent.name in ("planner", "spread"):
            place = other / file.relative_to(ROOT / "planner")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.read_bytes())
    dask.start_worker(path=f"{other.parent}{os.pathsep}{TESTS}")

    with pytest.raises(
        SpreadError, match=r"a worker has gapplan .* \(\w{8}\), .*; here is gapplan .*: install the same"
    ):
        list(mapped(square, [Task(1)], Spread(scheduler=dask.address), each_a_part))


@pytest.mark.parametrize("address", ["", "localhost:8786", "http://host:8786", "tcp://host", "tcp://a b:1"])
def test_what_is_no_address_is_refused_before_anything_is_opened(address: str) -> None:
    with pytest.raises(SpreadError, match="no address of a scheduler; give one such as tcp://host:8786"):
        list(mapped(square, [Task(1)], Spread(scheduler=address or "-"), each_a_part))


def test_nothing_is_unpacked_under_another_stamp() -> None:
    assert run_packed("another", b"no pickle at all") == (own_stamp(), b"")


def test_without_jobs_no_connection_is_opened() -> None:
    assert list(mapped(square, [], Spread(scheduler="tcp://127.0.0.1:1"), each_a_part)) == []


def test_files_that_are_never_done_are_not_waited_for_for_ever(two: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "SECONDS_WITHOUT_NEWS", 1.0)
    monkeypatch.setattr(cluster, "_SECONDS_BETWEEN_LOOKS", 0.2)

    with pytest.raises(SpreadError, match="the next files are not done after 1 s"):
        list(mapped(square, [Task(1, 20.0)], Spread(scheduler=two), each_a_part))


Answer = tuple[bytes, bytes, int]


@pytest.fixture
def plan(tmp_path: Path) -> Callable[..., Answer]:
    """What the command says of a plan for the shop, without what it remembers."""
    words = [sys.executable, "-P", "-m", "planner", "-C", str(SHOP), "plan", "--target", "70", "--format", "json"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "GAPPLAN_CACHE_DIR": str(tmp_path / "cache")}

    def run(*more: str) -> Answer:
        ended = subprocess.run(
            [*words, "--no-cache", *more], env=environ, capture_output=True, timeout=120, check=False
        )
        return ended.stdout, ended.stderr, ended.returncode

    return run


def test_a_plan_over_the_cluster_is_equal_to_the_byte(two: str, plan: Callable[..., Answer]) -> None:
    alone = plan("--jobs", "1")

    assert plan("--scheduler", two) == alone
    assert alone[0].startswith(b"{")
    assert alone[1:] == (b"", 0)


def test_a_plan_on_a_cluster_that_is_not_there_is_refused(plan: Callable[..., Answer]) -> None:
    out, errors, code = plan("--scheduler", "tcp://127.0.0.1:1")

    assert (out, code) == (b"", 2)
    assert errors.startswith(b"gapplan: --scheduler tcp://127.0.0.1:1: no scheduler answers there")
    assert errors.count(b"\n") == 1
