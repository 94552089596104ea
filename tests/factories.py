"""Makers of the project's values with sane defaults, for tests that state facts about one thing at a time."""

import textwrap
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from planner.forecast import forecast_candidates
from planner.forecast.candidates import Grain
from planner.forecast.core import core_of
from planner.model.facts import ModuleFacts
from planner.model.lines import Lines, lines_of
from planner.model.measurement import Counts, FileCoverage, Input, Measurement, Skipped
from planner.model.option import (
    Ceiling,
    Count,
    Goalpost,
    LeftOut,
    Opened,
    Option,
    Outcome,
    Requirement,
    Rung,
    Step,
    Verdict,
)
from planner.model.plan import MILLI, Candidate, Effort, Forecast, Range, Seam, Spread
from planner.model.problem import MILLION, BodyKey
from planner.model.target import Meaning, Rules, Target, Total
from planner.model.wish import Wish
from planner.solve import Field, Ground
from planner.source import read_facts

REDIS = Seam("redis", "cache or queue", "fakeredis", needs_building=True)
REQUESTS = Seam("requests", "http client", "responses", needs_building=True)
URLLIB3 = Seam("urllib3", "http client", "pytest-httpserver", needs_building=True)
CLOCK = Seam("time.time", "clock", "time-machine", needs_building=False)

DOUBLE = Effort(2.0, 4.0)
MODULE_START = Effort(0.1, 0.2)


def lines(text: str) -> Lines:
    """`"1-3 7"` as a set of line numbers."""
    numbers: list[int] = []
    for word in text.split():
        first, _, last = word.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return lines_of(numbers)


def counts(statements: int = 100, covered: int = 50, branches: int = 0, covered_branches: int = 0) -> Counts:
    return Counts(statements, covered, branches, covered_branches)


def file_coverage(
    path: str = "pkg/mod.py",
    statements: str = "1-10",
    missing: str = "",
    *,
    missing_exits: Mapping[int, int] | None = None,
    branches: int | None = None,
    in_tree: bool = True,
) -> FileCoverage:
    """A file from line numbers in words; its counts are what the lists add up to."""
    all_lines, missed = lines(statements), lines(missing)
    exits = dict(missing_exits or {})
    total_exits = 2 * len(exits) if branches is None else branches
    return FileCoverage(
        path=path,
        counts=Counts(
            all_lines.bit_count(),
            (all_lines & ~missed).bit_count(),
            total_exits,
            total_exits - sum(exits.values()),
        ),
        statements=all_lines,
        missing=missed,
        missing_exits=exits,
        in_tree=in_tree,
    )


def measurement(
    files: tuple[FileCoverage, ...] = (),
    unmeasured: tuple[FileCoverage, ...] = (),
    *,
    totals: Counts | None = None,
    skipped: tuple[Skipped, ...] = (),
    notices: tuple[str, ...] = (),
    inputs: tuple[Input, ...] = (Input(".coverage", "coverage data", "7.10.7", 3),),
    fail_under: Fraction | None = None,
) -> Measurement:
    return Measurement(
        inputs=inputs,
        branch=False,
        totals=totals if totals is not None else sum((each.counts for each in files), Counts()),
        files=files,
        unmeasured=unmeasured,
        skipped=skipped,
        notices=notices,
        fail_under=fail_under,
    )


def target(
    percent: str | int = 80,
    meaning: Meaning = "exact",
    total: Total = "measured",
    *,
    precision: int = 0,
    version: tuple[int, ...] | None = None,
) -> Target:
    return Target(Fraction(percent), meaning, total, Rules(precision, version))


def ground(
    goal: Target | None = None,
    today: Counts | None = None,
    entering: Mapping[str, int] | None = None,
    *,
    candidates: tuple[Candidate, ...] = (),
    wish: Wish | None = None,
    spread: Spread | None = None,
    files: Mapping[str, Counts] | None = None,
    whole_tree: Counts | None = None,
    expected: int = MILLI,
    core: int = 0,
    churn: Mapping[str, float] | None = None,
) -> Ground:
    """Where plans over the candidates start; a forecast is certain unless `spread` says otherwise.

    Of each coverable point so many thousandths are `expected`, and `core` of these belong to what all tests of the
    folder run into.
    """
    start = today or counts()
    known = forecast(*candidates, spread=spread, expected=expected, core=core)
    return Ground(
        forecast=known,
        today=start,
        whole_tree=whole_tree or start,
        target=goal or target(),
        entering=entering or {},
        files=files or {},
        wish=wish or Wish(),
        churn=churn or {},
    )


