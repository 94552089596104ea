"""Tables of the project as it is measured: files, gaps, units, imports and seams."""

from collections.abc import Iterable
from typing import get_args

import pandas as pd

from planner.forecast.doubles import with_doubles
from planner.frames.columns import (
    COVERED_STATEMENTS,
    HOURS_P50,
    HOURS_P80,
    MISSING_LINES,
    MISSING_POINTS,
    MODULE,
    PATH,
    PERCENT,
    SEAM,
    SEAM_KIND,
    SEAM_KINDS_TEXT,
    STATEMENTS,
    UNIT,
)
from planner.frames.tables import Column, Row, Table, make_frame
from planner.measure import is_test_path
from planner.model.explanation import UnitGaps
from planner.model.facts import ImportKind, UnitKind
from planner.model.measurement import FileCoverage
from planner.model.plan import Candidate
from planner.model.seams import Touch
from planner.pipeline.study import Study, imports_of, units_of

FILES = Table(
    "files",
    "source file, those of the data first, each group by path",
    (
        PATH,
        MODULE,
        STATEMENTS,
        COVERED_STATEMENTS,
        Column("branches", "Int64", "branch exits; 0 where branches were not measured"),
        Column("covered_branches", "Int64", "exits that were taken"),
        Column("points", "Int64", "statements and branch exits together"),
        Column("covered_points", "Int64", "points that are covered"),
        MISSING_POINTS,
        PERCENT,
        Column("is_measured", "boolean", "whether the data has it; the others count in the whole tree alone"),
        Column("is_test", "boolean", "whether it is a test file, for which no test is planned"),
        Column("in_tree", "boolean", "whether it lies below the project's root, so that it can be read"),
    ),
)

GAPS = Table(
    "gaps",
    "class or function (or module) with missing points that tests can be aimed at, most points per hour first",
    (
        PATH,
        MODULE,
        UNIT,
        STATEMENTS,
        COVERED_STATEMENTS,
        MISSING_POINTS,
        Column("coverable_points", "Int64", "those of its missing points that a test can reach at all"),
        Column("tests", "Int64", "tests that can be aimed at it until the next one brings too little"),
        Column("gain_points_p10", "Int64", "points that its tests gain alone, here or elsewhere: at least, in 9 of 10"),
        Column("gain_points_p50", "Int64", "the same in half of all cases"),
        Column("gain_points_p90", "Int64", "the same in 1 of 10 cases"),
        Column("import_time_gain_points", "Int64", "what importing it runs for the first time; several share it"),
        HOURS_P50,
        HOURS_P80,
        Column("gain_points_per_hour", "Float64", "expected gain by the P50 of its hours"),
        SEAM_KINDS_TEXT,
        Column("seam_kinds_to_build", "string", "those of the kinds for which the tests have no double yet"),
        Column("starts_module", "boolean", "whether no test of its module exists yet"),
        MISSING_LINES,
    ),
)

UNITS = Table(
    "units",
    "module level, class or function with statements, by path and line; units share no lines",
    (
        PATH,
        MODULE,
        UNIT,
        Column("kind", "category", "what it is", get_args(UnitKind)),
        Column("first_line", "Int64", "number of its first line"),
        Column("last_line", "Int64", "number of its last line, of nested units too"),
        STATEMENTS,
        COVERED_STATEMENTS,
        MISSING_POINTS,
        MISSING_LINES,
        Column("complexity", "Int64", "McCabe's"),
        Column("is_import_time", "boolean", "whether its lines run when the module is imported, not when it is called"),
        Column("is_stub", "boolean", "whether it has no behaviour: abstract, overload, Protocol"),
        SEAM_KINDS_TEXT,
        Column("is_measured", "boolean", "whether the data has its file"),
    ),
)

IMPORTS = Table(
    "imports",
    "import between two modules of the project, once for each kind; by source and target",
    (
        Column("source", "string", "dotted name of the module that imports"),
        Column("target", "string", "dotted name of the module that is imported"),
        Column("kind", "category", "when it runs: with its module, when called, or never", get_args(ImportKind)),
        Column("line", "Int64", "number of the line in the source"),
    ),
)

