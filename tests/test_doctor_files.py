"""Checks of which files count: `source`, directories, names of rows, copies, plugins, tests in the total."""

import os
import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from coverage.exceptions import ConfigError
from coverage.files import PathAliases, globs_to_regex
from exams import make_exam
from factories import counts, file_coverage, lines
from factories import measurement as make_measurement
from hypothesis import given
from hypothesis import strategies as st

from planner.doctor.check import Check
from planner.doctor.checks.dual_paths import CHECK as DUAL_PATHS
from planner.doctor.checks.include_ignored import CHECK as INCLUDE_IGNORED
from planner.doctor.checks.namespace_directories import CHECK as NAMESPACE_DIRECTORIES
from planner.doctor.checks.paths_missing import CHECK as PATHS_MISSING
from planner.doctor.checks.plugin_missing import CHECK as PLUGIN_MISSING
from planner.doctor.checks.relative_files import CHECK as RELATIVE_FILES
from planner.doctor.checks.source_unset import CHECK as SOURCE_UNSET
from planner.doctor.checks.tests_in_total import CHECK as TESTS_IN_TOTAL
from planner.doctor.checks.unparsable_files import CHECK as UNPARSABLE_FILES
from planner.doctor.copies import covered_together
from planner.doctor.discovery import directory_of, found_below
from planner.doctor.evidence import first_few, lines_of_code
from planner.doctor.exam import Exam
from planner.doctor.globs import mapping, matches
from planner.doctor.prefixes import prefixes_of
from planner.doctor.printed import printed
from planner.model.findings import Evidence, Finding
from planner.model.measurement import FileCoverage, Skipped
from planner.model.trail import DataFile, DataRow, Trail
from planner.settings import CoverageSettings, PytestSettings

TEN = "".join(f"value_{number} = {number}\n" for number in range(1, 11))
"""A module of ten statements, as `file_coverage` has them by default."""


def only(check: Check, exam: Exam) -> Finding:
    (finding,) = check.find(exam)
    return finding


def found(check: Check, exam: Exam) -> list[Finding]:
    return list(check.find(exam))


def trail(
    *names: str,
    ran: str = "1-10",
    guessed: tuple[str, ...] = (),
    path: str = "pkg/mod.py",
    elsewhere: tuple[str, ...] = (),
) -> Trail:
    """Rows of one file under the names given."""
    rows = tuple(DataRow(name, path, lines(ran)) for name in names)
    return Trail(rows, guessed=frozenset(guessed), elsewhere=frozenset(elsewhere))


def package(*unmeasured: FileCoverage, settings: CoverageSettings | None = None, **more: Any) -> Exam:
    """`shop/a.py` is measured and half run; `unmeasured` lie beside it."""
    measured = file_coverage("shop/a.py", missing="6-10")
    sources = {"shop/__init__.py": "", "shop/a.py": TEN} | {file.path: TEN for file in unmeasured}
    return make_exam(measurement=make_measurement((measured,), unmeasured), sources=sources, settings=settings, **more)


class TestPatterns:
    @pytest.mark.parametrize(
        ("pattern", "path"),
        [
            ("src/*", "src/shop/a.py"),
            ("*/tests/*", "shop/tests/test_a.py"),
            ("setup.py", "tools/setup.py"),
            ("shop/**/a.py", "shop/x/y/a.py"),
            ("shop/?.py", "shop/a.py"),
            ("sh[o]p/a.py", "shop/a.py"),
            ("../*", "shop/a.py"),
        ],
    )
    def test_a_pattern_matches_below_the_root(self, pattern: str, path: str) -> None:
        assert matches([pattern], path)

    @pytest.mark.parametrize(
        ("pattern", "path"),
        [("src", "src/a.py"), ("src/*.py", "src/shop/a.py"), ("/elsewhere/*", "a.py"), ("a***", "a")],
    )
    def test_and_no_further(self, pattern: str, path: str) -> None:
        assert not matches([pattern], path)

    @pytest.mark.filterwarnings("ignore::FutureWarning")  # what Python thinks of a pattern, in coverage.py itself
    @given(
        st.text("ab/*?.-[]", min_size=1, max_size=8).filter(lambda text: not text.startswith("/")),
        st.lists(st.sampled_from(["a", "b", "ab", "a.b"]), min_size=1, max_size=4).map("/".join),
    )
    def test_patterns_mean_what_they_mean_to_coverage(self, pattern: str, path: str) -> None:
        root = os.path.join(os.sep, "project root")
        asked = [pattern] if pattern.startswith(("*", "?")) else [pattern, os.path.normpath(f"{root}/{pattern}")]
        try:
            theirs = globs_to_regex(asked).match(f"{root}/{path}") is not None
        except (ConfigError, re.error):
            theirs = False

        assert matches([pattern], path) is theirs

    @pytest.mark.parametrize(
        ("pattern", "name"),
        [
            ("/app/src", "/app/src/a.py"),
            ("*/src", "src/a.py"),
            ("*/src", "/x/src/a.py"),
            ("C:\\ci\\src", "C:\\ci\\src\\a.py"),
        ],
    )
    def test_paths_match_as_in_coverage(self, pattern: str, name: str) -> None:
        aliases = PathAliases()
        aliases.add(pattern, "src")

        assert aliases.map(name, exists=lambda _: True) != name
        assert mapping({"source": ("src", pattern)}, name, is_relative=False) == ("src", pattern)

    def test_a_name_that_no_group_matches_is_mapped_by_none(self) -> None:
        assert mapping({"source": ("src", "/app/src")}, "/srv/src/a.py", is_relative=False) == ()


