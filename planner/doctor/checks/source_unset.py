"""Without `source`, coverage.py knows only the files that something imported: the others are missing from the total."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from planner.doctor.check import Check
from planner.doctor.discovery import found_below, is_of_later_time, is_touched, shown_by_report, sources_of
from planner.doctor.evidence import counts_of, first_few, largest_first, lines_of_code
from planner.doctor.exam import Exam
from planner.doctor.mend import Setting, configure
from planner.doctor.namespaces import are_imported
from planner.doctor.no_test import find_no_test
from planner.model.findings import Doubt, Evidence, Finding, Mend
from planner.model.measurement import FileCoverage

_GIVEN = ("--cov=", "--source=", "--source ")
"""How a command gives `source` to coverage.py or pytest-cov."""


@dataclass(frozen=True, slots=True)
class _Extent:
    """The `source` to be set: its directories, what to omit there, and what it brings into the total.

    `entering` are counted; `uncounted` are other files that it finds, tests that never ran for example.
    """

    directories: tuple[str, ...]
    omit: tuple[str, ...]
    with_namespaces: bool
    entering: tuple[FileCoverage, ...]
    uncounted: tuple[str, ...]


def find_source_unset(exam: Exam) -> Iterator[Finding]:
    """One finding when importable files of measured packages are not in the data, and `source` is not set."""
    if sources_of(exam) or any(is_touched(file) for file in exam.measurement.files):
        return
    extent = _extent_of(exam)
    counts = counts_of(extent.entering)
    if not counts.points or find_no_test(exam):  # tests would import them
        return
    given = _given_elsewhere(exam)
    number = len(extent.entering)
    yield Finding(
        check=CHECK.name,
        title=f"{number} source file(s) that nothing imports are missing from the total: 'source' is not set",
        why=f"coverage.py counts only files that were imported while it watched; {counts.statements} statements "
        "are in no total, so the percent is too high, and it falls when a first test imports them",
        evidence=(_about_setting(exam, given), *_about_files(extent)),
        mend=_mend(exam, extent),
        doubt=_doubt(exam, extent),
        confidence=0.6 if given else 0.95,
    )


def _extent_of(exam: Exam) -> _Extent:
    candidates = [
        file for file in exam.measurement.unmeasured if file.counts.points and not is_of_later_time(exam, file.path)
    ]
    measured = {file.path for file in exam.measurement.files if file.in_tree}
    directories = _directories(measured)
    plainly = found_below(exam.tree, directories, with_namespaces=False)
    hidden = [file.path for file in candidates if file.path not in plainly]
    with_namespaces = "." not in directories and are_imported(exam, hidden)
    found = found_below(exam.tree, directories, with_namespaces=with_namespaces)
    entering = tuple(file for file in candidates if file.path in found)
    known = measured | {file.path for file in exam.measurement.unmeasured}
    strangers = tuple(sorted(path for path in found - known if shown_by_report(exam, path)))
    omit = _patterns(strangers, known) if "." in directories else ()
    return _Extent(directories, omit, with_namespaces, entering, () if omit else strangers)


def _directories(measured: Iterable[str]) -> tuple[str, ...]:
    """The top-level directories of all that is measured, so that nothing leaves the total; "." for modules there."""
    tops = {path.partition("/")[0] if "/" in path else "." for path in measured}
    return (".",) if "." in tops else tuple(sorted(tops))


def _patterns(strangers: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """Patterns for what `source = .` would bring in beside the product: tools at the root, other directories."""
    tops = {path.partition("/")[0] for path in known if "/" in path}
    found = {
        path if "/" not in path or path.partition("/")[0] in tops else f"{path.partition('/')[0]}/*"
        for path in strangers
    }
    return tuple(sorted(found))


def _given_elsewhere(exam: Exam) -> Evidence | None:
    """The first line of a steering text where a command gives `source`, although this data was made without."""
    for text in exam.texts:
        for number, line in enumerate(text.text.split("\n"), 1):
            if any(word in line for word in _GIVEN) and not line.lstrip().startswith("#"):
                return Evidence(
                    f"gives a source ({line.strip()[:80]}), but this data was made without", text.path, number
                )
    return None


def _about_setting(exam: Exam, given: Evidence | None) -> Evidence:
    if given:
        return given
    file = exam.settings.file
    return Evidence("sets no 'source'" if file else "no configuration of coverage.py sets 'source'", file)


def _about_files(extent: _Extent) -> tuple[Evidence, ...]:
    files = largest_first(extent.entering)
    return first_few(
        Evidence(f"{each.counts.statements} statements, in no row of the data", each.path) for each in files
    )


def _doubt(exam: Exam, extent: _Extent) -> Doubt:
    counts = counts_of(extent.entering)
    most = counts.points + sum(lines_of_code(exam.source(path)) for path in extent.uncounted)
    basis = f"the {counts.points} points of the absent files, counted by coverage.py's own rules with nothing covered"
    if extent.uncounted:
        basis += f"; at most {most - counts.points} more from {len(extent.uncounted)} test file(s) that never ran"
    return Doubt(basis, entering=(counts.points, most), lines={file.path: file.statements for file in extent.entering})


def _mend(exam: Exam, extent: _Extent) -> Mend:
    values: dict[str, Setting] = {"source": extent.directories}
    if extent.omit:
        values["omit"] = (*exam.settings.run_omit, *extent.omit)
    note = "then run the tests again; what no test imports counts as 0 %"
    if exam.settings.run_include:
        note += ". 'source' makes coverage.py ignore [run] include: move that to [report] include"
    run = configure(exam.settings, "run", values, note)
    if not extent.with_namespaces:
        return run
    report = configure(exam.settings, "report", {"include_namespace_packages": True})
    return Mend("configuration", f"{run.text}\n\n{report.text}", run.file, note)


CHECK = Check(
    name="source-unset",
    question="Is every source file in the total, also those that no test imports?",
    find=find_source_unset,
)
