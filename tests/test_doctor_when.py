"""Checks of when and of what the measurement ran: late starts, old data, parts of the suite, versions, leftovers."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from exams import make_exam
from factories import file_coverage, lines
from factories import measurement as make_measurement

from planner.doctor.check import Check
from planner.doctor.checks.broad_exclusions import CHECK as BROAD
from planner.doctor.checks.contexts_lost import CHECK as CONTEXTS_LOST
from planner.doctor.checks.dual_paths import CHECK as DUAL_PATHS
from planner.doctor.checks.late_start import CHECK as LATE_START
from planner.doctor.checks.leftover_data import CHECK as LEFTOVER_DATA
from planner.doctor.checks.other_version import CHECK as OTHER_VERSION
from planner.doctor.checks.part_of_suite import CHECK as PART_OF_SUITE
from planner.doctor.checks.paths_missing import CHECK as PATHS_MISSING
from planner.doctor.checks.source_unset import CHECK as SOURCE_UNSET
from planner.doctor.checks.stale_data import CHECK as STALE_DATA
from planner.doctor.checks.switched_off import CHECK as SWITCHED_OFF
from planner.doctor.checks.tests_not_run import CHECK as TESTS_NOT_RUN
from planner.doctor.exam import Exam
from planner.doctor.imports import body_lines, firm_lines, imported_with
from planner.doctor.missed import missed_by, names_of_tests
from planner.doctor.rerun import measuring_command, usual_command
from planner.model.calls import WatchedCall
from planner.model.findings import Finding
from planner.model.measurement import FileCoverage, Input, Measurement, Skipped
from planner.model.outcomes import TestOutcome
from planner.model.problem import BodyKey
from planner.model.seams import UnitKey
from planner.model.trail import DataFile, DataRow, Trail
from planner.settings import CoverageSettings, PytestSettings

PRICES = """\
import os

LIMIT = 10


def price(amount):
    if amount > LIMIT:
        return LIMIT
    return amount


class Desk:
    def sell(self):
        return price(1)
"""
STATEMENTS = "1 3 6-9 12-14"
IMPORT = "1 3 6 12-13"

TEST_PRICES = """\
from shop.prices import price


def test_price():
    assert price(1) == 1


def test_limit():
    assert price(11) == 10
"""

TEST_DESK = """\
from shop.prices import Desk


def test_desk():
    assert Desk().sell() == 1
