"""Every attribute of a JUnit test case as the value that it stands for, without a runner."""

from pathlib import Path

import pytest

from planner.errors import InputError
from planner.model.outcomes import Ending, Phase, TestOutcome
from planner.suite.junit import read_all_outcomes, read_outcomes
from planner.suite.reasons import Reason, reason_of
from planner.suite.reports import Reports, read_reports
from planner.suite.retries import settle


def outcome_of(folder: Path, attributes: str, inside: str = "") -> TestOutcome:
    path = folder / "junit.xml"
    path.write_text(f"<testsuite><testcase {attributes}>{inside}</testcase></testsuite>", "utf-8")
    (outcome,) = read_outcomes(path)
    return outcome


def test_a_whole_case_is_read(tmp_path: Path) -> None:
    attributes = 'name="test_a[1]" classname="tests.test_a.TestB" file="tests\\test_a.py" line="11" time="1,002.5"'

    found = outcome_of(tmp_path, attributes, '<failure type="ValueError" message="bad">\nwhere\n  it was\n</failure>')

    assert found == TestOutcome(
        name="test_a[1]",
        scope="tests.test_a.TestB",
        ending="failed",
        path="tests/test_a.py",
        line=12,
        kind="ValueError",
        message="bad",
        details="where\n  it was",
        seconds=1002.5,
    )


def test_what_is_not_said_is_empty(tmp_path: Path) -> None:
    assert outcome_of(tmp_path, "") == TestOutcome("", "", "passed")


@pytest.mark.parametrize(
    ("attributes", "line"),
    [
        ('line="0"', 1),
        ('line="7" timestamp="2026-11-21T12:00:00"', 7),
        ('line="99999999"', 100_000_000),
        ('line="100000000"', None),
        ('line="-1"', None),
        ('line="x"', None),
        ('line="\u0663"', None),
        ("", None),
    ],
)
def test_lines_count_from_one(tmp_path: Path, attributes: str, line: int | None) -> None:
    assert outcome_of(tmp_path, attributes).line == line


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0.25", 0.25), ("1,234,567.5", 1234567.5), ("-1", 0), ("inf", 0), ("nan", 0), ("?", 0), ("", 0)],
)
def test_seconds_are_never_negative_or_endless(tmp_path: Path, text: str, seconds: float) -> None:
    assert outcome_of(tmp_path, f'time="{text}"').seconds == seconds


@pytest.mark.parametrize("attribute", ["status", "result"])
@pytest.mark.parametrize(
    ("value", "ending"), [("notrun", "skipped"), ("SKIPPED", "skipped"), ("disabled", "skipped"), ("run", "passed")]
)
def test_what_did_not_run_is_skipped(tmp_path: Path, attribute: str, value: str, ending: Ending) -> None:
    assert outcome_of(tmp_path, f'{attribute}="{value}"').ending == ending


@pytest.mark.parametrize("attribute", ["name", "classname", "file"])
def test_names_end_after_4096_characters(tmp_path: Path, attribute: str) -> None:
    found = outcome_of(tmp_path, f'{attribute}="{"x" * 5000}"')

    assert [len(each) for each in (found.name, found.scope, found.path or "") if each] == [4096]


def test_of_a_long_text_a_quarter_is_its_beginning_and_the_rest_its_end(tmp_path: Path) -> None:
    text = "".join(f"{number:07}\n" for number in range(10_000))  # 80,000 characters

    details = outcome_of(tmp_path, "", f"<failure>{text}</failure>").details

    beginning, end = details.split("\n...\n")
    assert len(details) == 65_536
    assert (len(beginning), text.startswith(beginning)) == (16_384, True)
    assert text.rstrip("\n").endswith(end)


def test_a_text_of_64_kib_is_kept_whole(tmp_path: Path) -> None:
    text = "x" * 65_536

    assert outcome_of(tmp_path, "", f"<failure>{text}</failure>").details == text


