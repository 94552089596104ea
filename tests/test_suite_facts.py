"""What a test file says of its tests, as written."""

import json
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import damaged, make_project

from planner.model.facts import MODULE
from planner.model.measurement import Skipped
from planner.model.suite import Cases, Mark, Skip, SuiteFacts, Written, WrittenFixture
from planner.source.codec import pack_suite, unpack_suites
from planner.source.kinds import SUITES
from planner.source.library import read_all
from planner.source.tests import suite_of_source

PATH = "tests/test_desk.py"

EXAMPLE = '''\
"""Tests of the desk."""

import unittest
from unittest import mock

import pytest
from hypothesis import given, strategies as st
from tests.marks import windows

NAMES = ["a", "b"]
slow = pytest.mark.slow
pytestmark = [pytest.mark.db, pytest.mark.usefixtures("clean")]
pytest_plugins = ["tests.plugin"]
collect_ignore = ["old"]


@pytest.fixture(scope="session", autouse=True, params=[1, 2])
async def clock(request): ...


@pytest.fixture(name="desk")
def make_desk(clock):
    yield Desk()


@slow
@windows
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("one", "two"), [(1, 2)], indirect=True)
def test_sells(desk, name, one, two, more=None, *, key, other=1):
    # a comment
    assert desk.sells(name)

    with pytest.raises(ValueError):
        desk.sell()


@mock.patch("shop.a")
@mock.patch("shop.b", new=3)
def test_patched(a, desk): ...


@given(st.integers())
def test_given(desk, number): ...


@pytest.mark.skipif(NAMES == 1, reason="never mind")
class TestDesk(unittest.TestCase):
    def setUp(self):
        if NAMES:
            self.skipTest("no desk")

    @unittest.skipUnless(NAMES, "no names")
    def test_counts(self):
        self.assertEqual(1, 1)
        self.assertTrue(1)

    @staticmethod
    def test_static(desk): ...

    @property
    def test_like(self): ...

    class Inner:
        __test__ = False

        def __init__(self): ...


if NAMES:

    def test_sometimes(): ...
'''


def _suite(source: str = EXAMPLE) -> SuiteFacts:
    found = suite_of_source(textwrap.dedent(source).encode(), PATH, frozenset({PATH}))
    assert isinstance(found, SuiteFacts), found
    return found


def _written(unit: str, source: str = EXAMPLE) -> Written:
    return next(each for each in _suite(source).written if each.unit == unit)


def test_functions_and_classes_are_named_as_their_units() -> None:
    assert [each.unit for each in _suite().written if each.kind == "class"] == ["TestDesk", "TestDesk.Inner"]
    assert [each.unit for each in _suite().written if each.kind == "method"] == [
        *("TestDesk.setUp", "TestDesk.test_counts", "TestDesk.test_static", "TestDesk.test_like"),
        "TestDesk.Inner.__init__",
    ]


def test_a_function_asks_for_parameters_without_default_that_no_decorator_fills() -> None:
    assert _written("test_sells").asks == ("desk", "name", "one", "two", "key")
    assert _written("test_patched").asks == ("desk",)
    assert _written("test_given").asks == ("desk",)
    assert _written("TestDesk.setUp").asks == ()
    assert _written("TestDesk.test_static").asks == ("desk",)


def test_assertions_and_lines_of_code_are_counted_without_comments_and_blank_lines() -> None:
    assert _written("test_sells").assertions == 2
    assert _written("TestDesk.test_counts").assertions == 2
    assert _written("test_sells").code_lines == 8
    assert _written("make_desk").assertions == 0


def test_flags_of_definitions() -> None:
    assert _written("clock").is_async
    assert _written("test_sometimes").is_conditional
    assert _written("TestDesk.test_like").is_property
    assert _written("TestDesk.Inner").is_hidden
    assert _written("TestDesk.Inner").has_constructor
    assert _written("TestDesk").bases == ("unittest.TestCase",)


def test_fixtures_have_name_scope_and_params() -> None:
    assert _suite().fixtures == (
        WrittenFixture("clock", "clock", 17, "session", is_autouse=True, cases=2),
        WrittenFixture("make_desk", "desk", 21),
    )


def test_cases_are_those_that_are_written_down() -> None:
    assert _suite().cases == (
        Cases("test_sells", 28, ("name",), 2),
        Cases("test_sells", 29, ("one", "two"), 1, is_indirect=True),
    )


