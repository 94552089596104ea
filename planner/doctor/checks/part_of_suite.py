"""Only a part of the suite made the data: test files that ran are in it by rows, contexts or outcomes, others are not.

Without any of the three it can only be told whether a test ran at all.
"""

import posixpath
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from fnmatch import fnmatch

from planner.doctor.check import Check
from planner.doctor.checks.xdist_workers import find_xdist_workers
from planner.doctor.discovery import directory_of, is_below, is_of_later_time, sources_of
from planner.doctor.evidence import first_few, lines_of_code
from planner.doctor.exam import Exam
from planner.doctor.globs import matches
from planner.doctor.missed import missed_by, names_of_tests
from planner.doctor.no_test import about_no_test, find_no_test
from planner.doctor.rerun import usual_command
from planner.model.facts import MODULE, ModuleFacts
from planner.model.findings import Doubt, Evidence, Finding, Mend

TEST_NAMES = ("test_*.py", "*_test.py", "tests.py")
"""What pytest, unittest and Django collect when nothing else is said."""

MOST_OF_A_NAME = 1_000
"""So much of a context's name is looked at: no module has a longer one."""

SKIPPED_WHOLE = ("pytest.mark.skip", "pytest.skip", "pytest.importorskip", "unittest.skip", "unittest.SkipTest")
"""A test file that uses one of these at its top level may rightly not run."""


@dataclass(frozen=True, slots=True)
class _Traces:
    """The test files that ran, how it is known of any that hold tests ("rows", "contexts", "outcomes"), and where.

    `sources` are the directories of the configured source, None for one that lies nowhere; `tops` the first folders of
    files that have rows.
    """

    ran: Set[str]
    hows: Set[str]
    sources: tuple[str | None, ...]
    tops: Set[str]


def find_part_of_suite(exam: Exam) -> Iterator[Finding]:
    """One finding for all test files that did not run although others did, or one that none did."""
    if any(find_xdist_workers(exam)):  # workers ran them
        return
    if silence := find_no_test(exam):
        yield about_no_test(exam, CHECK.name, silence)
        return
    suite = [path for path in exam.test_facts if _is_collected(path, exam)]
    traces = _traces(exam)
    idle = [path for path in suite if path not in traces.ran and _would_show(path, exam, traces)]
    doubt = _doubt(exam, idle)
    if not idle or doubt.covered == doubt.entering == (0, 0):
        return
    yield Finding(
        check=CHECK.name,
        title=f"only a part of the suite made the data: {len(idle)} of {len(suite)} test files left no trace in it",
        why="What only those tests run counts as missing, although the suite covers it.",
        evidence=first_few([*_arguments(exam), *(_evidence(path, exam) for path in idle)]),
        mend=Mend("command", usual_command(exam), note="runs the whole suite; without names of files, -k and -m"),
        doubt=doubt,
        confidence=0.85 if len(idle) < len(suite) else 0.5,
    )


def _is_collected(path: str, exam: Exam) -> bool:
    """Whether a plain run of the suite would collect tests from the file, as far as its text and settings tell."""
    name = posixpath.basename(path)
    if not any(fnmatch(name, each) for each in TEST_NAMES) or not names_of_tests(exam.test_facts[path]):
        return False
    if any(is_below(path, place.rstrip("/")) for place in _ignored(exam)):
        return False
    testpaths = [posixpath.normpath(each) for each in exam.pytest.testpaths]
    if testpaths and not any(is_below(path, each) or fnmatch(path, f"{each}/*") for each in testpaths):
        return False
    return not _is_skipped_whole(path, exam) and not _is_ignored_by_conftest(path, exam)


def _ignored(exam: Exam) -> Iterator[str]:
    words = exam.pytest.addopts
    for place, word in enumerate(words):
        if word.startswith("--ignore="):
            yield word.partition("=")[2]
        elif word == "--ignore" and place + 1 < len(words):
            yield words[place + 1]


def _is_skipped_whole(path: str, exam: Exam) -> bool:
    modules = [unit for unit in exam.test_facts[path].units if unit.name == MODULE]
    used = {name for unit in modules for name in (*unit.uses, *(call.name for call in unit.calls))}
    return any(name.startswith(SKIPPED_WHOLE) for name in used)


