"""`exclude_lines` and `partial_branches` replace coverage.py's own lists, so that its usual comments stop working."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from planner.doctor.check import Check
from planner.doctor.evidence import first_few, no_rows
from planner.doctor.exam import Exam
from planner.doctor.hidden import (
    DEFAULT_EXCLUDE,
    DEFAULT_PARTIAL,
    DEFAULT_PRAGMA,
    DEFAULT_STUB,
    DEFAULT_TYPING,
    Anchor,
    Change,
    anchors,
    change,
    excluding,
    size_of,
    without,
)
from planner.doctor.mend import configure
from planner.model.findings import Doubt, Evidence, Finding, Mend
from planner.model.target import version_numbers
from planner.settings import CoverageSettings

ALSO_FROM = {"exclude_also": (7, 2), "partial_also": (7, 10)}
MORE_DEFAULTS_FROM = (7, 10)
"""The coverage.py that has such a list first, and that excludes more than '# pragma: no cover' by default. Source: its
change log, and `coverage/config.py` of 7.9.2 and 7.10.7."""

DEFAULT_PARTIAL_ALWAYS = (r"^\s*while (True|1|False|0):", r"^\s*if (True|1|False|0):")
"""What coverage.py adds to the partial branches of a project in any case."""

_NAMES = {
    DEFAULT_PRAGMA: "'# pragma: no cover' comments",
    DEFAULT_STUB: "bodies of '...'",
    DEFAULT_TYPING: "'if TYPE_CHECKING:' blocks",
    DEFAULT_PARTIAL: "'# pragma: no branch' comments",
}


@dataclass(frozen=True, slots=True)
class _Lost:
    """A list that replaces the default: the defaults that it lacks, and what changes when they are back."""

    key: str
    also: str
    defaults: tuple[str, ...]
    change: Change
    listed: tuple[str, ...]


def find_defaults_replaced(exam: Exam) -> Iterator[Finding]:
    """One finding for each list that replaces defaults which would take something out of today's total."""
    for lost in (_lost_exclusions(exam), _lost_partials(exam)):
        if lost.change.entering or lost.change.covered:
            yield _finding(exam, lost)


def _lost_exclusions(exam: Exam) -> _Lost:
    settings = exam.settings
    known = DEFAULT_EXCLUDE if _is_known(exam, MORE_DEFAULTS_FROM) else (DEFAULT_PRAGMA,)
    lacking = () if settings.exclude_lines is None else without(known, settings.exclude)
    found = _change(exam, excluding(settings, (*settings.exclude, *lacking)), lacking)
    return _Lost("exclude_lines", "exclude_also", lacking, found, without(settings.exclude, DEFAULT_EXCLUDE))


def _lost_partials(exam: Exam) -> _Lost:
    settings = exam.settings
    is_replaced = settings.file is not None and bool(settings.partial) and DEFAULT_PARTIAL not in settings.partial
    lacking = (DEFAULT_PARTIAL,) if is_replaced and exam.measurement.branch else ()
    found = _change(exam, replace(settings, partial=(*settings.partial, *lacking)), lacking)
    return _Lost("partial_branches", "partial_also", lacking, found, without(settings.partial, DEFAULT_PARTIAL_ALWAYS))


def _is_known(exam: Exam, since: tuple[int, ...]) -> bool:
    """Whether the coverage.py that recorded the data knows what came with a version; the newest, where it is silent."""
    version = exam.measurement.version
    return version is None or version_numbers(version) >= since


def _change(exam: Exam, settings: CoverageSettings, patterns: tuple[str, ...]) -> Change:
    """Only files with a match that is not excluded already are worth counting anew."""
    excluded = {file.path: file.excluded for file in exam.measurement.files}
    every = [(path, each) for pattern in patterns for path, found in anchors(exam, pattern).items() for each in found]
    return change(exam, settings, {path for path, each in every if not excluded[path] >> each.line & 1})


def _finding(exam: Exam, lost: _Lost) -> Finding:
    biting = _biting(exam, lost)
    named = [_NAMES[pattern] for pattern in biting]
    gone = size_of(lost.change.gone)
    missing = lost.change.covered - lost.change.entering
    what = f"{gone} statements count" if gone else f"{missing} branch exits count as missing"
    return Finding(
        check=CHECK.name,
        title=f"'{lost.key}' switches off {' and '.join(named)}: it replaces coverage.py's own list",
        why=f"{what} that were meant not to, or that coverage.py leaves out by itself; "
        f"'{lost.also}' adds to the list instead",
        evidence=first_few(_evidence(exam, lost)),
        mend=_mend(exam, lost),
        doubt=Doubt(
            "counted anew on the same data with coverage.py's own patterns added",
            covered=(lost.change.covered, lost.change.covered),
            entering=(lost.change.entering, lost.change.entering),
            lines=lost.change.gone,
        ),
        confidence=0.95 if biting[0] in (DEFAULT_PRAGMA, DEFAULT_PARTIAL) else 0.7,
    )


def _biting(exam: Exam, lost: _Lost) -> list[str]:
    """The defaults that would take something; a project may well repeat the others in its own words."""
    return [each for each in lost.defaults if any(_bites(exam, each, lost.change))] or list(lost.defaults)


def _bites(exam: Exam, pattern: str, found: Change) -> Iterator[tuple[str, Anchor]]:
    """The lines that the default would take, in files where something changes."""
    for path, every in sorted(anchors(exam, pattern).items()):
        if path in found.after:
            excluded = found.after[path].excluded & ~found.before[path].excluded
            yield from ((path, each) for each in every if pattern == DEFAULT_PARTIAL or excluded >> each.line & 1)


def _evidence(exam: Exam, lost: _Lost) -> Iterator[Evidence]:
    line = exam.settings.lines.get(f"report.{lost.key}") or exam.line_of(exam.settings.file or "", lost.key)
    yield Evidence(f"'{lost.key}' does not repeat {_NAMES[_biting(exam, lost)[0]]}", exam.settings.file, line)
    for pattern in lost.defaults:
        for path, anchor in _bites(exam, pattern, lost.change):
            yield Evidence(anchor.text.strip()[:80], path, anchor.line)


def _mend(exam: Exam, lost: _Lost) -> Mend:
    since = ALSO_FROM[lost.also]
    if _is_known(exam, since):
        note = f"'{lost.also}' in place of '{lost.key}', which goes"
        return configure(exam.settings, "report", {lost.also: lost.listed}, note)
    note = f"'{lost.also}' needs coverage.py {'.'.join(map(str, since))}: here '{lost.key}' repeats the default"
    return configure(exam.settings, "report", {lost.key: (lost.defaults[0], *lost.listed)}, note)


def _why_not(exam: Exam) -> str:
    return no_rows(exam, "reports cannot be counted anew: it takes the .coverage data")


CHECK = Check(
    name="defaults-replaced",
    question="Do coverage.py's own exclusions still work?",
    find=find_defaults_replaced,
    needs=_why_not,
)
