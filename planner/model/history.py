"""A measurement that is kept, and what changed between two of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from planner.model.lines import NO_LINES, Lines
from planner.model.measurement import Counts, Skipped

Exits = Mapping[int, tuple[int, int]]
"""Line -> (branch exits, exits taken), of lines that have any."""

MARK_BITS = 40
"""Bits of a line's mark. Among a million different lines two marks agree by chance in a case or less."""


@dataclass(frozen=True, slots=True)
class Span:
    """A class or function by name, with the first and the last of its lines; spans may lie within each other."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class FileShot:
    """One file as it was: which lines counted and which ran, and enough of its source to match lines later.

    `source` is the SHA-256 of its bytes, "" when there was no source. `marks` has one number of MARK_BITS for each
    line, equal for equal text without the space around it, and 0 for a blank one; the source can't be had back.
    `import_time` are the lines that importing the file runs; none are known of files that are no product.
    """

    path: str
    counts: Counts
    statements: Lines = NO_LINES
    missing: Lines = NO_LINES
    excluded: Lines = NO_LINES
    exits: Exits = field(default_factory=dict)
    source: str = ""
    marks: tuple[int, ...] = ()
    spans: tuple[Span, ...] = ()
    import_time: Lines = NO_LINES

    def unit_at(self, line: int) -> str:
        """The innermost class or function around a line, "" outside of all."""
        around = [span for span in self.spans if span.first <= line <= span.last]
        return min(around, key=lambda span: span.last - span.first).name if around else ""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """All that changes a total while neither source nor tests do: who counted, and by which settings.

    `counted_by` and `recorded_by` are coverage.py versions, None when the data does not say. `settings` hold what
    decides which lines and files count, by name, each as text in a fixed order.
    """

    branch: bool = False
    counted_by: str | None = None
    recorded_by: str | None = None
    settings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A measurement as it is kept. `taken` is UTC, `2026-11-21T12:00:00Z`; `metrics` are what the user adds.

    `totals` are those of the data, which may say more than its files add up to. `key` names the snapshot: the first
    12 hexadecimal digits of the SHA-256 of its content. `left_out` is what could not be read when it was measured, in
    this run only: it is not kept.
    """

    key: str
    taken: str
    project: str
    totals: Counts
    files: tuple[FileShot, ...]
    circumstances: Circumstances = field(default_factory=Circumstances)
    commit: str = ""
    git_branch: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)
    label: str = ""
    left_out: tuple[Skipped, ...] = field(default=(), compare=False)


Cause = Literal[
    "newly covered",
    "lost",
    "source added",
    "source removed",
    "source moved",
    "file entered",
    "file left",
    "exclusions",
    "branch mode",
    "counting rules",
    "stated totals",
]

CAUSES: tuple[Cause, ...] = (
    "stated totals",
    "branch mode",
    "counting rules",
    "exclusions",
    "file left",
    "file entered",
    "source removed",
    "source added",
    "source moved",
    "lost",
    "newly covered",
)
"""The order in which causes are applied one after the other to get from the old percent to the new."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one cause did in one unit: by how many points the covered ones and all of them changed.

    `old_lines` are by the old file's numbers, `new_lines` by the new one's; a line may be in one of them alone.
    `old_path` differs from `path` after a renaming. `imported` is the part of `covered` that importing alone explains.
    """

    cause: Cause
    path: str
    unit: str
    covered: int
    points: int
    old_lines: Lines = NO_LINES
    new_lines: Lines = NO_LINES
    old_path: str = ""
    imported: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """Two snapshots, and the parts that the change of the total is made of: they add up to it exactly."""

    old: Snapshot
    new: Snapshot
    parts: tuple[Part, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)

    @property
    def covered(self) -> int:
        return self.new.totals.covered_points - self.old.totals.covered_points

    @property
    def points(self) -> int:
        return self.new.totals.points - self.old.totals.points


@dataclass(frozen=True, slots=True)
class Flip:
    """A unit of which some runs cover more than others: `points` that flip, and how many of its `lines` each run has.

    `covered` counts statements and exits on those lines, run by run. `reasons` are what it touches that may differ.
    """

    path: str
    unit: str
    lines: Lines
    points: int
    covered: tuple[int, ...]
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Noise:
    """What differs between runs: their totals, what flips (most points first), and the margin that a target needs.

    `margin` are points: with `confidence` (0.5 to 1) the next run does not lie further below the mean of these.
    """

    totals: tuple[Counts, ...]
    flips: tuple[Flip, ...]
    margin: int
    confidence: float
