"""The cheapest set of steps, nearly: always the step with most points per hour next, then what is superfluous out.

A first solver without a bound. Lazy: a candidate's ratio is only computed again when it comes to the top.
"""

import heapq
from collections.abc import Iterable

from planner.model.plan import MILLI, Candidate
from planner.solve.tally import Ground, Tally, tally_of


def choose_steps(candidates: Iterable[Candidate], ground: Ground) -> tuple[Candidate, ...]:
    """Candidates in the order to take them, enough to reach the target, or all that help when none is enough."""
    chosen = _fill(tuple(candidates), ground)
    return _without_superfluous(chosen, ground)


def _fill(candidates: tuple[Candidate, ...], ground: Ground) -> list[Candidate]:
    tally = Tally(ground)
    chosen: list[Candidate] = []
    waiting = _Queue(candidates, tally)
    while tally.shortfall and (best := waiting.pop()):
        opens = {seam.kind for seam in tally.new_seams(best)}
        tally.add(best)
        chosen.append(best)
        waiting.refresh(opens)
    return chosen


class _Queue:
    """Candidates by net points per hour, best first. Ratios fall as others are chosen, except when a double is
    built: then the candidates behind that seam are queued again.
    """

    def __init__(self, candidates: tuple[Candidate, ...], tally: Tally) -> None:
        self._tally = tally
        self._left = {candidate.key: candidate for candidate in candidates}
        self._heap = [(-self._ratio(each), each.key) for each in candidates]
        heapq.heapify(self._heap)

    def pop(self) -> Candidate | None:
        """The best candidate that still helps, or None."""
        while self._heap:
            _, key = heapq.heappop(self._heap)
            candidate = self._left.get(key)
            if candidate is None:
                continue
            ratio = self._ratio(candidate)
            if ratio <= 0:
                continue
            if self._heap and -ratio > self._heap[0][0]:
                heapq.heappush(self._heap, (-ratio, key))
                continue
            del self._left[key]
            return candidate
        return None

    def refresh(self, kinds: set[str]) -> None:
        """Queue again those whose price fell because a double of these kinds exists now."""
        for key, candidate in self._left.items():
            if kinds and any(seam.kind in kinds for seam in candidate.seams):
                heapq.heappush(self._heap, (-self._ratio(candidate), key))

    def _ratio(self, candidate: Candidate) -> float:
        net = self._tally.marginal_milli(candidate) - self._tally.marginal_need(candidate)
        return net / self._tally.marginal_effort(candidate).p50


def _without_superfluous(chosen: list[Candidate], ground: Ground) -> tuple[Candidate, ...]:
    """Leave out steps that the target does not need, the last chosen first; a plan that falls short keeps all."""
    kept = tuple(chosen)
    tally = tally_of(kept, ground)
    if tally.shortfall:
        return kept
    spare = tally.milli - _needed_milli(tally)
    for candidate in reversed(chosen[:-1]):
        if candidate.body_milli > spare:
            continue
        without = tuple(each for each in kept if each is not candidate)
        fewer = tally_of(without, ground)
        if not fewer.shortfall:
            kept, spare = without, fewer.milli - _needed_milli(fewer)
    return kept


def _needed_milli(tally: Tally) -> int:
    need = tally.ground.target.points_needed(tally.ground.today.points + tally.entered)
    return (need - tally.ground.today.covered_points) * MILLI
