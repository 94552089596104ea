"""What a file has to count is the same from its tree as from coverage.py's own parser, and each file is read once."""

import textwrap
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import make_project, make_shop, write_lines
from test_count import _modules

from planner.measure import Request, read_measurement, read_with_trail
from planner.measure import parsing as measured_parsing
from planner.measure.apply import count_shape
from planner.measure.count import count_row
from planner.measure.parsing import has_case_rule, has_shapes, parsed_shape
from planner.measure.rows import Row
from planner.model.lines import MAX_LINE, lines_of, numbers_in
from planner.model.measurement import FileCoverage, Skipped
from planner.model.shape import NO_ARC, Rules, Shape
from planner.pipeline.reading import open_files, shape_of, shapes_kind
from planner.pipeline.shared import measure_project
from planner.settings import read_coverage_settings
from planner.source.cache import unpacked, written
from planner.source.kinds import FACTS
from planner.source.library import Job, Library, examine, examine_apart
from planner.source.read import Parsed, parse_source
from planner.source.shape import draw_shape, plain_text
from planner.source.text import Text
from planner.spread import Spread

DEFAULTS = read_coverage_settings(Path(__file__).parent / "golden")
LINES = Rules(DEFAULTS.exclude)
ARCS = Rules(DEFAULTS.exclude, DEFAULTS.partial, has_arcs=True)
OWN = Rules(("assert", "raise NotImplementedError", r"def \w+\(", "else", r"^\s*pass$"), ("while",), has_arcs=True)


def both(root: Path, source: str | bytes, rules: Rules) -> tuple[Shape | Skipped, Shape | Skipped]:
    """From the tree, and from coverage.py's parser."""
    content = source.encode() if isinstance(source, str) else source
    make_project(root, {"a.py": content})
    return shape_of(Text(content, "a.py", "a"), root, rules), parsed_shape(root, "a.py", rules)


def is_drawn(source: str | bytes) -> bool:
    content = source.encode() if isinstance(source, str) else source
    parsed = parse_source(content, "a.py")
    return isinstance(parsed, Parsed) and draw_shape(content, parsed.tree, "a.py", LINES, with_cases=True) is not None


