"""Snapshots, why and noise as a user meets them: scenario R, where tests were added and coverage went down."""

import json
import sys
from fractions import Fraction
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from test_schema import closed, schema_of

from planner.cli import gapplan

FIXTURE = Path(__file__).parent.parent / "fixtures" / "release"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trees before and after the release, three runs, and the truth; both kept in store.sqlite."""
    out = tmp_path_factory.mktemp("release")
    spec = spec_from_file_location("release_build", FIXTURE / "build.py")
    assert spec
    assert spec.loader
    sys.path.insert(0, str(FIXTURE))
    try:
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        module.build(out)
    finally:
        sys.path.remove(str(FIXTURE))
    for tree, label, errors in (("before", "1.8.0", 666), ("after", "1.9.0", 700)):
        found = _run(
            out / tree, "snapshot", "--label", label, "--metric", f"type_errors={errors}", "--taken", "2026-05-01"
        )
        assert found.exit_code == 0, found.output
    return out


def _run(tree: Path, *arguments: str) -> Any:
    store = ["--store", str(tree.parent / "store.sqlite")] if arguments[0] != "noise" else []
    return CliRunner().invoke(gapplan, ["-C", str(tree), arguments[0], *store, *arguments[1:]], catch_exceptions=False)


def _json(tree: Path, *arguments: str) -> Any:
    return json.loads(_run(tree, *arguments, "--format", "json").stdout)


def test_the_change_of_the_release_is_split_as_it_was_made(release: Path) -> None:
    truth = json.loads((release / "truth.json").read_text("utf-8"))

    found = _json(release / "after", "why", "1.8.0", "1.9.0")

    by_cause = {each["cause"]: (each["covered"], each["points"]) for each in found["causes"]}
    assert (found["covered"], found["points"]) == (-38, -28)
    assert by_cause["newly covered"] == (16, 0)
    assert by_cause["file left"] == (-11, -29)
    assert by_cause["file entered"] == (0, 34)
    assert by_cause["exclusions"] == (-10, -33)
    changed = {"app/services/invoices.py", "app/schemas/order.py", "app/core/pagination.py", "app/main.py"}
    assert _sum(found, lambda part: part["path"] in changed) == (-12, 0)
    assert _sum(found, lambda part: part["cause"] == "lost" and part["path"] not in changed) == (-21, 0)
    assert truth


def _sum(found: Any, is_wanted: Any) -> tuple[int, int]:
    parts = [part for part in found["parts"] if is_wanted(part)]
    return sum(part["covered"] for part in parts), sum(part["points"] for part in parts)


def test_the_causes_add_up_to_the_change_of_the_percent_exactly(release: Path) -> None:
    found = _json(release / "after", "why", "@2", "@1")

    shares = sum((Fraction(*each["percent_exact"]) for each in found["causes"]), Fraction(0))
    assert shares == Fraction(100 * 1022, 3528) - Fraction(100 * 1060, 3556)


def test_the_new_tests_are_known_to_import_only(release: Path) -> None:
    page = _run(release / "after", "why", "1.8.0", "1.9.0").stdout

    assert "16 points more ran (by importing alone)" in page


def test_a_block_that_changed_its_place_and_lines_that_only_shifted_cost_nothing(release: Path) -> None:
    found = _json(release / "after", "why", "1.8.0", "1.9.0")

    assert not [
        part for part in found["parts"] if part["path"] == "app/core/errors.py" and part["cause"] != "exclusions"
    ]
    assert {part["unit"] for part in found["parts"] if part["cause"] == "source moved"} == {
        "Cursor",
        "decode",
        "encode",
    }


def test_noise_finds_each_statement_that_flips(release: Path) -> None:
    truth = json.loads((release / "truth.json").read_text("utf-8"))
    runs = [str(release / "runs" / str(number)) for number in (1, 2, 3)]

    found = json.loads(
        CliRunner().invoke(gapplan, ["-C", str(release / "after"), "noise", *runs, "--format", "json"]).stdout
    )

    assert sum(each["points"] for each in found["flips"]) == 19
    assert [each["covered_statements"] for each in found["totals"]] == [1022, 1038, 1025]
    assert found["margin_points"] > 0
    assert truth


def test_history_lists_metrics_and_the_way(release: Path) -> None:
    page = _run(release / "after", "history").stdout

    assert "29.81 %" in page
    assert "28.97 %" in page
    assert "type_errors" in page
    assert "666" in page


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("history", ["history"]), ("why", ["why", "1.8.0", "1.9.0"]), ("noise", ["noise"])],
)
def test_the_published_schema_names_every_key(release: Path, name: str, arguments: list[str]) -> None:
    runs = [str(release / "runs" / str(number)) for number in (1, 2, 3)] if name == "noise" else []

    found = _json(release / "after", *arguments, *runs)

    jsonschema.validate(found, closed(schema_of(name)))


def test_what_was_exported_is_imported_as_it_was_and_only_once(release: Path, tmp_path: Path) -> None:
    file, store = tmp_path / "history.jsonl", tmp_path / "other.sqlite"
    assert _run(release / "after", "history", "export", str(file)).exit_code == 0

    first, second = (
        CliRunner().invoke(
            gapplan, ["-C", str(release / "after"), "history", "--store", str(store), "import", str(file)]
        )
        for _ in range(2)
    )

    assert "2 snapshot(s) added, 0 known" in first.stderr
    assert "0 snapshot(s) added, 2 known" in second.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["why", "nothing", "now"], "none of the 2 snapshots is it"),
        (["why", "@3", "now"], "none of the 2 snapshots is it"),
        (["snapshot", "--metric", "errors"], "not NAME=NUMBER"),
        (["snapshot", "--metric", "errors=nan"], "not NAME=NUMBER"),
        (["snapshot", "--taken", "yesterday"], "not a date or a moment"),
        (["noise"], "two runs or more"),
        (["history", "import", "nowhere.jsonl"], "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(release: Path, arguments: list[str], says: str) -> None:
    from planner.errors import GapplanError

    with pytest.raises(GapplanError, match=says):
        _run(release / "after", *arguments)


def test_runs_of_different_sources_are_no_noise(release: Path) -> None:
    from snapshots import shot, snapshot

    from planner.errors import InputError
    from planner.history.noise import find_noise

    with pytest.raises(InputError, match="different sources"):
        find_noise([snapshot(shot("a b", "a")), snapshot(shot("a c", "a"))], lambda path, unit: (), 0.8)
