"""Parts over a Dask cluster that is there already: the only room that opens a connection, and only when it is asked to.

Jobs carry all that they need, so no file system is shared. Workers must have the same gapplan, Python and coverage.py
as this process: a part begins with a stamp of them, and nothing is unpacked under another one. A worker that is killed
costs time: Dask gives its parts to others. Where the cluster itself cannot go on, the plan ends with one line. It is
not made here instead: who names a cluster has more work than one machine, or keeps it off that machine.
"""

import logging
import pickle
import re
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from planner.errors import GapplanError
from planner.spread.parts import Done, Part, run_part
from planner.spread.stamp import own_stamp

if TYPE_CHECKING:
    from distributed import Client, Future

    Packed: TypeAlias = Future[tuple[str, bytes]]

Job = TypeVar("Job")
Result = TypeVar("Result")

_ADDRESS = re.compile(r"(tcp|tls)://[^\s/]+:\d{1,5}")

SECONDS_TO_CONNECT = 10.0
SECONDS_WITHOUT_WORKERS = 60.0
"""Clusters that grow with their work have none at first."""

SECONDS_WITHOUT_NEWS = 600.0
"""A part is there in a second or two. The threads of a worker cannot be stopped by a signal, so that a pattern of a
configuration that backtracks, which elsewhere ends after five seconds, would never end there."""

_SECONDS_BETWEEN_LOOKS = 5.0
_AHEAD = 3
"""Parts in flight for each thread of the cluster: one that is done, one to come, one on its way."""

_LEAST_AHEAD = 8


class SpreadError(GapplanError):
    """The cluster cannot be reached, cannot go on, or is not of the same making."""


def over_cluster(function: Callable[[Job], Result], parts: Iterator[Part[Job]], address: str) -> Iterator[Done[Result]]:
    """What comes of each part, in order. Raises SpreadError, one line that names the address."""
    if not _ADDRESS.fullmatch(address):
        raise SpreadError(f"--scheduler {address}: no address of a scheduler; give one such as tcp://host:8786")
    first = next(parts, None)
    if first is None:
        return
    with _client(address) as client:
        cluster = _Cluster(client, address)
        waiting = deque([cluster.send(function, first)])
        for part in parts:
            waiting.append(cluster.send(function, part))
            while waiting and (waiting[0].done() or len(waiting) >= cluster.room()):
                yield cluster.wait(waiting.popleft())
        while waiting:
            yield cluster.wait(waiting.popleft())


@contextmanager
def _client(address: str) -> "Iterator[Client]":
    try:
        from distributed import Client
    except ImportError as error:
        raise SpreadError("--scheduler needs Dask: pip install 'gapplan[dask]'") from error
    for name in ("distributed", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # what there is to say is said once, by us
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of versions that differ: the stamp tells of those that matter
            client = Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError, RuntimeError) as error:
        raise SpreadError(f"--scheduler {address}: no scheduler answers there ({_first_line(error)})") from error
    try:
        yield client
    finally:
        client.close(timeout=2)


@dataclass(slots=True)
class _Cluster:
    """The cluster as it is at the moment: it may grow, and lose workers, while it works."""

    client: "Client"
    address: str
    looked: float = 0.0
    threads: int = 0
    manned: float = field(default_factory=time.monotonic)

    def send(self, function: Callable[[Job], Result], part: Part[Job]) -> "Packed":
        return self.client.submit(run_packed, own_stamp(), pickle.dumps((function, part.jobs)), pure=False)

    def room(self) -> int:
        """How many parts may be in flight."""
        self._look()
        return max(_LEAST_AHEAD, _AHEAD * self.threads)

    def wait(self, future: "Packed") -> Done[Result]:
        """What came of a part, however long it takes, as long as there are workers."""
        from distributed import KilledWorker

        try:
            stamp, packed = self._result(future)
        except KilledWorker as error:
            raise self._error("workers died of the same files, again and again") from error
        except (CancelledError, OSError) as error:
            raise self._error(f"the scheduler is gone ({_first_line(error)})") from error
        except (ImportError, AttributeError) as error:
            raise self._error(f"a worker lacks this gapplan ({_first_line(error)})") from error
        if stamp != own_stamp():
            raise self._error(f"a worker has {stamp}; here is {own_stamp()}: install the same there")
        done: Done[Result] = pickle.loads(packed)
        return done

    def _result(self, future: "Packed") -> tuple[str, bytes]:
        began = time.monotonic()
        while True:
            try:
                return future.result(timeout=_SECONDS_BETWEEN_LOOKS)
            except TimeoutError:
                self._look()
                if time.monotonic() - began > SECONDS_WITHOUT_NEWS:
                    raise self._error(f"the next files are not done after {SECONDS_WITHOUT_NEWS:.0f} s") from None
                if time.monotonic() - self.manned > SECONDS_WITHOUT_WORKERS:
                    raise self._error(f"no worker for {SECONDS_WITHOUT_WORKERS:.0f} s") from None

    def _look(self) -> None:
        """Count the workers' threads, unless that was done just now."""
        now = time.monotonic()
        if self.looked and now - self.looked < _SECONDS_BETWEEN_LOOKS:
            return
        try:
            self.threads = sum(self.client.nthreads().values())
        except (CancelledError, OSError) as error:
            raise self._error(f"the scheduler is gone ({_first_line(error)})") from error
        self.looked = now
        if self.threads:
            self.manned = now

    def _error(self, reason: str) -> SpreadError:
        return SpreadError(f"--scheduler {self.address}: {reason}")


def run_packed(stamp: str, packed: bytes) -> tuple[str, bytes]:
    """On a worker: its own stamp, and where it is the same one, what came of the part; both sides of it packed."""
    if own_stamp() != stamp:
        return own_stamp(), b""
    function, jobs = pickle.loads(packed)
    return stamp, pickle.dumps(run_part(function, jobs))


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
