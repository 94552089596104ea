"""The same call twice: the second answer is the first, at once, and only while nothing it was made from has changed."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from planner.answers import SETTLED_SECONDS, Watch, give_again

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="answers are kept on POSIX alone")


@dataclass(frozen=True)
class Answer:
    """What a call said; `is_again` where it was over before click was loaded."""

    code: int
    out: str
    err: str
    is_again: bool


@dataclass(frozen=True)
class Place:
    """A copy of the shop that has been left alone for long enough, with a cache, a state and a home of its own."""

    root: Path
    home: Path

    def ask(self, *arguments: str, **environment: str) -> Answer:
        """Run the command there and see whether click was loaded."""
        script = (
            "import sys, atexit\n"
            "atexit.register(lambda: print('CLICK', 'click' in sys.modules, file=sys.stderr))\n"
            f"sys.argv = ['gapplan', *{list(arguments)!r}]\n"
            "from planner.__main__ import main\n"
            "main()\n"
        )
        clean = {
            name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE", "GAPPLAN", "PYTEST"))
        }
        done = subprocess.run(
            [sys.executable, "-P", "-c", script],
            cwd=self.root,
            env={**clean, "HOME": str(self.home), "PYTHONPATH": str(ROOT), "COLUMNS": "100", **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        said, _, is_loaded = done.stderr.rpartition("CLICK ")
        return Answer(done.returncode, done.stdout, said, is_loaded.strip() == "False")


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop whose files were last changed some seconds ago."""
    folder = tmp_path_factory.mktemp("settled") / "shop"
    shutil.copytree(ROOT / "fixtures" / "shop", folder)
    time.sleep(SETTLED_SECONDS + 0.2)
    return folder


@pytest.fixture
def place(settled: Path, tmp_path: Path) -> Place:
    """The project itself is shared by the tests that leave it as it is."""
    (tmp_path / "home").mkdir()
    return Place(settled, tmp_path / "home")


@pytest.fixture
def own(settled: Path, tmp_path: Path) -> Place:
    """A copy for tests that change it, as old as any file that was just copied."""
    shutil.copytree(settled, tmp_path / "shop")
    (tmp_path / "home").mkdir()
    time.sleep(SETTLED_SECONDS + 0.2)
    return Place(tmp_path / "shop", tmp_path / "home")


@pytest.mark.parametrize(
    "arguments",
    [("--target", "+2"), ("status",), ("rank", "--format", "csv"), ("--target", "100"), ("doctor", "--format", "json")],
)
def test_the_same_call_is_answered_again_to_the_byte(place: Place, arguments: tuple[str, ...]) -> None:
    place.ask("status", "--quiet")  # makes the folder of the cache
    first = place.ask(*arguments)

    again = place.ask(*arguments)

    assert first.code in (0, 1)
    assert not first.is_again
    assert again.is_again
    assert (again.code, again.out, again.err) == (first.code, first.out, first.err)


def test_an_answer_is_for_the_same_call_in_the_same_surroundings(place: Place) -> None:
    for _ in range(2):
        place.ask("status")

    assert place.ask("status").is_again
    assert not place.ask("status", "--detail").is_again
    assert not place.ask("status", COLUMNS="80").is_again
    assert not place.ask("status", COVERAGE_FILE="elsewhere").is_again
    assert not place.ask("status", "--no-cache").is_again
    assert not place.ask("status", "--verbose").is_again


def _change_source(root: Path) -> None:
    with next(iter(sorted(root.glob("src/**/*.py")))).open("a") as file:
        file.write("\nadded = 1\n")


def _change_data(root: Path) -> None:
    (root / ".coverage").write_bytes((root / ".coverage").read_bytes() + b"\0")


def _configure(root: Path) -> None:
    with (root / "pyproject.toml").open("a") as file:
        file.write("\n[tool.gapplan]\ntotal = 'whole-tree'\n")


def _add_source(root: Path) -> None:
    folder = next(path.parent for path in sorted(root.glob("src/**/__init__.py")))
    (folder / "quite_new.py").write_text("value = 1\n")


def _take_test(root: Path) -> None:
    next(iter(sorted(root.glob("tests/**/test_*.py")))).unlink()


def _new_configuration(root: Path) -> None:
    (root / ".coveragerc").write_text("[report]\nprecision = 3\n")