class TestDiscovery:
    TREE = ("app/__init__.py", "app/a.py", "app/plain/b.py", "app/plain/deep/__init__.py", "app/.#a.py", "setup.py")

    def test_directories_without_init_are_not_entered_nor_those_below(self) -> None:
        assert found_below(self.TREE, ("app",), with_namespaces=False) == {"app/__init__.py", "app/a.py"}

    def test_with_namespaces_everything_importable_is_found(self) -> None:
        every = found_below(self.TREE, ("app",), with_namespaces=True)

        assert every == {"app/__init__.py", "app/a.py", "app/plain/b.py", "app/plain/deep/__init__.py"}

    def test_the_directory_itself_needs_no_init(self) -> None:
        assert "app/plain/b.py" in found_below(self.TREE, ("app/plain",), with_namespaces=False)

    def test_a_source_may_be_a_package_below_src(self) -> None:
        assert directory_of("shop.api", ("src/shop/api/__init__.py",)) == "src/shop/api"
        assert directory_of("other", ("src/shop/api/__init__.py",)) is None


class TestEvidence:
    def test_the_fifth_line_says_how_many_more_there_are(self) -> None:
        shown = first_few(Evidence(str(number)) for number in range(8))

        assert [each.text for each in shown] == ["0", "1", "2", "3", "4; and 3 more"]

    def test_five_lines_are_shown_as_they_are(self) -> None:
        assert [each.text for each in first_few(Evidence(str(number)) for number in range(5))] == list("01234")

    def test_comments_and_blank_lines_are_no_code(self) -> None:
        assert lines_of_code("# a\n\nb = 1\n  # c\n  d\n") == 2


