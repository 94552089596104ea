"""What choices may cost: sums of prices, held against every sum there is."""

from hypothesis import example, given
from hypothesis import strategies as st

from planner.model.problem import Aim, Problem
from planner.solve import instance
from planner.solve.instance import Prices, index_problem

MOST = 300

singles = st.sets(st.integers(1, 60), min_size=1, max_size=4)


def prices_of(single: set[int]) -> Prices:
    aims = [Aim(("a.py", f"u{price}"), 1, price, 1, {}) for price in sorted(single)]
    return Prices(index_problem(Problem(tuple(aims), {})), MOST)


def every_sum(single: set[int]) -> set[int]:
    """All up to MOST, one test after the other."""
    found, fresh = {0}, {0}
    while fresh:
        fresh = {old + price for old in fresh for price in single if old + price <= MOST} - found
        found |= fresh
    return found


@given(singles, st.integers(0, MOST))
@example({2}, 3)
@example({60}, 0)
def test_prices_are_rounded_up_to_the_next_sum(single: set[int], price: int) -> None:
    above = [each for each in every_sum(single) if each >= price]

    assert prices_of(single).at_least(price) == min(above, default=price)


@given(singles, st.integers(0, MOST))
@example({2}, 2)
def test_the_next_sum_below_a_price_is_found(single: set[int], price: int) -> None:
    below = [each for each in every_sum(single) if each < price]

    assert prices_of(single).below(price) == (max(below) if below else -prices_of(single).step)


def test_of_too_many_prices_only_the_step_is_known() -> None:
    aims = tuple(Aim(("a.py", f"u{price}"), 1, price, 1, {}) for price in range(1_000, 6_000, 2))
    prices = Prices(index_problem(Problem(aims, {})), instance.MOST_SUMS)

    assert (prices.at_least(501), prices.below(501)) == (502, 500)
