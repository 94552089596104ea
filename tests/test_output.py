"""What gapplan writes is whole or an error, is left nowhere half, and says what is not in its totals."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from makers import make_shop

from planner.cli import gapplan
from planner.git import read_head
from planner.git.sealed import NoHistoryError, temporary_folder
from planner.streams import OutputError

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.skipif(os.name == "nt", reason="limits and descriptors of POSIX")

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
sys.argv = ["gapplan", "schema", "plan"]
from planner.cli import main
main()
"""
"""Prints some 40 kB where a file may have 1,000 bytes: the system takes a part of it and says how much."""


CLEAN = {"PYTHONDONTWRITEBYTECODE": "1"}
"""Python keeps half of a compiled module where it may not write more."""


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_disk_that_takes_a_part_of_the_report_is_an_error(tmp_path: Path, unbuffered: str) -> None:
    with (tmp_path / "report").open("wb") as output:
        done = subprocess.run(
            [sys.executable, "-P", "-c", LIMITED],
            stdout=output,
            stderr=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": unbuffered, **CLEAN},
            text=True,
            check=False,
            timeout=60,
        )

    assert done.returncode == 2
    assert done.stderr == "gapplan: standard output cannot be written (File too large)\n"


def test_what_is_not_buffered_is_the_same_in_the_same_encoding(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LC_ALL": "C", "PYTHONUTF8": "0"}
    make_shop(tmp_path)
    command = [sys.executable, "-P", "-m", "planner", "-C", str(tmp_path), "--no-cache", "status"]

    plain, raw = (
        subprocess.run(command, capture_output=True, env={**environment, **more}, check=False, timeout=60)
        for more in ({}, {"PYTHONUNBUFFERED": "1"})
    )

    assert (raw.returncode, raw.stdout, raw.stderr) == (plain.returncode, plain.stdout, plain.stderr)
    assert plain.returncode == 0
    assert raw.stdout.isascii()


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_an_output_that_is_interrupted_leaves_the_old_one_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    make_shop(tmp_path / "shop")
    target = tmp_path / "out" / "report.md"
    target.parent.mkdir()
    target.write_text("of an earlier run\n")

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(os, "replace", fail)
    words = ["-C", str(tmp_path / "shop"), "--no-cache", "status", "-o", str(target)]
    found = CliRunner().invoke(gapplan, words)

    assert found.exit_code != 0
    assert isinstance(found.exception, OutputError) or error is KeyboardInterrupt
    assert target.read_text() == "of an earlier run\n"
    assert [each.name for each in target.parent.iterdir()] == ["report.md"]


def test_an_output_has_the_rights_that_new_files_have(tmp_path: Path) -> None:
    make_shop(tmp_path / "shop")
    before = os.umask(0o027)
    try:
        CliRunner().invoke(gapplan, ["-C", str(tmp_path / "shop"), "--no-cache", "status", "-o", str(tmp_path / "new")])
    finally:
        os.umask(before)

    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o640


# What is left out of a total that is measured anew


@pytest.fixture
def kept(tmp_path: Path) -> list[str]:
    """The shop with a kept plan, of which one source then cannot be parsed; how a command of its store begins."""
    make_shop(tmp_path / "shop")
    words = ["-C", str(tmp_path / "shop"), "--no-cache"]
    store = ["--store", str(tmp_path / "store.sqlite")]
    saved = CliRunner().invoke(gapplan, [*words, "plan", "--target", "80", "--save", *store])
    assert saved.exit_code == 0, saved.output
    (tmp_path / "shop" / "shop" / "stock.py").write_text("def broken(:\n")
    return [*words, *store]


@pytest.mark.parametrize(
    "words", [("receipt",), ("why",), ("report", "@1", "now"), ("snapshot",), ("plan", "--resume")]
)
def test_a_command_that_measures_anew_names_what_is_not_in_the_total(kept: list[str], words: tuple[str, ...]) -> None:
    root, store = kept[:3], kept[3:]

    found = CliRunner().invoke(gapplan, [*root, *words, *store])

    assert found.exit_code in (0, 1), found.output
    assert "gapplan: left out: shop/stock.py: not valid Python" in found.stderr


# No folder for temporary files


@pytest.fixture
def full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current directory that Python takes for temporary files, since nothing else can be written."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_temporary_files_of_git_never_go_to_the_current_directory(full: Path) -> None:
    with pytest.raises(NoHistoryError, match="give one in TMPDIR"):
        temporary_folder()

    assert list(full.iterdir()) == []


def test_a_folder_that_was_named_for_temporary_files_is_taken(full: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(full))

    assert temporary_folder() == str(full)


def test_without_a_place_for_temporary_files_there_is_no_head(full: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=full, check=True)

    assert read_head(full).commit == ""
    assert [each.name for each in full.iterdir()] == [".git"]
