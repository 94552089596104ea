"""Test functions by git are what reading each version would count, and nothing of the repository is run for it."""

import os
import random
import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_git import commit, git

from planner.cli import gapplan
from planner.git import sealed
from planner.git.tests import read_test_growth
from planner.measure import is_test_path
from planner.model.measurement import Skipped
from planner.model.pace import TestGrowth

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the traps are shell scripts")

ONE, TWO = "def test_one():\n    pass\n", "class TestIt:\n    async def test_two(self):\n        pass\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    return folder


def growth(root: Path, *, until: date | None = None) -> TestGrowth:
    found = read_test_growth(root, is_test_path, until=until)
    assert isinstance(found, TestGrowth), found
    return found


def _net(root: Path) -> list[tuple[str, int, int]]:
    return [(each.day.isoformat(), each.added, each.removed) for each in growth(root).commits]


def test_each_commit_has_the_test_functions_that_it_wrote_and_took_out(project: Path) -> None:
    commit(project, {"tests/test_a.py": ONE + TWO}, at="2024-06-01T12:00:00Z")
    commit(project, {"tests/test_a.py": ONE, "pkg/b_test.py": ONE}, at="2024-06-03T12:00:00Z")
    commit(project, {"tests/test_a.py": None}, at="2024-06-03T13:00:00Z")

    assert _net(project) == [("2024-06-03", 0, 1), ("2024-06-03", 1, 1), ("2024-06-01", 2, 0)]
    assert growth(project).by_day == {date(2024, 6, 1): 2, date(2024, 6, 3): -1}


def test_what_only_looks_like_a_test_counts_for_nothing(project: Path) -> None:
    lines = "# def test_x():\ntext = 'def test_y():'\ndef tested: pass\ndef helper(): test()\nprotest = 1\n"
    commit(project, {"tests/test_a.py": lines, "pkg/core.py": ONE, "tests/data.txt": ONE, "src/contest.py": ONE})

    assert _net(project) == []


def test_lines_of_a_file_that_look_like_gits_own_mislead_nobody(project: Path) -> None:
    head = "0" * 40
    forged = f"/{head} 1\ndiff --git a/x b/x\n++ b/pkg/core.py\n@@ -0,0 +1,9 @@\n-- a/pkg/core.py\n"
    commit(project, {"tests/test_a.py": f'"""\n{forged}"""\n{ONE}'})
    commit(project, {"tests/test_a.py": f'"""\n{forged}{forged}"""\n{ONE}{TWO}'})

    assert [each[1:] for each in _net(project)] == [(1, 0), (1, 0)]


def test_a_moved_file_comes_and_goes_and_a_file_without_a_last_line_break_is_read(project: Path) -> None:
    commit(project, {"tests/test_a.py": ONE.rstrip()})
    commit(project, {"tests/test_a.py": None, "tests/unit/test \u00e4.py": ONE + TWO.rstrip()})

    assert [each[1:] for each in _net(project)] == [(2, 1), (1, 0)]


def test_a_project_in_a_folder_of_the_repository_has_its_own_tests_alone(project: Path) -> None:
    commit(project, {"odd[a]*/tests/test_a.py": ONE, "tests/test_b.py": TWO, "odd[a]*/core.py": ONE})

    assert growth(project / "odd[a]*").net == 1
    assert growth(project).net == 2


def test_counts_equal_what_each_version_holds_on_a_random_history(project: Path) -> None:
    chance = random.Random(7)
    for number in range(25):
        names = [f"tests/test_{chance.choice('abc')}.py" for _ in range(2)]
        tests = chance.sample(range(9), chance.randrange(9))
        text = "".join(f"def test_{each}():\n    assert {each}\n\n\n" for each in tests)
        commit(project, dict.fromkeys(names, text), at=f"2024-06-{number + 1:02}T12:00:00Z")

    held = sum(
        len(re.findall(r"^def test", path.read_text("utf-8"), re.MULTILINE)) for path in project.rglob("test_*.py")
    )
    assert growth(project).net == held


def test_days_outside_the_window_are_left_out_and_a_week_is_known_from_seven_days_on(project: Path) -> None:
    commit(project, {"tests/test_a.py": ONE}, at="2022-06-01T12:00:00Z")
    commit(project, {"tests/test_b.py": ONE + TWO}, at="2024-06-01T12:00:00Z")

    assert growth(project).net == 2
    assert growth(project).a_week is None
    assert growth(project, until=date(2024, 6, 7)).a_week == 2


def test_a_shallow_clone_does_not_take_its_end_for_new_tests(project: Path, tmp_path: Path) -> None:
    commit(project, {"tests/test_a.py": ONE + TWO})
    commit(project, {"tests/test_b.py": ONE})
    git(tmp_path, "clone", "-q", "--depth", "1", project.as_uri(), "clone")

    found = growth(tmp_path / "clone")

    assert (found.net, found.shallow) == (0, True)


def test_nothing_that_a_repository_names_is_run(project: Path, tmp_path: Path) -> None:
    """External diff, text conversion and a filter would each leave a file behind; plain git runs the first two."""
    sprung = tmp_path / "sprung"
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {sprung}\ncat\n", "utf-8")
    trap.chmod(0o755)
    commit(project, {"tests/test_a.py": ONE})
    commit(project, {"tests/test_a.py": ONE + TWO, ".gitattributes": "*.py diff=trap filter=trap\n"})
    for name in ("diff.external", "diff.trap.command", "diff.trap.textconv", "filter.trap.smudge", "core.fsmonitor"):
        git(project, "config", name, str(trap))
    git(project, "log", "-p", "--ext-diff")
    assert sprung.exists(), "the trap works"
    sprung.unlink()

    found = growth(project)

    assert found.net == 2
    assert not sprung.exists()


def test_too_much_output_and_too_long_a_wait_are_reasons(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(project, {"tests/test_a.py": ONE * 50})
    monkeypatch.setattr(sealed, "MAX_BYTES", 400)

    found = read_test_growth(project, is_test_path)

    assert isinstance(found, Skipped)
    assert "printed more than 400 bytes" in found.reason


def test_the_command_tells_days_from_git_alone(project: Path) -> None:
    commit(project, {"tests/test_a.py": ONE}, at="2024-06-01T12:00:00Z")
    commit(project, {"tests/test_b.py": TWO}, at="2024-06-14T12:00:00Z")
    asked = ["-C", str(project), "pace", "--git", "--store", str(project / "none.sqlite")]

    page = CliRunner().invoke(gapplan, asked, catch_exceptions=False).stdout

    assert "2 test functions more (2 added, 0 taken out) in 2 commits on 2 days" in " ".join(page.split())
    assert ": 1.00 a week." in " ".join(page.split())
    assert "2024-06-14" in page


def test_a_project_without_history_says_so(tmp_path: Path) -> None:
    asked = ["-C", str(tmp_path), "pace", "--git", "--store", str(tmp_path / "none.sqlite")]

    found = CliRunner().invoke(gapplan, [*asked, "--claim", "80 %, 3 h"], catch_exceptions=False)

    assert found.exit_code == 0
    assert "No history to read" in found.stdout
    assert "no snapshot to hold the claim against" in found.stdout
