"""What tests that did not run would have covered: the missing points of the functions that they enter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from planner.doctor.exam import Exam
from planner.doctor.imports import firm_lines, imported_with, imports_of_tests
from planner.model.facts import MODULE, ModuleFacts, lines_of_units
from planner.model.findings import Doubt
from planner.model.lines import NO_LINES, Lines
from planner.model.measurement import FileCoverage
from planner.model.problem import BodyKey
from planner.model.seams import UnitKey

SURE = 0.95
"""A test enters a function with at least this chance only where it calls it by name, directly or nearly so."""

LIKELY = 0.5
"""A function that nothing ran is missing because of a test, rather than besides, from this chance on."""


@dataclass(frozen=True, slots=True)
class Missed:
    """Missing points within reach of some tests: at least and at most how many, and the missing statements by path.

    `idle` counts those in functions of which nothing ran at all, and that the tests are likely to enter.
    """

    least: int = 0
    most: int = 0
    idle: int = 0
    lines: Mapping[str, Lines] = field(default_factory=dict)

    def doubt(self, who: str) -> Doubt:
        """The doubt for tests that are called `who` ("the skipped tests")."""
        basis = (
            f"missing points of functions that {who} enter, by their calls, of other methods of the same classes, and "
            "of imports; at least the first statement of each that they call for certain and nothing else runs"
        )
        return Doubt(basis, covered=(self.least, self.most), lines=self.lines)


def missed_by(exam: Exam, units: Iterable[UnitKey]) -> Missed:
    """What the tests reach among the missing points of the product; `units` are of test files."""
    asked = tuple(units)
    measured = {file.path: file for file in exam.product}
    bodies = [each for each in _bodies(exam, exam.reach(asked) if asked else {}) if each.path in measured]
    idle = [each for each in bodies if not measured[each.path].executed & each.lines]
    imports = _imports(exam, {path for path, _ in asked}, {each.path for each in bodies})
    lines = {path: found for path, found in imports.items() if path in measured and not measured[path].executed}
    certain = sum((measured[path].missing & firm_lines(exam.facts[path])).bit_count() for path in lines)
    for body in bodies:
        lines[body.path] = lines.get(body.path, 0) | body.lines | _siblings(exam, body)
    most = sum(measured[path].missing_points_in(found) for path, found in lines.items())
    return Missed(
        least=min(most, certain + sum(1 for each in idle if each.chance >= SURE and each.gaps(measured))),
        most=most,
        idle=sum(each.gaps(measured) for each in idle if each.chance >= LIKELY),
        lines={path: gaps for path, found in lines.items() if (gaps := found & measured[path].missing)},
    )


def own_points(exam: Exam, units: Iterable[UnitKey]) -> int:
    """Missing points of the tests themselves, where test files count in the total; `<module>` stands for a file.

    Measured when the tests ran at last: 352 of 411 points in oauthlib 4.0, 999 of 1,615 in databases 0.9.
    """
    measured = {file.path: file for file in exam.measurement.files}
    lines: dict[str, Lines] = {}
    for path, name in units:
        facts = exam.test_facts.get(path)
        if facts and path in measured:
            found = [unit for unit in facts.units if name in (MODULE, unit.name) or unit.name.startswith(f"{name}.")]
            lines[path] = lines.get(path, NO_LINES) | lines_of_units(found)
    return sum(measured[path].missing_points_in(found) for path, found in lines.items())


def names_of_tests(facts: ModuleFacts) -> tuple[str, ...]:
    """The names of the test functions and methods of a file, by pytest's usual naming."""
    found = [unit.name for unit in facts.units if unit.is_body and _is_named_as_test(unit.name)]
    bases = {base.rpartition(".")[2] for unit in facts.units for base in unit.bases} if found else set()
    return tuple(name for name in found if "." not in name or name.rpartition(".")[0] not in bases)


def _is_named_as_test(name: str) -> bool:
    """Whether it is a function of the file, or a method of a class of it, with a name that tests have."""
    around, _, last = name.rpartition(".")
    return last.startswith("test") and "." not in around


@dataclass(frozen=True, slots=True)
class _Body:
    """A function within reach, and how likely it is entered."""

    path: str
    name: str
    lines: Lines
    chance: float

    def gaps(self, measured: Mapping[str, FileCoverage]) -> int:
        """Its missing points."""
        return measured[self.path].missing_points_in(self.lines)


def _bodies(exam: Exam, reached: Mapping[BodyKey, float]) -> list[_Body]:
    return [
        _Body(path, unit.name, unit.lines, reached[path, unit.name])
        for path in sorted({path for path, _ in reached})
        for unit in exam.facts[path].units
        if unit.is_body and (path, unit.name) in reached
    ]


def _siblings(exam: Exam, body: _Body) -> Lines:
    """The other methods of its class: who holds an instance calls more of it than the text of a test tells.

    Measured on marshmallow 3.26 without test_validate.py, which gains 86 points: 87 at most with them, 70 without.
    """
    owner = body.name.rpartition(".")[0]
    if not owner:
        return NO_LINES
    units = exam.facts[body.path].units
    return lines_of_units(unit for unit in units if unit.is_body and unit.name.rpartition(".")[0] == owner)


def _imports(exam: Exam, tests: Iterable[str], reached: Iterable[str]) -> Mapping[str, Lines]:
    """Import-time lines of files that the tests import, or that lie behind what they enter."""
    direct = imports_of_tests((exam.test_facts[path] for path in tests if path in exam.test_facts), exam.facts)
    files = direct | imported_with(reached, exam.facts)
    return {path: exam.facts[path].import_time & ~exam.facts[path].hollow for path in sorted(files)}
