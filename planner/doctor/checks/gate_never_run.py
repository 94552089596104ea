"""A threshold with which nothing compares: in a file that coverage.py passes over, or for a pytest-cov that is off."""

import re
from collections.abc import Iterator

from planner.doctor.check import Check
from planner.doctor.exam import Exam
from planner.doctor.thresholds import configured, is_named, number, own_gates
from planner.model.findings import Evidence, Finding, Mend
from planner.model.gates import Gate
from planner.settings import SEARCHED
from planner.settings.gates import BY_PYTEST, CONFIGURED

_PYTEST_COV = re.compile(r"--cov(?![\w-])")


def find_gate_never_run(exam: Exam) -> Iterator[Finding]:
    """Only what is sure: whether a command with a report is run somewhere, no text of a project can deny."""
    gates = [gate for gate in own_gates(exam) if gate.percent]
    if exam.settings.file and exam.settings.fail_under is None:
        yield from (_passed_over(exam, gate) for gate in gates if _is_passed_over(exam, gate))
    asked = [gate for gate in gates if gate.setting == BY_PYTEST]
    if asked and asked[0].path == exam.pytest.file and not _runs_pytest_cov(exam):
        yield _unasked(exam, asked[0])


def _is_passed_over(exam: Exam, gate: Gate) -> bool:
    is_other = gate.setting == CONFIGURED and gate.path != exam.settings.file
    return is_other and gate.path in SEARCHED and not is_named(exam, gate.path)


def _passed_over(exam: Exam, gate: Gate) -> Finding:
    file = exam.settings.file
    return Finding(
        check=CHECK.name,
        title=f"the gate of {number(gate.percent)} % is never applied: coverage.py reads {file}, not {gate.path}",
        why="coverage.py takes the first file with settings of its own and no other, so every report passes; "
        "whatever else stands there for coverage.py is lost as well",
        evidence=(
            Evidence(f"fail_under = {number(gate.percent)}, in a file that is not read", gate.path, gate.line),
            Evidence("comes first, and has no fail_under", file),
        ),
        mend=configured(exam, gate.percent, f"Take it out of {gate.path}:{gate.line}, or bring both files together"),
        confidence=0.9,
        severity="warning",
    )


def _runs_pytest_cov(exam: Exam) -> bool:
    """Whether `--cov` is given anywhere: without it pytest-cov stays out, and its gate with it."""
    options = " ".join(exam.pytest.addopts)
    return bool(_PYTEST_COV.search(options)) or any(_PYTEST_COV.search(text.text) for text in exam.texts)


def _unasked(exam: Exam, gate: Gate) -> Finding:
    return Finding(
        check=CHECK.name,
        title=f"the gate of {number(gate.percent)} % is never applied: --cov-fail-under without --cov does nothing",
        why="pytest-cov starts only when --cov is given, and no file of the project gives it",
        evidence=(Evidence("--cov-fail-under, and no --cov", gate.path, gate.line),),
        mend=_moved(exam, gate),
        confidence=0.7,
        severity="warning",
    )


def _moved(exam: Exam, gate: Gate) -> Mend:
    note = f"Take --cov-fail-under out of {gate.path}:{gate.line}: 'coverage report' reads this one"
    return configured(exam, gate.percent, note)


CHECK = Check(name="gate-never-run", question="Is every gate applied?", find=find_gate_never_run)
