"""Whole measurements of small projects: the totals are coverage.py's own, and no input is ever touched."""

import os
import re
import sqlite3
import sys
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest
from coverage import CoverageData
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import (
    SHOP,
    assert_answer_or_error,
    contents_of,
    coverage_in,
    coverage_totals,
    damaged,
    lines_in,
    make_project,
    make_shop,
    measure,
    run_coverage,
    shop_arcs,
    shop_lines,
    totals_of,
    write_arcs,
    write_lines,
    write_shop,
)

from planner.errors import InputError, NothingMatchesError
from planner.measure import Request, read_measurement
from planner.model.measurement import Counts

CONFIGURATIONS: Mapping[str, str] = {
    "none": "",
    "exclude_also": "[report]\nexclude_also =\n    def __repr__\n    if one",
    "exclude_lines": "[report]\nexclude_lines =\n    assert False",
    "no exclusions": "[report]\nexclude_lines =",
    "exclude over several lines": "[report]\nexclude_also = def log[\\s\\S]*stream\\n",
    "partial_branches": "[report]\npartial_branches = if vip",
    "partial_also": "[report]\npartial_also = if value > 3",
    "partial_branches_always": "[report]\npartial_branches_always = for each",
    "report omit": "[report]\nomit = tests/*",
    "report omit by star": "[report]\nomit = */stock.py",
    "report include": "[report]\ninclude = shop/*",
    "report include and omit": "[report]\ninclude = shop/*\nomit = *prices*",
    "source set": "[run]\nsource = shop",
    "run omit after the run": "[run]\nomit = shop/stock.py",
}


@pytest.mark.parametrize("branch", [False, True], ids=["lines", "branches"])
@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_totals_equal_those_of_coverage_py(tmp_path: Path, configuration: str, branch: bool) -> None:
    root = make_shop(tmp_path, {".coveragerc": CONFIGURATIONS[configuration]}, branch=branch)

    totals = measure(root).totals

    assert totals == coverage_totals(root)
    assert (totals.branches > 0) == branch


@pytest.mark.parametrize("branch", [False, True], ids=["lines", "branches"])
@pytest.mark.parametrize("configuration", ["none", "report omit", "report omit by star", "report include"])
def test_totals_of_relative_rows_equal_those_of_coverage_py(tmp_path: Path, configuration: str, branch: bool) -> None:
    settings = CONFIGURATIONS[configuration] + "\n[run]\nrelative_files = true"
    root = make_project(tmp_path, {**SHOP, ".coveragerc": settings})
    write_shop(root, branch=branch)

    totals = measure(root).totals

    assert totals == coverage_totals(root)


@pytest.mark.parametrize("patterns", ["alpha", "alpha\n    beta", "al.ha$", "nothing", "beta|gamma"])
@pytest.mark.parametrize("branch", [False, True], ids=["lines", "branches"])
def test_totals_of_chosen_contexts_equal_those_of_coverage_py(tmp_path: Path, patterns: str, branch: bool) -> None:
    root = make_project(tmp_path, {**SHOP, ".coveragerc": f"[report]\ncontexts =\n    {patterns}"})
    for place, context in enumerate(("", "test_alpha", "test_beta", "static|test_gamma")):
        if branch:
            rows = {f"{root}/{name}": arcs[place::4] for name, arcs in shop_arcs().items()}
            write_arcs(root / ".coverage", rows, context=context)
        else:
            write_lines(
                root / ".coverage",
                {f"{root}/{name}": lines[place::4] for name, lines in shop_lines().items()},
                context=context,
            )

    measured = measure(root)

    assert measured.totals == coverage_totals(root)
    assert measured.inputs[0].contexts == 3


