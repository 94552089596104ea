"""Exclusions and `omit`: what they hide is counted anew on the same rows, and convention is no fault."""

import textwrap
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import coverage.config
import pytest
from exams import make_exam
from factories import lines

from planner.doctor.check import Check
from planner.doctor.checks.broad_exclusions import CHECK as BROAD
from planner.doctor.checks.defaults_replaced import CHECK as REPLACED
from planner.doctor.checks.defaults_replaced import DEFAULT_PARTIAL_ALWAYS
from planner.doctor.checks.omitted_code import CHECK as OMITTED
from planner.doctor.checks.pragma_on_logic import CHECK as PRAGMA
from planner.doctor.conventions import CONVENTIONS, convention_of, is_marked
from planner.doctor.exam import Exam
from planner.doctor.hidden import DEFAULT_EXCLUDE, DEFAULT_PARTIAL, Anchor, anchors
from planner.measure.count import count_file
from planner.measure.rows import Row
from planner.model.findings import Finding
from planner.model.measurement import FileCoverage, Input, Skipped
from planner.model.trail import DataRow, Trail
from planner.settings import CoverageSettings

ORDINARY = CoverageSettings(
    file=".coveragerc", exclude=DEFAULT_EXCLUDE, partial=(DEFAULT_PARTIAL, *DEFAULT_PARTIAL_ALWAYS)
)


def also(*patterns: str) -> CoverageSettings:
    return replace(ORDINARY, exclude=(*DEFAULT_EXCLUDE, *patterns), exclude_also=patterns)


def lines_only(*patterns: str) -> CoverageSettings:
    return replace(ORDINARY, exclude=patterns, exclude_lines=patterns)


def exam_of(
    root: Path,
    sources: Mapping[str, str],
    ran: Mapping[str, str],
    settings: CoverageSettings = ORDINARY,
    *,
    measured: tuple[str, ...] | None = None,
    arcs: Mapping[str, set[tuple[int, int]]] | None = None,
    version: str = "7.17.3",
    **more: Any,
) -> Exam:
    """A project on disk, of which the lines in `ran` ran, counted by the settings as coverage.py counts."""
    texts = {path: textwrap.dedent(text).lstrip("\n") for path, text in sources.items()}
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")

    def recount(path: str, other: CoverageSettings) -> FileCoverage | Skipped | None:
        row = Row(lines(ran.get(path, "")), set((arcs or {}).get(path, set())))
        return count_file(root, path, row, other, has_arcs=arcs is not None)

    counted = [recount(path, settings) for path in sorted(measured if measured is not None else sources)]
    files = [each for each in counted if isinstance(each, FileCoverage)]
    exam = make_exam(
        files,
        sources=texts,
        settings=settings,
        recount=recount,
        trail=Trail(rows=tuple(DataRow(path, path, lines(words)) for path, words in ran.items())),
        **more,
    )
    inputs = (Input(".coverage", "coverage data", version),)
    return replace(exam, measurement=replace(exam.measurement, inputs=inputs, branch=arcs is not None))


def only(check: Check, exam: Exam) -> Finding:
    assert check.needs(exam) == ""
    (found,) = check.find(exam)
    assert found.check == check.name
    assert len(found.evidence) <= 5
    return found


def nothing(check: Check, exam: Exam) -> bool:
    return list(check.find(exam)) == []


RETRIES = """
    import time


    def fetch(get, attempts):
        for attempt in range(attempts):
            try:
                return get()
            except TimeoutError:
                if attempt == attempts - 1:
                    raise
                time.sleep(attempt)
                continue
            except OSError as error:
                reason = error.strerror
                if reason == "refused":
                    raise RuntimeError(reason) from error
                time.sleep(1)
        return None


    def load(text):
        try:
            return int(text)
        except ValueError:
            return None
"""


def test_the_constants_are_those_of_the_installed_coverage() -> None:
    assert list(DEFAULT_EXCLUDE) == coverage.config.DEFAULT_EXCLUDE
    assert [DEFAULT_PARTIAL] == coverage.config.DEFAULT_PARTIAL
    assert list(DEFAULT_PARTIAL_ALWAYS) == coverage.config.DEFAULT_PARTIAL_ALWAYS


