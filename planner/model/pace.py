"""How fast a total rose from snapshot to snapshot, and when a percent is reached if that goes on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Literal, get_args

from planner.model.history import Snapshot
from planner.model.option import Verdict
from planner.model.target import Target
from planner.model.wish import Claim, Span

PaceUnit = Literal["tests", "hours", "weeks"]
PACE_UNITS: tuple[PaceUnit, ...] = get_args(PaceUnit)

Law = Literal["goes on", "same share"]
"""goes on: each test (hour, week) brings as many points as before. same share: each covers the same part of what is
missing then, so that what is missing falls exponentially."""

Source = Literal["last wave", "all waves", "stated"]

TESTS, HOURS = "tests", "hours"
"""Metrics of a snapshot: how many tests there are, and hours of work on them since the snapshot before."""

LEAST: Mapping[PaceUnit, Fraction] = {"tests": Fraction(5), "hours": Fraction(1), "weeks": Fraction(1)}
"""Less than so much is no wave of its own, but joined with the one before it; less in all is no pace."""

MOST = 10**9
"""No wave has more tests or hours: such a figure was not meant."""

_SECONDS_OF_A_WEEK = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Worked:
    """What was entered with `gapplan done` between two snapshots, and the points that its receipt puts down to it."""

    points: int
    tests: int
    hours: float


@dataclass(frozen=True, slots=True)
class Wave:
    """The work between two snapshots, without their files.

    `left_out` says why it tells nothing of the pace (the total was counted otherwise), "" where it does.
    """

    start: Snapshot
    end: Snapshot
    worked: Worked | None = None
    left_out: str = ""

    @property
    def gained(self) -> int:
        """Covered points more, less where some were lost."""
        return self.end.totals.covered_points - self.start.totals.covered_points

    @property
    def tests(self) -> int | None:
        """Tests more, by the metric of both snapshots."""
        before, after = self.start.metrics.get(TESTS), self.end.metrics.get(TESTS)
        return None if before is None or after is None else round(after - before)

    @property
    def weeks(self) -> Fraction:
        """Of the calendar; below 0 where clocks went backwards."""
        span = datetime.fromisoformat(self.end.taken) - datetime.fromisoformat(self.start.taken)
        return Fraction(int(span.total_seconds()), _SECONDS_OF_A_WEEK)

    def yielded(self, unit: PaceUnit) -> tuple[int, Fraction] | None:
        """Points, and the tests, hours or weeks that they took; None where that is not known, or there were none."""
        worked, hours = self.worked, self.end.metrics.get(HOURS)
        match unit:
            case "weeks":
                points, amount = self.gained, self.weeks
            case "tests" if self.tests is not None:
                points, amount = self.gained, Fraction(self.tests)
            case "hours" if hours is not None:
                points, amount = self.gained, Fraction(hours)
            case _ if worked:
                points, amount = worked.points, Fraction(worked.tests if unit == "tests" else worked.hours)
            case _:
                return None
        return (points, amount) if 0 < amount <= MOST and not self.left_out else None


@dataclass(frozen=True, slots=True)
class Yield:
    """Points that so many tests, hours or weeks brought: `amount` of the `unit`, in `waves` waves.

    `decay` says by how much the logarithm of what was missing fell on the way.
    """

    unit: PaceUnit
    points: int
    amount: Fraction
    decay: float
    waves: int = 1

    @property
    def rate(self) -> Fraction:
        """Points per test, hour or week."""
        return self.points / self.amount

    @property
    def share(self) -> float:
        """The part of what is missing that each test, hour or week covers."""
        return self.decay / float(self.amount)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a target takes by one law from one yield: `needed` of the unit, None where that never gets there.

    `stated` is the pace as it was stated, where it was.
    """

    unit: PaceUnit
    law: Law
    source: Source
    points: Fraction
    amount: Fraction
    needed: float | None
    stated: str = ""


@dataclass(frozen=True, slots=True)
class PaceClaim:
    """A claim about the way to a percent: where it starts, and what it takes. None where nothing is said."""

    start: Fraction | None = None
    claim: Claim = field(default_factory=Claim)
    weeks: Span | None = None

    @property
    def goal(self) -> Fraction | None:
        """The percent that it wants to reach."""
        return self.claim.percent.low if self.claim.percent else None


@dataclass(frozen=True, slots=True)
class TestCommit:
    """A commit that wrote or took out test functions, by the day (UTC) of its committer."""

    __test__ = False  # not one of pytest's

    commit: str
    day: date
    added: int
    removed: int

    @property
    def net(self) -> int:
        return self.added - self.removed


@dataclass(frozen=True, slots=True)
class TestGrowth:
    """Test functions by commit in the days from `since` to `until`, newest commit first; others are left out.

    `shallow`: the clone ends within these days, so that there may be more.
    """

    __test__ = False

    head: str
    since: date
    until: date
    commits: tuple[TestCommit, ...]
    shallow: bool = False

    @property
    def net(self) -> int:
        """Test functions more than before."""
        return sum(each.net for each in self.commits)

    @property
    def by_day(self) -> dict[date, int]:
        """Day -> test functions more, of the days that have any, in order."""
        days: dict[date, int] = {}
        for each in sorted(self.commits, key=lambda each: each.day):
            days[each.day] = days.get(each.day, 0) + each.net
        return days

    @property
    def a_week(self) -> Fraction | None:
        """Test functions more a week, from the first day that has any to the last of the window.

        None where that is less than a week.
        """
        first = min((each.day for each in self.commits), default=self.until)
        days = (self.until - first).days + 1
        return Fraction(7 * self.net, days) if days >= 7 * LEAST["weeks"] else None


@dataclass(frozen=True, slots=True)
class PaceReport:
    """What is recorded, and what it makes of a target and of a claim.

    `yields` are those of each wave, by unit and in order. `need` are points that the target lacks today, which is the
    last snapshot. `tests_by_git` is None where nobody asked, a text where git has none to tell.
    """

    project: str
    snapshots: tuple[Snapshot, ...] = ()
    waves: tuple[Wave, ...] = ()
    yields: tuple[Yield, ...] = ()
    target: Target | None = None
    need: int = 0
    readings: tuple[Reading, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    tests_by_git: TestGrowth | str | None = None
    today: date | None = None
    notices: tuple[str, ...] = ()

    def of(self, unit: PaceUnit) -> tuple[Yield, ...]:
        """The yields of the waves in that unit."""
        return tuple(each for each in self.yields if each.unit == unit)

    def span(self, unit: PaceUnit) -> tuple[float, float | None] | None:
        """The range of the recorded readings of a unit; its far end is None where one never gets there."""
        return span_of(each for each in self.readings if each.unit == unit and each.source != "stated")


def span_of(readings: Iterable[Reading]) -> tuple[float, float | None] | None:
    """From the fastest reading of the last wave to the slowest of all; None where there is none, or none gets there.

    The last wave is the latest evidence: what all waves together hope beyond it, it has refuted. Where the last wave
    never gets there, or there is only what was stated, the fastest of all is taken.
    """
    found = list(readings)
    needed = [each.needed for each in found if each.needed is not None]
    last = [each.needed for each in found if each.needed is not None and each.source == "last wave"]
    return (min(last or needed), max(needed) if len(needed) == len(found) else None) if needed else None
