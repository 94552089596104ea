"""Candidates and a goal in, options out. In here: the choice of steps and its arithmetic, all of it exact.

Not in here: what a candidate gains or costs (forecast), any text of a report (report).
"""

from planner.solve.options import Field, find_ceilings, plan_mix, plan_options, recommend
from planner.solve.tally import Ground

__all__ = ["Field", "Ground", "find_ceilings", "plan_mix", "plan_options", "recommend"]
