"""How tests ended, from JUnit XML: pytest's families, unittest-xml-reporting, nose, and what CI merges of them.

The format has no standard: what is read here was checked against files that pytest 9, unittest-xml-reporting 4 and
nose2 0.16 wrote.
"""

import math
from collections.abc import Iterable
from pathlib import Path
from xml.etree.ElementTree import Element

from planner.errors import InputError
from planner.model.outcomes import TestOutcome
from planner.suite.reasons import Reason, reason_of
from planner.xml import read_xml

MAX_DETAILS = 64 * 1024
"""Characters of one traceback; most of a longer one is a repeated frame or a printed table."""

MAX_ALL_DETAILS = 64 * 1024 * 1024
"""Characters of all tracebacks of one file; the outcomes after that have none."""

MAX_NAME = 4096
"""Characters of a name or scope; parametrised tests may have whole texts in theirs."""

_ROOTS = frozenset({"testsuites", "testsuite"})
_ENDINGS = frozenset({"failure", "error", "skipped"})
_NOT_RUN = frozenset({"notrun", "skipped", "disabled"})


def read_all_outcomes(paths: Iterable[Path]) -> tuple[TestOutcome, ...]:
    """The outcomes of several files, one after the other; a folder stands for the JUnit files directly in it.

    Raises InputError, one line, for a file that is no JUnit XML, and for a folder that holds none.
    """
    return tuple(outcome for path in paths for outcome in (_in_folder(path) if path.is_dir() else read_outcomes(path)))


def read_outcomes(path: Path) -> tuple[TestOutcome, ...]:
    """The test cases of one file in its order, repeated ones too, however its suites nest.

    Raises InputError, one line, for what cannot be read, is no well-formed or safe XML, or is no JUnit report.
    """
    root, outcomes = _read(path)
    if root not in _ROOTS:
        raise InputError(f"{path}: no JUnit XML: it begins with <{root[:60]}>, not with <testsuites> or <testsuite>")
    return outcomes


def _in_folder(folder: Path) -> tuple[TestOutcome, ...]:
    """unittest-xml-reporting writes a file for each class; other XML in the folder is passed over."""
    read = [_read(path) for path in sorted(folder.glob("*.xml"))]
    found = [outcomes for root, outcomes in read if root in _ROOTS]
    if not found:
        raise InputError(f"{folder}: a folder without JUnit XML (*.xml that begins with <testsuites> or <testsuite>)")
    return tuple(outcome for outcomes in found for outcome in outcomes)


def _read(path: Path) -> tuple[str, tuple[TestOutcome, ...]]:
    """The name of the root element, and the test cases."""
    if not path.is_file():
        raise InputError(f"{path}: no such file" if not path.exists() else f"{path}: not a regular file")
    reader = _Reader()
    try:
        root = read_xml(path, reader.take)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    return _local(root.tag), tuple(reader.outcomes)


class _Reader:
    """Takes elements as they end: what a case holds comes before the case itself and stays in it."""

    def __init__(self) -> None:
        self.outcomes: list[TestOutcome] = []
        self._left = MAX_ALL_DETAILS

    def take(self, element: Element) -> bool:
        """Whether the element's content is needed no more."""
        tag = _local(element.tag)
        if tag == "testcase":
            self.outcomes.append(self._outcome(element))
        return tag not in _ENDINGS

    def _outcome(self, case: Element) -> TestOutcome:
        reason, text = _reason(case)
        return TestOutcome(
            name=case.get("name", "")[:MAX_NAME],
            scope=case.get("classname", "")[:MAX_NAME],
            ending=reason.ending,
            path=case.get("file", "")[:MAX_NAME].replace("\\", "/") or None,
            line=_line(case),
            phase=reason.phase,
            kind=reason.kind,
            message=reason.message,
            details=self._details(text),
            seconds=_seconds(case.get("time", "")),
        )

    def _details(self, text: str) -> str:
        """The beginning and, since a traceback ends where it broke, three times as much of the end."""
        text = text.strip("\n")
        if len(text) > MAX_DETAILS:
            text = f"{text[: MAX_DETAILS // 4]}\n...\n{text[5 - 3 * (MAX_DETAILS // 4) :]}"
        text = text if len(text) <= self._left else ""
        self._left -= len(text)
        return text


def _reason(case: Element) -> tuple[Reason, str]:
    """Why the case ended, and the text about it. Of several endings the first counts: then comes clearing up."""
    inside = next((each for each in case if _local(each.tag) in _ENDINGS), None)
    if inside is None:
        is_out = not _NOT_RUN.isdisjoint((case.get("status", "").lower(), case.get("result", "").lower()))
        return Reason("skipped" if is_out else "passed"), ""
    name = f"{case.get('classname', '')[:MAX_NAME]}.{case.get('name', '')[:MAX_NAME]}"
    text = inside.text or ""
    return reason_of(_local(inside.tag), inside.get("type", ""), inside.get("message", ""), text, name), text


def _local(tag: str) -> str:
    """The name without its namespace."""
    return tag.rpartition("}")[2]


def _line(case: Element) -> int | None:
    """pytest counts lines from 0; unittest-xml-reporting, which notes the time of each case, from 1."""
    text = case.get("line", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 9):
        return None
    return int(text) + (0 if case.get("timestamp", "") else 1)


def _seconds(text: str) -> float:
    """Never negative; 0 where no number is given. Some writers put commas between thousands."""
    try:
        seconds = float(text.replace(",", ""))
    except ValueError:
        return 0.0
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0
