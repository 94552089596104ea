"""The story of a kept plan that is taken up again: its receipt today, and the rest of the way planned anew."""

from dataclasses import replace
from pathlib import Path

from planner.errors import ConfigError
from planner.history.resume import path_today, resume
from planner.measure import Progress, Request
from planner.model.facts import ModuleFacts
from planner.model.history import Span
from planner.model.option import Option, Outcome
from planner.model.receipt import Receipt
from planner.model.resume import Resumed
from planner.pipeline.history import Note
from planner.pipeline.plan import Goal, make_plan
from planner.pipeline.receipt import make_receipt, tasks_of
from planner.source.kinds import FACTS
from planner.source.library import read_all


def make_resumed(
    request: Request, goal: Goal, store: Path, name: str | None, note: Note, progress: Progress
) -> Resumed:
    """The kept plan `name` (the last one where none is named), and the way on to its own target by its own option.

    Of the goal all but the percent and the confidence is used. Raises InputError or ConfigError, one line each.
    """
    receipt = make_receipt(request, store, name, note, progress)
    plan = receipt.plan
    if not plan.target and not goal.wish.budget:
        raise ConfigError(f"plan {plan.key} has no target; give the hours that are left with --budget")
    wish = replace(goal.wish, confidence=plan.confidence)
    outcome = make_plan(request, replace(goal, percent=plan.target or None, wish=wish), progress)
    option = _option(outcome, receipt)
    tasks = tasks_of(option.steps) if option else []
    return resume(receipt, _places(request, receipt, progress), outcome, option, tasks)


def _option(outcome: Outcome, receipt: Receipt) -> Option | None:
    """The same option as then; None where the target is met."""
    if not outcome.options:
        return None
    wanted = receipt.plan.option
    found = next((each for each in outcome.options if each.key == wanted), None)
    if found is None:
        there = ", ".join(each.key for each in outcome.options)
        raise ConfigError(
            f"plan {receipt.plan.key} is of option {wanted}, which is not there now ({there}): see --option"
        )
    return found


def _places(request: Request, receipt: Receipt, progress: Progress) -> dict[str, tuple[Span, ...] | None]:
    """The definitions of each file that a task is aimed at."""
    paths = sorted({path_today(each.task, receipt) for each in receipt.tasks})
    facts = read_all(FACTS, request.root, paths, frozenset(paths), None, progress)
    return {path: _spans(facts.get(path)) for path in paths}


def _spans(found: object) -> tuple[Span, ...] | None:
    if not isinstance(found, ModuleFacts):
        return None
    units = [unit for unit in found.units if unit.kind != "module"]
    return tuple(Span(unit.name, unit.first_line, unit.last_line) for unit in units)
