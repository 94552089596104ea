"""The inventory: kinds, what tests are about, what they add to each other, and what looks weak."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from coverage import CoverageData
from hypothesis import given
from hypothesis import strategies as st
from makers import assert_answer_or_error, make_project, run_coverage, write_arcs, write_lines

from planner.cli import gapplan
from planner.errors import InputError
from planner.measure import Request
from planner.measure.contexts import read_contexts
from planner.model.inventory import CollectedTest, Inventory
from planner.model.lines import lines_of
from planner.pipeline.suite import entered_by_tests, make_inventory
from planner.suite.inventory.kinds import kinds_of
from planner.suite.inventory.overlap import count_alone, count_sufficient, pack, union
from planner.suite.inventory.placed import place_contexts

PRODUCT = """
def sell(name):
    if name == "stone":
        raise ValueError(name)
    return name


def weigh(name):
    weight = len(name)
    return weight
"""

HELP = """
def told(name):
    return name


def asks(name):
    return told(name)
"""

TESTS = """
import subprocess
import sys

import pytest

from shop.desk import sell, weigh


def check(name):
    assert sell(name)


def test_sells(till):
    assert sell("pen") == "pen"


def test_sells_again():
    assert sell("cup") == "cup"


def test_refuses():
    with pytest.raises(ValueError):
        sell("stone")


def test_by_a_helper():
    check("pen")


def test_asserts_nothing():
    weigh("pen")


@pytest.mark.skipif(sys.platform == "win32", reason="no shell")
def test_as_users_run_it():
    assert subprocess.run([sys.executable, "-c", ""]).returncode == 0


def test_twice():
    assert False


def test_twice():
    assert True
"""

FILES = {
    "shop/__init__.py": "",
    "shop/desk.py": PRODUCT,
    "shop/help.py": HELP,
    "shop/idle.py": "def idle():\n    return 1\n",
    "tests/conftest.py": (
        "import pytest\nfrom shop.help import asks\n\n\n@pytest.fixture\ndef till():\n    return asks('till')\n\n\n"
        "@pytest.fixture\ndef unused(): ...\n"
    ),
    "tests/test_desk.py": TESTS,
    "tests/integration/test_shop.py": "from shop.help import told\n\n\ndef test_tells(till):\n    assert told(till)\n",
    "tests/integration/test_by_fixture.py": "def test_till(till):\n    assert till\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_project(tmp_path / "shop", FILES)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with data of its own suite, with a context for each test."""
    files = {**FILES, ".coveragerc": "[run]\nbranch = True\nsource = shop\ndynamic_context = test_function\n"}
    root = make_project(tmp_path_factory.mktemp("measured") / "shop", files)
    done = run_coverage(root, "run", "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout
    return root


def _inventory(root: Path) -> Inventory:
    return make_inventory(Request(root), lambda paths, _: paths)


def _about(found: Inventory) -> dict[str, tuple[str, str]]:
    return {each.test.name: (each.aim, each.evidence) for each in found.tests}


# What tests are about


def test_without_data_calls_tell_what_a_test_is_about_and_fixtures_where_it_calls_nothing(root: Path) -> None:
    about = _about(_inventory(root))

    assert about["test_sells"] == ("shop/desk.py", "calls")
    assert about["test_by_a_helper"] == ("shop/desk.py", "calls")
    assert about["test_tells"] == ("shop/help.py", "calls")
    assert about["test_till"] == ("shop/help.py", "calls"), "only its fixture calls something"
    assert about["test_as_users_run_it"] == ("shop/desk.py", "imports")


def test_a_test_that_calls_and_imports_nothing_is_about_the_module_its_file_is_named_after(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"shop/__init__.py": "", "shop/_cards.py": "def a(): return 1\n"})
    make_project(tmp_path, {"tests/test_cards.py": "def test_a(): ...\n", "tests/test_other.py": "def test_b(): ...\n"})

    assert _about(_inventory(root)) == {"test_a": ("shop/_cards.py", "name"), "test_b": ("", "none")}


def test_with_contexts_what_a_test_ran_tells_what_it_is_about(measured: Path) -> None:
    found = _inventory(measured)

    assert _about(found)["test_sells"] == ("shop/desk.py", "contexts")
    assert _about(found)["test_as_users_run_it"] == ("shop/desk.py", "imports"), "it ran nothing here"
    assert found.placed == 6
    assert {each.test.name: (each.statements, each.alone) for each in found.tests if each.alone} == {
        "test_refuses": (2, 1),
        "test_asserts_nothing": (2, 2),
        "test_tells": (1, 1),
    }


