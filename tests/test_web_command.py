"""`--format html` of plan, options and status, from the command line to the file."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from planner.cli import gapplan


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(gapplan, [*arguments], standalone_mode=False)


@pytest.mark.parametrize(
    ("arguments", "has_steps"),
    [(["plan", "--target", "70"], True), (["options", "--target", "70"], True), (["status"], False), ([], False)],
    ids=["plan", "options", "status", "default"],
)
def test_a_report_with_pictures_is_written(shop: Path, tmp_path: Path, arguments: list[str], has_steps: bool) -> None:
    path = tmp_path / "report.html"

    result = _run("-C", str(shop), "--format", "html", "-o", str(path), *arguments)

    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    document = path.read_text("utf-8")
    assert 'id="code"' in document
    assert ('id="steps"' in document) is has_steps


def test_the_same_command_writes_the_same_bytes(shop: Path, tmp_path: Path) -> None:
    for name in ("one.html", "two.html"):
        _run("-C", str(shop), "plan", "--target", "70", "--format", "html", "-o", str(tmp_path / name))

    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_kept_measurements_are_the_way_so_far(shop: Path, tmp_path: Path) -> None:
    store, path = str(tmp_path / "store.sqlite"), tmp_path / "report.html"
    _run("-C", str(shop), "snapshot", "--store", store, "--taken", "2026-11-01")

    _run("-C", str(shop), "plan", "--target", "70", "--store", store, "--format", "html", "-o", str(path))

    assert 'id="burnup"' in path.read_text("utf-8")
