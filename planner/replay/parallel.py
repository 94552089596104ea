"""Work spread over processes."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

T = TypeVar("T")
Found = TypeVar("Found")


def in_parallel(work: Callable[[T], Found], tasks: Sequence[T], jobs: int) -> Iterator[Found]:
    """What the work gives for each task, in the order of the tasks; in this process when `jobs` is 1.

    Work, tasks and what comes back must be picklable.
    """
    if jobs == 1:
        yield from map(work, tasks)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(work, task) for task in tasks]
        try:
            yield from (each.result() for each in futures)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def available_cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
