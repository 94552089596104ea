"""Parts over processes of this machine: new interpreters that import nothing from the current directory."""

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

from planner.spread.parts import Done, Part, run_part

Job = TypeVar("Job")
Result = TypeVar("Result")

_AHEAD = 2
"""Parts that a worker has before it, so that it need not wait while this process does one of its own."""

_MOST_WAITING = 16
"""Parts for each process that are kept while an earlier one is not done."""

_SAFE_PATH = "PYTHONSAFEPATH"


@dataclass(frozen=True, slots=True)
class _Sent(Generic[Job, Result]):
    """A part that a worker has, and what will come of it."""

    part: Part[Job]
    future: "Future[Done[Result]]"


def over_processes(
    function: Callable[[Job], Result], parts: Iterator[Part[Job]], processes: int
) -> Iterator[Done[Result]]:
    """What comes of each part, in order. `processes` counts this one: it works as well, so none is idle.

    A part whose worker died (killed, or out of memory) is done here, and so are those after it; and all of them where
    no process can be started.
    """
    most = processes - 1
    with ExitStack() as stack:
        pool = _opened(stack, most)
        waiting: deque[_Sent[Job, Result] | Done[Result]] = deque()
        for part in parts:
            is_full = sum(isinstance(each, _Sent) and not each.future.done() for each in waiting) >= _AHEAD * most
            waiting.append(_send(pool, function, part) if pool and not is_full else run_part(function, part.jobs))
            while waiting and (_is_done(waiting[0]) or len(waiting) > _MOST_WAITING * processes):
                yield _wait(waiting.popleft(), function)
        while waiting:
            yield _wait(waiting.popleft(), function)


def _opened(stack: ExitStack, workers: int) -> ProcessPoolExecutor | None:
    """None where there is nothing to make one from: some containers have no shared memory."""
    try:
        return stack.enter_context(pool_of(workers))
    except (OSError, ImportError, NotImplementedError):
        return None


def _send(
    pool: ProcessPoolExecutor, function: Callable[[Job], Result], part: Part[Job]
) -> _Sent[Job, Result] | Done[Result]:
    try:
        with starting():
            return _Sent(part, pool.submit(run_part, function, part.jobs))
    except (BrokenProcessPool, OSError):
        return run_part(function, part.jobs)


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
def pool_of(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that start when they have something to do, end with this one, and say nothing when interrupted.

    They are new interpreters, also where a copy of this process would be there in a tenth of the time: a copy of a
    process with threads (those of a progress bar, or of numpy) may hang.
    """
    with starting():
        made = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin)
    with made as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(cancel_futures=True)  # without waiting it complains, now and then, when Python ends
            raise


@contextmanager
def starting() -> Iterator[None]:
    """Around all that may start a process: making a pool does, and each job for it.

    Workers then import nothing from the current directory. Ctrl-C waits here, and in each of them until it is ready: it
    would print a traceback.
    """
    with _safe_path(), _handler_waits(), _workers_block():
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
def _workers_block() -> Iterator[None]:
    """What is started now begins with interrupts blocked."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # it would let interrupts through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
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
