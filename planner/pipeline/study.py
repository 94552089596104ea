"""The story of a plan in two halves: a project is read once, then planned for as often as anybody asks.

Beside goals, plans can be asked for under assumptions: tests that are written, files left out, doubles that are there.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from planner.errors import ConfigError
from planner.forecast import Grain, import_share
from planner.graph.imports import find_edges
from planner.measure import Progress, Request, Taken
from planner.model.alternatives import Alternatives
from planner.model.blocked import Blockage
from planner.model.churn import Churn
from planner.model.findings import Diagnosis
from planner.model.measurement import Counts, FileCoverage, Measurement, Skipped
from planner.model.option import Outcome
from planner.model.plan import Candidate, Forecast
from planner.model.problem import BodyKey
from planner.model.seams import SEAM_KINDS
from planner.model.target import Target
from planner.model.wish import Wish, is_match
from planner.pipeline.doctor import CALLS, find_diagnosis
from planner.pipeline.shared import Code, measure_project, measured_product, product, watched
from planner.pipeline.start import (
    Goal,
    about_churn,
    about_wish,
    blockage_of,
    churn_shares,
    find_churn,
    find_stretch,
    find_target,
    forecast_plan,
    lacks_required,
    make_field,
    make_ground,
    reports_of,
    with_notices,
)
from planner.solve import Field, Ground, find_ceilings, plan_options, recommend
from planner.solve.assume import with_done, with_free_seams
from planner.solve.mend import with_mendings
from planner.source.kinds import MENTIONS

if TYPE_CHECKING:
    from planner.model.explanation import Edge, UnitGaps


@dataclass(frozen=True, slots=True)
class Assumed:
    """What a plan takes for granted. `done` has one key (path, unit) for each test that counts as written.

    `skip` are files by pattern in which no test is planned, `seams_free` kinds of seams that have a double.
    """

    done: tuple[BodyKey, ...] = ()
    skip: tuple[str, ...] = ()
    seams_free: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan under assumptions, with what it was chosen from and where it starts."""

    outcome: Outcome
    choice: Field
    ground: Ground
    assumed: Assumed = Assumed()

    @property
    def start(self) -> Counts:
        """The counts that it starts from: those of today, and what is assumed as done."""
        return self.ground.today


@dataclass(frozen=True, slots=True)
class Ahead:
    """What no choice of tests changes: what puts a project in doubt, by these reports, and what can be had without."""

    reports: tuple[str, ...]
    diagnosis: Diagnosis
    alternatives: Alternatives


def nothing_ahead() -> None:
    """All is found when it is asked for."""


@dataclass(frozen=True)
class Study:
    """A project as it was read once; what is computed from it is computed when it is first asked for.

    `ahead` waits for what another process finds meanwhile.
    """

    request: Request
    taken: Taken
    code: Code
    ahead: Callable[[], Ahead | None] = nothing_ahead

    @property
    def measured(self) -> Measurement:
        return self.taken.measurement

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """What puts the measurement in doubt."""
        return self._diagnosed(())

    def diagnose(self, reports: Sequence[str]) -> Diagnosis:
        """The same with reports of a test run, files or folders of them."""
        found = self.ahead()
        if found and found.reports == tuple(reports):
            return found.diagnosis
        return self._diagnosed(reports) if reports else self.diagnosis

    def _diagnosed(self, reports: Sequence[str]) -> Diagnosis:
        from planner.pipeline.silence import read_silenced  # loads all checks, which a copy may do

        return find_diagnosis(self.code, self.taken, reports, read_silenced(self.request.root))

    @cached_property
    def churn(self) -> Churn | Skipped | None:
        """Commits by file, where the project's configuration weighs by them."""
        return find_churn(self.request, self.code.wish)

    @cached_property
    def _forecasts(self) -> dict[Grain, Forecast]:
        return {}

    def forecast(self, grain: Grain = "class") -> Forecast:
        """What can be planned, by the project's own rates and without what its configuration leaves out."""
        if grain not in self._forecasts:
            self._forecasts[grain] = forecast_plan(self.measured, self.code, grain)
        return self._forecasts[grain]


def read_study(request: Request, wish: Wish, progress: Progress) -> Study:
    """Measure and read all that plans are made from. Raises InputError or ConfigError, one line each."""
    return Study(request, *measure_project(request, progress, wish, (CALLS, MENTIONS)))


