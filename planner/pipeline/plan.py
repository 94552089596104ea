"""The story of a plan: measure, analyse, forecast, solve. Reports are functions of what comes out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from planner.config import parse_percent
from planner.errors import ConfigError
from planner.forecast import DOUBLE, Grain, forecast_candidates, import_share
from planner.measure import Progress, Request, is_test_path, read_measurement
from planner.model.facts import ModuleFacts
from planner.model.measurement import Measurement
from planner.model.plan import Candidate, Option, Outcome
from planner.model.target import Meaning, Rules, Target, Total, version_numbers
from planner.pipeline.shared import Code, measured_product, product, read_code
from planner.solve import Field, Ground, plan_options, recommend

TELLING_SHARE = 10
"""From a tenth of all missing points on, those in test files are worth a sentence."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What the user asked for: a percent as written (`12`, `+2`), its meaning, and the total it is judged on."""

    percent: str
    meaning: Meaning = "exact"
    total: Total = "measured"


def make_plan(request: Request, goal: Goal, progress: Progress) -> Outcome:
    """The options that lead to the goal. Raises InputError or ConfigError, one line each."""
    measured = read_measurement(request, progress)
    target = _target(goal, measured)
    code = read_code(request, measured, progress)
    ground = _ground(target, measured)
    options = _options(ground, measured, code) if target.shortfall(ground.today) else ()
    return Outcome(
        project=request.root.name,
        measurement=_with_notices(measured, code),
        target=target,
        options=options,
        recommended=recommend(options),
        share=import_share(measured_product(measured), code.facts),
    )


def make_status(request: Request, goal: Goal | None, progress: Progress) -> Outcome:
    """What was measured, in totals and apart for import-time and behaviour; with a goal, what it needs."""
    measured = read_measurement(request, progress)
    code = read_code(request, measured, progress)
    return Outcome(
        project=request.root.name,
        measurement=_with_notices(measured, code),
        target=_target(goal, measured) if goal else None,
        share=import_share(measured_product(measured), code.facts),
    )


def make_ranking(request: Request, grain: Grain, progress: Progress) -> Outcome:
    """Everything uncovered, by points gained per hour, best first."""
    measured = read_measurement(request, progress)
    code = read_code(request, measured, progress)
    candidates = forecast_candidates(product(measured), code.facts, grain, code.around)
    ranked = sorted(candidates, key=lambda each: (-each.gain_milli / each.effort.p50, each.path, each.unit))
    return Outcome(
        project=request.root.name,
        measurement=_with_notices(measured, code),
        candidates=tuple(ranked),
    )


def _with_notices(measured: Measurement, code: Code) -> Measurement:
    """The measurement, and what a reader must know of how the code was read and of what no plan can reach."""
    return replace(measured, notices=(*_about_tests(measured), *measured.notices, *code.notices))


def _about_tests(measured: Measurement) -> Iterator[str]:
    """Test files count in many totals, and nobody writes tests for them: only running all of the suite covers them."""
    tests = [file.counts.missing_points for file in measured.files if is_test_path(file.path)]
    missing = sum(tests)
    if missing * TELLING_SHARE >= measured.totals.missing_points > 0:
        yield (
            f"{missing} of the {measured.totals.missing_points} missing points lie in test files, for which no test is "
            "planned: was the whole suite run, or should coverage.py omit them?"
        )


def _target(goal: Goal, measured: Measurement) -> Target:
    today = measured.totals if goal.total == "measured" else measured.whole_tree
    if not today.points:
        raise ConfigError("the data has no statements at all, so no percent can be reached")
    version = version_numbers(measured.version) if measured.version else None
    rules = Rules(measured.precision, version)
    return Target(parse_percent(goal.percent, today.percent), goal.meaning, goal.total, rules)


def _options(ground: Ground, measured: Measurement, code: Code) -> tuple[Option, ...]:
    candidates = forecast_candidates(product(measured), code.facts, around=code.around)
    return plan_options(_field(candidates, measured, code.facts), ground, measured.whole_tree)


def _ground(target: Target, measured: Measurement) -> Ground:
    if target.total == "whole-tree":
        return Ground(target, measured.whole_tree, {}, DOUBLE)
    entering = {file.path: file.counts.points for file in measured.unmeasured}
    return Ground(target, measured.totals, entering, DOUBLE)


def _field(candidates: tuple[Candidate, ...], measured: Measurement, facts: Mapping[str, ModuleFacts]) -> Field:
    files = (*measured.files, *measured.unmeasured)
    return Field(
        candidates,
        missing_in={file.path: file.counts.missing_points for file in files},
        is_tested={
            file.path: bool(file.executed & ~facts[file.path].import_time) for file in files if file.path in facts
        },
    )
