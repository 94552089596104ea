"""A function over many jobs: in this process, over local processes, or over a Dask cluster; with equal results."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from planner.spread.cores import is_alone
from planner.spread.parts import Part, parts_of, results_of, run_part

__all__ = ["HERE", "Spread", "beside", "mapped"]

Job = TypeVar("Job")
Result = TypeVar("Result")

SECONDS_WORTH_A_PROCESS = 0.5
"""Work for each process that is there, where workers are new interpreters, which begin after 0.14 CPU s: two processes
took 0.6 of the time of one for 0.8 s of work, 0.9 for 0.4 s, and 1.7 for 0.2 s (tests/benchmarks/spread.py)."""

SECONDS_WORTH_A_COPY = 0.1
"""The same where they are copies, which begin after 0.01 CPU s: 0.8 for 0.2 s of work in all, 1.1 for 0.1 s."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Where work is done: `jobs` processes at most, this one among them; or the Dask scheduler at that address.

    One process is the default, since workers import the main module of the program that starts them: right for the
    command line, but not for everybody's script or notebook.
    """

    jobs: int = 1
    scheduler: str | None = None


HERE = Spread()
"""In this process."""


def mapped(
    function: Callable[[Job], Result],
    jobs: Iterable[Job],
    spread: Spread,
    seconds: Callable[[Job], float],
    apart: Callable[[Job], Result] | None = None,
) -> Iterator[Result]:
    """What the function gives for each job, in the order of the jobs; the first GapplanError comes where it belongs.

    `seconds` is about the CPU time that a job takes: small jobs travel together, and what takes no time is not worth a
    process. Jobs are taken from the iterable as they are needed, so that few of them are in
    memory. For more than one process the function must be one of a module's top level, and jobs and results picklable;
    `apart` gives the same in another form, which travels better, and is what other processes do.
    Raises SpreadError when a cluster cannot do it; a local worker that dies leaves its part to this process.
    """
    parts = parts_of(jobs, seconds)
    if spread.scheduler:
        from planner.spread.cluster import over_cluster

        return results_of(over_cluster(apart or function, parts, spread.scheduler))
    begun, processes = _worth(parts, spread.jobs)
    every = chain(begun, parts)
    if processes == 1:
        return results_of(run_part(function, part.jobs) for part in every)
    from planner.spread.local import over_processes

    return results_of(over_processes(function, every, processes, apart))


def _worth(parts: Iterator[Part[Job]], jobs: int) -> tuple[list[Part[Job]], int]:
    """The first parts, as many as tell how many processes have enough to do."""
    begun: list[Part[Job]] = []
    known, worth = 0.0, SECONDS_WORTH_A_PROCESS
    if is_alone():
        worth = min(worth, SECONDS_WORTH_A_COPY)
    while jobs > 1 and (len(begun) < jobs or known < jobs * worth) and (part := next(parts, None)):
        begun.append(part)
        known += part.seconds
    return begun, max(1, min(jobs, len(begun), int(known / worth) if worth else jobs))


@contextmanager
def beside(make: Callable[[], Result], spread: Spread, seconds: float) -> Iterator[Callable[[], Result | None]]:
    """Waits for what `make` gives, made in a copy of this process that has begun when the block begins.

    None where no process is to be had for it, where this one cannot be copied, where `seconds` of CPU time are not
    worth it, and where the copy failed: who asks then makes it here. What `make` gives must be picklable, and not None.
    """
    if spread.jobs == 1 or spread.scheduler or seconds < SECONDS_WORTH_A_COPY or not is_alone():
        yield lambda: None
        return
    from planner.spread.copies import copied

    with copied(make) as found:
        yield found
