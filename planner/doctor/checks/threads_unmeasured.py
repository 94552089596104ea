"""Threads in which coverage.py does not run: `concurrency` names something else and not `thread`.

coverage.py measures threads by itself only while `concurrency` is not set at all (`Collector.__init__`: `if
do_threading or not concurrency`); measured with 7.6.12 and 7.17.3: `concurrency = multiprocessing` loses all threads.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from planner.doctor.check import Check
from planner.doctor.checks.concurrency_greenlet import LIGHTWEIGHT, TOGETHER_WITH_THREADS
from planner.doctor.elsewhere import (
    Unseen,
    functions_named,
    handed_over,
    has_run,
    is_made,
    text_of_unit,
    together,
    unseen_from,
)
from planner.doctor.evidence import first_few
from planner.doctor.exam import Exam
from planner.doctor.mend import configure
from planner.model.facts import MODULE, ModuleFacts, lines_of_units
from planner.model.findings import Evidence, Finding, Mend
from planner.model.problem import BodyKey
from planner.model.target import version_numbers

STARTERS = (
    *("threading.Thread", "threading.Timer", "concurrent.futures.ThreadPoolExecutor", "asyncio.to_thread"),
    *("concurrent.futures.thread.ThreadPoolExecutor", "multiprocessing.pool.ThreadPool", "anyio.to_thread.run_sync"),
    *("starlette.concurrency.run_in_threadpool", "fastapi.concurrency.run_in_threadpool"),
)
"""Names whose use starts threads, or gives work to them."""

_ROUTERS = frozenset(
    {"fastapi.FastAPI", "fastapi.APIRouter", "fastapi.routing.APIRouter", "fastapi.applications.FastAPI"}
)
_PATCHED = re.compile(r"\bmonkey\.patch_(all|thread)\(|\bmonkey_patch\(")


@dataclass(frozen=True, slots=True)
class _Threads:
    """A place that starts threads, and the functions that run in them; not certain where no test may ask for them."""

    path: str
    line: int
    name: str
    functions: tuple[BodyKey, ...]
    is_certain: bool = True


def find_threads_unmeasured(exam: Exam) -> Iterator[Finding]:
    """One finding, where functions that threads run are missing."""
    told = exam.settings.concurrency
    if not told or "thread" in told or exam.settings.core == "sysmon" or _are_greenlets(exam):
        return
    threads = [each for each in _threads(exam) if has_run(exam, each.path, each.line)]
    unseen = [(each, _unseen(exam, each)) for each in threads]
    bitten = [(each, found) for each, found in unseen if found.least or not each.is_certain]
    doubt = together(found for _, found in bitten).doubt(exam, _BASIS)
    if not doubt.covered[1]:
        return
    yield Finding(
        check=CHECK.name,
        title=f"concurrency = {', '.join(told)} leaves threads out, and threads run code of the project",
        why="coverage.py measures threads unasked while `concurrency` is not set; otherwise that must name `thread`.",
        evidence=first_few([*_setting(exam), *(_evidence(each) for each, _ in bitten)]),
        mend=_mend(exam),
        doubt=doubt,
        confidence=0.95 if doubt.covered[0] else 0.7,
    )


_BASIS = (
    "at least the missing statements that run straight on in functions that threads run, at most all missing points "
    "that those can reach"
)


def _unseen(exam: Exam, threads: _Threads) -> Unseen:
    if threads.is_certain:
        return unseen_from(exam, threads.functions)
    return unseen_from(exam, (), threads.functions)


def _are_greenlets(exam: Exam) -> bool:
    """Whether gevent or eventlet put greenlets in the place of threads, which are measured then."""
    if not set(exam.settings.concurrency) & {"gevent", "eventlet"}:
        return False
    return any(_PATCHED.search(exam.source(path)) for path in (*exam.facts, *exam.test_facts))


def _threads(exam: Exam) -> Iterator[_Threads]:
    for facts in (*exam.facts.values(), *exam.test_facts.values()):
        yield from _endpoints(exam, facts)
        for unit in facts.units:
            used = next((name for name in STARTERS if name in unit.first_use), None)
            if unit.kind == "class":
                yield from _own_threads(exam, facts, unit.name, unit.bases, unit.first_line)
            elif used:
                text = exam.source(facts.path) if unit.name == MODULE else text_of_unit(exam, facts.path, unit.name)
                functions = tuple(functions_named(exam, facts, unit.name, handed_over(text)))
                yield _Threads(facts.path, unit.first_use[used], used.rpartition(".")[2], functions)


def _own_threads(exam: Exam, facts: ModuleFacts, name: str, bases: tuple[str, ...], line: int) -> Iterator[_Threads]:
    """Classes below `threading.Thread`: their `run` is what the thread does."""
    is_own = "threading.Thread" in bases and facts.path in exam.facts
    if is_own and is_made(exam, f"{facts.module}.{name}"):
        runs = tuple((facts.path, unit.name) for unit in facts.units if unit.name == f"{name}.run")
        yield _Threads(facts.path, line, "Thread", runs)


def _endpoints(exam: Exam, facts: ModuleFacts) -> Iterator[_Threads]:
    """FastAPI's endpoints that are no coroutines, where none of several ran: it runs them in a pool of threads."""
    top = next((unit for unit in facts.units if unit.name == MODULE), None)
    file = exam.files.get(facts.path)
    if top is None or file is None:
        return
    routers = {name for name, made in top.attributes.items() if made in _ROUTERS}
    served = [
        unit
        for unit in facts.units
        if unit.kind == "function"
        and not unit.is_async
        and {each.partition(".")[0] for each in unit.decorators} & routers
    ]
    if len(served) > 1 and not lines_of_units(served) & file.executed:
        functions = tuple((facts.path, unit.name) for unit in served)
        yield _Threads(facts.path, served[0].first_line, "FastAPI's pool of threads", functions, is_certain=False)


def _setting(exam: Exam) -> Iterator[Evidence]:
    if exam.settings.file:
        told = ", ".join(exam.settings.concurrency)
        yield Evidence(f"concurrency = {told}", exam.settings.file, exam.settings.lines.get("run.concurrency"))


def _evidence(threads: _Threads) -> Evidence:
    names = ", ".join(name for _, name in threads.functions[:3])
    return Evidence(f"{threads.name} runs {names}", threads.path, threads.line)


def _mend(exam: Exam) -> Mend:
    told, version = exam.settings.concurrency, exam.measurement.version
    is_old = version and version_numbers(version.partition(",")[0]) < TOGETHER_WITH_THREADS
    lightweight = [each for each in told if each in LIGHTWEIGHT]
    note = (
        f"coverage.py {version} takes no threads beside {lightweight[0]} (6.2 does)" if is_old and lightweight else ""
    )
    return configure(exam.settings, "run", {"concurrency": ["thread", *told]}, note)


CHECK = Check(
    name="threads-unmeasured",
    question="Do threads run code while `concurrency` leaves threads out?",
    find=find_threads_unmeasured,
)
