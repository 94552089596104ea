"""Jobs that travel together, and what comes back of them."""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from planner.errors import GapplanError

Job = TypeVar("Job")
Result = TypeVar("Result")

SECONDS_OF_A_PART = 0.03
"""Long beside the millisecond that a part costs on its way, short beside the wait for the last one."""

MOST_JOBS_OF_A_PART = 256
"""Also where all of them seem to take no time."""


@dataclass(frozen=True, slots=True)
class Part(Generic[Job]):
    """Jobs that one worker does one after another, and about how long that takes."""

    jobs: tuple[Job, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Done(Generic[Result]):
    """What came of a part: a result for each job, or for those before the one that failed."""

    results: list[Result]
    error: GapplanError | None = None


def parts_of(jobs: Iterable[Job], seconds: Callable[[Job], float]) -> Iterator[Part[Job]]:
    """The jobs in their order, in parts of about `SECONDS_OF_A_PART`."""
    waiting: list[Job] = []
    known = 0.0
    for job in jobs:
        waiting.append(job)
        known += seconds(job)
        if known >= SECONDS_OF_A_PART or len(waiting) >= MOST_JOBS_OF_A_PART:
            yield Part(tuple(waiting), known)
            waiting, known = [], 0.0
    if waiting:
        yield Part(tuple(waiting), known)


def run_part(function: Callable[[Job], Result], jobs: Iterable[Job]) -> Done[Result]:
    """Do the jobs; an error that a user can mend is a result, too, so that those before it are not lost."""
    results: list[Result] = []
    try:
        for job in jobs:
            results.append(function(job))
    except GapplanError as error:
        return Done(results, error)
    return Done(results)


def results_of(parts: Iterable[Done[Result]]) -> Iterator[Result]:
    """All results in order. Raises the first error when those before it are out."""
    for done in parts:
        yield from done.results
        if done.error:
            if isinstance(parts, Generator):
                parts.close()  # workers end now, and not when nobody knows of the error any more
            raise done.error
