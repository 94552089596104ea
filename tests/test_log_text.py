"""Every kind of line of a log as the outcomes that it stands for, without a run of pytest."""

from pathlib import Path

import pytest

from planner.errors import InputError
from planner.model.outcomes import TestOutcome
from planner.suite import log as logs
from planner.suite.log import Log, read_log


def read(folder: Path, text: str, name: str = "run.log") -> Log:
    (folder / name).write_text(text, "utf-8")
    return read_log(folder / name)


FULL = """\
============================= test session starts ==============================
tests/test_a.py::test_passes PASSED                                      [  5%]
tests/test_a.py::test_skips SKIPPED (not here)                           [ 10%]
tests/test_a.py::test_known XFAIL (a bug)                                [ 15%]
tests/test_a.py::test_better XPASS                                       [ 20%]
tests/test_a.py::TestDesk::test_sells[a PASSED] FAILED                   [ 25%]
tests/test_a.py::test_late PASSED                                        [ 30%]
tests/test_a.py::test_late ERROR                                         [ 35%]
tests/test_a.py::test_till ERROR                                         [ 40%]
==================================== ERRORS ====================================
_______________________ ERROR collecting tests/test_b.py _______________________
tests/test_b.py:1: in <module>
    import nothing
E   ModuleNotFoundError: No module named 'nothing'
_________________________ ERROR at setup of test_till __________________________
tests/conftest.py:5: in till
    return Till()
E   NameError: name 'Till' is not defined
________________________ ERROR at teardown of test_till ________________________
tests/conftest.py:9: in after
    close()
E   OSError: stuck
________________________ ERROR at teardown of test_late ________________________
tests/conftest.py:9: in after
    close()
E   OSError: stuck
=================================== FAILURES ===================================
_________________________ TestDesk.test_sells[a PASSED] ________________________
tests/test_a.py:12: in test_sells
    assert sell() == 3
E   assert 2 == 3
----------------------------- Captured stdout call -----------------------------
E   ValueError: only printed
=========================== short test summary info ============================
ERROR tests/test_b.py - ModuleNotFoundError: No module named 'nothing'
ERROR tests/test_a.py::test_till - NameError: name 'Till' is not defined
ERROR tests/test_a.py::test_late - OSError: stuck
FAILED tests/test_a.py::TestDesk::test_sells[a PASSED] - assert 2 == 3
===== 1 failed, 4 passed, 1 skipped, 1 xfailed, 1 xpassed, 4 errors in 1.20s =====
"""


def test_a_whole_log_is_read(tmp_path: Path) -> None:
    log = read(tmp_path, FULL)

    plain = "tests.test_a"
    path = "tests/test_a.py"
    assert log.notices == ()
    assert log.unnamed == {"passed": 2}  # of 4 and 1 beyond expectation: two are named, one ended late
    assert set(log.outcomes) == {
        TestOutcome("test_passes", plain, "passed", path),
        TestOutcome("test_skips", plain, "skipped", path, message="not here"),
        TestOutcome("test_known", plain, "xfailed", path, message="a bug"),
        TestOutcome("test_better", plain, "passed", path),
        TestOutcome(
            "test_sells[a PASSED]", f"{plain}.TestDesk", "failed", path,
            kind="AssertionError", message="assert 2 == 3",
            details="tests/test_a.py:12: in test_sells\n    assert sell() == 3\nE   assert 2 == 3",
        ),
        TestOutcome(
            "test_late", plain, "error", path, phase="teardown", kind="OSError", message="stuck",
            details="tests/conftest.py:9: in after\n    close()\nE   OSError: stuck",
        ),
        TestOutcome(
            "test_till", plain, "error", path, phase="setup", kind="NameError", message="name 'Till' is not defined",
            details="tests/conftest.py:5: in till\n    return Till()\nE   NameError: name 'Till' is not defined",
        ),
        TestOutcome(
            "tests.test_b", "", "error", "tests/test_b.py", phase="collection",
            kind="ModuleNotFoundError", message="No module named 'nothing'",
            details="tests/test_b.py:1: in <module>\n    import nothing\n"
            "E   ModuleNotFoundError: No module named 'nothing'",
        ),
    }  # fmt: skip


def summary(*lines: str, counts: str = "") -> str:
    return "\n".join(["===== short test summary info =====", *lines, counts, ""])


