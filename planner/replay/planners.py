"""Planners to compare with: orders that people and tools use today. None of them forecasts anything."""

from collections.abc import Callable, Iterable, Iterator
from random import Random

from planner.model.replay import YARDSTICK as YARDSTICK_NAME
from planner.replay.state import Choose, Item, Planner, State, Step

Rank = Callable[[Item, State], float]
"""Item and state -> the smaller, the sooner."""


def depth_first(rank: Rank) -> Choose:
    """One item after the other, each until it is done, in the order of today's ranks; ties by path and name."""
    return _one_by_one(lambda state: by_rank(state.items, rank, state))


def in_rounds(order: Callable[[State], Iterable[Item]]) -> Choose:
    """One test for each item in the given order, then a second one for each, and so on."""

    def choose(state: State) -> Iterator[Step]:
        items = list(order(state))
        for _ in range(max((state.missing(item).bit_count() for item in items), default=0)):
            yield from (Step(item.key) for item in items)

    return choose


def adaptive(rank: Rank) -> Choose:
    """The open item of smallest rank by what is measured now."""

    def choose(state: State) -> Iterator[Step]:
        best = min(state.open, key=lambda item: (rank(item, state), item.key), default=None)
        if best is not None:
            yield Step(best.key)

    return choose


def by_rank(items: Iterable[Item], rank: Rank, state: State) -> list[Item]:
    """The items, smallest rank first; ties by path and name."""
    return sorted(items, key=lambda item: (rank(item, state), item.key))


def most_missing(item: Item, state: State) -> float:
    """Largest number of missing statements first: what `coverage report --sort=-miss` suggests."""
    return -state.missing(item).bit_count()


def fewest_missing(item: Item, state: State) -> float:
    """Fewest missing statements first."""
    return state.missing(item).bit_count()


def lowest_percent(item: Item, state: State) -> float:
    """Lowest percent covered first."""
    return 1 - state.missing(item).bit_count() / max(1, item.lines.bit_count())


def smallest(item: Item, state: State) -> float:
    """Fewest statements first."""
    return item.lines.bit_count()


def alphabetical(item: Item, state: State) -> float:
    """By path and name."""
    return 0


def most_complex(item: Item, state: State) -> float:
    """Largest sum of McCabe's complexity first."""
    return -_complexity(item, state)


def most_crap(item: Item, state: State) -> float:
    """Largest change risk first: complexity^2 x (1 - coverage)^3 + complexity (Savoia and Evans, 2007)."""
    complexity = _complexity(item, state)
    uncovered = state.missing(item).bit_count() / max(1, item.lines.bit_count())
    return -(complexity**2 * uncovered**3 + complexity)


def _complexity(item: Item, state: State) -> int:
    path, name = item.key
    units = (unit for unit in state.code.facts[path].units if unit.is_body)
    return sum(unit.complexity for unit in units if not name or unit.target == name)


def in_random_order(seed: int) -> Callable[[State], list[Item]]:
    """The items shuffled, always the same for the same seed and items."""

    def order(state: State) -> list[Item]:
        items = sorted(state.items, key=lambda item: item.key)
        Random(seed).shuffle(items)
        return items

    return order


def _one_by_one(order: Callable[[State], Iterable[Item]]) -> Choose:
    """One item after the other, each until it is done."""

    def choose(state: State) -> Iterator[Step]:
        for item in order(state):
            yield from (Step(item.key) for _ in range(state.missing(item).bit_count()))

    return choose


def random_modules(seed: int) -> Planner:
    """Modules one after the other in random order."""
    return Planner(f"random {seed}", "module", "plan", _one_by_one(in_random_order(seed)))


def random_classes(seed: int) -> Planner:
    """One test for each class in random order, then a second one for each, and so on."""
    return Planner(f"BF_random {seed}", "class", "plan", in_rounds(in_random_order(seed)))


YARDSTICK = Planner(YARDSTICK_NAME, "module", "plan", depth_first(lowest_percent))
"""What the effort of every other order is compared with."""

BASELINES = (
    Planner("miss", "module", "plan", depth_first(most_missing)),
    YARDSTICK,
    Planner("smallest", "module", "plan", depth_first(smallest)),
    Planner("fewest", "module", "plan", depth_first(fewest_missing)),
    Planner("alphabetical", "module", "plan", depth_first(alphabetical)),
    Planner("complexity", "module", "plan", depth_first(most_complex)),
    Planner("crap", "module", "plan", depth_first(most_crap)),
    Planner("BF_miss", "class", "plan", in_rounds(lambda state: by_rank(state.items, most_missing, state))),
    Planner("ad_miss", "class", "replan", adaptive(most_missing)),
)
"""The orders of protocol step 7, but for the random ones and the oracle."""
