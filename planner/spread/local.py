"""Parts over processes of this machine: copies of this one where it may be copied, else new interpreters."""

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process, resource_tracker
from typing import Generic, TypeVar

from planner.spread.cores import is_alone
from planner.spread.parts import Done, Part, run_part

Job = TypeVar("Job")
Result = TypeVar("Result")

_AHEAD = 2
"""Parts that a worker has before it, so that it need not wait while this process does one of its own."""

_MOST_WAITING = 50
"""Parts for each process that are kept while an earlier one is not done."""

_SAFE_PATH = "PYTHONSAFEPATH"


@dataclass(frozen=True, slots=True)
class _Sent(Generic[Job, Result]):
    """A part that a worker has, and what will come of it."""

    part: Part[Job]
    future: "Future[Done[Result]]"


@dataclass(frozen=True, slots=True)
class _Workers:
    """Processes, and how they are started; None for none."""

    pool: ProcessPoolExecutor | None
    method: str

    def send(self, function: Callable[[Job], Result], part: Part[Job]) -> _Sent[Job, Result] | None:
        """The part on its way; None where no worker can have it."""
        try:
            with starting(self.method):
                return _Sent(part, self.pool.submit(run_part, function, part.jobs)) if self.pool else None
        except (BrokenProcessPool, OSError):
            return None


def over_processes(
    function: Callable[[Job], Result],
    parts: Iterator[Part[Job]],
    processes: int,
    apart: Callable[[Job], Result] | None = None,
) -> Iterator[Done[Result]]:
    """What comes of each part, in order. `processes` counts this one: it works as well, so none is idle.

    Workers do `apart` where that is given. A part whose worker died (killed, or out of memory) is done here, and so are
    those after it; and all of them where no process can be started.
    """
    most = processes - 1
    with ExitStack() as stack:
        workers = _opened(stack, most)
        waiting: deque[_Sent[Job, Result] | Done[Result]] = deque()
        for part in parts:
            is_full = sum(isinstance(each, _Sent) and not each.future.done() for each in waiting) >= _AHEAD * most
            sent = None if is_full else workers.send(apart or function, part)
            waiting.append(sent or run_part(function, part.jobs))
            while waiting and (_is_done(waiting[0]) or len(waiting) > _MOST_WAITING * processes):
                yield _wait(waiting.popleft(), function)
        while waiting:
            yield _wait(waiting.popleft(), function)


def _opened(stack: ExitStack, workers: int) -> _Workers:
    """None to send to where there is nothing to make them from: some containers have no shared memory."""
    method = "fork" if is_alone() else "spawn"
    try:
        return _Workers(stack.enter_context(pool_of(workers, method)), method)
    except (OSError, ImportError, NotImplementedError):
        return _Workers(None, method)


def _is_done(each: _Sent[Job, Result] | Done[Result]) -> bool:
    return isinstance(each, Done) or each.future.done()


def _wait(each: _Sent[Job, Result] | Done[Result], function: Callable[[Job], Result]) -> Done[Result]:
    if isinstance(each, Done):
        return each
    try:
        return each.future.result()
    except BrokenProcessPool:
        return run_part(function, each.part.jobs)


@contextmanager
def pool_of(workers: int, method: str = "spawn") -> Iterator[ProcessPoolExecutor]:
    """Processes that start when they have something to do, end with this one, and say nothing when interrupted.

    They are new interpreters, or by the method "fork" copies, which begin at once and know all modules: see `is_alone`.
    """
    with starting(method):
        made = ProcessPoolExecutor(workers, mp_context=get_context(method), initializer=begin_worker)
    with made as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(cancel_futures=True)  # without waiting it complains, now and then, when Python ends
            raise


@contextmanager
def starting(method: str = "spawn") -> Iterator[None]:
    """Around all that may start a process by that method: making a pool does, and each job for it.

    Workers then import nothing from the current directory. Ctrl-C waits here, and in each of them until it is ready: it
    would print a traceback.
    """
    with _safe_path(), _handler_waits(), _workers_block(is_tracked=method != "fork"):
        yield


@contextmanager
def _safe_path() -> Iterator[None]:
    """What is started now imports nothing from the current directory.

    They begin as `python -c`, which looks there first: a `pickle.py` of the project would run in place of Python's.
    """
    before = os.environ.get(_SAFE_PATH)
    os.environ[_SAFE_PATH] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_SAFE_PATH]
        else:
            os.environ[_SAFE_PATH] = before


@contextmanager
def _handler_waits() -> Iterator[None]:
    """A signal that is blocked in this thread comes through any other, and its handler always runs in the main one."""
    before = signal.getsignal(signal.SIGINT)
    if not callable(before) or threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)


@contextmanager
def _workers_block(*, is_tracked: bool) -> Iterator[None]:
    """What is started now begins with interrupts blocked."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    if is_tracked:
        resource_tracker.ensure_running()  # it would let interrupts through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def begin_worker() -> None:
    """What a worker does first. The process that started it says what there is to say of an interrupt."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    gc.disable()  # as in the command line itself: a worker ends soon
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker waits for work from a pipe that other workers hold open, too: it would wait for ever."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
