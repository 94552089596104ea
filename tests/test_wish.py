"""Which files a wish is about."""

import string
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.model.wish import DAYS_OF, PACE_KINDS, OwnOption, Requirement, is_match

NAME = st.text(alphabet=string.ascii_lowercase + string.digits + "_", min_size=1, max_size=6)
PATHS = st.lists(NAME, min_size=1, max_size=4).map(lambda parts: "/".join(parts) + ".py")


@given(PATHS)
def test_a_path_matches_itself_and_every_folder_around_it(path: str) -> None:
    folders = path.split("/")[:-1]
    around = ["/".join(folders[:depth]) for depth in range(1, len(folders) + 1)]

    for pattern in (path, *around, *(f"{folder}/" for folder in around), *(f"{folder}/*" for folder in around)):
        assert is_match(path, pattern)


@given(PATHS, NAME)
def test_a_folder_of_another_name_never_matches(path: str, other: str) -> None:
    assert not is_match(f"{other}x/{path}", other)
    assert not is_match(f"x{other}/{path}", other)


@pytest.mark.parametrize("pattern", ["", "/"])
def test_an_empty_pattern_matches_no_file(pattern: str) -> None:
    assert not is_match("tools/a.py", pattern)


def test_the_case_of_letters_counts() -> None:
    assert not is_match("tools/a.py", "Tools")
    assert not is_match("tools/a.py", "tools/A.py")


def test_an_option_has_the_files_of_all_its_patterns() -> None:
    own = OwnOption("small", ("tools/finops/*.py", "live"))

    assert own.admits("tools/finops/cost.py")
    assert own.admits("live/feed/read.py")
    assert not own.admits("tools/live.py")


def test_an_option_without_patterns_has_no_files() -> None:
    assert not OwnOption("none", ()).admits("a.py")


def test_a_requirement_is_about_the_files_of_its_pattern() -> None:
    required = Requirement("live", Fraction(80))

    assert required.admits("live/a.py")
    assert not required.admits("tools/live/a.py")


def test_paces_are_counted_in_what_a_plan_is_made_of() -> None:
    assert PACE_KINDS == ("hours", "tests", "points")


def test_a_month_is_a_twelfth_of_a_year() -> None:
    assert DAYS_OF["month"] * 12 == 365
    assert DAYS_OF["week"] == 7 * DAYS_OF["day"]
