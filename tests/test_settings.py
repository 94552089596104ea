"""coverage.py's and pytest's configuration means here what it means there, and nothing it names is run."""

import contextlib
import os
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from coverage import Coverage
from coverage.config import CoverageConfig
from hypothesis import HealthCheck, given, settings
from makers import assert_answer_or_error, damaged, make_project

from planner.errors import ConfigError
from planner.settings import CoverageSettings, read_coverage_settings, read_pytest_settings

INI = """\
[{prefix}run]
branch = true
data_file = out/.cov
relative_files = yes
source =
    src
    lib
source_pkgs = shop
source_dirs = tools
concurrency = greenlet, thread
patch =
    subprocess
    _exit
sigterm = true
timid = true
core = ctrace
dynamic_context = test_function
cover_pylib = true
omit =
    */a.py
    # a comment
    */b.py
[{prefix}report]
exclude_also =
    def __repr__
    raise $WHAT
partial_also = while forever
contexts = one, two
fail_under = 12.5
precision = 2
skip_empty = true
ignore_errors = true
include = src/*
include_namespace_packages = true
[{prefix}json]
output = out/cov.json
[{prefix}paths]
source =
    src
    */site-packages
"""

TOML = """\
[tool.coverage.run]
branch = true
data_file = "out/.cov"
relative_files = true
source = ["src", "lib"]
source_pkgs = ["shop"]
source_dirs = ["tools"]
concurrency = ["greenlet", "thread"]
patch = ["subprocess", "_exit"]
sigterm = true
timid = true
core = "ctrace"
dynamic_context = "test_function"
cover_pylib = true
omit = ["*/a.py", "*/b.py"]
[tool.coverage.report]
exclude_also = ["def __repr__", "raise $WHAT"]
partial_also = ["while forever"]
contexts = ["one", "two"]
fail_under = 12.5
precision = 2
skip_empty = true
ignore_errors = true
include = ["src/*"]
include_namespace_packages = true
[tool.coverage.json]
output = "out/cov.json"
[tool.coverage.paths]
source = ["src", "*/site-packages"]
"""

TEXTS = {
    ".coveragerc": INI.format(prefix=""),
    ".coveragerc.toml": TOML.replace("tool.coverage.", ""),
    "setup.cfg": INI.format(prefix="coverage:"),
    "tox.ini": INI.format(prefix="coverage:"),
    "pyproject.toml": TOML,
}


def _truth(root: Path, file: str | bool = True) -> CoverageConfig:
    with contextlib.chdir(root):
        return Coverage(config_file=file).config


def _agrees(mine: CoverageSettings, theirs: CoverageConfig) -> None:
    assert mine == CoverageSettings(
        file=mine.file,
        branch=theirs.branch,
        data_file=theirs.data_file,
        source=tuple(theirs.source or ()),
        source_pkgs=tuple(theirs.source_pkgs),
        source_dirs=tuple(theirs.source_dirs),
        run_include=tuple(theirs.run_include),
        run_omit=tuple(theirs.run_omit),
        report_include=tuple(theirs.report_include or ()),
        report_omit=tuple(theirs.report_omit or ()),
        report_contexts=tuple(theirs.report_contexts or ()),
        exclude=tuple(theirs.exclude_list),
        partial=tuple(theirs.partial_list + theirs.partial_always_list),
        paths={name: tuple(places) for name, places in theirs.paths.items()},
        plugins=tuple(theirs.plugins),
        reports=(theirs.json_output, theirs.xml_output, theirs.lcov_output),
        relative_files=theirs.relative_files,
        include_namespace_packages=theirs.include_namespace_packages,
        precision=theirs.precision,
        fail_under=Fraction(str(theirs.fail_under)) if theirs.fail_under else None,
        notices=mine.notices,
        concurrency=tuple(theirs.concurrency),
        patch=tuple(theirs.patch),
        sigterm=theirs.sigterm,
        parallel=theirs.parallel,
        core=theirs.core,
        dynamic_context=theirs.dynamic_context,
        timid=theirs.timid,
        cover_pylib=theirs.cover_pylib,
        exclude_lines=mine.exclude_lines,
        exclude_also=tuple(theirs.exclude_also),
        partial_also=tuple(theirs.partial_also),
        skip_empty=theirs.skip_empty,
        ignore_errors=theirs.ignore_errors,
        lines=mine.lines,
    )


