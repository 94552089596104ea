"""Failing tests are grouped by what stops them: what they name, where they broke, what followed from what."""

from causes import ended, evidence, placed, traceback
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.model.blocked import Cause, SkippedGroup, Tally
from planner.model.outcomes import TestOutcome
from planner.suite.causes import Found, find_causes

SHOP = {
    "shop/__init__.py": "",
    "shop/desk.py": """
        import os

        def sell(name):
            if name not in PRICES:
                raise ValueError(f"no {name} in the shop")
            return till(PRICES[name])

        def till(price):
            return price.amount

        def region():
            return os.environ["SHOP_REGION"]
        """,
    "tests/__init__.py": "",
    "tests/conftest.py": """
        import pytest
        from shop import desk

        @pytest.fixture
        def shop():
            return desk.open(size=3)

        @pytest.fixture
        def broken():
            return None
        """,
    "tests/test_desk.py": """
        from shop import desk

        def test_sells(shop):
            assert desk.sell("tea") == 3

        def test_buys(shop):
            assert desk.sell("milk") == 3

        def test_one(broken):
            broken.open()

        def test_two(broken):
            broken.shut()

        def test_three(broken):
            broken.sell()
        """,
    "tests/test_till.py": """
        from shop import desk

        def test_till():
            assert desk.till(2) == 3

        def check(price):
            assert price == 3, f"{price} is not the price"
        """,
}


KNOWN = evidence(SHOP)


def causes_of(*outcomes: tuple[str, str], files: dict[str, str] = SHOP) -> tuple[Cause, ...]:
    return found_of(*(ended(node, details) for node, details in outcomes), files=files).causes


def found_of(*outcomes: TestOutcome, files: dict[str, str] = SHOP) -> Found:
    known = evidence(files)
    return find_causes(placed(outcomes, known), known)


def names(cause: Cause) -> list[str]:
    return sorted(test.name for test in cause.tests)


SELLS, BUYS, TILL = "tests/test_desk.py::test_sells", "tests/test_desk.py::test_buys", "tests/test_till.py::test_till"


def test_failures_at_one_line_of_the_product_are_one_cause_whatever_values_they_name() -> None:
    (cause,) = causes_of(
        (
            SELLS,
            traceback("tests/test_desk.py:4 test_sells", "shop/desk.py:5 sell", error="ValueError: no tea in the shop"),
        ),
        (
            BUYS,
            traceback("tests/test_desk.py:7 test_buys", "shop/desk.py:5 sell", error="ValueError: no milk in the shop"),
        ),
    )

    assert names(cause) == ["test_buys", "test_sells"]
    assert cause.message == "no … in the shop"
    assert cause.example == "no tea in the shop"
    assert cause.first_place is not None
    assert (cause.first_place.path, cause.first_place.line, cause.first_place.unit) == ("shop/desk.py", 5, "sell")
    assert (cause.key, cause.kind) == ("value-error-sell", "error")


def test_one_error_in_two_places_is_two_causes() -> None:
    found = causes_of(
        (SELLS, traceback("tests/test_desk.py:4 test_sells", "shop/desk.py:6 sell", error="KeyError: 'price'")),
        (TILL, traceback("tests/test_till.py:4 test_till", "shop/desk.py:9 till", error="KeyError: 'price'")),
    )

    assert [each.key for each in found] == ["key-error-sell", "key-error-till"]


def test_assertions_that_look_alike_stay_apart() -> None:
    found = causes_of(
        (SELLS, traceback("tests/test_desk.py:4 test_sells", error="assert 2 == 3")),
        (BUYS, traceback("tests/test_desk.py:7 test_buys", error="assert 2 == 3")),
    )

    assert [(each.key, each.kind, each.tests_blocked) for each in found] == [
        ("assertion-test-buys", "assertion", 1),
        ("assertion-test-sells", "assertion", 1),
    ]


