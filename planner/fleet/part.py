"""A component as far as planning needs it: read once, in whatever process, and small enough to hand over."""

import gc
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from planner.config import read_config
from planner.errors import GapplanError
from planner.fleet.owners import find_owners
from planner.fleet.roots import Place
from planner.fleet.settings import TeamSetting
from planner.measure import Request
from planner.model.measurement import Counts, FileCoverage, Input, Skipped
from planner.model.plan import Candidate
from planner.model.target import Target
from planner.model.together import weighty
from planner.pipeline.start import Goal, churn_shares, find_target, make_ground, with_notices
from planner.pipeline.study import Study, read_study
from planner.solve import Ground
from planner.spread import HERE, Spread


@dataclass(frozen=True, slots=True)
class Job:
    """A component to be read, with what the fleet asks of all: picklable. `spread` says where its files are read."""

    place: Place
    teams: tuple[TeamSetting, ...] = ()
    confidence: float = 0.8
    caches: Path | None = None
    spread: Spread = HERE


@dataclass(frozen=True, slots=True)
class Part:
    """A component that was read. `ground` has no target and no requirement: goals are the fleet's.

    `target` is the component's own goal. `teams` are the paths of each team's files, `team_counts` their counts in the
    data, whether tests can be planned for them or not.
    """

    name: str
    root: str
    candidates: tuple[Candidate, ...]
    ground: Ground
    target: Target | None
    files: int
    teams: Mapping[str, frozenset[str]]
    team_counts: Mapping[str, Counts]
    findings: int = 0
    skipped: tuple[Skipped, ...] = ()
    notices: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()


def read_part(job: Job) -> Part | Skipped:
    """The component, or why it cannot be planned for. Nothing else of it is kept."""
    try:
        return _read(job)
    except GapplanError as error:
        return Skipped(job.place.name, str(error).replace(f"{job.place.root}/", ""))
    finally:
        gc.collect()  # the command runs without collecting; what was read of a component must not stay


def _read(job: Job) -> Part:
    place = job.place
    config = read_config(place.root)
    request = Request(place.root, place.data or config.data, config.source, config.rcfile, job.caches, job.spread)
    study = read_study(request, config.wish, lambda paths, _: paths)
    goal = Goal(place.target, config.meaning or "exact", config.total or "measured", replace(config.wish, stretch=None))
    target = find_target(replace(goal, percent=place.target or "0"), study.measured)
    owned, said = _teams(job, study)
    measured = with_notices(study.measured, study.code)
    return Part(
        name=place.name,
        root=place.shown,
        candidates=study.forecast().candidates,
        ground=_ground(study, goal, job.confidence),
        target=target if place.target is not None else None,
        files=len(measured.files),
        teams=owned,
        team_counts=_counts(owned, measured.files if goal.total == "measured" else _all(study)),
        findings=len(weighty(study.diagnosis)),
        skipped=measured.skipped,
        notices=(*measured.notices, *said),
        inputs=tuple(replace(each, path=str(place.root / each.path)) for each in measured.inputs),
    )


def _ground(study: Study, goal: Goal, confidence: float) -> Ground:
    """Where it starts, without any goal: by its own rates, weights and noise, and the fleet's confidence."""
    wish = replace(goal.wish, confidence=confidence, budget=None, require=(), options=(), ladder=())
    ground = make_ground(study.forecast(), None, replace(goal, wish=wish), study.measured)
    return replace(ground, churn=churn_shares(study.churn))


def _all(study: Study) -> tuple[FileCoverage, ...]:
    return (*study.measured.files, *study.measured.unmeasured)


def _teams(job: Job, study: Study) -> tuple[dict[str, frozenset[str]], tuple[str, ...]]:
    """The paths of each team's files, by FLEET.toml or by the component's CODEOWNERS; and what is to be said of it."""
    paths = sorted({each.path for each in _all(study) if each.in_tree})
    if job.place.team is not None:
        return {job.place.team: frozenset(paths)}, ()
    owned, said = find_owners(job.place.root, paths)
    teams: dict[str, set[str]] = {}
    for path, owners in owned.items():
        for owner in owners:
            for team in _names(owner, job.teams):
                teams.setdefault(team, set()).add(path)
    return {team: frozenset(teams[team]) for team in sorted(teams)}, said


def _names(owner: str, teams: Collection[TeamSetting]) -> list[str]:
    """The teams of FLEET.toml that an owner belongs to; else the owner is a team of its own."""
    return [team.name for team in teams if team.has(owner)] or [owner]


def _counts(teams: Mapping[str, frozenset[str]], files: Collection[FileCoverage]) -> dict[str, Counts]:
    counts = {file.path: file.counts for file in files if file.in_tree}
    return {team: sum((counts[path] for path in paths if path in counts), Counts()) for team, paths in teams.items()}
