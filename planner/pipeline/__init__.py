"""The whole story: `plan` measures, analyses, forecasts and solves; `code` explains a module and draws the graph.

In here: the order of the rooms, and what one hands to the next. Not in here: any arithmetic, any text.
"""

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