"""

PRICE: BodyKey = ("shop/prices.py", "price")
SELL: BodyKey = ("shop/prices.py", "Desk.sell")


def only(check: Check, exam: Exam) -> Finding:
    (finding,) = check.find(exam)
    return finding


def found(check: Check, exam: Exam) -> list[Finding]:
    return list(check.find(exam))


def prices(missing: str = "", path: str = "shop/prices.py") -> FileCoverage:
    return file_coverage(path, STATEMENTS, missing)


def reaching(bodies: Mapping[UnitKey, Mapping[BodyKey, float]]) -> Any:
    """A `reach` that knows these units; the module level of a test file stands for all tests in it."""

    def reach(units: Iterable[UnitKey]) -> Mapping[BodyKey, float]:
        asked = list(units)
        return {
            body: chance
            for (path, name), entered in bodies.items()
            if (path, name) in asked or (path, "<module>") in asked
            for body, chance in entered.items()
        }

    return reach


REACH = reaching(
    {
        ("tests/test_prices.py", "test_price"): {PRICE: 1.0},
        ("tests/test_prices.py", "test_limit"): {PRICE: 1.0},
        ("tests/test_desk.py", "test_desk"): {SELL: 1.0, PRICE: 0.9},
    }
)


def shop(missing: str = "", *, measured: Measurement | None = None, **more: Any) -> Exam:
    """`shop/prices.py` with two test files; `missing` statements did not run."""
    return make_exam(
        [prices(missing)],
        sources={"shop/prices.py": PRICES},
        tests={"tests/test_prices.py": TEST_PRICES, "tests/test_desk.py": TEST_DESK},
        measurement=measured,
        **({"reach": REACH} | more),
    )


def rows(*names: str) -> tuple[DataRow, ...]:
    return tuple(DataRow(name, name, lines("1-9")) for name in names)


def call(name: str, path: str, line: int, unit: str = "<module>", **more: Any) -> WatchedCall:
    return WatchedCall(path, line, name, unit, **more)


# What an import runs


def test_an_import_runs_top_level_and_class_lines_and_no_bodies() -> None:
    facts = shop().facts["shop/prices.py"]

    assert firm_lines(facts) & lines(STATEMENTS) == lines(IMPORT)
    assert body_lines(facts) & lines(STATEMENTS) == lines("7-9 14")


def test_lines_under_a_condition_are_not_certain_to_run_on_import() -> None:
    source = "import sys\n\nif sys.platform == 'win32':\n    END = 1\nelse:\n    END = 2\n"
    exam = make_exam(sources={"a.py": source})

    assert firm_lines(exam.facts["a.py"]) & lines("1-6") & lines("4 6") == 0


def test_imports_are_followed_with_the_packages_above_them() -> None:
    sources = {"a/__init__.py": "", "a/b.py": "from a.c import x\n", "a/c.py": "x = 1\n", "a/d.py": "y = 1\n"}
    exam = make_exam(sources=sources)

    assert imported_with(["a/b.py"], exam.facts) == {"a/__init__.py", "a/b.py", "a/c.py"}


def test_an_import_inside_a_function_is_not_followed() -> None:
    exam = make_exam(sources={"b.py": "def f():\n    import c\n    return c\n", "c.py": "x = 1\n"})

    assert imported_with(["b.py"], exam.facts) == {"b.py"}


# late-start


def test_bodies_that_ran_without_their_import_show_a_late_start() -> None:
    finding = only(LATE_START, shop(missing=IMPORT))

    assert finding.doubt.covered == (5, 5)
    assert finding.doubt.lines == {"shop/prices.py": lines(IMPORT)}
    assert finding.mend.text == "python -m coverage run --source=shop -m pytest"
    assert (finding.evidence[-1].path, finding.evidence[-1].line) == ("shop/prices.py", 1)


def test_files_that_a_late_file_imports_were_imported_unseen_too() -> None:
    limits = file_coverage("shop/limits.py", "1-2", "1-2")
    source = PRICES.replace("import os", "import shop.limits")
    exam = make_exam(
        [prices(IMPORT), limits], sources={"shop/prices.py": source, "shop/limits.py": "LOW = 1\nTOP = 2\n"}
    )

    assert only(LATE_START, exam).doubt.covered == (7, 7)


def test_a_file_of_which_no_body_ran_proves_no_late_start() -> None:
    assert found(LATE_START, shop(missing=STATEMENTS)) == []


def test_a_file_whose_import_ran_is_not_late() -> None:
    assert found(LATE_START, shop(missing="8")) == []


def test_one_missing_line_of_the_import_is_not_enough() -> None:
    assert found(LATE_START, shop(missing="12")) == []


def test_a_report_of_some_contexts_leaves_imports_out_and_proves_nothing() -> None:
    exam = shop(missing=IMPORT, settings=CoverageSettings(report_contexts=("test_.*",)))

    assert found(LATE_START, exam) == []


def test_a_changed_file_is_stale_rather_than_late() -> None:
    exam = shop(missing=IMPORT, trail=Trail(astray={"shop/prices.py": lines("20")}))

    assert found(LATE_START, exam) == []


def test_the_plugin_that_addopts_load_early_is_named() -> None:
    text = '[tool.pytest.ini_options]\naddopts = "-p shop.prices --cov=shop"\n'
    settings = PytestSettings("pyproject.toml", ("-p", "shop.prices", "--cov=shop"))

    finding = only(LATE_START, shop(missing=IMPORT, pytest=settings, texts={"pyproject.toml": text}))

    assert finding.evidence[0].line == 2
    assert finding.mend.text == "python -m coverage run --source=shop -m pytest --no-cov"


def test_a_filter_for_a_warning_of_the_product_imports_it_early() -> None:
    filters = '    "error",\n    "ignore::shop.prices.Old",\n    "ignore::x.Y",\n'
    text = f"[tool.pytest.ini_options]\nfilterwarnings = [\n{filters}]\n"
    settings = PytestSettings("pyproject.toml")

    finding = only(LATE_START, shop(missing=IMPORT, pytest=settings, texts={"pyproject.toml": text}))

    assert [each.line for each in finding.evidence] == [4, 1]
    assert "shop.prices.Old" in finding.evidence[0].text


def test_hooks_of_an_early_plugin_and_what_they_hand_on_may_run_too() -> None:
    source = (
        "import atexit\nimport os\n\n\ndef pytest_configure(config):\n    atexit.register(clean)\n\n\n"
        "def clean():\n    os.sync()\n\n\ndef used():\n    return 1\n\n\ndef idle():\n    return 2\n"
    )
    plugin = file_coverage("shop/plugin.py", "1-2 5-6 9-10 13-14 17-18", "1-2 5-6 9-10 13 17-18")

    finding = only(LATE_START, make_exam([plugin], sources={"shop/plugin.py": source}))

    assert finding.doubt.covered == (6, 8)  # the import; and at most pytest_configure with clean, but not idle


# stale-data


def stale(missing: str = "8 12", **more: Any) -> Exam:
    """The `class` line did not run by its number of today, which its import is sure to run."""
    return shop(missing=missing, **more)


def test_lines_astray_show_that_the_source_has_changed() -> None:
    finding = only(STALE_DATA, stale(trail=Trail(astray={"shop/prices.py": lines("2 10-11")})))

    assert finding.evidence[0].text.endswith("2, 10-11")
    assert finding.doubt.covered == (-2, 2)  # the five lines of the import run again, all nine may
    assert finding.confidence == 0.95


def test_one_line_astray_is_less_sure() -> None:
    assert only(STALE_DATA, stale(trail=Trail(astray={"shop/prices.py": lines("2")}))).confidence == 0.7


def test_lines_astray_in_a_file_whose_import_ran_as_it_stands_are_a_tracers_mistake() -> None:
    assert found(STALE_DATA, stale(missing="8", trail=Trail(astray={"shop/prices.py": lines("90-400")}))) == []


def test_lines_astray_in_tests_alone_are_no_evidence() -> None:
    assert found(STALE_DATA, stale(trail=Trail(astray={"tests/test_prices.py": lines("30-40")}))) == []


def test_a_row_of_a_deleted_file_of_the_product_is_stale() -> None:
    heir = file_coverage("shop/new.py", "1-4", "1-4")
    measured = replace(make_measurement((prices("8"),)), unmeasured=(heir,))
    gone = DataRow("shop/old.py", None, lines("1-3"))

    finding = only(STALE_DATA, stale(measured=measured, trail=Trail(rows=(*rows("shop/prices.py"), gone))))

    assert "shop/old.py" in finding.evidence[0].text
    assert (finding.doubt.covered, finding.doubt.entering) == ((0, 4), (0, 4))


@pytest.mark.parametrize("name", ["shop/_version.py", "/var/tmp/norway.py", "other/old.py", "shop/x.pyx", "../old.py"])
def test_rows_of_generated_and_foreign_files_are_not_stale(name: str) -> None:
    heir = file_coverage("shop/new.py", "1-4", "1-4")
    measured = replace(make_measurement((prices("8"),)), unmeasured=(heir,))
    trail = Trail(rows=(*rows("shop/prices.py"), DataRow(name, None, lines("1-3"))))

    assert found(STALE_DATA, stale(measured=measured, trail=trail)) == []


def test_a_lost_file_that_is_imported_still_is_made_by_a_build() -> None:
    source = PRICES.replace("import os", "import shop.tables")
    heir = file_coverage("shop/new.py", "1-4", "1-4")
    measured = replace(make_measurement((prices("8"),)), unmeasured=(heir,))
    trail = Trail(rows=(*rows("shop/prices.py"), DataRow("shop/tables.py", None, lines("1-3"))))

    assert found(STALE_DATA, make_exam(sources={"shop/prices.py": source}, measurement=measured, trail=trail)) == []


def three(times: Iterable[float], made: float = 1000.0) -> Exam:
    files = [prices("8", path) for path in ("shop/a.py", "shop/b.py", "shop/c.py")]
    return make_exam(
        files,
        sources={file.path: PRICES for file in files},
        modified=dict(zip((file.path for file in files), times, strict=True)),
        trail=Trail(files=(DataFile(".coverage", made),)),
    )


def test_a_file_newer_than_the_data_where_others_are_older_is_a_note() -> None:
    finding = only(STALE_DATA, three([500, 500, 2000]))

    assert [each.path for each in finding.evidence] == ["shop/c.py"]
    assert finding.confidence < 0.5


def test_a_fresh_checkout_is_newer_than_its_data_and_not_stale() -> None:
    assert found(STALE_DATA, three([2000, 2000, 2001])) == []


def test_seconds_between_files_of_one_checkout_say_nothing() -> None:
    assert found(STALE_DATA, three([999, 999, 1030])) == []


def test_reports_cannot_be_held_against_the_source() -> None:
    assert STALE_DATA.needs(shop()) == "no data file, only reports"


# part-of-suite


def test_a_test_file_without_a_row_beside_others_did_not_run() -> None:
    exam = shop(missing="14", trail=Trail(rows=rows("shop/prices.py", "tests/test_prices.py")))

    finding = only(PART_OF_SUITE, exam)

    assert [each.path for each in finding.evidence] == ["tests/test_desk.py"]
    assert finding.doubt.covered == (1, 1)
    assert "1 of 2 test files" in finding.title


def test_a_test_file_that_no_context_names_did_not_run() -> None:
    exam = shop(missing="14", trail=Trail(contexts=("tests/test_prices.py::test_price|run",)))

    finding = only(PART_OF_SUITE, exam)

    assert finding.evidence[0].path == "tests/test_desk.py"
    assert finding.mend.text == "python -m pytest --cov=shop --cov-context=test"


def test_contexts_of_coverage_py_name_test_files_by_their_modules() -> None:
    exam = shop(missing="14", trail=Trail(contexts=("tests.test_prices.test_price",)))

    assert only(PART_OF_SUITE, exam).evidence[0].path == "tests/test_desk.py"


def test_a_test_file_that_the_report_does_not_know_did_not_run() -> None:
    outcome = TestOutcome("test_price", "tests.test_prices", "passed", "tests/test_prices.py", "test_price")

    assert only(PART_OF_SUITE, shop(missing="14", outcomes=(outcome,))).evidence[0].path == "tests/test_desk.py"


def test_a_report_tells_of_test_files_too() -> None:
    measured = make_measurement((prices("14"), file_coverage("tests/test_prices.py", "1-9")))

    assert only(PART_OF_SUITE, shop(measured=measured)).evidence[0].path == "tests/test_desk.py"


def test_without_rows_contexts_and_outcomes_nothing_is_said_of_the_suite() -> None:
    assert found(PART_OF_SUITE, shop(missing="14", trail=Trail(rows=rows("shop/prices.py")))) == []


def test_a_test_that_enters_no_product_leaves_no_context() -> None:
    reach = reaching({("tests/test_prices.py", "test_price"): {PRICE: 1.0}})
    exam = shop(missing="14", reach=reach, trail=Trail(contexts=("tests/test_prices.py::test_price|run",)))

    assert found(PART_OF_SUITE, exam) == []


@pytest.mark.parametrize(
    "more",
    [
        {"settings": CoverageSettings(run_omit=("tests/test_desk.py",))},
        {"settings": CoverageSettings(source=("shop",))},
        {"pytest": PytestSettings("pytest.ini", testpaths=("unit",))},
        {"pytest": PytestSettings("pytest.ini", ("--ignore=tests/test_desk.py",))},
        {"texts": {"tests/conftest.py": "collect_ignore = ['test_desk.py']\n"}},
    ],
)
def test_test_files_that_would_not_show_are_not_missed(more: dict[str, Any]) -> None:
    exam = shop(missing="14", trail=Trail(rows=rows("shop/prices.py", "tests/test_prices.py")), **more)

    assert found(PART_OF_SUITE, exam) == []


def test_a_test_file_that_is_skipped_whole_may_rightly_not_run() -> None:
    tests = {"tests/test_prices.py": TEST_PRICES, "tests/test_desk.py": f"import pytest\npytest.skip('x')\n{TEST_DESK}"}
    trail = Trail(rows=rows("shop/prices.py", "tests/test_prices.py"))
    exam = make_exam([prices("14")], sources={"shop/prices.py": PRICES}, tests=tests, reach=REACH, trail=trail)

    assert found(PART_OF_SUITE, exam) == []


def test_a_test_file_that_would_cover_nothing_more_is_not_missed() -> None:
    exam = shop(missing="", trail=Trail(rows=rows("shop/prices.py", "tests/test_prices.py")))

    assert found(PART_OF_SUITE, exam) == []


# tests-not-run


def outcome(ending: Any, path: str = "tests/test_desk.py", unit: str = "test_desk", **more: Any) -> TestOutcome:
    return TestOutcome(unit, "tests", ending, path, unit, **more)


def test_a_skipped_test_hides_what_only_it_reaches() -> None:
    finding = only(TESTS_NOT_RUN, shop(missing="14", outcomes=(outcome("skipped", message="too slow"),)))

    assert finding.title == "one test was skipped, and nothing else runs what it is for"
    assert finding.doubt.covered == (1, 1)
    assert finding.mend.text == "let these tests run, or delete them: too slow"


def test_a_test_that_broke_in_its_set_up_is_told_apart_from_a_skipped_one() -> None:
    broken = outcome("error", phase="setup", message="no database")

    assert only(TESTS_NOT_RUN, shop(missing="14", outcomes=(broken,))).title.startswith(
        "one test broke before it began"
    )


def test_a_skipped_test_whose_code_others_run_is_no_finding() -> None:
    assert found(TESTS_NOT_RUN, shop(missing="8", outcomes=(outcome("skipped"),))) == []


@pytest.mark.parametrize("ending", ["passed", "failed", "xfailed"])
def test_tests_that_ran_are_no_finding(ending: str) -> None:
    assert found(TESTS_NOT_RUN, shop(missing="14", outcomes=(outcome(ending),))) == []


def test_an_expected_failure_that_is_not_even_tried_is_a_finding() -> None:
    assert only(TESTS_NOT_RUN, shop(missing="14", outcomes=(outcome("xfailed", message="[NOTRUN] MAIL-7"),)))


def test_a_parametrised_test_that_ran_once_is_not_missed() -> None:
    exam = shop(missing="14", outcomes=(outcome("skipped"), outcome("passed")))

    assert found(TESTS_NOT_RUN, exam) == []


def skipping(source: str, *calls: WatchedCall) -> Exam:
    tests = {"tests/test_desk.py": source}
    return make_exam([prices("14")], sources={"shop/prices.py": PRICES}, tests=tests, calls=calls, reach=REACH)


DESK = "tests/test_desk.py"


def test_without_a_report_skip_markers_are_read_with_less_confidence() -> None:
    skip = call("pytest.mark.skip", DESK, 4, "test_desk", role="decorator", strings=("flaky",))

    finding = only(TESTS_NOT_RUN, skipping(TEST_DESK, skip))

    assert finding.confidence < only(TESTS_NOT_RUN, shop("14", outcomes=(outcome("skipped"),))).confidence
    assert (finding.evidence[0].path, finding.evidence[0].line) == (DESK, 4)
    assert "flaky" in finding.mend.text


@pytest.mark.parametrize(("condition", "count"), [("True", 1), ("sys.platform == 'win32'", 0)])
def test_a_conditional_skip_counts_where_its_condition_is_true_on_its_face(condition: str, count: int) -> None:
    skip = call("pytest.mark.skipif", DESK, 4, "test_desk", role="decorator", arguments=(condition,))

    assert len(found(TESTS_NOT_RUN, skipping(TEST_DESK, skip))) == count


def test_a_mark_on_the_whole_file_skips_all_its_tests() -> None:
    source = f"import pytest\npytestmark = pytest.mark.skip('later')\n{TEST_DESK}"

    assert only(TESTS_NOT_RUN, skipping(source, call("pytest.mark.skip", DESK, 2)))


def test_a_mark_on_one_parameter_skips_no_whole_file() -> None:
    source = f"import pytest\nCASES = [pytest.param(1, marks=pytest.mark.skip('later'))]\n{TEST_DESK}"

    assert found(TESTS_NOT_RUN, skipping(source, call("pytest.mark.skip", DESK, 2))) == []


@pytest.mark.parametrize(("body", "count"), [("pytest.skip('x')", 1), ("Desk()\n    pytest.skip('x')", 0)])
def test_a_skip_at_the_head_of_a_test_counts_and_a_later_one_does_not(body: str, count: int) -> None:
    source = f"import pytest\n\n\ndef test_desk():\n    {body}\n"
    skip = call("pytest.skip", DESK, source[: source.index("pytest.skip(")].count("\n") + 1, "test_desk")

    assert len(found(TESTS_NOT_RUN, skipping(source, skip))) == count


# switched-off


SETTRACE = "import sys\n\nfrom shop.prices import price\n\n\ndef test_a():\n    sys.settrace(None)\n"


def traced(source: str = SETTRACE, missing: str = "14", **more: Any) -> Exam:
    tests = {"tests/test_a.py": source, DESK: TEST_DESK}
    calls = (call("sys.settrace", "tests/test_a.py", 7, "test_a", arguments=("None",)),)
    sources = {"shop/prices.py": PRICES}
    return make_exam([prices(missing)], sources=sources, tests=tests, calls=calls, **({"reach": REACH} | more))


def test_what_runs_after_the_trace_function_is_gone_is_in_doubt() -> None:
    finding = only(SWITCHED_OFF, traced())

    assert finding.doubt.covered == (1, 1)
    assert (finding.evidence[0].path, finding.evidence[0].line) == ("tests/test_a.py", 7)
    assert finding.confidence < 0.9


def test_later_tests_that_left_no_trace_make_it_certain() -> None:
    rows_of_tests = (DataRow("tests/test_a.py", "tests/test_a.py", lines("1-7")), DataRow(DESK, DESK, lines("1 4")))

    assert only(SWITCHED_OFF, traced(trail=Trail(rows=rows_of_tests))).confidence == 0.95


def test_a_trace_function_that_is_put_back_is_no_fault() -> None:
    source = SETTRACE.replace("    sys.settrace(None)", "    sys.settrace(None)\n    sys.settrace(sys.gettrace())")

    assert found(SWITCHED_OFF, traced(source)) == []


def test_sysmon_needs_no_trace_function() -> None:
    assert found(SWITCHED_OFF, traced(settings=CoverageSettings(core="sysmon"))) == []


def test_a_later_test_that_the_data_has_seen_shows_that_nothing_was_lost() -> None:
    seen = Trail(rows=(DataRow(DESK, DESK, lines("1 4-5")),))

    assert found(SWITCHED_OFF, traced(trail=seen)) == []


def test_calls_in_the_product_are_not_taken_for_a_switch() -> None:
    calls = (call("sys.settrace", "shop/prices.py", 8, "price", arguments=("None",)),)

    assert found(SWITCHED_OFF, shop(missing="14", calls=calls)) == []


@pytest.mark.parametrize(("names", "count"), [(("stop",), 1), (("stop", "start"), 0)])
def test_stopping_coverage_is_a_fault_where_nothing_starts_it_again(names: tuple[str, ...], count: int) -> None:
    calls = tuple(call(f"coverage.Coverage.current().{name}", "tests/conftest.py", 3, "setup") for name in names)
    tests = {"tests/conftest.py": "import coverage\n", DESK: TEST_DESK}
    sources = {"shop/prices.py": PRICES}
    exam = make_exam([prices("14")], sources=sources, tests=tests, calls=calls, reach=REACH)

    assert len(found(SWITCHED_OFF, exam)) == count


def test_a_lost_trace_function_behind_which_all_ran_is_no_finding() -> None:
    assert found(SWITCHED_OFF, traced(missing="")) == []


@pytest.mark.parametrize(("addopts", "count"), [(("--cov=shop",), 1), ((), 0), (("--cov=shop", "--no-cov"), 0)])
def test_no_cover_marks_matter_to_pytest_cov_alone(addopts: tuple[str, ...], count: int) -> None:
    marked = call("pytest.mark.no_cover", DESK, 4, "test_desk", role="decorator")
    exam = shop(missing="14", calls=(marked,), pytest=PytestSettings("pytest.ini", addopts))

    assert len(found(SWITCHED_OFF, exam)) == count


# contexts-lost


def contexts(*names: str, **settings: Any) -> Exam:
    return shop(
        settings=CoverageSettings(file=".coveragerc", **settings),
        pytest=PytestSettings("pytest.ini", ("--cov-context=test",)),
        texts={"pytest.ini": "[pytest]\naddopts = --cov-context=test\n"},
        trail=Trail(rows=rows("shop/prices.py"), contexts=names),
    )


def test_contexts_that_are_asked_for_and_absent_are_a_note() -> None:
    finding = only(CONTEXTS_LOST, contexts())

    assert finding.severity == "note"
    assert (finding.evidence[0].path, finding.evidence[0].line) == ("pytest.ini", 2)


def test_sysmon_notes_the_first_test_of_a_line_only() -> None:
    finding = only(CONTEXTS_LOST, contexts("tests/test_a.py::test_a|run", core="sysmon"))

    assert finding.mend.text == "[run]\ncore = ctrace"


@pytest.mark.parametrize(
    "settings",
    [{}, {"core": "sysmon", "dynamic_context": "test_function"}, {"core": "sysmon", "concurrency": ("greenlet",)}],
)
def test_contexts_of_the_c_tracer_are_whole(settings: dict[str, Any]) -> None:
    assert found(CONTEXTS_LOST, contexts("tests/test_a.py::test_a|run", **settings)) == []


def test_without_an_order_for_contexts_none_are_missed() -> None:
    assert found(CONTEXTS_LOST, shop(trail=Trail(rows=rows("shop/prices.py")))) == []


# other-version


def versions(recorded: str, counting: str = "7.17.3", **more: Any) -> Exam:
    measured = replace(
        make_measurement((prices("8"),)), inputs=(Input(".coverage", "data", recorded),), counted_by=counting
    )
    return shop(measured=measured, trail=Trail(rows=rows("shop/prices.py")), **more)


@pytest.mark.parametrize(
    ("recorded", "count"), [("6.5.0", 1), ("7.6.0", 1), ("7.9.2", 1), ("7.10.0", 0), ("7.17.3", 0)]
)
def test_only_versions_with_other_rules_matter(recorded: str, count: int) -> None:
    assert len(found(OTHER_VERSION, versions(recorded))) == count


def test_the_percent_of_the_recording_version_is_counted_without_newer_exclusions() -> None:
    exclude = ("# pragma: no cover", r"\.\.\.", "if TYPE_CHECKING:")
    asked: list[tuple[str, ...]] = []

    def recount(path: str, settings: CoverageSettings) -> FileCoverage:
        asked.append(settings.exclude)
        return file_coverage(path, "1-15", "8")

    finding = only(OTHER_VERSION, versions("7.6.10", settings=CoverageSettings(exclude=exclude), recount=recount))

    assert asked == [("# pragma: no cover",)]
    assert "93.33 % where 88.89 % is counted here: 6 statements differ" in finding.why
    assert finding.doubt.covered == (0, 0)


def test_exclusions_of_the_project_are_kept_whatever_the_version() -> None:
    own = CoverageSettings(exclude=("...", "if TYPE_CHECKING:"), exclude_lines=("...", "if TYPE_CHECKING:"))

    assert "0 statements differ" in only(OTHER_VERSION, versions("7.6.10", settings=own)).why


# leftover-data


def made(*times: str) -> Exam:
    files = [DataFile(f".coverage.ci.{place}", 0.0, meta={"when": when}) for place, when in enumerate(times)]
    return shop(missing="8", trail=Trail(files=tuple(files)))


def test_files_of_an_earlier_day_are_leftovers() -> None:
    finding = only(LEFTOVER_DATA, made("2024-05-01 10:00:00", "2024-05-02 10:00:00", "2024-05-02 10:05:00"))

    assert finding.mend.text == "rm .coverage.ci.0"
    assert finding.doubt.covered == (-3, 0)  # three lines of functions ran: 7, 9, 14


def test_jobs_of_one_pipeline_are_of_one_run() -> None:
    assert found(LEFTOVER_DATA, made("2024-05-01 10:00:00", "2024-05-01 11:30:00")) == []


@pytest.mark.parametrize("when", ["", "yesterday", "2024-13-40 99:00:00"])
def test_files_without_a_time_that_can_be_read_are_passed_over(when: str) -> None:
    assert found(LEFTOVER_DATA, made(when, "2024-05-02 10:00:00")) == []


def test_a_data_file_that_cannot_be_read_is_lost() -> None:
    measured = replace(make_measurement((prices("8"),)), skipped=(Skipped(".coverage.ci.1", "not SQLite"),))

    finding = only(LEFTOVER_DATA, shop(measured=measured))

    assert finding.doubt.covered == (0, 1)
    assert finding.evidence[0].path == ".coverage.ci.1"


def test_a_skipped_source_file_is_no_data_file() -> None:
    measured = replace(make_measurement((prices("8"),)), skipped=(Skipped("shop/odd.py", "does not parse"),))

    assert found(LEFTOVER_DATA, shop(measured=measured)) == []


def test_odd_names_are_quoted_for_the_shell() -> None:
    files = (
        DataFile(".coverage.my host's.1", 0.0, meta={"when": "2024-05-01 10:00:00"}),
        DataFile(".coverage.ci.2", 0.0, meta={"when": "2024-05-02 10:00:00"}),
    )

    assert only(LEFTOVER_DATA, shop(trail=Trail(files=files))).mend.text == "rm '.coverage.my host'\\''s.1'"


# What is shared


def test_a_function_of_which_something_ran_is_not_idle() -> None:
    missed = missed_by(shop(missing="8"), [("tests/test_prices.py", "test_limit")])

    assert (missed.least, missed.most, missed.idle) == (0, 1, 0)


def test_at_least_the_first_statement_of_a_function_surely_entered_would_run() -> None:
    missed = missed_by(shop(missing="7-9"), [("tests/test_prices.py", "test_limit")])

    assert (missed.least, missed.most, missed.idle) == (1, 3, 3)


def test_tests_are_functions_and_methods_with_the_usual_names() -> None:
    source = "def test_a(): ...\ndef help(): ...\nclass TestB:\n    def test_c(self): ...\n    def other(self): ...\n"
    exam = make_exam(tests={"tests/test_x.py": source})

    assert names_of_tests(exam.test_facts["tests/test_x.py"]) == ("test_a", "TestB.test_c")


def test_methods_of_a_base_class_are_no_tests_of_their_own() -> None:
    source = "class Base:\n    def test_c(self): ...\nclass TestB(Base):\n    pass\n"
    exam = make_exam(tests={"tests/test_x.py": source})

    assert names_of_tests(exam.test_facts["tests/test_x.py"]) == ()


def test_the_command_says_only_what_no_configuration_says() -> None:
    configured = shop(settings=CoverageSettings(source=("shop",), branch=True))

    assert measuring_command(configured) == "python -m coverage run -m pytest"
    assert measuring_command(shop()) == "python -m coverage run --source=shop -m pytest"


def test_a_suite_of_unittest_is_run_by_unittest() -> None:
    exam = make_exam([prices()], sources={"shop/prices.py": PRICES}, tests={"tests/test_x.py": "import unittest\n"})

    assert measuring_command(exam) == "python -m coverage run --source=shop -m unittest"


def test_where_addopts_measure_pytest_alone_is_enough() -> None:
    assert usual_command(shop(pytest=PytestSettings("pytest.ini", ("--cov=shop",)))) == "python -m pytest"


# no test ran at all


SUITE_OF_TEN = "from shop import prices\n\n" + "".join(
    f"\n\ndef test_{number}():\n    assert prices.price_{number}() == {number}\n" for number in range(10)
)
TEN_PRICES = "".join(f"def price_{number}():\n    return {number}\n" for number in range(10))
TEN_LINES = "1-20"
TEN_BODIES = "2 4 6 8 10 12 14 16 18 20"
REACH_TEN = reaching(
    {("tests/test_ten.py", f"test_{number}"): {("shop/prices.py", f"price_{number}"): 1.0} for number in range(10)}
)
MADE = DataFile(".coverage", 100.0)


def suite_of_ten(missing: str, *, of_tests: str | None = None, **more: Any) -> Exam:
    files = [file_coverage("shop/prices.py", TEN_LINES, missing)]
    lines_of_tests = " ".join(str(line) for line in (1, *range(5, 45, 4), *range(6, 46, 4)))
    if of_tests is not None:
        files.append(file_coverage("tests/test_ten.py", lines_of_tests, of_tests))
    more = {"trail": Trail(files=(MADE,), rows=rows("shop/prices.py")), "reach": REACH_TEN, **more}
    sources, tests = {"shop/prices.py": TEN_PRICES}, {"tests/test_ten.py": SUITE_OF_TEN}
    return make_exam(files, sources=sources, tests=tests, **more)


def test_a_suite_that_stopped_before_its_first_test_left_imports_alone() -> None:
    finding = only(PART_OF_SUITE, suite_of_ten(TEN_BODIES))

    assert finding.title == "hardly a test ran: 10 of 10 functions that tests call by name did not"
    assert finding.doubt.covered == (10, 10)
    assert finding.evidence[0].path == "shop/prices.py"


def test_one_function_that_ran_of_many_may_be_the_import() -> None:
    assert found(PART_OF_SUITE, suite_of_ten("4 6 8 10 12 14 16 18 20")) == []  # nine are too few to tell
    assert found(PART_OF_SUITE, suite_of_ten("")) == []


def test_measured_tests_of_which_no_line_ran_tell_it_for_certain() -> None:
    bodies = " ".join(str(line) for line in range(6, 46, 4))

    finding = only(PART_OF_SUITE, suite_of_ten(TEN_BODIES, of_tests=bodies))

    assert finding.title == "no test ran: the run ended before the first of them"
    assert finding.confidence == 0.95
    assert finding.doubt.covered == (0, 20)


def test_a_measured_file_that_is_only_named_like_a_test_tells_nothing() -> None:
    stress = "".join(f"def load_{number}():\n    return {number}\n" for number in range(10))
    tests = {"shop/stress_test.py": stress, "tests/test_ten.py": SUITE_OF_TEN.replace("prices.price", "prices.other")}
    files = [file_coverage("shop/stress_test.py", TEN_LINES, TEN_BODIES)]
    trail = Trail(files=(MADE,), rows=rows("shop/stress_test.py"))

    assert (
        found(PART_OF_SUITE, make_exam(files, sources={"shop/prices.py": TEN_PRICES}, tests=tests, trail=trail)) == []
    )


def test_a_measured_test_that_ran_settles_it() -> None:
    bodies = " ".join(str(line) for line in range(10, 46, 4))

    exam = suite_of_ten("4 6 8 10 12 14 16 18 20", of_tests=bodies)

    assert found(PART_OF_SUITE, exam) == []


def test_a_data_file_without_a_line_says_that_nothing_was_recorded() -> None:
    finding = only(PART_OF_SUITE, suite_of_ten(TEN_LINES, trail=Trail(files=(MADE,))))

    assert finding.title == "coverage.py has recorded nothing at all"
    assert finding.doubt.covered == (0, 20)


def test_tests_that_passed_although_nothing_was_recorded_are_counted() -> None:
    passed = (TestOutcome("test_1", "tests.test_ten", "passed", "tests/test_ten.py", "test_1"),)

    finding = only(PART_OF_SUITE, suite_of_ten(TEN_LINES, trail=Trail(files=(MADE,)), outcomes=passed))

    assert finding.title.endswith("though one test passed")


def test_a_report_says_nothing_of_what_was_recorded() -> None:
    assert found(PART_OF_SUITE, suite_of_ten(TEN_LINES, trail=Trail())) == []


def test_passed_tests_are_no_reason_to_say_that_none_ran() -> None:
    passed = (TestOutcome("test_1", "tests.test_ten", "passed", "tests/test_ten.py", "test_1"),)

    assert found(PART_OF_SUITE, suite_of_ten(TEN_BODIES, outcomes=passed)) == []


# what tests that did not run would cover of themselves


def counted_tests(*outcomes: TestOutcome, source: str = TEST_DESK) -> Exam:
    """Tests that count in the total; of tests/test_desk.py only the import ran."""
    files = [prices("14"), file_coverage("tests/test_desk.py", "1 4-5", "5")]
    tests = {"tests/test_prices.py": TEST_PRICES, "tests/test_desk.py": source}
    return make_exam(files, sources={"shop/prices.py": PRICES}, tests=tests, reach=REACH, outcomes=outcomes)


def test_a_skipped_test_that_counts_in_the_total_covers_itself_too() -> None:
    finding = only(TESTS_NOT_RUN, counted_tests(outcome("skipped")))

    assert finding.doubt.covered == (1, 2)
    assert "1 missing points of their own" in finding.doubt.basis


def test_a_test_file_that_broke_covers_itself_wholly_once_it_is_mended() -> None:
    finding = only(TESTS_NOT_RUN, counted_tests(outcome("error", unit="<module>", phase="collection")))

    assert finding.doubt.covered[1] == 2


def test_tests_that_failed_with_the_same_message_are_freed_by_the_same_mend() -> None:
    broken = outcome("error", "tests/test_prices.py", "<module>", phase="collection", message="No module named 'jwt'")
    failed = outcome("failed", message="ModuleNotFoundError: No module named 'jwt'")

    finding = only(TESTS_NOT_RUN, counted_tests(broken, failed))

    assert finding.doubt.covered == (1, 2)  # the statement of Desk.sell, and that of the failed test
    assert finding.title.startswith("one test broke")


@pytest.mark.parametrize("body", ["pass", "...", "skip()", 'pytest.skip("later")', 'self.skipTest("later")  # TODO'])
def test_a_skipped_test_with_nothing_in_it_hides_nothing(body: str) -> None:
    source = TEST_DESK.replace("assert Desk().sell() == 1", body)

    assert found(TESTS_NOT_RUN, counted_tests(outcome("skipped"), source=source)) == []


def test_a_skip_without_a_reason_is_told_as_such() -> None:
    finding = only(TESTS_NOT_RUN, counted_tests(outcome("skipped", message="Skipped")))

    assert finding.mend.text == "let these tests run, or delete them: no reason given"
    assert "coverage combine" in finding.mend.note


def test_a_skipped_test_is_graded_by_what_it_likely_covers_and_not_by_all_that_it_may() -> None:
    sources = {
        "shop/prices.py": PRICES
        + "".join(f"\n    def more_{each}(self):\n        return {each}\n" for each in range(9))
    }
    exam = make_exam(
        [
            file_coverage(
                "shop/prices.py",
                "1 3 6-9 12-14 16-17 19-20 22-23 25-26 28-29 31-32 34-35 37-38 40-41",
                "14 17 20 23 26 29 32 35 38 41",
            ),
            file_coverage("shop/big.py", "1-400"),
        ],
        sources={**sources, "shop/big.py": "x = 1\n" * 400},
        tests={"tests/test_prices.py": TEST_PRICES, "tests/test_desk.py": TEST_DESK},
        reach=REACH,
        outcomes=(outcome("skipped"),),
    )

    finding = only(TESTS_NOT_RUN, exam)

    assert finding.doubt.covered == (1, 10)  # with the other methods of the class: 2.3 percent points
    assert finding.severity == "note"


@pytest.mark.parametrize("check", [DUAL_PATHS, SOURCE_UNSET])
def test_where_no_test_ran_nobody_looks_for_other_reasons(check: Check) -> None:
    measured = make_measurement((), unmeasured=(file_coverage("shop/prices.py", TEN_LINES, TEN_LINES),))

    exam = suite_of_ten(TEN_LINES, trail=Trail(files=(MADE,)), measurement=measured)

    assert found(check, exam) == []


@pytest.mark.parametrize("check", [PATHS_MISSING, CONTEXTS_LOST, BROAD])
def test_data_without_rows_is_not_called_a_report(check: Check) -> None:
    assert check.needs(suite_of_ten(TEN_LINES, trail=Trail(files=(MADE,)))) == (
        "the data has no rows: nothing was recorded"
    )


def test_a_suite_that_broke_while_it_was_collected_is_told_by_the_report() -> None:
    broken = TestOutcome("t", "", "error", "tests/test_ten.py", "<module>", phase="collection", message="No module 'x'")

    exam = suite_of_ten("", outcomes=(broken,))

    assert only(PART_OF_SUITE, exam).evidence[0].text == "broke: No module 'x'"
    assert found(TESTS_NOT_RUN, exam) == []


def test_a_test_with_parameters_is_evidence_once() -> None:
    finding = only(TESTS_NOT_RUN, counted_tests(outcome("skipped", line=4), outcome("skipped", line=4)))

    assert len(finding.evidence) == 1
