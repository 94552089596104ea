"""Recording a project: its suite runs in its own Python, and each line that ran is some test's or some fixture's."""

import json
import lzma
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from planner.cli import gapplan
from planner.errors import ConfigError
from planner.model.lines import Lines, lines_of
from planner.replay.collect import CollectError, Order, collect, project_name, record, write_recording
from planner.replay.collect.files import ProjectFile
from planner.replay.collect.launch import open_workshop
from planner.replay.collect.table import Collected
from planner.replay.data import PHASES, RecordedTest, Recording, read_recording
from planner.replay.project import Project, read_project

SOURCES = {
    "pkg/__init__.py": "",
    "pkg/__main__.py": "raise SystemExit('a program, not to be imported')\n",
    "pkg/core.py": """\
        import pkg.base


        def add(a, b):
            if a > 100:
                return None
            return pkg.base.same(a) + b


        def open_it():
            return [1]


        def close_it(it):
            it.clear()


        def never():  # pragma: no cover
            return 0
        """,
    "pkg/base.py": """\
        def same(value):
            return value


        def begin():
            return "module"


        def late():
            return "asked for by name"
        """,
    "pkg/broken.py": """\
        FIRST = 1
        import no_such_library
        """,
    "tests/conftest.py": """\
        import pytest

        from pkg import base, core


        @pytest.fixture(scope="session")
        def opened():
            it = core.open_it()
            yield it
            core.close_it(it)


        @pytest.fixture(scope="module")
        def begun(opened):
            return base.begin()


        @pytest.fixture
        def late():
            return base.late()
        """,
    "tests/test_core.py": """\
        import pytest

        from pkg import core


        def test_first_user(begun):
            assert begun


        def test_second_user(begun):
            assert core.add(1, 2) == 3


        @pytest.mark.parametrize("a", [1, 2, 101])
        def test_add(a):
            assert core.add(a, 1) == a + 1


        class TestShared:
            @pytest.fixture(scope="class")
            def number(self):
                return core.add(1, 1)

            def test_number(self, number):
                assert number == 2

            @pytest.mark.parametrize("name", ["a[b]"])
            def test_late(self, name, request):
                assert request.getfixturevalue("late")
        """,
    "tests/test_missing.py": "import no_such_library\n",
    "setup.cfg": """\
        [tool:pytest]
        addopts = -x
        """,
}


def _lines(*numbers: int) -> Lines:
    return lines_of(numbers)


def _write(root: Path, sources: Mapping[str, str] = SOURCES) -> Path:
    for path, text in sources.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(textwrap.dedent(text), "utf-8")
    return root


def _files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _small(root: Path, test: str, **more: str) -> Path:
    """A project of one module and one test file."""
    return _write(root, {"mod.py": "def f():\n    return 1\n", "test_mod.py": f"import mod\n\n\n{test}\n", **more})


def _order(root: Path, *arguments: str, python: str = sys.executable) -> Order:
    return Order(root.resolve(), python, arguments)


@pytest.fixture(scope="module", autouse=True)
def _without_plugins() -> Iterator[None]:
    """pytest starts in half the time without what happens to be installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project `shop-1.0`, and beside it what was recorded of it."""
    folder = tmp_path_factory.mktemp("collect")
    root = _write(folder / "shop-1.0")
    before = _files(root)
    record(_order(root), folder / "shop.sqlite")
    assert _files(root) == before, "the project's tree is not written to"
    return folder


@pytest.fixture(scope="module")
def recording(folder: Path) -> Recording:
    return read_recording(folder / "shop.sqlite")


@pytest.fixture(scope="module")
def project(folder: Path) -> Project:
    return read_project(folder / "shop.sqlite", folder)


def _test(recording: Recording, name: str) -> RecordedTest:
    return next(test for test in recording.tests if test.name.endswith(f"::{name}"))


def _ran(recording: Recording, context: str, path: str) -> Lines:
    number = next(file.number for file in recording.files if file.path == path)
    return recording.ran.get(context, {}).get(number, 0)


def _of_test(recording: Recording, name: str, path: str) -> Lines:
    found = 0
    for phase in PHASES:
        found |= _ran(recording, f"T|{_test(recording, name).name}|{phase}", path)
    return found


def test_product_and_tests_are_told_apart_and_modules_named(recording: Recording) -> None:
    assert {file.path: file.module for file in recording.files if not file.is_test} == {
        "pkg/__init__.py": "pkg",
        "pkg/__main__.py": "pkg.__main__",
        "pkg/base.py": "pkg.base",
        "pkg/broken.py": "pkg.broken",
        "pkg/core.py": "pkg.core",
    }
    assert [file.path for file in recording.files if file.is_test] == [
        "tests/conftest.py",
        "tests/test_core.py",
        "tests/test_missing.py",
    ]


