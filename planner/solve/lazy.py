"""Lazy greedy: always what gains most per price next, looking ahead to the later tests of an aim and behind doors.

A door is what a test needs that costs and gains nothing by itself: set-ups not bought yet, and lumps that raise a need
by more than they weigh. A door is opened for all the aims behind it together when their best, with the door's price,
gain more per price than anything else. Ratios are whole numbers and ties go by key, so that a run is repeatable.
"""

import heapq
from collections.abc import Sequence
from dataclasses import replace

from planner.solve.begin import find_start
from planner.solve.doors import look_behind
from planner.solve.outlook import outlook, ratio_of
from planner.solve.start import Entry, Start
from planner.solve.union import Union


class Fill:
    """Takes the best next test until the needs are met, nothing gains, or, with a budget, nothing fits any more.

    `order` is what was taken. Ratios only fall as others are taken, so that one is computed again when it comes to
    the top; where they rise, because a door has opened, the aims behind it are queued again.
    """

    def __init__(
        self, union: Union, multipliers: Sequence[int], budget: int | None = None, *, start: Start | None = None
    ) -> None:
        """From this union on, and from this start where there is a better one than that of no tests."""
        self.union, self.order = union, list[int]()
        self.is_capped, self._budget, self._multipliers = False, budget, multipliers
        self._lacks = self._lacking()
        self._queue_all(start)

    def run(self, stop_below: int = 0, most: int | None = None) -> None:
        """Take tests until all needs together lack no more than `stop_below`, or until so many are taken."""
        while (self._budget is not None or self._lacks > stop_below) and len(self.order) != most:
            if (aim := self._pop()) is None:
                break
            self._take(aim)

    def fork(self) -> "Fill":
        """The same state, going on with gains beyond what is lacking not counted."""
        other = Fill.__new__(Fill)
        other.__dict__.update(self.__dict__)
        other.union, other.order, other.is_capped = self.union.copy(), list(self.order), True
        other._heap, other._queued = list(self._heap), list(self._queued)
        other._worth = replace(self._worth, seconds=dict(self._worth.seconds))
        other._doors = [replace(door, queue=list(door.queue)) for door in self._doors]
        return other

    def largest(self) -> int:
        """The most that the next tests of any one aim gain now. Aims that can't gain more are not looked at."""
        most = 0
        for aim, gain in self._start.gains.items():
            if gain <= most:
                break
            if self.union.has_next(aim):
                most = max(most, outlook(self.union, self._worth, aim, self._purse)[0])
        return most

    def _queue_all(self, start: Start | None = None) -> None:
        """Start with gains towards the needs that are not met. Nothing is queued with a ratio that is too low."""
        self._unmet = self._find_unmet()
        active = tuple(each if need in self._unmet else 0 for need, each in enumerate(self._multipliers))
        self._start = start or find_start(self.union.instance, active if self._budget is None else None)
        self._worth = replace(self._start.worth, seconds=dict(self._start.worth.seconds))
        self._doors = [replace(door, queue=list(door.queue)) for door in self._start.doors]
        self._heap: list[Entry] = list(self._start.queue)
        self._queued = [*self._start.queued, *(0 for _ in self._doors)]
        for place, door in enumerate(self._doors, start=len(self.union.taken)):
            self._push(place, door.most)

    @property
    def _purse(self) -> int | None:
        return None if self._budget is None else self._budget - self.union.price

    def _find_unmet(self) -> tuple[int, ...]:
        return tuple(need for need, short in enumerate(self.union.shortfalls()) if short > 0)

    def _lacking(self) -> int:
        shortfalls = self.union.shortfalls()
        return sum(each * max(0, short) for each, short in zip(self._multipliers, shortfalls, strict=True))

    def _look(self, who: int) -> tuple[int, int | None]:
        """The ratio of an aim or a door, and the aim to take for it."""
        purse = self._purse
        aim: int | None = who
        if who < len(self.union.taken):
            if not self.union.has_next(who):
                return 0, None
            gain, price = outlook(self.union, self._worth, who, purse)
        else:
            gain, price, aim = look_behind(self.union, self._worth, self._doors[who - len(self.union.taken)], purse)
        return ratio_of(min(gain, self._lacks) if self.is_capped else gain, price), aim

    def _most(self, aim: int) -> int:
        """What the ratio of the aim's next tests is at most, as no more than what is lacking counts."""
        plain = self.union.instance.problem.aims[aim]
        return ratio_of(self._lacks, plain.further if self.union.taken[aim] else plain.first)

    def _push(self, who: int, ratio: int) -> None:
        self._queued[who] = ratio
        if ratio > 0:
            heapq.heappush(self._heap, (-ratio, self._rank(who), who))

    def _rank(self, who: int) -> int:
        return self.union.instance.rank[who] if who < len(self.union.taken) else who

    def _pop(self) -> int | None:
        """The aim whose next test is best, by itself or to open a door."""
        while self._heap:
            ratio, rank, who = heapq.heappop(self._heap)
            if -ratio != self._queued[who]:
                continue
            if self.is_capped and who < len(self.union.taken) and (most := self._most(who)) < -ratio:
                self._push(who, most)
                continue
            now, aim = self._look(who)
            if aim is not None and now > 0 and (not self._heap or (-now, rank) <= self._heap[0][:2]):
                return aim
            self._push(who, now if aim is not None else 0)
        return None

    def _take(self, aim: int) -> None:
        opened = self._opened_by(aim)
        self.union.add(aim)
        self.order.append(aim)
        if self._budget is None:
            unmet = self._find_unmet()
            self._lacks = self._lacking()
            if unmet and unmet != self._unmet:
                self._queue_all()
                return
        for who in {aim, *(each for name in opened for each in self._start.behind.get(name, ()))}:
            self._push(who, self._look(who)[0])

    def _opened_by(self, aim: int) -> list[tuple[int, int]]:
        union = self.union
        if union.taken[aim]:
            return []
        setups = [(0, setup) for setup in union.instance.doors[aim] if not union.users[setup]]
        return setups + [(1, lump) for lump in union.instance.brings[aim] if not union.bringers[lump]]
