"""The story of a plan: measure, analyse, forecast, solve. Reports are functions of what comes out."""

from dataclasses import replace

from planner.forecast import Grain, import_share
from planner.measure import Progress, Request
from planner.model.option import Outcome
from planner.model.wish import Wish
from planner.pipeline.alternatives import find_alternatives
from planner.pipeline.shared import measured_product
from planner.pipeline.start import Goal, find_target, with_notices
from planner.pipeline.study import Study, plan_study, rank_study, read_study

__all__ = ["Goal", "make_plan", "make_ranking", "make_status", "status_of", "with_alternatives"]


def make_plan(request: Request, goal: Goal, progress: Progress) -> Outcome:
    """The options that lead to the goal. Raises InputError or ConfigError, one line each."""
    study = read_study(request, goal.wish, progress)
    return with_alternatives(study, plan_study(study, goal).outcome)


def with_alternatives(study: Study, outcome: Outcome) -> Outcome:
    """The outcome with what can be had without a test, which is looked for where something is left to plan."""
    if not outcome.ceilings:
        return outcome
    return replace(outcome, alternatives=find_alternatives(study.code, study.measured))


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
