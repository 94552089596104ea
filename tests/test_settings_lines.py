"""Keys of configuration files are found on the line on which a reader sees them, however they are written."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import make_project

from planner.settings import read_coverage_settings, read_pytest_settings
from planner.settings.lines import ini_lines, toml_lines

INDENTED = """\
[run]
  branch = true
  omit =
     a

     [no]
     timid = 1
timid: 1
"""

PREFIXED = """\
[run]
omit = none
[coverage:run]
branch = 1
; timid = 0
omit =
Timid = 1
"""

DEFAULTED = """\
[DEFAULT]
timid = 1
[run]
branch = 1
omit = a
"""

DOTTED = """\
[tool.coverage]
run.branch = true
run.omit = [
  '[x]', # ]
]
run.timid = true
"""

INLINE = """\
[tool]
# coverage
coverage.run = {branch = true, omit = ['}'], timid = true}
"""

QUOTED = """\
[project]
text = \"\"\"
[tool.coverage.run]
timid = true
\"\"\"\"
[ tool . "coverage".'run' ]
branch=true
'omit' = ['''
[a]
timid = 2'''']
"timid" = true
"""

OWN = """\
run.branch = true

run.omit = []
run.timid = true
"""

OWN_TWICE = """\
[run]
source = []
[tool.coverage.run]
branch = true
omit = []
timid = true
"""


@pytest.mark.parametrize(
    ("file", "text", "lines"),
    [
        (".coveragerc", INDENTED, (2, 3, 8)),
        (".coveragerc", PREFIXED, (4, 6, 7)),
        (".coveragerc", DEFAULTED, (4, 5, 2)),
        ("setup.cfg", PREFIXED, (4, 6, 7)),
        ("tox.ini", PREFIXED.replace("\n", "\r\n"), (4, 6, 7)),
        ("pyproject.toml", DOTTED, (2, 3, 6)),
        ("pyproject.toml", DOTTED.replace("\n", "\r\n"), (2, 3, 6)),
        ("pyproject.toml", INLINE, (3, 3, 3)),
        ("pyproject.toml", QUOTED, (7, 8, 11)),
        (".coveragerc.toml", OWN, (1, 3, 4)),
        (".coveragerc.toml", OWN_TWICE, (4, 5, 6)),
    ],
)
def test_a_line_is_found_however_its_key_is_written(
    tmp_path: Path, file: str, text: str, lines: tuple[int, int, int]
) -> None:
    root = make_project(tmp_path, {file: text.encode()})

    mine = read_coverage_settings(root)

    assert (mine.branch, mine.timid) == (True, True)
    assert mine.lines == dict(zip(("run.branch", "run.omit", "run.timid"), lines, strict=True))


def test_an_inline_table_over_several_lines_gives_its_keys_no_line(tmp_path: Path) -> None:
    text = "[tool.coverage]\nrun = {omit = [\n'a',\n], branch = true}\n[[tool.other]]\nx = 1\n[[tool.other]]\nx = 2\n"
    root = make_project(tmp_path, {"pyproject.toml": text})

    mine = read_coverage_settings(root)

    assert mine.branch
    assert mine.lines == {}


def test_keys_of_other_programs_have_no_line_in_coverage_s_settings(tmp_path: Path) -> None:
    text = "[run]\nbranch = false\n[coverage:run]\nbranch = true\n[flake8]\nomit = a\n"
    root = make_project(tmp_path, {"setup.cfg": text})

    assert read_coverage_settings(root).lines == {"run.branch": 4}


PYTEST_FILES = {
    "pytest.ini": """\
# ours
[pytest]
addopts =
  -p no:cov -pxdist -p randomly --pdb
markers =
  slow: takes long
  db
""",
    "setup.cfg": """\
[pytest]
[tool:pytest]
addopts = -p no:cov -pxdist -p randomly

markers = slow: takes long
  db
""",
    "pytest.toml": """\
[other]
[pytest]
addopts = ['-p', 'no:cov', '-pxdist', '-p', 'randomly', '-p']
# a word
markers = ['slow: takes long', 'db']
""",
    "pyproject.toml": """\
[tool.pytest]
[tool.pytest.ini_options]
addopts = '-p no:cov -pxdist -p randomly'

markers = ['slow: takes long', 'db']
""",
}


@pytest.mark.parametrize("file", PYTEST_FILES)
def test_markers_plugins_and_lines_of_pytest_s_options_are_read(tmp_path: Path, file: str) -> None:
    root = make_project(tmp_path, {file: PYTEST_FILES[file]})

    mine = read_pytest_settings(root)

    assert mine.plugins == ("no:cov", "xdist", "randomly")
    assert mine.markers == ("slow: takes long", "db")
    assert mine.lines == {"addopts": 3, "markers": 5}


def test_pytest_s_own_table_in_pyproject_has_lines_too(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"pyproject.toml": "[tool.pytest]\ntestpaths = ['tests']\n"})

    assert read_pytest_settings(root).lines == {"testpaths": 2}


@given(text=st.text(alphabet="ab=[]{}'\"#\\\n. ,:"))
def test_no_text_stops_the_search_for_lines(text: str) -> None:
    last = text.count("\n") + 1

    assert all(1 <= line <= last for line in toml_lines(text).values())
    assert all(1 <= line <= last for keys in ini_lines(text).values() for line in keys.values())
