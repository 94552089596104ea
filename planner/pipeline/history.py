"""The stories over time: a measurement is kept, two are compared, and several runs of one suite are."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from pathlib import Path

from planner.errors import ConfigError, InputError
from planner.forecast.touches import seams_of
from planner.git import read_head
from planner.history.codec import with_key
from planner.history.noise import find_noise
from planner.history.store import Kept, keep_snapshot, list_snapshots, read_snapshot
from planner.history.why import explain_change
from planner.measure import Progress, Request, read_with_trail
from planner.model.facts import ModuleFacts
from planner.model.history import Change, Circumstances, FileShot, Noise, Snapshot, Span
from planner.model.lines import NO_LINES
from planner.model.measurement import FileCoverage, Measurement, Skipped
from planner.pipeline.reading import Files, open_files
from planner.pipeline.shared import measure_project
from planner.settings import CoverageSettings, read_coverage_settings
from planner.source.kinds import FACTS
from planner.source.marks import line_marks, source_hash
from planner.source.read import read_source
from planner.state import state_folder

NOW = "now"
"""Stands for a measurement of the tree as it is, in place of a kept one."""

SHORTEST_KEY = 4
"""So many first digits of a snapshot's key, or of a commit, name it, if no other begins so."""

_COUNTING = (
    *("exclude", "partial", "source", "source_pkgs", "source_dirs", "run_include", "run_omit"),
    *("report_include", "report_omit", "report_contexts", "plugins", "include_namespace_packages"),
)
"""The settings that decide which lines and files count."""

_REASONS = {
    "clock": "time",
    "randomness": "randomness",
    "threads and event loops": "threads",
    "network": "the network",
    "http client": "the network",
    "subprocess": "processes",
    "environment and argv": "the environment",
    "file system": "files left behind",
}
"""Kind of seam -> what makes code behind it run differently from time to time."""

ORDER = "order of the tests"
"""The reason that is left where code touches nothing that changes by itself: state that tests share."""


@dataclass(frozen=True, slots=True)
class Note:
    """What is noted with a snapshot or a plan: the moment (`2026-11-21T12:00:00Z`), figures, a label, a rate."""

    taken: str
    metrics: Mapping[str, float] = field(default_factory=dict)
    label: str = ""
    plan_yield: float | None = None


def default_store(root: Path) -> Path:
    """The store of the project at `root` in the user's state directory. Raises ConfigError where there is none."""
    folder = state_folder()
    if folder is None:
        raise ConfigError("there is no directory for the user's state here; give the store with --store FILE")
    return folder / "history" / f"{root.name}-{sha256(str(root).encode()).hexdigest()[:12]}.sqlite"


def take_snapshot(request: Request, store: Path, note: Note, progress: Progress) -> Snapshot:
    """Measure, and keep it in the store. Raises InputError or ConfigError, one line each."""
    return keep_snapshot(store, make_snapshot(request, note, progress))


def make_snapshot(request: Request, note: Note, progress: Progress) -> Snapshot:
    """The measurement as it would be kept, with the files that are not in its total or whose units are not known."""
    files = open_files(request, progress)
    measured = read_with_trail(request, progress, files.sources).measurement
    shots = list(_shots(measured, files))
    head = read_head(request.root)
    settings = read_coverage_settings(request.root, request.rcfile)
    unread = (Skipped(each.path, f"counted, but its units are not known: {each.reason}") for _, each in shots if each)
    return with_key(
        Snapshot(
            key="",
            taken=note.taken,
            project=request.root.name,
            totals=measured.totals,
            files=tuple(shot for shot, _ in shots),
            circumstances=_circumstances(measured, settings),
            commit=head.commit,
            git_branch=head.branch,
            metrics=dict(note.metrics),
            label=note.label,
            left_out=(*measured.skipped, *unread),
        )
    )


def make_change(request: Request, store: Path, old: str, new: str, note: Note, progress: Progress) -> Change:
    """Why the total differs between two measurements, each named as `find_snapshot` takes it."""
    return explain_change(
        find_snapshot(request, store, old, note, progress), find_snapshot(request, store, new, note, progress)
    )


