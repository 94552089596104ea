"""Counts of one file are coverage.py's own, for any source and any record of what ran."""

import contextlib
import textwrap
import warnings
from collections.abc import Iterable
from pathlib import Path

import pytest
from coverage import Coverage
from coverage.parser import PythonParser
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from makers import PRICES, STOCK, damaged, make_project, totals_of

from planner.measure.count import COVERAGE_VERSION, count_file
from planner.measure.rows import Arc, Row
from planner.model.lines import lines_of, numbers_in
from planner.model.measurement import Counts, FileCoverage, Skipped
from planner.settings import CoverageSettings, read_coverage_settings


@pytest.fixture(scope="module")
def defaults(tmp_path_factory: pytest.TempPathFactory) -> CoverageSettings:
    """coverage.py's settings where nobody configured anything."""
    return read_coverage_settings(tmp_path_factory.mktemp("unconfigured"))


def _count(
    root: Path, source: str | bytes, ran: Iterable[int] | Iterable[Arc], settings: CoverageSettings, *, branch: bool
) -> FileCoverage | Skipped:
    make_project(root, {"a.py": source})
    return count_file(root, "a.py", _row(ran), settings, has_arcs=branch)


def _row(ran: Iterable[int] | Iterable[Arc]) -> Row:
    row = Row()
    for each in ran:
        if isinstance(each, int):
            row.lines |= lines_of([each])
        else:
            row.arcs.add(each)
            row.lines |= lines_of(line for line in each if line > 0)
    return row


def _truth(root: Path, ran: Iterable[int] | Iterable[Arc], *, branch: bool) -> Counts:
    """The totals of coverage.py's own report on `a.py`, from data in memory."""
    with contextlib.chdir(root), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        coverage = Coverage(data_file=None, config_file=False)
        data = coverage.get_data()
        name = str(root / "a.py")
        if branch:
            data.add_arcs({name: {each for each in ran if not isinstance(each, int)}})
        else:
            data.add_lines({name: {each for each in ran if isinstance(each, int)}})
        data.touch_file(name)
        coverage.json_report(outfile=str(root / "truth.json"))
        data.close(force=True)
    return totals_of(root / "truth.json")


def _counts(answer: FileCoverage | Skipped) -> Counts:
    assert isinstance(answer, FileCoverage)
    return answer.counts


@pytest.mark.parametrize("source", [PRICES, STOCK, "", "\n\n", "# only a comment\n", '"""only words"""\n', "x = 1"])
@pytest.mark.parametrize("branch", [False, True], ids=["lines", "branches"])
def test_nothing_ran(tmp_path: Path, defaults: CoverageSettings, source: str, branch: bool) -> None:
    answer = _count(tmp_path, source, [], defaults, branch=branch)

    assert _counts(answer) == _truth(tmp_path, [], branch=branch)
    assert _counts(answer).covered_statements == 0


def test_gaps_are_named_by_line(tmp_path: Path, defaults: CoverageSettings) -> None:
    source = "def f(x):\n    if x:\n        return 1\n    return 2\n\n\ndef g():  # pragma: no cover\n    pass\n"

    answer = _count(tmp_path, source, [(-1, 1), (1, -1), (-1, 2), (2, 4), (4, -1)], defaults, branch=True)

    assert isinstance(answer, FileCoverage)
    assert list(numbers_in(answer.statements)) == [1, 2, 3, 4]
    assert list(numbers_in(answer.missing)) == [3]
    assert answer.missing_exits == {2: 1}
    assert list(numbers_in(answer.excluded)) == [7, 8]
    assert answer.counts == Counts(4, 3, 2, 1)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfx = 1\ny = 2\n",
        "# -*- coding: latin-1 -*-\nx = '\u00e9'\n".encode("latin-1"),
        b"x = 1\r\nif x:\r\n    y = 2\r\n",
        b"x = 1\rif x:\r    y = 2\r",
        b"x = 1\n\x0c\ny = 2\n",
        "x = '\u2028\x85\x1c'\ny = 2\n".encode(),
        b"x = 1\\\n  + 2\ny = 3",
        b"x = '\\d'\ny = x is 1\nassert (x, y)\n",
    ],
    ids=["mark", "latin", "windows", "old mac", "form feed", "separators", "joined", "warnings"],
)
def test_odd_bytes_count_as_they_do_in_coverage_py(tmp_path: Path, defaults: CoverageSettings, content: bytes) -> None:
    answer = _count(tmp_path, content, [1, 3], defaults, branch=False)

    assert _counts(answer) == _truth(tmp_path, [1, 3], branch=False)


