"""Lines of test code in an hour, from receipts."""

from collections.abc import Sequence
from math import log

from planner.calibrate.gains import FEWEST_RECEIPTS
from planner.calibrate.judge import judge, of_receipts
from planner.calibrate.shrink import shrunk, weight_of
from planner.model.calibration import FinishedWork, HeldOut, Refit
from planner.model.rates import Rates

HALF_RECEIPTS = 2
"""So many receipts weigh as much as what is shipped. No recording holds hours, so this is no measurement: it takes
single pieces of work to stray by a factor of 1.6 (one standard deviation), and teams by 1.4."""


def refit_hours(receipts: Sequence[FinishedWork], rates: Rates, test_lines: float) -> Refit:
    """`lines_per_hour`: all lines by all hours. A receipt without lines counts `test_lines` for each of its tests.

    Hours are whole: what was spent on doubles and on reading code is in them, as it will be in the next ones. Each
    receipt is forecast from the others.
    """
    judged = judge(_by_others(receipts, rates, test_lines), FEWEST_RECEIPTS)
    name, shipped = "lines_per_hour", rates.lines_per_hour
    if not receipts:
        return Refit(name, shipped, "receipt", "no cases")
    own = own_speed(receipts, test_lines)
    return of_receipts(name, shipped, own, speed(receipts, rates, test_lines), len(receipts), judged)


def own_speed(receipts: Sequence[FinishedWork], test_lines: float) -> float:
    """Lines in an hour over all receipts together."""
    return sum(_lines(each, test_lines) for each in receipts) / sum(each.hours for each in receipts)


def speed(receipts: Sequence[FinishedWork], rates: Rates, test_lines: float) -> float:
    """Lines in an hour that are believed."""
    return shrunk(rates.lines_per_hour, own_speed(receipts, test_lines), weight_of(len(receipts), HALF_RECEIPTS))


def _lines(receipt: FinishedWork, test_lines: float) -> float:
    return receipt.tests * test_lines if receipt.lines is None else receipt.lines


def _by_others(receipts: Sequence[FinishedWork], rates: Rates, test_lines: float) -> list[HeldOut]:
    if len(receipts) < 2:
        return []
    found = []
    for place, each in enumerate(receipts):
        actual = log(own_speed([each], test_lines))
        believed = speed([*receipts[:place], *receipts[place + 1 :]], rates, test_lines)
        found.append(HeldOut(abs(actual - log(rates.lines_per_hour)), abs(actual - log(believed))))
    return found