def find_snapshot(request: Request, store: Path, name: str, note: Note, progress: Progress) -> Snapshot:
    """A kept snapshot by `@1` (the last), `@2`, .., its key, its commit or its label; NOW; or a data file, measured.

    Raises InputError for a name that fits none or several.
    """
    if name == NOW:
        return make_snapshot(request, note, progress)
    if os.path.exists(request.root / name) and not name.startswith("@"):
        return make_snapshot(replace(request, data=(name,)), note, progress)
    kept = list_snapshots(store).snapshots
    found = list(_named(name, kept))
    if len({each.key for each in found}) != 1:
        what = "several snapshots begin so" if found else f"no data file, and none of the {len(kept)} snapshots is it"
        raise InputError(f"{name}: {what}; see gapplan history")
    return read_snapshot(store, found[-1].key)


def _named(name: str, kept: Sequence[Snapshot]) -> Iterator[Snapshot]:
    if name.startswith("@") and name[1:].isdecimal() and len(name) < 12:
        yield from kept[-int(name[1:]) :][:1] if 0 < int(name[1:]) <= len(kept) else ()
        return
    yield from (each for each in kept if each.label == name)
    if len(name) >= SHORTEST_KEY:
        yield from (each for each in kept if each.key.startswith(name))
        yield from [each for each in kept if each.commit.startswith(name)][-1:]


def make_history(store: Path) -> Kept:
    """All that the store holds, in the order in which it was kept."""
    return list_snapshots(store)


def make_noise(request: Request, runs: Sequence[str], note: Note, confidence: float, progress: Progress) -> Noise:
    """What differs between runs of one suite, each a data file. Raises InputError for fewer than two."""
    shots = [make_snapshot(replace(request, data=(run,)), note, progress) for run in runs]
    if not shots:
        return find_noise(shots, lambda path, unit: (), confidence)
    _, code = measure_project(replace(request, data=(runs[0],)), progress)
    touches = code.touches

    def reasons(path: str, unit: str) -> tuple[str, ...]:
        kinds = [seam.kind for seam in seams_of([(path, unit)], touches)]
        found = dict.fromkeys(_REASONS[kind] for kind in kinds if kind in _REASONS)
        return tuple(found) or (ORDER,)

    return find_noise(shots, reasons, confidence)


def _shots(measured: Measurement, files: Files) -> Iterator[tuple[FileShot, Skipped | None]]:
    """What is kept of each file, with the reason why its source or its facts are missing from that."""
    paths = [file.path for file in measured.files if file.in_tree]
    facts = files.read(FACTS, paths)
    for file in measured.files:
        source = read_source(files.tree.root, file.path) if file.in_tree else Skipped(file.path, "outside the tree")
        about = facts.get(file.path)
        unread = (each for each in (source, about) if file.in_tree and isinstance(each, Skipped))
        yield _shot(file, source, about), next(unread, None)


def _shot(file: FileCoverage, source: bytes | Skipped, facts: ModuleFacts | Skipped | None) -> FileShot:
    content = source if isinstance(source, bytes) else None
    return FileShot(
        path=file.path,
        counts=file.counts,
        statements=file.statements,
        missing=file.missing,
        excluded=file.excluded,
        exits=_exits(file),
        source="" if content is None else source_hash(content),
        marks=() if content is None else line_marks(content),
        spans=_spans(facts) if isinstance(facts, ModuleFacts) else (),
        import_time=facts.import_time & file.statements if isinstance(facts, ModuleFacts) else NO_LINES,
    )


def _exits(file: FileCoverage) -> dict[int, tuple[int, int]]:
    """As far as the data says where they are; the rest is known by the file's counts."""
    every = {**file.missing_exits, **file.exits}
    return {line: (total, max(0, total - file.missing_exits.get(line, 0))) for line, total in sorted(every.items())}


def _spans(facts: ModuleFacts) -> tuple[Span, ...]:
    return tuple(Span(unit.name, unit.first_line, unit.last_line) for unit in facts.units if unit.kind != "module")


def _circumstances(measured: Measurement, settings: CoverageSettings) -> Circumstances:
    known = {each.name for each in fields(settings)}
    values = {name: getattr(settings, name) for name in _COUNTING if name in known}
    return Circumstances(
        branch=measured.branch,
        counted_by=measured.counted_by,
        recorded_by=measured.version,
        settings={name: _texts(value) for name, value in values.items()},
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple) else (str(value),)
