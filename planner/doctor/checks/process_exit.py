"""Processes that end, or become another program, before coverage.py saves: `os._exit`, `os.exec*`, `os.fork`.

Measured with coverage.py 7.17.3 on Python 3.11: a forked child goes on being measured, but what it ran is lost when it
ends by `os._exit`, and also when it ends normally, since parent and child write the same file. `parallel = true` mends
the second, `patch = _exit` with `parallel = true` the first (without it nothing is gained). `patch = fork` adds
nothing there and loses the function that forks. Before `os.exec*` nothing is saved without `patch = execv`, and
what comes after it is measured with `patch = subprocess` only.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from planner.doctor.check import Check
from planner.doctor.checks.subprocess_unmeasured import PATCHES, patches_for, unseen_in, was_measured
from planner.doctor.elsewhere import CLAUSE, Unseen, has_run, together, unseen_from
from planner.doctor.evidence import first_few
from planner.doctor.exam import Exam
from planner.doctor.mend import Setting, configure
from planner.doctor.no_test import find_no_test
from planner.doctor.programs import Start, starts_of
from planner.model.calls import WatchedCall
from planner.model.facts import Unit
from planner.model.findings import Evidence, Finding, Mend
from planner.model.lines import NO_LINES, Lines, numbers_in
from planner.model.problem import BodyKey
from planner.model.target import version_numbers

_FORKS = frozenset({"os.fork", "os.forkpty", "pty.fork"})
_CHILD = re.compile(r"\s*(if|elif)\b.*(==\s*0\b|\bnot\s+[\w.()]+\s*:)")
_EXEC = re.compile(r"\bexec[lv]p?e?\(")

Ending = Literal["_exit", "exec", "usual"]


@dataclass(frozen=True, slots=True)
class _Child:
    """A child process: where it starts, the statements that it runs, those of them that it runs for sure, its end."""

    call: WatchedCall
    lines: Lines
    sure: Lines
    ending: Ending


def find_process_exit(exam: Exam) -> Iterator[Finding]:
    """At most two findings: children that `os.fork` makes, and programs that do not end in the usual way."""
    yield from _of_children(exam)
    yield from _of_programs(exam)


def _of_children(exam: Exam) -> Iterator[Finding]:
    children = [each for each in _children(exam) if not _is_saved(exam, each.ending)]
    unseen = [(each, _unseen(exam, each)) for each in children]
    bitten = [(each, found) for each, found in unseen if found.least]
    if not bitten:
        return
    endings = {each.ending for each, _ in bitten}
    yield Finding(
        check=CHECK.name,
        title="Forked processes run code of the project, and what they ran is not saved",
        why="A child that os.fork makes loses its data when it ends by os._exit, and when it writes its parent's file.",
        evidence=first_few(_evidence(each.call) for each, _ in bitten),
        mend=_mend(exam, ["_exit"] if "_exit" in endings else [], is_exec="exec" in endings),
        doubt=together(found for _, found in bitten).doubt(exam, _BASIS),
        confidence=0.85,
    )


_BASIS = (
    "at least the missing statements that these processes run straight on, at most all missing points of theirs that "
    "their calls can reach"
)


def _children(exam: Exam) -> Iterator[_Child]:
    """The branches of children below each `os.fork` that ran."""
    for call in exam.calls:
        facts = exam.facts.get(call.path) or exam.test_facts.get(call.path)
        if call.name in _FORKS and facts and has_run(exam, call.path, call.line):
            unit = next((each for each in facts.units if each.name == call.unit), None)
            if unit and (lines := _branch(exam, unit, call)):
                text = exam.source(call.path).split("\n")
                sure = _straight(lines, text)
                yield _Child(call, lines, sure, _ending("\n".join(text[line - 1] for line in numbers_in(lines))))


def _branch(exam: Exam, unit: Unit, call: WatchedCall) -> Lines:
    """The lines below `if pid == 0:` behind the fork; none where the text has no such branch."""
    text = exam.source(call.path).split("\n")
    last = min(unit.last_line, len(text))
    header = next((line for line in range(call.line, last + 1) if _CHILD.match(text[line - 1])), None)
    found = NO_LINES
    for line in range(header + 1, last + 1) if header else ():
        content = text[line - 1]
        if content.strip() and header and _indent(content) <= _indent(text[header - 1]):
            break
        found |= 1 << line if content.strip() else NO_LINES
    return found


def _straight(lines: Lines, text: list[str]) -> Lines:
    """Of a block the lines in no further block, and in the bodies of `try` and `with`, as far as nothing ends it."""
    own: list[int] = []
    conditional: int | None = None
    for line in numbers_in(lines):
        content = text[line - 1]
        if conditional is not None and _indent(content) > conditional:
            continue
        conditional = None
        if CLAUSE.match(content) or re.match(r"\s*(if|for|while|match)\b", content):
            conditional = _indent(content)
            if CLAUSE.match(content):
                continue
        own.append(line)
    return sum(1 << line for line in own)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _ending(text: str) -> Ending:
    if _EXEC.search(text):
        return "exec"
    return "_exit" if "_exit(" in text else "usual"


def _is_saved(exam: Exam, ending: Ending) -> bool:
    settings = exam.settings
    is_apart = settings.parallel or "subprocess" in settings.patch or "multiprocessing" in settings.concurrency
    needed = {"_exit": "_exit", "exec": "execv", "usual": ""}[ending]
    return is_apart and (not needed or needed in settings.patch)


def _unseen(exam: Exam, child: _Child) -> Unseen:
    """The missing lines of the child's branch, and of the functions that it calls."""
    facts = exam.facts.get(child.call.path) or exam.test_facts[child.call.path]
    unit = next(each for each in facts.units if each.name == child.call.unit)
    by_name, around = exam.bodies_by_name, child.call.unit.rpartition(".")[0]
    called: dict[bool, list[BodyKey]] = {True: [], False: []}
    for call in unit.calls:
        name = call.name if call.kind == "name" else f"{facts.module}.{around}.{call.name}"
        if call.kind in ("name", "own") and name in by_name and child.lines >> call.line & 1:
            called[bool(child.sure >> call.line & 1)].append(by_name[name])
    found = unseen_from(exam, called[True], called[False])
    file = exam.files.get(child.call.path)
    if file is None or not file.missing & child.lines:
        return found
    own = Unseen({file.path: gaps} if (gaps := file.missing & child.sure) else {}, {file.path: child.lines})
    return together([found, own])


