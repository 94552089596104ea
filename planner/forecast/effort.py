"""Lines of test code and hours that tests of a unit take, as a range: from what is missing in it. See rates.toml."""

from statistics import NormalDist

from planner.model.facts import ModuleFacts, Unit, lines_of_units
from planner.model.lines import runs
from planner.model.measurement import FileCoverage
from planner.model.plan import Effort, Seam
from planner.model.rates import Rates

_P80 = NormalDist().inv_cdf(0.8)


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
        "complexity": sum(unit.complexity - 1 for unit in bodies if file.missing_points_in(unit.lines)),
        "seams": sum(1 for seam in seams if seam.needs_building),
    }


def effort_of_test(rates: Rates) -> Effort:
    """Hours of one test, without what has to be built or begun before it."""
    return hours_of(rates.test_lines, rates)


def hours_of(lines: float, rates: Rates) -> Effort:
    """So many lines of test code as hours; P80 lies 0.84 standard deviations above, relative to the hours."""
    hours = lines / rates.lines_per_hour
    return Effort(hours, hours * (1 + _P80 * rates.effort_spread))


def double_effort(rates: Rates) -> Effort:
    """Hours of building a double for a kind of seam the first time."""
    return Effort(rates.double_hours, rates.double_hours_p80)


def module_effort(rates: Rates) -> Effort:
    """Hours that the first test in a module takes on top of the test itself: a file, its imports, its fixtures."""
    return hours_of(rates.module_lines, rates)
