"""The story that pictures tell: a plan's outcome, and beside it the values that the HTML report and notebooks draw."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from planner.errors import InputError
from planner.graph.imports import find_edges
from planner.graph.shape import find_shape, read_configuration
from planner.history.pace import find_waves
from planner.history.store import list_snapshots
from planner.measure import Progress, Request
from planner.model.explanation import Edge
from planner.model.facts import ModuleFacts
from planner.model.lines import NO_LINES, Lines, numbers_in
from planner.model.measurement import FileCoverage, Measurement
from planner.model.option import Option, Outcome
from planner.model.plan import Candidate
from planner.model.problem import BodyKey
from planner.model.story import REST, Excerpt, Fragment, ModulePlace, Moment, PlanImports, Story, UnitPlace
from planner.model.wish import Wish
from planner.pipeline.code import node_of
from planner.pipeline.plan import hurried, status_of, with_alternatives
from planner.pipeline.shared import Code, measured_product, product
from planner.pipeline.start import Goal
from planner.pipeline.study import plan_study, read_study
from planner.solve.frontier import find_routes
from planner.source.read import read_text

MOST_NODES = 30
"""Modules of the import graph; a picture of more is a thicket."""

AROUND = 3
"""Source lines that are shown before and after one that is missing."""

MOST_LINES_OF_A_UNIT = 240
MOST_CHARACTERS_OF_A_LINE = 400
MOST_CHARACTERS = 1_500_000
"""Of all excerpts together: a report stays a file that can be mailed."""


def make_illustrated_plan(
    request: Request, goal: Goal, store: Path | None, progress: Progress
) -> tuple[Outcome, Story]:
    """The plan as `make_plan` makes it, and its story; `store` has the way so far, where there is one.

    Raises InputError or ConfigError, one line each.
    """
    with hurried(read_study(request, goal.wish, progress), goal) as study:
        planned = plan_study(study, goal)
        outcome = with_alternatives(study, planned.outcome)
    measured, code = study.measured, study.code
    chosen = next((each for each in outcome.options if each.key == outcome.recommended), None)
    moments, notices = read_moments(store)
    story = Story(
        code=tuple(map_code(measured, code.facts, study.forecast().candidates)),
        routes=find_routes(outcome.options, planned.choice, planned.ground),
        imports=plan_imports(chosen, code, measured) if chosen else PlanImports(),
        excerpts=read_excerpts(outcome.options, measured, code),
        moments=moments,
        notices=notices,
    )
    return outcome, story


def make_illustrated_status(
    request: Request, goal: Goal | None, store: Path | None, progress: Progress
) -> tuple[Outcome, Story]:
    """The status as `make_status` makes it, the map of the code and the way so far."""
    study = read_study(request, Wish(), progress)
    measured, code = study.measured, study.code
    outcome = status_of(study, goal)
    moments, notices = read_moments(store)
    return outcome, Story(tuple(map_code(measured, code.facts, ())), moments=moments, notices=notices)


def map_code(
    measured: Measurement, facts: Mapping[str, ModuleFacts], candidates: Iterable[Candidate]
) -> Iterator[ModulePlace]:
    """Every file of the product by path, with its classes and functions and what tests of them would gain."""
    known = {each.key: each for each in candidates}
    in_data = {file.path for file in measured_product(measured)}
    for file in sorted(product(measured), key=lambda each: each.path):
        found = facts.get(file.path)
        units = tuple(_units(file, found, known)) if found else ()
        module = found.module if found else file.path.removesuffix(".py").replace("/", ".")
        yield ModulePlace(module, file.path, file.counts, units, is_measured=file.path in in_data)


def _units(file: FileCoverage, facts: ModuleFacts, known: Mapping[BodyKey, Candidate]) -> Iterator[UnitPlace]:
    """In the order of lines; what the data misses on lines of no unit comes last, as REST."""
    lines: dict[str, Lines] = {}
    first: dict[str, int] = {}
    for unit in facts.units:
        lines[unit.target] = lines.get(unit.target, NO_LINES) | unit.lines
        first[unit.target] = min(unit.first_line, first.get(unit.target, unit.first_line))
    left = file.counts.missing_points
    for name, own in sorted(lines.items(), key=lambda each: (first[each[0]], each[0])):
        missing = file.missing_points_in(own)
        left -= missing
        points = (file.statements & own).bit_count() + _exits(file, own)
        if points:
            yield _unit_place(name, first[name], points, missing, known.get((file.path, name)))
    if left > 0:
        yield UnitPlace(REST, 0, left, left)


def _exits(file: FileCoverage, lines: Lines) -> int:
    """Branch exits on these lines; of a report that names only those not taken, these."""
    every = {**file.missing_exits, **file.exits}
    return sum(count for line, count in every.items() if lines >> line & 1)


def _unit_place(name: str, line: int, points: int, missing: int, candidate: Candidate | None) -> UnitPlace:
    if candidate is None:
        return UnitPlace(name, line, points, missing)
    return UnitPlace(name, line, points, missing, candidate.gain_milli, candidate.effort.p50)


def plan_imports(option: Option, code: Code, measured: Measurement) -> PlanImports:
    """The option's modules, most points first, and what they import that misses something, as long as there is room."""
    gains: dict[str, int] = {}
    for step in option.written:
        module = step.candidate.module
        gains[module] = gains.get(module, 0) + step.marginal_gain
    ranked = sorted(gains, key=lambda name: (-gains[name], name))
    known = code.modules.by_name
    planned = [name for name in ranked if name in known][:MOST_NODES]
    files = {file.path: file for file in product(measured)}
    edges = [Edge(each.source, each.target, each.kind, each.line) for each in find_edges(code.modules)]
    imported = {each.target for each in edges if each.source in planned} - set(planned)
    missing = {name: files[known[name].path].counts.missing_points for name in imported}
    nearest = sorted(filter(missing.get, imported), key=lambda name: (-missing[name], name))
    kept = {*planned, *nearest[: MOST_NODES - len(planned)]}
    shape = find_shape(code.facts.values(), read_configuration(code.request.root))
    return PlanImports(
        nodes=tuple(node_of(name, files[known[name].path], shape, code) for name in sorted(kept)),
        edges=tuple(each for each in edges if each.source in kept and each.target in kept),
        gains={name: gains[name] for name in planned},
        left_out=len(ranked) - len(planned),
    )


