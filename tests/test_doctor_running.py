"""Checks of how code is run: greenlets, threads, processes, and how they end."""

from typing import Any

import pytest
from exams import make_exam
from factories import file_coverage, measurement

from planner.doctor.check import Check
from planner.doctor.checks.concurrency_greenlet import CHECK as GREENLET
from planner.doctor.checks.multiprocessing_unmeasured import CHECK as MULTIPROCESSING
from planner.doctor.checks.process_exit import CHECK as PROCESS_EXIT
from planner.doctor.checks.subprocess_unmeasured import CHECK as SUBPROCESS
from planner.doctor.checks.threads_unmeasured import CHECK as THREADS
from planner.doctor.checks.xdist_workers import CHECK as XDIST
from planner.doctor.elsewhere import handed_over
from planner.doctor.exam import Exam
from planner.model.calls import WatchedCall
from planner.model.findings import Finding
from planner.model.lines import lines_of
from planner.model.measurement import FileCoverage, Input
from planner.settings import CoverageSettings, PytestSettings


def found(check: Check, exam: Exam) -> list[Finding]:
    return list(check.find(exam))


def only(check: Check, exam: Exam) -> Finding:
    (finding,) = found(check, exam)
    return finding


def call(path: str, line: int, name: str, unit: str, *arguments: str, **keywords: str) -> WatchedCall:
    text = " ".join([*arguments, *keywords.values()])
    strings = tuple(text.split('"')[1::2])
    return WatchedCall(path, line, name, unit, arguments=arguments, keywords=keywords, strings=strings)


def recorded_by(version: str, *files: FileCoverage) -> dict[str, Any]:
    return {"measurement": measurement(files, inputs=(Input(".coverage", "coverage data", version),))}


# Greenlets

SHELF = """\
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession


async def add(session, title):
    session.add(title)
    await session.flush()
    number = title.number
    return number


async def find(session, title):
    found = await session.scalar(select(title))
    if found is None:
        raise LookupError(title)
    return found


async def drop(session, title):
    try:
        await session.delete(title)
    except KeyError:
        return False
    return True
"""
STATEMENTS = "1-2 5-9 12-16 19-24"
LOST = "8-9 14-16 22-24"


def library(missing: str = LOST, source: str = SHELF, **more: Any) -> Exam:
    return make_exam([file_coverage("shelf.py", STATEMENTS, missing)], sources={"shelf.py": source}, **more)


def test_functions_that_stop_at_an_await_of_the_database_are_found() -> None:
    finding = only(GREENLET, library())

    assert "SQLAlchemy's async engine" in finding.title
    assert [(each.path, each.line) for each in finding.evidence] == [
        ("shelf.py", 2),
        ("shelf.py", 7),
        ("shelf.py", 13),
        ("shelf.py", 21),
    ]


def test_lines_straight_behind_the_switch_ran_and_those_in_branches_may_have() -> None:
    doubt = only(GREENLET, library()).doubt

    assert doubt.covered == (2 + 1 + 1, 2 + 3 + 3)
    assert doubt.lines == {"shelf.py": lines_of([8, 9, 14, 15, 16, 22, 23, 24])}


def test_the_mend_names_greenlet_beside_threads_and_what_is_there() -> None:
    exam = library(settings=CoverageSettings(file=".coveragerc.toml", concurrency=("multiprocessing",)))

    assert only(GREENLET, exam).mend.text == '[run]\nconcurrency = ["multiprocessing", "thread", "greenlet"]'


def test_an_old_coverage_takes_greenlets_alone() -> None:
    file = file_coverage("shelf.py", STATEMENTS, LOST)
    exam = make_exam(sources={"shelf.py": SHELF}, **recorded_by("6.1.2", file))

    assert only(GREENLET, exam).mend.text.endswith('concurrency = ["greenlet"]')


@pytest.mark.parametrize(
    "settings",
    [
        CoverageSettings(concurrency=("thread", "greenlet")),
        CoverageSettings(concurrency=("gevent",)),
        CoverageSettings(core="sysmon"),
    ],
)
def test_settings_that_follow_greenlets_are_right(settings: CoverageSettings) -> None:
    assert found(GREENLET, library(settings=settings)) == []


