"""What is said before the totals are believed: whole sentences, with the counts and the example that they are about."""

from pathlib import Path

import pytest
from makers import make_project, make_shop, measure, write_lines

from planner.errors import NothingMatchesError
from planner.measure.paths import Placed, paths_section
from planner.model.measurement import Measurement, Skipped

# The lines for [paths]


def _guessed(*pairs: tuple[str, str]) -> Placed:
    return Placed({}, by_end={f"{row}{number}.py": (row, tree) for number, (row, tree) in enumerate(pairs)})


@pytest.mark.parametrize(
    ("file", "section"),
    [
        (None, "[paths] source = src, /ci/src"),
        (".coveragerc", "[paths] source = src, /ci/src"),
        ("setup.cfg", "[coverage:paths] source = src, /ci/src"),
        ("tox.ini", "[coverage:paths] source = src, /ci/src"),
        ("pyproject.toml", "[tool.coverage.paths] source = ['src', '/ci/src']"),
        (".coveragerc.toml", "[tool.coverage.paths] source = ['src', '/ci/src']"),
    ],
)
def test_the_lines_are_written_as_the_file_of_the_project_wants_them(file: str | None, section: str) -> None:
    assert paths_section(_guessed(("/ci/src/", "src/")), file) == section


def test_files_at_the_root_are_below_a_dot() -> None:
    assert paths_section(_guessed(("/ci/shop/", "")), None) == "[paths] source = ., /ci/shop"


def test_the_beginning_of_a_windows_path_loses_its_last_stroke() -> None:
    assert paths_section(_guessed(("C:\\ci\\", "src/")), None) == "[paths] source = src, C:\\ci"


def test_the_place_that_most_rows_show_is_mapped_from_every_beginning_it_has() -> None:
    placed = _guessed(("/z/", "lib/"), ("/b/", "src/"), ("/b/", "src/"), ("/a/", "src/"))

    assert paths_section(placed, None) == "[paths] source = src, /b, /a"


def test_beginnings_of_equal_weight_come_by_name() -> None:
    assert paths_section(_guessed(("/b/", "src/"), ("/a/", "src/")), None) == "[paths] source = src, /a, /b"


def test_no_more_than_three_beginnings_are_named() -> None:
    placed = _guessed(*((f"/{name}/", "src/") for name in "abcde"))

    assert paths_section(placed, None) == "[paths] source = src, /a, /b, /c"
    assert paths_section(placed, "pyproject.toml") == "[tool.coverage.paths] source = ['src', '/a', '/b', '/c']"


def test_files_matched_by_their_end_are_counted_with_an_example_of_where_they_are_here(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"src/shop/__init__.py": "", "src/shop/money.py": "x = 1\n"})
    write_lines(root / ".coverage", {"/ci/src/shop/__init__.py": [], "/ci/src/shop/money.py": [1]})

    (notice,) = measure(root).notices

    assert notice == (
        "2 file(s) of the data were matched by the end of their path (/ci/ is the root here); "
        "coverage.py needs [paths] source = ., /ci"
    )


# What lies elsewhere


def _with_data_of(root: Path, *rows: str) -> Measurement:
    write_lines(root / ".coverage", {row: [1] for row in rows})
    return measure(root)


@pytest.mark.parametrize(
    ("row", "above"),
    [
        ("/ci/job/src/other/mod.py", "/ci/job"),
        ("/src/other/mod.py", "/"),
        ("/ci/lib/mod.py", "/ci/lib"),
        ("/ci/zoo/mod.py", "/ci/zoo"),  # three folders down, which is no top of the tree
        ("C:\\ci\\shop\\other.py", "C:/ci"),
    ],
)
def test_data_of_which_nothing_is_here_names_what_to_map(tmp_path: Path, row: str, above: str) -> None:
    root = make_project(tmp_path, {"tests/test_a.py": "", "src/shop/money.py": "x = 1\n", "src/shop/zoo/a.py": ""})

    with pytest.raises(NothingMatchesError) as caught:
        _with_data_of(root, row)

    assert str(caught.value) == (
        f"none of the 1 files in the data lies below {root}: the data names {row}, "
        "and the tree has src/shop/money.py; give the right root with -C, or map the paths in "
        f"coverage.py's configuration: [paths] source = ., {above}"
    )


def test_a_tree_without_python_says_so(tmp_path: Path) -> None:
    with pytest.raises(NothingMatchesError, match="and the tree has no Python file; give the right root"):
        _with_data_of(tmp_path, "/ci/lib/mod.py")


def test_half_of_the_files_below_the_root_is_no_notice_and_less_than_half_is_one(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"a.py": "x = 1\n", "b.py": "x = 1\n"})
    here = [f"{root}/a.py", f"{root}/b.py"]

    half = _with_data_of(root, *here, "/else/where.py", "/else/there.py")
    (root / ".coverage").unlink()
    less = _with_data_of(root, *here, "/else/where.py", "/else/there.py", "/else/any.py")

    assert not any("lie below the root" in each for each in half.notices)
    assert (
        "only 2 of 5 files of the data lie below the root; the others are not in the total (for example /else/any.py)"
    ) in less.notices


