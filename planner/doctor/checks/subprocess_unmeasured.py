"""Programs of the project that run as processes of their own, in which nothing starts coverage.py.

`patch = subprocess` (coverage.py 7.10) starts it there by an environment variable and a .pth file that coverage.py
installs; before, COVERAGE_PROCESS_START with a .pth or sitecustomize of one's own did. pytest-cov did the same by
itself up to version 6, and no more from 7 on.
"""

import re
from collections.abc import Iterator

from planner.doctor.check import Check
from planner.doctor.elsewhere import Unseen, functions_named, has_run, names_in, together, unseen_from
from planner.doctor.evidence import first_few
from planner.doctor.exam import Exam
from planner.doctor.imports import firm_lines
from planner.doctor.mend import configure
from planner.doctor.programs import Start, starts_of
from planner.model.facts import MODULE
from planner.model.findings import Evidence, Finding, Mend
from planner.model.problem import BodyKey
from planner.model.target import version_numbers

PATCHES = (7, 10)
"""From here on coverage.py has `patch` (its documentation, "Configuration reference")."""

_STARTED = re.compile(
    r"COVERAGE_PROCESS_START|COVERAGE_PROCESS_CONFIG|process_startup|coverage[-_]enable[-_]subprocess"
)


def find_subprocess_unmeasured(exam: Exam) -> Iterator[Finding]:
    """One finding, where programs of the project run unmeasured and lines of theirs are missing."""
    if "subprocess" in exam.settings.patch or _is_started(exam):
        return
    starts = [each for each in starts_of(exam) if has_run(exam, each.call.path, each.call.line)]
    unseen = [(start, unseen_in(exam, start)) for start in starts if not was_measured(exam, start)]
    found = together(each for _, each in unseen)
    doubt = found.doubt(exam, _BASIS)
    if not doubt.covered[1]:
        return
    names = list(dict.fromkeys(start.program.name for start, each in unseen if any(each.most.values())))
    yield Finding(
        check=CHECK.name,
        title=f"{_told(names)} as a process of its own, and coverage.py does not measure it there",
        why=(
            "What runs in another process counts as missing unless coverage.py is told to start there, too. "
            "Tests of a command line are often the only ones that run it whole."
        ),
        evidence=first_few(_evidence(start) for start, _ in unseen),
        mend=_mend(exam, [start for start, _ in unseen]),
        doubt=doubt,
        confidence=0.9 if doubt.covered[0] else 0.55,
    )


_BASIS = (
    "at least the missing statements that the started programs run straight on, at most all missing points that they "
    "can reach by their calls"
)


def _is_started(exam: Exam) -> bool:
    """Whether the project starts coverage.py in its processes in the older way."""
    if any(_STARTED.search(text.text) for text in exam.texts):
        return True
    return any(_STARTED.search(exam.source(path)) for path in exam.test_facts if path.endswith("conftest.py"))


def was_measured(exam: Exam, start: Start) -> bool:
    """Whether the data shows that the program's file was run, not only imported.

    Its `__main__` block ran then, or a `__main__.py` at all, which nothing imports but `python -m`.
    """
    path = start.program.path
    file = exam.files.get(path)
    if file is None:
        return False
    facts = exam.facts[path]
    if path.endswith("__main__.py"):
        return bool(file.executed & firm_lines(facts))
    return bool(file.executed & facts.main_block & ~(file.excluded))


def unseen_in(exam: Exam, start: Start) -> Unseen:
    """What the started program runs of the project's missing lines."""
    program = start.program
    facts = exam.facts[program.path]
    paths = {program.path, *(path for path, _ in program.entries)}
    maybe = {key for path in sorted(paths) for key in _within(exam, path)}
    sure = () if start.is_help else program.entries
    found = unseen_from(exam, sure, maybe, [program.path])
    file = exam.files.get(program.path)
    block = facts.main_block & file.missing if file else 0
    first = block & -block
    most = {**found.most, program.path: found.most.get(program.path, 0) | block}
    least = {**found.least, program.path: found.least.get(program.path, 0) | first}
    return Unseen(least, most, found.entered)


def _within(exam: Exam, path: str) -> Iterator[BodyKey]:
    """The functions of a file and those that it names: commands are often handed over, not called."""
    facts = exam.facts[path]
    yield from ((path, unit.name) for unit in facts.units if unit.is_body)
    yield from functions_named(exam, facts, MODULE, names_in(exam.source(path)))


def _told(names: list[str]) -> str:
    more = f" and {len(names) - 1} more programs run" if len(names) > 2 else " runs"
    return f"{' and '.join(names)} run" if len(names) == 2 else f"{names[0]}{more}"


def _evidence(start: Start) -> Evidence:
    return Evidence(f"starts {start.program.name}", start.call.path, start.call.line)


def _mend(exam: Exam, starts: list[Start]) -> Mend:
    settings, version = exam.settings, exam.measurement.version
    if version and version_numbers(version.partition(",")[0]) < PATCHES:
        return _older(exam, version)
    notes = ["run `coverage combine` before a report, if coverage.py is older than 7.14"]
    bare = [start for start in starts if _loses_environment(start)]
    if bare:
        place = f"{bare[0].call.path}:{bare[0].call.line}"
        notes.insert(0, f"the environment given at {place} must keep os.environ, or nothing starts there")
    values = {"patch": list(dict.fromkeys([*settings.patch, "subprocess", *patches_for(exam, starts)]))}
    return configure(settings, "run", values, "; ".join(notes))


def patches_for(exam: Exam, starts: list[Start]) -> list[str]:
    """The further patches of coverage.py that programs need which end by `os._exit` or become another program."""
    reached = {key for start in starts for key in exam.reach([*start.program.entries, (start.program.path, MODULE)])}
    reached |= {(start.program.path, MODULE) for start in starts} | {
        key for start in starts for key in start.program.entries
    }
    names = {call.name for call in exam.calls if (call.path, call.unit) in reached}
    ends = ["_exit"] if "os._exit" in names else []
    return [*ends, *(["execv"] if any(name.startswith("os.exec") for name in names) else [])]


def _loses_environment(start: Start) -> bool:
    environment = start.call.keywords.get("env", "")
    return environment.startswith("{") and "environ" not in environment


def _older(exam: Exam, version: str) -> Mend:
    file = exam.settings.file or "pyproject.toml"
    base = configure(exam.settings, "run", {"parallel": True})
    note = (
        f"coverage.py {version} has no `patch = subprocess` (7.10 has): put the line `import coverage; "
        "coverage.process_startup()` into a file coverage.pth in site-packages, and run the tests with "
        f"COVERAGE_PROCESS_START={file}, then `coverage combine`"
    )
    return Mend(base.kind, base.text, base.file, note)


CHECK = Check(
    name="subprocess-unmeasured",
    question="Do programs of the project run in processes that are not measured?",
    find=find_subprocess_unmeasured,
)
