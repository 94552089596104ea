"""What was measured: counts, files, inputs, and what could not be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from planner.model.lines import Lines
from planner.model.percent import exact_percent


@dataclass(frozen=True, slots=True)
class Counts:
    """Statements and branch exits, counted as coverage.py counts them. A point is either of them."""

    statements: int = 0
    covered_statements: int = 0
    branches: int = 0
    covered_branches: int = 0

    @property
    def points(self) -> int:
        return self.statements + self.branches

    @property
    def covered_points(self) -> int:
        return self.covered_statements + self.covered_branches

    @property
    def missing_points(self) -> int:
        return self.points - self.covered_points

    @property
    def percent(self) -> Fraction:
        return exact_percent(self.covered_points, self.points)

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.statements + other.statements,
            self.covered_statements + other.covered_statements,
            self.branches + other.branches,
            self.covered_branches + other.covered_branches,
        )


@dataclass(frozen=True, slots=True)
class FileCoverage:
    """One file: its counts from the summary the data carries, and where its gaps are.

    `path` is relative to the project root with forward slashes when `in_tree`; otherwise it is the
    data's own name and nothing of the file can be read. `missing_exits` maps a line to the number of
    its branch exits that were not taken, `exits` a line to all it has. In reports of other tools the lists may hold
    less than `counts`, and `exits` nothing.
    """

    path: str
    counts: Counts
    statements: Lines
    missing: Lines
    missing_exits: Mapping[int, int] = field(default_factory=dict)
    excluded: Lines = 0
    in_tree: bool = True
    exits: Mapping[int, int] = field(default_factory=dict)

    @property
    def executed(self) -> Lines:
        return self.statements & ~self.missing

    def missing_points_in(self, lines: Lines) -> int:
        """Points on `lines` that are not covered: missing statements and exits not taken."""
        statements = (self.missing & lines).bit_count()
        if not self.missing_exits:
            return statements
        return statements + sum([count for line, count in self.missing_exits.items() if lines >> line & 1])


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that could not be read or placed: what, why, and the line when one is known."""

    path: str
    reason: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """One file of coverage data that was read. `version` is the coverage.py that made it, if it says."""

    path: str
    kind: str
    version: str | None = None
    contexts: int = 0


@dataclass(frozen=True, slots=True)
class Measurement:
    """All that was measured, and beside it the source files the data has never heard of.

    `totals` is what `coverage report` prints for the data; `unmeasured` are files of the source tree
    outside it, counted by the same rules with nothing covered. `counted_by` is the coverage.py version
    whose rules counted: the installed one for `.coverage` data, the writer of a report otherwise. `guessed` is the
    number of files in the data that were matched by the end of their names, as coverage.py does only with `[paths]`.
    """

    inputs: tuple[Input, ...]
    branch: bool
    totals: Counts
    files: tuple[FileCoverage, ...]
    unmeasured: tuple[FileCoverage, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    notices: tuple[str, ...] = ()
    counted_by: str | None = None
    precision: int = 0
    fail_under: Fraction | None = None
    guessed: int = 0

    @property
    def version(self) -> str | None:
        """The coverage.py version(s) that recorded the data, or None when no input says."""
        versions = sorted({each.version for each in self.inputs if each.version})
        return ", ".join(versions) or None

    @property
    def whole_tree(self) -> Counts:
        return sum((each.counts for each in self.unmeasured), self.totals)
