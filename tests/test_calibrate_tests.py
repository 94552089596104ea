"""What tests took, told by reading them: own lines, and fixtures and helpers for the first that uses them."""

from pathlib import Path

from makers import make_project
from replays import shop

from planner.model.calibration import TestCost
from planner.replay.calibrate import costs_of
from planner.replay.calibrate_tests import read_test_costs
from planner.replay.project import read_project

CONFTEST = """import pytest


@pytest.fixture
def desk(lamp):
    return lamp


@pytest.fixture
def lamp():
    a = 1
    b = 2
    return a + b


@pytest.fixture
def unused():
    return 0
"""


def lines_of(root: Path, files: dict[str, str]) -> list[tuple[str, int]]:
    costs = read_test_costs(make_project(root, files), lambda names, _: names)
    return [(each.file, each.lines) for each in costs]


def costs(root: Path, text: str, **more: str) -> list[int]:
    return [lines for _, lines in lines_of(root, {"tests/test_a.py": text, **more})]


def test_own_lines_are_counted_without_blanks_comments_and_docstrings(tmp_path: Path) -> None:
    text = '''
import pytest

@pytest.mark.slow
def test_one():
    """What it
    says."""
    # why

    assert 1

def test_two(): pass
'''
    assert costs(tmp_path, text) == [3, 1]


def test_a_helper_is_paid_for_by_the_first_test_that_calls_it(tmp_path: Path) -> None:
    text = """
def helper():
    a = 1
    return deeper()

def deeper():
    return 2

def test_one():
    assert 1

def test_two():
    assert helper()

def test_three():
    assert helper()
"""
    assert costs(tmp_path, text) == [2, 2 + 3 + 2, 2]


def test_a_fixture_and_what_it_asks_for_are_paid_for_by_the_first_test_that_asks(tmp_path: Path) -> None:
    files = {
        "tests/conftest.py": CONFTEST,
        "tests/test_a.py": "def test_one(desk):\n    assert desk\n\ndef test_two(desk):\n    assert desk\n",
        "tests/test_b.py": "def test_three(desk, lamp):\n    assert desk\n",
    }

    assert lines_of(tmp_path, files) == [
        ("tests/test_a.py", 2 + 3 + 5),
        ("tests/test_a.py", 2),
        ("tests/test_b.py", 2),
    ]


def test_a_fixture_of_the_file_itself_stands_before_that_of_the_conftest(tmp_path: Path) -> None:
    text = "import pytest\n\n@pytest.fixture\ndef lamp():\n    return 1\n\ndef test_one(lamp):\n    assert lamp\n"

    assert costs(tmp_path, text, **{"tests/conftest.py": CONFTEST}) == [2 + 3]


def test_the_nearest_conftest_above_counts_and_none_beside(tmp_path: Path) -> None:
    near = "import pytest\n\n@pytest.fixture\ndef lamp():\n    return 1\n"
    files = {
        "tests/__init__.py": "",
        "tests/conftest.py": CONFTEST,
        "tests/deep/__init__.py": "",
        "tests/deep/conftest.py": near,
        "tests/deep/test_a.py": "def test_one(lamp):\n    assert lamp\n",
        "tests/other/__init__.py": "",
        "tests/other/test_b.py": "def test_two(lamp):\n    assert lamp\n",
    }

    assert lines_of(tmp_path, files) == [("tests/deep/test_a.py", 2 + 3), ("tests/other/test_b.py", 2 + 5)]


def test_set_up_methods_and_fixtures_for_all_are_paid_for_by_the_first_test_of_the_file(tmp_path: Path) -> None:
    text = """
import pytest

@pytest.fixture(autouse=True)
def clean():
    yield

class TestDesk:
    def setup_method(self):
        self.a = 1

    def test_one(self):
        assert self.a

    def test_two(self):
        assert self.check()

    def check(self):
        return self.a
"""
    assert costs(tmp_path, text) == [2 + 3 + 2, 2 + 2]


def test_helpers_from_other_test_modules_count(tmp_path: Path) -> None:
    files = {
        "tests/__init__.py": "",
        "tests/tools.py": "def testing_tool():\n    a = 1\n    return a\n",
        "tests/test_a.py": "from tests.tools import testing_tool\n\ndef test_one():\n    assert testing_tool()\n",
    }

    assert lines_of(tmp_path, files) == [("tests/test_a.py", 2 + 3)]


def test_helpers_that_call_each_other_are_counted_once(tmp_path: Path) -> None:
    text = "def a():\n    return b()\n\ndef b():\n    return a()\n\ndef test_one():\n    assert a()\n"

    assert costs(tmp_path, text) == [6]


def test_functions_within_tests_belong_to_them(tmp_path: Path) -> None:
    text = "def test_one():\n    def test_inner():\n        return 1\n    assert test_inner()\n"

    assert costs(tmp_path, text) == [4]


def test_a_file_that_cannot_be_parsed_is_passed_over(tmp_path: Path) -> None:
    files = {"tests/test_a.py": "def test_one(:\n", "tests/test_b.py": "def test_two():\n    assert 1\n"}

    assert lines_of(tmp_path, files) == [("tests/test_b.py", 2)]


def test_a_project_without_tests_has_no_costs(tmp_path: Path) -> None:
    assert lines_of(tmp_path, {"shop.py": "def test_like():\n    return 1\n"}) == []


def test_reading_and_recording_agree(tmp_path: Path) -> None:
    toy = shop()
    project = toy.project(tmp_path)

    read = read_test_costs(tmp_path / "toy-1.0", lambda names, _: names)

    by_name = sorted((each.file, each.lines) for each in costs_of(project))
    without_helpers = sorted((each.file, each.lines) for each in read)
    assert len(by_name) == len(without_helpers) == 48
    assert sum(lines for _, lines in by_name) == sum(lines for _, lines in without_helpers)


def test_costs_of_a_recording_are_lines_that_no_test_before_ran(tmp_path: Path) -> None:
    toy = shop(modules=1, functions=1)
    project = read_project(toy.write(tmp_path), tmp_path)

    assert costs_of(project) == tuple(TestCost("tests/test_mod0.py", lines) for lines in (3 + 6, 4, 5))
