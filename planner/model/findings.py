"""What the doctor finds: faults of a measurement, how much they put in doubt, and what mends them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from planner.model.lines import Lines
from planner.model.measurement import Counts, Measurement
from planner.model.percent import exact_percent

Severity = Literal["note", "warning", "error"]

SEVERITIES: tuple[Severity, ...] = ("note", "warning", "error")
"""From the mildest to the gravest."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that anybody can look up: the place, and what stands there. `path` is below the root, or of the data.

    Without a line the whole file is meant, without a path the project.
    """

    text: str
    path: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """How the total would change if the fault were mended, in points, each as (least, most).

    `covered`: points that would count as covered besides today's; negative where covered ones would not be any more.
    `entering`: points that would enter the total; negative where some would leave it. `basis` says in one sentence how
    both were got. `lines` are the statements concerned by path, where they are known.
    """

    basis: str
    covered: tuple[int, int] = (0, 0)
    entering: tuple[int, int] = (0, 0)
    lines: Mapping[str, Lines] = field(default_factory=dict)

    @property
    def statements(self) -> int:
        """How many statements are concerned, as far as `lines` are known."""
        return sum(lines.bit_count() for lines in self.lines.values())

    def percents(self, totals: Counts) -> tuple[Fraction, Fraction]:
        """The lowest and the highest percent that the total may have after the mend."""
        ends = [
            exact_percent(min(max(0, totals.covered_points + covered), points), points)
            for covered in self.covered
            for entering in self.entering
            if (points := max(0, totals.points + entering)) or not totals.points
        ]
        return (min(ends), max(ends)) if ends else (totals.percent, totals.percent)

    def swing(self, totals: Counts) -> Fraction:
        """The largest change of the percent, up or down, that the mend may bring."""
        return max(abs(percent - totals.percent) for percent in self.percents(totals))


NO_DOUBT = Doubt("no statement is in doubt")


@dataclass(frozen=True, slots=True)
class Mend:
    """What to do. `text` are the exact lines or the exact command, and stands alone, ready to be copied.

    configuration: lines for `file`; where that has the section or the key already, they say what it should become.
    command: to be run in the project root. code: a change of source that only a person can make, described.
    """

    kind: Literal["configuration", "command", "code"]
    text: str
    file: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. `check` names the check that found it, `title` says what is wrong, `why` what it does to the number.

    `confidence` (0 to 1) is how sure it is that the fault is there, not how much it costs. A check leaves `severity`
    open (None) unless the fault is grave or harmless whatever it costs; then it follows from what is in doubt.
    """

    check: str
    title: str
    why: str
    evidence: tuple[Evidence, ...]
    mend: Mend
    doubt: Doubt = NO_DOUBT
    confidence: float = 1.0
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Silenced:
    """A finding that the project does not want to hear of, and why."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All findings, the gravest first, and of these most percent points in doubt, each with a severity.

    `checks` are the names of all checks that ran, in their order; `unchecked` are those that could not, with the
    reason (no JUnit XML, for example).
    """

    totals: Counts
    findings: tuple[Finding, ...] = ()
    silenced: tuple[Silenced, ...] = ()
    checks: tuple[str, ...] = ()
    unchecked: Mapping[str, str] = field(default_factory=dict)

    def has(self, severity: Severity) -> bool:
        """Whether something was found at or above a severity; what is silenced does not count."""
        least = SEVERITIES.index(severity)
        return any(SEVERITIES.index(each.severity or "note") >= least for each in self.findings)


@dataclass(frozen=True, slots=True)
class Examination:
    """What `gapplan doctor` shows: the project's name, what was measured, and what is wrong with it.

    `blocked` are the tests that fail or break by the reports of a run, None where none were given.
    """

    project: str
    measurement: Measurement
    diagnosis: Diagnosis
    blocked: int | None = None
