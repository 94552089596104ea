"""How tests ended, read from JUnit XML: what real runners write, merges, retries, and bad input."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from makers import assert_answer_or_error, damaged, make_project

from planner.errors import InputError
from planner.measure import scan_tree
from planner.model.facts import ModuleFacts
from planner.model.measurement import Skipped
from planner.model.outcomes import TestOutcome
from planner.source import read_facts
from planner.suite.junit import MAX_DETAILS, read_all_outcomes, read_outcomes
from planner.suite.locate import locate
from planner.suite.retries import settle

TESTS = """\
import sys
import unittest

import pytest


@pytest.fixture
def broken():
    raise ValueError("boom\\nsecond line")


@pytest.fixture
def late():
    yield 1
    raise KeyError("late")


def test_passes(): pass


def test_fails(): assert 1 == 2


def test_says_why(): assert 1 == 2, "Expected: more"


def test_raises(): raise RuntimeError("bad: thing")


def test_exits(): sys.exit(3)


def test_set_up(broken): pass


def test_clears_up(late): pass


def test_both(late): assert 0


def test_no_fixture(unheard_of): pass


@pytest.mark.skip(reason="not here")
def test_skipped(): pass


@pytest.mark.xfail(reason="known")
def test_expected(): assert 0


@pytest.mark.xfail(strict=True, reason="known")
def test_unexpected(): pass


@pytest.mark.parametrize("x", ["a b", "c[d]", "e::f", "g/h.py", "i (j)"])
def test_values(x): pass


class TestDesk:
    class TestDrawer:
        def test_opens(self): pass

    def test_opens(self): pass


class Common:
    def test_common(self): pass


class TestOne(Common): pass


class TestCase(unittest.TestCase):
    def setUp(self): raise OSError("no database")

    def test_case(self): pass
"""

PROJECT: Mapping[str, str] = {
    "tests/__init__.py": "",
    "tests/test_desk.py": TESTS,
    "tests/test_gone.py": "import no_such_module\n",
    "tests/test_syntax.py": "def (\n",
    "tests/unit/test_skips.py": "import pytest\npytest.skip('whole module', allow_module_level=True)\n",
    "tests/unit/test_common.py": (
        "from tests.test_desk import Common\n\n\nclass TestTwo(Common):\n    def test_own(self): pass\n"
    ),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one of each ending, and the reports that pytest really wrote of it, one for each family."""
    root = make_project(tmp_path_factory.mktemp("junit"), PROJECT)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COVERAGE_"))}
    for family in ("xunit1", "xunit2", "legacy"):
        command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--continue-on-collection-errors")
        options = ("-o", f"junit_family={family}", f"--junitxml={family}.xml", "--rootdir=.", "-c", os.devnull)
        subprocess.run([*command, *options], cwd=root, env=environment, capture_output=True, check=False)
    return root


def facts_in(root: Path) -> dict[str, ModuleFacts]:
    tree = scan_tree(root)
    read = {path: read_facts(root, path, tree.known) for path in tree.files}
    return {path: each for path, each in read.items() if not isinstance(each, Skipped)}


def by_name(outcomes: tuple[TestOutcome, ...]) -> dict[str, TestOutcome]:
    return {each.name: each for each in outcomes}


FAMILIES = ("xunit1", "xunit2", "legacy")