def test_what_contexts_ran_is_what_coverage_py_says(measured: Path) -> None:
    data = CoverageData(str(measured / ".coverage"))
    data.read()
    names = {name: name for name in data.measured_files()}

    found = read_contexts([measured / ".coverage"], names)

    assert set(found) == data.measured_contexts() - {""}
    for context, rows in found.items():
        data.set_query_context(context)
        for name in names:
            assert rows.get(name, 0) == lines_of(line for line in data.lines(name) or () if line > 0)


def test_tests_that_add_nothing_and_how_many_suffice(measured: Path) -> None:
    found = _inventory(measured)
    desk = next(each for each in found.modules if each.path == "shop/desk.py")

    assert [each.test.name for each in found.needless] == ["test_sells", "test_sells_again", "test_by_a_helper"]
    assert found.sufficient == 4
    assert desk.group.statements == 5
    assert desk.group.sufficient == 3


# Kinds


def _test(path: str, *marks: str) -> CollectedTest:
    return CollectedTest(path, "test_it", (path, "test_it"), 1, marks=marks)


@pytest.mark.parametrize(
    ("path", "marks", "kind"),
    [
        ("tests/unit/test_a.py", (), "unit"),
        ("tests/integration/db/test_a.py", ("slow",), "integration"),
        ("tests/e2e/test_a.py", (), "end to end"),
        ("tests/integration_tests/test_a.py", (), "integration"),
        ("tests/test_a.py", ("integration", "db"), "integration"),
        ("tests/test_contract_orders.py", (), "contract"),
        ("tests/api/test_a.py", (), "api"),
        ("src/shop/tests/models/deep/test_a.py", (), "models"),
        ("tests/test_handlers_start.py", (), "handlers"),
        ("tests/test_edge_cases.py", (), "edge cases"),
        ("tests/test_.py", (), "tests"),
        ("test_desk.py", (), "desk"),
    ],
)
def test_a_kind_is_told_by_folder_mark_and_name(path: str, marks: tuple[str, ...], kind: str) -> None:
    test = _test(path, *marks)

    assert kinds_of([test, _test("tests/test_handlers_stop.py"), _test("tests/test_handlers_start.py")])(test) == kind


# Contexts and their tests


TESTS_OF_NAMES = (
    CollectedTest("tests/test_a.py", "test_a", ("tests/test_a.py", "test_a"), 1),
    CollectedTest("tests/test_a.py", "TestIt.test_b", ("tests/base.py", "Base.test_b"), 1),
    CollectedTest("tests/deep/test_a.py", "test_a", ("tests/deep/test_a.py", "test_a"), 1),
)


@pytest.mark.parametrize(
    ("context", "place"),
    [
        ("tests/test_a.py::test_a|run", 0),
        ("tests/test_a.py::test_a[x|y]|run", 0),
        ("tests/test_a.py::test_a[a::b]", 0),
        ("tests/test_a.py::TestIt::test_b|run", 1),
        ("sub/project/tests/test_a.py::test_a|run", 0),
        ("tests.test_a.test_a", 0),
        ("tests.test_a.TestIt.test_b", 1),
        ("tests.base.Base.test_b", 1),
        ("base.Base.test_b", 1),
        ("deep.test_a.test_a", 2),
    ],
)
def test_a_context_belongs_to_its_test(context: str, place: int) -> None:
    found = place_contexts({context: {"shop.py": 6}}, TESTS_OF_NAMES)

    assert found == {TESTS_OF_NAMES[place].key: {"shop.py": 6}}


@pytest.mark.parametrize(
    "context",
    ["tests/test_a.py::test_a|setup", "tests/test_a.py::test_a|teardown", "test_a.test_a", "nightly", "::", "a." * 90],
)
def test_what_belongs_to_no_one_test_is_left_out(context: str) -> None:
    assert place_contexts({context: {"shop.py": 6}}, TESTS_OF_NAMES) == {}