@pytest.mark.parametrize("file", TEXTS)
def test_every_file_says_what_it_says_to_coverage_py(
    tmp_path: Path, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHAT", "NotImplementedError")
    root = make_project(tmp_path, {file: TEXTS[file]})

    mine = read_coverage_settings(root)

    _agrees(mine, _truth(root))
    assert mine.file == file
    assert mine.notices == ()
    assert "raise NotImplementedError" in mine.exclude
    assert (mine.exclude_lines, mine.exclude_also[0]) == (None, "def __repr__")
    assert (mine.source, mine.fail_under) == (("src", "lib"), Fraction(25, 2))
    assert (mine.concurrency, mine.patch, mine.sigterm) == (("greenlet", "thread"), ("subprocess", "_exit"), True)


@pytest.mark.parametrize("file", TEXTS)
def test_every_key_is_found_on_its_line(tmp_path: Path, file: str) -> None:
    text = TEXTS[file]
    root = make_project(tmp_path, {file: text})

    lines = read_coverage_settings(root).lines

    rows = text.split("\n")
    keys = [number for number, row in enumerate(rows, 1) if " =" in row and not row.startswith(("[", " "))]
    assert {name for name in lines if not rows[lines[name] - 1].startswith(name.partition(".")[2])} == set()
    assert {name.partition(".")[0] for name in lines} == {"run", "report", "json", "paths"}
    assert sorted(lines.values()) == keys


def test_what_is_written_is_kept_apart_from_what_holds(tmp_path: Path) -> None:
    unset = read_coverage_settings(make_project(tmp_path / "a", {".coveragerc": "[report]\nexclude_also = x"}))
    written = read_coverage_settings(
        make_project(tmp_path / "b", {".coveragerc": "[report]\nexclude_lines = one\nexclude_also = two"})
    )

    assert (unset.exclude_lines, unset.exclude_also) == (None, ("x",))
    assert (written.exclude_lines, written.exclude_also, written.exclude) == (("one",), ("two",), ("one", "two"))


def test_the_patch_for_subprocesses_writes_parallel_files(tmp_path: Path) -> None:
    root = make_project(tmp_path, {".coveragerc": "[run]\npatch = subprocess"})

    mine = read_coverage_settings(root)

    assert mine.parallel
    assert "run.parallel" not in mine.lines


def test_without_a_file_the_defaults_are_coverage_py_s(tmp_path: Path) -> None:
    mine = read_coverage_settings(tmp_path)

    _agrees(mine, _truth(tmp_path))
    assert mine.file is None


@pytest.mark.parametrize("place", range(len(TEXTS)))
def test_the_first_file_with_settings_is_used(tmp_path: Path, place: int) -> None:
    names = list(TEXTS)[place:]
    root = make_project(tmp_path, {name: TEXTS[name].replace("out/cov.json", f"{name}.out") for name in names})

    mine = read_coverage_settings(root)

    assert mine.file == names[0]
    _agrees(mine, _truth(root))


def test_files_of_other_programs_without_settings_are_passed_over(tmp_path: Path) -> None:
    root = make_project(
        tmp_path,
        {
            "setup.cfg": "[metadata]\nname = x",
            "tox.ini": "[tox]",
            "pyproject.toml": "[tool.coverage.run]\nbranch = true",
        },
    )

    mine = read_coverage_settings(root)

    assert (mine.file, mine.branch) == ("pyproject.toml", True)
    _agrees(mine, _truth(root))


def test_an_empty_file_of_coverage_py_s_own_ends_the_search(tmp_path: Path) -> None:
    root = make_project(tmp_path, {".coveragerc": "", "setup.cfg": TEXTS["setup.cfg"]})

    mine = read_coverage_settings(root)

    assert mine.file == ".coveragerc"
    _agrees(mine, _truth(root))


@pytest.mark.parametrize(
    "report",
    [
        "exclude_lines =\n    mine only",
        "exclude_lines =\n    one\nexclude_also =\n    two",
        "exclude_also =\n    two",
        "exclude_lines =",
        "partial_branches =\n    mine",
        "partial_branches_always =\n    mine",
        "partial_branches =\nexclude_also = (?s)a.*b",
    ],
)
def test_exclude_lines_replaces_and_exclude_also_adds(tmp_path: Path, report: str) -> None:
    root = make_project(tmp_path, {".coveragerc": f"[report]\n{report}"})

    _agrees(read_coverage_settings(root), _truth(root))


@pytest.mark.parametrize("value", ["$SHOP", "${SHOP}/x", "${SHOP-other}", "${ABSENT-other}", "$$SHOP", "${ABSENT}"])
@pytest.mark.parametrize("file", [".coveragerc", "pyproject.toml"])
def test_environment_variables_stand_for_their_values(
    tmp_path: Path, file: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP", "src/shop")
    text = f"[run]\nsource = {value}" if file == ".coveragerc" else f'[tool.coverage.run]\nsource = ["{value}"]'
    root = make_project(tmp_path, {file: text})

    _agrees(read_coverage_settings(root), _truth(root))


def test_a_variable_that_must_be_set_is_a_notice(tmp_path: Path) -> None:
    root = make_project(tmp_path, {".coveragerc": "[run]\nsource = ${ABSENT?}"})

    mine = read_coverage_settings(root)

    assert "ABSENT" in mine.notices[0]
    assert mine.source == ()


def test_the_environment_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_project(tmp_path, {".coveragerc": "", "ci/cov.cfg": "[run]\nbranch = true"})
    monkeypatch.setenv("COVERAGE_RCFILE", "ci/cov.cfg")

    mine = read_coverage_settings(root)

    assert (mine.file, mine.branch) == ("ci/cov.cfg", True)
    _agrees(mine, _truth(root))


def test_the_environment_names_the_data_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_project(tmp_path, {".coveragerc": "[run]\ndata_file = mine"})
    monkeypatch.setenv("COVERAGE_FILE", "other")

    mine = read_coverage_settings(root)

    assert mine.data_file == "other"
    _agrees(mine, _truth(root))


def test_a_file_that_is_asked_for_wins_over_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_project(tmp_path, {"a.cfg": "[run]\nbranch = true", "b.cfg": "[run]\nbranch = false"})
    monkeypatch.setenv("COVERAGE_RCFILE", "b.cfg")

    mine = read_coverage_settings(root, "a.cfg")

    assert (mine.file, mine.branch) == ("a.cfg", True)
    _agrees(mine, _truth(root, "a.cfg"))


COV_CONFIG = {
    "pytest.ini": "[pytest]\naddopts = -q --cov-config=ci/cov.cfg --cov",
    ".pytest.ini": "[pytest]\naddopts = -q --cov-config=ci/cov.cfg --cov",
    "pytest.toml": '[pytest]\naddopts = ["--cov-config=ci/cov.cfg"]',
    ".pytest.toml": '[pytest]\naddopts = ["--cov-config=ci/cov.cfg"]',
    "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '''\n  -q\n  --cov-config ci/cov.cfg'''",
    "tox.ini": "[pytest]\naddopts =\n    --cov\n    --cov-config ci/cov.cfg",
    "setup.cfg": "[tool:pytest]\naddopts = --cov-config 'ci/cov.cfg'",
}


@pytest.mark.parametrize("file", COV_CONFIG)
def test_the_file_that_pytest_cov_is_given_is_read(tmp_path: Path, file: str) -> None:
    root = make_project(
        tmp_path, {file: COV_CONFIG[file], "ci/cov.cfg": "[run]\nbranch = true", ".coveragerc": "[run]\nbranch = no"}
    )

    mine = read_coverage_settings(root)

    assert (mine.file, mine.branch) == ("ci/cov.cfg", True)


def test_addopts_may_be_a_list_and_the_last_option_wins(tmp_path: Path) -> None:
    text = '[tool.pytest.ini_options]\naddopts = ["--cov-config=no.cfg", "--cov-config", "yes.cfg"]'
    root = make_project(tmp_path, {"pyproject.toml": text, "yes.cfg": "[run]\nbranch = true"})

    assert read_coverage_settings(root).file == "yes.cfg"


def test_a_file_outside_the_root_that_pytest_cov_is_given_is_not_read(tmp_path: Path) -> None:
    make_project(tmp_path, {"outside.cfg": "[run]\nbranch = true"})
    root = make_project(tmp_path / "root", {"pytest.ini": "[pytest]\naddopts = --cov-config=../outside.cfg"})

    assert read_coverage_settings(root).file is None


BROKEN = {
    "no section": ("[run]\nbranch", ".coveragerc"),
    "no header": ("branch = true", ".coveragerc"),
    "twice": ("[run]\nbranch=1\nbranch=0", ".coveragerc"),
    "no boolean": ("[run]\nbranch = perhaps", ".coveragerc"),
    "no regular expression": ("[report]\nexclude_also = (", ".coveragerc"),
    "no number": ("[report]\nfail_under = many", ".coveragerc"),
    "not a number": ("[report]\nfail_under = nan", ".coveragerc"),
    "endless": ("[report]\nfail_under = inf", ".coveragerc"),
    "too much": ("[report]\nfail_under = 101", ".coveragerc"),
    "negative precision": ("[report]\nprecision = -1", ".coveragerc"),
    "huge precision": ("[report]\nprecision = 400", ".coveragerc"),
    "concurrency": ("[run]\nconcurrency = magic", ".coveragerc"),
    "bytes": ("[run]\nbranch = \udcff\n", ".coveragerc"),
    "toml": ("[tool.coverage.run]\nbranch = ", "pyproject.toml"),
    "toml huge number": ("[tool.coverage.report]\nfail_under = " + "9" * 400, "pyproject.toml"),
    "toml number": ("[tool.coverage.run]\nsource = 5", "pyproject.toml"),
    "toml list": ("[tool.coverage.run]\nsource = [5]", "pyproject.toml"),
    "toml section": ("[tool.coverage]\nrun = 5", "pyproject.toml"),
    "toml paths": ("[tool.coverage.paths]\nsource = 5", "pyproject.toml"),
    "toml nesting": ("[tool.coverage.run]\nsource = " + "[" * 5000, "pyproject.toml"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_a_notice_and_counts_with_defaults(tmp_path: Path, case: str) -> None:
    text, file = BROKEN[case]
    root = make_project(tmp_path, {file: text.encode("utf-8", "surrogateescape")})

    mine = read_coverage_settings(root)

    assert mine == CoverageSettings(
        exclude=tuple(CoverageConfig().exclude_list),
        partial=tuple(CoverageConfig().partial_list + CoverageConfig().partial_always_list),
        notices=mine.notices,
    )
    (notice,) = mine.notices
    assert notice.startswith(f"coverage configuration {file} cannot be read: ")
    assert str(root) not in notice
    assert "\n" not in notice


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_that_was_asked_for_is_an_error_in_one_line(tmp_path: Path, case: str) -> None:
    text, file = BROKEN[case]
    root = make_project(tmp_path, {f"ci/{file}": text.encode("utf-8", "surrogateescape")})

    with pytest.raises(ConfigError) as caught:
        read_coverage_settings(root, f"ci/{file}")

    assert str(caught.value).startswith(f"coverage configuration ci/{file} cannot be read: ")
    assert "\n" not in str(caught.value)


def test_a_file_that_was_asked_for_and_is_absent_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"a\.cfg: no such file"):
        read_coverage_settings(tmp_path, "a.cfg")

    monkeypatch.setenv("COVERAGE_RCFILE", "b.cfg")
    with pytest.raises(ConfigError, match=r"b\.cfg: no such file"):
        read_coverage_settings(tmp_path)


@pytest.mark.parametrize("file", TEXTS)
def test_unknown_options_become_notices(tmp_path: Path, file: str) -> None:
    text = TEXTS[file].replace("branch = true", "branch = true\nbrnch = true\nanother = 1")
    root = make_project(tmp_path, {file: text})

    mine = read_coverage_settings(root)

    assert mine.branch
    assert [notice.split("in config")[0] for notice in mine.notices] == [
        f"Unrecognized option '[{_section(file)}] another=' ",
        f"Unrecognized option '[{_section(file)}] brnch=' ",
    ]
    assert all(notice.endswith(f"config file {file}") for notice in mine.notices)


def _section(file: str) -> str:
    return {".coveragerc": "run", ".coveragerc.toml": "run", "pyproject.toml": "tool.coverage.run"}.get(
        file, "coverage:run"
    )


def test_plugins_are_listed_but_never_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marker = tmp_path / "imported"
    root = make_project(
        tmp_path / "project",
        {
            ".coveragerc": "[run]\nplugins =\n    marking_plugin\n    absent_plugin\n[marking_plugin]\nkey = value",
            "marking_plugin.py": f"open({os.fspath(marker)!r}, 'w').close()",
        },
    )
    monkeypatch.syspath_prepend(str(root))
    monkeypatch.chdir(root)

    mine = read_coverage_settings(root)

    assert mine.plugins == ("marking_plugin", "absent_plugin")
    assert mine.notices == ()
    assert not marker.exists()
    assert "marking_plugin" not in sys.modules


def test_pytest_s_own_file_counts_even_when_it_is_empty(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"pytest.ini": "", "tox.ini": "[pytest]\naddopts = --cov"})

    mine = read_pytest_settings(root)

    assert (mine.file, mine.addopts) == ("pytest.ini", ())


def test_pytest_s_files_are_taken_in_its_order(tmp_path: Path) -> None:
    root = make_project(tmp_path, COV_CONFIG)

    order = []
    while (found := read_pytest_settings(root)).file:
        order.append(found.file)
        (root / found.file).unlink()

    assert order == [
        "pytest.toml",
        ".pytest.toml",
        "pytest.ini",
        ".pytest.ini",
        "pyproject.toml",
        "tox.ini",
        "setup.cfg",
    ]


def test_test_paths_are_read_from_text_and_lists(tmp_path: Path) -> None:
    text = make_project(tmp_path / "a", {"pytest.ini": "[pytest]\ntestpaths = tests\n    more"})
    listed = make_project(
        tmp_path / "b", {"pyproject.toml": "[tool.pytest.ini_options]\ntestpaths = ['tests', 'more']"}
    )

    assert read_pytest_settings(text).testpaths == read_pytest_settings(listed).testpaths == ("tests", "more")


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pytest.ini", "[pytest\naddopts = --cov"),
        ("pyproject.toml", "[tool.pytest.ini_options\n"),
        ("pyproject.toml", "tool = 5"),
        ("pyproject.toml", "[tool.pytest]\nini_options = 5"),
        ("pyproject.toml", "[tool.pytest.ini_options]\naddopts = 5"),
        ("setup.cfg", "\0"),
    ],
)
def test_a_broken_file_of_pytest_counts_as_one_without_options(tmp_path: Path, file: str, text: str) -> None:
    root = make_project(tmp_path, {file: text})

    assert read_pytest_settings(root).addopts == ()


def test_a_quote_that_is_not_closed_does_not_stop_the_reading(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"pytest.ini": "[pytest]\naddopts = -k it's --cov"})

    assert read_pytest_settings(root).addopts == ("-k", "it's", "--cov")


