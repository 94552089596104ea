"""How numbers and verdicts read, shared by every format."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor

from planner.model.calibration import Calibrated
from planner.model.measurement import Counts, Input, Skipped
from planner.model.option import Count, Goalpost, Option, Outcome, Step
from planner.model.percent import cut_percent, decimals_of, exact_percent, percent_text
from planner.model.plan import Candidate, Effort, Seam
from planner.model.wish import Span

MOST_PLACES = 6
"""Figures are stated with so many decimals at most (`config.texts`); one with more was computed."""


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


def chance_value(chance: float) -> float:
    """For JSON: cut to four decimals, so that no chance is rounded up to the one that was asked for."""
    return float(cut_percent(written(chance), 4))


def written(value: float) -> Fraction:
    """The figure as it is written: 0.57 is 57 hundredths, although the float is a little less."""
    return Fraction(repr(value))


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
    """Whether the option reaches what is asked, how likely, and what stands between."""
    if option.reaches_target:
        return f"yes, {chance(option)}"
    if option.is_out_of_reach:
        return f"out of reach: {percent_of(option.ceiling, option.ceiling_total)} at most"
    if option.shortfall:
        return f"no, {count(option.shortfall)} short"
    if lacking := [each for each in option.requirements if not each.is_met]:
        return f"no, {lacking[0].pattern} stays below"
    return f"not likely enough, {chance(option)}"


def shortcoming(option: Option) -> str:
    """What keeps an option from what is asked, as a clause."""
    if option.shortfall:
        short = f"it falls {plural(option.shortfall, 'point')} short"
    else:
        short = f"its chance is {chance(option)}, where {asked(option)} is asked"
    lacking = [each.pattern for each in option.requirements if not each.is_met]
    if lacking and not option.shortfall:
        short += f", and {listed(lacking)} stays below what is required"
    if option.is_out_of_reach:
        most = percent_of(option.ceiling, option.ceiling_total)
        return f"{short}, and the target is out of reach: everything coverable there is {most}"
    return short


def surely(option: Option) -> str:
    """`in 83 of 100 cases`."""
    return f"in {floor(written(option.probability) * 100)} of 100 cases"


def chance(option: Option) -> str:
    """The probability as a whole percent, never rounded up."""
    return f"{floor(written(option.probability) * 100)} %"


def asked(option: Option) -> str:
    """The confidence that was asked for: `80 %`, `82.5 %`."""
    return exact(written(option.confidence) * 100)


def label(option: Option) -> str:
    """`A, quick wins`; a name alone where it is the key."""
    return option.key if option.key == option.name else f"{option.key}, {option.name}"


def goal(outcome: Outcome) -> str:
    """What is planned for: a percent, hours, or a percent within hours."""
    if outcome.target is None:
        return hours_given(outcome)
    return f"{outcome.target.text} %" + (f" within {hours_given(outcome)}" if outcome.budget else "")


def hours_given(outcome: Outcome) -> str:
    """The budget: `16 h`."""
    return f"{plain(written(outcome.budget or 0))} h"


def hours_left(value: float) -> str:
    """Hours that there are, rounded down: `60.8 h`."""
    return f"{cut_percent(written(value), 1)} h"


def hours_needed(value: float) -> str:
    """Hours that something takes, rounded up: `15.4 h`."""
    return f"{ceil(written(value) * 10) / 10:.1f} h"


def plain(value: Fraction) -> str:
    """A stated figure as it was stated: `287`, `79.996`; one that is no decimal, such as 8/3, as `2.67`."""
    places = decimals_of(value)
    if places > MOST_PLACES:
        return percent_text(value, 2 if value > 1 else 4)
    return percent_text(value, places) if places else count(int(value))


def exact(value: Fraction) -> str:
    """A stated percent: `80 %`."""
    return f"{plain(value)} %"


def tests(found: Count) -> str:
    """`21-28`: how many tests are enough in half of all cases, and with the asked confidence."""
    return count(found.p80) if found.p50 == found.p80 else f"{count(found.p50)}-{count(found.p80)}"


def tests_text(found: Count) -> str:
    """`1 test`, `21-28 tests`."""
    return f"{tests(found)} test{'' if found.p80 == 1 else 's'}"


def proof(option: Option, *, is_budget: bool = False) -> str:
    """How near the best way it provably is."""
    if option.bound_gap is None:
        return ""
    if is_budget:
        if not option.bound_gap:
            return "No set of these tests gains more in that time."
        return f"Proven: it gains at least {least(option)} of what the best set of these tests could."
    if not option.bound_gap:
        return "No set of these tests does it in less."
    return f"Proven: no set of these tests does it in less than {least(option)} of these hours."


def gap(option: Option) -> str:
    """The proven gap, rounded up: what is said to be at most must be."""
    return "" if option.bound_gap is None else f"{ceil(written(option.bound_gap) * 1000) / 10:.1f} %"


def least(option: Option) -> str:
    """What the proven gap leaves of the whole, rounded down."""
    return f"{floor((1 - written(option.bound_gap or 0.0)) * 1000) / 10:.1f} %"


def left_out(option: Option) -> str:
    """`211 points in larger modules (12 files) and 40 points that need not be touched (2 files)`."""
    return listed([f"{plural(e.points, 'point')} {e.reason} ({plural(e.files, 'file')})" for e in option.left_out])


def calibrated(outcome: Outcome) -> str:
    """Whose hours they are: `calibrated from 312 tests and 5 receipts on 2026-11-21`, or `uncalibrated`.

    Lines of tests alone, without receipts, make no hours.
    """
    found = outcome.calibrated
    if found is None:
        return "calibrated on this project" if outcome.is_calibrated else "uncalibrated"
    kinds = {"test": found.tests, "receipt": found.receipts}
    source = f"from {listed([plural(number, kind) for kind, number in kinds.items() if number])} on {found.on}"
    if outcome.is_calibrated:
        return f"calibrated {source}"
    return f"uncalibrated (other rates are, {source})"


def calibrated_text(found: Calibrated) -> str:
    """For `[tool.gapplan.rates]`: `2026-11-21, 312 tests, 5 receipts`."""
    kinds = {"test": found.tests, "receipt": found.receipts}
    parts = (f"{number} {kind}{'' if number == 1 else 's'}" for kind, number in kinds.items() if number)
    return ", ".join([found.on.isoformat(), *parts])


def listed(items: Sequence[str], most: int | None = None) -> str:
    """`a, b and c`; beyond `most`, `a, b and so on`."""
    if most is not None and len(items) > most:
        return f"{', '.join(items[:most])} and so on"
    return " and ".join(filter(None, [", ".join(items[:-1]), items[-1]])) if items else ""


def span(value: Span) -> str:
    """A claim as it was stated: `150-200`."""
    return plain(value.low) if value.low == value.high else f"{plain(value.low)}-{plain(value.high)}"


def holds(value: bool | None) -> str:
    """The verdict on a claim."""
    return {True: "yes", False: "no", None: "can't tell"}[value]


def stretch(post: Goalpost) -> str:
    """What the further target takes, and by which way."""
    text = f"Stretch: {post.target.text} % is {count(post.need)} points, {count(post.more)} more than today"
    if post.option is None:
        return f"{text}; no test is known that leads there."
    option = post.option
    way = f"the mix takes {tests_text(option.tests)}, {hours(option.effort)}"
    if option.reaches_target:
        return f"{text}; {way} ({chance(option)})."
    return f"{text}; {way}, and does not get there: {shortcoming(option)}."


def because(candidate: Candidate, step: Step | None = None) -> list[str]:
    """Why the candidate gains and costs what it does, each reason a short clause."""
    if candidate.mends:
        return [f"the tests that {candidate.mends} stops run again"]
    features = candidate.features
    reasons = [f"{plural(candidate.missing, 'point')} missing"]
    if candidate.tests > 1:
        reasons.append(f"{candidate.tests} tests of it are worth writing")
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
