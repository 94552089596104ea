"""The whole story in one page: measure, analyse, forecast, plan. Reports are functions of what comes out."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from planner.config import parse_percent
from planner.errors import ConfigError
from planner.forecast import DOUBLE, Grain, forecast_candidates, import_share
from planner.measure import Progress, Request, is_test_path, read_measurement
from planner.model.facts import ModuleFacts
from planner.model.measurement import FileCoverage, Measurement, Skipped
from planner.model.plan import Candidate, Outcome
from planner.model.target import Meaning, Rules, Target, Total, version_numbers
from planner.solve import Field, Ground, plan_options, recommend
from planner.source import read_facts

__all__ = ["Goal", "Progress", "Request", "make_plan", "make_ranking", "make_status"]


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
    facts = _read_facts(request.root, measured, progress)
    candidates = forecast_candidates(_product(measured), facts)
    ground = _ground(target, measured)
    options = plan_options(_field(candidates, measured, facts), ground, measured.whole_tree)
    return Outcome(
        project=request.root.name,
        measurement=measured,
        target=target,
        options=() if target.shortfall(ground.today) == 0 else options,
        recommended=None if target.shortfall(ground.today) == 0 else recommend(options),
        share=import_share(_measured_product(measured), facts),
    )


def make_status(request: Request, goal: Goal | None, progress: Progress) -> Outcome:
    """What was measured, in totals and apart for import-time and behaviour; with a goal, what it needs."""
    measured = read_measurement(request, progress)
    facts = _read_facts(request.root, measured, progress)
    return Outcome(
        project=request.root.name,
        measurement=measured,
        target=_target(goal, measured) if goal else None,
        share=import_share(_measured_product(measured), facts),
    )


def make_ranking(request: Request, grain: Grain, progress: Progress) -> Outcome:
    """Everything uncovered, by points gained per hour, best first."""
    measured = read_measurement(request, progress)
    facts = _read_facts(request.root, measured, progress)
    candidates = forecast_candidates(_product(measured), facts, grain)
    ranked = sorted(candidates, key=lambda each: (-each.gain_milli / each.effort.p50, each.path, each.unit))
    return Outcome(project=request.root.name, measurement=measured, candidates=tuple(ranked))


def _target(goal: Goal, measured: Measurement) -> Target:
    today = measured.totals if goal.total == "measured" else measured.whole_tree
    if not today.points:
        raise ConfigError("the data has no statements at all, so no percent can be reached")
    version = version_numbers(measured.version) if measured.version else None
    rules = Rules(measured.precision, version)
    return Target(parse_percent(goal.percent, today.percent), goal.meaning, goal.total, rules)


def _read_facts(root: Path, measured: Measurement, progress: Progress) -> dict[str, ModuleFacts]:
    """Facts of every product file that can be read; the others are named by the measurement already."""
    files = {file.path: file for file in _product(measured)}
    known = frozenset(files)
    found = {path: read_facts(root, path, known) for path in progress(sorted(files), "reading sources")}
    return {path: facts for path, facts in found.items() if not isinstance(facts, Skipped)}


def _product(measured: Measurement) -> list[FileCoverage]:
    """The files that tests can be planned for: in the tree, and no tests themselves."""
    files: Iterable[FileCoverage] = (*measured.files, *measured.unmeasured)
    return [file for file in files if file.in_tree and not is_test_path(file.path)]


def _measured_product(measured: Measurement) -> list[FileCoverage]:
    return [file for file in measured.files if file.in_tree and not is_test_path(file.path)]


def _ground(target: Target, measured: Measurement) -> Ground:
    if target.total == "whole-tree":
        return Ground(target, measured.whole_tree, {}, DOUBLE)
    entering = {file.path: file.counts.points for file in measured.unmeasured}
    return Ground(target, measured.totals, entering, DOUBLE)


def _field(candidates: tuple[Candidate, ...], measured: Measurement, facts: dict[str, ModuleFacts]) -> Field:
    files = (*measured.files, *measured.unmeasured)
    return Field(
        candidates,
        missing_in={file.path: file.counts.missing_points for file in files},
        is_tested={
            file.path: bool(file.executed & ~facts[file.path].import_time) for file in files if file.path in facts
        },
    )
