"""How single tests ended, as a JUnit report tells it."""

from dataclasses import dataclass
from typing import Literal

Ending = Literal["passed", "failed", "error", "skipped", "xfailed"]

Phase = Literal["collection", "setup", "call", "teardown"]


@dataclass(frozen=True, slots=True)
class TestOutcome:
    """One test case of a report.

    `name` is as written, with its parameters; `scope` is the report's `classname` (`tests.test_shop.TestDesk`).
    Before `planner.suite.locate`, `path` is the report's own.
    `path` and `unit` tell the test function in the tree, where it was found: the file below the root, and the unit's
    name as in `ModuleFacts` (`TestDesk.test_sells`). `kind` is the exception's type where one is known, `message` its
    first line, `details` the rest (the traceback).
    """

    __test__ = False

    name: str
    scope: str
    ending: Ending
    path: str | None = None
    unit: str | None = None
    line: int | None = None
    phase: Phase = "call"
    kind: str = ""
    message: str = ""
    details: str = ""
    seconds: float = 0.0
