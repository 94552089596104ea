"""Candidates and a goal in, options out. In here: the choice of steps and its arithmetic, all of it exact.

Not in here: what a candidate gains or costs (forecast), any text (report).
"""

from planner.solve.options import Field, plan_options, recommend
from planner.solve.tally import Ground

__all__ = ["Field", "Ground", "plan_options", "recommend"]
