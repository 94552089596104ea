"""The whole fit: every split is observed, then the rates of all projects are fitted, and those without each in turn."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, nan
from pathlib import Path
from typing import TypeAlias, TypeVar

from planner.errors import InputError
from planner.forecast import read_rates
from planner.model.rates import FITTED, NOT_FITTED, FittedRates, Origin, Rates
from planner.replay.executor import Ground
from planner.replay.fit.first import best_core, core_rates, first_rates
from planner.replay.fit.observe import Observed, Sums, observe
from planner.replay.fit.spread import Trials, complete, find_inside, item_factors, plan_yields
from planner.replay.fit.trial import PlanTrial, core_errors, try_plan
from planner.replay.parallel import available_cores, in_parallel
from planner.replay.story import Progress, Task

Wish = TypeVar("Wish")
Found = TypeVar("Found")

ALL = ""
"""The set of all projects, among the sets that are without one, which have its name."""

Sets: TypeAlias = Mapping[str, Rates]
"""Set -> its rates as far as they are fitted."""

ALONE = tuple(
    name for name in FITTED if not name.startswith(("core_", "plan_", "item_")) and not name.endswith("_spread")
)
"""Constants that observations of one project alone tell."""

DIGITS = 3
"""Constants are kept to so many significant digits; none is known better."""


class FitError(InputError):
    """The recordings tell nothing; the message says why."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done, and how: projects with the splits that are large enough, processes, progress."""

    places: Mapping[Task, tuple[int, ...]]
    progress: Progress
    jobs: int

    @property
    def projects(self) -> list[str]:
        return [task.name for task in self.places]

    @property
    def sets(self) -> list[str]:
        """All projects together, and without each one, where any are left then."""
        return [ALL, *self.projects] if len(self.projects) > 1 else [ALL]

    def on_splits(
        self, do: Callable[[tuple[Task, int, Wish]], Found], wish: Callable[[str, int], Wish], label: str
    ) -> dict[str, list[Found]]:
        """What comes of each split, by project; `wish` tells what is asked of a project's split by its number."""
        parts = [
            (task, place, wish(task.name, number))
            for task, places in self.places.items()
            for number, place in enumerate(places)
        ]
        names = [f"{task.name}-{place}" for task, place, _ in parts]
        found: dict[str, list[Found]] = {name: [] for name in self.projects}
        each = zip(self.progress(names, label), parts, in_parallel(do, parts, self.jobs), strict=True)
        for _, (task, _, _), result in each:
            found[task.name].append(result)
        return found


@dataclass(frozen=True, slots=True)
class Trace:
    """By whom and when rates are fitted: kept with them."""

    day: str
    command: str


def fit(
    data: Sequence[Path],
    sources: Path,
    progress: Progress,
    trace: Trace,
    *,
    is_quick: bool = False,
    jobs: int | None = None,
) -> FittedRates:
    """The rates fitted to recordings, with those fitted without each project. Constants that no replay tells stay.

    Raises RecordingError or SourcesError, and FitError when every split is too small.
    """
    tasks = [Task(path, sources, is_quick) for path in data]
    work = Work({task: _places(task) for task in tasks}, progress, jobs or available_cores())
    if not any(work.places.values()):
        raise FitError("nothing to fit to: in every split of every recording too little is left to gain")
    observed = work.on_splits(_observe, lambda _name, _number: None, "observing")
    sums = {name: _joined(each.sums for each in splits) for name, splits in observed.items()}
    trials = _fit_core(work, sums)
    plans = work.on_splits(_try, lambda name, number: (trials, observed[name][number]), "planning")
    by_set = {each: {name: [split[each] for split in plans[name]] for name in plans} for each in trials}
    found = {each: _rounded(complete(rates, _without(each, by_set[each]))) for each, rates in trials.items()}
    return FittedRates(
        rates=found[ALL],
        without={name: rates for name, rates in found.items() if name != ALL},
        by_project=_by_project(sums, found, by_set),
        origin=_origin(tasks, observed, trace),
    )