def test_statements_are_those_of_coverage_with_its_exclusions(recording: Recording) -> None:
    core = next(file for file in recording.files if file.path == "pkg/core.py")

    assert core.statements == _lines(1, 4, 5, 6, 7, 10, 11, 14, 15)


def test_a_test_function_is_one_row_for_all_its_parameters(recording: Recording) -> None:
    assert [test.name for test in recording.tests] == [
        "tests/test_core.py::test_first_user",
        "tests/test_core.py::test_second_user",
        "tests/test_core.py::test_add",
        "tests/test_core.py::TestShared::test_number",
        "tests/test_core.py::TestShared::test_late",
    ]
    assert _of_test(recording, "test_add", "pkg/core.py") == _lines(5, 6, 7)


def test_a_test_begins_at_its_decorator(recording: Recording) -> None:
    assert (_test(recording, "test_add").code_file, _test(recording, "test_add").code_line) == (
        "tests/test_core.py",
        14,
    )


def test_a_failed_parameter_does_not_end_the_run_where_the_project_says_so(recording: Recording) -> None:
    assert all(test.has_passed for test in recording.tests)
    assert recording.tests[-1].name.endswith("test_late")


def test_a_shared_fixture_is_paid_by_no_test_but_known_to_all_that_use_it(recording: Recording) -> None:
    for name in ("test_first_user", "test_second_user"):
        shared = {fixture.name: fixture.scope for fixture in _test(recording, name).fixtures}

        assert shared == {"tests::opened": "session", "tests::begun": "module"}
        assert not _of_test(recording, name, "pkg/core.py") & _lines(11, 15)
        assert not _of_test(recording, name, "pkg/base.py") & _lines(6)

    assert _ran(recording, "F|tests::begun", "pkg/base.py") == _lines(6)


def test_what_a_shared_fixture_ends_with_is_its_own_too(recording: Recording) -> None:
    assert _ran(recording, "F|tests::opened", "pkg/core.py") == _lines(11, 15)
    assert not _of_test(recording, "test_late", "pkg/core.py")


def test_a_fixture_of_a_class_bears_its_name(recording: Recording) -> None:
    context = "F|tests/test_core.py::TestShared::number"

    assert _ran(recording, context, "pkg/core.py") == _lines(5, 7)
    assert f"F|{_test(recording, 'test_number').fixtures[0].name}" == context


def test_a_fixture_asked_for_by_name_is_known(recording: Recording) -> None:
    assert "tests::late" in [fixture.name for fixture in _test(recording, "test_late").fixtures]
    assert _of_test(recording, "test_late", "pkg/base.py") == _lines(10)


def test_importing_a_module_runs_what_it_imports(recording: Recording) -> None:
    paths = {file.number: file.path for file in recording.files}
    imports = {
        module: {paths[number]: bits for number, bits in rows.items()} for module, rows in recording.imports.items()
    }

    assert imports == {
        "pkg.base": {"pkg/base.py": _lines(1, 5, 9)},
        "pkg.broken": {"pkg/broken.py": _lines(1, 2)},
        "pkg.core": {"pkg/base.py": _lines(1, 5, 9), "pkg/core.py": _lines(1, 4, 10, 14)},
    }


def test_collecting_a_test_file_runs_the_product_it_imports(recording: Recording) -> None:
    (number,) = (file.number for file in recording.files if file.path == "pkg/core.py")

    assert list(recording.collected) == ["tests/test_core.py"]
    assert recording.collected["tests/test_core.py"][number] == _lines(1, 4, 10, 14)


def test_replay_reads_the_recording(project: Project) -> None:
    assert project.modules["pkg/core.py"] == "pkg.core"
    assert len(project.tests) == 5
    assert project.layout.take("pkg/core.py", project.full) == _lines(1, 4, 5, 6, 7, 10, 11, 14, 15)


def test_outcomes_are_in_the_words_of_pytest(tmp_path: Path) -> None:
    test = """\
import pytest

@pytest.fixture
def bad():
    raise OSError

def test_error(bad): pass
def test_failed(): assert mod.f() == 2
def test_skipped(): pytest.skip("later")
@pytest.mark.xfail
def test_xfailed(): assert False
@pytest.mark.xfail
def test_xpassed(): pass
@pytest.mark.parametrize("n", [1, 2])
def test_both(n): assert n == 1
"""

    with open_workshop(_small(tmp_path, test), sys.executable, "") as workshop:
        found = workshop.run_suite((), (), lambda _: None)

    assert {row["func"]: row["outcomes"] for row in found["tests"]} == {
        "test_error": {"error": 1},
        "test_failed": {"failed": 1},
        "test_skipped": {"skipped": 1},
        "test_xfailed": {"xfailed": 1},
        "test_xpassed": {"xpassed": 1},
        "test_both": {"passed": 1, "failed": 1},
    }