WRITTEN = {
    "empty": "",
    "blank": "\n\n",
    "comment": "# nothing\n",
    "words": '"""Words\nover lines."""\n',
    "no line end": "x = (\n    1\n)",
    "semicolons": "a = 1; b = (\n    2,\n); c = 3\nd = 4\n",
    "head over lines": "def f(\n    a=1,\n    *,\n    b: int,\n) -> None:\n    return a\n",
    "head without arguments": "def f(\n):\n    pass\n\n\nclass C(\n):\n    x = 1\n",
    "comment in the head": "if (\n    x\n    # : not the colon\n):  # here\n    # between\n\n    y = 1\n",
    "suite on the line": "if x: y = (\n    1,\n)\nelse: z = 2\nwhile (a or\n       b): pass\n",
    "suite after the head": "if (a and\n        b): c = 1\nfor x in [1,\n          2]: print(x); break\n",
    "with": "with (\n    a as b,\n    c as d,\n):\n    e = 1\nwith a as b, \\\n     c:\n    d = 1\n",
    "try": "try:\n    a\nexcept (\n    B,\n    C,\n) as e:\n    d\nelse:\n    e\nfinally:\n    f\n",
    "decorators": "@a\n@b(\n    1,\n)\n# between\n@c\n\ndef f():\n    '''Words.'''\n    return 1\n",
    "class": "@a\nclass C(\n    A,\n    metaclass=M,\n):\n    '''Words\n    more.'''\n\n    x: int\n    y = 1\n",
    "match": (
        "match (\n    x\n):\n    case [\n        1,\n        2,\n    ] if y:\n        a\n"
        "    case (1 | 2):\n        d\n    case _:\n        e\n"
    ),
    "dead code": "def f():\n    return 1\n    x = 2\n\n\nwhile True:\n    pass\ny = 3\nif 0:\n    z = 1\n",
    "strings": "x = '''a\n\\\nb'''\ny = f'''{\n    x\n}'''\n",
    "joined": "x = 1 + \\\n    2\nassert x, \\\n    y\n",
    "async": "async def f():\n    async with a as b:\n        async for c in d:\n            await c\n",
    "tabs": "if x:\n\tif y:\n\t    z = 1  # pragma: no cover\n        # a comment\n\tw = 2\n",
    "pragma on a simple line": (
        "x = 1  # pragma: no cover\ny: int = 2  # pragma: no cover\nz = lambda: 1  # pragma: no cover\nw = 1\n"
    ),
    "pragma on a head": "def f(\n    a,  # pragma: no cover\n):\n    b\n\n    if c:\n        d\ne = 1\n",
    "pragma on a decorator": "@a  # pragma: no cover\n@b\ndef f():\n    c\n\n    def g():\n        d\n",
    "pragma on a clause": (
        "if a:  # pragma: no cover\n    b\nelif c:\n    d\nelse:  # pragma: no cover\n    e\n    # f\n\n    g\nh = 1\n"
    ),
    "pragma in an excluded suite": (
        "if a:  # pragma: no cover\n    if b:  # pragma: no cover\n        c\n    d\ne = 1\n"
    ),
    "pragma alone": "# pragma: no cover\nx = 1\nif x:\n    # pragma: no cover\n    y = 1\n",
    "pragma at the end": "if x: y = [  # pragma: no cover\n    1\n]\nz = 1\n",
    "pragma in a string": "x = '''\n# pragma: no cover\n'''\ny = '# pragma: no cover'\n",
    "pragma on all cases": (
        "match x:\n    case 1:\n        a\n    case c if c:\n        d  # pragma: no cover\n"
        "    case _:\n        b  # pragma: no cover\n"
    ),
    "pragma in a function of a case": (
        "match x:\n    case _:\n        @a  # pragma: no cover\n        def f():\n            b\n"
    ),
    "no branch": (
        "while x:  # pragma: no branch\n    y\nwhile True:\n    z\nif (\n    a  # pragma: no branch\n):\n    b\n"
    ),
    "dots": (
        "class P:\n    def f(self) -> int: ...\n\n    def g(self) -> int:\n        ...\n\n    x = ...\n"
        "\n\ndef h(\n    a,\n): ...  # words\n"
    ),
    "types only": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\n    import b\nelse:\n"
        "    c = 1\nif typing.TYPE_CHECKING: d = 1\n"
    ),
    "mark": "\ufeffx = 1\ny = 2\n",
    "cookie": "# -*- coding: utf-8 -*-\nx = 'é'\n",
    "windows": "x = '''a\r\nb'''\r\nif x:  # pragma: no cover\r\n    y = 2\r\nz = (\r\n    1\r\n)\r\n",
    "letters": "é = 1\nif (é and\n        'ü'): ä = 1\ndef f(ö='ß',\n      ):\n    return ö\n",
}


@pytest.mark.parametrize("rules", [LINES, ARCS, OWN], ids=["lines", "arcs", "own patterns"])
@pytest.mark.parametrize("name", WRITTEN)
def test_a_shape_from_the_tree_is_that_of_coverage_py(tmp_path: Path, name: str, rules: Rules) -> None:
    found, truth = both(tmp_path, WRITTEN[name], rules)

    assert found == truth
    assert is_drawn(WRITTEN[name])


ODD = {
    "form feed": b"x = 1\n\x0cy = 2\n",
    "zero": b"x = 1\0\n",
    "latin": "# coding: latin-1\nx = 'é'\n".encode("latin-1"),
    "no utf-8": b"x = 1  # \xff\n",
    "old mac": b"x = 1\rif x:\r    y = 2\r",
    "a bracket around a decorator": b"@(\n    a\n)\ndef f(): pass\n",
    "a bracket around a pattern": b"match x:\n    case (\n        1\n    ):\n        y\n",
    "joined to nothing": b"x = 1 \\\n\ny = 2\n",
    "a joined head": b"if x \\\n        :\n    y = 1\ntry \\\n    :\n    a\nfinally:\n    b\n",
    "a comment that ends in a backslash": b"# words \\\nx = 1\n",
    "return at the top": b"x = 1\nreturn x\n",
    "wrong": b"x = (\n",
    "deep": b"x = " + b"(" * 90 + b"1" + b")" * 90 + b"\n" + b"y = " + b"-" * 3000 + b"1\n",
}


@pytest.mark.parametrize("rules", [LINES, ARCS], ids=["lines", "arcs"])
@pytest.mark.parametrize("name", ODD)
def test_what_the_tree_does_not_tell_coverage_py_is_asked(tmp_path: Path, name: str, rules: Rules) -> None:
    found, truth = both(tmp_path, ODD[name], rules)

    assert found == truth
    assert not is_drawn(ODD[name])


_SLOW = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture)


