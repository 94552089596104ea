"""Several thresholds with several values for one total: which of them bites depends on who asks."""

from collections.abc import Iterator
from fractions import Fraction

from planner.doctor.check import Check
from planner.doctor.evidence import first_few
from planner.doctor.exam import Exam
from planner.doctor.thresholds import (
    configured,
    evidence_of,
    is_named,
    is_of_a_part,
    number,
    own_gates,
)
from planner.model.findings import Finding, Mend
from planner.model.gates import Gate
from planner.model.percent import percent_text
from planner.settings import SEARCHED
from planner.settings.gates import BY_CODECOV, CONFIGURED


def find_gates_disagree(exam: Exam) -> Iterator[Finding]:
    """One finding for all gates of the whole total, when they have more than one value; 0 is none, it switches off."""
    gates = [gate for gate in own_gates(exam) if _counts(exam, gate)]
    values = sorted({gate.percent for gate in gates})
    if len(values) < 2:
        return
    percent = exam.measurement.totals.percent
    yield Finding(
        check=CHECK.name,
        title=f"{len(gates)} gates for one total, with {len(values)} values: {', '.join(map(number, values))}",
        why=f"{_reached(percent, values)}; which of them stops a change depends on the command that is run",
        evidence=first_few(evidence_of(exam, gates)),
        mend=_mend(exam, gates),
        confidence=_confidence(gates),
        severity="warning" if values[0] <= percent < values[-1] else None,
    )


def _reached(percent: Fraction, values: list[Fraction]) -> str:
    if values[0] <= percent < values[-1]:
        return f"the total, {percent_text(percent)} %, passes some and fails others"
    return f"today the total passes {'all' if percent >= values[-1] else 'none'} of them"


def _counts(exam: Exam, gate: Gate) -> bool:
    """Whether the gate is for the whole total: in force, or lost in a file that coverage.py passes over."""
    if gate.setting == CONFIGURED and gate.path != exam.settings.file:
        is_lost = gate.path in SEARCHED and not is_named(exam, gate.path)
        return bool(gate.percent) and is_lost and exam.settings.fail_under is not None
    return bool(gate.percent) and not is_of_a_part(exam, gate)


def _confidence(gates: list[Gate]) -> float:
    """Codecov counts another way, so that a project may mean its own number there; commands may have their reasons."""
    values = {gate.percent for gate in gates if gate.setting != BY_CODECOV}
    if len(values) < 2:
        return 0.45
    return 0.9 if len({gate.path for gate in gates}) > 1 else 0.7


def _mend(exam: Exam, gates: list[Gate]) -> Mend:
    """One number in one place: the highest that passes today, else the lowest."""
    percent = exam.measurement.totals.percent
    values = sorted({gate.percent for gate in gates})
    kept = max((value for value in values if value <= percent), default=values[0])
    others = [gate for gate in gates if not (gate.setting == CONFIGURED and gate.path == exam.settings.file)]
    places = ", ".join(f"{gate.setting} from {gate.path}:{gate.line}" for gate in others)
    return configured(exam, kept, f"Take out {places}: without them, this one number holds everywhere")


CHECK = Check(name="gates-disagree", question="Do all thresholds have one value?", find=find_gates_disagree)
