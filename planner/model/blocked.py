"""Tests that exist and do not run: the root causes that stop them, and what mending each is forecast to give."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import Literal, TypeAlias

from planner.model.measurement import Measurement
from planner.model.outcomes import Phase
from planner.model.plan import MILLI, Effort, Range
from planner.model.problem import BodyKey

CauseKind: TypeAlias = Literal[
    "import",
    "environment",
    "fixture",
    "isolation",
    "schema",
    "event loop",
    "timeout",
    "platform",
    "assertion",
    "error",
]
"""What sort of fault stops tests; `error` is an exception in the code under test that is none of the others."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of a traceback. `path` is below the root where the file was found there, else as written.

    `unit` is the unit of `ModuleFacts` that the line lies in, "" where that is not known.
    """

    path: str
    line: int
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """Something that a message names and the project defines: a class, a function, a fixture, a column, a module."""

    name: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class BlockedTest:
    """One test case that a cause stops. `path` and `unit` are None where its function was not found in the tree."""

    scope: str
    name: str
    path: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """One fault that stops tests. `key` names it on the command line, and stays the same from run to run.

    `message` is the first line of the error with what differs between its tests folded to placeholders, `example` the
    first as it was written. `own` is the deepest frame in the product, `test` the deepest in tests and conftest files;
    `first_place` is where to look first, None where nothing in the project is named. `fixture` is the fixture that
    failed. `messages` counts different folded messages that were found to be of this cause.
    """

    key: str
    kind: CauseKind
    phase: Phase
    exception: str
    message: str
    example: str
    tests: tuple[BlockedTest, ...]
    first_place: Frame | None = None
    own: Frame | None = None
    test: Frame | None = None
    fixture: str = ""
    definitions: tuple[Definition, ...] = ()
    messages: int = 1

    @property
    def tests_blocked(self) -> int:
        return len(self.tests)


@dataclass(frozen=True, slots=True)
class Tally:
    """How all tests of a run ended, each counted once. `passed` includes what was expected to fail and did."""

    tests: int
    passed: int
    failed: int
    errors: int
    skipped: int

    @property
    def judged(self) -> int:
        """What a pass rate is a share of: all tests but the skipped."""
        return self.tests - self.skipped

    @property
    def blocked(self) -> int:
        return self.failed + self.errors

    def percent(self, passed: int) -> Fraction:
        """The pass rate, in percent, if so many passed; 0 where there are no tests."""
        return Fraction(passed * 100, self.judged) if self.judged else Fraction(0)


Order: TypeAlias = Literal["tests", "points"]
"""By which gain per hour mendings are put in order."""


@dataclass(frozen=True, slots=True)
class Repairs:
    """What is asked: reports of test runs (files or folders, below the root or absolute), and of mendings.

    `efforts` are hours by key of a cause; `target` is a pass rate as written (`65`, `+2`). `causes` are keys of those
    to mend, in their order; none stands for all of them, by what they give per hour.
    """

    junit: tuple[str, ...]
    efforts: Mapping[str, Effort] = field(default_factory=dict)
    target: str | None = None
    order: Order = "tests"
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passing:
    """How many of how many tests pass; the skipped count in neither."""

    passed: int
    judged: int

    @property
    def percent(self) -> Fraction:
        """The pass rate, in percent; 0 where there are no tests."""
        return Fraction(self.passed * 100, self.judged) if self.judged else Fraction(0)


@dataclass(frozen=True, slots=True)
class Mending:
    """What mending one cause takes and is forecast to give, in the order of the list that it stands in.

    `points` are the missing points that its tests are expected to cover when they run, beyond those of the mendings
    before it, None where no coverage was measured. `alone` is the same without any other mending, `alone_milli` its
    median in thousandths. `entry` are the chances of all its tests together by function, in parts per million, and
    `imports` the points of import-time lines by file that only they run. `runs_again` are the tests that run again:
    those blocked, and in place of each test file that could not be imported the tests that are written in it,
    `uncounted` of which no report knows. `after` is how many tests pass when this and all before it are mended, if all
    of them pass then.
    `is_given` says that the effort is the user's own.
    """

    cause: Cause
    effort: Effort
    points: Range | None
    after: Passing
    runs_again: int
    uncounted: int = 0
    alone: Range | None = None
    alone_milli: int = 0
    entry: Mapping[BodyKey, int] = field(default_factory=dict)
    imports: Mapping[str, int] = field(default_factory=dict)
    is_given: bool = False

    @property
    def tests_per_hour(self) -> float:
        return self.runs_again / self.effort.p50

    @property
    def points_per_hour(self) -> float:
        """Expected points, with no other cause mended."""
        return self.alone_milli / MILLI / self.effort.p50


@dataclass(frozen=True, slots=True)
class PassRung:
    """One stop of a way to a pass rate: the cause to mend, and what has been reached and spent with it."""

    cause: str
    after: Passing
    effort: Effort


@dataclass(frozen=True, slots=True)
class PassOption:
    """A way to a pass rate: the causes to mend, in their order, each with where that leads. `rungs` may be none.

    `lacks` are the tests that would still have to pass.
    """

    key: str
    name: str
    story: str
    rungs: tuple[PassRung, ...]
    after: Passing
    lacks: int

    @property
    def effort(self) -> Effort:
        return self.rungs[-1].effort if self.rungs else Effort()

    @property
    def reaches_target(self) -> bool:
        return self.lacks == 0


@dataclass(frozen=True, slots=True)
class PassTarget:
    """A pass rate that is asked for, and how many of so many tests have to pass for it.

    Where test files could not be imported, their tests join the total, and more have to pass.
    """

    percent: Fraction

    def needed(self, judged: int) -> int:
        """The fewest passing tests, of `judged`, that reach it."""
        return ceil(self.percent * judged / 100)

    def lacks(self, now: Passing) -> int:
        """How many more tests would have to pass; 0 where it is reached."""
        return max(0, self.needed(now.judged) - now.passed)


@dataclass(frozen=True, slots=True)
class SkippedGroup:
    """Tests that were skipped for one reason, folded as messages are. They count neither as passing nor as blocked."""

    reason: str
    tests: int


@dataclass(frozen=True, slots=True)
class Blockage:
    """All that stops tests of a project. `mendings` are in the order to mend them; `others` are causes left out of it.

    `unblamed` are failing tests of which no cause can be told (a report without messages). `target` and `options` are
    there when a pass rate was asked for, `recommended` is the key of the cheapest that reaches it. `measured` is the
    coverage that points are forecast on, None where there is none. `reports` are the files that outcomes come from.
    """

    project: str
    tally: Tally
    mendings: tuple[Mending, ...]
    others: tuple[Cause, ...] = ()
    unblamed: tuple[BlockedTest, ...] = ()
    skips: tuple[SkippedGroup, ...] = ()
    target: PassTarget | None = None
    options: tuple[PassOption, ...] = ()
    recommended: str | None = None
    measured: Measurement | None = None
    reports: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def today(self) -> Passing:
        return Passing(self.tally.passed, self.tally.judged)

    @property
    def after_all(self) -> Passing:
        """How many pass when every known cause is mended."""
        return self.mendings[-1].after if self.mendings else self.today

    @property
    def richest(self) -> Mending | None:
        """The mending with most points per hour; None where none gives any."""
        return max(
            (each for each in self.mendings if each.alone_milli), key=lambda each: each.points_per_hour, default=None
        )

    @property
    def points(self) -> int:
        """Expected points (P50) of all mendings together."""
        return sum(each.points.p50 for each in self.mendings if each.points)
