"""What a test would gain and cost. Values in, forecasts out; in here are the formulas and their constants.

Not in here: the choice between candidates, any reading of files other than the seam catalogue.
"""

from planner.forecast.candidates import Grain, Surroundings, forecast_candidates
from planner.forecast.rates import read_rates
from planner.forecast.share import import_share

__all__ = ["Grain", "Surroundings", "forecast_candidates", "import_share", "read_rates"]
