"""What tests that run again cover, against what they really did: where `forecast/unblock.toml` comes from.

    python tests/benchmarks/unblock.py [--recordings DIR] [--sources DIR] [--fit]

Truth is per-test coverage of real projects (fixtures/replay). Of each project the tests of one file, of one fixture,
of some of its files, or drawn at random are taken away as if something stopped them, and what they alone had covered
is compared with the forecast of mending that, from the coverage, the code and the tests that are left. Prints Markdown
tables: by project and by what was taken away how often the range held (8 of 10 are meant to), points forecast and
actual; by size of the forecast how far it strayed. With `--fit` the constants are fitted by Poisson likelihood, all
projects weighing the same: to all of them, and for each half of the projects to the other half, which is then scored.
"""

import argparse
import math
import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import median, pstdev
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from planner.forecast import Surroundings, forecast_candidates, read_rates
from planner.forecast.mending import PointRates, mending_rates
from planner.forecast.rerun import Batch, Coverable, find_coverable, rerun_chances
from planner.forecast.runs import runs_of
from planner.graph.closure import Closures, import_closures
from planner.model.measurement import Counts, FileCoverage
from planner.model.plan import MILLI
from planner.model.problem import MILLION, BodyKey
from planner.model.seams import UnitKey
from planner.pipeline.entered import Entered
from planner.replay.data import RecordedTest, read_recording
from planner.replay.layout import Packed
from planner.replay.project import Project, make_project
from planner.replay.sources import find_sources, read_sources
from planner.suite.collection import conftests_above

Floats: TypeAlias = NDArray[np.float64]

REPLAY = Path(__file__).resolve().parents[2] / "fixtures" / "replay"
SHARES, TIMES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5), 3
FILE_SHARES = (0.2, 0.4, 0.6)
SIZES = (0, 1, 3, 10, 30, 100, 300, 10**9)
FITTED = ("further_new", "entered_share", "entered_power", "further_entered", "drift")


@dataclass(frozen=True)
class Row:
    """One function in one case: what can be expected of it, how tests reach it, and what they covered."""

    weight: float
    is_new: bool
    best: float
    all: float
    near: float
    actual: int


@dataclass(frozen=True)
class Case:
    """Tests that were taken away, with the points of behaviour that were forecast and that they had covered alone."""

    project: str
    kind: str
    forecast: float
    actual: int
    rows: tuple[Row, ...]


