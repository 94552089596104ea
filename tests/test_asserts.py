"""What a test of a unit can assert on."""

from pathlib import Path

import pytest
from factories import CLOCK, REDIS, REQUESTS, URLLIB3, facts_of, file_coverage

from planner.forecast.asserts import MOST_ERRORS, asserts_of
from planner.model.plan import Seam

SOURCE = """\
    class Shop:
        def price(self, count):
            if count < 0:
                raise ValueError(count)
            return count * 2
        def close(self):
            self.is_open = False
        def names(self):
            yield "a"
        def stop(self):
            return None
    """
LINES = {"price": "3-5", "close": "7", "names": "9", "stop": "11"}


def asserts(root: Path, missing: str, *seams: Seam, source: str = SOURCE, statements: str = "1-11") -> tuple[str, ...]:
    facts = facts_of(root, source)
    return asserts_of(facts.units, file_coverage(statements=statements, missing=missing), seams)


@pytest.mark.parametrize(
    ("functions", "clauses"),
    [
        (("price",), ("its result", "ValueError raised")),
        (("names",), ("its result",)),
        (("close",), ("the state it changes",)),
        (("stop",), ("the state it changes",)),
        (("price", "names"), ("results", "ValueError raised")),
        (("price", "close"), ("results", "ValueError raised", "the state it changes")),
        ((), ()),
    ],
)
def test_a_test_asserts_on_what_functions_with_gaps_give(
    tmp_path: Path, functions: tuple[str, ...], clauses: tuple[str, ...]
) -> None:
    assert asserts(tmp_path, " ".join(LINES[name] for name in functions)) == clauses


def test_a_function_of_which_only_an_exit_is_missing_has_something_to_assert_on(tmp_path: Path) -> None:
    file = file_coverage(statements="1-11", missing_exits={3: 1})

    assert asserts_of(facts_of(tmp_path, SOURCE).units, file, ()) == ("its result", "ValueError raised")


def test_each_error_is_named_once_and_not_too_many(tmp_path: Path) -> None:
    names = [f"E{number}" for number in range(MOST_ERRORS + 2)]
    raises = "".join(f"    if x == '{name}':\n        raise {name}\n        raise {name}\n" for name in names)
    source = f"def work(x):\n{raises}"

    found = asserts(tmp_path, "2-30", source=source, statements="1-30")

    assert found[0] == f"{', '.join(names[:MOST_ERRORS])} and 2 more raised"


def test_an_error_that_is_only_handed_on_has_no_name(tmp_path: Path) -> None:
    source = "def work(error):\n    raise error\n"

    assert asserts(tmp_path, "2", source=source, statements="1-2") == ("the state it changes",)


def test_what_is_sent_to_a_double_can_be_asserted_on(tmp_path: Path) -> None:
    found = asserts(tmp_path, LINES["names"], REQUESTS, REDIS, CLOCK)

    assert found == ("its result", "what is sent to redis, requests")


def test_a_double_that_the_project_has_counts_too(tmp_path: Path) -> None:
    fake = Seam("boto3", "cloud", "moto", needs_building=False, have="tests/conftest.py:3")

    assert asserts(tmp_path, LINES["names"], fake) == ("its result", "what is sent to boto3")


def test_two_doubles_are_enough_to_name(tmp_path: Path) -> None:
    found = asserts(tmp_path, LINES["names"], REQUESTS, REDIS, URLLIB3)

    assert found[-1] == "what is sent to redis, requests"


def test_module_code_is_nothing_to_assert_on(tmp_path: Path) -> None:
    assert asserts(tmp_path, "1-2", source="X = 1\nY = 2\n", statements="1-2") == ()