def test_a_pattern_for_all_handlers_hides_what_they_do(tmp_path: Path) -> None:
    exam = exam_of(tmp_path, {"shop/net.py": RETRIES}, {"shop/net.py": "1 4-7 21-23"}, also("def __repr__", "except"))

    found = only(BROAD, exam)

    assert found.title == "exclusions hide 12 statements of logic from the total: 'except'"
    assert found.doubt.entering == (12, 12)
    assert found.doubt.covered == (0, 0)
    assert found.doubt.statements == 12
    assert found.mend.text == "[report]\nexclude_also = def __repr__"
    assert [(each.line, each.text) for each in found.evidence[1:]] == [
        (8, "hides 5 statement(s): except TimeoutError:"),
        (13, "hides 5 statement(s): except OSError as error:"),
        (24, "hides 2 statement(s): except ValueError:"),
    ]


def test_what_ran_of_the_hidden_statements_is_counted_as_covered(tmp_path: Path) -> None:
    exam = exam_of(tmp_path, {"shop/net.py": RETRIES}, {"shop/net.py": "1 4-9 11-12 21-25"}, also("except"))

    found = only(BROAD, exam)

    assert found.doubt.covered == (6, 6)
    assert "6 of them ran" in found.why


def test_two_patterns_that_hide_the_same_lines_are_found_together(tmp_path: Path) -> None:
    exam = exam_of(tmp_path, {"shop/net.py": RETRIES}, {"shop/net.py": "1 4-7 21-23"}, also("except", "except .*:"))

    found = only(BROAD, exam)

    assert found.doubt.entering == (12, 12)
    assert found.mend.text.strip() == "[report]\nexclude_also ="


def test_few_hidden_statements_are_no_finding(tmp_path: Path) -> None:
    exam = exam_of(tmp_path, {"shop/net.py": RETRIES}, {"shop/net.py": "1"}, also("except ValueError"))

    assert nothing(BROAD, exam)


CONVENTIONAL = """
    import logging
    import sys
    from abc import ABC, abstractmethod
    from typing import Protocol, TYPE_CHECKING

    if TYPE_CHECKING:
        import decimal

    log = logging.getLogger(__name__)


    class Clock(Protocol):
        def now(self):
            one = 1
            two = 2
            three = 3
            four = 4
            five = 5
            return one + two + three + four + five


    class Store(ABC):
        @abstractmethod
        def add(self, entry):
            first = entry
            second = first
            raise NotImplementedError

        def __repr__(self):
            log.debug("shown")
            log.info("again")
            name = type(self).__name__
            return name

    if sys.platform == "win32":
        def windows():
            one = 1
            two = 2
            three = 3
            return one + two + three


    if __name__ == "__main__":
        store = Store()
        log.info(store)
"""


def test_what_convention_excludes_is_no_finding_whatever_the_pattern(tmp_path: Path) -> None:
    settings = also("class .*Protocol", "@abstract", "def __", "if ", "log", "raise")
    exam = exam_of(tmp_path, {"shop/base.py": CONVENTIONAL}, {"shop/base.py": "1-4 6 9"}, settings)

    assert nothing(BROAD, exam)


def test_conventions_among_the_matches_of_a_broad_pattern_stay_excluded(tmp_path: Path) -> None:
    source = RETRIES + "\n\n    def show(value):\n        raise NotImplementedError\n"
    exam = exam_of(tmp_path, {"shop/net.py": source}, {"shop/net.py": "1"}, also("except|raise Not"))

    found = only(BROAD, exam)

    assert found.mend.text == "[report]\nexclude_also = ^\\s*raise (NotImplementedError|AssertionError)\\b"
    assert not any(found.doubt.lines["shop/net.py"] >> line & 1 for line in (29, 30))


def test_a_list_that_would_be_empty_gets_the_defaults(tmp_path: Path) -> None:
    exam = exam_of(tmp_path, {"shop/net.py": RETRIES}, {"shop/net.py": "1"}, lines_only("except"))

    found = only(BROAD, exam)

    assert found.mend.text.startswith("[report]\nexclude_lines =\n    #\\s*(pragma|PRAGMA)")


def test_marks_of_a_teams_own_are_no_broad_exclusion(tmp_path: Path) -> None:
    source = RETRIES.replace("except TimeoutError:", "except TimeoutError:  # nocov").replace(
        "except OSError as error:", "except OSError as error:  # defensive: never seen"
    )
    exam = exam_of(tmp_path, {"shop/net.py": source}, {"shop/net.py": "1"}, also("# nocov", "# defensive"))

    assert nothing(BROAD, exam)


