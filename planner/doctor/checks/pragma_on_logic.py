"""Whole functions and modules that a comment takes out of the total although they decide things."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from planner.doctor.check import Check
from planner.doctor.checks.broad_exclusions import LEAST_PERCENT
from planner.doctor.conventions import is_marked
from planner.doctor.evidence import first_few, no_rows
from planner.doctor.exam import Exam
from planner.doctor.hidden import Anchor, Change, anchors, change, excluding, size_of, without
from planner.model.facts import ModuleFacts, Unit
from planner.model.findings import Doubt, Evidence, Finding, Mend
from planner.model.lines import NO_LINES, Lines, line_range, numbers_in

MOST_STATEMENTS = 10
MOST_COMPLEXITY = 2
"""A function that is longer and branches more holds logic, whatever the comment says."""

_REASON = re.compile(r"#.*?\bno[-\s]?cov\w*\b\W*(?P<reason>[A-Za-z].*)$", re.MULTILINE)
"""What is said behind `# pragma: no cover`: why."""

_WORDS_OF_A_REASON = 2

_UNTRACEABLE = ("numba.", "cupy.", "taichi.", "triton.")
"""Decorators of code that is compiled, where coverage.py sees nothing."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A function that is hidden as a whole: its statements, and those of them that ran."""

    path: str
    unit: Unit
    hidden: Lines
    executed: Lines

    @property
    def size(self) -> int:
        return self.hidden.bit_count()


@dataclass(frozen=True, slots=True)
class _Marks:
    """The patterns of comments that exclude, and where such comments stand."""

    patterns: tuple[str, ...]
    by_path: Mapping[str, Sequence[Anchor]]


def find_pragma_on_logic(exam: Exam) -> Iterator[Finding]:
    """One finding for all such functions: what they would add to the total if their comments went."""
    marks = _marks_of(exam)
    settings = excluding(exam.settings, without(exam.settings.exclude, marks.patterns))
    shown = change(exam, settings, _may_hold_logic(exam, marks))
    found = sorted(_places(exam, shown, marks), key=lambda place: (-place.size, place.path, place.unit.first_line))
    statements = sum(place.size for place in found)
    if not found or statements < LEAST_PERCENT / 100 * exam.measurement.totals.statements:
        return
    ran = sum((place.hidden & place.executed).bit_count() for place in found)
    yield Finding(
        check=CHECK.name,
        title=f"'# pragma: no cover' hides {len(found)} function(s) with {statements} statements of logic",
        why=f"Each of them has branches and more than {MOST_STATEMENTS} statements, and no reason is given beside it; "
        f"{ran} of the statements ran all the same",
        evidence=first_few(_evidence(place) for place in found),
        mend=Mend("code", _instruction(found), note="A reason behind the comment says that it is meant."),
        doubt=_doubt(found, shown),
        confidence=0.6,
    )


def _marks_of(exam: Exam) -> _Marks:
    """The patterns that stand for comments alone."""
    patterns: list[str] = []
    by_path: dict[str, list[Anchor]] = {}
    for pattern in exam.settings.exclude:
        found = anchors(exam, pattern)
        if found and all(is_marked(anchor) for each in found.values() for anchor in each):
            patterns.append(pattern)
            for path, each in found.items():
                by_path.setdefault(path, []).extend(each)
    return _Marks(tuple(patterns), by_path)


def _may_hold_logic(exam: Exam, marks: _Marks) -> list[str]:
    """The files with such comments in which a long function is excluded: only these are worth counting anew."""
    excluded = {file.path: file.excluded for file in exam.measurement.files if file.path in marks.by_path}
    return [
        path
        for path, lines in excluded.items()
        if path in exam.facts
        and any((unit.lines & lines).bit_count() > MOST_STATEMENTS for unit in exam.facts[path].units if unit.is_body)
    ]


def _places(exam: Exam, shown: Change, marks: _Marks) -> Iterator[_Place]:
    for path, lines in shown.shown.items():
        facts, after = exam.facts.get(path), shown.after[path]
        if facts is None:
            continue
        is_whole, comments = not shown.before[path].statements, marks.by_path.get(path, ())
        for unit in facts.units:
            inside = unit.lines & after.statements
            is_hidden = not inside & ~lines and _is_logic(unit, inside, facts)
            if is_hidden and not _has_reason(unit, facts, comments, is_whole=is_whole):
                yield _Place(path, unit, inside, after.executed)


def _is_logic(unit: Unit, statements: Lines, facts: ModuleFacts) -> bool:
    is_traced = not any(name.startswith(_UNTRACEABLE) for name in unit.decorators)
    is_large = statements.bit_count() > MOST_STATEMENTS and unit.complexity > MOST_COMPLEXITY
    return unit.is_body and is_large and is_traced and not statements & (facts.guarded | facts.main_block)


def _has_reason(unit: Unit, facts: ModuleFacts, marks: Iterable[Anchor], *, is_whole: bool) -> bool:
    """Whether the comment at the function, or at one around it, tells why; of a whole module, any comment."""
    around = [each for each in facts.units if unit.name == each.name or unit.name.startswith(f"{each.name}.")]
    heads = NO_LINES
    for each in around:
        heads |= line_range(max(1, each.first_line - 1), _head_end(each))
    return any(_tells_why(mark.text) for mark in marks if is_whole or heads >> mark.line & 1)


def _head_end(unit: Unit) -> int:
    """The line of its body's first statement, or its own where it has none."""
    return next(numbers_in(unit.lines), unit.first_line) if unit.is_body else unit.first_line


def _tells_why(text: str) -> bool:
    found = _REASON.search(text)
    return found is not None and len(re.findall(r"[A-Za-z]{2,}", found["reason"])) >= _WORDS_OF_A_REASON


def _evidence(place: _Place) -> Evidence:
    ran = (place.hidden & place.executed).bit_count()
    text = f"{place.unit.name}: {place.size} statements, complexity {place.unit.complexity}"
    return Evidence(f"{text}; {f'{ran} of them ran' if ran else 'none of them ran'}", place.path, place.unit.first_line)


def _instruction(found: list[_Place]) -> str:
    names = ", ".join(f"{place.unit.name} ({place.path}:{place.unit.first_line})" for place in found[:5])
    more = f" and {len(found) - 5} more" if found[5:] else ""
    return f"take '# pragma: no cover' from {names}{more}, and test what they decide"


def _doubt(found: list[_Place], shown: Change) -> Doubt:
    """From the hidden functions alone up to all that such comments hide in their files."""
    lines: dict[str, Lines] = {}
    for place in found:
        lines[place.path] = lines.get(place.path, NO_LINES) | place.hidden
    least, ran = size_of(lines), sum((place.hidden & place.executed).bit_count() for place in found)
    paths = set(lines)
    inside = Change(
        {path: file for path, file in shown.before.items() if path in paths},
        {path: file for path, file in shown.after.items() if path in paths},
    )
    return Doubt(
        "counted anew on the same data: at least the statements of these functions, at most all that such comments "
        "hide in their files",
        covered=(min(ran, inside.covered), max(ran, inside.covered)),
        entering=(min(least, inside.entering), max(least, inside.entering)),
        lines=lines,
    )


def _why_not(exam: Exam) -> str:
    return no_rows(exam, "reports do not say what ran on excluded lines: it takes the .coverage data")


CHECK = Check(
    name="pragma-on-logic",
    question="Do comments take whole functions with logic out of the total?",
    find=find_pragma_on_logic,
    needs=_why_not,
)
