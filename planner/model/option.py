"""Steps and options: what a plan is made of, and the whole outcome that a report prints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from planner.model.alternatives import Alternatives
from planner.model.blocked import Blockage
from planner.model.calibration import Calibrated
from planner.model.findings import Diagnosis
from planner.model.measurement import Counts, Measurement
from planner.model.plan import Candidate, Effort, Range, Seam
from planner.model.problem import BodyKey
from planner.model.target import Target
from planner.model.wish import Pace, Span


@dataclass(frozen=True, slots=True)
class Step:
    """One test, aimed at one candidate: its `test`-th. `marginal_gain` counts only what no earlier step brings.

    `import_time_gain` is the part of it that importing alone reaches. `effort` includes what it begins or builds
    first: a test file, `new_seams`. `covers` are the thousandths of points that it is expected to add by body, and
    `imports` the files that no step before it imports.
    """

    order: int
    candidate: Candidate
    test: int
    marginal_gain: int
    import_time_gain: int
    effort: Effort
    new_seams: tuple[Seam, ...] = ()
    starts_module: bool = False
    covers: Mapping[BodyKey, int] = field(default_factory=dict)
    imports: tuple[str, ...] = ()

    @property
    def is_hollow(self) -> bool:
        """Whether the step only imports: no behaviour is tested by it."""
        return self.marginal_gain > 0 and self.import_time_gain == self.marginal_gain


def points_per_hour(steps: Sequence[Step]) -> float:
    """Points that the steps gain together per hour (P50) of work; 0 for none."""
    hours = sum(step.effort.p50 for step in steps)
    return sum(step.marginal_gain for step in steps) / hours if hours else 0.0


@dataclass(frozen=True, slots=True)
class Count:
    """How many: enough in half of all cases, and in four of five."""

    p50: int = 0
    p80: int = 0


@dataclass(frozen=True, slots=True)
class Rung:
    """A stop on the ladder: the `fail_under` to set there, and what it takes from today.

    `points` are to be covered by then, `points_gained` more than today. `tests` and `effort` are None where no tests
    are known that lead there. `periods` says for each pace after how many of its periods, `due` when: the later of
    all paces that know dates.
    """

    label: str
    percent: Fraction
    fail_under: Fraction
    points: int
    points_gained: int
    tests: Count | None = None
    effort: Effort | None = None
    periods: tuple[tuple[Pace, Fraction], ...] = ()
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A double that an option builds, and the points of its steps behind that seam."""

    seam: Seam
    points: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What an option does not touch, and why: points that are missing there."""

    reason: str
    points: int
    files: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """A claim beside what the data allows. `holds` is None where the data can't tell."""

    subject: str
    claimed: Span
    found: str
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Requirement:
    """A percent that some files must have, and what they have after the option, as points."""

    pattern: str
    percent: Fraction
    today: Counts
    points_after: int

    @property
    def is_met(self) -> bool:
        return self.points_after * 100 >= self.percent * self.today.points


@dataclass(frozen=True, slots=True)
class Deadline:
    """The days left until `by`, the hours that the given pace leaves in them (None without one), and what is needed.

    `hours_a_week` are those that the P80 of the work takes.
    """

    by: date
    days: int
    hours: float | None
    hours_a_week: float
    is_enough: bool


@dataclass(frozen=True, slots=True)
class Option:
    """One way to the target, with its exact arithmetic; all counts are points.

    `points_gained` is the P50 of what its steps gain together, `probability` the chance that they reach the target
    and every requirement; `confidence` is the chance that was asked for. `ceiling` are the points that could be
    covered if everything coverable in it were, of `ceiling_total`. `bound_gap` says by which part its hours can at
    most exceed those of the cheapest way (for a budget: its gain fall short of the best), None where nothing is proven.
    """

    key: str
    name: str
    story: str
    steps: tuple[Step, ...]
    gain: Range
    points_gained: int
    points_after: int
    points_total_after: int
    whole_tree_points_after: int
    whole_tree_total: int
    shortfall: int
    probability: float
    confidence: float
    ceiling: int
    ceiling_total: int
    reaches_ceiling: bool
    bound_gap: float | None
    tests: Count
    import_time_points: int
    effort: Effort
    new_seams: tuple[Opened, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    measure_after: tuple[int, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    rungs: tuple[Rung, ...] = ()
    deadline: Deadline | None = None

    @property
    def mended(self) -> tuple[Step, ...]:
        """The steps that mend what stops tests; they come first."""
        return tuple(step for step in self.steps if step.candidate.mends)

    @property
    def written(self) -> tuple[Step, ...]:
        """The steps that write a test."""
        return tuple(step for step in self.steps if not step.candidate.mends)

    @property
    def reaches_target(self) -> bool:
        return self.probability >= self.confidence

    @property
    def is_out_of_reach(self) -> bool:
        """Whether not even covering all that is coverable in it would reach the target."""
        return not self.reaches_ceiling


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What can be covered at all, as points of a total: with every double, or without those of the kinds named."""

    covered: int
    points: int
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Goalpost:
    """What a further target takes beside the one planned for."""

    target: Target
    need: int
    more: int
    option: Option | None


@dataclass(frozen=True, slots=True)
class ImportShare:
    """Covered and all statements of the measured product files, apart for import-time lines and behaviour."""

    import_time: Counts
    behaviour: Counts
    files: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a report prints. `target` is None for status; `candidates` are ranked by points per hour.

    `budget` are the hours that were given, None for as many as it takes. `calibrated` says what the project's own
    rates come from; hours are calibrated when they come from its receipts. `diagnosis` is None where nobody looked,
    `blockage` where no report of a test run was given.
    """

    project: str
    measurement: Measurement
    target: Target | None = None
    options: tuple[Option, ...] = ()
    recommended: str | None = None
    candidates: tuple[Candidate, ...] = ()
    share: ImportShare | None = None
    ceilings: tuple[Ceiling, ...] = ()
    stretch: Goalpost | None = None
    budget: float | None = None
    confidence: float = 0.8
    is_calibrated: bool = False
    calibrated: Calibrated | None = None
    alternatives: Alternatives | None = None
    diagnosis: Diagnosis | None = None
    blockage: Blockage | None = None

    @property
    def judged(self) -> Counts:
        """The total that the target is judged on, as it is today."""
        is_whole = self.target is not None and self.target.total == "whole-tree"
        return self.measurement.whole_tree if is_whole else self.measurement.totals

    @property
    def is_met(self) -> bool:
        return self.target is not None and self.target.shortfall(self.judged) == 0
