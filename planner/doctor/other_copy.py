"""A product of which nothing ran, although tests import it: they used another copy of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from planner.doctor.discovery import is_touched
from planner.doctor.evidence import lines_of_code
from planner.doctor.exam import Exam
from planner.doctor.namespaces import imported_names, names_of
from planner.model.findings import Doubt
from planner.model.measurement import FileCoverage

LEAST_STATEMENTS = 10
"""Below this, a product of which nothing ran proves nothing: a fresh project looks the same."""


@dataclass(frozen=True, slots=True)
class Unrun:
    """`touched` are in the data with nothing run; where none are, `absent` are the packages that tests ask for.

    `imported` are the files that tests import, `users` the test files that do. `did_tests_run` is None where tests are
    not measured.
    """

    touched: tuple[FileCoverage, ...]
    absent: tuple[str, ...]
    imported: tuple[str, ...]
    users: tuple[str, ...]
    did_tests_run: bool | None


def find_unrun(exam: Exam) -> Unrun | None:
    """The product, when nothing of it ran, tests import it, and those that are measured did run."""
    product = exam.product
    if any(not is_touched(file) for file in product if file.statements):
        return None
    asked = imported_names(exam.test_facts.values())
    imported = tuple(path for path in sorted(exam.facts) if asked & names_of(path))
    touched = tuple(file for file in product if file.statements)
    packages = {path.rpartition("/")[0] for path in imported}
    absent = () if touched else tuple(path for path in sorted(exam.facts) if path.rpartition("/")[0] in packages)
    unrun = Unrun(touched, absent, imported, _users(exam, imported), _did_tests_run(exam))
    is_large = sum(lines_of_code(exam.source(path)) for path in imported) >= LEAST_STATEMENTS
    return unrun if is_large and unrun.users and unrun.did_tests_run is not False else None


def _users(exam: Exam, imported: Iterable[str]) -> tuple[str, ...]:
    names = {name for path in imported for name in names_of(path)}
    packages = {above for name in names for above in _and_above(name)}
    return tuple(
        path
        for path in sorted(exam.test_facts)
        if any(each.module in packages for each in exam.test_facts[path].imports)
    )


def _and_above(name: str) -> Iterable[str]:
    while name:
        yield name
        name = name.rpartition(".")[0]


def _did_tests_run(exam: Exam) -> bool | None:
    """Whether most statements of the measured tests ran: where they did not, imports failed or tests were skipped."""
    tests = [file for file in exam.measurement.files if file.path in exam.test_facts]
    statements = sum(file.counts.statements for file in tests)
    return sum(file.counts.covered_statements for file in tests) * 2 > statements if statements else None


def doubt_of(exam: Exam, unrun: Unrun) -> Doubt:
    """At least the import-time lines of what tests import, at most everything, would be covered."""
    known = {file.path: file for file in (*unrun.touched, *exam.measurement.unmeasured)}
    least = sum(_import_time(exam, path, known.get(path)) for path in unrun.imported)
    entering = [_points(exam, path, known.get(path)) for path in unrun.absent]
    most = sum(file.counts.missing_points for file in unrun.touched) + sum(high for _, high in entering)
    return Doubt(
        "at least the import-time lines of the files that tests import, at most every point of them",
        covered=(min(least, most), most),
        entering=(sum(low for low, _ in entering), sum(high for _, high in entering)),
        lines={file.path: file.missing for file in unrun.touched},
    )


def _import_time(exam: Exam, path: str, file: FileCoverage | None) -> int:
    return (exam.facts[path].import_time & file.statements).bit_count() if file else 0


def _points(exam: Exam, path: str, file: FileCoverage | None) -> tuple[int, int]:
    """The points that a file brings into the total; of one that nobody counted, as lines of code at most."""
    return (file.counts.points, file.counts.points) if file else (0, lines_of_code(exam.source(path)))
