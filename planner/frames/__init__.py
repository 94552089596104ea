"""The same values as tidy pandas DataFrames, for notebooks: `planner.load` leads here.

In here: rows and columns, what notebooks show of a value, figures. Not in here: any figure that the pipeline does not
have; every plan is its plan.
"""

from planner.frames.load import load_project
from planner.frames.plan import Plan
from planner.frames.project import Project
from planner.frames.replays import forecasts_frame, scores_frame

__all__ = ["Plan", "Project", "forecasts_frame", "load_project", "scores_frame"]
