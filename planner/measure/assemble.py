"""From what the inputs hold to one Measurement: rows placed, files counted, totals as coverage.py states them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from planner.measure.apply import Counted, count_shape
from planner.measure.count import count_row
from planner.measure.datafile import unite
from planner.measure.parsing import has_shapes
from planner.measure.paths import Placed, place_directly, place_rows, unite_placed
from planner.measure.reports import Report, total_of, unite_files
from planner.measure.rows import Row, Rows
from planner.measure.select import Selection
from planner.measure.shapes import Shapes, rules_of
from planner.measure.tree import SourceTree
from planner.model.lines import Lines
from planner.model.measurement import Counts, FileCoverage, Skipped
from planner.settings import CoverageSettings
from planner.settings.patience import limited

_PYTHON = frozenset({"", ".py", ".pyw"})
"""Ends of names whose lines are Python as they stand; a script may have none."""

BY_PLUGIN = "traced by the plugin"
"""How the reason of such a skip reads."""


@dataclass(frozen=True, slots=True)
class Project:
    """The root and what was read of it before any data: its files and coverage.py's configuration.

    `shapes` finds what files have to count.
    """

    root: Path
    tree: SourceTree
    settings: CoverageSettings
    shapes: Shapes


@dataclass(frozen=True, slots=True)
class Tracks:
    """What data files hold beside counts: rows by name, and where all of them lie, also those that no report shows.

    `by_path` are all rows below the root, united. `reported` are the files that a report given beside speaks of too.
    `astray` are lines that ran where the file of today has no code, by path.
    """

    rows: Mapping[str, Row] = field(default_factory=dict)
    placed: Placed = field(default_factory=lambda: Placed({}))
    by_path: Mapping[str, Row] = field(default_factory=dict)
    has_arcs: bool = False
    reported: frozenset[str] = frozenset()
    astray: Mapping[str, Lines] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assembled:
    """The measured files with their totals, and what fell out on the way. Reports leave no tracks."""

    files: tuple[FileCoverage, ...]
    totals: Counts
    branch: bool
    skipped: tuple[Skipped, ...]
    notices: tuple[str, ...]
    placed: Placed
    tracks: Tracks = field(default_factory=Tracks)


def assemble_rows(parts: tuple[Rows, ...], project: Project) -> Assembled:
    """Data files: united, placed, and counted file by file by the installed coverage.py."""
    rows = unite(parts)
    selection = Selection(project.root, project.settings)
    python = {name: row for name, row in rows.by_name.items() if not row.tracer}
    with limited("placing the rows by [paths], include and omit"):
        everywhere = place_rows(python, project.tree, project.settings)
        placed = selection.choose(everywhere)
    united = _unite_by_path(python, everywhere)
    chosen = {path: united[path] for path in sorted(set(placed.files.values()))}
    counted = _count_all(chosen, project, "counting", has_arcs=rows.has_arcs)
    files = tuple(each.file for each in counted if isinstance(each, Counted))
    skipped = (*_skipped_tracers(rows, selection), *(each for each in counted if isinstance(each, Skipped)))
    notices = (_branches_lost(),) if not rows.has_arcs and any(each.has_arcs and each.by_name for each in parts) else ()
    tracks = Tracks(rows.by_name, everywhere, united, rows.has_arcs, astray=_astray(counted))
    return Assembled(files, total_of(files), rows.has_arcs, skipped, notices, placed, tracks)


def _astray(counted: Iterable[Counted | Skipped]) -> dict[str, Lines]:
    """Of Python files only: what runs by the name of a template are the lines of the code that was made of it."""
    found = {each.file.path: each.astray for each in counted if isinstance(each, Counted) and each.astray}
    return {path: lines for path, lines in found.items() if PurePosixPath(path).suffix in _PYTHON}


def assemble_reports(reports: tuple[Report, ...], project: Project) -> Assembled:
    """Reports: their own counts; a single one keeps the totals it states, several are united line by line."""
    placed, files = _place_files(reports, project)
    totals = reports[0].totals if len(reports) == 1 else total_of(files)
    notices = (
        () if len(reports) == 1 else ("several reports were united line by line, so their own totals do not apply",)
    )
    branch = any(report.branch for report in reports)
    return Assembled(tuple(files), totals, branch, (), notices, placed)


def count_unmeasured(paths: list[str], assembled: Assembled, project: Project) -> list[FileCoverage | Skipped]:
    """Source files outside the data, counted with nothing covered, by the same rules and branch mode."""
    rows = {path: Row() for path in paths}
    counted = _count_all(rows, project, "reading files outside the data", has_arcs=assembled.branch)
    return [each.file if isinstance(each, Counted) else each for each in counted]


def _count_all(rows: Mapping[str, Row], project: Project, label: str, *, has_arcs: bool) -> list[Counted | Skipped]:
    """The counts of the files at these paths, in their order, for what each row says ran."""
    rules = rules_of(project.settings, has_arcs=has_arcs)
    if not has_shapes(rules):
        return [count_row(project.root, path, rows[path], project.settings, has_arcs=has_arcs) for path in rows]
    found = project.shapes(list(rows), rules, label)
    return [
        shape if isinstance(shape := found[path], Skipped) else count_shape(shape, row, has_arcs=has_arcs)
        for path, row in rows.items()
    ]


def merge(one: Assembled, other: Assembled) -> Assembled:
    """Data files and reports given together: united line by line, so stated totals do not apply."""
    by_path = {each.path: each for each in one.files}
    for each in other.files:
        by_path[each.path] = unite_files(by_path[each.path], each) if each.path in by_path else each
    files = tuple(by_path[path] for path in sorted(by_path))
    notices = (*one.notices, *other.notices, "data files and reports were united line by line")
    placed = unite_placed([one.placed, other.placed])
    branch, skipped = one.branch or other.branch, one.skipped + other.skipped
    tracks = replace(one.tracks, reported=frozenset(each.path for each in other.files))
    return Assembled(files, total_of(files), branch, skipped, notices, placed, tracks)


def _unite_by_path(rows: dict[str, Row], placed: Placed) -> dict[str, Row]:
    """Rows of one file under several names (`./src/x.py` and `src/x.py`) count once."""
    united: dict[str, Row] = {}
    for name, path in placed.files.items():
        united.setdefault(path, Row()).unite(rows[name])
    return united


def _skipped_tracers(rows: Rows, selection: Selection) -> list[Skipped]:
    by_tracer: dict[str, list[str]] = {}
    for name, row in rows.by_name.items():
        if row.tracer and selection.reports_row(name):
            by_tracer.setdefault(row.tracer, []).append(name)
    return [
        Skipped(sorted(names)[0], f"{len(names)} file(s) {BY_PLUGIN} {tracer}, which is not loaded")
        for tracer, names in sorted(by_tracer.items())
    ]


def _place_files(reports: tuple[Report, ...], project: Project) -> tuple[Placed, list[FileCoverage]]:
    parts = [_place_report(report, project) for report in reports]
    found: dict[str, FileCoverage] = {}
    for report, placed in zip(reports, parts, strict=True):
        for each in report.files:
            path = placed.files.get(each.path)
            moved = replace(each, path=path or each.path, in_tree=path is not None)
            found[moved.path] = unite_files(found[moved.path], moved) if moved.path in found else moved
    return unite_placed(parts), [found[path] for path in sorted(found)]


def _place_report(report: Report, project: Project) -> Placed:
    """Names under a `<source>` below the root, then as they are, then under a `<source>` of another machine."""
    long_names = {
        each.path: [f"{prefix.rstrip('/')}/{each.path}" for prefix in report.prefixes] for each in report.files
    }
    exact = _exact(long_names, project)
    placed = place_rows([name for name in long_names if name not in exact], project.tree, project.settings)
    joined = place_rows([long for name in placed.outside for long in long_names[name]], project.tree, project.settings)
    files = {**exact, **placed.files, **_only_one({name: long_names[name] for name in placed.outside}, joined)}
    return replace(
        placed,
        files=files,
        outside=tuple(name for name in placed.outside if name not in files),
        by_end={**placed.by_end, **joined.by_end},
    )


def _exact(long_names: dict[str, list[str]], project: Project) -> dict[str, str]:
    """Short name -> the one file that its long names lead to without guessing."""
    every = [long for longs in long_names.values() for long in longs]
    return _only_one(long_names, Placed(place_directly(every, project.tree, project.settings)))


def _only_one(long_names: dict[str, list[str]], placed: Placed) -> dict[str, str]:
    """Short name -> its file, where all its long names that are placed lead to the same one."""
    found = {name: {placed.files[long] for long in longs if long in placed.files} for name, longs in long_names.items()}
    return {name: next(iter(paths)) for name, paths in found.items() if len(paths) == 1}


def _branches_lost() -> str:
    return "some data files have branches and some have lines only: united as lines, branches are not counted"
