"""How findings of the doctor read, shared by every format."""

from fractions import Fraction

from planner.model.findings import Doubt, Evidence, Finding, Mend
from planner.model.measurement import Counts
from planner.model.percent import percent_text
from planner.report import words

_CERTAINTY = (
    *((1.0, "certain"), (0.95, "all but certain"), (0.8, "very likely")),
    *((0.6, "likely"), (0.5, "more likely than not")),
)
"""From which confidence on a finding is called so."""

_LANGUAGES = {"toml": "toml", "cfg": "ini", "ini": "ini", "coveragerc": "ini", "py": "python"}
"""End of a file's name -> what Markdown calls its language."""


def percents_text(percents: tuple[Fraction, Fraction]) -> str:
    """`43.00-52.70 %`, or one percent where both ends read the same."""
    low, high = (percent_text(each) for each in percents)
    return f"{low} %" if low == high else f"{low}-{high} %"


def swing_text(doubt: Doubt, totals: Counts) -> str:
    """The largest change of the percent, in points of it: `11.50`."""
    return percent_text(doubt.swing(totals))


def outlook(finding: Finding, totals: Counts) -> str:
    """What the total would be after the mend, and of which points the change is made."""
    doubt = finding.doubt
    if not (any(doubt.covered) or any(doubt.entering)):
        return f"The total stays at {words.percent(totals)}."
    changes = [_change(doubt.covered, "covered"), _change(doubt.entering, "in the total")]
    made_of = words.listed([each for each in changes if each])
    return f"Mended, {words.percent(totals)} would be {percents_text(doubt.percents(totals))}: {made_of}."


def _change(ends: tuple[int, int], what: str) -> str:
    low, high = ends
    if not (low or high):
        return ""
    if low < 0 < high:
        return f"from {words.plural(-low, 'point')} fewer to {words.count(high)} more {what}"
    more = "more" if high > 0 else "fewer"
    few, many = sorted((abs(low), abs(high)))
    if not few:
        return f"up to {words.plural(many, 'point')} {more} {what}"
    span = words.plural(many, "point") if few == many else f"{words.count(few)}-{words.plural(many, 'point')}"
    return f"{span} {more} {what}"


def certainty(confidence: float) -> str:
    """`90 %, very likely`."""
    said = next((text for least, text in _CERTAINTY if confidence >= least), "possible")
    return f"{int(words.written(confidence) * 100)} %, {said}"


def ended(text: str) -> str:
    """A sentence with its end."""
    return text if not text or text.rstrip("\"')").endswith((".", "!", "?", ":")) else f"{text}."


def place_text(each: Evidence) -> str:
    """`path:line: text`, as far as there is a place."""
    if not each.path:
        return each.text
    place = f"{each.path}:{each.line}" if each.line else each.path
    return f"{place}: {each.text}"


def mend_text(mend: Mend) -> str:
    """What is to be done with the lines that follow."""
    if mend.kind == "command":
        return "Mend, run in the project root:"
    place = f" in {mend.file}" if mend.file else ""
    return f"Mend,{place}:" if place else "Mend:"


def language(mend: Mend) -> str:
    """What a Markdown code block of the mend is called; "" where that is not clear."""
    if mend.kind == "command":
        return "sh"
    return _LANGUAGES.get((mend.file or "").rpartition(".")[2], "")