def _places(task: Task) -> tuple[int, ...]:
    return tuple(place for place in task.places if task.arena(place))


def _observe(part: tuple[Task, int, None]) -> Observed:
    """Runs in a process of its own, as do the next two."""
    return observe(_ground(part[0], part[1]))


def _errors(part: tuple[Task, int, Sequence[Rates]]) -> tuple[tuple[float, ...], ...]:
    return core_errors(_ground(part[0], part[1]), part[2])


def _try(part: tuple[Task, int, tuple[Sets, Observed]]) -> dict[str, PlanTrial]:
    ground, (sets, observed) = _ground(part[0], part[1]), part[2]
    return {name: try_plan(ground, rates, observed.lone) for name, rates in sets.items()}


def _ground(task: Task, place: int) -> Ground:
    arena = task.arena(place)
    assert arena is not None, "only splits that are there are asked for"
    return arena.grounds["class"]


def _joined(parts: Iterable[Sums]) -> Sums:
    joined = Sums()
    for each in parts:
        joined.join(each)
    return joined


def _without(name: str, projects: Mapping[str, Found]) -> dict[str, Found]:
    return {other: each for other, each in projects.items() if other != name}


def _fit_core(work: Work, sums: Mapping[str, Sums]) -> dict[str, Rates]:
    """The rates of each set up to the core, that of the pair with which breadth-first plans are forecast best."""
    trials: dict[str, tuple[Rates, ...]] = {}
    for each in work.sets:
        known = list(_without(each, sums).values())
        trials[each] = core_rates(first_rates(read_rates(), known), known)
    asked = {name: [rates for each in work.sets if each != name for rates in trials[each]] for name in sums}
    errors = work.on_splits(_errors, lambda name, _: asked[name], "forecasting")
    return {
        each: _rounded(best_core(trials[each], _errors_of(each, work, errors, len(trials[each])))) for each in trials
    }


def _errors_of(
    wanted: str, work: Work, errors: Mapping[str, Sequence[Sequence[Sequence[float]]]], count: int
) -> dict[str, list[list[float]]]:
    """The errors of one set's trials in each of its projects, all splits together."""
    found = {}
    for name, splits in _without(wanted, errors).items():
        first = count * [each for each in work.sets if each != name].index(wanted)
        found[name] = [[error for split in splits for error in split[place]] for place in range(first, first + count)]
    return found


def _by_project(
    sums: Mapping[str, Sums], found: Mapping[str, Rates], trials: Mapping[str, Trials]
) -> dict[str, tuple[float, ...]]:
    """Figures of each project alone; how often forecasts held there is told by the rates fitted without it."""
    unknown = Rates(**dict.fromkeys((*FITTED, *NOT_FITTED), nan))
    alone = {name: first_rates(unknown, [each]) for name, each in sums.items()}
    held_out = {name: found.get(name, found[ALL]) for name in sums}
    own = {name: trials[name if name in trials else ALL][name] for name in sums}
    inside = find_inside(held_out, own)
    rows: dict[str, Mapping[str, float]] = {
        each: {name: getattr(rates, each) for name, rates in alone.items()} for each in ALONE
    }
    rows["plan_yield"] = {name: exp(log) for name, log in plan_yields(trials[ALL]).items()}
    rows["item_factor"] = {name: exp(log) for name, log in item_factors(trials[ALL]).items()}
    rows["plans_inside"], rows["items_inside"] = inside.plans, inside.items
    return {each: tuple(_round(row.get(name, nan)) for name in sums) for each, row in rows.items()}


def _origin(tasks: Sequence[Task], observed: Mapping[str, Sequence[Observed]], trace: Trace) -> Origin:
    splits = [split for each in observed.values() for split in each]
    return Origin(
        fitted_on=trace.day,
        command=trace.command,
        projects=tuple(task.project.root.name for task in tasks),
        splits=len(splits),
        tests=sum(each.tests for each in splits),
        items=sum(len(each.lone) for each in splits),
    )


def _rounded(rates: Rates) -> Rates:
    return replace(rates, **{name: _round(getattr(rates, name)) for name in FITTED})


def _round(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
