"""Work spread over processes."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, resource_tracker
from typing import TypeVar

T = TypeVar("T")
Found = TypeVar("Found")

_SAFE_PATH = "PYTHONSAFEPATH"


def in_parallel(work: Callable[[T], Found], tasks: Sequence[T], jobs: int) -> Iterator[Found]:
    """What the work gives for each task, in the order of the tasks; in this process when `jobs` is 1.

    Work, tasks and what comes back must be picklable.
    """
    if jobs == 1:
        yield from map(work, tasks)
        return
    with _safe_path(), ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_end_quietly) as pool:
        with _interrupts_wait():
            futures = [pool.submit(work, task) for task in tasks]
        try:
            yield from (each.result() for each in futures)
        except BaseException:
            pool.shutdown(cancel_futures=True)  # without waiting it complains, now and then, when Python ends
            raise


@contextmanager
def _safe_path() -> Iterator[None]:
    """Workers import nothing from the current directory, while this lasts.

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
def _interrupts_wait() -> Iterator[None]:
    """Ctrl-C waits while workers are started, and in each of them until it is ready: it would print a traceback."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # it would let interrupts through again
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _end_quietly() -> None:
    """Ctrl-C reaches workers, too; the process that started them says what there is to say."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def available_cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