class TestSourceUnset:
    def test_files_that_nothing_imports_enter_with_their_exact_points(self) -> None:
        finding = only(SOURCE_UNSET, package(file_coverage("shop/b.py", missing="1-10")))

        assert finding.doubt.entering == (10, 10)
        assert finding.doubt.percents(counts(10, 5)) == (Fraction(25), Fraction(25))
        assert finding.mend.text == '[tool.coverage.run]\nsource = ["shop"]'

    def test_nothing_is_said_when_source_is_set(self) -> None:
        settings = CoverageSettings(source=("shop",))

        assert found(SOURCE_UNSET, package(file_coverage("shop/b.py"), settings=settings)) == []

    def test_nothing_is_said_when_pytest_gives_the_source(self) -> None:
        pytest_settings = PytestSettings(addopts=("-q", "--cov=shop"))

        assert found(SOURCE_UNSET, package(file_coverage("shop/b.py"), pytest=pytest_settings)) == []

    def test_cov_without_a_value_is_no_source(self) -> None:
        pytest_settings = PytestSettings(addopts=("--cov", "--cov-report=xml"))

        assert len(found(SOURCE_UNSET, package(file_coverage("shop/b.py"), pytest=pytest_settings))) == 1

    def test_nothing_is_said_when_the_data_has_files_that_never_ran(self) -> None:
        touched = file_coverage("shop/c.py", missing="1-10")
        exam = package(file_coverage("shop/b.py"))
        measured = (*exam.measurement.files, touched)
        exam = replace(exam, measurement=replace(exam.measurement, files=measured))

        assert found(SOURCE_UNSET, exam) == []

    def test_a_file_younger_than_the_data_is_not_missed(self) -> None:
        exam = package(
            file_coverage("shop/b.py"),
            trail=Trail(files=(DataFile(".coverage", 1_000.0),)),
            modified={"shop/a.py": 50.0, "shop/b.py": 1_001.0},
        )

        assert found(SOURCE_UNSET, exam) == []

    def test_in_a_fresh_checkout_no_file_is_younger_than_the_data(self) -> None:
        exam = package(
            file_coverage("shop/b.py"),
            trail=Trail(files=(DataFile(".coverage", 1_000.0),)),
            modified={"shop/a.py": 999.0, "shop/b.py": 1_001.0},
        )

        assert len(found(SOURCE_UNSET, exam)) == 1

    def test_a_command_that_gives_the_source_makes_it_less_sure_and_is_shown(self) -> None:
        exam = package(file_coverage("shop/b.py"), texts={"tox.ini": "[testenv]\ncommands = pytest --cov=shop\n"})

        finding = only(SOURCE_UNSET, exam)

        assert finding.confidence < 0.9
        assert (finding.evidence[0].path, finding.evidence[0].line) == ("tox.ini", 2)

    def test_source_at_the_root_omits_what_nobody_measured(self) -> None:
        measured, absent = file_coverage("a.py"), file_coverage("b.py", missing="1-10")
        exam = make_exam(
            measurement=make_measurement((measured,), (absent,)),
            sources={"a.py": TEN, "b.py": TEN, "setup.py": "", "tools/__init__.py": "", "tools/x.py": TEN},
        )

        finding = only(SOURCE_UNSET, exam)

        assert finding.mend.text == '[tool.coverage.run]\nsource = ["."]\nomit = ["setup.py", "tools/*"]'
        assert finding.doubt.entering == (10, 10)


class TestNamespaceDirectories:
    LOST = file_coverage("shop/grid/b.py", missing="1-10")
    SETTINGS = CoverageSettings(file=".coveragerc", source=("shop",))

    def test_a_directory_whose_module_is_imported_is_missed(self) -> None:
        exam = package(self.LOST, settings=self.SETTINGS, tests={"tests/test_b.py": "from shop.grid import b\n"})

        finding = only(NAMESPACE_DIRECTORIES, exam)

        assert finding.doubt.entering == (10, 10)
        assert finding.mend.text == "[report]\ninclude_namespace_packages = true"
        assert finding.confidence == 0.9

    def test_one_that_nothing_imports_is_a_guess(self) -> None:
        assert only(NAMESPACE_DIRECTORIES, package(self.LOST, settings=self.SETTINGS)).confidence < 0.5

    def test_templates_that_nothing_imports_are_none(self) -> None:
        template = file_coverage("shop/templates/new/b.py", missing="1-10")

        assert found(NAMESPACE_DIRECTORIES, package(template, settings=self.SETTINGS)) == []

    def test_nothing_is_said_when_namespaces_are_included(self) -> None:
        settings = replace(self.SETTINGS, include_namespace_packages=True)

        assert found(NAMESPACE_DIRECTORIES, package(self.LOST, settings=settings)) == []

    def test_below_the_root_the_directory_is_named_since_all_would_be_too_many(self) -> None:
        settings = replace(self.SETTINGS, source=(".",))
        exam = package(self.LOST, settings=settings, tests={"tests/test_b.py": "from shop.grid import b\n"})

        finding = only(NAMESPACE_DIRECTORIES, exam)

        assert finding.mend.text == "[run]\nsource =\n    .\n    shop/grid"
        assert finding.doubt.entering == (10, 10)