class Recorded:
    """One project: its tests, what each would enter by its text, and the files it imports."""

    def __init__(self, project: Project, tests: Mapping[str, RecordedTest]) -> None:
        self.project, self.recorded = project, tests
        self.facts = project.sources.facts
        self.tests = {path: each.facts for path, each in project.sources.tests.items()}
        self.units = {path: {u.first_line: u.name for u in facts.units} for path, facts in self.tests.items()}
        self.closures: Closures = import_closures([*self.facts.values(), *self.tests.values()])
        keys = [self.key(each.name) for each in project.tests]
        fixtures = {key: self._fixtures(test.name) for key, test in zip(keys, project.tests, strict=True)}
        entered = Entered(self.facts, self.tests, fixtures)
        self.entered = [entered([key]) for key in keys]
        self.near = [self._near(test.file) for test in project.tests]

    def key(self, name: str) -> UnitKey:
        """File and unit of a test."""
        test = self.recorded[name]
        unit = self.units.get(test.code_file, {}).get(test.code_line)
        return test.code_file, unit or ".".join(name.split("::")[1:]).partition("[")[0]

    def _fixtures(self, name: str) -> tuple[UnitKey, ...]:
        found = ((each.path, self.units.get(each.path, {}).get(each.line)) for each in self.recorded[name].fixtures)
        return tuple((path, unit) for path, unit in found if unit)

    def _near(self, path: str) -> frozenset[str]:
        known = [self.tests[each] for each in (path, *conftests_above(path)) if each in self.tests]
        return frozenset(file for each in known for file in self.closures.of(each.module).files if file in self.facts)

    def groups(self) -> Iterator[tuple[str, list[int]]]:
        """What may be stopped together: by file, by fixture, at random, by several files."""
        draw, count = random.Random(5), len(self.project.tests)
        by_file, by_fixture = defaultdict(list), defaultdict(list)
        for number, test in enumerate(self.project.tests):
            by_file[test.file].append(number)
            for each in self.recorded[test.name].fixtures:
                by_fixture[each.path, each.name].append(number)
        yield from (("file", each) for each in by_file.values() if len(each) < count)
        written = ((path, each) for (path, _), each in by_fixture.items() if path in self.tests)
        yield from (("fixture", each) for _, each in written if 2 <= len(each) < 0.9 * count)
        for share in (each for each in SHARES for _ in range(TIMES)):
            yield "random", sorted(draw.sample(range(count), max(2, int(share * count))))
        for share in (each for each in FILE_SHARES for _ in range(TIMES)):
            chosen = draw.sample(sorted(by_file), max(1, int(share * len(by_file))))
            numbers = sorted(number for file in chosen for number in by_file[file])
            if len(numbers) < count:
                yield "files", numbers

    def case(self, kind: str, numbers: Sequence[int]) -> Case:
        """The case of these tests taken away."""
        gone, kept = set(numbers), Packed(0)
        files = {test.file for number, test in enumerate(self.project.tests) if number not in gone}
        for number, test in enumerate(self.project.tests):
            kept |= 0 if number in gone else test.lines
        for file, lines in self.project.collected.items():
            kept |= lines if file in files or kind in ("fixture", "random") else 0
        actual = self._by_body(self.project.full & ~kept & self.project.bodies)
        ground = self._ground(kept)
        batches = [Batch(1, self.entered[number], self.near[number]) for number in numbers]
        chances = rerun_chances(batches, ground)
        weights = ground.forecast.bodies
        points = sum(weights.get(key, 0) * chance for key, chance in chances.items()) / MILLION / MILLI
        return Case(self.project.name, kind, points, sum(actual.values()), tuple(_rows(batches, ground, actual)))

    def _ground(self, kept: Packed) -> Coverable:
        layout, files = self.project.layout, []
        for path in self.facts:
            statements, ran = layout.take(path, self.project.statements), layout.take(path, kept)
            counts = Counts(statements.bit_count(), (statements & ran).bit_count())
            files.append(FileCoverage(path, counts, statements, statements & ~ran))
        runs = {path: self.closures.of(each.module).files & self.facts.keys() for path, each in self.facts.items()}
        forecast = forecast_candidates(files, self.facts, "class", Surroundings({}, {}, runs_of(runs)))
        return find_coverable(forecast, files, self.facts, len(self.project.tests), read_rates())

    def _by_body(self, lines: Packed) -> dict[BodyKey, int]:
        found: dict[BodyKey, int] = {}
        for path, facts in self.facts.items():
            ran = self.project.layout.take(path, lines)
            for unit in facts.units if ran else ():
                if unit.is_body and (count := (ran & unit.lines).bit_count()):
                    found[path, unit.name] = found.get((path, unit.name), 0) + count
        return found


def _rows(batches: Iterable[Batch], ground: Coverable, actual: Mapping[BodyKey, int]) -> Iterator[Row]:
    best, every, near = (
        defaultdict[BodyKey, float](float),
        defaultdict[BodyKey, float](float),
        defaultdict[str, float](float),
    )
    rates = mending_rates().points
    for batch in batches:
        size = sum(ground.statements.get(path, 0) for path in batch.files)
        for path in batch.files:
            thin = min(1.0, ground.rates.core_statements / size) if size else 0.0
            near[path] += batch.tests * thin / (ground.suite + rates.drift_tests)
        for key, chance in batch.entered.items():
            best[key], every[key] = max(chance, best[key]), every[key] + chance * batch.tests
    for key in ground.forecast.gaps:
        weight = (ground.forecast.bodies.get(key, 0) + ground.forecast.gifts.get(key, 0)) / MILLI
        yield Row(weight, key in ground.new, best[key], every[key], near[key[0]], actual.get(key, 0))


@dataclass(frozen=True)
class Table:
    """The rows of many cases as columns, with the number of the case that each belongs to."""

    columns: Floats
    numbers: Floats

    @staticmethod
    def of(cases: Sequence[Case]) -> "Table":
        rows = [astuple(row) for case in cases for row in case.rows]
        numbers = [number for number, case in enumerate(cases) for _ in case.rows]
        return Table(np.array(rows, dtype=float).T, np.array(numbers))

    def expected(self, rates: PointRates) -> Floats:
        """The forecast of each row, as `forecast/rerun.py` has it but for products of many factors near 1."""
        weight, is_new, best, every, near, _ = self.columns
        first = np.where(is_new > 0, best, rates.entered_share * best**rates.entered_power)
        further = np.where(is_new > 0, rates.further_new, rates.further_entered)
        left = np.exp(-further * (every - best) - rates.drift * near)
        return np.asarray(weight * (1.0 - (1.0 - np.minimum(1.0, first)) * left))

    def loss(self, rates: PointRates) -> float:
        """For each point, the negative logarithm of the Poisson likelihood."""
        mean, actual = np.maximum(1e-4, self.expected(rates)), self.columns[-1]
        return float((mean - actual * np.log(mean)).sum() / actual.sum())


