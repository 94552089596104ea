"""Seams as a unit touches them, and the doubles that a project's tests have for them already."""

from dataclasses import dataclass, field

from planner.model.facts import ModuleFacts
from planner.model.plan import Seam

SEAM_KINDS = (
    "browser",
    "cache or queue",
    "clock",
    "cloud sdk",
    "document store",
    "environment and argv",
    "file system",
    "gui",
    "hardware or gpu",
    "http client",
    "http server",
    "llm api",
    "mail",
    "network",
    "randomness",
    "sql",
    "subprocess",
    "terminal",
    "threads and event loops",
)
"""Every kind there is; what each means stands in `forecast/seams.toml`."""

UnitKey = tuple[str, str]
"""Path of the file and name of the unit in it: a Candidate's key at the grain of functions."""


@dataclass(frozen=True, slots=True)
class Touch:
    """A seam as one unit touches it: at `line` of its own file, by the dotted `name`.

    Not certain: the name fits, but the text does not say what the receiver is. Not direct: the line calls `via`,
    which touches the seam itself or through others; `hops` is how many calls away.
    """

    seam: Seam
    line: int
    name: str
    is_certain: bool = True
    via: UnitKey | None = None
    hops: int = 0

    @property
    def is_direct(self) -> bool:
        return self.via is None


@dataclass(frozen=True, slots=True)
class Double:
    """A stand-in that the tests have for a kind of seam: the fake, fixture, patch or library, and where it stands."""

    kind: str
    path: str
    line: int
    name: str

    @property
    def is_shared(self) -> bool:
        """Whether it stands in a conftest, where every test finds it."""
        return self.path.rpartition("/")[2] == "conftest.py"


@dataclass(frozen=True, slots=True)
class Patch:
    """What a test replaces or imitates: the target's dotted name as far as its file tells, and the line."""

    target: str
    line: int


@dataclass(frozen=True, slots=True)
class TestFacts:
    """What a test file or conftest says about doubles.

    `patches` are the targets of `patch`, `monkeypatch.setattr` and of mocks made after a class. `asked` are the
    parameters of tests and fixtures (names of fixtures), with their lines. `databases` are the functions given a
    database in memory.
    """

    __test__ = False  # its name makes pytest look for tests in it

    facts: ModuleFacts
    patches: tuple[Patch, ...] = ()
    asked: dict[str, int] = field(default_factory=dict)
    databases: tuple[Patch, ...] = ()

    @property
    def path(self) -> str:
        return self.facts.path
