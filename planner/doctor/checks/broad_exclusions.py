"""Patterns of `exclude_also` and `exclude_lines` that match far more than convention, and hide logic from the total."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from planner.doctor.check import Check
from planner.doctor.conventions import convention_of, is_harmless, is_marked
from planner.doctor.evidence import first_few, no_rows
from planner.doctor.exam import Exam
from planner.doctor.hidden import (
    DEFAULT_EXCLUDE,
    Anchor,
    Change,
    anchors,
    change,
    excluding,
    size_of,
    without,
)
from planner.doctor.mend import Setting, configure
from planner.model.findings import Doubt, Evidence, Finding
from planner.model.lines import Lines, line_range
from planner.settings import CoverageSettings

LEAST_STATEMENTS = 10
LEAST_PERCENT = 0.5
"""Fewer hidden statements of functions, or a smaller share of all, do not change what `coverage report` prints."""

_FEW = 3
"""A pattern that matches fewer places was written for just these: that may be meant."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A pattern, the lines without any convention that it matches, the conventions that excuse its other lines."""

    text: str
    strange: Mapping[str, tuple[Anchor, ...]]
    conventions: tuple[str, ...]

    @property
    def places(self) -> int:
        return sum(len(each) for each in self.strange.values())


def find_broad_exclusions(exam: Exam) -> Iterator[Finding]:
    """One finding for all patterns, since they are one list: the statements that count without them, exactly."""
    suspects = [each for text in exam.settings.exclude if text not in DEFAULT_EXCLUDE for each in _suspect(exam, text)]
    if not suspects:
        return
    alone = {each.text: _change_without(exam, [each]) for each in suspects}
    found = [each for each in suspects if _logic(exam, alone[each.text]) >= LEAST_STATEMENTS] or suspects
    together = _change_without(exam, found)
    hidden = _logic(exam, together)
    if hidden < LEAST_STATEMENTS or hidden < LEAST_PERCENT / 100 * exam.measurement.totals.statements:
        return
    found.sort(key=lambda each: -size_of(alone[each.text].shown))
    yield Finding(
        check=CHECK.name,
        title=f"exclusions hide {hidden} statements of logic from the total: {_named(found)}",
        why=f"{size_of(together.shown)} statements are in no total, whether a test runs them or not: "
        f"{together.ran()} of them ran. New code that looks like this drops out as well",
        evidence=first_few(_evidence(exam, found, alone)),
        mend=configure(exam.settings, "report", _lists(exam.settings, found), _note(found)),
        doubt=Doubt(
            "counted anew on the same data without the patterns, with what convention excludes of their matches",
            covered=(together.covered, together.covered),
            entering=(together.entering, together.entering),
            lines=together.shown,
        ),
        confidence=0.9 if sum(each.places for each in found) >= _FEW else 0.6,
    )


def _suspect(exam: Exam, text: str) -> Iterator[_Pattern]:
    found = {path: each for path, each in anchors(exam, text).items() if path in exam.facts}
    excuses = [convention_of(anchor) for each in found.values() for anchor in each]
    by_path = {path: tuple(anchor for anchor in each if _is_strange(anchor)) for path, each in found.items()}
    strange = {path: each for path, each in by_path.items() if each}
    if strange:
        yield _Pattern(text, strange, tuple(dict.fromkeys(excuse for excuse in excuses if excuse)))


def _is_strange(anchor: Anchor) -> bool:
    return not (convention_of(anchor) or is_marked(anchor) or is_harmless(anchor))


def _change_without(exam: Exam, patterns: list[_Pattern]) -> Change:
    paths = {path for each in patterns for path in anchors(exam, each.text)}
    return change(exam, _settings_without(exam.settings, patterns), paths)


def _settings_without(settings: CoverageSettings, patterns: list[_Pattern]) -> CoverageSettings:
    """With the conventions in place of the patterns."""
    kept = without(settings.exclude, {each.text for each in patterns})
    return excluding(settings, (*kept, *_added(settings, patterns)))