@settings(deadline=None, max_examples=60, suppress_health_check=_SLOW)
@given(source=_modules(), rules=st.sampled_from([LINES, ARCS, OWN]))
def test_any_module_has_the_shape_that_coverage_py_finds(
    tmp_path_factory: pytest.TempPathFactory, source: str, rules: Rules
) -> None:
    found, truth = both(tmp_path_factory.getbasetemp(), source, rules)

    assert found == truth


def test_a_text_is_plain_where_coverage_py_changes_nothing_in_it() -> None:
    assert plain_text(b"x = 1") == "x = 1\n"
    assert plain_text(b"") == ""
    assert plain_text(b"# coding: cp1252\n") is None
    assert plain_text(b"\n\n# coding: cp1252\n") == "\n\n# coding: cp1252\n"


# Laying rows on shapes


@given(continued=st.integers(0, 1 << 60), lines=st.integers(0, 1 << 64))
def test_first_lines_of_a_set_are_those_of_each_line(continued: int, lines: int) -> None:
    shape = Shape("a.py", 0, 0, continued & ~1, 0)
    firsts = shape.firsts()

    assert shape.first_lines(lines) == lines_of(firsts.get(line, line) for line in numbers_in(lines))


def test_an_unproven_version_is_counted_by_its_own_analysis_with_equal_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_project(tmp_path, {"a.py": WRITTEN["try"] + WRITTEN["with"] + WRITTEN["no branch"]})
    row = Row(lines_of([1, 2, 4, 40, 77]), {(1, 2), (2, 4), (-1, 1), (19, 21), (40, 41)})
    shaped = [count_row(tmp_path, "a.py", row, DEFAULTS, has_arcs=has_arcs) for has_arcs in (False, True)]

    monkeypatch.setattr(measured_parsing, "_PROVEN", frozenset())
    monkeypatch.setattr(measured_parsing, "_PROVEN_OF_ARCS", frozenset())

    assert not has_shapes(LINES)
    assert [count_row(tmp_path, "a.py", row, DEFAULTS, has_arcs=has_arcs) for has_arcs in (False, True)] == shaped
    assert read_measurement(Request(make_shop(tmp_path / "shop"))).totals.statements


@pytest.mark.parametrize(
    ("version", "lines", "arcs"),
    [("7.13.5", False, False), ("7.14.0", True, False), ("7.17.3", True, True), ("7.18.0", False, False)],
)
def test_shapes_are_used_of_versions_that_were_compared(version: str, lines: bool, arcs: bool) -> None:
    assert has_shapes(LINES, version) is lines
    assert has_shapes(ARCS, version) is arcs
    assert has_case_rule(version) is (version >= "7.17")


def test_a_jump_that_is_dropped_was_never_taken() -> None:
    shape = Shape("a.py", 0b1110, 0, 0, 0b1110, arcs=(1, 2, 1, 3), jumps=(1, 3, *NO_ARC))

    counted = count_shape(shape, Row(0b10, {(1, 2), (1, 3)}), has_arcs=True)

    assert counted.file.exits == {1: 2}
    assert counted.file.missing_exits == {1: 1}


# Kept and read back

_LINES = st.one_of(st.just(0), st.integers(0, 1 << 200), st.just(1 << MAX_LINE))
_NUMBERS = st.lists(st.integers(-MAX_LINE, MAX_LINE), max_size=6).map(tuple)


@settings(suppress_health_check=_SLOW, deadline=None)
@given(st.builds(Shape, st.just("a.py"), _LINES, _LINES, _LINES, _LINES, _NUMBERS, _NUMBERS, _LINES))
def test_shapes_survive_there_and_back(shape: Shape) -> None:
    kind = shapes_kind(Path("."), LINES)
    text = written(kind, shape)

    assert text
    assert unpacked(kind, [("a.py", text)]) == {"a.py": shape}


@pytest.mark.parametrize("arcs", ["[1.5]", '["1"]', "[true]", "[99999999999]", "1", "null"])
def test_a_shape_with_impossible_arcs_is_as_if_never_seen(arcs: str) -> None:
    kind = shapes_kind(Path("."), LINES)
    text = f'["a.py","0 0","0 0","0 0","0 0",{arcs},[],"0 0"]'

    assert unpacked(kind, [("a.py", text)]) == {}


# Read once


