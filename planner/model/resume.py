"""A kept plan taken up again: what of it is done, what has been overtaken, and how the rest is planned anew."""

from dataclasses import dataclass

from planner.model.option import Option, Outcome
from planner.model.receipt import Receipt, Task, TaskReceipt


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A task that nobody has to do any more, with the reason as a clause: `all of it runs already`."""

    task: Task
    reason: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """The receipt of a kept plan, and the rest of the way by the same option.

    `done` are the tasks that are done and not overtaken. `stays` are tasks of the new plan that were open in the
    old one, `more` those whose first tests are done, `new` the others. `dropped` are open tasks that the way needs
    no more. `option` is None where the target is met.
    """

    receipt: Receipt
    outcome: Outcome
    option: Option | None = None
    done: tuple[TaskReceipt, ...] = ()
    overtaken: tuple[Overtaken, ...] = ()
    stays: tuple[Task, ...] = ()
    more: tuple[Task, ...] = ()
    new: tuple[Task, ...] = ()
    dropped: tuple[Task, ...] = ()

    @property
    def predicted(self) -> int:
        """Points that were expected of what is done."""
        return sum(each.task.points for each in self.done)

    @property
    def actual(self) -> int:
        """Points that are put down to it."""
        return sum(each.actual for each in self.done)

    @property
    def need(self) -> int:
        """Points that the target lacks today."""
        target = self.outcome.target
        return target.shortfall(self.outcome.judged) if target else 0
