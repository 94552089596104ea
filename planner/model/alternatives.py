"""What raises the percent without a test: code to delete, lines that convention leaves out, logic to make callable."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from planner.model.facts import ModuleFacts
from planner.model.lines import Lines
from planner.model.measurement import Counts, FileCoverage, Measurement, Skipped
from planner.model.mentions import FileMentions

Confidence = Literal["high", "medium", "low"]
"""How sure it is that nothing reaches code.

high: private, or a function inside a function, and named nowhere. medium: public in a project that nobody can install
and import from. low: public in a package, so that users may reach it, or one of several methods of a living class
that nothing names, as of a listener that a library calls.
"""

ExclusionKind = Literal[
    "type checking", "main block", "protocol", "abstract", "overload", "ellipsis", "not implemented", "debug repr"
]

Count: TypeAlias = Callable[[str, tuple[str, ...]], FileCoverage | Skipped]
"""A file's path and a complete list of exclusion patterns -> its counts with nothing covered, so that `missing_exits`
has all exits of each branch."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the alternatives need of coverage.py's configuration.

    `file` is where its settings come from (None: there are none) and `text` what that file says. `version` is the
    coverage.py that the project runs, `installed` the one that counts here; both as numbers. `has_pyproject` says
    whether there is a pyproject.toml to put settings into.
    """

    file: str | None
    text: str
    exclude: tuple[str, ...]
    version: tuple[int, ...]
    installed: tuple[int, ...]
    has_pyproject: bool = False


@dataclass(frozen=True)
class Evidence:
    """All that is looked at. Paths are relative to the root, with forward slashes.

    `facts`, `python` (the texts) and `mentions` are those of all Python files that can be read, tests and tools among
    them; texts are read when they are asked for.
    `product` are the files that code may be deleted from, `tests` those of the suite; `texts` are files
    that are no Python. `dead_ends` gives the files of `product` that nothing imports or starts once the files it is
    given are gone. `is_packaged` says that others can install the project and import from it.
    """

    measured: Measurement
    facts: Mapping[str, ModuleFacts]
    python: Mapping[str, str]
    mentions: Mapping[str, FileMentions]
    product: frozenset[str]
    tests: frozenset[str]
    texts: Mapping[str, str]
    dead_ends: Callable[[frozenset[str]], frozenset[str]]
    count: Count
    settings: Settings
    is_packaged: bool

    @cached_property
    def data_has(self) -> frozenset[str]:
        """The paths of the files that the data has."""
        return frozenset(file.path for file in self.measured.files)


@dataclass(frozen=True, slots=True)
class Totals:
    """The counts of what is measured, and of the whole tree."""

    measured: Counts
    whole_tree: Counts


@dataclass(frozen=True, slots=True)
class Deletion:
    """Code that nothing reaches and nothing tests. `unit` is "" for the whole file.

    `counts` is what leaves the total with `lines`, covered parts among them: its `def` line runs on import.
    `is_measured` says whether the data has the file. `why` names what was looked for, each a clause.
    """

    path: str
    unit: str
    first_line: int
    last_line: int
    lines: Lines
    counts: Counts
    confidence: Confidence
    why: tuple[str, ...]
    is_measured: bool = True

    @property
    def points(self) -> int:
        return self.counts.points


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A pattern for coverage.py's configuration, and what it does alone.

    `missing` points leave the total and, where it matches code that ran, `covered` ones too, in `files` files.
    `example` is one of the missing lines, as `path:line`.
    """

    kind: ExclusionKind
    pattern: str
    missing: int
    covered: int
    files: int
    example: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """A usual pattern that is not suggested: at `place` (and in `places` such) it would hide code that decides."""

    kind: ExclusionKind
    pattern: str
    missing: int
    place: str
    places: int


@dataclass(frozen=True, slots=True)
class ConfigurationChange:
    """The patterns as they are to stand in the configuration.

    `text` is what to write into `section` of `file`: the whole option, or with `is_added_to` the lines to add to the
    `option` that is there. `notes` are what to know of the version.
    """

    file: str
    section: str
    option: str
    text: str
    is_added_to: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MainBlock:
    """Logic under `if __name__ == "__main__":`, which no test can call.

    `has_main` says that the module has a `main` function already. `started_by` are the places in tests that start
    the module in a process of its own, as `path:line`.
    """

    path: str
    first_line: int
    last_line: int
    statements: int
    missing: int
    has_main: bool
    started_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Processes:
    """The test files that start processes, and whether coverage.py's configuration measures those (`is_measured`).

    `can_patch` says that the project's coverage.py knows `[run] patch = subprocess`.
    """

    files: tuple[str, ...] = ()
    is_measured: bool = False
    can_patch: bool = True


@dataclass(frozen=True, slots=True)
class Alternatives:
    """All of it, apart from the gains of any plan, with both percentages before and after.

    `deletions` are of high or medium confidence and counted in `after_deletions` (`after_sure`: the high ones alone);
    `unused_api` are the low ones, counted nowhere. `change` is None where no pattern is suggested.
    """

    today: Totals
    deletions: tuple[Deletion, ...]
    unused_api: tuple[Deletion, ...]
    after_sure: Totals
    after_deletions: Totals
    exclusions: tuple[Exclusion, ...]
    withheld: tuple[Withheld, ...]
    change: ConfigurationChange | None
    after_exclusions: Totals
    main_blocks: tuple[MainBlock, ...]
    processes: Processes = Processes()