@pytest.mark.parametrize("family", FAMILIES)
def test_every_ending_of_pytest_is_told_with_phase_type_and_message(project: Path, family: str) -> None:
    found = by_name(read_outcomes(project / f"{family}.xml"))
    said = {name: (each.ending, each.phase, each.kind, each.message) for name, each in found.items()}

    assert said["test_passes"] == ("passed", "call", "", "")
    assert said["test_fails"] == ("failed", "call", "AssertionError", "assert 1 == 2")
    assert said["test_says_why"] == ("failed", "call", "AssertionError", "Expected: more")
    assert said["test_raises"] == ("failed", "call", "RuntimeError", "bad: thing")
    assert said["test_exits"] == ("failed", "call", "SystemExit", "3")
    assert said["test_set_up"] == ("error", "setup", "ValueError", "boom")
    assert said["test_clears_up"] == ("error", "teardown", "KeyError", "'late'")
    assert said["test_no_fixture"] == ("error", "setup", "", "fixture 'unheard_of' not found")
    assert said["test_skipped"] == ("skipped", "call", "", "not here")
    assert said["test_expected"] == ("xfailed", "call", "", "known")
    assert said["test_unexpected"] == ("failed", "call", "", "[XPASS(strict)] known")
    assert said["test_case"] == ("failed", "setup", "OSError", "no database")
    assert said["tests.test_gone"] == (
        *("error", "collection", "ModuleNotFoundError"),
        "No module named 'no_such_module'",
    )
    assert said["tests.test_syntax"][:3] == ("error", "collection", "SyntaxError")
    assert said["tests.unit.test_skips"] == ("skipped", "collection", "", "whole module")
    assert "raise RuntimeError" in found["test_raises"].details


@pytest.mark.parametrize("family", FAMILIES)
def test_every_test_of_pytest_is_found_in_the_tree(project: Path, family: str) -> None:
    outcomes = locate(read_outcomes(project / f"{family}.xml"), facts_in(project), PROJECT)
    places = {(each.scope.rpartition(".")[2], each.name): (each.path, each.unit) for each in outcomes}

    assert None not in {part for place in places.values() for part in place}
    desk = "tests/test_desk.py"
    assert {place for (_, name), place in places.items() if name.startswith("test_values[")} == {(desk, "test_values")}
    assert places["TestDesk", "test_opens"] == (desk, "TestDesk.test_opens")
    assert places["TestDrawer", "test_opens"] == (desk, "TestDesk.TestDrawer.test_opens")
    assert places["TestOne", "test_common"] == (desk, "Common.test_common")
    assert places["TestTwo", "test_common"] == (desk, "Common.test_common")
    assert places["TestTwo", "test_own"] == ("tests/unit/test_common.py", "TestTwo.test_own")
    assert places["", "tests.test_gone"] == ("tests/test_gone.py", "<module>")
    assert places["", "tests.test_syntax"] == ("tests/test_syntax.py", "<module>")
    assert places["", "tests.unit.test_skips"] == ("tests/unit/test_skips.py", "<module>")


def test_the_line_is_that_of_the_function_whoever_counts_from_0(project: Path) -> None:
    raw = by_name(read_outcomes(project / "xunit1.xml"))["test_fails"]
    (placed,) = locate([raw], facts_in(project))

    assert raw.line == placed.line == TESTS.split("\n").index("def test_fails(): assert 1 == 2") + 1


def test_tests_are_found_from_a_root_above_or_below_the_one_they_ran_in(project: Path, tmp_path: Path) -> None:
    outcomes = read_outcomes(project / "xunit2.xml")
    above = make_project(tmp_path, {f"backend/{name}": text for name, text in PROJECT.items()})

    placed = by_name(locate(outcomes, facts_in(above)))
    below = by_name(locate(outcomes, facts_in(project / "tests")))

    assert (placed["test_fails"].path, placed["test_fails"].unit) == ("backend/tests/test_desk.py", "test_fails")
    assert (below["test_fails"].path, below["test_fails"].unit) == ("test_desk.py", "test_fails")


