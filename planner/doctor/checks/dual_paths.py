"""One source file under two names: a copy was run (installed, built, vendored), and the tree counts as not run."""

from collections.abc import Iterator

from planner.doctor.check import Check
from planner.doctor.checks.xdist_workers import find_xdist_workers
from planner.doctor.copies import Copies, find_copies
from planner.doctor.evidence import first_few, largest_first
from planner.doctor.exam import Exam
from planner.doctor.mend import configure
from planner.doctor.no_test import find_no_test
from planner.doctor.other_copy import Unrun, doubt_of, find_unrun
from planner.doctor.prefixes import is_installed, join_paths, prefixes_of
from planner.doctor.printed import looked_up, misnamed, printed, reported_rows, severity_of_print
from planner.model.findings import Doubt, Evidence, Finding, Mend
from planner.model.trail import DataRow

_EDITABLE = "or run the tests on the source itself: python -m pip install -e ."


def find_dual_paths(exam: Exam) -> Iterator[Finding]:
    """A finding for copies in the tree, one for several rows of the same file, one for a product that never ran."""
    copies = tuple(find_copies(exam))
    yield from (_about_copies(exam, each) for each in copies)
    doubled = _doubled(exam)
    if doubled:
        yield _about_rows(exam, doubled)
    if copies or doubled or any(find_xdist_workers(exam)) or find_no_test(exam):  # they explain why nothing ran
        return
    if unrun := find_unrun(exam):
        yield _about_nothing(exam, unrun)


def _about_copies(exam: Exam, copies: Copies) -> Finding:
    change = copies.change()
    number = len(copies.twins)
    return Finding(
        check=CHECK.name,
        title=f"{number} file(s) count twice: {copies.prefix} holds copies of {copies.original or 'the root'}",
        why=f"What ran in one copy does not count in the other; {copies.statements} statements are in the total twice",
        evidence=first_few(
            Evidence(
                f"{copy.counts.covered_statements} of {copy.counts.statements} statements covered; in {file.path}, the "
                f"same text, {file.counts.covered_statements}",
                copy.path,
            )
            for copy, file in sorted(copies.twins, key=lambda twin: (-twin[0].counts.statements, twin[0].path))
        ),
        mend=join_paths(exam, [(copies.prefix, copies.original)], _EDITABLE),
        doubt=change,
        confidence=0.95 if is_installed(copies.prefix) else 0.75,
    )


def _doubled(exam: Exam) -> list[DataRow]:
    """The second names of files: `./src/x.py` beside `src/x.py`, or an installed copy beside the source."""
    by_path: dict[str, list[DataRow]] = {}
    rows = reported_rows(exam)
    lost = {row.name for row in misnamed(rows, exam)}
    for row in rows:
        if row.name not in lost:
            by_path.setdefault(row.path or "", []).append(row)
    return [row for path, rows in sorted(by_path.items()) for row in _second_names(path, rows, exam)]


def _second_names(path: str, rows: list[DataRow], exam: Exam) -> list[DataRow]:
    """The rows that the report counts apart from the file's own; none where no row leads to it without guessing."""
    guessed = exam.trail.guessed
    direct = {looked_up(row, exam): row for row in rows if row.name not in guessed}
    if not direct:
        return []
    own = path if path in direct else min(direct)
    installed = [row for row in rows if row.name in guessed and is_installed(row.name)]
    return [*(row for name, row in sorted(direct.items()) if name != own), *installed]


def _about_rows(exam: Exam, rows: list[DataRow]) -> Finding:
    seen, totals = printed(exam), exam.measurement.totals
    return Finding(
        check=CHECK.name,
        title=f"{len(rows)} file(s) have two names in the data",
        why=f"coverage.py counts each name as a file of its own: 'coverage report' "
        f"{seen.words(exam.measurement.precision)}; here their lines are united",
        evidence=first_few(Evidence(f"the data also calls it {row.name}", row.path) for row in rows),
        mend=_mend(exam, rows),
        doubt=Doubt("the total here unites these rows already, as 'coverage report' will with [paths]"),
        confidence=0.9,
        severity=severity_of_print(seen, totals),
    )


def _mend(exam: Exam, rows: list[DataRow]) -> Mend:
    """`[paths]` that lead all names to one; written without the dot that makes coverage.py keep `./src` as it is."""
    dotted = [row for row in rows if row.name.startswith("./")]
    if not dotted:
        return join_paths(exam, {prefixes_of(row.name, row.path or "") for row in rows}, _EDITABLE)
    tops = sorted({(row.path or "").partition("/")[0] for row in dotted})
    paths = {name: _undotted(places) for name, places in exam.settings.paths.items()}
    firsts = {places[0].partition("/")[0] for places in paths.values()}
    paths |= {top: (top, f"*/{top}") for top in tops if top not in firsts}
    return configure(exam.settings, "paths", paths, "without the dot; coverage.py takes ./src and src for two folders")


def _undotted(places: tuple[str, ...]) -> tuple[str, ...]:
    """A group of `[paths]` that also leads what it named before back to the file's own name."""
    first = places[0].removeprefix("./").rstrip("/") or "."
    return (first, *places[1:]) if first == "." or f"*/{first}" in places else (first, f"*/{first}", *places[1:])


def _about_nothing(exam: Exam, unrun: Unrun) -> Finding:
    """Where the product is not even in the data, a `source` of tests alone looks the same: that is a guess."""
    number = len(unrun.touched) + len(unrun.absent)
    sure = 0.9 if unrun.did_tests_run else 0.6
    return Finding(
        check=CHECK.name,
        title=f"nothing of {number} source file(s) ran, though tests import them: they may have used another copy",
        why="An installed copy, or one on another import path, was run in place of the source, or coverage.py was not "
        "watching" + ("" if unrun.touched else ", or it was told to watch the tests only"),
        evidence=(
            Evidence("imports the product" + (", and ran" if unrun.did_tests_run else ""), unrun.users[0]),
            *first_few(_about_unrun(unrun))[:4],
        ),
        mend=Mend(
            "command",
            "python -m pip install -e .\npython -m coverage run -m pytest",
            note="tests then import the source",
        ),
        doubt=doubt_of(exam, unrun),
        confidence=sure if unrun.touched else 0.4,
    )


def _about_unrun(unrun: Unrun) -> Iterator[Evidence]:
    for file in largest_first(unrun.touched):
        yield Evidence(f"none of {file.counts.statements} statements ran", file.path)
    for path in unrun.absent:
        yield Evidence("in no row of the data", path)


CHECK = Check(
    name="dual-paths",
    question="Does every source file have one name in the data?",
    find=find_dual_paths,
)
