"""Which tests there are and how they ended: read from reports and sources, never by running any.

In here: readers of outcomes. Not in here: coverage, forecasts, any judgement of the measurement.
"""
