"""The whole story: `plan` measures, analyses, forecasts and solves; `code` explains a module and draws the graph.

In here: the order of the rooms, and what one hands to the next. Not in here: any arithmetic, any text. Names are loaded
when they are first asked for: a worker that only reads files needs no story.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.measure import Progress, Request
    from planner.pipeline.code import make_explanation, make_import_map
    from planner.pipeline.plan import Goal, make_plan, make_ranking, make_status

__all__ = [
    "Goal",
    "Progress",
    "Request",
    "make_explanation",
    "make_import_map",
    "make_plan",
    "make_ranking",
    "make_status",
]

_HOMES = {
    "Progress": "planner.measure",
    "Request": "planner.measure",
    "make_explanation": "planner.pipeline.code",
    "make_import_map": "planner.pipeline.code",
    **dict.fromkeys(("Goal", "make_plan", "make_ranking", "make_status"), "planner.pipeline.plan"),
}
"""Name -> the module that has it."""


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
