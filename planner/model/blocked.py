"""Tests that exist and do not run: the root causes that stop them, and what mending each is forecast to give."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, TypeAlias

from planner.model.outcomes import Phase
from planner.model.plan import Effort, Range
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


@dataclass(frozen=True, slots=True)
class Mending:
    """What mending one cause takes and is forecast to give, in the order of the list that it stands in.

    `points` are the missing points that its tests are expected to cover when they run, beyond those of the mendings
    before it, None where no coverage was measured; `covers` the same by function, in thousandths. `passes_after` are
    the tests that pass when this and all before it are mended. `is_given` says that the effort is the user's own.
    """

    cause: Cause
    effort: Effort
    points: Range | None
    passes_after: int
    covers: Mapping[BodyKey, int] = field(default_factory=dict)
    is_given: bool = False


@dataclass(frozen=True, slots=True)
class PassOption:
    """A way to a pass rate: the causes to mend, by key in their order, and where that leads."""

    key: str
    name: str
    story: str
    causes: tuple[str, ...]
    effort: Effort
    passes_after: int
    reaches_target: bool


@dataclass(frozen=True, slots=True)
class PassTarget:
    """A pass rate that is asked for, and the number of passing tests that reaches it."""

    percent: Fraction
    needed: int


@dataclass(frozen=True, slots=True)
class SkippedGroup:
    """Tests that were skipped for one reason, folded as messages are. They count neither as passing nor as blocked."""

    reason: str
    tests: int


@dataclass(frozen=True, slots=True)
class Blockage:
    """All that stops tests of a project. `mendings` are in the order to mend them.

    `unblamed` are failing tests of which no cause can be told (a report without messages). `target` and `options` are
    there when a pass rate was asked for.
    """

    project: str
    tally: Tally
    mendings: tuple[Mending, ...]
    unblamed: tuple[BlockedTest, ...] = ()
    skips: tuple[SkippedGroup, ...] = ()
    target: PassTarget | None = None
    options: tuple[PassOption, ...] = ()
    reports: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
