"""A target: which percent, in which of its three meanings, on which of the two totals."""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, get_args

from planner.model.measurement import Counts
from planner.model.percent import (
    decimals_of,
    displayed_points_needed,
    exact_points_needed,
    gate_points_needed,
    gate_precision,
    percent_text,
)

Meaning = Literal["exact", "displayed", "gate"]
"""exact: covered/points >= target. displayed: `coverage report` prints it. gate: `fail_under` passes."""

Total = Literal["measured", "whole-tree"]
"""measured: the files `coverage report` would show after the plan. whole-tree: every source file."""

MEANINGS: tuple[Meaning, ...] = get_args(Meaning)
TOTALS: tuple[Total, ...] = get_args(Total)


@dataclass(frozen=True, slots=True)
class Rules:
    """What of coverage.py's configuration and version decides how a total is shown and gated."""

    precision: int = 0
    version: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A percent to reach (0 to 100, exact), in one meaning, on one total."""

    percent: Fraction
    meaning: Meaning = "exact"
    total: Total = "measured"
    rules: Rules = Rules()

    @property
    def text(self) -> str:
        """The percent as people write it; one that is no short decimal (from `+2`) is cut after four places."""
        return percent_text(self.percent, min(decimals_of(self.percent), 4))

    def points_needed(self, points: int, meaning: Meaning | None = None) -> int:
        """Fewest covered points, of `points` in all, that meet the target in `meaning` (default: its own)."""
        match meaning or self.meaning:
            case "exact":
                return exact_points_needed(self.percent, points)
            case "displayed":
                return displayed_points_needed(self.percent, points, self.rules.precision)
            case "gate":
                precision = gate_precision(self.percent, self.rules.precision, self.rules.version)
                return gate_points_needed(self.percent, points, precision)

    def by_newest_rules(self) -> "Target":
        """The same target where the newest coverage.py shows and gates it."""
        return replace(self, rules=replace(self.rules, version=None))

    def shortfall(self, counts: Counts) -> int:
        """Points that `counts` still lacks; 0 when the target is met."""
        return max(0, self.points_needed(counts.points) - counts.covered_points)


MOST_DIGITS = 9
"""Of a number in a version; Python refuses to read one of thousands."""


def version_numbers(version: str) -> tuple[int, ...]:
    """`7.10.7` -> (7, 10, 7); what is not a number ends it."""
    numbers: list[int] = []
    for part in version.split("."):
        if not part.isdecimal() or len(part) > MOST_DIGITS:
            break
        numbers.append(int(part))
    return tuple(numbers)


RULE_CHANGES = ((6, 5), (7, 2), (7, 6), (7, 6, 10), (7, 10))
"""coverage.py versions from which the same data gives another total: default exclusions and the branch model.

Measured: one file's total under 6.5.0, 7.2.7, 7.6.0, 7.6.10 and 7.10.7.
"""


def rule_band(version: str) -> int:
    """How many changes of the rules a version has behind it: versions of one band count alike."""
    numbers = version_numbers(version)
    return sum(1 for change in RULE_CHANGES if numbers >= change)
