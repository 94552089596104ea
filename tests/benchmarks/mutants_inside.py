"""The half of mutation testing that runs in a copy of the project, as a plugin of pytest: see `mutants.py`.

    python mutants_inside.py TASK.json

Either runs all tests once under coverage and writes which test reaches which line, or makes changes and runs tests.
All tests are collected once. A change within a function is put into the running package in a forked process, and
written to the file for processes that tests start; one that acts on import gets a pytest of its own.
"""

import ast
import gc
import inspect
import json
import os
import re
import resource
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import NoReturn

import coverage
import pytest
from mutations import Mutation, find_mutations

SLOW_FILES = (
    "test_crashes", "test_faults", "test_hostile", "test_house", "test_mutators", "test_notebooks", "test_promises_*",
    "test_readme", "test_web*", "test_help", "test_completion", "test_compatibility", "test_replay_*", "test_frames*",
    "test_calibrate*", "test_fit", "test_growth", "test_suite_growth", "test_milestone", "test_release", "test_zoo",
    "test_progress", "test_cli", "test_exit_codes", "test_html", "test_unblock*", "test_doctor_*", "test_blocked",
)  # fmt: skip
"""Tests of whole commands, of other areas, or that take long: each change would cost minutes."""

MOST_SECONDS, MOST_TESTS = 4.0, 120
"""Of the tests that reach a change, the most special ones that take so long together, and no more than so many."""

_HEAVY = ("subprocess", "run_coverage", "milestone", "release", "ProcessPoolExecutor", "coverage_totals")

PATIENCE, GRACE = 4, 6
"""A change is slow that takes so many times the CPU seconds its tests took before, and so many more."""

MOST_BYTES = 4 << 30

MOST_EXAMPLES = 40
"""Of a property that does not say how many itself."""

_PLAIN = (int, float, str, bytes, type(None), re.Pattern)
"""Types of constants, and of what tuples and dictionaries of constants hold."""

Verdict = tuple[str, int, str, str]


@dataclass(frozen=True)
class Map:
    """Test -> its seconds; file -> line -> the tests that run it; test -> how many lines it runs."""

    seconds: dict[str, float]
    lines: dict[str, dict[int, list[str]]]
    breadth: dict[str, int]

    @classmethod
    def read(cls, path: str) -> "Map":
        told = json.loads(Path(path).read_text("utf-8"))
        lines = {file: {int(line): tests for line, tests in found.items()} for file, found in told["lines"].items()}
        breadth = dict.fromkeys(told["tests"], 0)
        for found in lines.values():
            for tests in found.values():
                for test in tests:
                    breadth[test] += 1
        return cls(told["tests"], lines, breadth)

    def joined(self, fresh: "Map") -> "Map":
        """This map, with the files of tests in `fresh` as they are there."""
        again = {test.partition("::")[0] for test in fresh.seconds}

        def is_old(test: str) -> bool:
            return test.partition("::")[0] not in again

        seconds = {test: spent for test, spent in self.seconds.items() if is_old(test)} | fresh.seconds
        lines = {}
        for file in {*self.lines, *fresh.lines}:
            old, new = self.lines.get(file, {}), fresh.lines.get(file, {})
            lines[file] = {
                line: [*filter(is_old, old.get(line, ())), *new.get(line, ())] for line in sorted({*old, *new})
            }
        return Map(seconds, lines, {})

    def choose(self, path: str, change: Mutation, times: int) -> list[str]:
        """The tests to run for a change, the most special first; `times` as many as usual."""
        of_file = self.lines.get(path, {})
        found = {test for line in range(change.lines[0], change.lines[1] + 1) for test in of_file.get(line, ())}
        if not found and not change.scope.rpartition(".")[2].islower():
            found = {test for tests in of_file.values() for test in tests}  # acts on import: a constant, a default
        stem = f"test_{Path(path).stem}.py"
        ordered = sorted(found, key=lambda test: (stem not in test, self.breadth[test], self.seconds[test]))
        chosen: list[str] = []
        seconds = 0.0
        for test in ordered[: times * MOST_TESTS]:
            seconds += self.seconds[test]
            if chosen and seconds > times * MOST_SECONDS:
                break
            chosen.append(test)
        return chosen


def starts_processes(test: str) -> bool:
    """Whether it does, or a helper or fixture of its file: such tests cost seconds for each change and are left out."""
    file, _, name = test.partition("::")
    return name.partition("[")[0] in _heavy_functions(file)