def forecast(
    *candidates: Candidate,
    spread: Spread | None = None,
    expected: int = MILLI,
    core: int = 0,
) -> Forecast:
    """The forecast over the candidates: each one's function holds its `body` points, less what the core takes."""
    gaps: dict[BodyKey, int] = {}
    imports: dict[str, int] = {}
    for each in candidates:
        gaps |= dict.fromkeys(each.bodies, each.coverable // max(1, len(each.bodies)))
        imports |= each.imports
    bodies = {key: points * (expected - core) for key, points in gaps.items()}
    for key, points in gaps.items() if core else ():
        bodies[core_of(key[0])] = bodies.get(core_of(key[0]), 0) + points * core
    return Forecast(
        candidates=candidates,
        bodies=bodies,
        gifts={key: points * core for key, points in gaps.items() if core},
        gaps=gaps,
        imports=imports,
        spread=spread or Spread(),
        module=MODULE_START,
        double=DOUBLE,
    )


def candidate(
    unit: str = "work",
    *,
    path: str = "pkg/mod.py",
    body: int = 10,
    hours: float = 1.0,
    tests: int = 1,
    entry: int = MILLION,
    branch: int = 0,
    reaches: Mapping[BodyKey, int] | None = None,
    imports: Mapping[str, int] | None = None,
    seams: tuple[Seam, ...] = (),
    starts_module: bool = False,
    missing: int | None = None,
    lines_text: str = "3-12",
    features: Mapping[str, int] | None = None,
) -> Candidate:
    """A candidate with one function of `body` points, which its first test covers whole for `hours` (P50).

    `entry` and `branch` are the chances of its first and further tests, in parts per million, `reaches` what its
    first test covers of others.
    """
    own = ((path, unit),) if body else ()
    gained = body * MILLI + sum((imports or {}).values()) * MILLI
    return Candidate(
        path=path,
        module=path.removesuffix(".py").replace("/", "."),
        unit=unit,
        statements=20,
        covered_statements=5,
        missing=body if missing is None else missing,
        coverable=body,
        lines=lines("3-12"),
        lines_text=lines_text,
        tests=tests,
        first=Effort(hours, hours * 2),
        further=Effort(hours / 2, hours),
        gain_milli=gained,
        gain=Range(gained // MILLI // 2, gained // MILLI, gained // MILLI),
        bodies=own,
        entry={**dict.fromkeys(own, entry), **(reaches or {})},
        branch=dict.fromkeys(own, branch),
        imports=imports or {},
        seams=seams,
        starts_module=starts_module,
        features={"missing": 10, "functions": 1, "gaps": 1} if features is None else features,
        asserts=("its result",),
    )


def field(
    *candidates: Candidate,
    missing_in: Mapping[str, int] | None = None,
    is_tested: Mapping[str, bool] | None = None,
) -> Field:
    """The candidates, in modules that miss 50 points and have no tests unless said otherwise."""
    paths = {each.path for each in candidates}
    return Field(
        candidates,
        dict.fromkeys(paths, 50) | dict(missing_in or {}),
        dict.fromkeys(paths, False) | dict(is_tested or {}),
    )


def step(order: int = 1, taken: Candidate | None = None, gain: int = 10, imported: int = 0) -> Step:
    taken = taken or candidate()
    return Step(order, taken, 1, gain, imported, taken.first, taken.needs_building, taken.starts_module)


def option(
    key: str = "A",
    *steps: Step,
    gained: int | None = None,
    shortfall: int = 0,
    effort: Effort | None = None,
    probability: float | None = None,
    ceiling: int = 100,
    reaches_ceiling: bool = True,
    bound_gap: float | None = None,
    left_out: tuple[LeftOut, ...] = (),
    verdicts: tuple[Verdict, ...] = (),
    requirements: tuple[Requirement, ...] = (),
    rungs: tuple[Rung, ...] = (),
) -> Option:
    """An option whose steps gain what they say; it reaches the target surely unless something is short."""
    points = sum(each.marginal_gain for each in steps) if gained is None else gained
    names = {"A": "quick wins", "B": "deepen", "C": "high return", "D": "ladder", "mix": "best mix"}
    return Option(
        key=key,
        name=names.get(key, key),
        story="a story",
        steps=steps,
        gain=Range(points // 2, points, points * 2),
        points_gained=points,
        points_after=50 + points,
        points_total_after=100,
        whole_tree_points_after=50 + points,
        whole_tree_total=200,
        shortfall=shortfall,
        probability=(0.0 if shortfall else 0.9) if probability is None else probability,
        confidence=0.8,
        ceiling=ceiling,
        ceiling_total=100,
        reaches_ceiling=reaches_ceiling,
        bound_gap=bound_gap,
        tests=Count(len(steps), len(steps)),
        import_time_points=sum(each.import_time_gain for each in steps),
        effort=effort or sum((each.effort for each in steps), Effort()),
        new_seams=tuple(Opened(seam, each.marginal_gain) for each in steps for seam in each.new_seams),
        left_out=left_out,
        verdicts=verdicts,
        requirements=requirements,
        rungs=rungs,
    )


def outcome(
    *,
    project: str = "shop",
    measured: Measurement | None = None,
    goal: Target | None = None,
    options: tuple[Option, ...] = (),
    recommended: str | None = None,
    candidates: tuple[Candidate, ...] = (),
    ceilings: tuple[Ceiling, ...] = (),
    stretch: Goalpost | None = None,
    budget: float | None = None,
) -> Outcome:
    return Outcome(
        project=project,
        measurement=measured or measurement(totals=counts()),
        target=goal,
        options=options,
        recommended=recommended,
        candidates=candidates,
        ceilings=ceilings,
        stretch=stretch,
        budget=budget,
    )


def facts_of(root: Path, source: str, path: str = "pkg/mod.py", known: frozenset[str] = frozenset()) -> ModuleFacts:
    """The facts of `source` (dedented), written to `path` below `root` first; it must parse."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(textwrap.dedent(source), "utf-8")
    facts = read_facts(root, path, known | {path})
    assert isinstance(facts, ModuleFacts), facts
    return facts


def candidates_of(
    facts: Mapping[str, ModuleFacts], *files: FileCoverage, grain: Grain = "class"
) -> dict[str, Candidate]:
    """Candidates by unit name, for files that have them in one module only."""
    return {each.unit: each for each in forecast_candidates(files, facts, grain).candidates}