def test_a_constant_that_is_changed_is_for_running_to_tell() -> None:
    source = """
        import pytest
        NAMES = [1]
        OTHERS = [1]
        NAMES.append(2)
        @pytest.mark.parametrize("name", NAMES)
        @pytest.mark.parametrize("other", OTHERS)
        @pytest.mark.parametrize("none", [])
        def test_it(name, other, none): ...
    """

    assert [(each.count, each.is_known) for each in _suite(source).cases] == [(1, False), (1, True), (1, True)]


def test_marks_are_those_of_functions_classes_and_file_and_of_variables() -> None:
    assert _suite().marks == (
        Mark("test_sells", "slow", 26),
        Mark("test_sells", "tests.marks.windows", 27),
        Mark("test_patched", "unittest.mock.patch", 38),
        Mark("test_patched", "unittest.mock.patch", 39),
        Mark("test_given", "hypothesis.given", 43),
        Mark("=slow", "slow", 11),
        Mark(MODULE, "db", 12),
        Mark(MODULE, "usefixtures", 12, ("clean",)),
    )


def test_skips_have_reason_and_condition() -> None:
    assert _suite().skips == (
        Skip("TestDesk", "skipif", 47, "never mind", "NAMES == 1"),
        Skip("TestDesk.test_counts", "skipif", 53, "no names", "NAMES"),
        Skip("TestDesk.setUp", "skip", 51, "no desk", "NAMES", in_body=True),
    )


def test_what_the_file_imports_names_and_ignores() -> None:
    found = _suite()

    assert found.names["windows"] == "tests.marks.windows"
    assert found.plugins == ("tests.plugin",)
    assert found.ignored == ("old",)
    assert found.imports_pytest
    assert not found.generates


def test_a_file_that_skips_itself_says_so_of_its_module_level() -> None:
    found = _suite('import pytest\nnumpy = pytest.importorskip("numpy")\n')

    assert found.skips == (Skip(MODULE, "importorskip", 2, "numpy", in_body=True),)


def test_what_is_for_another_platform_or_python_is_not_there() -> None:
    found = _suite(
        "import sys\nif sys.version_info < (3, 8):\n    def test_old(): ...\nelse:\n    def test_new(): ...\n"
    )

    assert [each.unit for each in found.written] == ["test_new"]


def test_a_file_that_is_no_python_is_skipped_with_its_line() -> None:
    assert suite_of_source(b"x = 1\ndef (:\n", PATH, frozenset()) == Skipped(
        PATH, "not valid Python for this interpreter: invalid syntax", 2
    )


@pytest.mark.parametrize(
    "source",
    [
        "if x: pass\n" + "elif x: pass\n" * 2000 + "else:\n    def test_it(): ...\n",
        "".join("    " * depth + f"class Test{depth}:\n" for depth in range(90))
        + "    " * 90
        + "def test_it(self): ...\n",
        "import pytest\nx = [" + "1, " * 100_000 + "]\n@pytest.mark.parametrize('a', x)\ndef test_it(a): ...\n",
        "@a\n" * 3000 + "def test_it(" + ", ".join(f"a{number}" for number in range(3000)) + "): ...\n",
    ],
)
def test_deep_and_long_files_are_read(source: str) -> None:
    found = suite_of_source(source.encode(), PATH, frozenset())

    assert isinstance(found, SuiteFacts)
    assert found.written[-1].name == "test_it"


def _kept(suite: SuiteFacts) -> SuiteFacts | Skipped:
    """The facts after a way through JSON."""
    (found,) = unpack_suites([json.loads(json.dumps(pack_suite(suite)))])
    return found


def test_facts_come_back_from_their_row() -> None:
    assert _kept(_suite()) == _suite()


def test_what_is_kept_is_not_parsed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_project(tmp_path, {PATH: EXAMPLE, "tests/test_bad.py": "def (:\n"})
    paths = [PATH, "tests/test_bad.py"]

    def read() -> dict[str, SuiteFacts | Skipped]:
        return read_all(SUITES, tmp_path, paths, frozenset(paths), tmp_path / "cache", lambda paths, _: paths)

    first = read()
    monkeypatch.setattr("planner.source.text.parse_source", None)

    assert read() == first
    assert isinstance(first["tests/test_bad.py"], Skipped)


@settings(max_examples=60)
@given(st.data())
def test_damaged_files_are_read_or_skipped_and_kept_alike(data: st.DataObject) -> None:
    found = suite_of_source(data.draw(damaged(EXAMPLE.encode())), PATH, frozenset())

    assert isinstance(found, SuiteFacts | Skipped)
    if isinstance(found, SuiteFacts):
        assert _kept(found) == found
