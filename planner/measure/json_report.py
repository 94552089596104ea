"""coverage.json of coverage.py: no `format` key (5.0 to 7.4.0), 2 (7.4.1) and 3 (7.6.0 to 7.17).

Totals come from the summaries: the lists of branches leave out what `# pragma: no branch` hides.
"""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from planner.errors import InputError
from planner.measure.reports import MAX_COUNT, Report, bounded, check_size, total_of
from planner.model.lines import lines_of
from planner.model.measurement import Counts, FileCoverage

KNOWN_FORMATS = (None, 2, 3)

MOST_MEMORY = 800 * 1024 * 1024
"""Bytes that a document may take once it is read."""

_COSTS = {b"{": 72, b"[": 64, b",": 40, b":": 100, b'"': 30}
"""Bytes that Python 3.11 takes for what each sign begins or parts: dictionaries, lists, numbers, pairs, texts."""


def read_json(path: Path) -> Report:
    """The report in the file. Raises InputError, one line, when it is not what coverage.py writes."""
    document = _load(path)
    meta = _table(document, "meta", path)
    entries = _table(document, "files", path).items()
    files = tuple(bounded((_read_file(name, entry, path) for name, entry in entries), path))
    totals = _counts(_table(document, "totals", path), path)
    notices = []
    if meta.get("format") not in KNOWN_FORMATS:
        notices.append(f"{path}: JSON format {meta['format']} is newer than gapplan knows (3); read as 3")
    if total_of(files) != totals:
        notices.append(f"{path}: its files do not add up to its totals; the totals it states are used")
    version = meta.get("version")
    is_branch = bool(meta.get("branch_coverage", totals.branches))
    return Report(files, totals, is_branch, version if isinstance(version, str) else None, (), tuple(notices))


def _load(path: Path) -> dict[str, object]:
    check_size(path)
    content = path.read_bytes()
    if 3 * len(content) + sum(content.count(sign) * cost for sign, cost in _COSTS.items()) > MOST_MEMORY:
        raise InputError(f"{path}: too large to read; give the data file (.coverage) that it was made of")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not valid JSON: {error}") from error
    if not isinstance(document, dict) or "files" not in document:
        raise InputError(f"{path}: JSON, but not a coverage.py report (no 'files'); make it with 'coverage json'")
    return document


def _read_file(name: str, entry: object, path: Path) -> FileCoverage:
    if not isinstance(entry, dict):
        raise InputError(f"{path}: the entry of {name!r} is not an object")
    executed = _lines(entry.get("executed_lines", ()), name, path)
    missing = _lines(entry.get("missing_lines", ()), name, path)
    excluded = _lines(entry.get("excluded_lines", ()), name, path)
    missing_exits = _exits(entry.get("missing_branches", ()), name, path)
    return FileCoverage(
        path=name,
        counts=_counts(_table(entry, "summary", path), path),
        statements=(executed | missing) & ~excluded,  # up to 7.10 the executed lines name excluded ones too
        missing=missing,
        missing_exits=missing_exits,
        exits=dict(Counter(missing_exits) + Counter(_exits(entry.get("executed_branches", ()), name, path))),
        excluded=excluded,
        in_tree=False,
    )


def _counts(summary: dict[str, object], path: Path) -> Counts:
    counts = Counts(
        statements=_whole(summary, "num_statements", path),
        covered_statements=_whole(summary, "covered_lines", path),
        branches=_whole(summary, "num_branches", path, default=0),
        covered_branches=_whole(summary, "covered_branches", path, default=0),
    )
    if counts.covered_statements > counts.statements or counts.covered_branches > counts.branches:
        raise InputError(f"{path}: a summary covers more than there is")
    return counts


def _whole(summary: dict[str, object], key: str, path: Path, default: int | None = None) -> int:
    value = summary.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_COUNT:
        raise InputError(f"{path}: {key!r} of a summary is {str(value)[:40]!r}, not a count")
    return value


def _table(document: dict[str, object], key: str, path: Path) -> dict[str, object]:
    value = document.get(key)
    if not isinstance(value, dict):
        raise InputError(f"{path}: not a coverage.py report: {key!r} is absent or no object")
    return value


def _lines(value: object, name: str, path: Path) -> int:
    try:
        return lines_of(_whole_numbers(value))
    except (TypeError, ValueError) as error:
        raise InputError(f"{path}: the line lists of {name!r} are damaged: {error}") from error


def _exits(value: object, name: str, path: Path) -> dict[int, int]:
    """Line -> number of exits that leave it, from [[line, destination], ...]."""
    try:
        starts = [pair[0] for pair in _listed(value) if isinstance(pair, list)]
        return dict(Counter(_whole_numbers(starts)))
    except (TypeError, ValueError, IndexError) as error:
        raise InputError(f"{path}: the branch lists of {name!r} are damaged: {error}") from error


def _whole_numbers(value: object) -> list[int]:
    numbers = _listed(value)
    if not all(type(each) is int for each in numbers):
        raise TypeError("not all are whole numbers")
    return [each for each in numbers if isinstance(each, int)]


def _listed(value: object) -> list[object]:
    if not isinstance(value, Iterable) or isinstance(value, str | bytes | dict):
        raise TypeError("not a list")
    return list(value)
