"""The shop: data that running its suite really made, in four formats that must agree to the point."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from planner.cli import gapplan
from planner.measure import Request, read_measurement
from planner.model.measurement import Counts, FileCoverage, Measurement

FORMATS = (".coverage", "coverage.json", "coverage.xml", "coverage.lcov")


def _stated(shop: Path) -> Counts:
    """coverage.py's own totals."""
    totals = json.loads((shop / "coverage.json").read_text("utf-8"))["totals"]
    return Counts(totals["num_statements"], totals["covered_lines"], totals["num_branches"], totals["covered_branches"])


def _read(shop: Path, name: str) -> Measurement:
    return read_measurement(Request(shop, (name,)))


@pytest.mark.parametrize("name", FORMATS)
def test_totals_are_coverage_pys_own(shop: Path, name: str) -> None:
    measured = _read(shop, name)

    assert measured.totals == _stated(shop)
    assert measured.branch
    assert measured.skipped == ()


@pytest.mark.parametrize("name", FORMATS[1:])
def test_every_file_has_the_same_gaps_in_every_format(shop: Path, name: str) -> None:
    def gaps(files: tuple[FileCoverage, ...]) -> dict[str, tuple[Counts, int, dict[int, int]]]:
        return {file.path: (file.counts, file.missing, dict(file.missing_exits)) for file in files}

    assert gaps(_read(shop, name).files) == gaps(_read(shop, ".coverage").files)


def test_files_that_no_test_imports_are_in_the_whole_tree_only(shop: Path) -> None:
    measured = _read(shop, ".coverage")
    unmeasured = {file.path for file in measured.unmeasured}

    assert "src/shop/reports/exporter.py" in unmeasured
    assert not unmeasured & {file.path for file in measured.files}
    assert measured.whole_tree.statements == 1_903
    assert measured.whole_tree.covered_points == measured.totals.covered_points


def test_without_data_given_the_data_file_is_found_first(shop: Path) -> None:
    measured = read_measurement(Request(shop))

    assert [each.path for each in measured.inputs] == [".coverage"]
    assert measured.inputs[0].contexts == 40


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("shop-plan-75.txt", ["--target", "75", "--detail"]),
        ("shop-glance-75.txt", ["--target", "75"]),
        ("shop-plan-75.md", ["--target", "75", "--format", "markdown"]),
        ("shop-short-75.md", ["plan", "--target", "75", "--short", "--format", "markdown"]),
        ("shop-plan-75.json", ["--target", "75", "--format", "json"]),
        ("shop-whole-tree-70.txt", ["--target", "70", "--total", "whole-tree", "--detail"]),
        ("shop-status.txt", ["status"]),
        ("shop-rank.txt", ["rank", "--by", "class", "--most", "15"]),
        ("shop-rank.md", ["rank", "--most", "10", "--detail", "--format", "markdown"]),
    ],
)
def test_golden_output(shop: Path, golden: Callable[[str, str], None], name: str, arguments: list[str]) -> None:
    golden(name, CliRunner().invoke(gapplan, ["-C", str(shop), *arguments]).stdout)


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_golden_screens(
    shop: Path, golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))

    golden(f"shop-glance-75-{width}.txt", CliRunner().invoke(gapplan, ["-C", str(shop), "--target", "75"]).stdout)


def test_the_suite_really_runs_and_makes_the_same_totals(shop: Path, tmp_path: Path) -> None:
    """Against the coverage.py at hand: the committed data is not older than the sources, and not made up."""
    environment = {"PATH": "", "PYTHONPATH": str(shop / "src"), "COVERAGE_FILE": str(tmp_path / "fresh")}
    command = [sys.executable, "-m", "coverage", "run", "-m", "pytest", "-q", "-p", "no:cacheprovider"]

    subprocess.run(command, cwd=shop, env=environment, check=True, capture_output=True)

    fresh = read_measurement(Request(shop, (str(tmp_path / "fresh"),)))
    assert fresh.totals == read_measurement(Request(shop, (".coverage",))).totals
