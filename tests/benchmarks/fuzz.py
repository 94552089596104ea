"""Damages the files of every reader in many ways, and compares what gapplan then says with what other programs read.

    python tests/benchmarks/fuzz.py [--cases 100000] [--first 0] [--reader NAME]... [--jobs 1] [--round 2000] [-o FILE]

Verdicts are those of `tests/mutated.py`. Prints a table: of each reader the cases by verdict, the share of answers
that are equal, warned of or really told by the file, the slowest case, and the seeds of the exceptions; `-o` writes
the same as JSON. The case of a reader and a number is always the same one. Exit 1 where anything was broken, or less
than LEAST_SHARE of a reader's answers keep the promise. All readers go on in rounds of so many cases, and the table
and the JSON are written anew after each, so that a run can be stopped at any time.
"""

import argparse
import json
import os
import sys
import tempfile
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


def run_part(name: str, first: int, count: int) -> list[Case]:
    """So many cases of a reader from a number on, in a folder of their own."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(READERS[name], Path(folder) / "bench")
        return [trial.run(seed) for seed in range(first, first + count)]


def run_reader(name: str, numbers: range, pool: ProcessPoolExecutor) -> Tally:
    """The cases of a reader with these numbers."""
    parts = [
        pool.submit(run_part, name, first, min(AT_A_TIME, numbers.stop - first))
        for first in range(numbers.start, numbers.stop, AT_A_TIME)
    ]
    return tally_of(name, [case for part in parts for case in part.result()])


def united(one: Tally, other: Tally) -> Tally:
    """The cases of both."""
    return Tally(
        reader=one.reader,
        counts={verdict: one.counts[verdict] + other.counts[verdict] for verdict in VERDICTS},
        seconds=one.seconds + other.seconds,
        slowest=max(one.slowest, other.slowest),
        exceptions=(*one.exceptions, *other.exceptions),
    )


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
    parser.add_argument("--round", type=int, default=2000)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    found = {name: tally_of(name, []) for name in options.reader or READERS}
    last = options.first + options.cases
    with ProcessPoolExecutor(options.jobs) as pool:
        for first in range(options.first, last, options.round):
            numbers = range(first, min(first + options.round, last))
            for name in found:
                found[name] = united(found[name], run_reader(name, numbers, pool))
            write(list(found.values()), options.output)
    is_kept = all(each.share >= LEAST_SHARE and not each.counts["broken"] for each in found.values())
    return 0 if is_kept else 1


def write(tallies: Sequence[Tally], output: Path | None) -> None:
    """Print the table, and replace the JSON."""
    print("\n".join(table(tallies)), end="\n\n", flush=True)
    if output:
        rows = [asdict(each) | {"cases": each.cases, "share": each.share} for each in tallies]
        draft = output.with_name(f"{output.name}.draft")
        draft.write_text(json.dumps(rows, indent=1), "utf-8")
        os.replace(draft, output)


if __name__ == "__main__":
    sys.exit(main())