def test_a_recording_is_packed_where_its_name_says_so(tmp_path: Path) -> None:
    collected = Collected({}, [ProjectFile("mod.py", "mod", "e")], [], {"": {"mod.py": "f", "other.py": "2"}}, {}, {})

    write_recording(collected, tmp_path / "one.sqlite.xz")

    assert lzma.decompress((tmp_path / "one.sqlite.xz").read_bytes()).startswith(b"SQLite format 3")
    assert read_recording(tmp_path / "one.sqlite.xz").ran == {"": {1: 0xE}}


def test_the_same_collection_gives_the_same_bytes_as_readable_as_other_files(tmp_path: Path) -> None:
    rows = {"b.py": "2", "a.py": "2"}
    files = [ProjectFile("a.py", "a", "2"), ProjectFile("b.py", "b", "2")]

    write_recording(Collected({}, files, [], {"": rows, "T": rows}, {"b": rows}, {}), tmp_path / "one.sqlite")
    turned = dict(reversed(rows.items()))
    write_recording(Collected({}, files, [], {"T": turned, "": turned}, {"b": turned}, {}), tmp_path / "two.sqlite")
    (tmp_path / "other").write_text("")

    assert (tmp_path / "one.sqlite").read_bytes() == (tmp_path / "two.sqlite").read_bytes()
    assert (tmp_path / "one.sqlite").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize(
    ("test", "argument", "message"),
    [
        ("X = 1", "-q", "pytest found no tests"),
        ("def test_f(): pass", "--no-such-option", "pytest does not understand its options: .*no-such-option"),
        ("import os\nos._exit(3)", "-q", "ended without an answer"),
        ("def test_f(): pass", "-q", "the tests ran no line of it, so another copy is installed; run .* -e "),
    ],
)
def test_a_suite_that_gives_nothing_is_an_error_in_one_line(
    tmp_path: Path, test: str, argument: str, message: str
) -> None:
    root = _write(tmp_path / "one", {"src/pkg/__init__.py": "X = 1\n", "test_mod.py": test})

    with pytest.raises(CollectError, match=message):
        record(Order(root, sys.executable, (argument,), source=("pkg",)), tmp_path / "one.sqlite")

    assert not (tmp_path / "one.sqlite").exists()


def test_an_interpreter_without_pytest_is_named_with_the_mend(tmp_path: Path) -> None:
    root = _small(tmp_path / "one", "def test_f():\n    mod.f()")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -S -E "$@"\n')
    python.chmod(0o755)

    with pytest.raises(
        CollectError, match=r"has no pytest and coverage; run `.*python -m pip install pytest coverage`"
    ):
        collect(_order(root, python=str(python)))


def test_an_interpreter_that_does_not_start_is_named(tmp_path: Path) -> None:
    root = _small(tmp_path, "def test_f():\n    mod.f()")

    with pytest.raises(CollectError, match="no-such-python: cannot be started"):
        collect(_order(root, python="no-such-python"))


def test_a_place_that_cannot_be_written_is_known_before_any_test_runs(tmp_path: Path) -> None:
    root = _small(tmp_path, "open('ran', 'w').close()\n\n\ndef test_f():\n    mod.f()")

    with pytest.raises(CollectError, match="cannot be written"):
        record(_order(root), tmp_path / "nowhere" / "one.sqlite")

    assert not (root / "ran").exists()


_WAITS = """\
import os, time

with open("pid", "w") as file:
    file.write(f"{os.getpid()}")
time.sleep(60)
"""


@pytest.mark.parametrize("path", ["conftest.py", "imported_by_a_probe_alone.py"])
def test_a_run_that_is_interrupted_leaves_neither_file_nor_process(tmp_path: Path, path: str) -> None:
    root = _small(tmp_path / "one", "def test_f():\n    mod.f()", **{path: _WAITS})
    out = tmp_path / "one.sqlite"
    process = subprocess.Popen(
        [sys.executable, "-m", "planner", "replay", "collect", str(root), "-o", str(out)],
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    deadline = time.monotonic() + 10
    while not (root / "pid").exists() or not (root / "pid").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)

    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=10)
    finally:
        process.kill()

    assert process.returncode == 130
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
    with pytest.raises(ProcessLookupError):
        os.kill(int((root / "pid").read_text()), 0)


@pytest.mark.parametrize(
    ("folder", "name"), [("click-8.1.8", "click"), ("my-shop", "my-shop"), ("a-b-2", "a-b"), ("shop", "shop")]
)
def test_a_project_is_named_without_its_version(folder: str, name: str) -> None:
    assert project_name(Path("/x") / folder) == name


