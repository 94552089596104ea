"""A plan over many repositories: what each component and team gains by it, which goals are reached, and what is not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from planner.model.measurement import Counts, Input, Skipped
from planner.model.option import Opened, Step
from planner.model.plan import Effort, Range
from planner.model.target import Target

GoalKind = Literal["whole", "team", "component"]


@dataclass(frozen=True, slots=True)
class FleetGoal:
    """A percent to reach, on the points of everything, of a team's files, or of a component.

    `points_after` of `points_total_after` are those after the plan, `ceiling` of `ceiling_total` those if everything
    coverable were covered. `probability` is the chance that the plan reaches it, `confidence` the one asked for. What
    no plan can reach as surely as that is left out of the plan, unless nothing else is asked.
    """

    kind: GoalKind
    name: str
    target: Target
    today: Counts
    points_after: int
    points_total_after: int
    probability: float
    confidence: float
    ceiling: int
    ceiling_total: int
    is_planned: bool = True

    @property
    def is_met(self) -> bool:
        """Whether it is met today."""
        return not self.target.shortfall(self.today)

    @property
    def is_reached(self) -> bool:
        """Whether it is met, or the plan reaches it as surely as asked."""
        return self.is_met or self.probability >= self.confidence

    @property
    def is_out_of_reach(self) -> bool:
        """Whether covering everything coverable would not do."""
        return self.target.points_needed(self.ceiling_total) > self.ceiling


@dataclass(frozen=True, slots=True)
class Work:
    """Tests and what they are forecast to take and to gain, in points."""

    tests: int = 0
    effort: Effort = field(default_factory=Effort)
    points: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """What of the plan falls to a component. `today` are the counts that it is judged on, by its own configuration.

    `total_after` are the points of that total after the plan. `alone` is what the same target for each component on
    its own takes here, and `reaches_alone` whether it is reached so; None where nothing is shared. `findings` are
    those of its doctor that put the total in doubt.
    """

    name: str
    root: str
    files: int
    today: Counts
    total_after: int
    work: Work
    is_calibrated: bool
    findings: int = 0
    new_seams: tuple[Opened, ...] = ()
    alone: Work | None = None
    reaches_alone: bool | None = None


@dataclass(frozen=True, slots=True)
class TeamShare:
    """What of the plan falls to the files of a team, which may be parts of several components.

    Work is that of tests aimed at its files, its points those gained there, by whichever tests. `alone` as for a share.
    """

    name: str
    files: int
    components: int
    today: Counts
    work: Work
    alone: Work | None = None


@dataclass(frozen=True, slots=True)
class FleetStep:
    """One test of the plan: its place among all of them, most points per hour first, and its step in its component."""

    order: int
    component: str
    step: Step
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fleet:
    """The whole answer. `today` is the sum of what the components are judged on; `gain` the range of all points gained.

    `bound_gap` says by which part the hours can at most exceed those of the cheapest way, None where nothing is
    proven. `alone` is what the same percents take where each component goes for them on its own, as far as it can, and
    `alone_reaches` whether that reaches every goal, too; None where no goal is shared. `skipped` are components that
    could not be read, `details` by component the files of it that could not.
    """

    name: str
    today: Counts
    goals: tuple[FleetGoal, ...]
    shares: tuple[Share, ...]
    teams: tuple[TeamShare, ...]
    steps: tuple[FleetStep, ...]
    work: Work
    gain: Range
    confidence: float
    budget: float | None = None
    bound_gap: float | None = None
    alone: Work | None = None
    alone_reaches: bool | None = None
    skipped: tuple[Skipped, ...] = ()
    notices: tuple[str, ...] = ()
    details: Mapping[str, tuple[Skipped, ...]] | None = None
    inputs: tuple[Input, ...] = ()

    @property
    def lagging(self) -> tuple[Share, ...]:
        """The components that do not reach the same percents on their own."""
        return tuple(each for each in self.shares if each.reaches_alone is False)

    @property
    def saved(self) -> tuple[float, float] | None:
        """Hours that sharing out saves, at P50 and at P80; None where one of the two ways does not reach every goal."""
        if self.alone is None or not self.alone_reaches or not all(goal.is_reached for goal in self.goals):
            return None
        alone, shared = self.alone.effort, self.work.effort
        return max(0.0, alone.p50 - shared.p50), max(0.0, alone.p80 - shared.p80)

    @property
    def is_reached(self) -> bool:
        """Whether every component was read and every goal is reached."""
        return not self.skipped and all(goal.is_reached for goal in self.goals)
