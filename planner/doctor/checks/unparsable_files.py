"""Measured files that cannot be parsed: the report stops at them, or they vanish from the total."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from planner.doctor.check import Check
from planner.doctor.evidence import first_few, lines_of_code, no_rows
from planner.doctor.exam import Exam
from planner.doctor.mend import configure
from planner.model.findings import NO_DOUBT, Doubt, Evidence, Finding, Mend
from planner.model.measurement import Skipped

_REASONS = ("not valid Python", "nested too deeply", "not readable as Python", "coverage.py's own analysis")
"""How the measurement words a file that coverage.py's parser refuses; other files were skipped for other reasons."""

_SURELY = re.compile(r"\s*(def \w+\(|class \w+\W|return\b(?! the))")
"""Beginnings of lines that are statements, also in a file that cannot be parsed."""

_BRANCHING = ("if ", "elif ", "for ", "while ", "async for ", "case ", "with ", "async with ", "match ")
"""Beginnings of lines that may have two exits."""


def find_unparsable_files(exam: Exam) -> Iterator[Finding]:
    """A finding for files that only a newer Python reads, and one for files that none does."""
    refused = _refused(exam)
    newer = [each for each in refused if each.path in exam.facts and exam.facts[each.path].is_newer]
    broken = [each for each in refused if each not in newer]
    texts = [each for each in broken if not PurePosixPath(each.path).suffix]
    if newer:
        yield _finding(exam, newer, "only a newer Python can read", _report_elsewhere())
    if len(broken) > len(texts):
        code = [each for each in broken if each not in texts]
        yield _finding(exam, code, "coverage.py cannot parse", _repair(exam, code))
    if texts:
        yield _of_texts(exam, texts)


def _refused(exam: Exam) -> list[Skipped]:
    """Files that the data names and the parser refuses, that the report would show."""
    named = {row.path for row in exam.trail.rows}
    refused = [each for each in exam.measurement.skipped if each.path in named and each.reason.startswith(_REASONS)]
    return [each for each in refused if _is_taken_for_python(each.path)]


def _is_taken_for_python(path: str) -> bool:
    """Whether coverage.py minds that it cannot parse the file: `should_be_python` in its `python.py`."""
    suffix = PurePosixPath(path).suffix
    return not suffix or suffix.startswith(".py")


def _finding(exam: Exam, files: Sequence[Skipped], title: str, mend: Mend) -> Finding:
    is_silent = exam.settings.ignore_errors
    effect = "leaves them out of the total without an error (ignore_errors)" if is_silent else "stops at the first"
    doubt = _doubt(exam, files)
    return Finding(
        check=CHECK.name,
        title=f"{len(files)} measured file(s) that {title}",
        why=f"'coverage report' {effect}; up to {doubt.entering[1]} points are in no total",
        evidence=first_few(Evidence(each.reason, each.path, each.line) for each in files),
        mend=mend,
        doubt=doubt,
        confidence=0.95,
        severity=None if is_silent else "error",
    )


def _of_texts(exam: Exam, files: Sequence[Skipped]) -> Finding:
    """Files without an ending, templates of tests for example: left out, they change no number."""
    found = _finding(exam, files, "coverage.py takes for Python and cannot parse", _leave_out(exam, files))
    effect = found.why.partition(";")[0]
    return replace(found, why=f"{effect}; a file without an ending counts as Python there", doubt=NO_DOUBT)


def _leave_out(exam: Exam, files: Sequence[Skipped]) -> Mend:
    patterns = (*exam.settings.run_omit, *(each.path for each in files))
    return configure(exam.settings, "run", {"omit": patterns}, "and run the tests again")


def _doubt(exam: Exam, files: Sequence[Skipped]) -> Doubt:
    """Lines that ran are statements, or parts of one; lines of code are no fewer than statements."""
    ran = {row.path: row.lines for row in exam.trail.rows if row.path}
    least = most = covered_most = 0
    for each in files:
        executed = ran.get(each.path, 0).bit_count()
        code = max(executed, lines_of_code(exam.source(each.path)))
        exits = _exits(exam.source(each.path)) if exam.measurement.branch else 0
        least, most = least + _least(exam.source(each.path)), most + code + exits
        covered_most += executed + (exits if executed else 0)
    return Doubt(
        "every def, class and return in them is a statement, and at most every line of code; what ran is covered",
        covered=(min(covered_most, sum(1 for each in files if ran.get(each.path))), covered_most),
        entering=(least, most),
        lines={each.path: ran[each.path] for each in files if ran.get(each.path)},
    )


def _least(text: str) -> int:
    """Statements that a file has in any reading."""
    return sum(1 for line in text.split("\n") if _SURELY.match(line))


def _exits(text: str) -> int:
    return 2 * sum(1 for line in text.split("\n") if line.lstrip().startswith(_BRANCHING))


def _report_elsewhere() -> Mend:
    return Mend("command", "python -m coverage report", note="with the Python that ran the tests, which is newer")


def _repair(exam: Exam, files: Sequence[Skipped]) -> Mend:
    first = files[0]
    place = f"{first.path}:{first.line}" if first.line else first.path
    omit = configure(exam.settings, "run", {"omit": (*exam.settings.run_omit, *(each.path for each in files))})
    return Mend(
        "code", f"make {place} valid Python", first.path, f"or, if it is no code of yours, leave it out:\n{omit.text}"
    )


CHECK = Check(
    name="unparsable-files",
    question="Can every measured file be parsed?",
    find=find_unparsable_files,
    needs=no_rows,
)