XMLRUNNER = """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
\t<testsuite name="tests.test_x.TestU-20261121133344" tests="9" file="tests/test_x.py" time="0.002" errors="2">
\t\t<testcase classname="tests.test_x.TestU" name="test_inherited" time="0.250" timestamp="2026-11-21T13:33:44" \
file="tests/test_x.py" line="2"/>
\t\t<testcase classname="tests.test_x.TestU" name="test_p_1_two_words" time="0.000" \
timestamp="2026-11-21T13:33:44" file="tests/test_x.py" line="618">
\t\t\t<failure type="AssertionError" message="2 != 1"><![CDATA[Traceback (most recent call last):
  File "/srv/u/tests/test_x.py", line 20, in test_p
    self.assertEqual(v,1)
AssertionError: 2 != 1
]]></failure>
\t\t</testcase>
\t\t<testcase classname="tests.test_x.TestU" name="test_sub (i=1)" time="0.000" line="16">
\t\t\t<failure type="AssertionError" message="1 == 1"><![CDATA[Traceback]]></failure>
\t\t</testcase>
\t\t<testcase classname="tests.test_x.TestU" name="test_err" time="0.000">
\t\t\t<!--A doc line.-->
\t\t\t<error type="builtins.ValueError" message="two&#10;lines"><![CDATA[Traceback (most recent call last):
  File "/srv/u/tests/test_x.py", line 15, in test_err
ValueError: two
lines
]]></error>
\t\t</testcase>
\t\t<testcase classname="tests.test_x.TestU" name="test_us"><skipped type="skip" message="us"/></testcase>
\t\t<testcase classname="tests.test_x.TestU" name="test_ux"><skipped type="XFAIL" message="expected failure: (...)"/>
\t\t</testcase>
\t\t<testcase classname="tests.test_x.TestU" name="test_uxp">
\t\t\t<error type="UnexpectedSuccess" message="Unexpected success: This test was marked as expected failure"/>
\t\t</testcase>
\t\t<testcase classname="tests.test_x.TestE" name="test_e">
\t\t\t<error type="OSError" message="db"><![CDATA[Traceback (most recent call last):
  File "/srv/u/tests/test_x.py", line 25, in setUp
    def setUp(self): raise OSError("db")
OSError: db
]]></error>
\t\t</testcase>
\t</testsuite>
\t<testsuite name="unittest.suite._ErrorHolder-20261121133344" file="unittest/suite.py" tests="2">
\t\t<testcase classname="" name="setUpModule (tests.test_m)" time="0.000">
\t\t\t<error type="OSError" message="mod"><![CDATA[Traceback]]></error>
\t\t</testcase>
\t\t<testcase classname="" name="setUpClass (tests.test_x.TestC)" time="0.000" \
file="/usr/lib/python3.11/unittest/loader.py" line="53">
\t\t\t<error type="OSError" message="cls"><![CDATA[Traceback]]></error>
\t\t</testcase>
\t</testsuite>
\t<testsuite name="unittest.loader._FailedTest-20261121133344" tests="1" file="unittest/loader.py">
\t\t<testcase classname="unittest.loader._FailedTest.tests" name="test_bad" time="0.002" \
file="/usr/lib/python3.11/unittest/loader.py" line="33">
\t\t\t<error type="ImportError" message="Failed to import test module: tests.test_bad
Traceback (most recent call last):
ModuleNotFoundError: No module named 'nosuch'
"><![CDATA[ImportError: Failed to import test module: tests.test_bad
Traceback (most recent call last):
  File "/srv/u/tests/test_bad.py", line 1, in <module>
    import nosuch
ModuleNotFoundError: No module named 'nosuch'
]]></error>
\t\t</testcase>
\t</testsuite>
\t<testsuite name="unittest.loader.ModuleSkipped-20261121133344" tests="1" skipped="1">
\t\t<testcase classname="unittest.loader.ModuleSkipped.tests" name="test_skipmod">
\t\t\t<skipped type="skip" message="module out"/>
\t\t</testcase>
\t</testsuite>
</testsuites>
"""
"""What unittest-xml-reporting 4.0 wrote, shortened."""

