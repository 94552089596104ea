"""What the code of a module is, as far as reading it tells: units, imports, calls, and what runs on import."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from planner.model.lines import NO_LINES, Lines

UnitKind = Literal["module", "class", "function", "method"]

ImportKind = Literal["top level", "lazy", "type checking"]
"""When an import runs: with its module, when its function is called, or never."""

CallKind = Literal["name", "own", "super", "typed", "method", "read", "look"]
"""How much of a call's target the text gives away.

name: an absolute dotted name. own: on `self` or `cls`, also through its attributes (`_desk.pricing.quote`). super: a
method of a base. typed: class, attributes and method, where the receiver's class is written down or constructed in the
same place. method: the method's name alone. read: an attribute of `self` that is read, which calls something when it
is a property; look: the same of a typed receiver. In all but method, `f()` within the name stands for what `f` returns.
Special methods that a statement calls unnamed are among them where the receiver is known: `_lock.__enter__`.
"""

MODULE = "<module>"
"""The name of the module level as a unit: what runs on import and belongs to no class or function."""


NO_TEXTS: dict[str, str] = {}
NO_NUMBERS: dict[str, int] = {}
"""Each stands for very many empty dictionaries. As all facts, they are never changed."""


@dataclass(frozen=True, slots=True)
class Import:
    """One name that an import statement asks for: `from module import name as alias`.

    `module` is absolute; `name` is "" for `import module` and "*" for a star. `level` is the number of leading dots.
    Conditional imports stand below an `if`, `try` or `with`.
    """

    module: str
    name: str
    alias: str
    line: int
    kind: ImportKind = "top level"
    level: int = 0
    is_conditional: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A call as the text shows it; the name's meaning depends on `kind`. `line` is the first of its kind and name."""

    kind: CallKind
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Unit:
    """A module level, class or function. `lines` are its own: nested units share none, so units partition a file.

    A function's lines are its body; its `def` line belongs to the unit around it, which runs it. `uses` are the
    dotted names it reads, resolved through imports: `datetime.datetime.now`. `complexity` is McCabe's. `bases`,
    `decorators` and the `metaclass` that is written down are absolute dotted names. A stub has no behaviour:
    abstract, overload, Protocol, `...`.
    `first_use` gives the line of each used name. A class has the classes of its `attributes`, a module those of its
    variables, a function the class it `returns`, where they are written down; all absolute, and `pkg.make()` where a
    function makes it. `conditional` are those of its lines that stand in a branch, loop or handler. `raised` are the
    errors it raises by name, each once, as written; it has a result when it returns or yields a value.
    """

    name: str
    kind: UnitKind
    first_line: int
    last_line: int
    lines: Lines
    complexity: int = 1
    parameters: int = 0
    is_async: bool = False
    is_stub: bool = False
    raised: tuple[str, ...] = ()
    has_result: bool = False
    unknown_calls: int = 0
    decorators: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    first_use: dict[str, int] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    returns: str = ""
    metaclass: str = ""
    conditional: Lines = NO_LINES

    @property
    def uses(self) -> frozenset[str]:
        return frozenset(self.first_use)

    @property
    def target(self) -> str:
        """The class or top-level function that a test of this unit is aimed at: the first part of its name."""
        return self.name.partition(".")[0]

    @property
    def is_body(self) -> bool:
        """Whether its lines are behaviour: they run when it is called, not when the module is imported."""
        return self.kind in ("function", "method")

    @property
    def is_public(self) -> bool:
        """Whether no part of its name begins with an underscore, dunder names aside."""
        return not any(part.startswith("_") and not part.endswith("__") for part in self.name.split("."))


def lines_of_units(units: Iterable[Unit]) -> Lines:
    """The own lines of all the units together."""
    lines = NO_LINES
    for unit in units:
        lines |= unit.lines
    return lines


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """One source file. `import_time` are the lines that importing it runs, as well as can be told by reading.

    `hollow` are lines that no test in a usual environment runs: `TYPE_CHECKING`, `__main__` and import-error
    branches, and branches for another platform or Python. `guarded` are all lines behind such conditions, this
    platform's too. `dynamic` are (line, text) of imports that only running would resolve. A file is newer when its
    syntax is newer than the Python that read it, so that libcst helped.
    """

    path: str
    module: str
    units: tuple[Unit, ...]
    import_time: Lines
    hollow: Lines
    guarded: Lines = NO_LINES
    main_block: Lines = NO_LINES
    imports: tuple[Import, ...] = ()
    dynamic: tuple[tuple[int, str], ...] = ()
    is_newer: bool = False

    @property
    def is_package(self) -> bool:
        return self.path.endswith("__init__.py")

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.module if self.is_package else self.module.rpartition(".")[0]