def test_branches_that_were_not_tested_are_no_lost_functions() -> None:
    assert found(GREENLET, library(missing="15 22-23")) == []


def test_one_function_that_stops_may_just_have_failed() -> None:
    assert found(GREENLET, library(missing="8-9")) == []


def test_without_a_library_that_switches_nothing_is_lost() -> None:
    source = SHELF.replace("sqlalchemy.ext.asyncio import AsyncSession", "motor import Client\n")

    assert found(GREENLET, library(source=source)) == []


def test_an_import_for_type_checking_switches_nothing() -> None:
    source = SHELF.replace(
        "from sqlalchemy.ext.asyncio import AsyncSession",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING: from sqlalchemy.ext.asyncio import AsyncSession",
    )

    exam = make_exam([file_coverage("shelf.py", "1-3 6-10", "9-10")], sources={"shelf.py": source})

    assert found(GREENLET, exam) == []


# Programs

BOOK = """\
def read(path):
    return open(path).read()


def show(text):
    print(text)


def check(text):
    return bool(text)
"""

COMMANDS = """\
import argparse

from ledger.book import check, read, show


def main(argv=None):
    options = argparse.ArgumentParser()
    options.set_defaults(command=show)
    given = options.parse_args(argv)
    text = read(given.file)
    if not text:
        return 1
    given.command(text)
    return 0


if __name__ == "__main__":
    main()
"""

LEDGER = {"ledger/__init__.py": "", "ledger/book.py": BOOK, "ledger/commands.py": COMMANDS}

RUN = 'subprocess.run([sys.executable, "-m", "ledger.commands"])'
TEST = f"import subprocess\nimport sys\n\n\ndef test_show():\n    {RUN}\n"


def ledger_files(book: str = "2 6 10", commands: str = "7-14 18") -> list[FileCoverage]:
    return [
        file_coverage("ledger/book.py", "1-2 5-6 9-10", book),
        file_coverage("ledger/commands.py", "1 3 6-14 17-18", commands),
    ]


def ledger(argument: str = '[sys.executable, "-m", "ledger.commands"]', **more: Any) -> Exam:
    """A project whose command line is tested by a process; `read` in it is reached by name."""
    options: dict[str, Any] = {
        "sources": LEDGER,
        "tests": {"tests/test_commands.py": TEST},
        "calls": [call("tests/test_commands.py", 6, "subprocess.run", "test_show", argument)],
        **more,
    }
    return make_exam(ledger_files(), **options)


def test_a_program_that_runs_as_a_process_counts_as_missing() -> None:
    finding = only(SUBPROCESS, ledger())

    assert finding.title.startswith("python -m ledger.commands runs as a process of its own")
    assert [(each.path, each.line) for each in finding.evidence] == [("tests/test_commands.py", 6)]
    assert finding.mend.text == '[tool.coverage.run]\npatch = ["subprocess"]'


def test_what_the_program_runs_straight_on_is_the_least_and_what_it_names_the_most() -> None:
    doubt = only(SUBPROCESS, ledger()).doubt

    assert doubt.covered == (5 + 1 + 1, 8 + 1 + 3)  # main up to its return, the block and read; check and show, too
    assert doubt.entering == (0, 0)


def test_a_program_asked_for_help_runs_little_for_sure() -> None:
    finding = only(SUBPROCESS, ledger('[sys.executable, "-m", "ledger.commands", "--help"]'))

    assert finding.doubt.covered[0] == 1


@pytest.mark.parametrize(
    "argument",
    [
        '[sys.executable, "ledger/commands.py", "x"]',
        '["python3", "-m", "ledger.commands"]',
        '[sys.executable, "-c", "from ledger.commands import main; main()"]',
        '["book", "x"]',
        '"book show x"',
    ],
)
def test_programs_are_known_by_module_script_code_and_command(argument: str) -> None:
    scripts = {"pyproject.toml": '[project.scripts]\nbook = "ledger.commands:main"\n'}

    assert only(SUBPROCESS, ledger(argument, texts=scripts)).doubt.covered[0] >= 5


def test_a_command_in_a_constant_of_the_test_file_is_known() -> None:
    tests = {"tests/test_commands.py": TEST + '\nCLI = [sys.executable, "-m", "ledger.commands"]\n'}

    assert found(SUBPROCESS, ledger("CLI + ['x']", tests=tests))


