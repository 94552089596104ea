"""What a sequence of tests brings together, expected and exact: bodies by chance, the rest counted once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from planner.model.chance import Gain
from planner.model.measurement import Counts
from planner.model.plan import MILLI, Candidate, Effort, Forecast, Seam, folder_of
from planner.model.problem import BodyKey
from planner.model.target import Target
from planner.model.wish import Wish

if TYPE_CHECKING:
    from planner.solve.left import Left, Weights


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a plan starts: what is forecast, the counts the target is judged on, and what is asked.

    `entering` are the points that join the total when a step imports a file that is outside the data; empty on the
    whole-tree total. `files` are today's counts of every file of the product.
    """

    forecast: Forecast
    today: Counts
    whole_tree: Counts
    target: Target | None = None
    entering: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, Counts] = field(default_factory=dict)
    wish: Wish = field(default_factory=Wish)
    churn: Mapping[str, float] = field(default_factory=dict)
    """Path -> its share of the commits of the file that changed most; empty where git tells nothing."""
    _weights: "list[Weights]" = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def weights(self) -> "Weights":
        """Those of all bodies, made once for all tallies of this ground."""
        from planner.solve.left import Weights  # as below

        if not self._weights:
            self._weights.append(Weights(self.forecast.bodies))
        return self._weights[0]

    def need(self, entered: int = 0) -> int:
        """Points to gain until the target is met, when so many have entered the total; 0 without a target."""
        if self.target is None:
            return 0
        return max(0, self.target.points_needed(self.today.points + entered) - self.today.covered_points)

    def required(self) -> list[tuple[str, Fraction, Counts, frozenset[str]]]:
        """Each requirement: its pattern, its percent, today's counts of its files, and their paths."""
        found = []
        for each in self.wish.require:
            paths = frozenset(path for path in self.files if each.admits(path))
            found.append((each.pattern, each.percent, sum((self.files[path] for path in paths), Counts()), paths))
        return found


@dataclass(frozen=True, slots=True)
class Taken:
    """What one more test brought: expected behaviour and import-time points in thousandths, and what it cost."""

    body: int
    imported: int
    effort: Effort
    new_seams: tuple[Seam, ...]
    starts_module: bool


@dataclass(slots=True)
class Tally:
    """The running union of tests. Sums are thousandths of points; `squares` are of the behaviour of single tests."""

    ground: Ground
    body: int = 0
    imported: int = 0
    squares: int = 0
    entered: int = 0
    left: "Left" = field(init=False)
    written: dict[BodyKey, int] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    begun: set[str] = field(default_factory=set)
    built: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        from planner.solve.left import Left  # numpy takes 80 ms to load, and a status has no tally

        self.left = Left(self.ground.weights)

    def add(self, candidate: Candidate) -> Taken:
        """Write the next test of the candidate."""
        is_first = candidate.key not in self.written
        body = self.left.take(candidate.entry if is_first else candidate.branch)
        self.body += body
        imported = self._import(candidate) if is_first else 0
        self.imported += imported
        self.squares += body * body
        effort, new_seams, starts_module = (
            self.effort_of(candidate),
            self._new_seams(candidate),
            self._starts(candidate),
        )
        self.written[candidate.key] = self.written.get(candidate.key, 0) + 1
        self.built |= {seam.kind for seam in new_seams}
        self.begun.add(candidate.path)
        return Taken(body, imported, effort, new_seams, starts_module)

    def effort_of(self, candidate: Candidate) -> Effort:
        """What the next test of the candidate would take, with what has to be begun and built for it."""
        forecast = self.ground.forecast
        effort = candidate.further if candidate.key in self.written else candidate.first
        if self._starts(candidate):
            effort += forecast.module
        return sum((forecast.double for _ in self._new_seams(candidate)), effort)

    @property
    def milli(self) -> int:
        """Expected gain, in thousandths of a point."""
        return self.body + self.imported

    @property
    def points(self) -> int:
        """Points gained, rounded down: a plan never promises the fraction of a point."""
        return self.milli // MILLI

    @property
    def need(self) -> int:
        """Points the target asks for, with what has entered the total by now."""
        return self.ground.need(self.entered)

    @property
    def gain(self) -> Gain:
        """The gain with its uncertainty."""
        most = sum(self.ground.forecast.gaps.values()) * MILLI + self.imported
        return Gain(self.body, self.imported, self.squares, most, self.ground.forecast.spread)

    def gain_within(self, paths: frozenset[str]) -> Gain:
        """The same of some files alone. Single tests can't be told apart there: they count as one each body."""
        forecast = self.ground.forecast
        bodies = [(key, self.covered(key)) for key in sorted(self.left) if key[0] in paths]
        bodies += [(key, self._of_core(key, paths)) for key in sorted(self.left) if key not in forecast.gaps]
        imported = sum(forecast.imports.get(path, 0) for path in self.files & paths) * MILLI
        most = sum(forecast.gaps.get(key, 0) for key, _ in bodies) * MILLI + imported
        squares = sum(covered * covered for _, covered in bodies)
        return Gain(sum(covered for _, covered in bodies), imported, squares, most, forecast.spread)

    def _of_core(self, core: BodyKey, paths: frozenset[str]) -> int:
        """What is covered of a folder's core, by the share that these files gave to it."""
        forecast = self.ground.forecast
        given = sum(
            gift for key, gift in forecast.gifts.items() if key[0] in paths and f"{folder_of(key[0])}/" == core[0]
        )
        return self.covered(core) * given // max(1, forecast.bodies.get(core, 0))

    def covered(self, key: BodyKey) -> int:
        """Expected points of the body that are covered by now, in thousandths."""
        return self.left.covered_of(key)

    def _import(self, candidate: Candidate) -> int:
        own = frozenset[str]() if candidate.mends else {candidate.path}
        fresh = (own | set(candidate.imports)) - self.files
        self.files |= fresh
        self.entered += sum(self.ground.entering.get(path, 0) for path in fresh)
        return sum(points for path, points in candidate.imports.items() if path in fresh) * MILLI

    def _new_seams(self, candidate: Candidate) -> tuple[Seam, ...]:
        """The doubles that it needs and that nothing before it has built."""
        return tuple({seam.kind: seam for seam in candidate.needs_building if seam.kind not in self.built}.values())

    def _starts(self, candidate: Candidate) -> bool:
        """Whether its test is the first of its module."""
        return candidate.starts_module and candidate.path not in self.begun
