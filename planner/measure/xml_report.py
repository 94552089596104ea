"""Cobertura XML, of coverage.py and of other writers.

Rates have four digits and the root has no combined figure, so the `<line>` elements are counted. Only coverage.py's own
counts on the root win over them: it drops a file whose name is the same below two of its sources, but counts it there.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from planner.errors import InputError
from planner.measure.reports import Report, bounded, check_size, file_from_lines, total_of
from planner.model.lines import MAX_LINE
from planner.model.measurement import Counts
from planner.xml import read_xml

_CONDITIONS = re.compile(r"\((\d{1,9})/(\d{1,9})\)")


@dataclass(slots=True)
class _Lines:
    hits: dict[int, bool] = field(default_factory=dict)
    exits: dict[int, tuple[int, int]] = field(default_factory=dict)


def read_xml_report(path: Path) -> Report:
    """The report in the file. Raises InputError, one line, when it is no Cobertura XML or is damaged."""
    files: dict[str, _Lines] = {}
    prefixes: list[str] = []

    def take(element: Element) -> bool:
        if element.tag == "source" and element.text and element.text.strip():
            prefixes.append(element.text.strip())
        if element.tag == "class":
            _take_class(element, files, path)
        return element.tag == "class"

    check_size(path)
    root = read_xml(path, take)
    if root.tag != "coverage":
        raise InputError(f"{path}: XML, but not Cobertura (its root is <{root.tag[:60]}>); make it with 'coverage xml'")
    found = (file_from_lines(name, each.hits, each.exits) for name, each in files.items())
    measured = tuple(bounded(found, path))
    listed = total_of(measured)
    is_own = _is_coverage_py(root)
    stated = _stated(root) if is_own else None
    totals = stated or listed
    version = root.get("version") if is_own else None
    notices = _disagreement(root, path, listed, stated)
    return Report(measured, totals, totals.branches > 0, version, tuple(prefixes), notices)


def _take_class(element: Element, files: dict[str, _Lines], path: Path) -> None:
    """Lines of the class itself; those under its `<methods>` are the same lines again."""
    name = element.get("filename")
    if not name:
        raise InputError(f"{path}: a <class> element has no filename")
    lines = files.setdefault(name, _Lines())
    for line in element.iterfind("lines/line"):
        number = _whole(line.get("number"), path)
        lines.hits[number] = lines.hits.get(number, False) or _whole(line.get("hits"), path) > 0
        if line.get("branch") == "true":
            _take_exits(line, number, lines)


def _take_exits(line: Element, number: int, lines: _Lines) -> None:
    match = _CONDITIONS.search(line.get("condition-coverage", ""))
    if match:
        taken, total = int(match[1]), int(match[2])
        before = lines.exits.get(number, (0, 0))
        lines.exits[number] = max(before, (total, min(taken, total)))


def _whole(text: str | None, path: Path) -> int:
    """A count as writers print it: some write hits as 1.0, some above 2**31."""
    try:
        number = int(float(text or "")) if "." in (text or "") else int(text or "")
    except (ValueError, OverflowError) as error:
        shown = text[:40] if text else text
        raise InputError(f"{path}: a <line> element has {shown!r} where a number belongs") from error
    if number < 0:
        return 0
    return min(number, MAX_LINE)


def _is_coverage_py(root: Element) -> bool:
    """coverage.py alone writes `branches-valid` next to a `version` of digits and a `complexity` of 0."""
    version = root.get("version", "")
    return bool(re.match(r"\d+\.\d", version)) and root.get("complexity") == "0" and "branches-valid" in root.attrib


def _stated(root: Element) -> Counts | None:
    """The counts on the root element, None unless all four are there and possible."""
    names = ("lines-valid", "lines-covered", "branches-valid", "branches-covered")
    texts = [root.get(name, "") for name in names]
    if not all(re.fullmatch(r"\d{1,12}", text) for text in texts):
        return None
    counts = Counts(*(int(text) for text in texts))
    is_possible = counts.covered_statements <= counts.statements and counts.covered_branches <= counts.branches
    return counts if is_possible else None


def _disagreement(root: Element, path: Path, listed: Counts, stated: Counts | None) -> tuple[str, ...]:
    if stated and stated != listed:
        return (f"{path}: lists {listed.points} points but states {stated.points}; what it states is used",)
    lines = root.get("lines-valid", "")
    if not stated and re.fullmatch(r"\d{1,12}", lines) and int(lines) != listed.statements:
        return (f"{path}: states {lines} lines but lists {listed.statements}; the listed lines are counted",)
    return ()
