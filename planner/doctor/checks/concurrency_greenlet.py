"""Greenlets that coverage.py is not told of: after a switch, the C tracer takes one function's lines for another's.

Measured with coverage.py 7.6.12 and 7.17.3 on Python 3.11 and 3.12: nothing is lost where an asynchronous test calls
the code itself, nearly everything behind the first switching `await` where a web framework calls it; functions that are
called meanwhile are recorded rightly, and the core "sysmon" loses nothing. That fits a tracer whose stack of running
functions is one for all greenlets, so that a function that waited is looked up at the wrong place; we did not prove it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from planner.doctor.check import Check
from planner.doctor.elsewhere import CLAUSE, sure_lines
from planner.doctor.evidence import first_few
from planner.doctor.exam import Exam
from planner.doctor.mend import configure
from planner.model.facts import Import, Unit
from planner.model.findings import Doubt, Evidence, Finding, Mend
from planner.model.lines import NO_LINES, Lines, line_range, numbers_in
from planner.model.measurement import FileCoverage
from planner.model.target import version_numbers

LIGHTWEIGHT = ("greenlet", "gevent", "eventlet")
"""What coverage.py's `concurrency` calls the libraries that switch greenlets; it takes one of them."""

_LIBRARIES: Mapping[str, tuple[str, str, bool]] = {
    "sqlalchemy.ext.asyncio": ("greenlet", "SQLAlchemy's async engine", True),
    "sqlmodel.ext.asyncio": ("greenlet", "SQLModel's async session", True),
    "advanced_alchemy.extensions": ("greenlet", "SQLAlchemy's async engine", True),
    "gevent": ("gevent", "gevent", False),
    "eventlet": ("eventlet", "eventlet", False),
    "greenlet": ("greenlet", "greenlet", False),
}
"""Module -> the word for it in `concurrency`, its name in sentences, and whether it switches below `await` alone."""

TOGETHER_WITH_THREADS = (6, 2)
"""From here on coverage.py measures threads beside greenlets (its issue 1082); before, one of them."""

_WAITS = re.compile(r"\bawait\b|\basync\s+(with|for)\b")
_LEAVES = re.compile(r"\s*(return|raise|break|continue|if|elif|while|match)\b")
_LOOPS = re.compile(r"\s*(async\s+)?for\b")


@dataclass(frozen=True, slots=True)
class _Library:
    """A library that switches greenlets, and where the project imports it."""

    word: str
    name: str
    only_awaits: bool
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class _Broken:
    """A function that ran up to `line`: `sure` must have run after it, `behind` are all its lines from it on."""

    file: FileCoverage
    unit: Unit
    line: int
    sure: Lines
    behind: Lines


def find_concurrency_greenlet(exam: Exam) -> Iterator[Finding]:
    """One finding, where functions stop being recorded at a switch and nothing tells coverage.py of greenlets."""
    libraries = _libraries(exam)
    if not libraries or set(exam.settings.concurrency) & set(LIGHTWEIGHT) or exam.settings.core == "sysmon":
        return
    only_awaits = all(each.only_awaits for each in libraries)
    broken, sound = _halves(exam, only_awaits=only_awaits)
    near = sum(1 for each in broken if _imports_one(exam, each.file.path))
    confidence = _confidence(len(broken), sound) if only_awaits or not near else _confidence(near, 0)
    if not confidence:
        return
    first = libraries[0]
    yield Finding(
        check=CHECK.name,
        title=f"{first.name} switches greenlets, and coverage.py is not told",
        why=(
            "When a greenlet switches inside a call, coverage.py loses the function that waits: its lines after that "
            f"count as missing although they run. {len(broken)} functions stop so."
        ),
        evidence=first_few([Evidence(f"imports {first.name}", first.path, first.line), *map(_evidence, broken)]),
        mend=_mend(exam, first.word),
        doubt=_doubt(broken),
        confidence=confidence,
    )


def _libraries(exam: Exam) -> list[_Library]:
    """The libraries that the product or its tests import, those that switch anywhere first."""
    found: dict[str, _Library] = {}
    for facts in (*exam.facts.values(), *exam.test_facts.values()):
        for each in facts.imports:
            name = _library_of(each)
            if name and each.kind != "type checking" and name not in found:
                found[name] = _Library(*_LIBRARIES[name], facts.path, each.line)
    return sorted(found.values(), key=lambda each: (each.only_awaits, LIGHTWEIGHT[::-1].index(each.word)))


def _library_of(imported: Import) -> str | None:
    whole = f"{imported.module}.{imported.name}."
    return next((name for name in _LIBRARIES if not imported.level and whole.startswith(f"{name}.")), None)


