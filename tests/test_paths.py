"""Rows of the data find their files, whatever machine made them, and never a file that is not theirs."""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import SHOP, coverage_totals, make_project, measure, shop_arcs, write_arcs, write_lines, write_shop

from planner.measure.paths import Placed, place_rows
from planner.measure.tree import scan_tree
from planner.settings import CoverageSettings


def _place(
    root: Path,
    files: Iterable[str],
    rows: Iterable[str],
    paths: Mapping[str, tuple[str, ...]] | None = None,
    relative_files: bool = False,
) -> Placed:
    make_project(root, dict.fromkeys(files, ""))
    return place_rows(rows, scan_tree(root), CoverageSettings(paths=paths or {}, relative_files=relative_files))


SRC = ("src/shop/__init__.py", "src/shop/money.py", "src/shop/api/__init__.py", "src/shop/api/money.py")


def test_absolute_and_relative_rows_below_the_root_are_placed(tmp_path: Path) -> None:
    rows = [f"{tmp_path}/src/shop/money.py", "src/shop/api/money.py", "./src/shop/../shop/__init__.py"]

    placed = _place(tmp_path, SRC, rows)

    assert sorted(placed.files.values()) == ["src/shop/__init__.py", "src/shop/api/money.py", "src/shop/money.py"]
    assert placed.guessed == {}
    assert placed.outside == ()


def test_a_row_under_the_real_path_of_a_linked_root_is_placed(tmp_path: Path) -> None:
    real = make_project(tmp_path / "real", dict.fromkeys(SRC, ""))
    (tmp_path / "link").symlink_to(real)

    placed = place_rows([f"{real}/src/shop/money.py"], scan_tree(tmp_path / "link"), CoverageSettings())

    assert placed.files == {f"{real}/src/shop/money.py": "src/shop/money.py"}
    assert placed.guessed == {}


def test_a_measured_file_that_does_not_end_in_py_is_placed(tmp_path: Path) -> None:
    placed = _place(tmp_path, ["bin/tool"], ["bin/tool"])

    assert placed.files == {"bin/tool": "bin/tool"}


def test_the_configured_paths_come_first(tmp_path: Path) -> None:
    files = ["new/a.py", "old/a.py"]

    placed = _place(tmp_path, files, [f"{tmp_path}/old/a.py"], {"source": ("new", "old")})

    assert placed.files == {f"{tmp_path}/old/a.py": "new/a.py"}


def test_a_configured_path_without_the_file_leaves_the_row_where_it_is(tmp_path: Path) -> None:
    placed = _place(tmp_path, ["old/a.py"], [f"{tmp_path}/old/a.py"], {"source": ("new", "old")})

    assert placed.files == {f"{tmp_path}/old/a.py": "old/a.py"}


PATHS = {
    "ci": ("shop\n    /ci/build/shop", "/ci/build/"),
    "trailing slashes": ("shop/\n    /ci/build/shop/", "/ci/build/"),
    "star": ("shop\n    */build/shop", "/ci/build/"),
    "root": (".\n    /ci/build", "/ci/build/"),
    "windows": ("shop\n    C:\\ci\\shop", "C:\\ci\\"),
    "windows, other case": ("shop\n    c:\\CI\\shop", "C:\\ci\\"),
    "second of three": ("shop\n    /nowhere/shop\n    /ci/build/shop", "/ci/build/"),
    "container": ("shop\n    /app/*/shop", "/app/v1/"),
}


@pytest.mark.parametrize("relative", ["", "[run]\nrelative_files = true"], ids=["absolute", "relative"])
@pytest.mark.parametrize("case", PATHS)
def test_configured_paths_mean_what_they_mean_to_coverage_py(tmp_path: Path, case: str, relative: str) -> None:
    places, prefix = PATHS[case]
    root = make_project(tmp_path, {**SHOP, ".coveragerc": f"[paths]\nsource =\n    {places}\n{relative}"})
    separator = "\\" if "\\" in prefix else "/"
    rows = {prefix + name.replace("/", separator): arcs for name, arcs in shop_arcs().items() if name[:4] == "shop"}
    write_arcs(root / ".coverage", rows)

    measured = measure(root)

    assert len(measured.files) == 4
    assert not any("matched by the end" in notice for notice in measured.notices)
    assert measured.totals == coverage_totals(root)


