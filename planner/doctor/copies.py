"""Measured files that are copies of other measured files: equal text under the same name below two directories."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from planner.doctor.exam import Exam
from planner.doctor.prefixes import Prefixes, is_installed, prefixes_of
from planner.model.findings import Doubt
from planner.model.measurement import Counts, FileCoverage

LEAST_STATEMENTS = 10
"""Equal files of fewer statements together are no copy of a package: constants and stubs are alike by chance."""

Twin = tuple[FileCoverage, FileCoverage]
"""A copy, and the file that it is a copy of."""


@dataclass(frozen=True, slots=True)
class Copies:
    """A directory of copies: `prefix` in place of `original`, both as they begin paths ("build/lib/", "")."""

    prefix: str
    original: str
    twins: tuple[Twin, ...]

    @property
    def statements(self) -> int:
        """The statements that count twice."""
        return sum(copy.counts.statements for copy, _ in self.twins)

    def change(self) -> Doubt:
        """What uniting each pair does to the total."""
        covered = [covered_together(*twin) for twin in self.twins]
        counts = sum((file.counts for twin in self.twins for file in twin), Counts())
        points = sum(copy.counts.points for copy, _ in self.twins)
        least, most = (sum(each[end] for each in covered) - counts.covered_points for end in (0, 1))
        return Doubt(
            "the rows of equal files united, statement by statement and exit by exit",
            covered=(least, most),
            entering=(-points, -points),
            lines={
                file.path: file.missing & copy.executed for copy, file in self.twins if file.missing & copy.executed
            },
        )


def covered_together(one: FileCoverage, other: FileCoverage) -> tuple[int, int]:
    """Covered points of two rows of one file united: least and most, since exits are known by number only."""
    statements = (one.executed | other.executed).bit_count()
    least = most = 0
    for line, exits in one.exits.items():
        taken = [exits - file.missing_exits.get(line, 0) for file in (one, other)]
        least, most = least + max(taken), most + min(exits, sum(taken))
    return statements + least, statements + most


def find_copies(exam: Exam) -> Iterator[Copies]:
    """Directories of which every measured file is a copy, where the two sides did not run the same."""
    by_prefixes: dict[Prefixes, list[Twin]] = {}
    for one, other in _equal_pairs(exam):
        by_prefixes.setdefault(prefixes_of(one.path, other.path), []).append((one, other))
    for (prefix, original), twins in sorted(by_prefixes.items()):
        statements = sum(copy.counts.statements for copy, _ in twins)
        if statements >= LEAST_STATEMENTS and _is_fault(exam, prefix, original, twins):
            yield Copies(prefix, original, tuple(twins))


def _equal_pairs(exam: Exam) -> Iterator[Twin]:
    """Files of one name and text, the copy first: what lies in build or site-packages, else the longer path."""
    groups: dict[tuple[str, str], list[FileCoverage]] = {}
    files = [file for file in exam.measurement.files if file.in_tree and file.counts.statements]
    wanted = _names_of_copies(exam, files)
    for file in files:
        if _name_of(file) in wanted and (text := _text_of(exam, file.path)):
            groups.setdefault((_name_of(file), text), []).append(file)
    for group in groups.values():
        original, *rest = sorted(group, key=lambda file: (is_installed(file.path), file.path.count("/"), file.path))
        yield from ((copy, original) for copy in rest if copy.statements == original.statements)


def _names_of_copies(exam: Exam, files: list[FileCoverage]) -> set[str]:
    """The names of files of which two have equal statements and equal text; no other text is read."""
    numbers = Counter((_name_of(file), file.statements) for file in files)
    alike = [file for file in files if numbers[_name_of(file), file.statements] > 1]
    texts = Counter((_name_of(file), _text_of(exam, file.path)) for file in alike)
    return {name for (name, _), number in texts.items() if number > 1}


def _name_of(file: FileCoverage) -> str:
    return file.path.rpartition("/")[2]


def _text_of(exam: Exam, path: str) -> str:
    text = exam.source(path).replace("\r\n", "\n").strip()
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if text else ""


def _is_fault(exam: Exam, prefix: str, original: str, twins: list[Twin]) -> bool:
    """Whether the copy is built or installed; or holds copies only, and one of the two sides ran nothing.

    A team that keeps the same module in two services tests both, or has other modules beside it.
    """
    if is_installed(prefix):
        return True
    copy_ran, original_ran = (any(twin[side].executed for twin in twins) for side in (0, 1))
    return copy_ran != original_ran and bool(prefix) and _is_pure(exam, prefix, original)


def _is_pure(exam: Exam, prefix: str, original: str) -> bool:
    """Whether every file below the copy's directory has its like below the other."""
    known = {*exam.tree, *(file.path for file in exam.measurement.files)}
    below = [path for path in known if path.startswith(prefix)]
    return all(original + path[len(prefix) :] in known for path in below)
