"""pytest-xdist below a plain `coverage run`: the workers run the tests, and nothing measures the workers.

Measured with coverage.py 7.17.3 and pytest-xdist 3.8: not even imports are recorded, since the controller imports no
test; `patch = subprocess` records all. pytest-cov measures xdist's workers by itself.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from planner.doctor.check import Check
from planner.doctor.checks.subprocess_unmeasured import PATCHES
from planner.doctor.elsewhere import Unseen, unseen_from
from planner.doctor.evidence import counts_of
from planner.doctor.exam import Exam
from planner.doctor.imports import body_lines, imports_of_tests
from planner.doctor.mend import configure
from planner.doctor.rerun import uses_pytest_cov
from planner.model.findings import Doubt, Evidence, Finding, Mend
from planner.model.target import version_numbers

_PLAIN = re.compile(r"\bcoverage\s+run\b.*\bpytest\b")
_WORKERS = re.compile(r"(?:^|\s)(?:-n\s*=?\s*|--numprocesses[= ])(auto|logical|[1-9]\d*)\b")

HARDLY = 0.02
"""Of functions' statements, more than this share does not run by imports and conftest files alone."""


def find_xdist_workers(exam: Exam) -> Iterator[Finding]:
    """One finding, where xdist is asked for, nothing measures its workers, and no function of the product ran."""
    if "subprocess" in exam.settings.patch or uses_pytest_cov(exam) or _share_that_ran(exam) > HARDLY:
        return
    evidence = [*_options(exam), *_commands(exam)]
    if not evidence:
        return
    found = unseen_from(exam, (), imported=imports_of_tests(exam.test_facts.values(), exam.facts))
    doubt = _with_tests(exam, Unseen(found.least, _everything(exam), found.entered).doubt(exam, _BASIS))
    if not doubt.covered[1]:
        return
    yield Finding(
        check=CHECK.name,
        title="pytest-xdist runs the tests in workers, and `coverage run` measures none of them",
        why="The process that coverage.py measures hands the tests out; each worker is a process of its own.",
        evidence=tuple(evidence[:5]),
        mend=_mend(exam),
        doubt=doubt,
        confidence=0.9,
    )


_BASIS = "at least the missing import-time statements of what the tests import, at most all that is missing"


def _share_that_ran(exam: Exam) -> float:
    """Of the statements in functions of the product, the share that ran."""
    pairs = [(body_lines(exam.facts[file.path]) & file.statements, file.executed) for file in exam.product]
    statements = sum(lines.bit_count() for lines, _ in pairs)
    return sum((lines & ran).bit_count() for lines, ran in pairs) / statements if statements else 1.0


def _everything(exam: Exam) -> dict[str, int]:
    return {file.path: file.statements for file in exam.product}


def _with_tests(exam: Exam, doubt: Doubt) -> Doubt:
    """Tests that count in the total run in the workers, too: more than half of what the mend gave uvicorn 0.54."""
    tests = counts_of(file for file in exam.measurement.files if file.path in exam.test_facts)
    return replace(doubt, covered=(doubt.covered[0], doubt.covered[1] + tests.missing_points))


def _options(exam: Exam) -> Iterator[Evidence]:
    words = " ".join(exam.pytest.addopts)
    if (found := _WORKERS.search(words)) and exam.pytest.file:
        yield Evidence(
            f"addopts ask for workers: {found[0].strip()}", exam.pytest.file, exam.pytest.lines.get("addopts")
        )


def _commands(exam: Exam) -> Iterator[Evidence]:
    for text in exam.texts:
        for number, line in enumerate(text.text.split("\n"), 1):
            if _PLAIN.search(line) and (_WORKERS.search(line) or _WORKERS.search(" ".join(exam.pytest.addopts))):
                yield Evidence(f"runs {line.strip()[:80]}", text.path, number)


def _mend(exam: Exam) -> Mend:
    settings, version = exam.settings, exam.measurement.version
    if version and version_numbers(version.partition(",")[0]) < PATCHES:
        note = f"coverage.py {version} cannot measure the workers by itself (7.10 can, with `patch = subprocess`)"
        return Mend("command", "python -m pytest --cov", note=f"{note}; pytest-cov does")
    note = "run `coverage combine` before a report, if coverage.py is older than 7.14"
    return configure(settings, "run", {"patch": [*settings.patch, "subprocess"]}, note)


CHECK = Check(
    name="xdist-workers",
    question="Do workers of pytest-xdist run the tests unmeasured?",
    find=find_xdist_workers,
)
