"""What a project's own tests and receipts say about the constants of the forecast, and whether that is believed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class TestCost:
    """One test function of the project: its file, and the lines of test code it was the first to need, at least 1."""

    __test__ = False

    file: str
    lines: int


@dataclass(frozen=True, slots=True)
class FinishedWork:
    """A receipt as calibration reads it: the tests that were written, the hours they took, points planned and gained.

    `lines` of test code are None where nobody counted them. `plan_yield` is the constant that the plan reckoned with,
    None for the shipped one.
    """

    day: date
    tests: int
    hours: float
    predicted_points: float
    points: int
    lines: int | None = None
    plan_yield: float | None = None


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The errors of one forecast, of something that the constants had not seen: with those shipped, and with the own.

    Errors are |ln(actual / forecast)|, or what the constant says of itself.
    """

    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a recording of the project's suite says: the cost of each test, and plans among its tests replayed.

    `gains` are ln(points gained / points forecast), one for each plan. `trials` are the errors in lines of test code of
    plans for tests that were hidden, the own constants being those of the kept tests alone.
    """

    costs: tuple[TestCost, ...]
    gains: tuple[float, ...] = ()
    trials: tuple[HeldOut, ...] = ()


Case = Literal["test file", "plan", "receipt"]
"""What a constant is refitted from, or judged on. Plans are replayed ones."""

Verdict = Literal["taken", "no cases", "too few", "no better", "noise", "does not carry over"]
"""taken: better on what was held out, by more than its standard error. noise: better by less than that. What does not
carry over is no better for new tests whatever a project's own say: it is shown, and never taken."""


@dataclass(frozen=True, slots=True)
class Refit:
    """One constant: as shipped, as the project's own cases alone have it, and as shrunk between the two.

    Without cases both are None. `cases` counts what the own figure comes from, `held_out` the forecasts that were
    judged; `before` and `after` are their mean errors with the shipped and with the shrunk constant, `noise` is the
    standard error of the difference.
    """

    name: str
    shipped: float
    of: Case
    verdict: Verdict
    own: float | None = None
    shrunk: float | None = None
    cases: int = 0
    held_out: int = 0
    held_out_of: Case | None = None
    before: float | None = None
    after: float | None = None
    noise: float | None = None

    @property
    def is_taken(self) -> bool:
        return self.verdict == "taken"


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Where a project's own constants come from: the day, and how many of its tests and receipts."""

    on: date
    tests: int = 0
    receipts: int = 0


@dataclass(frozen=True, slots=True)
class Calibration:
    """All that `gapplan calibrate` found. `tests` and `files` are the project's own; `plans` were replayed."""

    project: str
    on: date
    refits: tuple[Refit, ...]
    tests: int = 0
    files: int = 0
    receipts: int = 0
    plans: int = 0
    is_recorded: bool = False

    @property
    def taken(self) -> tuple[Refit, ...]:
        """The constants that are worth setting."""
        return tuple(each for each in self.refits if each.is_taken)

    @property
    def calibrated(self) -> Calibrated | None:
        """What the constants taken come from; None when none is."""
        kinds = {each.of for each in self.taken}
        if not kinds:
            return None
        receipts = self.receipts if "receipt" in kinds else 0
        return Calibrated(self.on, self.tests if kinds - {"receipt"} else 0, receipts)

    @property
    def has_shipped_hours(self) -> bool:
        """Whether hours of plans are no more the project's own than before: lines of tests alone are no hours."""
        return not any(each.name == "lines_per_hour" for each in self.taken)

    @property
    def settings(self) -> Iterator[tuple[str, float]]:
        """Name and value of each constant to set under `[tool.gapplan.rates]`, with three significant digits."""
        return ((each.name, significant(each.shrunk)) for each in self.taken if each.shrunk is not None)


def significant(value: float) -> float:
    """The figure with three significant digits: more would be pretence."""
    return float(f"{value:.3g}")