@pytest.mark.parametrize("file", [".coveragerc", "pytest.ini"])
def test_a_configuration_has_a_mebibyte_at_most(tmp_path: Path, file: str) -> None:
    text = {".coveragerc": "[run]\nbranch = true\n#", "pytest.ini": "[pytest]\naddopts = --cov\n#"}[file]
    root = make_project(tmp_path, {file: text.ljust(1024 * 1024, "x")})

    assert read_coverage_settings(root).branch or read_pytest_settings(root).addopts == ("--cov",)

    make_project(root, {file: text.ljust(1024 * 1024 + 1, "x")})
    assert not read_coverage_settings(root).branch
    assert read_pytest_settings(root).addopts == ()
    if file == ".coveragerc":
        with pytest.raises(ConfigError, match=r"^coverage configuration \.coveragerc: larger than 1024 kB, so no conf"):
            read_coverage_settings(root, file)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(content=damaged(TEXTS["setup.cfg"].encode() + b"[tool:pytest]\naddopts = '--cov' --cov-config=setup.cfg\n"))
def test_damaged_ini_text_gives_settings_or_one_clear_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    root = make_project(tmp_path_factory.getbasetemp() / "damaged-ini", {"setup.cfg": content})

    assert_answer_or_error(lambda: read_coverage_settings(root))


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(content=damaged(TOML.encode() + b"[tool.pytest.ini_options]\naddopts = ['--cov']\n"))
def test_damaged_toml_gives_settings_or_one_clear_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    root = make_project(tmp_path_factory.getbasetemp() / "damaged-toml", {"pyproject.toml": content})

    assert_answer_or_error(lambda: read_coverage_settings(root))
