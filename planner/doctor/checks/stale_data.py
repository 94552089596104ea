"""Source that has changed since the data was made: lines that ran where no code is now, rows of files that are gone.

Times alone prove little: in a fresh checkout all files are newer than data that fits them.
"""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from planner.doctor.check import Check
from planner.doctor.evidence import first_few
from planner.doctor.exam import CHECKOUT_SECONDS, Exam
from planner.doctor.globs import matches
from planner.doctor.imports import firm_lines
from planner.doctor.rerun import usual_command
from planner.model.findings import Doubt, Evidence, Finding, Mend
from planner.model.lines import Lines, line_range, numbers_in, ranges_text
from planner.model.measurement import FileCoverage

SURE_LINES = 3
"""One or two lines astray may come of a preprocessor or of another Python; from here on they do not."""

GENERATED = ("_version.py", "version.py", "_pb2.py", "_pb2_grpc.py", "_generated.py", "parsetab.py", "lextab.py")
"""Ends of names that builds write and repositories leave out."""


@dataclass(frozen=True, slots=True)
class _Stale:
    """Files that differ from what the data saw: lines astray and times by path, and names of rows that are gone."""

    astray: Mapping[str, Lines]
    newer: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def changed(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.astray, *self.newer]))

    @property
    def confidence(self) -> float:
        if self.astray:
            return 0.95 if max(each.bit_count() for each in self.astray.values()) >= SURE_LINES else 0.7
        return 0.8 if self.gone else 0.4


def find_stale_data(exam: Exam) -> Iterator[Finding]:
    """One finding for all files that have changed, since one run mends them all."""
    stale = _Stale(_astray(exam), _newer(exam), _gone(exam))
    doubt = _doubt(exam, stale)
    if not (stale.changed or stale.gone) or doubt.covered == doubt.entering == (0, 0):
        return
    yield Finding(
        check=CHECK.name,
        title=f"the source has changed since the data was made ({_told(stale)})",
        why=(
            "Line numbers in the data are those of the older source: in changed files covered and missing lines are "
            "marked by chance, and what was renamed or added counts as not run."
        ),
        evidence=first_few(_evidence(exam, stale)),
        mend=Mend("command", usual_command(exam), note="makes the data anew from today's source"),
        doubt=doubt,
        confidence=stale.confidence,
    )


def _astray(exam: Exam) -> Mapping[str, Lines]:
    """Lines astray by path; those of tests only beside some of the product.

    Test data may be written anew while tests run (modules of templates), and in tests of deepdiff 9.1 lines of other
    code were found under a test file's name.
    """
    found = {path: lines for path, lines in sorted(exam.trail.astray.items()) if lines and _has_shifted(exam, path)}
    return found if any(path in exam.facts for path in found) else {}


def _has_shifted(exam: Exam, path: str) -> bool:
    """Whether lines that importing the file is sure to run did not run, by their numbers of today.

    Where all of them did the source still fits, and a tracer took lines of other files for this one's: it does when
    greenlets switch, and when tests take tracing off and on (falcon 4, and services on asynchronous SQLAlchemy).
    """
    file = next((file for file in exam.measurement.files if file.path == path), None)
    facts = exam.facts.get(path) or exam.test_facts.get(path)
    return file is None or facts is None or bool(firm_lines(facts) & file.missing)


def _told(stale: _Stale) -> str:
    counts = ((len(stale.changed), "changed"), (len(stale.gone), "gone"))
    return ", ".join(f"{count} file{'s'[: count > 1]} {what}" for count, what in counts if count)


def _newer(exam: Exam) -> tuple[str, ...]:
    """Measured files written after the data, where others were not: all of them are newer in a fresh checkout only."""
    if not exam.trail.files:
        return ()
    made = max(each.modified for each in exam.trail.files)
    times = {file.path: exam.modified[file.path] for file in exam.product if file.path in exam.modified}
    newer = [path for path, time in times.items() if time > made + CHECKOUT_SECONDS]
    older = [path for path, time in times.items() if time < made]
    is_checkout = not older or len(newer) * 2 > len(times)
    return () if is_checkout else tuple(newer)


