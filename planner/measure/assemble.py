"""From what the inputs hold to one Measurement: rows placed, files counted, totals as coverage.py states them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from planner.measure.count import count_file
from planner.measure.datafile import unite
from planner.measure.paths import Placed, place_rows
from planner.measure.reports import Report, total_of, unite_files
from planner.measure.rows import Row, Rows
from planner.measure.select import Selection
from planner.measure.tree import SourceTree
from planner.model.measurement import Counts, FileCoverage, Skipped
from planner.settings import CoverageSettings

Progress = Callable[[Iterable[str], str], Iterable[str]]
"""Wraps a loop over paths with a label, for a progress bar; the identity where none is wanted."""


@dataclass(frozen=True, slots=True)
class Project:
    """The root and what was read of it before any data: its files and coverage.py's configuration."""

    root: Path
    tree: SourceTree
    settings: CoverageSettings


@dataclass(frozen=True, slots=True)
class Assembled:
    """The measured files with their totals, and what fell out on the way."""

    files: tuple[FileCoverage, ...]
    totals: Counts
    branch: bool
    skipped: tuple[Skipped, ...]
    notices: tuple[str, ...]
    placed: Placed


def assemble_rows(parts: tuple[Rows, ...], project: Project, progress: Progress) -> Assembled:
    """Data files: united, placed, and counted file by file by the installed coverage.py."""
    rows = unite(parts)
    selection = Selection(project.root, project.settings)
    wanted = {name: row for name, row in rows.by_name.items() if selection.reports_row(name)}
    python = {name: row for name, row in wanted.items() if not row.tracer}
    placed = place_rows(python, project.tree, project.settings)
    united = _unite_by_path(python, placed)
    files, skipped = [], _skipped_tracers(wanted)
    for path in progress(sorted(united), "counting"):
        counted = count_file(project.root, path, united[path], project.settings, has_arcs=rows.has_arcs)
        if isinstance(counted, Skipped):
            skipped.append(counted)
        else:
            files.append(counted)
    notices = [_branches_lost()] if not rows.has_arcs and any(part.has_arcs for part in parts) else []
    return Assembled(tuple(files), total_of(files), rows.has_arcs, tuple(skipped), tuple(notices), placed)


def assemble_reports(reports: tuple[Report, ...], project: Project) -> Assembled:
    """Reports: their own counts; a single one keeps the totals it states, several are united line by line."""
    placed, files = _place_files(reports, project)
    totals = reports[0].totals if len(reports) == 1 else total_of(files)
    notices = (
        () if len(reports) == 1 else ("several reports were united line by line, so their own totals do not apply",)
    )
    branch = any(report.branch for report in reports)
    return Assembled(tuple(files), totals, branch, (), notices, placed)


def count_unmeasured(
    paths: list[str], assembled: Assembled, project: Project, progress: Progress
) -> list[FileCoverage | Skipped]:
    """Source files outside the data, counted with nothing covered, by the same rules and branch mode."""
    return [
        count_file(project.root, path, Row(), project.settings, has_arcs=assembled.branch)
        for path in progress(paths, "reading files outside the data")
    ]


def merge(one: Assembled, other: Assembled) -> Assembled:
    """Data files and reports given together: united line by line, so stated totals do not apply."""
    by_path = {each.path: each for each in one.files}
    for each in other.files:
        by_path[each.path] = unite_files(by_path[each.path], each) if each.path in by_path else each
    files = tuple(by_path[path] for path in sorted(by_path))
    notices = (*one.notices, *other.notices, "data files and reports were united line by line")
    placed = Placed(
        {**one.placed.files, **other.placed.files},
        one.placed.generated + other.placed.generated,
        one.placed.outside + other.placed.outside,
        {**one.placed.guessed, **other.placed.guessed},
    )
    return Assembled(files, total_of(files), one.branch or other.branch, one.skipped + other.skipped, notices, placed)


def _unite_by_path(rows: dict[str, Row], placed: Placed) -> dict[str, Row]:
    """Rows of one file under several names (`./src/x.py` and `src/x.py`) count once."""
    united: dict[str, Row] = {}
    for name, path in placed.files.items():
        united.setdefault(path, Row()).unite(rows[name])
    return united


def _skipped_tracers(rows: dict[str, Row]) -> list[Skipped]:
    by_tracer: dict[str, list[str]] = {}
    for name, row in rows.items():
        if row.tracer:
            by_tracer.setdefault(row.tracer, []).append(name)
    return [
        Skipped(sorted(names)[0], f"{len(names)} file(s) traced by the plugin {tracer}, which is not loaded")
        for tracer, names in sorted(by_tracer.items())
    ]


def _place_files(reports: tuple[Report, ...], project: Project) -> tuple[Placed, list[FileCoverage]]:
    names = [each.path for report in reports for each in report.files]
    prefixes = [prefix for report in reports for prefix in report.prefixes]
    placed = place_rows(names, project.tree, project.settings)
    joined = _with_prefixes([name for name in names if name not in placed.files], prefixes, project)
    placed = replace(
        placed,
        files={**placed.files, **joined.files},
        outside=tuple(name for name in placed.outside if name not in joined.files),
        guessed={**placed.guessed, **joined.guessed},
    )
    found: dict[str, FileCoverage] = {}
    for report in reports:
        for each in report.files:
            path = placed.files.get(each.path)
            moved = replace(each, path=path or each.path, in_tree=path is not None)
            found[moved.path] = unite_files(found[moved.path], moved) if moved.path in found else moved
    return placed, [found[path] for path in sorted(found)]


def _with_prefixes(names: list[str], prefixes: list[str], project: Project) -> Placed:
    """Names that XML gives relative to its `<source>` directories."""
    joined = {f"{prefix.rstrip('/')}/{name}": name for name in names for prefix in prefixes}
    placed = place_rows(joined, project.tree, project.settings)
    return Placed({joined[long]: path for long, path in placed.files.items()}, guessed=placed.guessed)


def _branches_lost() -> str:
    return "some data files have branches and some have lines only: united as lines, branches are not counted"
