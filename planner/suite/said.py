"""What marks say of a test: its own, those of its classes and their bases, of its file, and of marks in variables."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from planner.model.facts import MODULE
from planner.model.seams import UnitKey
from planner.model.suite import Cases, Mark, Skip, SuiteFacts
from planner.suite.definitions import Definitions, Place


@dataclass(slots=True)
class Said:
    """Marks, cases and skips of one unit, or of several together."""

    marks: list[Mark] = field(default_factory=list)
    cases: list[Cases] = field(default_factory=list)
    skips: list[tuple[str, Skip]] = field(default_factory=list)

    def add(self, other: "Said") -> None:
        """Take over all that another says."""
        self.marks += other.marks
        self.cases += other.cases
        self.skips += other.skips


class Sayings:
    """What all units of the test files say; skips come with the path of the file that they stand in."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._said: dict[UnitKey, Said] = {}
        for path, suite in definitions.suites.items():
            for mark in suite.marks:
                self._of(path, mark.unit).marks.append(mark)
            for cases in suite.cases:
                self._of(path, cases.unit).cases.append(self._with_table(cases, suite))
            for skip in suite.skips:
                self._of(path, skip.unit).skips.append((path, skip))

    def of_test(self, test: Place, suite: SuiteFacts, owner: Place | None) -> Said:
        """All that is said of a test that is collected from a class (or None) of the file `suite`."""
        found = Said()
        for path, unit in self._around(test, suite, owner):
            said = self._said.get((path, unit))
            if said:
                found.add(said)
        for mark in tuple(found.marks):
            found.add(self._variable(mark, test.suite))
        return found

    def _around(self, test: Place, suite: SuiteFacts, owner: Place | None) -> Iterator[UnitKey]:
        yield test.key
        yield from (place.key for place in self._definitions.around(owner))
        yield suite.path, MODULE

    def _variable(self, mark: Mark, asking: SuiteFacts) -> Said:
        """What a mark means that a test file makes, this one or another: `from tests.marks import slow`."""
        if mark.name.startswith("="):
            return self._said.get((asking.path, mark.name), Said())
        module, _, name = mark.name.rpartition(".")
        other = self._definitions.module(module, asking) if module else None
        return self._said.get((other.path, f"={name}"), Said()) if other else Said()

    def _with_table(self, cases: Cases, suite: SuiteFacts) -> Cases:
        """With the number of values, where they stand in another test file."""
        module, _, name = cases.table.rpartition(".")
        other = self._definitions.module(module, suite) if module and not cases.is_known else None
        count = other.lengths.get(name) if other else None
        return cases if count is None else replace(cases, count=max(1, count), is_known=True)

    def _of(self, path: str, unit: str) -> Said:
        return self._said.setdefault((path, unit), Said())
