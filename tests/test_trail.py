"""The rows behind a measurement: where each lies, what ran where no code is, and counting anew on the same rows."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import (
    SHOP,
    coverage_totals,
    make_project,
    make_shop,
    run_coverage,
    shop_lines,
    write_arcs,
    write_lines,
    write_shop,
)

from planner.measure import Request, Taken, read_measurement, read_with_trail
from planner.measure.count import Counted, count_row
from planner.measure.datafile import MAX_CONTEXT_NAMES
from planner.measure.rows import Row
from planner.model.lines import lines_of, numbers_in
from planner.model.measurement import FileCoverage
from planner.model.trail import DataRow, Trail
from planner.settings import CoverageSettings, read_coverage_settings


def _take(root: Path, *data: str) -> Taken:
    return read_with_trail(Request(root, data))


def _rows(trail: Trail) -> dict[str, str | None]:
    return {row.name: row.path for row in trail.rows}


@pytest.mark.parametrize("branch", [False, True], ids=["lines", "branches"])
def test_the_measurement_is_the_same_with_and_without_its_trail(tmp_path: Path, branch: bool) -> None:
    root = make_shop(tmp_path, branch=branch)

    taken = _take(root)

    assert taken.measurement == read_measurement(Request(root))


@pytest.mark.parametrize("branch", [False, True], ids=["lines", "branches"])
def test_rows_keep_their_names_and_their_lines(tmp_path: Path, branch: bool) -> None:
    root = make_shop(tmp_path, branch=branch)

    rows = _take(root).trail.rows

    assert rows == tuple(
        DataRow(f"{root}/{name}", name, lines_of(lines)) for name, lines in sorted(shop_lines().items())
    )


def test_rows_are_placed_although_the_configuration_keeps_them_out_of_reports(tmp_path: Path) -> None:
    root = make_shop(tmp_path, {".coveragerc": "[report]\nomit = tests/*"})

    taken = _take(root)

    assert f"{root}/tests/test_shop.py" in _rows(taken.trail)
    assert _rows(taken.trail)[f"{root}/tests/test_shop.py"] == "tests/test_shop.py"
    assert "tests/test_shop.py" not in {file.path for file in taken.measurement.files}


def test_rows_that_lie_nowhere_below_the_root_have_no_path(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    write_arcs(root / ".coverage", {"<string>": [(1, 2)], "/elsewhere/other.py": [(1, 2)]})

    paths = _rows(_take(root).trail)

    assert (paths["<string>"], paths["/elsewhere/other.py"]) == (None, None)


def test_rows_matched_by_the_end_of_their_path_are_told_apart(tmp_path: Path) -> None:
    root = make_project(tmp_path, SHOP)
    write_shop(root, branch=True, prefix="/app/")
    write_arcs(root / ".coverage", {f"{root}/tests/test_shop.py": [(1, 2)]})

    trail = _take(root).trail

    assert trail.guessed == {f"/app/{name}" for name in SHOP}
    assert {_rows(trail)[name] for name in trail.guessed} == set(SHOP)


def test_a_row_of_a_plugin_names_the_plugin_and_the_file(tmp_path: Path) -> None:
    root = make_project(tmp_path, {**SHOP, "shop/page.html": "{{ x }}\n"})
    page = f"{root}/shop/page.html"
    write_lines(root / ".coverage", {page: [1], f"{root}/shop/stock.py": [1]}, plugins={page: "templates.plugin"})

    rows = _take(root).trail.rows

    assert DataRow(page, "shop/page.html", lines_of([1]), "templates.plugin") in rows


def test_contexts_of_all_data_files_are_named_once(tmp_path: Path) -> None:
    root = make_project(tmp_path, SHOP)
    for part, context in (("a", "test_b"), ("a", ""), ("b", "test_b"), ("b", "test_a|run")):
        write_lines(root / f".coverage.{part}", {f"{root}/shop/stock.py": [1]}, context=context)

    assert _take(root).trail.contexts == ("test_a|run", "test_b")


def test_of_very_many_contexts_only_the_first_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_project(tmp_path, SHOP)
    for number in range(5):
        write_lines(root / ".coverage", {f"{root}/shop/stock.py": [1]}, context=f"test_{number}")
    monkeypatch.setattr("planner.measure.datafile.MAX_CONTEXT_NAMES", 3)

    taken = _take(root)

    assert MAX_CONTEXT_NAMES == 100_000
    assert taken.trail.contexts == ("test_0", "test_1", "test_2")
    assert taken.measurement.inputs[0].contexts == 5


def test_data_files_tell_when_they_were_written_and_what_coverage_py_noted(tmp_path: Path) -> None:
    root = make_project(tmp_path, {**SHOP, ".coveragerc": "[run]\nparallel = true"})
    assert run_coverage(root, "run", "tests/test_shop.py").returncode == 0
    (path,) = root.glob(".coverage.*")
    os.utime(path, (1_000_000, 1_234_567.5))

    (file,) = _take(root).trail.files

    assert (file.path, file.modified) == (path.name, 1_234_567.5)
    assert file.version == file.meta["version"]
    assert file.meta["has_arcs"] == "0"


def test_reports_leave_files_and_nothing_else(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    assert run_coverage(root, "json", "--keep-combined").returncode == 0

    taken = _take(root, "coverage.json")

    assert [(file.path, file.version) for file in taken.trail.files] == [("coverage.json", taken.measurement.version)]
    assert taken.trail == Trail(files=taken.trail.files)
    assert taken.recount("shop/stock.py", CoverageSettings()) is None


@pytest.mark.parametrize("branch", [False, True], ids=["lines", "branches"])
@pytest.mark.parametrize("exclude", ["[report]\nexclude_also =\n    def\n    class", "[report]\nexclude_lines ="])
def test_fresh_data_has_nothing_astray_whatever_is_excluded(tmp_path: Path, branch: bool, exclude: str) -> None:
    root = make_shop(tmp_path, {".coveragerc": exclude}, branch=branch)

    assert _take(root).trail.astray == {}


SOURCE = '''\
"""Words
over lines.

