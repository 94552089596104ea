"""Whether the measurement is true: what was found, what that does to the total, and what mends it."""

from collections.abc import Iterator, Sequence

from planner.model.findings import NO_DOUBT, SEVERITIES, Diagnosis, Examination, Finding, Mend
from planner.model.measurement import Counts
from planner.model.together import together, weighty
from planner.report import doctor_words, words
from planner.report.page import Block, Bullets, Code, Heading, Page, Sentence
from planner.report.pages.shared import doubts_beside, todays_totals

_TONES = {"error": "bad", "warning": "bad", "note": "plain"}


def diagnosis_page(found: Examination, *, is_detailed: bool = False) -> Page:
    """The verdict first, then each finding with evidence and mend, then what was silenced and what was not checked."""
    diagnosis = found.diagnosis
    blocks: list[Block] = [Heading(f"{found.project}: is the measurement true?", 1), *_verdict(diagnosis)]
    blocks += todays_totals(found.measurement)
    if found.blocked:
        verb = "fails" if found.blocked == 1 else "fail"
        yours = f"{words.plural(found.blocked, 'test')} {verb} by the reports given"
        blocks.append(
            Sentence(f"{yours}: gapplan unblock --junit says what stops them, and what mending it gives.", "bad")
        )
    for number, each in enumerate(diagnosis.findings, 1):
        blocks += _finding(number, each, diagnosis.totals)
    blocks += _silenced(diagnosis)
    blocks += _checked(diagnosis, is_detailed=is_detailed)
    return (*blocks, *doubts_beside(found.measurement, diagnosis.findings, is_detailed=is_detailed))


def _verdict(diagnosis: Diagnosis) -> Iterator[Block]:
    """How many findings, how much is in doubt, and where the total would lie."""
    totals, today = diagnosis.totals, words.percent(diagnosis.totals)
    if not diagnosis.findings:
        checks = words.plural(len(diagnosis.checks), "check")
        yield Sentence(f"Nothing found: {checks} saw no reason to doubt {today}.", "good")
        return
    counted = _counted(diagnosis.findings)
    if not (grave := weighty(diagnosis)):
        yield Sentence(f"{counted}: nothing sure or large enough to doubt {today}.", "good")
        return
    doubt = together(grave)
    if not doubt.swing(totals):
        yield Sentence(f"{counted}. Mended, the total would still be {today}.", "bad")
        return
    yield Sentence(
        f"{counted}. {_whose(grave)} up to {doctor_words.swing_text(doubt, totals)} percent points in doubt: "
        f"mended, the total would be {doctor_words.percents_text(doubt.percents(totals))}, where {today} is measured.",
        "bad",
    )


def _whose(grave: Sequence[Finding]) -> str:
    """Who puts the total in doubt."""
    if len(grave) == 1:
        return f"The {grave[0].severity} puts"
    kinds = [f"{name}s" for name in reversed(SEVERITIES) if any(each.severity == name for each in grave)]
    return f"The {' and '.join(kinds)} together put"


def _counted(findings: Sequence[Finding]) -> str:
    """`3 findings (1 error, 2 notes)`, `1 finding (error)`."""
    counted = {name: sum((each.severity or "note") == name for each in findings) for name in reversed(SEVERITIES)}
    kinds = [words.plural(count, name) for name, count in counted.items() if count]
    if len(findings) == 1:
        kinds = [findings[0].severity or "note"]
    return f"{words.plural(len(findings), 'finding')} ({', '.join(kinds)})"


def _finding(number: int, each: Finding, totals: Counts) -> Iterator[Block]:
    severity = each.severity or "note"
    yield Heading(f"{number}. {severity.capitalize()}: {each.title}")
    sure = doctor_words.certainty(each.confidence)
    yield Sentence(f"{doctor_words.outlook(each, totals)} Confidence: {sure}.", _TONES[severity])
    yield Sentence(doctor_words.ended(each.why))
    if each.evidence:
        yield Bullets([doctor_words.place_text(one) for one in each.evidence])
    yield from _mend(each.mend)
    how = f"How the range was got: {doctor_words.ended(each.doubt.basis)} " if each.doubt != NO_DOUBT else ""
    yield Sentence(f"{how}Check: {each.check}.", "quiet")


def _mend(mend: Mend) -> Iterator[Block]:
    yield Sentence(doctor_words.mend_text(mend))
    yield Code(mend.text, doctor_words.language(mend))
    if mend.note:
        yield Sentence(doctor_words.ended(mend.note))


def _silenced(diagnosis: Diagnosis) -> Iterator[Block]:
    if diagnosis.silenced:
        yield Heading(f"Silenced ({words.count(len(diagnosis.silenced))})")
        yield Bullets(
            [f"{each.finding.check}: {each.finding.title} (silenced: {each.reason})" for each in diagnosis.silenced]
        )


def _checked(diagnosis: Diagnosis, *, is_detailed: bool) -> Iterator[Block]:
    if diagnosis.unchecked:
        yield Heading(f"Not checked ({words.count(len(diagnosis.unchecked))})")
        yield Bullets([f"{name}: {reason}" for name, reason in diagnosis.unchecked.items()])
    if diagnosis.findings or is_detailed:
        names = f": {', '.join(diagnosis.checks)}" if is_detailed else ""
        yield Sentence(f"{words.plural(len(diagnosis.checks), 'check')} looked{names}.", "quiet")
