"""How true forecasts were: each item tested alone, and a one-shot plan as a whole, beside what came of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import fmean

from planner.model.plan import Range
from planner.model.replay import Accuracy, Checkpoint, Pair, SplitAccuracy, middle
from planner.replay.executor import Done, Ground, follow_steps, start
from planner.replay.project import Project
from planner.replay.score import Arena, arenas
from planner.replay.splits import Kind
from planner.replay.state import Expected, Planner, State, Step

CHECKPOINTS = (25, 50, 75, 100)
"""Percent of a plan's steps after which its forecast is held against the truth."""

FEWEST_FOR_RANKS = 5
"""Ranks of fewer items say nothing."""


def find_accuracy(project: Project, planner: Planner, *, counts: Mapping[Kind, int] | None = None) -> Accuracy:
    """The accuracy of one planner on all splits of a project, in this process."""
    return summarise(planner.name, [check_split(arena, planner) for arena in arenas(project, counts)])


def check_split(arena: Arena, planner: Planner) -> SplitAccuracy:
    """Every forecast of the planner for one split, with what came of it, by the realistic executor."""
    ground = arena.grounds[planner.grain]
    state = start(ground).state()
    return SplitAccuracy(
        split=arena.split.name,
        statements=arena.project.statements.bit_count(),
        items=tuple(_items(planner, state, ground)) if planner.foresee else (),
        plan=tuple(_plan(planner, state, ground)) if planner.mode == "plan" else (),
    )


def _items(planner: Planner, state: State, ground: Ground) -> Iterator[Pair]:
    assert planner.foresee is not None
    foreseen = planner.foresee(state)
    for item in state.items:
        if item.key in foreseen:
            yield _pair(foreseen[item.key], alone(ground, Step(item.key), state.missing(item).bit_count()))


def alone(ground: Ground, step: Step, times: int) -> list[Done]:
    """All tests of one item, when nothing else is tested."""
    return list(follow_steps((step for _ in range(times)), start(ground, only=step.key)))


def _pair(expected: Expected, done: Sequence[Done]) -> Pair:
    points = expected.points
    gain, effort = sum(each.gain for each in done), sum(each.effort for each in done)
    return Pair(points.p10, points.p50, points.p90, gain, expected.lines, expected.lines_p80, effort)


def _plan(planner: Planner, state: State, ground: Ground) -> Iterator[Checkpoint]:
    """Nothing for planners that expect nothing of their steps.

    Points are what the plan promises, whether or not its steps find a test. Lines are those of the steps that do: a
    step for which nobody ever wrote a test costs nothing in replay.
    """
    steps = list(planner.choose(state))
    expected = [step.expected for step in steps if step.expected]
    if not steps or len(expected) < len(steps):
        return
    done = list(follow_steps(steps, start(ground)))
    for percent in CHECKPOINTS:
        last = max(1, len(steps) * percent // 100)
        known = [each for each in done if each.step <= last]
        lines, lines_p80 = _lines(expected, known)
        yield Checkpoint(percent, _pair(replace(expected[last - 1], lines=lines, lines_p80=lines_p80), known))


def _lines(expected: Sequence[Expected], done: Sequence[Done]) -> tuple[float, float]:
    """What the steps that found a test were expected to add, P50 and P80; `expected` is up to each step."""
    before = [Expected(Range(), 0.0, 0.0), *expected]
    steps = [(before[each.step], before[each.step - 1]) for each in done]
    return sum(now.lines - old.lines for now, old in steps), sum(now.lines_p80 - old.lines_p80 for now, old in steps)


def summarise(order: str, splits: Sequence[SplitAccuracy]) -> Accuracy:
    """The figures of one planner in one project, out of those of its splits."""
    pairs = [pair for split in splits for pair in split.items]
    ends = [(split, split.plan[-1].pair) for split in splits if split.plan]
    ranks = [(_ranks(split, "gain"), _ranks(split, "effort")) for split in splits]
    return Accuracy(
        order=order,
        splits=tuple(splits),
        gain_rank=_mean(gain for gain, _ in ranks),
        effort_rank=_mean(effort for _, effort in ranks),
        gain_error=middle(_error(pair.middle, pair.gain) for pair in pairs),
        effort_error=middle(_error(pair.lines, pair.effort) for pair in pairs),
        gain_inside=_mean(float(pair.is_inside) for pair in pairs),
        effort_inside=_mean(float(pair.effort <= pair.lines_p80) for pair in pairs),
        plan_points=middle(100 * abs(end.middle - end.gain) / split.statements for split, end in ends),
        plan_error=middle(_error(end.middle, end.gain) for _, end in ends),
        plan_effort_error=middle(_error(end.lines, end.effort) for _, end in ends),
        plan_inside=_mean(float(end.is_inside) for _, end in ends),
    )


def _error(expected: float, actual: int) -> float | None:
    return abs(expected - actual) / actual if actual else None


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _ranks(split: SplitAccuracy, of: str) -> float | None:
    if len(split.items) < FEWEST_FOR_RANKS:
        return None
    if of == "gain":
        return spearman([pair.middle for pair in split.items], [pair.gain for pair in split.items])
    return spearman([pair.lines for pair in split.items], [pair.effort for pair in split.items])


def spearman(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Spearman's rank correlation, equal values sharing their mean rank; None when all of one side are equal."""
    return _pearson(ranks_of(first), ranks_of(second))


def ranks_of(values: Sequence[float]) -> list[float]:
    """The rank of each value, from 1; equal values share the mean of theirs."""
    places: dict[float, list[int]] = {}
    for place, value in enumerate(sorted(values), 1):
        places.setdefault(value, []).append(place)
    return [fmean(places[value]) for value in values]


def _pearson(first: Sequence[float], second: Sequence[float]) -> float | None:
    left, right = fmean(first), fmean(second)
    both = sum((x - left) * (y - right) for x, y in zip(first, second, strict=True))
    spread = sum((x - left) ** 2 for x in first) * sum((y - right) ** 2 for y in second)
    return float(both / spread**0.5) if spread else None
