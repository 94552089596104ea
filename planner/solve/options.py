"""Options A to D and the mix: each a filter and a story over the same solver."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from planner.model.measurement import Counts
from planner.model.plan import Candidate, Effort, Option, OptionKey, Step
from planner.solve.greedy import choose_steps
from planner.solve.ladder import climb
from planner.solve.tally import Ground, Tally

SMALL_MODULE = 80
"""Points missing in a module that still counts as small; a team that wrote such an option by hand meant 34 to 61."""

MEDIUM_MODULE = (40, 400)
"""Points missing in a medium-sized module: the same team's "medium modules" have 50 to 100 each."""


@dataclass(frozen=True, slots=True)
class Field:
    """What options choose from: the candidates, and facts about the module each lies in."""

    candidates: tuple[Candidate, ...]
    missing_in: Mapping[str, int]
    is_tested: Mapping[str, bool]
    """Path -> whether any behaviour of the module is covered, so that a test of it exists."""


@dataclass(frozen=True, slots=True)
class _Kind:
    key: OptionKey
    name: str
    story: str
    admits: Callable[[Candidate, Field], bool]


def _is_quick(candidate: Candidate, field: Field) -> bool:
    is_small = field.missing_in[candidate.path] <= SMALL_MODULE
    return is_small and not any(seam.needs_building for seam in candidate.seams)


def _deepens(candidate: Candidate, field: Field) -> bool:
    return field.is_tested[candidate.path]


def _is_medium(candidate: Candidate, field: Field) -> bool:
    low, high = MEDIUM_MODULE
    return low <= field.missing_in[candidate.path] <= high


KINDS = (
    _Kind("A", "quick wins", f"modules missing at most {SMALL_MODULE} points, nothing to build first", _is_quick),
    _Kind("B", "deepen", "modules that have tests already, no new test files", _deepens),
    _Kind(
        "C",
        "high return",
        f"modules missing {MEDIUM_MODULE[0]} to {MEDIUM_MODULE[1]} points, with the doubles that open them",
        _is_medium,
    ),
)


def plan_options(field: Field, ground: Ground, whole_tree: Counts) -> tuple[Option, ...]:
    """A, B, C, D and the mix, in this order; `whole_tree` are today's counts over every source file."""
    made = []
    for kind in KINDS:
        admitted = [each for each in field.candidates if kind.admits(each, field)]
        made.append(_option(kind.key, kind.name, kind.story, choose_steps(admitted, ground), ground, whole_tree))
    steps = choose_steps(field.candidates, ground)
    mix = _option("mix", "best mix", "the most points per hour over everything", steps, ground, whole_tree)
    return (*made, _ladder(mix, steps, ground), mix)


def recommend(options: tuple[Option, ...]) -> OptionKey | None:
    """The cheapest option that reaches the target, by P50 hours; where none does, the one that comes nearest."""
    with_steps = [option for option in options if option.steps]
    reaching = [option for option in with_steps if option.reaches_target]
    if reaching:
        return min(reaching, key=lambda option: (option.effort.p50, option.key)).key
    return min(with_steps, key=lambda option: (option.shortfall, option.effort.p50)).key if with_steps else None


def _ladder(mix: Option, steps: tuple[Candidate, ...], ground: Ground) -> Option:
    """D takes the mix's steps over several releases; what it gains is what its last rung does."""
    rungs = climb(steps, ground)
    return replace(
        mix,
        key="D",
        name="ladder",
        story="accept today, climb the same steps by release",
        steps=(),
        rungs=rungs,
    )


def _option(
    key: OptionKey, name: str, story: str, chosen: tuple[Candidate, ...], ground: Ground, whole_tree: Counts
) -> Option:
    tally = Tally(ground)
    steps = tuple(_take(order, candidate, tally) for order, candidate in enumerate(chosen, start=1))
    return Option(
        key=key,
        name=name,
        story=story,
        steps=steps,
        points_gained=tally.points,
        points_after=ground.today.covered_points + tally.points,
        points_total_after=ground.today.points + tally.entered,
        whole_tree_points_after=whole_tree.covered_points + tally.points,
        whole_tree_total=whole_tree.points,
        shortfall=tally.shortfall,
        import_time_points=sum(step.import_time_gain for step in steps),
        effort=sum((step.effort for step in steps), Effort()),
    )


def _take(order: int, candidate: Candidate, tally: Tally) -> Step:
    """The step with its marginal gain: whole points that the running total passes with it, so that they add up."""
    before, imported = tally.points, tally.import_points
    effort, seams = tally.marginal_effort(candidate), tally.new_seams(candidate)
    tally.add(candidate)
    gained = tally.points - before
    return Step(order, candidate, gained, min(gained, tally.import_points - imported), effort, seams)
