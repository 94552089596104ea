"""The constants that sums of observations tell at once, and the pairs that the core is fitted with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from statistics import fmean
from typing import TypeVar

from planner.model.rates import Rates
from planner.replay.fit.estimate import Row, mean_ratio, power_law, slope
from planner.replay.fit.observe import Quantity, Sums

T = TypeVar("T")

CORES = tuple(product((0.15, 0.25, 0.35, 0.5), (0.04, 0.08, 0.12, 0.2)))
"""The pairs of `core_share` and `core_entry` that are tried. Errors change little from one to the next."""

Errors = Mapping[str, Sequence[Sequence[float]]]
"""Project -> for each of CORES, the logarithms of true by forecast gains."""


def first_rates(rates: Rates, projects: Sequence[Sums]) -> Rates:
    """The rates with what steps covered and cost; yield and `item_factor` are 1 until they are fitted.

    The core is that of `rates`: see `core_rates`. What was never observed stays as it is.
    """

    def fitted(rule: Callable[[list[list[Row]]], T], quantity: Quantity, kept: T) -> T:
        rows: list[list[Row]] = [[*sums.of(quantity)] for sums in projects]
        return rule(rows) if any(rows) else kept

    entry = fitted(power_law, "entry", (rates.entry_share, rates.entry_power))
    branch = fitted(power_law, "branch", (rates.branch_share, rates.branch_power))
    new = fitted(power_law, "entered_new", (rates.entered_new_share, rates.entered_new_power))
    part = fitted(power_law, "entered_part", (rates.entered_part_share, rates.entered_part_power))
    reach_entry = fitted(_chance, "reach_entry", rates.reach_entry)
    lines = fitted(mean_ratio, "other_lines", rates.test_lines)
    return replace(
        rates,
        coverable_new=fitted(mean_ratio, "coverable_new", rates.coverable_new),
        coverable_entered=fitted(mean_ratio, "coverable_entered", rates.coverable_entered),
        plan_yield=1.0,
        entry_share=entry[0],
        entry_power=entry[1],
        branch_share=branch[0],
        branch_power=branch[1],
        entered_new_share=new[0],
        entered_new_power=new[1],
        entered_part_share=part[0],
        entered_part_power=part[1],
        reach_entry=reach_entry,
        reach_branch=min(fitted(_chance, "reach_branch", rates.reach_branch), reach_entry),
        test_lines=lines,
        module_lines=max(fitted(mean_ratio, "first_lines", lines + rates.module_lines) - lines, 0.0),
        item_factor=1.0,
    )


def _chance(rows: Sequence[Sequence[Row]]) -> float:
    return max(0.0, min(1.0, slope(rows)))


def core_rates(rates: Rates, projects: Sequence[Sums]) -> tuple[Rates, ...]:
    """The rates with each of CORES.

    Further tests run into the core as much less often than first ones as into all that neither is aimed at.
    """
    entry, branch = (mean_ratio([list(sums.of(each)) for sums in projects]) for each in ("aside_entry", "aside_branch"))
    less = min(1.0, branch / entry) if entry else 0.0
    return tuple(
        replace(rates, core_share=share, core_entry=chance, core_branch=chance * less) for share, chance in CORES
    )


def best_core(trials: Sequence[Rates], errors: Errors) -> Rates:
    """The trial with the smallest mean square of its errors, all projects weighing the same."""

    def square(place: int) -> float:
        means = [fmean(error**2 for error in row[place]) for row in errors.values() if row[place]]
        return fmean(means) if means else 0.0

    return trials[min(range(len(trials)), key=square)]
