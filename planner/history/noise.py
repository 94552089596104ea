"""What differs between runs of the same suite on the same source, and how large a margin a target needs for it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import atan, cos, pi, sqrt
from statistics import fmean, stdev

from planner.errors import InputError
from planner.model.history import FileShot, Flip, Noise, Snapshot
from planner.model.lines import NO_LINES, Lines, numbers_in

Reasons = Callable[[str, str], tuple[str, ...]]
"""Path and unit -> why it may run differently from time to time, likeliest first."""


def find_noise(runs: Sequence[Snapshot], reasons: Reasons, confidence: float) -> Noise:
    """The points that some runs cover and others don't, by unit, and the margin for a one-sided confidence.

    Raises InputError for fewer than two runs, or runs of different sources.
    """
    if len(runs) < 2:
        raise InputError("noise needs two runs or more of the same suite: gapplan noise RUN1 RUN2 ...")
    paths = sorted({file.path for run in runs for file in run.files})
    by_run = [{file.path: file for file in run.files} for run in runs]
    flips: list[Flip] = []
    for path in paths:
        shots = [files.get(path) for files in by_run]
        _check_source(path, shots)
        flips += _flips(path, shots, reasons)
    covered = [run.totals.covered_points for run in runs]
    return Noise(
        totals=tuple(run.totals for run in runs),
        flips=tuple(sorted(flips, key=lambda flip: (-flip.points, flip.path, flip.unit))),
        margin=margin_of(covered, confidence),
        confidence=confidence,
    )


def margin_of(covered: Sequence[int], confidence: float) -> int:
    """Points that the next run may lie below the mean of these, at most, with that confidence (0.5 to 1); rounded up.

    One-sided prediction interval for one more value of a normal distribution: t x s x sqrt(1 + 1/n) with n - 1 degrees
    of freedom. Source: Hahn and Meeker, Statistical Intervals (1991), 4.7. With two or three runs it is wide: that is
    how little they tell.
    """
    if len(set(covered)) < 2:
        return 0
    width = _student(confidence, len(covered) - 1) * stdev(covered) * sqrt(1 + 1 / len(covered))
    return max(0, -int(-width // 1))


def expected_covered(noise: Noise) -> float:
    """The mean of the runs, in points."""
    return fmean(each.covered_points for each in noise.totals)


def _check_source(path: str, shots: Sequence[FileShot | None]) -> None:
    sources = {shot.source for shot in shots if shot and shot.source}
    counted = {shot.statements for shot in shots if shot}
    if len(sources) > 1 or len(counted) > 1:
        raise InputError(
            f"{path}: the runs are of different sources or settings; noise is between runs of the same code"
        )


def _flips(path: str, shots: Sequence[FileShot | None], reasons: Reasons) -> Iterator[Flip]:
    """By unit, in the order of the lines."""
    known = [shot for shot in shots if shot]
    first = known[0]
    ran = [_executed(shot) for shot in shots]
    taken = [shot.exits if shot else {} for shot in shots]
    lines = _differing(ran) | _differing_exits(taken)
    by_unit: dict[str, Lines] = {}
    for line in numbers_in(lines):
        unit = first.unit_at(line)
        by_unit[unit] = by_unit.get(unit, NO_LINES) | 1 << line
    for unit, mine in by_unit.items():
        counts = tuple((each & mine).bit_count() + _taken(exits, mine) for each, exits in zip(ran, taken, strict=True))
        points = (_differing(ran) & mine).bit_count() + _flipping_exits(taken, mine)
        yield Flip(path, unit, mine, points, counts, reasons(path, unit))


def _executed(shot: FileShot | None) -> Lines:
    return shot.statements & ~shot.missing if shot else NO_LINES


def _differing(ran: Sequence[Lines]) -> Lines:
    """Lines that ran in some runs and not in all."""
    some, every = NO_LINES, ran[0]
    for each in ran:
        some, every = some | each, every & each
    return some & ~every


def _differing_exits(taken: Sequence[Mapping[int, tuple[int, int]]]) -> Lines:
    lines = NO_LINES
    for line in {line for exits in taken for line in exits}:
        if len({exits.get(line, (0, 0))[1] for exits in taken}) > 1:
            lines |= 1 << line
    return lines


def _flipping_exits(taken: Sequence[Mapping[int, tuple[int, int]]], lines: Lines) -> int:
    """How many exits on these lines were taken in the fullest run beside those of the emptiest."""
    counts = [[exits.get(line, (0, 0))[1] for exits in taken] for line in numbers_in(lines)]
    return sum(max(each) - min(each) for each in counts)


def _taken(exits: Mapping[int, tuple[int, int]], lines: Lines) -> int:
    return sum(count for line, (_, count) in exits.items() if lines >> line & 1)


def _student(share: float, freedom: int) -> float:
    """The quantile of Student's t distribution, by halving: what lies below it is `share` (0.5 to 1)."""
    low, high = 0.0, 1.0
    while _below(high, freedom) < share and high < 1e9:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _below(middle, freedom) < share else (low, middle)
    return high


def _below(t: float, freedom: int) -> float:
    """The distribution function at t >= 0, for whole degrees of freedom.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.7.3 and 26.7.4.
    """
    angle = atan(t / sqrt(freedom))
    sine, square = t / sqrt(freedom + t * t), cos(angle) ** 2
    is_odd = freedom % 2
    term = cos(angle) if is_odd else 1.0
    total = 0.0
    for step in range(1 + is_odd, freedom, 2):
        total += term
        term *= square * step / (step + 1)
    between = (2 / pi) * (angle + sine * total) if is_odd else sine * total
    return (1 + between) / 2
