"""What a test file says of its tests as it is written: functions, classes, fixtures, marks, cases and skips."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from planner.model.facts import UnitKind

SkipKind: TypeAlias = Literal["skip", "skipif", "xfail", "importorskip"]
"""How a test is kept from counting: always, on a condition, expected to fail, or where a module is absent."""

SKIP_KINDS: tuple[SkipKind, ...] = ("skip", "skipif", "xfail", "importorskip")


@dataclass(frozen=True, slots=True)
class Written:
    """One class or function of a test file; `unit` is its name as in `ModuleFacts`.

    `asks` are the names of the parameters without a default, `self` and `cls` left out: fixtures, or what a decorator
    gives. `bases` are absolute dotted names as far as the file tells. `assertions` counts `assert`, calls of names
    that begin with `assert`, `pytest.raises` and the like. `code_lines` are lines of code of the whole definition,
    decorators included. A class is hidden by `__test__ = False` and has its own constructor or not. A definition is
    conditional below an `if`, `try`, `with` or loop.
    """

    unit: str
    kind: UnitKind
    first_line: int
    last_line: int
    asks: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    assertions: int = 0
    code_lines: int = 0
    is_async: bool = False
    is_static: bool = False
    is_property: bool = False
    is_conditional: bool = False
    is_hidden: bool = False
    has_constructor: bool = False

    @property
    def name(self) -> str:
        """The last part of `unit`."""
        return self.unit.rpartition(".")[2]

    @property
    def around(self) -> str:
        """The class that it stands in, "" at module level."""
        return self.unit.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on a function, a class or (`unit` is MODULE) a whole file: `slow`, or `usefixtures` with its `names`.

    A decorator that the file imports from elsewhere is there by its absolute dotted name, one that it makes itself with
    `=` before its name: `=slow`. That is also the unit of what such a decorator says, in all that have a unit.
    """

    unit: str
    name: str
    line: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cases:
    """One `parametrize` (or the like) on a unit: the argument names, and how many values are written down for them.

    Where only running tells, `is_known` is false and `count` is 1. Indirect values go to the fixtures of those names.
    A runner that makes functions of the values (`parameterized`, `ddt`) makes `count` tests, too. `table` is the
    absolute dotted name of the values, where that is all that the file says of them.
    """

    unit: str
    line: int
    names: tuple[str, ...]
    count: int
    is_known: bool = True
    is_indirect: bool = False
    table: str = ""


@dataclass(frozen=True, slots=True)
class Skip:
    """A skip of a unit, with its reason and condition as written; `in_body` when a call in the function decides."""

    unit: str
    kind: SkipKind
    line: int
    reason: str = ""
    condition: str = ""
    in_body: bool = False


@dataclass(frozen=True, slots=True)
class WrittenFixture:
    """A fixture function: `name` is what tests ask for, `cases` the number of its `params` (1 without)."""

    unit: str
    name: str
    line: int
    scope: str = "function"
    is_autouse: bool = False
    is_async: bool = False
    cases: int = 1
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class SuiteFacts:
    """All of one test file or conftest.

    `names` are what the file imports at its top level: local name -> absolute dotted name; `stars` the modules of its
    star imports. `plugins` are those of `pytest_plugins`, `ignored` the paths and globs of `collect_ignore` and
    `collect_ignore_glob`. `lengths` are those of the constants at its top level that are written down. With
    `generates`, the file has a `pytest_generate_tests`, so only running tells cases.
    """

    path: str
    module: str
    written: tuple[Written, ...] = ()
    fixtures: tuple[WrittenFixture, ...] = ()
    marks: tuple[Mark, ...] = ()
    cases: tuple[Cases, ...] = ()
    skips: tuple[Skip, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    stars: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    code_lines: int = 0
    lengths: dict[str, int] = field(default_factory=dict)
    generates: bool = False
    imports_pytest: bool = False

    @property
    def is_conftest(self) -> bool:
        return self.path.rpartition("/")[2] == "conftest.py"

    @property
    def folder(self) -> str:
        """The folder of the file, "" for the root."""
        return self.path.rpartition("/")[0]
