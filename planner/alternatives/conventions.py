"""Lines that convention excludes: what coverage.py's own documentation leaves out, as patterns, and what each does.

The patterns are tried one by one with coverage.py's own parser, so that a pattern on an `if`, `def` or `class` line
takes its whole block, and one that is in force already gains nothing. Those that would hide logic are withheld.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from planner.alternatives.blocks import logic_in_main
from planner.alternatives.recount import counts_excluded
from planner.model.alternatives import Evidence, Exclusion, ExclusionKind, Totals, Withheld
from planner.model.facts import Unit
from planner.model.lines import Lines, line_range, numbers_in
from planner.model.measurement import Counts, FileCoverage, Skipped

PATTERNS: tuple[tuple[ExclusionKind, str], ...] = (
    ("type checking", r"^\s*if (typing\.)?TYPE_CHECKING:"),
    ("main block", r"^if __name__ == .__main__.:"),
    ("protocol", r"^\s*class .*\bProtocol(\[.*\])?\):"),
    ("abstract", r"^\s*@(abc\.)?abstractmethod\b"),
    ("overload", r"^\s*@(typing\.)?overload\b"),
    ("ellipsis", r"^\s*\.\.\.\s*$"),
    ("not implemented", r"^\s*raise NotImplementedError\b"),
    ("debug repr", r"^\s*def __repr__\b"),
)
"""After https://coverage.readthedocs.io/en/latest/excluding.html ("Advanced exclusion"), anchored at the line's start,
so that neither comments nor strings match. No quote in any: they stand in TOML and INI as they are."""

MOST_STATEMENTS = 5
MOST_COMPLEXITY = 2
"""A hidden function that is longer or branches more is no stub and no debug text: hiding it would hide logic."""


_SIGNS: dict[ExclusionKind, str] = {
    "type checking": "TYPE_CHECKING",
    "main block": "__name__",
    "protocol": "Protocol",
    "abstract": "abstractmethod",
    "overload": "overload",
    "ellipsis": "...",
    "not implemented": "NotImplementedError",
    "debug repr": "__repr__",
}
"""What every match of a pattern holds: a text without it is not searched."""


@dataclass(frozen=True, slots=True)
class _Match:
    """One file that a pattern matches: the lines that it excludes besides, and what leaves with them."""

    file: FileCoverage
    lines: Lines
    gone: Counts
    is_measured: bool


def find_exclusions(evidence: Evidence, today: Totals) -> tuple[tuple[Exclusion, ...], tuple[Withheld, ...]]:
    """The patterns that would raise the percent, and those of them that are withheld since they hide logic."""
    exclusions: list[Exclusion] = []
    withheld: list[Withheld] = []
    for kind, pattern in PATTERNS:
        if kind == "main block" and (kept := _kept_blocks(pattern, evidence)):
            withheld.append(kept)
            continue
        holding = _holding({kind}, evidence)
        if not any(_may_gain(kind, pattern, file, evidence) for file in holding):
            continue  # to count every file that the pattern matches would take long, for nothing
        matches = [each for each in _matches({kind: pattern}, holding, evidence) if each.gone.points]
        if not _raises(matches, today):
            continue
        hidden = sorted(place for match in matches for place in _hidden_logic(match, evidence))
        missing = sum(match.gone.missing_points for match in matches)
        if hidden:
            withheld.append(Withheld(kind, pattern, missing, hidden[0], len(hidden)))
        else:
            covered = sum(match.gone.covered_points for match in matches)
            example = next(place for match in matches for place in _missing_places(match))
            exclusions.append(Exclusion(kind, pattern, missing, covered, len(matches), example))
    return tuple(exclusions), tuple(withheld)


def excluded_counts(patterns: tuple[str, ...], evidence: Evidence) -> list[tuple[Counts, bool]]:
    """What leaves with all the patterns together, each file with whether the data has it."""
    chosen = {kind: pattern for kind, pattern in PATTERNS if pattern in patterns}
    return [(match.gone, match.is_measured) for match in _matches(chosen, _holding(chosen.keys(), evidence), evidence)]


def _holding(kinds: Set[ExclusionKind], evidence: Evidence) -> list[FileCoverage]:
    """The files whose text has what matches of the patterns hold; those that the data has come first."""
    signs = [_SIGNS[kind] for kind in sorted(kinds)]
    return [
        file
        for file in (*evidence.measured.files, *evidence.measured.unmeasured)
        if file.in_tree and (found := evidence.mentions.get(file.path)) and any(map(found.has_sign, signs))
    ]


def _matches(
    patterns: Mapping[ExclusionKind, str], files: Iterable[FileCoverage], evidence: Evidence
) -> Iterator[_Match]:
    """Those of the files in which the patterns exclude lines that count today."""
    exclude = evidence.settings.exclude
    more = (*exclude, *patterns.values())
    for file in files:
        text = evidence.python[file.path]
        if any(any(_found(kind, pattern, text)) for kind, pattern in patterns.items()):
            before, after = (evidence.count(file.path, each) for each in (exclude, more))
            if not isinstance(before, Skipped) and not isinstance(after, Skipped):
                gone = counts_excluded(file, before, after)
                yield _Match(file, after.excluded & ~before.excluded, gone, file.path in evidence.data_has)


def _found(kind: ExclusionKind, pattern: str, text: str) -> Iterator[re.Match[str]]:
    """The matches, each from the line with what all matches of the kind hold: to search every line takes far longer."""
    sign, regex = _SIGNS[kind], re.compile(pattern, re.MULTILINE)
    place = text.find(sign)
    while place >= 0:
        if match := regex.match(text, text.rfind("\n", 0, place) + 1):
            yield match
        end = text.find("\n", place)
        place = text.find(sign, end) if end >= 0 else -1


def _files(evidence: Evidence) -> tuple[FileCoverage, ...]:
    return (*evidence.measured.files, *evidence.measured.unmeasured)


def _may_gain(kind: ExclusionKind, pattern: str, file: FileCoverage, evidence: Evidence) -> bool:
    """Whether anything is missing on the lines that match, or on those below them that are indented deeper."""
    text = evidence.python.get(file.path, "")
    matches = list(_found(kind, pattern, text))
    lines = text.split("\n") if matches else []
    for match in matches:
        first = text.count("\n", 0, match.end())
        if file.missing_points_in(line_range(first + 1, _block_end(lines, first))):
            return True
    return False


def _block_end(lines: list[str], first: int) -> int:
    """The last line of the block whose head is at index `first`; a decorator's block is what it decorates."""
    indent = len(lines[first]) - len(lines[first].lstrip())
    is_head = lines[first].lstrip().startswith("@")
    for number in range(first + 1, len(lines)):
        line = lines[number].lstrip()
        if line and len(lines[number]) - len(line) <= indent and not line.startswith(")"):
            if not is_head:
                return number
            is_head = line.startswith("@")
    return len(lines)


