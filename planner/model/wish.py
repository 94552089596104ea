"""What the user asks of a plan beside the target: how sure, for how much, at what pace, and which modules how."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import Literal, get_args

from planner.model.calibration import Calibrated

PaceKind = Literal["hours", "tests", "points"]
PACE_KINDS: tuple[PaceKind, ...] = get_args(PaceKind)

DAYS_OF = {"day": Fraction(1), "week": Fraction(7), "month": Fraction(365, 12)}
"""Periods that a date can be computed from; a pace may have any other (`milestone`), which is then only counted."""


@dataclass(frozen=True, slots=True)
class Span:
    """A figure as people state it: `150-200`, or one number for both ends."""

    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says an option brings: points gained, percent reached, hours, tests. None where nothing is said."""

    gain: Span | None = None
    percent: Span | None = None
    hours: Span | None = None
    tests: Span | None = None


@dataclass(frozen=True, slots=True)
class OwnOption:
    """An option of the user's own: files by pattern, and the claim that was made for it."""

    name: str
    modules: tuple[str, ...]
    claim: Claim = Claim()

    def admits(self, path: str) -> bool:
        """Whether the file belongs to it."""
        return any(is_match(path, pattern) for pattern in self.modules)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A percent (exact) that the files of the pattern must have together after the plan."""

    pattern: str
    percent: Fraction

    def admits(self, path: str) -> bool:
        """Whether the file is one of those."""
        return is_match(path, self.pattern)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the team goes: so many hours, tests or points in a period, named in the singular."""

    amount: Fraction
    of: PaceKind
    period: str


@dataclass(frozen=True, slots=True)
class Weights:
    """By how much an hour spent where it matters counts for less: 2 halves it. Plans choose by it; figures stay real.

    `critical` holds for critical files; a file's share of the most-changed one's commits is multiplied by `churn`
    and added to 1.
    """

    critical: float = 2.0
    churn: float = 0.0


@dataclass(frozen=True, slots=True)
class Wish:
    """All of it. `confidence` is a chance between 0 and 1; `noise` are points that totals differ by between runs.

    `leave_out` maps patterns to the reason why no test is planned there; `ladder` are percents to stop at. `rates` are
    constants that the project sets, and `calibrated` says what they come from, if gapplan refitted them.
    """

    confidence: float = 0.8
    budget: float | None = None
    stretch: str | None = None
    paces: tuple[Pace, ...] = ()
    by: date | None = None
    today: date | None = None
    options: tuple[OwnOption, ...] = ()
    require: tuple[Requirement, ...] = ()
    leave_out: Mapping[str, str] = field(default_factory=dict)
    critical: tuple[str, ...] = ()
    weights: Weights = Weights()
    noise: int = 0
    ladder: tuple[Fraction, ...] = ()
    rates: Mapping[str, float] = field(default_factory=dict)
    calibrated: Calibrated | None = None

    @property
    def has_own_hours(self) -> bool:
        """Whether hours come from this project's own work: lines of tests alone are no hours."""
        return self.calibrated is not None and "lines_per_hour" in self.rates


def is_match(path: str, pattern: str) -> bool:
    """Whether a path below the root fits: `tools/*.py` as the shell has it but across folders; `tools` is all below."""
    whole = pattern.rstrip("/")
    return fnmatchcase(path, pattern) or path == whole or path.startswith(f"{whole}/")