def test_cases_of_one_parametrised_test_that_fail_at_one_assertion_are_one_cause() -> None:
    (cause,) = causes_of(
        (f"{TILL}[1]", traceback("tests/test_till.py:4 test_till", error="assert 2 == 3")),
        (f"{TILL}[2]", traceback("tests/test_till.py:4 test_till", error="assert None == 3")),
    )

    assert cause.tests_blocked == 2


def test_a_check_that_tests_share_makes_one_cause_only_in_its_own_words() -> None:
    worded = causes_of(
        (
            SELLS,
            traceback(
                "tests/test_desk.py:4 test_sells",
                "tests/test_till.py:7 check",
                error="AssertionError: 2 is not the price",
            ),
        ),
        (
            BUYS,
            traceback(
                "tests/test_desk.py:7 test_buys",
                "tests/test_till.py:7 check",
                error="AssertionError: 5 is not the price",
            ),
        ),
    )
    bare = causes_of(
        (SELLS, traceback("tests/test_desk.py:4 test_sells", "tests/test_till.py:7 check", error="assert 2 == 3")),
        (BUYS, traceback("tests/test_desk.py:7 test_buys", "tests/test_till.py:7 check", error="assert 2 == 3")),
    )

    assert [each.tests_blocked for each in worded] == [2]
    assert [each.tests_blocked for each in bare] == [1, 1]


def test_one_missing_module_is_one_cause_through_whatever_imports_and_in_every_phase() -> None:
    (cause,) = found_of(
        ended(
            "tests/test_desk.py",
            traceback("tests/test_desk.py:1", error="ModuleNotFoundError: No module named 'tea'"),
            ending="error",
            phase="collection",
        ),
        ended(
            TILL,
            traceback(
                "tests/test_till.py:4 test_till",
                "shop/desk.py:9 till",
                error="ModuleNotFoundError: No module named 'tea'",
            ),
        ),
    ).causes

    assert (cause.key, cause.kind, cause.tests_blocked) == ("no-module-tea", "environment", 2)


def test_a_module_of_the_project_that_is_not_there_is_no_matter_of_the_environment() -> None:
    (cause,) = causes_of(
        (SELLS, traceback("tests/test_desk.py:1", error="ModuleNotFoundError: No module named 'shop.dusk'"))
    )

    assert cause.kind == "import"


def test_a_name_that_several_files_miss_is_looked_for_in_the_module_that_had_it() -> None:
    error = "ImportError: cannot import name 'sel' from 'shop.desk' (/srv/app/shop/desk.py)"
    (one,) = causes_of((SELLS, traceback("tests/test_desk.py:1", error=error)))
    (several,) = causes_of(
        (SELLS, traceback("tests/test_desk.py:1", error=error)), (TILL, traceback("tests/test_till.py:1", error=error))
    )

    assert one.first_place is not None
    assert several.first_place is not None
    assert (one.first_place.path, one.first_place.line) == ("tests/test_desk.py", 1)
    assert (several.first_place.path, several.first_place.line) == ("shop/desk.py", 3)


def test_an_environment_variable_is_told_by_the_line_that_reads_it() -> None:
    (cause,) = causes_of(
        (SELLS, traceback("tests/test_desk.py:4 test_sells", "shop/desk.py:12 region", error="KeyError: 'SHOP_REGION'"))
    )

    assert (cause.key, cause.kind) == ("no-variable-shop-region", "environment")


def test_what_an_error_was_raised_from_is_the_cause() -> None:
    first = traceback("shop/desk.py:9 till", error="ModuleNotFoundError: No module named 'tea'")
    caused = "\n\nThe above exception was the direct cause of the following exception:\n"
    then = traceback("tests/test_till.py:4 test_till", "shop/desk.py:10 till", error="shop.Refused: tea is out")

    (cause,) = causes_of((TILL, f"{first}{caused}{then}"))

    assert (cause.key, cause.message) == ("no-module-tea", "No module named 'tea'")


