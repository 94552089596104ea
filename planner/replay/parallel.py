"""Work spread over processes: tasks of minutes, each of a process of its own."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from planner.spread.cores import available_cores
from planner.spread.local import pool_of, starting

__all__ = ["available_cores", "in_parallel"]

T = TypeVar("T")
Found = TypeVar("Found")


def in_parallel(work: Callable[[T], Found], tasks: Sequence[T], jobs: int) -> Iterator[Found]:
    """What the work gives for each task, in the order of the tasks; in this process when `jobs` is 1.

    Work, tasks and what comes back must be picklable. Other than in `spread.mapped`, this process only waits: while it
    did a task of minutes, workers would have nothing to do, and its own memory would grow.
    """
    if jobs == 1:
        yield from map(work, tasks)
        return
    with pool_of(jobs) as pool:
        with starting():
            futures = [pool.submit(work, task) for task in tasks]
        yield from (each.result() for each in futures)
