"""One failing test as what can be compared: what was raised first, where in the project, and what it names."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from planner.model.blocked import Frame
from planner.model.outcomes import TestOutcome
from planner.model.seams import UnitKey
from planner.suite.causes.folding import folded
from planner.suite.causes.marks import Mark, mark_of, named_of
from planner.suite.causes.places import Evidence, Places
from planner.suite.causes.traces import Raised, Spot, read_trace, root_of

_ORIGINAL = re.compile(r"Original exception was: ([^\n]{1,2000})")
"""SQLAlchemy says so of all that follows from an error that it remembers."""

_TYPE_FIRST = re.compile(r"\(?((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Violation|Warning))[):] ?(.*)")
_ENVIRON = ("<frozen os>", "/os.py")
_STARTS = ("subprocess.py", "asyncio/base_events.py", "asyncio/unix_events.py", "pexpect/pty_spawn.py")
_PROGRAM = re.compile(r"No such file or directory: [\"']?([\w.+-]{1,100})[\"']?$")
_MEANS_MORE = frozenset({"no-module", "no-service", "no-program", "no-variable", "different-loop"})
"""What an error was raised instead of, while it was handled, counts where it is one of these."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one test failed. `frames` are the project's lines of the traceback, outermost first.

    `own` is the deepest of them in the product, `test` the deepest in tests. `message` is the first line of the first
    exception of the chain, `exception` its type as written.
    """

    outcome: TestOutcome
    exception: str
    message: str
    text: str
    frames: tuple[Frame, ...]
    own: Frame | None
    test: Frame | None
    fixture: UnitKey | None
    mark: Mark | None

    @property
    def raised(self) -> str:
        """The type without its module: some styles of tracebacks leave that out."""
        return self.exception.rpartition(".")[2]

    @property
    def deepest(self) -> Frame | None:
        return self.frames[-1] if self.frames else None

    @property
    def is_assertion(self) -> bool:
        return self.mark is None and self.raised in (
            "AssertionError",
            "Failed",
            "failureException",
            "ComparisonFailure",
        )

    @property
    def says_nothing(self) -> bool:
        return not (self.exception or self.message or self.frames)

    @property
    def folded(self) -> str:
        return folded(self.message)


def fault_of(outcome: TestOutcome, places: Places) -> Fault:
    """What is to be known of a failing test's end; of a chain of exceptions the one that all others came from."""
    chain = read_trace(outcome.details)
    raised, mark = _meant(chain, outcome)
    spots = [spot for each in chain for spot in each.spots] if not raised.spots else list(raised.spots)
    frames = _frames(spots, places)
    if not frames:
        frames = _frames([spot for each in chain for spot in each.spots], places)
    tests = [frame for frame in frames if places.evidence.is_test(frame.path)]
    owns = [frame for frame in frames if not places.evidence.is_test(frame.path)]
    mark = mark or _variable(raised, frames, places.evidence) or _own_named(raised, places.evidence)
    return Fault(
        outcome=outcome,
        exception=raised.exception,
        message=raised.message,
        text=raised.text,
        frames=frames,
        own=owns[-1] if owns else None,
        test=tests[-1] if tests else None,
        fixture=next((key for frame in reversed(tests) if (key := places.fixture(frame))), None),
        mark=mark,
    )


def _frames(spots: Iterable[Spot], places: Places) -> tuple[Frame, ...]:
    return tuple(frame for spot in spots if (frame := places.frame(spot)))


def _meant(chain: Sequence[Raised], outcome: TestOutcome) -> tuple[Raised, Mark | None]:
    """The exception that counts, and what it names."""
    final = chain[-1] if chain else Raised("", "", "", ())
    if not final.exception and not final.message:
        final = Raised(outcome.kind, outcome.message, outcome.message, final.spots)
    chain = [*chain[:-1], final]
    root = _said_before(chain[root_of(chain)])
    for each in (root, *chain[root_of(chain) + 1 :]):
        if mark := _mark(each):
            return (root if root.message or root.exception else each), mark
    if root.exception.rpartition(".")[2] != "AssertionError":
        for each in chain[: root_of(chain)]:
            mark = _mark(each)
            if mark and mark.slug in _MEANS_MORE:
                return each, mark
    return root, None


def _said_before(raised: Raised) -> Raised:
    """The error that the exception repeats in its words, with the exception's own place."""
    found = _ORIGINAL.search(raised.text)
    if not found:
        return raised
    typed = _TYPE_FIRST.match(found[1])
    exception, message = (typed[1], typed[2]) if typed else (raised.exception, found[1])
    return Raised(exception, message, found[1], raised.spots, raised.led_on)


def _mark(raised: Raised) -> Mark | None:
    """What the exception names, also where only the lines behind it tell: a variable, a program."""
    last = raised.spots[-1].path.replace("\\", "/") if raised.spots else ""
    if raised.exception == "KeyError" and last.endswith(_ENVIRON):
        return Mark("no-variable", "environment", raised.message.strip("'\""))
    program = _PROGRAM.search(raised.message)
    if program and raised.exception == "FileNotFoundError" and last.endswith(_STARTS):
        return Mark("no-program", "environment", program[1])
    return mark_of(raised.exception, raised.text or raised.message)


def _variable(raised: Raised, frames: Sequence[Frame], evidence: Evidence) -> Mark | None:
    """The environment variable, where the traceback ends before Python's own lines: pytest cuts those of fixtures."""
    if raised.exception != "KeyError" or not frames or "environ" not in evidence.line(frames[-1]):
        return None
    return Mark("no-variable", "environment", raised.message.strip("'\""))


def _own_named(raised: Raised, evidence: Evidence) -> Mark | None:
    """What the message names as not fitting, where that is the project's own."""
    mark = named_of(raised.message) if raised.exception.endswith(("TypeError", "AttributeError")) else None
    if mark is None:
        return None
    name = mark.subject if mark.slug == "arguments" else mark.subject.rpartition(".")[0] or mark.subject
    return mark if len(evidence.find_definitions(name)) == 1 else None
