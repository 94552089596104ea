"""Options A to D, the mix and the user's own: each a filter and a story over the same solver."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from planner.model.option import Ceiling, Option
from planner.model.plan import Candidate
from planner.model.wish import OwnOption
from planner.solve.account import Subject, account, mended_first
from planner.solve.ceiling import find_ceiling
from planner.solve.claims import judge
from planner.solve.frame import Frame
from planner.solve.ladder import climb
from planner.solve.tally import Ground
from planner.solve.way import Chosen, choose_way
from planner.spread import HERE, Spread, beside

SMALL_MODULE = 80
"""Points missing in a module that still counts as small; a team that wrote such an option by hand meant 34 to 61."""

MEDIUM_MODULE = (40, 400)
"""Points missing in a medium-sized module: the same team's "medium modules" have 50 to 100 each."""


SECONDS_PER_CANDIDATE = 2.5e-4
"""CPU time for A and C at least: 0.5 s for Django's 1,841 candidates and a near target."""

Watch = Callable[[Sequence[Subject]], Iterable[Subject]]
"""Hands on what it is given, one by one: a bar can count them."""


_Apart = Mapping[str, Option]
"""Key -> option."""


@dataclass(frozen=True, slots=True)
class Field:
    """What options choose from: the candidates, and facts about the module each lies in."""

    candidates: tuple[Candidate, ...]
    missing_in: Mapping[str, int]
    is_tested: Mapping[str, bool]
    """Path -> whether any behaviour of the module is covered, so that a test of it exists."""


@dataclass(frozen=True, slots=True)
class _Kind:
    key: str
    name: str
    story: str
    outside: str
    admits: Callable[[Candidate, Field], bool]


def _is_quick(candidate: Candidate, field: Field) -> bool:
    return field.missing_in[candidate.path] <= SMALL_MODULE and not candidate.needs_building


def _deepens(candidate: Candidate, field: Field) -> bool:
    return field.is_tested[candidate.path] and not candidate.starts_module


def _is_medium(candidate: Candidate, field: Field) -> bool:
    low, high = MEDIUM_MODULE
    return low <= field.missing_in[candidate.path] <= high


KINDS = (
    _Kind(
        "A",
        "quick wins",
        f"modules missing at most {SMALL_MODULE} points, nothing to build first",
        "in larger modules or behind doubles to build",
        _is_quick,
    ),
    _Kind("B", "deepen", "modules that have tests already, no new test files", "in modules without tests", _deepens),
    _Kind(
        "C",
        "high return",
        f"modules missing {MEDIUM_MODULE[0]} to {MEDIUM_MODULE[1]} points, with the doubles that open them",
        "in smaller or larger modules",
        _is_medium,
    ),
)


@dataclass(frozen=True, slots=True)
class _Table:
    """What all options are planned from; `frame` is made once for them."""

    field: Field
    ground: Ground
    frame: Frame

    def choose(self, candidates: Sequence[Candidate], ground: Ground | None = None) -> Chosen:
        return choose_way(candidates, ground or self.ground, self.frame)

    def has_all(self, subject: Subject) -> bool:
        """Whether it leaves nothing out."""
        return len(subject.candidates) == len(self.field.candidates)

    def account(self, subject: Subject, chosen: Chosen) -> Option:
        return account(subject, chosen, self.ground, self.field.candidates)


def plan_options(field: Field, ground: Ground, watch: Watch = iter, spread: Spread = HERE) -> tuple[Option, ...]:
    """A, B, C, D, the mix, and the user's own options, in this order; `watch` sees each subject as it is begun.

    Where `spread` has another process, that one chooses A and C while this one chooses the mix and B: about the half.
    """
    over_all, table = _mix_subject(field, ground), _Table(field, ground, Frame(field.candidates, ground))
    subjects = [_subject(kind, field) for kind in KINDS]
    ways: list[Chosen] = []
    made: list[Option] = []
    seconds = len(field.candidates) * SECONDS_PER_CANDIDATE
    with beside(partial(_plan_apart, subjects[::2], table), spread, seconds) as apart:
        for subject in watch([over_all, *subjects]):
            ways = ways or [table.choose(over_all.candidates)]
            made.append(_plan(subject, ways[0], table, apart))
    (best,), (mix, *made) = ways, made
    if any(each.mends for each in field.candidates):
        mix = _mix_of(mix, made, table)
    ladder = [_ladder(mix, table)] if ground.target else []
    return (*made, *ladder, mix, *(_own(each, best, table) for each in ground.wish.options))


def _mix_of(mix: Option, made: Iterable[Option], table: _Table) -> Option:
    """The mix, or the way of another option that is sure and takes fewer hours.

    Prices leave out what begins a module, so that beside mendings, which begin none, tests look cheaper than they are.
    """
    sure = [option for option in (mix, *made) if option.reaches_target and option.steps]
    found = min(sure, key=lambda each: each.effort.p50, default=mix)
    if found is mix or table.ground.target is None:
        return mix
    way = Chosen(tuple(step.candidate for step in found.steps), None)
    return table.account(_mix_subject(table.field, table.ground), way)


