"""How near to the optimum plans are proven to be, and what they cost to make, by size.

    python tests/benchmarks/solve.py [--sizes N ...] [--shares PERCENT ...] [--seed N] [--json FILE]

Problems are made from a seed, shaped like a project: ten points per aim on average; an aim is a class or function with
a body of its own that its tests touch strongly and up to ten others, mostly of the same package, that they touch
weakly; a fifth of the aims is behind one of ten set-ups; each file has import-time lines, some of them in no total yet.
Each is solved for shares of what all tests together would cover, in a process of its own. Prints a Markdown table: the
proven gap between the plan's price and the bound, CPU seconds, the process's peak memory with the problem in it, and
gap and seconds of the choice of most weight for that price.
"""

import argparse
import gc
import json
import random
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from planner.model.problem import Aim, BodyKey, Need, Problem
from planner.solve.choose import ceiling, choose_best, choose_cheapest

SIZES = (100, 1_000, 10_000, 100_000)
SHARES = (10, 30, 60)
SETUPS = tuple(f"setup{number}" for number in range(10))
AIMS_PER_FILE = 5
FILES_PER_PACKAGE = 20
HEADS = ("aims", "need", "tests", "price, h", "bound, h", "gap", "method", "CPU s", "peak MB", "best gap", "best CPU s")


def main() -> None:
    """Measure each size and share in its own process, print, and write the JSON where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--shares", type=int, nargs="+", default=SHARES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", nargs=3, type=int, metavar=("SIZE", "SHARE", "SEED"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(*options.one)))
        return
    print("| " + " | ".join(HEADS) + " |\n|" + " ---: |" * len(HEADS))
    rows = []
    for size in options.sizes:
        for share in options.shares:
            command = [sys.executable, __file__, "--one", str(size), str(share), str(options.seed)]
            rows.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
            print("| " + " | ".join(str(rows[-1][head]) for head in HEADS) + " |", flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n")


def measure(size: int, share: int, seed: int) -> dict[str, object]:
    """One row: the cheapest choice that reaches the share, and for `best gap` the most that the same price could buy.

    Collection of garbage is paused, as the command line does.
    """
    problem = with_need(make_problem(size, seed), share, seed)
    gc.disable()
    start = time.process_time()
    choice = choose_cheapest(problem)
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.process_time()
    best = choose_best(problem, choice.price)
    figures = (
        *(f"{size:,}", f"{share} %", f"{len(choice.tests):,}", f"{choice.price / 3600:,.1f}"),
        *(f"{choice.bound / 3600:,.1f}", f"{100 * (choice.price - choice.bound) / choice.price:.2f} %"),
        *(choice.method if choice.is_met else "not met", f"{seconds:.2f}", f"{peak:.0f}"),
        *(f"{100 * (best.bound - best.weight) / best.bound:.2f} %", f"{time.process_time() - start:.2f}"),
    )
    return dict(zip(HEADS, figures, strict=True))


def make_problem(aims: int, seed: int) -> Problem:
    """A project of this many aims, without needs."""
    draw = random.Random(seed)
    keys = [
        (f"package{number // AIMS_PER_FILE // FILES_PER_PACKAGE}/file{number // AIMS_PER_FILE}.py", f"f{number}")
        for number in range(aims)
    ]
    bodies = {key: 1_000 * max(1, round(draw.lognormvariate(1.6, 1.0))) for key in keys}
    made = tuple(_aim(draw, number, keys, bodies[keys[number]]) for number in range(aims))
    files = sorted({path for path, _ in keys})
    lumps = {path: 1_000 * draw.randint(0, 20) for path in files}
    setups = {name: draw.randrange(7_200, 36_000, 60) for name in SETUPS}
    return Problem(made, bodies, lumps, setups)


def _aim(draw: random.Random, number: int, keys: list[BodyKey], weight: int) -> Aim:
    span = AIMS_PER_FILE * FILES_PER_PACKAGE
    first = max(0, number // span * span)
    near = keys[first : first + span]
    others = {
        draw.choice(near if draw.random() < 0.8 else keys): draw.randrange(20_000, 300_000, 1_000)
        for _ in range(draw.randint(0, 10))
    }
    most = 1 + min(5, weight // 5_000)
    others.pop(keys[number], None)
    return Aim(
        key=keys[number],
        most=most,
        first=draw.randrange(1_200, 5_400, 60),
        further=draw.randrange(600, 1_800, 60),
        entry={keys[number]: draw.randrange(350_000, 950_000, 1_000), **others},
        branch={
            keys[number]: draw.randrange(150_000, 500_000, 1_000),
            **{key: chance // 4 for key, chance in others.items()},
        },
        brings=tuple(sorted({keys[number][0], *(key[0] for key in list(others)[:2])})),
        needs=(draw.choice(SETUPS),) if draw.random() < 0.2 else (),
    )


def with_need(problem: Problem, share: int, seed: int) -> Problem:
    """The problem with a need of this share of its ceiling; a tenth of the files is in no total until it is brought."""
    draw = random.Random(seed)
    points = dict(problem.lumps)
    for (path, _), weight in problem.bodies.items():
        points[path] += weight
    rises = {path: points[path] * share // 100 for path in problem.lumps if draw.random() < 0.1}
    return replace(problem, needs=(Need(ceiling(problem) * share // 100, None, rises),))


if __name__ == "__main__":
    main()