@cache
def _heavy_functions(file: str) -> frozenset[str]:
    functions = [node for node in ast.parse(Path(file).read_bytes()).body if isinstance(node, ast.FunctionDef)]
    names = {
        node.name: {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        | {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
        for node in functions
    }
    heavy = set(_HEAVY)
    while more := {name for name, used in names.items() if used & heavy} - heavy:
        heavy |= more
    return frozenset(heavy)


@dataclass
class Mapper:
    """Runs every test once and writes the map."""

    watch: coverage.Coverage
    output: Path
    seconds: dict[str, float] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if not starts_processes(item.nodeid)]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self.watch.switch_context(item.nodeid)
        begun = time.process_time()
        result = yield
        self.seconds[item.nodeid] = time.process_time() - begun
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        self.watch.stop()
        names = {test for test in self.seconds if test not in self.failed}
        found = self.watch.get_data()
        lines = {
            os.path.relpath(file): {
                line: [test for test in tests if test in names]
                for line, tests in found.contexts_by_lineno(file).items()
            }
            for file in found.measured_files()
        }
        told = Map({test: self.seconds[test] for test in names}, lines, {})
        if self.output.exists():
            told = Map.read(str(self.output)).joined(told)
        self.output.write_text(json.dumps({"tests": told.seconds, "lines": told.lines}))
        print("failed before any change:", sorted(self.failed))


@dataclass
class Changer:
    """Makes each change and runs its tests."""

    told: Map
    mutants: Sequence[tuple[str, int]]
    output: Path
    until: float
    times: int = 1
    verdicts: list[Verdict] = field(default_factory=list)
    clock: int = 1_500_000_000
    functions: dict[tuple[str, str, int], list[FunctionType]] = field(default_factory=dict)
    changes: dict[str, list[Mutation]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path in {path for path, _ in self.mutants}:
            self.changes[path] = find_mutations(Path(path).read_bytes())

    def files(self) -> list[str]:
        """The files of all tests that will run."""
        chosen = (self.told.choose(path, self.changes[path][number], self.times) for path, number in self.mutants)
        return sorted({test.partition("::")[0] for tests in chosen for test in tests})

    def unreached(self) -> None:
        """No test reaches any of them."""
        verdicts = [(path, number, "unreached", "") for path, number in self.mutants]
        self.output.write_text(json.dumps(verdicts))

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        for each in gc.get_objects():
            if isinstance(each, FunctionType) and "planner" in each.__code__.co_filename:
                self.functions.setdefault(_place(each.__code__), []).append(each)
        for path, number in self.mutants:
            if time.monotonic() > self.until:
                break
            self.try_one(path, number, self.changes[path][number], items)
        return True

    def try_one(self, path: str, number: int, change: Mutation, items: dict[str, pytest.Item]) -> None:
        tests = [test for test in self.told.choose(path, change, self.times) if test in items]
        original = Path(path).read_bytes()
        changed = change.apply(original)
        verdict, by, begun = "unreached", "", time.monotonic()
        if tests:
            self.write(path, changed)
            try:
                verdict, by = self.run(path, change, changed, [items[test] for test in tests])
            finally:
                self.write(path, original)
        self.verdicts.append((path, number, verdict, by))
        self.output.write_text(json.dumps(self.verdicts))
        print(f"{verdict:9} {time.monotonic() - begun:5.1f} s {len(tests):3} {path}:{change.line} {change.key} {by}")
        sys.stdout.flush()

    def write(self, path: str, source: bytes) -> None:
        """Every state of a file has a time of its own: compiled files are told apart by it."""
        self.clock += 2
        Path(path).write_bytes(source)
        os.utime(path, (self.clock, self.clock))

    def run(self, path: str, change: Mutation, changed: bytes, items: Sequence[pytest.Item]) -> tuple[str, str]:
        seconds = PATIENCE * sum(self.told.seconds[item.nodeid] for item in items) + GRACE
        inner = self.inner(path, change, changed)

        def work(say: Callable[[str], None]) -> int:
            if inner is None:
                if _put_values(path, changed):
                    return _run_items(items, say)
                _on_its_own([item.nodeid for item in items])
            for function, code in inner:
                function.__code__ = code
            return _run_items(items, say)

        return _in_a_fork(work, seconds)

    def inner(self, path: str, change: Mutation, changed: bytes) -> list[tuple[FunctionType, CodeType]] | None:
        """Each function that has the change, with its new code; None where the change acts on import."""
        name = str(Path(path).resolve())
        code = compile(changed, name, "exec", dont_inherit=True)
        for part in change.scope.split("."):
            under = [each for each in code.co_consts if isinstance(each, CodeType) and each.co_name == part]
            code = next((each for each in under if each.co_firstlineno <= change.line < _end(each)), code)
            if code.co_flags & inspect.CO_OPTIMIZED:
                functions = self.functions.get(_place(code), [])
                return [(each, code) for each in functions] or None
        return None


def _end(code: CodeType) -> int:
    lines = [line for _, _, line in code.co_lines() if line]
    inner = [_end(each) for each in code.co_consts if isinstance(each, CodeType)]
    return max([*lines, *inner], default=code.co_firstlineno) + 50


def _place(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def _run_items(items: Sequence[pytest.Item], say: Callable[[str], None]) -> int:
    """1 when a test fails, whose name is said."""
    from _pytest.runner import runtestprotocol

    for place, item in enumerate(items):
        following = items[place + 1] if place + 1 < len(items) else None
        reports = runtestprotocol(item, log=False, nextitem=following)
        if any(report.failed for report in reports):
            say(item.nodeid)
            return 1
    return 0


def _in_a_fork(work: Callable[[Callable[[str], None]], int], seconds: float) -> tuple[str, str]:
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        code = 1
        try:
            os.setsid()
            _limit(seconds)
            code = work(lambda text: _say(writer, text))
        finally:
            os._exit(code)
    os.close(writer)
    ended = _wait(child, seconds)
    with open(reader, "rb") as said:
        by = said.read().decode() if ended == 1 else ""
    return "slow" if ended is None else "killed" if ended else "survived", by


def _say(writer: int, text: str) -> None:
    os.write(writer, text.encode())


def _limit(seconds: float) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))


def _wait(child: int, seconds: float) -> int | None:
    """The exit code; None for a process that had to be stopped. What it started ends with it."""
    until, pause = time.monotonic() + 20 * seconds + 60, 0.002
    code: int | None = None
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            break
        time.sleep(pause)
        pause = min(2 * pause, 0.05)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if time.monotonic() >= until and code is None:
        os.waitpid(child, 0)
    return None if code in {None, -signal.SIGXCPU} else code


def _put_values(path: str, changed: bytes) -> bool:
    """Put the constants that are other ones now into all modules that have them; whether there were any.

    Much quicker than a pytest that imports all again, which is asked only where this changes nothing.
    """
    name = ".".join(Path(path).with_suffix("").parts).removesuffix(".__init__")
    if name not in sys.modules:
        return False
    old = vars(sys.modules[name])
    fresh: dict[str, object] = {"__name__": name, "__file__": str(Path(path).resolve())}
    exec(compile(changed, str(Path(path).resolve()), "exec", dont_inherit=True), fresh)
    changes = {
        key: value
        for key, value in fresh.items()
        if key in old and type(value) is type(old[key]) and _is_plain(value) and value != old[key]
    }
    for key, value in changes.items():
        before = old[key]
        for module in list(sys.modules.values()):
            if getattr(module, "__dict__", {}).get(key) is before:
                setattr(module, key, value)
    return bool(changes)


def _is_plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_plain, (*value, *value.values())))
    return all(map(_is_plain, value)) if isinstance(value, tuple | frozenset) else isinstance(value, _PLAIN)


