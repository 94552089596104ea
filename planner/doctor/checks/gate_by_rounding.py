"""A gate that only rounding passes: the total is below it, and one statement or another coverage.py makes it fail."""

from collections.abc import Iterator

from planner.doctor.check import Check
from planner.doctor.exam import Exam
from planner.doctor.thresholds import evidence_of, gates_in_force, highest_gate, number, written_anew
from planner.model.findings import Finding
from planner.model.gates import Gate
from planner.model.percent import (
    GATE_WIDENS_FROM,
    exact_points_needed,
    gate_points_needed,
    gate_precision,
    passes_gate,
    percent_text,
)
from planner.model.target import version_numbers
from planner.settings.gates import BY_CODECOV


def find_gate_by_rounding(exam: Exam) -> Iterator[Finding]:
    """A finding for the highest gate that the total passes although it is below."""
    passed = [gate for gate in gates_in_force(exam) if gate.setting != BY_CODECOV and _passes_by_rounding(exam, gate)]
    if not passed:
        return
    gate = max(passed, key=lambda each: each.percent)
    totals = exam.measurement.totals
    lacking = exact_points_needed(gate.percent, totals.points) - totals.covered_points
    fails_later = not _passes(exam, gate, None)
    yield Finding(
        check=CHECK.name,
        title=f"the total, {percent_text(totals.percent, goal=gate.percent)} %, passes the gate of "
        f"{number(gate.percent)} % only by rounding"
        + (", and fails from coverage.py 7.17.1 on" if fails_later else ""),
        why=_why(exam, gate),
        evidence=evidence_of(exam, [each for each in passed if each.percent == gate.percent]),
        mend=written_anew(
            exam,
            gate,
            highest_gate(totals.percent, exam.settings.precision),
            f"or cover {lacking} more point(s), and {number(gate.percent)} % is true",
        ),
        confidence=0.9,
        severity="warning" if fails_later else None,
    )


def _passes_by_rounding(exam: Exam, gate: Gate) -> bool:
    is_below = exam.measurement.totals.percent < gate.percent
    return is_below and _passes(exam, gate, _version(exam))


def _passes(exam: Exam, gate: Gate, version: tuple[int, ...] | None) -> bool:
    """Whether coverage.py of that version lets it pass; None is the newest."""
    totals = exam.measurement.totals
    precision = gate_precision(gate.percent, exam.settings.precision, version)
    return passes_gate(totals.covered_points, totals.points, gate.percent, precision)


def _version(exam: Exam) -> tuple[int, ...] | None:
    """The coverage.py that recorded the data; the oldest, where several did."""
    named = (exam.measurement.version or "").split(", ")
    return min((version_numbers(each) for each in named if each), default=None)


def _why(exam: Exam, gate: Gate) -> str:
    totals, version = exam.measurement.totals, _version(exam)
    precision = gate_precision(gate.percent, exam.settings.precision, version)
    spare = totals.covered_points - gate_points_needed(gate.percent, totals.points, precision)
    rule = f"coverage.py rounds to {f'{precision} decimals' if precision else 'whole percents'} before it compares"
    if version is not None and version < GATE_WIDENS_FROM and precision < gate_precision(gate.percent, precision, None):
        rule += "; from 7.17.1 on it keeps as many as the gate has"
    room = f"{spare} covered points may be lost before it fails" if spare else "one covered point less, and it fails"
    return f"{rule}. {room}; pytest-cov 4.1 compares without rounding and fails already"


CHECK = Check(name="gate-by-rounding", question="Is the gate passed without rounding?", find=find_gate_by_rounding)
