"""The cheapest mendings that reach a pass rate: a knapsack cover, solved exactly in whole minutes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import gcd

from planner.model.blocked import Mending, Passing, PassOption, PassRung, PassTarget
from planner.model.plan import Effort

QUICK_HOURS = 1.0
"""Hours (P50) up to which a mending is quick: no longer than the mendings that teams found small (unblock.toml)."""

_MINUTES = 60


def plan_passes(mendings: Sequence[Mending], today: Passing, target: PassTarget) -> tuple[PassOption, ...]:
    """A (quick), B (biggest first), D (ladder) and the mix, in this order; none where the rate is reached today.

    The mix takes the fewest minutes (P50) of all choices that reach the rate, and of these passes most tests. An option
    that does not reach it takes all its causes. Mendings keep their order, those of B excepted.
    """
    if not target.lacks(today):
        return ()
    quick = [each for each in mendings if each.effort.p50 <= QUICK_HOURS]
    biggest = sorted(mendings, key=lambda each: (-each.runs_again, each.effort.p50, each.cause.key))
    cheapest = choose_cover(mendings, today, target)
    made = (
        (("A", "quick", f"mendings of at most {QUICK_HOURS:g} h each"), choose_cover(quick, today, target)),
        (("B", "biggest first", "the causes that stop most tests"), _until(biggest, today, target)),
        (("D", "ladder", "the mendings of the mix, one after the other"), cheapest),
        (("mix", "best mix", "the fewest hours"), cheapest),
    )
    return tuple(PassOption(*about, *_climb(taken, today, target)) for about, taken in made)


def recommend_passes(options: Sequence[PassOption]) -> str | None:
    """The option with the fewest hours that reaches the rate, by key; where none does, the one that lacks least."""
    real = [each for each in options if each.key != "D" and each.rungs]
    found = min(real, key=lambda each: (each.lacks, each.effort.p50, each.key != "mix", each.key), default=None)
    return found.key if found else None


def choose_cover(mendings: Sequence[Mending], today: Passing, target: PassTarget) -> tuple[Mending, ...]:
    """The mendings that reach the rate in the fewest minutes, in their order; all of them where none do."""
    numerator, denominator = target.percent.numerator, target.percent.denominator * 100
    need = numerator * today.judged - denominator * today.passed
    items = [
        _Item(place, _minutes(each.effort), denominator * each.runs_again - numerator * each.uncounted)
        for place, each in enumerate(mendings)
    ]
    taken = _cover(items, need)
    return tuple(mendings) if taken is None else tuple(mendings[place] for place in taken)


@dataclass(frozen=True, slots=True)
class _Item:
    """A mending as numbers: its place, its minutes, and what it adds to what is needed."""

    place: int
    minutes: int
    value: int


def _minutes(effort: Effort) -> int:
    return max(1, round(effort.p50 * _MINUTES))


def _cover(items: Sequence[_Item], need: int) -> list[int] | None:
    """Places of the items that reach the need in the fewest minutes, and of these with the most value; else None.

    Items that take the same time are taken by value, largest first, so that only their number is open.
    """
    classes = _by_minutes(items)
    if sum(item.value for item in items) < need:
        return None
    step = gcd(*(minutes for minutes, _ in classes)) if classes else 1
    most = _greedy_minutes(items, need) // step
    best, chosen = [0] * (most + 1), []
    for minutes, members in classes:
        best, counts = _add_class(best, minutes // step, _running_sums(members))
        chosen.append(counts)
    cost = next(cost for cost, value in enumerate(best) if value >= need)
    taken: list[int] = []
    for (minutes, members), counts in zip(reversed(classes), reversed(chosen), strict=True):
        taken += [item.place for item in members[: counts[cost]]]
        cost -= counts[cost] * (minutes // step)
    return sorted(taken)


def _by_minutes(items: Sequence[_Item]) -> list[tuple[int, list[_Item]]]:
    classes: dict[int, list[_Item]] = {}
    for item in sorted(items, key=lambda each: (-each.value, each.place)):
        classes.setdefault(item.minutes, []).append(item)
    return sorted(classes.items())


def _running_sums(members: Sequence[_Item]) -> list[int]:
    sums = [0]
    for item in members:
        sums.append(sums[-1] + item.value)
    return sums


def _greedy_minutes(items: Sequence[_Item], need: int) -> int:
    """Minutes of some choice that reaches the need: no cheapest one takes more."""
    spent, value = 0, 0
    for item in sorted(items, key=lambda each: (-each.value / each.minutes, each.place)):
        if value >= need:
            break
        spent, value = spent + item.minutes, value + item.value
    return spent


def _add_class(best: Sequence[int], minutes: int, sums: Sequence[int]) -> tuple[list[int], list[int]]:
    """The most value for each cost when one more class may be chosen from, and how many of it are taken there.

    `sums` rise ever more slowly, so that with each step of cost the best number of items left to the classes before
    only rises: each half of the costs has to look at its half of the choices alone.
    """
    after, counts = list(best), [0] * len(best)
    for rest in range(min(minutes, len(best))):
        costs = range(rest, len(best), minutes)
        for place, before in _best_splits([best[cost] for cost in costs], sums):
            taken = place - before
            after[costs[place]] = best[costs[before]] + sums[taken]
            counts[costs[place]] = taken
    return after, counts


def _best_splits(best: Sequence[int], sums: Sequence[int]) -> Iterator[tuple[int, int]]:
    """For each place the earlier place from which taking items of the class brings most; the latest of equals."""
    waiting = [(0, len(best) - 1, 0, len(best) - 1)]
    while waiting:
        low, high, first, last = waiting.pop()
        if low > high:
            continue
        place = (low + high) // 2
        fewest = max(first, place - len(sums) + 1)
        found = max(
            range(fewest, min(last, place) + 1), key=lambda before: (best[before] + sums[place - before], before)
        )
        yield place, found
        waiting += [(low, place - 1, first, found), (place + 1, high, found, last)]


def _until(mendings: Sequence[Mending], today: Passing, target: PassTarget) -> tuple[Mending, ...]:
    """So many of the first that the rate is reached, or all."""
    now = today
    for count, each in enumerate(mendings, start=1):
        now = Passing(now.passed + each.runs_again, now.judged + each.uncounted)
        if not target.lacks(now):
            return tuple(mendings[:count])
    return tuple(mendings)


def _climb(
    mendings: Sequence[Mending], today: Passing, target: PassTarget
) -> tuple[tuple[PassRung, ...], Passing, int]:
    """The rungs, where they lead, and how many tests lack then."""
    rungs, now, effort = list[PassRung](), today, Effort()
    for each in mendings:
        now = Passing(now.passed + each.runs_again, now.judged + each.uncounted)
        effort += each.effort
        rungs.append(PassRung(each.cause.key, now, effort))
    return tuple(rungs), now, target.lacks(now)
