"""Damages the files of every reader in many ways, and compares what gapplan then says with what other programs read.

    python tests/benchmarks/fuzz.py [--cases 100000] [--first 0] [--reader NAME]... [--jobs 1] [--minutes M] [-o FILE]

Verdicts are those of `tests/mutated.py`. Prints a table: of each reader the cases by verdict, the share of answers
that are equal, warned of or really told by the file, the slowest case, and the seeds of the exceptions; `-o` writes
the same as JSON. The case of a reader and a number is always the same one. Exit 1 where anything was broken, or less
than LEAST_SHARE of a reader's answers keep the promise. `--minutes` ends each reader's cases after so long.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mutated import VERDICTS, Case, Tally, Trial, tally_of
from mutated_all import READERS

LEAST_SHARE = 0.99

AT_A_TIME = 1000

SHOWN = 12
"""Seeds of exceptions in the table; the JSON has all."""


def run_part(name: str, first: int, count: int, until: float) -> list[Case]:
    """So many cases of a reader from a number on, in a folder of their own; fewer where the time is over."""
    found: list[Case] = []
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(READERS[name], Path(folder) / "bench")
        for seed in range(first, first + count):
            if time.time() > until:
                break
            found.append(trial.run(seed))
    return found


def run_reader(name: str, options: argparse.Namespace, pool: ProcessPoolExecutor) -> Tally:
    """All cases of a reader."""
    until = time.time() + 60 * options.minutes
    last = options.first + options.cases
    parts = [
        pool.submit(run_part, name, first, min(AT_A_TIME, last - first), until)
        for first in range(options.first, last, AT_A_TIME)
    ]
    return tally_of(name, [case for part in parts for case in part.result()])


def table(tallies: Sequence[Tally]) -> Iterator[str]:
    """A line for each reader."""
    heads = "".join(f"{verdict:>9}" for verdict in VERDICTS)
    yield f"{'reader':20}{'cases':>8}{heads}{'kept':>9}{'CPU s':>8}{'slowest':>9}  exceptions"
    for each in tallies:
        counts = "".join(f"{each.counts[verdict]:9}" for verdict in VERDICTS)
        seeds = " ".join(str(case.seed) for case in each.exceptions[:SHOWN])
        figures = f"{100 * each.share:8.2f}%{each.seconds:8.0f}{each.slowest:8.2f}s"
        yield f"{each.reader:20}{each.cases:8}{counts}{figures}  {seeds}"


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(description="Damages the files of every reader.")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--reader", action="append", choices=sorted(READERS))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1e6)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    with ProcessPoolExecutor(options.jobs) as pool:
        tallies = [run_reader(name, options, pool) for name in options.reader or READERS]
    print("\n".join(table(tallies)))
    if options.output:
        rows = [asdict(each) | {"cases": each.cases, "share": each.share} for each in tallies]
        options.output.write_text(json.dumps(rows, indent=1), "utf-8")
    is_kept = all(each.share >= LEAST_SHARE and not each.counts["broken"] for each in tallies)
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
