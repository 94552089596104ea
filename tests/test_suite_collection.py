"""Which tests, cases and fixtures a project has: as many as pytest itself collects, for what is written down."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from makers import make_project

from planner.model.measurement import Skipped
from planner.model.suite import Cases, SuiteFacts, Written, WrittenFixture
from planner.settings.collection import CollectionSettings, read_collection_settings
from planner.source.tests import read_suite_facts
from planner.suite.collection import Collection
from planner.suite.fixtures import fixtures_used

DUMP = """
import json, os


def pytest_collection_modifyitems(config, items):
    found = {}
    for item in items:
        used = set()
        for name in getattr(item, "_fixtureinfo").names_closure:
            for each in reversed(item._fixtureinfo.name2fixturedefs.get(name) or ()):
                function = getattr(each.func, "__func__", each.func)
                function = getattr(function, "__wrapped__", function)
                path = os.path.relpath(function.__code__.co_filename, config.rootpath)
                if not path.startswith(".."):
                    used.add(f"{path}:{function.__qualname__}")
                if name not in each.argnames:
                    break
        found.setdefault(item.nodeid, sorted(used))
    with open("collected.json", "w") as file:
        json.dump(found, file)
"""

PROJECT = {
    "pyproject.toml": """
[tool.pytest.ini_options]
testpaths = ["tests"]
python_files = ["test_*.py", "check_*.py"]
python_classes = ["Test", "*Suite"]
python_functions = ["test", "should_*"]
addopts = "--ignore=tests/left"
""",
    "shop/testing.py": "import unittest\n\nclass ShopCase(unittest.TestCase):\n    def test_from_product(self): ...\n",
    "tests/__init__.py": "",
    "tests/plugin.py": """
import pytest

@pytest.fixture
def plugged(): ...
""",
    "tests/base.py": """
import unittest
import pytest

class Shared:
    @pytest.fixture
    def own(self): ...
    def test_shared(self, own): ...
    @pytest.mark.parametrize("x", [1, 2])
    def test_twice(self, x): ...

class CaseBase(unittest.TestCase):
    def test_of_base(self): ...

NAMES = ["a", "b", "c"]

three = pytest.mark.parametrize("n", [1, 2, 3])
""",
    "tests/conftest.py": """
import pytest

pytest_plugins = ["tests.plugin"]
collect_ignore = ["test_ignored.py"]

@pytest.fixture
def desk(clock): ...

@pytest.fixture(params=["utc", "local"])
def clock(): ...

@pytest.fixture(autouse=True)
def clean(): ...

@pytest.fixture(name="till")
def make_till(desk): ...
""",
    "tests/test_ignored.py": "def test_ignored(): ...\n",
    "tests/left/test_left.py": "def test_left(): ...\n",
    "tests/other.py": "def test_not_collected(): ...\n",
    "tests/check_names.py": """
import sys
import pytest
import tests.base
from tests.base import NAMES, three

VALUES = [1, 2, 3]

@pytest.mark.parametrize("a", VALUES)
@pytest.mark.parametrize("b,c", [(1, 2), (3, 4)], ids=["x", "y"])
def should_multiply(a, b, c, desk): ...

@pytest.mark.parametrize("clock", ["now"])
def test_given_directly(clock, desk): ...

@pytest.mark.parametrize("clock", [1, 2, 3], indirect=True)
def test_given_to_the_fixture(clock): ...

@pytest.mark.parametrize("a", [])
def test_of_nothing(a): ...

@three
def test_three(n): ...

@pytest.mark.parametrize("name", NAMES)
def test_of_names(name): ...

@pytest.mark.parametrize("name", tests.base.NAMES)
def test_of_names_again(name): ...

def helper(): ...

if sys.platform == "no such platform":
    def test_elsewhere(): ...

def test_twice(): ...

def test_twice(): ...
""",
    "tests/deep/__init__.py": "",
    "tests/deep/conftest.py": """
import pytest

@pytest.fixture
def desk(desk): ...

@pytest.fixture
def alone(): ...
""",
    "tests/deep/test_deep.py": """
import unittest
import pytest
from shop.testing import ShopCase
from tests.base import CaseBase, Shared

@pytest.mark.usefixtures("alone")
class TestOne(Shared):
    def test_desk(self, desk, plugged): ...

    class TestInner:
        def test_inner(self, till): ...

class TestTwo(Shared):
    @pytest.fixture
    def own(self, own): ...

class TestNot:
    def __init__(self): ...
    def test_never(self): ...

class TestHidden:
    __test__ = False
    def test_never(self): ...

class DeskSuite:
    def should_run(self): ...
    def helper(self): ...

class Desk(CaseBase):
    def test_own(self): ...
    def helper(self): ...

class Bought(ShopCase):
    def runTest(self): ...

class Single(unittest.TestCase):
    def runTest(self): ...