@pytest.mark.parametrize(
    ("content", "reason", "line"),
    [
        (b"x = 1\ndef f(:\n", "not valid Python for this interpreter: ", 2),
        (b"x = 1\n  y = 2\n", "not valid Python for this interpreter: ", 2),
        (b"x = '''\n", "not valid Python for this interpreter: ", 1),
        (b"x = 1\0\n", "not valid Python for this interpreter: ", None),
        (b"x = 1  # \xff\n", "not valid Python for this interpreter: ", None),
        (b"# coding: nonsense\n", "not valid Python for this interpreter: ", None),
        (b"# coding: hex\n", "not valid Python for this interpreter: ", None),
        (b"# coding: undefined\nx = 1\n", "not valid Python for this interpreter: ", None),
        (b"x = " + b"(" * 5000 + b")" * 5000, "", None),
        (b"x = " + b"-" * 50_000 + b"1", "", None),
        (b"x = " + b" + ".join([b"1"] * 20_000), "", None),
    ],
    ids=["syntax", "indent", "string", "zero", "no utf-8", "coding", "hex", "undefined", "parentheses", "signs", "sum"],
)
def test_what_cannot_be_parsed_is_skipped_with_reason_and_line(
    tmp_path: Path, defaults: CoverageSettings, content: bytes, reason: str, line: int | None
) -> None:
    answer = _count(tmp_path, content, [1], defaults, branch=True)

    assert isinstance(answer, Skipped)
    assert answer.path == "a.py"
    assert answer.reason.startswith(reason)
    assert answer.reason.isprintable()
    assert line is None or answer.line == line


def test_a_file_that_coverage_py_itself_fails_on_is_skipped_without_blaming_the_file(
    tmp_path: Path, defaults: CoverageSettings
) -> None:
    source = "def main(x):\n    with x as y:\n        y: int\n"
    parser = PythonParser(text=source)
    parser.parse_source()
    with contextlib.suppress(AssertionError):
        parser.arcs()
        pytest.skip("this coverage.py copes with a body that is only an annotation")

    answer = _count(tmp_path, source, [], defaults, branch=True)

    assert answer == Skipped("a.py", "coverage.py's own analysis of its branches fails ('coverage report' would too)")


def test_a_file_that_is_not_there_is_skipped(tmp_path: Path, defaults: CoverageSettings) -> None:
    answer = count_file(tmp_path, "absent.py", Row(), defaults, has_arcs=False)

    assert isinstance(answer, Skipped)
    assert "No source" in answer.reason


def test_the_version_that_counts_is_the_installed_one() -> None:
    import coverage

    assert coverage.__version__ == COVERAGE_VERSION


_CONDITIONS = st.sampled_from(["x", "not x", "x and y", "(\n    x or\n    y\n)", "True", "0", "__debug__"])

_SIMPLE = st.sampled_from(
    [
        "x = 1",
        "y = [\n    1,\n    2,\n]",
        "pass",
        "...",
        '"words"',
        "return",
        "return x",
        "raise ValueError",
        "assert x, y",
        "del x",
        "global z",
        "x = lambda: (yield)",
        "y = [i for i in x if i]",
        "print(x)  # pragma: no cover",
        "import os",
        "x: int",
        "if x: y = 2",
        "x = 1; y = 2",
    ]
)

_IN_LOOP = st.sampled_from(["break", "continue"])


def _indented(body: list[str]) -> str:
    return textwrap.indent("\n".join(body), "    ")


@st.composite
def _block(draw: st.DrawFn, depth: int, is_loop: bool) -> list[str]:
    simple = _SIMPLE | _IN_LOOP if is_loop else _SIMPLE
    inner = _compound(depth - 1, is_loop) if depth else simple
    return draw(st.lists(simple | inner, min_size=1, max_size=3))


