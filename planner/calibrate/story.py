"""All constants of one project: refit, judged, and put together."""

from collections.abc import Sequence
from datetime import date

from planner.calibrate.gains import refit_yield
from planner.calibrate.hours import refit_hours
from planner.calibrate.lines import by_file, refit_lines, spread_refit
from planner.model.calibration import Calibration, FinishedWork, Replayed, TestCost
from planner.model.rates import Rates


def calibrate(
    project: str,
    on: date,
    rates: Rates,
    *,
    costs: Sequence[TestCost] = (),
    replayed: Replayed | None = None,
    receipts: Sequence[FinishedWork] = (),
) -> Calibration:
    """What the project's tests, recording and receipts say about `rates`, those that are shipped.

    The costs of the recording stand in for `costs`, which are read: they are what tests really used.
    """
    costs = replayed.costs if replayed else costs
    lines = refit_lines(costs, rates, replayed.trials if replayed else ())
    tests = next((each for each in lines if each.name == "test_lines" and each.is_taken), None)
    hours = refit_hours(receipts, rates, (tests and tests.shrunk) or rates.test_lines)
    gains = replayed.gains if replayed else ()
    return Calibration(
        project=project,
        on=on,
        refits=(*lines, spread_refit(costs, rates), hours, refit_yield(receipts, gains, rates)),
        tests=len(costs),
        files=len(by_file(costs)),
        receipts=len(receipts),
        plans=len(gains) + len(replayed.trials) if replayed else 0,
        is_recorded=replayed is not None,
    )