class TestUnparsableFiles:
    REASON = "not valid Python for this interpreter: invalid syntax"

    def exam(
        self,
        text: str,
        *,
        ran: str = "",
        ignore_errors: bool = True,
        path: str = "shop/old.py",
        rows: tuple[str, ...] = (),
    ) -> Exam:
        exam = package(settings=CoverageSettings(ignore_errors=ignore_errors))
        refused = Skipped(path, self.REASON, 2)
        return replace(
            exam,
            measurement=replace(exam.measurement, skipped=(refused,)),
            trail=Trail(tuple(DataRow(each, each, lines(ran)) for each in (*rows, "shop/old.py"))),
            source=lambda path: text,
        )

    def test_a_file_that_vanishes_may_bring_in_as_many_statements_as_it_has_lines(self) -> None:
        finding = only(UNPARSABLE_FILES, self.exam("def a():\n    print 'x'\n\n# end\n"))

        assert finding.doubt.entering == (1, 2)
        assert finding.doubt.covered == (0, 0)
        assert finding.severity is None

    def test_what_ran_of_it_would_be_covered(self) -> None:
        assert only(UNPARSABLE_FILES, self.exam("a = 1\nb = 2\nprint 'x'\n", ran="1-3")).doubt.covered == (1, 3)

    def test_without_ignore_errors_the_report_stops_and_that_is_an_error(self) -> None:
        assert only(UNPARSABLE_FILES, self.exam("print 'x'\n", ignore_errors=False)).severity == "error"

    def test_a_file_that_the_data_does_not_name_does_no_harm(self) -> None:
        assert found(UNPARSABLE_FILES, self.exam("print 'x'\n", path="docs/broken.py")) == []

    def test_a_template_that_ran_is_passed_over_without_a_word(self) -> None:
        template = "shop/page.html"

        assert found(UNPARSABLE_FILES, self.exam("{% if %}\n", path=template, rows=(template,))) == []

    def test_a_file_without_an_ending_stops_the_report_and_is_to_be_left_out(self) -> None:
        template = "tests/templates/foo"

        finding = only(UNPARSABLE_FILES, self.exam("FOO {{\n", path=template, rows=(template,), ignore_errors=False))

        assert finding.severity == "error"
        assert finding.doubt.covered == finding.doubt.entering == (0, 0)
        assert finding.mend.text == '[tool.coverage.run]\nomit = ["tests/templates/foo"]'


class TestDualPaths:
    def exam(self, copy: str, *, ran: str = "", original: str = "shop/mod.py", text: str = TEN) -> Exam:
        missing = "" if ran else "1-10"
        files = (file_coverage(copy, missing=""), file_coverage(original, missing=missing))
        return make_exam(files, sources={copy: TEN, original: text})

    def test_a_built_copy_leaves_the_total_and_gives_its_lines_to_the_source(self) -> None:
        finding = only(DUAL_PATHS, self.exam("build/lib/shop/mod.py"))

        assert (finding.doubt.covered, finding.doubt.entering) == ((0, 0), (-10, -10))
        assert finding.mend.text == '[tool.coverage.paths]\nsource = [".", "build/lib"]'

    def test_other_text_is_no_copy(self) -> None:
        assert found(DUAL_PATHS, self.exam("build/lib/shop/mod.py", text=TEN + "\n\nother = 1\n")) == []

    def test_two_services_that_test_the_same_module_are_none(self) -> None:
        assert found(DUAL_PATHS, self.exam("billing/mod.py", original="orders/mod.py", ran="1-10")) == []

    def test_exits_of_both_copies_are_united_line_by_line(self) -> None:
        one = file_coverage(missing_exits={1: 1}, branches=2)
        both = replace(one, exits={1: 2})

        assert covered_together(both, both) == (11, 12)

    def test_rows_with_and_without_a_dot_count_twice_in_the_report(self) -> None:
        settings = CoverageSettings(relative_files=True, file=".coveragerc")
        exam = make_exam(
            [file_coverage()],
            settings=settings,
            trail=Trail(
                (
                    DataRow("./pkg/mod.py", "pkg/mod.py", lines("1-4")),
                    DataRow("pkg/mod.py", "pkg/mod.py", lines("5-10")),
                )
            ),
        )

        assert printed(exam).counts == counts(20, 10)
        assert only(DUAL_PATHS, exam).mend.text == "[paths]\npkg =\n    pkg\n    */pkg"

    def test_rows_that_paths_lead_together_are_one(self) -> None:
        settings = CoverageSettings(relative_files=True, paths={"source": ("pkg", "*/pkg")})
        exam = make_exam([file_coverage()], settings=settings, trail=trail("./pkg/mod.py", "pkg/mod.py"))

        assert found(DUAL_PATHS, exam) == []

    def test_an_installed_copy_beside_the_source_is_mapped_wherever_it_lies(self) -> None:
        installed = "/home/ci/venv/lib/python3.11/site-packages/pkg/mod.py"
        exam = make_exam(
            [file_coverage()],
            settings=CoverageSettings(relative_files=True),
            trail=trail("pkg/mod.py", installed, guessed=(installed,)),
        )

        assert '"*/site-packages"' in only(DUAL_PATHS, exam).mend.text

    def test_a_product_that_never_ran_while_its_tests_did_was_run_elsewhere(self) -> None:
        product = file_coverage("src/shop/mod.py", missing="1-10")
        tests = file_coverage("tests/test_mod.py", "1-4")
        exam = make_exam(
            [product, tests],
            sources={"src/shop/mod.py": TEN},
            tests={"tests/test_mod.py": "from shop import mod\n" * 4},
        )

        finding = only(DUAL_PATHS, exam)

        assert finding.doubt.covered == (10, 10)
        assert finding.confidence == 0.9

    def test_a_product_that_is_not_in_the_data_at_all_is_a_guess(self) -> None:
        exam = make_exam(
            [file_coverage("tests/test_mod.py", "1-4")],
            sources={"src/shop/mod.py": TEN, "src/shop/other.py": TEN},
            tests={"tests/test_mod.py": "from shop import mod\n" * 4},
        )

        finding = only(DUAL_PATHS, exam)

        assert finding.confidence < 0.5
        assert finding.doubt.entering == (0, 20)

    def test_nothing_is_said_when_the_tests_did_not_run_either(self) -> None:
        files = [file_coverage("src/shop/mod.py", missing="1-10"), file_coverage("tests/test_mod.py", "1-4", "2-4")]
        exam = make_exam(
            files, sources={"src/shop/mod.py": TEN}, tests={"tests/test_mod.py": "from shop import mod\n" * 4}
        )

        assert found(DUAL_PATHS, exam) == []