def loss(tables: Sequence[Table], rates: PointRates) -> float:
    """All projects weigh the same."""
    return sum(table.loss(rates) for table in tables) / len(tables)


def fit(cases: Mapping[str, Sequence[Case]]) -> PointRates:
    """The constants of FITTED, each moved for as long as that helps, by smaller and smaller steps."""
    rates, steps = mending_rates().points, dict.fromkeys(FITTED, 0.4)
    tables = [Table.of(each) for each in cases.values()]
    best = loss(tables, rates)
    for _ in range(8):
        for name in FITTED:
            for factor in (math.exp(steps[name]), math.exp(-steps[name])):
                value = getattr(rates, name) * factor
                tried = replace(rates, **{name: min(1.0, value) if name == "entered_share" else value})
                if (found := loss(tables, tried)) < best:
                    rates, best = tried, found
                    break
            else:
                steps[name] /= 2
    return rates


def within(case: Case, points: float, rates: PointRates) -> bool:
    """Whether the actual points lie between P10 and P90."""
    away = math.exp(1.2816 * rates.spread_of(points))
    low, high = (int((points + rates.spread_offset) * each - rates.spread_offset) for each in (1 / away, away))
    return min(low, points) <= case.actual <= max(high, points)


def _by_case(cases: Sequence[Case], rates: PointRates) -> dict[int, float]:
    table = Table.of(cases)
    sums = np.bincount(table.numbers, table.expected(rates), len(cases))
    return {id(case): float(points) for case, points in zip(cases, sums, strict=True)}


def show(cases: Mapping[str, Sequence[Case]], rates: PointRates | None = None) -> None:
    """The tables; with `rates` by the formula of the fit."""
    used = rates or mending_rates().points

    every = [case for each in cases.values() for case in each]
    fitted = _by_case(every, rates) if rates else {}

    def points(case: Case) -> float:
        return fitted[id(case)] if rates else case.forecast

    print(
        "| of | times | range held | points forecast | actual | median actual / forecast |\n|---|--:|--:|--:|--:|--:|"
    )
    kinds = {kind: [case for case in every if case.kind == kind] for kind in ("file", "fixture", "random", "files")}
    for name, some in {**{name: list(each) for name, each in cases.items()}, **kinds, "all": every}.items():
        held = sum(within(case, points(case), used) for case in some) / len(some)
        ratio = median((case.actual + 0.5) / (points(case) + 0.5) for case in some)
        forecast, actual = sum(map(points, some)), sum(case.actual for case in some)
        print(f"| {name} | {len(some)} | {held:.0%} | {forecast:,.0f} | {actual:,} | {ratio:.2f} |")
    print("\n| points forecast | times | standard deviation of ln(actual / forecast) | as shipped |\n|---|--:|--:|--:|")
    for low, high in pairwise(SIZES):
        some = [case for case in every if low <= points(case) < high]
        strayed = [math.log((case.actual + 0.5) / (points(case) + 0.5)) for case in some]
        shipped = used.spread_of((low + min(high, 900)) / 2)
        print(f"| {low:,} to {high:,} | {len(some)} | {pstdev(strayed):.2f} | {shipped:.2f} |")


def main() -> None:
    """Measure, and fit where that is asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recordings", type=Path, default=REPLAY)
    parser.add_argument("--sources", type=Path, default=REPLAY)
    parser.add_argument("--fit", action="store_true")
    given = parser.parse_args()
    cases: dict[str, list[Case]] = {}
    for path in sorted(given.recordings.glob("*.sqlite*")):
        recording = read_recording(path)
        sources = read_sources(find_sources(given.sources, recording.name), recording)
        recorded = Recorded(make_project(recording, sources), {test.name: test for test in recording.tests})
        cases[recording.name] = [recorded.case(*group) for group in recorded.groups()]
    show(cases)
    if given.fit:
        names = sorted(cases)
        print("\nfitted to all:", {name: round(getattr(fit(cases), name), 4) for name in FITTED})
        for half in (names[: len(names) // 2], names[len(names) // 2 :]):
            print(f"\nfitted to {', '.join(half)}; the others, unseen:\n")
            show({name: cases[name] for name in names if name not in half}, fit({name: cases[name] for name in half}))


if __name__ == "__main__":
    main()
