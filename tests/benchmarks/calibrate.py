"""Is `gapplan calibrate` right? On the eight recorded projects, with part of their tests hidden.

    python tests/benchmarks/calibrate.py [--only NAME]

For each split that keeps a quarter of the test files, or all tests but those about 30 % of the modules, the command is
given the kept tests alone, once as if they were read and once as a recording of their own. Then the plan for the hidden
tests is replayed with the constants that are shipped and with those refitted, and the errors of its lines of test code
are compared: |ln(actual / forecast)|, means over the plan's checkpoints. What other suites take (SUITE_TEST_LINES,
SUITE_FILE_LINES) comes from the other seven projects. Prints the tables of README as Markdown. Takes about two minutes.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import exp, log
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from planner.calibrate import lines
from planner.calibrate.story import calibrate
from planner.forecast import read_rates
from planner.model.calibration import Refit, TestCost
from planner.replay.calibrate import HELD_OUT, costs_of, lines_error, own_rates, plan_of, replay_project, suite_of
from planner.replay.project import Project, read_project
from planner.replay.score import Arena
from planner.replay.splits import make_splits
from planner.replay.story import find_recordings

RECORDINGS = Path(__file__).resolve().parents[2] / "fixtures" / "replay"
RATES = read_rates()
DAY = date(2026, 11, 21)
KINDS = {"quarter": "a quarter of the test files is kept", "modules": "70 % of the modules keep their tests"}
WAYS = ("read", "recorded")


@dataclass(frozen=True, slots=True)
class Case:
    """One split: the verdicts on the kept tests by way, and the errors of the plan for the hidden ones."""

    kind: str
    verdicts: Mapping[str, bool]
    shipped: float
    refitted: float

    def error(self, way: str) -> float:
        return self.refitted if self.verdicts[way] else self.shipped

    def is_right(self, way: str) -> bool:
        return self.verdicts[way] == (self.refitted < self.shipped)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", metavar="NAME", action="append", default=[], help="print this project alone")
    only = parser.parse_args(arguments).only
    projects = [read_project(path, RECORDINGS) for path in find_recordings([RECORDINGS])]
    suites = {each.name: _suite(costs_of(each)) for each in projects}
    print(f"Other suites: {_others(suites, '')[0]:.1f} lines a further test, {_others(suites, '')[1]:.1f} on top.\n")
    found: dict[str, list[Case]] = {}
    for project in projects:
        if not only or project.name in only:
            lines.SUITE_TEST_LINES, lines.SUITE_FILE_LINES = _others(suites, project.name)
            found[project.name] = list(_cases(project))
            print(f"{project.name}, the whole suite: {_whole(project)}", flush=True)
    for kind, title in KINDS.items():
        print(f"\n{title}\n\n{_table(found, kind)}")
    return 0


def _suite(costs: Sequence[TestCost]) -> tuple[float, float]:
    """Mean lines of the further tests of files, and of the first ones."""
    files = lines.by_file(costs).values()
    return fmean(each for file in files for each in file[1:]), fmean(file[0] for file in files)


def _others(suites: Mapping[str, tuple[float, float]], name: str) -> tuple[float, float]:
    """Geometric means over the other projects: of further tests, and what the first ones take on top."""
    others = [suite for other, suite in suites.items() if other != name]
    further, first = (exp(fmean(map(log, column))) for column in zip(*others, strict=True))
    return further, first - further


def _cases(project: Project) -> Iterator[Case]:
    for split in make_splits(project, dict(HELD_OUT)):
        kept = suite_of(project, split.kept)
        arena = Arena(project, split)
        shipped = lines_error(plan_of(arena, RATES))
        refitted = lines_error(plan_of(arena, own_rates(kept, RATES)))
        if shipped is not None and refitted is not None:
            verdicts = {way: each.is_taken for way, each in _refits(kept).items()}
            yield Case(split.kind, verdicts, shipped, refitted)


def _refits(project: Project) -> dict[str, Refit]:
    read = calibrate(project.name, DAY, RATES, costs=costs_of(project))
    recorded = calibrate(project.name, DAY, RATES, replayed=replay_project(project, RATES))
    return {"read": read.refits[0], "recorded": recorded.refits[0]}


def _whole(project: Project) -> str:
    said = (f"{way} {each.own:.1f} -> {each.shrunk:.1f}, {each.verdict}" for way, each in _refits(project).items())
    return "; ".join(said)


def _table(found: Mapping[str, Sequence[Case]], kind: str) -> str:
    head = "| project | shipped | refitted always | taken, tests read | error | taken, recorded | error |"
    rows = {name: [each for each in cases if each.kind == kind] for name, cases in found.items()}
    known = {name: cases for name, cases in rows.items() if cases}
    body = [_row(name, cases) for name, cases in known.items()]
    return "\n".join([head, "| --- |" + " ---: |" * 6, *body, _total(known)])


def _row(name: str, cases: Sequence[Case]) -> str:
    errors = [fmean(each.shipped for each in cases), fmean(each.refitted for each in cases)]
    cells = [f"{each:.3f}" for each in errors]
    for way in WAYS:
        cells += [_taken(cases, way), f"{fmean(each.error(way) for each in cases):.3f}"]
    return f"| {name} | {' | '.join(cells)} |"


def _taken(cases: Sequence[Case], way: str) -> str:
    taken = [each for each in cases if each.verdicts[way]]
    right = sum(each.is_right(way) for each in taken)
    return f"{len(taken)} of {len(cases)}" + (f", {right} right" if taken else "")


def _total(known: Mapping[str, Sequence[Case]]) -> str:
    """Means over projects; splits together."""
    cases = [each for several in known.values() for each in several]
    cells = [f"{fmean(fmean(each.shipped for each in several) for several in known.values()):.3f}"]
    cells += [f"{fmean(fmean(each.refitted for each in several) for several in known.values()):.3f}"]
    for way in WAYS:
        error = fmean(fmean(each.error(way) for each in several) for several in known.values())
        cells += [_taken(cases, way), f"{error:.3f}"]
    return f"| all | {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