class TestPathsMissing:
    @pytest.mark.parametrize(
        ("name", "pattern"),
        [
            ("/app/pkg/mod.py", "/app"),
            ("C:\\ci\\work\\pkg\\mod.py", "C:\\ci\\work"),
        ],
    )
    def test_rows_of_another_machine_get_their_paths(self, name: str, pattern: str) -> None:
        settings = CoverageSettings(file=".coveragerc")
        exam = make_exam([file_coverage()], settings=settings, trail=trail(name, guessed=(name,)))

        finding = only(PATHS_MISSING, exam)

        assert finding.mend.text == f"[paths]\nsource =\n    .\n    {pattern}"
        assert "No source for code" in finding.why
        assert finding.doubt.swing(exam.measurement.totals) == 0

    def test_a_name_that_leads_to_a_file_outside_the_tree_stops_no_report(self) -> None:
        name = "/srv/site-packages/pkg/mod.py"
        exam = make_exam([file_coverage()], trail=trail(name, guessed=(name,), elsewhere=(name,)))

        finding = only(PATHS_MISSING, exam)

        assert finding.why.endswith("'coverage report' counts 1 file(s) that lie outside this tree")
        assert finding.severity == "warning"

    def test_paths_that_are_set_are_kept(self) -> None:
        name = "/srv/src/pkg/mod.py"
        settings = CoverageSettings(file=".coveragerc", paths={"code": ("src", "/app/src")})
        exam = make_exam(
            [file_coverage("src/pkg/mod.py")],
            settings=settings,
            trail=trail(name, guessed=(name,), path="src/pkg/mod.py"),
        )

        assert prefixes_of(name, "src/pkg/mod.py") == ("/srv/", "")
        assert only(PATHS_MISSING, exam).mend.text == "[paths]\nroot =\n    .\n    /srv"

    def test_under_ignore_errors_the_report_prints_a_wrong_number(self) -> None:
        name = "/app/pkg/mod.py"
        exam = make_exam(
            [file_coverage(), file_coverage("pkg/other.py", missing="1-10")],
            settings=CoverageSettings(ignore_errors=True, relative_files=True),
            trail=Trail((*trail(name).rows, DataRow("pkg/other.py", "pkg/other.py")), guessed=frozenset((name,))),
        )

        finding = only(PATHS_MISSING, exam)

        assert "prints 0 %" in finding.why
        assert finding.severity == "error"

    def test_rows_that_lie_here_are_fine(self) -> None:
        assert found(PATHS_MISSING, make_exam([file_coverage()], trail=trail("/here/pkg/mod.py"))) == []

    def test_a_report_has_no_rows_to_look_at(self) -> None:
        assert PATHS_MISSING.needs(make_exam([file_coverage()]))