def test_cases_of_a_test_count_together() -> None:
    contexts = {"tests/test_a.py::test_a[1]|run": {"shop.py": 2}, "tests/test_a.py::test_a[2]|run": {"shop.py": 4}}

    assert place_contexts(contexts, TESTS_OF_NAMES) == {TESTS_OF_NAMES[0].key: {"shop.py": 6}}


def test_contexts_are_read_of_lines_and_of_arcs_and_of_several_files(tmp_path: Path) -> None:
    one = write_lines(tmp_path / "one", {"/a.py": [1, 2, 900]}, context="x")
    write_lines(one, {"/a.py": [3], "/b.py": [1]}, context="y")
    other = write_arcs(tmp_path / "other", {"/a.py": [(-1, 4), (4, 5), (5, -1)]}, context="x")

    found = read_contexts([one, other], {"/a.py": "a.py"})

    assert found == {"x": {"a.py": lines_of([1, 2, 900, 4, 5])}, "y": {"a.py": lines_of([3])}}


@given(st.binary(max_size=300))
def test_a_file_that_is_no_data_is_an_error_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("bad") / "data"
    path.write_bytes(content)

    assert_answer_or_error(lambda: read_contexts([path], {}))


def test_data_that_is_cut_short_is_an_error(measured: Path, tmp_path: Path) -> None:
    content = (measured / ".coverage").read_bytes()
    path = tmp_path / "cut"
    path.write_bytes(content[: len(content) // 2])

    with pytest.raises(InputError):
        read_contexts([path], {})


# Overlap

SETS = st.lists(st.frozensets(st.integers(1, 12), max_size=8), max_size=7)


@given(SETS)
def test_what_a_test_covers_alone_is_in_no_other(sets: list[frozenset[int]]) -> None:
    covers = {("t.py", str(place)): lines_of(each) for place, each in enumerate(sets)}

    for place, each in enumerate(sets):
        others = frozenset().union(*(sets[:place] + sets[place + 1 :]))
        assert count_alone(covers)["t.py", str(place)] == len(each - others)


@given(SETS)
def test_as_many_tests_as_suffice_can_cover_all(sets: list[frozenset[int]]) -> None:
    covers = [lines_of(each) for each in sets]
    enough = count_sufficient(covers)

    assert enough <= len([each for each in covers if each])
    assert enough * max((each.bit_count() for each in covers), default=0) >= union(covers).bit_count()
    assert count_sufficient([*covers, *covers]) == enough, "copies add nothing"


def test_statements_of_different_files_are_different() -> None:
    ran = {("t.py", "a"): {"x.py": 6, "gone.py": 2}, ("t.py", "b"): {"y.py": 6}}

    covers = pack(ran, {"x.py": 6, "y.py": 14})

    assert [each.bit_count() for each in covers.values()] == [2, 2]
    assert union(covers.values()).bit_count() == 4


# What looks weak, and what there is beside tests


def test_tests_without_an_expectation_are_found_also_behind_helpers(root: Path) -> None:
    assert [each.test.name for each in _inventory(root).tests if not each.has_assertion] == ["test_asserts_nothing"]


def test_a_test_that_only_starts_a_program_is_found(root: Path) -> None:
    assert [each.test.name for each in _inventory(root).tests if each.only_subprocess] == ["test_as_users_run_it"]


def test_a_definition_that_a_later_one_shadows_is_found(root: Path) -> None:
    (found,) = _inventory(root).shadowed

    assert (found.path, found.name, found.line, found.by_line) == ("tests/test_desk.py", "test_twice", 40, 44)


def test_fixtures_have_their_tests_and_skips_their_reasons(root: Path) -> None:
    found = _inventory(root)

    assert [(each.name, each.tests) for each in found.fixtures] == [("till", 3), ("unused", 0)]
    assert [(each.kind, each.reason, each.condition, each.tests) for each in found.skips] == [
        ("skipif", "no shell", 'sys.platform == "win32"', 1)
    ]


def test_modules_without_a_test_are_named_and_helpers_counted(root: Path) -> None:
    found = _inventory(root)

    assert [each.path for each in found.without_tests] == ["shop/idle.py"]
    assert found.helpers == 1


def test_places_that_make_tests_by_code_are_named(tmp_path: Path) -> None:
    hooks = "from sqlalchemy.testing.plugin.pytestplugin import *\n\n\ndef pytest_collect_file(): ...\n"
    empty = "import unittest\n\n\nclass Made(unittest.TestCase): ...\n\n\nclass Base(unittest.TestCase): ...\n\n\n"
    make_project(
        tmp_path,
        {"tests/conftest.py": hooks, "tests/test_a.py": f"{empty}class Sub(Base):\n    def test_a(self): ...\n"},
    )

    found = [(each.path, each.line) for each in _inventory(tmp_path).made_by_code]

    assert found == [("tests/conftest.py", 1), ("tests/conftest.py", 4), ("tests/test_a.py", 4)]


def test_what_a_test_enters_includes_what_its_fixtures_do(measured: Path) -> None:
    from planner.pipeline.shared import measure_project

    request = Request(measured)
    entered = entered_by_tests(measure_project(request, lambda paths, _: paths)[1])

    assert ("shop/help.py", "asks") in entered([("tests/test_desk.py", "test_sells")])
    assert ("shop/help.py", "asks") not in entered([("tests/test_desk.py", "test_refuses")])
    assert ("shop/help.py", "asks") in entered([("tests/test_desk.py", "<module>")]), "it stands for all tests in it"
    assert ("shop/help.py", "asks") not in entered.reached_by_calls([("tests/test_desk.py", "test_sells")])


# The command


def _suite(root: Path, *arguments: str) -> str:
    found = CliRunner().invoke(gapplan, ["-C", str(root), "suite", *arguments], catch_exceptions=False)
    assert found.exit_code == 0
    return " ".join(found.stdout.split())


def test_without_data_the_report_is_of_the_inventory_alone_and_says_so(root: Path) -> None:
    text = _suite(root)

    assert "9 tests in 3 files, 9 cases" in text
    assert "No coverage data: the inventory alone" in text
    assert "Overlap" not in text


def test_without_contexts_the_report_says_how_to_record_them(measured: Path, tmp_path: Path) -> None:
    root = tmp_path / "shop"
    shutil.copytree(measured, root, ignore=shutil.ignore_patterns(".coverage", ".coveragerc"))
    run_coverage(root, "run", "--source=shop", "-m", "pytest", "-q", "-p", "no:cacheprovider")

    text = _suite(root)

    assert "The data has no contexts" in text
    assert "--cov-context=test" in text


def test_contexts_that_belong_to_no_test_are_not_used(root: Path) -> None:
    write_lines(root / ".coverage", {str(root / "shop/desk.py"): [1, 2]}, context="nightly")

    assert "contexts of the data belong to no test" in _suite(root)


def test_with_contexts_the_report_says_what_overlaps(measured: Path) -> None:
    text = _suite(measured)

    assert "3 of 6 tests cover no statement that no other covers; 4 would cover as much as all." in text
    assert "1 test asserts nothing" in text


def test_a_project_without_tests_says_so(tmp_path: Path) -> None:
    make_project(tmp_path, {"shop.py": "def a(): return 1\n"})

    assert "No tests were found." in _suite(tmp_path)
    assert (
        json.loads(CliRunner().invoke(gapplan, ["-C", str(tmp_path), "suite", "--format", "json"]).stdout)["modules"][
            0
        ]["path"]
        == "shop.py"
    )


def test_a_test_file_that_cannot_be_read_is_named(root: Path) -> None:
    (root / "tests/test_bad.py").write_text("def (:\n")

    assert "1 test file could not be read: tests/test_bad.py:1" in _suite(root)


@pytest.mark.parametrize("format", ["terminal", "markdown", "html"])
def test_names_from_outside_are_escaped(root: Path, format: str) -> None:
    mark = "import pytest\n@pytest.mark.skip(reason='<b>\\x1b[31m|`')\ndef test_a(): ...\n"
    (root / "tests/test_mark.py").write_text(mark)

    text = _suite(root, "--detail", "--format", format)

    assert "\x1b" not in text
    assert ("<b>" in text) == (format == "terminal")


def test_json_holds_what_the_report_says(measured: Path) -> None:
    found: Any = json.loads(CliRunner().invoke(gapplan, ["-C", str(measured), "suite", "--format", "json"]).stdout)

    assert found["totals"]["tests"] == len(found["tests"]) == sum(each["tests"] for each in found["kinds"]) == 9
    assert found["totals"]["add_nothing"] == sum(each["alone"] == 0 for each in found["tests"])
    assert found["measured"]["tests_with_contexts"] == 6