def _of_programs(exam: Exam) -> Iterator[Finding]:
    """Programs that are measured, but for their end."""
    if "subprocess" not in exam.settings.patch:
        return
    starts = [each for each in starts_of(exam) if has_run(exam, each.call.path, each.call.line)]
    lost = [(each, lacking) for each in starts if not was_measured(exam, each) and (lacking := _lacking(exam, each))]
    unseen = together(unseen_in(exam, start) for start, _ in lost)
    if not unseen.least or find_no_test(exam):  # then nothing was started
        return
    yield Finding(
        check=CHECK.name,
        title=f"{lost[0][0].program.name} ends by os._exit or os.exec, and what it ran is not saved",
        why="coverage.py saves when Python ends in the usual way; these calls end it at once.",
        evidence=first_few(_evidence(start.call) for start, _ in lost),
        mend=_mend(exam, sorted({name for _, names in lost for name in names}), is_exec=False),
        doubt=unseen.doubt(exam, _BASIS),
        confidence=0.8,
    )


def _lacking(exam: Exam, start: Start) -> list[str]:
    return [each for each in patches_for(exam, [start]) if each not in exam.settings.patch]


def _evidence(call: WatchedCall) -> Evidence:
    return Evidence(f"{call.name} in {call.unit}", call.path, call.line)


def _mend(exam: Exam, patches: list[str], *, is_exec: bool) -> Mend:
    settings, version = exam.settings, exam.measurement.version
    if version and version_numbers(version.partition(",")[0]) < PATCHES and (patches or is_exec):
        text = (
            "Before os._exit or os.exec in the child: coverage.Coverage.current().save(), where current() is not None."
        )
        base = configure(settings, "run", {"parallel": True})
        return Mend("code", f"{text}\n{base.text}", base.file, f"coverage.py {version} has no `patch` (7.10 has)")
    wanted = dict.fromkeys([*settings.patch, *patches, *(["execv", "subprocess"] if is_exec else [])])
    values: dict[str, Setting] = {"patch": list(wanted)} if len(wanted) > len(settings.patch) else {}
    if "subprocess" not in wanted:
        values["parallel"] = True
    return configure(settings, "run", values, "`coverage combine` gathers the data of all processes before a report")


CHECK = Check(
    name="process-exit",
    question="Do processes end before coverage.py saves what they ran?",
    find=find_process_exit,
)
