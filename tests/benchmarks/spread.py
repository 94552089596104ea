"""From how much work on a second process pays, and what a process costs: the facts of more and more files.

    python tests/benchmarks/spread.py TREE [--rounds N]

For amounts of work from 0.1 to 6.4 CPU seconds: wall and CPU seconds with one process and with two, which share the
work from its beginning, whatever `planner.spread` thinks of it. Medians of N rounds, side by side. The constants of
`planner.spread` that say what a process is worth, and how long a source takes, come from here.
"""

import argparse
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the command line: with threads no copies can be made

import planner.spread
from planner.source import facts_of_source
from planner.spread import Spread, mapped
from planner.spread.parts import SECONDS_OF_A_PART

Job = tuple[str, bytes]

AMOUNTS = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("tree", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    planner.spread.SECONDS_WORTH_A_PROCESS = 0.0
    jobs = [(path.relative_to(options.tree).as_posix(), path.read_bytes()) for path in options.tree.rglob("*.py")]
    rate = _cpu(jobs, Spread(1))[0] / sum(len(source) for _, source in jobs)
    start = statistics.median(_cpu(jobs[:8], Spread(2), nothing_in)[0] for _ in range(options.rounds))
    print(f"{rate * 1e6:.3f} CPU s per MB of source; a worker begins after {start:.2f} CPU s\n")
    print("| work, CPU s | one, wall s | two, wall s | two / one | CPU |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    for amount in AMOUNTS:
        part = list(_worth(jobs, amount, rate))
        rounds = [(_cpu(part, Spread(1)), _cpu(part, Spread(2))) for _ in range(options.rounds)]
        one, two = (statistics.median(each[place][1] for each in rounds) for place in (0, 1))
        wall = statistics.median(each[1][1] / each[0][1] for each in rounds)
        cpu = statistics.median(each[1][0] / each[0][0] for each in rounds)
        print(f"| {amount:g} | {one:.2f} | {two:.2f} | {wall:.2f} | {cpu:.2f} |", flush=True)
    return 0


def facts_in(job: Job) -> object:
    """The facts of one file, as a plan has them made."""
    return facts_of_source(job[1], job[0], frozenset())


def nothing_in(job: Job) -> object:
    """What takes no time."""
    return len(job)


def _worth(jobs: Sequence[Job], seconds: float, rate: float) -> Iterator[Job]:
    """Jobs that take so long together; the same ones again where there are too few."""
    while seconds > 0:
        for job in jobs:
            if seconds <= 0:
                return
            seconds -= len(job[1]) * rate
            yield job


def _cpu(jobs: Sequence[Job], spread: Spread, function: Callable[[Job], object] = facts_in) -> tuple[float, float]:
    """CPU seconds, those of ended workers included, and wall seconds."""
    seconds = (lambda _: SECONDS_OF_A_PART) if function is nothing_in else (lambda job: len(job[1]) * 0.4e-6)
    cpu, wall = _used(), time.perf_counter()
    for _ in mapped(function, jobs, spread, seconds):
        pass
    return _used() - cpu, time.perf_counter() - wall


def _used() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


if __name__ == "__main__":
    sys.exit(main())
