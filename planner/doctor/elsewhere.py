"""Code that runs where coverage.py does not look: which of its missing lines must have run, and which may have."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from planner.doctor.discovery import sources_of
from planner.doctor.exam import Exam
from planner.doctor.globs import matches
from planner.doctor.imports import firm_lines, imported_with
from planner.doctor.missed import names_of_tests
from planner.model.facts import ModuleFacts, Unit
from planner.model.findings import Doubt
from planner.model.lines import NO_LINES, Lines, numbers_in
from planner.model.measurement import FileCoverage
from planner.model.problem import BodyKey

_EXIT = re.compile(r"\s*(return|raise|yield|break|continue)\b|.*\b(exit|_exit|abort|error|skip|fail)\(")
_LOOP = re.compile(r"\s*while\b")
CLAUSE = re.compile(r"\s*(except|elif|else|finally|case)\b")
"""How lines begin that run only when something else did not end as usual."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """Missing statements by path: `least` must have run unseen, `most` may have (exits on those lines, too).

    `entered` are files that the data does not know and that would enter the total for certain.
    """

    least: Mapping[str, Lines]
    most: Mapping[str, Lines]
    entered: frozenset[str] = frozenset()

    def doubt(self, exam: Exam, basis: str) -> Doubt:
        """The doubt in points; files outside the data enter the total with all that they have."""
        known, outside = exam.files, {file.path: file for file in exam.measurement.unmeasured}
        least = sum(lines.bit_count() for lines in self.least.values())
        most = sum(known[path].missing_points_in(lines) for path, lines in self.most.items() if path in known)
        entering = [outside[path].counts.points for path in sorted(self.most) if path in outside]
        certain = sum(outside[path].counts.points for path in self.entered if path in outside)
        lines = {path: gaps for path, each in self.most.items() if (gaps := each & known[path].missing)}
        return Doubt(basis, covered=(least, max(least, most)), entering=(certain, sum(entering)), lines=lines)


def sure_lines(exam: Exam, file: FileCoverage, unit: Unit, after: int = 0) -> Lines:
    """Statements that run whenever the function comes past line `after`.

    They stand in no branch, loop or handler, and before the first place where the function may leave or stay.
    """
    text = exam.source(file.path).split("\n")
    found = NO_LINES
    for line in numbers_in(unit.lines & file.statements):
        if line <= after or line > len(text):
            continue
        is_conditional = bool(unit.conditional >> line & 1)
        if not is_conditional and not CLAUSE.match(text[line - 1]):
            found |= 1 << line
        if _EXIT.match(text[line - 1]) or (not is_conditional and _LOOP.match(text[line - 1])):
            break
    return found


def certain_from(exam: Exam, starts: Iterable[BodyKey]) -> frozenset[BodyKey]:
    """Functions that run whenever `starts` do, themselves among them: called by name, straight on."""
    files, bodies, by_name = exam.files, exam.bodies, exam.bodies_by_name
    found: set[BodyKey] = set()
    waiting = list(starts)
    while waiting:
        key = waiting.pop()
        if key in found or key not in bodies or key[0] not in files:
            continue
        found.add(key)
        lines = sure_lines(exam, files[key[0]], bodies[key])
        around = key[1].rpartition(".")[0]
        for call in bodies[key].calls:
            callee = by_name.get(call.name) if call.kind == "name" else (key[0], f"{around}.{call.name}")
            if callee is None or callee not in bodies or call.kind not in ("name", "own"):
                continue
            if lines >> call.line & 1 and not _is_generator(exam, callee[0], bodies[callee]):
                waiting.append(callee)
    return frozenset(found)


def _is_generator(exam: Exam, path: str, unit: Unit) -> bool:
    """Whether a call alone does not run the function."""
    text = exam.source(path).split("\n")
    return any("yield" in text[line - 1] for line in numbers_in(unit.lines) if line <= len(text))


def unseen_from(
    exam: Exam, sure: Iterable[BodyKey], maybe: Iterable[BodyKey] = (), imported: Iterable[str] = ()
) -> Unseen:
    """What runs with the functions that are entered for `sure`, what else may with those of `maybe`.

    `imported` are files whose import runs unseen as well, with all that they import.
    """
    starts, files, bodies = tuple(sure), exam.files, exam.bodies
    certain = certain_from(exam, starts)
    possible = {*exam.reach([*starts, *maybe]), *starts, *maybe}
    least: dict[str, Lines] = {}
    most: dict[str, Lines] = {}
    for key in sorted(certain | possible):
        if (file := files.get(key[0])) and (unit := bodies.get(key)):
            _add(most, file.path, unit.lines & file.missing)
            _add(most, file.path, unit.lines & _lines_with_exits(file))
            if key in certain:
                _add(least, file.path, sure_lines(exam, file, unit) & file.missing)
    closure = imported_with(imported, exam.facts)
    for path in sorted(closure):
        if file := files.get(path):
            _add(most, path, exam.facts[path].import_time & (file.missing | _lines_with_exits(file)))
            _add(least, path, firm_lines(exam.facts[path]) & file.missing)
    return Unseen(least, most, closure)


def together(parts: Iterable[Unseen]) -> Unseen:
    """The union of several."""
    least: dict[str, Lines] = {}
    most: dict[str, Lines] = {}
    entered: set[str] = set()
    for part in parts:
        entered |= part.entered
        for path, lines in part.least.items():
            _add(least, path, lines)
        for path, lines in part.most.items():
            _add(most, path, lines)
    return Unseen(least, most, frozenset(entered))


def _add(found: dict[str, Lines], path: str, lines: Lines) -> None:
    if lines:
        found[path] = found.get(path, NO_LINES) | lines


def _lines_with_exits(file: FileCoverage) -> Lines:
    lines = NO_LINES
    for line in file.missing_exits:
        lines |= 1 << line
    return lines


def functions_named(exam: Exam, facts: ModuleFacts, unit: str, names: Iterable[str]) -> Iterator[BodyKey]:
    """The product's functions that the names stand for where they are written: in `unit` of that file.

    Names are as in the text: `work`, `jobs.work`, `self.work`. A class stands for its `run` method.
    """
    by_name = exam.bodies_by_name
    aliases = {each.alias: ".".join(filter(None, (each.module, each.name))) for each in facts.imports if each.alias}
    around = unit.rpartition(".")[0]
    for name in names:
        head, _, rest = name.partition(".")
        if head in ("self", "cls"):
            absolute = f"{facts.module}.{around}.{rest}"
        else:
            absolute = ".".join(filter(None, (aliases.get(head, f"{facts.module}.{head}"), rest)))
        for each in (absolute, f"{facts.module}.{unit}.{name}", f"{absolute}.run"):
            if each in by_name:
                yield by_name[each]
                break


_HANDED_OVER = re.compile(
    r"(?:\b(?:target|initializer|func|function)\s*=\s*|\bpartial\(\s*|\brun_in_executor\([^,()]*(?:\([^()]*\))?\s*,\s*"
    r"|\b(?:map|imap|imap_unordered|starmap|map_async|starmap_async|apply|apply_async|submit|to_thread"
    r"|run_in_threadpool|run_sync|start_new_thread|spawn)\(\s*)([A-Za-z_][\w.]*)(?![\w.]*\s*\()"
)

_NAMES = re.compile(r"(?<![\w.\"'])[A-Za-z_][\w.]*(?![\w.]*\s*\()")


def handed_over(text: str) -> tuple[str, ...]:
    """Names of functions that a text gives to threads, processes and pools: `Process(target=work)`."""
    return tuple(dict.fromkeys(match[1] for match in _HANDED_OVER.finditer(text)))


def names_in(text: str) -> tuple[str, ...]:
    """All names in a text that are not called there."""
    return tuple(dict.fromkeys(match[0] for match in _NAMES.finditer(text)))


def text_of_unit(exam: Exam, path: str, name: str) -> str:
    """The source text of a unit, decorators and all that stands in it; "" when it is not known."""
    facts = exam.facts.get(path) or exam.test_facts.get(path)
    unit = next((each for each in facts.units if each.name == name), None) if facts else None
    return "\n".join(exam.source(path).split("\n")[unit.first_line - 1 : unit.last_line]) if unit else ""


def has_run(exam: Exam, path: str, line: int) -> bool:
    """Whether the statement on that line ran, by the data.

    What is not measured, such as tests, counts as run, unless the tests beside it are measured.
    """
    file = exam.measured.get(path)
    if file is None:
        return path not in exam.facts and not _would_be_measured(exam, path)
    before = file.statements & ((1 << (line + 1)) - 1)
    return bool(before) and not file.missing >> (before.bit_length() - 1) & 1


def _would_be_measured(exam: Exam, path: str) -> bool:
    """Whether other files with tests ran by the data, and no setting keeps this one out.

    With `source` they must lie in the same folder, without it below the same one at the top of the project.
    """
    settings = exam.settings
    if settings.run_include or settings.report_include or matches((*settings.run_omit, *settings.report_omit), path):
        return False
    place = path.rpartition("/")[0] if sources_of(exam) else path.partition("/")[0]
    ran = [file.path for file in exam.measurement.files if file.executed and file.path in exam.test_facts]
    beside = [each for each in ran if each.startswith(f"{place}/") or not place]
    return any(names_of_tests(exam.test_facts[each]) for each in beside)


def is_made(exam: Exam, name: str) -> bool:
    """Whether an object of the class of that absolute name was made on a line that ran, in tests or product."""
    return any(
        call.name == name and has_run(exam, facts.path, call.line)
        for facts in (*exam.facts.values(), *exam.test_facts.values())
        for unit in facts.units
        for call in unit.calls
    )
