"""A gate far below the total: the coverage could fall a long way, and nothing would say so."""

from collections.abc import Iterator

from planner.doctor.check import Check
from planner.doctor.exam import Exam
from planner.doctor.thresholds import evidence_of, gates_in_force, highest_gate, number, written_anew
from planner.model.findings import Finding
from planner.model.percent import exact_points_needed, percent_text
from planner.settings.gates import find_ratchet

MOST_SLACK = 5
"""Percent points of room that a team may leave on purpose: our judgement."""


def find_gate_stale(exam: Exam) -> Iterator[Finding]:
    """A finding when even the highest gate is far below, and no service compares each commit with the one before."""
    totals = exam.measurement.totals
    gate = max(gates_in_force(exam), key=lambda each: each.percent, default=None)
    if gate is None or totals.percent - gate.percent <= MOST_SLACK or find_ratchet(exam.texts):
        return
    better = highest_gate(totals.percent, exam.settings.precision)
    room = totals.covered_points - exact_points_needed(gate.percent, totals.points)
    yield Finding(
        check=CHECK.name,
        title=f"the gate is {number(gate.percent)} %, the total {percent_text(totals.percent)} %: "
        f"a fall of {percent_text(totals.percent - gate.percent, 1)} points would pass",
        why=f"{room} of {totals.covered_points} covered points could be lost before anything fails",
        evidence=evidence_of(exam, [gate]),
        mend=written_anew(exam, gate, better, "the highest gate that the total passes without rounding"),
        confidence=0.9,
    )


CHECK = Check(name="gate-stale", question="Is the gate near the total?", find=find_gate_stale)
