"""The cheapest set of steps, nearly: always the step with most points per hour next, then what is superfluous out.

A first solver without a bound. Lazy: a candidate's ratio is only computed again when it comes to the top.
"""

import heapq
from collections.abc import Iterable

from planner.model.plan import MILLI, Candidate
from planner.solve.tally import Ground, Tally, tally_of


def choose_steps(candidates: Iterable[Candidate], ground: Ground) -> tuple[Candidate, ...]:
    """Candidates in the order to take them, enough to reach the target, or all that help when none is enough.

    Filled twice, with and without counting what goes beyond the target, and the cheaper kept: one point short, the
    cheapest step is best and not the largest, yet a large one early may spare several.
    """
    every = tuple(candidates)
    ways = [_without_superfluous(_fill(every, ground, is_capped=capped), ground) for capped in (False, True)]
    return min(ways, key=lambda way: _price(way, ground))


def _price(way: tuple[Candidate, ...], ground: Ground) -> tuple[int, float]:
    """Points still lacking, then hours."""
    tally = Tally(ground)
    hours = 0.0
    for candidate in way:
        hours += tally.marginal_effort(candidate).p50
        tally.add(candidate)
    return tally.shortfall, hours


def _fill(candidates: tuple[Candidate, ...], ground: Ground, *, is_capped: bool) -> list[Candidate]:
    tally = Tally(ground)
    chosen: list[Candidate] = []
    waiting = _Queue(candidates, tally, is_capped=is_capped)
    while tally.shortfall and (best := waiting.pop()):
        opens = {seam.kind for seam in tally.new_seams(best)}
        brings = tally.new_entering(best)
        tally.add(best)
        chosen.append(best)
        waiting.refresh(opens, brings)
    for group in waiting.files():
        if tally.shortfall and _net_of_file(group, tally) > 0:
            chosen += group
            for each in group:
                tally.add(each)
    return chosen


def _net_of_file(group: list[Candidate], tally: Tally) -> int:
    """Net points of all that is left of one file, in thousandths.

    Tests of one class seldom earn what the target asks for the whole file that they bring in; those of all may.
    """
    first, *rest = group
    alone = tally.marginal_milli(first) - tally.marginal_need(first)
    return alone + sum(each.body_milli for each in rest)


class _Queue:
    """Candidates by net points per hour, best first. Ratios fall as others are chosen, except when a double is
    built or a file enters the total: then the candidates behind that seam or in that file are queued again.
    """

    def __init__(self, candidates: tuple[Candidate, ...], tally: Tally, *, is_capped: bool) -> None:
        self._tally, self._is_capped = tally, is_capped
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

    def files(self) -> list[list[Candidate]]:
        """What is left, by file, in the order of the paths."""
        groups: dict[str, list[Candidate]] = {}
        for key in sorted(self._left):
            groups.setdefault(key[0], []).append(self._left[key])
        return list(groups.values())

    def refresh(self, kinds: set[str], paths: set[str]) -> None:
        """Queue again those whose price fell, as doubles of these kinds exist now or these files have entered."""
        if not (kinds or paths):
            return
        for key, candidate in self._left.items():
            is_opened = any(seam.kind in kinds for seam in candidate.seams)
            if is_opened or not paths.isdisjoint((candidate.path, *candidate.imports)):
                heapq.heappush(self._heap, (-self._ratio(candidate), key))

    def _ratio(self, candidate: Candidate) -> float:
        net = self._tally.marginal_milli(candidate) - self._tally.marginal_need(candidate)
        most = self._tally.shortfall * MILLI if self._is_capped else net
        return min(net, most) / self._tally.marginal_effort(candidate).p50


def _without_superfluous(chosen: list[Candidate], ground: Ground) -> tuple[Candidate, ...]:
    """Leave out steps that the target does not need, the last chosen first; a plan that falls short keeps all.

    Where leaving one out takes its file out of the total too, others may have become superfluous: once more, then.
    """
    kept = tuple(chosen)
    tally = tally_of(kept, ground)
    if tally.shortfall:
        return kept
    spare = tally.milli - _needed_milli(tally)
    for candidate in reversed(chosen):
        if candidate.body_milli - _most_relief(candidate, ground) > spare:
            continue
        without = tuple(each for each in kept if each is not candidate)
        fewer = tally_of(without, ground)
        if not fewer.shortfall:
            kept, spare = without, fewer.milli - _needed_milli(fewer)
    is_final = len(kept) == len(chosen) or not ground.entering
    return kept if is_final else _without_superfluous(list(kept), ground)


def _most_relief(candidate: Candidate, ground: Ground) -> int:
    """The most that the needed points can fall by without the candidate, in thousandths: all its files leave."""
    return sum(ground.entering.get(path, 0) for path in {candidate.path, *candidate.imports}) * MILLI


def _needed_milli(tally: Tally) -> int:
    need = tally.ground.target.points_needed(tally.ground.today.points + tally.entered)
    return (need - tally.ground.today.covered_points) * MILLI
