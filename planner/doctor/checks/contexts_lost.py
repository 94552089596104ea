"""Contexts that are asked for, and that the data has not, or has in part. No figure changes, but they tell tests apart.

Measured on coverage.py 7.17.3: under core = sysmon, a line that ran is watched no longer, so that of all tests that
run it only the first is noted. Where coverage.py's own `dynamic_context` is set, it takes the C tracer by itself.
"""

from collections.abc import Iterator

from planner.doctor.check import Check
from planner.doctor.evidence import no_rows
from planner.doctor.exam import Exam
from planner.doctor.mend import configure
from planner.doctor.rerun import usual_command
from planner.model.findings import Evidence, Finding, Mend

OPTION = "--cov-context"

NEVER_SYSMON = frozenset({"greenlet", "eventlet", "gevent"})
"""Kinds of concurrency under which coverage.py takes the C tracer whatever `core` says (`coverage/core.py`)."""


def find_contexts_lost(exam: Exam) -> Iterator[Finding]:
    """One finding where contexts are asked for, and none came of it, or only those of the first test of each line."""
    asked = [*_by_coverage(exam), *_by_pytest(exam)]
    if not asked or not exam.trail.rows:
        return
    if not exam.trail.contexts:
        yield _finding(
            asked,
            "contexts are asked for, and the data has none",
            "The total is right, but nobody can tell which test runs which line.",
            Mend("command", usual_command(exam), note="makes the data anew, with the setting that is there now"),
            0.7,
        )
    elif _is_first_only(exam):
        yield _finding(
            [*asked, Evidence("core = sysmon", exam.settings.file, exam.settings.lines.get("run.core"))],
            "contexts name only the first test of each line",
            "core = sysmon stops watching a line once it has run. The total is right, but tests that run the same "
            "lines later seem to run nothing.",
            configure(exam.settings, "run", {"core": "ctrace"}, note="the C tracer notes every test"),
            0.5 if exam.measurement.branch else 0.95,  # before Python 3.14, branches need the C tracer anyway
        )


def _finding(asked: list[Evidence], title: str, why: str, mend: Mend, confidence: float) -> Finding:
    return Finding(CHECK.name, title, why, tuple(asked), mend, confidence=confidence, severity="note")


def _is_first_only(exam: Exam) -> bool:
    settings = exam.settings
    is_sysmon = settings.core == "sysmon" and not settings.timid and not NEVER_SYSMON & set(settings.concurrency)
    return is_sysmon and not settings.dynamic_context


def _by_coverage(exam: Exam) -> Iterator[Evidence]:
    settings = exam.settings
    if settings.dynamic_context:
        line = settings.lines.get("run.dynamic_context")
        yield Evidence(f"dynamic_context = {settings.dynamic_context}", settings.file, line)


def _by_pytest(exam: Exam) -> Iterator[Evidence]:
    if any(word == OPTION or word.startswith(f"{OPTION}=") for word in exam.pytest.addopts):
        file = exam.pytest.file
        yield Evidence(f"addopts have {OPTION}", file, exam.line_of(file, OPTION) if file else None)


CHECK = Check(
    name="contexts-lost",
    question="Does the data have the contexts that are asked for?",
    find=find_contexts_lost,
    needs=no_rows,
)
