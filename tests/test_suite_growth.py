"""Scenario G's tests as an inventory: 133 by kind and by module, and where the 31 validation tests overlap."""

import json
import shutil
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from planner.cli import gapplan

FIXTURE = Path(__file__).parent.parent / "fixtures" / "growth"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bot with all its tests, and the data of its suite with a context for each test."""
    spec = spec_from_file_location("growth_build_suite", FIXTURE / "build.py")
    assert spec
    assert spec.loader
    builder = module_from_spec(spec)
    sys.path.insert(0, str(FIXTURE))
    try:
        spec.loader.exec_module(builder)
    finally:
        sys.path.remove(str(FIXTURE))
    out = tmp_path_factory.mktemp("growth") / "bot"
    builder.write_last(out)
    shutil.copyfile(FIXTURE / "contexts.coverage", out / ".coverage")
    return out


def _suite(bot: Path, *arguments: str) -> str:
    found = CliRunner().invoke(gapplan, ["-C", str(bot), "suite", *arguments], catch_exceptions=False)
    assert found.exit_code == 0
    return found.stdout


@pytest.fixture(scope="module")
def document(bot: Path) -> Any:
    return json.loads(_suite(bot, "--no-cache", "--format", "json"))


def test_golden_suite(bot: Path, golden: Callable[[str, str], None]) -> None:
    golden("growth-suite.txt", _suite(bot))


def test_golden_suite_as_markdown_with_every_detail(bot: Path, golden: Callable[[str, str], None]) -> None:
    golden("growth-suite.md", _suite(bot, "--detail", "--format", "markdown"))


def test_there_are_133_tests_in_16_files(document: Any) -> None:
    totals = document["totals"]

    assert (totals["tests"], totals["cases"], totals["open_tests"], totals["files"]) == (133, 133, 0, 16)
    assert document["measured"]["percent"] == 40
    assert document["measured"]["tests_with_contexts"] == 133


def test_the_kinds_are_those_that_the_team_counts(document: Any) -> None:
    kinds = {each["kind"]: each["tests"] for each in document["kinds"]}

    assert kinds == {
        "validation": 31,
        "handlers": 20,
        "errors": 20,
        "models": 14,
        "edge cases": 13,
        "callbacks": 10,
        "advanced scenarios": 10,
        "file workflows": 10,
        "integration": 5,
    }


def test_the_31_validation_tests_cover_what_5_of_them_do(document: Any) -> None:
    module = next(each for each in document["modules"] if each["path"] == "bot/validation.py")
    validation = [each for each in document["tests"] if each["kind"] == "validation"]

    assert {each["about"] for each in validation} == {"bot/validation.py"}
    assert {each["told_by"] for each in validation} == {"contexts"}
    assert (module["tests"], module["sufficient_tests"]) == (31, 5)
    assert sum(each["alone"] == 0 for each in validation) == 31, "each of the five functions has several tests"


def test_without_data_the_tests_are_about_the_same_modules_by_their_calls(
    bot: Path, document: Any, tmp_path: Path
) -> None:
    shutil.copytree(bot, tmp_path / "bot", ignore=shutil.ignore_patterns(".coverage"))

    alone = json.loads(_suite(tmp_path / "bot", "--format", "json"))

    assert alone["measured"] is None
    assert [each["about"] for each in alone["tests"]] == [each["about"] for each in document["tests"]]
    assert {each["told_by"] for each in alone["tests"]} == {"calls"}