def test_the_command_says_at_once_that_it_runs_the_code_and_then_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = "def test_one():\n    mod.f()\n\n\ndef test_two():\n    mod.f()"
    root = _small(tmp_path / "one-2.0", test)
    monkeypatch.chdir(tmp_path)

    found = CliRunner().invoke(gapplan, ["replay", "collect", str(root), "--tests=-k=two"], catch_exceptions=False)

    told = found.stderr.splitlines()
    assert told[0] == f"gapplan: this runs the code of the project {root}, its tests and its modules"
    assert [line for line in told if " ran in " not in line][1:] == [
        "gapplan: the test suite of one-2.0 runs",
        "gapplan: 1 modules are imported, each in a fresh process",
        "gapplan: 1 test files are collected, each in a fresh process",
        f"gapplan: wrote {tmp_path / 'one.sqlite'}",
    ]
    assert [each.name for each in read_recording(tmp_path / "one.sqlite").tests] == ["test_mod.py::test_two"]


def test_the_help_says_that_it_runs_the_code() -> None:
    found = CliRunner().invoke(gapplan, ["replay", "collect", "--help"])

    assert "THIS RUNS THE PROJECT'S CODE" in found.output


def test_a_project_that_is_no_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such directory"):
        CliRunner().invoke(gapplan, ["replay", "collect", str(tmp_path / "none")], catch_exceptions=False)


def test_no_other_room_starts_the_run() -> None:
    package = Path(str(sys.modules["planner"].__file__)).parent
    users = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "planner.replay.collect" in path.read_text("utf-8") and "replay/collect/" not in path.as_posix()
    }

    assert users == {"cli/replay.py", "replay/plugin.py"}


def test_nothing_in_a_recording_names_the_machine(folder: Path) -> None:
    content = (folder / "shop.sqlite").read_bytes()

    assert str(folder).encode() not in content
    assert sys.prefix.encode() not in content


def test_what_is_known_of_the_run_is_kept(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "shop.sqlite")) as database:
        about = json.loads(database.execute("SELECT value FROM meta WHERE key = 'info'").fetchone()[0])

    assert about["name"] == "shop"
    assert about["outcomes"] == {"failed": 1, "passed": 6}
    assert (about["n_test_funcs"], about["n_test_files"]) == (5, 1)
    assert about["probe_errors"] == {"pkg.broken": "ModuleNotFoundError: No module named 'no_such_library'"}
    assert about["collect_errors"] == {
        "tests/test_missing.py": "E   ModuleNotFoundError: No module named 'no_such_library'"
    }


def test_plugins_that_would_run_or_trace_the_tests_themselves_do_nothing(tmp_path: Path) -> None:
    """Stand-ins that take the options of pytest-xdist and pytest-cov, and look at them when those plugins do."""
    plugin = """\
import pytest

def pytest_addoption(parser):
    parser.addoption("--numprocesses", type=int)
    parser.addoption("--cov", dest="cov_source")
    parser.addoption("--no-cov", action="store_true")

@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config):
    assert early_config.known_args_namespace.no_cov

@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    assert config.option.numprocesses == 0
"""
    settings = "[pytest]\naddopts = -p meddling --numprocesses=4 --cov=mod --maxfail=1\n"
    test = "def test_bad():\n    assert 0\n\n\ndef test_good():\n    mod.f()"
    root = _small(tmp_path, test, **{"meddling.py": plugin, "pytest.ini": settings})

    with open_workshop(root, sys.executable, "") as workshop:
        found = workshop.run_suite((), (), lambda _: None)

    assert [row["outcomes"] for row in found["tests"]] == [{"failed": 1}, {"passed": 1}]


def test_a_module_that_waits_for_ever_costs_its_own_probe_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.replay.collect.launch.PROBE_SECONDS", 2.0)
    root = _small(tmp_path, "", **{"slow.py": _WAITS})

    with open_workshop(root, sys.executable, "") as workshop:
        found = workshop.probe(["slow", "mod"], "import")

    assert found["slow"] == "no answer after 2 seconds"
    assert found["mod"] != "no answer after 2 seconds"
    with pytest.raises(ProcessLookupError):
        os.kill(int((root / "pid").read_text()), 0)


def test_a_long_run_says_now_and_then_how_many_tests_are_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.replay.collect.launch.TOLD_EVERY_SECONDS", 0.0)
    test = "import time\n\n\ndef test_f():\n    pass\n\n\ndef test_g():\n    time.sleep(1)"
    told: list[str] = []

    with open_workshop(_small(tmp_path, test), sys.executable, "") as workshop:
        workshop.run_suite((), (), told.append)

    assert [line for line in told if line.startswith("1 of 2 tests, ")]
