"""Candidates, steps, options: what a plan is made of. Points are whole; hours are ranges."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from planner.model.lines import Lines
from planner.model.measurement import Counts, Measurement
from planner.model.target import Target

MILLI = 1000
"""Expected gains are kept in thousandths of a point, as integers, so that sums are exact."""


@dataclass(frozen=True, slots=True)
class Effort:
    """Hours of work: half of all cases take less than `p50`, four in five less than `p80`. Uncalibrated."""

    p50: float = 0.0
    p80: float = 0.0

    def __add__(self, other: "Effort") -> "Effort":
        """P80s add up as if all steps went badly together, which is cautious."""
        return Effort(self.p50 + other.p50, self.p80 + other.p80)


@dataclass(frozen=True, slots=True)
class Seam:
    """What makes code expensive to test, and the double people usually put in its place.

    `needs_building` tells a double that is built or installed once per project (a fake Redis) from what
    pytest brings (`tmp_path`, `monkeypatch`). `have` is the double that the project's tests have already, with the
    place where it stands, "" for none.
    """

    name: str
    kind: str
    double: str
    needs_building: bool
    have: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A class or top-level function, or a part or whole of a module, at which tests can be aimed.

    `missing` are points (statements and exits) and `lines` the missing statements. `body_milli` is what its tests
    are expected to cover beyond import, in thousandths of a point. `imports` are the files whose import-time lines
    its first test runs, with the points of each; several candidates share them. `features` are the counts that the
    effort was computed from.
    """

    path: str
    module: str
    unit: str
    statements: int
    covered_statements: int
    missing: int
    lines: Lines
    lines_text: str
    body_milli: int
    effort: Effort
    imports: Mapping[str, int] = field(default_factory=dict)
    seams: tuple[Seam, ...] = ()
    features: Mapping[str, int] = field(default_factory=dict)

    @property
    def import_points(self) -> int:
        return sum(self.imports.values())

    @property
    def gain_milli(self) -> int:
        """Expected points of its tests standing alone."""
        return self.body_milli + self.import_points * MILLI

    @property
    def gain(self) -> int:
        return self.gain_milli // MILLI

    @property
    def key(self) -> tuple[str, str]:
        return self.path, self.unit


@dataclass(frozen=True, slots=True)
class Step:
    """One candidate in the order of a plan. `marginal_gain` counts only what no earlier step brings.

    `import_time_gain` is the part of it that importing alone reaches. `effort` includes the doubles it builds first.
    """

    order: int
    candidate: Candidate
    marginal_gain: int
    import_time_gain: int
    effort: Effort
    new_seams: tuple[Seam, ...] = ()

    @property
    def is_hollow(self) -> bool:
        """Whether the step only imports: no behaviour is tested by it."""
        return self.marginal_gain > 0 and self.candidate.body_milli == 0


@dataclass(frozen=True, slots=True)
class Rung:
    """A stop on the ladder: the `fail_under` to set there, and what it takes from today."""

    percent: Fraction
    fail_under: Fraction
    points: int
    points_gained: int
    effort: Effort


OptionKey = Literal["A", "B", "C", "D", "mix"]


@dataclass(frozen=True, slots=True)
class Option:
    """One way to the target, with its exact arithmetic; all counts are points."""

    key: OptionKey
    name: str
    story: str
    steps: tuple[Step, ...]
    points_gained: int
    points_after: int
    points_total_after: int
    whole_tree_points_after: int
    whole_tree_total: int
    shortfall: int
    import_time_points: int
    effort: Effort
    rungs: tuple[Rung, ...] = ()

    @property
    def reaches_target(self) -> bool:
        return self.shortfall == 0


@dataclass(frozen=True, slots=True)
class ImportShare:
    """Covered and all statements of the measured product files, apart for import-time lines and behaviour."""

    import_time: Counts
    behaviour: Counts
    files: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a report prints. `target` is None for status; `candidates` are ranked by points per hour."""

    project: str
    measurement: Measurement
    target: Target | None = None
    options: tuple[Option, ...] = ()
    recommended: OptionKey | None = None
    candidates: tuple[Candidate, ...] = ()
    share: ImportShare | None = None

    @property
    def judged(self) -> Counts:
        """The total that the target is judged on, as it is today."""
        is_whole = self.target is not None and self.target.total == "whole-tree"
        return self.measurement.whole_tree if is_whole else self.measurement.totals

    @property
    def is_met(self) -> bool:
        return self.target is not None and self.target.shortfall(self.judged) == 0
