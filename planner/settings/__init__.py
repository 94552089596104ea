"""What the project tells coverage.py and pytest, read as text: nothing it names is imported or run."""

from planner.settings.coverage_py import MAX_PRECISION, SEARCHED, read_coverage_settings
from planner.settings.pytest_options import read_pytest_settings
from planner.settings.values import CoverageSettings, PytestSettings

__all__ = [
    "MAX_PRECISION",
    "SEARCHED",
    "CoverageSettings",
    "PytestSettings",
    "read_coverage_settings",
    "read_pytest_settings",
]
