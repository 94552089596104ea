"""The constants of the forecast."""

from dataclasses import asdict, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.forecast import read_rates
from planner.model.rates import DIVISORS, SHARES, Rates

NAMES = [field.name for field in fields(Rates)]


def test_there_is_a_shipped_value_for_every_constant() -> None:
    assert list(asdict(read_rates())) == NAMES


def test_every_constant_is_a_number_that_makes_sense() -> None:
    shipped = asdict(read_rates())

    assert all(value >= 0 for value in shipped.values())
    assert all(shipped[name] <= 1 for name in SHARES)
    assert all(shipped[name] > 0 for name in DIVISORS)


def test_constants_that_have_bounds_exist() -> None:
    assert set(NAMES) >= SHARES | DIVISORS
    assert not SHARES & DIVISORS


def test_what_no_test_has_entered_is_easier_to_cover() -> None:
    rates = read_rates()

    assert 0 < rates.coverable_entered <= rates.coverable_new <= 1
    assert rates.branch_share <= rates.entry_share
    assert rates.reach_branch <= rates.reach_entry
    assert rates.core_branch <= rates.core_entry


def test_hours_can_be_computed() -> None:
    rates = read_rates()

    assert rates.test_lines > 0
    assert rates.lines_per_hour > 0
    assert 0 < rates.double_hours <= rates.double_hours_p80


@given(st.dictionaries(st.sampled_from(NAMES), st.floats(0, 100)))
def test_a_project_overrides_what_it_names_and_nothing_else(overrides: dict[str, float]) -> None:
    assert asdict(read_rates(overrides)) == asdict(read_rates()) | overrides


def test_an_override_leaves_no_trace() -> None:
    before = read_rates()

    read_rates({"test_lines": before.test_lines + 1})

    assert read_rates() == before


def test_a_constant_that_does_not_exist_can_not_be_set() -> None:
    with pytest.raises(TypeError):
        read_rates({"test_line": 1.0})