def test_a_comment_that_says_something_else_is_one(tmp_path: Path) -> None:
    source = RETRIES.replace("def fetch(get, attempts):", "def fetch(get, attempts):  # TODO: types")
    exam = exam_of(tmp_path, {"shop/net.py": source}, {"shop/net.py": "1"}, also("# TODO"))

    assert only(BROAD, exam).confidence == 0.6


def test_hidden_lines_of_tests_are_nobodys_logic(tmp_path: Path) -> None:
    exam = exam_of(tmp_path, {"tests/test_net.py": RETRIES}, {"tests/test_net.py": "1"}, also("except"))

    assert nothing(BROAD, replace(exam, facts={}, test_facts=exam.facts))


def test_patterns_that_python_refuses_are_passed_over(tmp_path: Path) -> None:
    exam = exam_of(tmp_path, {"shop/net.py": RETRIES}, {"shop/net.py": "1"})

    assert nothing(BROAD, replace(exam, settings=also("(", "*", "a{99999999999}")))


def test_without_rows_nothing_is_asked(tmp_path: Path) -> None:
    exam = replace(exam_of(tmp_path, {"shop/net.py": RETRIES}, {}), trail=Trail())

    assert BROAD.needs(exam)
    assert PRAGMA.needs(exam)
    assert REPLACED.needs(exam)


@pytest.mark.parametrize(
    "line",
    [
        "    except ImportError:",
        "    if mswindows:",
        "if IS_WINDOWS:",
        "    elif sys.version_info >= (3, 12):",
        "    raise NotImplementedError('later')",
        "    logger.info('%s', name)",
        "    def __repr__(self):",
        "@overload",
        "@njit(cache=True)",
        "    if settings.DEBUG:",
    ],
)
def test_conventions(line: str) -> None:
    assert convention_of(Anchor(1, line)) in CONVENTIONS


@pytest.mark.parametrize(
    "line",
    [
        "    except ValueError:",
        "    if winner:",
        "    if total > 3:",
        "def login(account):",
        "class Catalogue:",
        "    raise ValueError(name)",
        "    return total",
        "    if debugger_is_slow(x):",
        "    def __add__(self, other):",
    ],
)
def test_what_no_convention_knows(line: str) -> None:
    assert convention_of(Anchor(1, line)) is None
    assert not is_marked(Anchor(1, line))


def test_anchors_are_where_coverage_finds_them(tmp_path: Path) -> None:
    exam = exam_of(tmp_path, {"a.py": "x = 1\n\n\nif x:\n    pass\n"}, {})

    assert anchors(exam, r"^\s*if ") == {"a.py": (Anchor(4, "if x:"),)}


LOGIC = """
    def plain(x):
        return x


    def price(order, country):{mark}
        total = 0
        for line in order:
            if line.count > 10:
                total += line.price * line.count * 9 // 10
            else:
                total += line.price * line.count
        if country == "DE":
            total += total * 19 // 100
        elif country == "FR":
            total += total * 20 // 100
        if total < 0:
            raise ValueError(total)
        return total
"""


def logic(mark: str) -> dict[str, str]:
    return {"shop/price.py": LOGIC.format(mark=mark)}


def test_a_pragma_on_a_function_with_logic_is_found(tmp_path: Path) -> None:
    exam = exam_of(tmp_path, logic("  # pragma: no cover"), {"shop/price.py": "1-2"})

    found = only(PRAGMA, exam)

    assert found.title == "'# pragma: no cover' hides 1 function(s) with 12 statements of logic"
    assert found.evidence[0].text == "price: 12 statements, complexity 6; none of them ran"
    assert (found.evidence[0].path, found.evidence[0].line) == ("shop/price.py", 5)
    assert found.doubt.entering == (12, 13)
    assert found.doubt.covered == (0, 0)
    assert found.mend.kind == "code"


@pytest.mark.parametrize(
    "mark",
    [
        "",
        "  # pragma: no cover - needs the real tax service",
        "  # pragma: no cover (only on the till, see the manual tests)",
        "  # pragma: nocover: tried by hand",
    ],
)
def test_a_pragma_with_a_reason_is_meant(tmp_path: Path, mark: str) -> None:
    settings = also("# pragma: nocover")

    assert nothing(PRAGMA, exam_of(tmp_path, logic(mark), {"shop/price.py": "1-2"}, settings))