def plan_study(study: Study, goal: Goal, assumed: Assumed | None = None) -> Planned:
    """The options that lead to the goal from where the assumptions leave it; nothing is read again.

    What can be had without a test is not looked for. Rates and what is left out are those of the study's own wish.
    Raises ConfigError for a goal that cannot be read, or a place, pattern or kind of seam that is not known.
    """
    assumed = assumed or Assumed()
    measured, target = study.measured, find_target(goal, study.measured)
    blockage = blockage_of(goal.repairs, study.forecast(), measured, study.code)
    choice, ground = _start(study, goal, target, assumed, blockage)
    is_open = target is None or target.shortfall(ground.today) or lacks_required(ground)
    watch, spread = watched(study.code.progress, "planning options"), study.request.spread
    options = plan_options(choice, ground, watch, spread) if is_open else ()
    outcome = Outcome(
        project=study.request.root.name,
        measurement=with_notices(measured, study.code, *about_wish(goal.wish, measured), *about_churn(study.churn)),
        target=target,
        options=options,
        recommended=recommend(options, has_target=bool(target)),
        share=import_share(measured_product(measured), study.code.facts),
        ceilings=find_ceilings(choice, ground) if is_open else (),
        stretch=find_stretch(goal, choice, ground, measured),
        budget=goal.wish.budget,
        confidence=goal.wish.confidence,
        is_calibrated=ground.forecast.is_calibrated,
        calibrated=goal.wish.calibrated,
        diagnosis=study.diagnose(reports_of(goal)),
        blockage=blockage,
    )
    return Planned(outcome, choice, ground, assumed)


def _start(
    study: Study, goal: Goal, target: Target | None, assumed: Assumed, blockage: Blockage | None
) -> tuple[Field, Ground]:
    """What can be chosen, and where it starts: doubles that are there first, since tests that are done may use them."""
    _check_kinds(assumed.seams_free)
    _check_patterns(assumed.skip, study.measured)
    candidates = with_free_seams(study.forecast().candidates, assumed.seams_free)
    choice = make_field(candidates, study.measured, study.code.facts)
    ground = make_ground(replace(study.forecast(), candidates=candidates), target, goal, study.measured)
    ground = replace(ground, churn=churn_shares(study.churn))
    if blockage:
        choice, ground = with_mendings(choice, ground, blockage.mendings)
    choice, ground = _done(choice, ground, assumed.done)
    kept = tuple(each for each in choice.candidates if not any(is_match(each.path, skip) for skip in assumed.skip))
    return replace(choice, candidates=kept), replace(ground, forecast=replace(ground.forecast, candidates=kept))


def _done(choice: Field, ground: Ground, done: Sequence[BodyKey]) -> tuple[Field, Ground]:
    known = {each.key: each.tests for each in choice.candidates}
    for key, count in Counter(done).items():
        name = ":".join(key)
        if key not in known:
            raise ConfigError(f"{name}: no test can be planned there, so none can be done; see .gaps for what there is")
        if count > known[key]:
            raise ConfigError(f"{name}: {count} tests are done, but no more than {known[key]} can be planned there")
    return with_done(choice, ground, done) if done else (choice, ground)


def _check_kinds(kinds: Sequence[str]) -> None:
    if unknown := [kind for kind in kinds if kind not in SEAM_KINDS]:
        raise ConfigError(f"seams_free: {unknown[0]!r} is no kind of seam; there is {', '.join(SEAM_KINDS)}")


def _check_patterns(patterns: Sequence[str], measured: Measurement) -> None:
    files = product(measured)
    for pattern in patterns:
        if not any(is_match(file.path, pattern) for file in files):
            raise ConfigError(f"skip: {pattern} fits no source file; give a path or a pattern such as src/legacy/*.py")


def rank_study(study: Study, grain: Grain) -> tuple[Candidate, ...]:
    """Everything uncovered at that grain, by points gained per hour, best first."""
    candidates = study.forecast(grain).candidates
    return tuple(sorted(candidates, key=lambda each: (-each.gain_milli / each.effort.p50, each.path, each.unit)))


def units_of(study: Study) -> "Iterator[tuple[FileCoverage, UnitGaps]]":
    """Each unit of the product that has statements, with its file; by path and in the order of lines."""
    from planner.pipeline.code import gaps_of

    for file in sorted(product(study.measured), key=lambda each: each.path):
        facts = study.code.facts.get(file.path)
        if facts:
            found = [unit for unit in facts.units if unit.lines & file.statements]
            yield from ((file, gaps_of(unit, file, facts, study.code)) for unit in found)


def imports_of(study: Study) -> "tuple[Edge, ...]":
    """The imports between the product's modules, by source and target."""
    from planner.model.explanation import Edge

    return tuple(Edge(each.source, each.target, each.kind, each.line) for each in find_edges(study.code.modules))
