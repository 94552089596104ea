"""The story of a plan: measure, analyse, forecast, solve. Reports are functions of what comes out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from planner.forecast import Grain, import_share
from planner.measure import Progress, Request
from planner.model.alternatives import Alternatives
from planner.model.option import Outcome
from planner.model.wish import Wish
from planner.pipeline.shared import measured_product
from planner.pipeline.start import Goal, find_target, reports_of, with_notices
from planner.pipeline.study import Ahead, Study, plan_study, rank_study, read_study
from planner.spread import beside

__all__ = ["Goal", "hurried", "make_plan", "make_ranking", "make_status", "status_of", "with_alternatives"]

SECONDS_PER_FILE = 5e-4
"""CPU time to examine the measurement and to look for alternatives: 0.4 to 0.5 s for Django's 871 modules."""


def make_plan(request: Request, goal: Goal, progress: Progress) -> Outcome:
    """The options that lead to the goal. Raises InputError or ConfigError, one line each."""
    with hurried(read_study(request, goal.wish, progress), goal) as study:
        return with_alternatives(study, plan_study(study, goal).outcome)


@contextmanager
def hurried(study: Study, goal: Goal) -> Iterator[Study]:
    """The study for a plan with this goal, what is the same for every plan found by another process where that pays."""
    with beside(partial(_look_ahead, study, goal), study.request.spread, _seconds_ahead(study, goal)) as ahead:
        yield replace(study, ahead=ahead)


def _look_ahead(study: Study, goal: Goal) -> Ahead:
    reports = reports_of(goal)
    return Ahead(reports, study.diagnose(reports), _alternatives_of(study))


def _alternatives_of(study: Study) -> Alternatives:
    from planner.pipeline.alternatives import find_alternatives  # what a copy may load, and a status never needs

    return find_alternatives(study.code, study.measured)


def _seconds_ahead(study: Study, goal: Goal) -> float:
    """About what it takes, none where the target is met; all files are read here, for both processes."""
    target, measured = find_target(goal, study.measured), study.measured
    today = measured.totals if goal.total == "measured" else measured.whole_tree
    if study.request.spread.jobs == 1 or (target and not target.shortfall(today)):
        return 0.0
    return (len(study.code.facts) + len(study.code.others)) * SECONDS_PER_FILE


def with_alternatives(study: Study, outcome: Outcome) -> Outcome:
    """The outcome with what can be had without a test, which is looked for where something is left to plan."""
    if not outcome.ceilings:
        return outcome
    ahead = study.ahead()
    return replace(outcome, alternatives=ahead.alternatives if ahead else _alternatives_of(study))


def make_status(request: Request, goal: Goal | None, progress: Progress) -> Outcome:
    """What was measured, in totals and apart for import-time and behaviour; with a goal, what it needs."""
    return status_of(read_study(request, Wish(), progress), goal)


def status_of(study: Study, goal: Goal | None) -> Outcome:
    """The same of a project that was read already."""
    measured, code = study.measured, study.code
    return Outcome(
        project=study.request.root.name,
        measurement=with_notices(measured, code),
        target=find_target(goal, measured) if goal else None,
        share=import_share(measured_product(measured), code.facts),
        diagnosis=study.diagnosis,
    )


def make_ranking(request: Request, grain: Grain, progress: Progress, wish: Wish | None = None) -> Outcome:
    """Everything uncovered, by points gained per hour, best first."""
    study = read_study(request, wish or Wish(), progress)
    return Outcome(
        project=request.root.name,
        measurement=with_notices(study.measured, study.code),
        candidates=rank_study(study, grain),
    )