@pytest.mark.parametrize(
    ("line", "name", "message"),
    [
        ("FAILED t.py::test_a - ValueError: b - c", "test_a", "b - c"),
        ("FAILED t.py::test_a[x - y] - ValueError: b", "test_a[x - y]", "b"),
        ("FAILED t.py::test_a[x - y]", "test_a[x - y]", ""),
        ("FAILED t.py::test_a", "test_a", ""),
        ("FAILED t.py::test_a[1] - ValueError: b", "test_a[1]", "b"),
    ],
)
def test_parameters_and_messages_may_hold_what_stands_between_them(
    tmp_path: Path, line: str, name: str, message: str
) -> None:
    (outcome,) = read(tmp_path, summary(line, counts="1 failed in 1.00s")).outcomes

    assert (outcome.name, outcome.scope, outcome.path, outcome.message) == (name, "t", "t.py", message)


def test_skips_of_one_place_are_so_many_tests(tmp_path: Path) -> None:
    log = read(tmp_path, summary("SKIPPED [3] t.py:4: no net", counts="3 skipped in 0.10s"))

    assert [each.ending for each in log.outcomes] == ["skipped"] * 3
    assert {each.message for each in log.outcomes} == {"no net"}
    assert log.unnamed == {}


def test_skips_with_names_are_not_counted_again_by_their_place(tmp_path: Path) -> None:
    text = "t.py::test_a SKIPPED (no net) [100%]\n" + summary("SKIPPED [1] t.py:4: no net", counts="1 skipped in 0.10s")

    assert [each.name for each in read(tmp_path, text).outcomes] == ["test_a"]


def test_of_very_many_skips_the_last_line_tells_how_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MAX_OF_ONE_PLACE", 2)

    log = read(tmp_path, summary("SKIPPED [5] t.py:4: no net", counts="5 skipped in 0.10s"))

    assert (len(log.outcomes), log.unnamed) == (2, {"skipped": 3})


@pytest.mark.parametrize(
    "line",
    [
        "= 1 failed, 2 passed in 0.10s =",
        "1 failed, 2 passed, 3 warnings, 4 rerun, 5 deselected in 10s",
        "=== 1 failed, 2 passed in 3661.10s (1:01:01) ===",
        "\x1b[31m= \x1b[1m1 failed\x1b[0m, 2 passed in 0.10s =\x1b[0m",
        "collecting ...\r= 1 failed, 2 passed in 0.10s =",
    ],
)
def test_the_last_line_counts_however_it_is_written(tmp_path: Path, line: str) -> None:
    assert read(tmp_path, f"{line}\n").unnamed == {"failed": 1, "passed": 2}


@pytest.mark.parametrize("counts", ["1 error in 1s", "2 errors in 1s"])
def test_one_error_and_several_are_errors(tmp_path: Path, counts: str) -> None:
    assert read(tmp_path, f"{counts}\n").unnamed == {"error": int(counts[0])}


def test_a_log_that_names_more_than_it_counts_is_said_to_be_damaged(tmp_path: Path) -> None:
    text = summary("FAILED t.py::test_a", "FAILED t.py::test_b", "FAILED t.py::test_c", counts="1 failed in 1.00s")

    assert read(tmp_path, text).notices == (
        f"{tmp_path / 'run.log'}: names 2 test(s) more than its last line counts: it is damaged, or two logs are mixed",
    )


def test_a_log_without_its_last_line_is_said_to_be_cut(tmp_path: Path) -> None:
    assert read(tmp_path, summary("FAILED t.py::test_a")).notices == (
        f"{tmp_path / 'run.log'}: no last line such as `3 failed, 120 passed in 4.2s`: it may be cut short, "
        "and other tests lost",
    )


def test_passes_alone_are_no_run_that_was_cut(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, "t.py::test_a PASSED [ 50%]\n")

    assert str(caught.value) == (
        f"{tmp_path / 'run.log'}: neither JUnit XML nor a log of pytest: no line such as `3 failed, 120 passed in 4.2s`"
    )


def test_a_log_larger_than_256_mib_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "run.log"
    with path.open("wb") as stream:
        stream.truncate(256 * 1024 * 1024 + 1)

    with pytest.raises(InputError, match=r"run\.log: a log larger than 256 MB; pass JUnit XML \(pytest --junitxml\)$"):
        read_log(path)


def test_long_lines_around_it_do_not_hide_a_failure(tmp_path: Path) -> None:
    text = f"{'x' * 9000}\n" + summary("FAILED t.py::test_a - ValueError: " + "y" * 3000, counts="1 failed in 1.00s")

    log = read(tmp_path, text)

    assert log.notices == ()
    assert [each.name for each in log.outcomes] == ["test_a"]