def read_excerpts(options: Sequence[Option], measured: Measurement, code: Code) -> dict[BodyKey, Excerpt]:
    """The source around what the steps' candidates miss, in the order of the options, up to MOST_CHARACTERS.

    Only files below the root are read; one that cannot be has no excerpt.
    """
    files = {file.path: file for file in product(measured)}
    texts: dict[str, tuple[str, ...]] = {}
    found: dict[BodyKey, Excerpt] = {}
    left = MOST_CHARACTERS
    wanted = {step.candidate.key: step.candidate for option in options for step in option.written}
    for key, candidate in wanted.items():
        path = candidate.path
        if path not in texts:
            texts[path] = tuple(read_text(code.request.root, path).split("\n"))
        excerpt = _excerpt(candidate, files[path], code.facts.get(path), texts[path])
        size = sum(len(line) for fragment in excerpt.fragments for line in fragment.lines)
        if excerpt.fragments and size <= left:
            left -= size
            found[key] = excerpt
    return found


def _excerpt(candidate: Candidate, file: FileCoverage, facts: ModuleFacts | None, source: Sequence[str]) -> Excerpt:
    own = NO_LINES
    for unit in facts.units if facts else ():
        own |= unit.lines if unit.target == candidate.unit else NO_LINES
    missing = file.missing & own | candidate.lines
    exits = sum(1 << line for line in file.missing_exits if own >> line & 1)
    fragments = tuple(_fragments(missing | exits, source))
    last = fragments[-1].first + len(fragments[-1].lines) if fragments else 0
    return Excerpt(
        candidate.path, candidate.unit, fragments, missing, exits & ~missing, left_out=(missing >> last).bit_count()
    )


def _fragments(wanted: Lines, source: Sequence[str]) -> Iterator[Fragment]:
    """Runs of lines around the wanted ones, at most MOST_LINES_OF_A_UNIT in all; runs that touch are one."""
    if source == ("",):
        return
    shown = sorted({near for line in numbers_in(wanted) for near in range(line - AROUND, line + AROUND + 1)})
    numbers = [number for number in shown if 1 <= number <= len(source)][:MOST_LINES_OF_A_UNIT]
    start = 0
    for place in range(1, len(numbers) + 1):
        if place == len(numbers) or numbers[place] != numbers[place - 1] + 1:
            lines = (source[number - 1][:MOST_CHARACTERS_OF_A_LINE] for number in numbers[start:place])
            yield Fragment(numbers[start], tuple(lines))
            start = place


def read_moments(store: Path | None) -> tuple[tuple[Moment, ...], tuple[str, ...]]:
    """The kept measurements in the order in which they were taken; a store that can't be read is only noticed."""
    if store is None or not store.exists():
        return (), ()
    try:
        kept = sorted(list_snapshots(store).snapshots, key=lambda each: each.taken)
    except InputError as error:
        return (), (f"no way so far: {error}",)
    rules = ["", *(wave.left_out for wave in find_waves(kept))]
    moments = (Moment(each.taken, each.totals, each.label, rule) for each, rule in zip(kept, rules, strict=False))
    return tuple(moments), ()
