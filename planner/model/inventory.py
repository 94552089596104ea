"""The tests of a project as an inventory: which there are, of what kind, what they aim at, and what they add."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from planner.model.measurement import Counts, Input, Skipped
from planner.model.seams import UnitKey
from planner.model.suite import SkipKind

Runner: TypeAlias = Literal["pytest", "unittest"]
"""By whose rules a test is one: a function or method that pytest finds, or a method of a unittest class."""

Evidence: TypeAlias = Literal["contexts", "calls", "imports", "name", "none"]
"""What says which module a test aims at, the best first; none says nothing."""

MOST_CASES = 1_000_000
"""Cases of one test are counted up to here."""


@dataclass(frozen=True, slots=True)
class UsedFixture:
    """A fixture function that runs for a test, with the name that it is asked for by, and its scope."""

    path: str
    unit: str
    name: str
    scope: str

    @property
    def key(self) -> UnitKey:
        return self.path, self.unit


@dataclass(frozen=True, slots=True)
class CollectedTest:
    """A test as its runner names it: `name` is `TestDesk.test_sells`, in the file `path`.

    `written` is the function behind it; an inherited test stands elsewhere. `cases` are the items that the runner makes
    of it, at least so many where `is_known` is false, because only running tells. `marks` are those of the function,
    its classes and its file.
    """

    path: str
    name: str
    written: UnitKey
    line: int
    runner: Runner = "pytest"
    cases: int = 1
    is_known: bool = True
    is_async: bool = False
    assertions: int = 0
    code_lines: int = 0
    marks: tuple[str, ...] = ()
    fixtures: tuple[UsedFixture, ...] = ()

    @property
    def key(self) -> UnitKey:
        return self.path, self.name


@dataclass(frozen=True, slots=True)
class FoundSkip:
    """A skip that is written in the tests: how, why, on which condition, and how many tests it is for."""

    kind: SkipKind
    reason: str
    condition: str
    path: str
    line: int
    tests: int


@dataclass(frozen=True, slots=True)
class FoundFixture:
    """A fixture of the project: where it stands, its scope, and how many tests it runs for."""

    name: str
    path: str
    line: int
    scope: str
    is_autouse: bool
    is_async: bool
    cases: int
    tests: int


@dataclass(frozen=True, slots=True)
class Shadowed:
    """A test that never runs: a later definition of the same name, in the same place, takes over."""

    path: str
    name: str
    line: int
    by_line: int


@dataclass(frozen=True, slots=True)
class MadeByCode:
    """A place that may make tests when it runs, or change which there are: reading cannot tell them."""

    path: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class AimedTest:
    """A test with what is known of it. `aim` is the path of the product's module that it is about, "" for none.

    `statements` are those of the product that it covers, `alone` those that no other test covers, both None without
    contexts. It asserts when it, a fixture or a helper of the tests that it calls can fail by an expectation. It only
    runs a subprocess when it starts one and calls nothing of the product.
    """

    test: CollectedTest
    kind: str
    aim: str = ""
    evidence: Evidence = "none"
    statements: int | None = None
    alone: int | None = None
    has_assertion: bool = True
    only_subprocess: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Tests that belong together: by kind, or by the module that they aim at (`name` is its path).

    `lines` are lines of test code. `statements` are those of the product that the tests cover together, `sufficient`
    the number of tests found that cover as much, None without contexts.
    """

    name: str
    tests: int
    cases: int
    files: int
    lines: int
    statements: int | None = None
    sufficient: int | None = None


@dataclass(frozen=True, slots=True)
class ModuleRow:
    """A module of the product with the tests that aim at it; `counts` is None without coverage data."""

    path: str
    group: Group
    counts: Counts | None = None

    @property
    def missing(self) -> int:
        """Points that are not covered, 0 without data."""
        return self.counts.missing_points if self.counts else 0


@dataclass(frozen=True, slots=True)
class Inventory:
    """All of it. `kinds` and `modules` are sorted by tests, most first.

    `totals` is None without coverage data, and `no_data` says why there is none. `contexts` counts the contexts of the
    data, `placed` those that belong to a test of the inventory. `helpers` are functions and classes of test files that
    are neither tests nor fixtures; `lines` are lines of code in all test files. `deselected` are the options by which
    pytest's configuration leaves tests out. `sufficient` is as in Group, over all tests.
    """

    project: str
    tests: tuple[AimedTest, ...]
    kinds: tuple[Group, ...]
    modules: tuple[ModuleRow, ...]
    fixtures: tuple[FoundFixture, ...]
    skips: tuple[FoundSkip, ...] = ()
    shadowed: tuple[Shadowed, ...] = ()
    made_by_code: tuple[MadeByCode, ...] = ()
    files: int = 0
    helpers: int = 0
    lines: int = 0
    totals: Counts | None = None
    no_data: str = ""
    inputs: tuple[Input, ...] = ()
    contexts: int = 0
    placed: int = 0
    marks: Mapping[str, int] = field(default_factory=dict)
    deselected: tuple[str, ...] = ()
    unread: tuple[Skipped, ...] = ()
    sufficient: int | None = None

    @property
    def cases(self) -> int:
        return sum(each.test.cases for each in self.tests)

    @property
    def has_contexts(self) -> bool:
        return self.placed > 0

    @property
    def needless(self) -> tuple[AimedTest, ...]:
        """Tests that cover no statement of their own, although their contexts say that they cover some."""
        return tuple(each for each in self.tests if each.alone == 0 and each.statements)

    @property
    def without_tests(self) -> tuple[ModuleRow, ...]:
        """Modules that no test is about, less those that are covered all the same."""
        return tuple(each for each in self.modules if not each.group.tests and (each.missing or not each.counts))

    @property
    def open_tests(self) -> int:
        """Tests whose number of cases only running tells."""
        return sum(not each.test.is_known for each in self.tests)
