"""Progress: a bar with the time that is left, on a terminal only, and only for work of more than a second."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from planner.cli import show
from planner.cli.common import Common, merge_options


class Terminal(io.StringIO):
    """Standard error as a terminal has it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    return Terminal()


@pytest.fixture
def common(tmp_path: Path) -> Common:
    return merge_options({"project": str(tmp_path)}, {})


FILES = [f"file {number}" for number in range(5)]


def walked(common: Common, terminal: Terminal) -> list[str]:
    """What a walk over FILES gives, with the terminal as standard error."""
    with contextlib.redirect_stderr(terminal):
        return list(show.progress_for(common)(FILES, "reading sources"))


def test_work_of_more_than_a_second_has_a_bar_with_the_time_that_is_left(
    terminal: Terminal, common: Common, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(show, "SHOW_AFTER_SECONDS", 0.0)

    seen = walked(common, terminal)

    shown = terminal.getvalue()
    assert seen == FILES
    assert "gapplan: reading sources" in shown
    assert "5/5" in shown
    assert "0:00:00" in shown
    assert "\x1b[2K" in shown, "the line is taken away when it is full"


def test_a_bar_that_comes_late_says_how_far_the_work_is_already(
    terminal: Terminal, common: Common, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter([0.0, 0.4, 0.8, 1.2])
    monkeypatch.setattr("time.perf_counter", lambda: next(ticks, 2.0))

    assert walked(common, terminal) == FILES

    assert "2/5" in terminal.getvalue()


def test_work_that_is_done_at_once_shows_nothing(terminal: Terminal, common: Common) -> None:
    assert walked(common, terminal) == FILES
    assert terminal.getvalue() == ""


@pytest.mark.parametrize("option", [{"quiet": True}, {}])
def test_no_bar_when_quiet_or_in_a_pipe(
    tmp_path: Path, option: dict[str, bool], monkeypatch: pytest.MonkeyPatch, terminal: Terminal
) -> None:
    monkeypatch.setattr(show, "SHOW_AFTER_SECONDS", 0.0)
    if not option:
        monkeypatch.setattr(terminal, "isatty", lambda: False)

    walked(merge_options({"project": str(tmp_path)}, option), terminal)

    assert terminal.getvalue() == ""


def test_verbose_says_how_many_files_and_how_long_even_on_a_terminal(terminal: Terminal, tmp_path: Path) -> None:
    walked(merge_options({"project": str(tmp_path)}, {"verbose": True}), terminal)

    assert re.fullmatch(r"gapplan: reading sources: 5, \d\.\d\d s\n", terminal.getvalue())


def test_a_walk_that_is_broken_off_leaves_the_terminal_clean(
    terminal: Terminal, common: Common, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(show, "SHOW_AFTER_SECONDS", 0.0)

    def work() -> None:
        for _ in show.progress_for(common)(FILES, "counting"):
            raise RuntimeError

    with contextlib.redirect_stderr(terminal), pytest.raises(RuntimeError):
        work()

    assert "\x1b[?25h" in terminal.getvalue(), "the cursor is shown again"
