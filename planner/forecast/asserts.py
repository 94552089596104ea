"""What a test of a unit can assert on, as far as the code tells: results, errors, what reaches a double."""

from collections.abc import Iterable

from planner.model.facts import Unit
from planner.model.measurement import FileCoverage
from planner.model.plan import Seam

MOST_ERRORS = 3
"""More names than this are no help to the reader."""


def asserts_of(units: Iterable[Unit], file: FileCoverage, seams: Iterable[Seam]) -> tuple[str, ...]:
    """Short clauses over the functions with gaps: `results`, `ValueError raised`, `what is sent to redis`."""
    bodies = [unit for unit in units if unit.is_body and file.missing_points_in(unit.lines)]
    results = sum(1 for unit in bodies if unit.has_result)
    found = ["its result" if len(bodies) == 1 else "results"] if results else []
    errors = dict.fromkeys(name for unit in bodies for name in unit.raised)
    if errors:
        more = f" and {len(errors) - MOST_ERRORS} more" if len(errors) > MOST_ERRORS else ""
        found.append(f"{', '.join(list(errors)[:MOST_ERRORS])}{more} raised")
    sent = sorted({seam.name for seam in seams if seam.needs_building or seam.have})
    found += [f"what is sent to {', '.join(sent[:2])}"] if sent else []
    if results < len(bodies):
        found.append("the state it changes")
    return tuple(found)
