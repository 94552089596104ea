"""Which source files there are, and which of them the data never heard of."""

import os
from pathlib import Path

import pytest
from makers import make_project, measure, write_lines

from planner.measure.tree import is_test_path, never_heard_of, scan_tree, source_roots


def _scanned(root: Path, *files: str) -> tuple[str, ...]:
    make_project(root, dict.fromkeys(files, ""))
    return scan_tree(root).files


def test_python_files_are_found_in_sorted_order(tmp_path: Path) -> None:
    assert _scanned(tmp_path, "b.py", "a/c.py", "a/gui.pyw", "a/d.txt", "a/e.pyc", "f.pyx") == (
        "a/c.py",
        "a/gui.pyw",
        "b.py",
    )


@pytest.mark.parametrize(
    "name",
    [
        ".venv/lib/x.py",
        ".git/x.py",
        ".tox/py/x.py",
        "__pycache__/x.py",
        "node_modules/gyp/x.py",
        "lib/site-packages/x.py",
        "shop.egg-info/x.py",
        "build/lib/shop/x.py",
        "dist/x.py",
        "htmlcov/x.py",
    ],
)
def test_what_is_never_source_is_left_out(tmp_path: Path, name: str) -> None:
    assert _scanned(tmp_path, name, "shop/a.py") == ("shop/a.py",)


def test_a_virtual_environment_is_left_out_whatever_its_name(tmp_path: Path) -> None:
    assert _scanned(tmp_path, "my-env/pyvenv.cfg", "my-env/lib/x.py", "shop/a.py") == ("shop/a.py",)


def test_build_is_source_below_the_root_and_where_it_is_a_package(tmp_path: Path) -> None:
    files = ("dist/__init__.py", "dist/x.py", "shop/build/a.py")

    assert _scanned(tmp_path, *files) == files


def test_namespace_packages_are_found(tmp_path: Path) -> None:
    assert _scanned(tmp_path, "src/company/shop/a.py") == ("src/company/shop/a.py",)


def test_links_out_of_the_root_and_loops_are_left_out(tmp_path: Path) -> None:
    outside = make_project(tmp_path / "outside", {"x.py": ""})
    root = make_project(tmp_path / "root", {"own.py": ""})
    (root / "inside.py").symlink_to("own.py")
    (root / "out.py").symlink_to(outside / "x.py")
    (root / "gone.py").symlink_to("nowhere.py")
    (root / "folder").symlink_to(outside)
    (root / "loop").symlink_to(root)

    assert scan_tree(root).files == ("inside.py", "own.py")


def test_a_pipe_named_like_a_module_does_not_block(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"shop/a.py": "x = 1\n"})
    os.mkfifo(root / "shop/pipe.py")
    write_lines(root / ".coverage", {f"{root}/shop/a.py": [1], f"{root}/shop/pipe.py": [1]})

    measured = measure(root)

    assert [file.path for file in measured.files] == ["shop/a.py"]
    assert [each.path for each in measured.skipped] == [f"{root}/shop/pipe.py"]


def test_a_root_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    assert scan_tree(tmp_path / "absent").files == ()


@pytest.mark.parametrize(
    "path", ["tests/a.py", "shop/test/a.py", "test_a.py", "shop/a_test.py", "shop/conftest.py", "tests/__init__.py"]
)
def test_a_test_is_known_by_pytest_s_own_names(path: str) -> None:
    assert is_test_path(path)


@pytest.mark.parametrize("path", ["shop/a.py", "testing/a.py", "shop/latest.py", "tests.py", "shop/contest.py"])
def test_other_files_are_no_tests(path: str) -> None:
    assert not is_test_path(path)


FILES = (
    "setup.py",
    "tool.py",
    "noxfile.py",
    "conftest.py",
    "src/shop/__init__.py",
    "src/shop/new.py",
    "src/shop/api/deep.py",
    "src/shop/test_inline.py",
    "docs/conf.py",
    "tests/test_a.py",
)


def _never_heard_of(root: Path, measured: set[str], *configured: str) -> list[str]:
    tree = scan_tree(make_project(root, dict.fromkeys(FILES, "")))
    return never_heard_of(tree, frozenset(measured), source_roots(tree, measured, configured))


def test_without_a_configured_source_the_places_of_measured_files_are_the_source(tmp_path: Path) -> None:
    found = _never_heard_of(tmp_path, {"src/shop/__init__.py", "tests/test_a.py"})

    assert found == ["src/shop/api/deep.py", "src/shop/new.py"]