def test_a_long_line_is_not_taken_for_a_second_one(tmp_path: Path) -> None:
    text = "x" * 8000 + "= 1 failed in 1.00s =\n" + "= 2 passed in 1.00s =\n"

    assert read(tmp_path, text).unnamed == {"passed": 2}


def test_a_failure_that_only_its_section_names_has_the_file_of_its_first_frame(tmp_path: Path) -> None:
    text = (
        "=== FAILURES ===\n____ TestDesk.test_a[1] ____\nhelp/tests/test_a.py:4: in test_a\n    x()\n"
        "shop/x.py:2: in x\n    y()\nE   ValueError: bad\n=== 1 failed in 0.10s ===\n"
    )

    (outcome,) = read(tmp_path, text).outcomes

    assert (outcome.path, outcome.scope, outcome.name) == (
        "help/tests/test_a.py",
        "help.tests.test_a.TestDesk",
        "test_a[1]",
    )
    assert (outcome.kind, outcome.message, outcome.phase) == ("ValueError", "bad", "call")


def test_sections_of_one_name_come_in_the_order_of_the_summary(tmp_path: Path) -> None:
    sections = "".join(f"____ test_a ____\n{name}.py:1: in test_a\nE   ValueError: {name}\n" for name in "xy")
    text = f"=== FAILURES ===\n{sections}" + summary(
        "FAILED x.py::test_a", "FAILED y.py::test_a", counts="2 failed in 1s"
    )

    assert [(each.path, each.message) for each in read(tmp_path, text).outcomes] == [("x.py", "x"), ("y.py", "y")]


def test_windows_paths_are_written_as_everywhere(tmp_path: Path) -> None:
    (outcome,) = read(tmp_path, summary("FAILED tests\\test_a.py::test_a", counts="1 failed in 1s")).outcomes

    assert (outcome.path, outcome.scope) == ("tests/test_a.py", "tests.test_a")


@pytest.mark.parametrize(
    ("line", "name", "message"),
    [
        ("FAILED t.py::test_a[x - y] - ValueError: [1] - 2", "test_a[x - y]", "[1] - 2"),
        ("FAILED t.py::test_a - ValueError: [1] - 2 - 3", "test_a", "[1] - 2 - 3"),
        ("FAILED t.py::test_a[x - y] - ValueError: [1] - [2] - 3", "test_a[x - y]", "[1] - [2] - 3"),
    ],
)
def test_a_message_may_hold_what_looks_like_the_end_of_an_id(
    tmp_path: Path, line: str, name: str, message: str
) -> None:
    (outcome,) = read(tmp_path, summary(line, counts="1 failed in 1.00s")).outcomes

    assert (outcome.name, outcome.message) == (name, message)


def test_a_failure_that_only_its_section_names_without_a_place_has_no_file(tmp_path: Path) -> None:
    text = "=== FAILURES ===\n____ TestDesk.test_a ____\nE   ValueError: bad\n=== 1 failed in 0.10s ===\n"

    (outcome,) = read(tmp_path, text).outcomes

    assert (outcome.path, outcome.scope, outcome.name) == (None, "TestDesk", "test_a")


@pytest.mark.parametrize("width", [3999, 4000, 4001, 7999, 9000])
def test_a_failure_whose_own_line_is_long_has_the_beginning_of_its_message(tmp_path: Path, width: int) -> None:
    line = "FAILED t.py::test_a - ValueError: ".ljust(width, "y")

    log = read(tmp_path, summary(line, counts="1 failed in 1.00s"))

    (outcome,) = log.outcomes
    assert (outcome.name, outcome.kind, outcome.message) == (
        "test_a",
        "ValueError",
        "y" * 988,
    )  # of 1,000, less its type
    assert (log.unnamed, log.notices) == ({}, ())


@pytest.mark.parametrize("width", [3999, 4000, 4001, 9000])
def test_a_skip_whose_own_line_is_long_is_counted_by_its_place(tmp_path: Path, width: int) -> None:
    log = read(tmp_path, summary("SKIPPED [2] t.py:4: ".ljust(width, "y"), counts="2 skipped in 0.10s"))

    assert [each.ending for each in log.outcomes] == ["skipped"] * 2
    assert (log.unnamed, log.notices) == ({}, ())
