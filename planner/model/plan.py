"""What tests can be aimed at, and what they are forecast to gain and cost. Points are whole; hours are ranges."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt

from planner.model.lines import Lines
from planner.model.problem import BodyKey

MILLI = 1000
"""Expected gains are kept in thousandths of a point, as integers, so that sums are exact."""


def folder_of(path: str) -> str:
    """The folder that the file lies in, "" for the root."""
    return path.rpartition("/")[0]


TOGETHER = 0.05
"""The correlation of how far two pieces of work stray from their forecast: a variance of 0.23 squared in common beside
1.03 squared of each test of its own (eight replayed projects; see `forecast/rates.toml`)."""


@dataclass(frozen=True, slots=True)
class Effort:
    """Hours of work: half of all cases take less than `p50`, four in five less than `p80`.

    `squares` is the sum, over the pieces of work in it, of their squared distances from P50 to P80: of pieces that
    stray mostly on their own, the distances add up to less than their sum. None for a single piece.
    """

    p50: float = 0.0
    p80: float = 0.0
    squares: float | None = None

    def __add__(self, other: "Effort") -> "Effort":
        return _effort(self.p50 + other.p50, self._apart + other._apart, self._abreast + other._abreast)

    def __mul__(self, times: int) -> "Effort":
        return _effort(self.p50 * times, self._apart * times, self._abreast * times)

    @property
    def _apart(self) -> float:
        return (self.p80 - self.p50) ** 2 if self.squares is None else self.squares

    @property
    def _abreast(self) -> float:
        """The sum of the distances, from what they add up to."""
        distance = (self.p80 - self.p50) ** 2 - (1 - TOGETHER) * self._apart
        return sqrt(max(0.0, distance / TOGETHER))


def _effort(p50: float, apart: float, abreast: float) -> Effort:
    return Effort(p50, p50 + sqrt((1 - TOGETHER) * apart + TOGETHER * abreast**2), apart)


@dataclass(frozen=True, slots=True)
class Range:
    """Whole points: in 10, 50 and 90 of 100 cases it is at most so many."""

    p10: int = 0
    p50: int = 0
    p90: int = 0


@dataclass(frozen=True, slots=True)
class Spread:
    """How far forecasts stray, as standard deviations of the natural logarithm.

    `common` strays for all behaviour of a plan alike, `single` for each test on its own, `imported` for import-time
    lines. `noise` are points by which totals differ between runs of the same suite.
    """

    common: float = 0.0
    single: float = 0.0
    imported: float = 0.0
    noise: int = 0


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
    """A class or top-level function, or a part or whole of a module, at which up to `tests` tests can be aimed.

    `missing` are points (statements and exits) and `lines` the missing statements; `coverable` are those of the
    missing points that a test can reach at all. `bodies` are its own functions. A test covers part of what is left of
    each body it touches, its own and those it reaches through calls: `entry` has the chances of the first test in
    parts per million, `branch` those of each further one. `imports` are the files whose import-time lines its first
    test runs, with the points of each; several candidates share them. `gain_milli` is what all its tests are expected
    to cover when nothing else is tested, in thousandths of a point, and `gain` the same as a range. `starts_module`
    says that no test of its module exists, so that its first test begins a test file. `features` are the counts that
    the effort was computed from, `asserts` what a test can assert on. `mends` is the key of a cause that stops tests:
    no test is written then but that cause is mended, all that run again count as one, and `path` is where to look
    first, with the line.
    """

    path: str
    module: str
    unit: str
    statements: int
    covered_statements: int
    missing: int
    coverable: int
    lines: Lines
    lines_text: str
    tests: int
    first: Effort
    further: Effort
    gain_milli: int
    gain: Range
    bodies: tuple[BodyKey, ...] = ()
    entry: Mapping[BodyKey, int] = field(default_factory=dict)
    branch: Mapping[BodyKey, int] = field(default_factory=dict)
    imports: Mapping[str, int] = field(default_factory=dict)
    seams: tuple[Seam, ...] = ()
    starts_module: bool = False
    features: Mapping[str, int] = field(default_factory=dict)
    asserts: tuple[str, ...] = ()
    mends: str = ""

    @property
    def import_points(self) -> int:
        return sum(self.imports.values())

    @property
    def effort(self) -> Effort:
        """Hours of all its tests, without what has to be built or begun first."""
        return self.first + self.further * (self.tests - 1)

    @property
    def needs_building(self) -> tuple[Seam, ...]:
        """Its seams whose doubles do not exist yet and have to be built."""
        return tuple(seam for seam in self.seams if seam.needs_building)

    @property
    def key(self) -> BodyKey:
        return self.path, self.unit


@dataclass(frozen=True, slots=True)
class Forecast:
    """Everything that can be planned. `bodies` are the expected coverable points of each function, in thousandths.

    `gaps` are all its missing points that a test may reach; a body without a gap is the core of a folder, which tests
    run into beside what they are aimed at, and `gifts` are what functions give to it. `imports` are the import-time
    points of each file that was never imported. `module` is the effort of the first test in a module, on top of the
    test itself, `double` that of building a double. `is_calibrated` says whether hours come from this project's own
    tests and receipts.
    """

    candidates: tuple[Candidate, ...]
    bodies: Mapping[BodyKey, int]
    gaps: Mapping[BodyKey, int] = field(default_factory=dict)
    imports: Mapping[str, int] = field(default_factory=dict)
    gifts: Mapping[BodyKey, int] = field(default_factory=dict)
    spread: Spread = Spread()
    module: Effort = Effort()
    double: Effort = Effort()
    is_calibrated: bool = False
