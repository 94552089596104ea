"""Mutation testing: changes the package a little, one change at a time, and counts how often a test notices.

    python tests/benchmarks/mutants.py [--area NAME]... [--path GLOB]... [--each 100] [--seed 1] [--jobs 2] [-o FILE]

A sample from a seed of all changes of `mutations.py`, of so many in each area. Each is made in a copy of the project,
where those tests run that reach its statement (as one run with coverage told), the most special first. A change is
killed when one of them fails or takes far longer than before. `--map FILE` keeps what reaches what for the next run.
Prints a table with 95 % intervals (Wilson) and the survivors; those in EQUIVALENT are counted apart, with the reason.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from math import sqrt
from pathlib import Path

from mutations import Mutation, compiles, find_mutations

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

AREAS: Mapping[str, tuple[str, ...]] = {
    "readers": (
        *("measure/*.py", "xml.py", "settings/*.py"),
        *(f"suite/{name}.py" for name in ("junit", "log", "logged", "reports", "retries")),
    ),
    "arithmetic": (
        *(f"model/{name}.py" for name in ("percent", "target", "lines", "measurement", "chance", "gates")),
        *(f"solve/{name}.py" for name in ("account", "tally", "union")),
        *(f"forecast/{name}.py" for name in ("gain", "effort", "share")),
    ),
    "solver": ("solve/*.py",),
    "state": (
        *("state.py", "source/cache.py"),
        *(f"history/{name}.py" for name in ("store", "codec", "salvage", "identity")),
    ),
}
"""Area -> its modules, below `planner`. A module belongs to the first area that names it."""

EQUIVALENT = HERE / "equivalent.json"
"""Changes that no test can notice, each judged by a person: path -> change -> why."""

Verdicts = dict[tuple[str, int], tuple[str, str]]
"""(path, number) of a mutant -> verdict, and the test that gave it."""

AGAIN_TIMES = 4
"""What is tried again gets so many times the tests."""

COPIED = ("planner", "tests", "fixtures", "pyproject.toml", "README.md", "LICENSE")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change of one module of the package; `number` is its place among all changes of the module."""

    path: str
    number: int
    change: Mutation

    def says(self) -> str:
        """One line for people."""
        where = f"{self.path}:{self.change.line}"
        return f"{where} {self.change.kind}: {_short(self.change.was)} -> {_short(self.change.text)}"


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else f"{flat[:57]}..."


def find_mutants(areas: Sequence[str], globs: Sequence[str]) -> dict[str, list[Mutant]]:
    """Area -> every change of its modules."""
    found: dict[str, list[Mutant]] = {}
    seen: set[Path] = set()
    for area, patterns in AREAS.items():
        paths = sorted({path for pattern in patterns for path in (ROOT / "planner").glob(pattern)} - seen)
        seen |= set(paths)
        chosen = [path for path in paths if not globs or any(path.match(glob) for glob in globs)]
        if area in areas:
            found[area] = [each for path in chosen for each in _mutants_of(path)]
    return found


def _mutants_of(path: Path) -> Iterator[Mutant]:
    name = path.relative_to(ROOT).as_posix()
    for number, change in enumerate(find_mutations(path.read_bytes())):
        yield Mutant(name, number, change)


def copy_project(folder: Path) -> None:
    """The files that tests need, without what other runs left there."""
    folder.mkdir()
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copy2(ROOT / name, folder / name)


def run_inside(folder: Path, task: Mapping[str, object]) -> None:
    """Start the process that knows pytest, in a copy of the project; it writes where the task says."""
    told = folder / "task.json"
    told.write_text(json.dumps(task))
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(folder), str(HERE))),
        "PYTHONPYCACHEPREFIX": str(folder / "pycache"),
        "TMPDIR": str(folder / "tmp"),
        "OMP_NUM_THREADS": "1",
    }
    (folder / "tmp").mkdir(exist_ok=True)
    command = [sys.executable, str(HERE / "mutants_inside.py"), str(told)]
    with (folder / "log").open("ab") as log:
        code = subprocess.run(command, check=False, cwd=folder, env=environment, stdout=log, stderr=log).returncode
    if code:
        sys.exit((folder / "log").read_text("utf-8", "replace")[-5000:])