@pytest.mark.parametrize(
    "argument",
    [
        '["git", "status"]',
        '[sys.executable, "-m", "json.tool"]',
        '[sys.executable, "-c", "print(1)"]',
        '[sys.executable, "-m", "coverage", "run", "-m", "ledger.commands"]',
    ],
)
def test_other_programs_and_those_that_measure_themselves_lose_nothing(argument: str) -> None:
    assert found(SUBPROCESS, ledger(argument)) == []


def test_processes_that_are_measured_are_right() -> None:
    by_patch = ledger(settings=CoverageSettings(patch=("subprocess",)))
    by_environment = ledger(texts={"tox.ini": "[testenv]\nsetenv = COVERAGE_PROCESS_START={toxinidir}/.coveragerc\n"})

    assert found(SUBPROCESS, by_patch) == found(SUBPROCESS, by_environment) == []


def test_a_program_whose_main_block_ran_was_measured() -> None:
    exam = make_exam(
        ledger_files(commands="12"),
        sources=LEDGER,
        tests={"tests/test_commands.py": TEST},
        calls=[call("tests/test_commands.py", 6, "subprocess.run", "t", '[sys.executable, "-m", "ledger.commands"]')],
    )

    assert found(SUBPROCESS, exam) == []


def test_a_program_outside_the_data_enters_the_total() -> None:
    book, _ = ledger_files()
    exam = make_exam(
        sources=LEDGER,
        tests={"tests/test_commands.py": TEST},
        calls=[call("tests/test_commands.py", 6, "subprocess.run", "t", '[sys.executable, "-m", "ledger.commands"]')],
        measurement=measurement((book,), unmeasured=(file_coverage("ledger/commands.py", "1 3 6-14 17-18", "1-18"),)),
    )

    assert only(SUBPROCESS, exam).doubt.entering == (13, 13)


def test_an_old_coverage_is_mended_by_a_pth_file() -> None:
    mend = only(SUBPROCESS, ledger(**recorded_by("7.6.12", *ledger_files()))).mend

    assert mend.text == "[tool.coverage.run]\nparallel = true"
    assert "coverage.pth" in mend.note
    assert "COVERAGE_PROCESS_START=pyproject.toml" in mend.note


def test_an_environment_that_drops_everything_is_named() -> None:
    start = call(
        "tests/test_commands.py",
        6,
        "subprocess.run",
        "t",
        '[sys.executable, "-m", "ledger.commands"]',
        env='{"A": "1"}',
    )

    assert "tests/test_commands.py:6 must keep os.environ" in only(SUBPROCESS, ledger(calls=[start])).mend.note


def test_a_call_that_did_not_run_started_nothing() -> None:
    source = "import subprocess, sys\n\n\ndef start():\n    subprocess.run([sys.executable, '-m', 'ledger.commands'])\n"
    exam = make_exam(
        [*ledger_files(), file_coverage("ledger/start.py", "1 4-5", "5")],
        sources={**LEDGER, "ledger/start.py": source},
        calls=[call("ledger/start.py", 5, "subprocess.run", "start", '[sys.executable, "-m", "ledger.commands"]')],
    )

    assert found(SUBPROCESS, exam) == []


def test_a_test_that_is_not_measured_beside_others_that_are_started_nothing() -> None:
    tests = {"tests/test_commands.py": TEST, "tests/test_book.py": "def test_book():\n    assert True\n"}
    measured = measurement((*ledger_files(), file_coverage("tests/test_book.py", "1-2")))
    more: dict[str, Any] = {"tests": tests, "measurement": measured}

    assert found(SUBPROCESS, ledger(**more)) == []
    assert found(SUBPROCESS, ledger(settings=CoverageSettings(source=("tests",)), **more)) == []
    assert found(SUBPROCESS, ledger(settings=CoverageSettings(run_omit=("tests/test_commands.py",)), **more))


# Workers of multiprocessing

