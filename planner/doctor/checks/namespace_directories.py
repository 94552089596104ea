"""Below `source`, coverage.py enters only directories with `__init__.py`: files of others may be lost."""

from collections.abc import Iterator
from dataclasses import dataclass

from planner.doctor.check import Check
from planner.doctor.discovery import (
    directory_of,
    folders_between,
    found_below,
    is_below,
    is_of_later_time,
    is_touched,
    shown_by_report,
    sources_of,
)
from planner.doctor.evidence import counts_of, first_few, largest_first, lines_of_code
from planner.doctor.exam import Exam
from planner.doctor.mend import configure
from planner.doctor.namespaces import are_imported, is_borrowed
from planner.model.findings import Doubt, Evidence, Finding, Mend
from planner.model.measurement import FileCoverage


@dataclass(frozen=True, slots=True)
class _Gap:
    """What `source` passes over: its directories as resolved, the files lost, and the folders without `__init__.py`."""

    directories: tuple[str, ...]
    lost: tuple[FileCoverage, ...]
    folders: tuple[str, ...]


def find_namespace_directories(exam: Exam) -> Iterator[Finding]:
    """One finding for all directories below `source` that coverage.py does not enter and that hold modules in use."""
    if exam.settings.include_namespace_packages:
        return
    gap = _gap_of(exam)
    if not gap.lost:
        return
    counts = counts_of(gap.lost)
    is_used = are_imported(exam, [file.path for file in gap.lost])
    yield Finding(
        check=CHECK.name,
        title=f"{len(gap.lost)} source file(s) in directories without __init__.py are missing from the total",
        why=f"coverage.py looks for files that no test imported only in directories that have an __init__.py; "
        f"{counts.statements} statements are in no total, so the percent is too high",
        evidence=(*_about_folders(gap), *_about_files(gap))[:5],
        mend=_mend(exam, gap),
        doubt=_doubt(exam, gap),
        confidence=0.9 if is_used else 0.4,
    )


def _gap_of(exam: Exam) -> _Gap:
    directories = _directories(exam)
    plainly = found_below(exam.tree, directories, with_namespaces=False)
    every = found_below(exam.tree, directories, with_namespaces=True)
    lost = [
        file
        for file in exam.measurement.unmeasured
        if file.counts.points and file.path in every - plainly and not is_of_later_time(exam, file.path)
    ]
    tops = {file.path: _gate_of(file.path, exam, directories) for file in lost}
    kept = [file for file in lost if _is_product(exam, tops[file.path], [each.path for each in lost])]
    return _Gap(directories, tuple(kept), tuple(sorted({tops[file.path] for file in kept})))


def _directories(exam: Exam) -> tuple[str, ...]:
    """The directories of `source`; where only the data shows that it was set, the product's top-level ones."""
    given = sources_of(exam)
    if given:
        return tuple(sorted({place for name in given if (place := directory_of(name, exam.tree))}))
    if not any(is_touched(file) for file in exam.measurement.files):
        return ()
    return tuple(sorted({file.path.partition("/")[0] for file in exam.product if "/" in file.path}))


def _gate_of(path: str, exam: Exam, directories: tuple[str, ...]) -> str:
    """The uppermost folder on the way to a file that has no `__init__.py`: coverage.py turns round there."""
    known = frozenset(exam.tree)
    source = max((each for each in directories if is_below(path, each)), key=len)
    folders = folders_between(path.rpartition("/")[0], source)
    return next((each for each in reversed(folders) if f"{each}/__init__.py" not in known), source)


def _is_product(exam: Exam, folder: str, lost: list[str]) -> bool:
    """Whether a folder's modules are in use; or it lies in a package, and is none of templates or samples."""
    inside = [path for path in lost if is_below(path, folder)]
    if are_imported(exam, inside):
        return True
    above = folder.rpartition("/")[0]
    return f"{above}/__init__.py" in exam.tree and not any(is_borrowed(path) for path in inside)


def _about_folders(gap: _Gap) -> tuple[Evidence, ...]:
    return tuple(Evidence("a directory without __init__.py", f"{folder}/") for folder in gap.folders[:2])


def _about_files(gap: _Gap) -> tuple[Evidence, ...]:
    files = largest_first(gap.lost)
    return first_few(
        Evidence(f"{each.counts.statements} statements, in no row of the data", each.path) for each in files
    )


def _brought(exam: Exam, gap: _Gap) -> tuple[str, ...]:
    """Files that the mend brings into the total and nobody counted: tests and tools in such directories."""
    known = {file.path for file in (*exam.measurement.files, *exam.measurement.unmeasured)}
    found = found_below(exam.tree, _mended_directories(gap), with_namespaces=_takes_all(gap))
    plainly = found_below(exam.tree, gap.directories, with_namespaces=False)
    return tuple(sorted(path for path in found - plainly - known if shown_by_report(exam, path)))


def _doubt(exam: Exam, gap: _Gap) -> Doubt:
    found = found_below(exam.tree, _mended_directories(gap), with_namespaces=_takes_all(gap))
    entering = [
        file for file in exam.measurement.unmeasured if file.path in found and not is_of_later_time(exam, file.path)
    ]
    points = counts_of(entering).points
    more = sum(lines_of_code(exam.source(path)) for path in _brought(exam, gap))
    basis = f"the {points} points of the absent files, counted by coverage.py's own rules with nothing covered"
    if more:
        basis += f"; at most {more} more from tests and tools in such directories"
    lines = {file.path: file.statements for file in entering}
    return Doubt(basis, entering=(points, points + more), lines=lines)


def _takes_all(gap: _Gap) -> bool:
    """Whether every directory may be entered. Below the root itself that would take in environments and tools."""
    return "." not in gap.directories


def _mended_directories(gap: _Gap) -> tuple[str, ...]:
    """The directories that `source` should name; each may itself lack `__init__.py`."""
    if _takes_all(gap):
        return gap.directories
    holding = {file.path.rpartition("/")[0] for file in gap.lost}
    return (*gap.directories, *sorted(holding | set(gap.folders)))


def _mend(exam: Exam, gap: _Gap) -> Mend:
    note = "then run the tests again; what no test imports counts as 0 %"
    run = configure(exam.settings, "run", {"source": _mended_directories(gap)}, note)
    if not _takes_all(gap):
        return run
    report = configure(exam.settings, "report", {"include_namespace_packages": True}, note)
    is_package = any(f"{place}/__init__.py" not in exam.tree for place in _packages(exam))
    return Mend("configuration", f"{run.text}\n\n{report.text}", run.file, note) if is_package else report


def _packages(exam: Exam) -> tuple[str, ...]:
    """The directories of sources that are given as packages: coverage.py searches one only by its `__init__.py`."""
    settings, tree = exam.settings, exam.tree
    names = [name for name in sources_of(exam) if not any(path.startswith(f"{name.rstrip('/')}/") for path in tree)]
    asked = {*names, *settings.source_pkgs} - {".", "./"}
    return tuple(place for name in sorted(asked) if (place := directory_of(name, tree)))


CHECK = Check(
    name="namespace-directories",
    question="Does coverage.py look into every directory below 'source'?",
    find=find_namespace_directories,
)