def _gone(exam: Exam) -> tuple[str, ...]:
    """Names of rows whose files lay in a folder of the product and are gone, without what builds may have written."""
    placed = [row for row in exam.trail.rows if row.path and row.name not in exam.trail.guessed]
    starts = {row.name[: -len(row.path)] for row in placed if row.path and row.name.endswith(row.path)}
    lost = [row.name for row in exam.trail.rows if row.path is None and not row.tracer]
    return tuple(name for name in lost if any(_is_deleted(name, start, exam) for start in starts))


def _is_deleted(name: str, start: str, exam: Exam) -> bool:
    path = name.removeprefix(start)
    if not name.startswith(start) or path.startswith("/") or not path.endswith(".py"):
        return False
    folders = {posixpath.dirname(each) for each in (*exam.facts, *exam.test_facts)}
    settings = exam.settings
    if posixpath.dirname(path) not in folders or path in exam.tree or path.endswith(GENERATED):
        return False
    if matches((*settings.report_omit, *settings.run_omit), path):
        return False
    return not _is_imported(path, exam)


def _is_imported(path: str, exam: Exam) -> bool:
    """Whether somebody imports the file still: then a build makes it, and this checkout was not built."""
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    asked = {
        name
        for facts in (*exam.facts.values(), *exam.test_facts.values())
        for each in facts.imports
        for name in (each.module, f"{each.module}.{each.name}")
    }
    return any(module == name or module.endswith(f".{name}") for name in asked if name)


def _evidence(exam: Exam, stale: _Stale) -> Iterator[Evidence]:
    for path, lines in stale.astray.items():
        first = next(numbers_in(lines))
        told = ranges_text(lines, line_range(1, lines.bit_length()))
        shown = told if len(told) <= 60 else f"{told[:56].rpartition(', ')[0]}, ..."
        yield Evidence(f"ran by the data, but no code stands there now: {shown}", path, first)
    for name in stale.gone:
        yield Evidence(f"the data has a row for {name}, which is gone")
    for path in stale.newer:
        if path not in stale.astray:
            yield Evidence("written after the data", path)


def _doubt(exam: Exam, stale: _Stale) -> Doubt:
    """Changed files may be covered wholly or by their import alone; files never heard of may be what took a place."""
    measured = {file.path: file for file in exam.measurement.files}
    changed = [measured[path] for path in stale.changed if path in measured]
    least = sum(min(0, _surely(exam, file) - file.counts.covered_points) for file in changed)
    most = sum(file.counts.missing_points for file in changed)
    folders = {posixpath.dirname(name) for name in stale.gone}
    heirs = [file for file in exam.measurement.unmeasured if _ends_alike(posixpath.dirname(file.path), folders)]
    entering = sum(file.counts.points for file in heirs)
    rest = _callers_of_gone(exam, stale)
    return Doubt(
        "missing and covered points of the changed files, whose imports are certain to run again, and all of files "
        "that the data has not heard of, beside those that are gone",
        covered=(least, most + entering + rest),
        entering=(0, entering),
        lines={file.path: file.missing for file in changed if file.missing},
    )


def _ends_alike(folder: str, others: set[str]) -> bool:
    return any(other == folder or other.endswith(f"/{folder}") for other in others)


def _callers_of_gone(exam: Exam, stale: _Stale) -> int:
    """Missing import-time points of measured files: what took the place of a lost file may be touched, and not run."""
    if not stale.gone:
        return 0
    folders = {posixpath.dirname(name) for name in stale.gone}
    idle = [file for file in exam.product if not file.executed and _ends_alike(posixpath.dirname(file.path), folders)]
    return sum(file.counts.missing_points for file in idle)


def _surely(exam: Exam, file: FileCoverage) -> int:
    """Statements that run again whatever has changed: the import's, where the file was imported."""
    facts = exam.facts.get(file.path)
    return (firm_lines(facts) & file.statements).bit_count() if facts and file.executed else 0


CHECK = Check(
    name="stale-data",
    question="Is the data as new as the source?",
    find=find_stale_data,
    needs=lambda exam: "" if exam.trail.rows or exam.trail.files else "no data file, only reports",
)