""",
}


def _read(root: Path) -> dict[str, SuiteFacts]:
    paths = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.py"))
    found = {path: read_suite_facts(root, path, frozenset(paths)) for path in paths}
    return {path: each for path, each in found.items() if not isinstance(each, Skipped)}


def _collection(root: Path, classes: Mapping[str, tuple[str, ...]] | None = None) -> Collection:
    """The collection of the project; `classes` as in Collection."""
    return Collection(_read(root), read_collection_settings(root), classes or {})


def _cases(collection: Collection) -> dict[str, int]:
    return {f"{test.path}::{test.name.replace('.', '::')}": test.cases for test in collection.tests}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("suite") / "shop", {**PROJECT, "dump.py": DUMP})


@pytest.fixture(scope="module")
def collected(root: Path) -> dict[str, list[str]]:
    """Node -> fixtures, as pytest itself collects the project."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "dump", "-p", "no:cacheprovider"],
        cwd=root,
        env={**settings, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    found: dict[str, list[str]] = json.loads((root / "collected.json").read_text())
    return found


def test_tests_and_cases_are_those_that_pytest_collects(root: Path, collected: dict[str, list[str]]) -> None:
    theirs = Counter(node.partition("[")[0] for node in collected)

    ours = _collection(root)

    assert _cases(ours) == dict(theirs)
    assert all(test.is_known for test in ours.tests)


def test_fixtures_are_those_that_pytest_runs(root: Path, collected: dict[str, list[str]]) -> None:
    theirs = {node.partition("[")[0]: set(used) for node, used in collected.items()}

    for test in _collection(root).tests:
        ours = {f"{each.path}:{each.unit}" for each in test.fixtures}
        assert ours == theirs[f"{test.path}::{test.name.replace('.', '::')}"], test.name


def test_fixtures_used_has_them_by_where_tests_are_written(root: Path) -> None:
    found = fixtures_used(_read(root))

    assert set(found["tests/deep/test_deep.py", "TestOne.test_desk"]) == {
        ("tests/conftest.py", "clean"),
        ("tests/deep/conftest.py", "alone"),
        ("tests/deep/conftest.py", "desk"),
        ("tests/conftest.py", "desk"),
        ("tests/conftest.py", "clock"),
        ("tests/plugin.py", "plugged"),
    }
    assert ("tests/deep/test_deep.py", "TestTwo.own") in found["tests/base.py", "Shared.test_shared"]
    assert ("tests/conftest.py", "clock") not in found


def test_fixtures_that_ask_for_each_other_in_a_circle_end() -> None:
    fixtures = tuple(WrittenFixture(name, name, 1) for name in ("a", "b"))
    written = (
        Written("a", "function", 1, 2, ("b",)),
        Written("b", "function", 3, 4, ("a", "b")),
        Written("test_it", "function", 5, 6, ("a",)),
    )

    found = fixtures_used({"test_it.py": SuiteFacts("test_it.py", "test_it", written, fixtures)})

    assert found["test_it.py", "test_it"] == (("test_it.py", "a"), ("test_it.py", "b"))


def test_classes_and_files_that_lead_to_each_other_in_a_circle_end() -> None:
    one = SuiteFacts(
        "test_one.py",
        "test_one",
        (Written("TestA", "class", 1, 4, bases=("test_two.TestB",)), Written("TestA.test_it", "method", 2, 3)),
        names={"other": "test_two.other"},
        stars=("test_two",),
    )
    two = SuiteFacts(
        "test_two.py",
        "test_two",
        (Written("TestB", "class", 1, 4, bases=("test_one.TestA",)),),
        names={"other": "test_one.other"},
        stars=("test_one",),
    )

    found = Collection({"test_one.py": one, "test_two.py": two}, CollectionSettings("pytest.ini"), {}).tests

    assert {("test_one.py", "TestA.test_it"), ("test_two.py", "TestB.test_it")} <= {each.key for each in found}


def test_files_that_import_all_of_each_other_in_a_long_row_are_read() -> None:
    last = SuiteFacts("tests/m0.py", "m0", (Written("test_last", "function", 1, 2),))
    row = [SuiteFacts(f"tests/m{n}.py", f"m{n}", stars=(f"m{n - 1}", f"m{n}", "m0")) for n in range(1, 3000)]
    first = SuiteFacts("tests/test_first.py", "test_first", stars=("m2999",), names={"x": "m2999.nothing"})
    suites = {each.path: each for each in (last, *row, first)}

    found = Collection(suites, CollectionSettings("pytest.ini"), {}).tests

    assert [each.key for each in found] == [("tests/test_first.py", "test_last")]


def test_a_plain_function_is_a_sign_of_pytest(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"tests/test_a.py": "def test_a(): ...\n", "tests/tests.py": "def test_b(): ...\n"})

    assert set(_cases(_collection(root))) == {"tests/test_a.py::test_a"}


