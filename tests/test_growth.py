"""Scenario G: 133 tests cover 40 %, and somebody claims 80 % with 20-40 more in 2-3 hours; see fixtures/growth."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from test_schema import closed, schema_of

from planner.cli import gapplan
from planner.history.lines import import_snapshots
from planner.history.store import list_snapshots, read_snapshot

FIXTURE = Path(__file__).parent.parent / "fixtures" / "growth"
CLAIM = "40 -> 80 %, 20-40 tests, 2-3 h"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("growth") / "history.sqlite"
    assert import_snapshots(path, FIXTURE / "history.jsonl") == (4, 0)
    return path


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    """The fixture's own build script."""
    spec = spec_from_file_location("growth_build", FIXTURE / "build.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.path.insert(0, str(FIXTURE))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(FIXTURE))
    return module


def _pace(store: Path, *arguments: str) -> str:
    root = store.parent / "bot"
    root.mkdir(exist_ok=True)
    fixed = ["-C", str(root), "pace", "--store", str(store), "--today", "2026-03-02"]
    found = CliRunner().invoke(gapplan, [*fixed, *arguments], catch_exceptions=False)
    assert found.exit_code == 0
    return found.stdout


def test_golden_pace(store: Path, golden: Callable[[str, str], None]) -> None:
    golden("growth-pace.txt", _pace(store, "--claim", CLAIM))


def test_golden_pace_as_markdown(store: Path, golden: Callable[[str, str], None]) -> None:
    golden("growth-pace.md", _pace(store, "--claim", CLAIM, "--format", "markdown"))


def test_133_tests_cover_40_percent(store: Path) -> None:
    kept = list_snapshots(store).snapshots

    assert [each.metrics["tests"] for each in kept] == [52, 75, 89, 133]
    assert sum(each.metrics.get("hours", 0) for each in kept) == 4
    assert kept[-1].totals.percent == 40


def test_handlers_have_the_percents_that_were_reported(store: Path) -> None:
    last = read_snapshot(store, list_snapshots(store).snapshots[-1].key)
    names = ("start", "upload", "convert", "settings", "admin")
    counts = {file.path: file.counts for file in last.files}

    assert [round(counts[f"bot/handlers/{name}.py"].percent) for name in names] == [94, 50, 50, 70, 40]


def test_the_claim_does_not_hold_and_the_record_says_by_how_much(store: Path) -> None:
    found = json.loads(_pace(store, "--claim", CLAIM, "--format", "json"))

    holds = {each["of"]: each["holds"] for each in found["claims"]}
    assert holds == {"start": True, "percent": False, "tests": False, "hours": False}
    need, tests, hours = 674, 44, 2  # 40 % more of 1,685; the last wave gained 75
    assert found["target"]["points_more"] == need
    assert found["forecast"]["tests"]["low"] == pytest.approx(need * tests / 75, abs=1e-3)
    assert found["forecast"]["hours"]["low"] == pytest.approx(need * hours / 75, abs=1e-3)
    assert found["forecast"]["tests"]["high"] > found["forecast"]["tests"]["low"] > 40


def test_the_last_wave_is_the_poorest_by_points_and_by_the_part_of_what_is_missing(store: Path) -> None:
    found = json.loads(_pace(store, "--format", "json"))

    rates = [each["tests"]["rate"] for each in found["waves"]]
    shares = [each["tests"]["share_of_missing"] for each in found["waves"]]
    assert rates == sorted(rates, reverse=True)
    assert shares == sorted(shares, reverse=True)
    assert [each["points"] for each in found["waves"]] == [163, 62, 75]
    assert "faster than what is missing" in " ".join(_pace(store).split())


def test_the_published_schema_names_every_key(store: Path) -> None:
    found: Any = json.loads(_pace(store, "--claim", CLAIM, "--format", "json"))

    jsonschema.validate(found, closed(schema_of("pace")))


def test_tests_by_kind_and_file_are_those_of_the_scenario(builder: ModuleType) -> None:
    kinds: Counter[str] = Counter()
    waves: Counter[int] = Counter()
    for suite in builder.tables.SUITES.values():
        kinds[suite.kind] += suite.count
        waves[suite.wave] += suite.count

    assert len(builder.tables.SUITES) == 16
    assert sorted(kinds.values()) == [5, 10, 10, 10, 13, 14, 20, 20, 31]
    assert [sum(waves[each] for each in range(wave + 1)) for wave in range(4)] == [52, 75, 89, 133]


def test_what_the_snapshots_hold_is_what_running_the_suite_measures(
    store: Path, builder: ModuleType, tmp_path: Path
) -> None:
    """The last wave is run anew, in a process of its own."""
    for path, text in {**builder.sources(), ".coveragerc": builder.COVERAGERC}.items():
        builder.write(tmp_path / path, text)
    for name, suite in builder.tables.SUITES.items():
        builder.write(tmp_path / "tests" / f"{name}.py", builder.test_file(suite))
    builder.run_suite(tmp_path, 133)
    command = [sys.executable, "-m", "coverage", "json", "-q", "-o", "-"]
    printed = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout

    kept = read_snapshot(store, list_snapshots(store).snapshots[-1].key)
    found = {path: file["summary"] for path, file in json.loads(printed)["files"].items()}
    assert {path: (each["num_statements"], each["covered_lines"]) for path, each in found.items()} == {
        file.path: (file.counts.statements, file.counts.covered_statements) for file in kept.files
    }
