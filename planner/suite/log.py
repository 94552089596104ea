"""How tests ended, from what pytest wrote on the terminal: less than JUnit XML tells, where there is no XML.

Read are the lines of `-v`, the sections of failures, the short summary and the counts of the last line; colours,
marks of xdist's workers and the time stamps that CI systems put before lines are passed over.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from planner.errors import InputError
from planner.model.outcomes import Ending, TestOutcome
from planner.suite.junit import MAX_ALL_DETAILS
from planner.suite.logged import Ended, Run, Section, joined, parted

MAX_BYTES = 256 * 1024 * 1024
"""A larger log is refused: a CI job's log of 100,000 tests with all their tracebacks has about 100 MB."""

MAX_WIDTH = 4000
"""Characters of a line that are read."""

MAX_OUTCOMES = 1_000_000

MAX_OF_ONE_PLACE = 10_000
"""Tests that one line says were skipped; of more, the last line of the log tells how many."""

_COLOUR = re.compile(r"\x1b\[[0-9;?]{0,40}[A-Za-z]")
_STAMP = re.compile(
    r"(?:[^\t]{1,200}\t[^\t]{1,200}\t)?\ufeff?"
    r"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]?"
    r"(?: [0-9a-f]{2}[OE][ +]| |$)"
)
"""`2026-11-21T10:00:00.1234567Z `, GitHub's with job and step before it, GitLab's with stream and number behind it."""

_RULE = re.compile(r"={3,} (.{1,300}?) =={2,}$")
_HEAD = re.compile(r"_+ ([^_ ].{0,3900}|_{1,9}\w.{0,3900}) _+$")
"""A long name has one line on each side; `_ _ _ _` stands between the frames of a traceback."""

_CAPTURED = re.compile(r"-{3,} (?:Captured|live log) .{1,100}? -{3,}$|-{3,} (?:Captured|live log) .{1,100}$")
_SUMMARY = re.compile(r"(FAILED|ERROR|PASSED|XFAIL|XPASS) (\S.{0,4000})$")
_SKIPPED = re.compile(r"SKIPPED \[(\d{1,7})\] (.{1,4000})$")
_VERBOSE = re.compile(r" (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)(?: \(|$)")
_WORKER = re.compile(r"\[gw\d{1,4}\] \[ *\d{1,3}%\] (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS) (\S.{0,3800})$")
_COUNTS = re.compile(
    r"(?:=+ )?((?:\d{1,9} [a-z]{4,20}(?:, )?){1,12}) in \d{1,9}(?:\.\d{1,9})?s(?: \([\d:, a-z]{1,30}\))?(?: =+)?$"
)
_COUNT = re.compile(r"(\d{1,9}) ([a-z]{4,20})")

_ENDINGS: dict[str, Ending] = {
    "PASSED": "passed",
    "XPASS": "passed",
    "FAILED": "failed",
    "ERROR": "error",
    "SKIPPED": "skipped",
    "XFAIL": "xfailed",
}
_COUNTED: dict[str, Ending] = {
    "passed": "passed",
    "xpassed": "passed",
    "failed": "failed",
    "error": "error",
    "errors": "error",
    "skipped": "skipped",
    "xfailed": "xfailed",
}


@dataclass(frozen=True, slots=True)
class Log:
    """What a log tells: the tests that it names, and of the others how many ended so."""

    outcomes: tuple[TestOutcome, ...]
    unnamed: dict[Ending, int]
    notices: tuple[str, ...] = ()


