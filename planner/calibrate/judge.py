"""Whether a project's own constant forecasts better than the shipped one, on cases that it has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from planner.model.calibration import HeldOut, Refit, Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict, with the mean errors before and after, and the standard error of their difference."""

    verdict: Verdict
    cases: int = 0
    before: float | None = None
    after: float | None = None
    noise: float | None = None


def judge(cases: Sequence[HeldOut], fewest: int) -> Judged:
    """Taken when the mean error falls by more than one standard error of that fall, over at least `fewest` cases.

    The pairs are compared, since hard cases are hard for both. One standard error is the rule of the smallest model
    that is not measurably worse (Breiman and others 1984); the shipped constant is the smaller model.
    """
    if not cases:
        return Judged("no cases")
    gains = [each.before - each.after for each in cases]
    before, after = fmean(each.before for each in cases), fmean(each.after for each in cases)
    noise = stdev(gains) / len(gains) ** 0.5 if len(gains) > 1 else None
    return Judged(_verdict(fmean(gains), noise, len(cases) >= fewest), len(cases), before, after, noise)


def of_receipts(name: str, shipped: float, own: float, believed: float, cases: int, judged: Judged) -> Refit:
    """The refit of a constant from so many receipts, as it was judged on those held out."""
    return Refit(
        name=name,
        shipped=shipped,
        of="receipt",
        verdict=judged.verdict if judged.cases else "too few",
        own=own,
        shrunk=believed,
        cases=cases,
        held_out=judged.cases,
        held_out_of="receipt",
        before=judged.before,
        after=judged.after,
        noise=judged.noise,
    )


def _verdict(gain: float, noise: float | None, are_enough: bool) -> Verdict:
    if not are_enough or noise is None:
        return "too few"
    if gain <= 0:
        return "no better"
    return "taken" if gain > noise else "noise"
