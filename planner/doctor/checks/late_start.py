"""Coverage began after the product was imported: functions ran, their `def`, `class` and `import` lines did not."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from planner.doctor.check import Check
from planner.doctor.evidence import first_few
from planner.doctor.exam import Exam
from planner.doctor.imports import body_lines, firm_lines, imported_with
from planner.doctor.rerun import measuring_command
from planner.model.facts import MODULE, lines_of_units
from planner.model.findings import Doubt, Evidence, Finding, Mend
from planner.model.lines import Lines, numbers_in, ranges_text
from planner.model.measurement import FileCoverage

LEAST_SHARE = 0.5
"""Of a file that was imported unseen, (nearly) all lines of the import are missing. With fewer than half of them, an
import that failed on its way is likelier."""

_FILTER = re.compile(r"\b(?:error|ignore|always|all|default|module|once):[^:]*:([A-Za-z_][\w.]*)")
"""A line of pytest's `filterwarnings`: `action:message:category`."""

_NAME = re.compile(r"[A-Za-z_]\w*")

HOOK = "pytest_"
"""How pytest's hooks begin: those of an early plugin may run before coverage.py does."""


@dataclass(frozen=True, slots=True)
class _Late:
    """A file that was imported unseen, and which lines of its import are missing."""

    file: FileCoverage
    lost: Lines


def find_late_start(exam: Exam) -> Iterator[Finding]:
    """One finding, with all files of which functions ran although their import is missing."""
    if exam.settings.report_contexts:  # such a report leaves import-time lines out, which lie in no context
        return
    proven = {file.path: late for file in exam.product if (late := _late(file, exam))}
    if not proven:
        return
    statements = sum(late.lost.bit_count() for late in proven.values())
    yield Finding(
        check=CHECK.name,
        title=f"coverage.py started after {_files(len(proven))} of the product had been imported",
        why=(
            f"Functions in them ran, but {statements} of the import, class and def lines above them count as missing, "
            "which no run can do. Something imported the package before the measurement began."
        ),
        evidence=first_few([*_culprits(exam), *map(_evidence, proven.values())]),
        mend=Mend("command", measuring_command(exam), note="coverage run starts before pytest loads any plugin"),
        doubt=_doubt(exam, proven),
        confidence=0.95 if len(proven) > 1 else 0.85,
    )


def _late(file: FileCoverage, exam: Exam) -> _Late | None:
    facts = exam.facts[file.path]
    firm = firm_lines(facts) & file.statements
    lost = firm & file.missing
    is_late = lost.bit_count() > 1 and lost.bit_count() >= LEAST_SHARE * firm.bit_count()
    if not is_late or not file.executed & body_lines(facts) or exam.trail.astray.get(file.path):
        return None
    return _Late(file, lost)


def _evidence(late: _Late) -> Evidence:
    lines = ranges_text(late.lost, late.file.statements)
    return Evidence(f"functions ran, the import did not: {_cut(lines)}", late.file.path, next(numbers_in(late.lost)))


def _cut(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[: most - 4].rpartition(', ')[0]}, ..."


def _files(count: int) -> str:
    return "one file" if count == 1 else f"{count} files"


def _culprits(exam: Exam) -> Iterator[Evidence]:
    """What imports the product before pytest-cov starts: `-p` in addopts, its own entry points, warning filters."""
    yield from _filters(exam)
    words, modules = exam.pytest.addopts, {each.module for each in exam.facts.values()}
    named = [after for word, after in pairwise(words) if word == "-p"]
    named += [word[2:] for word in words if word.startswith("-p") and len(word) > 2]
    for name in named:
        if name in modules and (file := exam.pytest.file):
            yield Evidence(f"addopts load the plugin {name} before pytest-cov starts", file, exam.line_of(file, name))
    for text in exam.texts:
        if text.path in ("pyproject.toml", "setup.cfg", "setup.py") and "pytest11" in text.text:
            line = exam.line_of(text.path, "pytest11")
            yield Evidence("pytest imports this package's plugin at its start, by its entry point", text.path, line)


def _filters(exam: Exam) -> Iterator[Evidence]:
    """Filters for a warning class of the product: pytest 9 imports the class when it reads its configuration."""
    file = exam.pytest.file
    text = exam.text_of(file) if file else None
    modules = {facts.module for facts in exam.facts.values()}
    for number, line in enumerate(text.text.split("\n") if text else (), 1):
        category = _FILTER.search(line)
        if category and category[1].rpartition(".")[0] in modules:
            yield Evidence(f"pytest imports {category[1]} for this filter before pytest-cov starts", file, number)


def _doubt(exam: Exam, proven: Mapping[str, _Late]) -> Doubt:
    """Proven files import others, whose imports must have run unseen as well."""
    measured = {file.path: file for file in exam.product}
    lines: dict[str, Lines] = {}
    likely = 0
    for path in sorted(imported_with(proven, exam.facts)):
        if file := measured.get(path):
            facts = exam.facts[path]
            lost = firm_lines(facts) & file.missing
            whole = (facts.import_time & ~facts.hollow) | _at_start(exam, path)
            likely += file.missing_points_in(whole | lost) - lost.bit_count()
            lines |= {path: lost} if lost else {}
    least = sum(each.bit_count() for each in lines.values())
    basis = (
        "at least, missing lines that each import of these files, and of those that they import, runs; at most, also "
        "lines under conditions, their exits, and functions that imports and hooks call or hand on"
    )
    return Doubt(basis, covered=(least, least + likely), lines=lines)


def _at_start(exam: Exam, path: str) -> Lines:
    """Functions that may run before pytest-cov begins, or after it ends: `coverage run` sees both.

    Those that the import or a plugin's hooks call, and those that these hand on by name, such as clean-ups: they are
    what was left of pytest-mock 3.17 otherwise (5 of 117 points).
    """
    units = [unit for unit in exam.facts[path].units if unit.is_body]
    hooks = {unit.name for unit in units if unit.name.startswith(HOOK)}
    starts = [(path, name) for name in (MODULE, *sorted(hooks))]
    called = hooks | {name for place, name in exam.reach(starts) if place == path}
    named = _words(exam.source(path), lines_of_units(unit for unit in units if unit.name in called))
    return lines_of_units(unit for unit in units if unit.name in called | named)


def _words(source: str, lines: Lines) -> frozenset[str]:
    """All names that stand on these lines of a text."""
    return frozenset(
        word for number, line in enumerate(source.split("\n"), 1) if lines >> number & 1 for word in _NAME.findall(line)
    )


CHECK = Check(
    name="late-start",
    question="Did coverage.py start before the product was imported?",
    find=find_late_start,
)
