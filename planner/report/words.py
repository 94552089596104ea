"""How numbers and verdicts read, shared by every format."""

from collections.abc import Sequence
from fractions import Fraction

from planner.model.measurement import Counts, Input, Skipped
from planner.model.percent import cut_percent, exact_percent, percent_text
from planner.model.plan import Candidate, Effort, Option, Seam, Step


def count(number: int) -> str:
    """12345 as 12,345."""
    return f"{number:,}"


def plural(number: int, noun: str) -> str:
    """`1 step`, `2 steps`."""
    return f"{count(number)} {noun}{'' if number == 1 else 's'}"


def percent(counts: Counts) -> str:
    """The percent of the counts, as `percent_of`."""
    return percent_of(counts.covered_points, counts.points)


def percent_of(covered: int, points: int, goal: Fraction | None = None) -> str:
    """Two decimals, never up to where a whole percent, or the goal, would look met before it is."""
    return f"{percent_text(exact_percent(covered, points), goal=goal)} %"


def percent_value(value: Fraction) -> float:
    """For JSON: cut to four decimals."""
    return float(cut_percent(value, 4))


def hours(effort: Effort) -> str:
    """`1.5-2.6 h`: P50 and P80, and minutes below an hour."""
    if effort.p80 < 1:
        low, high = _minutes(effort.p50), _minutes(effort.p80)
        return f"{low}-{high} min" if low < high else f"{high} min"
    return f"{effort.p50:.1f}-{effort.p80:.1f} h"


def _minutes(value: float) -> int:
    """Whole minutes in fives, at least five: a finer figure would be pretence."""
    return max(5, round(value * 12) * 5)


def points_in(counts: Counts) -> str:
    """`1,516 statements` or `2,012 points (1,516 statements + 496 branch exits)`."""
    statements = plural(counts.statements, "statement")
    if not counts.branches:
        return statements
    return f"{plural(counts.points, 'point')} ({statements} + {plural(counts.branches, 'branch exit')})"


def input_text(each: Input) -> str:
    """`.coverage (coverage data, coverage.py 7.17.3, 40 contexts)`."""
    made = f", coverage.py {each.version}" if each.version else ""
    contexts = f", {plural(each.contexts, 'context')}" if each.contexts else ""
    return f"{each.path} ({each.kind}{made}{contexts})"


def inputs_text(inputs: Sequence[Input]) -> str:
    """All inputs up to three, else the first and how many more."""
    if len(inputs) <= 3:
        return " + ".join(input_text(each) for each in inputs)
    return f"{input_text(inputs[0])} + {count(len(inputs) - 1)} more"


def skipped_text(each: Skipped) -> str:
    """`path:line: reason`."""
    place = f"{each.path}:{each.line}" if each.line else each.path
    return f"{place}: {each.reason}"


def seams_text(seams: Sequence[Seam]) -> str:
    """Kinds of seam with the libraries of those that need a double: `cache or queue (redis), clock`."""
    libraries: dict[str, list[str]] = {}
    for seam in seams:
        libraries.setdefault(seam.kind, []).extend([seam.name] if seam.needs_building else [])
    return ", ".join(f"{kind} ({', '.join(names[:2])})" if names else kind for kind, names in libraries.items())


def verdict(option: Option) -> str:
    """Whether the option reaches the target, and how many points it falls short by."""
    if option.reaches_target:
        return "yes"
    return f"no, {count(option.shortfall)} short"


def because(candidate: Candidate, step: Step | None = None) -> list[str]:
    """Why the candidate gains and costs what it does, each reason a short clause."""
    features = candidate.features
    reasons = [f"{plural(candidate.missing, 'point')} missing"]
    if functions := features.get("functions"):
        reasons.append(f"{plural(functions, 'function')} never entered")
    if candidate.import_points:
        reasons.append(f"{plural(candidate.import_points, 'point')} by importing it")
    if gaps := features.get("gaps"):
        reasons.append(plural(gaps, "gap"))
    if step and step.is_hollow:
        reasons.append("hollow: importing is all there is to test")
    reasons += [f"double for {seam.name} exists: {seam.have}" for seam in candidate.seams if seam.have]
    building = step.new_seams if step else [seam for seam in candidate.seams if seam.needs_building]
    reasons += [f"needs a double for {seam.name}: {seam.double}" for seam in building]
    return reasons
