"""pytest's log is read as its JUnit XML is, wherever CI kept it; what is no report at all is one clear line."""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from causes import evidence, placed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import make_project

from planner.errors import InputError
from planner.model.outcomes import TestOutcome
from planner.suite.causes import find_causes
from planner.suite.junit import read_outcomes
from planner.suite.log import read_log
from planner.suite.reports import read_reports

PROJECT = {
    "shop.py": """\
import os


def sell(name):
    if name == "milk":
        raise ValueError(f"no {name} in the shop")
    return os.environ["SHOP_NO_SUCH_VARIABLE"] if name == "tea" else 3


def close():
    raise RuntimeError("the door is stuck")
""",
    "tests/__init__.py": "",
    "tests/conftest.py": """\
import pytest
import shop


@pytest.fixture
def till():
    return shop.Till()


@pytest.fixture
def before():
    yield 1
    shop.close()


@pytest.fixture
def late():
    yield 1
    shop.close()
""",
    "tests/test_desk.py": """\
import pytest
import shop


def test_passes(): pass
def test_variable(): shop.sell("tea")
def test_till(till): pass
def test_late(late): pass
def test_both(late): assert shop.sell("bread") == 4
def test_twice(before, till): pass
def test_no_fixture(unheard_of): pass


class TestDesk:
    def test_till(self, till): pass

    @pytest.mark.parametrize("x", ["a - b", "[c]", "d::e", "long" * 30, 1])
    def test_values(self, x): assert x == 1

    @pytest.mark.skip(reason="not here")
    def test_skipped(self): pass

    @pytest.mark.xfail
    def test_expected(self): assert 0
""",
    "tests/test_milk.py": "import shop\ndef test_passes(): assert shop.sell('milk')\ndef test_till(till): pass\n",
    "tests/test_gone.py": "import no_such_module\n",
    "tests/test_too.py": "def test_gone():\n    import no_such_module\n",
}