POOLS = """\
from functools import partial
from multiprocessing import Pool, Process


def scale_all(rows):
    with Pool(2) as pool:
        return pool.map(scale, rows)


def scale(row):
    small = row[::2]
    return small


def watch(row):
    process = Process(target=look, args=(row,))
    process.start()
    process.terminate()


def look(row):
    print(row)


def closed(rows):
    pool = Pool(2)
    found = pool.map(partial(scale, 1), rows)
    pool.close()
    pool.join()
    return found
"""

POOL = call("pools.py", 6, "multiprocessing.Pool", "scale_all", "2")
PROCESS = call("pools.py", 16, "multiprocessing.Process", "watch", target="look", args="(row,)")
CLOSED = call("pools.py", 26, "multiprocessing.Pool", "closed", "2")


def pools(*calls: WatchedCall, missing: str = "11-12 22", **more: Any) -> Exam:
    statements = "1-2 5-7 10-12 15-18 21-22 25-30"
    return make_exam([file_coverage("pools.py", statements, missing)], sources={"pools.py": POOLS}, calls=calls, **more)


def test_functions_handed_to_workers_are_lost() -> None:
    finding = only(MULTIPROCESSING, pools(POOL))

    assert finding.doubt.covered == (2, 3)  # scale for sure; look is named in the same file
    assert finding.evidence[0].text == "Pool runs scale"


def test_a_pool_is_to_be_closed_and_joined_rather_than_saved_on_a_signal() -> None:
    mend = only(MULTIPROCESSING, pools(POOL)).mend

    assert mend.text == '[tool.coverage.run]\nconcurrency = ["thread", "multiprocessing"]'
    assert "at pools.py:6, call pool.close() and pool.join()" in mend.note


def test_a_process_that_is_terminated_needs_sigterm() -> None:
    assert only(MULTIPROCESSING, pools(PROCESS)).mend.text.endswith("sigterm = true")


def test_terminated_workers_are_lost_although_coverage_is_told() -> None:
    told = CoverageSettings(concurrency=("thread", "multiprocessing"))

    pool, process = (
        only(MULTIPROCESSING, pools(POOL, settings=told)),
        only(MULTIPROCESSING, pools(PROCESS, settings=told)),
    )

    assert pool.mend.kind == "code"
    assert "pool.join()" in pool.mend.text
    assert process.mend.text == "[tool.coverage.run]\nsigterm = true"


def test_workers_that_end_by_themselves_are_saved() -> None:
    told = CoverageSettings(concurrency=("thread", "multiprocessing"))
    with_signal = CoverageSettings(concurrency=("multiprocessing",), sigterm=True)

    assert found(MULTIPROCESSING, pools(CLOSED, settings=told)) == []
    assert found(MULTIPROCESSING, pools(PROCESS, settings=with_signal)) == []


def test_workers_whose_functions_ran_elsewhere_lose_nothing() -> None:
    assert found(MULTIPROCESSING, pools(POOL, missing="30")) == []


def test_a_pool_that_was_never_made_loses_nothing() -> None:
    assert found(MULTIPROCESSING, pools(POOL, missing="6-7 11-12")) == []


def test_threads_of_multiprocessing_are_no_processes() -> None:
    threads = call("pools.py", 6, "multiprocessing.pool.ThreadPool", "scale_all", "2")

    assert found(MULTIPROCESSING, pools(threads)) == []


def test_a_class_below_process_loses_its_run_when_it_was_made() -> None:
    source = """\
from multiprocessing import Process


class Worker(Process):
    def run(self):
        print(1)


def start():
    Worker().start()
"""
    made = make_exam([file_coverage("own.py", "1 4-6 9-10", "6")], sources={"own.py": source})
    never = make_exam([file_coverage("own.py", "1 4-6 9-10", "6 10")], sources={"own.py": source})

    assert only(MULTIPROCESSING, made).doubt.covered == (1, 1)
    assert found(MULTIPROCESSING, never) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Process(target=work)", ("work",)),
        ("pool.map(jobs.work, [1])", ("jobs.work",)),
        ("pool.map(partial(work, 1), [1])", ("work",)),
        ("executor.submit(self.work, 1)", ("self.work",)),
        ("loop.run_in_executor(ProcessPoolExecutor(), work)", ("work",)),
        ("ProcessPoolExecutor(initializer=begin)", ("begin",)),
        ("map(make(), [1])", ()),
    ],
)
def test_functions_are_handed_over_by_name(text: str, names: tuple[str, ...]) -> None:
    assert handed_over(text) == names