SEAMS = Table(
    "seams",
    "seam that a unit touches, itself or through what it calls; by path, unit and distance",
    (
        PATH,
        MODULE,
        UNIT,
        SEAM,
        SEAM_KIND,
        Column("line", "Int64", "number of the line that touches it, or that calls what does"),
        Column("name", "string", "dotted name by which it is touched"),
        Column("double", "string", "the usual double for it"),
        Column("needs_building", "boolean", "whether such a double has to be built or installed once"),
        Column("have", "string", "the double that the tests have already, and where; <NA> for none"),
        Column("is_certain", "boolean", "whether the text says what the receiver is"),
        Column("hops", "Int64", "calls between the unit and the seam; 0 where it touches it itself"),
        Column("via", "string", "the unit it calls for that, as path:unit; <NA> where it touches it itself"),
    ),
)


def files_frame(study: Study) -> pd.DataFrame:
    """FILES of the study."""
    measured = study.measured
    rows = [
        *((file, True) for file in _by_path(measured.files)),
        *((file, False) for file in _by_path(measured.unmeasured)),
    ]
    return make_frame(FILES, (_file(file, study, is_measured=is_measured) for file, is_measured in rows))


def gaps_frame(candidates: Iterable[Candidate]) -> pd.DataFrame:
    """GAPS of candidates, in their order."""
    return make_frame(GAPS, map(_gap, candidates))


def units_frame(study: Study) -> pd.DataFrame:
    """UNITS of the study."""
    measured = {file.path for file in study.measured.files}
    return make_frame(UNITS, (_unit(file, unit, study, measured) for file, unit in units_of(study)))


def imports_frame(study: Study) -> pd.DataFrame:
    """IMPORTS of the study."""
    return make_frame(IMPORTS, ((each.source, each.target, each.kind, each.line) for each in imports_of(study)))


def seams_frame(study: Study) -> pd.DataFrame:
    """SEAMS of the study."""
    touches = study.code.touches
    return make_frame(SEAMS, (_touch(*key, touch, study) for key in sorted(touches) for touch in touches[key]))


def _by_path(files: Iterable[FileCoverage]) -> list[FileCoverage]:
    return sorted(files, key=lambda each: each.path)


def module_of(path: str, study: Study) -> str | None:
    """The module's dotted name, None where its facts are not known."""
    facts = study.code.facts.get(path)
    return facts.module if facts else None


def _file(file: FileCoverage, study: Study, *, is_measured: bool) -> Row:
    counts = file.counts
    return (
        file.path,
        module_of(file.path, study),
        counts.statements,
        counts.covered_statements,
        counts.branches,
        counts.covered_branches,
        counts.points,
        counts.covered_points,
        counts.missing_points,
        float(counts.percent),
        is_measured,
        is_test_path(file.path),
        file.in_tree,
    )


def _gap(candidate: Candidate) -> Row:
    effort, gain = candidate.effort, candidate.gain
    return (
        candidate.path,
        candidate.module,
        candidate.unit,
        candidate.statements,
        candidate.covered_statements,
        candidate.missing,
        candidate.coverable,
        candidate.tests,
        gain.p10,
        gain.p50,
        gain.p90,
        candidate.import_points,
        effort.p50,
        effort.p80,
        candidate.gain_milli / 1000 / effort.p50,
        kinds_text(seam.kind for seam in candidate.seams),
        kinds_text(seam.kind for seam in candidate.needs_building),
        candidate.starts_module,
        candidate.lines_text,
    )


def kinds_text(kinds: Iterable[str]) -> str:
    """Kinds of seams as one text: sorted, each once."""
    return ", ".join(sorted(set(kinds)))


def _unit(file: FileCoverage, unit: UnitGaps, study: Study, measured: set[str]) -> Row:
    return (
        file.path,
        module_of(file.path, study),
        unit.name,
        unit.kind,
        unit.first_line,
        unit.last_line,
        unit.statements,
        unit.covered_statements,
        unit.missing,
        unit.lines_text,
        unit.complexity,
        unit.is_import_time,
        unit.is_stub,
        kinds_text(touch.seam.kind for touch in unit.touches),
        file.path in measured,
    )


def _touch(path: str, unit: str, touch: Touch, study: Study) -> Row:
    (seam,) = with_doubles((touch.seam,), study.code.doubles)
    return (
        path,
        module_of(path, study),
        unit,
        seam.name,
        seam.kind,
        touch.line,
        touch.name,
        seam.double,
        seam.needs_building,
        seam.have or None,
        touch.is_certain,
        touch.hops,
        ":".join(touch.via) if touch.via else None,
    )
