"""The projects of fixtures/zoo, each examined by the whole program and held against what coverage.py said of it."""

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from planner.measure import Request
from planner.model.findings import Doubt, Examination, Finding
from planner.model.measurement import Counts
from planner.model.together import together, weighty
from planner.pipeline.doctor import make_diagnosis

ZOO = Path(__file__).parent.parent / "fixtures" / "zoo"


@dataclass(frozen=True, slots=True)
class ZooProject:
    """One project: the check it is for, whether it has the fault, and coverage.py's totals after the mend.

    Where the mend is a change of source, it has other statements after it.
    """

    name: str
    check: str
    is_faulty: bool
    junit: tuple[str, ...]
    also: frozenset[str]
    after: Counts
    mends_source: bool

    @property
    def root(self) -> Path:
        return ZOO / self.name / "project"

    def examine(self) -> Examination:
        """What `gapplan doctor` finds in it."""
        return _examine(self)

    def findings(self) -> tuple[Finding, ...]:
        """Those of the check that the project is for."""
        return tuple(each for each in self.examine().diagnosis.findings if each.check == self.check)

    def doubt(self) -> Doubt:
        """What they put in doubt together."""
        return together(self.findings())

    def false_alarms(self) -> tuple[Finding, ...]:
        """Warnings and errors of checks that the project gives no cause for."""
        right = self.also | ({self.check} if self.is_faulty else frozenset())
        return tuple(each for each in weighty(self.examine().diagnosis) if each.check not in right)


def holds(doubt: Doubt, totals: Counts, after: Counts) -> bool:
    """Whether the range of points, covered and in the total, has the true change in it."""
    covered = after.covered_points - totals.covered_points
    entering = after.points - totals.points
    return doubt.covered[0] <= covered <= doubt.covered[1] and doubt.entering[0] <= entering <= doubt.entering[1]


@cache
def zoo_projects() -> tuple[ZooProject, ...]:
    """All projects, by name."""
    return tuple(_read(path.parent) for path in sorted(ZOO.glob("*/zoo.toml")))


def _read(folder: Path) -> ZooProject:
    table = tomllib.loads((folder / "zoo.toml").read_text("utf-8"))
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    return ZooProject(
        name=folder.name,
        check=table["check"],
        is_faulty=table["is_faulty"],
        junit=tuple([table["junit"]] if table.get("junit") else []),
        also=frozenset(table.get("also", ())),
        after=Counts(**truth["after"]),
        mends_source=any((folder / "mended").rglob("*.py")),
    )


@cache
def _examine(project: ZooProject) -> Examination:
    return make_diagnosis(Request(project.root), project.junit, lambda paths, _: paths)


def of_check(projects: Sequence[ZooProject], name: str) -> tuple[list[ZooProject], list[ZooProject]]:
    """The faulty projects of a check, and those that only look so."""
    mine = [each for each in projects if each.check == name]
    return [each for each in mine if each.is_faulty], [each for each in mine if not each.is_faulty]
