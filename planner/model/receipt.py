"""A plan that was kept, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from planner.model.history import Change, Part
from planner.model.plan import Effort, Range
from planner.model.problem import BodyKey

State = Literal["done", "open"]


@dataclass(frozen=True, slots=True)
class Task:
    """All tests of a plan that are aimed at one class or function: a row of the plan's table.

    `orders` are their numbers in the plan. `points` are expected of them together, `imported` of these by importing
    alone. `covers` are the expected thousandths of points by body; cores have an empty name. `imports` are the files
    that it was expected to import first.
    """

    path: str
    unit: str
    orders: tuple[int, ...]
    points: int
    imported: int
    effort: Effort
    covers: Mapping[BodyKey, int] = field(default_factory=dict)
    imports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A plan as it is kept: `snapshot` is the measurement that it started from, `gain` what it promised in points.

    `key` names it: the first 12 hexadecimal digits of the SHA-256 of its content. `kept` is a moment in UTC;
    `need` are the points that the target asked for, `target` the percent as it was given, "" for none,
    and `plan_yield` the constant that it reckoned with.
    """

    key: str
    kept: str
    project: str
    snapshot: str
    option: str
    target: str
    confidence: float
    gain: Range
    need: int
    effort: Effort
    tasks: tuple[Task, ...]
    plan_yield: float | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What somebody entered: a test of a plan, by its number, is written, and its hours where they were noted."""

    plan: str
    order: int
    noted: str
    hours: float | None = None


@dataclass(frozen=True, slots=True)
class TaskReceipt:
    """What came of a task: `actual` points that are put down to it, `own` of these in what it was aimed at.

    It is done when somebody said so, or when enough of the code that it was aimed at runs now and did not before.
    `written` are the tests that were entered, `hours` theirs, None where nobody noted any.
    """

    task: Task
    state: State
    actual: int = 0
    own: int = 0
    written: int = 0
    hours: float | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A kept plan beside a later measurement: `change` is all that changed since.

    `outside` are the parts that no task of the plan explains, `outside_points` their points. With the points of the
    tasks they add up to all that is newly covered.
    """

    plan: KeptPlan
    change: Change
    tasks: tuple[TaskReceipt, ...]
    outside: tuple[Part, ...] = ()
    outside_points: int = 0

    @property
    def done(self) -> tuple[TaskReceipt, ...]:
        """The tasks that are done."""
        return tuple(each for each in self.tasks if each.state == "done")

    @property
    def predicted(self) -> int:
        """Points that were expected of what is done."""
        return sum(each.task.points for each in self.done)

    @property
    def actual(self) -> int:
        """Points that are put down to it."""
        return sum(each.actual for each in self.done)
