"""The JSON of a diagnosis, format 1: what `schemas/doctor.schema.json` publishes."""

from planner.model.findings import Doubt, Examination, Finding
from planner.model.measurement import Counts
from planner.model.together import together, weighty
from planner.report.json import FORMAT, Json, counts_json, doubts_json, dump, measured_json
from planner.report.words import chance_value, percent_value


def render_diagnosis(found: Examination) -> str:
    """The diagnosis as `schemas/doctor.schema.json` describes it."""
    diagnosis = found.diagnosis
    return dump(
        {
            "format": FORMAT,
            "project": found.project,
            "measured": measured_json(found.measurement),
            "totals": counts_json(diagnosis.totals),
            "together": _doubt(together(weighty(diagnosis)), diagnosis.totals),
            "findings": [_finding(each, diagnosis.totals) for each in diagnosis.findings],
            "silenced": [
                {"reason": each.reason, "finding": _finding(each.finding, diagnosis.totals)}
                for each in diagnosis.silenced
            ],
            "checks": list(diagnosis.checks),
            **({} if found.blocked is None else {"blocked_tests": found.blocked}),
            "unchecked": [{"check": name, "reason": reason} for name, reason in diagnosis.unchecked.items()],
            **doubts_json(found.measurement),
        }
    )


def _finding(each: Finding, totals: Counts) -> dict[str, Json]:
    return {
        "check": each.check,
        "title": each.title,
        "why": each.why,
        "severity": each.severity or "note",
        "confidence": chance_value(each.confidence),
        "evidence": [{"path": one.path, "line": one.line, "text": one.text} for one in each.evidence],
        "doubt": {**_doubt(each.doubt, totals), "statements": each.doubt.statements, "basis": each.doubt.basis},
        "mend": {"kind": each.mend.kind, "file": each.mend.file, "text": each.mend.text, "note": each.mend.note},
    }


def _doubt(doubt: Doubt, totals: Counts) -> dict[str, Json]:
    low, high = doubt.percents(totals)
    return {
        "covered": {"least": doubt.covered[0], "most": doubt.covered[1]},
        "entering": {"least": doubt.entering[0], "most": doubt.entering[1]},
        "percent_low": percent_value(low),
        "percent_high": percent_value(high),
    }
