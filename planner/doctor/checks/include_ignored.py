"""`[run] include` beside `source`: coverage.py warns once, ignores the patterns, and counts all below `source`."""

from collections.abc import Iterator

from planner.doctor.check import Check
from planner.doctor.discovery import sources_of
from planner.doctor.evidence import counts_of, first_few, largest_first
from planner.doctor.exam import Exam
from planner.doctor.globs import matches
from planner.doctor.mend import configure
from planner.model.findings import Doubt, Evidence, Finding
from planner.model.measurement import FileCoverage


def find_include_ignored(exam: Exam) -> Iterator[Finding]:
    """One finding when files are counted that `[run] include` does not name; none where it would change nothing."""
    settings = exam.settings
    source = sources_of(exam)
    strangers = _strangers(exam)
    if not settings.run_include or not source or settings.report_include or not strangers:
        return
    patterns, counts = ", ".join(settings.run_include), counts_of(strangers)
    yield Finding(
        check=CHECK.name,
        title=f"[run] include = {patterns} has no effect, because 'source' is set",
        why=f"coverage.py ignores 'include' beside 'source'; {len(strangers)} file(s) with {counts.statements} "
        "statements count that the patterns do not name",
        evidence=(
            Evidence("include is ignored", settings.file, settings.lines.get("run.include")),
            *first_few(
                Evidence(f"{each.counts.statements} statements, counted all the same", each.path)
                for each in largest_first(strangers)
            ),
        ),
        mend=configure(
            settings,
            "report",
            {"include": settings.run_include},
            "and take 'include' out of [run]; no new run is needed",
        ),
        doubt=Doubt(
            "the measured files that the patterns do not match, taken out of the total",
            covered=(-counts.covered_points, -counts.covered_points),
            entering=(-counts.points, -counts.points),
            lines={file.path: file.statements for file in strangers},
        ),
        confidence=0.8,
    )


def _strangers(exam: Exam) -> list[FileCoverage]:
    """Measured files with statements that no pattern of `[run] include` matches."""
    patterns = exam.settings.run_include
    return [file for file in exam.measurement.files if file.counts.points and not matches(patterns, file.path)]


CHECK = Check(
    name="include-ignored",
    question="Does [run] include do what it says?",
    find=find_include_ignored,
)
