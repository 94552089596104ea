"""gapplan works where little is given: a read-only tree, no HOME, an ASCII locale, a closed or a full output."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from makers import SHOP, make_project, write_shop
from promises import CASES, Forked, Ground, in_forks, make_ground

pytestmark = pytest.mark.skipif(os.name == "nt", reason="mounts, rights and redirections are those of POSIX")

PLAN = ("plan", "--target", "70", "--format", "json")
GAPPLAN = (sys.executable, "-P", "-m", "planner")
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

SILENT = {"done"}
"""Commands that print nothing on standard output."""

TO_FILES = [case for case, words in CASES.items() if {"-o", "export", "import"} & set(words)]
"""Cases that print nothing either, since their output is a file or the store."""

FULL = ("plan", "snapshot", "completion", "schema", "--help")
"""What is tried on a full disk, too: one for each way in which something is printed."""


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("places") / "ground", has_traps=False)


# A tree that cannot be written

_READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && cd "$1" && shift && exec "$@"'


def _reading_only(folder: Path, ground: Ground) -> Sequence[str]:
    """What runs a command while nothing below `folder` can be written; skips where that cannot be had."""
    if os.geteuid():
        return ()
    words = ("unshare", "-m", "sh", "-c", _READ_ONLY, str(folder), str(ground.root))
    if not shutil.which("unshare") or subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("root can write everywhere, and there is no mount of its own to be had here")
    return words


def _forbid(folder: Path) -> None:
    """For others than root, rights do it."""
    if os.geteuid():
        for path in (folder, *folder.rglob("*")):
            path.chmod(path.stat().st_mode & ~0o222)


def test_a_read_only_tree_is_planned_as_any_other(ground: Ground, tmp_path: Path) -> None:
    own = ground.copy(tmp_path / "ground")
    plain = own.run(*PLAN)
    before = _reading_only(own.root, own)
    _forbid(own.root)

    done = own.run(*PLAN, program=(*before, *GAPPLAN))

    assert (done.returncode, done.stdout) == (plain.returncode, plain.stdout), done.stderr
    assert done.returncode == 0


def test_where_nothing_at_all_can_be_written_there_is_a_plan_and_no_snapshot(ground: Ground, tmp_path: Path) -> None:
    own = ground.copy(tmp_path / "ground")
    plain = own.run(*PLAN)
    before = _reading_only(own.base, own)
    _forbid(own.base)

    done = own.run(*PLAN, program=(*before, *GAPPLAN))
    refused = own.run("snapshot", program=(*before, *GAPPLAN))

    assert done.returncode == 0, done.stderr
    assert done.stdout == plain.stdout
    assert refused.returncode == 2
    (line,) = refused.stderr.splitlines()
    assert "home" in line


@pytest.mark.parametrize("home", [None, "", "/nonexistent", "relative"])
def test_without_a_home_there_is_a_plan_and_keeping_something_is_one_line(ground: Ground, home: str | None) -> None:
    environment = {"HOME": home} if home is not None else {}
    words = ["env", "-u", "HOME", *GAPPLAN] if home is None else list(GAPPLAN)

    done = ground.run(*PLAN, program=words, more=environment)
    refused = ground.run("snapshot", program=words, more=environment)

    assert done.returncode == 0, done.stderr
    assert done.stdout == ground.run(*PLAN).stdout
    assert refused.returncode == 2
    (line,) = refused.stderr.splitlines()
    assert "--store" in line


# A locale without letters


_IN_ASCII = [case for case in CASES if not case.startswith("replay")]


@pytest.fixture(scope="module")
def in_ascii(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Forked]:
    calls = {case: CASES[case] for case in _IN_ASCII}
    return in_forks(ground, calls, tmp_path_factory.mktemp("ascii") / "forks", ASCII)


@pytest.mark.parametrize("case", _IN_ASCII)
def test_in_an_ascii_locale_every_command_answers_in_ascii(in_ascii: dict[str, Forked], case: str) -> None:
    done = in_ascii[case]

    assert done.returncode in (0, 1), done.stderr
    assert (done.stdout + done.stderr).isascii()
    assert "Traceback" not in done.stderr


def test_names_that_are_not_ascii_are_found_in_an_ascii_locale_too(tmp_path: Path) -> None:
    """The data says in UTF-8 what the file system gives as bytes."""
    ground = Ground(tmp_path)
    (tmp_path / "home").mkdir()
    make_project(ground.root, {**SHOP, "src/shop/größe.py": "def f(x):\n    return x\n"})
    write_shop(ground.root, branch=True, prefix=f"{ground.root}/")

    plain, narrow = (ground.run("status", "--format", "json", more=environment) for environment in ({}, ASCII))

    assert plain.returncode == narrow.returncode == 0, narrow.stderr
    assert narrow.stdout == plain.stdout


# An output that takes nothing

_REDIRECTIONS = {">&-": "it is closed", ">/dev/full": "No space left on device"}
_CLOSED = [*(case for case in CASES if not case.startswith("replay")), "--help", "--version", "plan --help", "schema"]


@pytest.fixture(scope="module")
def on_closed(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Forked]:
    calls = {words: CASES.get(words, tuple(words.split())) for words in _CLOSED}
    return in_forks(ground, calls, tmp_path_factory.mktemp("closed") / "forks", {}, ">&-")


@pytest.mark.parametrize("words", _CLOSED)
def test_an_output_that_is_closed_is_one_line_and_2(on_closed: dict[str, Forked], words: str) -> None:
    done = on_closed[words]

    _check_nothing_taken(done.returncode, done.stderr, ">&-", has_output=words not in SILENT and words not in TO_FILES)


@pytest.mark.parametrize(
    ("words", "redirection"),
    [("plan", ">&-"), ("replay score", ">&-"), *((each, ">/dev/full") for each in FULL)],
)
def test_an_output_that_takes_nothing_is_one_line_and_2(
    ground: Ground, tmp_path: Path, words: str, redirection: str
) -> None:
    own = ground.copy(tmp_path / "ground")
    arguments = own.arguments(words) if words in CASES else words.split()

    done = own.run(*arguments, program=("bash", "-c", f'exec "$@" {redirection}', "bash", *GAPPLAN))

    _check_nothing_taken(done.returncode, done.stderr, redirection, has_output=True)


def _check_nothing_taken(code: int, errors: str, redirection: str, *, has_output: bool) -> None:
    assert "Traceback" not in errors
    assert "Exception ignored" not in errors
    if not has_output:
        assert code in (0, 1), errors
        return
    assert code == 2
    assert f"gapplan: standard output cannot be written ({_REDIRECTIONS[redirection]})" in errors.splitlines()


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full"])
def test_a_standard_error_that_takes_nothing_changes_no_report_and_no_exit_code(
    ground: Ground, redirection: str
) -> None:
    shell = ("bash", "-c", f'exec "$@" {redirection}', "bash", *GAPPLAN)

    shown, wrong = ground.run("-v", "status", program=shell), ground.run("--target", "101", program=shell)

    assert (shown.returncode, shown.stdout) == (0, ground.run("status").stdout)
    assert (wrong.returncode, wrong.stdout) == (2, "")
