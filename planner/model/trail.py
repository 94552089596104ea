"""What the data says beside coverage: its rows by name, its contexts, when it was made."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from planner.model.lines import NO_LINES, Lines


@dataclass(frozen=True, slots=True)
class DataRow:
    """One file as the data names it, and where that lies below the root; None where it lies nowhere there.

    `lines` ran; `tracer` names the plugin that traced it, "" is Python itself.
    """

    name: str
    path: str | None
    lines: Lines = NO_LINES
    tracer: str = ""


@dataclass(frozen=True, slots=True)
class DataFile:
    """One data file that was read. `modified` are seconds since 1970; `meta` is what coverage.py noted in it."""

    path: str
    modified: float
    version: str | None = None
    meta: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trail:
    """The raw rows behind a measurement. Reports carry none, so for them all is empty but `files`.

    `contexts` are the names of all contexts but the empty one. `astray` are lines that ran by the data, by path, where
    the file of today has no code. `guessed` tells whether a row was matched by the end of its path alone, by row name;
    `elsewhere` are those of them that are files of this machine by their own names, as an installed copy is.
    """

    rows: tuple[DataRow, ...] = ()
    files: tuple[DataFile, ...] = ()
    contexts: tuple[str, ...] = ()
    astray: Mapping[str, Lines] = field(default_factory=dict)
    guessed: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
