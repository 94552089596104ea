"""Coverage data in, a Measurement out: what ran, counted exactly as coverage.py counts it.

In here: readers of data formats, the placing of their rows, counting. Not in here: what code is or means,
any forecast, any output.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from planner.measure.assemble import (
    Assembled,
    Project,
    assemble_reports,
    assemble_rows,
    count_unmeasured,
    merge,
)
from planner.measure.count import COVERAGE_VERSION
from planner.measure.find import find_data
from planner.measure.inputs import Read, read_inputs
from planner.measure.notices import check_placed, notices_of, skipped_of
from planner.measure.select import Selection
from planner.measure.shapes import Progress, Sources, parsed_sources
from planner.measure.trail import Recount, Taken, recounting, trail_of
from planner.measure.tree import is_test_path, never_heard_of, scan_tree, source_roots
from planner.model.measurement import FileCoverage, Measurement, Skipped
from planner.settings import CoverageSettings, read_coverage_settings, read_pytest_settings
from planner.spread import HERE, Spread

__all__ = [
    "Progress",
    "Recount",
    "Request",
    "Sources",
    "Taken",
    "is_test_path",
    "read_measurement",
    "read_with_trail",
    "scan_tree",
]


@dataclass(frozen=True, slots=True)
class Request:
    """What to measure: the project root, and what the user gave in place of what would be found.

    `caches` is the folder where facts may be kept between runs, None for nowhere; `spread` says where files are read.
    """

    root: Path
    data: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    rcfile: str | None = None
    caches: Path | None = None
    spread: Spread = HERE


def read_measurement(request: Request, progress: Progress = lambda paths, _: paths) -> Measurement:
    """Read, place and count everything. Raises InputError or ConfigError, one line each, when nothing is usable."""
    return read_with_trail(request, progress).measurement


def read_with_trail(
    request: Request, progress: Progress = lambda paths, _: paths, sources: Sources | None = None
) -> Taken:
    """As `read_measurement`, with the rows of the data behind it, on which files can be counted anew.

    `sources` are the files where they are read for more than this; otherwise coverage.py parses each.
    """
    settings = read_coverage_settings(request.root, request.rcfile)
    pytest = read_pytest_settings(request.root)
    found = find_data(request.root, request.data, settings, pytest)
    settings = replace(settings, notices=(*settings.notices, *pytest.notices))
    sources = sources or parsed_sources(request.root, progress)
    project = Project(request.root, sources.tree, settings, sources.shapes)
    read = read_inputs(found, request.root, settings)
    assembled = _assemble(read, project)
    check_placed(assembled.placed, project)
    unmeasured = _unmeasured(assembled, project, request.source)
    measurement = _measurement(read, assembled, unmeasured, settings)
    return Taken(measurement, trail_of(read, assembled, project), recounting(assembled, project))


def _assemble(read: Read, project: Project) -> Assembled:
    if read.rows and read.reports:
        return merge(assemble_rows(read.rows, project), assemble_reports(read.reports, project))
    if read.rows:
        return assemble_rows(read.rows, project)
    return assemble_reports(read.reports, project)


def _unmeasured(assembled: Assembled, project: Project, source: tuple[str, ...]) -> list[FileCoverage | Skipped]:
    settings = project.settings
    measured = frozenset(assembled.placed.files.values()) | {each.path for each in assembled.files}
    configured = source or (*settings.source, *settings.source_pkgs, *settings.source_dirs)
    roots = source_roots(project.tree, measured, configured)
    selection = Selection(project.root, settings)
    paths = [path for path in never_heard_of(project.tree, measured, roots) if selection.would_measure(path)]
    return count_unmeasured(paths, assembled, project)


def _measurement(
    read: Read, assembled: Assembled, unmeasured: Iterable[FileCoverage | Skipped], settings: CoverageSettings
) -> Measurement:
    unmeasured = tuple(unmeasured)
    return Measurement(
        inputs=read.inputs,
        branch=assembled.branch,
        totals=assembled.totals,
        files=assembled.files,
        unmeasured=tuple(each for each in unmeasured if isinstance(each, FileCoverage)),
        skipped=skipped_of(read, assembled, unmeasured),
        notices=notices_of(read, assembled, unmeasured, settings),
        counted_by=COVERAGE_VERSION if read.rows else ", ".join(sorted({r.version for r in read.reports if r.version})),
        precision=settings.precision,
        fail_under=settings.fail_under,
        guessed=len(assembled.placed.by_end) if read.rows else 0,
    )
