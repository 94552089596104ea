"""The whole replay: every project, every split, every order, spread over processes."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import TypeAlias

from planner.errors import ConfigError
from planner.model.replay import Accuracy, OrderScore, ProjectReplay, Replay
from planner.replay.accuracy import check_split, summarise
from planner.replay.data import RecordingError, recording_name
from planner.replay.executor import EXECUTORS, Executor
from planner.replay.ours import PLANNERS
from planner.replay.planners import BASELINES
from planner.replay.project import Project, read_project
from planner.replay.score import Arena, score_references
from planner.replay.splits import QUICK_SPLITS, SPLITS, Kind, make_splits

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
    def counts(self) -> dict[Kind, int]:
        return QUICK_SPLITS if self.is_quick else SPLITS

    @property
    def places(self) -> range:
        """The places that splits may have; the last ones have none where splits were too small."""
        return range(sum(self.counts.values()))

    def replay(self, place: int) -> ProjectReplay:
        """The project with the split at this place alone, or with none. Runs in a process of its own."""
        project = _load(self.data, self.sources)
        about = _about(project)
        splits = make_splits(project, self.counts)
        if place >= len(splits):
            return about
        arena = Arena(project, splits[place])
        executors = EXECUTORS[:1] if self.is_quick else EXECUTORS
        return replace(
            about,
            splits=(arena.split.name,),
            scores=tuple(score for executor in executors for score in _scores(arena, executor)),
            accuracy=tuple(summarise(each.name, [check_split(arena, each)]) for each in PLANNERS if each.foresee),
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
    data: Iterable[Path], sources: Path, progress: Progress, *, is_quick: bool = False, jobs: int | None = None
) -> Replay:
    """Everything, by `jobs` processes (as many as there are cores). Raises RecordingError or SourcesError."""
    tasks = [Task(path, sources, is_quick) for path in data]
    projects = tuple(_all(tasks, progress, jobs or available_cores()))
    return Replay(projects, tuple(_pooled(projects)), is_quick)


def _all(tasks: Sequence[Task], progress: Progress, jobs: int) -> Iterator[ProjectReplay]:
    if jobs == 1:
        yield from (_joined(task, map(task.replay, task.places), progress) for task in tasks)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        futures = [[pool.submit(task.replay, place) for place in task.places] for task in tasks]
        try:
            for task, row in zip(tasks, futures, strict=True):
                yield _joined(task, (each.result() for each in row), progress)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _pooled(projects: Sequence[ProjectReplay]) -> Iterator[Accuracy]:
    """Each planner's forecasts over all projects together."""
    names = dict.fromkeys(accuracy.order for project in projects for accuracy in project.accuracy)
    for name in names:
        known = (accuracy for project in projects for accuracy in project.accuracy if accuracy.order == name)
        yield summarise(name, [split for accuracy in known for split in accuracy.splits])


def available_cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _joined(task: Task, parts: Iterable[ProjectReplay], progress: Progress) -> ProjectReplay:
    """One project out of its splits, in their order, as they are done."""
    names = [f"{recording_name(task.data)}-{place}" for place in task.places]
    known = [part for _, part in zip(progress(names, f"replaying {recording_name(task.data)}"), parts, strict=True)]
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


def _about(project: Project) -> ProjectReplay:
    return ProjectReplay(
        name=project.name,
        source=project.root.name,
        statements=project.statements.bit_count(),
        covered=project.full.bit_count(),
        tests=len(project.tests),
    )


def _scores(arena: Arena, executor: Executor) -> Iterator[OrderScore]:
    """Every order on one split."""
    for each in (*BASELINES, *PLANNERS):
        score = arena.score(arena.curve(each, executor), executor)
        yield OrderScore(each.name, each.grain, each.mode, executor, (score,))
    yield from score_references(arena, executor)
