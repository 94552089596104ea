"""Reads every input by its format. One bad file is skipped and named; only when none is left is it an error."""

from collections.abc import Iterator, Sequence
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
from planner.model.trail import DataFile
from planner.settings import CoverageSettings

_REPORTS = {"coverage JSON": read_json, "Cobertura XML": read_xml_report, "LCOV": read_lcov}


@dataclass(frozen=True, slots=True)
class Read:
    """What the inputs hold: rows of data files, reports, and the files that they come from."""

    inputs: tuple[Input, ...]
    files: tuple[DataFile, ...]
    rows: tuple[Rows, ...]
    reports: tuple[Report, ...]
    skipped: tuple[Skipped, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Opened:
    """One input that could be read, under the name that a reader knows."""

    name: str
    kind: Kind
    modified: float
    content: Rows | Report
    notices: tuple[str, ...]

    @property
    def as_input(self) -> Input:
        contexts = self.content.contexts if isinstance(self.content, Rows) else 0
        return Input(self.name, self.kind, self.content.version, contexts)

    @property
    def as_file(self) -> DataFile:
        meta = self.content.meta if isinstance(self.content, Rows) else {}
        return DataFile(self.name, self.modified, self.content.version, meta)


def read_inputs(paths: Sequence[Path], root: Path, settings: CoverageSettings) -> Read:
    """Everything in `paths` that can be read. Raises the first InputError when nothing can."""
    opened: list[_Opened] = []
    errors: list[tuple[Path, InputError]] = []
    for path in paths:
        try:
            opened.append(_open(path, _shown(path, root), settings))
        except InputError as error:
            errors.append((path, error))
    if errors and not opened:
        raise errors[0][1]
    return Read(
        inputs=tuple(each.as_input for each in opened),
        files=tuple(each.as_file for each in opened),
        rows=tuple(each.content for each in opened if isinstance(each.content, Rows)),
        reports=tuple(each.content for each in opened if isinstance(each.content, Report)),
        skipped=tuple(_skipped(path, root, error) for path, error in errors),
        notices=tuple(notice for each in opened for notice in each.notices),
    )


def _open(path: Path, name: str, settings: CoverageSettings) -> _Opened:
    kind = recognise(path)
    try:
        modified = path.stat().st_mtime
        if kind == "coverage data":
            rows = read_datafile(path, settings.report_contexts)
            return _Opened(name, kind, modified, rows, tuple(_about_data(path, name, rows)))
        report = _REPORTS[kind](path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    return _Opened(name, kind, modified, report, tuple(each.replace(str(path), name) for each in report.notices))


def _about_data(path: Path, name: str, rows: Rows) -> Iterator[str]:
    yield from (f"{name}: {each} lies beside it and is not read" for each in side_files(path))
    if rows.lost:
        yield f"{name}: damaged: {rows.lost} of its entries are of no file, or hold no lines; they are not counted"


def _shown(path: Path, root: Path) -> str:
    """The path as a reader knows it: below the root without the root, else as it is."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _skipped(path: Path, root: Path, error: InputError) -> Skipped:
    """The error's own words without the path, and its line when it names one."""
    place, _, reason = str(error).removeprefix(str(path)).partition(": ")
    line = int(place[1:]) if place[1:].isdecimal() else None
    return Skipped(_shown(path, root), reason, line)