def _touch_back(root: Path) -> None:
    """Other bytes of the same length, with the old time: only the moment of the change itself tells."""
    path = next(iter(sorted(root.glob("src/**/*.py"))))
    found, text = path.stat(), path.read_bytes()
    path.write_bytes(text[:-1] + (b" " if text[-1:] != b" " else b"\n"))
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


@pytest.mark.parametrize(
    "change",
    [_change_source, _change_data, _configure, _add_source, _take_test, _new_configuration, _touch_back],
    ids=lambda change: change.__name__.strip("_"),
)
def test_after_a_change_the_answer_is_made_anew(own: Place, change: Callable[[Path], None]) -> None:
    for _ in range(2):
        own.ask("--target", "+2", "--format", "json")
    assert own.ask("--target", "+2", "--format", "json").is_again

    change(own.root)

    answer = own.ask("--target", "+2", "--format", "json")
    assert not answer.is_again
    assert answer.out == own.ask("--target", "+2", "--format", "json", "--no-cache").out


@pytest.mark.parametrize("event", ["open", "os.scandir"])
def test_what_was_changed_a_moment_ago_is_read_again(tmp_path: Path, event: str) -> None:
    """Within a tick of the file system's clock nobody could tell a further change."""
    file = tmp_path / "root" / "new.py"
    file.parent.mkdir()
    file.write_text("new = 1")
    kept = tmp_path / "cache" / "answers" / "x"
    watched = Watch(kept)
    watched.say("out", "a report")

    watched.hear(event, (str(file), "rb", 0) if event == "open" else (str(file.parent),))
    watched.keep(0)

    assert not kept.exists()


def test_a_run_that_writes_or_fails_is_never_answered_again(own: Place) -> None:
    for _ in range(2):
        own.ask("status")

    for arguments in (("status", "-o", "out.txt"), ("snapshot", "--store", "kept"), ("--target", "nonsense")):
        assert [own.ask(*arguments).is_again for _ in range(3)] == [False] * 3


def test_data_from_a_pipe_is_read_each_time(own: Place) -> None:
    watched = Watch(own.home / "cache" / "answers" / "x")

    watched.hear("open", (0, "rb", 0))

    assert not watched.is_pure


def test_a_damaged_answer_is_no_answer(place: Place) -> None:
    for _ in range(2):
        place.ask("status")
    kept = next(iter((place.home / ".cache" / "gapplan" / "answers").iterdir()))
    content = kept.read_bytes()

    for damaged in (b"", content[:-9], content.replace(b"covered", b"cowered", 1), b"gapplan answer 1 x\n[]"):
        kept.write_bytes(damaged)
        answer = place.ask("status")

        assert answer.code == 0
        assert not answer.is_again
        kept.write_bytes(content)


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("subprocess.Popen", ("git", ["git"], None, None)),
        ("socket.connect", (None, ("127.0.0.1", 1))),
        ("open", ("report.txt", "w", os.O_WRONLY)),
        ("os.rename", (Path("a"), Path("b"), -1, -1)),
        ("os.mkdir", (Path("elsewhere"), 0o777, -1)),
        ("os.scandir", (5,)),
        ("gapplan.read_elsewhere", ()),
    ],
)
def test_whatever_is_more_than_reading_spoils_the_answer(
    tmp_path: Path, event: str, arguments: tuple[object, ...]
) -> None:
    watched = Watch(tmp_path / "cache" / "answers" / "x")

    watched.hear(event, arguments)

    assert not watched.is_pure


def test_writing_to_the_cache_spoils_nothing(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    watched = Watch(cache / "answers" / "x")

    watched.hear("os.mkdir", (cache, 0o700, -1))
    watched.hear("open", (str(cache / "facts.draft"), None, os.O_WRONLY | os.O_CREAT))
    watched.hear("os.rename", (cache / "facts.draft", cache / "facts", -1, -1))

    assert watched.is_pure


def test_a_file_that_was_only_looked_for_spoils_the_answer_once_it_is_there(tmp_path: Path) -> None:
    outside, kept = tmp_path / "installed.py", tmp_path / "cache" / "answers" / "x"
    watched = Watch(kept)
    watched.hear("gapplan.looked_for", (str(outside),))
    watched.say("out", "answer")
    kept.parent.mkdir(parents=True)

    watched.keep(0)
    before = give_again(kept, lambda _, __: None)
    outside.write_text("")

    assert (before, give_again(kept, lambda _, __: None)) == (0, None)
