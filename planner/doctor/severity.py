"""How grave a finding is: what it may change in the percent, as far as it is sure."""

from planner.model.findings import Finding, Severity
from planner.model.measurement import Counts

ERROR_PERCENT = 2
"""Percent points in doubt from which on a fault is an error: the smallest of the published cases, where one line of
configuration was worth 2 to 15."""

WARNING_PERCENT = 0.5
"""And a warning: from here on `coverage report` prints another number."""

SURE = 0.5
"""A finding that is less sure is a note at most."""


def severity_of(finding: Finding, totals: Counts) -> Severity:
    """From the largest change of the total that the finding's doubt allows."""
    swing = finding.doubt.swing(totals)
    if finding.confidence < SURE or swing < WARNING_PERCENT:
        return "note"
    return "error" if swing >= ERROR_PERCENT else "warning"
