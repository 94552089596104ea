"""What a set of steps brings together: import-time lines and doubles counted once, the denominator moved."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from planner.model.measurement import Counts
from planner.model.plan import MILLI, Candidate, Effort, Seam
from planner.model.target import Target


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a plan starts: the counts the target is judged on, and what files outside the data would add."""

    target: Target
    today: Counts
    entering: Mapping[str, int]
    """Path -> points that join the total when a step imports the file; empty on the whole-tree total."""
    double: Effort
    """Hours for the first double of a kind of seam."""


@dataclass(slots=True)
class Tally:
    """The running union of chosen candidates. `milli` are expected points gained, in thousandths."""

    ground: Ground
    milli: int = 0
    import_points: int = 0
    entered: int = 0
    imported: set[str] = field(default_factory=set)
    built: set[str] = field(default_factory=set)

    def marginal_milli(self, candidate: Candidate) -> int:
        """Expected thousandths of points that the candidate adds to what is chosen already."""
        return candidate.body_milli + MILLI * sum(self._new_imports(candidate).values())

    def marginal_effort(self, candidate: Candidate) -> Effort:
        """Hours it adds: its tests, and each double that nothing chosen has built yet."""
        return sum((self.ground.double for _ in self.new_seams(candidate)), candidate.effort)

    def new_seams(self, candidate: Candidate) -> tuple[Seam, ...]:
        """One seam for each kind that still needs a double; `requests` and `urllib3` share theirs."""
        first: dict[str, Seam] = {}
        for seam in candidate.seams:
            if seam.needs_building and seam.kind not in self.built:
                first.setdefault(seam.kind, seam)
        return tuple(first.values())

    def marginal_need(self, candidate: Candidate) -> int:
        """Thousandths of points that the target rises by, because files enter the total with the candidate."""
        entering = sum(self.ground.entering.get(path, 0) for path in self._new_files(candidate))
        percent = self.ground.target.percent
        return entering * MILLI * percent.numerator // (percent.denominator * 100)

    def new_entering(self, candidate: Candidate) -> set[str]:
        """Files that join the total with the candidate."""
        return {path for path in self._new_files(candidate) if self.ground.entering.get(path)}

    def add(self, candidate: Candidate) -> None:
        """Choose the candidate."""
        fresh = self._new_imports(candidate)
        self.milli += self.marginal_milli(candidate)
        self.import_points += sum(fresh.values())
        self.entered += sum(self.ground.entering.get(path, 0) for path in self._new_files(candidate))
        self.built |= {seam.kind for seam in self.new_seams(candidate)}
        self.imported |= self._new_files(candidate)

    @property
    def points(self) -> int:
        """Points gained, rounded down: a plan never promises the fraction of a point."""
        return self.milli // MILLI

    @property
    def shortfall(self) -> int:
        """Points the target still lacks; 0 when it is reached."""
        total = self.ground.today.points + self.entered
        return max(0, self.ground.target.points_needed(total) - self.ground.today.covered_points - self.points)

    def _new_imports(self, candidate: Candidate) -> dict[str, int]:
        return {path: points for path, points in candidate.imports.items() if path not in self.imported}

    def _new_files(self, candidate: Candidate) -> set[str]:
        return ({candidate.path} | set(candidate.imports)) - self.imported


def tally_of(candidates: tuple[Candidate, ...], ground: Ground) -> Tally:
    """The union of all of them, chosen in order."""
    tally = Tally(ground)
    for candidate in candidates:
        tally.add(candidate)
    return tally
