"""What a check is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from planner.doctor.exam import Exam
from planner.model.findings import Finding


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its name, the question it asks, and `find`, which yields a finding for each fault.

    `needs` says why it cannot be asked of an exam, or "" when it can.
    """

    name: str
    question: str
    find: Callable[[Exam], Iterable[Finding]]
    needs: Callable[[Exam], str] = lambda exam: ""