def test_a_measured_module_at_the_root_stands_for_the_modules_beside_it(tmp_path: Path) -> None:
    tree = scan_tree(make_project(tmp_path, dict.fromkeys([*FILES, "other.py"], "")))

    found = never_heard_of(tree, frozenset(["tool.py"]), source_roots(tree, ["tool.py"], []))

    assert found == ["other.py"]


@pytest.mark.parametrize("source", ["src", "src/", "./src", "shop", "src/shop"])
def test_a_configured_source_is_a_directory_or_a_package(tmp_path: Path, source: str) -> None:
    found = _never_heard_of(tmp_path, {"src/shop/__init__.py"}, source)

    assert found == ["src/shop/api/deep.py", "src/shop/new.py"]


@pytest.mark.parametrize("source", ["shop.api", "src/shop/api"])
def test_a_configured_source_may_be_a_package_within_another(tmp_path: Path, source: str) -> None:
    assert _never_heard_of(tmp_path, set(), source) == ["src/shop/api/deep.py"]


def test_a_configured_absolute_directory_is_found_below_the_root(tmp_path: Path) -> None:
    assert _never_heard_of(tmp_path, set(), f"{tmp_path}/docs") == ["docs/conf.py"]


def test_the_whole_root_may_be_the_source(tmp_path: Path) -> None:
    found = _never_heard_of(tmp_path, {"src/shop/new.py"}, ".")

    assert found == ["docs/conf.py", "src/shop/__init__.py", "src/shop/api/deep.py", "tool.py"]


@pytest.mark.parametrize("source", ["absent", "../outside", "/"])
def test_a_source_that_is_not_there_counts_as_not_configured(tmp_path: Path, source: str) -> None:
    assert _never_heard_of(tmp_path, {"docs/conf.py"}, source) == []


@pytest.mark.parametrize(
    ("settings", "unmeasured"),
    [
        ("", ["src/shop/api/deep.py", "src/shop/new.py"]),
        ("[run]\nsource = docs", ["docs/conf.py"]),
        ("[run]\nsource_pkgs = shop.api", ["src/shop/api/deep.py"]),
        ("[run]\nsource_dirs = src/shop/api", ["src/shop/api/deep.py"]),
        ("[run]\nomit = src/shop/api/*", ["src/shop/new.py"]),
        ("[report]\nomit = */new.py", ["src/shop/api/deep.py"]),
        ("[run]\ninclude = */api/*", ["src/shop/api/deep.py"]),
        ("[report]\ninclude = src/shop/n*, */__init__.py", ["src/shop/new.py"]),
    ],
)
def test_the_configuration_decides_what_the_data_should_have_heard_of(
    tmp_path: Path, settings: str, unmeasured: list[str]
) -> None:
    root = make_project(tmp_path, {**dict.fromkeys(FILES, "x = 1\n"), ".coveragerc": settings})
    write_lines(root / ".coverage", {f"{root}/src/shop/__init__.py": [1]})

    measured = measure(root)

    assert [file.path for file in measured.unmeasured] == unmeasured
    assert measured.whole_tree.statements == measured.totals.statements + len(unmeasured)


def test_a_source_that_is_asked_for_wins_over_the_configured_one(tmp_path: Path) -> None:
    root = make_project(tmp_path, {**dict.fromkeys(FILES, "x = 1\n"), ".coveragerc": "[run]\nsource = docs"})
    write_lines(root / ".coverage", {f"{root}/src/shop/__init__.py": [1]})

    measured = measure(root, source=("src/shop/api",))

    assert [file.path for file in measured.unmeasured] == ["src/shop/api/deep.py"]


def test_an_unmeasured_file_that_cannot_be_parsed_is_skipped(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"shop/a.py": "x = 1\n", "shop/broken.py": "def\n"})
    write_lines(root / ".coverage", {f"{root}/shop/a.py": [1]})

    measured = measure(root)

    assert measured.unmeasured == ()
    assert [(each.path, each.line) for each in measured.skipped] == [("shop/broken.py", 1)]


def test_a_dot_parts_packages_only_where_no_stroke_does(tmp_path: Path) -> None:
    tree = scan_tree(make_project(tmp_path, {"src/shop/api/a.py": "", "lib/tool.v2/b.py": ""}))

    assert source_roots(tree, [], ["shop.api"]) == ("src/shop/api/",)
    assert source_roots(tree, [], ["src/shop.api"]) == ()
    assert source_roots(tree, [], ["tool.v2"]) == source_roots(tree, [], ["lib/tool.v2"]) == ("lib/tool.v2/",)