def _shop(root: Path) -> Path:
    files = {
        "shop/__init__.py": "",
        "shop/prices.py": "def price(x):\n    return x\n",
        "shop/stock.py": "import os\n\n\ndef left():\n    return os.getpid()\n",
        "tests/test_prices.py": "def test_price(): ...\n",
    }
    make_project(root, files)
    write_lines(root / ".coverage", {f"{root}/shop/prices.py": [1], f"{root}/shop/__init__.py": []})
    return root


def test_a_file_is_parsed_once_for_counting_and_facts_and_not_at_all_the_next_time(
    tmp_path: Path, parsed: list[str]
) -> None:
    request = Request(_shop(tmp_path / "shop"), caches=tmp_path / "caches")

    cold, code = measure_project(request, lambda paths, _: paths)
    known = list(code.tests)

    assert sorted(parsed) == ["shop/__init__.py", "shop/prices.py", "shop/stock.py", "tests/test_prices.py"]
    parsed.clear()

    warm, again = measure_project(request, lambda paths, _: paths)

    assert (warm.measurement, again.facts, list(again.tests)) == (cold.measurement, code.facts, known)
    assert cold.measurement == read_measurement(request)
    assert parsed == []


def test_one_edited_file_is_parsed_alone(tmp_path: Path, parsed: list[str]) -> None:
    request = Request(_shop(tmp_path / "shop"), caches=tmp_path / "caches")
    measure_project(request, lambda paths, _: paths)
    (request.root / "shop/stock.py").write_text("x = 1\ny = 2\n")
    parsed.clear()

    taken, _ = measure_project(request, lambda paths, _: paths)

    assert parsed == ["shop/stock.py"]
    assert [each.counts.statements for each in taken.measurement.unmeasured] == [2]


def test_other_patterns_find_other_shapes(tmp_path: Path) -> None:
    request = Request(_shop(tmp_path / "shop"), caches=tmp_path / "caches")
    before = measure_project(request, lambda paths, _: paths)[0].measurement
    (request.root / ".coveragerc").write_text("[report]\nexclude_lines =\n    def price\n")

    after = measure_project(request, lambda paths, _: paths)[0].measurement

    assert before.totals.statements == 2
    assert after.totals.statements == 0
    assert after == read_with_trail(request).measurement


def test_results_are_the_same_from_other_processes(tmp_path: Path) -> None:
    root = make_project(tmp_path, {name: textwrap.dedent(text) for name, text in _sources()})
    paths = sorted(path.name for path in root.glob("*.py"))
    kinds = (shapes_kind(root, LINES), FACTS)

    here, apart = (
        {kind.name: library.read(kind, paths, also=lambda _: kinds) for kind in kinds}
        for library in (Library(root, frozenset(paths)), Library(root, frozenset(paths), spread=Spread(jobs=2)))
    )

    assert here == apart
    assert isinstance(here["shapes"]["wrong.py"], Skipped)


def test_files_that_are_known_already_are_no_loop_to_report(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"a.py": "x = 1\n", "b.py": "y = 1\n"})
    loops: list[list[str]] = []

    def progress(paths: Iterable[str], _: str) -> Iterable[str]:
        loops.append(list(paths))
        return loops[-1]

    library = Library(root, frozenset({"a.py", "b.py"}), progress=progress)
    first, again, more = (library.read(FACTS, paths) for paths in (["a.py"], ["a.py"], ["a.py", "b.py"]))

    assert loops == [["a.py"], ["b.py"]]
    assert first == again
    assert list(more) == ["a.py", "b.py"]


def _sources() -> Iterable[tuple[str, str]]:
    yield "wrong.py", "x = (\n"
    yield "deep.py", "x = " + "-" * 50_000 + "1\n"
    yield from ((f"{number}.py", text) for number, text in enumerate(WRITTEN.values()))


def test_a_job_says_the_same_as_text() -> None:
    job = Job(WRITTEN["try"].encode(), "a.py", "a", (FACTS, shapes_kind(Path("."), ARCS)))

    found, texts = examine(job), examine_apart(job)

    for kind, value, text in zip(job.kinds, found, texts, strict=True):
        assert isinstance(text, str)
        assert unpacked(kind, [("a.py", text)]) == {"a.py": value}


def test_a_file_that_is_gone_is_skipped_as_coverage_py_says(tmp_path: Path) -> None:
    files = open_files(Request(_shop(tmp_path)), lambda paths, _: paths)

    (found,) = files.shapes(["absent.py"], LINES, "counting").values()

    assert isinstance(found, Skipped)
    assert "No source" in found.reason
    assert not isinstance(found, FileCoverage)