@pytest.mark.parametrize(
    "prefix", ["/home/runner/work/shop/shop/", "/app/", "D:\\a\\shop\\", "\\\\host\\share\\shop\\"]
)
def test_rows_of_another_machine_are_placed_by_their_longest_end(tmp_path: Path, prefix: str) -> None:
    separator = "\\" if "\\" in prefix else "/"
    rows = [prefix + name.replace("/", separator) for name in SRC]

    placed = _place(tmp_path, SRC, rows)

    assert placed.files == dict(zip(rows, SRC, strict=True))
    assert sum(placed.guessed.values()) == len(SRC)


def test_relative_rows_from_a_directory_below_the_root_are_placed(tmp_path: Path) -> None:
    placed = _place(tmp_path, ["backend/app/a.py", "backend/app/b.py"], ["app/a.py", "app/b.py"])

    assert placed.files == {"app/a.py": "backend/app/a.py", "app/b.py": "backend/app/b.py"}
    assert placed.guessed == {("", "backend/"): 2}


def test_an_end_that_two_files_share_places_nothing(tmp_path: Path) -> None:
    placed = _place(tmp_path, ["one/shop/a.py", "two/shop/a.py"], ["/ci/shop/a.py"])

    assert placed.files == {}
    assert placed.outside == ("/ci/shop/a.py",)


def test_a_longer_end_decides_between_two_files(tmp_path: Path) -> None:
    placed = _place(tmp_path, ["one/shop/a.py", "two/shop/a.py"], ["/ci/two/shop/a.py"])

    assert placed.files == {"/ci/two/shop/a.py": "two/shop/a.py"}


def test_installed_packages_are_not_taken_for_files_of_the_project(tmp_path: Path) -> None:
    rows = [
        "/venv/lib/python3.11/site-packages/requests/api/__init__.py",
        "/venv/lib/python3.11/site-packages/requests/money.py",
        "/venv/lib/python3.11/site-packages/other/shop/api/views.py",
        "/usr/lib/python3.11/api/money.py",
    ]

    placed = _place(tmp_path, SRC, rows)

    assert placed.files == {}
    assert placed.outside == tuple(sorted(rows))


def test_a_single_name_proves_nothing(tmp_path: Path) -> None:
    placed = _place(tmp_path, [*SRC, "setup.py"], ["/venv/six.py", "/elsewhere/other/setup.py", "/ci/shop/money.py"])

    assert placed.files == {"/ci/shop/money.py": "src/shop/money.py"}


def test_modules_at_the_root_are_placed_when_all_rows_agree(tmp_path: Path) -> None:
    placed = _place(tmp_path, ["one.py", "two.py"], ["/app/one.py", "/app/two.py"])

    assert placed.files == {"/app/one.py": "one.py", "/app/two.py": "two.py"}


def test_a_gone_file_of_this_root_is_not_taken_for_another(tmp_path: Path) -> None:
    placed = _place(tmp_path, ["lib/core/models.py"], [f"{tmp_path}/core/models.py"])

    assert placed.files == {}
    assert placed.gone == frozenset([f"{tmp_path}/core/models.py"])


@pytest.mark.parametrize(
    "row",
    ["../outside/x.py", "src/../../outside/x.py", "{root}/../outside/x.py", "/", "", ".", "..", "C:\\", "a\0b.py"],
)
def test_no_row_leads_out_of_the_root(tmp_path: Path, row: str) -> None:
    make_project(tmp_path / "outside", {"x.py": "secret = 1\n"})

    placed = _place(tmp_path / "root", ["src/y.py"], [row.format(root=tmp_path / "root")])

    assert placed.files == {}


@pytest.mark.parametrize("name", ["link.py", "folder/x.py", "note.txt"])
def test_a_link_out_of_the_root_is_not_read(tmp_path: Path, name: str) -> None:
    outside = make_project(tmp_path / "outside", {"x.py": "secret = 1\n"})
    root = make_project(tmp_path / "root", {"own.py": "a = 1\n"})
    (root / "link.py").symlink_to(outside / "x.py")
    (root / "note.txt").symlink_to(outside / "x.py")
    (root / "folder").symlink_to(outside)
    write_lines(root / ".coverage", {f"{root}/own.py": [1], f"{root}/{name}": [1]})

    measured = measure(root)

    assert [file.path for file in (*measured.files, *measured.unmeasured)] == ["own.py"]
    assert [each.path for each in measured.skipped] == [f"{root}/{name}"]
    assert "a link that leads out" in measured.skipped[0].reason


