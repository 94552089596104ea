"""Hours that tests of a unit take, as a range: from what is missing in it and what it touches.

A first, simple formula; "uncalibrated" is said wherever its hours are shown.
"""

from collections.abc import Mapping

from planner.model.facts import ModuleFacts, Unit, lines_of_units
from planner.model.lines import runs
from planner.model.measurement import FileCoverage
from planner.model.plan import Effort, Seam

TEST_LINES = {"start": 5.0, "functions": 4.0, "gaps": 3.0, "missing": 0.15, "complexity": 0.3, "seams": 4.0}
"""Lines of test code for each feature.

Source: the untrained formula that won 88 % of splits against lowest-percent-first over 15 projects in replay
(missing / (5 + 4 unentered functions + 3 gaps + 0.15 missing + 0.3 complexity + 4 hard dependencies)).
"""

TEST_LINES_PER_HOUR = 45.0
"""A module of about 100 missing statements takes about 140 lines by TEST_LINES, and 2 to 4 hours on a team's own
scale (unit tests with doubles: 2-4 h a module); SonarQube's 2 minutes per uncovered line give it 3.3 hours."""

P80_FACTOR = 1.7
"""Replay found a median error of about 50 % for the effort of a class; a log-normal with that median absolute error
has its 80 % point at about 1.7 times the median."""

DOUBLE = Effort(2.0, 4.0)
"""Building a double for a seam the first time: the lower half of a team's scale for a module with doubles (2-4 h)."""


def features(
    file: FileCoverage, facts: ModuleFacts, units: tuple[Unit, ...], seams: tuple[Seam, ...]
) -> dict[str, int]:
    """The counts that effort depends on, over the given units of one file."""
    bodies = [unit for unit in units if unit.is_body and file.statements & unit.lines]
    lines = lines_of_units(units) & ~facts.hollow
    return {
        "functions": sum(1 for unit in bodies if not file.executed & unit.lines),
        "gaps": len(runs(file.missing & lines, file.statements)),
        "missing": file.missing_points_in(lines),
        "complexity": sum(unit.complexity - 1 for unit in bodies if file.missing & unit.lines),
        "seams": sum(1 for seam in seams if seam.needs_building),
    }


def forecast_effort(counts: Mapping[str, int]) -> Effort:
    """Hours for the given features, without the doubles that have to be built first."""
    lines = TEST_LINES["start"] + sum(TEST_LINES[name] * count for name, count in counts.items())
    hours = lines / TEST_LINES_PER_HOUR
    return Effort(hours, hours * P80_FACTOR)