# Threads

LOOP = """\
import threading


def start(name):
    thread = threading.Thread(target=poll, args=(name,))
    thread.start()


def poll(name):
    value = ask(name)
    return value


def ask(name):
    return name
"""


def loop(*told: str, missing: str = "10-11 15", **more: Any) -> Exam:
    settings = CoverageSettings(file="setup.cfg", concurrency=told, lines={"run.concurrency": 7})
    files = [file_coverage("loop.py", "1 4-6 9-11 14-15", missing)]
    return make_exam(files, sources={"loop.py": LOOP, **more.pop("sources", {})}, settings=settings, **more)


def test_threads_are_lost_when_concurrency_names_something_else() -> None:
    finding = only(THREADS, loop("multiprocessing"))

    assert finding.doubt.covered == (3, 3)
    assert [(each.path, each.line) for each in finding.evidence] == [("setup.cfg", 7), ("loop.py", 5)]
    assert finding.mend.text == "[coverage:run]\nconcurrency =\n    thread\n    multiprocessing"


@pytest.mark.parametrize("told", [(), ("thread",), ("multiprocessing", "thread")])
def test_threads_are_measured_unasked_and_when_named(told: tuple[str, ...]) -> None:
    assert found(THREADS, loop(*told)) == []


def test_threads_that_gevent_replaced_are_greenlets() -> None:
    patched = {"patched.py": "from gevent import monkey\nmonkey.patch_all()\n"}

    assert found(THREADS, loop("gevent", sources=patched)) == []
    assert found(THREADS, loop("gevent"))


def test_threads_that_never_started_lose_nothing() -> None:
    assert found(THREADS, loop("multiprocessing", missing="5-6 10-11 15")) == []


def test_fastapi_runs_plain_endpoints_in_threads() -> None:
    source = """\
from fastapi import FastAPI

app = FastAPI()


@app.get("/a")
def a():
    return 1


@app.get("/b")
def b():
    return 2


@app.get("/c")
async def c():
    return 3
"""
    settings = CoverageSettings(concurrency=("greenlet",))
    lost = make_exam(
        [file_coverage("api.py", "1 3 6-8 11-13 16-18", "8 13")], sources={"api.py": source}, settings=settings
    )
    one_ran = make_exam(
        [file_coverage("api.py", "1 3 6-8 11-13 16-18", "13")], sources={"api.py": source}, settings=settings
    )

    assert only(THREADS, lost).doubt.covered == (0, 2)
    assert found(THREADS, one_ran) == []


# Ends of processes

SPOOL = """\
import os


def start(job):
    child = os.fork()
    if child == 0:
        status = carry_out(job)
        os._exit(status)
    return os.waitpid(child, 0)


def carry_out(job):
    job()
    return 0
"""

FORK = call("spool.py", 5, "os.fork", "start")


def spool(
    settings: CoverageSettings | None = None, source: str = SPOOL, missing: str = "7-8 13-14", **more: Any
) -> Exam:
    files = [file_coverage("spool.py", "1 4-9 12-14", missing)]
    return make_exam(files, sources={"spool.py": source}, calls=[FORK], settings=settings, **more)


def test_a_forked_child_that_ends_by_exit_is_lost() -> None:
    finding = only(PROCESS_EXIT, spool())

    assert finding.doubt.covered == (4, 4)
    assert finding.mend.text == '[tool.coverage.run]\npatch = ["_exit"]\nparallel = true'


def test_a_child_that_ends_as_usual_needs_a_file_of_its_own() -> None:
    source = SPOOL.replace("os._exit(status)", "raise SystemExit(status)")

    assert only(PROCESS_EXIT, spool(source=source)).mend.text == "[tool.coverage.run]\nparallel = true"
    assert found(PROCESS_EXIT, spool(CoverageSettings(parallel=True), source)) == []


def test_a_patch_without_a_file_of_its_own_saves_nothing() -> None:
    assert found(PROCESS_EXIT, spool(CoverageSettings(patch=("_exit",))))
    assert found(PROCESS_EXIT, spool(CoverageSettings(patch=("_exit",), parallel=True))) == []
    assert found(PROCESS_EXIT, spool(CoverageSettings(patch=("_exit", "subprocess")))) == []