NOSE2 = """\
<testsuite name="nose2-junit" errors="6" failures="3" skipped="4" tests="13" time="0.002">
  <testcase timestamp="2026-11-21T13:33:44.6" time="0.000109" classname="nose2.loader.ModuleImportFailure.tests" \
name="test_skipmod">
    <error message="test failure">ImportError: Failed to import test module: tests.test_skipmod
Traceback (most recent call last):
unittest.case.SkipTest: module out
</error>
    <system-out />
  </testcase>
  <testcase timestamp="1970-01-01T00:00:00" time="0.000000" classname="setUpClass (tests.test_x" name="TestC)">
    <error message="test failure">Traceback (most recent call last):
  File "/srv/u/tests/test_x.py", line 29, in setUpClass
OSError: cls
</error>
    <system-out />
  </testcase>
  <testcase time="0.000096" classname="tests.test_x.TestU" name="test_err">
    <error message="test failure">Traceback (most recent call last):
  File "/srv/u/tests/test_x.py", line 15, in test_err
ValueError: two
lines
</error>
  </testcase>
  <testcase time="0.000023" classname="tests.test_x.TestU" name="test_us">
    <skipped message="test skipped: us">us</skipped>
  </testcase>
  <testcase time="0.000032" classname="tests.test_x.TestU" name="test_ux">
    <skipped message="expected test failure">Traceback (most recent call last):
AssertionError: None
</skipped>
  </testcase>
  <testcase time="0.000026" classname="tests.test_x.TestU" name="test_uxp">
    <skipped message="test passes unexpectedly" />
  </testcase>
</testsuite>
"""
"""What nose2 0.16 wrote, shortened."""

UNITTESTS: Mapping[str, str] = {
    "tests/__init__.py": "",
    "tests/test_m.py": "def setUpModule(): raise OSError('mod')\n",
    "tests/test_bad.py": "import nosuch\n",
    "tests/test_skipmod.py": "import unittest\nraise unittest.SkipTest('module out')\n",
    "tests/test_x.py": (
        "class Base:\n    def test_inherited(self): ...\n\n\nclass TestU(Base):\n"
        "    @parameterized.expand([1])\n    def test_p(self): ...\n    def test_sub(self): ...\n"
        "    def test_err(self): ...\n    def test_us(self): ...\n    def test_ux(self): ...\n"
        "    def test_uxp(self): ...\n\n\nclass TestE:\n    def test_e(self): ...\n\n\nclass TestC:\n"
        "    def test_c(self): ...\n"
    ),
}


