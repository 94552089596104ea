"""Rows of the other kind than `relative_files` says: coverage.py looks up absolute names and finds relative ones."""

from collections.abc import Iterator

from planner.doctor.check import Check
from planner.doctor.evidence import first_few, no_rows
from planner.doctor.exam import Exam
from planner.doctor.mend import configure
from planner.doctor.printed import misnamed, printed, reported_rows, severity_of_print
from planner.model.findings import Doubt, Evidence, Finding, Mend


def find_relative_files(exam: Exam) -> Iterator[Finding]:
    """One finding when rows that ran are named otherwise than coverage.py will look them up."""
    rows = [row for row in misnamed(reported_rows(exam), exam) if row.lines]
    if not rows:
        return
    seen, is_set = printed(exam), exam.settings.relative_files
    kind, other = ("absolute", "relative") if is_set else ("relative", "absolute")
    said = "has relative_files" if is_set else "has no relative_files"
    yield Finding(
        check=CHECK.name,
        title=f"{len(rows)} file(s) of the data have {kind} names, but the configuration {said}",
        why=f"'coverage report' looks for {other} names, finds nothing at them, and counts the files as not run: "
        f"it {seen.words(max(exam.measurement.precision, 1))}, and does not fail",
        evidence=(
            Evidence(said, exam.settings.file, exam.settings.lines.get("run.relative_files")),
            *first_few(Evidence(f"the data calls it {row.name}", row.path) for row in rows[:4]),
        ),
        mend=_mend(exam),
        doubt=Doubt("the total here counts these rows already, as 'coverage report' will after the mend"),
        confidence=0.95,
        severity=severity_of_print(seen, exam.measurement.totals),
    )


def _mend(exam: Exam) -> Mend:
    if exam.settings.relative_files:
        return Mend("command", "coverage erase\ncoverage run -m pytest", note="the data is older than relative_files")
    note = "in the configuration that the report is made with, too"
    return configure(exam.settings, "run", {"relative_files": True}, note)


CHECK = Check(
    name="relative-files",
    question="Are the names in the data of the kind that the report looks up?",
    find=find_relative_files,
    needs=no_rows,
)
