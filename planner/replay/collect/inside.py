"""The script that runs the project's code: measures one job inside the project's own interpreter, as a copy.

It needs coverage (5 or later), for tests pytest, and nothing of gapplan. Python 3.8 or later. Only the shapes of
`Job` and `Answer` are imported by gapplan itself.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import platform
import sys
import time
import warnings
from types import ModuleType
from typing import TYPE_CHECKING, Callable, Iterator, TypedDict  # noqa: UP035  (Python 3.8 has no other place for them)

if TYPE_CHECKING:
    import coverage
    from coverage.data import CoverageData

NEEDED = ("pytest", "coverage")
"""What the project's interpreter must have."""


class Job(TypedDict):
    """What to measure. `kind` is "suite", "collect" or "import" (of `module`); `folder` is the job's own.

    `rcfile` is the project's coverage configuration, "" for none; `files` are those whose statements are asked for.
    """

    kind: str
    root: str
    folder: str
    rcfile: str
    arguments: list[str]
    module: str
    files: list[str]


class TestRow(TypedDict):
    """One test function, all its parameters together; `code_line` counts from 1 and is a decorator's if it has one."""

    fid: str
    file: str
    cls: str | None
    func: str
    nparams: int
    code_file: str
    code_line: int
    fixtures: list[tuple[str, str, str, int]]
    outcomes: dict[str, int]
    dur: float


class Answer(TypedDict):
    """What was measured: lines by context and path, as hexadecimal numbers with bit n for line n.

    `missing` names libraries that the interpreter lacks; then everything else is empty.
    """

    missing: list[str]
    versions: dict[str, str]
    code: int
    seconds: float
    lines: dict[str, dict[str, str]]
    statements: dict[str, str]
    tests: list[TestRow]
    errors: dict[str, str]


def main() -> None:
    """Read the job from the file that is named, and write the answer beside it, whole or not at all."""
    own = os.getpid()
    with open(sys.argv[1], encoding="utf-8") as file:
        job: Job = json.load(file)
    answer = _answer(job)
    if os.getpid() != own:  # a process that a test forked and never ended
        return
    draft = os.path.join(job["folder"], "answer.draft")
    with open(draft, "w", encoding="utf-8") as file:
        json.dump(answer, file)
    os.replace(draft, os.path.join(job["folder"], "answer.json"))


def _answer(job: Job) -> Answer:
    answer: Answer = {
        "missing": [name for name in NEEDED if importlib.util.find_spec(name) is None],
        "versions": {"python": platform.python_version()},
        "code": 0,
        "seconds": 0.0,
        "lines": {},
        "statements": {},
        "tests": [],
        "errors": {},
    }
    if not answer["missing"]:
        _measure(job, answer)
    return answer


def _measure(job: Job, answer: Answer) -> None:
    """The tracer runs before pytest and the product are imported."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # coverage.py's hints are about reports that nobody makes here
        tracer = _tracer(job)
    own = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [job["root"], *(each for each in sys.path if each != own)]  # as `python -m pytest` has it
    start = time.perf_counter()
    tracer.start()
    try:
        if job["kind"] == "import":
            _import(job["module"], answer)
        else:
            _run_pytest(job, answer, tracer)
    finally:
        tracer.stop()
    answer["seconds"] = time.perf_counter() - start
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answer["lines"] = _lines_by_context(tracer.get_data(), job["root"])
        answer["statements"] = dict(_statements(job))
    answer["versions"]["coverage"] = sys.modules["coverage"].__version__


def _tracer(job: Job) -> coverage.Coverage:
    """Lines only, by the C tracer, of everything below the root; of the project's settings only the concurrency.

    Processes that tests start are not measured: their lines could not be told apart by test.
    """
    import coverage

    os.environ["COVERAGE_CORE"] = "ctrace"
    asked = _configured(job).get_option("run:concurrency")
    concurrency = [str(each) for each in asked if each != "multiprocessing"] if isinstance(asked, list) else []
    return coverage.Coverage(
        data_file=os.path.join(job["folder"], "coverage"),
        config_file=False,
        source=[job["root"]],
        branch=False,
        concurrency=concurrency or ["thread"],
    )


def _configured(job: Job) -> coverage.Coverage:
    """coverage.py with the project's own configuration, only ever asked, never started."""
    import coverage

    return coverage.Coverage(data_file=None, config_file=job["rcfile"] or False)


def _import(module: str, answer: Answer) -> None:
    try:
        importlib.import_module(module)
    except BaseException as error:  # a module may even ask to exit; what it ran until then is what counts
        answer["errors"][module] = _one_line(error)


def _one_line(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]


def _run_pytest(job: Job, answer: Answer, tracer: coverage.Coverage) -> None:
    import pytest

    arguments = job["arguments"]
    plugin = _load_plugin()
    suite = plugin.Suite(job["root"], tracer.switch_context, _teller(job["folder"]))
    sys.argv = ["pytest", *arguments]
    answer["code"] = int(pytest.main(arguments, plugins=[suite]))
    answer["tests"] = list(suite.rows.values())
    answer["errors"] = suite.errors
    answer["versions"]["pytest"] = pytest.__version__


def _load_plugin() -> ModuleType:
    """The copy beside this file, under a name that no project has."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "plugin.py")
    spec = importlib.util.spec_from_file_location("gapplan_replay_plugin", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _teller(folder: str) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        with open(os.path.join(folder, "progress"), "w", encoding="ascii") as file:
            file.write(f"{done} of {total} tests")

    return tell


def _lines_by_context(data: CoverageData, root: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, int]] = {}
    for path in data.measured_files():
        name = _relative(path, root)
        if not name:
            continue
        for line, contexts in data.contexts_by_lineno(path).items():
            for context in contexts:
                rows = found.setdefault(context, {})
                rows[name] = rows.get(name, 0) | 1 << line
    return {context: {name: f"{bits:x}" for name, bits in rows.items()} for context, rows in found.items()}


def _relative(path: str, root: str) -> str:
    """Nothing for what lies outside the root."""
    inside = os.path.relpath(os.path.realpath(path), root).replace(os.sep, "/")
    return "" if inside.startswith("../") or os.path.isabs(inside) else inside


def _statements(job: Job) -> Iterator[tuple[str, str]]:
    """By this interpreter's own parser and the project's exclusions, as `coverage report` counts them."""
    from coverage.exceptions import CoverageException

    configured = _configured(job)
    for name in job["files"]:
        try:
            _, statements, _, _, _ = configured.analysis2(os.path.join(job["root"], name))
        except CoverageException:  # no Python of this version
            continue
        yield name, f"{sum(1 << line for line in statements):x}"


if __name__ == "__main__":
    main()
