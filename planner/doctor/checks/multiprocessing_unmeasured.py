"""Workers of multiprocessing in which coverage.py does not run, or which are ended before they save their data.

Measured with coverage.py 7.6.12 and 7.17.3 (Python 3.11, 3.12, start method fork): nothing that `Process`, `Pool` or
`ProcessPoolExecutor` run is recorded without `concurrency = multiprocessing`; with it all is, except in workers that
are terminated, as `with Pool()` does at its end. `sigterm = true` saves those, but hung a pool of two in 2 of
6 runs (the worker writes while the parent waits for it), so a pool is better closed and joined. Where processes are
spawned, `patch = subprocess` records them too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from planner.doctor.check import Check
from planner.doctor.elsewhere import (
    Unseen,
    functions_named,
    handed_over,
    has_run,
    is_made,
    names_in,
    text_of_unit,
    together,
    unseen_from,
)
from planner.doctor.evidence import first_few
from planner.doctor.exam import Exam
from planner.doctor.mend import Setting, configure
from planner.model.calls import WatchedCall
from planner.model.facts import MODULE
from planner.model.findings import Evidence, Finding, Mend
from planner.model.problem import BodyKey
from planner.model.target import version_numbers

SIGTERM = (6, 4)
"""From here on coverage.py has `sigterm` (its documentation, "Configuration reference")."""

_STARTS = re.compile(
    r"(multiprocessing|billiard)\.(\w+\.)*(Process|Pool|get_context\(\)\.(Process|Pool))$"
    r"|concurrent\.futures\.(process\.)?ProcessPoolExecutor$"
)
_ENDS_PROCESS = re.compile(r"\.(terminate|kill)\(|\bdaemon\s*=\s*True\b")
_OPENS_POOL = re.compile(r"\bwith\b[^\n]*\bPool\(|\bpool\w*\.terminate\(")
_JOINS = re.compile(r"\.join\(\s*\)")
_CLOSES = re.compile(r"\.close\(\s*\)")


@dataclass(frozen=True, slots=True)
class _Workers:
    """A place that starts workers, and what it hands them: `sure` in the same function, `maybe` in the same file."""

    call: WatchedCall
    sure: tuple[BodyKey, ...]
    maybe: tuple[BodyKey, ...]
    are_ended: bool
    is_pool: bool = False


def find_multiprocessing_unmeasured(exam: Exam) -> Iterator[Finding]:
    """One finding, where functions that ran in workers only are missing."""
    workers = [each for each in _workers(exam) if has_run(exam, each.call.path, each.call.line)]
    is_told = "multiprocessing" in exam.settings.concurrency
    if is_told:
        workers = [each for each in workers if each.are_ended and not exam.settings.sigterm]
    unseen = together(_unseen(exam, each) for each in workers)
    doubt = unseen.doubt(exam, _BASIS)
    if not unseen.least or not doubt.covered[1]:
        return
    yield Finding(
        check=CHECK.name,
        title=_title(is_told=is_told),
        why=_why(is_told=is_told),
        evidence=first_few(_evidence(each) for each in workers),
        mend=_mend(exam, [each for each in workers if each.are_ended]),
        doubt=doubt,
        confidence=0.9,
    )


_BASIS = (
    "at least the missing statements that run straight on in functions handed to workers, at most all missing points "
    "that those, and others named in the same file, can reach"
)


def _title(*, is_told: bool) -> str:
    if is_told:
        return "Workers of multiprocessing are terminated before coverage.py saves what they ran"
    return "Functions run in workers of multiprocessing, and coverage.py does not measure those"


def _why(*, is_told: bool) -> str:
    if is_told:
        return "A worker saves its data when it ends by itself; `with Pool()` and `terminate()` end it with a signal."
    return "A worker is a process of its own: all that only workers run counts as missing."


def _workers(exam: Exam) -> Iterator[_Workers]:
    for call in exam.calls:
        if not _STARTS.match(call.name):
            continue
        facts = exam.facts.get(call.path) or exam.test_facts.get(call.path)
        if facts is None:
            continue
        text = text_of_unit(exam, call.path, call.unit) if call.unit != MODULE else exam.source(call.path)
        sure = functions_named(exam, facts, call.unit, handed_over(text))
        maybe = functions_named(exam, facts, call.unit, names_in(exam.source(call.path)))
        others = [key for unit in facts.units if unit.is_body for key in _handed_in(exam, call.path, unit.name)]
        is_pool = bool(_OPENS_POOL.search(text)) and not (_CLOSES.search(text) and _JOINS.search(text))
        are_ended = is_pool or ("Process" in call.name and bool(_ENDS_PROCESS.search(_around(exam, call))))
        yield _Workers(call, tuple(sure), tuple({*maybe, *others}), are_ended, is_pool)
    yield from _own_processes(exam)


def _around(exam: Exam, call: WatchedCall) -> str:
    """The text of the class or function in which the call stands, where the process may be ended."""
    name = call.unit.partition(".")[0]
    return text_of_unit(exam, call.path, name) if call.unit != MODULE else exam.source(call.path)


def _handed_in(exam: Exam, path: str, unit: str) -> Iterator[BodyKey]:
    """Functions that another function of the file hands over, perhaps to a pool that it was given."""
    facts = exam.facts.get(path) or exam.test_facts[path]
    return functions_named(exam, facts, unit, handed_over(text_of_unit(exam, path, unit)))


def _own_processes(exam: Exam) -> Iterator[_Workers]:
    """Classes below `multiprocessing.Process`: their `run` is what the worker does."""
    known = exam.bodies
    for path, facts in exam.facts.items():
        for unit in facts.units:
            key = (path, f"{unit.name}.run")
            is_own = unit.kind == "class" and any(_STARTS.match(base) for base in unit.bases) and key in known
            if is_own and is_made(exam, f"{facts.module}.{unit.name}"):
                place = WatchedCall(path, unit.first_line, "multiprocessing.Process", unit.name)
                text = text_of_unit(exam, path, unit.name)
                yield _Workers(place, (key,), (), bool(_ENDS_PROCESS.search(text)))


def _unseen(exam: Exam, workers: _Workers) -> Unseen:
    return unseen_from(exam, workers.sure, workers.maybe)


def _evidence(workers: _Workers) -> Evidence:
    names = ", ".join(name for _, name in workers.sure[:3])
    what = workers.call.name.rpartition(".")[2]
    return Evidence(f"{what} runs {names}" if names else f"{what} starts workers", workers.call.path, workers.call.line)


def _mend(exam: Exam, ended: list[_Workers]) -> Mend:
    settings, version = exam.settings, exam.measurement.version
    values: dict[str, Setting] = {}
    if "multiprocessing" not in settings.concurrency:
        values["concurrency"] = [*(settings.concurrency or ("thread",)), "multiprocessing"]
    joining = [_JOIN.format(place=f"{each.call.path}:{each.call.line}") for each in ended if each.is_pool]
    is_old = bool(version) and version_numbers(version.partition(",")[0]) < SIGTERM if version else False
    if any(not each.is_pool for each in ended) and not joining and not is_old:
        values["sigterm"] = True
    if not values:
        text = joining[0] if joining else f"End workers by themselves: coverage.py {version} has no sigterm (6.4 has)."
        return Mend("code", text, ended[0].call.path if ended else None)
    return configure(settings, "run", values, "; ".join([*joining[:1], "`coverage combine` gathers the workers' data"]))


_JOIN = "at {place}, call pool.close() and pool.join() before the block ends (sigterm = true may hang a pool)"


CHECK = Check(
    name="multiprocessing-unmeasured",
    question="Do workers of multiprocessing run code that is not measured?",
    find=find_multiprocessing_unmeasured,
)
