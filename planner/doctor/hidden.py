"""What other lists of exclusions would bring into the total, or take out of it: files counted anew on the same rows."""

import re
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from planner.doctor.exam import Exam
from planner.model.lines import Lines
from planner.model.measurement import Counts, FileCoverage
from planner.settings import CoverageSettings

DEFAULT_PRAGMA = r"#\s*(pragma|PRAGMA)[:\s]?\s*(no|NO)\s*(cover|COVER)"
DEFAULT_STUB = r"^\s*(((async )?def .*?)?[\])]+(\s*->.*?)?:\s*)?\.\.\.\s*(#|$)"
DEFAULT_TYPING = r"^\s*if (typing\.)?TYPE_CHECKING:"
DEFAULT_EXCLUDE = (DEFAULT_PRAGMA, DEFAULT_STUB, DEFAULT_TYPING)
DEFAULT_PARTIAL = r"#\s*(pragma|PRAGMA)[:\s]?\s*(no|NO)\s*(branch|BRANCH)"
"""What coverage.py excludes, and whose branches it takes as partial, unless told otherwise (`coverage/config.py`)."""


DATA_KIND = "coverage data"
"""Of an input whose files coverage.py counted here, by its own rules and the settings of today."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A line that a pattern matches, and by which coverage.py excludes it with its block."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """Files before and after a change of exclusions; those that stay as they are not among them."""

    before: Mapping[str, FileCoverage] = field(default_factory=dict)
    after: Mapping[str, FileCoverage] = field(default_factory=dict)

    @property
    def entering(self) -> int:
        """Points that enter the total; negative where some leave it."""
        return self._sum(self.after).points - self._sum(self.before).points

    @property
    def covered(self) -> int:
        """How many of them are covered."""
        return self._sum(self.after).covered_points - self._sum(self.before).covered_points

    @property
    def shown(self) -> dict[str, Lines]:
        """Statements that count after it and did not before, by path."""
        return self._only(self.after, self.before)

    @property
    def gone(self) -> dict[str, Lines]:
        """Statements that counted before and do not after it, by path."""
        return self._only(self.before, self.after)

    def _only(self, here: Mapping[str, FileCoverage], there: Mapping[str, FileCoverage]) -> dict[str, Lines]:
        found = {path: file.statements & ~there[path].statements for path, file in here.items()}
        return {path: lines for path, lines in found.items() if lines}

    def ran(self) -> int:
        """How many of the statements that come to count ran."""
        return sum((lines & self.after[path].executed).bit_count() for path, lines in self.shown.items())

    def _sum(self, files: Mapping[str, FileCoverage]) -> Counts:
        return sum((file.counts for file in files.values()), Counts())


def size_of(lines: Mapping[str, Lines]) -> int:
    """How many lines there are in all files."""
    return sum(each.bit_count() for each in lines.values())


def change(exam: Exam, settings: CoverageSettings, paths: Iterable[str]) -> Change:
    """The files of the measurement among `paths`, counted under other settings; what cannot be is left out."""
    wanted = set(paths)
    before: dict[str, FileCoverage] = {}
    after: dict[str, FileCoverage] = {}
    for file in exam.measurement.files:
        counted = exam.recount(file.path, settings) if file.path in wanted else None
        if isinstance(counted, FileCoverage) and counted != file:
            before[file.path], after[file.path] = file, counted
    return Change(before, after)


def anchors(exam: Exam, pattern: str) -> dict[str, tuple[Anchor, ...]]:
    """Where a pattern matches in measured files, by path; as coverage.py searches (`PythonParser.lines_matching`)."""
    compiled = compiled_pattern(pattern)
    if compiled is None:
        return {}
    found = {path: tuple(_anchors_in(exam.source(path), compiled)) for path in _where_it_may(exam, pattern)}
    return {path: each for path, each in found.items() if each}


def _where_it_may(exam: Exam, pattern: str) -> Iterator[str]:
    """The measured files in which the pattern may match.

    What a pattern in force matches is excluded, where coverage.py counted the file here: no other text is searched.
    """
    is_counted = pattern in exam.settings.exclude and all(each.kind == DATA_KIND for each in exam.measurement.inputs)
    return (file.path for file in exam.measurement.files if file.in_tree and (file.excluded or not is_counted))


def compiled_pattern(pattern: str) -> re.Pattern[str] | None:
    """The pattern as coverage.py compiles it; None where it cannot be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of a project's patterns is not asked
            return re.compile(pattern, re.MULTILINE)
    except (re.error, OverflowError, RecursionError):
        return None


def _anchors_in(text: str, pattern: re.Pattern[str]) -> Iterator[Anchor]:
    """Every line of every match, from its first word on; a match over several lines gives each the text of them all."""
    lines = text.split("\n")
    last, first = 0, 1
    for match in pattern.finditer(text):
        words = match[0].lstrip()
        start = match.end() - len(words) if words else match.start()
        first += text.count("\n", last, start)
        last = start
        end = first + words.count("\n")
        whole = "\n".join(lines[first - 1 : end])
        yield from (Anchor(line, whole) for line in range(first, end + 1))


def without(patterns: Iterable[str], gone: Collection[str]) -> tuple[str, ...]:
    """The patterns but those."""
    return tuple(each for each in patterns if each not in gone)


def excluding(settings: CoverageSettings, patterns: Iterable[str]) -> CoverageSettings:
    """The settings with these patterns as all that is excluded."""
    return replace(settings, exclude=tuple(dict.fromkeys(patterns)))
