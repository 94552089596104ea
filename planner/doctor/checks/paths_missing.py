"""Data made in a container, on CI or on Windows without `[paths]`: its names lead nowhere on this machine."""

from collections.abc import Iterator

from planner.doctor.check import Check
from planner.doctor.evidence import first_few, no_rows
from planner.doctor.exam import Exam
from planner.doctor.globs import is_absolute
from planner.doctor.prefixes import is_installed, join_paths, prefixes_of
from planner.doctor.printed import printed, reported_rows, severity_of_print
from planner.model.findings import Doubt, Evidence, Finding
from planner.model.trail import DataRow


def find_paths_missing(exam: Exam) -> Iterator[Finding]:
    """One finding when rows were matched by the end of their names alone, which coverage.py does not do."""
    rows = _foreign(exam)
    if not rows:
        return
    seen, totals = printed(exam), exam.measurement.totals
    prefixes = sorted({prefixes_of(row.name, row.path or "") for row in rows})
    places = ", ".join(sorted({row for row, _ in prefixes})[:3])
    yield Finding(
        check=CHECK.name,
        title=f"{len(rows)} file(s) of the data lie below {places}, and no [paths] says where that is here",
        why=f"gapplan matched them by the end of their names; 'coverage report' "
        f"{seen.words(exam.measurement.precision)}"
        + ("" if seen.stops_at or seen.elsewhere else f", without the lines that ran in {len(rows)} row(s)"),
        evidence=first_few(Evidence(f"the data calls it {row.name}", row.path) for row in rows),
        mend=join_paths(exam, prefixes, "coverage.py uses [paths] when it combines and, from 7.0 on, when it reports"),
        doubt=Doubt("the total here counts these rows already, as 'coverage report' will with [paths]"),
        confidence=0.9,
        severity=severity_of_print(seen, totals),
    )


def _foreign(exam: Exam) -> list[DataRow]:
    """Guessed rows with absolute names; of installed copies only where no other row is the same file."""
    rows = reported_rows(exam)
    direct = {row.path for row in rows if row.name not in exam.trail.guessed}
    return [
        row
        for row in rows
        if row.name in exam.trail.guessed
        and is_absolute(row.name)
        and not (is_installed(row.name) and row.path in direct)
    ]


CHECK = Check(
    name="paths-missing",
    question="Do the names in the data lead to files here?",
    find=find_paths_missing,
    needs=no_rows,
)