def _on_its_own(tests: Sequence[str]) -> NoReturn:
    """Become a pytest that imports the changed file."""
    void = os.open(os.devnull, os.O_WRONLY)
    os.dup2(void, 1)
    os.dup2(void, 2)
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "mutants_inside", "-p", "no:cacheprovider", *tests]
    os.execv(sys.executable, command)


def pytest_configure() -> None:
    """Failing is enough: no search for the smallest example, no memory of earlier ones, the same cases each time."""
    import hypothesis

    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile(
        "mutants", database=None, deadline=None, derandomize=True, phases=phases, max_examples=MOST_EXAMPLES,
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    hypothesis.settings.load_profile("mutants")


def _files(wanted: Iterable[str]) -> list[str]:
    """The test files asked for, or all but the slow ones."""
    every = sorted(Path("tests").glob("test_*.py"))
    return list(wanted) or [str(each) for each in every if not any(each.match(f"{name}.py") for name in SLOW_FILES)]


def main() -> int:
    """pytest's exit code."""
    task = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    arguments = ["-q", "-p", "mutants_inside", "-p", "no:cacheprovider", "--assert=plain", "--tb=line"]
    if "map" in task:
        watch = coverage.Coverage(data_file=None, source=["planner"], config_file=False, messages=False)
        watch.start()
        pytest.main([*arguments, *_files(task["tests"])], [Mapper(watch, Path(task["map"]))])
        return 0
    told = Map.read(task["read"])
    until = time.monotonic() + 60 * task["minutes"]
    changer = Changer(
        told, [(path, number) for path, number in task["mutants"]], Path(task["verdicts"]), until, task["times"]
    )
    changer.output.write_text("[]")
    if files := changer.files():
        pytest.main([*arguments, *files], [changer])
    else:
        changer.unreached()
    return 0


if __name__ == "__main__":
    sys.exit(main())