"""

# a comment
def one(
    first,

    # inside
    second,
):
    """More words.

    """
    try:
        total = first + \\
            second
    finally:
        # why
        first: int
    if total:
        return total
    else:

        return """

# no comment
"""


# the end
'''


def _astray(folder: Path, text: str, ran: Iterable[int]) -> list[int]:
    (folder / "mod.py").write_text(text, "utf-8")
    counted = count_row(folder, "mod.py", Row(lines_of(ran)), CoverageSettings(), has_arcs=False)
    assert isinstance(counted, Counted)
    return list(numbers_in(counted.astray))


def test_comments_blank_lines_and_lines_past_the_end_hold_no_code(tmp_path: Path) -> None:
    assert _astray(tmp_path, SOURCE, range(40)) == [5, 6, 20, 25, *range(30, 40)]


@pytest.mark.parametrize("text", ["", "\n\n", "# only\n# words\n"])
def test_a_file_without_code_runs_on_its_first_line(tmp_path: Path, text: str) -> None:
    assert _astray(tmp_path, text, [0, 1, 9]) == [9]


@given(before=st.integers(1, 3))
def test_lines_put_before_the_code_leave_some_astray(tmp_path_factory: pytest.TempPathFactory, before: int) -> None:
    folder = tmp_path_factory.getbasetemp()
    ran = [1, *range(7, 12), *range(16, 19), 21, 22]

    assert _astray(folder, SOURCE, ran) == []
    assert _astray(folder, "import os\n" * before + SOURCE, ran)


def test_files_edited_after_the_run_show_it(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    stock = SHOP["shop/stock.py"]
    (root / "shop/stock.py").write_text("\n".join(stock.split("\n")[:6]), "utf-8")

    trail = _take(root).trail

    assert trail.astray == {"shop/stock.py": lines_of(line for line in shop_lines()["shop/stock.py"] if line > 6)}


def test_the_lines_of_a_template_s_code_are_not_astray(tmp_path: Path) -> None:
    root = make_project(tmp_path, {**SHOP, "shop/page.html": "{{ value|upper }}\n", "bin/shop": "x = 1\n"})
    write_lines(root / ".coverage", {f"{root}/shop/page.html": [1, 5, 9], f"{root}/bin/shop": [1, 2]})

    trail = _take(root).trail

    assert trail.astray == {"bin/shop": lines_of([2])}


@pytest.mark.parametrize("branch", [False, True], ids=["lines", "branches"])
@pytest.mark.parametrize(
    "report", ["exclude_also = def", "exclude_lines =", "exclude_also = if\npartial_also = for", "partial_branches ="]
)
def test_a_recount_under_other_settings_is_what_coverage_py_counts_under_them(
    tmp_path: Path, branch: bool, report: str
) -> None:
    root = make_shop(tmp_path, branch=branch)
    taken = _take(root)
    make_project(root, {".coveragerc": f"[report]\n{report}"})
    other = read_coverage_settings(root)

    files = [taken.recount(file.path, other) for file in taken.measurement.files]

    counted = [file.counts for file in files if isinstance(file, FileCoverage)]
    assert len(counted) == len(files)
    assert sum(counted[1:], counted[0]) == coverage_totals(root)


def test_a_recount_under_the_same_settings_changes_nothing(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    settings = read_coverage_settings(root)

    taken = _take(root)

    assert [taken.recount(file.path, settings) for file in taken.measurement.files] == list(taken.measurement.files)


def test_files_that_no_report_shows_are_counted_anew_on_their_rows(tmp_path: Path) -> None:
    root = make_shop(tmp_path, {".coveragerc": "[report]\nomit = tests/*, shop/prices.py"})
    shown = {file.path: file for file in _take(make_shop(tmp_path / "all")).measurement.files}
    settings = read_coverage_settings(root)

    taken = _take(root)

    assert taken.recount("shop/prices.py", settings) == shown["shop/prices.py"]
    assert taken.recount("tests/test_shop.py", settings) == shown["tests/test_shop.py"]


def test_of_files_that_the_data_never_heard_of_nothing_ran(tmp_path: Path) -> None:
    root = make_shop(tmp_path, {"shop/new.py": "x = 1\ny = 2\n"})

    recount = _take(root).recount

    counted = recount("shop/new.py", CoverageSettings())
    assert isinstance(counted, FileCoverage)
    assert (counted.counts.statements, counted.counts.covered_statements) == (2, 0)
    assert recount("shop/absent.py", CoverageSettings()) is None
    assert recount("../all.py", CoverageSettings()) is None


def test_files_that_a_report_speaks_of_too_cannot_be_counted_anew(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    lcov = f"SF:{root}/shop/stock.py\nDA:1,1\nend_of_record\n"
    (root / "lcov.info").write_text(lcov, "utf-8")

    taken = _take(root, ".coverage", "lcov.info")

    settings = replace(CoverageSettings(), exclude=("x",))
    assert taken.recount("shop/stock.py", settings) is None
    assert isinstance(taken.recount("shop/prices.py", settings), FileCoverage)


def test_an_installed_copy_that_was_measured_too_is_known_to_be_there(tmp_path: Path) -> None:
    root = make_project(tmp_path / "work", SHOP)
    copy = make_project(tmp_path / "site-packages", {"shop/prices.py": SHOP["shop/prices.py"]})
    ran, gone = f"{copy}/shop/prices.py", "/nowhere/site-packages/shop/prices.py"
    write_lines(root / ".coverage", {ran: [1], gone: [1]})

    taken = _take(root)

    assert (taken.trail.guessed, taken.trail.elsewhere) == (frozenset({ran, gone}), frozenset({ran}))
    assert taken.measurement.guessed == 2