def test_a_fixture_that_nobody_defines_is_sought_at_the_one_with_a_like_name() -> None:
    (cause,) = found_of(
        ended(
            SELLS,
            "file /srv/tests/test_desk.py, line 3\n  def test_sells(shopp):\nE       fixture 'shopp' not found",
            ending="error",
            phase="setup",
        ),
        ended(
            BUYS,
            "file /srv/tests/test_desk.py, line 6\n  def test_buys(shopp):\nE       fixture 'shopp' not found",
            ending="error",
            phase="setup",
        ),
    ).causes

    assert (cause.key, cause.kind) == ("no-fixture-shopp", "fixture")
    assert [(each.name, each.path) for each in cause.definitions] == [("shop", "tests/conftest.py")]
    assert cause.first_place is not None
    assert cause.first_place.path == "tests/conftest.py"


def test_a_fixture_that_raises_is_named_with_its_line() -> None:
    (cause,) = found_of(
        ended(
            SELLS,
            traceback("tests/conftest.py:6 shop", error="AttributeError: module 'shop.desk' has no attribute 'open'"),
            ending="error",
            phase="setup",
        ),
    ).causes

    assert (cause.fixture, cause.phase) == ("shop", "setup")
    assert cause.first_place is not None
    assert (cause.first_place.path, cause.first_place.line) == ("tests/conftest.py", 6)


def test_a_product_that_refuses_what_one_fixture_asks_for_is_innocent() -> None:
    frames = ("tests/conftest.py:6 shop", "shop/desk.py:5 sell")
    (cause,) = found_of(
        ended(SELLS, traceback(*frames, error="ValueError: no tea in the shop"), ending="error", phase="setup"),
        ended(BUYS, traceback(*frames, error="ValueError: no tea in the shop"), ending="error", phase="setup"),
    ).causes

    assert cause.kind == "fixture"
    assert cause.first_place is not None
    assert cause.first_place.path == "tests/conftest.py"


def test_a_fixture_is_blamed_for_what_all_its_tests_say_in_different_places() -> None:
    error = "AttributeError: 'NoneType' object has no attribute '{}'"
    (cause,) = causes_of(
        ("tests/test_desk.py::test_one", traceback("tests/test_desk.py:10 test_one", error=error.format("open"))),
        ("tests/test_desk.py::test_two", traceback("tests/test_desk.py:13 test_two", error=error.format("shut"))),
        ("tests/test_desk.py::test_three", traceback("tests/test_desk.py:16 test_three", error=error.format("sell"))),
    )

    assert (cause.fixture, cause.key, cause.tests_blocked) == ("broken", "fixture-broken", 3)
    assert cause.message == "'NoneType' object has no attribute <text>"


def test_a_fixture_is_not_blamed_when_a_test_with_it_passes() -> None:
    error = "AttributeError: 'NoneType' object has no attribute '{}'"
    found = found_of(
        ended("tests/test_desk.py::test_one", traceback("tests/test_desk.py:10 test_one", error=error.format("open"))),
        ended("tests/test_desk.py::test_two", traceback("tests/test_desk.py:13 test_two", error=error.format("shut"))),
        ended("tests/test_desk.py::test_three", ending="passed"),
    )

    assert [each.tests_blocked for each in found.causes] == [1, 1]


def test_keys_do_not_depend_on_how_many_tests_there_are_nor_on_their_order() -> None:
    failures = [
        (
            SELLS,
            traceback("tests/test_desk.py:4 test_sells", "shop/desk.py:5 sell", error="ValueError: no tea in the shop"),
        ),
        (
            BUYS,
            traceback("tests/test_desk.py:7 test_buys", "shop/desk.py:5 sell", error="ValueError: no milk in the shop"),
        ),
        (TILL, traceback("tests/test_till.py:4 test_till", "shop/desk.py:9 till", error="KeyError: 'price'")),
    ]

    assert {each.key for each in causes_of(*failures)} == {each.key for each in causes_of(*failures[:0:-1])}
    assert len({each.key for each in causes_of(*failures)}) == 2


