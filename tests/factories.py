"""Makers of the project's values with sane defaults, for tests that state facts about one thing at a time."""

import textwrap
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from planner.forecast import forecast_candidates
from planner.forecast.candidates import Grain
from planner.model.facts import ModuleFacts
from planner.model.lines import Lines, lines_of
from planner.model.measurement import Counts, FileCoverage, Input, Measurement, Skipped
from planner.model.plan import MILLI, Candidate, Effort, Option, OptionKey, Outcome, Seam, Step
from planner.model.target import Meaning, Rules, Target, Total
from planner.solve import Field, Ground
from planner.source import read_facts

REDIS = Seam("redis", "cache or queue", "fakeredis", needs_building=True)
REQUESTS = Seam("requests", "http client", "responses", needs_building=True)
URLLIB3 = Seam("urllib3", "http client", "pytest-httpserver", needs_building=True)
CLOCK = Seam("time.time", "clock", "time-machine", needs_building=False)

DOUBLE = Effort(2.0, 4.0)


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
    double: Effort = DOUBLE,
) -> Ground:
    return Ground(goal or target(), today or counts(), entering or {}, double)


def candidate(
    unit: str = "work",
    *,
    path: str = "pkg/mod.py",
    body: float = 10,
    hours: float = 1.0,
    imports: Mapping[str, int] | None = None,
    seams: tuple[Seam, ...] = (),
    missing: int | None = None,
    lines_text: str = "3-12",
    features: Mapping[str, int] | None = None,
) -> Candidate:
    """A candidate whose tests bring `body` points beyond import for `hours` (P50)."""
    return Candidate(
        path=path,
        module=path.removesuffix(".py").replace("/", "."),
        unit=unit,
        statements=20,
        covered_statements=5,
        missing=round(body) if missing is None else missing,
        lines=lines("3-12"),
        lines_text=lines_text,
        body_milli=int(body * MILLI),
        effort=Effort(hours, hours * 2),
        imports=imports or {},
        seams=seams,
        features={"missing": 10, "functions": 1, "gaps": 1} if features is None else features,
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


def step(order: int = 1, taken: Candidate | None = None, gain: int = 10) -> Step:
    taken = taken or candidate()
    return Step(order, taken, gain, 0, taken.effort, tuple(each for each in taken.seams if each.needs_building))


def option(
    key: OptionKey = "A",
    *steps: Step,
    gained: int | None = None,
    shortfall: int = 0,
    effort: Effort | None = None,
) -> Option:
    points = sum(each.marginal_gain for each in steps) if gained is None else gained
    return Option(
        key=key,
        name={"A": "quick wins", "B": "deepen", "C": "high return", "D": "ladder", "mix": "best mix"}[key],
        story="a story",
        steps=steps,
        points_gained=points,
        points_after=50 + points,
        points_total_after=100,
        whole_tree_points_after=50 + points,
        whole_tree_total=200,
        shortfall=shortfall,
        import_time_points=0,
        effort=effort or sum((each.effort for each in steps), Effort()),
    )


def outcome(
    *,
    project: str = "shop",
    measured: Measurement | None = None,
    goal: Target | None = None,
    options: tuple[Option, ...] = (),
    recommended: OptionKey | None = None,
    candidates: tuple[Candidate, ...] = (),
) -> Outcome:
    return Outcome(
        project=project,
        measurement=measured or measurement(totals=counts()),
        target=goal,
        options=options,
        recommended=recommended,
        candidates=candidates,
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
    return {each.unit: each for each in forecast_candidates(files, facts, grain)}