def test_a_child_that_becomes_another_program_needs_execv() -> None:
    source = SPOOL.replace("os._exit(status)", 'os.execv("/bin/true", ["true"])')

    assert only(PROCESS_EXIT, spool(source=source)).mend.text.endswith('patch = ["execv", "subprocess"]')


def test_an_old_coverage_is_mended_in_the_code() -> None:
    mend = only(
        PROCESS_EXIT, spool(**recorded_by("7.6.12", file_coverage("spool.py", "1 4-9 12-14", "7-8 13-14")))
    ).mend

    assert mend.kind == "code"
    assert "save()" in mend.text


def test_a_fork_that_did_not_run_lost_nothing() -> None:
    assert found(PROCESS_EXIT, spool(missing="5-9 13-14")) == []


def test_a_measured_program_that_ends_by_exit_is_lost() -> None:
    commands = COMMANDS.replace("    return 0\n", "    os._exit(0)\n").replace(
        "import argparse\n", "import argparse, os\n"
    )
    start = call("tests/test_commands.py", 6, "subprocess.run", "t", '[sys.executable, "-m", "ledger.commands"]')
    ending = call("ledger/commands.py", 14, "os._exit", "main", "0")
    exam = ledger(
        sources={**LEDGER, "ledger/commands.py": commands},
        calls=[start, ending],
        settings=CoverageSettings(patch=("subprocess",)),
    )

    assert only(PROCESS_EXIT, exam).mend.text == '[tool.coverage.run]\npatch = ["subprocess", "_exit"]'


# Workers of xdist

PLAN = "def seat(guests):\n    return sorted(guests)\n"
SEAT = "from seating.plan import seat\n\n\ndef test_seat():\n    assert seat(['a'])\n"


def seating(missing: str = "1-2", addopts: tuple[str, ...] = ("-n", "2"), **more: Any) -> Exam:
    return make_exam(
        [file_coverage("seating/plan.py", "1-2", missing)],
        sources={"seating/__init__.py": "", "seating/plan.py": PLAN},
        tests={"tests/test_plan.py": SEAT},
        pytest=PytestSettings("pytest.ini", addopts, lines={"addopts": 3}),
        **more,
    )


def test_workers_below_a_plain_coverage_run_measure_nothing() -> None:
    finding = only(XDIST, seating())

    assert finding.doubt.covered == (1, 2)  # the import for sure
    assert [(each.path, each.line) for each in finding.evidence] == [("pytest.ini", 3)]
    assert finding.mend.text == '[tool.coverage.run]\npatch = ["subprocess"]'


def test_tests_that_count_in_the_total_run_in_the_workers_too() -> None:
    files = (file_coverage("seating/plan.py", "1-2", "1-2"), file_coverage("tests/test_plan.py", "1 4-5", "1 4-5"))

    assert only(XDIST, seating(measurement=measurement(files))).doubt.covered == (1, 5)


def test_a_command_that_asks_for_workers_is_evidence() -> None:
    texts = {"tox.ini": "[testenv]\ncommands =\n    coverage run -m pytest -n auto\n"}

    evidence = only(XDIST, seating(addopts=(), texts=texts)).evidence

    assert [(each.path, each.line) for each in evidence] == [("tox.ini", 3)]


def test_workers_that_are_measured_are_right() -> None:
    assert found(XDIST, seating(settings=CoverageSettings(patch=("subprocess",)))) == []
    assert found(XDIST, seating(addopts=("-n", "2", "--cov"))) == []


def test_functions_that_ran_prove_that_the_tests_were_measured() -> None:
    assert found(XDIST, seating(missing="")) == []


def test_no_workers_were_asked_for() -> None:
    assert found(XDIST, seating(addopts=("-n", "0"))) == found(XDIST, seating(addopts=())) == []


def test_an_old_coverage_leaves_the_workers_to_pytest_cov() -> None:
    mend = only(XDIST, seating(**recorded_by("7.6.12", file_coverage("seating/plan.py", "1-2", "1-2")))).mend

    assert mend.kind == "command"
    assert "--cov" in mend.text
