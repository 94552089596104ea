"""DataFrames of a project: tidy, typed as documented, and equal to what the command line says."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from makers import make_project, write_lines

import planner
from planner.cli import gapplan
from planner.errors import GapplanError
from planner.frames.catalogue import TABLES, render_columns
from planner.frames.code import GAPS
from planner.frames.show import show
from planner.frames.tables import Column, Table, make_frame
from planner.measure import Request, read_measurement
from planner.pipeline import make_explanation
from planner.report.page import Bullets, Code, Heading, Sentence

ROOT = Path(__file__).parent.parent
SHOP = ROOT / "fixtures" / "shop"
GROWTH = ROOT / "fixtures" / "growth" / "history.jsonl"
COLUMNS = ROOT / "notebooks" / "columns.md"


@pytest.fixture(scope="module")
def shop_project() -> planner.Project:
    return planner.load(SHOP, cache=False, store=SHOP / "nothing-is-kept.sqlite")


def _tables(project: planner.Project) -> dict[str, pd.DataFrame]:
    return {
        "files": project.files,
        "gaps": project.gaps,
        "units": project.units,
        "imports": project.imports,
        "seams": project.seams,
        "history": project.history,
    }


def _quietly(paths: object, _: str) -> object:
    return paths


def _cli(root: Path, *arguments: str) -> str:
    return CliRunner().invoke(gapplan, ["-C", str(root), *arguments], catch_exceptions=False).stdout


def test_every_frame_has_the_columns_and_dtypes_that_are_documented(shop_project: planner.Project) -> None:
    documented = {table.name: table for table in TABLES}

    for name, frame in _tables(shop_project).items():
        table = documented[name]
        assert list(frame.columns) == [each.name for each in table.columns]
        assert {each: str(frame[each].dtype) for each in frame} == {each.name: each.dtype for each in table.columns}


def test_the_page_of_columns_is_what_the_tables_are(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--rewrite-golden"):
        COLUMNS.write_text(render_columns(), "utf-8")

    assert COLUMNS.read_text("utf-8") == render_columns()


def test_what_returns_a_frame_documents_its_columns() -> None:
    returning = {
        name: member.fget if isinstance(member, property) else member
        for kind in (planner.Project, planner.Plan)
        for name, member in vars(kind).items()
        if not name.startswith("_") and _returns_a_frame(member)
    }

    assert len(returning) >= 13
    for name, member in returning.items():
        assert "One row for each" in (member.__doc__ or ""), name


def _returns_a_frame(member: object) -> bool:
    function = member.fget if isinstance(member, property) else member
    return getattr(function, "__annotations__", {}).get("return") is pd.DataFrame and function is not None


def test_no_column_holds_objects(shop_project: planner.Project) -> None:
    for name, frame in _tables(shop_project).items():
        assert [column for column in frame if frame[column].dtype == object] == [], name


def test_files_of_the_data_add_up_to_its_totals(shop_project: planner.Project) -> None:
    totals = read_measurement(Request(SHOP)).totals
    measured = shop_project.files.query("is_measured")

    assert measured.statements.sum() == totals.statements
    assert measured.covered_points.sum() == totals.covered_points
    assert measured.missing_points.sum() == totals.missing_points
    assert shop_project.files.points.sum() == shop_project.measurement.whole_tree.points


def test_units_share_no_statement_of_their_file(shop_project: planner.Project) -> None:
    by_file = shop_project.units.groupby("path").statements.sum()
    files = shop_project.files.query("statements > 0").set_index("path").statements

    assert by_file.to_dict() == files[by_file.index].to_dict()


def test_gaps_are_those_of_the_rank_command(shop_project: planner.Project) -> None:
    ranked = json.loads(_cli(SHOP, "rank", "--by", "class", "--format", "json"))["items"]
    gaps = shop_project.gaps

    assert list(zip(gaps.path, gaps.unit, gaps.missing_points, strict=True)) == [
        (each["path"], each["unit"], each["missing"]) for each in ranked
    ]
    assert gaps.gain_points_p50.tolist() == [each["gain"]["p50"] for each in ranked]


def test_a_rank_by_module_has_each_module_once(shop_project: planner.Project) -> None:
    assert shop_project.rank("module").path.is_unique


def test_an_unknown_grain_is_one_clear_error(shop_project: planner.Project) -> None:
    with pytest.raises(GapplanError, match="'line' is none of module, class, function"):
        shop_project.rank("line")  # type: ignore[arg-type]


def test_imports_are_those_of_the_graph_command(shop_project: planner.Project) -> None:
    edges = json.loads(_cli(SHOP, "graph", "--format", "json"))["edges"]
    imports = shop_project.imports

    assert list(zip(imports.source, imports.target, imports.kind, imports.line, strict=True)) == [
        (each["source"], each["target"], each["kind"], each["line"]) for each in edges
    ]


def test_seams_of_a_unit_are_those_that_explain_tells(shop_project: planner.Project) -> None:
    found = make_explanation(Request(SHOP), "shop.clients.http:HttpClient._send", _quietly)  # type: ignore[arg-type]
    mine = shop_project.seams.query("unit == 'HttpClient._send'")

    assert list(zip(mine.seam, mine.line, strict=True)) == [
        (touch.seam.name, touch.line) for unit in found.units for touch in unit.touches
    ]
    assert mine.seam.tolist() == ["requests"]


def test_a_seam_says_which_double_the_tests_have_for_it(shop_project: planner.Project) -> None:
    seams = shop_project.seams
    has_double = seams[seams.have.notna()]

    assert not has_double.needs_building.any()
    assert has_double.have.str.contains("tests/conftest.py").any()


def test_frames_can_be_changed_and_the_project_stays_as_it_is(shop_project: planner.Project) -> None:
    frame = shop_project.files

    frame["points"] = 0

    assert shop_project.files.points.sum() > 0


def test_a_project_without_history_has_an_empty_frame_with_all_columns(shop_project: planner.Project) -> None:
    assert len(shop_project.history) == 0
    assert "covered_points" in shop_project.history


def test_the_history_has_a_column_for_each_metric(tmp_path: Path) -> None:
    project = planner.load(SHOP, cache=False, store=tmp_path / "store.sqlite")

    assert project.keep(GROWTH) == 4
    history = project.history

    assert history.metric_tests.tolist() == [52, 75, 89, 133]
    assert history.metric_hours.isna().tolist() == [True, False, False, False]
    assert history.covered_points.tolist() == [374, 537, 599, 674]
    assert str(history.taken.dtype) == "datetime64[ns, UTC]"


def test_a_snapshot_is_kept_and_explained_by_why(shop: Path, tmp_path: Path) -> None:
    project = planner.load(shop, cache=False, store=tmp_path / "store.sqlite")
    key = project.snapshot("before", {"tests": 40}, datetime(2026, 3, 1, 12, tzinfo=UTC))
    money = shop / "src" / "shop" / "money.py"
    money.write_text(money.read_text("utf-8") + "\n\nLARGEST = 10\n", "utf-8")

    changes = project.why("before")

    assert project.history.key.tolist() == [key]
    assert project.history.taken.tolist() == [pd.Timestamp("2026-03-01 12:00", tz="UTC")]
    added = changes[changes.cause == "source added"]
    assert added.path.tolist() == ["src/shop/money.py"]
    assert changes.points.sum() == 1


@pytest.mark.parametrize(("name", "value"), [("tests", float("nan")), ("tests", float("inf")), (" ", 1.0)])
def test_a_metric_that_is_no_figure_is_not_kept(tmp_path: Path, name: str, value: float) -> None:
    project = planner.load(SHOP, cache=False, store=tmp_path / "store.sqlite")

    with pytest.raises(GapplanError, match="no number that can be kept"):
        project.snapshot(metrics={name: value})


def test_an_unknown_snapshot_is_one_clear_error(shop_project: planner.Project, tmp_path: Path) -> None:
    project = planner.load(SHOP, cache=False, store=tmp_path / "store.sqlite")
    project.snapshot("first")

    with pytest.raises(GapplanError, match="never: no data file"):
        project.why("never")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (shutil.rmtree, "no such directory"),
        (lambda root: (root / ".coverage").unlink(), "no coverage data"),
        (lambda root: (root / "pyproject.toml").write_text("[tool.gapplan]\naim = 3\n"), "aim"),
    ],
    ids=["no folder", "no data", "unknown key"],
)
def test_what_a_user_can_mend_is_a_gapplan_error_of_one_line(
    tmp_path: Path, change: Callable[[Path], object], message: str
) -> None:
    root = make_project(tmp_path / "small", {"a.py": "x = 1\n"})
    write_lines(root / ".coverage", {str(root / "a.py"): [1]})
    change(root)

    with pytest.raises(GapplanError, match=message) as error:
        planner.load(root, cache=False)

    assert "\n" not in str(error.value)


def test_names_that_are_no_utf_8_are_rows_like_all_others(tmp_path: Path) -> None:
    root = make_project(tmp_path / "odd", {"a.py": "x = 1\n"})
    (root / "b\udce9.py").write_text("y = 1\n")
    write_lines(root / ".coverage", {str(root / "a.py"): [1]})

    files = planner.load(root, cache=False, source=root).files

    assert "b\udce9.py" in files.path.tolist()


def test_hostile_names_are_text_in_what_a_notebook_shows(tmp_path: Path) -> None:
    name = "<img src=x onerror=alert(1)>"
    root = make_project(tmp_path / name, {"a.py": "x = 1\n"})
    write_lines(root / ".coverage", {str(root / "a.py"): [1]})

    shown = planner.load(root, cache=False)._repr_html_()

    assert "&lt;img src=x onerror=alert(1)&gt;" in shown
    assert "<img" not in shown


@pytest.mark.parametrize("ground", ["#ffffff", "#111111"])
@pytest.mark.parametrize("tone", ["good", "bad"])
def test_coloured_sentences_can_be_read_in_the_light_and_in_the_dark(tone: str, ground: str) -> None:
    """Contrast as WCAG 2 has it; 3 to 1 is asked of bold text (https://www.w3.org/TR/WCAG22/#contrast-minimum)."""
    colour = re.search(r"color:(#\w{6})", show([Sentence("x", tone)]))
    assert colour

    dark, light = sorted((_luminance(colour[1]), _luminance(ground)))

    assert (light + 0.05) / (dark + 0.05) >= 3


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_control_and_direction_characters_are_made_visible() -> None:
    shown = show([Heading("a\u202eb"), Bullets(["\x1b[31m"]), Code("</pre><script>")])

    assert "a\\u202eb" in shown
    assert "\\x1b[31m" in shown
    assert "<script>" not in shown


def test_a_row_of_the_wrong_length_is_no_frame() -> None:
    with pytest.raises(ValueError):
        make_frame(GAPS, [("a", "b")])


def test_a_kind_that_is_none_of_the_table_is_refused() -> None:
    table = Table("kinds", "kind", (Column("kind", "category", "a kind", ("one", "other")),))

    with pytest.raises(ValueError, match="third is none of its kinds"):
        make_frame(table, [("third",)])


def test_whole_numbers_stay_exact_beside_unknown_ones() -> None:
    table = Table("counts", "count", (Column("points", "Int64", "points"),))

    frame = make_frame(table, [(2**53 + 1,), (None,)])

    assert frame.points.tolist() == [2**53 + 1, pd.NA]


def _loaded(code: str) -> set[str]:
    """The modules that a fresh interpreter has after the code, beyond those that it has without it."""
    listing = "import sys; print(chr(10).join(sys.modules))"
    runs = [
        subprocess.run([sys.executable, "-c", each], capture_output=True, text=True, check=True, cwd=ROOT).stdout
        for each in (f"{code}; {listing}", listing)
    ]
    return set(runs[0].split()) - set(runs[1].split())


def test_importing_planner_loads_nothing_else() -> None:
    assert _loaded("import planner") == {"planner"}


def test_pandas_is_loaded_by_load_and_not_by_the_names_beside_it() -> None:
    loaded = _loaded("import planner; planner.GapplanError; planner.load")

    assert "planner.errors" in loaded
    assert "pandas" not in loaded


def test_the_command_line_plans_without_pandas_and_matplotlib() -> None:
    loaded = _loaded("import planner.cli, planner.cli.plan, planner.pipeline, planner.report")

    assert not {"pandas", "matplotlib", "PIL", "planner.frames"} & loaded


def test_without_pandas_load_says_what_to_install() -> None:
    code = "import sys; sys.modules['pandas'] = None\nimport planner\nplanner.load('.')"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)

    assert found.returncode == 1
    assert "GapplanError: planner.load needs pandas: pip install pandas" in found.stderr


def test_an_unknown_name_of_planner_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'lode'"):
        planner.lode  # noqa: B018
