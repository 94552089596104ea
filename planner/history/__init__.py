"""Measurements over time: what changed and why, down to the statement.

In here: comparing kept measurements, keeping them. Not in here: measuring, forecasts, texts of reports.
"""