def test_one_error_in_functions_of_one_name_has_keys_with_their_files() -> None:
    found = causes_of(
        (SELLS, traceback("tests/test_desk.py:4 test_sells", error="KeyError: 'x'")),
        (TILL, traceback("tests/test_till.py:4 test_sells", error="KeyError: 'x'")),
        files={
            "tests/test_desk.py": "def test_sells():\n    a\n    b\n    c\n",
            "tests/test_till.py": "def test_sells():\n    a\n    b\n    c\n",
        },
    )

    assert [each.key for each in found] == [
        "key-error-test-sells-tests-test-desk",
        "key-error-test-sells-tests-test-till",
    ]


PLACES = ["shop/desk.py:5 sell", "shop/desk.py:9 till", "tests/conftest.py:6 shop", "tests/test_desk.py:4 test_sells"]
ERRORS = [
    *("ValueError: no tea", "assert 1 == 2", "fixture 'x' not found", "RuntimeError: Event loop is closed", ""),
    *("sqlalchemy.exc.InvalidRequestError: Table 'a' is already defined for this MetaData", "KeyError: 'A_B'"),
    *("ImportError: cannot import name 'a' from partially initialized module 'shop.desk'", "RecursionError: too deep"),
]


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            lambda number, phase, frames, error: ended(
                f"tests/test_desk.py::test_{number}", traceback(*frames, error=error), phase=phase
            ),
            st.integers(0, 9),
            st.sampled_from(["collection", "setup", "call", "teardown"]),
            st.lists(st.sampled_from(PLACES), max_size=4),
            st.sampled_from(ERRORS),
        ),
        max_size=12,
    )
)
def test_every_failing_test_is_in_one_cause_and_every_cause_has_its_own_key(outcomes: list[TestOutcome]) -> None:
    found = find_causes(placed(outcomes, KNOWN), KNOWN)

    blocked = [test for cause in found.causes for test in cause.tests] + list(found.unblamed)
    assert sorted(test.name for test in blocked) == sorted({each.name for each in outcomes})
    assert len({each.key for each in found.causes}) == len(found.causes)
    assert found == find_causes(placed(outcomes, KNOWN), KNOWN)


def test_without_tracebacks_the_words_are_compared_and_assertions_stay_with_their_tests() -> None:
    found = found_of(
        ended(SELLS, kind="ValueError", message="no tea in the shop"),
        ended(BUYS, kind="ValueError", message="no tea in the shop"),
        ended(f"{TILL}[1]", kind="AssertionError", message="assert 1 == 2"),
        ended("tests/test_desk.py::test_one", kind="AssertionError", message="assert 1 == 2"),
    )

    assert sorted(each.tests_blocked for each in found.causes) == [1, 1, 2]


def test_a_failure_that_says_nothing_has_no_cause() -> None:
    found = found_of(ended(SELLS), ended(BUYS, ending="passed"))

    assert found.causes == ()
    assert [each.name for each in found.unblamed] == ["test_sells"]


def test_what_passed_and_could_not_clear_up_is_no_retry_and_a_later_pass_is() -> None:
    late = ended(SELLS, ending="error", phase="teardown", kind="OSError", message="the till is stuck")
    passed = ended(SELLS, ending="passed")

    assert found_of(passed, late).tally == Tally(tests=1, passed=0, failed=0, errors=1, skipped=0)
    assert found_of(late, passed).tally == Tally(tests=1, passed=1, failed=0, errors=0, skipped=0)


def test_each_test_counts_once_and_skips_are_grouped_by_reason() -> None:
    found = found_of(
        ended(SELLS, ending="failed", message="boom"),
        ended(SELLS, ending="passed"),
        ended(BUYS, ending="xfailed"),
        ended("tests/test_desk.py::test_one", ending="skipped", message="needs 0.5s"),
        ended("tests/test_desk.py::test_two", ending="skipped", message="needs 3 s"),
        ended("tests/test_till.py", ending="error", phase="collection", kind="OSError", message="gone"),
    )

    assert found.tally == Tally(tests=5, passed=2, failed=0, errors=1, skipped=2)
    assert found.skips == (SkippedGroup("needs <duration>", 2),)
    assert found.notices == (
        "1 test(s) failed in one run and passed in another: counted as passed",
        "1 test file(s) could not be collected: each counts as one test of the report",
    )