def test_without_a_sign_of_pytest_only_classes_of_unittest_are_tests(tmp_path: Path) -> None:
    root = make_project(
        tmp_path,
        {
            "tests/test_a.py": "import unittest as u\nclass A(u.TestCase):\n    def test_a(self): 1\ndef check(): 1\n",
            "tests/tests.py": "from unittest import TestCase\nclass B(TestCase):\n    def test_b(self): ...\n",
        },
    )

    assert set(_cases(_collection(root))) == {"tests/test_a.py::A::test_a", "tests/tests.py::B::test_b"}


def test_a_base_class_in_the_product_makes_a_class_one_of_unittest(tmp_path: Path) -> None:
    source = "from shop.cases import Base\nclass Desk(Base):\n    def test_a(self): ...\n"
    root = make_project(tmp_path, {"tests/test_a.py": source})
    classes = {"shop.cases.Base": ("shop.cases.Lower",), "shop.cases.Lower": ("unittest.TestCase",)}

    assert _cases(_collection(root)) == {}
    assert _cases(_collection(root, classes)) == {"tests/test_a.py::Desk::test_a": 1}


def test_a_generating_hook_leaves_cases_open_for_parameters_from_nowhere(tmp_path: Path) -> None:
    root = make_project(
        tmp_path,
        {
            "tests/conftest.py": "def pytest_generate_tests(metafunc): ...\n",
            "tests/test_a.py": "def test_a(value): ...\ndef test_b(): ...\n",
        },
    )

    assert {test.name: test.is_known for test in _collection(root).tests} == {"test_a": False, "test_b": True}


def test_anyio_runs_a_coroutine_on_two_backends_unless_the_project_says_which(tmp_path: Path) -> None:
    test = "import pytest\npytestmark = pytest.mark.anyio\nasync def test_a(): ...\ndef test_b(): ...\n"
    one = make_project(tmp_path / "one", {"tests/test_a.py": test})
    fixture = "import pytest\n@pytest.fixture\ndef anyio_backend(): return 'asyncio'\n"
    other = make_project(tmp_path / "other", {"tests/test_a.py": test, "tests/conftest.py": fixture})

    assert list(_cases(_collection(one)).values()) == [2, 1]
    assert list(_cases(_collection(other)).values()) == [1, 1]


def test_parameterized_of_unittest_multiplies_and_parametrize_does_not(tmp_path: Path) -> None:
    source = """
import unittest
import pytest
from parameterized import parameterized

class A(unittest.TestCase):
    @parameterized.expand([(1,), (2,), (3,)])
    def test_a(self, value): ...

    @pytest.mark.parametrize("value", [1, 2])
    def test_b(self): ...
"""
    root = make_project(tmp_path, {"tests/test_a.py": source})

    assert list(_cases(_collection(root)).values()) == [3, 1]


def test_decorators_that_the_tests_make_themselves_skip_and_multiply(tmp_path: Path) -> None:
    marks = """
import pytest

def needs(version):
    return pytest.mark.skipif(version > 3, reason="too old")

both = pytest.mark.parametrize("mode", ["r", "w"])
"""
    test = """
from tests.marks import both, needs
import pytest

def local(reason):
    return pytest.mark.skip(reason="local")

@needs(4)
@both
def test_a(mode): ...

@local("now")
@pytest.mark.slow
def test_b(): ...
"""
    root = make_project(tmp_path, {"tests/marks.py": marks, "tests/test_a.py": test})

    found = _collection(root)

    assert list(_cases(found).values()) == [2, 1]
    assert [[(skip.kind, skip.reason) for _, skip in each] for each in found.skipped] == [
        [("skipif", "too old")],
        [("skip", "local")],
    ]
    assert [each.marks for each in found.tests] == [(), ("slow",)]


def test_more_cases_than_any_suite_has_are_cut() -> None:
    many = tuple(Cases("test_it", number, (f"a{number}",), 1000) for number in range(20))
    suite = SuiteFacts(
        "test_it.py", "test_it", (Written("test_it", "function", 1, 2),), cases=many, imports_pytest=True
    )

    (found,) = Collection({"test_it.py": suite}, CollectionSettings(), {}).tests

    assert found.cases == 1_000_000


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("addopts = \"-m 'not slow' -pmy.plugin\"", "left_out", ("-m not slow",)),
        ('addopts = ["-p", "no:cov", "-p", "mine"]', "plugins", ("mine",)),
        ('addopts = "--ignore=a --ignore-glob b/*"', "ignored", ("a", "b/*")),
        ('usefixtures = ["clean"]', "fixtures", ("clean",)),
        ('addopts = "-m \'open"', "left_out", ("-m 'open",)),
    ],
)
def test_settings_of_collection_are_read_from_pytests_configuration(
    tmp_path: Path, text: str, asked: str, expected: tuple[str, ...]
) -> None:
    make_project(tmp_path, {"pyproject.toml": f"[tool.pytest.ini_options]\n{text}\n"})

    assert getattr(read_collection_settings(tmp_path), asked) == expected


def test_a_project_without_configuration_has_pytests_defaults(tmp_path: Path) -> None:
    assert read_collection_settings(tmp_path) == CollectionSettings()
    assert CollectionSettings().files == ("test_*.py", "*_test.py")
