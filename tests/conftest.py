"""Fixtures that several test files share: golden files, and the trees of scenarios built once."""

import importlib.util
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from planner.model.measurement import Skipped
from planner.source.read import Parsed, parse_source

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-golden", action="store_true", help="Write golden files anew; a reviewer reads the difference."
    )


@pytest.fixture(autouse=True)
def _own_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the width of the terminal that the tests run in: parallel runs hand it on as COLUMNS."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or fills the cache of the person who runs it."""
    monkeypatch.setenv("GAPPLAN_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that were parsed, as they come; clear it between runs."""
    paths: list[str] = []

    def parse(source: bytes, path: str) -> Parsed | Skipped:
        paths.append(path)
        return parse_source(source, path)

    monkeypatch.setattr("planner.source.text.parse_source", parse)
    return paths


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the golden file of that name, or write it when the switch is given."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--rewrite-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        assert path.read_text("utf-8") == text

    return compare


@pytest.fixture(scope="session")
def milestone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scenario M as a project: sources and data, built by its own builder."""
    return _built("milestone", tmp_path_factory)


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scenario R: the trees `before` and `after` with their data, three more runs, and what is true of them."""
    return _built("release", tmp_path_factory)


def _built(name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = ROOT / "fixtures" / name
    spec = importlib.util.spec_from_file_location(f"{name}_build", folder / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(folder))
    try:
        spec.loader.exec_module(module)
        out = tmp_path_factory.mktemp(name) / name
        module.build(out)
    finally:
        sys.path.remove(str(folder))
    return out


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A copy of the shop with the data that its suite made."""
    return Path(shutil.copytree(ROOT / "fixtures" / "shop", tmp_path / "shop"))