def test_a_reason_at_the_class_holds_for_its_methods(tmp_path: Path) -> None:
    body = textwrap.indent(textwrap.dedent(LOGIC.format(mark="")), "    ")
    for reason, is_silent in (("", False), (" - drives the label printer", True)):
        source = f"class Till:  # pragma: no cover{reason}\n{body}"
        exam = exam_of(tmp_path, {"shop/till.py": source}, {"shop/till.py": ""})

        assert nothing(PRAGMA, exam) == is_silent


def test_short_functions_and_stubs_may_be_marked(tmp_path: Path) -> None:
    source = "def main():  # pragma: no cover\n" + "".join(f"    print({number})\n" for number in range(20))

    assert nothing(PRAGMA, exam_of(tmp_path, {"shop/cli.py": source}, {"shop/cli.py": ""}))


def test_functions_for_another_platform_may_be_marked(tmp_path: Path) -> None:
    body = textwrap.indent(textwrap.dedent(LOGIC.format(mark="")), "    ")
    source = f"import sys\nif sys.platform == 'win32':  # pragma: no cover\n{body}"

    assert nothing(PRAGMA, exam_of(tmp_path, {"shop/win.py": source}, {"shop/win.py": "1-2"}))


def test_exclude_lines_switches_the_pragma_off(tmp_path: Path) -> None:
    exam = exam_of(tmp_path, logic("  # pragma: no cover"), {"shop/price.py": "1-2 5"}, lines_only("def __repr__"))

    found = only(REPLACED, exam)

    assert found.doubt.entering == (-13, -13)
    assert found.doubt.covered == (-1, -1)
    assert found.mend.text == "[report]\nexclude_also = def __repr__"
    assert found.confidence == 0.95


def test_an_old_coverage_gets_a_list_that_repeats_the_default(tmp_path: Path) -> None:
    sources = logic("  # pragma: no cover")
    exam = exam_of(tmp_path, sources, {"shop/price.py": "1-2"}, lines_only("def __repr__"), version="6.5.0")

    found = only(REPLACED, exam)

    assert found.mend.text.endswith("\n    def __repr__")
    assert DEFAULT_EXCLUDE[0] in found.mend.text
    assert "7.2" in found.mend.note


@pytest.mark.parametrize("pattern", ["pragma: no cover", "no cover", r"#\s*pragma: no cover"])
def test_a_list_that_repeats_the_default_in_its_own_words_loses_nothing(tmp_path: Path, pattern: str) -> None:
    exam = exam_of(tmp_path, logic("  # pragma: no cover"), {"shop/price.py": "1-2"}, lines_only(pattern))

    assert nothing(REPLACED, exam)


def test_a_list_that_replaces_what_nothing_uses_loses_nothing(tmp_path: Path) -> None:
    assert nothing(REPLACED, exam_of(tmp_path, logic(""), {"shop/price.py": "1-2"}, lines_only("def __repr__")))
    assert nothing(REPLACED, exam_of(tmp_path, logic("  # pragma: no cover"), {"shop/price.py": "1-2"}))


TYPING = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import decimal\n"


@pytest.mark.parametrize(("version", "is_silent"), [("7.6.1", True), ("7.10.7", False)])
def test_the_newer_defaults_count_where_the_projects_coverage_has_them(
    tmp_path: Path, version: str, is_silent: bool
) -> None:
    settings = lines_only("pragma: no cover")
    exam = exam_of(tmp_path, {"shop/a.py": TYPING}, {"shop/a.py": "1 3"}, settings, version=version)

    assert nothing(REPLACED, exam) == is_silent


def test_a_list_that_repeats_the_pragma_in_its_own_words_is_blamed_for_the_others_alone(tmp_path: Path) -> None:
    source = f"{TYPING}\n\ndef price():  # pragma: no cover\n    return 1\n"
    settings = lines_only("pragma: no cover")

    found = only(REPLACED, exam_of(tmp_path, {"shop/a.py": source}, {"shop/a.py": "1 3"}, settings, version="7.17.3"))

    assert found.evidence[0].text == "'exclude_lines' does not repeat 'if TYPE_CHECKING:' blocks"
    assert found.confidence == 0.7


