"""What tests could cover at most: the same for options, requirements and whole projects."""

from collections.abc import Sequence

from planner.model.plan import MILLI, Candidate
from planner.solve.tally import Ground, Tally


def find_ceiling(candidates: Sequence[Candidate], ground: Ground) -> tuple[int, int]:
    """Points covered, and points in all, if everything coverable in the candidates were covered.

    That is each missing point of their own functions, what importing them runs, and of other functions what their
    tests together are expected to reach.
    """
    own = {key for each in candidates for key in each.bodies}
    forecast, left = ground.forecast, Tally(ground).left
    for each in candidates:
        left.leave(each.entry)
        if each.tests > 1:
            left.leave(each.branch, each.tests - 1)
    files = {path for each in candidates for path in (each.path, *each.imports)}
    in_core = sum(gift for key, gift in forecast.gifts.items() if key in own)
    gained = sum(forecast.gaps.get(key, 0) for key in own) + sum(forecast.imports.get(path, 0) for path in files)
    gained += max(0, left.covered_without(own) - in_core) // MILLI
    entered = sum(ground.entering.get(path, 0) for path in files)
    return ground.today.covered_points + gained, ground.today.points + entered