def _raises(matches: list[_Match], today: Totals) -> bool:
    """Whether the percent of what is measured rises; or, where nothing of it is touched, that of the whole tree."""
    measured = sum((match.gone for match in matches if match.is_measured), Counts())
    whole = sum((match.gone for match in matches), Counts())
    if measured.points:
        return measured.covered_points * today.measured.points < today.measured.covered_points * measured.points
    return whole.covered_points * today.whole_tree.points < today.whole_tree.covered_points * whole.points


def _missing_places(match: _Match) -> Iterator[str]:
    """The missing statements that leave; where only exits do, the first line that does."""
    missing = match.file.missing & match.lines
    yield from (f"{match.file.path}:{line}" for line in numbers_in(missing or match.lines))


def _kept_blocks(pattern: str, evidence: Evidence) -> Withheld | None:
    """The pattern for `__main__` blocks, when some of those that did not run hold logic: no parse is needed to tell."""
    missing, places = 0, []
    for file in _files(evidence):
        facts = evidence.facts.get(file.path)
        if facts is not None and (points := file.missing_points_in(facts.main_block)):
            missing += points
            if logic_in_main(file, facts, evidence.python[file.path]):
                places.append(f"{file.path}:{next(numbers_in(facts.main_block))}")
    return Withheld("main block", pattern, missing, min(places), len(places)) if places else None


def _hidden_logic(match: _Match, evidence: Evidence) -> Iterator[str]:
    """Places of functions that decide something and would no longer count."""
    facts = evidence.facts.get(match.file.path)
    for unit in facts.units if facts else ():
        inside = unit.lines & match.file.statements
        if _is_logic(unit, match.file) and inside and not inside & ~match.lines:
            yield f"{match.file.path}:{unit.first_line}"


def _is_logic(unit: Unit, file: FileCoverage) -> bool:
    statements = (unit.lines & file.statements).bit_count()
    return unit.is_body and (statements > MOST_STATEMENTS or unit.complexity > MOST_COMPLEXITY)
