"""What a fleet's tests come to: for each goal, each component, each team, test by test, all in whole points."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from planner.fleet.goals import FleetTarget, Place, pooled, total_of
from planner.fleet.part import Part
from planner.fleet.settings import FleetSetting
from planner.fleet.way import Way, chance_of
from planner.forecast.core import core_of
from planner.model.fleet import Fleet, FleetGoal, FleetStep, Share, TeamShare, Work
from planner.model.measurement import Counts
from planner.model.option import Option, Step
from planner.model.plan import MILLI, Candidate, Effort, Range
from planner.solve.account import Subject, account
from planner.solve.tally import Tally
from planner.solve.way import Chosen


@dataclass(frozen=True, slots=True)
class Alone:
    """What the same targets take in one component on its own, and whether they are reached so."""

    way: Way
    is_enough: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """The goals and which of them were planned for, the way to them, and each component's own where one is shared."""

    goals: tuple[FleetTarget, ...]
    planned: Collection[int]
    way: Way
    alone: Mapping[Place, Alone]
    alone_reaches: bool = False


@dataclass(frozen=True, slots=True)
class _Done:
    """A component after some tests: its option, the steps aimed at each path, thousandths of a point gained there."""

    option: Option
    aimed: Mapping[str, list[Step]]
    by_path: Mapping[str, int]

    def within(self, paths: frozenset[str]) -> Work:
        """What of it is about these files, and what they gain."""
        steps = sorted((step for path in paths for step in self.aimed.get(path, ())), key=lambda step: step.order)
        points = sum(self.by_path.get(path, 0) for path in paths) // MILLI
        return Work(len(steps), sum((step.effort for step in steps), Effort()), points)

    @property
    def work(self) -> Work:
        return Work(len(self.option.steps), self.option.effort, self.option.points_gained)


def account_fleet(name: str, parts: Sequence[Part], setting: FleetSetting, plan: Plan) -> Fleet:
    """All figures of the plan."""
    done = dict(_done(range(len(parts)), parts, plan.way))
    alone = {place: each for place, way in plan.alone.items() for _, each in _done([place], parts, way.way)}
    works = [each.work for each in done.values()]
    points = sum(each.points for each in works)
    found = pooled([tally.gain for tally in plan.way.tallies.values()]).range
    return Fleet(
        name=name,
        today=total_of(parts),
        goals=tuple(_goal(number, plan, parts, done, setting.confidence) for number in range(len(plan.goals))),
        shares=tuple(_share(place, part, plan, done, alone) for place, part in enumerate(parts)),
        teams=tuple(_teams(parts, done, alone)),
        steps=tuple(_steps(parts, plan.way, done)),
        work=_together(works),
        gain=Range(min(found.p10, points), points, max(points, found.p90)),
        confidence=setting.confidence,
        budget=setting.budget,
        bound_gap=plan.way.bound_gap,
        alone=_alone(parts, done, alone) if alone else None,
        alone_reaches=plan.alone_reaches if alone else None,
        notices=tuple(f"{part.name}: {notice}" for part in parts for notice in part.notices),
        details={part.name: part.skipped for part in parts if part.skipped},
        inputs=tuple(each for part in parts for each in part.inputs),
    )


def _done(places: Iterable[Place], parts: Sequence[Part], way: Way) -> Iterator[tuple[Place, _Done]]:
    """Each of the components after the tests that are its own."""
    taken: dict[Place, list[Candidate]] = {}
    for place, candidate in way.spots:
        taken.setdefault(place, []).append(candidate)
    for place in places:
        yield place, _done_in(parts[place], taken.get(place, []), way.tallies.get(place))


def _done_in(part: Part, taken: Sequence[Candidate], tally: Tally | None) -> _Done:
    subject = Subject("fleet", part.name, "its share", part.candidates)
    option = account(subject, Chosen(tuple(taken), None), part.ground, part.candidates)
    aimed: dict[str, list[Step]] = {}
    for step in option.steps:
        aimed.setdefault(step.candidate.path, []).append(step)
    return _Done(option, aimed, _by_path(tally) if tally else {})