def test_texts_beyond_the_bound_of_a_file_are_left_out_and_shorter_ones_after_them_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planner.suite.junit.MAX_ALL_DETAILS", 10)
    texts = ["123456", "12345", "1234", "1"]
    cases = "".join(f"<testcase><error>{text}</error></testcase>" for text in texts)
    (tmp_path / "a.xml").write_text(f"<testsuite>{cases}</testsuite>")

    assert [each.details for each in read_outcomes(tmp_path / "a.xml")] == ["123456", "", "1234", ""]


def test_what_a_suite_says_of_itself_is_no_case(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<testsuites><testsuite><error>of all</error></testsuite></testsuites>")

    assert read_outcomes(tmp_path / "a.xml") == ()


def test_of_a_folder_only_reports_directly_in_it_are_read(tmp_path: Path) -> None:
    for name, text in (
        ("b.xml", '<testsuite><testcase name="b"/></testsuite>'),
        ("a.xml", '<testsuites><testcase name="a"/></testsuites>'),
        ("c.xml", '<coverage><testcase name="c"/></coverage>'),
        ("d.txt", '<testsuite><testcase name="d"/></testsuite>'),
        ("in/e.xml", '<testsuite><testcase name="e"/></testsuite>'),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    assert [each.name for each in read_all_outcomes([tmp_path])] == ["a", "b"]
    with pytest.raises(InputError, match=r"c\.xml: no JUnit XML: it begins with <coverage>, not with <testsuites> or"):
        read_outcomes(tmp_path / "c.xml")


# Why


@pytest.mark.parametrize(
    ("tag", "kind", "message", "text", "reason"),
    [
        ("failure", "", "ValueError: bad\nmore", "", Reason("failed", "call", "ValueError", "bad")),
        ("error", "builtins.KeyError", "'x'", "", Reason("error", "call", "KeyError", "'x'")),
        ("failure", "<class 'shop.Closed'>", "shop.Closed: late", "", Reason("failed", "call", "shop.Closed", "late")),
        ("failure", "", "assert 1 == 2", "", Reason("failed", "call", "AssertionError", "assert 1 == 2")),
        ("error", "", 'failed on setup with "OSError: no"', "", Reason("error", "setup", "OSError", "no")),
        ("error", "", 'failed on teardown with "OSError: no"', "", Reason("error", "teardown", "OSError", "no")),
        ("error", "", "test setup failure", "E   OSError: no", Reason("error", "setup", "OSError", "no")),
        ("error", "", "test teardown failure", "E   OSError: no", Reason("error", "teardown", "OSError", "no")),
        ("error", "", "collection failure", "E   ImportError: x", Reason("error", "collection", "ImportError", "x")),
        ("error", "", "", "E  ValueError: 1\nE  KeyError: 2", Reason("error", "call", "KeyError", "2")),
        ("failure", "", "", "shop.py:3: RuntimeError", Reason("failed", "call", "RuntimeError", "")),
        ("failure", "UnexpectedSuccess", "", "", Reason("failed")),
        ("skipped", "UnexpectedSuccess", "", "", Reason("failed")),
        ("skipped", "", "test passes unexpectedly", "", Reason("failed", "call", "", "test passes unexpectedly")),
        ("skipped", "pytest.skip", "not here", "", Reason("skipped", "call", "", "not here")),
        ("skipped", "pytest.xfail", "known", "", Reason("xfailed", "call", "", "known")),
        ("skipped", "XFAIL", "", "known", Reason("xfailed", "call", "", "known")),
        ("skipped", "", "expected test failure", "a trace", Reason("xfailed")),
        ("skipped", "", "test skipped: no net", "", Reason("skipped", "call", "", "no net")),
        (
            "skipped", "", "collection skipped", "('/a/t.py', 2, 'Skipped: whole module')",
            Reason("skipped", "collection", "", "whole module"),
        ),
    ],
)  # fmt: skip
def test_type_and_message_are_told_however_they_are_written(
    tag: str, kind: str, message: str, text: str, reason: Reason
) -> None:
    assert reason_of(tag, kind, message, text, "tests.test_a.test_b") == reason


@pytest.mark.parametrize(
    ("name", "text", "phase"),
    [
        ("setUpClass (tests.test_a.TestB).x", "", "setup"),
        (".tearDownModule (tests.test_a)", "", "teardown"),
        ("unittest.loader._FailedTest.test_a", "", "collection"),
        ("tests.test_a.test_b", '  File "a.py", line 3, in setUp\n    x', "setup"),
        ("tests.test_a.test_b", '  File "a.py", line 3, in tearDownClass\n    x', "teardown"),
        ("tests.test_a.test_b", '  File "a.py", line 3, in work\n    x', "call"),
        ("tests.test_a.test_b", '  File "a.py", line 3, in asyncSetUp\n    x', "setup"),
        ("tests.test_a.test_b", '  File "a.py", line 3, in asyncTearDown\n    x', "teardown"),
        ("tests.test_a.test_b", ">   async def asyncTearDown(self):\n        x", "teardown"),
        ("tests.test_a.test_b", "    async def asyncSetUp(self):\n>       x", "setup"),
        ("tests.test_a.test_b", "    def tearDown(self):\n>       x", "teardown"),
        ("tests.test_a.test_b", "    def setUpMore(self):\n>       x", "call"),
    ],
)
def test_the_phase_is_told_by_the_name_or_by_a_frame(name: str, text: str, phase: Phase) -> None:
    assert reason_of("error", "ValueError", "bad", text, name).phase == phase


def test_a_message_ends_after_its_first_line_or_a_thousand_characters() -> None:
    assert reason_of("failure", "ValueError", "x" * 2000, "", "").message == "x" * 1000
    assert reason_of("failure", "ValueError", " \n one \ntwo", "", "").message == "one"


# Several outcomes of one test


def _ended(ending: Ending, phase: Phase = "call", **changes: str) -> TestOutcome:
    return TestOutcome(changes.get("name", "test_a"), "tests", ending, phase=phase)


@pytest.mark.parametrize(
    ("endings", "settled"),
    [
        (["failed", "passed"], "passed"),
        (["skipped", "error"], "error"),
        (["error", "failed"], "failed"),
        (["failed", "xfailed"], "xfailed"),
        (["passed", "skipped", "failed"], "passed"),
    ],
)
def test_of_retries_the_one_counts_in_which_most_ran(endings: list[Ending], settled: Ending) -> None:
    assert [each.ending for each in settle(map(_ended, endings))] == [settled]


@pytest.mark.parametrize(
    ("first", "settled"),
    [("passed", "teardown"), ("xfailed", "teardown"), ("failed", "call"), ("skipped", "call"), ("error", "call")],
)
def test_clearing_up_that_fails_costs_only_what_had_passed(first: Ending, settled: Phase) -> None:
    (outcome,) = settle([_ended(first), _ended("error", "teardown")])

    assert outcome.phase == settled


def test_the_first_of_equal_outcomes_stays_and_so_does_the_order() -> None:
    first, second = TestOutcome("b", "", "passed", seconds=1.0), TestOutcome("b", "", "passed", seconds=2.0)
    others = [TestOutcome("b", "other", "failed"), TestOutcome("b", "", "failed", path="x.py")]

    assert settle([first, *others, second]) == (first, *others)


# What kind of report


@pytest.mark.parametrize("start", ["", "\n \t", '<?xml version="1.0"?>\n', "<!-- by hand -->"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_xml_is_known_by_its_first_sign_in_any_encoding(tmp_path: Path, start: str, encoding: str) -> None:
    (tmp_path / "a").write_text(f'{start}<testsuite><testcase name="a"/></testsuite>', encoding)

    assert read_reports([tmp_path / "a"]) == Reports((TestOutcome("a", "", "passed"),))


def test_no_report_at_all_is_an_error_that_says_what_to_give() -> None:
    with pytest.raises(InputError) as caught:
        read_reports([])

    assert str(caught.value) == (
        "no report of a test run is given (JUnit XML, as pytest --junitxml writes it, or pytest's log)"
    )
