"""The notebooks run from start to end, and what is stored in them is what they say.

`pytest tests/test_notebooks.py --rewrite-golden` stores the outputs anew; a reviewer reads the difference.
"""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError

import planner

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
NEEDED = ("shop", "release", "growth", "replay")
"""Folders of `fixtures` that they read."""

MOST_BYTES = 150_000
SECONDS_OF_A_CELL = 240
"""A cell that takes so long hangs; the slowest takes ten."""

WIDGET = "application/vnd.jupyter.widget-view+json"
PATH_OF_A_MACHINE = re.compile(r"(?<![\w.])/(?:tmp|home|root|work|var|usr|opt|Users|private)/")


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the notebooks and of what they read, and nothing of the user's own settings."""
    shutil.copytree(FOLDER, tmp_path / "notebooks")
    for name in NEEDED:
        shutil.copytree(ROOT / "fixtures" / name, tmp_path / "fixtures" / name)
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, str(tmp_path / "settings" / name.lower()))
    (tmp_path / "settings").mkdir()
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    return tmp_path


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")  # of Jupyter's own packages
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_says_what_is_stored_in_it(path: Path, bench: Path, request: pytest.FixtureRequest) -> None:
    stored, notebook = _read(path), _read(bench / "notebooks" / path.name)

    _run(notebook, bench)

    if request.config.getoption("--rewrite-golden"):
        nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
        stored = notebook
    assert list(_said(notebook)) == list(_said(stored))
    assert list(_kinds(notebook)) == list(_kinds(stored))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_stored_notebook_is_whole_small_and_of_no_machine(path: Path) -> None:
    notebook = _read(path)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]

    assert path.stat().st_size < MOST_BYTES
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not any(output.output_type == "error" for cell in code for output in cell.outputs)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    text = json.dumps([*_said(notebook), *(cell.source for cell in notebook.cells)])
    assert not PATH_OF_A_MACHINE.search(text)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_notebook_asserts_what_it_concludes(path: Path) -> None:
    asserting = [cell for cell in _read(path).cells if cell.cell_type == "code" and "assert " in cell.source]

    assert len(asserting) >= 2


def test_what_the_first_notebook_concludes_is_true_of_the_shop() -> None:
    """Its cells assert only what holds for any project, since a reader is asked to put in one."""
    project = planner.load(ROOT / "fixtures" / "shop", cache=False)
    measured, modules, seams = project.units.query("is_measured"), project.rank("module"), project.seams
    by_time = measured.groupby("is_import_time")[["statements", "covered_statements"]].sum()
    share = by_time.covered_statements / by_time.statements
    missing = project.units[["path", "unit", "missing_points"]]
    direct = seams.query("hops == 0").drop_duplicates(["path", "unit", "kind"]).merge(missing, on=["path", "unit"])
    behind = direct.groupby("kind", observed=True).missing_points.sum()
    most_missing = modules.nlargest(5, "missing_points")

    assert share[False] < 0.5
    assert share[True] > 0.9
    assert _rate(modules.head(5)) > 1.3 * _rate(most_missing)
    assert len(set(modules.head(5).path) & set(most_missing.path)) <= 2
    assert {"src/shop/bootstrap.py", "src/shop/api/app.py"} <= set(modules.head(5).path)
    assert set(seams[seams.needs_building].kind) == {"subprocess"}
    assert behind.idxmax() == "sql"


def _rate(modules: pd.DataFrame) -> float:
    return float(modules.gain_points_p50.sum() / modules.effort_hours_p50.sum())


def test_links_between_the_notebooks_lead_somewhere() -> None:
    for path in NOTEBOOKS:
        for cell in _read(path).cells:
            for target in re.findall(r"\]\(([^)]+)\)", cell.source) if cell.cell_type == "markdown" else ():
                assert (FOLDER / target).is_file(), f"{path.name}: {target}"


def test_there_are_four_of_them() -> None:
    assert [path.name[0] for path in NOTEBOOKS] == ["1", "2", "3", "4"]


def _read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def _run(notebook: Any, bench: Path) -> None:
    """Execute it in place, and keep of its outputs what a reader sees."""
    place = {"metadata": {"path": str(bench / "notebooks")}}
    client = NotebookClient(notebook, timeout=SECONDS_OF_A_CELL, kernel_name="python3", resources=place)
    try:
        client.execute()
    except (
        CellTimeoutError
    ):  # Jupyter loses a message now and then, and waits for it; the kernel has nothing to do then
        client.execute()
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata = {}
        for output in cell.get("outputs", ()):
            _tidy(output)


def _tidy(output: Any) -> None:
    """A widget has a name of its own in each run, and a table or picture needs no second version as text."""
    found = output.get("data", {})
    found.pop(WIDGET, None)
    if found.keys() & {"text/html", "image/png"}:
        found.pop("text/plain", None)
    if "interactive(" in str(found.get("text/plain", "")):
        found["text/plain"] = "two sliders, and the plan for where they stand"
    output.get("metadata", {}).pop(WIDGET, None)


def _said(notebook: Any) -> Iterator[str]:
    """What the cells print, and what gapplan's own values show; how pandas sets a table is pandas' affair."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "stream":
                yield output.text
            shown = output.get("data", {}).get("text/html", "")
            if shown.startswith("<div><p><strong>"):
                yield shown


def _kinds(notebook: Any) -> Iterator[tuple[str, ...]]:
    """The kinds of all outputs, cell by cell."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            yield (output.output_type, *sorted(output.get("data", {})))