def _written(folder: Path, text: str | bytes, name: str = "junit.xml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder / name


def _told(folder: Path, text: str) -> dict[str, tuple[str | None, ...]]:
    facts = facts_in(make_project(folder / "project", UNITTESTS))
    outcomes = locate(read_outcomes(_written(folder, text)), facts)
    return {each.name: (each.ending, each.phase, each.kind, each.message, each.path, each.unit) for each in outcomes}


def test_what_unittest_xml_reporting_writes_is_understood(tmp_path: Path) -> None:
    x = "tests/test_x.py"

    assert _told(tmp_path, XMLRUNNER) == {
        "test_inherited": ("passed", "call", "", "", x, "Base.test_inherited"),
        "test_p_1_two_words": ("failed", "call", "AssertionError", "2 != 1", x, "TestU.test_p"),
        "test_sub (i=1)": ("failed", "call", "AssertionError", "1 == 1", x, "TestU.test_sub"),
        "test_err": ("error", "call", "ValueError", "two", x, "TestU.test_err"),
        "test_us": ("skipped", "call", "", "us", x, "TestU.test_us"),
        "test_ux": ("xfailed", "call", "", "", x, "TestU.test_ux"),
        "test_uxp": (
            *("failed", "call", "", "Unexpected success: This test was marked as expected failure"),
            *(x, "TestU.test_uxp"),
        ),
        "test_e": ("error", "setup", "OSError", "db", x, "TestE.test_e"),
        "setUpModule (tests.test_m)": ("error", "setup", "OSError", "mod", "tests/test_m.py", "<module>"),
        "setUpClass (tests.test_x.TestC)": ("error", "setup", "OSError", "cls", x, "TestC"),
        "test_bad": (
            *("error", "collection", "ModuleNotFoundError", "No module named 'nosuch'"),
            *("tests/test_bad.py", "<module>"),
        ),
        "test_skipmod": ("skipped", "collection", "", "module out", "tests/test_skipmod.py", "<module>"),
    }


def test_what_nose2_writes_is_understood(tmp_path: Path) -> None:
    x = "tests/test_x.py"

    assert _told(tmp_path, NOSE2) == {
        "test_skipmod": ("skipped", "collection", "", "module out", "tests/test_skipmod.py", "<module>"),
        "TestC)": ("error", "setup", "OSError", "cls", x, "TestC"),
        "test_err": ("error", "call", "ValueError", "two", x, "TestU.test_err"),
        "test_us": ("skipped", "call", "", "us", x, "TestU.test_us"),
        "test_ux": ("xfailed", "call", "", "", x, "TestU.test_ux"),
        "test_uxp": ("failed", "call", "", "test passes unexpectedly", x, "TestU.test_uxp"),
    }


@pytest.mark.parametrize(
    ("scope", "name", "unit"),
    [
        ("tests.test_x.TestU", "test_err (tests.test_x.TestU)", "TestU.test_err"),
        ("", "test_err (tests.test_x.TestU.test_err)", "TestU.test_err"),
        ("test_x.TestU", "test_err", "TestU.test_err"),
        ("build.7.tests.test_x.TestU", "test_err", "TestU.test_err"),
        ("tests.test_x.TestU", "test_made_by_code", None),
        ("tests.test_x", "test_made_by_code", None),
    ],
)
def test_names_are_found_as_runners_write_them(tmp_path: Path, scope: str, name: str, unit: str | None) -> None:
    facts = facts_in(make_project(tmp_path, UNITTESTS))

    (found,) = locate([TestOutcome(name, scope, "passed")], facts)

    assert (found.path, found.unit) == ("tests/test_x.py", unit)


@pytest.mark.parametrize("scope", ["", "elsewhere.test_y", "TestU", "." * 5_000, "a" * 5_000])
def test_what_is_nowhere_in_the_tree_stays_without_a_place(tmp_path: Path, scope: str) -> None:
    facts = facts_in(make_project(tmp_path, UNITTESTS))

    (found,) = locate([TestOutcome("test_err", scope, "passed", path="/ci/other.py", line=7)], facts)

    assert (found.path, found.unit, found.line) == (None, None, 7)


def test_bases_in_a_ring_end(tmp_path: Path) -> None:
    facts = facts_in(make_project(tmp_path, {"test_r.py": "class A(B): ...\nclass B(A): ...\n"}))

    (found,) = locate([TestOutcome("test_x", "test_r.A", "passed")], facts)

    assert (found.path, found.unit) == ("test_r.py", None)


def test_of_two_files_of_one_name_the_one_that_the_report_names_is_meant(tmp_path: Path) -> None:
    names = ("one/tests/test_a.py", "two/tests/test_a.py")
    facts = facts_in(make_project(tmp_path, dict.fromkeys(names, "def test_it(): ...\n")))
    told = '<testsuite><testcase classname="tests.test_a" name="test_it" file="{}"/></testsuite>'

    def place(file: str) -> str | None:
        return locate(read_outcomes(_written(tmp_path, told.format(file))), facts)[0].path

    assert place("/builds/7/two/tests/test_a.py") == "two/tests/test_a.py"
    assert place("one\\tests\\test_a.py") == "one/tests/test_a.py"
    assert place("") is None


def test_nested_suites_namespaces_and_noise_are_read_through(tmp_path: Path) -> None:
    text = (
        '<testsuites xmlns="urn:x"><properties><property name="a" value="b"/></properties><testsuites>'
        '<testsuite name="job 1"><testsuite name="inner"><testcase classname="t" name="a" time="1,234.5">'
        "<system-out>out</system-out></testcase></testsuite><system-err>err</system-err></testsuite></testsuites>"
        '<testsuite name="job 2"><failure message="of the suite"/><testcase classname="t" name="b" status="notrun"/>'
        '<testcase name="c" time="-3"/><testcase classname="t" name="d" time="nan"><rerunFailure/></testcase>'
        '<testcase classname="t" name="e"><failure message="first"/><error message="then"/></testcase>'
        "</testsuite></testsuites>"
    )

    outcomes = read_outcomes(_written(tmp_path, text))

    assert [(each.name, each.ending, each.seconds) for each in outcomes] == [
        ("a", "passed", 1234.5),
        ("b", "skipped", 0.0),
        ("c", "passed", 0.0),
        ("d", "passed", 0.0),
        ("e", "failed", 0.0),
    ]
    assert outcomes[4].message == "first"


def test_of_several_outcomes_the_one_that_ran_furthest_counts(project: Path) -> None:
    outcomes = read_outcomes(project / "xunit2.xml")
    both = [each for each in outcomes if each.name == "test_both"]
    ran = TestOutcome("test_skipped", "tests.test_desk", "passed")

    settled = by_name(settle([*outcomes, ran, *outcomes]))

    assert [each.ending for each in both] == ["failed", "error"]
    assert settled["test_both"].ending == "failed"
    assert settled["test_skipped"].ending == "passed"
    assert len(settle([*outcomes, ran])) == len(settle(outcomes))


def test_long_tracebacks_keep_their_beginning_and_more_of_their_end(tmp_path: Path) -> None:
    text = "first\n" + "x" * 10 * MAX_DETAILS + "\nE   ValueError: last"
    path = _written(tmp_path, f'<testsuite><testcase name="a"><failure>{text}</failure></testcase></testsuite>')

    (outcome,) = read_outcomes(path)

    assert len(outcome.details) == MAX_DETAILS
    assert outcome.details.startswith("first\n")
    assert outcome.details.endswith("E   ValueError: last")
    assert (outcome.kind, outcome.message) == ("ValueError", "last")


def test_several_files_and_folders_follow_each_other(tmp_path: Path) -> None:
    one = _written(tmp_path, '<testsuite><testcase name="a"/></testsuite>', "one.xml")
    _written(tmp_path / "more", '<testsuite><testcase name="b"/></testsuite>', "TEST-b.xml")
    _written(tmp_path / "more", '<testsuite><testcase name="c"/></testsuite>', "TEST-c.xml")
    _written(tmp_path / "more", "<coverage/>", "coverage.xml")

    assert [each.name for each in read_all_outcomes([tmp_path / "more", one])] == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<coverage/>", "no JUnit XML: it begins with <coverage>"),
        ("<test-run/>", "no JUnit XML"),
        ("", "not well-formed XML"),
        ("PASSED tests/test_a.py", "not well-formed XML"),
        ('<testsuite><testcase name="a">', "not well-formed XML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><testsuite/>', "XML refused"),
        ("<testsuite>" * 100, "nests deeper"),
        (b"<testsuite>\xff</testsuite>", "not well-formed XML"),
    ],
)
def test_what_is_no_junit_is_one_clear_error(tmp_path: Path, content: str | bytes, words: str) -> None:
    path = _written(tmp_path, content)

    with pytest.raises(InputError, match=words) as caught:
        read_outcomes(path)

    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_absent_files_pipes_and_empty_folders_are_clear_errors(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xml")
    (tmp_path / "empty").mkdir()

    for name, words in (("gone.xml", "no such file"), ("pipe.xml", "not a regular"), ("empty", "without JUnit XML")):
        with pytest.raises(InputError, match=words):
            read_all_outcomes([tmp_path / name])


def test_no_tests_at_all_is_an_answer(tmp_path: Path) -> None:
    assert read_outcomes(_written(tmp_path, "<testsuites/>")) == ()


@settings(max_examples=150, deadline=None)
@given(damaged(XMLRUNNER.encode()))
def test_a_damaged_report_gives_outcomes_or_one_clear_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = _written(tmp_path_factory.mktemp("damaged"), content)

    assert_answer_or_error(lambda: locate(read_outcomes(path), {}))


def test_ten_thousand_tests_are_read_and_placed_soon(tmp_path: Path) -> None:
    facts = facts_in(make_project(tmp_path / "project", UNITTESTS))
    cases = "".join(
        f'<testcase classname="tests.test_x.TestU" name="test_err[{number}]" time="0.1"><failure '
        f'message="E: {number}">{"line of a traceback" * 20}</failure></testcase>'
        for number in range(10_000)
    )
    path = _written(tmp_path, f"<testsuites><testsuite>{cases}</testsuite></testsuites>")

    placed: list[TestOutcome] = []
    assert_answer_or_error(lambda: placed.extend(settle(locate(read_outcomes(path), facts))))

    assert len(placed) == 10_000
    assert {each.unit for each in placed} == {"TestU.test_err"}
