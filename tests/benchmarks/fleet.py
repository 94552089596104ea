"""A fleet of real packages: `gapplan fleet` over them, cold and warm, with its time, its memory and its output.

    python tests/benchmarks/fleet.py WORK --recordings DIR... --trees DIR... [--target 85]

`--recordings` are folders with NAME.sqlite, as `gapplan replay collect` writes them, beside their sources NAME-VERSION:
data is made of a seeded half of their tests. `--trees` are projects that have data of their own. All are copied below
WORK, a FLEET.toml is written there, and every package has a CODEOWNERS with one owner for each of its folders.
"""

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

from coverage import CoverageData

from planner.model.lines import numbers_in
from planner.replay.data import read_recording

SEED, SHARE = 11, 0.5
"""Of the tests of a recording, this seeded share counts as there."""


def main() -> None:
    """Build the fleet, run it, print what it took as JSON and what it said."""
    options = _options()
    fleet = options.work / "fleet"
    shutil.rmtree(fleet, ignore_errors=True)
    names = [_recorded(path, fleet) for folder in options.recordings for path in sorted(folder.glob("*.sqlite"))]
    names += [_copied(path, fleet) for path in options.trees]
    toml = [f"target = {options.target}", *(f'\n[[component]]\nroot = "{name}"' for name in names)]
    (fleet / "FLEET.toml").write_text("\n".join(toml) + "\n", "utf-8")
    caches = options.work / "caches"
    shutil.rmtree(caches, ignore_errors=True)
    runs = {run: _run(fleet, caches, options.work / f"{run}.json") for run in ("cold", "warm")}
    found = json.loads((options.work / "cold.json").read_text("utf-8"))
    about = {
        "components": len(found["components"]),
        "skipped": found["skipped"],
        "points": found["today"]["statements"] + found["today"]["branches"],
        "tests": found["plan"]["tests"],
        "hours": found["plan"]["effort_hours"],
        "alone": found["alone"] and found["alone"]["effort_hours"],
        "saved": found["saved_hours"],
        "bound_gap": found["plan"]["bound_gap"],
        "runs": runs,
    }
    print(json.dumps(about, indent=2))
    print((options.work / "cold.txt").read_text("utf-8"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--recordings", type=Path, nargs="*", default=[])
    parser.add_argument("--trees", type=Path, nargs="*", default=[])
    parser.add_argument("--target", type=float, default=85)
    return parser.parse_args()


def _recorded(path: Path, fleet: Path) -> str:
    """A package with the data of its imports and of a seeded half of its recorded tests."""
    recording = read_recording(path)
    (source,) = (each for each in path.parent.glob(f"{path.stem}-*") if each.is_dir())
    root = fleet / path.stem
    _copy(source, root)
    tests = sorted(test.name for test in recording.tests)
    kept = set(random.Random(SEED).sample(tests, int(len(tests) * SHARE)))
    rows = [*recording.imports.values(), *recording.collected.values()]
    rows += [ran for context, ran in recording.ran.items() if _test_of(context) in kept]
    lines: dict[str, set[int]] = {}
    for file in recording.files:
        if not file.is_test:
            ran = (set(numbers_in(row[file.number])) for row in rows if file.number in row)
            lines[str(root / file.path)] = set().union(*ran)
    data = CoverageData(str(root / ".coverage"))
    data.add_lines(lines)
    data.write()
    return root.name


def _test_of(context: str) -> str:
    """The test of a context `T|tests/test_x.py::test_y[1]|run`, without parameters."""
    _, _, rest = context.partition("|")
    return rest.rpartition("|")[0].partition("[")[0]


def _copied(path: Path, fleet: Path) -> str:
    root = fleet / path.name
    _copy(path, root)
    return root.name


def _copy(source: Path, root: Path) -> None:
    """The sources and the data, and owners by folder in place of those of the package."""
    shutil.copytree(source, root, symlinks=True, ignore=shutil.ignore_patterns(".git", "CODEOWNERS"))
    folders = sorted({each.parent.relative_to(root).as_posix() for each in root.rglob("*.py")} - {"."})
    rules = ["* @org/everyone", *(f"/{folder}/ @org/{folder.rpartition('/')[2]}" for folder in folders)]
    (root / "CODEOWNERS").write_text("\n".join(rules) + "\n", "utf-8", errors="replace")


def _run(fleet: Path, caches: Path, output: Path) -> dict[str, float]:
    """CPU and wall seconds and the peak of memory; the report as JSON, and beside it as text."""
    command = [sys.executable, "-P", "-m", "planner", "fleet", str(fleet / "FLEET.toml"), "--quiet"]
    environment = {**os.environ, "GAPPLAN_CACHE_DIR": str(caches)}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([*command, "--format", "json", "-o", str(output)], env=environment, check=False)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    subprocess.run([*command, "-o", str(output.with_suffix(".txt"))], env=environment, check=False)
    return {"cpu_seconds": round(cpu, 1), "wall_seconds": round(wall, 1), "peak_mb": after.ru_maxrss // 1024}


if __name__ == "__main__":
    main()
