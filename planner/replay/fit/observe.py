"""What tests really covered and cost, summed over a split: items tested alone, and orders made once and step by step.

None of them asks the forecast for anything, so that observations do not depend on the constants fitted to them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal, TypeAlias

from planner.forecast.gain import MOST_TESTS
from planner.model.problem import BodyKey
from planner.replay.executor import Done, Ground, follow, follow_steps, start
from planner.replay.fit.terms import View, union, view
from planner.replay.layout import Packed
from planner.replay.ours import BY_FORMULA
from planner.replay.planners import by_rank, most_missing
from planner.replay.state import Step

Quantity = Literal[
    "coverable_new",
    "coverable_entered",
    "entry",
    "branch",
    "entered_new",
    "entered_part",
    "reach_entry",
    "reach_branch",
    "aside_entry",
    "aside_branch",
    "first_lines",
    "other_lines",
]
"""What is observed: statements that can be covered of those missing; statements covered of those left that can be, by
the first test of something new, its further tests, and of new and entered functions of anything else; of new functions
that it reaches, and of all others; and lines of test code of the first test in a module, and of others."""

TWENTIETHS = 20
"""Confidences of calls are counted by such steps."""

Key: TypeAlias = tuple[Quantity, int]
"""A quantity, and what it depends on: the number of functions with gaps, or the confidence of a call in TWENTIETHS."""


MOST_REPLANNED = 60
"""So many steps are observed of an order that is planned again after each test; chosen to bound the work."""


@dataclass(slots=True)
class Sums:
    """By key, a part and the whole that it is of: statements covered of statements left, or lines of tests."""

    parts: Counter[Key] = field(default_factory=Counter)
    wholes: Counter[Key] = field(default_factory=Counter)

    def add(self, key: Key, part: int, whole: int) -> None:
        """Nothing, where there is no whole."""
        if whole:
            self.parts[key] += part
            self.wholes[key] += whole

    def of(self, quantity: Quantity) -> list[tuple[float, int, int]]:
        """(what it depends on, part, whole) of a quantity, in order; confidences are from 0 to 1."""
        unit = TWENTIETHS if quantity in ("reach_entry", "reach_branch") else 1
        keys = sorted(key for key in self.wholes if key[0] == quantity)
        return [(key[1] / unit, self.parts[key], self.wholes[key]) for key in keys]

    def join(self, other: "Sums") -> None:
        """Add all of the other's."""
        self.parts.update(other.parts)
        self.wholes.update(other.wholes)


@dataclass(frozen=True, slots=True)
class Lone:
    """What all tests of one item gained when nothing else was tested: statements of functions, and import-time ones."""

    body: int
    imported: int


@dataclass(frozen=True, slots=True)
class Observed:
    """All that is observed of one split: `tests` is how many were put back, `lone` has the items tested alone."""

    sums: Sums
    lone: Mapping[BodyKey, Lone]
    tests: int


def observe(ground: Ground) -> Observed:
    """The observations of one split."""
    seen = view(start(ground))
    sums = Sums()
    _observe_coverable(seen, sums)
    steps = _observe_lines(seen, sums) + _observe_replanned(seen, sums)
    lone: dict[BodyKey, Lone] = {}
    for item in ground.items:
        times = seen.state.missing(item).bit_count()
        done = list(follow_steps((Step(item.key) for _ in range(times)), seen.run(only=item.key)))
        for number, (_, added, left) in enumerate(added_by(seen, done[:MOST_TESTS])):
            _observe_step(seen, item.key, added, left, sums, is_first=number == 0)
        lone[item.key] = _lone(seen, done)
        steps += len(done)
    return Observed(sums, lone, steps)


def breadth_first(seen: View) -> Iterator[Step]:
    """One test for each item, largest missing first, then a second one, up to the most that is ever planned."""
    items = by_rank(seen.state.items, most_missing, seen.state)
    for _ in range(MOST_TESTS):
        yield from (Step(item.key) for item in items)


def added_by(seen: View, done: Iterable[Done]) -> Iterator[tuple[Done, Packed, Packed]]:
    """Each test, what it adds, and what could be covered before it and was not."""
    project = seen.ground.project
    left = project.full & ~seen.present
    for each in done:
        added = project.added_by(each.test) & left
        yield each, added, left
        left &= ~added


def _observe_coverable(seen: View, sums: Sums) -> None:
    full = seen.ground.project.full
    for key in (key for terms in seen.items.values() for key in terms.own):
        gap = seen.gaps[key]
        quantity: Quantity = "coverable_new" if key in seen.new else "coverable_entered"
        sums.add((quantity, 0), (gap & full).bit_count(), gap.bit_count())


def _observe_lines(seen: View, sums: Sums) -> int:
    """What tests cost in a breadth-first plan. How many comes back."""
    begun: set[str] = set()
    count = 0
    for each in follow_steps(breadth_first(seen), seen.run()):
        path = each.key[0]
        starts = seen.items[each.key].starts_module and path not in begun
        sums.add(("first_lines" if starts else "other_lines", 0), each.effort, 1)
        begun.add(path)
        count += 1
    return count


def _observe_replanned(seen: View, sums: Sums) -> int:
    """What each test covers in an order that measures again after each one, with the terms of the moment."""
    run, count = seen.run(), 0
    now = view(run)
    for each in islice(follow(BY_FORMULA, run), MOST_REPLANNED):
        for _, added, left in added_by(now, [each]):
            _observe_step(now, each.key, added, left, sums, is_first=True)
        now = view(run)
        count += 1
    return count


def _observe_step(seen: View, item: BodyKey, added: Packed, left: Packed, sums: Sums, *, is_first: bool) -> None:
    terms = seen.items[item]
    is_entry = terms.is_new and is_first
    for key in terms.own:
        quantity = _own_quantity(key in seen.new, terms.is_new, is_first)
        sums.add((quantity, len(terms.own)), *_share(seen.gaps[key], added, left))
    for key, confidence in terms.reached.items():
        level = round(confidence * TWENTIETHS)
        sums.add(("reach_entry" if is_entry else "reach_branch", level), *_share(seen.gaps[key], added, left))
    aside = seen.behaviour_of_new & ~union(seen.gaps[key] for key in (*terms.own, *terms.reached))
    sums.add(("aside_entry" if is_entry else "aside_branch", 0), *_share(aside, added, left))


def _own_quantity(is_new_function: bool, is_new_item: bool, is_first: bool) -> Quantity:
    if is_new_item:
        return "entry" if is_first else "branch"
    return "entered_new" if is_new_function else "entered_part"


def _share(lines: Packed, added: Packed, left: Packed) -> tuple[int, int]:
    return (lines & added).bit_count(), (lines & left).bit_count()


def _lone(seen: View, done: Iterable[Done]) -> Lone:
    gained = union(added for _, added, _ in added_by(seen, done))
    body = (gained & seen.behaviour).bit_count()
    return Lone(body, gained.bit_count() - body)