def plan_mix(field: Field, ground: Ground) -> Option:
    """The mix alone, as `plan_options` has it."""
    return account(_mix_subject(field, ground), choose_way(field.candidates, ground), ground, field.candidates)


def _subject(kind: _Kind, field: Field) -> Subject:
    admitted = tuple(each for each in field.candidates if each.mends or kind.admits(each, field))
    return Subject(kind.key, kind.name, kind.story, admitted, kind.outside)


def _mix_subject(field: Field, ground: Ground) -> Subject:
    return Subject("mix", "best mix", _mix_story(ground), field.candidates)


def _mix_story(ground: Ground) -> str:
    return "the most points for the budget" if ground.target is None else "the cheapest tests over everything"


def recommend(options: tuple[Option, ...], *, has_target: bool = True) -> str | None:
    """The cheapest option that reaches the target, by P50 hours; where none does, the likeliest, then the nearest.

    Without a target, for a budget, the one that gains most.
    """
    with_steps = [option for option in options if option.steps]
    if not has_target:
        return max(with_steps, key=lambda each: (each.points_gained, -each.effort.p50)).key if with_steps else None
    if reaching := [option for option in with_steps if option.reaches_target]:
        return min(reaching, key=lambda each: (each.effort.p50, each.key)).key
    nearest = sorted(with_steps, key=lambda each: (-each.probability, each.shortfall, each.effort.p50))
    return nearest[0].key if nearest else None


def find_ceilings(field: Field, ground: Ground) -> tuple[Ceiling, ...]:
    """What is coverable at all, and what of it without building any double; one ceiling where nothing needs one."""
    free = tuple(each for each in field.candidates if not each.needs_building)
    found = [Ceiling(*find_ceiling(field.candidates, ground))]
    if len(free) < len(field.candidates):
        kinds = sorted({seam.kind for each in field.candidates for seam in each.needs_building})
        found.append(Ceiling(*find_ceiling(free, ground), tuple(kinds)))
    return tuple(found)


def _plan(subject: Subject, best: Chosen, table: _Table, apart: Callable[[], _Apart | None] = lambda: None) -> Option:
    """The option with its own candidates' way: the best one over everything, where that needs no others.

    With less to choose from nothing is cheaper, so that what is proven over everything holds here, too. `apart` waits
    for options with their own way that another process has planned.
    """
    keys = {each.key for each in subject.candidates}
    is_best = best.bound_gap is not None and all(each.key in keys for each in best.candidates)
    if is_best or table.has_all(subject):
        return table.account(subject, best)
    planned = apart() or {}
    return planned.get(subject.key) or _plan_alone(subject, table)


def _plan_apart(subjects: Iterable[Subject], table: _Table) -> _Apart:
    return {each.key: _plan_alone(each, table) for each in subjects if not table.has_all(each)}


def _plan_alone(subject: Subject, table: _Table) -> Option:
    return table.account(subject, table.choose(subject.candidates))


def _own(own: OwnOption, best: Chosen, table: _Table) -> Option:
    """The user's own modules alone, with what was claimed for them."""
    field, ground = table.field, table.ground
    mine = tuple(each for each in field.candidates if own.admits(each.path))
    subject = Subject(own.name, own.name, ", ".join(own.modules), mine, "in other modules")
    option = _plan(subject, best, table)
    verdicts = judge(
        own.claim,
        today=ground.today,
        missing=_missing(own, ground),
        gain=option.gain,
        tests=option.tests,
        effort=option.effort,
        is_calibrated=ground.forecast.is_calibrated,
    )
    return replace(option, verdicts=tuple(verdicts))


def _missing(own: OwnOption, ground: Ground) -> int:
    """Points missing today in the option's files; all of a file that the data has never heard of."""
    missing = {path: counts.missing_points for path, counts in ground.files.items()}
    return sum(points for path, points in {**ground.entering, **missing}.items() if own.admits(path))


def _ladder(mix: Option, table: _Table) -> Option:
    """D takes the mix's steps over several releases, or those of its highest rung where that lies above the target."""
    steps, ground = tuple(step.candidate for step in mix.steps), table.ground
    above = [percent for percent in ground.wish.ladder if ground.target and percent > ground.target.percent]
    if above and ground.target:
        higher = replace(ground, target=replace(ground.target, percent=max(above)))
        steps = mended_first(table.choose(table.field.candidates, higher).candidates)
    return replace(
        mix,
        key="D",
        name="ladder",
        story="accept today, climb the same steps by release",
        steps=(),
        rungs=climb(steps, ground),
    )
