"""An error is one line that says what, which file and what to do; Ctrl-C is quiet at every moment."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from makers import make_shop
from promises import Ground
from replays import shop as recorded_shop

Spoil = Callable[[Path], None]


@dataclass(frozen=True)
class Bad:
    """A bad input: what spoils the project, the call, and what the line has to name: the thing, then what to do."""

    words: str
    said: tuple[str, ...]
    spoil: Spoil = lambda root: None


def _written(name: str, content: str | bytes) -> Spoil:
    def spoil(root: Path) -> None:
        (root / name).write_bytes(content.encode() if isinstance(content, str) else content)

    return spoil


def _configured(line: str) -> Spoil:
    return _written("pyproject.toml", f"[tool.gapplan]\n{line}\n")


def _without_data(root: Path) -> None:
    (root / ".coverage").unlink()


BAD = {
    "no data": Bad("status", ("no coverage data", "coverage run"), _without_data),
    "data that is none": Bad("status --data notes.txt", ("notes.txt",), _written("notes.txt", "not data")),
    "data that is empty": Bad("status --data empty", ("empty",), _written("empty", "")),
    "data that is cut": Bad("status --data cut", ("cut",), _written("cut", b"SQLite format 3\0" + b"\0" * 50)),
    "data of another tree": Bad(
        "status --data lcov.info",
        ("/elsewhere/a.py", "-C", "[paths]"),
        _written("lcov.info", "SF:/elsewhere/a.py\nDA:1,1\nLF:1\nLH:1\nend_of_record\n"),
    ),
    "a target beyond 100": Bad("--target 101", ("101",)),
    "a target that is none": Bad("--target many", ("many", "12")),
    "a configuration that is no TOML": Bad("status", ("pyproject.toml",), _written("pyproject.toml", "[tool.gapplan")),
    "an unknown key": Bad("status", ("pyproject.toml", "traget"), _configured("traget = 1")),
    "a key of another type": Bad("status", ("pyproject.toml", "target"), _configured("target = []")),
    "no such folder": Bad("-C nowhere status", ("nowhere", "-C")),
    "no such rcfile": Bad("--rcfile nowhere.ini status", ("nowhere.ini",)),
    "no such report": Bad("unblock --junit nowhere.xml", ("nowhere.xml",)),
    "a report with entities": Bad(
        "unblock --junit j.xml",
        ("j.xml",),
        _written("j.xml", '<!DOCTYPE a [<!ENTITY b "c">]><testsuite>&b;</testsuite>'),
    ),
    "no such unit": Bad("explain shop/prices.py:Nobody", ("Nobody",)),
    "no such module": Bad("explain no.module", ("no.module",)),
    "no store": Bad("history --store nowhere.sqlite", ("nowhere.sqlite", "gapplan snapshot")),
    "a store that is none": Bad("history --store notes", ("notes",), _written("notes", "not a store, " * 100)),
    "no such snapshot": Bad("why @7 now --store s", ("s", "gapplan snapshot")),
    "an output without a folder": Bad("status -o no/such/page.md", ("no/such/page.md",)),
    "an output that is a folder": Bad("status -o shop", ("shop",)),
    "no such recording": Bad("replay score nowhere.sqlite", ("nowhere.sqlite",)),
    "rates that are none": Bad("replay score one.sqlite --rates r.toml", ("r.toml",), _written("r.toml", "= 1")),
    "receipts that are none": Bad("calibrate --receipts w.jsonl", ("w.jsonl:1",), _written("w.jsonl", "{")),
}  # fmt: skip


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    ground = Ground(tmp_path)
    (tmp_path / "home").mkdir()
    (tmp_path / "tmp").mkdir()
    ground.root.mkdir()
    make_shop(ground.root)
    return ground


@pytest.mark.parametrize("name", BAD)
def test_a_bad_input_is_one_line_that_names_it(ground: Ground, name: str) -> None:
    bad = BAD[name]
    if "one.sqlite" in bad.words:
        recorded_shop("one", 2, 2).write(ground.root)
    bad.spoil(ground.root)

    done = ground.run(*bad.words.split())

    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("gapplan: ")
    assert [each for each in bad.said if each not in line] == [], line


@pytest.mark.parametrize("name", ["no data", "an unknown key", "a store that is none"])
def test_the_traceback_comes_with_debug_and_the_line_is_the_same(ground: Ground, name: str) -> None:
    bad = BAD[name]
    bad.spoil(ground.root)

    plain, told = ground.run(*bad.words.split()), ground.run("--debug", *bad.words.split())

    assert "Traceback" in told.stderr
    assert told.stderr.splitlines()[-1:] == plain.stderr.splitlines()


@pytest.mark.parametrize(("words", "format"), [("status", "terminal"), ("status", "markdown"), ("rank", "terminal")])
def test_of_one_kind_there_are_five_lines_and_then_how_many_more(ground: Ground, words: str, format: str) -> None:
    for number in range(9):
        (ground.root / "shop" / f"broken{number}.py").write_text("def (\n")

    page = ground.run(*words.split(), "--format", format).stdout
    detailed = ground.run(*words.split(), "--format", format, "--detail").stdout

    shown = {number for number in range(9) if _names_as_skipped(page, f"broken{number}.py")}
    assert "and 4 more" in page
    assert len(shown) == 5
    assert "and 4 more" not in detailed
    assert all(_names_as_skipped(detailed, f"broken{number}.py") for number in range(9))


def _names_as_skipped(page: str, name: str) -> bool:
    return any(name in line and "invalid syntax" in line for line in page.replace("\n  ", " ").splitlines())


# Ctrl-C

INTERRUPTER = """
import signal, sys
moment = sys.argv.pop(1)
def strike(event, arguments):
    if event == "import" and arguments[0] == moment or event == "open" and str(arguments[0]).endswith(moment):
        signal.raise_signal(signal.SIGINT)
