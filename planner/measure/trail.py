"""The raw rows behind a measurement as a Trail, and counting files anew on them under other settings."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from planner.measure.assemble import Assembled, Project
from planner.measure.count import count_file
from planner.measure.inputs import Read
from planner.measure.paths import place_directly
from planner.measure.rows import Row
from planner.model.measurement import FileCoverage, Measurement, Skipped
from planner.model.trail import DataRow, Trail
from planner.settings import CoverageSettings

Recount = Callable[[str, CoverageSettings], FileCoverage | Skipped | None]
"""Counts a file anew under other settings, also one that reports leave out or the data has never heard of.

None where data files alone do not say what ran: without any, of files that a report speaks of, and of no file."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A measurement with all that a doctor wants to see of the data behind it."""

    measurement: Measurement
    trail: Trail
    recount: Recount


def trail_of(read: Read, assembled: Assembled, project: Project) -> Trail:
    """The rows of all data files, sorted by name, also those that the configuration keeps out of reports."""
    tracks = assembled.tracks
    traced = [name for name, row in tracks.rows.items() if row.tracer]
    paths = {**place_directly(traced, project.tree, project.settings), **tracks.placed.files}
    rows = sorted(tracks.rows.items())
    return Trail(
        rows=tuple(DataRow(name, paths.get(name), row.lines, row.tracer) for name, row in rows),
        files=read.files,
        contexts=tuple(sorted({name for part in read.rows for name in part.context_names})),
        astray=tracks.astray,
        guessed=frozenset(tracks.placed.by_end),
        elsewhere=frozenset(filter(_is_file, tracks.placed.by_end)),
    )


def _is_file(name: str) -> bool:
    """Whether the data's own name leads to a file, wherever that lies; it is not opened.

    `planner.answers` is told of the question.
    """
    if not os.path.isabs(name):
        return False
    sys.audit("gapplan.looked_for", name)
    with suppress(OSError, ValueError):
        return os.path.isfile(name)
    return False


def recounting(assembled: Assembled, project: Project) -> Recount:
    """Counting on the rows of this measurement; nothing ran of a file below the root that has no row."""
    tracks = assembled.tracks

    def recount(path: str, settings: CoverageSettings) -> FileCoverage | Skipped | None:
        is_known = path in tracks.by_path or path in project.tree.known
        if not tracks.rows or not is_known or path in tracks.reported:
            return None
        return count_file(project.root, path, tracks.by_path.get(path, Row()), settings, has_arcs=tracks.has_arcs)

    return recount