def read_log(path: Path) -> Log:
    """The runs of pytest in a log, one after the other.

    Raises InputError, one line, for what cannot be read, is larger than MAX_BYTES, or holds no run of pytest.
    """
    reader = _Reader()
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: a log larger than {MAX_BYTES // 1024**2} MB; pass JUnit XML (pytest --junitxml)")
        for line in _lines(path):
            reader.take(line)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    reader.end()
    if not reader.runs:
        raise InputError(
            f"{path}: neither JUnit XML nor a log of pytest: no line such as `3 failed, 120 passed in 4.2s`"
        )
    unnamed: Counter[Ending] = Counter()
    for run in reader.runs:
        unnamed.update(run.unnamed)
    outcomes = tuple(outcome for run in reader.runs for outcome in run.outcomes)
    return Log(outcomes, dict(unnamed), tuple(_notices(path, reader.runs)))


def _notices(path: Path, runs: list[Run]) -> Iterator[str]:
    """What does not fit together, as in a log that was cut or damaged."""
    if any(not run.is_counted for run in runs):
        yield f"{path}: no last line such as `3 failed, 120 passed in 4.2s`: it may be cut short, and other tests lost"
    if surplus := sum(run.surplus for run in runs):
        yield f"{path}: names {surplus} test(s) more than its last line counts: it is damaged, or two logs are mixed"


def _lines(path: Path) -> Iterator[str]:
    """Line by line, as pytest wrote them; of what a carriage return wrote over, the last counts."""
    with path.open(encoding=_encoding(path), errors="replace", newline="\n") as stream:
        is_rest = False
        while raw := stream.readline(2 * MAX_WIDTH):
            if not is_rest:
                line = _COLOUR.sub("", raw.rstrip("\r\n")).rpartition("\r")[2]
                yield (_STAMP.sub("", line, count=1) if _STAMP.match(line) else line)[:MAX_WIDTH].rstrip()
            is_rest = not raw.endswith("\n")


def _encoding(path: Path) -> str:
    """By the first signs of the file: PowerShell writes UTF-16."""
    with path.open("rb") as stream:
        return "utf-16" if stream.read(2) in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


@dataclass(slots=True)
class _Reader:
    """Takes lines, in sections; a run ends with its counts."""

    runs: list[Run] = field(default_factory=list)
    section: str = ""
    sections: list[Section] = field(default_factory=list)
    summed: list[Ended] = field(default_factory=list)
    seen: dict[str, Ended] = field(default_factory=dict)
    is_open: bool = False
    left: int = MAX_ALL_DETAILS

    def take(self, line: str) -> None:
        if counts := _COUNTS.match(line):
            self._finish(_counted(counts[1]))
        elif rule := _RULE.match(line):
            self.section, self.is_open = rule[1], False
        elif self.section in ("FAILURES", "ERRORS"):
            self._in_section(line)
        elif self.section == "short test summary info":
            self._in_summary(line)
        else:
            self._in_progress(line)

    def end(self) -> None:
        """What a log that was cut holds of its last run."""
        if self.summed or self.sections or any(each.ending != "passed" for each in self.seen.values()):
            self._finish({})

    def _in_section(self, line: str) -> None:
        if head := _HEAD.match(line):
            self.sections.append(Section(self.section, head[1]))
            self.is_open = True
        elif _CAPTURED.match(line):
            self.is_open = False
        elif self.is_open and self.sections and self.left > 0:
            self.sections[-1].lines.append(line)
            self.left -= len(line) + 1

    def _in_summary(self, line: str) -> None:
        if found := _SUMMARY.match(line):
            node, message = parted(found[2])
            self.summed.append(Ended(node, _ENDINGS[found[1]], message=message))
        elif skipped := _SKIPPED.match(line):
            place, _, reason = skipped[2].partition(": ")
            many = min(int(skipped[1]), MAX_OF_ONE_PLACE, MAX_OUTCOMES - len(self.summed))
            self.summed += [Ended(f"{place} ({number})", "skipped", message=reason) for number in range(1, many + 1)]

    def _in_progress(self, line: str) -> None:
        word, node, reason = _progress(line)
        if ("::" in node or node.endswith(".py")) and len(self.seen) < MAX_OUTCOMES:
            self.seen[f"{node} {word}"] = Ended(node, _ENDINGS[word], message=reason)

    def _finish(self, counted: dict[Ending, int]) -> None:
        self.runs.append(joined(self.seen.values(), self.summed, self.sections, counted))
        self.section, self.is_open = "", False
        self.sections, self.summed, self.seen = [], [], {}


def _progress(line: str) -> tuple[str, str, str]:
    """Word, id and reason of a line of `-v`, with and without xdist; empty where it is none."""
    if found := _WORKER.match(line):
        return found[1], found[2].strip(), ""
    before, _, percent = line.rpartition("[")
    if percent.endswith("%]") and percent[:-2].strip().isdecimal():
        line = before.rstrip()
    if line[:1].isspace() or "::" not in line or not (verbose := _VERBOSE.search(line)):
        return "", "", ""
    return verbose[1], line[: verbose.start()].strip(), line[verbose.end() :].removesuffix(")")


def _counted(text: str) -> dict[Ending, int]:
    """`3 failed, 120 passed` as numbers; warnings and reruns are no tests."""
    found: Counter[Ending] = Counter()
    for number, word in _COUNT.findall(text):
        if word in _COUNTED:
            found[_COUNTED[word]] += int(number)
    return dict(found)
