"""CSV: the rows of the JSON under documented columns, by RFC 4180, and inert in a spreadsheet."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from factories import candidate, outcome
from hypothesis import given
from hypothesis import strategies as st
from test_escape import HOSTILE, TEXTS
from test_markdown import hostile

from planner.cli import gapplan
from planner.errors import ConfigError
from planner.report import Look, render
from planner.report.csv import TABLES, find_table, render_csv, table_names
from planner.report.csv.about import render_about
from planner.report.csv.rows import find_rows, value_at
from planner.report.escape import spreadsheet_text
from planner.report.json import Json

SHOP = Path(__file__).parent.parent / "fixtures" / "shop"

EVERY_TABLE = [(report, table.name) for report, tables in TABLES.items() for table in tables]

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@cache
def _written(arguments: tuple[str, ...]) -> str:
    result = CliRunner().invoke(gapplan, ["-C", str(SHOP), *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout_bytes.decode("utf-8")


def table(*arguments: str) -> list[dict[str, str]]:
    return rows_of(_written(("--format", "csv", *arguments)))


def document(*arguments: str) -> Any:
    return json.loads(_written(("--format", "json", *arguments)))


# The figures are those of the JSON

PLAN = ("plan", "--target", "70")


def test_steps_of_a_plan_are_those_of_the_recommended_option_test_by_test() -> None:
    plan = document(*PLAN)
    chosen = next(each for each in plan["options"] if each["key"] == plan["recommended"])

    rows = table(*PLAN)

    assert len(rows) == len(chosen["steps"]) > 1
    for row, step in zip(rows, chosen["steps"], strict=True):
        assert row["option"] == plan["recommended"]
        assert row["path"] == step["path"]
        assert int(row["order"]) == step["order"]
        assert int(row["missing_points"]) == step["missing"]
        assert int(row["marginal_gain_points"]) == step["marginal_gain"]
        assert float(row["effort_hours_p50"]) == step["effort_hours"]["p50"]
        assert int(row["gain_points_p90"]) == step["gain"]["p90"]
        assert row["is_hollow"] == str(step["is_hollow"]).lower()
        assert row["because"] == "; ".join(step["because"])
    assert sum(int(row["marginal_gain_points"]) for row in rows) == chosen["points_gained"]


def test_all_steps_are_those_of_every_option() -> None:
    plan = document(*PLAN)

    rows = table(*PLAN, "--table", "all_steps")

    counted = [(each["key"], len(each["steps"])) for each in plan["options"]]
    assert [(key, sum(row["option"] == key for row in rows)) for key, _ in counted] == counted


def _options(row: Mapping[str, str]) -> Sequence[object]:
    return row["key"], int(row["points_gained"]), float(row["percent_after"]), float(row["effort_hours_p80"])


def _rungs(row: Mapping[str, str]) -> Sequence[object]:
    return row["label"], float(row["percent"]), int(row["points_gained"]), int(row["tests_p80"])


AGREE: dict[str, tuple[tuple[str, ...], Callable[[Any], Any], Callable[[Mapping[str, str]], Sequence[object]]]] = {
    "options": (
        ("options", "--target", "70"),
        lambda plan: [
            (each["key"], each["points_gained"], each["percent_after"], each["effort_hours"]["p80"])
            for each in plan["options"]
        ],
        _options,
    ),
    "ladder": (
        ("plan", "--target", "70", "--table", "ladder"),
        lambda plan: [
            (each["label"], each["percent"], each["points_gained"], each["tests"]["p80"])
            for option in plan["options"]
            for each in option["rungs"]
        ],
        _rungs,
    ),
    "ceilings": (
        ("plan", "--target", "70", "--table", "ceilings"),
        lambda plan: [(each["points"], each["percent"], each["without_doubles_for"]) for each in plan["ceilings"]],
        lambda row: (
            int(row["points"]),
            float(row["percent"]),
            row["without_doubles_for"].split("; ") if row["without_doubles_for"] else [],
        ),
    ),
    "candidates": (
        ("rank", "--by", "function"),
        lambda rank: [
            (each["path"], each["unit"], each["missing"], each["gain_per_hour"], each["percent"])
            for each in rank["items"]
        ],
        lambda row: (
            row["path"],
            row["unit"],
            int(row["missing_points"]),
            float(row["gain_points_per_hour"]),
            float(row["percent"]),
        ),
    ),
    "files": (
        ("status",),
        lambda status: [(each["path"], each["is_measured"], each["percent"]) for each in status["files"]],
        lambda row: (row["path"], row["is_measured"] == "true", float(row["percent"])),
    ),
    "totals": (
        ("status", "--table", "totals"),
        lambda status: [
            (name, status[name]["covered_statements"], status[name]["percent"])
            for name in ("measured", "whole_tree", "import_time", "behaviour")
        ],
        lambda row: (row["total"], int(row["covered_statements"]), float(row["percent"])),
    ),
    "findings": (
        ("doctor",),
        lambda doctor: [
            (each["check"], each["confidence"], each["doubt"]["percent_high"], each["doubt"]["covered"]["most"])
            for each in doctor["findings"]
        ],
        lambda row: (
            row["check"],
            float(row["confidence"]),
            float(row["percent_high"]),
            int(row["covered_points_most"]),
        ),
    ),
    "units": (
        ("explain", "shop.clients.http"),
        lambda explain: [
            (explain["path"], each["name"], each["missing"], [seam["line"] for seam in each["seams"]])
            for each in explain["units"]
        ],
        lambda row: (
            row["path"],
            row["name"],
            int(row["missing_points"]),
            [int(line) for line in row["seam_lines"].split("; ") if line],
        ),
    ),
    "nodes": (
        ("graph",),
        lambda graph: [(each["module"], each["percent"], each["is_dead_end"]) for each in graph["nodes"]],
        lambda row: (row["module"], float(row["percent"]), row["is_dead_end"] == "true"),
    ),
    "edges": (
        ("graph", "--table", "edges"),
        lambda graph: [(each["source"], each["target"], each["line"]) for each in graph["edges"]],
        lambda row: (row["source"], row["target"], int(row["line"])),
    ),
}


@pytest.mark.parametrize("name", sorted(AGREE))
def test_a_table_has_the_rows_and_the_figures_of_the_json(name: str) -> None:
    arguments, in_json, in_csv = AGREE[name]
    bare = tuple(each for each in arguments if each not in ("--table", name))

    found = [tuple(in_csv(row)) for row in table(*arguments)]

    assert found == in_json(document(*bare))
    assert found


KEPT = Path(__file__).parent / "compatibility" / "0.1.0"

OVER_TIME: dict[tuple[str, str], tuple[str, dict[str, str]]] = {
    ("history", "snapshots"): ("snapshots", {"covered_statements": "totals.covered_statements", "label": "label"}),
    ("why", "parts"): ("parts", {"covered_points": "covered", "points": "points", "path": "path", "cause": "cause"}),
    ("why", "causes"): ("causes", {"covered_points": "covered", "percent_points": "percent"}),
    ("noise", "flips"): ("flips", {"path": "path", "points": "points", "lines": "lines"}),
    ("noise", "runs"): ("totals", {"covered_statements": "covered_statements", "percent": "percent"}),
    ("pace", "waves"): ("waves", {"tests": "tests.amount", "points_per_hour": "hours.rate", "taken": "taken"}),
    ("pace", "burn_up"): ("burn_up", {"covered_points": "covered", "goal_points": "goal", "percent": "percent"}),
    ("pace", "claims"): ("claims", {"of": "of", "found": "found"}),
    ("receipt", "tasks"): ("tasks", {"task": "task", "predicted_points": "predicted_points", "unit": "unit"}),
    ("resume", "steps"): ("steps", {"marginal_gain_points": "gain", "effort_hours_p80": "effort_hours.p80"}),
    ("calibrate", "constants"): ("constants", {"name": "name", "shipped": "shipped", "held_out": "held_out"}),
    ("report", "options"): ("options", {"old_points_gained": "old.gain.p50", "new_tests_p80": "new.tests.p80"}),
    ("report", "steps"): ("steps", {"state": "state", "unit": "unit", "new_points": "new.points"}),
    ("report", "totals"): ("totals", {"total": "total", "covered_points_change": "covered_points_change"}),
    ("replay", "orders"): ("orders", {"order": "order", "won": "won", "area": "area"}),
}
"""Report and table -> the list in the JSON, and some columns with the key that each shows."""


@pytest.mark.parametrize(("report", "name"), sorted(OVER_TIME))
def test_tables_over_time_have_the_figures_of_the_json(report: str, name: str) -> None:
    text = (KEPT / f"{report}.json").read_text("utf-8")
    key, columns = OVER_TIME[report, name]
    listed = json.loads(text)[key]

    rows = rows_of(render_csv(text, report, name))

    assert listed
    assert [{column: row[column] for column in columns} for row in rows] == [
        {column: _shown(_at(each, path)) for column, path in columns.items()} for each in listed
    ]


def _at(value: Any, path: str) -> Any:
    for key in path.split("."):
        value = value[key] if value is not None else None
    return value


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def test_a_measured_file_and_one_outside_the_data_both_have_a_row() -> None:
    status = document("status")

    rows = table("status")

    assert sum(row["is_measured"] == "true" for row in rows) == status["measured"]["files"]
    assert [row["path"] for row in rows if row["is_measured"] == "false"] == [e["path"] for e in status["unmeasured"]]
    assert sum(int(row["statements"]) for row in rows) == status["whole_tree"]["statements"]


def _snapshot(key: str, /, **metrics: float) -> dict[str, object]:
    totals = {"statements": 10, "covered_statements": 5, "branches": 0, "covered_branches": 0, "percent": 50.0}
    return {"key": key, "taken": "2026-05-01T00:00:00Z", "commit": None, "totals": totals, "metrics": metrics}


def test_each_metric_has_a_column_and_is_empty_where_it_was_not_noted() -> None:
    history = {"snapshots": [_snapshot("a", tests=3), _snapshot("b", hours=0.5, tests=4)], "damaged": []}

    first, second = rows_of(render_csv(json.dumps(history), "history"))

    assert (first["metric_tests"], first["metric_hours"]) == ("3", "")
    assert (second["metric_tests"], second["metric_hours"]) == ("4", "0.5")
    assert (first["commit"], first["taken"], first["percent"]) == ("", "2026-05-01T00:00:00Z", "50.0")


@pytest.mark.parametrize("name", ["a/b", "*", "^", "@", "=x", "key"])
def test_a_metric_may_have_any_name(name: str) -> None:
    history = {"snapshots": [_snapshot("a", **{name: 7})], "damaged": []}

    (row,) = rows_of(render_csv(json.dumps(history), "history"))

    assert row[f"metric_{name}"] == "7"


@pytest.mark.parametrize(("value", "text"), [(1e-06, "0.000001"), (0.1, "0.1"), (61.0, "61.0"), (12, "12"), (-3, "-3")])
def test_numbers_are_plain_decimals(value: float, text: str) -> None:
    noise = {"flips": [{"path": "a", "points": value}]}

    assert rows_of(render_csv(json.dumps(noise), "noise"))[0]["points"] == text


# By the book


@pytest.mark.parametrize("arguments", [PLAN, ("status",), ("doctor",), ("rank",), ("graph",)])
def test_lines_end_in_crlf_and_all_have_the_columns_of_the_first(arguments: tuple[str, ...]) -> None:
    text = _written(("--format", "csv", *arguments))

    lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))

    assert text.count("\r\n") == text.count("\n") == len(lines)
    assert {len(line) for line in lines} == {len(lines[0])}


def test_a_table_without_rows_has_its_header_all_the_same() -> None:
    met = _written(("--format", "csv", "plan", "--target", "1"))

    assert met == _written(("--format", "csv", *PLAN)).partition("\r\n")[0] + "\r\n"


def test_csv_is_utf_8_where_the_terminal_is_not(tmp_path: Path) -> None:
    name = "f\u00fcr"
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "coverage.json").write_text(json.dumps(_report(f"{name}.py")))
    (tmp_path / f"{name}.py").write_text("a = 1\n")

    result = CliRunner(charset="latin-1").invoke(gapplan, ["-C", str(tmp_path), "status", "--format", "csv"])

    assert f"{name}.py,true,1,1".encode() in result.stdout_bytes


def _report(path: str) -> dict[str, object]:
    summary = {"covered_lines": 1, "num_statements": 1, "missing_lines": 0, "excluded_lines": 0}
    file = {"executed_lines": [1], "missing_lines": [], "excluded_lines": [], "summary": summary}
    return {
        "meta": {"format": 3, "version": "7.6.0", "branch_coverage": False},
        "files": {path: file},
        "totals": summary,
    }


def test_a_file_has_the_bytes_that_a_pipe_has(tmp_path: Path) -> None:
    output = tmp_path / "files.csv"

    CliRunner().invoke(gapplan, ["-C", str(SHOP), "status", "--format", "csv", "-o", str(output)])

    assert output.read_bytes().decode("utf-8") == _written(("--format", "csv", "status"))


# Inert


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1", " '=1"),
        ("\t=1", "\\t=1"),
        ("\r=1", "\\r=1"),
        ("\uff1d1", "'\uff1d1"),
        ("a;=1", "a;'=1"),
        ("a, -b", "a, '-b"),
        ("a-b=c+d@e", "a-b=c+d@e"),
        ("src/app.py", "src/app.py"),
        ("", ""),
        ("a\nb", "a\\nb"),
        ("\u202egnp", "\\u202egnp"),
    ],
)
def test_what_would_begin_a_formula_has_a_quote_before_it(text: str, cell: str) -> None:
    assert spreadsheet_text(text) == cell


def cells_of(text: str) -> list[str]:
    return [cell for line in csv.reader(io.StringIO(text, newline=""), strict=True) for cell in line]


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", cell) is not None


@pytest.mark.parametrize("name", [*FORMULAS, *HOSTILE.values()])
@pytest.mark.parametrize("subject", ["plan", "options", "rank", "status"])
def test_no_name_of_the_data_begins_a_formula(name: str, subject: Any) -> None:
    found = hostile(f"{name}cmd|' /C calc'!A0;=1")

    for each in table_names(subject):
        text = render_csv(render(found, subject, "json", Look()), subject, each)

        for cell in cells_of(text):
            assert cell.isprintable()
            assert _is_number(cell) or not cell.lstrip().startswith(FORMULAS)
            assert not any(part.lstrip().startswith(FORMULAS) for part in cell.split(";")[1:])


@given(TEXTS, st.sampled_from(FORMULAS))
def test_a_hostile_cell_comes_back_as_one_cell(text: str, start: str) -> None:
    for name in (text, start + text, f"a;{start}{text}", f"a,{start}{text}"):
        found = outcome(candidates=(candidate(name, path=name),))

        (row,) = rows_of(render_csv(render(found, "rank", "json", Look()), "rank"))

        assert row["path"] == spreadsheet_text(name)
        assert not row["path"].lstrip().startswith(FORMULAS)


# Documented, and told when asked for wrongly


@pytest.mark.parametrize(("report", "name"), EVERY_TABLE)
def test_every_column_is_a_key_of_the_schema_with_its_description(report: str, name: str) -> None:
    columns = json.loads(render_about(report, name))["tableSchema"]["columns"]

    assert [each["name"].replace("NAME", "*") for each in columns] == [e.name for e in find_table(report, name).columns]
    assert [each for each in columns if len(each["dc:description"]) < 8] == []
    assert {each["datatype"] for each in columns} <= {"string", "integer", "decimal", "boolean", "date", "dateTime"}


@pytest.mark.parametrize(("report", "name"), EVERY_TABLE)
def test_columns_are_in_snake_case_and_stand_once(report: str, name: str) -> None:
    columns = [each.name for each in find_table(report, name).columns]

    assert len(columns) == len(set(columns))
    assert [each for each in columns if not re.fullmatch(r"[a-z][a-z0-9_]*\*?", each)] == []


def test_no_two_tables_of_a_report_have_one_name() -> None:
    for report in TABLES:
        assert len(table_names(report)) == len(set(table_names(report)))


def test_an_unknown_table_is_refused_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match="status has no such table; it has files, totals, inputs, skipped"):
        find_table("status", "steps")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("status", "--format", "csv", "--table", "steps"), "--table steps: status has no such table; it has files,"),
        (("status", "--format", "json", "--table", "files"), "--table files goes with --format csv alone"),
        (("plan", "--target", "70", "--table", "ladder"), "--table ladder goes with --format csv alone"),
    ],
)
def test_a_table_that_cannot_be_had_is_refused_before_anything_is_read(arguments: tuple[str, ...], line: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(line)):
        CliRunner().invoke(gapplan, ["-C", str(SHOP), "--data", "nowhere", *arguments], catch_exceptions=False)


# Where rows and cells are looked for


def test_a_row_knows_its_place_and_what_is_around_it() -> None:
    found: Json = {"best": "b", "options": [{"key": "a", "steps": [1]}, {"key": "b", "steps": [2, 3]}]}

    rows = list(find_rows(found, "options/=best/steps/*"))

    assert [value_at(row, "^^key") for row in rows] == ["b", "b"]
    assert [value_at(row, "@") for row in rows] == [1, 2]
    assert [row[-1][1] for row in rows] == [2, 3]


def test_of_several_keys_those_that_are_there_have_rows() -> None:
    found = {"now": {"percent": 2}, "then": {"percent": 1}, "never": None}

    rows = list(find_rows(found, "then|never|now"))

    assert [(value_at(row, "@"), value_at(row, "percent")) for row in rows] == [("then", 1), ("now", 2)]


def test_what_is_missing_is_nothing() -> None:
    (row,) = find_rows({"a": {"b": [{"c": 1}, {}]}}, "a")

    assert value_at(row, "x/y") is None
    assert value_at(row, "b/*/c") == [1, None]
