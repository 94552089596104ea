"""Snapshots as JSON and back: one format for the store and for JSON lines, checked as strictly as if from a stranger.

Sets of lines are texts of runs (`3-7,9`), so that a person can read them; marks are one text of hexadecimal numbers.
`format` is 1; a snapshot of a higher one is refused by name, and lower ones will be read for ever. Values that are the
default are left out, so that a field that comes later changes neither the bytes nor the key of an older snapshot.
"""

import hashlib
from dataclasses import replace
from datetime import datetime

import msgspec

from planner.errors import InputError
from planner.model.history import MARK_BITS, Circumstances, FileShot, Snapshot, Span
from planner.model.lines import MAX_LINE, NO_LINES, Lines, line_range, runs
from planner.model.measurement import Counts

FORMAT = 1

MAX_JSON_BYTES = 128 * 1024 * 1024
"""Twenty times the snapshot of a million lines; what is larger is not ours, and would not fit into a gigabyte."""

_MARK_DIGITS = MARK_BITS // 4

KEY_DIGITS = 12

TIME = "%Y-%m-%dT%H:%M:%SZ"
"""How moments are written: UTC, to the second."""


class _Span(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    name: str
    first: int
    last: int


class _Exits(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    line: int
    exits: int
    taken: int


class _Counts(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    statements: int
    covered_statements: int
    branches: int
    covered_branches: int


class _Shot(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    counts: _Counts
    statements: str = ""
    missing: str = ""
    excluded: str = ""
    exits: list[_Exits] = []
    source: str = ""
    marks: str = ""
    spans: list[_Span] = []
    import_time: str = ""


class _Circumstances(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    branch: bool = False
    counted_by: str | None = None
    recorded_by: str | None = None
    settings: dict[str, list[str]] = {}


class _Snapshot(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    format: int
    taken: str
    project: str
    totals: _Counts
    files: dict[str, _Shot]
    circumstances: _Circumstances
    commit: str = ""
    git_branch: str = ""
    metrics: dict[str, float] = {}
    label: str = ""


class _Format(msgspec.Struct):
    format: int


_ENCODER = msgspec.json.Encoder(order="sorted")


def encode_shot(shot: FileShot) -> bytes:
    """One file without its path, so that files that have not changed are kept once."""
    return _ENCODER.encode(_wire_shot(shot))


def decode_shot(content: bytes, path: str) -> FileShot:
    """The file; ValueError for anything that is none."""
    return _shot(msgspec.json.decode(content, type=_Shot), path)


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """One line of JSON, always the same for the same snapshot."""
    return _ENCODER.encode(_wire(snapshot))


def decode_snapshot(line: bytes, place: str) -> Snapshot:
    """The snapshot in a line of JSON; `place` names the line in errors. Raises InputError, in one line."""
    if len(line) > MAX_JSON_BYTES:
        raise InputError(f"{place}: longer than {MAX_JSON_BYTES // 1024**2} MiB: no snapshot")
    try:
        found = msgspec.json.decode(line, type=_Format).format
        if found != FORMAT:
            raise InputError(f"{place}: a snapshot of format {found}; this gapplan reads {FORMAT}")
        wire = msgspec.json.decode(line, type=_Snapshot)
        files = tuple(_shot(wire.files[path], path) for path in sorted(wire.files))
        return with_key(_bare(wire, files))
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise InputError(f"{place}: no snapshot: {error}") from error


def with_key(snapshot: Snapshot) -> Snapshot:
    """The snapshot under the name that its content gives it."""
    return replace(snapshot, key=hashlib.sha256(encode_snapshot(snapshot)).hexdigest()[:KEY_DIGITS])


def _wire(snapshot: Snapshot) -> _Snapshot:
    terms = snapshot.circumstances
    settings = {name: list(values) for name, values in terms.settings.items()}
    return _Snapshot(
        format=FORMAT,
        taken=snapshot.taken,
        project=snapshot.project,
        totals=_wire_counts(snapshot.totals),
        files={file.path: _wire_shot(file) for file in snapshot.files},
        circumstances=_Circumstances(terms.branch, terms.counted_by, terms.recorded_by, settings),
        commit=snapshot.commit,
        git_branch=snapshot.git_branch,
        metrics={name: float(value) for name, value in snapshot.metrics.items()},
        label=snapshot.label,
    )


def _bare(wire: _Snapshot, files: tuple[FileShot, ...]) -> Snapshot:
    """Without a key yet."""
    terms = wire.circumstances
    settings = {name: tuple(values) for name, values in terms.settings.items()}
    return Snapshot(
        key="",
        taken=_time(wire.taken),
        project=wire.project,
        totals=_counts(wire.totals),
        files=files,
        circumstances=Circumstances(terms.branch, terms.counted_by, terms.recorded_by, settings),
        commit=wire.commit,
        git_branch=wire.git_branch,
        metrics=wire.metrics,
        label=wire.label,
    )


def _time(text: str) -> str:
    """As it is written, if it is a moment in UTC to the second; ValueError otherwise."""
    if datetime.fromisoformat(text).strftime(TIME) != text:
        raise ValueError(f"taken is {text!r}, not such as 2026-11-21T12:00:00Z")
    return text


def _wire_shot(shot: FileShot) -> _Shot:
    return _Shot(
        counts=_wire_counts(shot.counts),
        statements=_text(shot.statements),
        missing=_text(shot.missing),
        excluded=_text(shot.excluded),
        exits=[_Exits(line, *shot.exits[line]) for line in sorted(shot.exits)],
        source=shot.source,
        marks="".join(f"{mark:0{_MARK_DIGITS}x}" for mark in shot.marks),
        spans=[_Span(span.name, span.first, span.last) for span in shot.spans],
        import_time=_text(shot.import_time),
    )


def _shot(wire: _Shot, path: str) -> FileShot:
    statements = _lines(wire.statements)
    shot = FileShot(
        path=path,
        counts=_counts(wire.counts),
        statements=statements,
        missing=_lines(wire.missing) & statements,
        excluded=_lines(wire.excluded),
        exits={each.line: (each.exits, each.taken) for each in wire.exits},
        source=wire.source,
        marks=_marks(wire.marks),
        spans=tuple(Span(each.name, each.first, each.last) for each in wire.spans),
        import_time=_lines(wire.import_time),
    )
    for line, (exits, taken) in shot.exits.items():
        if not (0 < line <= MAX_LINE and 0 <= taken <= exits):
            raise ValueError(f"{path}: line {line} has {taken} of {exits} exits taken")
    return shot


def _wire_counts(counts: Counts) -> _Counts:
    return _Counts(counts.statements, counts.covered_statements, counts.branches, counts.covered_branches)


def _counts(wire: _Counts) -> Counts:
    if not (0 <= wire.covered_statements <= wire.statements and 0 <= wire.covered_branches <= wire.branches):
        raise ValueError("more is covered than there is")
    return Counts(wire.statements, wire.covered_statements, wire.branches, wire.covered_branches)


def _text(lines: Lines) -> str:
    """Maximal runs of neighbouring numbers: `3-7,9`."""
    every = (1 << lines.bit_length()) - 1
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs(lines, every))


def _lines(text: str) -> Lines:
    found = NO_LINES
    for each in text.split(",") if text else ():
        first, _, last = each.partition("-")
        start, end = int(first), int(last or first)
        if not 0 < start <= end <= MAX_LINE:
            raise ValueError(f"{each!r} are no line numbers")
        found |= line_range(start, end)
    return found


def _marks(text: str) -> tuple[int, ...]:
    if len(text) % _MARK_DIGITS:
        raise ValueError("marks are cut short")
    return tuple(int(text[place : place + _MARK_DIGITS], 16) for place in range(0, len(text), _MARK_DIGITS))