def _imports_one(exam: Exam, path: str) -> bool:
    """Whether the file itself deals with such a library, so that its calls are likely to switch."""
    return any(_library_of(each) for each in exam.facts[path].imports)


def _halves(exam: Exam, *, only_awaits: bool) -> tuple[list[_Broken], int]:
    """The functions that are cut short at a switch, and how many switch and go on."""
    broken: list[_Broken] = []
    sound = 0
    for file in exam.product:
        text = exam.source(file.path).split("\n")
        for unit in exam.facts[file.path].units:
            if not unit.is_body or (only_awaits and not unit.is_async):
                continue
            switches = list(_switches(file, unit, text, only_awaits=only_awaits))
            cut = next((each for each in switches if file.missing >> each[1] & 1), None)
            sound += bool(switches) and cut is None
            if cut:
                line, following = cut
                behind = unit.lines & ~line_range(0, line - 1)
                broken.append(_Broken(file, unit, line, _sure(exam, file, unit, line) | 1 << following, behind))
    return broken, sound


def _switches(file: FileCoverage, unit: Unit, text: list[str], *, only_awaits: bool) -> Iterator[tuple[int, int]]:
    """Statements that ran and may switch greenlets, each with the statement that must run after it."""
    own = [line for line in numbers_in(unit.lines & file.statements) if line <= len(text)]
    for place, line in enumerate(own[:-1]):
        if file.missing >> line & 1:
            continue
        statement = "\n".join(text[line - 1 : own[place + 1] - 1])
        following = _following(unit, own[place:], text)
        if following and _may_switch(statement, only_awaits=only_awaits):
            yield line, following


def _following(unit: Unit, own: list[int], text: list[str]) -> int | None:
    """The statement that must run after the first of `own`: the next of its block, or the next that is in no block."""
    line, following = own[0], own[1]
    is_of_block = _indent(text[following - 1]) >= _indent(text[line - 1]) and not _LOOPS.match(text[line - 1])
    if is_of_block and not CLAUSE.match(text[following - 1]):
        return following
    if unit.conditional >> line & 1:
        return None
    straight = (each for each in own[1:] if not unit.conditional >> each & 1 and not CLAUSE.match(text[each - 1]))
    return next(straight, None)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _may_switch(statement: str, *, only_awaits: bool) -> bool:
    """Whether a greenlet may switch in the statement, going by its text; none does in one that decides or leaves."""
    if _LEAVES.match(statement):
        return False
    return bool(_WAITS.search(statement)) or (not only_awaits and "(" in statement)


def _sure(exam: Exam, file: FileCoverage, unit: Unit, line: int) -> Lines:
    return NO_LINES if unit.conditional >> line & 1 else sure_lines(exam, file, unit, after=line) & file.missing


def _confidence(broken: int, sound: int) -> float:
    """An exception in each of many functions is unlikely, and likelier where others go on behind their switches."""
    share = broken / (broken + sound) if broken else 0.0
    if broken < 2 or share < 0.15:
        return 0.3 if broken and share >= 0.5 else 0.0
    return min(0.95, 0.5 + 0.1 * broken)


def _evidence(each: _Broken) -> Evidence:
    return Evidence(f"{each.unit.name} runs to this line, and nothing after it is recorded", each.file.path, each.line)


def _doubt(broken: list[_Broken]) -> Doubt:
    lines: dict[str, Lines] = {}
    for each in broken:
        lines[each.file.path] = lines.get(each.file.path, NO_LINES) | each.file.missing & each.behind
    basis = (
        "at least the statements straight after a switch in the functions that stop there, at most all missing points "
        "behind it, also those in branches"
    )
    least = sum(each.sure.bit_count() for each in broken)
    return Doubt(basis, (least, sum(each.file.missing_points_in(each.behind) for each in broken)), lines=lines)


def _mend(exam: Exam, word: str) -> Mend:
    settings, version = exam.settings, exam.measurement.version
    together = not version or version_numbers(version.partition(",")[0]) >= TOGETHER_WITH_THREADS
    others = [each for each in settings.concurrency if each not in (*LIGHTWEIGHT, "thread")]
    values = [*others, "thread", word] if together else [*others, word]
    note = "the Python tracer cannot follow greenlets: take timid out" if settings.timid else ""
    return configure(settings, "run", {"concurrency": values}, note)


CHECK = Check(
    name="concurrency-greenlet",
    question="Do greenlets switch that coverage.py is not told of?",
    find=find_concurrency_greenlet,
)
