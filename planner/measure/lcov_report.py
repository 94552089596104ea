"""LCOV trace files, of coverage.py and of other writers.

Totals come from LF/LH/BRF/BRH where they are given: BRDA rows do not rebuild them in every coverage.py version.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from planner.errors import InputError
from planner.measure.reports import MAX_COUNT, Report, bounded, check_size, file_from_lines, total_of, unite_files
from planner.model.lines import MAX_LINE
from planner.model.measurement import Counts, FileCoverage

_PASSED_OVER = re.compile(r"TN|VER|FN|FNDA|FNF|FNH|FNL|FNA|MCDC|MCF|MCH|\s*|#.*", re.DOTALL)
"""Tags of what is not counted here (see geninfo(1) of LCOV 2), comments and blank lines."""

MAX_WIDTH = 200_000
"""Characters of a line; names and checksums take a few hundred."""


@dataclass(slots=True)
class _Record:
    """One `SF` section while it is read."""

    name: str
    hits: dict[int, bool] = field(default_factory=dict)
    exits: dict[int, list[bool]] = field(default_factory=dict)
    stated: dict[str, int] = field(default_factory=dict)


def read_lcov(path: Path) -> Report:
    """The report in the file. Raises InputError with the line number when a record is damaged."""
    files: dict[str, FileCoverage] = {}
    odd: list[int] = []
    again: set[str] = set()
    check_size(path)
    for found in bounded((_as_file(record, path) for record in _records(path, odd)), path):
        earlier = files.get(found.path)
        again |= {found.path} if earlier else set()
        files[found.path] = unite_files(earlier, found) if earlier else found
    if not files:
        raise InputError(f"{path}: LCOV without a single SF record; make it with 'coverage lcov'")
    totals = total_of(files.values())
    return Report(tuple(files.values()), totals, totals.branches > 0, notices=tuple(_notices(path, odd, again)))


def _notices(path: Path, odd: list[int], again: set[str]) -> Iterator[str]:
    if again:
        yield f"{path}: {len(again)} file(s) have several records, united line by line: what each states does not apply"
    if odd:
        yield f"{path}: {len(odd)} line(s) are no LCOV (the first is line {odd[0]}) and were passed over: it is damaged"


def _records(path: Path, odd: list[int]) -> Iterator[_Record]:
    """Each `SF` section when it ends; the numbers of lines that mean nothing are added to `odd`."""
    record: _Record | None = None
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="\n") as stream:
        for number, line in enumerate(iter(lambda: stream.readline(MAX_WIDTH), ""), start=1):
            if len(line) == MAX_WIDTH:
                raise InputError(f"{path}:{number}: a line of more than {MAX_WIDTH:,} characters; make it again")
            tag, _, rest = line.rstrip("\r\n").partition(":")
            if tag == "SF" and record:
                raise InputError(f"{path}:{number}: a new file begins inside the record of {record.name}")
            if tag == "SF":
                record = _Record(rest)
            elif tag == "end_of_record" and record:
                yield record
                record = None
            elif tag in _TAKERS and record:
                _take(record, tag, rest, path, number)
            elif tag in _TAKERS:
                raise InputError(f"{path}:{number}: {tag} outside of any file: its SF line is missing; make it again")
            elif not _PASSED_OVER.fullmatch(tag):
                odd.append(number)
    if record:
        raise InputError(f"{path}: cut short inside the record of {record.name}; make it again")


def _take(record: _Record, tag: str, rest: str, path: Path, number: int) -> None:
    try:
        _TAKERS[tag](record, rest)
    except (ValueError, IndexError, OverflowError) as error:
        raise InputError(f"{path}:{number}: damaged LCOV record {tag}:{rest[:60]}") from error


def _take_line(record: _Record, rest: str) -> None:
    line, hits = rest.split(",")[:2]
    number = _line(line)
    record.hits[number] = record.hits.get(number, False) or int(float(hits)) > 0


def _take_branch(record: _Record, rest: str) -> None:
    """BRDA:<line>,<block>,<branch>,<taken>; coverage.py's branch names can hold commas."""
    line, taken = rest.split(",", 1)[0], rest.rsplit(",", 1)[1]
    record.exits.setdefault(_line(line), []).append(taken not in ("-", "0"))


def _line(text: str) -> int:
    number = int(text)
    if not 0 <= number <= MAX_LINE:
        raise ValueError(text)
    return number


def _stated(key: str) -> Callable[[_Record, str], None]:
    def take(record: _Record, rest: str) -> None:
        count = int(rest)
        if not 0 <= count <= MAX_COUNT:
            raise ValueError(rest)
        record.stated[key] = count

    return take


_TAKERS: dict[str, Callable[[_Record, str], None]] = {
    "DA": _take_line,
    "BRDA": _take_branch,
    **{key: _stated(key) for key in ("LF", "LH", "BRF", "BRH")},
}


def _as_file(record: _Record, path: Path) -> FileCoverage:
    exits = {line: (len(taken), sum(taken)) for line, taken in record.exits.items()}
    listed = file_from_lines(record.name, record.hits, exits)
    is_at_source = exits.keys() <= record.hits.keys()
    stated = Counts(
        statements=record.stated.get("LF", listed.counts.statements),
        covered_statements=_covered(record, listed),
        branches=record.stated.get("BRF", listed.counts.branches),
        covered_branches=record.stated.get("BRH", listed.counts.covered_branches),
    )
    if not (0 <= stated.covered_statements <= stated.statements and 0 <= stated.covered_branches <= stated.branches):
        raise InputError(f"{path}: the record of {record.name} covers more than there is")
    gaps = listed.missing_exits if is_at_source else {}  # coverage.py before 7.6 names where a branch leads instead
    return FileCoverage(record.name, stated, listed.statements, listed.missing, gaps, in_tree=False)


def _covered(record: _Record, listed: FileCoverage) -> int:
    """Statements covered: LH, or LF less the lines never hit where more lines are listed than LF counts.

    coverage.py 6.3 to 6.5 list every line that ran, docstrings too, and count them in LH but not in LF.
    """
    found = record.stated.get("LF", listed.counts.statements)
    if len(record.hits) > found:
        return max(0, found - listed.missing.bit_count())
    return record.stated.get("LH", listed.counts.covered_statements)