@st.composite
def _compound(draw: st.DrawFn, depth: int, is_loop: bool) -> str:
    pragma = draw(st.sampled_from(["", "", "", "  # pragma: no cover", "  # pragma: no branch"]))
    condition = draw(_CONDITIONS)
    body, other = draw(_block(depth, is_loop)), draw(_block(depth, is_loop))
    tail = f"\nelse:\n{_indented(other)}" if draw(st.booleans()) else ""
    match draw(st.sampled_from(("if", "elif", "while", "for", "try", "with", "def", "class", "match", "guard"))):
        case "if":
            return f"if {condition}:{pragma}\n{_indented(body)}{tail}"
        case "elif":
            return f"if {condition}:{pragma}\n{_indented(body)}\nelif y:\n{_indented(other)}{tail}"
        case "while":
            return f"while {condition}:{pragma}\n{_indented(draw(_block(depth, True)))}{tail}"
        case "for":
            return f"for x in y:{pragma}\n{_indented(draw(_block(depth, True)))}{tail}"
        case "try":
            end = draw(st.sampled_from(["", f"\nfinally:\n{_indented(other)}"]))
            return f"try:{pragma}\n{_indented(body)}\nexcept ValueError:\n{_indented(other)}{tail}{end}"
        case "with":
            return f"with x as y:{pragma}\n{_indented(body)}"
        case "def":
            return f"@x\ndef f(x, y):{pragma}\n{_indented(draw(_block(depth, False)))}"
        case "class":
            return f"class C:{pragma}\n{_indented(draw(_block(depth, False)))}"
        case "match":
            return (
                f"match x:{pragma}\n    case 1:\n{textwrap.indent(_indented(body), '    ')}\n    case _:\n        x = 2"
            )
        case _:
            return f"if TYPE_CHECKING:\n{_indented(body)}{tail}"


@st.composite
def _modules(draw: st.DrawFn) -> str:
    """A small module that compiles: functions full of branches, loops, handlers, and pragmas."""
    body = draw(st.lists(_compound(2, False), min_size=1, max_size=3))
    source = f"def main(x, y):\n{_indented(body)}\n\n\n" + "\n".join(draw(st.lists(_SIMPLE, max_size=2))) + "\n"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(source, "a.py", "exec")
        except SyntaxError:
            assume(False)
    return source


_SLOW_TO_BUILD = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture)


@settings(deadline=None, max_examples=100, suppress_health_check=_SLOW_TO_BUILD)
@given(source=_modules(), ran=st.sets(st.integers(1, 60)))
def test_any_module_and_any_lines_count_as_in_coverage_py(
    tmp_path_factory: pytest.TempPathFactory, defaults: CoverageSettings, source: str, ran: set[int]
) -> None:
    root = tmp_path_factory.getbasetemp()

    answer = _count(root, source, ran, defaults, branch=False)

    assert _counts(answer) == _truth(root, ran, branch=False)


def _possible_arcs(source: str) -> set[Arc]:
    parser = PythonParser(text=source)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parser.parse_source()
    try:
        return parser.arcs()
    except AssertionError:  # coverage.py has no truth to tell about such a file
        assume(False)
        raise


@settings(deadline=None, max_examples=150, suppress_health_check=_SLOW_TO_BUILD)
@given(source=_modules(), choice=st.data())
def test_any_module_and_any_arcs_count_as_in_coverage_py(
    tmp_path_factory: pytest.TempPathFactory, defaults: CoverageSettings, source: str, choice: st.DataObject
) -> None:
    root = tmp_path_factory.getbasetemp()
    possible = st.sampled_from(sorted(_possible_arcs(source) | {(-1, 1)}))
    anywhere = st.tuples(st.integers(-60, 60), st.integers(-60, 60))
    ran = choice.draw(st.sets(possible, max_size=40)) | choice.draw(st.sets(anywhere, max_size=3))

    answer = _count(root, source, ran, defaults, branch=True)

    counts = _counts(answer)
    assert counts == _truth(root, ran, branch=True)
    assert isinstance(answer, FileCoverage)
    assert answer.missing.bit_count() == counts.statements - counts.covered_statements
    assert sum(answer.missing_exits.values()) == counts.branches - counts.covered_branches


@settings(deadline=None, max_examples=300, suppress_health_check=_SLOW_TO_BUILD)
@given(
    content=damaged(PRICES.encode()) | damaged(b"# -*- coding: utf-8 -*-\n" + STOCK.encode()) | st.binary(max_size=60)
)
def test_damaged_source_is_counted_or_skipped_with_a_reason(
    tmp_path_factory: pytest.TempPathFactory, defaults: CoverageSettings, content: bytes
) -> None:
    answer = _count(tmp_path_factory.getbasetemp(), content, [(1, 2)], defaults, branch=True)

    assert isinstance(answer, FileCoverage) or answer.reason
