"""Nothing of the project runs and no input changes: every command, in a project full of traps, under an audit hook."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from audited import RULES, Rules
from promises import (
    CASES,
    EXEMPT,
    GIT_TRAPS,
    ROOT,
    TESTS,
    TRAPS,
    Ground,
    command_of,
    commands,
    make_ground,
    run_git,
    trap,
    tree_of,
)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the traps are shell scripts")

DEPENDENCIES = ("click", "coverage", "defusedxml", "highspy", "jinja2", "libcst", "msgspec", "networkx", "rich", "yaml")


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("trust") / "ground")


@dataclass(frozen=True)
class Watched:
    """One case: how it ended, the audit log, and what stood where before and after."""

    case: str
    done: subprocess.CompletedProcess[str]
    log: list[str]
    before: dict[str, tuple[object, ...]]
    after: dict[str, tuple[object, ...]]
    sprung: list[str]


@pytest.fixture(scope="module", params=CASES)
def watched(request: pytest.FixtureRequest, ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """A case, run once in a copy of the ground; both promises look at it."""
    case: str = request.param
    own = _moved(ground, tmp_path_factory.mktemp("case") / "ground")
    before = tree_of(own.root, own.base / "inputs")
    done, log = own.audited(case)
    return Watched(case, done, log, before, tree_of(own.root, own.base / "inputs"), own.sprung)


def _moved(ground: Ground, base: Path) -> Ground:
    """A copy with its own traps: marks are left beside the copy."""
    own = ground.copy(base)
    for name in TRAPS:
        (own.root / name).write_text(trap(base / "sprung", name), "utf-8")
    script = base / "trap.sh"
    script.write_text(script.read_text().replace(str(ground.base), str(base)))
    for hook in (own.root / "hooks").iterdir():
        shutil.copy(script, hook)
    for name, value in GIT_TRAPS.items():
        run_git(own.root, "config", name, value.format(trap=script))
    return own


def test_every_command_has_a_case_or_a_reason_to_have_none() -> None:
    assert {command_of(case) for case in CASES} == {"", *commands()} - set(EXEMPT)
    assert set(EXEMPT) == {"replay collect"}


def test_nothing_of_the_project_runs_and_nothing_is_started_but_sealed_git_and_workers(watched: Watched) -> None:
    began, ended = watched.log.count("began"), sum(line == "ended after many events" for line in watched.log)

    assert watched.done.returncode in (0, 1), watched.done.stderr
    assert "Traceback" not in watched.done.stderr
    assert [line for line in watched.log if line != "began" and not line.startswith("ended ")] == []
    assert watched.sprung == []
    assert began >= 1
    assert ended == began, "a process was not watched to its end"


def test_inputs_are_byte_identical_and_nothing_was_among_them_for_a_moment(watched: Watched) -> None:
    assert watched.after == watched.before


def test_git_is_asked_under_the_hook(ground: Ground, tmp_path: Path) -> None:
    """The cases above prove something of git only if it starts at all."""
    own = _moved(ground, tmp_path / "ground")

    done = own.run("pace", "--git", "--format", "json")

    assert json.loads(done.stdout)["tests_by_git"]["head"]


# The hook sees what it should

MISDEEDS = {
    "code of the project": "import runpy; runpy.run_path({module!r})",
    "a module of the project": "sys.path.insert(0, {root!r}); import harmless",
    "a text run by our own code": "exec(compile('exec(\"1\")', '/x/planner/model/x.py', 'exec'))",
    "a file written in the project": "open({module!r}, 'a')",
    "a file opened for writing at the lowest level": "import os; os.open({module!r}, os.O_RDWR)",
    "a file made in the home": "open({base!r} + '/home/new', 'w')",
    "a file taken away": "import os; os.remove({module!r})",
    "a file moved": "import os; os.rename({module!r}, {root!r} + '/other.py')",
    "a folder made": "import os; os.mkdir({root!r} + '/new')",
    "new times": "import os; os.utime({module!r})",
    "a database opened plainly": "import sqlite3; sqlite3.connect({root!r} + '/data')",
    "a process": "import subprocess; subprocess.run(['/bin/true'])",
    "a shell": "import os; os.system('true')",
    "a fork": "import os; os.fork() or os._exit(0)",
    "git as anybody runs it": "import subprocess; subprocess.run(['/usr/bin/git', '-C', {root!r}, 'status'])",
    "a worker where none is due": "import multiprocessing as m; m.get_context('spawn').Process().start()",
    "a name looked up": "import socket; socket.gethostbyname('localhost')",
    "a connection": "import socket; socket.socket(socket.AF_UNIX).connect_ex({base!r} + '/none')",
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ("root", "home", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "root" / "harmless.py").write_text("x = 1\n")
    return tmp_path


def _log_of(place: Path, script: str) -> list[str]:
    """What the hook writes down of a script; the first and the last line left out."""
    log, rules = place / "log", place / "rules.json"
    Rules(str(place / "root"), (str(place / "tmp"),), str(log)).write(str(rules))
    places = {"base": str(place), "root": str(place / "root"), "module": str(place / "root" / "harmless.py")}
    head = f"import sys; sys.path.insert(0, {str(TESTS)!r}); sys.dont_write_bytecode = True; import audited\n"
    subprocess.run(
        [sys.executable, "-c", head + script.format(**places)],
        env={"PATH": os.environ["PATH"], RULES: str(rules), "PYTHONSAFEPATH": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
        timeout=60,
    )
    return [line for line in log.read_text("utf-8").splitlines() if line != "began" and not line.startswith("ended ")]


@pytest.mark.parametrize("misdeed", MISDEEDS)
def test_the_hook_writes_a_misdeed_down(place: Path, misdeed: str) -> None:
    assert _log_of(place, MISDEEDS[misdeed])


def test_the_hook_is_silent_on_reading_parsing_and_writing_where_that_is_due(place: Path) -> None:
    script = (
        "import ast, sqlite3; ast.parse(open({module!r}, 'rb').read(), {module!r}); open({base!r} + '/tmp/x', 'w')\n"
        "compile('1', {module!r}, 'exec'); sqlite3.connect('file:{root}/none?mode=ro&immutable=1', uri=True)"
    )

    assert _log_of(place, script) == []


def test_the_traps_spring_where_they_are_run(ground: Ground, tmp_path: Path) -> None:
    own = _moved(ground, tmp_path / "ground")

    for name in TRAPS:
        own.run(str(own.root / name), program=(sys.executable, "-I"))
    python = own.sprung
    run_git(own.root, "status")

    assert python == sorted(name.replace("/", ".") for name in TRAPS)
    assert "git" in own.sprung


# Modules that shadow libraries

PLAN = ("plan", "--target", "70", "--format", "json")


@pytest.fixture
def shadows(ground: Ground, tmp_path: Path, is_script: bool) -> Iterator[Path]:
    """A folder with a module for each of the standard library and each dependency, to stand in.

    `python -m` itself imports some from there before the first line of any program: that is Python's to mend.
    """
    folder = tmp_path / "shadows"
    folder.mkdir()
    names = {*sys.stdlib_module_names, *DEPENDENCIES} - {"__main__"}
    for name in sorted(names if is_script else names - _imported_by_python_m(tmp_path)):
        (folder / f"{name}.py").write_text(trap(ground.base / "sprung", f"shadow.{name}"), "utf-8")
    yield folder
    for mark in (ground.base / "sprung").iterdir():
        mark.unlink()


def _imported_by_python_m(folder: Path) -> set[str]:
    (folder / "first.py").write_text("import sys\nprint(*sys.modules)\n")
    done = subprocess.run([sys.executable, "-m", "first"], cwd=folder, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console script as pip writes it."""
    path = tmp_path_factory.mktemp("bin") / "gapplan"
    lines = ("import sys", "from planner.__main__ import main", "if __name__ == '__main__':", "    sys.exit(main())")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("is_script", [True, False], ids=["gapplan", "python -m planner"])
