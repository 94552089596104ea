"""The exam of a real project: everything the checks look at, each thing read once, nothing outside the root."""

import os
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import pytest
from makers import contents_of, make_project, write_lines

from planner.alternatives.texts import MAX_FILE_BYTES, read_steering_texts
from planner.doctor import Exam
from planner.errors import InputError
from planner.measure import Request
from planner.pipeline import doctor
from planner.pipeline.alternatives import find_alternatives
from planner.pipeline.doctor import CALLS, find_diagnosis, gather_exam, make_diagnosis, make_exam
from planner.pipeline.entered import Entered
from planner.pipeline.shared import measure_project
from planner.source.kinds import MENTIONS
from planner.source.read import read_text


def _quietly(paths: Iterable[str], _: str) -> Iterable[str]:
    return paths


FILES = {
    "shop/__init__.py": "",
    "shop/desk.py": (
        "import subprocess\n\nfrom shop.price import of\n\n\ndef sell(count):\n    return of(count)\n\n\n"
        "def label(name):\n    subprocess.run(['print', name])\n\n\ndef never():\n    return 0\n"
    ),
    "shop/price.py": "def of(count):\n    return count * 2\n",
    "tests/conftest.py": "import pytest\n",
    "tests/test_desk.py": (
        "import unittest\n\nimport pytest\n\nfrom shop.desk import label, sell\n\n\n"
        "@pytest.mark.skip(reason='later')\ndef test_label():\n    label('a')\n\n\n"
        "class TestDesk(unittest.TestCase):\n    def setUp(self):\n        self.label = label('b')\n\n"
        "    def test_sells(self):\n        assert sell(1) == 2\n\n"
        "    def test_helps(self):\n        def inner():\n            return sell(2)\n        assert inner()\n"
    ),
    "setup.py": "import subprocess\nsubprocess.run([])\n",
    "pyproject.toml": "[tool.coverage.run]\nconcurrency = ['thread']\n[tool.coverage.report]\nfail_under = 40\n",
    "tox.ini": "[testenv]\ncommands = pytest --cov-fail-under=45\n",
    ".github/workflows/ci.yml": "jobs:\r\n  test:\r\n",
    "junit.xml": (
        '<testsuites><testsuite name="pytest"><testcase classname="tests.test_desk.TestDesk" name="test_sells"/>'
        '<testcase classname="tests.test_desk" name="test_label"><skipped type="pytest.skip" message="later"/>'
        "</testcase></testsuite></testsuites>"
    ),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = make_project(tmp_path / "shop", FILES)
    rows = {"shop/__init__.py": [], "shop/desk.py": [1, 3, 6, 7, 10, 14], "shop/price.py": [1, 2]}
    write_lines(root / ".coverage", {str(root / name): lines for name, lines in rows.items()})
    return root


def exam_of(root: Path, *junit: str) -> Exam:
    return make_exam(Request(root), junit, _quietly)


def test_the_exam_holds_measurement_settings_facts_and_tree(project: Path) -> None:
    exam = exam_of(project)

    assert exam.project == "shop"
    assert (exam.measurement.totals.statements, exam.measurement.totals.covered_statements) == (10, 8)
    assert exam.settings.concurrency == ("thread",)
    assert sorted(exam.facts) == ["shop/__init__.py", "shop/desk.py", "shop/price.py"]
    assert sorted(exam.test_facts) == ["tests/conftest.py", "tests/test_desk.py"]
    assert exam.tree == tuple(sorted(name for name in FILES if name.endswith(".py")))
    assert [row.path for row in exam.trail.rows] == ["shop/__init__.py", "shop/desk.py", "shop/price.py"]
    assert exam.modified == {path: (project / path).stat().st_mtime for path in exam.tree}
    assert exam.outcomes is None


def test_calls_are_those_of_product_and_tests(project: Path) -> None:
    calls = exam_of(project).calls

    assert [(each.path, each.name, each.unit) for each in calls] == [
        ("shop/desk.py", "subprocess.run", "label"),
        ("tests/test_desk.py", "pytest.mark.skip", "test_label"),
    ]


def test_texts_and_gates_are_those_of_the_files_that_steer_tools(project: Path) -> None:
    exam = exam_of(project)

    assert [each.path for each in exam.texts] == [
        ".github/workflows/ci.yml",
        "pyproject.toml",
        "setup.py",
        "tests/conftest.py",
        "tox.ini",
    ]
    assert exam.texts[0].text == "jobs:\n  test:\n"
    assert [(each.path, each.percent) for each in exam.gates] == [
        ("pyproject.toml", Fraction(40)),
        ("tox.ini", Fraction(45)),
    ]


def test_a_measured_file_can_be_counted_anew_and_its_text_read(project: Path) -> None:
    exam = exam_of(project)

    again = exam.recount("shop/desk.py", exam.settings)

    assert again == next(file for file in exam.measurement.files if file.path == "shop/desk.py")
    assert exam.source("shop/desk.py") == FILES["shop/desk.py"]


def test_outcomes_are_placed_among_the_tests(project: Path) -> None:
    outcomes = exam_of(project, "junit.xml", str(project / "junit.xml")).outcomes

    assert outcomes is not None
    assert [(each.path, each.unit, each.ending, each.line) for each in outcomes] == [
        ("tests/test_desk.py", "TestDesk.test_sells", "passed", 17),
        ("tests/test_desk.py", "test_label", "skipped", 8),
    ]


def test_a_report_that_is_none_is_one_clear_error(project: Path) -> None:
    with pytest.raises(InputError, match=r"tox\.ini: neither JUnit XML nor a log of pytest"):
        exam_of(project, "tox.ini")
    with pytest.raises(InputError, match="no such file"):
        exam_of(project, "gone.xml")


def test_reach_tells_what_of_the_product_tests_enter(project: Path) -> None:
    reach = exam_of(project).reach

    sells = reach([("tests/test_desk.py", "TestDesk.test_sells")])

    assert set(sells) == {("shop/desk.py", "sell"), ("shop/price.py", "of"), ("shop/desk.py", "label")}
    assert 0 < sells["shop/price.py", "of"] < sells["shop/desk.py", "sell"] <= 1
    assert set(reach([("tests/test_desk.py", "test_label")])) == {("shop/desk.py", "label")}


def test_a_class_or_module_of_tests_stands_for_all_tests_in_it(project: Path) -> None:
    reach = exam_of(project).reach

    one, other = reach([("tests/test_desk.py", "TestDesk")]), reach([("tests/test_desk.py", "<module>")])

    assert {name for _, name in one} == {"sell", "of", "label"}
    assert {name for _, name in other} == {"sell", "of", "label"}
    assert reach([]) == reach([("tests/test_desk.py", "unknown"), ("gone.py", "x")]) == {}


def test_several_tests_enter_a_function_with_the_best_chance_of_any(project: Path) -> None:
    exam = exam_of(project)
    keys = [("tests/test_desk.py", name) for name in ("test_label", "TestDesk.test_sells", "TestDesk.test_helps")]
    alone = [exam.reach([key]) for key in keys]

    together = exam.reach(keys)

    assert together == {body: max(each.get(body, 0.0) for each in alone) for each in alone for body in each}


def test_a_product_function_reaches_itself_and_a_module_level_no_functions_it_does_not_call(project: Path) -> None:
    exam = exam_of(project)

    assert set(exam.reach([("shop/desk.py", "sell")])) == {("shop/desk.py", "sell"), ("shop/price.py", "of")}
    assert exam.reach([("shop/desk.py", "<module>")]) == {}


def test_files_with_one_module_name_are_kept_apart(tmp_path: Path) -> None:
    files = {
        "a/tests/test_x.py": "from pkg import one\ndef test_it(): one()\n",
        "pkg.py": "def one(): ...\ndef two(): ...\n",
        "src/tests/test_y.py": "from pkg import two\ndef test_it(): two()\n",
        "tests/test_y.py": "def test_it(): pass\n",
    }
    root = make_project(tmp_path, files)
    write_lines(root / ".coverage", {str(root / "pkg.py"): [1]})

    reach = exam_of(root).reach

    assert set(reach([("a/tests/test_x.py", "test_it")])) == {("pkg.py", "one")}
    assert set(reach([("src/tests/test_y.py", "test_it")])) == {("pkg.py", "two")}
    assert reach([("tests/test_y.py", "test_it")]) == {}


def test_the_call_graph_is_made_only_when_it_is_asked_for(project: Path) -> None:
    exam = exam_of(project)
    entered = exam.reach
    assert isinstance(entered, Entered)

    before = "_graph" in vars(entered)
    entered([("tests/test_desk.py", "test_label")])

    assert (before, "_graph" in vars(entered)) == (False, True)


def test_tests_are_read_once_for_plan_doctor_and_alternatives(project: Path) -> None:
    read: list[str] = []

    def progress(paths: Iterable[str], label: str) -> Iterable[str]:
        listed = list(paths)
        read.extend(listed)
        return listed

    taken, code = measure_project(Request(project), progress, more=(CALLS, MENTIONS))
    gather_exam(code, taken)
    find_alternatives(code, taken.measurement)

    assert code.doubles == {}
    assert sorted(read) == sorted(name for name in FILES if name.endswith(".py"))


def test_the_diagnosis_of_a_plan_is_that_of_the_doctor(project: Path) -> None:
    taken, code = measure_project(Request(project), _quietly)

    examination = make_diagnosis(Request(project), ("junit.xml",), _quietly)

    assert examination.project == "shop"
    assert examination.measurement == taken.measurement
    assert examination.diagnosis == find_diagnosis(code, taken, ("junit.xml",))


def test_silenced_checks_are_handed_on(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[object] = []
    monkeypatch.setattr(doctor, "diagnose", lambda exam, silenced, watch: given.append(silenced))

    make_diagnosis(Request(project), (), _quietly, {"gate-stale": "raised at the end of the release"})

    assert given == [{"gate-stale": "raised at the end of the release"}]


def test_an_exam_leaves_the_project_as_it_was(project: Path) -> None:
    before = contents_of(project)

    exam = exam_of(project, "junit.xml")
    exam.reach([("tests/test_desk.py", "test_label")])
    exam.recount("shop/desk.py", exam.settings)

    assert contents_of(project) == before


# Steering texts


STEERING = (
    *("tox.ini", "noxfile.py", "Makefile", "justfile", "pyproject.toml", "setup.cfg", ".coveragerc", ".coveragerc-ci"),
    *("pytest.ini", ".github/workflows/a.yml", ".github/workflows/b.yaml", ".github/actions/run/action.yml"),
    *(".gitlab-ci.yml", ".circleci/config.yml", "azure-pipelines.yml", ".pre-commit-config.yaml", "codecov.yml"),
    *(".codecov.yml", ".github/codecov.yml", "conftest.py", "tests/unit/conftest.py", "Dockerfile", "Dockerfile.ci"),
    *("manage.py", "scripts/test.sh", "scripts/coverage", "requirements-dev.txt", "requirements/dev.txt"),
)


def test_every_file_that_steers_is_read(tmp_path: Path) -> None:
    others = ("README.md", "shop/tox.ini", "docs/Makefile", "scripts/data.json", "scripts/sub/x.sh", ".github/x.yml")
    make_project(tmp_path, dict.fromkeys((*STEERING, *others), "text\n"))

    found = read_steering_texts(tmp_path, ["conftest.py", "tests/unit/conftest.py", "shop/desk.py"])

    assert [each.path for each in found] == sorted(STEERING)


def test_links_pipes_folders_and_giants_are_no_texts(tmp_path: Path) -> None:
    outside = make_project(tmp_path / "outside", {"secret.ini": "secret", "workflows/ci.yml": "secret", "run.sh": "x"})
    root = make_project(tmp_path / "root", {"pyproject.toml": "x" * (MAX_FILE_BYTES + 1), "setup.cfg": b"\xff\xfe\0"})
    (root / "tox.ini").symlink_to(outside / "secret.ini")
    (root / ".github").symlink_to(outside, target_is_directory=True)
    (root / "scripts").symlink_to(outside, target_is_directory=True)
    (root / "Makefile").mkdir()
    os.mkfifo(root / "noxfile.py")

    found = read_steering_texts(root, ["../outside/conftest.py", "gone/conftest.py"])

    assert [(each.path, each.text) for each in found] == [("setup.cfg", "\ufffd\ufffd\0")]


def test_a_root_behind_a_link_is_read_as_any_other(tmp_path: Path) -> None:
    make_project(tmp_path / "real", {"tox.ini": "a", "scripts/test": "b"})
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)

    assert [each.path for each in read_steering_texts(tmp_path / "link", [])] == ["scripts/test", "tox.ini"]


# Source texts


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"x = 1\r\ny = '\xc3\xa9'\r", "x = 1\ny = 'é'\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"# coding: latin-1\nx = '\xe9'\n", "# coding: latin-1\nx = 'é'\n"),
        (b"x = '\xff'\n", "x = '\ufffd'\n"),
        (b"# coding: nothing-like-it\n", "# coding: nothing-like-it\n"),
        (b"# coding: rot13\nx\n", "# coding: rot13\nx\n"),
        (b"", ""),
    ],
)
def test_the_text_of_a_file_is_decoded_as_python_would(tmp_path: Path, content: bytes, text: str) -> None:
    make_project(tmp_path, {"a.py": content})

    assert read_text(tmp_path, "a.py") == text


@pytest.mark.parametrize("path", ["gone.py", "folder", "../outside.py", "link.py", "a\0b.py", "x" * 5000, "pipe.py"])
def test_there_is_no_text_of_what_is_no_file_below_the_root(tmp_path: Path, path: str) -> None:
    root = make_project(tmp_path / "root", {"folder/a.py": "x"})
    make_project(tmp_path, {"outside.py": "secret"})
    (root / "link.py").symlink_to(tmp_path / "outside.py")
    os.mkfifo(root / "pipe.py")

    assert read_text(root, path) == ""
    assert read_text(root, str(tmp_path / "outside.py")) == ""
    assert read_text(root, str(root / "folder" / "a.py")) == "x"
