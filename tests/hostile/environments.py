"""Variables of the environment that hold anything, and places that are not what they should be."""

import os
from collections.abc import Iterator
from pathlib import Path

from hostile.case import STATUS, Answers, Case, Inert, Refuses, Same
from hostile.project import Make, nothing, sparse, write

DETAIL = ("status", "--detail")


def cases() -> Iterator[Case]:
    """All cases of this file."""
    yield from _data()
    yield from _looks()
    yield from _folders()


def _data() -> Iterator[Case]:
    for what, value in {
        "absent": "nowhere",
        "a device": "/dev/zero",
        "a folder": "shop",
        "above the root": "../../../etc/passwd.coverage",
        "of control characters": "\x1b[2J\u202e",
        "of 5,000 characters": "n" * 5000,
        "an address": "file:///etc/passwd",
        "of memory": ":memory:",
    }.items():
        yield Case(
            f"COVERAGE_FILE is {what}", nothing, Refuses("no coverage data"), environment={"COVERAGE_FILE": value}
        )
    text = write("odd", "x")
    yield Case("COVERAGE_FILE is a text", text, Refuses("not coverage data"), environment={"COVERAGE_FILE": "odd"})
    yield Case("COVERAGE_FILE is empty", nothing, Same(), environment={"COVERAGE_FILE": ""})
    pipe: Make = lambda root: os.mkfifo(root / "odd")  # noqa: E731
    yield Case("COVERAGE_FILE is a pipe", pipe, Refuses("no coverage data"), environment={"COVERAGE_FILE": "odd"})
    for what, value in {
        "absent": "nowhere",
        "a device": "/dev/zero",
        "a folder": "shop",
        "of 5,000 characters": "n" * 5000,
    }.items():
        yield Case(
            f"COVERAGE_RCFILE is {what}",
            nothing,
            Refuses("coverage configuration"),
            environment={"COVERAGE_RCFILE": value},
        )
    yield Case(
        "COVERAGE_RCFILE is the data",
        nothing,
        Refuses("coverage configuration"),
        environment={"COVERAGE_RCFILE": ".coverage"},
    )
    yield Case("COVERAGE_RCFILE is empty", nothing, Same(), environment={"COVERAGE_RCFILE": ""})
    start = {
        "COVERAGE_PROCESS_START": "odd",
        "COVERAGE_PROCESS_CONFIG": "odd",
        "COVERAGE_CORE": "moon",
        "COVERAGE_DEBUG": "trace",
    }
    yield Case("coverage.py is told to measure us", nothing, Same(), environment=start)


def _looks() -> Iterator[Case]:
    for value in (
        "0",
        "-5",
        "39",
        "1000000000",
        "9" * 5000,
        "many",
        "1e3",
        "\u0663\u0663\u0663",
        "\u00b2\u00b2",
        " 80 ",
        "",
    ):
        shown = value if len(value) < 20 else "9..9"
        yield Case(f"COLUMNS is {shown!a}", nothing, Inert("terminal"), DETAIL, environment={"COLUMNS": value})
    yield Case(
        "COLUMNS is 1000000000 for a page",
        nothing,
        Inert("terminal"),
        ("rank",),
        environment={"COLUMNS": "1000000000"},
        is_bomb=True,
    )
    for name, value in {
        "NO_COLOR": "0",
        "FORCE_COLOR": "1",
        "TERM": "\x1b[2J",
        "LINES": "-1",
        "PAGER": "touch paged",
        "LESS": "x",
        "TZ": ":/etc/passwd",
        "LANG": "no_SUCH.utf-99",
        "LC_ALL": "C",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONBREAKPOINT": "os.abort",
        "GIT_DIR": "/dev/null",
        "GIT_EXTERNAL_DIFF": "touch diffed",
        "RICH_TRACEBACK": "1",
        "_GAPPLAN_COMPLETE": "",
        "PYTEST_ADDOPTS": "--cov-config=/etc/passwd",
        "COLORTERM": "truecolor",
    }.items():
        yield Case(f"{name} is {value!r}", nothing, Inert("terminal"), DETAIL, environment={name: value})
    for value in ("garbage", "-1", "9" * 40, "nan", ""):
        page = ("status", "--format", "html")
        owed = Inert("html") if value in ("", "-1") else Refuses("SOURCE_DATE_EPOCH")
        yield Case(
            f"SOURCE_DATE_EPOCH is {value!r} for a page", nothing, owed, page, environment={"SOURCE_DATE_EPOCH": value}
        )


def _folders() -> Iterator[Case]:
    plan = ("plan", "--target", "95", "--format", "json")
    outside = {
        "a file": "file",
        "a device": "/dev/null",
        "a file's inside": "file/x",
        "of 5,000 characters": "n" * 5000,
    }
    for what, value in outside.items():
        made = write("file", "do not touch")
        yield Case(f"GAPPLAN_CACHE_DIR is {what}", made, Answers(), plan, environment={"GAPPLAN_CACHE_DIR": value})
    yield Case(
        "GAPPLAN_CACHE_DIR is a loop of links", _loop, Answers(), plan, environment={"GAPPLAN_CACHE_DIR": "loop"}
    )
    for what, value in {
        "absent": "/nonexistent",
        "relative": "x",
        "a file": "/etc/passwd",
        "a device": "/dev/null",
    }.items():
        environment = {"HOME": value, "GAPPLAN_CACHE_DIR": "", "XDG_CACHE_HOME": "", "XDG_STATE_HOME": ""}
        yield Case(f"HOME is {what}", nothing, Answers(), plan, environment=environment)
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        for value in ("relative", "/dev/null", "/proc/self"):
            environment = {name: value, "HOME": "/nonexistent", "GAPPLAN_CACHE_DIR": ""}
            yield Case(f"{name} is {value}", nothing, Answers(), plan, environment=environment)
    yield Case("TMPDIR is absent", nothing, Same(), environment={"TMPDIR": "/nonexistent"})
    yield Case("a sparse gigabyte beside the project", sparse("../big"), Same(), STATUS)


def _loop(root: Path) -> None:
    (root / "loop").symlink_to("loop")