def test_partial_branches_switches_the_pragma_for_branches_off(tmp_path: Path) -> None:
    source = "def f(x):\n    if x:  # pragma: no branch\n        x += 1\n    return x\n"
    ran: set[tuple[int, int]] = {(-1, 1), (1, -1), (-1, 2), (2, 3), (3, 4), (4, -1)}
    settings = replace(ORDINARY, partial=("while running", *DEFAULT_PARTIAL_ALWAYS))
    exam = exam_of(tmp_path, {"a.py": source}, {"a.py": "1-4"}, settings, arcs={"a.py": ran})

    found = only(REPLACED, exam)

    before = exam.measurement.totals
    after = exam.recount("a.py", ORDINARY)
    assert isinstance(after, FileCoverage)
    assert found.doubt.covered == (after.counts.covered_points - before.covered_points,) * 2
    assert found.doubt.entering == (after.counts.points - before.points,) * 2
    assert found.doubt.covered > found.doubt.entering
    assert found.mend.text == "[report]\npartial_also = while running"


MODULES = {
    "shop/__init__.py": "",
    "shop/core.py": "def run():\n    return 1\n",
    "shop/latest.py": LOGIC.format(mark=""),
    "shop/migrations/0001.py": LOGIC.format(mark=""),
    "shop/proto_pb2.py": LOGIC.format(mark=""),
    "shop/tables.py": "    # Code generated by maketables. DO NOT EDIT.\n" + LOGIC.format(mark=""),
    "shop/constants.py": "\n".join(f"    A{number} = {number}" for number in range(30)),
}


def omitting(*patterns: str, section: str = "run") -> CoverageSettings:
    if section == "run":
        return replace(ORDINARY, source=("shop",), run_omit=patterns)
    return replace(ORDINARY, source=("shop",), report_omit=patterns)


def test_omit_that_hides_a_module_is_found_and_kept_for_the_rest(tmp_path: Path) -> None:
    exam = exam_of(
        tmp_path,
        MODULES,
        {"shop/core.py": "1-2"},
        omitting("*/migrations/*", "*test*"),
        measured=("shop/core.py",),
    )

    found = only(OMITTED, exam)

    assert found.title == "'omit' leaves 1 product file(s) with 15 statements out of the total"
    assert found.doubt.entering == (15, 15)
    assert found.doubt.covered == (0, 15)
    assert found.mend.text == "[run]\nomit = */migrations/*"
    assert found.confidence > 0.5


def test_what_ran_of_a_file_that_only_the_report_omits_is_known(tmp_path: Path) -> None:
    ran = {"shop/core.py": "1-2", "shop/latest.py": "1-2 5-6"}
    exam = exam_of(tmp_path, MODULES, ran, omitting("*test*", section="report"), measured=("shop/core.py",))

    found = only(OMITTED, exam)

    assert found.doubt.covered == (4, 4)
    assert found.mend.text.startswith("[report]")


def test_one_file_that_is_named_was_chosen(tmp_path: Path) -> None:
    for pattern in ("shop/latest.py", "*/latest.py"):
        exam = exam_of(tmp_path, MODULES, {"shop/core.py": "1-2"}, omitting(pattern), measured=("shop/core.py",))

        assert only(OMITTED, exam).confidence < 0.5


@pytest.mark.parametrize(
    "pattern", ["*/migrations/*", "*_pb2.py", "shop/tables.py", "shop/constants.py", "tests/*", "*/nothing/*"]
)
def test_omit_by_convention_is_no_finding(tmp_path: Path, pattern: str) -> None:
    exam = exam_of(tmp_path, MODULES, {"shop/core.py": "1-2"}, omitting(pattern), measured=("shop/core.py",))

    assert nothing(OMITTED, exam)


def test_a_file_that_is_measured_all_the_same_is_not_omitted(tmp_path: Path) -> None:
    measured = ("shop/core.py", "shop/latest.py")
    exam = exam_of(tmp_path, MODULES, {"shop/core.py": "1-2"}, omitting("*test*"), measured=measured)

    assert nothing(OMITTED, exam)


def test_files_that_cannot_be_counted_are_told_in_lines_of_code(tmp_path: Path) -> None:
    exam = exam_of(tmp_path, MODULES, {"shop/core.py": "1-2"}, omitting("*test*"), measured=("shop/core.py",))

    found = only(OMITTED, replace(exam, recount=lambda path, settings: None))

    assert "16 lines of code" in found.title
    assert found.doubt.entering[0] <= 15 <= found.doubt.entering[1]
