"""The whole replay: every project, every split, every order, spread over processes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from planner.errors import ConfigError
from planner.forecast.rates import SHIPPED, read_fitted_rates
from planner.model.rates import FittedRates, Rates
from planner.model.replay import Accuracy, OrderScore, ProjectReplay, Replay
from planner.replay.accuracy import check_split, summarise
from planner.replay.data import RecordingError, recording_name
from planner.replay.executor import EXECUTORS, Executor
from planner.replay.ours import our_planners
from planner.replay.parallel import available_cores, in_parallel
from planner.replay.planners import BASELINES
from planner.replay.project import Project, read_project
from planner.replay.score import Arena, score_references
from planner.replay.splits import QUICK_SPLITS, SPLITS, Kind, make_splits
from planner.replay.state import Planner

Progress: TypeAlias = Callable[[Iterable[str], str], Iterable[str]]
"""Wraps names of work to be done, with a label, and shows how far it is."""

SUFFIXES = (".sqlite", ".sqlite.xz")


@dataclass(frozen=True, slots=True)
class Task:
    """What to replay: one recording with the folder of its sources, and how thoroughly."""

    data: Path
    sources: Path
    is_quick: bool

    @property
    def name(self) -> str:
        return recording_name(self.data)

    @property
    def counts(self) -> dict[Kind, int]:
        return QUICK_SPLITS if self.is_quick else SPLITS

    @property
    def places(self) -> range:
        """The places that splits may have; the last ones have none where splits were too small."""
        return range(sum(self.counts.values()))

    @property
    def project(self) -> Project:
        """The project, read once for all its splits, as long as they come one after the other."""
        return _load(self.data, self.sources)

    def arena(self, place: int) -> Arena | None:
        """The split at this place; None where there is none."""
        splits = make_splits(self.project, self.counts)
        return Arena(self.project, splits[place]) if place < len(splits) else None


@dataclass(frozen=True, slots=True)
class Part:
    """One split of a task, and the rates that gapplan is to plan with there. Replayed in a process of its own."""

    task: Task
    place: int
    rates: Rates
    is_held_out: bool


def replay_part(part: Part) -> ProjectReplay:
    """The project with this split alone, or with none."""
    about = _about(part)
    arena = part.task.arena(part.place)
    if arena is None:
        return about
    executors = EXECUTORS[:1] if part.task.is_quick else EXECUTORS
    ours = our_planners(part.rates)
    return replace(
        about,
        splits=(arena.split.name,),
        scores=tuple(score for executor in executors for score in _scores(arena, executor, ours)),
        accuracy=tuple(summarise(each.name, [check_split(arena, each)]) for each in ours if each.foresee),
    )


def find_recordings(given: Sequence[Path], only: Sequence[str] = ()) -> tuple[Path, ...]:
    """The recordings at the paths, a folder standing for those in it, by name; with `only`, those of these names.

    Raises RecordingError when there are none, and ConfigError for a name that none of them has.
    """
    found = {recording_name(path): path for each in given for path in _recordings_at(each)}
    if unknown := [name for name in only if name not in found]:
        raise ConfigError(f"--only {unknown[0]}: no such recording; there are {', '.join(sorted(found)) or 'none'}")
    if not found:
        places = ", ".join(map(str, given))
        raise RecordingError(f"{places}: no recordings (*.sqlite, *.sqlite.xz); give files, or a folder of them")
    return tuple(found[name] for name in sorted(found) if not only or name in only)


def _recordings_at(path: Path) -> list[Path]:
    """Of a recording that is there packed and unpacked, the unpacked one comes last, and counts."""
    if not path.is_dir():
        return [path]
    names = sorted((each for each in path.iterdir() if each.name.endswith(SUFFIXES)), reverse=True)
    return [each for each in names if each.is_file()]


def replay(
    data: Iterable[Path],
    sources: Path,
    progress: Progress,
    *,
    is_quick: bool = False,
    jobs: int | None = None,
    rates: Path = SHIPPED,
) -> Replay:
    """Everything, by `jobs` processes (as many as there are cores).

    Each project is planned for with the rates in the file `rates`; one that took part in their fit, with those fitted
    without it. Raises RecordingError, SourcesError or RatesError.
    """
    fitted = read_fitted_rates(rates)
    tasks = [Task(path, sources, is_quick) for path in data]
    projects = tuple(_all(tasks, fitted, progress, jobs or available_cores()))
    return Replay(projects, tuple(_pooled(projects)), is_quick, "" if rates == SHIPPED else rates.name)


def _all(tasks: Sequence[Task], fitted: FittedRates, progress: Progress, jobs: int) -> Iterator[ProjectReplay]:
    parts = [
        Part(task, place, fitted.held_out(task.name), task.name in fitted.without)
        for task in tasks
        for place in task.places
    ]
    found = in_parallel(replay_part, parts, jobs)
    for task in tasks:
        yield _joined(task, islice(found, len(task.places)), progress)


def _pooled(projects: Sequence[ProjectReplay]) -> Iterator[Accuracy]:
    """Each planner's forecasts over all projects together."""
    names = dict.fromkeys(accuracy.order for project in projects for accuracy in project.accuracy)
    for name in names:
        known = (accuracy for project in projects for accuracy in project.accuracy if accuracy.order == name)
        yield summarise(name, [split for accuracy in known for split in accuracy.splits])


def _joined(task: Task, parts: Iterable[ProjectReplay], progress: Progress) -> ProjectReplay:
    """One project out of its splits, in their order, as they are done."""
    names = [f"{task.name}-{place}" for place in task.places]
    known = [part for _, part in zip(progress(names, f"replaying {task.name}"), parts, strict=True)]
    full = [part for part in known if part.splits]
    return replace(
        known[0],
        splits=tuple(name for part in full for name in part.splits),
        skipped_splits=len(known) - len(full),
        scores=tuple(_joined_scores(full)),
        accuracy=tuple(_joined_accuracy(full)),
    )


def _joined_scores(parts: Sequence[ProjectReplay]) -> Iterator[OrderScore]:
    for rows in zip(*(part.scores for part in parts), strict=True):
        yield replace(rows[0], splits=tuple(split for row in rows for split in row.splits))


def _joined_accuracy(parts: Sequence[ProjectReplay]) -> Iterator[Accuracy]:
    for rows in zip(*(part.accuracy for part in parts), strict=True):
        yield summarise(rows[0].order, [split for row in rows for split in row.splits])


@lru_cache(maxsize=1)
def _load(data: Path, sources: Path) -> Project:
    """Kept for the next split: splits of one project come one after the other."""
    return read_project(data, sources)


def _about(part: Part) -> ProjectReplay:
    project = part.task.project
    return ProjectReplay(
        name=project.name,
        source=project.root.name,
        statements=project.statements.bit_count(),
        covered=project.full.bit_count(),
        tests=len(project.tests),
        is_held_out=part.is_held_out,
    )


def _scores(arena: Arena, executor: Executor, ours: Sequence[Planner]) -> Iterator[OrderScore]:
    """Every order on one split."""
    for each in (*BASELINES, *ours):
        score = arena.score(arena.curve(each, executor), executor)
        yield OrderScore(each.name, each.grain, each.mode, executor, (score,))
    yield from score_references(arena, executor)
