"""A function over many jobs: in this process, over local processes, or over a Dask cluster; with equal results."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from planner.spread.parts import Part, parts_of, results_of, run_part

__all__ = ["HERE", "Spread", "mapped"]

Job = TypeVar("Job")
Result = TypeVar("Result")

SECONDS_WORTH_A_PROCESS = 0.5
"""Work for each process that is there. A worker begins after 0.14 CPU s; two processes took 0.6 of the time of one for
0.8 s of work, 0.9 for 0.4 s, and 1.7 for 0.2 s (tests/benchmarks/spread.py, on a busy machine of two cores)."""


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
) -> Iterator[Result]:
    """What the function gives for each job, in the order of the jobs; the first GapplanError comes where it belongs.

    `seconds` is about the CPU time that a job takes: small jobs travel together, and what takes no time is not worth a
    process. Jobs are taken from the iterable as they are needed, so that few of them are in
    memory. For more than one process the function must be one of a module's top level, and jobs and results picklable.
    Raises SpreadError when a cluster cannot do it; a local worker that dies leaves its part to this process.
    """
    parts = parts_of(jobs, seconds)
    if spread.scheduler:
        from planner.spread.cluster import over_cluster

        return results_of(over_cluster(function, parts, spread.scheduler))
    begun, processes = _worth(parts, spread.jobs)
    every = chain(begun, parts)
    if processes == 1:
        return results_of(run_part(function, part.jobs) for part in every)
    from planner.spread.local import over_processes

    return results_of(over_processes(function, every, processes))


def _worth(parts: Iterator[Part[Job]], jobs: int) -> tuple[list[Part[Job]], int]:
    """The first parts, as many as tell how many processes have enough to do."""
    begun: list[Part[Job]] = []
    known, worth = 0.0, SECONDS_WORTH_A_PROCESS
    while jobs > 1 and (len(begun) < jobs or known < jobs * worth) and (part := next(parts, None)):
        begun.append(part)
        known += part.seconds
    return begun, max(1, min(jobs, len(begun), int(known / worth) if worth else jobs))