def _by_path(tally: Tally) -> dict[str, int]:
    """Thousandths of a point gained in each file; what is gained of a core is its functions', by their gifts."""
    forecast = tally.ground.forecast
    found = {path: forecast.imports.get(path, 0) * MILLI for path in tally.files}
    for key in tally.left:
        if key in forecast.gaps:
            found[key[0]] = found.get(key[0], 0) + tally.covered(key)
    for key, gift in forecast.gifts.items():
        core = core_of(key[0])
        found[key[0]] = found.get(key[0], 0) + tally.covered(core) * gift // max(1, forecast.bodies.get(core, 0))
    return found


def _goal(number: int, plan: Plan, parts: Sequence[Part], done: Mapping[Place, _Done], confidence: float) -> FleetGoal:
    goal, tallies = plan.goals[number], plan.way.tallies
    mine = {place: tally for place, tally in tallies.items() if place in goal.within}
    ceiling, ceiling_total = goal.ceiling(parts)
    gained = sum(_gained(done[place], paths) for place, paths in goal.within.items())
    return FleetGoal(
        kind=goal.kind,
        name=goal.name,
        target=goal.target,
        today=goal.today,
        points_after=goal.today.covered_points + gained,
        points_total_after=goal.today.points + sum(goal.entered(place, mine[place], parts) for place in mine),
        probability=chance_of(goal, mine, parts),
        confidence=confidence,
        ceiling=ceiling,
        ceiling_total=ceiling_total,
        is_planned=number in plan.planned,
    )


def _gained(done: _Done, paths: frozenset[str] | None) -> int:
    return done.work.points if paths is None else done.within(paths).points


def _share(place: Place, part: Part, plan: Plan, done: Mapping[Place, _Done], alone: Mapping[Place, _Done]) -> Share:
    option = done[place].option
    return Share(
        name=part.name,
        root=part.root,
        files=part.files,
        today=part.ground.today,
        total_after=option.points_total_after,
        work=done[place].work,
        is_calibrated=part.ground.forecast.is_calibrated,
        findings=part.findings,
        new_seams=option.new_seams,
        alone=alone[place].work if place in alone else None,
        reaches_alone=plan.alone[place].is_enough if place in plan.alone else None,
    )


def _teams(parts: Sequence[Part], done: Mapping[Place, _Done], alone: Mapping[Place, _Done]) -> Iterator[TeamShare]:
    """The teams that own a file, by name."""
    teams: dict[str, dict[Place, frozenset[str]]] = {}
    for place, part in enumerate(parts):
        for name, paths in part.teams.items():
            teams.setdefault(name, {})[place] = paths
    for name, mine in sorted(teams.items()):
        yield TeamShare(
            name=name,
            files=sum(len(paths) for paths in mine.values()),
            components=len(mine),
            today=sum((parts[place].team_counts[name] for place in mine), Counts()),
            work=_together([done[place].within(paths) for place, paths in mine.items()]),
            alone=_together([alone.get(place, done[place]).within(paths) for place, paths in mine.items()])
            if alone
            else None,
        )


def _steps(parts: Sequence[Part], way: Way, done: Mapping[Place, _Done]) -> Iterator[FleetStep]:
    """Every test in the order of the way, each with the step that it is in its component."""
    steps: dict[Place, Iterator[Step]] = {place: iter(each.option.steps) for place, each in done.items()}
    owners: dict[Place, Mapping[str, tuple[str, ...]]] = {place: _owners(part) for place, part in enumerate(parts)}
    for order, (place, candidate) in enumerate(way.spots, start=1):
        yield FleetStep(order, parts[place].name, next(steps[place]), owners[place].get(candidate.path, ()))


def _owners(part: Part) -> dict[str, tuple[str, ...]]:
    """Path -> its teams."""
    found: dict[str, tuple[str, ...]] = {}
    for team, paths in part.teams.items():
        for path in paths:
            found[path] = (*found.get(path, ()), team)
    return found


def _alone(parts: Sequence[Part], done: Mapping[Place, _Done], alone: Mapping[Place, _Done]) -> Work:
    """Of all components together; what is planned apart is the same either way."""
    return _together([alone.get(place, done[place]).work for place in range(len(parts))])


def _together(works: Sequence[Work]) -> Work:
    effort = sum((each.effort for each in works), Effort())
    return Work(sum(each.tests for each in works), effort, sum(each.points for each in works))