sys.addaudithook(strike)
sys.argv[0] = "gapplan"
from planner.__main__ import main
main()
"""

MOMENTS = {
    "click is loaded": "click",
    "the command is loaded": "planner.cli.repairs",
    "the configuration is read": "pyproject.toml",
    "the data is read": "planner.measure.inputs",
    "a source is read": "prices.py",
    "the solver is loaded": "planner.solve.options",
    "the plan is judged": "planner.model.gates",
    "the report is set": "planner.report.terminal",
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_ctrl_c_is_130_and_quiet_whenever_it_comes(ground: Ground, moment: str) -> None:
    (ground.root / "pyproject.toml").write_text("[tool.gapplan]\n")
    program = (sys.executable, "-P", "-c", INTERRUPTER, MOMENTS[moment])

    done = ground.run("plan", "--target", "90", program=program)

    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "")  # click ends the line of ^C


IMPORTER = """
import signal, time
from planner.__main__ import _interrupted
signal.signal(signal.SIGINT, _interrupted)
try:
    import struck
    print("imported")
    time.sleep(10)
except KeyboardInterrupt:
    print("interrupted")
"""

STRUCK = """
import signal

class Striking:
    def __set_name__(self, owner, name):
        signal.raise_signal(signal.SIGINT)  # Python makes a RuntimeError of what is raised here

class Struck:
    striking = Striking()
"""


def test_ctrl_c_during_an_import_is_raised_after_it(tmp_path: Path) -> None:
    (tmp_path / "struck.py").write_text(STRUCK)

    words = [sys.executable, "-c", IMPORTER]
    done = subprocess.run(words, check=True, cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert (done.stdout.split(), done.stderr) == (["imported", "interrupted"], "")


@pytest.mark.skipif(os.name == "nt", reason="process groups are those of POSIX")
@pytest.mark.parametrize("seconds", [0.3, 1.0, 2.0])
def test_ctrl_c_ends_worker_processes_quietly(ground: Ground, seconds: float) -> None:
    """A terminal sends it to all processes of the call at once."""
    recorded_shop("one", 8, 8).write(ground.root)
    recorded_shop("two", 8, 8).write(ground.root)
    started = subprocess.Popen(
        [sys.executable, "-P", "-m", "planner", "replay", "score", "one.sqlite", "two.sqlite", "--jobs", "2"],
        cwd=ground.root,
        env=ground.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )

    time.sleep(seconds)
    os.killpg(started.pid, signal.SIGINT)
    output, errors = started.communicate(timeout=30)

    assert started.returncode in (130, -signal.SIGINT)  # a shell says 130 of both
    assert (output, errors.strip()) == (b"", b"")
