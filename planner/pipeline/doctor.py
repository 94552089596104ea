"""The story of a diagnosis: measure, read product and tests, gather what the checks look at, let them look."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from planner.doctor import WATCHED, Exam, diagnose
from planner.measure import Progress, Request, Taken, is_test_path
from planner.model.calls import WatchedCall
from planner.model.facts import ModuleFacts
from planner.model.findings import Diagnosis, Examination
from planner.model.measurement import Skipped
from planner.model.outcomes import TestOutcome
from planner.pipeline.entered import Entered
from planner.pipeline.shared import Code, measure_project, watched
from planner.settings import read_coverage_settings, read_pytest_settings
from planner.settings.gates import read_gates
from planner.source.kinds import calls_kind
from planner.source.read import read_text

if TYPE_CHECKING:
    from planner.suite.reports import Reports

CALLS = calls_kind(WATCHED)
"""What the checks look for in every file."""


def make_diagnosis(
    request: Request, junit: Sequence[str], progress: Progress, silenced: Mapping[str, str] | None = None
) -> Examination:
    """What is wrong with the measurement. Raises InputError or ConfigError, one line each.

    `junit` are JUnit files or folders of them, below the root or absolute; `silenced` as in `diagnose`.
    """
    taken, code = measure_project(request, progress, more=(CALLS,))
    exam = gather_exam(code, taken, junit)
    return Examination(
        request.root.name,
        exam.measurement,
        diagnose(exam, silenced, watch=watched(progress, "examining the measurement")),
        _blocked(exam),
    )


def _blocked(exam: Exam) -> int | None:
    if exam.outcomes is None:
        return None
    return sum(each.ending in ("failed", "error") for each in exam.outcomes)


def make_exam(request: Request, junit: Sequence[str], progress: Progress) -> Exam:
    """All that the checks look at, read from a real project. Raises InputError or ConfigError, one line each."""
    taken, code = measure_project(request, progress, more=(CALLS,))
    return gather_exam(code, taken, junit)


def find_diagnosis(
    code: Code, taken: Taken, junit: Sequence[str] = (), silenced: Mapping[str, str] | None = None
) -> Diagnosis:
    """The diagnosis of a project that was measured and read already, as for a plan."""
    watch = watched(code.progress, "examining the measurement")
    return diagnose(gather_exam(code, taken, junit), silenced, watch=watch)


def gather_exam(code: Code, taken: Taken, junit: Sequence[str] = ()) -> Exam:
    """The exam of a project that was measured and read already; tests are read if nothing has asked for them yet."""
    from planner.alternatives.texts import read_steering_texts  # loads all of that room

    root = code.request.root
    settings = read_coverage_settings(root, code.request.rcfile)
    pytest = read_pytest_settings(root)
    texts = read_steering_texts(root, code.tree.files)
    tests = {path: each.facts for path, each in code.tests.items()}
    reports = _reports(root, junit) if junit else None
    notices = reports.notices if reports else ()
    return Exam(
        project=root.name,
        measurement=replace(taken.measurement, notices=(*taken.measurement.notices, *notices)),
        settings=settings,
        pytest=pytest,
        trail=taken.trail,
        tree=code.tree.files,
        facts=code.facts,
        test_facts=tests,
        calls=_calls(code),
        gates=read_gates(texts, settings, pytest),
        texts=texts,
        outcomes=_outcomes(code, tests, reports) if reports else None,
        modified=_modified(root, code.tree.files),
        reach=Entered(code.facts, tests),
        recount=taken.recount,
        source=cache(lambda path: read_text(root, path)),
    )


def _calls(code: Code) -> tuple[WatchedCall, ...]:
    """The watched calls of product and tests, in the order of paths and lines."""
    paths = [path for path in code.tree.files if path in code.facts or is_test_path(path)]
    read = code.files.read(CALLS, paths)
    return tuple(call for calls in read.values() if not isinstance(calls, Skipped) for call in calls)


def _reports(root: Path, junit: Sequence[str]) -> "Reports":
    from planner.suite.reports import read_reports  # most runs have none, and its readers take long to load

    return read_reports([root / path for path in junit])


def _outcomes(code: Code, tests: Mapping[str, ModuleFacts], reports: "Reports") -> tuple[TestOutcome, ...]:
    """How each test ended, once for each, with its place in the tree where that is found."""
    from planner.suite.locate import locate
    from planner.suite.retries import settle

    return settle(locate(reports.outcomes, tests, filter(is_test_path, code.tree.files)))


def _modified(root: Path, paths: Iterable[str]) -> dict[str, float]:
    found = {}
    for path in paths:
        try:
            found[path] = os.stat(root / path).st_mtime
        except OSError:
            continue
    return found
