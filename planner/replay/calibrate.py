"""What a recording of a project's own suite says of its constants: costs of tests, and plans for tests held out."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import log
from pathlib import Path
from statistics import fmean

from planner.calibrate.lines import by_file, line_factor
from planner.measure import Progress
from planner.model.calibration import HeldOut, Replayed, TestCost
from planner.model.rates import Rates
from planner.model.replay import Pair
from planner.replay.accuracy import check_split
from planner.replay.data import read_recording
from planner.replay.ours import Gapplan
from planner.replay.project import Project, make_project
from planner.replay.score import Arena
from planner.replay.sources import read_sources
from planner.replay.splits import QUICK_SPLITS, Kind, Split, make_splits
from planner.replay.state import Planner

HELD_OUT: Mapping[Kind, int] = {"quarter": 4, "modules": 3}
"""The splits whose hidden tests judge what the kept ones say; the other kinds keep next to nothing to learn from."""


def read_replayed(recording: Path, root: Path, rates: Rates, progress: Progress) -> Replayed:
    """The recording of the project at `root`, replayed. Raises RecordingError or SourcesError in one line."""
    recorded = read_recording(recording)
    return replay_project(make_project(recorded, read_sources(root, recorded)), rates, progress)


def replay_project(project: Project, rates: Rates, progress: Progress = lambda names, _: names) -> Replayed:
    """Costs in source order, the gains of plans replayed on the whole suite, and trials on plans for hidden tests.

    In a trial the own constants come from the costs of the kept tests alone, so they are judged by what they are for:
    tests that do not exist yet.
    """
    splits = {split.name: split for split in make_splits(project, dict(HELD_OUT))}
    trials = (_trial(project, splits[name], rates) for name in progress(list(splits), "replaying plans"))
    known = tuple(each for each in trials if each)
    return Replayed(costs_of(project), _gains(project, rates), known)


def costs_of(project: Project) -> tuple[TestCost, ...]:
    """The lines of test code that each test is the first to run, in source order, at least 1."""
    paid, costs = 0, []
    for test in project.tests:
        costs.append(TestCost(test.file, max(1, (test.code & ~paid).bit_count())))
        paid |= test.code
    return tuple(costs)


def _gains(project: Project, rates: Rates) -> tuple[float, ...]:
    """ln(points gained / points forecast) of a plan for each kind of split of the suite."""
    plans = [plan_of(Arena(project, split), rates) for split in make_splits(project, QUICK_SPLITS)]
    ends = [plan[-1] for plan in plans if plan]
    return tuple(log(end.gain / end.middle) for end in ends if end.gain and end.middle)


def suite_of(project: Project, kept: Iterable[int]) -> Project:
    """The project as it was when it had these tests alone, by number."""
    return replace(project, tests=tuple(project.tests[number] for number in kept))


def own_rates(project: Project, rates: Rates) -> Rates:
    """The rates with the lines that the project's tests make believable in their place, judged or not."""
    factor = line_factor(by_file(costs_of(project)))
    return replace(rates, test_lines=rates.test_lines * factor, module_lines=rates.module_lines * factor)


def _trial(project: Project, split: Split, rates: Rates) -> HeldOut | None:
    """None where nothing was planned, or nothing came of it."""
    arena = Arena(project, split)
    before = lines_error(plan_of(arena, rates))
    after = lines_error(plan_of(arena, own_rates(suite_of(project, split.kept), rates)))
    return None if before is None or after is None else HeldOut(before, after)


def lines_error(plan: Iterable[Pair]) -> float | None:
    """|ln(lines of test code / lines forecast)|, the mean over the checkpoints of a plan; None without any."""
    errors = [abs(log(each.effort / each.lines)) for each in plan if each.effort and each.lines]
    return fmean(errors) if errors else None


def plan_of(arena: Arena, rates: Rates) -> list[Pair]:
    """The one-shot plan with these rates, at the checkpoints of replay."""
    planner = Planner("gapplan_once", "class", "plan", Gapplan(rates).choose_all)
    return [each.pair for each in check_split(arena, planner).plan]