def test_a_link_within_the_root_is_read(tmp_path: Path) -> None:
    (make_project(tmp_path, {"own.py": "a = 1\n"}) / "link.py").symlink_to("own.py")

    placed = place_rows(["link.py"], scan_tree(tmp_path), CoverageSettings())

    assert placed.files == {"link.py": "link.py"}


@pytest.mark.parametrize("name", ["<string>", "<frozen importlib._bootstrap>", "/tmp/ipykernel_17/1.py"])
def test_generated_names_are_recognised(tmp_path: Path, name: str) -> None:
    placed = _place(tmp_path, SRC, [name, "src/shop/money.py"])

    assert placed.generated == (name,)
    assert placed.outside == ()


CONFIGURATION_FILES = {
    ".coveragerc": ("", "[paths]"),
    "setup.cfg": ("[coverage:report]\nprecision = 1\n", "[coverage:paths]"),
    "tox.ini": ("[coverage:report]\nprecision = 1\n", "[coverage:paths]"),
    "pyproject.toml": ("[tool.coverage.report]\nprecision = 1\n", "[tool.coverage.paths]"),
}


@pytest.mark.parametrize("prefix", ["/home/runner/work/shop/", "C:\\build\\shop\\"], ids=["ci", "windows"])
@pytest.mark.parametrize("file", CONFIGURATION_FILES)
def test_the_lines_in_the_notice_make_coverage_py_place_the_files_too(tmp_path: Path, file: str, prefix: str) -> None:
    before, section = CONFIGURATION_FILES[file]
    root = make_project(tmp_path, {**SHOP, file: before})
    separator = "\\" if "\\" in prefix else "/"
    write_arcs(root / ".coverage", {prefix + name.replace("/", separator): arcs for name, arcs in shop_arcs().items()})
    guessed = measure(root)
    (notice,) = [each for each in guessed.notices if "matched by the end of their path" in each]
    mend = re.search(rf"needs ({re.escape(section)}) (source = .*)$", notice)
    assert mend, notice

    make_project(root, {file: f"{before}{mend[1]}\n{mend[2]}\n"})

    mended = measure(root)
    assert not any("matched by the end" in each for each in mended.notices)
    assert mended.totals == guessed.totals == coverage_totals(root)


def test_relative_rows_count_whatever_the_configuration_says(tmp_path: Path) -> None:
    root = make_project(tmp_path, SHOP)
    write_shop(root, branch=True)

    measured = measure(root)

    make_project(root, {".coveragerc": "[run]\nrelative_files = true"})
    assert any("no relative_files" in notice for notice in measured.notices)
    assert measured.totals == coverage_totals(root)


_NAMES = st.sampled_from(["a.py", "b.py", "shop", "api", "..", ".", "", "__init__.py", "C:", "x\\y", "\0", "\udc80"])


@settings(deadline=None, max_examples=300)
@given(
    rows=st.lists(st.lists(_NAMES, max_size=6).map("/".join) | st.text(max_size=8), max_size=6),
    paths=st.lists(st.lists(_NAMES, max_size=3).map("/".join), min_size=1, max_size=3),
)
def test_every_row_ends_in_exactly_one_place(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str], paths: list[str]
) -> None:
    root = tmp_path_factory.getbasetemp() / "any-rows"
    make_project(root, dict.fromkeys([*SRC, "a.py", "shop/b.py"], ""))

    placed = place_rows(rows, scan_tree(root), CoverageSettings(paths={"source": tuple(paths)}))

    assert sorted([*placed.files, *placed.generated, *placed.outside]) == sorted(set(rows))
    assert placed.gone <= set(placed.outside)
    for path in placed.files.values():
        assert Path(os.path.realpath(root / path)).is_relative_to(root.resolve())
        assert ".." not in path.split("/")


def test_a_name_that_fits_two_files_follows_the_prefix_that_other_rows_have_shown(tmp_path: Path) -> None:
    for path in ("shop/a.py", "shop/b.py", "tests/conftest.py", "examples/tests/conftest.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    rows = [f"/app/{path}" for path in ("shop/a.py", "shop/b.py", "tests/conftest.py")]

    placed = place_rows(rows, scan_tree(tmp_path), CoverageSettings())

    assert placed.files["/app/tests/conftest.py"] == "tests/conftest.py"
    assert placed.outside == ()