@pytest.mark.parametrize("branch", [False, True], ids=["lines", "branches"])
def test_parallel_files_count_as_coverage_py_combines_them(tmp_path: Path, branch: bool) -> None:
    root = make_project(tmp_path, SHOP)
    for place in range(3):
        write = root / f".coverage.host.{place}.Xabc"
        if branch:
            write_arcs(write, {f"{root}/{name}": arcs[place::3] for name, arcs in shop_arcs().items()})
        else:
            write_lines(write, {f"{root}/{name}": lines[place::3] for name, lines in shop_lines().items()})
    before = contents_of(root)

    measured = measure(root)

    assert contents_of(root) == before
    assert len(measured.inputs) == 3
    assert run_coverage(root, "json", "-o", "truth.json").returncode == 0
    assert measured.totals == totals_of(root / "truth.json")


def test_a_parallel_file_without_rows_does_not_cost_the_branches(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    nothing, empty = CoverageData(no_disk=True), CoverageData(str(root / ".coverage.host.1.Xempty"))
    empty.loads(nothing.dumps())
    nothing.close(force=True)
    empty.close()

    measured = measure(root)

    assert measured.branch
    assert measured.notices == ()
    assert run_coverage(root, "json", "-o", "truth.json").returncode == 0
    assert measured.totals == totals_of(root / "truth.json")


def test_lines_and_branches_together_count_as_lines_with_a_notice(tmp_path: Path) -> None:
    root = make_project(tmp_path, SHOP)
    write_arcs(root / ".coverage.1", {f"{root}/shop/prices.py": shop_arcs()["shop/prices.py"]})
    write_lines(root / ".coverage.2", {f"{root}/shop/stock.py": shop_lines()["shop/stock.py"]})

    measured = measure(root)

    assert not measured.branch
    assert any("branches are not counted" in notice for notice in measured.notices)
    for name in (".coverage.1", ".coverage.2"):
        (root / name).unlink()
    lines = shop_lines()
    write_lines(root / ".coverage", {f"{root}/{name}": lines[name] for name in ("shop/prices.py", "shop/stock.py")})
    assert measured.totals == coverage_totals(root)


def test_two_names_of_one_file_count_once(tmp_path: Path) -> None:
    root = make_project(tmp_path, {**SHOP, ".coveragerc": "[run]\nrelative_files = true"})
    arcs = shop_arcs()["shop/prices.py"]
    rows = {"shop/prices.py": arcs[::2], "./shop/prices.py": arcs[1::2], "shop/../shop/prices.py": arcs[:3]}
    write_arcs(root / ".coverage", rows)

    measured = measure(root)

    (root / ".coverage").unlink()
    write_arcs(root / ".coverage", {"shop/prices.py": arcs})
    assert [file.path for file in measured.files] == ["shop/prices.py"]
    assert measured.totals == coverage_totals(root)


def test_generated_names_are_left_out_and_named_on_one_line(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    write_arcs(root / ".coverage", {"<string>": [(1, 2)], "/tmp/ipykernel_12/34.py": [(1, 2)], "<frozen os>": []})

    measured = measure(root)

    assert [each.reason for each in measured.skipped] == [
        "3 generated name(s) such as this: no source file to read",
    ]
    assert measured.totals == coverage_totals(root, ignore_errors=True)


def test_rows_of_plugins_are_named_and_not_counted(tmp_path: Path) -> None:
    root = make_project(tmp_path, {**SHOP, "page.html": "{% if x %}\n1\n{% endif %}\n"})
    rows = {f"{root}/{name}": lines for name, lines in shop_lines().items()}
    write_lines(root / ".coverage", {**rows, f"{root}/page.html": [1]}, plugins={f"{root}/page.html": "some.plugin"})

    measured = measure(root)

    (root / ".coverage").unlink()
    write_lines(root / ".coverage", rows)
    assert measured.totals == coverage_totals(root)
    assert [each.path for each in measured.skipped] == [f"{root}/page.html"]
    assert "some.plugin" in measured.skipped[0].reason
    assert any("skipped and not in the total" in notice for notice in measured.notices)


def test_an_unparsable_file_is_skipped_with_its_line_and_a_notice(tmp_path: Path) -> None:
    root = make_shop(tmp_path, {"shop/broken.py": "x = 1\ndef broken(:\n"})
    write_arcs(root / ".coverage", {f"{root}/shop/broken.py": [(1, 2)]})

    measured = measure(root)

    (skipped,) = measured.skipped
    assert (skipped.path, skipped.line) == ("shop/broken.py", 2)
    assert skipped.reason.startswith("not valid Python for this interpreter: ")
    assert any("1 measured file(s) are skipped" in notice for notice in measured.notices)
    assert measured.totals == coverage_totals(root, ignore_errors=True)


def test_a_measured_file_that_is_gone_is_skipped_as_gone(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    (root / "shop/stock.py").unlink()

    measured = measure(root)

    (skipped,) = measured.skipped
    assert skipped.path == f"{root}/shop/stock.py"
    assert skipped.reason == "no such file below the project root (deleted, moved, or a link that leads out)"
    assert measured.totals == coverage_totals(root, ignore_errors=True)


def test_omit_holds_for_rows_that_paths_remaps(tmp_path: Path) -> None:
    settings = "[paths]\nsource =\n    shop\n    /ci/build/shop\n[report]\nomit = shop/stock.py"
    root = make_project(tmp_path, {**SHOP, ".coveragerc": settings})
    rows = {f"/ci/build/{name}": arcs for name, arcs in shop_arcs().items() if name.startswith("shop/")}
    write_arcs(root / ".coverage", rows)

    measured = measure(root)

    assert "shop/stock.py" not in {file.path for file in measured.files}
    assert measured.totals == coverage_totals(root)


def test_omit_holds_for_rows_placed_by_their_end(tmp_path: Path) -> None:
    root = make_project(tmp_path, {**SHOP, ".coveragerc": "[report]\nomit = shop/stock.py"})
    write_shop(root, branch=True, prefix="/ci/build/")

    measured = measure(root)

    assert "shop/prices.py" in {file.path for file in measured.files}
    assert "shop/stock.py" not in {file.path for file in measured.files}


def test_a_file_outside_the_root_that_omit_names_is_not_reported_as_lost(tmp_path: Path) -> None:
    root = make_shop(tmp_path / "project", {".coveragerc": "[report]\nomit = */site-packages/*"})
    write_arcs(root / ".coverage", {"/venv/site-packages/lib.py": [(1, 2)]})

    measured = measure(root)

    assert measured.skipped == ()
    assert measured.totals == coverage_totals(root)


@pytest.mark.parametrize("report", ["json", "xml", "lcov"])
@pytest.mark.parametrize("branch", [False, True], ids=["lines", "branches"])
@pytest.mark.parametrize("configuration", ["none", "exclude_also", "partial_branches", "report omit", "source set"])
def test_totals_of_reports_equal_those_of_the_data(
    tmp_path: Path, configuration: str, branch: bool, report: str
) -> None:
    root = make_shop(tmp_path, {".coveragerc": CONFIGURATIONS[configuration]}, branch=branch)
    from_data = measure(root)
    with coverage_in(root) as coverage:
        getattr(coverage, f"{report}_report")(outfile=str(root / f"coverage.{report}"))

    from_report = measure(root, f"coverage.{report}")

    assert from_report.totals == from_data.totals == coverage_totals(root)
    assert {each.path: each.counts for each in from_report.files if each.counts.points} == {
        each.path: each.counts for each in from_data.files if each.counts.points
    }
    assert {each.path: each.missing for each in from_report.files if each.counts.points} == {
        each.path: each.missing for each in from_data.files if each.counts.points
    }
    assert all(each.in_tree for each in from_report.files)
    assert from_report.notices == ()


def test_a_line_report_given_with_a_branch_report_adds_up_to_the_union_of_lines(tmp_path: Path) -> None:
    root = make_project(tmp_path, SHOP)
    lines = shop_lines()
    for place in range(2):
        write_lines(root / ".coverage", {f"{root}/{name}": each[place::2] for name, each in lines.items()})
        with coverage_in(root) as coverage:
            coverage.json_report(outfile=str(root / f"{place}.json"))
        (root / ".coverage").unlink()

    measured = measure(root, "0.json", "1.json")

    write_lines(root / ".coverage", {f"{root}/{name}": each for name, each in lines.items()})
    assert measured.totals == coverage_totals(root)
    assert any("united line by line" in notice for notice in measured.notices)


def test_a_report_and_data_together_are_united_line_by_line(tmp_path: Path) -> None:
    root = make_project(tmp_path, SHOP)
    lines = shop_lines()
    write_lines(root / ".coverage", {f"{root}/{name}": each[::2] for name, each in lines.items()})
    with coverage_in(root) as coverage:
        coverage.xml_report(outfile=str(root / "half.xml"))
    (root / ".coverage").unlink()
    write_lines(root / ".coverage", {f"{root}/{name}": each[1::2] for name, each in lines.items()})

    measured = measure(root, ".coverage", "half.xml")

    (root / ".coverage").unlink()
    write_lines(root / ".coverage", {f"{root}/{name}": each for name, each in lines.items()})
    assert measured.totals == coverage_totals(root)


def test_reading_changes_no_input_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    with coverage_in(root) as coverage:
        for report in ("json", "xml", "lcov"):
            getattr(coverage, f"{report}_report")(outfile=str(root / f"coverage.{report}"))
    write_lines(root / ".coverage.host.1", {f"{root}/shop/idle.py": [1]})
    make_project(root, {".coverage.host.2": b"", "notes.txt": "no data"})
    before = contents_of(root)

    for names in (
        [],
        [".coverage"],
        ["coverage.json"],
        ["coverage.xml"],
        ["coverage.lcov"],
        [".coverage", "notes.txt"],
    ):
        measure(root, *names)

    assert contents_of(root) == before


def test_a_read_only_project_can_be_measured(tmp_path: Path) -> None:
    root = make_shop(tmp_path / "project")
    expected = measure(root).totals
    for path in (root / ".coverage", root):
        path.chmod(0o555)

    try:
        assert measure(root).totals == expected
    finally:
        root.chmod(0o755)


def test_a_hot_journal_beside_the_data_deletes_nothing(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    victim = root / "precious.txt"
    victim.write_text("keep me")
    master = os.fsencode(victim)
    checksum = sum(master) & 0xFFFFFFFF
    journal = bytes.fromhex("d9d505f920a163d7") + (0).to_bytes(4, "big") + bytes(8) + (0x1000).to_bytes(4, "big") * 2
    trailer = (0x40000000 // 0x1000 + 1).to_bytes(4, "big") + master + len(master).to_bytes(4, "big")
    trailer += checksum.to_bytes(4, "big") + bytes.fromhex("d9d505f920a163d7")
    (root / ".coverage-journal").write_bytes(journal.ljust(512, b"\0") + trailer)
    before = contents_of(root)

    measured = measure(root)

    assert contents_of(root) == before
    assert victim.read_text() == "keep me"
    assert ".coverage: .coverage-journal lies beside it and is not read" in measured.notices
    _open_without_care(root / ".coverage")
    assert contents_of(root) != before, "the journal is not hot: this test would prove nothing"


def _open_without_care(path: Path) -> None:
    database = sqlite3.connect(path)
    try:
        database.execute("SELECT * FROM meta").fetchall()
    except sqlite3.Error:
        pass
    finally:
        database.close()


def test_a_wal_beside_the_data_is_a_notice(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    (root / ".coverage-wal").write_bytes(b"unfinished")

    measured = measure(root)

    assert ".coverage: .coverage-wal lies beside it and is not read" in measured.notices
    assert contents_of(root)[".coverage-wal"] == b"unfinished"


def test_one_bad_input_among_several_is_skipped_and_named(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    expected = measure(root).totals
    make_project(root, {".coverage.1": b"", ".coverage.2": b"junk", "bad.lcov": "SF:shop/prices.py\nDA:1,x\n"})

    measured = measure(root, ".coverage", ".coverage.1", ".coverage.2", "bad.lcov", "absent.json")

    assert measured.totals == expected
    assert [(each.path, each.line) for each in measured.skipped] == [
        (".coverage.1", None),
        (".coverage.2", None),
        ("absent.json", None),
        ("bad.lcov", 2),
    ]
    assert all(str(root) not in each.reason for each in measured.skipped)
    assert [each.path for each in measured.inputs] == [".coverage"]


def test_when_no_input_can_be_read_the_first_reason_is_the_error(tmp_path: Path) -> None:
    root = make_project(tmp_path, {**SHOP, ".coverage": b"", ".coverage.1": b"junk"})

    with pytest.raises(InputError, match=re.escape(f"{root}/.coverage: empty")) as caught:
        measure(root)

    assert "\n" not in str(caught.value)


def test_a_plugin_of_the_configuration_is_never_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marker = tmp_path / "imported"
    plugin = f"open({str(marker)!r}, 'w').close()\ndef coverage_init(registry, options): pass\n"
    root = make_shop(tmp_path / "project", {".coveragerc": "[run]\nplugins = evil_plugin", "evil_plugin.py": plugin})
    monkeypatch.syspath_prepend(str(root))
    monkeypatch.chdir(root)

    measured = measure(root)

    assert not marker.exists()
    assert "evil_plugin" not in sys.modules
    assert any("plugins (evil_plugin) are not loaded" in notice for notice in measured.notices)
    assert run_coverage(root, "report").returncode == 0
    assert marker.exists(), "the plugin does not write when imported: this test would prove nothing"


def test_the_project_is_neither_imported_nor_run(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    trap = f"open({str(marker)!r}, 'w').close()\n"
    root = make_shop(tmp_path / "project", {"shop/trap.py": trap, "conftest.py": trap, "setup.py": trap})
    write_arcs(root / ".coverage", {f"{root}/shop/trap.py": [(-1, 1)]})

    measured = measure(root)

    assert "shop/trap.py" in {file.path for file in measured.files}
    assert not marker.exists()


def test_data_of_another_tree_is_an_error_with_the_lines_that_mend_it(tmp_path: Path) -> None:
    root = make_project(tmp_path, SHOP)
    write_lines(root / ".coverage", {"/ci/other/pkg/mod.py": [1], "/ci/other/pkg/two.py": [1]})

    with pytest.raises(NothingMatchesError) as caught:
        measure(root)

    message = str(caught.value)
    assert "none of the 2 files" in message
    assert "/ci/other/pkg/mod.py" in message
    assert "shop/__init__.py" in message
    assert "[paths]" in message
    assert "\n" not in message


def test_less_than_half_of_the_files_below_the_root_is_a_notice(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    write_arcs(root / ".coverage", {f"/elsewhere/lib/m{number}.py": [(1, 2)] for number in range(6)})

    measured = measure(root)

    assert any(notice.startswith("only 5 of 11 files of the data lie below the root") for notice in measured.notices)
    assert len(measured.skipped) == 6
    assert measured.totals == coverage_totals(root, ignore_errors=True)


def test_files_of_the_tree_that_the_data_never_heard_of_are_counted_apart(tmp_path: Path) -> None:
    root = make_shop(tmp_path, {"shop/new.py": "x = 1\nif x:\n    y = 2\n", "shop/deep/er.py": "x = 1\n"})

    measured = measure(root)

    assert {each.path: each.counts for each in measured.unmeasured} == {
        "shop/deep/er.py": Counts(1, 0, 0, 0),
        "shop/new.py": Counts(3, 0, 2, 0),
    }
    assert measured.whole_tree == measured.totals + Counts(4, 0, 2, 0)
    assert any(
        notice.startswith("2 source file(s) with 4 statements are not in the data") for notice in measured.notices
    )


def test_the_notice_about_unmeasured_files_does_not_deny_a_source_that_is_set(tmp_path: Path) -> None:
    root = make_shop(tmp_path, {"shop/deep/er.py": "x = 1\n", ".coveragerc": "[run]\nsource = shop"})

    measured = measure(root)

    (notice,) = [each for each in measured.notices if "not in the data at all" in each]
    assert "'source' is not set" not in notice
    assert "include_namespace_packages" in notice


def test_an_older_recording_version_is_a_notice(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    with sqlite3.connect(root / ".coverage") as database:
        database.execute("UPDATE meta SET value = '6.2' WHERE key = 'version'")
    database.close()

    measured = measure(root)

    assert measured.version == "6.2"
    assert any("recorded by coverage.py 6.2" in notice for notice in measured.notices)


def test_precision_and_fail_under_come_along(tmp_path: Path) -> None:
    root = make_shop(tmp_path, {".coveragerc": "[report]\nprecision = 2\nfail_under = 12.5"})

    measured = measure(root)

    assert measured.precision == 2
    assert measured.fail_under == Fraction(25, 2)


def test_the_same_input_gives_the_same_measurement(tmp_path: Path) -> None:
    root = make_shop(tmp_path, {"shop/new.py": "x = 1\n"})
    write_arcs(root / ".coverage", {"/elsewhere/a.py": [(1, 2)], "<string>": []})

    assert measure(root) == measure(root)


def test_progress_sees_every_file_once(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    seen: list[str] = []

    def watch(paths: object, label: str) -> list[str]:
        listed = [str(each) for each in paths] if isinstance(paths, list) else []
        seen.extend(listed if label == "counting" else [])
        return listed

    read_measurement(Request(root), watch)

    assert seen == sorted(SHOP)


def test_a_file_with_a_name_of_undecodable_bytes_is_counted(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    root = make_project(tmp_path, {name: "x = 1\ny = 2\n"})
    write_lines(root / ".coverage", {"x": [1]})
    with sqlite3.connect(root / ".coverage") as database:
        raw = os.fsencode(root) + b"/caf\xe9.py"
        database.execute("UPDATE file SET path = CAST(? AS TEXT)", (raw,))
    database.close()

    measured = measure(root)

    assert [(file.path, file.counts) for file in measured.files] == [(name, Counts(2, 1, 0, 0))]


def test_executed_lines_are_those_the_arcs_touch(tmp_path: Path) -> None:
    root = make_shop(tmp_path)

    measured = measure(root)

    stock = next(file for file in measured.files if file.path == "shop/stock.py")
    touched = set(lines_in(shop_arcs()["shop/stock.py"]))
    assert stock.executed.bit_count() == stock.counts.covered_statements
    assert all(line in touched for line in range(1, 30) if stock.executed >> line & 1)


@pytest.fixture(scope="module")
def shop_with_all_reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SHOP with its data in all four formats."""
    root = make_shop(tmp_path_factory.mktemp("all-reports"))
    with coverage_in(root) as coverage:
        for report in ("json", "xml", "lcov"):
            getattr(coverage, f"{report}_report")(outfile=str(root / f"coverage.{report}"))
    return root


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(choice=st.data(), name=st.sampled_from([".coverage", "coverage.json", "coverage.xml", "coverage.lcov"]))
def test_damaged_input_gives_a_measurement_or_one_clear_line(
    shop_with_all_reports: Path, choice: st.DataObject, name: str
) -> None:
    root = shop_with_all_reports
    (root / "damaged").write_bytes(choice.draw(damaged((root / name).read_bytes())))

    assert_answer_or_error(lambda: measure(root, "damaged"))
    assert measure(root, name, "damaged").inputs[0].path == name
