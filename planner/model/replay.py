"""What a replay found: how much effort each order needed, and how true its forecasts were."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

SHARES = (25, 50, 75)
"""Effort is compared where this many percent of the gap are closed."""

YARDSTICK = "pct"
"""The order that all efforts are compared with: modules by lowest percent, one after the other."""

WON_AT = SHARES.index(50)
"""A split is won by less effort than the yardstick's at this one of SHARES."""

Efforts = tuple[float, float, float]
"""Lines of test code to each of SHARES."""


@dataclass(frozen=True, slots=True)
class SplitScore:
    """One order on one split. `relative` are its `efforts` over those of the yardstick, lowest percent first.

    `area` is the area under gain over effort, 0 for the mean of random orders and 1 for the step oracle; None where
    these two are equal.
    """

    split: str
    kind: str
    gap: int
    efforts: Efforts
    relative: Efforts
    area: float | None

    @property
    def is_won(self) -> bool:
        return self.relative[WON_AT] < 1


@dataclass(frozen=True, slots=True)
class OrderScore:
    """One order on all splits of one project, with one executor: realistic or optimistic."""

    order: str
    grain: str
    mode: str
    executor: str
    splits: tuple[SplitScore, ...]

    @property
    def relative(self) -> Efforts | None:
        """Mean over the splits; None when there are none."""
        return _means([each.relative for each in self.splits]) if self.splits else None

    @property
    def area(self) -> float | None:
        """Mean over the splits that have one."""
        areas = [each.area for each in self.splits if each.area is not None]
        return fmean(areas) if areas else None

    @property
    def won(self) -> int:
        return sum(each.is_won for each in self.splits)


@dataclass(frozen=True, slots=True)
class Pair:
    """A forecast and what came of it: expected points `low` (P10), `middle`, `high` (P90), and lines of test code."""

    low: int
    middle: int
    high: int
    gain: int
    lines: float
    lines_p80: float
    effort: int

    @property
    def is_inside(self) -> bool:
        """Whether the gain lies between P10 and P90."""
        return self.low <= self.gain <= self.high


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A moment of a one-shot plan: after so many percent of its steps, all together as forecast and as it came."""

    percent_of_plan: int
    pair: Pair


@dataclass(frozen=True, slots=True)
class SplitAccuracy:
    """The forecasts of one order for one split: of each item alone, and of its plan as a whole."""

    split: str
    statements: int
    items: tuple[Pair, ...]
    plan: tuple[Checkpoint, ...]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How true an order's forecasts are in one project. Shares and errors are fractions of one; None without cases.

    Ranks are Spearman's, the mean over the splits. Errors are medians over items of |forecast - actual| / actual.
    Inside: actual gains from P10 to P90, actual efforts of at most P80. Of the plan, at its end: medians over splits
    of the error of its gain in percent points of coverage, and of the errors of gain and effort as shares of the truth.
    """

    order: str
    splits: tuple[SplitAccuracy, ...]
    gain_rank: float | None
    effort_rank: float | None
    gain_error: float | None
    effort_error: float | None
    gain_inside: float | None
    effort_inside: float | None
    plan_points: float | None
    plan_error: float | None
    plan_effort_error: float | None
    plan_inside: float | None

    @property
    def items(self) -> int:
        return sum(len(each.items) for each in self.splits)


@dataclass(frozen=True, slots=True)
class ProjectReplay:
    """One project: what was read, how many splits were too small, and all scores.

    When it `is_held_out`, gapplan planned with rates fitted without it; else it took no part in their fit.
    """

    name: str
    source: str
    statements: int
    covered: int
    tests: int
    splits: tuple[str, ...] = ()
    skipped_splits: int = 0
    scores: tuple[OrderScore, ...] = ()
    accuracy: tuple[Accuracy, ...] = ()
    is_held_out: bool = False


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """One order over all projects: medians of the projects' means, and the splits it won of all.

    `by_project` has the score with each project's name.
    """

    order: str
    grain: str
    mode: str
    executor: str
    relative: Efforts | None
    area: float | None
    won: int
    splits: int
    by_project: tuple[tuple[str, OrderScore], ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """All projects of one replay, in the order of their names. `pooled` has the forecasts of all projects together.

    `rates` is the name of the file that gapplan's rates come from, "" for those that are shipped.
    """

    projects: tuple[ProjectReplay, ...]
    pooled: tuple[Accuracy, ...] = ()
    is_quick: bool = False
    rates: str = ""

    @property
    def summaries(self) -> tuple[OrderSummary, ...]:
        """By executor and order, as the first project has them."""
        groups: dict[tuple[str, str], list[tuple[str, OrderScore]]] = {}
        for project in self.projects:
            for score in project.scores:
                groups.setdefault((score.executor, score.order), []).append((project.name, score))
        return tuple(_summary(scores) for scores in groups.values())


def _summary(by_project: Sequence[tuple[str, OrderScore]]) -> OrderSummary:
    scores = [score for _, score in by_project]
    first = scores[0]
    known = [relative for score in scores if (relative := score.relative)]
    return OrderSummary(
        order=first.order,
        grain=first.grain,
        mode=first.mode,
        executor=first.executor,
        relative=_medians(known) if known else None,
        area=middle(score.area for score in scores),
        won=sum(score.won for score in scores),
        splits=sum(len(score.splits) for score in scores),
        by_project=tuple(by_project),
    )


def middle(values: Iterable[float | None]) -> float | None:
    """The median of those that are known; None for none."""
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _means(rows: Sequence[Efforts]) -> Efforts:
    first, second, third = (fmean(column) for column in zip(*rows, strict=True))
    return first, second, third


def _medians(rows: Sequence[Efforts]) -> Efforts:
    first, second, third = (median(column) for column in zip(*rows, strict=True))
    return first, second, third
