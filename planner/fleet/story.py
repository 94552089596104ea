"""The story of a fleet: find its components, read each, share the effort out, and see what it comes to for whom."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from planner.errors import InputError
from planner.fleet.account import Alone, Plan, account_fleet
from planner.fleet.goals import FleetTarget, Place, find_lost, find_targets
from planner.fleet.part import Job, Part, read_part
from planner.fleet.roots import find_nested, find_places
from planner.fleet.settings import FleetSetting
from planner.fleet.way import Way, best_way, can_reach, chance_of, find_way, written
from planner.measure import Progress
from planner.model.fleet import Fleet
from planner.model.measurement import Skipped
from planner.spread import HERE, Spread, mapped

SECONDS_OF_A_COMPONENT = 2.0
"""CPU seconds that reading one takes, about (tests/benchmarks/fleet.py): enough for a process of its own."""


def make_fleet(
    file: Path, setting: FleetSetting, caches: Path | None, progress: Progress, spread: Spread = HERE
) -> Fleet:
    """The plan for all that FLEET.toml asks. Raises ConfigError for what it cannot mean, InputError without data.

    Local processes read whole components; a cluster, which may not see their folders, is sent their files.
    """
    places, nowhere = find_places(setting.components, file.parent)
    within, over = (spread, HERE) if spread.scheduler else (HERE, spread)
    jobs = [Job(place, setting.teams, setting.confidence, caches, within) for place in places]
    parts: list[Part] = []
    skipped = list(nowhere)
    names = progress([place.name for place in places], "reading components")
    if over.jobs > 1:  # for `planner.answers`, which sees only what this process reads
        sys.audit("gapplan.read_elsewhere")
    for found, _ in zip(mapped(read_part, jobs, over, lambda _: SECONDS_OF_A_COMPONENT), names, strict=True):
        if isinstance(found, Skipped):
            skipped.append(found)
        else:
            parts.append(found)
    if not parts:
        first = f": {skipped[0].path}: {skipped[0].reason}" if skipped else ""
        raise InputError(f"{file.name}: none of its components can be planned for{first}")
    skipped += find_lost(setting, parts)
    plan = plan_parts(parts, setting, progress, over)
    fleet = account_fleet(file.parent.resolve().name, parts, setting, plan)
    return replace(fleet, skipped=tuple(skipped), notices=(*find_nested(places), *fleet.notices))


def plan_parts(parts: Sequence[Part], setting: FleetSetting, progress: Progress, spread: Spread = HERE) -> Plan:
    """What to do in which component; goals out of reach are left out, unless there is no other.

    Components that share no goal are planned apart. With a budget, the most points for it over all of them, unless the
    goals take less.
    """
    goals = find_targets(setting, parts)
    watched = progress([goal.name for goal in goals], "weighing goals")
    reached = [can_reach(goal, parts, setting.confidence) for goal, _ in zip(goals, watched, strict=True)]
    planned = [number for number, is_reached in enumerate(reached) if is_reached] or list(range(len(goals)))
    groups = _groups([goals[number] for number in planned])
    ways: list[Way] = []
    alone: dict[Place, Alone] = {}
    is_reached = True
    for group, _ in zip(groups, progress([group.goals[0].name for group in groups], "planning"), strict=True):
        way, own, is_also = _plan_group(group, parts, setting.confidence, spread)
        ways.append(way)
        alone |= own
        is_reached = is_reached and is_also
    way = _joined(ways, parts)
    if setting.budget is not None and (not ways or way.hours > setting.budget):
        way, alone = best_way(parts, range(len(parts)), setting.confidence, setting.budget), {}
    return Plan(goals, planned, way, alone, is_reached)


@dataclass(frozen=True, slots=True)
class _Group:
    """Components that goals tie together, by place, and these goals."""

    places: tuple[Place, ...]
    goals: tuple[FleetTarget, ...]


def _groups(goals: Sequence[FleetTarget]) -> list[_Group]:
    """The goals such that no two groups share a component, in the order of their first components."""
    tied: dict[Place, set[Place]] = {}
    for goal in goals:
        together = set(goal.within).union(*(tied[place] for place in goal.within if place in tied))
        tied |= dict.fromkeys(together, together)
    groups: dict[Place, list[FleetTarget]] = {}
    for goal in goals:
        groups.setdefault(min(tied[next(iter(goal.within))]), []).append(goal)
    return [_Group(tuple(sorted(tied[first])), tuple(mine)) for first, mine in sorted(groups.items())]


def _plan_group(
    group: _Group, parts: Sequence[Part], confidence: float, spread: Spread
) -> tuple[Way, dict[Place, Alone], bool]:
    """The cheapest way; where goals are shared, what each component takes on its own; whether that reaches them, too.

    Those ways together are one of the choices then: sharing out never takes more.
    """
    way = find_way(parts, group.places, group.goals, confidence)
    if len(group.places) == 1:
        return way, {}, True
    alone = _find_alone(group, parts, confidence, spread)
    apart = written((spot for each in alone.values() for spot in each.way.spots), parts, group.places)
    is_enough = all(chance_of(goal, apart.tallies, parts) >= confidence for goal in group.goals)
    if is_enough and apart.hours < way.hours:
        cheapest = way.hours * (1 - way.bound_gap) if way.bound_gap is not None else None
        way = replace(apart, bound_gap=None if cheapest is None else max(0.0, 1 - cheapest / apart.hours))
    return way, alone, is_enough


@dataclass(frozen=True, slots=True)
class _Own:
    """A component with what the goals ask of it alone: picklable, as what comes back is."""

    part: Part
    goals: tuple[FleetTarget, ...]
    confidence: float

    @property
    def seconds(self) -> float:
        """About what planning for it takes (0.1 s for 200 tests, 16 s for 4,800: tests/benchmarks/fleet.py)."""
        tests = sum(each.tests for each in self.part.candidates)
        return 0.05 * (tests / 100) ** 1.5 if any(goal.target.shortfall(goal.today) for goal in self.goals) else 0.0


def _find_own(own: _Own) -> tuple[tuple[int, ...], bool]:
    """The numbers of the candidates to test, and whether they reach every goal; else those that go as far as can be."""
    open_goals = [goal for goal in own.goals if goal.target.shortfall(goal.today)]
    if not open_goals:
        return (), True
    reached = [goal for goal in open_goals if can_reach(goal, [own.part], own.confidence)]
    way = find_way([own.part], [0], reached or open_goals, own.confidence)
    numbers = {each.key: number for number, each in enumerate(own.part.candidates)}
    return tuple(numbers[candidate.key] for _, candidate in way.spots), len(reached) == len(open_goals)


def _find_alone(group: _Group, parts: Sequence[Part], confidence: float, spread: Spread) -> dict[Place, Alone]:
    """By place, the way to each goal's percent for what of it lies in that component."""
    owns = [
        _Own(parts[place], tuple(goal.alone(place, parts) for goal in group.goals if place in goal.within), confidence)
        for place in group.places
    ]
    alone: dict[Place, Alone] = {}
    found = mapped(_find_own, owns, spread, lambda own: own.seconds)
    for place, (numbers, is_enough) in zip(group.places, found, strict=True):
        spots = ((place, parts[place].candidates[number]) for number in numbers)
        alone[place] = Alone(written(spots, parts, [place]), is_enough)
    return alone


def _joined(ways: Sequence[Way], parts: Sequence[Part]) -> Way:
    """The ways of all groups as one, with the empty ones of all other components."""
    every = written((spot for way in ways for spot in way.spots), parts, range(len(parts)))
    gaps = [(way.bound_gap, way.hours) for way in ways if way.spots]
    if any(gap is None for gap, _ in gaps) or not every.hours:
        return every
    return replace(every, bound_gap=sum((gap or 0.0) * hours for gap, hours in gaps) / every.hours)