def _is_ignored_by_conftest(path: str, exam: Exam) -> bool:
    """Whether a conftest above the file speaks of collect_ignore: what it leaves out is not always written down."""
    return any(
        text.path.endswith("conftest.py")
        and is_below(path, posixpath.dirname(text.path) or ".")
        and ("collect_ignore" in text.text or "pytest_ignore_collect" in text.text)
        for text in exam.texts
    )


def _traces(exam: Exam) -> _Traces:
    known = dict.fromkeys(_named_by_contexts(exam), "contexts")
    known |= {each.path: "outcomes" for each in exam.outcomes or () if each.path}
    known |= {row.path: "rows" for row in exam.trail.rows if row.path and row.lines}
    known |= {file.path: "rows" for file in exam.measurement.files if file.executed}
    ran = {path: how for path, how in known.items() if path in exam.test_facts}
    return _Traces(
        ran=ran.keys(),
        hows={how for path, how in ran.items() if names_of_tests(exam.test_facts[path])},
        sources=tuple(directory_of(each, exam.tree) for each in sources_of(exam)),
        tops={path.partition("/")[0] for path, how in ran.items() if how == "rows" and "/" in path},
    )


def _named_by_contexts(exam: Exam) -> Iterator[str]:
    """Test files by the names that pytest-cov (`a/test_b.py::test_c|run`) and coverage.py (`a.test_b.test_c`) give."""
    files = {name.partition("::")[0] for name in exam.trail.contexts if "::" in name}
    names = {each for name in exam.trail.contexts if "::" not in name for each in name.split("|")}
    modules = {name[: dot.start()] for name in names for dot in re.finditer(r"\.", name[:MOST_OF_A_NAME])}
    for path, facts in exam.test_facts.items():
        ends = (path[slash.end() :] for slash in re.finditer("/", path))
        if path in files or not files.isdisjoint(ends) or not modules.isdisjoint(_names_of(facts)):
            yield path


def _names_of(facts: ModuleFacts) -> tuple[str, str]:
    """The module's name, and its last part."""
    return facts.module, facts.module.rpartition(".")[2]


def _would_show(path: str, exam: Exam, traces: _Traces) -> bool:
    """Whether the file would have left a trace if it had run; new test files are another fault (stale data)."""
    hows = traces.hows
    if is_of_later_time(exam, path):
        return False
    if "rows" in hows:
        return _is_measured(path, exam, traces)
    if "outcomes" in hows:
        return all(each.path for each in exam.outcomes or ())
    return "contexts" in hows and bool(exam.reach([(path, MODULE)]))


def _is_measured(path: str, exam: Exam, traces: _Traces) -> bool:
    settings = exam.settings
    omitted = (*settings.run_omit, *settings.report_omit)
    included = settings.run_include
    if matches(omitted, path) or (included and not matches(included, path)):
        return False
    if traces.sources:
        return any(each is not None and is_below(path, each) for each in traces.sources)
    return path.partition("/")[0] in traces.tops


def _arguments(exam: Exam) -> Iterator[Evidence]:
    """The command lines that coverage.py noted: only parallel data files have them."""
    for file in exam.trail.files:
        if said := file.meta.get("sys_argv"):
            yield Evidence(f"made by {said[:200]}", file.path)


def _evidence(path: str, exam: Exam) -> Evidence:
    count = len(names_of_tests(exam.test_facts[path]))
    return Evidence(f"{count} test function{'s'[: count > 1]}, of which the data knows nothing", path)


def _doubt(exam: Exam, idle: list[str]) -> Doubt:
    """What the tests reach, and their own lines where test files count in the total."""
    missed = missed_by(exam, [(path, MODULE) for path in idle])
    measured = {file.path: file for file in exam.measurement.files}
    does_count = any(path in measured and measured[path].executed for path in exam.test_facts)
    new = [path for path in idle if path not in measured] if does_count else []
    own = sum(measured[path].counts.missing_points for path in idle if path in measured)
    least = sum(len(names_of_tests(exam.test_facts[path])) for path in new)
    most = sum(2 * lines_of_code(exam.source(path)) for path in new)  # a line is a statement and an exit at most
    doubt = missed.doubt("those tests")
    return Doubt(
        doubt.basis + ("; the test files count themselves" if own or new else ""),
        covered=(missed.least + least, missed.most + own + most),
        entering=(least, most),
        lines=doubt.lines,
    )


CHECK = Check(
    name="part-of-suite",
    question="Did the whole suite make the data?",
    find=find_part_of_suite,
)
