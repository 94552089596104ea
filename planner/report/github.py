"""Findings as GitHub workflow commands, which show as annotations at the lines they are about."""

from planner.model.findings import SEVERITIES, Examination, Finding
from planner.model.measurement import Counts
from planner.report.doctor_words import certainty, ended, mend_text, outlook
from planner.report.escape import workflow_message, workflow_property
from planner.report.words import plural

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render_github(found: Examination) -> str:
    """One command a line, gravest first: of each kind GitHub shows ten only (its documentation, "Usage limits").

    What was silenced stands in a debug line with its reason, which GitHub shows when asked. Without any finding one
    notice says so.
    """
    diagnosis = found.diagnosis
    ranked = sorted(diagnosis.findings, key=lambda each: -SEVERITIES.index(each.severity or "note"))
    lines = [_command(each, diagnosis.totals) for each in ranked]
    lines += [
        f"::debug::{workflow_message(f'{each.finding.check} is silenced ({each.reason}): {each.finding.title}')}"
        for each in diagnosis.silenced
    ]
    if not diagnosis.findings:
        lines.insert(0, f"::notice title=gapplan doctor::{plural(len(diagnosis.checks), 'check')} found nothing")
    return "\n".join(lines) + "\n"


def _command(finding: Finding, totals: Counts) -> str:
    place = next((each for each in finding.evidence if each.path), None)
    properties = {"title": finding.title}
    if place and place.path:
        line = {"line": str(place.line)} if place.line else {}
        properties = {"file": place.path, **line, **properties}
    listed = ",".join(f"{name}={workflow_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity or 'note']} {listed}::{workflow_message(_message(finding, totals))}"


def _message(finding: Finding, totals: Counts) -> str:
    mend = finding.mend
    note = [ended(mend.note)] if mend.note else []
    sure = f"{outlook(finding, totals)} Confidence: {certainty(finding.confidence)}."
    return "\n".join([ended(finding.why), sure, mend_text(mend), mend.text, *note])