def test_a_report_s_files_elsewhere_count_but_no_step_is_planned(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"a.py": "x = 1\n"})
    records = "".join(f"SF:{name}\nDA:1,1\nend_of_record\n" for name in ("a.py", "/else/b.py", "/else/c.py"))
    make_project(root, {"lcov.info": records})

    found = measure(root, "lcov.info")

    assert found.totals.statements == 3
    assert (
        "only 1 of 3 files of the data lie below the root; the others count, but no step can be planned for them "
        "(for example /else/b.py)"
    ) in found.notices


def test_each_file_left_out_has_its_reason_and_generated_names_are_one_line(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"a.py": "x = 1\n"})

    found = _with_data_of(root, f"{root}/a.py", f"{root}/gone.py", "/else/b.py", "<string>", "<stdin>")

    assert found.skipped == (
        Skipped("/else/b.py", "outside the project root"),
        Skipped(f"{root}/gone.py", "no such file below the project root (deleted, moved, or a link that leads out)"),
        Skipped("<stdin>", "2 generated name(s) such as this: no source file to read"),
    )


def test_python_that_is_left_out_is_counted_and_templates_are_not(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"a.py": "x = 1\n", "b.py": "x = 1\n", "c.py": "x = 1\n"})
    here = [f"{root}/{name}.py" for name in "abc"]

    found = _with_data_of(root, *here, "/else/other.py", "/else/tool", "/else/page.html")

    assert (
        "2 measured file(s) are skipped and not in the total; 'coverage report' would count them or fail"
    ) in found.notices


# What a report leaves open


def test_exits_that_a_report_counts_and_does_not_place_are_a_notice(tmp_path: Path) -> None:
    records = "SF:a.py\nDA:1,1\nDA:2,1\nBRDA:1,0,0,-\nBRDA:1,0,1,1\nBRF:6\nBRH:2\nend_of_record\n"
    root = make_project(tmp_path, {"a.py": "x = 1\ny = 2\n", "lcov.info": records})

    assert measure(root, "lcov.info").notices == (
        "3 of 4 missing branch exits have no line in the report: no step aims at them",
    )


def test_exits_that_are_all_placed_are_no_notice(tmp_path: Path) -> None:
    records = "SF:a.py\nDA:1,1\nBRDA:1,0,0,-\nBRDA:1,0,1,1\nBRF:2\nBRH:1\nend_of_record\n"
    root = make_project(tmp_path, {"a.py": "x = 1\n", "lcov.info": records})

    assert measure(root, "lcov.info").notices == ()


# Files that no data has heard of

APART = {"shop/new.py": "x = 1\nif x:\n    y = 2\n", "shop/deep/er.py": "x = 1\n", "shop/deep/empty.py": ""}


def test_without_a_source_the_notice_names_the_setting(tmp_path: Path) -> None:
    root = make_shop(tmp_path, APART)

    assert (
        "2 source file(s) with 4 statements are not in the data at all: no test imports them and 'source' is not set "
        "(for example shop/deep/er.py)"
    ) in measure(root).notices


@pytest.mark.parametrize("key", ["source", "source_pkgs", "source_dirs"])
def test_with_a_source_of_any_kind_the_notice_names_its_gap(tmp_path: Path, key: str) -> None:
    root = make_shop(tmp_path, {**APART, ".coveragerc": f"[run]\n{key} = shop"})

    (notice,) = [each for each in measure(root).notices if "not in the data at all" in each]

    assert "no test imports them, and 'source' finds packages without __init__.py only under " in notice
    assert "'include_namespace_packages' (for example shop/" in notice


def test_files_without_a_statement_are_nothing_to_say(tmp_path: Path) -> None:
    root = make_shop(tmp_path, {"shop/deep/empty.py": "# nothing\n"})

    assert not any("not in the data" in each for each in measure(root).notices)


def test_plugins_that_are_not_loaded_are_named_one_after_the_other(tmp_path: Path) -> None:
    root = make_shop(tmp_path, {".coveragerc": "[run]\nplugins =\n    one_plugin\n    other_plugin\n"})

    assert (
        "coverage.py's plugins (one_plugin, other_plugin) are not loaded; where they change exclusions or files, "
        "totals differ"
    ) in measure(root).notices


RELATIVE = "the data has relative paths but the configuration no relative_files: 'coverage report' may match nothing"


@pytest.mark.parametrize(
    ("row", "is_relative"),
    [
        ("C:\\ci\\src\\shop\\money.py", False),
        ("C:/ci/src/shop/money.py", False),
        ("/ci/src/shop/money.py", False),
        ("src/shop/money.py", True),
        ("src\\shop\\money.py", True),
    ],
)
def test_a_row_is_relative_by_the_rules_of_the_system_it_was_measured_on(
    tmp_path: Path, row: str, is_relative: bool
) -> None:
    root = make_project(tmp_path, {"src/shop/money.py": "x = 1\n"})

    found = _with_data_of(root, row)

    assert [file.path for file in found.files] == ["src/shop/money.py"]
    assert (RELATIVE in found.notices) == is_relative


def test_plugins_are_named_one_after_the_other(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"a.py": "x = 1\n", ".coveragerc": "[run]\nplugins =\n    first\n    second\n"})

    found = _with_data_of(root, f"{root}/a.py")

    assert (
        "coverage.py's plugins (first, second) are not loaded; where they change exclusions or files, totals differ"
    ) in found.notices