def run_sample(sample: Sequence[Mutant], options: argparse.Namespace) -> Verdicts:
    """What became of each."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as root, ThreadPoolExecutor(options.jobs) as pool:
        folders = [Path(root) / f"copy{number}" for number in range(options.jobs)]
        for folder in folders:
            copy_project(folder)
        told = options.map or Path(root) / "map.json"
        if not told.exists() or options.tests:
            run_inside(folders[0], {"map": str(told.resolve()), "tests": options.tests})

        def run(part: int) -> Verdicts:
            mine = [(each.path, each.number) for each in sample[part :: options.jobs]]
            output = folders[part] / "verdicts.json"
            task = {"read": str(told.resolve()), "mutants": mine, "verdicts": str(output), "minutes": options.minutes}
            task["times"] = AGAIN_TIMES if options.again else 1
            run_inside(folders[part], task)
            return {(path, number): (verdict, by) for path, number, verdict, by in json.loads(output.read_text())}

        found = list(pool.map(run, range(options.jobs)))
    return {key: verdict for part in found for key, verdict in part.items()}


def wilson(good: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share, in percent."""
    if not count:
        return 0.0, 100.0
    z, share = 1.96, good / count
    middle = share + z * z / (2 * count)
    half = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return 100 * (middle - half) / (1 + z * z / count), 100 * (middle + half) / (1 + z * z / count)


def judged() -> dict[str, dict[str, str]]:
    """Path -> change -> why no test can notice it."""
    if not EQUIVALENT.exists():
        return {}
    found: dict[str, dict[str, str]] = json.loads(EQUIVALENT.read_text("utf-8"))
    return found


def main() -> int:
    """Exit 1 where an area's share is below `--least`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--area", action="append", choices=AREAS)
    parser.add_argument("--path", action="append", default=[])
    parser.add_argument(
        "--tests", nargs="+", default=[], metavar="FILE", help="map these anew; all that fit where no map is"
    )
    parser.add_argument("--each", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=1e6, help="after so long the rest of the samples is left out")
    parser.add_argument("--map", type=Path)
    parser.add_argument(
        "--again", type=Path, metavar="FILE", help="what an earlier run (-o) left alive, with all tests"
    )
    parser.add_argument("--least", type=float, default=85)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    mutants = find_mutants(options.area or list(AREAS), options.path)
    chance = random.Random(options.seed)
    verdicts: Verdicts = {}
    if options.again:
        samples, verdicts = _earlier(mutants, options.again)
    else:
        samples = {area: _sample(every, options.each, chance) for area, every in mutants.items()}
    turns = [each for turn in zip_longest(*samples.values()) for each in turn if each]
    verdicts |= run_sample([each for each in turns if (each.path, each.number) not in verdicts], options)
    samples = {
        area: [each for each in sample if (each.path, each.number) in verdicts] for area, sample in samples.items()
    }
    return _report(mutants, samples, verdicts, options)


def _earlier(mutants: Mapping[str, Sequence[Mutant]], path: Path) -> tuple[dict[str, list[Mutant]], Verdicts]:
    """The sample of an earlier run over the same sources, and what it killed: the rest is tried again."""
    told = {(file, number): (verdict, by) for _, verdict, file, number, _, _, by in json.loads(path.read_text("utf-8"))}
    samples = {area: [each for each in every if (each.path, each.number) in told] for area, every in mutants.items()}
    return samples, {key: said for key, said in told.items() if said[0] in ("killed", "slow")}


def _sample(every: Sequence[Mutant], count: int, chance: random.Random) -> list[Mutant]:
    """So many of those that compile, in random order."""
    found: list[Mutant] = []
    for each in chance.sample(every, len(every)):
        if len(found) == count:
            break
        if compiles(each.change.apply((ROOT / each.path).read_bytes())):
            found.append(each)
    return found


def _report(
    mutants: Mapping[str, Sequence[Mutant]],
    samples: Mapping[str, Sequence[Mutant]],
    verdicts: Verdicts,
    options: argparse.Namespace,
) -> int:
    reasons, rows, is_enough = judged(), [], True
    print("| area | changes | sample | killed | of these too slow | equivalent | killed, % | 95 % interval |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    left: list[str] = []
    for area, sample in samples.items():
        counts: Counter[str] = Counter()
        for each in sample:
            verdict, by = verdicts[each.path, each.number]
            is_killed = verdict in {"killed", "slow"}
            why = None if is_killed else reasons.get(each.path, {}).get(each.change.key)
            verdict = verdict if why is None else "equivalent"
            counts[verdict] += 1
            rows.append([area, verdict, each.path, each.number, each.says(), each.change.key, by or why or ""])
            if verdict in {"survived", "unreached"}:
                left.append(f"{verdict:9} {each.says()}")
        count, killed = len(sample) - counts["equivalent"], counts["killed"] + counts["slow"]
        low, high = wilson(killed, count)
        share = 100 * killed / count if count else 0.0
        is_enough &= share >= options.least
        print(
            f"| {area} | {len(mutants[area])} | {len(sample)} | {killed} | {counts['slow']} | {counts['equivalent']} "
            f"| {share:.1f} | {low:.1f} to {high:.1f} |"
        )
    print("\n".join(["", *left]))
    if options.output:
        options.output.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return 0 if is_enough else 1


if __name__ == "__main__":
    sys.exit(main())