class TestRelativeFiles:
    def test_relative_rows_without_the_setting_count_as_not_run(self) -> None:
        exam = make_exam([file_coverage()], trail=trail("pkg/mod.py"))

        finding = only(RELATIVE_FILES, exam)

        assert printed(exam).counts == counts(10, 0)
        assert finding.mend.text == "[tool.coverage.run]\nrelative_files = true"
        assert finding.severity == "error"

    def test_absolute_rows_with_the_setting_do_too(self) -> None:
        exam = make_exam(
            [file_coverage()], settings=CoverageSettings(relative_files=True), trail=trail("/here/pkg/mod.py")
        )

        assert only(RELATIVE_FILES, exam).mend.kind == "command"

    @pytest.mark.parametrize(
        ("settings", "name"),
        [
            (CoverageSettings(relative_files=True), "pkg/mod.py"),
            (CoverageSettings(), "/here/pkg/mod.py"),
            (CoverageSettings(paths={"source": ("pkg", "*/pkg")}), "pkg/mod.py"),
            (CoverageSettings(relative_files=True, paths={"source": ("pkg", "*/pkg")}), "/here/pkg/mod.py"),
        ],
    )
    def test_names_of_the_right_kind_or_mapped_by_paths_are_fine(self, settings: CoverageSettings, name: str) -> None:
        assert found(RELATIVE_FILES, make_exam([file_coverage()], settings=settings, trail=trail(name))) == []


class TestIncludeIgnored:
    SETTINGS = CoverageSettings(source=(".",), run_include=("shop/*",))

    def test_files_that_it_does_not_name_leave_the_total(self) -> None:
        files = [file_coverage("shop/a.py"), file_coverage("tools/b.py", missing="1-4")]

        finding = only(INCLUDE_IGNORED, make_exam(files, settings=self.SETTINGS))

        assert (finding.doubt.covered, finding.doubt.entering) == ((-6, -6), (-10, -10))
        assert finding.mend.text == '[tool.coverage.report]\ninclude = ["shop/*"]'

    @pytest.mark.parametrize(
        "settings", [SETTINGS, CoverageSettings(run_include=("other/*",)), CoverageSettings(source=(".",))]
    )
    def test_nothing_is_said_where_it_changes_nothing(self, settings: CoverageSettings) -> None:
        assert found(INCLUDE_IGNORED, make_exam([file_coverage("shop/a.py")], settings=settings)) == []


class TestPluginMissing:
    TRACER = "django_coverage_plugin.DjangoTemplatePlugin"

    def exam(self, *plugins: str) -> Exam:
        row = DataRow("shop/a.html", "shop/a.html", lines("1-3"), self.TRACER)
        return make_exam([file_coverage()], settings=CoverageSettings(plugins=plugins), trail=Trail((row,)))

    def test_the_plugin_is_added_to_those_that_are_set(self) -> None:
        finding = only(PLUGIN_MISSING, self.exam("covdefaults"))

        assert finding.mend.text == '[tool.coverage.run]\nplugins = ["covdefaults", "django_coverage_plugin"]'
        assert finding.doubt.covered == (3, 3)

    def test_one_that_is_set_is_not_missed(self) -> None:
        assert found(PLUGIN_MISSING, self.exam("django_coverage_plugin")) == []


class TestTestsInTotal:
    def exam(
        self, settings: CoverageSettings | None = None, gate: int | None = None, product_missing: str = "5-10"
    ) -> Exam:
        files = (file_coverage("shop/a.py", missing=product_missing), file_coverage("tests/test_a.py", "1-5"))
        return make_exam(
            measurement=make_measurement(files, fail_under=None if gate is None else Fraction(gate)),
            sources={"shop/a.py": TEN},
            tests={"tests/test_a.py": "import shop.a\n"},
            settings=settings,
        )

    def test_the_percent_of_the_product_alone_is_exact(self) -> None:
        exam = self.exam()

        assert only(TESTS_IN_TOTAL, exam).doubt.percents(exam.measurement.totals) == (Fraction(40), Fraction(40))

    def test_a_small_difference_is_a_note_and_a_large_one_a_warning(self) -> None:
        assert only(TESTS_IN_TOTAL, self.exam(product_missing="10")).severity == "note"
        assert only(TESTS_IN_TOTAL, self.exam()).severity == "warning"

    def test_a_gate_that_passes_only_because_of_tests_is_a_warning(self) -> None:
        finding = only(TESTS_IN_TOTAL, self.exam(gate=92, product_missing="10"))

        assert finding.severity == "warning"
        assert "fail_under = 92 passes only because of them" in finding.why

    @pytest.mark.parametrize(
        "settings",
        [CoverageSettings(source=("shop", "tests")), CoverageSettings(source=(".",), run_include=("shop/*",))],
    )
    def test_tests_that_are_wanted_or_told_of_elsewhere_are_fine(self, settings: CoverageSettings) -> None:
        assert found(TESTS_IN_TOTAL, self.exam(settings)) == []