def _added(settings: CoverageSettings, patterns: list[_Pattern]) -> tuple[str, ...]:
    """The conventions that some of the patterns' matches need; the defaults, where nothing would be left of a list."""
    gone = {each.text for each in patterns}
    is_emptied = settings.exclude_lines is not None and not without(settings.exclude_lines, gone)
    excuses = [excuse for each in patterns for excuse in each.conventions]
    added = dict.fromkeys((*(DEFAULT_EXCLUDE if is_emptied else ()), *excuses))
    return tuple(each for each in added if each not in settings.exclude)


def _logic(exam: Exam, hidden: Change) -> int:
    """How many of the statements that come to count stand in functions of the product."""
    return sum((lines & _bodies(exam, path)).bit_count() for path, lines in hidden.shown.items())


def _bodies(exam: Exam, path: str) -> Lines:
    facts = exam.facts.get(path)
    lines = 0
    for unit in facts.units if facts else ():
        lines |= unit.lines if unit.is_body else 0
    return lines


def _named(found: list[_Pattern]) -> str:
    first = f"'{found[0].text}'"
    return f"{first} and {len(found) - 1} more" if found[1:] else first


def _evidence(exam: Exam, found: list[_Pattern], alone: Mapping[str, Change]) -> Iterator[Evidence]:
    """Each pattern with what it hides by itself, then the matches that hide most."""
    for each in found:
        hidden = alone[each.text]
        text = f"'{each.text}' hides {size_of(hidden.shown)} statements in {len(hidden.shown)} file(s)"
        line = _line_of(exam, each.text)
        yield Evidence(f"{text}; {hidden.ran()} of them ran", exam.settings.file, line)
    places = [place for each in found for place in _places(each, alone[each.text])]
    for size, path, anchor in sorted(places, key=lambda place: (-place[0], place[1], place[2].line)):
        yield Evidence(f"hides {size} statement(s): {anchor.text.strip()[:80]}", path, anchor.line)


def _places(pattern: _Pattern, hidden: Change) -> Iterator[tuple[int, str, Anchor]]:
    """The statements that each match hides: those from its line to the next match."""
    for path, every in pattern.strange.items():
        ends = [anchor.line - 1 for anchor in every[1:]] + [10**6]
        for anchor, end in zip(every, ends, strict=True):
            if size := (hidden.shown.get(path, 0) & line_range(anchor.line, end)).bit_count():
                yield size, path, anchor


def _line_of(exam: Exam, pattern: str) -> int | None:
    """Where the pattern stands in the configuration; else where its list begins."""
    file = exam.settings.file or ""
    spellings = (pattern, pattern.replace("\\", "\\\\"))
    found = (exam.line_of(file, each) for each in spellings)
    lines = exam.settings.lines
    return next((line for line in found if line), lines.get("report.exclude_also", lines.get("report.exclude_lines")))


def _lists(settings: CoverageSettings, found: list[_Pattern]) -> dict[str, Setting]:
    """Both lists as they should become; only those that change."""
    gone = {each.text for each in found}
    added = _added(settings, found)
    lists: dict[str, Setting] = {}
    if settings.exclude_lines is not None and gone & set(settings.exclude_lines):
        lists["exclude_lines"] = (*without(settings.exclude_lines, gone), *added)
        added = ()
    if gone & set(settings.exclude_also) or not lists:
        lists["exclude_also"] = (*without(settings.exclude_also, gone), *added)
    return lists


def _note(found: list[_Pattern]) -> str:
    names = ", ".join(f"'{each.text}'" for each in found)
    kept = " What convention excludes of their matches stays excluded." if any(e.conventions for e in found) else ""
    return f"Without {names}; single lines that need it can be marked with '# pragma: no cover'.{kept}"


def _why_not(exam: Exam) -> str:
    return no_rows(exam, "reports do not say what ran on excluded lines: it takes the .coverage data")


CHECK = Check(
    name="broad-exclusions",
    question="Do exclusions hide real logic?",
    find=find_broad_exclusions,
    needs=_why_not,
)