def test_a_module_of_the_current_directory_shadows_no_library(
    ground: Ground, shadows: Path, script: Path, is_script: bool
) -> None:
    program = (sys.executable, str(script)) if is_script else (sys.executable, "-m", "planner")

    done = ground.run("-C", str(ground.root), *PLAN, program=program, cwd=shadows)

    assert ground.sprung == []
    assert done.returncode == 0, done.stderr
    assert done.stdout == ground.run(*PLAN).stdout


@pytest.mark.parametrize("is_script", [True, False], ids=["gapplan", "python -m planner"])
def test_a_module_of_the_current_directory_shadows_no_library_in_a_worker_either(
    ground: Ground, shadows: Path, script: Path, is_script: bool
) -> None:
    program = (sys.executable, str(script)) if is_script else (sys.executable, "-m", "planner")
    data = [str(ground.base / "inputs" / f"{name}.sqlite") for name in ("one", "two")]

    done = ground.run("replay", "score", *data, "--quick", "--jobs", "2", program=program, cwd=shadows)

    assert ground.sprung == []
    assert done.returncode == 0, done.stderr


def test_a_current_directory_that_holds_the_program_itself_still_starts_it(tmp_path: Path) -> None:
    """`python -m planner` in a checkout."""
    os.symlink(ROOT / "planner", tmp_path / "planner")
    done = subprocess.run(
        [sys.executable, "-m", "planner", "--version"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (0, "")