STYLES = {
    "long": ("--tb=long",),
    "short": ("--tb=short",),
    "native": ("--tb=native",),
    "verbose": ("-v", "--tb=short", "-rA", "--color=yes"),
    "quiet": ("-qq",),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that fails in many ways, with what pytest really wrote of it: XML and log, for each style."""
    root = make_project(tmp_path_factory.mktemp("log"), PROJECT)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COVERAGE_"))}
    for style, options in STYLES.items():
        command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--continue-on-collection-errors")
        report = (f"--junitxml={style}.xml", "--rootdir=.", "-c", os.devnull, *options)
        done = subprocess.run([*command, *report], cwd=root, env=environment, capture_output=True, check=False)
        (root / f"{style}.log").write_bytes(done.stdout)
    return root


def failures(outcomes: tuple[TestOutcome, ...]) -> dict[str, tuple[str, ...]]:
    bad = [each for each in outcomes if each.ending in ("failed", "error")]
    return {
        f"{each.scope}::{each.name} {each.ending}": (each.phase, each.kind.rpartition(".")[2], each.message)
        for each in bad
    }


@pytest.mark.parametrize("style", STYLES)
def test_a_log_tells_of_each_failure_what_the_xml_tells(project: Path, style: str) -> None:
    from_xml = failures(read_outcomes(project / f"{style}.xml"))
    from_log = failures(read_log(project / f"{style}.log").outcomes)

    assert from_log == from_xml


@pytest.mark.parametrize("style", [each for each in STYLES if each != "quiet"])
def test_a_log_counts_as_many_tests_as_the_xml(project: Path, style: str) -> None:
    log = read_log(project / f"{style}.log")

    counted = Counter(each.ending for each in log.outcomes) + Counter(log.unnamed)

    assert counted == Counter(each.ending for each in read_outcomes(project / f"{style}.xml"))


def test_a_verbose_log_names_all_tests(project: Path) -> None:
    log = read_log(project / "verbose.log")

    assert {(each.scope, each.name) for each in log.outcomes if each.ending == "passed"} == {
        ("tests.test_desk", "test_passes"),
        ("tests.test_desk.TestDesk", "test_values[1]"),
    }
    assert [each.message for each in log.outcomes if each.ending == "skipped"] == ["not here"]


@pytest.mark.parametrize("kind", ["xml", "log"])
def test_the_causes_are_the_same_in_every_style(project: Path, kind: str) -> None:
    known = evidence(PROJECT)

    told = set()
    for style in STYLES:
        outcomes = placed(read_reports([project / f"{style}.{kind}"]).outcomes, known)
        causes = find_causes(outcomes, known).causes
        told.add(tuple((each.key, each.kind, each.tests_blocked, each.first_place) for each in causes))

    assert len(told) == 1
    assert {key: (kind, tests) for key, kind, tests, _ in told.pop()} == {
        "assertion-test-both": ("assertion", 1),
        "assertion-test-values": ("assertion", 4),
        "no-attribute-shop-till": ("fixture", 4),
        "no-fixture-unheard-of": ("fixture", 1),
        "no-module-no-such-module": ("environment", 2),
        "no-variable-shop-no-such-variable": ("environment", 1),
        "fixture-late": ("fixture", 1),
        "value-error-sell": ("error", 1),
    }


PLAIN = """\
============================= test session starts ==============================
tests/test_a.py .F                                                       [100%]
=================================== FAILURES ===================================
___________________________________ test_one ___________________________________

    def test_one():
>       assert 1 == 2
E       assert 1 == 2

tests/test_a.py:2: AssertionError
----------------------------- Captured stdout call -----------------------------
tests/test_b.py:9: in elsewhere
=========================== short test summary info ============================
FAILED tests/test_a.py::test_one - assert 1 == 2
========================= 1 failed, 120 passed in 4.21s =========================
"""


def written(folder: Path, text: str | bytes, name: str = "run.log") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    "stamp",
    [
        "2026-11-21T10:00:00.1234567Z ",
        "build (3.11)\tRun tests\t2026-11-21T10:00:00.1234567Z ",
        "2026-11-21T10:00:00.123456Z 01O ",
        "[2026-11-21T10:00:00.123Z] ",
        "2026-11-21 10:00:00 ",
    ],
)
def test_the_stamps_of_ci_are_passed_over(tmp_path: Path, stamp: str) -> None:
    stamped = "".join(f"{stamp}{line}\r\n" for line in PLAIN.splitlines())

    assert read_log(written(tmp_path, stamped)) == read_log(written(tmp_path, PLAIN, "plain.log"))


def test_a_traceback_ends_where_the_captured_output_begins(tmp_path: Path) -> None:
    (outcome,) = read_log(written(tmp_path, PLAIN)).outcomes

    assert outcome.details.endswith("tests/test_a.py:2: AssertionError")
    assert (outcome.kind, outcome.message) == ("AssertionError", "assert 1 == 2")


def test_what_powershell_wrote_in_utf_16_is_read(tmp_path: Path) -> None:
    assert read_log(written(tmp_path, PLAIN.encode("utf-16"))).unnamed == {"passed": 120}


def test_the_lines_of_xdist_are_read(tmp_path: Path) -> None:
    text = (
        "[gw0] [ 50%] PASSED tests/test_a.py::test_two \n[gw1] [100%] FAILED tests/test_a.py::test_one \n"
        "=== 1 failed, 1 passed in 0.10s ===\n"
    )

    log = read_log(written(tmp_path, text))

    assert [(each.name, each.ending) for each in log.outcomes] == [("test_two", "passed"), ("test_one", "failed")]
    assert log.unnamed == {}


def test_several_runs_in_one_log_are_added(tmp_path: Path) -> None:
    assert read_log(written(tmp_path, PLAIN + PLAIN)).unnamed == {"passed": 240}


def test_failures_that_a_log_does_not_name_are_counted_and_said(tmp_path: Path) -> None:
    log = read_log(written(tmp_path, "= 3 failed, 5 passed, 2 warnings in 1.00s =\n"))

    found = find_causes(log.outcomes, evidence(), log.unnamed)

    assert (found.tally.tests, found.tally.passed, found.tally.failed) == (8, 5, 3)
    assert found.notices == ("3 failing test(s) are counted in a log that does not name them: they are in no cause",)


def test_a_log_that_was_cut_keeps_what_it_told(tmp_path: Path) -> None:
    (outcome,) = read_log(written(tmp_path, PLAIN[: PLAIN.index("------")])).outcomes

    assert (outcome.scope, outcome.name, outcome.ending) == ("tests.test_a", "test_one", "failed")


def test_xml_and_logs_are_told_apart_and_read_together(project: Path, tmp_path: Path) -> None:
    both = read_reports([project / "long.xml", written(tmp_path, PLAIN)])

    assert both.unnamed == {"passed": 120}
    assert len(both.outcomes) == len(read_outcomes(project / "long.xml")) + 1


@pytest.mark.parametrize("text", [b"", b"hello\n", b"\x00\x01\x02" * 1000, b"PK\x03\x04", b"{}", b"1 passed"])
def test_what_is_no_report_is_refused_in_one_line(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(InputError) as refused:
        read_reports([written(tmp_path, text)])

    assert "\n" not in str(refused.value)


def test_no_report_at_all_is_said() -> None:
    with pytest.raises(InputError, match="no report"):
        read_reports([])


PARTS = [
    "=",
    "_" * 5,
    " FAILURES ",
    "FAILED ",
    "tests/a.py::t",
    "[",
    "]",
    " - ",
    "\n",
    "1 failed in 1s",
    "PASSED",
    "\x1b[0m",
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(parts=st.lists(st.sampled_from(PARTS), max_size=60))
def test_any_text_is_a_log_or_refused(tmp_path: Path, parts: list[str]) -> None:
    path = written(tmp_path, "".join(parts))

    try:
        log = read_log(path)
    except InputError:
        return
    assert all(number > 0 for number in log.unnamed.values())


HOSTILE = [
    "=" * 300_000,
    "= " * 100_000,
    "_ " * 100_000,
    "FAILED " + "[" * 200_000,
    "1 failed, " * 50_000,
    "a::b PASSED (" * 300 + "x",
    "a::b" + " " * 3900 + "x",
    "\t" * 300_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_log_takes_long_to_read(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, f"{text}\n" * 10 + PLAIN)
    begin = time.process_time()

    read_log(path)

    assert time.process_time() - begin < 2
