"""Reads every input by its format. One bad file is skipped and named; only when none is left is it an error."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from planner.errors import InputError
from planner.measure.datafile import read_datafile, side_files
from planner.measure.json_report import read_json
from planner.measure.lcov_report import read_lcov
from planner.measure.recognise import Kind, recognise
from planner.measure.reports import Report
from planner.measure.rows import Rows
from planner.measure.xml_report import read_xml_report
from planner.model.measurement import Input, Skipped
from planner.settings import CoverageSettings

_REPORTS = {"coverage JSON": read_json, "Cobertura XML": read_xml_report, "LCOV": read_lcov}


@dataclass(frozen=True, slots=True)
class Read:
    """What the inputs hold: rows of data files, reports, and how many inputs gave each."""

    inputs: tuple[Input, ...]
    rows: tuple[Rows, ...]
    reports: tuple[Report, ...]
    skipped: tuple[Skipped, ...]
    notices: tuple[str, ...]


def read_inputs(paths: Sequence[Path], root: Path, settings: CoverageSettings) -> Read:
    """Everything in `paths` that can be read. Raises the first InputError when nothing can."""
    inputs: list[Input] = []
    rows: list[Rows] = []
    reports: list[Report] = []
    errors: list[tuple[Path, InputError]] = []
    notices: list[str] = []
    for path in paths:
        try:
            kind = recognise(path)
            read = _read_one(path, kind, settings)
        except InputError as error:
            errors.append((path, error))
            continue
        if isinstance(read, Rows):
            rows.append(read)
            notices += [f"{_shown(path, root)}: {name} lies beside it and is not read" for name in side_files(path)]
        else:
            reports.append(read)
            notices += [notice.replace(str(path), _shown(path, root)) for notice in read.notices]
        inputs.append(Input(_shown(path, root), kind, read.version, read.contexts if isinstance(read, Rows) else 0))
    if errors and not inputs:
        raise errors[0][1]
    skipped = tuple(_skipped(path, root, error) for path, error in errors)
    return Read(tuple(inputs), tuple(rows), tuple(reports), skipped, tuple(notices))


def _read_one(path: Path, kind: Kind, settings: CoverageSettings) -> Rows | Report:
    try:
        if kind == "coverage data":
            return read_datafile(path, settings.report_contexts)
        return _REPORTS[kind](path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


def _shown(path: Path, root: Path) -> str:
    """The path as a reader knows it: below the root without the root, else as it is."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _skipped(path: Path, root: Path, error: InputError) -> Skipped:
    """The error's own words without the path, and its line when it names one."""
    place, _, reason = str(error).removeprefix(str(path)).partition(": ")
    line = int(place[1:]) if place[1:].isdecimal() else None
    return Skipped(_shown(path, root), reason, line)
