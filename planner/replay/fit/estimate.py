"""Simple estimates from sums by project: ratios, slopes and power laws in which every project weighs the same."""

from collections.abc import Callable, Sequence
from math import exp, log
from statistics import fmean
from typing import TypeAlias

Row: TypeAlias = tuple[float, float, float]
"""What it depends on, a part, and the whole that it is of."""

POWERS = tuple(step / 100 for step in range(201))


def mean_ratio(projects: Sequence[Sequence[Row]]) -> float:
    """The mean over projects of all parts by all wholes; 0 when there is nothing."""
    ratios = [sum(part for _, part, _ in rows) / sum(whole for _, _, whole in rows) for rows in projects if rows]
    return fmean(ratios) if ratios else 0.0


def power_law(projects: Sequence[Sequence[Row]], most: float = 1.0) -> tuple[float, float]:
    """Share and power such that part = share / n^power x whole, by Poisson likelihood; the share is at most `most`.

    `n` is what rows depend on, 1 or more. (0, 0) when there is nothing.
    """
    rows = _weighed(projects)
    if not any(part for _, part, _ in rows):
        return 0.0, 0.0

    def share(power: float) -> float:
        return min(most, sum(part for _, part, _ in rows) / sum(whole * exp(-power * log(n)) for n, _, whole in rows))

    def likelihood(power: float) -> float:
        top = share(power)
        return sum(part * (log(top) - power * log(n)) - top * whole * exp(-power * log(n)) for n, part, whole in rows)

    power = max(POWERS, key=likelihood)
    return share(power), power


def slope(projects: Sequence[Sequence[Row]]) -> float:
    """How much the ratio of part to whole rises for 1 of what it depends on: least squares weighed by the wholes.

    Each project has a level of its own, from which its ratios rise.
    """
    rises = spreads = 0.0
    for rows in (_weighed([each]) for each in projects):
        middle = sum(x * whole for x, _, whole in rows)
        ratio = sum(part for _, part, _ in rows)
        spreads += sum(whole * (x - middle) ** 2 for x, _, whole in rows)
        rises += sum((x - middle) * (part - ratio * whole) for x, part, whole in rows)
    return rises / spreads if spreads else 0.0


def _weighed(projects: Sequence[Sequence[Row]]) -> list[Row]:
    """All rows, the wholes of each project adding up to 1."""
    totals = [(rows, sum(whole for _, _, whole in rows)) for rows in projects]
    return [(x, part / total, whole / total) for rows, total in totals if total for x, part, whole in rows]


def smallest_inside(widths: Sequence[float], share_inside: Callable[[float], float], wanted: float) -> float:
    """The smallest of rising `widths` with which so large a share lies inside; the last one when none is enough."""
    low, high = 0, len(widths) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if share_inside(widths[middle]) >= wanted else (middle + 1, high)
    return widths[low]
