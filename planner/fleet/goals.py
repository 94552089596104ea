"""What is asked of a fleet, in points: percents of everything, of each team's files, of a component."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from planner.config import parse_percent
from planner.errors import ConfigError
from planner.fleet.part import Part
from planner.fleet.settings import FleetSetting
from planner.model.chance import Gain
from planner.model.fleet import GoalKind
from planner.model.measurement import Counts, Skipped
from planner.model.plan import Spread
from planner.model.target import Target
from planner.solve.ceiling import find_ceiling
from planner.solve.tally import Tally

Place = int
"""The place of a component among all that were read."""


@dataclass(frozen=True, slots=True)
class FleetTarget:
    """A goal with where it is judged: by place the files that count, None for all of a component."""

    kind: GoalKind
    name: str
    target: Target
    today: Counts
    within: Mapping[Place, frozenset[str] | None]

    def alone(self, place: Place, parts: Sequence[Part]) -> "FleetTarget":
        """The same percent for what of it lies in one component, which is the only one then."""
        return replace(self, today=_today(self.kind, self.name, parts[place]), within={0: self.within[place]})

    def entering(self, place: Place, parts: Sequence[Part]) -> Mapping[str, int]:
        """The points that join its total when a file is imported, by path."""
        paths, entering = self.within[place], parts[place].ground.entering
        return entering if paths is None else {path: entering[path] for path in sorted(paths & set(entering))}

    def need(self, tallies: Mapping[Place, Tally], parts: Sequence[Part]) -> int:
        """Points still to gain from today, with what has entered its total by then."""
        entered = sum(self.entered(place, tally, parts) for place, tally in tallies.items() if place in self.within)
        return self.target.points_needed(self.today.points + entered) - self.today.covered_points

    def entered(self, place: Place, tally: Tally, parts: Sequence[Part]) -> int:
        """Points that the tests of a component have brought into the total."""
        if self.within[place] is None:
            return tally.entered
        return sum(points for path, points in self.entering(place, parts).items() if path in tally.files)

    def gain(self, tallies: Mapping[Place, Tally]) -> Gain:
        """What all the tests gain of it."""
        return pooled([_gain(self.within[place], tally) for place, tally in tallies.items() if place in self.within])

    def ceiling(self, parts: Sequence[Part]) -> tuple[int, int]:
        """Points covered, and points in all, if everything coverable were covered."""
        found = [self._ceiling(parts[place], paths) for place, paths in self.within.items()]
        covered, points = (sum(each[side] for each in found) for side in (0, 1))
        return self.today.covered_points + covered, self.today.points + points

    def _ceiling(self, part: Part, paths: frozenset[str] | None) -> tuple[int, int]:
        """The points that can be gained, and that can enter."""
        ground = replace(part.ground, today=Counts())
        if paths is not None:
            forecast = replace(
                ground.forecast,
                gaps={key: points for key, points in ground.forecast.gaps.items() if key[0] in paths},
                bodies={key: weight for key, weight in ground.forecast.bodies.items() if key[0] in paths},
                imports={path: points for path, points in ground.forecast.imports.items() if path in paths},
                gifts={},  # what lies in a core is a gap of its function as well
            )
            entering = {path: points for path, points in ground.entering.items() if path in paths}
            ground = replace(ground, forecast=forecast, entering=entering)
        return find_ceiling(part.candidates, ground)


def _gain(paths: frozenset[str] | None, tally: Tally) -> Gain:
    return tally.gain if paths is None else tally.gain_within(paths)


def pooled(gains: Sequence[Gain]) -> Gain:
    """Several gains as one: what strays alike strays together, single tests each on their own.

    Components may have rates of their own. Their spreads are then weighed by what is gained, noise adds up.
    """
    body, imported = sum(each.body for each in gains), sum(each.imported for each in gains)
    squares = sum(each.squares for each in gains)
    spreads = [each.spread for each in gains]
    common = _mean([each.common for each in spreads], [each.body for each in gains])
    single = _mean([each.single**2 for each in spreads], [each.squares for each in gains]) ** 0.5
    on_import = _mean([each.imported for each in spreads], [each.imported for each in gains])
    if len({each.single for each in spreads}) == 1:
        single = spreads[0].single
    spread = Spread(common, single, on_import, sum(each.noise for each in spreads))
    return Gain(body, imported, squares, sum(each.most for each in gains), spread)


def _mean(values: Sequence[float], weights: Sequence[int]) -> float:
    """The weighed mean, exact where all values are the same."""
    if len(set(values)) == 1:
        return values[0]
    whole = sum(weights)
    if not whole:
        return max(values, default=0.0)
    return sum(value * weight for value, weight in zip(values, weights, strict=True)) / whole


def find_targets(setting: FleetSetting, parts: Sequence[Part]) -> tuple[FleetTarget, ...]:
    """The goals in the order whole, teams, components; none of a team without files. Raises ConfigError."""
    return (*_whole(setting, parts), *_of_teams(setting, parts), *_of_components(parts))


def _whole(setting: FleetSetting, parts: Sequence[Part]) -> Iterator[FleetTarget]:
    if setting.target is not None:
        today = total_of(parts)
        if not today.points:
            raise ConfigError("the data has no statements at all, so no percent can be reached")
        target = Target(parse_percent(setting.target, today.percent, "FLEET.toml: target"))
        yield FleetTarget("whole", "all", target, today, dict.fromkeys(range(len(parts))))


def total_of(parts: Sequence[Part]) -> Counts:
    """Today's counts of all components together."""
    return sum((part.ground.today for part in parts), Counts())


def _of_teams(setting: FleetSetting, parts: Sequence[Part]) -> Iterator[FleetTarget]:
    for team in setting.teams:
        within: dict[Place, frozenset[str] | None] = {
            place: part.teams[team.name] for place, part in enumerate(parts) if team.name in part.teams
        }
        today = sum((parts[place].team_counts[team.name] for place in within), Counts())
        if team.target is not None and today.points:
            target = Target(parse_percent(team.target, today.percent, f"FLEET.toml: [team.{team.name}] target"))
            yield FleetTarget("team", team.name, target, today, within)


def find_lost(setting: FleetSetting, parts: Sequence[Part]) -> tuple[Skipped, ...]:
    """The teams that have a target, but no file in any component that could be read."""
    counted = {name for part in parts for name, counts in part.team_counts.items() if counts.points}
    reason = "owns no measured file: name it as the team of a component, or its owners as CODEOWNERS has them"
    lost = [team.name for team in setting.teams if team.target is not None and team.name not in counted]
    return tuple(Skipped(f"team {name}", reason) for name in lost)


def _of_components(parts: Sequence[Part]) -> Iterator[FleetTarget]:
    for place, part in enumerate(parts):
        if part.target is not None:
            yield FleetTarget("component", part.name, part.target, part.ground.today, {place: None})


def _today(kind: GoalKind, name: str, part: Part) -> Counts:
    return part.team_counts[name] if kind == "team" else part.ground.today
